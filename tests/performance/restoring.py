"""``make restore-drill``: a stage restored under other names, on AWS's own engine, and proved.

Cases by the thousand, each as the service stored one, with a chain of its own, fill the tables. They are copied under
other names, which stands for what DynamoDB's point-in-time recovery does and the engine cannot. Then the very commands
and the very service of a restore read the copy, in processes of their own: every timeline is proved, what had not been
told yet is told by a replay, and the figures are those of the original, in which everything was told in time.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import tests.conftest  # noqa: F401 - first of all that is ours: it sets the environment that the settings read
from infra.engine import running

from app import app  # isort: skip
from chalicelib.container import container  # isort: skip
from chalicelib.dynamo.transaction import Transaction  # isort: skip
from chalicelib.relay.model import Replay  # isort: skip
from chalicelib.settings import settings  # isort: skip
from chalicelib.supervision.services.statistics import Asked  # isort: skip
from chalicelib.timeline.chain import TEXT_DIGESTS  # isort: skip
from chalicelib.timeline.event_types import EventKind  # isort: skip
from chalicelib.timeline.events import ChainHead, NewEvent  # isort: skip
from chalicelib.timeline.store import BEATS, Beat, event_of  # isort: skip
from chalicelib.clock import instant_from  # isort: skip
from infra.local.seeding import resident_of  # isort: skip
from tests.builders import NOON, an_identity  # isort: skip
from tests.cloud import the_issuer, turn_clock  # isort: skip
from tests.performance.bare import Bare, Place  # isort: skip
from tests.performance.crowd import add_items  # isort: skip
from tests.performance.house import ANSWERS, SideDoor, all_routes, expect, house, joined  # isort: skip
from tests.performance.load.faults import on_the_way  # isort: skip
from tests.performance.load.many import BYTES, items_of, number_of, owner_of  # isort: skip
from tests.performance.load.relaying import tell_all  # isort: skip
from tests.performance.load.stream import Record, Stream, record_of  # isort: skip
from tests.performance.load.town import DAYS, MONITOR, figures_of  # isort: skip
from tests.performance.promise import FINDINGS  # isort: skip
from tests.performance.story import DECISION  # isort: skip
from tests.services.case_office import Applicant  # isort: skip
from tests.tables import definitions  # isort: skip

ROOT: Final = Path(__file__).resolve().parents[2]
RESTORED: Final = "-r1"
"""What stands behind the stage in the names of the copy."""

AT: Final = NOON + timedelta(hours=2)
"""When the copy is taken."""

TOLD_UNTIL: Final = NOON + timedelta(hours=1)
"""Until when everything had been told by then."""

OF_CASES: Final = ("cases", "clocks")
"""Where rows of a case are, beside its events."""

Item = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What a restore came to: the lines of the proof, what each step took, and whether rows and figures are equal."""

    rows: int
    proof: str
    found: int
    seconds: Mapping[str, float]
    are_rows_equal: bool
    are_figures_equal: bool


def drilled(endpoint: str, *, cases: int) -> Drill:
    """Fill a house with so many cases, copy it under other names, and let processes of their own prove and use that."""
    seconds: dict[str, float] = {}
    with house(endpoint):
        began = time.monotonic()
        told, untold = fill(cases)
        tell_with_what_follows(told)
        mark_as_told(TOLD_UNTIL)
        seconds["filling"] = time.monotonic() - began
        began = time.monotonic()
        before = settings().table("")
        rows = copy(before, f"xinnuo-{settings().stage}{RESTORED}-")
        seconds["copying"] = time.monotonic() - began
        equal = digests(before) == digests(f"xinnuo-{settings().stage}{RESTORED}-")
        tell_with_what_follows(untold)
        turn_clock(AT)
        expected = figures()
        began = time.monotonic()
        proved = elsewhere(endpoint, "infra.restore", "prove", settings().stage, f"--tables={RESTORED}")
        seconds["proving"] = time.monotonic() - began
        began = time.monotonic()
        used = elsewhere(endpoint, "tests.performance.restoring", "use", endpoint, os.environ["AWS_ACCESS_KEY_ID"])
        seconds["replaying"] = time.monotonic() - began
    if used.returncode:
        raise AssertionError(used.stderr)
    return Drill(
        rows=rows,
        proof=proved.stdout + proved.stderr,
        found=proved.returncode,
        seconds=seconds,
        are_rows_equal=equal,
        are_figures_equal=json.loads(used.stdout) == expected,
    )


