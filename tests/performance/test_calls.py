"""How many round trips the main calls make, and what an idle sweep reads however many clocks there are."""

import json
from functools import partial

import pytest

from app import app
from chalicelib.calendars.store import LoadedCalendars
from chalicelib.clocks.store import LOOKED_AT
from chalicelib.container import container
from chalicelib.credit.model.records import Summary
from chalicelib.credit.table.records import SummaryRow
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import Identity, SubjectKey, SubjectKind
from chalicelib.workdays.store import load_calendar
from tests.cloud import Client, forget_everything, said_by, the_issuer
from tests.depth import goes
from tests.performance.bare import Bare
from tests.performance.crowd import ONE_IN, add_clocks, add_items, idle_sweep, queries_of_clocks, red_page
from tests.performance.pages import page_cost, page_event, pages
from tests.performance.story import Story
from tests.performance.units import Bill, billed
from tests.wire import Wire, watched

FEW = 1_000
IDLE = [
    "PutItem",
    "GetItem",
    *["Query"] * (settings().sweep_shards),
    "PutItem",
    "UpdateItem",
    "Query",
    "TransactWriteItems",
]
"""A heartbeat, what waited, one empty query a shard, the heartbeat anew, and the note that everything was seen; then
how far the relay is, and its beats."""

CALLS_OF_PAGES = {
    "/desk/{case_no}": [
        "GetItem",
        "BatchGetItem",
        "Query",
        "Query",
        "GetItem",
        "Query",
        "BatchGetItem",
        "BatchGetItem",
    ],
    "/flags": ["GetItem", "Query", "BatchGetItem"],
    "/flags/{flag_id}": ["GetItem", "GetItem", "Query", "BatchGetItem", "BatchGetItem", "GetItem", "Query"],
    "/rule-packs": ["GetItem"],
    "/catalogue-searches": ["GetItem", "Query"],
    "/catalogue/{item_code}": ["GetItem", "BatchGetItem", "BatchGetItem"],
    "/calendars/{year}": ["GetItem", "BatchGetItem"],
}
"""The session first, then what each page shows; the items of a list are one read, however many there are."""


@pytest.fixture(autouse=True)
def _a_watch_that_stands(elsewhere: None) -> None:  # noqa: ARG001 - services need it
    """Let the calendar that a process has read, and whom it has recognised, stay fresh however long the test takes."""
    forget_everything()
    known = container()
    vars(known)["calendars"] = LoadedCalendars(
        known.years, load_calendar().editions, now=known.clock.now, ticks=lambda: 0.0
    )
    vars(known.staff)["_ticks"] = lambda: 0.0


@pytest.fixture
def story() -> Story:
    return Story(Client(app))


def sent_by(story: Story, event: dict[str, object], *, status: int) -> Wire:
    with watched(Wire()) as wire:
        reply = story.client.send(event)
    assert reply.status == status, reply.text
    return wire


def summary_row(key: SubjectKey) -> SummaryRow:
    """The row of a subject of whom nothing bad is known."""
    summary = Summary(subject=key, version=1)
    return SummaryRow(summary.owner, version=1, head_seq=1, head_hash="0" * 64, document=summary)


def test_a_filing_is_one_batch_of_reads_and_one_transaction(story: Story) -> None:
    story.case()

    wire = sent_by(story, story.filing(), status=201)

    assert wire.operations == ["BatchGetItem", "TransactWriteItems"]


def test_a_process_reads_the_editions_of_the_calendar_once_and_keeps_them_for_half_a_minute(story: Story) -> None:
    first = sent_by(story, story.filing(), status=201)
    second = sent_by(story, story.filing(), status=201)

    assert first.operations == ["BatchGetItem", "BatchGetItem", "TransactWriteItems"]
    assert second.operations == ["BatchGetItem", "TransactWriteItems"]


def test_a_filing_with_an_idempotency_key_is_no_call_more(story: Story) -> None:
    story.case()

    wire = sent_by(story, story.filing_once(), status=201)

    assert wire.operations == ["BatchGetItem", "TransactWriteItems"]


