"""Whatever names staff takes one from the register: assignments and cards."""

from typing import Any

import pytest

from chalicelib.container import container
from tests.api.bodies import CARD, token_of
from tests.api.handling import Office, a_promise
from tests.api.world import World, world
from tests.builders import NOON
from tests.cloud import Client, Reply, TokenOf, turn_clock

__all__ = ["world"]

NUMBER = "330725196806180004"
ENTRY: dict[str, Any] = {"name": "经办丁", "department": "traffic", "roles": ["officer"]}
AWAY = {"from": "2026-09-28", "until": "2026-10-16", "deputy": "officer3"}


@pytest.fixture
def office(client: Client, token: TokenOf) -> Office:
    """A case that nobody has, and two officers who could have it."""
    made = a_promise(client, token)
    for staff_id in ("officer2", "officer3"):
        load(made, staff_id)
    return made


def load(office: Office, staff_id: str, **change: Any) -> None:  # noqa: ANN401 - any JSON
    body = {**ENTRY, **change}
    reply = office.client.put(f"/v1/staff/{staff_id}", body, token=office.token("monitor"))
    assert reply.status == 200, reply.text


def be_away(office: Office, staff_id: str = "officer2", **change: str) -> None:
    place = f"/v1/staff/{staff_id}/absence"
    reply = office.client.put(place, {**AWAY, **change}, token=office.token("head.traffic"))
    assert reply.status == 200, reply.text


def assign(office: Office, officer: str, *, by: str = "supervisor.traffic") -> Reply:
    return office.act("assignment", {"officer": officer}, by=by)


def last_event(office: Office) -> Any:  # noqa: ANN401 - any JSON
    return container().timeline.events(f"case:{office.url.rpartition('/')[2]}")[-1]


@pytest.mark.parametrize("officer", ["nobody", NUMBER, "officer.market", "gone", "supervisor.traffic"])
def test_a_case_is_assigned_to_nobody_but_an_officer_of_its_department(office: Office, officer: str) -> None:
    load(office, "gone", ended=True)
    for persona in ("officer.market", "supervisor.traffic"):
        office.client.get("/v1/staff", token=office.token(persona))

    reply = assign(office, officer)

    assert (reply.status, reply.code) == (422, "STAFF_UNKNOWN")
    assert officer not in str(last_event(office))


def test_a_case_is_assigned_to_an_officer_who_is_known(office: Office) -> None:
    assert assign(office, "officer2").body["officer"] == "officer2"
    assert last_event(office).data == {"before": "", "officer": "officer2"}


def test_an_officer_takes_a_case_at_their_first_login(office: Office) -> None:
    assert assign(office, "officer.traffic", by="officer.traffic").body["officer"] == "officer.traffic"


def test_what_is_assigned_to_somebody_absent_goes_to_their_deputy(office: Office) -> None:
    be_away(office)

    given = assign(office, "officer2").body

    clocks = {clock.responsible for clock in container().clocks.of_owner(last_event(office).owner)}
    assert (given["officer"], clocks) == ("officer3", {"officer3"})
    assert last_event(office).data == {"before": "", "instead_of": "officer2", "officer": "officer3"}


def test_what_was_assigned_before_an_absence_stays(office: Office) -> None:
    assign(office, "officer2")

    be_away(office)

    case = office.client.get(f"{office.url}?purpose=handling", token=office.token("officer.traffic")).body
    assert case["officer"] == "officer2"


def test_an_absence_that_is_over_changes_nothing(office: Office) -> None:
    be_away(office, until="2026-09-28")
    turn_clock(NOON.replace(day=29))

    assert assign(office, "officer2").body["officer"] == "officer2"


def test_whoever_is_back_early_takes_a_case_themselves(office: Office) -> None:
    office.client.get("/v1/staff", token=office.token("officer.traffic"))
    be_away(office, "officer.traffic")

    assert assign(office, "officer.traffic", by="officer.traffic").body["officer"] == "officer.traffic"


@pytest.mark.parametrize("officer", ["nobody", NUMBER, "officer.market"])
def test_a_card_names_nobody_but_staff_of_the_department(world: World, officer: str) -> None:
    world.rewind()
    world.send("GET", "/v1/worklist", as_="officer.market")
    missed = world.things["missed"]
    body = {**CARD, "case_no": missed.name, "events": [missed.version, 2], "officer": officer}

    reply = world.client.post("/v1/supervision/cards", body, token=token_of("supervisor.traffic"))

    assert (reply.status, reply.code) == (422, "STAFF_UNKNOWN")
    assert officer not in str(container().timeline.events(f"case:{missed.name}"))
