"""Serving the notice of a grave record and confirming it, by which it begins to bar (R1.18, R2.9)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.credit.model.records import BarConfirmation, BarNotice, Purpose, Record
from chalicelib.credit.model.sources import Sources
from chalicelib.credit.rules import bars as rules
from chalicelib.credit.rules.redress import Changes
from chalicelib.credit.services.checks import Credit, Inquiry
from chalicelib.credit.services.redress import CreditRedress
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, is_own_matter, require
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.workdays.model.calendars import Calendars
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.rules.due_dates import due

SHOWN = ("record",)
"""The field that an officer's look at one record shows."""


class Bars:
    """Takes grave records from what somebody handed in to what bars, with the notice and two persons."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        records: CreditRedress,
        credit: Credit,
        calendars: Calendars,
        *,
        sources: Sources,
        packs: Sequence[RulePack],
        pack: str,
        item_names: Callable[[Iterable[str], datetime], Mapping[str, str]],
    ) -> None:
        """Take the records, the log of queries, and the calendars; ``pack`` sets the time to object."""
        self._records = records
        self._credit = credit
        self._calendars = calendars
        self._sources = sources
        self._packs = packs
        self._pack = pack
        self._item_names = item_names

    def one(self, source: str, record_id: str, *, by: Caller, at: datetime) -> Record:
        """Return a record to the department that answers for it, and log who read it (R6.13)."""
        record = self._load(source, record_id, by=by)
        looking = Inquiry(item_code="", purpose=Purpose.VERIFICATION)
        self._credit.log(looking, record.subject, fields=SHOWN, result_size=1, by=by, at=at)
        return record

    def unconfirmed(self, *, by: Caller, limit: int, after: Position | None) -> Page[Record]:
        """Return a page of the records of the caller's department that wait to be served or confirmed, by source.

        Those that concern the caller are left out, so that a page may be short.
        """
        require(by, roles=(Role.CREDIT_OFFICER,))
        own = [source for source, office in self._sources.departments.items() if office == by.department]
        page = page_of_lists(sorted(own), self._records.unconfirmed, limit=limit, after=after)
        return page._replace(items=tuple(one for one in page.items if not is_own_matter(by, (one.subject,))))

    @retry_on_conflict
    def serve(
        self, source: str, record_id: str, notice: tuple[datetime, str, str], *, by: Caller, version: int, at: datetime
    ) -> Record:
        """Record when, how and by what proof the notice was served (送达), from which the time to object runs."""
        before = self._of_version(source, record_id, by=by, version=version)
        served_at, method, proof = notice
        term = pack_in_force(self._packs, self._pack, on=day_in_shanghai(at)).limit_term(TermKey.DEFENCE)
        limit = Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)
        end = due(limit, started_at=served_at, calendar=self._calendars.current())
        after = rules.serve(
            before,
            BarNotice(
                served_at=served_at,
                method=method,
                proof=proof,
                recorded_by=by.actor,
                until=end.at,
                is_provisional=end.provisional,
            ),
            at=at,
        )
        data = {
            "served_at": instant_text(served_at),
            "method": method,
            "until": instant_text(end.at),
            "until_on": end.on.isoformat(),
        }
        texts = {
            "proof": proof,
            "notice": rules.notice_of(after, self._item_names(after.related_items, at), until=end.on),
        }
        event = rules.bar_event(EventKind.RECORD_SERVED, after, by=by, at=at, data=data, texts=texts)
        return self._save(after, event, at=at)

    @retry_on_conflict
    def confirm(self, source: str, record_id: str, reason: str, *, by: Caller, version: int, at: datetime) -> Record:
        """Let a record bar, as a second person; the summary, and with it the gate, changes in the same transaction."""
        before = self._of_version(source, record_id, by=by, version=version)
        notice = before.bar_notice
        if notice is not None and notice.is_provisional:
            before = replace(before, bar_notice=self._recounted(notice, at=at))
        after = rules.confirm(before, BarConfirmation(confirmed_at=at, by=by.actor, reason=reason), by=by)
        event = rules.bar_event(EventKind.RECORD_CONFIRMED, after, by=by, at=at, data={}, texts={"reason": reason})
        return self._save(after, event, at=at)

    def _recounted(self, notice: BarNotice, *, at: datetime) -> BarNotice:
        """Return the notice with the end of its time counted again, as a year may have been announced since."""
        term = pack_in_force(self._packs, self._pack, on=day_in_shanghai(at)).limit_term(TermKey.DEFENCE)
        limit = Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)
        end = due(limit, started_at=notice.served_at, calendar=self._calendars.current())
        return replace(notice, until=end.at, is_provisional=end.provisional)

    def _save(self, record: Record, event: NewEvent, *, at: datetime) -> Record:
        with transaction() as tx:
            self._records.change(record.subject, Changes(records=[record], facts=[event]), at=at, tx=tx)
        return record

    def _of_version(self, source: str, record_id: str, *, by: Caller, version: int) -> Record:
        record = self._load(source, record_id, by=by)
        if record.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        return record

    def _load(self, source: str, record_id: str, *, by: Caller) -> Record:
        office = self._sources.office_of(source)
        require(by, roles=(Role.CREDIT_OFFICER,), department=office)
        record = self._records.record(source, record_id)
        if record is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        require(by, roles=(Role.CREDIT_OFFICER,), department=office, subjects=(record.subject,))
        return record
