"""Texts for what validation finds, in both languages: pydantic's codes, and those of our own types."""

from collections.abc import Mapping
from typing import Any, Final

FAULT_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "json_invalid": ("不是有效的 JSON。", "This is not valid JSON."),
    "body_missing": ("缺少请求内容。", "The body is missing."),
    "body_unexpected": ("此请求不应有内容。", "This request takes no body."),
    "range_reversed": ("不得早于起始时间。", "This must not be before the range begins."),
    "name_repeated": ("该项重复出现。", "This is given more than once."),
    "parameter_repeated": ("该参数重复。", "The parameter is given more than once."),
    "missing": ("缺少此项。", "This field is missing."),
    "extra_forbidden": ("没有此项。", "There is no such field."),
    "model_type": ("应为对象。", "This should be an object."),
    "model_attributes_type": ("应为对象。", "This should be an object."),
    "dict_type": ("应为对象。", "This should be an object."),
    "list_type": ("应为列表。", "This should be a list."),
    "tuple_type": ("应为列表。", "This should be a list."),
    "set_type": ("应为列表。", "This should be a list."),
    "frozen_set_type": ("应为列表。", "This should be a list."),
    "string_type": ("应为文本。", "This should be text."),
    "string_unicode": ("文本含有无效字符。", "The text holds invalid characters."),
    "string_too_short": ("至少 {min_length} 个字符。", "At least {min_length} characters."),
    "string_too_long": ("至多 {max_length} 个字符。", "At most {max_length} characters."),
    "text_hidden": (
        "含有看不见或不允许的字符（{character}），请删去。",
        "Remove the hidden character {character}.",
    ),
    "text_line_break": ("应为一行文字，不得换行或含有制表符。", "This is one line: no line breaks, no tabs."),
    "text_blank": ("没有看得见的文字。", "There is nothing to see in this text."),
    "file_empty": (
        "这个文件是空的（0 字节），请重新选择或者重新拍照。",
        "This file is empty (0 bytes); choose it again or take the picture again.",
    ),
    "file_too_large": ("文件不得超过 {most} MB。", "The file may have {most} MB at most."),
    "mobile_invalid": (
        "不是能接收短信的手机号码，请填写一个号码，境外号码前加国家或者地区代码（如 +852）。",
        "This is no number that takes SMS. Give one mobile number, with its country code if it is not Chinese (+852).",
    ),
    "email_invalid": (
        "不是能用的邮箱地址，请填写一个，“@”前不能用中文。",
        "This is no address that can be used. Give one, with Latin letters and digits before the @.",
    ),
    "string_pattern_mismatch": ("格式不正确。", "The text has the wrong form."),
    "int_type": ("应为整数。", "This should be a whole number."),
    "int_parsing": ("应为整数。", "This should be a whole number."),
    "int_parsing_size": ("数字过大。", "The number is too large."),
    "int_from_float": ("应为整数。", "This should be a whole number."),
    "float_type": ("应为数字。", "This should be a number."),
    "float_parsing": ("应为数字。", "This should be a number."),
    "finite_number": ("应为有限的数字。", "This should be a finite number."),
    "bool_type": ("应为 true 或 false。", "This should be true or false."),
    "bool_parsing": ("应为 true 或 false。", "This should be true or false."),
    "none_required": ("应为 null。", "This should be null."),
    "enum": ("应为下列之一：{expected}。", "One of: {expected}."),
    "literal_error": ("应为下列之一：{expected}。", "One of: {expected}."),
    "union_tag_invalid": ("应为下列之一：{expected_tags}。", "One of: {expected_tags}."),
    "union_tag_not_found": ("缺少区分类型的字段。", "The field that tells the kind is missing."),
    "greater_than": ("应大于 {gt}。", "This should be more than {gt}."),
    "greater_than_equal": ("不得小于 {ge}。", "This should be {ge} at least."),
    "less_than": ("应小于 {lt}。", "This should be less than {lt}."),
    "less_than_equal": ("不得大于 {le}。", "This should be {le} at most."),
    "too_short": ("至少 {min_length} 项。", "At least {min_length} entries."),
    "too_long": ("至多 {max_length} 项。", "At most {max_length} entries."),
    "date_type": ("应为日期（YYYY-MM-DD）。", "This should be a day (YYYY-MM-DD)."),
    "date_parsing": (
        "应为1900至2199年的日期（YYYY-MM-DD）。",
        "This should be a day of 1900 to 2199 (YYYY-MM-DD).",
    ),
    "date_from_datetime_parsing": ("应为日期（YYYY-MM-DD）。", "This should be a day (YYYY-MM-DD)."),
    "date_from_datetime_inexact": ("应为日期（YYYY-MM-DD）。", "This should be a day (YYYY-MM-DD)."),
    "datetime_type": ("应为 RFC 3339 时刻。", "This should be an RFC 3339 instant."),
    "datetime_parsing": (
        "应为1900至2199年的 RFC 3339 时刻。",
        "This should be an RFC 3339 instant in 1900 to 2199.",
    ),
    "datetime_object_invalid": ("应为 RFC 3339 时刻。", "This should be an RFC 3339 instant."),
    "datetime_from_date_parsing": ("应为 RFC 3339 时刻。", "This should be an RFC 3339 instant."),
    "timezone_aware": ("时刻须带时区偏移。", "The instant needs an offset from UTC."),
}

OTHERWISE: Final = ("此项不正确。", "This is not right.")
"""The text for codes of pydantic that have none of their own."""


def filled(texts: tuple[str, str], blanks: Mapping[str, Any], *, in_chinese: bool) -> str:
    """Return a text in one language, with what pydantic says of the fault in its blanks."""
    text = texts[0 if in_chinese else 1]
    if "{" not in text:
        return text
    if in_chinese and "expected" in blanks:
        # Pydantic lists what it expected in English: 'a', 'b' or 'c'.
        choices = str(blanks["expected"]).replace(" or ", ", ").replace("'", "").replace(", ", "、")
        return text.format_map({**blanks, "expected": choices})
    return text.format_map(blanks)
