"""What requests cost beside few rows and beside many: clocks, the cases of a department, subjects, days of figures."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from app import app
from chalicelib.clock import SHANGHAI, instant_text, real_now
from chalicelib.credit.model.records import Summary
from chalicelib.credit.table.records import SummaryRow
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import SubjectKey
from tests.cloud import Client, forget_everything, the_issuer
from tests.performance import crowd
from tests.performance.figures import Figure
from tests.performance.house import DEPARTMENT, house
from tests.performance.load.many import a_pattern, add_cases
from tests.performance.load.relaying import tell_all
from tests.performance.load.stream import Record, record_of
from tests.performance.story import Story
from tests.wire import Wire, watched

ONE_IN: Final = 10_000
"""Of how many cases one is what the worklist is filtered for; the first thousand have one, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many there are of each."""

    clocks: int
    cases: int
    subjects: int
    days: int
    items: int


FEW: Final = Size(clocks=1_000, cases=1_000, subjects=1_000, days=30, items=1)


def measured(endpoint: str, *, few: Size, many: Size) -> Iterator[Figure]:
    """Make the same requests beside few rows and beside many, and yield what they cost more."""
    with house(endpoint):
        before, after = _both(few, many)
    for name, wire in after.items():
        reach = 1.5 if name.startswith("figures") else 1.1
        old = before[name]
        yield Figure(
            name=f"calls and units of {name}, beside many over few",
            value=max(_ratio(len(wire.calls), len(old.calls)), _ratio(_units(wire), _units(old))),
            reach=reach,
            remark=f"{len(wire.calls)} over {len(old.calls)} calls, {_units(wire):g} over {_units(old):g} units",
        )


def _both(few: Size, many: Size) -> tuple[dict[str, Wire], dict[str, Wire]]:
    client = Client(app)
    pattern = a_pattern()
    forget_everything()
    story = Story(client)
    add_cases(pattern, range(few.cases))
    crowd.add_clocks(0, few.clocks)
    add_subjects(0, few.subjects)
    state = _decide(story)
    today = real_now().astimezone(SHANGHAI).date()
    add_days(today, few)
    crowd.idle_sweep()  # what was left of the story
    before = _requests(client, story, state, today)
    add_cases(pattern, range(few.cases, many.cases))
    crowd.add_clocks(few.clocks, many.clocks)
    add_subjects(few.subjects, many.subjects)
    for _ in range(many.cases // ONE_IN - 1):
        _decide(story)
    add_days(today, many)
    return before, _requests(client, story, state, today)


def _decide(story: Story) -> str:
    """Decide one more case, and return the state in which it is then."""
    reply = story.client.send(story.decision())
    assert reply.status == 200, reply.text
    return str(reply.body["state"])


def _requests(client: Client, story: Story, state: str, today: date) -> dict[str, Wire]:
    """Make each request once to be warm, and once to be counted."""
    monitor = the_issuer().token("monitor")
    span = f"from={today - timedelta(days=29)}&to={today}"
    wanted: dict[str, Callable[[], dict[str, Any]]] = {
        "a check": story.check,
        "a filing": story.filing,
        "a decision": story.decision,
        "a page of the board": lambda: client.event(
            "GET", f"/v1/supervision/clocks?department={DEPARTMENT}&light=red&limit=100", token=story.supervisor
        ),
        f"a worklist with one match in {ONE_IN:,}": lambda: client.event(
            "GET", f"/v1/cases?state={state}&limit=1", token=story.officer
        ),
        "figures of 30 days and all departments": lambda: client.event(
            "GET", f"/v1/supervision/statistics?{span}", token=monitor
        ),
    }
    found: dict[str, Wire] = {}
    for name, prepare in wanted.items():
        for _ in range(2):
            event = prepare()
            with watched(Wire()) as wire:
                reply = client.send(event)
            assert reply.status < 400, f"{name}: {reply.text}"
        found[name] = wire
    crowd.idle_sweep()
    return {**found, "an idle sweep": crowd.idle_sweep()}


def add_subjects(first: int, last: int) -> None:
    """Store the summaries of subjects of whom nothing bad is known."""
    crowd.add_items(SummaryRow.Meta.table_name, (_summary(number) for number in range(first, last)))


def _summary(number: int) -> dict[str, Any]:
    summary = Summary(subject=SubjectKey(f"k1.{number:064x}"), version=1)
    return SummaryRow(summary.owner, version=1, head_seq=1, head_hash="0" * 64, document=summary).serialize()


def add_days(last: date, size: Size) -> None:
    """Count filings of so many items on so many days in every department, as the relay hears of them."""
    tell_all([_filed(one, last) for one in _places(size)])


def _places(size: Size) -> Iterator[tuple[int, int, str]]:
    for day in range(size.days):
        for item in range(size.items):
            for department in settings().departments:
                yield day, item, department


def _filed(place: tuple[int, int, str], last: date) -> Record:
    """Return the event of a filing that nobody made: its owner says where it belongs, so that it is counted once."""
    day, item, department = place
    at = datetime(last.year, last.month, last.day, 2, 0, tzinfo=SHANGHAI) - timedelta(days=day)
    data = json.dumps({"way": "commitment", "item_code": f"i{item}", "pack": "zhejiang-yiwu"})
    values: Mapping[str, str] = {
        "owner": f"case:F{day:04}{item:06}{department}",
        "kind": "case:filed",
        "occurred_at": instant_text(at),
        "recorded_at": instant_text(at),
        "actor": "subject:k1.0",
        "department": department,
        "data": data,
        "prev_hash": "0" * 64,
        "hash": "0" * 64,
    }
    return record_of({**{name: {"S": value} for name, value in values.items()}, "seq": {"N": "2"}}, 1)


def _units(wire: Wire) -> float:
    return wire.read_units + wire.write_units


def _ratio(many: float, few: float) -> float:
    """The engine charges an empty query of an index nothing where AWS charges half a unit; equal is equal."""
    return many / few if few else 1.0 + many
