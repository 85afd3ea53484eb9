"""A small town whose clocks pass one after the other, put back as it was before each run."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any, Final

from botocore.awsrequest import AWSResponse

from app import app
from chalicelib.container import container
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import Service, Target
from chalicelib.settings import settings
from chalicelib.supervision.model.statistics import Figures
from chalicelib.supervision.services.statistics import Asked, Told
from infra.local.seeding import resident_of, uscc_of
from tests.builders import NOON, a_caller, a_proposal, an_identity, an_organisation
from tests.cloud import the_issuer, turn_clock
from tests.performance.bare import Bare, Place, places_written
from tests.performance.house import ANSWERS, Elsewhere, SideDoor, expect
from tests.performance.load.faults import OnTheWay, Sent, on_the_way
from tests.performance.load.many import items_of
from tests.performance.load.stream import Record, Stream, is_set_aside
from tests.performance.story import DECISION
from tests.services.case_office import Applicant
from tests.tables import definitions

INSTANTS: Final = (
    datetime(2026, 10, 8, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 8, 16, 0, tzinfo=UTC),
    datetime(2026, 10, 12, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 20, 1, 0, tzinfo=UTC),
)
"""The last day in time of most clocks; the second after it; and two mornings on which nobody has answered."""

DAYS: Final = (date(2026, 9, 28), date(2026, 10, 31))
MONITOR: Final = a_caller(Role.MONITOR, sub="monitor", department="monitoring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What there is at the end, without what chance gives: names, times of writing, the order of events."""

    events: Mapping[tuple[str, str], int]
    clocks: frozenset[tuple[str, ...]]
    alerts: frozenset[tuple[str, str]]
    messages: Mapping[str, int]
    figures: tuple[Any, ...]

    def differs_from(self, other: "Outcome") -> str:
        """Say in which parts two outcomes differ, and how; blank if they are the same."""
        found = []
        for part in ("events", "clocks", "alerts", "messages", "figures"):
            ours, theirs = getattr(self, part), getattr(other, part)
            if ours != theirs:
                found.append(f"{part}: {_difference(ours, theirs)}")
        return "; ".join(found)


@dataclass(slots=True)
class Written(OnTheWay):
    """Where anything was written, so that it can be put back."""

    places: set[Place] = field(default_factory=set)

    def before(self, operation: str, sent: Sent) -> AWSResponse | None:
        self.places.update(places_written(operation, json.loads(sent)))
        return None


@dataclass(frozen=True, slots=True)
class Town:
    """The town's items by their tables, and the events of how it came about."""

    items: Mapping[str, list[dict[str, Any]]]
    events: list[Record]

    def put_back(self, written: Iterable[Place]) -> None:
        """Delete what a run has written, and write what was there before."""
        client = Bare().client
        requests = [(place.table, {"DeleteRequest": {"Key": place.as_key}}) for place in written]
        _write(client, requests)
        _write(
            client, [(table, {"PutRequest": {"Item": item}}) for table, items in self.items.items() for item in items]
        )


def a_town() -> Town:
    """Let three people file, one of whom gets a decision, and propose a flag against a company, which is served."""
    turn_clock(NOON)
    stream = Stream()
    with on_the_way(stream):
        cases = []
        for number in range(1, 4):
            applicant = Applicant(identity=an_identity(number=resident_of(number))).enrol()
            cases.append(applicant.promise(applicant.draft(answers=ANSWERS)).case)
        officer = the_issuer().token("officer.traffic")
        decided = SideDoor(app).post(f"/v1/cases/{cases[0].case_no}/decision", DECISION, token=officer, if_match='"1"')
        expect(decided, HTTPStatus.OK)
        credit = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
        company = an_organisation(number=uscc_of(1))
        flag = container().flags.propose(a_proposal(), Target(about=company), by=credit, at=NOON).flag
        served = Service(served_at=NOON, method="直接送达", proof="回证1号")
        container().flags.serve(flag.flag_id, served, by=credit, version=flag.version, at=NOON)
    client = Bare().client
    items = {table: client.scan(TableName=table)["Items"] for table in definitions()}
    return Town({table: found for table, found in items.items() if found}, stream.records)


def outcome_of(elsewhere: Elsewhere) -> Outcome:
    """Read what there is now."""

    def all_of(table: str) -> list[dict[str, Any]]:
        return list(items_of(table_of(table)))

    asked = Asked(first=DAYS[0], last=DAYS[1], as_of=INSTANTS[-1])
    told = container().statistics.figures(asked, by=MONITOR, at=INSTANTS[-1])
    owners = {item["owner"]["S"] for item in all_of("timeline")}
    clocks = [clock for owner in owners for clock in container().clocks.of_owner(owner)]
    queued = {
        (said["MessageAttributes"]["name"]["StringValue"], operation, _kind(said))
        for operation, said in elsewhere.told
        if not is_set_aside(said)
    }
    return Outcome(
        events=Counter((item["owner"]["S"], item["kind"]["S"]) for item in all_of("timeline")),
        clocks=frozenset(
            tuple(map(str, (clock.owner, clock.clock_id, clock.warned_at, clock.passed_at, clock.stopped_at)))
            for clock in clocks
        ),
        alerts=frozenset((item["pk"]["S"], item["recipient_state"]["S"]) for item in all_of("alerts")),
        messages=Counter(
            [
                *(f"{operation} {kind}" for _, operation, kind in queued),
                *(f"{item['pk']['S']} {item['sk']['S'].partition('#')[0]}" for item in all_of("messages")),
            ]
        ),
        figures=figures_of(told),
    )


def figures_of(told: Iterable[Told]) -> tuple[tuple[str, Figures, Figures], ...]:
    """Return the figures of departments, however many rows they are kept in."""
    return tuple((one.department, one.completion, sum((day.figures for day in one.days), Figures())) for one in told)


def table_of(name: str) -> str:
    """Return the whole name of a table."""
    return settings().table(name)


def _kind(said: Mapping[str, Any]) -> str:
    """Return the kind of a message to a queue or a topic: the names of its fields."""
    return " ".join(sorted(json.loads(said.get("MessageBody") or said["Message"])))


def _write(client: Any, requests: list[tuple[str, dict[str, Any]]]) -> None:  # noqa: ANN401 - as botocore has it
    for first in range(0, len(requests), 25):
        batch: dict[str, list[Any]] = {}
        for table, request in requests[first : first + 25]:
            batch.setdefault(table, []).append(request)
        client.batch_write_item(RequestItems=batch)


def _difference(ours: Any, theirs: Any) -> str:  # noqa: ANN401 - of several kinds
    if isinstance(ours, frozenset):
        return f"missing {sorted(theirs - ours)[:5]}, too many {sorted(ours - theirs)[:5]}"
    if isinstance(ours, Counter):
        return f"missing {dict(theirs - ours)}, too many {dict(ours - theirs)}"
    return f"{ours} instead of {theirs}"
