"""Reading answers (填写内容): each in its one form and in words, and all faults at once."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from pydantic_core import PydanticCustomError

from chalicelib import fault_texts
from chalicelib.catalogue.model.answers import Reply
from chalicelib.catalogue.model.faults import ItemFault, fault
from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.questions import PARTS, Given, Question, QuestionKind
from chalicelib.catalogue.rules.answer_forms import DECIMAL, LONGEST, LONGEST_DETAIL, MOST_CHARACTERS, PATTERNS
from chalicelib.catalogue.rules.districts import districts
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.readable import readable
from chalicelib.subjects.model.subjects import PERSONS, Identity, SubjectKind
from chalicelib.subjects.rules.contacts import dashed, email_of, phone_of, phone_words, seen
from chalicelib.subjects.rules.identifiers import require_valid
from chalicelib.subjects.rules.names import DOTS
from chalicelib.validation import escaped

ANSWERED: Final = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))")
"""A day as people write it, in narrow characters."""

FIRST_YEAR, LAST_YEAR = 1900, 2199

GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
"""A number with a comma before each three digits."""

TOO_LARGE: Final = 10**15
"""No number that anybody means is as large; Python refuses to write out the largest that JSON can hold."""

PLAIN: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")

PROVINCES: Final = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"

PLATE: Final = re.compile(
    rf"[{PROVINCES}][A-HJ-NP-Z]"
    r"([A-HJ-NP-Z0-9]{5}|[A-HJ-NP-Z0-9]{4}[挂学警港澳领]|[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK])"
    r"|使[0-9]{6}|[0-9]{6}使"
)
"""Plates by GA 36: five characters after the office's letter, or six of new energy; and those of embassies."""

Words = tuple[Given, str, str]
"""An answer as it is kept, in Chinese and in English."""


