"""The process dies at any call to AWS, before it goes out or after it had its effect: trying again has one effect."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from app import app
from chalicelib.aws import client
from chalicelib.clocks import store
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import FlagState, Service, Target
from chalicelib.settings import settings
from infra.local.seeding import resident_of, uscc_of
from tests.builders import NOON, a_caller, a_proposal, an_identity, an_organisation
from tests.cloud import the_issuer, turn_clock
from tests.performance.deaths import Attempt, Death, DiedError, dying_everywhere
from tests.performance.house import ANSWERS, Elsewhere, SideDoor
from tests.performance.story import DECISION
from tests.services.case_office import Applicant
from tests.services.timelines import kinds_of

RED = datetime(2026, 10, 8, 16, 0, tzinfo=UTC)
STEP_RED = datetime(2026, 9, 29, 16, 0, tzinfo=UTC)
"""The second after the promised limit of a case filed on Monday 28 September: three working days, past the holidays."""


def an_applicant(number: int) -> Applicant:
    return Applicant(identity=an_identity(number=resident_of(number))).enrol()


FILED = ["commitment:signed", "case:filed", "case:accepted"]
PASSED = ["clock:warned", "clock:passed"] * 2
"""Of the step of handling and of the promised time."""


def test_a_filing_is_made_once(elsewhere: Elsewhere) -> None:
    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        applicant = an_applicant(number)
        drafted = applicant.draft(answers=ANSWERS)

        def look() -> None:
            case = container().cases.load(drafted.draft.case_no)
            assert applicant.promise(drafted).case == case
            assert (case.version, kinds_of(case.owner)) == (1, FILED)
            assert [clock.kind for clock in container().clocks.of_owner(case.owner)] == [
                ClockKind.HANDLING_PROMISED,
                ClockKind.HANDLING_STATUTORY,
                ClockKind.STEP,
            ]
            page = container().cases.of_subject(case.subject, state=None, department=None, limit=10, after=None)
            assert [card.case_no for card in page.items] == [case.case_no]
            assert container().credit.summary(case.subject).version == 0

        return lambda: applicant.promise(drafted), look

    dying_everywhere(prepare, elsewhere, calls=2)


def test_a_case_is_decided_once(elsewhere: Elsewhere) -> None:
    turn_clock(NOON)
    door, officer = SideDoor(app), the_issuer().token("officer.traffic")

    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        applicant = an_applicant(number)
        case = applicant.promise(applicant.draft(answers=ANSWERS)).case

        def decide() -> None:
            reply = door.post(f"/v1/cases/{case.case_no}/decision", DECISION, token=officer, if_match='"1"')
            # Whoever did not see the answer sends the version that they saw last, and is told that it is past.
            assert reply.status in {200, 412}, reply.text

        def look() -> None:
            assert container().cases.load(case.case_no).version == 2
            assert kinds_of(case.owner) == [*FILED, "case:decided"]
            clocks = container().clocks.of_owner(case.owner)
            assert ClockKind.DELIVERY in {clock.kind for clock in clocks if clock.stopped_at is None}
            assert len(clocks) == len({clock.clock_id for clock in clocks})

        return decide, look

    # The register of staff; the case, its clocks; the transaction; and the first again where it is looked at.
    dying_everywhere(prepare, elsewhere, calls=6)


def test_the_sweep_tells_each_milestone_once(elsewhere: Elsewhere) -> None:
    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        applicant = an_applicant(number)
        case = applicant.promise(applicant.draft(answers=ANSWERS)).case

        def look() -> None:
            assert kinds_of(case.owner) == [*FILED, *PASSED]
            promised, statutory, step = container().clocks.of_owner(case.owner)
            assert (promised.warned_at is not None, promised.passed_at) == (True, RED)
            assert (step.warned_at is not None, step.passed_at) == (True, STEP_RED)
            assert (statutory.warned_at, statutory.passed_at) == (None, None)
            assert container().cases.load(case.case_no).version == 1

        return lambda: container().clocks.sweep(at=RED), look

    # The heartbeat, what waited, four shards; in the one with something due, its clocks, the clocks with the head of
    # their timeline, and the transaction; the heartbeat again and the watch.
    dying_everywhere(prepare, elsewhere, calls=11)


def test_a_batch_of_clocks_of_many_owners_is_told_once(elsewhere: Elsewhere) -> None:
    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        applicants = [an_applicant(number * 10 + each) for each in range(5)]
        cases = [applicant.promise(applicant.draft(answers=ANSWERS)).case for applicant in applicants]

        def work() -> None:
            for shard in range(settings().sweep_shards):
                assert container().clocks.sweep_shard(shard, at=RED).is_complete

        def look() -> None:
            assert [kinds_of(case.owner) for case in cases] == [[*FILED, *PASSED]] * 5

        return work, look

    # Everything is in one shard: what is due in it, the clocks with the heads of their timelines, the transaction.
    with mock.patch.object(store, "settings", return_value=replace(settings(), sweep_shards=1)):
        dying_everywhere(prepare, elsewhere, calls=3 + settings().sweep_shards - 1)


def test_a_flag_is_confirmed_once_and_the_gate_follows(elsewhere: Elsewhere) -> None:
    first = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
    second = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
    after_defence = RED + timedelta(seconds=1)

    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        punishment = container().flags
        company = an_organisation(number=uscc_of(number))
        proposed = punishment.propose(a_proposal(), Target(about=company), by=first, at=NOON).flag
        served = punishment.serve(
            proposed.flag_id,
            Service(served_at=NOON, method="直接送达", proof="回证1号"),
            by=first,
            version=proposed.version,
            at=NOON,
        )

        def confirm() -> None:
            try:
                punishment.confirm(
                    served.flag_id,
                    "事实清楚。",
                    statement_answer="",
                    by=second,
                    version=served.version,
                    at=after_defence,
                )
            except DomainError as error:
                # Confirmed already: the version that was seen last is past.
                assert error.code is ErrorCode.STALE_VERSION  # noqa: PT017 - either outcome is right

        def look() -> None:
            assert kinds_of(proposed.owner) == ["flag:proposed", "flag:served", "flag:confirmed"]
            assert punishment.get(proposed.flag_id, by=second).state is FlagState.ACTIVE
            summary = container().credit.summary(proposed.subject)
            assert (summary.version, [flag.flag_id for flag in summary.flags]) == (1, [proposed.flag_id])
            assert kinds_of(summary.owner) == ["flag:confirmed"]
            (clock,) = container().clocks.of_owner(proposed.owner)
            assert clock.stopped_at is not None

        return confirm, look

    # The flag, its clock and the outages in its time, whether its document fell, its clock anew, the summary; the
    # transaction.
    dying_everywhere(prepare, elsewhere, calls=7)


def test_an_alert_is_raised_once(elsewhere: Elsewhere) -> None:
    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        applicant = an_applicant(number)
        case = applicant.promise(applicant.draft(answers=ANSWERS)).case
        container().clocks.sweep(at=RED)
        passed = next(event for event in container().timeline.events(case.owner) if event.kind == "clock:passed")

        def look() -> None:
            kinds = kinds_of(case.owner)
            assert kinds == [*FILED, *PASSED, "alert:raised"]
            acknowledgements = [
                clock for clock in container().clocks.of_owner(case.owner) if clock.kind is ClockKind.ACKNOWLEDGEMENT
            ]
            assert len(acknowledgements) == 1
            supervisor = a_caller(Role.SUPERVISOR, sub="supervisor", department="traffic")
            inbox, _ = container().alerts.inbox(supervisor, state="open", limit=100, after=None)
            assert len([alert for alert in inbox if alert.owner == case.owner]) == 1

        return lambda: container().alerts.on_event(passed, RED), look

    # The clock, whose milestone might have been taken back; the alert; the timeline's head; the transaction.
    dying_everywhere(prepare, elsewhere, calls=4)


def test_a_message_may_go_out_twice_and_is_known_by_its_name(elsewhere: Elsewhere) -> None:
    def prepare(number: int) -> tuple[Attempt, Callable[[], None]]:
        applicant = an_applicant(number)
        case = applicant.promise(applicant.draft(answers=ANSWERS)).case
        container().clocks.sweep(at=RED)
        passed = next(event for event in container().timeline.events(case.owner) if event.kind == "clock:passed")
        container().alerts.on_event(passed, RED)
        raised = container().timeline.events(case.owner)[-1]
        elsewhere.told.clear()

        def look() -> None:
            names = {said["MessageAttributes"]["name"]["StringValue"] for _, said in elsewhere.told}
            assert names == {raised.id}
            assert 1 <= len(elsewhere.told) <= 2

        return lambda: container().alerts.on_event(raised, RED), look

    # Whether the clock has stopped meanwhile, and the order.
    dying_everywhere(prepare, elsewhere, calls=2)


def test_what_dies_here_is_caught_by_nothing_of_the_service(elsewhere: Elsewhere) -> None:
    death = Death(1, after=False)
    elsewhere.wire = death.wire

    with pytest.raises(DiedError):
        client("sns").publish(TopicArn="", Message="")