# The town.


def fill(cases: int) -> tuple[list[Record], list[Record]]:
    """Let four cases of different length come about, and copy them; return what is told by now, and what is not."""
    turn_clock(NOON)
    patterns = [pattern_of(case_no) for case_no in lived()]
    told: list[Record] = []
    untold: list[Record] = []
    for first in range(0, cases, 1_000):
        items: dict[str, list[Item]] = {name: [] for name in (*OF_CASES, "timeline")}
        for place in range(first, min(first + 1_000, cases)):
            # Every tenth was filed after the last beat had come back.
            is_late = place % 10 == 9
            made = copied(patterns[place % len(patterns)], place, at=AT - timedelta(minutes=1) if is_late else NOON)
            for name, some in made.items():
                items[name] += some
            news = untold if is_late else told
            news += [record_of(item, len(news) + 1) for item in made["timeline"]]
        for name, some in items.items():
            add_items(settings().table(name), iter(some))
    return told, untold


def lived() -> Iterator[str]:
    """File four cases; decide three of them, deliver two, verify one. Yield their numbers."""
    client, officer = SideDoor(app), the_issuer().token("officer.traffic")
    steps = (("decision", DECISION), ("delivery", {"method": "邮寄"}), ("verification", FINDINGS))
    for length in range(len(steps) + 1):
        applicant = Applicant(identity=an_identity(number=resident_of(length + 1))).enrol()
        case = applicant.promise(applicant.draft(answers=ANSWERS)).case
        version = case.version
        for name, body in steps[:length]:
            url = f"/v1/cases/{case.case_no}/{name}"
            version = expect(client.post(url, body, token=officer, if_match=f'"{version}"'), 200)["version"]
        yield case.case_no


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A case as it is stored: its number, and its rows and events as texts."""

    case_no: str
    rows: Mapping[str, tuple[str, ...]]
    events: tuple[str, ...]


def pattern_of(case_no: str) -> Pattern:
    """Read a case."""

    def texts(name: str) -> tuple[str, ...]:
        table = settings().table(name)
        found = (item for item in items_of(table) if case_no in str(Place.of(table, item).key))
        return tuple(json.dumps(item, default=lambda packed: {BYTES: packed.hex()}) for item in found)

    events = sorted(map(json.loads, texts("timeline")), key=lambda item: int(item["seq"]["N"]))
    return Pattern(
        case_no=case_no, rows={name: texts(name) for name in OF_CASES}, events=tuple(map(json.dumps, events))
    )


def copied(pattern: Pattern, place: int, *, at: datetime) -> dict[str, list[Item]]:
    """Return the items of another case like it, by their tables: with a chain of its own, recorded at an instant."""
    number = number_of(place)

    def renamed(text: str) -> Item:
        item: Item = json.loads(text.replace(pattern.case_no, number), object_hook=_with_bytes)
        return item

    caught = Caught()
    events = [_new(renamed(text)) for text in pattern.events]
    head = container().timeline.add_events(events, owner=owner_of(place), head=ChainHead(), at=at, tx=caught)
    found = {name: [renamed(text) for text in texts] for name, texts in pattern.rows.items()}
    for item in found["cases"]:
        if item["pk"]["S"] == owner_of(place):
            item |= {"head_seq": {"N": str(head.seq)}, "head_hash": {"S": head.hash}}
    return {**found, "timeline": caught.items}


class Caught(Transaction):
    """A transaction that never leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []

    def add(self, row: Any, *, on_failure: Exception) -> None:  # noqa: ANN401, ARG002 - as a transaction has it
        self.items.append(row.serialize())


def _new(item: Item) -> NewEvent:
    event = event_of(item)
    return NewEvent(
        kind=EventKind(event.kind),
        occurred_at=instant_from(event.occurred_at),
        actor=event.actor,
        department=event.department,
        data={name: value for name, value in event.data.items() if name != TEXT_DIGESTS},
        texts=event.texts,
    )


