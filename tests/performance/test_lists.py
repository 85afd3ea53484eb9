"""What a page of a list reads beside few rows and beside many, by the engine's own word."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app import app
from chalicelib.cases.table import CaseRow
from chalicelib.container import container
from chalicelib.credit.model.records import Displayed, Severity
from chalicelib.credit.store.records import CreditStore, entry_of
from chalicelib.credit.table.records import EntryRow
from chalicelib.subjects.model.subjects import Identity, SubjectKey, SubjectKind
from tests.builders import a_record
from tests.cloud import Client
from tests.performance.crowd import add_items
from tests.performance.story import Story
from tests.wire import Wire, watched

FEW = 300
MANY = 3_000


@pytest.fixture
def story(elsewhere: None) -> Story:  # noqa: ARG001 - services need it
    return Story(Client(app))


def crowd_of(case_no: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    """The stored form of closed cases of the same department, person and agent, made from a case's own."""
    pattern = CaseRow.get(f"case:{case_no}").serialize()
    for number in range(first, last):
        changed = {
            "pk": f"case:CROWD{number:012}",
            "listed_at": f"2027-01-01T00:00:00Z#CROWD{number:012}",
            "state": "closed",
            "worklist": "traffic/closed",
        }
        yield {**pattern, **{name: {"S": value} for name, value in changed.items()}}


def page(story: Story, address: str, token: str) -> tuple[Wire, dict[str, Any]]:
    event = story.client.event("GET", address, token=token)
    with watched(Wire()) as wire:
        reply = story.client.send(event)
    assert reply.status == 200, reply.text
    return wire, reply.body


def test_one_case_in_a_state_is_found_with_as_much_beside_many_others_as_beside_few(story: Story) -> None:
    number = story.case()["case_no"]
    seen: list[tuple[list[str], float]] = []
    for first, last in ((0, FEW), (FEW, MANY)):
        add_items(CaseRow.Meta.table_name, crowd_of(number, first, last))
        wire, body = page(story, "/v1/cases?state=accepted&limit=20", story.officer)
        assert [case["case_no"] for case in body["items"]] == [number]
        assert body["next_cursor"] is None
        seen.append((wire.operations, wire.read_units))

    assert seen == [(["Query", "BatchGetItem"], 1.5), (["Query", "BatchGetItem"], 1.5)]


def test_a_department_s_cases_in_any_state_are_a_query_of_keys_and_a_batch_each_of_cases_and_clocks(
    story: Story,
) -> None:
    number = story.case()["case_no"]
    seen: list[tuple[list[str], float]] = []
    for first, last in ((0, FEW), (FEW, MANY)):
        add_items(CaseRow.Meta.table_name, crowd_of(number, first, last))
        wire, body = page(story, "/v1/cases?limit=20", story.officer)
        assert len(body["items"]) == 20
        seen.append((wire.operations, wire.read_units))

    assert [operations for operations, _ in seen] == [["Query", "BatchGetItem", "BatchGetItem"]] * 2
    assert seen[0][1] == seen[1][1]


def test_a_person_with_thousands_of_cases_is_shown_where_to_go_on_instead_of_being_kept_waiting(story: Story) -> None:
    number = story.case()["case_no"]
    add_items(CaseRow.Meta.table_name, crowd_of(number, 0, MANY))
    address, found, pages = "/v1/cases?state=accepted&limit=20", [], 0

    cursor = ""
    while True:
        wire, body = page(story, f"{address}{cursor}", story.applicant.token)
        found += [case["case_no"] for case in body["items"]]
        pages += 1
        assert wire.operations == ["Query"]
        if body["next_cursor"] is None:
            break
        cursor = f"&cursor={body['next_cursor']}"

    assert found == [number]
    assert pages == MANY // 500 + 1


def records_of(subject: SubjectKey, first: int, last: int) -> Iterator[dict[str, Any]]:
    """The stored form of favourable records, and of one in ten that is adverse."""
    adverse, good = a_record(record_id="PATTERN"), a_record(record_id="PATTERN", severity="none", related_items=())
    patterns = [json.dumps(entry_of(replace(one, subject=subject)).serialize()) for one in (adverse, good)]
    for number in range(first, last):
        yield json.loads(patterns[number % 10 > 0].replace("PATTERN", f"CROWD{number:06}"))


def key_of(story: Story) -> SubjectKey:
    return container().subject_keys.key_of(
        Identity(kind=SubjectKind.RESIDENT_ID, number=story.applicant.number, name=story.applicant.name)
    )


def test_own_credit_is_as_much_to_read_with_many_records_as_with_few(story: Story) -> None:
    subject = key_of(story)
    seen: list[tuple[list[str], float, int]] = []
    for first, last in ((0, FEW), (FEW, MANY)):
        add_items(EntryRow.Meta.table_name, records_of(subject, first, last))
        wire, body = page(story, "/v1/me/credit?limit=100", story.applicant.token)
        assert len(body["records"]) == 100
        assert body["next_cursor"] is not None
        seen.append((wire.operations, wire.read_units, len(json.dumps(body))))

    (few, few_units, few_bytes), (many, many_units, many_bytes) = seen
    assert few == many == ["GetItem", "Query"]
    assert (many_units, many_bytes) <= (few_units * 1.1, few_bytes * 1.1)


def test_own_records_follow_one_another_to_the_last(story: Story) -> None:
    subject = key_of(story)
    add_items(EntryRow.Meta.table_name, records_of(subject, 0, FEW))

    seen: list[str] = []
    cursor = ""
    while True:
        _, body = page(story, f"/v1/me/credit?limit=70{cursor}", story.applicant.token)
        seen += [record["record_id"] for record in body["records"]]
        if body["next_cursor"] is None:
            break
        cursor = f"&cursor={body['next_cursor']}"

    assert seen == [f"CROWD{number:06}" for number in range(FEW)]


def test_a_grade_reads_what_is_displayed_and_nothing_else(story: Story) -> None:
    subject = key_of(story)
    add_items(EntryRow.Meta.table_name, records_of(subject, 0, MANY))

    with watched(Wire()) as wire:
        shown = CreditStore(container().timeline).displayed(subject, on=date(2026, 9, 28))

    assert len(shown) == MANY // 10
    assert set(shown) == {
        Displayed(severity=Severity.SERIOUS, since=date(2026, 1, 10), until=date(2029, 1, 8)),
    }
    assert wire.operations == ["Query"]
    assert wire.read_units <= MANY // 10 * 0.25 / 4
