"""Checks on published texts: not blank, not vague, and with complete time limits."""

from collections.abc import Iterator, Sequence

from chalicelib.catalogue.model.faults import ItemFault, fault
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.errors import FieldError

CATCH_ALL_PHRASES = (
    "等其他",
    "等其它",
    "其他情形",
    "其他情况",
    "其他要求",
    "其他条件",
    "其他材料",
    "其他证明",
    "其他相关",
    "其它要求",
    "其它材料",
    "等相关",
    "等有关",
    "相关材料",
    "相关证明",
    "相关要求",
    "有关材料",
    "有关证明",
    "有关要求",
    "等材料",
    "等证明",
    "等情形",
    "等情况",
    "等条件",
    "等等",
    "视情况",
    "视情形",
    "视情",
    "酌情",
    "必要时",
    "原则上",
    "一般情况下",
    "另行通知",
    "另有规定",
    "法律法规规定的其他",
    "包括但不限于",
    "and so on",
    "and the like",
    "etc.",
    "other requirements",
    "other documents",
    "other materials",
    "as appropriate",
    "where necessary",
    "not limited to",
)
"""Vague wording and catch-all clauses (模糊表述、兜底条款): nobody can promise what is not spelled out."""


def incomplete(pointer: str, limit: WrittenLimit) -> Iterator[FieldError]:
    """Report what is missing from a limit."""
    if limit.value < 1:
        yield fault(f"{pointer}/value", ItemFault.LIMIT_VALUE)
    if limit.unit is None:
        yield fault(f"{pointer}/unit", ItemFault.LIMIT_UNIT)
    yield from blank(f"{pointer}/basis", limit.basis)


def repeated(pointer: str, ids: Sequence[str]) -> Iterator[FieldError]:
    """Report ids that are blank or used twice in a list."""
    seen: set[str] = set()
    for index, name in enumerate(ids):
        yield from blank(f"{pointer}/{index}/id", name)
        if name in seen:
            yield fault(f"{pointer}/{index}/id", ItemFault.ID_REPEATED)
        seen.add(name)


def wording(pointer: str, text: str) -> Iterator[FieldError]:
    """Report a text that is blank or vague."""
    yield from blank(pointer, text)
    yield from catch_all(pointer, text)


def blank(pointer: str, text: str) -> Iterator[FieldError]:
    """Report a blank text."""
    if not text.strip():
        yield fault(pointer, ItemFault.BLANK)


def catch_all(pointer: str, text: str) -> Iterator[FieldError]:
    """Report every vague or catch-all phrase in a text."""
    folded = text.casefold()
    for phrase in CATCH_ALL_PHRASES:
        if phrase in folded:
            yield fault(pointer, ItemFault.VAGUE, phrase=phrase)
