"""Phone numbers and e-mail addresses as people type them."""

import pytest

from chalicelib.contact_points import email_of, phone_of, takes_sms


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "+86 138 0013 8000",
        "008613800138000",
        "(+86)138-0013-8000",
        "86 13800138000",
        "１３８００１３８０００",
        "138—0013—8000",
        "tel:+86-138-0013-8000",
        " 13800138000\n",
        "138\u200b00138000",
        "\u202a13800138000\u202c",
    ],
)
def test_a_number_written_in_many_ways_is_one_number(typed: str) -> None:
    assert phone_of(typed) == "+8613800138000"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("010-8888 8888", "+861088888888"), ("+852 6123 4567", "+85261234567"), ("+1 650 253 0000", "+16502530000")],
)
def test_numbers_of_places_and_countries_are_taken(typed: str, kept: str) -> None:
    assert phone_of(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "1380013800",
        "138001380001",
        "13800138000 13900139000",
        "13800138000/13900139000",
        "13800138000、13900139000",
        "138 0013 8000 ext. 5",
        "13800138000#5",
        "1-800-FLOWERS",
        "张三13800138000",
        "138****8000",
        "13800138000\r\nBcc: x",
        "1380013\n8000",
        "+86",
        "+999 13800138000",
        "1" * 300,
    ],
)
def test_what_is_no_number_of_one_person_is_refused(typed: str) -> None:
    assert phone_of(typed) is None


@pytest.mark.parametrize(
    ("phone", "takes"),
    [("+8613800138000", True), ("+85261234567", True), ("+16502530000", True), ("+861088888888", False)],
)
def test_a_short_message_goes_to_mobile_numbers(phone: str, takes: bool) -> None:  # noqa: FBT001 - a table of expected values
    assert takes_sms(phone) is takes


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zhang.san@example.com", "zhang.san@example.com"),
        (" Zhang.San@EXAMPLE.com ", "Zhang.San@example.com"),
        ("zhangsan＠example.com", "zhangsan@example.com"),
        ("ｚｈａｎｇ@example．com", "zhang@example.com"),
        ("zhang+promise@example.com", "zhang+promise@example.com"),
        ("zhang@例子.中国", "zhang@xn--fsqu00a.xn--fiqs8s"),
        ("zhang\u200b@example.com", "zhang@example.com"),
        ("10001@qq.com", "10001@qq.com"),
    ],
)
def test_an_address_is_kept_as_servers_take_it(typed: str, kept: str) -> None:
    assert email_of(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "zhang",
        "zhang@",
        "@example.com",
        "zhang@localhost",
        "zhang@server.invalid",
        "zhang@[192.0.2.1]",
        "张@example.com",
        "zhang@example.com\r\nBcc: li@example.com",
        "zhang\r\n@example.com",
        "zhang@example.com,li@example.com",
        "zhang@example.com;li@example.com",
        "zhang@example.com li@example.com",
        "Zhang <zhang@example.com>",
        "<zhang@example.com>",
        '"a b"@example.com',
        "zhang..san@example.com",
        "zhang@example..com",
        "x" * 65 + "@example.com",
        "x@" + "a." * 130 + "com",
    ],
)
def test_what_is_no_one_address_is_refused(typed: str) -> None:
    assert email_of(typed) is None
