"""How long a document stays."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, Material, State, Way
from chalicelib.cases.model.stages import AcceptanceManner, AcceptanceWord, Delivery, Revocation
from chalicelib.cases.rules import document_retention as rules
from chalicelib.rulepacks.model.pack import DocumentRetention
from chalicelib.timeline.event_types import EventKind
from tests.builders import NOON, a_case, a_decision
from tests.unit.cases.test_materials import a_document

KEPT = DocumentRetention(years=10, unfiled_days=7, basis="第1条")
CLOSED = datetime(2028, 2, 29, 4, 0, tzinfo=UTC)
HANDED_IN = (Material(id="old-plate", sha256="ab" * 32, document="d1"),)
DELIVERY = Delivery(delivered_at=CLOSED, delivered_by="staff:1")
TURNED_AWAY = AcceptanceWord(
    accepted=False, manner=AcceptanceManner.BY_OFFICER, counts_from=CLOSED, said_at=CLOSED, said_by="staff:1"
)
REVOCATION = Revocation(
    document_no="1",
    basis="第1条",
    served_at=CLOSED,
    effective_on=date(2028, 2, 29),
    remedy_until=date(2028, 4, 29),
    court_until=date(2028, 8, 29),
    revoked_at=CLOSED,
    revoked_by="staff:1",
)


def a_finished(state: State, **changes: Any) -> Case:  # noqa: ANN401 - any field of a case
    return a_case(state=state, way=Way.CERTIFICATE, materials=HANDED_IN, **changes)


@pytest.mark.parametrize("case", [None, a_case(), a_case(materials=(Material(id="x", sha256="ab" * 32),))])
def test_what_was_never_handed_in_is_kept_for_days_from_its_upload(case: Case | None) -> None:
    assert rules.kept_until(a_document(), case, KEPT) == date(2026, 10, 5)


@pytest.mark.parametrize(
    "case",
    [
        a_finished(State.CLOSED, delivery=DELIVERY, decision=a_decision()),
        a_finished(State.NOT_ACCEPTED, acceptance=TURNED_AWAY),
        a_finished(State.REVOKED, delivery=DELIVERY, revocation=REVOCATION),
    ],
)
def test_what_was_handed_in_is_kept_for_years_from_the_end_of_the_case(case: Case) -> None:
    assert rules.kept_until(a_document(), case, KEPT) == date(2038, 2, 28)
    assert rules.kept_until(a_document(kept_years=4), case, KEPT) == date(2032, 2, 29)


def test_what_was_replaced_is_kept_as_long() -> None:
    case = replace(a_finished(State.CLOSED, delivery=DELIVERY, decision=a_decision()), materials=(), replaced=HANDED_IN)

    assert rules.kept_until(a_document(), case, KEPT) == date(2038, 2, 28)


@pytest.mark.parametrize(
    "case",
    [
        a_finished(State.ACCEPTED),
        a_finished(State.CLOSED),
        replace(
            a_finished(State.CLOSED, delivery=DELIVERY, decision=a_decision()), way=Way.COMMITMENT, commitment=None
        ),
    ],
)
def test_nobody_knows_how_long_while_the_case_is_open(case: Case) -> None:
    expected = None if case.way is Way.CERTIFICATE else date(2038, 2, 28)

    assert rules.kept_until(a_document(), case, KEPT) == expected


def test_a_document_is_looked_at_after_its_last_day_or_some_time_from_now() -> None:
    assert rules.look_on(date(2026, 10, 5), today=date(2026, 9, 29)) == date(2026, 10, 6)
    assert rules.look_on(None, today=date(2026, 9, 29)) == date(2026, 10, 29)


def test_the_case_is_told_which_document_went_and_on_which_basis() -> None:
    event = rules.deletion_event(a_case(), a_document(), basis="第1条", at=NOON)

    assert (event.kind, event.actor, event.department) == (EventKind.MATERIAL_DELETED, "service:retention", "traffic")
    assert event.data == {"document": "d1", "material": "old-plate", "basis": "第1条"}


def test_the_name_of_a_file_goes_wherever_the_case_has_it_and_all_others_stay() -> None:
    named = replace(HANDED_IN[0], name="李某的旧车牌.jpg")
    other = Material(id="licence", sha256="cd" * 32, document="d2", name="b.pdf")

    after = rules.without_name(a_case(materials=(named, other), replaced=(named,)), "d1")

    assert (after.materials, after.replaced) == ((*HANDED_IN, other), HANDED_IN)
