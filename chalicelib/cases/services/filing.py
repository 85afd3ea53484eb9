"""Filing: one batch of reads, one atomic write (提交申请、收件)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.authorities.model import Act
from chalicelib.cases.model.case import WAITING, Case, Draft, State, Way
from chalicelib.cases.model.stages import Commitment
from chalicelib.cases.rules import filing, filing_events
from chalicelib.cases.rules.case_numbers import case_no_for
from chalicelib.cases.rules.filing import Submission
from chalicelib.cases.rules.handling import is_unchecked, without_interruptions
from chalicelib.cases.services.access import CaseAccess, Step, is_agent
from chalicelib.cases.services.intake import RECHECK_EVERY, Intake
from chalicelib.cases.services.materials.handed_in import HandedIn
from chalicelib.cases.services.repeat_promise import RepeatPromise
from chalicelib.cases.store import CaseStore, case_keys, draft_key, draft_of
from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock, ClockKind
from chalicelib.clocks.services.clocks import Clocks, clocks_payload
from chalicelib.credit.model.identity_conflicts import Cause, Mismatch
from chalicelib.credit.model.records import Eligibility, Ground, Summary
from chalicelib.credit.services.checks import Credit
from chalicelib.credit.store.records import UnreadableError
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import (
    ATTEMPTS,
    ConflictError,
    Transaction,
    read_together,
    retry_on_conflict,
    transaction,
)
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.logging import logger
from chalicelib.policy import FOR_THEMSELVES, Caller
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.subjects.model.subjects import SigningKey, SubjectKey
from chalicelib.subjects.rules.passkeys import verify_signature
from chalicelib.subjects.rules.signing_keys import SignedPart, invalid, key_id_of
from chalicelib.subjects.services import SigningKeys
from chalicelib.timeline.events import Json, NewEvent

if TYPE_CHECKING:
    from chalicelib.credit.services.identity_conflicts import Conflicts

OF_THE_PRINCIPAL = frozenset({ErrorCode.SUBJECT_BARRED, ErrorCode.RECOMMITMENT_NOT_ALLOWED})
"""Why a promise may not be open that concerns the principal alone: an agent learns only that it is not."""

OF_A_PROMISE = (
    ClockKind.ACCEPTANCE,
    ClockKind.HANDLING_PROMISED,
    ClockKind.HANDLING_STATUTORY,
    ClockKind.STEP,
    ClockKind.SUSPENSION,
    ClockKind.LATER_MATERIAL,
)
"""The clocks that end where a promise is refused before its decision."""

READ_FILED = Step(roles=FOR_THEMSELVES, act=Act.VIEW, told="case")
"""Filing again what was filed before answers with the case."""


class SubjectBarredError(DomainError):
    """Credit rules out a promise (R1.2); carries every record or flag that does, with its remedies."""

    def __init__(self, grounds: tuple[Ground, ...]) -> None:
        """Keep the grounds, which the HTTP layer renders in the caller's language."""
        super().__init__(ErrorCode.SUBJECT_BARRED)
        self.grounds = grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The case that a draft became and the clocks started with it; a repeated request gets no clocks."""

    case: Case
    clocks: tuple[Clock, ...] = ()
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The result of the batch read; ``summary`` is None if credit was not needed or could not be read."""

    draft: Draft | None
    case: Case | None
    key: SigningKey | None
    summary: Summary | None
    documents: tuple[Row | None, ...]


