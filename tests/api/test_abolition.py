"""An item is abolished: nothing new is filed, running cases keep their version and clocks, and people are told."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.catalogue.model.terms import Limits, WrittenLimit
from chalicelib.workdays.model.limits import Unit
from tests.api.bodies import ABOLITION, UNTRUE
from tests.api.handling import GRANTED, Office, a_promise
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import Applicant, publish

PLATE = "/v1/items/plate-replacement"
ENDS = {**ABOLITION, "effective_on": "2026-10-01"}
LAST_SECOND = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 9, 30, 16, 0, 0, tzinfo=UTC)


def abolish(client: Client, token: TokenOf, **change: str) -> Reply:
    return client.put(f"{PLATE}/abolition", {**ENDS, **change}, token=token("editor"))


def wish(client: Client, token: TokenOf) -> Reply:
    body = {"item_code": "plate-replacement", "answers": {}, "way": "commitment"}
    return client.post("/v1/drafts", body, token=token("applicant"))


def due_days(office: Office) -> dict[str, str]:
    case = office.client.get(office.url, token=office.token("applicant")).body
    return {clock["kind"]: clock["due_on"] for clock in case["clocks"]}


@pytest.mark.requirement("R5.1")
def test_a_running_case_keeps_its_version_when_a_new_one_is_published(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    before = due_days(office)
    quick = WrittenLimit(value=1, unit=Unit.WORKING_DAYS, basis="第2条")
    publish(an_item(version=2, limits=Limits(promised=quick, statutory=quick), acceptance="officer"))

    case = office.client.get(office.url, token=token("applicant")).body

    assert (case["item"]["version"], due_days(office)) == (1, before)
    assert client.get(PLATE).body["version"] == 2
    assert office.done("decision", GRANTED)["item"]["version"] == 1


@pytest.mark.requirement("R5.1")
def test_from_its_day_on_nothing_is_filed_and_the_reason_names_the_document_and_where_to_turn(
    client: Client, token: TokenOf
) -> None:
    turn_clock(NOON)
    publish()
    applicant = Applicant().enrol()
    drafted, late = (applicant.draft(at=LAST_SECOND) for _ in range(2))

    told = abolish(client, token)

    assert (told.status, told.body["in_force"]["version"]) == (200, 1)
    assert told.body["abolition"] == ENDS
    turn_clock(LAST_SECOND)
    assert wish(client, token).status == 201
    assert applicant.promise(drafted, at=LAST_SECOND).case.case_no
    turn_clock(MIDNIGHT)
    refused = wish(client, token)
    assert (refused.status, refused.code) == (409, "ITEM_ABOLISHED")
    named = {name: refused.body[name] for name in ("effective_on", "document_no", "basis", "turn_to")}
    assert named == {name: ENDS[name] for name in named}
    with pytest.raises(Exception, match="ITEM_ABOLISHED"):
        applicant.promise(late, at=MIDNIGHT)


@pytest.mark.requirement("R5.1")
def test_a_case_under_way_is_finished_under_its_version_and_within_its_times(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    before = due_days(office)
    abolish(client, token)
    turn_clock(MIDNIGHT)

    assert due_days(office) == before
    office.done("decision", GRANTED)
    office.done("delivery")
    verified = office.done("verification", UNTRUE)

    assert (verified["item"]["version"], verified["state"]) == (1, "closed")
    assert "defence" in due_days(office)


@pytest.mark.requirement("R5.1")
def test_who_looks_for_it_finds_out_what_became_of_it(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    publish()
    publish(an_item(code="plate-transfer", name="机动车号牌补领和转移"))
    abolish(client, token)
    turn_clock(MIDNIGHT)

    found = client.get("/v1/items?q=号牌").body["items"]
    listed = client.get("/v1/items").body["items"]
    guide = client.get(PLATE).body

    assert [(one["item_code"], one["abolition"]) for one in found] == [
        ("plate-transfer", None),
        ("plate-replacement", ENDS),
    ]
    assert [one["item_code"] for one in listed] == ["plate-transfer"]
    assert (guide["version"], guide["abolition"]) == (1, ENDS)


def test_until_its_day_an_abolition_can_be_changed_and_no_longer_from_then_on(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    publish()

    assert abolish(client, token, effective_on="2026-09-27").pointers == ["/effective_on"]
    first, again = abolish(client, token), abolish(client, token)
    moved = abolish(client, token, effective_on="2026-10-02")
    unknown = client.put("/v1/items/nothing/abolition", ENDS, token=token("editor"))

    assert first.body == again.body
    assert (moved.body["abolition"]["effective_on"], unknown.status) == ("2026-10-02", 404)
    turn_clock(datetime(2026, 10, 1, 16, 0, tzinfo=UTC))
    late = abolish(client, token)
    assert (late.status, late.code) == (409, "ITEM_ABOLISHED")
    editions = client.get("/v1/item-editions?item=plate-replacement", token=token("editor")).body["items"]
    assert [(one["in_force"], one["latest"]) for one in editions] == [(None, 1)]


def test_no_version_begins_when_the_item_has_ended(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    publish()
    abolish(client, token)

    publish(an_item(version=2, effective_from=date(2026, 9, 30)))
    with pytest.raises(Exception, match="ITEM_ABOLISHED"):
        publish(an_item(version=3, effective_from=date(2026, 10, 1)))

    turn_clock(MIDNIGHT)
    assert (client.get(PLATE).body["version"], client.get(PLATE).body["abolition"]) == (2, ENDS)


def test_only_an_editor_of_its_department_or_of_the_monitoring_office_abolishes_it(
    client: Client, token: TokenOf
) -> None:
    turn_clock(NOON)
    publish()

    other = client.put(f"{PLATE}/abolition", ENDS, token=token("editor", department="market"))
    own = client.put(f"{PLATE}/abolition", ENDS, token=token("editor", department="traffic"))

    assert (other.status, own.status) == (403, 200)
