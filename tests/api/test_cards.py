"""Cards and outages over HTTP, from the finding to the withdrawal."""

import pytest

from chalicelib.container import container
from chalicelib.timeline.event_types import EventKind
from tests.api.bodies import CARD, OUTAGE, token_of
from tests.api.world import World, world
from tests.cloud import Reply, said_by

__all__ = ["world"]

CARDS = "/v1/supervision/cards"


@pytest.fixture(autouse=True)
def as_it_stood(world: World) -> None:
    world.rewind()


def finding(world: World, *events: int, **other: object) -> dict[str, object]:
    missed = world.things["missed"]
    return {**CARD, "case_no": missed.name, "events": [missed.version, *events], **other}


def ask(world: World, url: str, body: object, *, as_: str, version: int | None = None) -> Reply:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.client.call("POST", url, body, token=token_of(as_), headers=headers)


@pytest.mark.requirement("R4.16")
def test_a_card_is_answered_appealed_upheld_and_told_on_the_timeline(world: World) -> None:
    card = world.send("POST", CARDS, finding(world, 2), as_="supervisor.traffic").body
    path = f"{CARDS}/{card['id']}"

    answered = world.send("POST", f"{path}/reply", {"text": "已经办结。"}, as_="officer.traffic", version=1).body
    world.send("POST", f"{path}/appeal", {"grounds": "材料当日才齐。"}, as_="head.traffic", version=2)
    decision = {"outcome": "upheld", "reasons": "逾期属实。"}
    upheld = world.send("POST", f"{path}/appeal/decision", decision, as_="monitor", version=3).body

    told = [
        event.kind for event in container().timeline.events(card["owner"]) if event.data.get("card_id") == card["id"]
    ]
    assert (answered["state"], answered["reply"]["late"], upheld["state"]) == ("answered", False, "upheld")
    assert told == ["card:given", "card:answered", "card:appealed", "card:upheld"]
    running = [c for c in container().clocks.of_owner(card["owner"]) if c.about == card["id"] and not c.stopped_at]
    assert running == []


def test_the_applicant_sees_that_a_card_was_given_and_none_of_its_texts(world: World) -> None:
    path = f"/v1/cases/{world.things['missed'].name}/timeline"

    theirs = world.send("GET", path, as_="applicant").body
    staffs = world.send("GET", f"{path}{said_by('officer')}", as_="officer.traffic").body

    def texts(shown: dict[str, list[dict[str, object]]]) -> list[object]:
        return [event["texts"] for event in shown["items"] if event["kind"] == EventKind.CARD_GIVEN]

    assert texts(theirs) == [{}, {}]
    assert [event["salts"] for event in theirs["items"] if event["kind"] == EventKind.CARD_GIVEN] == [{}, {}]
    assert texts(staffs) == [{"facts": CARD["facts"]}] * 2


def test_the_same_card_twice_is_refused_and_the_first_is_named(world: World) -> None:
    reply = ask(world, CARDS, finding(world), as_="head.traffic")

    assert (reply.status, reply.code) == (409, "STEP_NOT_ALLOWED")
    assert reply.body["card_id"] == world.things["card given"].name


def test_nobody_gives_a_card_to_themself(world: World) -> None:
    reply = ask(world, CARDS, finding(world, 2, officer="supervisor.traffic"), as_="supervisor.traffic")

    assert (reply.status, reply.code) == (409, "SAME_PERSON")


@pytest.mark.requirement("R4.17")
def test_what_an_outage_excuses_bears_no_card_until_the_outage_is_withdrawn(world: World) -> None:
    clock = next(
        clock
        for clock in container().clocks.of_owner(f"case:{world.things['missed'].name}")
        if clock.kind == "handling_promised"
    )
    body = {**OUTAGE, "starts_at": clock.due_at.strftime("%Y-%m-%dT%H:%M:%SZ"), "departments": [], "kinds": []}
    outage = world.send("POST", "/v1/supervision/outages", body, as_="monitor").body

    board = world.send("GET", "/v1/supervision/clocks?kind=handling_promised&light=red", as_="supervisor.traffic").body
    refused = ask(world, CARDS, finding(world, 2), as_="supervisor.traffic")
    path = f"/v1/supervision/outages/{outage['outage_id']}/withdrawal"
    world.send("POST", path, {"reason": "登记有误。"}, as_="monitor", version=1)
    given = ask(world, CARDS, finding(world, 2), as_="supervisor.traffic")

    assert (refused.status, refused.code, refused.body["outage_id"]) == (409, "EXCUSED_BY_OUTAGE", outage["outage_id"])
    assert given.status == 201
    assert [shown["excused_by"] for shown in board["items"]] == [outage["outage_id"]]


def test_a_card_shows_by_when_who_must_act_and_nothing_once_nobody_must(world: World) -> None:
    card = world.send("POST", CARDS, finding(world, 2), as_="supervisor.traffic").body
    path = f"{CARDS}/{card['id']}"

    answered = world.send("POST", f"{path}/reply", {"text": "已经办结。"}, as_="officer.traffic", version=1).body
    appealed = world.send("POST", f"{path}/appeal", {"grounds": "x"}, as_="head.traffic", version=2).body

    assert (card["clock"]["kind"], card["clock"]["light"]) == ("card_reply", "green")
    assert card["clock"]["due_on"] == card["reply_due_at"][:10]
    assert answered["clock"] is None
    assert appealed["clock"]["kind"] == "card_appeal"


def test_monitors_see_cards_and_signals_of_all_departments_at_once(world: World) -> None:
    world.send("POST", CARDS, finding(world, 2), as_="supervisor.traffic")

    cards = world.send("GET", CARDS, as_="monitor").body["items"]
    signals = world.send("GET", "/v1/supervision/signals", as_="monitor").body["items"]

    assert cards[0]["department"] == "traffic"
    assert {card["id"] for card in cards} >= {
        card["id"] for card in world.send("GET", f"{CARDS}?department=traffic", as_="monitor").body["items"]
    }
    assert [signal["id"] for signal in signals] == [
        signal["id"]
        for signal in world.send("GET", "/v1/supervision/signals?department=traffic", as_="monitor").body["items"]
    ]