class Filing:
    """Turns a draft into a case, exactly once."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: CaseStore,
        *,
        catalogue: Catalogue,
        credit: Credit,
        keys: SigningKeys,
        clocks: Clocks,
        again: RepeatPromise,
        access: CaseAccess,
        packs: Sequence[RulePack],
        conflicts: Callable[[], "Conflicts"],
        handed_in: HandedIn,
    ) -> None:
        """Take everything that the gate depends on, who decides on names that do not match, and the documents."""
        self._handed_in = handed_in
        self._access = access
        self._conflicts = conflicts
        self._packs = packs
        self._store = store
        self._catalogue = catalogue
        self._credit = credit
        self._keys = keys
        self._again = again
        self._clocks = clocks
        self._intake = Intake(clocks, steps_of=catalogue.steps_of)

    def file(
        self, submission: Submission, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None = None
    ) -> Filed:
        """File a draft. Idempotent: filing the same draft again returns the same case.

        The write succeeds only if the credit summary and the item's version are still those that were checked. If the
        summary has changed, it is read and checked again: raises ``SUBJECT_BARRED`` if it now bars, ``CREDIT_CHANGED``
        if it keeps changing. If it cannot be read, the promise waits (``PENDING_CREDIT``), and so it does if something
        bars that was recorded under another name, until a person has decided (``PENDING_IDENTITY``, R6.3).

        Materials may be documents that are still in quarantine; ``DOCUMENT_NOT_USABLE`` for others that are not clean.

        An agent's authority is part of the same condition: raises ``AUTHORITY_REQUIRED`` once it has ended, and
        ``PROMISE_NOT_OPEN`` in place of what bars the principal. ``ITEM_ABOLISHED`` for an item that has ended since.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._file(submission, by=by, at=at, idempotency_key=idempotency_key)
            except ConflictError:
                continue
            except DomainError as refusal:
                if refusal.code is ErrorCode.NOTICE_OUTDATED:
                    self._catalogue.require_open(str(refusal.facts["item_code"]), at=at)
                raise
        raise DomainError(ErrorCode.CREDIT_CHANGED)

    def _file(
        self, submission: Submission, *, by: Caller, at: datetime, idempotency_key: IdempotencyKey | None
    ) -> Filed:
        found = self._read(submission, signer=by.own_subject(), idempotency_key=idempotency_key)
        mine = found.draft or found.case
        if mine is None or by.own_subject() not in {mine.maker, mine.subject}:
            raise DomainError(ErrorCode.NOT_FOUND)
        draft = found.draft
        if draft is None:
            # Drafts are removed some days after they expire; the case that one became is still the answer.
            case = self._store.load(mine.case_no)
            self._access.require(case, READ_FILED, by=by, at=at)
            return Filed(case=case, is_repeat=True)
        way = filing.way_of(draft, submission)
        authority = self._access.require_filing(draft, _act_of(way, filed=found.case), told="filing", by=by, at=at)
        if found.case is None:
            filing.require_in_time(draft, at=at)
        commitment = None
        if way is Way.COMMITMENT:
            filing.require_confirmations(draft.conditions, submission.confirmed)
            commitment = _signed(submission, draft, key=found.key, by=by, at=at)
        filing.require_materials(draft.materials, submission.materials, way=way, later=draft.later)
        if found.case is not None:
            return Filed(case=found.case, is_repeat=True)
        brought = self._handed_in.from_rows(submission.materials, found.documents, case_no=draft.case_no)
        if commitment is not None and found.key is not None and found.key.revoked_at is not None:
            raise DomainError(ErrorCode.KEY_REVOKED)
        judged = self._judged(draft, found.summary, way=way, by=by, at=at)
        case = filing_events.open_case(
            draft,
            way=way,
            materials=brought.materials,
            commitment=commitment,
            credit=None
            if judged is None or found.summary is None
            else filing_events.snapshot_of(found.summary, judged, at=at),
            at=at,
        )
        with transaction() as tx:
            terms = draft.terms
            self._catalogue.require_current(terms.item_code, terms.item_version, tx, filed_as=case.case_no, at=at)
            if found.summary is not None and commitment is not None:
                self._credit.require_unchanged(found.summary, tx)
            self._access.keep(authority, tx)
            self._handed_in.keep(brought, tx)
            if judged is not None and judged.is_disputed:
                self._conflicts().add(_mismatch(case, said_by=by.actor), at=at, tx=tx)
            case, events, clocks = self._intake.begin(
                case, draft, actor=by.actor, pack=self._pack(case, at=at), at=at, tx=tx
            )
            case = self._store.add(case, events, at=at, tx=tx)
            if idempotency_key:
                idempotency_key.remember(case.case_no, tx, at=at)
        return Filed(case=case, clocks=clocks)

    def _judged(
        self, draft: Draft, summary: Summary | None, *, way: Way, by: Caller, at: datetime
    ) -> Eligibility | None:
        """Ask the gate, for promises only; None if credit cannot be read, which says nothing about anybody.

        Why a promise is not open is the principal's to know (``PROMISE_NOT_OPEN`` for an agent).
        """
        if way is Way.CERTIFICATE:
            return None
        try:
            return self._asked(draft, summary, at=at)
        except DomainError as refusal:
            if is_agent(by, draft.subject) and refusal.code in OF_THE_PRINCIPAL:
                raise DomainError(ErrorCode.PROMISE_NOT_OPEN) from None
            raise

    def _asked(self, draft: Draft, summary: Summary | None, *, at: datetime) -> Eligibility | None:
        if draft.closed_by:
            raise DomainError(draft.closed_by[0], item_code=draft.terms.item_code)
        terms = draft.terms
        if not self._again.is_allowed(terms.recommitment, item_code=terms.item_code, subject=draft.subject, at=at):
            # A promise may have been withdrawn after this draft was made; a stored draft must not get round the rule.
            raise DomainError(ErrorCode.RECOMMITMENT_NOT_ALLOWED, item_code=terms.item_code)
        if summary is None:
            return None
        judged = filing.eligibility_for(draft.terms, summary, name_digest=draft.name_digest, on=day_in_shanghai(at))
        if not judged.allowed and not judged.waits:
            raise SubjectBarredError(judged.reasons)
        return judged

    def _read(self, submission: Submission, *, signer: SubjectKey, idempotency_key: IdempotencyKey | None) -> _Found:
        """Read draft, case, documents, signing key and credit in one round trip.

        Only the draft says for whom an agent acts, so another subject's summary takes one more read.
        """
        wanted: list[Row] = [draft_key(submission.draft_id), *case_keys(case_no_for(submission.draft_id))]
        of_key = len(wanted)
        key_id = key_id_of(submission.signature) if submission.signature else None
        if key_id is not None:
            wanted.append(self._keys.row(signer, key_id))
        first = len(wanted)
        wanted += self._handed_in.keys(submission.materials)
        last = len(wanted)
        if idempotency_key is not None:
            wanted.append(idempotency_key.row())
        rows, summary = self._with_credit(wanted, signer if key_id is not None else None)
        if idempotency_key is not None:
            idempotency_key.made_before(rows[-1])
        draft = None if rows[0] is None else draft_of(rows[0])
        if key_id is not None and draft is not None and draft.subject != signer:
            summary = self._credit_of(draft.subject)
        return _Found(
            draft=draft,
            case=self._store.from_rows(rows[1], rows[2]),
            key=None if key_id is None else self._keys.from_row(rows[of_key]),
            summary=summary,
            documents=tuple(rows[first:last]),
        )

    def _with_credit(self, wanted: list[Row], subject: SubjectKey | None) -> tuple[list[Row | None], Summary | None]:
        if subject is None:
            return read_together(*wanted), None
        try:
            *rows, row = read_together(*wanted, self._credit.summary_row(subject))
        except (BotoCoreError, ClientError, DomainError):
            # One unreadable item fails the whole batch; if the cause is not credit, this second read fails too.
            return read_together(*wanted), self._credit_of(subject)
        return rows, _unless_unreadable(lambda: self._credit.summary_from(row, subject))

    def _credit_of(self, subject: SubjectKey) -> Summary | None:
        return _unless_unreadable(lambda: self._credit.summary(subject))

    @retry_on_conflict
    def recheck(self, owner: str, clock_id: str, at: datetime) -> None:
        """Check credit again for a waiting promise: file it if allowed, otherwise continue by certificate.

        Called by the sweep. While credit cannot be read, or a person has not said whose the records are, nothing is
        decided and it is tried again later; the second wait's clock warns the credit office, which must decide.
        """
        clock = self._clocks.get(owner, clock_id)
        case = self._store.load(owner.partition(":")[2])
        if clock.stopped_at is not None:
            return
        waits = is_unchecked(case)
        summary = self._credit_of(case.subject) if waits else None
        with transaction() as tx:
            if not waits:
                self._clocks.stop(clock, at=at, tx=tx)
                return
            if summary is None:
                self._wait_on(case, clock, at=at, tx=tx)
                return
            judged = filing.eligibility_for(case.terms, summary, name_digest=case.name_digest, on=day_in_shanghai(at))
            if judged.is_disputed:
                self._conflicts().add(_mismatch(case, said_by=_signer_of(case)), at=at, tx=tx)
            if judged.waits and clock.kind is ClockKind.IDENTITY_CHECK:
                self._wait_on(case, clock, at=at, tx=tx)
                return
            self._credit.require_unchanged(summary, tx)
            stopped = clocks_payload(self._clocks.stop(clock, at=at, tx=tx))
            checked = replace(case, credit=filing_events.snapshot_of(summary, judged, at=at))
            self._settle(case, checked, judged, stopped, at=at, tx=tx)

    def _wait_on(self, case: Case, clock: Clock, *, at: datetime, tx: Transaction) -> None:
        """Let a promise wait on, and tell of the milestones that its clock has passed meanwhile."""
        moved, happened = self._clocks.moved_on(replace(clock, recheck_at=None), at=at)
        self._clocks.save(replace(moved, recheck_at=at + RECHECK_EVERY[clock.kind]), tx)
        if happened:
            self._store.save(case, case, happened, at=at, tx=tx)

    def _settle(
        self, case: Case, checked: Case, judged: Eligibility, stopped: list[Json], *, at: datetime, tx: Transaction
    ) -> None:
        """Save what becomes of a waiting promise: it goes on, goes on by certificate, or waits for a person."""
        is_accepted = case.state not in WAITING
        if judged.waits:
            after = checked if is_accepted else replace(checked, state=State.PENDING_IDENTITY)
            waiting = self._intake.let_wait(after, pack=self._pack(case, at=at), at=at, tx=tx)
            events = [filing_events.waiting_event(after, started=clocks_payload(waiting), stopped=stopped, at=at)]
            self._store.save(case, after, events, at=at, tx=tx)
            return
        started: tuple[Clock, ...] = ()
        milestones: list[NewEvent] = []
        if judged.allowed and is_accepted:
            after = checked
        elif judged.allowed:
            milestones, ended = self._intake.end(case, ClockKind.ACCEPTANCE, at=at, tx=tx)
            after, started = self._intake.take_in(
                replace(checked, state=State.RECEIVED), since=case.received_at, at=at, tx=tx
            )
            stopped = [*stopped, *clocks_payload(*ended)]
        else:
            milestones, ended = self._intake.end(case, *OF_A_PROMISE, at=at, tx=tx)
            after = replace(
                without_interruptions(checked, at=at, by=filing_events.FILING),
                state=State.AWAITING_MATERIALS,
                way=Way.CERTIFICATE,
                acceptance=None,
                extension=None,
                later=(),
            )
            started = (self._intake.await_materials(after, pack=self._pack(case, at=at), at=at, tx=tx),)
            stopped = [*stopped, *clocks_payload(*ended)]
        events = [
            *milestones,
            filing_events.check_event(after, started=clocks_payload(*started), stopped=stopped, at=at),
            *(() if is_accepted else filing_events.acceptance_events(after, started=clocks_payload(*started), at=at)),
        ]
        self._store.save(case, after, events, at=at, tx=tx)

    def _pack(self, case: Case, *, at: datetime) -> RulePack:
        return pack_in_force(self._packs, case.terms.pack, on=day_in_shanghai(at))


