"""Two people who are alike but for the way they chose are told, timed, listed and checked alike (R1.3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.cases.model.case import Case, Way
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Acceptance, Method
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.container import container
from chalicelib.credit.model.records import Purpose
from chalicelib.credit.services.checks import Inquiry
from chalicelib.policy import Role
from chalicelib.supervision.services.board import Filter
from tests.builders import NOON, a_caller, an_identity, an_item
from tests.services.case_office import Applicant, publish

pytestmark = pytest.mark.usefixtures("cloud")

HOUR = timedelta(hours=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
OTHER = a_caller(Role.OFFICER, sub="o-2", department="traffic")
HANDLING = (ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY)


def by(case: Case, hours: int) -> Command:
    return Command(case_no=case.case_no, by=OFFICER, at=NOON + hours * HOUR, version=case.version)


def accepted() -> tuple[dict[Way, Applicant], dict[Way, Case]]:
    """A case each way, of two people, received and accepted at the same instants by an officer."""
    publish(replace(an_item(), acceptance=Acceptance.OFFICER))
    people = {
        Way.COMMITMENT: Applicant().enrol(),
        Way.CERTIFICATE: Applicant(identity=an_identity(number="330106198307270002")),
    }
    cases = {
        Way.COMMITMENT: people[Way.COMMITMENT].promise(people[Way.COMMITMENT].draft()).case,
        Way.CERTIFICATE: people[Way.CERTIFICATE]
        .certify(people[Way.CERTIFICATE].draft(way=Way.CERTIFICATE), "old-plate")
        .case,
    }
    return people, {way: container().acceptance.accept(by(case, 1)).case for way, case in cases.items()}


@pytest.mark.requirement("R1.3")
def test_both_ways_have_the_same_time_and_the_same_place_in_the_officers_list() -> None:
    _people, cases = accepted()
    clocks = {way: container().clocks.of_owner(case.owner) for way, case in cases.items()}
    times = {
        way: {clock.kind: clock.due_at for clock in mine if clock.kind in HANDLING} for way, mine in clocks.items()
    }
    late = times[Way.CERTIFICATE][ClockKind.HANDLING_PROMISED] + HOUR

    listed, _next = container().supervision.worklist(
        Filter(kind=ClockKind.HANDLING_PROMISED), by=OFFICER, at=late, limit=10, after=None
    )

    assert times[Way.COMMITMENT] == times[Way.CERTIFICATE]
    assert len(times[Way.COMMITMENT]) == len(HANDLING)
    assert {(shown.clock.owner, shown.light) for shown in listed} == {
        (case.owner, Light.RED) for case in cases.values()
    }


@pytest.mark.requirement("R1.3")
def test_a_check_answers_the_same_of_both_after_all_is_done() -> None:
    people, cases = accepted()
    for way, case in cases.items():
        decided = container().handling.decide(by(case, 2), outcome=Outcome.GRANTED, document_no="1号").case
        closed = container().handling.deliver(by(decided, 3)).case
        if way is Way.COMMITMENT:
            container().consequences.verify(
                by(closed, 4), result=Finding.TRUE, method=Method.ONLINE, findings="系统核验。"
            )
    inquiry = Inquiry(item_code="plate-replacement", purpose=Purpose.ENFORCEMENT, department="traffic")

    answers = {
        way: container().credit.check(one.identity, inquiry, by=OFFICER, at=NOON + 5 * HOUR)
        for way, one in people.items()
    }

    assert answers[Way.COMMITMENT] == answers[Way.CERTIFICATE]
    assert answers[Way.CERTIFICATE].reasons == ()
