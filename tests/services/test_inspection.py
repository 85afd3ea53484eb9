"""Mandates: nothing is readable before approval, after expiry or beyond the scope, and every reading is on record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.clocks.model import Light
from chalicelib.container import container
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.inspection.model import CaseFilter, CaseSeen, Mandate, Scope, Wanted
from chalicelib.policy import Caller, Role
from chalicelib.supervision.model.anomalies import Anomaly, AnomalyKind
from chalicelib.supervision.store.anomalies import AnomalyStore
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from tests.builders import NOON
from tests.services.case_office import Applicant, publish

pytestmark = pytest.mark.usefixtures("cloud")

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


SIGNAL = Anomaly(
    signal_id="late_entry@1",
    kind=AnomalyKind.LATE_ENTRY,
    case_no="",
    department="traffic",
    item_code="plate-replacement",
    officer="officer.traffic",
    found_at=NOON,
    events=(),
)


def an_inspector(name: str = "inspector", role: Role = Role.INSPECTOR) -> Caller:
    return Caller(sub=name, roles=frozenset({role}), department="inspection")


def what_is_wanted(*, scope: Scope | None = None, expires_on: date = date(2026, 12, 31)) -> Wanted:
    return Wanted(
        file_no="义纪查〔2026〕7号",
        basis="《监察法》第18条",
        scope=scope or Scope(departments=("traffic",)),
        expires_on=expires_on,
    )


def a_mandate(*, idempotency_key: IdempotencyKey | None = None, wanted: Wanted | None = None) -> Mandate:
    mandate, _ = container().inspection.ask(
        wanted or what_is_wanted(), by=an_inspector(), at=AT, idempotency_key=idempotency_key
    )
    return mandate


def an_approved_mandate(wanted: Wanted | None = None) -> Mandate:
    mandate = a_mandate(wanted=wanted)
    return container().inspection.approve(mandate.mandate_id, by=an_inspector("inspector2"), version=1, at=AT)


def refused(act: Callable[[], object]) -> ErrorCode:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.code


@pytest.mark.requirement("R7.11")
def test_a_mandate_waits_for_the_inspectors_of_its_department_until_one_approves_or_its_last_day_has_passed() -> None:
    mandate = a_mandate()

    def waiting(department: str, *, at: datetime = AT) -> list[str]:
        by = replace(an_inspector("inspector2"), department=department)
        return [one.mandate_id for one in container().inspection.waiting(by, at=at, limit=10, after=None).items]

    assert waiting("inspection") == [mandate.mandate_id]
    assert waiting("inspection", at=datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)) == [mandate.mandate_id]
    assert waiting("inspection", at=datetime(2026, 12, 31, 16, tzinfo=UTC)) == []
    assert waiting("traffic") == waiting("") == []
    container().inspection.approve(mandate.mandate_id, by=an_inspector("inspector2"), version=1, at=AT)
    assert waiting("inspection") == []


@pytest.mark.requirement("R7.11")
def test_the_one_who_asked_cannot_approve() -> None:
    mandate = a_mandate()

    assert (
        refused(lambda: container().inspection.approve(mandate.mandate_id, by=an_inspector(), version=1, at=AT))
        is ErrorCode.SAME_PERSON
    )


def test_another_inspector_approves_and_a_second_approval_changes_nothing() -> None:
    approved = an_approved_mandate()

    again = container().inspection.approve(approved.mandate_id, by=an_inspector("inspector3"), version=None, at=AT)

    assert (approved.approver, approved.approved_at, approved.version) == ("staff:inspector2", AT, 2)
    assert again == approved


@pytest.mark.requirement("R7.13")
def test_inspectors_of_another_department_learn_nothing_of_a_mandate() -> None:
    mandate = a_mandate()
    inspected = Caller(sub="inspector3", roles=frozenset({Role.INSPECTOR}), department="traffic")
    inspection = container().inspection

    assert [
        refused(lambda: inspection.mandate(mandate.mandate_id, by=inspected)),
        refused(lambda: inspection.readings(mandate.mandate_id, by=inspected, limit=20)),
        refused(lambda: inspection.approve(mandate.mandate_id, by=inspected, version=1, at=AT)),
    ] == 3 * [ErrorCode.NOT_FOUND]


def test_approving_an_old_version_is_refused() -> None:
    mandate = a_mandate()

    assert (
        refused(
            lambda: container().inspection.approve(mandate.mandate_id, by=an_inspector("inspector2"), version=9, at=AT)
        )
        is ErrorCode.STALE_VERSION
    )


@pytest.mark.requirement("R7.11")
@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        (what_is_wanted(scope=Scope()), "/scope"),
        (what_is_wanted(scope=Scope(items=("plate-replacement",))), "/scope"),
        (
            what_is_wanted(
                scope=Scope(departments=("traffic",), received_from=date(2026, 2, 2), received_to=date(2026, 2, 1))
            ),
            "/scope/to",
        ),
        (what_is_wanted(expires_on=date(2026, 11, 21)), "/expires_on"),
    ],
)
def test_a_mandate_for_everything_or_for_no_time_is_refused(wanted: Wanted, pointer: str) -> None:
    with pytest.raises(DomainError) as caught:
        container().inspection.ask(wanted, by=an_inspector(), at=AT, idempotency_key=None)

    assert [fault.pointer for fault in caught.value.faults] == [pointer]


def test_the_same_request_twice_makes_one_mandate() -> None:
    once = IdempotencyKey.of(caller="inspector", route="POST /v1/inspections", key="k", body=b"{}")

    first = container().inspection.ask(what_is_wanted(), by=an_inspector(), at=AT, idempotency_key=once)
    second = container().inspection.ask(what_is_wanted(), by=an_inspector(), at=AT, idempotency_key=once)

    assert (first[1], second[1], first[0].mandate_id) == (False, True, second[0].mandate_id)


@pytest.mark.requirement("R7.11")
def test_nothing_is_readable_before_approval_nor_after_the_last_day() -> None:
    waiting = a_mandate()
    approved = an_approved_mandate()
    last_second = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)

    def read(mandate: Mandate, at: datetime) -> object:
        return container().inspection.cases(
            mandate.mandate_id, CaseFilter(), by=an_inspector(), at=at, limit=10, after=None
        )

    assert refused(lambda: read(waiting, AT)) is ErrorCode.MANDATE_NOT_IN_FORCE
    assert read(approved, last_second) == ((), None)
    assert refused(lambda: read(approved, last_second + timedelta(seconds=1))) is ErrorCode.MANDATE_NOT_IN_FORCE


@pytest.mark.parametrize("other", ["inspector2", "inspector3"])
def test_a_mandate_gives_its_right_to_the_one_who_asked_only(other: str) -> None:
    mandate = an_approved_mandate()

    def read() -> object:
        return container().inspection.cases(
            mandate.mandate_id, CaseFilter(), by=an_inspector(other), at=AT, limit=10, after=None
        )

    assert refused(read) is ErrorCode.NOT_FOUND


@pytest.mark.requirement("R7.11")
def test_a_case_that_is_not_there_is_answered_like_one_out_of_scope_and_the_attempt_is_on_record() -> None:
    mandate = an_approved_mandate()

    def read() -> object:
        return container().inspection.timeline(mandate.mandate_id, "330725196806180004", by=an_inspector(), at=AT)

    assert refused(read) is ErrorCode.OUT_OF_SCOPE
    exceeded = container().inspection.readings(mandate.mandate_id, by=an_inspector("inspector2"), limit=20).items[-1]
    assert (exceeded.kind, exceeded.data["case_no"], exceeded.actor) == (
        "mandate:exceeded",
        "malformed",
        "staff:inspector",
    )
    assert container().timeline.reading(mandate.owner).verified


@pytest.mark.requirement("R7.13")
def test_every_look_is_on_record_with_its_size() -> None:
    mandate = an_approved_mandate()

    container().inspection.cases(mandate.mandate_id, CaseFilter(), by=an_inspector(), at=AT, limit=10, after=None)
    container().inspection.cases(mandate.mandate_id, CaseFilter(), by=an_inspector(), at=AT, limit=10, after=None)

    readings = container().inspection.readings(mandate.mandate_id, by=an_inspector(), limit=20).items
    assert [(event.kind, event.data["read"], event.data["size"]) for event in readings] == [
        ("mandate:read", "cases", 0),
        ("mandate:read", "cases", 0),
    ]


@pytest.mark.parametrize("is_named", [False, True])
def test_a_mandate_shows_the_same_cards_for_a_department_as_for_cases_by_number(is_named: bool) -> None:  # noqa: FBT001 - a table
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    scope = Scope(case_nos=(case.case_no,)) if is_named else Scope(departments=("traffic",))
    elsewhere = Scope(departments=("traffic",), items=("road-occupation",))

    def seen(scope: Scope) -> tuple[CaseSeen, ...]:
        mandate = an_approved_mandate(what_is_wanted(scope=scope))
        return container().inspection.cases(
            mandate.mandate_id, CaseFilter(), by=an_inspector(), at=AT, limit=10, after=None
        )[0]

    assert [each.card for each in seen(scope)] == [case.card]
    assert list(seen(elsewhere)) == []


def test_cases_are_looked_for_within_the_scope_and_not_beyond() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    mandate = an_approved_mandate()

    def found(wanted: CaseFilter) -> list[str]:
        page = container().inspection.cases(mandate.mandate_id, wanted, by=an_inspector(), at=AT, limit=10, after=None)
        return [one.card.case_no for one in page.items]

    received = case.received_at.date()
    for wanted in (
        CaseFilter(case_no=case.case_no),
        CaseFilter(department="traffic", item=case.card.item_code),
        CaseFilter(received_from=received, received_to=received),
    ):
        assert found(wanted) == [case.case_no]
    for wanted in (
        CaseFilter(case_no="A" * 17),
        CaseFilter(case_no="nobody"),
        CaseFilter(department="market"),
        CaseFilter(item="another"),
        CaseFilter(received_from=received + timedelta(days=1)),
    ):
        assert found(wanted) == []
    read = container().inspection.readings(mandate.mandate_id, by=an_inspector(), limit=50).items
    assert [event.data.get("case_no") for event in read][:1] == [case.case_no]
    assert "malformed" in {event.data.get("case_no") for event in read}


@pytest.mark.requirement("R4.19", "R7.12")
def test_what_struck_is_listed_within_the_scope_alone_and_the_reading_is_on_record() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    elsewhere = replace(SIGNAL, signal_id="late_entry@2", department="market")
    for signal in (replace(SIGNAL, case_no=case.case_no), replace(elsewhere, case_no=case.case_no)):
        AnomalyStore().add(signal)
    AnomalyStore().add(replace(SIGNAL, signal_id="late_entry@3", case_no="A" * 17))

    def struck(scope: Scope) -> list[tuple[str, str]]:
        mandate = an_approved_mandate(what_is_wanted(scope=scope))
        found = container().inspection.struck(mandate.mandate_id, by=an_inspector(), at=AT, limit=10, after=None)
        read = container().inspection.readings(mandate.mandate_id, by=an_inspector(), limit=50).items
        assert [(event.data["read"], event.data["size"]) for event in read] == [("signals", len(found.items))]
        return [(one.case_no, one.signal_id) for one in found.items]

    whole = [(case.case_no, SIGNAL.signal_id)]
    assert struck(Scope(departments=("traffic",))) == struck(Scope(case_nos=(case.case_no,))) == whole
    assert struck(Scope(departments=("traffic",), items=("another",))) == []
    assert struck(Scope(case_nos=("B" * 17,))) == []


@pytest.mark.requirement("R7.11")
def test_what_struck_is_not_told_before_approval_or_to_anybody_else() -> None:
    waiting, approved = a_mandate(), an_approved_mandate()

    def struck(mandate: Mandate, by: Caller) -> object:
        return container().inspection.struck(mandate.mandate_id, by=by, at=AT, limit=10, after=None)

    assert refused(lambda: struck(waiting, an_inspector())) is ErrorCode.MANDATE_NOT_IN_FORCE
    assert refused(lambda: struck(approved, an_inspector("inspector2"))) is ErrorCode.NOT_FOUND


def test_cases_are_found_by_their_light_and_by_who_acted_in_them() -> None:
    publish()
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft()).case
    mandate = an_approved_mandate()

    def found(sought: CaseFilter, at: datetime = NOON) -> list[tuple[str, Light]]:
        seen, _ = container().inspection.cases(
            mandate.mandate_id, sought, by=an_inspector(), at=at, limit=10, after=None
        )
        return [(each.card.case_no, each.light) for each in seen]

    later = NOON + timedelta(days=30)
    assert found(CaseFilter()) == found(CaseFilter(light=Light.GREEN)) == [(case.case_no, Light.GREEN)]
    assert found(CaseFilter(light=Light.RED)) == []
    assert found(CaseFilter(light=Light.RED), later) == [(case.case_no, Light.RED)]
    assert found(CaseFilter(officer="officer.traffic")) == []

    def does(kind: EventKind) -> None:
        with transaction() as tx:
            fact = NewEvent(kind=kind, occurred_at=AT, actor="staff:officer.traffic", department="traffic")
            container().timeline.append([fact], owner=case.owner, at=AT, tx=tx)

    does(EventKind.CASE_SEEN)
    assert found(CaseFilter(officer="officer.traffic")) == []
    does(EventKind.CASE_DELIVERED)
    assert found(CaseFilter(officer="officer.traffic")) == [(case.case_no, Light.GREEN)]


def test_the_callers_own_mandates_come_newest_first() -> None:
    a_mandate()
    container().inspection.ask(what_is_wanted(), by=an_inspector("inspector2"), at=AT, idempotency_key=None)
    newest, _ = container().inspection.ask(
        what_is_wanted(), by=an_inspector(), at=AT + timedelta(hours=1), idempotency_key=None
    )

    found, after = container().inspection.asked_by(an_inspector(), limit=1, after=None)
    rest, _ = container().inspection.asked_by(an_inspector(), limit=10, after=after)

    assert [mandate.mandate_id for mandate in found] == [newest.mandate_id]
    assert len(rest) == 1


def test_only_inspectors_have_mandates() -> None:
    stranger = an_inspector("supervisor.traffic", Role.SUPERVISOR)

    assert (
        refused(lambda: container().inspection.ask(what_is_wanted(), by=stranger, at=AT, idempotency_key=None))
        is ErrorCode.FORBIDDEN
    )


@pytest.mark.requirement("R7.13")
def test_another_body_audits_what_inspectors_read_and_is_on_record_for_it() -> None:
    mandate = an_approved_mandate()
    inspection = container().inspection
    inspection.cases(mandate.mandate_id, CaseFilter(), by=an_inspector(), at=AT, limit=10, after=None)
    auditor = Caller(sub="monitor", roles=frozenset({Role.MONITOR}), department="monitoring")

    page = inspection.asked_by_inspector(an_inspector().sub, by=auditor, limit=10, after=None)
    seen, (events, _) = inspection.audit(mandate.mandate_id, by=auditor, at=AT, limit=20)

    assert [one.mandate_id for one in page.items] == [seen.mandate_id] == [mandate.mandate_id]
    assert [event.kind for event in events] == ["mandate:read"]
    last = container().timeline.events(mandate.owner)[-1]
    assert (last.kind, last.actor, last.data) == ("mandate:audited", "staff:monitor", {"read": "readings", "size": 1})
    assert [event.kind for event in inspection.readings(mandate.mandate_id, by=an_inspector(), limit=20).items] == [
        "mandate:read"
    ]


@pytest.mark.requirement("R7.13")
def test_nobody_audits_a_mandate_over_their_own_department_or_without_the_role() -> None:
    mandate = an_approved_mandate()
    own = mandate.scope.departments[0]
    inspected = Caller(sub="monitor", roles=frozenset({Role.MONITOR}), department=own)
    head = Caller(sub="head", roles=frozenset({Role.HEAD}), department=own)
    inspection = container().inspection

    assert inspection.asked_by_inspector(an_inspector().sub, by=inspected, limit=10, after=None).items == ()
    assert refused(lambda: inspection.audit(mandate.mandate_id, by=inspected, at=AT, limit=20)) is ErrorCode.NOT_FOUND
    assert refused(lambda: inspection.audit(mandate.mandate_id, by=head, at=AT, limit=20)) is ErrorCode.FORBIDDEN


@pytest.mark.requirement("R7.10", "R7.13")
def test_nobody_audits_in_another_role_what_they_read_themselves() -> None:
    mandate = an_approved_mandate()
    both = Caller(sub=an_inspector().sub, roles=frozenset({Role.MONITOR}), department="monitoring")
    inspection = container().inspection

    assert inspection.asked_by_inspector(both.sub, by=both, limit=10, after=None).items == ()
    assert refused(lambda: inspection.audit(mandate.mandate_id, by=both, at=AT, limit=20)) is ErrorCode.NOT_FOUND


def test_readings_follow_one_another_page_by_page() -> None:
    mandate = an_approved_mandate()
    inspection = container().inspection
    for _ in range(5):
        inspection.cases(mandate.mandate_id, CaseFilter(), by=an_inspector(), at=AT, limit=10, after=None)

    found: list[int] = []
    after = None
    while True:
        page = inspection.readings(mandate.mandate_id, by=an_inspector(), limit=2, after=after)
        found += [event.seq for event in page.items]
        after = page.after
        if after is None:
            break

    assert found == sorted(found)
    assert len(found) == 5