def test_what_the_benchmark_measures_can_be_sent_again_by_either_side(story: Story) -> None:
    bare = Bare()
    for prepare, status in ((story.filing, 201), (story.check, 200), (story.decision, 200), (story.timeline, 200)):
        events = [prepare() for _ in range(2)]
        rehearsals = [bare.rehearse(partial(story.client.send, event)) for event in events]
        for rehearsal in rehearsals:
            bare.replay(rehearsal)
        for rehearsal in rehearsals:
            bare.put_back(rehearsal)

        assert [story.client.send(event).status for event in events] == [status, status]


def test_an_officer_s_look_is_no_call_more_than_a_reading_after_the_first_of_a_day(story: Story) -> None:
    url = f"/v1/cases/{story.case()['case_no']}{said_by('officer')}"
    own, officer = (story.client.event("GET", url, token=one) for one in (story.applicant.token, story.officer))

    read, first, second = (sent_by(story, event, status=200) for event in (own, officer, officer))

    assert read.operations == second.operations == ["BatchGetItem", "Query", "Query"]
    assert first.operations == ["BatchGetItem", "Query", "GetItem", "TransactWriteItems", "Query", "Query"]


def test_a_filing_writes_the_case_once_and_a_card_into_each_index(story: Story) -> None:
    event = story.filing()

    with billed(Bill()) as bill:
        sent_by(story, event, status=201)

    # Two for each kilobyte or part of one in a transaction: three of what was filed, and one of how the case goes on.
    assert bill.units["cases"] == 2 * (3 + 1)
    assert {name: units for name, units in bill.units.items() if name.startswith("cases.") and units} == {
        "cases.by_subject": 1,
        "cases.by_name": 1,
        "cases.by_department": 1,
        "cases.by_state": 1,
    }


def test_a_list_reads_cards(story: Story) -> None:
    numbers = [story.case()["case_no"] for _ in range(8)]
    event = story.client.event("GET", "/v1/cases?state=accepted&department=traffic", token=story.applicant.token)

    with watched(Wire()) as wire:
        reply = story.client.send(event)

    assert {line["case_no"] for line in reply.body["items"]} == set(numbers)
    assert wire.operations == ["Query"]
    # Eight kilobytes at half a unit for four.
    assert wire.read_units <= 1


def test_filing_again_is_the_batch_of_reads_and_what_the_answer_shows(story: Story) -> None:
    event = story.filing()
    sent_by(story, event, status=201)

    wire = sent_by(story, event, status=201)

    assert wire.operations == ["BatchGetItem", "Query", "Query"]


def test_a_check_is_one_read_and_the_record_that_somebody_asked(story: Story) -> None:
    sent_by(story, story.check(), status=200)

    wire = sent_by(story, story.check(), status=200)

    assert wire.operations == ["GetItem", "PutItem"]
    assert wire.read_units <= 1


@goes("subjects", usually=3_000, deep=200_000)
def test_a_check_beside_many_subjects_reads_what_it_reads_beside_few(story: Story, subjects: int) -> None:
    about = Identity(kind=SubjectKind.RESIDENT_ID, number=story.applicant.number, name=story.applicant.name)
    key = container().subject_keys.key_of(about)
    pattern, table = json.dumps(summary_row(key).serialize()), SummaryRow.Meta.table_name
    sent_by(story, story.check(), status=200)

    seen = []
    for first, last in ((0, FEW), (FEW, subjects)):
        others = (pattern.replace(key, f"{key}-{number:06}") for number in range(first, last))
        add_items(table, (json.loads(other) for other in others))
        seen.append(sent_by(story, story.check(), status=200))

    for wire in seen:
        assert wire.operations == ["GetItem", "PutItem"]
        assert wire.calls[0].parameters["Key"] == {"pk": {"S": f"credit:{key}"}}
        assert wire.read_units == 1
    assert seen[0].write_units == seen[1].write_units


def test_a_timeline_is_read_without_a_call_for_each_event(story: Story) -> None:
    wire = sent_by(story, story.timeline(), status=200)

    assert wire.operations == ["BatchGetItem", "Query"]


