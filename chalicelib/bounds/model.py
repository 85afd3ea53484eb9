"""Bounds as the data has them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from chalicelib.errors import ErrorCode


class Counted(StrEnum):
    """What is counted, by its name in the data."""

    DRAFTS = "drafts"
    FORMS = "forms"
    SIGNING_KEYS = "signing_keys"
    WEBHOOKS = "webhooks"
    LOGINS = "logins"
    AUTHORITIES = "authorities"
    CODES = "codes"
    CODES_OF_A_CASE = "codes_of_a_case"
    DOCUMENTS = "documents"
    STREET_COMPLAINTS = "street_complaints"
    CODES_OF_A_COMPLAINT = "codes_of_a_complaint"
    CONTACT_CODES = "contact_codes"
    CONTACT_GUESSES = "contact_guesses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How many there may be for each subject, department, address or case, or in so many seconds if it says so.

    ``most_of_role`` raises the number for some roles; ``routes`` are those that count, ``code`` refuses the next one.
    """

    routes: tuple[str, ...]
    each: Literal["subject", "department", "address", "address and case", "address and complaint", "case"]
    most: int
    code: ErrorCode
    seconds: int | None = None
    most_of_role: Mapping[str, int] = field(default_factory=dict)

    def most_for(self, roles: Collection[str]) -> int:
        """Return the number for somebody with these roles."""
        return max((self.most, *(most for role, most in self.most_of_role.items() if role in roles)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBounds:
    """How large a file of an import may be, and how long a step may take.

    Expanded, a file has ``expanded_bytes`` at most, and ``ratio`` times the bytes of the upload, of which
    ``free_bytes`` are not counted. ``blank_lines`` may stand among its records, and ``padded_rows`` of separators
    only: as many as a sheet has rows, for spreadsheets export all that were ever touched. A workbook is held in memory
    while it is read, with the strings that its cells share. A file is looked through in ``inspection_seconds`` or
    refused; a step that stores ends after ``step_seconds``.
    """

    largest_bytes: int
    expanded_bytes: int
    ratio: int
    free_bytes: int
    blank_lines: int
    padded_rows: int
    workbook_bytes: int
    workbook_expanded_bytes: int
    workbook_strings: int
    inspection_seconds: int
    step_seconds: int

    def most_bytes(self, size: int) -> int:
        """Return the most bytes that an upload of this size may expand to."""
        return min(self.expanded_bytes, max(self.free_bytes, size * self.ratio))


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentBounds:
    """How large a document may be.

    A form without script takes up to ``largest_form_bytes``, so that somebody whose file is too large hears it from
    us; beyond that the bucket itself refuses it.
    """

    largest_bytes: int
    largest_form_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """All bounds."""

    counts: Mapping[Counted, Bound]
    imports: ImportBounds
    documents: DocumentBounds