def _with_bytes(value: Item) -> Any:  # noqa: ANN401 - as JSON has it
    return bytes.fromhex(value[BYTES]) if BYTES in value else value


def tell_with_what_follows(records: list[Record]) -> None:
    """Let the relay hear of events, and of what they bring about."""
    stream = Stream()
    with on_the_way(stream):
        tell_all(records)
        tell_all(stream.records)


def mark_as_told(until: datetime) -> None:
    """Let every beat come back through the stream."""
    container().relay.hear(Beat(f"{number:02}", until) for number in range(BEATS))


# The copy.


def copy(before: str, after: str) -> int:
    """Copy every table under another name, with its indexes; return how many rows there are."""
    client, rows = Bare().client, 0
    for name, definition in definitions().items():
        target = name.replace(before, after)
        client.create_table(**{**definition, "TableName": target})
        found = list(items_of(name))
        add_items(target, iter(found))
        rows += len(found)
    return rows


def digests(before: str) -> dict[str, str]:
    """Return a digest of all rows of each table, in whatever order they come."""
    return {
        name.removeprefix(settings().table("")): _digest(items_of(name.replace(settings().table(""), before)))
        for name in definitions()
    }


def _digest(items: Iterable[Mapping[str, Any]]) -> str:
    sum_ = 0
    for item in items:
        text = json.dumps(item, sort_keys=True, default=lambda packed: packed.hex())
        sum_ += int.from_bytes(hashlib.sha256(text.encode()).digest())
    return f"{sum_:x}"


def elsewhere(endpoint: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a module on the copy, in a process of its own that finds the engine as AWS is found."""
    told = {"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "XINNUO_TABLES": RESTORED}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | told, check=False, capture_output=True, text=True
    )


# What both must say.


def figures() -> dict[str, Any]:
    """Return the statistics of all departments and what the board counts."""
    asked = Asked(first=DAYS[0], last=DAYS[1], as_of=AT)
    told = container().statistics.figures(asked, by=MONITOR, at=AT)
    board = expect(SideDoor(app).get("/v1/supervision/overview", token=the_issuer().token("monitor")), 200)
    return {"statistics": repr(figures_of(told)), "board": {**board, "told_until": None}}


def use(endpoint: str, key: str) -> None:
    """Replay what was not told when the copy was taken, as its marks say, and print the figures."""
    paper, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - logs go nowhere
    all_routes()
    with joined(endpoint, key) as said:
        turn_clock(AT)
        since = container().relay.told_until()
        assert since == TOLD_UNTIL, since
        wanted = Replay(since=since - timedelta(minutes=5), until=AT)
        assert container().relay.replay(wanted, is_time_left=lambda: True).is_over
        stream = Stream()
        with on_the_way(stream):
            for _, asked in tuple(said.told):
                container().relay.take(json.loads(asked["MessageBody"]))
            tell_all(stream.records)
        print(json.dumps(figures()), file=paper)


def main() -> None:
    """Drill with as many cases as CASES says, and print what it came to."""
    paper, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - logs go nowhere
    cases = int(os.environ.get("CASES") or 10_000)
    with running(heap_mib=4096) as endpoint:
        drill = drilled(endpoint, cases=cases)
    steps = ", ".join(f"{name} {seconds:,.0f} s" for name, seconds in drill.seconds.items())
    print(f"{cases:,} cases in {drill.rows:,} rows: {steps}", file=paper)
    print(drill.proof, end="", file=paper)
    print(f"rows of every table equal: {_yes(drill.are_rows_equal)}", file=paper)
    print(f"figures equal, after a replay: {_yes(drill.are_figures_equal)}", file=paper)
    if drill.found or not (drill.are_rows_equal and drill.are_figures_equal):
        sys.exit(1)


def _yes(is_so: bool) -> str:  # noqa: FBT001 - a word for it
    return "yes" if is_so else "NO"


if __name__ == "__main__":
    if sys.argv[1:2] == ["use"]:
        use(*sys.argv[2:])
    else:
        main()