def test_somebody_is_looked_up_once_and_a_machine_never(story: Story) -> None:
    client, officer = Client(app), the_issuer().token("officer.market", sub="new")
    listed = client.event("GET", "/v1/staff?limit=1", token=officer)
    system = client.event("GET", "/v1/webhooks?limit=1", token=the_issuer().token("system.market"))

    first, again, machine = (sent_by(story, event, status=200) for event in (listed, listed, system))

    assert first.operations == ["BatchGetItem", "TransactWriteItems", "Query"]
    assert again.operations == machine.operations == ["Query"]


@pytest.mark.requirement("R4.22")
@goes("clocks", usually=6_000, deep=100_000)
def test_beside_many_clocks_lists_and_sweeps_cost_what_they_cost_beside_few(clocks: int) -> None:
    client, token = Client(app), the_issuer().token("supervisor.traffic")
    assert client.get("/v1/staff", token=token).status == 200
    idle_sweep()
    nothing = idle_sweep()
    # The register of staff has met her, and need not look again.
    red_page(client, token)

    seen = []
    for first, last in ((0, FEW), (FEW, clocks)):
        add_clocks(first, last)
        page, reply = red_page(client, token)
        narrow, _ = red_page(client, token, filters="&item=plate-replacement")
        seen.append((idle_sweep(), page, reply.body, narrow))

    (few, few_red, few_shown, few_narrow), (many, many_red, many_shown, many_narrow) = seen
    assert nothing.operations == few.operations == many.operations == IDLE
    assert nothing.read_units == few.read_units == many.read_units
    assert few.write_units == many.write_units
    # One query of one index of the clocks; the few outages that may excuse what is late; the note of the sweeps, and
    # how far the relay is.
    for wire in (few_red, many_red, few_narrow, many_narrow):
        assert wire.operations == ["Query", "Query", "GetItem", "Query"]
        assert wire.calls[1].parameters["IndexName"] == "everywhere"
    assert few_red.calls[0].parameters["IndexName"] == many_red.calls[0].parameters["IndexName"] == "board"
    assert many_narrow.calls[0].parameters["IndexName"] == "by_item"
    assert few_red.read_units == many_red.read_units
    for shown in (few_shown, many_shown):
        assert [clock["light"] for clock in shown["items"]] == ["red"] * 100
    assert many_shown["next_cursor"] is not None


@pytest.mark.requirement("R4.22")
@goes("clocks", usually=6_000, deep=100_000)
def test_a_list_with_filters_looks_once_at_each_clock_of_its_smallest_list(clocks: int) -> None:
    """The worst case: whatever is late is of the item, and none of it is of the kind that is asked for."""
    client, token = Client(app), the_issuer().token("supervisor.traffic")
    add_clocks(0, clocks)
    late, filters = clocks // ONE_IN, "&item=plate-replacement&kind=handling_promised"

    pages: list[Wire] = []
    cursor: str | None = ""
    while cursor is not None:
        wire, reply = red_page(client, token, filters=f"{filters}&cursor={cursor}" if cursor else filters)
        pages.append(wire)
        assert reply.body["items"] == []
        cursor = reply.body["next_cursor"]

    assert len(pages) <= late // LOOKED_AT + 1
    for wire in pages[1:]:
        assert queries_of_clocks(wire) == 1
        # Half a unit for four kilobytes: what 500 clocks take, whatever number of them there is.
        assert wire.read_units <= LOOKED_AT / 4


def test_the_pages_that_show_most_make_few_calls(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.performance.pages.CASES", 2)

    asked: dict[str, list[str]] = {}
    for one in pages(story):
        if one.page in CALLS_OF_PAGES:
            event = page_event(one, story.client)
            sent_by(story, event, status=200)
            asked[one.page] = sent_by(story, event, status=200).operations

    assert asked == CALLS_OF_PAGES


def test_every_page_that_the_benchmark_times_is_there(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("CASES", 1), ("IN_A_ROUND", 1), ("WARM_UP", 0)):
        monkeypatch.setattr(f"tests.performance.pages.{name}", value)

    timed = [page_cost(one, client=story.client, rounds=1) for one in pages(story)]

    assert len(timed) > 20
    assert all(one.page_ms > 0 for one in timed)
