"""An office looks somebody up: by number, for a purpose, on record, and only in what is its own."""

from typing import Any

import pytest

from chalicelib.credit.services import searches
from chalicelib.sanctions.services import searches as flag_searches
from tests.api.bodies import RECORD, subject_of, token_of
from tests.api.examples import known
from tests.api.test_belonging import rewound
from tests.api.world import World, world
from tests.cloud import Reply

__all__ = ["known", "rewound", "world"]

LOOKUP: dict[str, Any] = {"subject": subject_of("company"), "purpose": "verification"}


def look(world: World, as_: str, **change: Any) -> Reply:  # noqa: ANN401 - any JSON
    return world.client.call("POST", "/v1/credit/searches", {**LOOKUP, **change}, token=token_of(as_))


def test_an_office_finds_its_own_records_and_flags_of_a_subject_and_no_others(world: World) -> None:
    world.send("PUT", "/v1/credit/records/market/looked-up", {**RECORD, "version": 1}, as_="system.market")

    credit = look(world, "credit").body
    market = look(world, "credit.market").body

    assert {one["source"] for one in market["records"]} == {"market"}
    assert "looked-up" in {one["record_id"] for one in market["records"]}
    assert "market" not in {one["source"] for one in credit["records"]}
    assert world.things["flag active"].name in {flag["id"] for flag in credit["flags"]}
    assert market["flags"] == []
    assert credit["complete"] is True


@pytest.mark.requirement("R6.13")
def test_the_subject_sees_who_looked_and_why(world: World) -> None:
    found = look(world, "credit").body

    (query, *_) = world.send("GET", "/v1/me/credit/queries?limit=1", as_="company").body["items"]
    assert {name: query[name] for name in ("by", "department", "purpose", "fields", "result_size")} == {
        "by": "staff:credit",
        "department": "credit",
        "purpose": "verification",
        "fields": ["records", "flags"],
        "result_size": len(found["records"]) + len(found["flags"]),
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": None}, "PURPOSE_REQUIRED"),
        ({"purpose": "supervision"}, "PURPOSE_REQUIRED"),
        ({"purpose": "curiosity"}, "PURPOSE_REQUIRED"),
        ({"subject": {"name": "王五"}}, "INSUFFICIENT_IDENTITY"),
    ],
)
def test_nobody_is_found_without_a_purpose_or_by_a_name_alone(world: World, change: dict[str, Any], code: str) -> None:
    assert look(world, "credit", **change).code == code


def test_whoever_has_more_than_is_looked_through_is_told_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        world.send("PUT", f"/v1/credit/records/market/many-{number}", RECORD, as_="system.market")
    monkeypatch.setattr(searches, "MOST", 2)
    monkeypatch.setattr(searches, "AT_ONCE", 1)

    assert look(world, "credit.market").body["complete"] is False
    monkeypatch.setattr(searches, "MOST", 100)
    assert look(world, "credit.market").body["complete"] is True
    monkeypatch.setattr(flag_searches, "MOST_FLAGS", 1)
    assert look(world, "credit").body["complete"] is False
