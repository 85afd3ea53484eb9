"""Indexes hold cards: each says what its case says, and is small enough to be written and read by the page."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, CaseCard, State, Way
from chalicelib.cases.model.stages import Withdrawal
from chalicelib.cases.rules.case_numbers import case_no_for
from chalicelib.cases.store import CaseStore
from chalicelib.cases.table import CaseRow
from chalicelib.dynamo.transaction import transaction
from chalicelib.timeline.store import Timeline
from tests.builders import A_SUBJECT, NOON, a_case, some_terms

SAMPLES = sorted((Path(__file__).parents[2] / "infra/local/sample/items").glob("*.json"))
TAKEN_BACK = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def cases() -> CaseStore:
    return CaseStore(Timeline())


def add(cases: CaseStore, case: Case) -> Case:
    with transaction() as tx:
        return cases.add(case, [], at=NOON, tx=tx)


def taken_back(case: Case) -> Case:
    """The case after its promise was withdrawn."""
    return replace(
        case,
        state=State.AWAITING_MATERIALS,
        way=Way.CERTIFICATE,
        withdrawal=Withdrawal(reason="找到旧车牌了", withdrawn_at=TAKEN_BACK),
    )


def test_a_card_says_what_lists_mandates_and_promising_again_look_at() -> None:
    assert replace(taken_back(a_case()), version=2).card == CaseCard(
        case_no=case_no_for("a-draft"),
        state=State.AWAITING_MATERIALS,
        way=Way.CERTIFICATE,
        item_code="plate-replacement",
        item_version=1,
        item_name="机动车号牌补领",
        department="traffic",
        applicant_name="李*",
        received_at=NOON,
        withdrawn_at=TAKEN_BACK,
        subject=A_SUBJECT,
        pack="corrects-first",
        clock_suffix="again",
        version=2,
    )


def test_every_index_shows_the_card_of_the_last_version(cases: CaseStore) -> None:
    case = add(cases, a_case())

    def in_any_state() -> tuple[CaseCard, ...]:
        pages = (cases.of_department("traffic", state=state, limit=10, after=None) for state in State)
        return tuple(card for page in pages for card in page.items)

    def listed() -> list[tuple[CaseCard, ...]]:
        own = cases.of_subject(A_SUBJECT, state=None, department=None, limit=10, after=None)
        desk = cases.of_department("traffic", state=None, limit=10, after=None)
        indexes = [own.items, in_any_state(), tuple(cases.each_of_subject(A_SUBJECT))]
        # Every act raises the version, and in an index each change is a write.
        assert {card.version for cards in indexes for card in cards} == {0}
        return [desk.items, *(tuple(replace(card, version=desk.items[0].version) for card in each) for each in indexes)]

    before = listed()
    with transaction() as tx:
        after = cases.save(case, taken_back(case), [], at=TAKEN_BACK, tx=tx)

    assert before == [(case.card,)] * 4
    assert listed() == [(after.card,)] * 4
    assert (case.card.version, after.card.version) == (1, 2)


def test_an_index_holds_the_card_and_not_the_case(cases: CaseStore) -> None:
    add(cases, a_case())

    (own,) = CaseRow.by_subject.query(A_SUBJECT)
    (desk,) = CaseRow.by_state.query("traffic/received")
    (key,) = CaseRow.by_department.query("traffic")

    kept = {"pk", "subject", "desk", "listed_at", "state", "card", "version"}
    assert (own.version, desk.version) == (0, 0)
    assert {name for name in own.attribute_values if not name.startswith("head_")} == kept
    assert {name for name in desk.attribute_values if not name.startswith("head_")} == {
        *kept - {"subject", "desk", "state"},
        "worklist",
    }
    assert {"card", "state", "worklist"}.isdisjoint(key.attribute_values)


def test_ones_own_list_is_narrowed_by_state_and_department(cases: CaseStore) -> None:
    add(cases, a_case(draft_id="one"))
    add(cases, a_case(draft_id="two", state=State.ACCEPTED))
    add(cases, a_case(draft_id="three", terms=some_terms(department="market")))

    def found(state: State | None, department: str | None) -> set[str]:
        page = cases.of_subject(A_SUBJECT, state=state, department=department, limit=10, after=None)
        return {card.case_no for card in page.items}

    assert found(None, "traffic") == {case_no_for("one"), case_no_for("two")}
    assert found(State.RECEIVED, "traffic") == {case_no_for("one")}
    assert found(State.RECEIVED, None) == {case_no_for("one"), case_no_for("three")}
    assert found(State.CLOSED, "market") == set()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_card_of_a_sample_item_is_under_half_a_kilobyte(path: Path) -> None:
    item: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    terms = some_terms(item_code=path.stem, item_version=999, item_name=item["name"], department=item["department"])
    case = taken_back(a_case(terms=terms))

    assert len(CaseRow.card.serialize(case.card).encode()) < 500


def test_there_are_six_sample_items() -> None:
    assert len(SAMPLES) == 6
