from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.cases.model.answers import AnswerGiven
from chalicelib.cases.model.case import Agent, Case, Material, State, Way
from chalicelib.cases.model.stages import CommitmentStatus, CreditSnapshot, Signatory
from chalicelib.cases.rules import filing_events
from chalicelib.catalogue.model.items import Acceptance
from chalicelib.catalogue.model.questions import QuestionKind
from chalicelib.credit.model.records import Eligibility
from chalicelib.credit.rules.summary import identity_conflict
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json
from tests.builders import A_SUBJECT, NOON, a_case, a_commitment, a_draft, a_plan, a_summary, some_terms

AN_AGENT = Agent(subject=SubjectKey("k1.agent"), name="王*", authority="a-1")
ALLOWED = CreditSnapshot(version=7, head_hash="ef" * 32, standing=CommitmentStatus.ALLOWED, reasons=(), checked_at=NOON)
PAPER = Material(id="old-plate", sha256="ab" * 32, name="张三的旧车牌")
STARTED: tuple[Json, ...] = ({"kind": "handling_promised"},)


def by(accepted_by: Acceptance, way: Way = Way.COMMITMENT) -> Case:
    return a_case(terms=some_terms(accepted_by=accepted_by), way=way)


def test_only_an_officer_accepts_certificates_and_items_that_say_so() -> None:
    assert filing_events.is_accepted_at_once(by(Acceptance.AUTOMATIC))
    assert filing_events.is_accepted_at_once(by(Acceptance.INSTANT, Way.CERTIFICATE))
    assert not filing_events.is_accepted_at_once(by(Acceptance.AUTOMATIC, Way.CERTIFICATE))
    assert not filing_events.is_accepted_at_once(by(Acceptance.OFFICER))


def test_a_promise_without_the_gates_word_waits_and_a_certificate_does_not() -> None:
    def state(way: Way) -> State:
        return filing_events.open_case(a_draft(), way=way, materials=(), commitment=None, credit=None, at=NOON).state

    assert state(Way.COMMITMENT) is State.PENDING_CREDIT
    assert state(Way.CERTIFICATE) is State.RECEIVED


@pytest.mark.requirement("R6.3")
def test_a_promise_waits_for_a_person_where_something_bars_under_another_name() -> None:
    found = Eligibility(allowed=False, reasons=(identity_conflict(),))
    kept = filing_events.snapshot_of(a_summary(version=7), found, at=NOON)

    case = filing_events.open_case(a_draft(), way=Way.COMMITMENT, materials=(), commitment=None, credit=kept, at=NOON)

    assert (kept.standing, kept.reasons) == (CommitmentStatus.PENDING, ("IDENTITY_CONFLICT:",))
    assert case.state is State.PENDING_IDENTITY
    event = filing_events.waiting_event(case, started=STARTED, stopped=("credit_recheck",), at=NOON)
    assert (event.kind, event.data) == (
        EventKind.IDENTITY_AWAITED,
        {"clocks_started": STARTED, "clocks_stopped": ("credit_recheck",)},
    )


def test_an_accepted_case_counts_from_its_filing_and_an_instant_one_is_closed() -> None:
    accepted = filing_events.accept(by(Acceptance.AUTOMATIC), at=NOON)
    instant = filing_events.accept(by(Acceptance.INSTANT), at=NOON)

    assert (accepted.state, accepted.decision) == (State.ACCEPTED, None)
    assert accepted.acceptance is not None
    assert accepted.acceptance.counts_from == NOON
    assert (instant.state, instant.is_finished) == (State.CLOSED, True)


@pytest.mark.requirement("R6.8")
def test_the_summary_that_was_judged_is_kept_with_the_case() -> None:
    kept = filing_events.snapshot_of(a_summary(version=7), Eligibility(allowed=True), at=NOON)

    assert (kept.version, kept.standing, kept.head_hash) == (7, CommitmentStatus.ALLOWED, "0" * 64)


def test_clocks_are_told_with_the_event_that_started_them() -> None:
    waiting = by(Acceptance.OFFICER)
    accepted = filing_events.accept(by(Acceptance.INSTANT), at=NOON)

    asked = filing_events.materials_event(
        waiting, [PAPER], actor="subject:x", started=[{"kind": "acceptance"}], stopped=[], at=NOON
    )
    taken = filing_events.materials_event(accepted, [PAPER], actor="subject:x", started=[], stopped=[], at=NOON)

    assert asked.data["clocks_started"] == [{"kind": "acceptance"}]
    assert "clocks_started" not in taken.data
    assert asked.data["materials"] == [{"id": "old-plate", "sha256": "ab" * 32}]


