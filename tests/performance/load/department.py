"""A department of so many cases that its pages show few of them: what its board, lists and searches ask and cost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app import app
from chalicelib.timeline.table import EventRow
from tests.cloud import Client, said_by, turn_clock
from tests.performance.figures import Figure
from tests.performance.house import DEPARTMENT, expect, house
from tests.performance.load.many import RED, Pattern, a_pattern, add_cases, items_of, owner_of
from tests.performance.load.relaying import tell_all
from tests.performance.load.stream import record_of
from tests.performance.load.sweeping import one_by_one
from tests.performance.pages import REACH, Beside, page_cost, page_event, reader_of
from tests.wire import Wire, watched

AT: Final = RED + timedelta(hours=9)
"""When everybody looks: the morning after the clocks of the late cases have passed."""

DAYS: Final = 20
"""Over how many days the other cases are due."""

ROUNDS: Final = 10

ALERTS: Final = "/v1/supervision/alerts"
PAGES: Final = {
    "supervisor.traffic": {
        "/board": ("/v1/supervision/overview", "/v1/supervision/cases?limit=50", ALERTS),
        "/board?show=near": ("/v1/supervision/overview", "/v1/supervision/cases?limit=50&show=near", ALERTS),
        "/board?show=open": ("/v1/supervision/overview", "/v1/supervision/cases?limit=50&show=open", ALERTS),
        "/board?show=unassigned": (
            "/v1/supervision/overview",
            "/v1/supervision/cases?limit=50&show=unassigned",
            ALERTS,
        ),
        "/board?show=paused": (),
        "/board?show=due&due_on={due_on}": (),
        "/board?officer=officer.traffic": (),
        "/board?item=plate-replacement": (),
        "/board/cases": (),
        "/board/hall": (),
        "/board/statistics": (),
        "/worklist": ("/v1/worklist?limit=20", f"{ALERTS}?limit=20"),
    },
    "monitor": {
        "/board": ("/v1/supervision/overview", "/v1/supervision/cases?limit=50", ALERTS),
        f"/board?department={DEPARTMENT}": (
            f"/v1/supervision/overview?department={DEPARTMENT}",
            f"/v1/supervision/cases?limit=50&department={DEPARTMENT}",
            ALERTS,
        ),
        "/board/cases": (),
    },
    "officer.traffic": {
        "/worklist": ("/v1/worklist?limit=20", f"{ALERTS}?limit=20"),
        "/worklist?light=green": ("/v1/worklist?light=green&limit=20", f"{ALERTS}?limit=20"),
        "/worklist?officer=officer.traffic": (),
        "/desk": ("/v1/cases?limit=20",),
        "/desk?state=accepted": ("/v1/cases?limit=20&state=accepted",),
        "/desk?q={case_no}": (),
        "/desk/{case_no}": (),
    },
}
"""Pages by who opens them, each with the calls that it shows where its CPU is laid beside theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many cases a department has open, and how many of them are late."""

    cases: int
    late: int


FEW: Final = Size(cases=1_500, late=600)
"""Where every list is longer than what is looked at of it."""


def measured(endpoint: str, *, few: Size, many: Size) -> Iterator[Figure]:
    """Open each page of a small department and of a large one, and yield what the large one costs more."""
    with house(endpoint):
        pattern = a_pattern()
        before, after = asked(pattern, few=few, many=many)
        for page, wire in after.items():
            old = before[page]
            yield Figure(
                name=f"calls and units of {page}, {many.cases:,} cases over {few.cases:,}",
                value=max(len(wire.calls) / len(old.calls), wire.read_units / old.read_units),
                reach=1.1,
                remark=f"{len(wire.calls)} over {len(old.calls)} calls, "
                f"{wire.read_units:g} over {old.read_units:g} units",
            )
        client = Client(app)
        for beside in places(pattern):
            if beside.calls:
                cost = page_cost(beside, client=client, rounds=ROUNDS)
                yield Figure(
                    name=f"CPU of {beside.page} beside {many.late:,} late cases, over its calls",
                    value=cost.cpu,
                    reach=REACH,
                    remark=f"{cost.page_ms:.1f} over {cost.shown_ms:.1f} ms of {cost.calls} calls",
                )


def asked(pattern: Pattern, *, few: Size, many: Size) -> tuple[dict[str, Wire], dict[str, Wire]]:
    """Return what each page asks of a department of few cases, and of the same when it has many."""
    fill(pattern, Size(cases=0, late=0), few)
    before = _opened(pattern)
    fill(pattern, few, many)
    return before, _opened(pattern)


def fill(pattern: Pattern, old: Size, new: Size) -> None:
    """Let a department grow: late cases were warned of, passed and told of, the others are due over some weeks."""
    late = range(old.late, new.late)
    add_cases(pattern, late, events=True)
    owners = [owner_of(place) for place in late]
    one_by_one(owners)
    turn_clock(AT)
    told = set(owners)
    events = [item for item in items_of(EventRow.Meta.table_name) if item["owner"]["S"] in told]
    tell_all([record_of(item, number) for number, item in enumerate(events)])
    # Numbers of others begin where no department has a late one.
    others, begin = new.cases - new.late - (old.cases - old.late), 1_000_000 + old.cases
    for day in range(DAYS):
        some = range(begin + day * others // DAYS, begin + (day + 1) * others // DAYS)
        add_cases(_due(pattern, RED + timedelta(days=day + 1), is_given=day % 2 == 0), some)


def _due(pattern: Pattern, at: datetime, *, is_given: bool) -> Pattern:
    """Return the same case with its promise due later, in somebody's hands or in nobody's."""
    return replace(
        pattern,
        clock=replace(
            pattern.clock,
            due_at=at,
            yellow_at=at - timedelta(days=1),
            warned_at=None,
            responsible="officer.traffic" if is_given else "officer",
        ),
    )


def places(pattern: Pattern) -> Iterator[Beside]:
    """Yield each page, with who opens it and what it shows."""
    blanks = {"case_no": pattern.case_no, "due_on": f"{(AT + timedelta(days=3)).date()}"}
    for name, pages in PAGES.items():
        who = reader_of(name)
        if name.startswith("officer"):
            # Whoever has said for what reads on without saying so again.
            expect(Client(app).get(f"/v1/cases/{pattern.case_no}{said_by(name)}", token=who.token), 200)
        for page, calls in pages.items():
            yield Beside(page=f"{page} ({name})", address=page.format(**blanks), calls=calls, who=who)


def _opened(pattern: Pattern) -> dict[str, Wire]:
    """Open each page, and return what it asks when the process is warm."""
    client = Client(app)
    found = {}
    for beside in places(pattern):
        tries = []
        for _ in range(3):
            with watched(Wire()) as wire:
                reply = client.send(page_event(beside, client))
            assert reply.status in {200, 303}, f"{beside.page}: {reply.status}"
            tries.append(wire)
        # A process looks again at the calendar and at who somebody is now and then.
        found[beside.page] = min(tries, key=lambda one: len(one.calls))
    return found