class _Wrong(Exception):
    """What is wrong with an answer."""

    def __init__(self, *faults: FieldError) -> None:
        super().__init__()
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question being answered: where its answer stands, the day, and the answers to the questions before."""

    question: Question
    pointer: str
    on: date
    before: Mapping[str, Given]

    def wrong(self, kind: ItemFault, *, part: str = "", **blanks: str) -> _Wrong:
        return _Wrong(fault(f"{self.pointer}/{part}" if part else self.pointer, kind, **blanks))


def read_answers(item: Item, answers: Mapping[str, object], *, on: date) -> tuple[Reply, ...]:
    """Return the answers in the order of the questions, each in the form that is kept; ``on`` is the day in China.

    What is blank counts as not answered. Raises ``ANSWERS_MISSING`` with every fault: an answer to what is not asked,
    or not after the other answers; none where one is required; and one that is not of its kind or fails its check.
    """
    faults: list[FieldError] = []
    asked = {question.id for question in item.questions}
    faults.extend(fault(_pointer(name), ItemFault.NOT_ASKED) for name in sorted(set(answers) - asked))
    replies: list[Reply] = []
    made: dict[str, Given] = {}
    unclear: set[str] = set()
    for question in item.questions:
        if question.when is not None and question.when.question in unclear:
            # Whether it is asked follows from an answer that is to be corrected first.
            unclear.add(question.id)
            continue
        answer = answers.get(question.id)
        try:
            reply = _reply(question, None if _is_blank(answer) else answer, on=on, before=made)
        except _Wrong as error:
            faults.extend(error.faults)
            unclear.add(question.id)
            continue
        if reply is not None:
            replies.append(reply)
            made[question.id] = reply.value
    if sum(len(reply.words) for reply in replies) > MOST_CHARACTERS:
        faults.append(fault("/answers", ItemFault.TOO_MUCH, longest=str(MOST_CHARACTERS)))
    if faults:
        raise DomainError(ErrorCode.ANSWERS_MISSING, faults=tuple(faults))
    return tuple(replies)


def _reply(question: Question, answer: object, *, on: date, before: Mapping[str, Given]) -> Reply | None:
    """Return the answer to a question, None if there is none and need not be; raises ``_Wrong``."""
    asked = _Asked(question=question, pointer=_pointer(question.id), on=on, before=before)
    if question.when is not None and not question.when.holds(before):
        if answer is not None:
            raise asked.wrong(ItemFault.NOT_ASKED_NOW)
        return None
    if question.kind is QuestionKind.DOCUMENT:
        if answer is not None:
            raise asked.wrong(ItemFault.NOT_ANSWERED_HERE)
        return None
    if answer is None:
        if question.required:
            raise asked.wrong(ItemFault.NOT_ANSWERED)
        return None
    value, words, words_en = READ[question.kind](asked, answer)
    return Reply(question=question, value=value, words=words, words_en=words_en)


def _is_blank(answer: object) -> bool:
    """Whether an answer, or each of its parts, has nothing in it that is seen."""
    return all(map(_is_empty, answer.values() if isinstance(answer, Mapping) else (answer,)))


def _is_empty(part: object) -> bool:
    return part is None or (isinstance(part, str) and not seen(part))


def _choice(asked: _Asked, answer: object) -> Words:
    for option in asked.question.options:
        if type(option.value) is type(answer) and option.value == answer:
            return option.value, option.text, option.text_en or option.text
    raise asked.wrong(ItemFault.NOT_AN_ANSWER)


def _written(asked: _Asked, answer: object) -> Words:
    question = asked.question
    text = _readable(asked, answer, is_line=question.kind is QuestionKind.TEXT)
    _require_length(asked, text, question.check.longest or LONGEST[question.kind])
    if len(text) < question.check.shortest:
        raise asked.wrong(ItemFault.TOO_SHORT, shortest=str(question.check.shortest))
    if question.check.pattern:
        form, otherwise = PATTERNS[question.check.pattern]
        text = unicodedata.normalize("NFKC", text)
        if not form.fullmatch(text):
            raise asked.wrong(otherwise)
    return text, text, text


def _number(asked: _Asked, answer: object) -> Words:
    if isinstance(answer, bool) or not isinstance(answer, int | float | str):
        raise asked.wrong(ItemFault.NOT_A_NUMBER)
    if not isinstance(answer, str) and abs(answer) >= TOO_LARGE:
        raise asked.wrong(ItemFault.NOT_A_NUMBER)
    text = seen(answer) if isinstance(answer, str) else f"{Decimal(repr(answer)):f}"
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not PLAIN.fullmatch(text):
        raise asked.wrong(ItemFault.NOT_A_NUMBER)
    number = Decimal(text)
    text = _decimal_text(number)
    if not DECIMAL.fullmatch(text):
        raise asked.wrong(ItemFault.NOT_A_NUMBER)
    check = asked.question.check
    if len(text.partition(".")[2]) > check.decimals:
        raise asked.wrong(ItemFault.DECIMALS, decimals=str(check.decimals))
    if check.least and number < Decimal(check.least):
        raise asked.wrong(ItemFault.TOO_SMALL, least=check.least)
    if check.most and number > Decimal(check.most):
        raise asked.wrong(ItemFault.TOO_LARGE, most=check.most)
    return text, text, text


def _decimal_text(number: Decimal) -> str:
    """Return a number without an exponent, needless zeros and a sign before zero."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _date(asked: _Asked, answer: object) -> Words:
    day = _day("".join(dashed(_text(asked, answer)).split()))
    if day is None:
        raise asked.wrong(ItemFault.NOT_A_DATE)
    check = asked.question.check
    earliest = [] if check.earliest is None else [asked.on + timedelta(days=check.earliest)]
    other = asked.before.get(check.not_before)
    if isinstance(other, str):
        earliest.append(date.fromisoformat(other))
    if earliest and day < max(earliest):
        raise asked.wrong(ItemFault.TOO_EARLY, earliest=max(earliest).isoformat())
    if check.latest is not None and day > (latest := asked.on + timedelta(days=check.latest)):
        raise asked.wrong(ItemFault.TOO_LATE, latest=latest.isoformat())
    return day.isoformat(), f"{day.year}年{day.month}月{day.day}日", day.isoformat()


def _day(text: str) -> date | None:
    found = ANSWERED.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        return None


def _phone(asked: _Asked, answer: object) -> Words:
    phone = phone_of(_text(asked, answer))
    if phone is None:
        raise asked.wrong(ItemFault.NOT_A_PHONE)
    words = phone_words(phone)
    return phone, words, words


def _email(asked: _Asked, answer: object) -> Words:
    address = email_of(_text(asked, answer))
    if address is None:
        raise asked.wrong(ItemFault.NOT_AN_EMAIL)
    return address, address, address


def _plate(asked: _Asked, answer: object) -> Words:
    typed = "".join(dashed(_text(asked, answer)).split())
    plate = "".join(char for char in typed if char != "-" and char not in DOTS).upper()
    if not PLATE.fullmatch(plate):
        raise asked.wrong(ItemFault.NOT_A_PLATE)
    words = plate if "使" in plate else f"{plate[:2]}·{plate[2:]}"
    return plate, words, words


