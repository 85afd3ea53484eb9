"""Editions of the working calendar over HTTP: loading, dry runs, and what became of open due dates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.api.cases.schemas.cases import clock_response
from chalicelib.clocks.model import Light
from chalicelib.container import container
from tests.api.bodies import MANDATE
from tests.api.new_year import OVER_NEW_YEAR, a_clock_over_new_year
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import Applicant, publish
from tests.services.walking import recount

IN_DECEMBER = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)
EDITION: dict[str, Any] = {
    "notice": {"title": "国务院办公厅关于2027年部分节假日安排的通知", "number": None, "issued_on": "2026-12-18"},
    "holidays": {"2027-01-01": "元旦"},
    "make_up_days": {},
}


def put(client: Client, token: TokenOf, body: dict[str, Any] = EDITION, *, query: str = "", **headers: str) -> Reply:
    return client.put(f"/v1/calendars/2027{query}", body, token=token("calendar"), **headers)


@pytest.mark.requirement("R4.4", "R4.5")
def test_a_due_date_over_new_year_is_provisional_until_the_edition_is_loaded(client: Client, token: TokenOf) -> None:
    turn_clock(OVER_NEW_YEAR)
    clock = a_clock_over_new_year()
    waiting = client.get("/v1/calendars/2027/provisional", token=token("monitor")).body["items"]
    board = client.get("/v1/supervision/clocks?light=white", token=token("supervisor.traffic")).body["items"]
    dry = put(client, token, query="?dry_run=true").body
    untouched = container().clocks.get(clock.owner, clock.clock_id)

    put(client, token)
    recount(at=OVER_NEW_YEAR)
    loaded = put(client, token)

    firm = container().clocks.get(clock.owner, clock.clock_id)
    events = [event for event in container().timeline.events(clock.owner) if event.kind == "clock:recounted"]
    assert (clock.provisional, container().clocks.light(clock, at=OVER_NEW_YEAR)) == (True, Light.WHITE)
    assert [each["due_on"] for each in waiting] == ["2027-01-04"]
    assert [(each["light"], each["white_because"]) for each in board] == [("white", "CALENDAR_UNKNOWN")]
    assert untouched == clock
    assert (loaded.status, loaded.headers["etag"]) == (200, '"1"')
    assert (loaded.body["edition"], loaded.body["recount"]["moved"]) == (1, 1)
    assert [(each["would_be_due_on"], each["would_be_light"]) for each in dry["items"]] == [("2027-01-05", "green")]
    assert (firm.due_on.isoformat(), firm.provisional) == ("2027-01-05", False)
    told = [clock_response(clock, Light.WHITE).white_because, clock_response(firm, Light.GREEN).white_because]
    assert told == ["CALENDAR_UNKNOWN", None]
    assert [(each.data["was_due_on"], each.data["due_on"], each.data["edition"]) for each in events] == [
        ("2027-01-04", "2027-01-05", "2027/1")
    ]
    assert client.get("/v1/calendars/2027/provisional", token=token("calendar")).body["items"] == []


def test_an_edition_is_loaded_over_the_one_that_was_read(client: Client, token: TokenOf) -> None:
    turn_clock(IN_DECEMBER)
    first = put(client, token)
    again = put(client, token, {**EDITION, "year": 2027})
    other = {**EDITION, "holidays": {"2027-01-01": "元旦", "2027-01-04": "元旦"}}

    missing, stale = put(client, token, other), put(client, token, other, if_match='"7"')
    second = put(client, token, other, if_match=first.headers["etag"])

    assert (again.status, again.body["edition"], again.headers["etag"]) == (200, 1, '"1"')
    assert (missing.status, missing.code) == (428, "PRECONDITION_REQUIRED")
    assert (stale.status, stale.code) == (412, "STALE_VERSION")
    assert (second.body["edition"], second.body["version"]) == (2, 2)
    shown = client.get("/v1/calendars/2027").body
    assert [each["edition"] for each in shown["editions"]] == [1, 2]
    assert sorted(shown["holidays"]) == ["2027-01-01", "2027-01-04"]
    loaded = [event for event in container().timeline.events("calendar:2027") if event.kind == "calendar:loaded"]
    assert [event.data["edition"] for event in loaded] == [1, 2]


def test_every_fault_of_an_edition_is_named_at_once(client: Client, token: TokenOf) -> None:
    body = {
        "notice": {"title": " ", "number": None, "issued_on": "2026-11-04"},
        "holidays": {"2026-11-30": "元旦", "2027-01-02": " ", "2026-12-31": "元旦"},
        "make_up_days": {"2027-01-02": "元旦", "2027-01-05": "元旦"},
    }

    reply = put(client, token, body)

    assert (reply.status, reply.code) == (422, "EDITION_NOT_ACCEPTABLE")
    assert reply.pointers == [
        "/notice/title",
        "/holidays/2026-11-30",
        "/holidays/2027-01-02",
        "/make_up_days/2027-01-02",
        "/make_up_days/2027-01-05",
    ]
    out_of_reach = client.put(
        "/v1/calendars/2029", {**body, "holidays": {}, "make_up_days": {}}, token=token("calendar")
    )
    assert out_of_reach.pointers == ["/year", "/notice/title", "/holidays"]
    assert put(client, token, {**EDITION, "year": 2026}).pointers == ["/year"]


def test_calendars_of_a_past_moment_are_those_that_counted_then(client: Client, token: TokenOf) -> None:
    turn_clock(IN_DECEMBER)
    put(client, token)
    turn_clock(IN_DECEMBER + timedelta(days=1))

    def years(query: str = "") -> list[tuple[int, int]]:
        items = client.get(f"/v1/calendars{query}").body["items"]
        return [(each["year"], each["edition"]) for each in items]

    assert years() == [(2024, 0), (2025, 0), (2026, 0), (2027, 1)]
    assert years("?at=2026-12-21T01:59:00Z") == [(2024, 0), (2025, 0), (2026, 0)]
    assert client.get("/v1/calendars/2027?at=2026-12-21T01:59:00Z").status == 404
    assert client.get("/v1/calendars?at=2026-12-23T03:00:00Z").code == "INVALID_QUERY"


@pytest.mark.requirement("R4.14")
def test_a_past_moment_is_shown_by_the_calendar_that_counted_then(client: Client, token: TokenOf) -> None:
    turn_clock(OVER_NEW_YEAR)
    publish()
    applicant = Applicant().enrol(at=OVER_NEW_YEAR)
    case = applicant.promise(applicant.draft(at=OVER_NEW_YEAR), at=OVER_NEW_YEAR).case
    shown = f"/v1/cases/{case.case_no}"
    turn_clock(OVER_NEW_YEAR + timedelta(hours=1))
    put(client, token)
    recount(at=OVER_NEW_YEAR + timedelta(hours=1))

    def promised(url: str) -> tuple[str, str]:
        clocks = client.get(url, token=token()).body["clocks"]
        (clock,) = [each for each in clocks if each["kind"] == "handling_promised"]
        return clock["due_on"], clock["light"]

    assert promised(f"{shown}?at=2026-12-30T02:30:00Z") == ("2027-01-04", "white")
    assert promised(shown) == ("2027-01-05", "green")
    assert client.get(f"{shown}?at=2026-12-30T01:00:00Z", token=token()).body["clocks"] == []
    assert client.get(f"{shown}?at=2027-12-30T01:00:00Z", token=token()).code == "INVALID_QUERY"


@pytest.mark.requirement("R4.14", "R7.12")
def test_an_inspector_sees_the_light_that_was_shown_before_the_edition_was_loaded(
    client: Client, token: TokenOf
) -> None:
    turn_clock(OVER_NEW_YEAR)
    publish()
    applicant = Applicant().enrol(at=OVER_NEW_YEAR)
    case = applicant.promise(applicant.draft(at=OVER_NEW_YEAR), at=OVER_NEW_YEAR).case
    mandate = client.post("/v1/inspections", {**MANDATE, "expires_on": "2027-02-01"}, token=token("inspector")).body
    approval = f"/v1/inspections/{mandate['id']}/approval"
    assert client.post(approval, token=token("inspector2"), if_match='"1"').status == 200
    turn_clock(OVER_NEW_YEAR + timedelta(hours=1))
    put(client, token)
    read = f"/v1/inspections/{mandate['id']}/cases/{case.case_no}/timeline"

    def seen(query: str) -> list[tuple[str, bool, str]]:
        reply = client.get(f"{read}{query}", token=token("inspector"))
        assert reply.body["verified"]
        clocks = [clock for clock in reply.body["clocks"] if clock["kind"] == "handling_promised"]
        return [(clock["due_on"], clock["provisional"], clock["light"]) for clock in clocks]

    assert seen("?at=2026-12-30T02:59:00Z") == [("2027-01-04", True, "white")]
    assert seen("?at=2026-12-30T03:00:05Z") == [("2027-01-05", False, "green")]
