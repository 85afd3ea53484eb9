"""What an office holds about somebody whose number it knows: records and flags, with a purpose, on record (R6.13)."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import Purpose, Record
from chalicelib.credit.services.checks import Credit, Inquiry
from chalicelib.credit.services.searches import RecordSearch
from chalicelib.policy import Caller, Role, require
from chalicelib.sanctions.model.flags import Flag, FlagFilter
from chalicelib.sanctions.rules.flags import matches
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.subjects.model.subjects import Identity
from chalicelib.subjects.rules.identifiers import SubjectKeys, require_valid

SEARCHERS = (Role.CREDIT_OFFICER,)
SHOWN = ("records", "flags")
"""The fields that a search shows."""

MOST_FLAGS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a department holds about a subject; ``is_complete`` says whether all of it was looked through."""

    records: tuple[Record, ...]
    flags: tuple[Flag, ...]
    is_complete: bool


class SubjectSearch:
    """Searches by the number of a subject."""

    def __init__(self, flags: FlagStore, records: RecordSearch, credit: Credit, keys: SubjectKeys) -> None:
        """Take what holds flags and records, and the log of queries."""
        self._flags = flags
        self._records = records
        self._credit = credit
        self._keys = keys

    def find(self, about: Identity, purpose: Purpose, *, by: Caller, at: datetime) -> Holding:
        """Return what the caller's department holds about a subject, who sees that it was asked, by whom and why.

        Raises ``INVALID_IDENTIFIER``, ``OWN_MATTER`` for an official who asks about themselves, and ``UNAVAILABLE``,
        answering nothing, if the query cannot be logged.
        """
        subject = self._keys.key_of(require_valid(about, on=day_in_shanghai(at)))
        require(by, roles=SEARCHERS, department=by.department, subjects=(subject,))
        records, is_whole = self._records.of_subject(subject, by=by)
        page = self._flags.of_subject(subject, limit=MOST_FLAGS)
        flags = tuple(flag for flag in page.items if matches(flag, FlagFilter(), by=by))
        looking = Inquiry(item_code="", purpose=purpose)
        self._credit.log(looking, subject, fields=SHOWN, result_size=len(records) + len(flags), by=by, at=at)
        return Holding(records=records, flags=flags, is_complete=is_whole and page.after is None)