def _address(asked: _Asked, answer: object) -> Words:
    parts = _parts(asked, answer)
    faults: list[FieldError] = []
    code = seen(parts["district"])
    if code not in districts():
        faults.append(fault(f"{asked.pointer}/district", ItemFault.NO_SUCH_DISTRICT))
    detail = ""
    try:
        detail = _readable(asked, parts["detail"], is_line=True, part="detail")
        _require_length(asked, detail, LONGEST_DETAIL, part="detail")
    except _Wrong as error:
        faults.extend(error.faults)
    if faults:
        raise _Wrong(*faults)
    words = f"{districts()[code]}{detail}"
    return {"district": code, "detail": detail}, words, words


def _organisation(asked: _Asked, answer: object) -> Words:
    identity = _identity(asked, _parts(asked, answer), SubjectKind.USCC)
    words = f"{identity.name}（{identity.number}）"
    return {"name": identity.name, "number": identity.number}, words, words


def _person(asked: _Asked, answer: object) -> Words:
    parts = _parts(asked, answer, optional="kind")
    kind = parts.get("kind") or SubjectKind.RESIDENT_ID.value
    if kind not in PERSONS:
        raise asked.wrong(ItemFault.NO_SUCH_KIND, part="kind")
    identity = _identity(asked, parts, SubjectKind(kind))
    words = f"{identity.name}（{identity.number}）"
    return {"name": identity.name, "kind": identity.kind.value, "number": identity.number}, words, words


def _identity(asked: _Asked, parts: Mapping[str, str], kind: SubjectKind) -> Identity:
    stated = Identity(kind=kind, number=parts["number"], name=parts["name"], stated_at=asked.pointer)
    faults: list[FieldError] = []
    try:
        stated = require_valid(stated, on=asked.on)
    except DomainError as error:
        faults.extend(error.faults)
    try:
        stated = replace(stated, name=_readable(asked, stated.name, is_line=True, part="name"))
    except _Wrong as error:
        faults.extend(error.faults)
    if faults:
        raise _Wrong(*faults)
    return stated


def _parts(asked: _Asked, answer: object, *, optional: str = "") -> Mapping[str, str]:
    """Return the parts of an answer, all of which are texts and needed, but for the optional one."""
    needed = PARTS[asked.question.kind]
    if not isinstance(answer, Mapping):
        raise asked.wrong(ItemFault.NOT_PARTS, parts=", ".join(needed))
    faults = [
        fault(f"{asked.pointer}/{escaped(name)}", ItemFault.NO_SUCH_PART)
        for name in sorted(set(answer) - {*needed, optional})
    ]
    faults += [
        fault(f"{asked.pointer}/{name}", ItemFault.NOT_ANSWERED) for name in needed if _is_empty(answer.get(name))
    ]
    faults += [
        fault(f"{asked.pointer}/{name}", ItemFault.NOT_TEXT)
        for name, part in answer.items()
        if name in {*needed, optional} and not isinstance(part, str | None)
    ]
    if faults:
        raise _Wrong(*faults)
    return answer


def _text(asked: _Asked, answer: object) -> str:
    if not isinstance(answer, str):
        raise asked.wrong(ItemFault.NOT_TEXT)
    return answer


def _readable(asked: _Asked, answer: object, *, is_line: bool, part: str = "") -> str:
    """Return a text that people can read; raises ``_Wrong`` at the answer or its part."""
    text = _text(asked, answer)
    try:
        return readable(text, is_line=is_line)
    except PydanticCustomError as error:
        pointer = f"{asked.pointer}/{part}" if part else asked.pointer
        blanks = {name: str(value) for name, value in (error.context or {}).items()}
        detail = fault_texts.filled(fault_texts.FAULT_TEXTS[error.type], blanks, in_chinese=True)
        raise _Wrong(FieldError(pointer=pointer, detail=detail, code=error.type, blanks=blanks)) from error


def _require_length(asked: _Asked, text: str, longest: int, *, part: str = "") -> None:
    if len(text) > longest:
        raise asked.wrong(ItemFault.TOO_LONG, part=part, longest=str(longest), length=str(len(text)))


READ: Final[Mapping[QuestionKind, Callable[[_Asked, object], Words]]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.TEXT: _written,
    QuestionKind.LONG_TEXT: _written,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.PHONE: _phone,
    QuestionKind.EMAIL: _email,
    QuestionKind.ADDRESS: _address,
    QuestionKind.PLATE: _plate,
    QuestionKind.ORGANISATION: _organisation,
    QuestionKind.PERSON: _person,
}
"""How answers of each kind are read; files are no answers."""


def _pointer(name: str) -> str:
    return "/answers/" + escaped(name)
