"""The use of credit: summaries, checks by offices and systems, and the gate for promises."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.clock import day_in_shanghai, instant_text, months_after
from chalicelib.credit.model.identity_conflicts import Cause, Mismatch
from chalicelib.credit.model.records import (
    CheckAnswer,
    Effect,
    FlagMark,
    Purpose,
    Query,
    Severity,
    Summary,
)
from chalicelib.credit.rules import summary as rules
from chalicelib.credit.rules.linked_credit import BARRING, LinkedSummary, join, judge, links_beyond, parts_of
from chalicelib.credit.rules.names import flag_with_name
from chalicelib.credit.store.records import CreditStore, UnreadableError
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import Transaction
from chalicelib.policy import Caller, Role, require
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.subjects.model.subjects import Identity, SubjectKey
from chalicelib.subjects.rules.identifiers import SubjectKeys, require_valid
from chalicelib.subjects.rules.names import masked_name
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

if TYPE_CHECKING:
    from chalicelib.credit.services.identity_conflicts import Conflicts

CHECKERS = (Role.OFFICER, Role.SYSTEM)
"""Who may ask about a subject, for the items of their own department."""

CHECKED = ("effect", "reasons")
"""The fields that a check shows: never the records themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A query about a subject: for which item, why, and for which case, if any.

    ``department`` is the item's own, which alone may ask for it; None if the query is for no item in particular.
    ``pack`` is the item's rule pack; if none is given, the deployment's applies. ``name`` is the masked name of an
    agent who asks; blank for an office.
    """

    item_code: str
    purpose: Purpose
    case_no: str | None = None
    department: str | None = None
    pack: str | None = None
    name: str = ""


class Credit:
    """Summaries, checks and the gate for promises."""

    def __init__(
        self,
        store: CreditStore,
        subjects: Subjects,
        keys: SubjectKeys,
        *,
        packs: Sequence[RulePack],
        pack: str,
        conflicts: Callable[[], "Conflicts"],
    ) -> None:
        """Take the stores, the subject keys, and who decides on names that do not match.

        ``pack`` is the code of the one in ``packs`` that applies to whatever belongs to no item.
        """
        self._packs = tuple(packs)
        self._pack = pack
        self._kept_from = rules.severity_kept(self._packs)
        self._store = store
        self._subjects = subjects
        self._keys = keys
        self._conflicts = conflicts

    def check(self, about: Identity, inquiry: Inquiry, *, by: Caller, at: datetime) -> CheckAnswer:
        """Return the effect of records and flags on one item, in one read, and log who asked and why (R6.13).

        If linked identities count too (R6.4), it takes one more read.
        If credit cannot be read or the query cannot be logged, the answer is ``UNKNOWN``: neither good nor bad. So it
        is if the number is known under another name, which a person then looks at; what is there is not told (R6.3).
        Raises ``FORBIDDEN`` for an item of another department.
        """
        require(by, roles=CHECKERS, department=inquiry.department)
        valid = require_valid(about, on=day_in_shanghai(at))
        subject = self._keys.key_of(valid)
        try:
            summary = self.summary(subject)
            found = judge(
                summary,
                inquiry.item_code,
                names=(self._keys.digest_of_name(valid),),
                on=day_in_shanghai(at),
                bar_severity=Severity(self._law(at, pack=inquiry.pack).bar_severity.value),
            )
            effect, reasons = found.effect, found.reasons
            if found.is_disputed and effect not in BARRING:
                effect, reasons = Effect.UNKNOWN, (rules.identity_conflict(),)
            self.log(inquiry, subject, fields=CHECKED, result_size=len(reasons), by=by, at=at)
            if found.is_disputed:
                self._refer(subject, valid, inquiry, by=by, at=at)
        except UnreadableError:
            effect, reasons = Effect.UNKNOWN, (rules.source_down(),)
        return CheckAnswer(effect=effect, reasons=reasons, as_of=at)

    def look_up(
        self, about: Identity, inquiry: Inquiry, *, fields: Sequence[str], by: Caller, at: datetime
    ) -> SubjectKey:
        """Return the key of somebody whom a system names, and log who asked and why.

        Nothing about the subject is read or told, so the answer is the same whatever is known. Raises
        ``UnreadableError``, and answers nothing, if the query cannot be logged.
        """
        require(by, roles=CHECKERS, department=inquiry.department)
        subject = self._keys.key_of(require_valid(about, on=day_in_shanghai(at)))
        self.log(inquiry, subject, fields=fields, result_size=0, by=by, at=at)
        return subject

    def log(
        self,
        inquiry: Inquiry,
        subject: SubjectKey,
        *,
        fields: Sequence[str],
        result_size: int,
        by: Caller,
        at: datetime,
    ) -> None:
        """Write a query to the subject's list of them (R6.13); raises ``UnreadableError`` if it cannot be written."""
        months = 12 * self._law(at).query_log.years
        query = Query(
            subject=subject,
            query_id=f"{instant_text(at)}-{secrets.token_hex(8)}",
            asked_at=at,
            by=by.actor,
            department=by.department or "",
            purpose=inquiry.purpose,
            item_code=inquiry.item_code,
            case_no=inquiry.case_no,
            fields=tuple(fields),
            result_size=result_size,
            kept_until=months_after(day_in_shanghai(at), months),
            name=inquiry.name,
        )
        self._store.log(query)

    def summary_row(self, subject: SubjectKey) -> Row:
        """Return a row with only the summary's key, for a batch read."""
        return self._store.summary_row(subject)

    def summary_from(self, row: Row | None, subject: SubjectKey) -> Summary:
        """Return the summary from a batch read, with the linked ones."""
        return with_linked(self._store.summary_from(row, subject=subject), self._store)

    def summary(self, subject: SubjectKey) -> Summary:
        """Read a summary with the linked ones; raises ``UnreadableError`` if the store does not answer."""
        return with_linked(self._store.summary(subject), self._store)

    def who_may_act(self, subject: SubjectKey, *, by: Caller) -> tuple[SubjectKey, ...]:
        """Return who may act for a subject: the subject itself, and the caller if the subject counts for the caller.

        A caller asking about its own matter takes no read.
        """
        if by.subject is None or by.subject == subject or subject not in self.identities(by.subject):
            return (subject,)
        return (subject, by.subject)

    def identities(self, subject: SubjectKey) -> tuple[SubjectKey, ...]:
        """Return the subject and all others whose credit counts for it."""
        return tuple(part.subject for part in parts_of(self.summary(subject)))

    def listed_until(self, subject: SubjectKey, kind: str, *, on: date) -> date | None:
        """Return the last day of the subject's records of a kind that bar on a day, None if there are none (R2.5)."""
        found = (
            self._store.record(one.source, one.record_id) for one in self._store.records(subject) if one.kind == kind
        )
        bars = [bar for one in found if one for bar in rules.bars_of(one, on=on, kept_from=self._kept_from)]
        return max((bar.ends_on for bar in bars if rules.is_bar_in_force(bar, on=on)), default=None)

    def require_unchanged(self, summary: Summary, tx: Transaction) -> None:
        """Make a transaction fail with ``ConflictError`` unless all summaries are unchanged: the gate."""
        for part in parts_of(summary):
            self._store.require_unchanged(part, tx)

    def put_flag(
        self, subject: SubjectKey, flag: FlagMark, *, name_digest: str, by: Caller, at: datetime, tx: Transaction
    ) -> None:
        """Add a confirmed flag to the summary in the caller's transaction; filings based on the old version fail."""
        summary = self._store.summary(subject)
        flag = flag_with_name(flag, summary, name_digest, names_of=lambda: self._subjects.names_of(subject))
        after = rules.with_flag(summary, flag, name_digest=name_digest, on=day_in_shanghai(at))
        event = _flag_event(EventKind.FLAG_CONFIRMED, flag.flag_id, after, by, at)
        self._store.save(summary, after, [event], at=at, tx=tx)

    def end_flag(self, subject: SubjectKey, flag_id: str, *, by: Caller, at: datetime, tx: Transaction) -> None:
        """Remove a flag from the summary in the caller's transaction."""
        summary = self._store.summary(subject)
        after = rules.without_flag(summary, flag_id)
        event = _flag_event(EventKind.FLAG_LIFTED, flag_id, after, by, at)
        self._store.save(summary, after, [event], at=at, tx=tx)

    def _law(self, at: datetime, *, pack: str | None = None) -> RulePack:
        """Return the rule pack in force at an instant; the deployment's if none is named."""
        return pack_in_force(self._packs, pack or self._pack, on=day_in_shanghai(at))

    def _refer(self, subject: SubjectKey, about: Identity, inquiry: Inquiry, *, by: Caller, at: datetime) -> None:
        """Let a person decide whose the name is under which the number was asked about; once for each name."""
        found = Mismatch(
            cause=Cause.CHECK,
            subject=subject,
            first=subject,
            said=masked_name(about.name),
            said_digest=self._keys.digest_of_name(about),
            said_by=by.actor,
            department=by.department or "",
            reference=inquiry.case_no or inquiry.item_code,
        )
        self._conflicts().open(found, at=at)


def with_linked(own: Summary, store: CreditStore) -> Summary:
    """Read the linked summaries too, with one batch read per step from identity to identity."""
    met: dict[SubjectKey, LinkedSummary] = {}
    wanted = own.links
    while wanted:
        found = zip(wanted, store.summaries([link.subject for link in wanted]), strict=True)
        met |= {link.subject: LinkedSummary(link=link, summary=summary) for link, summary in found}
        wanted = links_beyond(own, met.values())
    return join(own, tuple(met.values()))


def _flag_event(kind: EventKind, flag_id: str, after: Summary, by: Caller, at: datetime) -> NewEvent:
    data: dict[str, Json] = {
        "flag_id": flag_id,
        "summary_version": after.version,
        "flags": sorted(flag.flag_id for flag in after.flags),
    }
    return NewEvent(kind=kind, occurred_at=at, actor=by.actor, department=by.department or "", data=data)
