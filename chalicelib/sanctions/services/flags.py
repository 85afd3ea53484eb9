"""The handling of flags by credit officers and the subjects."""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from chalicelib.clock import day_in_shanghai, instant_text
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.credit.model.identity_conflicts import Cause
from chalicelib.credit.model.records import Document, Purpose
from chalicelib.credit.rules.identity_conflicts import mismatch_of
from chalicelib.credit.services.checks import Credit, Inquiry
from chalicelib.credit.services.identity_conflicts import Conflicts
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.sanctions.model.flags import (
    Confirmation,
    Documents,
    Flag,
    FlagFilter,
    FlagState,
    Lifting,
    MeasureList,
    Party,
    Proposal,
    Proposed,
    Service,
    Statement,
    Target,
)
from chalicelib.sanctions.rules import flags
from chalicelib.sanctions.rules import measures as listed
from chalicelib.sanctions.services.queries import flags_of_all
from chalicelib.sanctions.store.flags import FlagStore, measure_lists
from chalicelib.subjects.model.subjects import NameRank, SubjectKey
from chalicelib.subjects.rules.identifiers import SubjectKeys, require_valid
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json
from chalicelib.workdays.model.limits import Limit, Unit

LISTED = ("flags",)
"""The field that a list of a subject's flags shows."""