@pytest.mark.requirement("R1.12")
def test_an_exempt_plan_is_told_with_its_justification() -> None:
    told = filing_events.plan_payload(a_plan(required=False, written_limit=None, exempt_justification="日常监管覆盖。"))

    assert told == {
        "required": False,
        "method": "online",
        "officers": 1,
        "standard": "系统里没有扣押记录。",
        "limit": None,
        "exempt_justification": "日常监管覆盖。",
    }


@pytest.mark.requirement("R1.6")
def test_a_signing_is_told_with_what_was_signed_by_which_key_and_how_it_is_verified() -> None:
    case = by(Acceptance.OFFICER)
    draft = a_draft(payload='{"item":"plate-replacement"}')

    event = filing_events.signing_event(case, draft, a_commitment(payload_hash="12" * 32), actor="subject:x")

    assert (event.kind, event.occurred_at) == (EventKind.COMMITMENT_SIGNED, NOON)
    assert (event.actor, event.department) == ("subject:x", "traffic")
    assert event.texts == {"payload": '{"item":"plate-replacement"}'}
    assert event.data == {
        "item_code": "plate-replacement",
        "item_version": 1,
        "notice_hash": "cd" * 32,
        "confirmed": ("plate-lost",),
        "payload_hash": "12" * 32,
        "signature": "header..signature",
        "key_id": "key-1",
        "algorithm": "ES256",
        "verification": {
            "required": True,
            "method": "online",
            "officers": 1,
            "standard": "系统里没有扣押记录。",
            "limit": {"value": 2, "unit": "months", "basis": "第1条"},
            "exempt_justification": "",
        },
        "subject": A_SUBJECT,
    }


def test_who_signed_for_an_organisation_is_hashed_by_the_digest_alone() -> None:
    signatory = Signatory(name="赵示例", number="3****************6", office="法定代表人")
    commitment = a_commitment(signatory=signatory)

    event = filing_events.signing_event(by(Acceptance.OFFICER), a_draft(payload="{}"), commitment, actor="subject:x")

    assert event.texts == {"payload": "{}", "signatory": "赵示例 · 3****************6 · 法定代表人"}
    assert "signatory" not in event.data


@pytest.mark.requirement("R6.8")
def test_a_filing_is_told_with_its_way_its_materials_and_what_the_gate_decided_on() -> None:
    case = a_case(terms=some_terms(accepted_by=Acceptance.OFFICER), materials=(PAPER,), credit=ALLOWED)

    event = filing_events.filing_event(case, actor="subject:x", started=STARTED, at=NOON)

    assert (event.kind, event.actor, event.texts) == (EventKind.CASE_FILED, "subject:x", {})
    assert event.data == {
        "item_code": "plate-replacement",
        "item_version": 1,
        "way": "commitment",
        "pack": "corrects-first",
        "state": "received",
        "materials": [{"id": "old-plate", "sha256": "ab" * 32}],
        "credit": {"version": 7, "head_hash": "ef" * 32, "standing": "allowed", "reasons": ()},
        "subject": A_SUBJECT,
        "clocks_started": ({"kind": "handling_promised"},),
    }


@pytest.mark.requirement("R1.8")
def test_a_filing_by_an_agent_is_told_with_the_agent_and_the_authority() -> None:
    event = filing_events.filing_event(a_case(agent=AN_AGENT), actor="subject:k1.agent", started=(), at=NOON)

    assert (event.data["subject"], event.data["agent"]) == (A_SUBJECT, "k1.agent")
    assert (event.data["authority"], event.texts) == ("a-1", {})


def test_a_filing_without_a_promise_carries_the_answers_which_a_promise_has_in_it() -> None:
    answer = AnswerGiven(id="phone", kind=QuestionKind.PHONE, label="电话", label_en="Phone", digest="ab" * 32)
    by_paper, by_promise = a_case(answers=(answer,)), a_case(answers=(answer,), commitment=a_commitment())

    def texts(case: Case) -> Mapping[str, str]:
        return filing_events.filing_event(case, actor="x", started=(), at=NOON).texts

    text = f'[{{"digest":"{"ab" * 32}","id":"phone","label":"电话"}}]'
    assert texts(by_paper) == {"answers": text}
    assert texts(by_promise) == {}
    assert texts(a_case()) == {}


