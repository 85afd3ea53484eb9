"""What answers of each kind may look like: lengths, the checks that a kind can have, and patterns by name."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from chalicelib.catalogue.model.faults import ItemFault
from chalicelib.catalogue.model.questions import Known, QuestionKind

LONGEST: Final[Mapping[QuestionKind, int]] = {QuestionKind.TEXT: 200, QuestionKind.LONG_TEXT: 2000}
"""The most characters of written answers; an item may ask for fewer."""

LONGEST_DETAIL: Final = 200
"""The most characters of an address from the street on."""

MOST_CHARACTERS: Final = 12_000
"""The most characters of all answers of a draft together: they are signed as one text and travel with the case."""

CHECKS: Final[Mapping[QuestionKind, frozenset[str]]] = {
    QuestionKind.TEXT: frozenset({"shortest", "longest", "pattern"}),
    QuestionKind.LONG_TEXT: frozenset({"shortest", "longest"}),
    QuestionKind.NUMBER: frozenset({"least", "most", "decimals"}),
    QuestionKind.DATE: frozenset({"earliest", "latest", "not_before"}),
}
"""The checks that answers of a kind can have; kinds that are not here have none."""

PREFILLED: Final[Mapping[Known, frozenset[QuestionKind]]] = {
    Known.IDENTITY: frozenset({QuestionKind.TEXT, QuestionKind.PERSON, QuestionKind.ORGANISATION}),
    Known.CONTACT: frozenset({QuestionKind.PHONE, QuestionKind.EMAIL}),
    Known.BEFORE: frozenset(QuestionKind) - {QuestionKind.DOCUMENT},
}
"""The kinds that can be filled in from each source; documents from before are offered where files are handed in."""

DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")


PATTERNS: Final[Mapping[str, tuple[re.Pattern[str], ItemFault]]] = {
    "digits": (re.compile(r"[0-9]+"), ItemFault.NOT_DIGITS),
    "letters-digits": (re.compile(r"[A-Za-z0-9]+"), ItemFault.NOT_LETTERS_DIGITS),
    "postcode": (re.compile(r"[0-9]{6}"), ItemFault.NOT_A_POSTCODE),
    "project-code": (re.compile(r"[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}"), ItemFault.NOT_A_PROJECT_CODE),
    "vin": (re.compile(r"[A-HJ-NPR-Z0-9]{17}"), ItemFault.NOT_A_VIN),
}
"""The patterns that a check can name, and what to tell those who write otherwise."""


def decimal_of(text: str) -> Decimal | None:
    """Return a decimal number as checks write it, or ``None`` if the text is none."""
    return Decimal(text) if DECIMAL.fullmatch(text) else None
