"""How a case begins (收件、受理): the case that a draft becomes, and the events for its timeline."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.cases.model.case import WAITING, Case, Draft, LaterMaterial, Material, State, Way
from chalicelib.cases.model.stages import (
    AcceptanceManner,
    AcceptanceWord,
    Commitment,
    CommitmentStatus,
    CreditSnapshot,
    Decision,
    Delivery,
    Outcome,
)
from chalicelib.cases.rules.answers import answers_text
from chalicelib.cases.rules.filing import status_of
from chalicelib.catalogue.model.items import Acceptance, VerificationPlan
from chalicelib.credit.model.records import Eligibility, Summary
from chalicelib.credit.rules.linked_credit import parts_of
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent

FILING = "service:filing"
"""The actor when the service accepts or answers by itself."""

ANSWERED_AT_ONCE = "即时事项，当场答复。"


def snapshot_of(summary: Summary, found: Eligibility, *, at: datetime) -> CreditSnapshot:
    """Return a snapshot of what the gate decided on, to be kept with the case (R6.8)."""
    _, *others = parts_of(summary)
    return CreditSnapshot(
        version=summary.version,
        head_hash=summary.head.hash,
        standing=status_of(found),
        reasons=tuple(f"{ground.code}:{ground.record}" for ground in found.reasons),
        checked_at=at,
        grounds=() if found.allowed else found.reasons,
        others=tuple(f"{one.owner}@{one.version}:{one.head.hash}" for one in others),
    )


def open_case(
    draft: Draft,
    *,
    way: Way,
    materials: tuple[Material, ...],
    commitment: Commitment | None,
    credit: CreditSnapshot | None,
    at: datetime,
) -> Case:
    """Return the case that a draft becomes.

    A promise whose credit check is outstanding is ``PENDING_CREDIT``, and ``PENDING_IDENTITY`` if a person has to say
    first whose the records under the number are.
    """
    return Case(
        case_no=draft.case_no,
        draft_id=draft.draft_id,
        tracking_code=draft.tracking_code,
        state=_first_state(way, credit),
        way=way,
        subject=draft.subject,
        applicant_name=draft.applicant_name,
        agent=draft.agent,
        maker=draft.maker,
        terms=draft.terms,
        received_at=at,
        conditions=draft.conditions,
        checklist=draft.materials,
        materials=materials,
        commitment=commitment,
        credit=credit,
        name_digest=draft.name_digest,
        refused_by=draft.refused_by,
        answers=draft.answers,
        sealed=draft.sealed,
        later=later_left(draft.later, materials) if way is Way.COMMITMENT else (),
    )


def later_left(later: Sequence[LaterMaterial], brought: Sequence[Material]) -> tuple[LaterMaterial, ...]:
    """Return what is still to be brought later of what was meant to be: not what came with the application."""
    here = {material.id for material in brought}
    return tuple(each for each in later if each.id not in here)


def _first_state(way: Way, credit: CreditSnapshot | None) -> State:
    if way is Way.COMMITMENT and credit is None:
        return State.PENDING_CREDIT
    if credit is not None and credit.standing is CommitmentStatus.PENDING:
        return State.PENDING_IDENTITY
    return State.RECEIVED


def is_accepted_at_once(case: Case) -> bool:
    """Whether the case needs no officer to accept it: an instant item, or a promise on an automatic item."""
    if case.terms.accepted_by is Acceptance.INSTANT:
        return True
    return case.terms.accepted_by is Acceptance.AUTOMATIC and case.way is Way.COMMITMENT


def accept(case: Case, *, at: datetime) -> Case:
    """Return the case accepted on filing; an instant item's case is also decided and closed at once."""
    word = AcceptanceWord(accepted=True, manner=AcceptanceManner.ON_FILING, counts_from=at, said_at=at, said_by=FILING)
    case = replace(case, state=State.ACCEPTED, acceptance=word)
    if case.terms.accepted_by is not Acceptance.INSTANT:
        return case
    return replace(
        case,
        state=State.CLOSED,
        decision=Decision(
            outcome=Outcome.GRANTED,
            document_no=case.case_no,
            reasons=ANSWERED_AT_ONCE,
            decided_at=at,
            decided_by=FILING,
        ),
        delivery=Delivery(delivered_at=at, delivered_by=FILING),
    )


def signing_event(case: Case, draft: Draft, commitment: Commitment, *, actor: str) -> NewEvent:
    """Return the event of the signing: by which key, over what, and how it will be verified (R1.6, R1.8, R1.12).

    Who signed for an organisation is personal data: it stands among the texts, which are hashed by their digest alone.
    """
    signatory = commitment.signatory
    return NewEvent(
        kind=EventKind.COMMITMENT_SIGNED,
        occurred_at=commitment.signed_at,
        actor=actor,
        department=case.department,
        data={
            "item_code": case.terms.item_code,
            "item_version": case.terms.item_version,
            "notice_hash": draft.notice_hash,
            "confirmed": commitment.confirmed,
            "payload_hash": commitment.payload_hash,
            "signature": commitment.signature,
            "key_id": commitment.key_id,
            "algorithm": commitment.algorithm,
            "verification": plan_payload(case.terms.verification),
            **_parties(case),
        },
        texts={"payload": draft.payload} | ({} if signatory is None else {"signatory": signatory.line}),
    )