class Flags:
    """The list of measures and all flags."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: FlagStore,
        clocks: Clocks,
        credit: Credit,
        *,
        subjects: Subjects,
        keys: SubjectKeys,
        packs: Sequence[RulePack],
        pack: str,
        documents: Documents,
        conflicts: Callable[[], Conflicts],
        lengthen: Callable[[Clock, datetime], Clock],
        item_names: Callable[[Iterable[str], datetime], Mapping[str, str]],
        lists: Callable[[], Sequence[MeasureList]] = measure_lists,
    ) -> None:
        """Take the stores, ``documents`` to know what is in effect, and the ``lists`` of measures.

        ``lengthen`` gives the subject back the time that an outage took.
        ``conflicts`` take names that do not match to a person.
        ``pack`` is the code of the one in ``packs`` that sets the time for a defence, because a flag belongs to no
        item.
        """
        self._store = store
        self._clocks = clocks
        self._credit = credit
        self._subjects = subjects
        self._keys = keys
        self._packs = packs
        self._pack = pack
        self._documents = documents
        self._conflicts = conflicts
        self._lengthen = lengthen
        self._lists = lists
        self._item_names = item_names

    def measures(self, edition: str | None, *, at: datetime) -> MeasureList:
        """Return an edition of the list, by default the one in force; raises ``NOT_FOUND`` for an unknown one."""
        found = listed.edition_of(self._lists(), edition, on=day_in_shanghai(at))
        if found is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return found

    def propose(
        self,
        proposal: Proposal,
        target: Target,
        *,
        by: Caller,
        at: datetime,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Proposed:
        """Propose a flag on an effective document; it has no effect yet (R2.1 to R2.7, R2.11, R2.14)."""
        today = day_in_shanghai(at)
        about = require_valid(target.about, on=today)
        other = None if target.document_about is None else require_valid(target.document_about, on=today)
        edition, measure = listed.measure_for(proposal, self._lists(), on=today)
        pack = self._law(at)
        document = listed.document_of(proposal, pack, on=today, at=at)
        subject = self._keys.key_of(about)
        document_subject = subject if other is None else self._keys.key_of(other)
        self._require_effective(proposal.case_no, document, subject=document_subject, on=today)
        listed.require_target(
            measure,
            about.kind,
            document_kind=None if other is None or document_subject == subject else other.kind,
            personal_finding=proposal.personal_finding,
        )
        listed.require_proportionate(measure, proposal)
        listed_until = None
        if listed.needs_listing(measure, proposal.conduct):
            listed_until = self._credit.listed_until(document_subject, listed.BEING_LISTED, on=today)
            listed.require_listed(measure, proposal.conduct, listed_until=listed_until)
        ends_on = listed.end_of(
            measure, proposal, pack, found_on=document.effective_on, listed_until=listed_until, on=today
        )
        known = self._subjects.know(about, by.naming(NameRank.OFFICE), at)
        mismatch = mismatch_of(Cause.FLAG, known, about, by=by, reference=f"{edition.edition}/{measure.code}")
        if mismatch is not None:
            self._conflicts().open(mismatch, at=at)
            raise DomainError(ErrorCode.IDENTITY_CONFLICT)
        flag = flags.propose(
            proposal,
            Party(
                subject=subject,
                document_subject=document_subject,
                name_digest=self._keys.digest_of_name(about),
                masked_name=known.masked_name,
                kind=about.kind,
            ),
            flag_id=secrets.token_hex(12),
            edition=edition.edition,
            measure=measure,
            document=document,
            ends_on=ends_on,
            pack=pack,
            by=by.actor,
            department=by.department or "",
            at=at,
        )
        return self._add(flag, at=at, idempotency_key=idempotency_key)

    @retry_on_conflict
    def serve(self, flag_id: str, service: Service, *, by: Caller, version: int, at: datetime) -> Flag:
        """Record the service of the notice, from which the time for the defence runs (R2.12)."""
        before = self._officers(flag_id, by=by, version=version)
        after = flags.serve(before, service, at=at)
        with transaction() as tx:
            clock = self._clocks.start(
                ClockKind.DEFENCE,
                self._defence_limit(at),
                owner=before.owner,
                department=before.department,
                responsible=f"subject:{before.subject}",
                pack=self._pack,
                started_at=service.served_at,
                tx=tx,
            )
            event = flags.flag_event(
                EventKind.FLAG_SERVED,
                by=by,
                at=at,
                data={
                    "served_at": instant_text(service.served_at),
                    "method": service.method,
                    "clocks_started": clocks_payload(clock),
                },
                texts={"proof": service.proof},
            )
            return self._store.save(before, after, [event], at=at, tx=tx)

    @retry_on_conflict
    def state(self, flag_id: str, text: str, *, by: Caller, at: datetime) -> Flag:
        """Record the subject's statement, which ends the time for it and calls for a reply (R1.18).

        Repeating the same text changes nothing.
        """
        before = self._store.load(flag_id)
        require(by, roles=(Role.APPLICANT,), subjects=self._credit.who_may_act(before.subject, by=by))
        if before.statements and before.statements[-1].text == text:
            return before
        after = flags.answer(before, Statement(made_at=at, text=text))
        with transaction() as tx:
            stopped = self._stop(self._defence(before), at=at, tx=tx)
            event = flags.flag_event(
                EventKind.FLAG_ANSWERED, by=by, at=at, data={"clocks_stopped": stopped}, texts={"statement": text}
            )
            return self._store.save(before, after, [event], at=at, tx=tx)

    @retry_on_conflict
    def confirm(
        self, flag_id: str, reason: str, *, statement_answer: str, by: Caller, version: int, at: datetime
    ) -> Flag:
        """Put a flag in force, as a second person; the credit summary, and thus the gate, changes at once.

        Raises ``SAME_PERSON`` for the proposer, ``DEFENCE_OPEN`` before a statement or the end of the time for it, and
        ``CALENDAR_UNKNOWN`` while that end cannot be determined. The clock's due instant decides, not the sweep.
        """
        before = self._officers(flag_id, by=by, version=version)
        clock = self._time_to_answer(before, at=at)
        decision = Confirmation(confirmed_at=at, by=by.actor, reason=reason, statement_answer=statement_answer)
        today = day_in_shanghai(at)
        due_at = None if clock is None else clock.due_at
        after = flags.confirm(before, decision, by=by, defence_due_at=due_at, on=today)
        if clock is not None and clock.is_undecidable(at) and not before.statements:
            # The last day is not known yet, so it cannot have passed (R4.4).
            raise DomainError(ErrorCode.CALENDAR_UNKNOWN, due_on=clock.due_on.isoformat())
        self._require_effective(before.case_no, before.document, subject=before.party.document_subject, on=today)
        edition = listed.list_in_force(self._lists(), on=today)
        listed.require_ground(after, edition, on=today)
        self._require_still_listed(after, edition, on=today)
        with transaction() as tx:
            stopped = self._stop(self._defence(before), at=at, tx=tx)
            event = flags.flag_event(
                EventKind.FLAG_CONFIRMED,
                by=by,
                at=at,
                data={
                    "starts_on": after.starts_on.isoformat(),
                    "ends_on": after.ends_on.isoformat(),
                    "clocks_stopped": stopped,
                },
                texts={"reason": reason, "statement_answer": statement_answer},
            )
            self._credit.put_flag(
                after.subject, flags.mark_of(after), name_digest=after.party.name_digest, by=by, at=at, tx=tx
            )
            return self._store.save(before, after, [event], at=at, tx=tx)

    @retry_on_conflict
    def lift(self, flag_id: str, *, reason: str, basis: str, by: Caller, version: int, at: datetime) -> Flag:
        """Lift a flag; one in force leaves the credit summary in the same transaction, which allows promises again."""
        before = self._officers(flag_id, by=by, version=version)
        after = flags.lift(before, Lifting(lifted_at=at, by=by.actor, reason=reason, basis=basis))
        with transaction() as tx:
            stopped = self._stop(self._defence(before), at=at, tx=tx)
            event = flags.flag_event(
                EventKind.FLAG_LIFTED,
                by=by,
                at=at,
                data={"was": before.state.value, "because": "lifting", "clocks_stopped": stopped},
                texts={"reason": reason, "basis": basis},
            )
            if before.state is FlagState.ACTIVE:
                self._credit.end_flag(before.subject, flag_id, by=by, at=at, tx=tx)
            return self._store.save(before, after, [event], at=at, tx=tx)

    def get(self, flag_id: str, *, by: Caller) -> Flag:
        """Return a flag to its subject or to the credit office that proposed it."""
        flag = self._store.load(flag_id)
        subjects = self._credit.who_may_act(flag.subject, by=by)
        require(by, roles=(Role.APPLICANT, Role.CREDIT_OFFICER), department=flag.department, subjects=subjects)
        return flag

    def defence_due_at(self, flag: Flag, *, at: datetime) -> datetime | None:
        """Return the last second for the subject's statement, as far as is known; None before the notice is served."""
        clock = self._time_to_answer(flag, at=at)
        return None if clock is None else clock.due_at

    def defences_due(self, found: Collection[Flag], *, at: datetime) -> dict[str, datetime]:
        """Return the last second for the statement to each flag that waits for one, by flag, in one read for all."""
        waiting = {flag.owner: flag.flag_id for flag in found if flag.state is FlagState.SERVED}
        clocks = self._clocks.several((owner, ClockKind.DEFENCE.value) for owner in waiting) if waiting else {}
        return {waiting[owner]: self._lengthen(clock, at).due_at for (owner, _), clock in clocks.items()}

    def flags_of(
        self, sought: FlagFilter, *, by: Caller, at: datetime, limit: int, after: Position | None = None
    ) -> Page[Flag]:
        """Return a page of flags, newest first, short where not all match; applicants see their own, whatever they ask.

        These include flags of linked identities that count for them, as they may defend themselves against those
        (R6.4). An officer who looks for a subject's flags stands in that subject's list of queries.
        """
        if Role.CREDIT_OFFICER not in by.roles:
            return flags_of_all(self._store, self._credit.identities(by.own_subject()), limit=limit, after=after)
        department = by.department or ""
        if sought.subject is not None:
            page = self._store.of_subject(sought.subject, limit=limit, after=after)
        elif sought.document is not None:
            page = self._store.of_document(department, sought.document, limit=limit, after=after)
        elif sought.state is not None:
            page = self._store.of_desk(department, sought.state, limit=limit, after=after)
        else:
            raise DomainError(ErrorCode.INVALID_QUERY, faults=(flags.NOTHING_SOUGHT,))
        own = tuple(flag for flag in page.items if flags.matches(flag, sought, by=by))
        if sought.subject is not None:
            looking = Inquiry(item_code="", purpose=Purpose.ENFORCEMENT)
            self._credit.log(looking, sought.subject, fields=LISTED, result_size=len(own), by=by, at=at)
        return page._replace(items=own)

    @retry_on_conflict
    def _add(self, flag: Flag, *, at: datetime, idempotency_key: IdempotencyKey | None) -> Proposed:
        made = idempotency_key.look_up() if idempotency_key is not None else None
        if made is not None:
            return Proposed(flag=self._store.load(made), replayed=True)
        names = self._item_names(flag.related_items, at)
        with transaction() as tx:
            new = self._store.add(flag, [flags.proposal_event(flag, names)], at=at, tx=tx)
            if idempotency_key is not None:
                idempotency_key.remember(flag.flag_id, tx, at=at)
        return Proposed(flag=new, replayed=False)

    def _officers(self, flag_id: str, *, by: Caller, version: int) -> Flag:
        flag = self._store.load(flag_id)
        require(by, roles=(Role.CREDIT_OFFICER,), department=flag.department, subjects=flag.party.keys)
        if flag.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        return flag

    def _require_effective(self, case_no: str | None, document: Document, *, subject: SubjectKey, on: date) -> None:
        if not self._documents.is_effective(case_no, document, subject=subject, on=on):
            raise DomainError(ErrorCode.NO_EFFECTIVE_DOCUMENT, faults=(listed.NOT_OF_THE_CASE,))

    def _require_still_listed(self, flag: Flag, edition: MeasureList, *, on: date) -> None:
        """Raise ``TARGET_NOT_ELIGIBLE`` if the listing that a flag needs has gone since it was proposed (R2.5)."""
        measure = edition.measure(flag.measure_code)
        if measure is not None and listed.needs_listing(measure, flag.conduct):
            until = self._credit.listed_until(flag.party.document_subject, listed.BEING_LISTED, on=on)
            listed.require_listed(measure, flag.conduct, listed_until=until)

    def _law(self, at: datetime) -> RulePack:
        return pack_in_force(self._packs, self._pack, on=day_in_shanghai(at))

    def _defence_limit(self, at: datetime) -> Limit:
        term = self._law(at).limit_term(TermKey.DEFENCE)
        return Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)

    def _defence(self, flag: Flag) -> Clock | None:
        return next((clock for clock in self._clocks.of_owner(flag.owner) if clock.kind is ClockKind.DEFENCE), None)

    def _time_to_answer(self, flag: Flag, *, at: datetime) -> Clock | None:
        """Return the clock of the defence, with the time that an outage took while nobody had answered (R4.17)."""
        clock = self._defence(flag)
        return clock if clock is None or clock.stopped_at is not None else self._lengthen(clock, at)

    def _stop(self, clock: Clock | None, *, at: datetime, tx: Transaction) -> list[Json]:
        if clock is None or clock.stopped_at is not None:
            return []
        return clocks_payload(self._clocks.stop(clock, at=at, tx=tx))