def test_a_filing_starts_no_clock_if_acceptance_does_or_credit_is_awaited() -> None:
    accepted = filing_events.accept(by(Acceptance.AUTOMATIC), at=NOON)
    waiting = a_case(state=State.PENDING_CREDIT)

    for case in (accepted, waiting):
        assert "clocks_started" not in filing_events.filing_event(case, actor="x", started=STARTED, at=NOON).data


def test_the_event_of_a_filing_without_a_check_says_that_there_was_none() -> None:
    assert filing_events.filing_event(a_case(credit=None), actor="x", started=(), at=NOON).data["credit"] is None


@pytest.mark.requirement("R6.4")
def test_linked_summaries_that_counted_are_told_with_the_check() -> None:
    snapshot = replace(ALLOWED, others=("k1.former@3:" + "0" * 64,))

    told = filing_events.credit_payload(snapshot)

    assert isinstance(told, dict)
    assert told["others"] == ("k1.former@3:" + "0" * 64,)


def test_an_item_accepted_on_filing_is_told_as_accepted_and_an_instant_one_as_delivered_too() -> None:
    accepted = filing_events.accept(by(Acceptance.AUTOMATIC), at=NOON)
    instant = filing_events.accept(a_case(case_no="A1", terms=some_terms(accepted_by=Acceptance.INSTANT)), at=NOON)

    (word,) = filing_events.acceptance_events(accepted, started=STARTED, at=NOON)
    _, decided, delivered = filing_events.acceptance_events(instant, started=(), at=NOON)

    assert filing_events.acceptance_events(by(Acceptance.OFFICER), started=STARTED, at=NOON) == ()
    assert (word.kind, word.actor) == (EventKind.CASE_ACCEPTED, "service:filing")
    assert word.data == {"manner": "on_filing", "clocks_started": ({"kind": "handling_promised"},)}
    assert (decided.kind, decided.data) == (EventKind.CASE_DECIDED, {"outcome": "granted", "document_no": "A1"})
    assert (delivered.kind, delivered.data) == (EventKind.CASE_DELIVERED, {})


@pytest.mark.requirement("R6.10")
def test_waiting_for_credit_says_nothing_of_the_subject() -> None:
    event = filing_events.waiting_event(a_case(state=State.PENDING_CREDIT), started=STARTED, at=NOON)

    assert (event.kind, event.actor) == (EventKind.CREDIT_AWAITED, "service:filing")
    assert event.data == {"clocks_started": ({"kind": "handling_promised"},)}


def test_the_late_answer_of_the_gate_starts_the_clocks_that_it_held_up() -> None:
    case = a_case(state=State.RECEIVED, credit=ALLOWED)

    event = filing_events.check_event(case, started=STARTED, stopped=("credit_recheck",), at=NOON)

    assert event.kind is EventKind.CREDIT_CHECKED
    assert event.data == {
        "credit": {"version": 7, "head_hash": "ef" * 32, "standing": "allowed", "reasons": ()},
        "clocks_stopped": ("credit_recheck",),
        "clocks_started": ({"kind": "handling_promised"},),
    }


def test_a_promise_that_credit_refuses_late_is_told_as_refused() -> None:
    refused = replace(ALLOWED, standing=CommitmentStatus.REFUSED, reasons=("SUBJECT_BARRED:market/r-1",))
    case = a_case(state=State.AWAITING_MATERIALS, credit=refused)

    event = filing_events.check_event(case, started=(), stopped=("credit_recheck",), at=NOON)

    assert event.kind is EventKind.COMMITMENT_REFUSED
    assert event.data["credit"] == {
        "version": 7,
        "head_hash": "ef" * 32,
        "standing": "refused",
        "reasons": ("SUBJECT_BARRED:market/r-1",),
    }


def test_a_case_accepted_with_the_late_answer_starts_its_clocks_by_its_acceptance() -> None:
    accepted = filing_events.accept(a_case(credit=ALLOWED), at=NOON)

    event = filing_events.check_event(accepted, started=STARTED, stopped=(), at=NOON)

    assert "clocks_started" not in event.data