def _mismatch(case: Case, *, said_by: str) -> Mismatch:
    """Return the mismatch of a promise whose name is not the one under which credit was recorded."""
    return Mismatch(
        cause=Cause.FILING,
        subject=case.subject,
        first=case.subject,
        said=case.applicant_name,
        said_digest=case.name_digest,
        said_by=said_by,
        reference=case.case_no,
    )


def _signer_of(case: Case) -> str:
    return f"subject:{case.maker}"


def _act_of(way: Way, *, filed: Case | None) -> Act:
    """Return the act for which an agent needs authority: what was filed already is only looked at."""
    if filed is not None:
        return Act.VIEW
    return Act.PROMISE if way is Way.COMMITMENT else Act.FILE


def _unless_unreadable(read: Callable[[], Summary]) -> Summary | None:
    """Return the credit summary, or None while it cannot be read, which says nothing about anybody (R6.10)."""
    try:
        return read()
    except UnreadableError:
        logger("cases").warning("credit_unreadable")
        return None


def _signed(submission: Submission, draft: Draft, *, key: SigningKey | None, by: Caller, at: datetime) -> Commitment:
    """Check layout and signature against exactly the draft's payload (R1.6, R7.2), and say who signs for whom."""
    if submission.signature is None or key is None:
        raise invalid(SignedPart.KEY)
    filing.require_laid_out_as_signed(draft)
    verify_signature(submission.signature, draft.payload, key)
    return Commitment(
        confirmed=submission.confirmed,
        payload_hash=draft.payload_hash,
        signature=submission.signature,
        key_id=key.key_id,
        algorithm=key.algorithm.value,
        signed_by=by.own_subject(),
        signed_at=at,
        signatory=filing.signatory_of(by.identity, by.representative),
    )
