"""Sources, items and lookups belong to departments, as their systems and officers meet it."""

from typing import Any

import pytest

from tests.api.bodies import RECORD, REVERSAL, subject_of, token_of
from tests.api.world import World, world
from tests.cloud import Reply

__all__ = ["world"]

ENTRY = "market/redress-5"


@pytest.fixture(autouse=True)
def rewound(world: World) -> None:
    world.rewind()


def ask(world: World, method: str, url: str, body: object = None, *, as_: str, version: int | None = None) -> Reply:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.client.call(method, url, body, token=token_of(as_), headers=headers)


@pytest.mark.parametrize("item", ["plate-replacement", "no-such-item", "330725196806180004"])
def test_a_system_subscribes_to_items_of_its_department_alone(world: World, item: str) -> None:
    wish = {"webhook_id": world.things["webhook"].name, "items": ["business-address", item]}

    reply = ask(world, "POST", "/v1/subscriptions", wish, as_="system.market")

    assert (reply.status, reply.code, reply.pointers) == (422, "ITEM_NOT_OWN", ["/items/1"])


def test_who_looked_somebody_up_stands_in_their_list(world: World) -> None:
    place = f"/v1/subscriptions/{world.things['subscription'].name}/subjects"
    lookup = {"subject": subject_of("company"), "item_code": "business-address", "purpose": "enforcement"}

    aimless = ask(world, "POST", place, {**lookup, "purpose": None}, as_="system.market")
    answered = ask(world, "POST", place, lookup, as_="system.market")

    (query, *_) = world.send("GET", "/v1/me/credit/queries?limit=1", as_="company").body["items"]
    assert (aimless.status, aimless.code) == (400, "PURPOSE_REQUIRED")
    assert answered.status == 200
    assert {name: query[name] for name in ("by", "department", "purpose", "item_code", "fields", "result_size")} == {
        "by": "system:system.market",
        "department": "market",
        "purpose": "enforcement",
        "item_code": "business-address",
        "fields": ["pseudonym"],
        "result_size": 0,
    }


def test_an_officer_who_looks_for_somebodys_flags_stands_in_their_list(world: World) -> None:
    flag = world.things["flag active"].name
    subject = world.send("GET", f"/v1/flags/{flag}", as_="credit").body["subject"]["key"]

    world.send("GET", f"/v1/flags?subject={subject}", as_="credit")
    world.send("GET", f"/v1/flags?subject={subject}", as_="credit.market")

    found = world.send("GET", "/v1/me/credit/queries?limit=2", as_="company").body["items"]
    assert sorted((one["by"], one["purpose"], one["item_code"], one["fields"]) for one in found) == [
        ("staff:credit", "enforcement", None, ["flags"]),
        ("staff:credit.market", "enforcement", None, ["flags"]),
    ]


@pytest.mark.parametrize("as_", ["credit", "credit.traffic", "system.traffic"])
def test_a_record_is_overwritten_by_nobody_else(world: World, as_: str) -> None:
    before = records(world)

    reply = ask(world, "PUT", f"/v1/credit/records/{ENTRY}", {**RECORD, "severity": "minor", "version": 9}, as_=as_)

    assert (reply.status, reply.code) == (403, "FORBIDDEN")
    assert records(world) == before


def test_the_credit_office_amends_by_two_persons_and_reverses_nothing(world: World) -> None:
    amendment = world.things["amendment"]
    place = f"/v1/credit/amendments/{amendment.name}/confirmation"
    reason = {"reason": "已向提供单位核实。"}

    reversal = ask(world, "POST", "/v1/reversals", {**REVERSAL, "entry": ENTRY}, as_="credit")
    alone = ask(world, "POST", place, reason, as_="credit", version=amendment.version)
    before = records(world)[ENTRY]["contents"]
    confirmed = ask(world, "POST", place, reason, as_="credit2", version=amendment.version)

    assert (reversal.status, alone.status, alone.code) == (403, 409, "SAME_PERSON")
    assert (confirmed.status, confirmed.body["state"]) == (200, "confirmed")
    assert (before, records(world)[ENTRY]["contents"]) == ({"fine": "一万元"}, {"fine": "一千元"})


def records(world: World) -> dict[str, dict[str, Any]]:
    found = world.send("GET", "/v1/me/credit", as_="company").body["records"]
    return {f"{record['source']}/{record['record_id']}": record for record in found}