def filing_event(case: Case, *, actor: str, started: Sequence[Json], at: datetime) -> NewEvent:
    """Return the event of the filing (收件): in which way, with which materials, and what the gate decided on.

    Without a promise, in which they would stand, the answers are its text.
    """
    data: dict[str, Json] = {
        "item_code": case.terms.item_code,
        "item_version": case.terms.item_version,
        "way": case.way.value,
        "pack": case.terms.pack,
        "state": case.state.value,
        "materials": materials_payload(case.materials),
        "credit": credit_payload(case.credit),
        **_parties(case),
    }
    if case.acceptance is None and case.state not in WAITING:
        data["clocks_started"] = started
    event = _event(EventKind.CASE_FILED, case, actor, data, at)
    if not case.answers or case.commitment is not None:
        return event
    return replace(event, texts={"answers": answers_text(case.answers)})


def acceptance_events(case: Case, *, started: Sequence[Json], at: datetime) -> tuple[NewEvent, ...]:
    """Return the events right after filing: acceptance and an instant answer; none if an officer must accept."""
    if case.acceptance is None:
        return ()
    word: dict[str, Json] = {"manner": case.acceptance.manner.value, "clocks_started": started}
    events = [_event(EventKind.CASE_ACCEPTED, case, FILING, word, at)]
    if case.decision is not None:
        decided: dict[str, Json] = {
            "outcome": case.decision.outcome.value,
            "document_no": case.decision.document_no,
        }
        events.append(_event(EventKind.CASE_DECIDED, case, FILING, decided, at))
        events.append(_event(EventKind.CASE_DELIVERED, case, FILING, {}, at))
    return tuple(events)


def waiting_event(case: Case, *, started: Sequence[Json], stopped: Sequence[Json] = (), at: datetime) -> NewEvent:
    """Return the event that a promise waits, which says nothing about the subject.

    Credit cannot be read yet (R6.10), or a person has to say first whose the records under the number are (R6.3).
    """
    kind = EventKind.CREDIT_AWAITED if case.state is State.PENDING_CREDIT else EventKind.IDENTITY_AWAITED
    data: dict[str, Json] = {"clocks_started": started, **({"clocks_stopped": stopped} if stopped else {})}
    return _event(kind, case, FILING, data, at)


def check_event(case: Case, *, started: Sequence[Json], stopped: Sequence[Json], at: datetime) -> NewEvent:
    """Return the event of the gate's answer on a promise that had to wait for it."""
    refused = case.state is State.AWAITING_MATERIALS
    data: dict[str, Json] = {"credit": credit_payload(case.credit), "clocks_stopped": stopped}
    if case.acceptance is None:
        data["clocks_started"] = started
    return _event(EventKind.COMMITMENT_REFUSED if refused else EventKind.CREDIT_CHECKED, case, FILING, data, at)


def materials_event(
    case: Case,
    brought: Sequence[Material],
    *,
    actor: str,
    started: Sequence[Json],
    stopped: Sequence[Json],
    at: datetime,
) -> NewEvent:
    """Return the event that certificates were handed in."""
    data: dict[str, Json] = {"materials": materials_payload(brought), "clocks_stopped": stopped}
    if case.acceptance is None:
        data["clocks_started"] = started
    return _event(EventKind.MATERIALS_RECEIVED, case, actor, data, at)


def later_event(
    case: Case, brought: Sequence[Material], *, actor: str, stopped: Sequence[Json], was_late: bool, at: datetime
) -> NewEvent:
    """Return the event that what the promise said would come later has come (容缺后补), and whether all has."""
    data: dict[str, Json] = {
        "materials": materials_payload(brought),
        "was_late": was_late,
        "still_owed": bool(case.owed_later),
        "clocks_stopped": stopped,
    }
    return _event(EventKind.LATER_MATERIAL_RECEIVED, case, actor, data, at)


def replacement_event(case: Case, brought: Sequence[Material], *, actor: str, at: datetime) -> NewEvent:
    """Return the event that documents took the place of refused ones, which starts no clock."""
    return _event(EventKind.MATERIALS_RECEIVED, case, actor, {"materials": materials_payload(brought)}, at)


def plan_payload(plan: VerificationPlan) -> Json:
    """Return the event payload of a verification plan."""
    return {
        "required": plan.required,
        "method": plan.method.value,
        "officers": plan.officers,
        "standard": plan.standard,
        "limit": None
        if plan.limit is None
        else {"value": plan.limit.value, "unit": plan.limit.unit.value, "basis": plan.limit.basis},
        "exempt_justification": plan.exempt_justification,
    }


def materials_payload(materials: Sequence[Material]) -> Json:
    """Return the event payload of materials: ids and digests, and which documents they are; never names."""
    return [
        {
            "id": material.id,
            "sha256": material.sha256,
            **({"document": material.document} if material.document else {}),
        }
        for material in materials
    ]


def credit_payload(credit: CreditSnapshot | None) -> Json:
    """Return the event payload of the credit snapshot that the gate decided on."""
    if credit is None:
        return None
    return {
        "version": credit.version,
        "head_hash": credit.head_hash,
        "standing": credit.standing.value,
        "reasons": credit.reasons,
        **({"others": credit.others} if credit.others else {}),
    }


def _parties(case: Case) -> dict[str, Json]:
    if case.agent is None:
        return {"subject": case.subject}
    return {"subject": case.subject, "agent": case.agent.subject, "authority": case.agent.authority}


def _event(kind: EventKind, case: Case, actor: str, data: dict[str, Json], at: datetime) -> NewEvent:
    return NewEvent(kind=kind, occurred_at=at, actor=actor, department=case.department, data=data)
