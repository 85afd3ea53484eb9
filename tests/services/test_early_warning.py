"""Whoever handles a case hears at once of what begins to bar its applicant, and of a timeline that was altered."""

from datetime import date, timedelta

import pytest

from chalicelib.cases.model.case import Case, Way
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.rules.consequences import RevocationDocument
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Acceptance, Method
from chalicelib.container import container
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Document, Severity
from chalicelib.credit.services.identity_links import IdentityLinkProposal
from chalicelib.policy import Caller, Role
from chalicelib.staff.model import Absence
from chalicelib.timeline.table import EventRow
from tests.builders import NOON, a_caller, a_plan, a_submission, an_identity, an_item, an_organisation
from tests.cloud import turn_clock
from tests.services.alerting import inbox, tell
from tests.services.case_office import Applicant, employ, publish
from tests.services.credit_office import AFTER_DEFENCE, MACHINE, flagged, lift, stored
from tests.services.walking import ended

pytestmark = pytest.mark.usefixtures("cloud", "channels")

OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
COLLEAGUE = a_caller(Role.OFFICER, sub="o-2", department="traffic")
LATER = AFTER_DEFENCE + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_work(cloud: None) -> None:  # noqa: ARG001 - the register is in it
    turn_clock(NOON)
    employ(OFFICER, COLLEAGUE)


def in_hand(item_code: str = "business-address") -> Case:
    """A company's case by certificate, in the hands of an officer."""
    publish(an_item(code=item_code, acceptance=Acceptance.OFFICER))
    applicant = Applicant(identity=an_organisation())
    case = applicant.certify(applicant.draft(item_code, way=Way.CERTIFICATE), "old-plate").case
    return assigned(case, OFFICER)


def assigned(case: Case, to: Caller) -> Case:
    supervisor = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
    now = container().cases.load(case.case_no)
    command = Command(case_no=case.case_no, by=supervisor, at=NOON, version=now.version)
    return container().assignment.assign(command, officer=to.sub).case


def relay(owner: str, *, times: int = 2) -> None:
    """Let the relay hear of a person's credit, and then of the case."""
    for _ in range(times):
        for event in container().timeline.events(owner):
            container().early_warning.on_event(event, LATER)


def credit_of(case: Case) -> str:
    return f"credit:{case.subject}"


def alerts_of(caller: Caller, state: str = "open") -> list[tuple[str, str]]:
    found, _ = container().alerts.inbox(caller, state=state, limit=10, after=None)
    return [(alert.milestone, alert.officer) for alert in found]


def kinds(case: Case) -> list[str]:
    return [event.kind for event in container().timeline.events(case.owner)]


def test_a_flag_that_lands_on_a_case_in_hand_is_told_to_its_officer_until_it_is_lifted() -> None:
    case = in_hand()
    flag = flagged()

    relay(credit_of(case))
    tell(case.owner, at=LATER)
    told = alerts_of(OFFICER)
    lift(flag, at=LATER)
    relay(credit_of(case))
    tell(case.owner, at=LATER)

    assert (told, alerts_of(COLLEAGUE)) == ([("barred", "o-1")], [])
    assert (alerts_of(OFFICER), alerts_of(OFFICER, "withdrawn")) == ([], [("barred", "o-1")])
    assert (kinds(case).count("case:barred"), kinds(case).count("case:bar_ended")) == (1, 1)
    assert container().timeline.reading(case.owner).verified


def test_a_record_that_begins_to_bar_is_told_too() -> None:
    case = in_hand()
    stored()

    relay(credit_of(case))
    tell(case.owner, at=LATER)

    assert alerts_of(OFFICER) == [("barred", "o-1")]
    (landed,) = [one for one in container().timeline.events(case.owner) if one.kind == "case:barred"]
    assert landed.data == {"about": "market/r-1", "effect": "refused", "officer": "o-1", "pack": "corrects-first"}


def test_a_case_that_is_over_or_about_something_else_hears_of_no_flag() -> None:
    other, over = in_hand("plate-replacement"), in_hand()
    now = container().cases.load(over.case_no)
    applicant = Applicant(identity=an_organisation()).caller
    command = Command(case_no=now.case_no, by=applicant, at=NOON)
    container().case_endings.withdraw(command, reason="不办了。")
    flagged()

    relay(credit_of(other))

    assert "case:barred" not in [*kinds(other), *kinds(over)]


def test_a_warning_ends_with_the_case_and_not_only_with_what_barred() -> None:
    case = in_hand()
    flagged()
    relay(credit_of(case))
    tell(case.owner, at=LATER)
    told = alerts_of(OFFICER)

    applicant = Applicant(identity=an_organisation()).caller
    command = Command(case_no=case.case_no, by=applicant, at=LATER)
    container().case_endings.withdraw(command, reason="不办了。")
    tell(case.owner, at=LATER)

    assert told == [("barred", "o-1")]
    assert (alerts_of(OFFICER), alerts_of(OFFICER, "withdrawn")) == ([], [("barred", "o-1")])


def test_an_alert_goes_with_the_case_from_one_officer_to_the_next_and_to_a_deputy() -> None:
    case = in_hand()
    flagged()
    relay(credit_of(case))
    tell(case.owner, at=LATER)

    assigned(case, COLLEAGUE)
    tell(case.owner, at=LATER)
    after = (alerts_of(OFFICER), alerts_of(COLLEAGUE))
    away = Absence(since=NOON.date(), until=date(2026, 10, 16), deputy=OFFICER.sub)
    container().staff.be_absent(COLLEAGUE.sub, away, by=COLLEAGUE, at=NOON)

    assert after == ([], [("barred", "o-2")])
    assert alerts_of(OFFICER) == alerts_of(COLLEAGUE) == [("barred", "o-2")]


