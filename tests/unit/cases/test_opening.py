import pytest

from chalicelib.cases.model.case import Case, Material, State, Way
from chalicelib.cases.model.stages import CommitmentStatus
from chalicelib.cases.rules import filing_events
from chalicelib.catalogue.model.items import Acceptance
from chalicelib.credit.model.records import Eligibility
from tests.builders import NOON, a_case, a_draft, a_plan, a_summary, some_terms


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
    paper = (Material(id="old-plate", sha256="ab" * 32, name="张三的旧车牌"),)

    asked = filing_events.materials_event(waiting, paper, actor="subject:x", started=[{"kind": "acceptance"}], at=NOON)
    taken = filing_events.materials_event(accepted, paper, actor="subject:x", started=[], at=NOON)

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
