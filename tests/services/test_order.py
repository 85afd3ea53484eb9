"""Whatever order events are told in, and however often, listeners end with the same (R8.2).

A stream keeps the order of one event's records alone: the events of one case come in any order, some twice, in batches
that nobody chooses. Lives of cases, of a flag and of an officer are lived once; then their events, and those that
telling them brings about, are told in order, and in seeded disorder with repetitions, from the same beginning.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Way
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Acceptance, Method
from chalicelib.container import container
from chalicelib.dynamo.model import connection, unpacked
from chalicelib.policy import Caller, Role
from chalicelib.relay.model import Replay
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.settings import settings
from chalicelib.staff.model import Loaded, StaffState
from chalicelib.timeline.events import Event
from tests.builders import NOON, a_caller, an_item, an_organisation
from tests.channels import Channels, kept_channels
from tests.cloud import an_empty_cloud, forget_everything, turn_clock
from tests.depth import goes
from tests.quick_dynamodb import add_to_tables, kept_tables, the_dynamodb
from tests.services.case_office import Applicant, employ, publish
from tests.services.credit_office import AFTER_DEFENCE, flagged, lift
from tests.services.test_flag_notices import TRAFFIC, subscribed

DAY = timedelta(days=1)
OFFICER = a_caller(Role.OFFICER, sub="o-1", department="traffic")
DEPUTY = a_caller(Role.OFFICER, sub="o-2", department="traffic")
SUPERVISOR = a_caller(Role.SUPERVISOR, sub="s-1", department="traffic")
HEAD = a_caller(Role.HEAD, sub="h-1", department="traffic")
MONITOR = a_caller(Role.MONITOR, sub="m", department="monitoring")

TOLD_AT = [NOON + days * DAY for days in (41, 43, 45, 50)]
"""When the relay tells: after a stand-still, and again as what nobody has answered escalates, and others act."""

OF_ORDER = {"head_hash", "hash", "prev_hash", "version"}
"""What follows from the order in which a timeline grew."""


def by(case_no: str, days: int, who: Caller = OFFICER) -> Command:
    case = container().cases.load(case_no)
    return Command(case_no=case_no, by=who, at=NOON + days * DAY, version=case.version)


@dataclass(frozen=True)
class Lived:
    """Everything that is stored after some lives, a case that is still in hand, and a flag in force."""

    tables: bytes
    in_hand: str
    flag_id: str


def live() -> Lived:
    """Live through what listeners hear of: cases kept, late and broken, a flag, and an officer who goes."""
    employ(OFFICER, DEPUTY, SUPERVISOR, HEAD)
    publish()
    for code in ("business-address", "archive-query"):
        publish(an_item(code=code, acceptance=Acceptance.OFFICER))
    publish(an_item(code="road-occupation", department="traffic"))
    subscribed("road-occupation", by=TRAFFIC)
    applicant = Applicant().enrol()
    late = applicant.promise(applicant.draft()).case.case_no
    company = Applicant(identity=an_organisation())
    company.certify(company.draft("archive-query", way=Way.CERTIFICATE), "old-plate")
    in_hand = company.certify(company.draft("business-address", way=Way.CERTIFICATE), "old-plate").case.case_no
    container().assignment.assign(by(in_hand, 0, SUPERVISOR), officer=OFFICER.sub)
    container().assignment.assign(by(late, 0, SUPERVISOR), officer=OFFICER.sub)
    container().handling.extend(by(late, 1, HEAD), days=2, reason="案情复杂。")
    container().handling.pause(
        by(late, 1), ground="expert_review", basis="第45条", expected_days=2, notice_text="需要专家评审。"
    )
    flag = flagged(related_items=("business-address", "road-occupation"))
    container().clocks.sweep(at=AFTER_DEFENCE)
    container().handling.end_pause(by(late, 20), 1)
    container().clocks.sweep(at=NOON + 30 * DAY)
    container().handling.decide(by(late, 30), outcome=Outcome.GRANTED, document_no="1号", late_reason="系统故障。")
    container().handling.deliver(by(late, 31))
    container().consequences.verify(by(late, 40), result=Finding.UNTRUE, method=Method.ONLINE, findings="不属实。")
    gone = Loaded(name="甲", department="traffic", roles=frozenset({Role.OFFICER}), state=StaffState.ENDED)
    container().staff.load("o-1", gone, by=MONITOR, at=NOON + 40 * DAY)
    return Lived(kept_tables(), in_hand, flag.flag_id)


def act(lives: Lived, number: int) -> None:
    """Do between two times of telling what takes back what was told: lift the flag, decide what is late."""
    if number == 1:
        flag = FlagStore(container().timeline).load(lives.flag_id)
        lift(flag, at=TOLD_AT[number])
    if number == 2:
        days = (TOLD_AT[number] - NOON).days
        container().assignment.assign(by(lives.in_hand, days, SUPERVISOR), officer=DEPUTY.sub)
        container().handling.decide(
            by(lives.in_hand, days, DEPUTY), outcome=Outcome.GRANTED, document_no="2号", late_reason="系统故障。"
        )


def everything() -> list[Event]:
    """Every event of every timeline, as they were recorded."""
    page = container().timeline.page("", limit=10_000, after=None)
    return sorted(page.items, key=lambda event: (event.recorded_at, event.owner, event.seq))


Arrange = Callable[[list[Event], list[Event]], Iterator[list[Event]]]
"""How new events are told, and which of the old ones again: in batches."""


def in_order(new: list[Event], _old: list[Event]) -> Iterator[list[Event]]:
    for event in new:
        yield [event]


@dataclass(frozen=True)
class InDisorder:
    """Shuffled, a third of them twice, some of the past again, in batches of any size."""

    chance: random.Random

    def __call__(self, new: list[Event], old: list[Event]) -> Iterator[list[Event]]:
        told = [*new, *self.chance.sample(new, len(new) // 3), *self.chance.sample(old, len(old) // 5)]
        self.chance.shuffle(told)
        while told:
            size = self.chance.randint(1, 40)
            yield told[:size]
            told = told[size:]


def tell_all(lives: Lived, arrange: Arrange) -> None:
    """Tell everything, and what comes of it, until there is nothing new."""
    old: dict[str, Event] = {}
    for number, at in enumerate(TOLD_AT):
        turn_clock(at)
        act(lives, number)
        container().clocks.sweep(at=at)
        while new := [event for event in everything() if event.id not in old]:
            for batch in arrange(new, list(old.values())):
                assert container().relay.tell(batch) == ()
            old |= {event.id: event for event in new}


def what_is_there(channels: Channels) -> dict[str, Counter[str]]:
    """All rows by their tables, events by what they say, and what was ordered and pushed."""
    assert channels.untold.sent == []
    found: dict[str, Counter[str]] = {}
    for name in the_dynamodb().tables:
        if name == settings().table("relay"):
            continue
        rows = connection().dispatch("Scan", {"TableName": name})["Items"]
        found[name] = Counter(_said(row) for row in rows if not _is_nothing(row))
    # A queue may be told twice, and whoever takes from it takes it once.
    for name, channel in (("orders", channels.issue), ("deliveries", channels.deliveries)):
        found[name] = Counter({json.dumps(one.message, sort_keys=True) for one in channel.sent})
    return found


def _is_nothing(row: dict[str, Any]) -> bool:
    """Whether a row says no more than one that is missing: what was added to it was taken away again."""
    return {"pk", "sk"} < row.keys() and all(row[name] == {"N": "0"} for name in row.keys() - {"pk", "sk"})


def _said(row: dict[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if name not in OF_ORDER}
    if "document" in row:
        stored = row["document"]
        document = json.loads(stored["S"] if "S" in stored else unpacked(stored["B"]))
        document.pop("head", None)
        kept["document"] = document
    if row.get("sk") == {"S": "event"}:
        # The mark of an event that was counted.
        kept["pk"] = row["pk"]["S"].rpartition("/")[0]
    if "prev_hash" in row:
        # Where in its timeline an event stands follows from the order in which others were told; its salts are random.
        data = json.loads(row["data"]["S"])
        data.pop("text_digests", None)
        kept |= {"seq": None, "texts": None, "data": data}
    return json.dumps(kept, sort_keys=True, default=repr)


def told(lives: Lived, arrange: Arrange, then: Callable[[Channels], None] = lambda _: None) -> dict[str, Counter[str]]:
    with an_empty_cloud(), kept_channels() as channels:
        add_to_tables(lives.tables)
        tell_all(lives, arrange)
        then(channels)
        return what_is_there(channels)


def replay(channels: Channels, *listeners: str) -> None:
    """Have the whole past told again by way of the queue."""
    wanted = Replay(since=NOON - DAY, until=TOLD_AT[-1] + DAY, listeners=listeners)
    done = container().relay.replay(wanted, is_time_left=lambda: True)
    assert (done.is_over, done.found) == (True, len(everything()))
    messages = [one.message for one in channels.untold.sent]
    channels.untold.sent.clear()
    for message in messages:
        container().relay.take(message)


def count_anew(channels: Channels) -> None:
    """Lose the figures, and have them counted again."""
    table = settings().table("statistics")
    for row in connection().dispatch("Scan", {"TableName": table})["Items"]:
        connection().dispatch("DeleteItem", {"TableName": table, "Key": {"pk": row["pk"], "sk": row["sk"]}})
    # A process remembers which longest durations are stored.
    forget_everything()
    turn_clock(TOLD_AT[-1])
    replay(channels, "statistics")


def require_the_same(found: dict[str, Counter[str]], expected: dict[str, Counter[str]]) -> None:
    for name, rows in expected.items():
        more, less = found[name] - rows, rows - found[name]
        assert not more, f"{name}: too much"
        assert not less, f"{name}: missing"


@pytest.fixture(scope="module")
def lives() -> Lived:
    with an_empty_cloud(), kept_channels():
        return live()


@pytest.fixture(scope="module")
def ordered(lives: Lived) -> dict[str, Counter[str]]:
    return told(lives, in_order)


def test_the_lives_call_on_every_listener(ordered: dict[str, Counter[str]]) -> None:
    there = {name.removeprefix("xinnuo-local-") for name, rows in ordered.items() if rows}

    assert there >= {"alerts", "signals", "flag_notices", "statistics", "messages", "orders", "deliveries"}
    said = [event for event, _ in ordered["xinnuo-local-timeline"].items()]
    kinds = {json.loads(event)["kind"]["S"] for event in said}
    assert kinds >= {
        "case:barred",
        "case:bar_ended",
        "case:deemed_accepted",
        "alert:raised",
        "alert:withdrawn",
        "flag_notice:made",
    }


@pytest.mark.requirement("R8.2")
@goes("seeds", usually=3, deep=40)
def test_in_any_order_and_with_repetitions_the_same_is_stored_told_counted_and_alerted(
    seeds: int, lives: Lived, ordered: dict[str, Counter[str]]
) -> None:
    for seed in range(seeds):
        disordered = told(lives, InDisorder(random.Random(seed)))

        require_the_same(disordered, ordered)


@pytest.mark.requirement("R8.3")
@pytest.mark.parametrize("then", [replay, count_anew])
def test_after_a_replay_everything_is_as_if_told_once(
    then: Callable[[Channels], None], lives: Lived, ordered: dict[str, Counter[str]]
) -> None:
    require_the_same(told(lives, in_order, then), ordered)