def test_an_altered_timeline_alerts_supervision_and_inspection_once_and_says_so_to_whoever_reads_it() -> None:
    case = in_hand()
    EventRow.get(case.owner, 1).update(actions=[EventRow.data.set('{"item":"another"}')])

    for _ in range(2):
        first = container().case_queries.timeline(case.case_no, by=OFFICER, at=LATER)[1]
    tell(case.owner, at=LATER)

    assert (first.verified, first.events[-1].kind) == (False, "case:timeline_altered")
    assert kinds(case).count("case:timeline_altered") == 1
    (supervised,), (inspected,) = inbox(Role.SUPERVISOR, "traffic"), inbox(Role.INSPECTOR, "inspection")
    assert (supervised.milestone, supervised.level, inspected.level) == ("altered", 1, 0)
    assert inbox(Role.OFFICER, "traffic") == []


def test_nobody_reads_that_somebody_was_told_where_the_end_of_the_chain_does_not_hold_either() -> None:
    case = in_hand()
    container().case_queries.timeline(case.case_no, by=OFFICER, at=LATER)
    row = container().cases.row
    row.get(case.owner).update(actions=[row.head_seq.set(1)])

    reading = container().case_queries.timeline(case.case_no, by=OFFICER, at=LATER)[1]

    assert not reading.verified
    assert "case:timeline_altered" not in [event.kind for event in reading.events]


def test_a_case_can_be_read_though_the_end_of_its_chain_takes_no_trace() -> None:
    case = in_hand()
    row = container().cases.row
    row.get(case.owner).update(actions=[row.head_seq.set(1)])

    reading = container().case_queries.timeline(case.case_no, by=OFFICER, at=LATER)[1]

    assert not reading.verified
    assert "case:seen" not in [event.kind for event in reading.events]


def delivered(applicant: Applicant) -> Case:
    case = applicant.promise(applicant.draft()).case
    case = container().handling.decide(_act(case), outcome=Outcome.GRANTED, document_no="1号").case
    return container().handling.deliver(_act(case)).case


def broken(applicant: Applicant, case: Case) -> Case:
    """Let one officer find a promise untrue, and a supervisor revoke what was decided on it."""
    case = (
        container()
        .consequences.verify(
            _act(case), result=Finding.UNTRUE, method=Method.ONLINE, findings="查过。", severity=Severity.GENERAL
        )
        .case
    )
    case = container().consequences.state(_act(case, by=applicant.caller), text="不是这样。").case
    document = RevocationDocument(
        document_no="撤〔2026〕1号",
        basis="第64条",
        served_at=NOON,
        effective_on=NOON.date(),
        remedy_until=date(2026, 12, 1),
        statement_answer="不成立。",
    )
    supervisor = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
    return container().consequences.revoke(_act(case, by=supervisor), document).case


def _act(case: Case, *, by: Caller = OFFICER) -> Command:
    now = container().cases.load(case.case_no)
    return Command(case_no=case.case_no, by=by, at=NOON, version=now.version)


@pytest.mark.requirement("R1.1")
def test_a_broken_promise_warns_of_other_promises_on_the_item_and_neither_its_own_case_nor_certificates() -> None:
    publish(an_item(jurisdiction="revokes-at-once", verification=a_plan()))
    applicant = Applicant().enrol()
    promised = applicant.promise(applicant.draft()).case
    proven = applicant.certify(applicant.draft(way=Way.CERTIFICATE), "old-plate").case
    case = broken(applicant, delivered(applicant))

    relay(credit_of(case))

    assert kinds(promised).count("case:barred") == 1
    assert "case:barred" not in [*kinds(case), *kinds(proven)]


def test_the_last_day_of_a_record_ends_the_warning() -> None:
    case = in_hand()
    record = stored()
    relay(credit_of(case))
    until = record.display.until
    assert until is not None
    over = LATER.replace(year=until.year, month=until.month, day=until.day) + timedelta(days=1)

    ended("records", at=over)
    for event in container().timeline.events(credit_of(case)):
        container().early_warning.on_event(event, over)

    assert (kinds(case).count("case:barred"), kinds(case).count("case:bar_ended")) == (1, 1)


@pytest.mark.requirement("R6.4")
def test_what_lands_on_the_former_number_of_the_applicant_is_told_as_the_check_counts_it() -> None:
    publish(an_item(jurisdiction="revokes-at-once", verification=a_plan()))
    former, present = Applicant().enrol(), Applicant(identity=an_identity(number="110103195612100006")).enrol()
    earlier = delivered(former)
    proposal = IdentityLinkProposal(
        kind=LinkKind.RENUMBERED,
        former=former.identity,
        present=present.identity,
        document=Document(number="换证1号", organ="公安局", effective_on=NOON.date()),
        evidence="换证回执。",
    )
    first, second = (a_caller(Role.CREDIT_OFFICER, sub=sub, department="credit") for sub in ("c-1", "c-2"))
    link, _ = container().identity_links.propose(proposal, by=first, at=NOON)
    container().identity_links.confirm(link.alias_id, reason="属实。", by=second, version=1, at=NOON)
    promised = present.promise(present.draft()).case

    relay(credit_of(broken(former, earlier)))

    assert kinds(promised).count("case:barred") == 1


@pytest.mark.requirement("R6.3")
def test_what_is_recorded_under_another_name_is_not_told() -> None:
    other = an_organisation(name="义乌市另一家有限公司（合成）")
    container().ingest.put_record(a_submission(), about=other, by=MACHINE, at=NOON)
    case = in_hand()

    relay(credit_of(case))

    assert "case:barred" not in kinds(case)
