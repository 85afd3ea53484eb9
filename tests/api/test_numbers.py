"""Numbers as real people and organisations have them: they log in, file, and are found by their records."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.bodies import ALIAS, CLAIM, RECORD
from tests.api.test_cases import Person
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import publish

REAL = ("330782196801010003", "330725196803120006", "330782198503120000", "31011519750312000X", "330106197503120007")
"""Of Yiwu before and after it was a city, Pudong, and a county that came after the year of birth."""

UNKNOWN_COUNTY = "320219190001150015"
SLIP = "330782196801010008"


@pytest.fixture(autouse=True)
def noon(cloud: None) -> None:  # noqa: ARG001 - the clock is part of the services of the cloud
    turn_clock(NOON)
    publish(an_item())


def somebody(number: str, kind: str = "resident_id", name: str = "合成甲") -> dict[str, str]:
    return {"kind": kind, "number": number, "name": name}


def checked(client: Client, token: TokenOf, subject: dict[str, str]) -> Reply:
    asked = {"subject": subject, "item_code": "plate-replacement", "purpose": "handling", "case_no": None}
    return client.post("/v1/credit/checks", asked, token=token("system.market", department="traffic"))


def recorded(client: Client, token: TokenOf, subject: dict[str, str]) -> Reply:
    return client.put(
        "/v1/credit/records/market/r-1",
        {**RECORD, "subject": subject, "related_items": ["business-address", "plate-replacement"]},
        token=token("system.market"),
    )


def claimed(client: Client, token: TokenOf, subject: dict[str, str]) -> Reply:
    return client.post("/v1/authorities/claims", {**CLAIM, "principal": subject}, token=token("agent"))


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize("number", REAL)
def test_a_real_person_logs_in_files_and_is_found_by_their_record(client: Client, token: TokenOf, number: str) -> None:
    person = Person(client, token("applicant", subject=somebody(number))).enrol()
    filed = person.promise(person.draft().body)
    before = checked(client, token, somebody(number))

    stored = recorded(client, token, somebody(number))

    assert (filed.status, before.body["effect"]) == (201, "none")
    assert stored.status == 200
    assert checked(client, token, somebody(number)).body["effect"] == "refused"
    assert [record["record_id"] for record in own(client, person)["records"]] == ["r-1"]
    assert person.draft().body["eligibility"]["commitment"] == "refused"


def own(client: Client, person: Person) -> Any:  # noqa: ANN401 - any JSON
    return client.get("/v1/me/credit", token=person.token).body


@pytest.mark.requirement("R6.1")
def test_an_organisation_with_a_letter_in_front_acts_for_itself(client: Client, token: TokenOf) -> None:
    village = somebody("N2330782MF0000502G", "uscc", "义乌市合成村股份经济合作社（合成）")

    assert client.get("/v1/cases", token=token("company", subject=village)).status == 200


@pytest.mark.requirement("R6.1")
def test_a_county_that_no_table_knows_is_no_fault_of_the_number(client: Client, token: TokenOf) -> None:
    person = somebody(UNKNOWN_COUNTY)

    assert recorded(client, token, person).status == 200
    assert checked(client, token, person).status == 200
    assert claimed(client, token, person).status == 201
    assert client.get("/v1/cases", token=token("applicant", subject=person)).status == 200


@pytest.mark.requirement("R6.1")
def test_one_person_typed_in_several_ways_and_under_several_kinds_is_one_subject(
    client: Client, token: TokenOf
) -> None:
    recorded(client, token, somebody("830000190004050019", "residence_permit"))

    for kind, typed in (
        ("residence_permit", "８３００００１９０００４０５００１９"),
        ("resident_id", "830000 19000405 0019"),
        ("resident_id", "\ufeff830000\u200b19000405\u00ad0019"),
        ("passport", "830000-19000405-0019"),
    ):
        assert checked(client, token, somebody(typed, kind)).body["effect"] == "refused", typed


@pytest.mark.parametrize(
    ("ask", "pointer"),
    [(checked, "/subject/number"), (recorded, "/subject/number"), (claimed, "/principal/number")],
)
def test_a_slip_is_told_at_its_field_in_both_languages_without_the_number(
    client: Client,
    token: TokenOf,
    ask: Callable[[Client, TokenOf, dict[str, str]], Reply],
    pointer: str,
) -> None:
    reply = ask(client, token, somebody(SLIP))

    assert (reply.status, reply.code, reply.pointers) == (422, "INVALID_IDENTIFIER", [pointer])
    assert "末位（校验码）与前面各位不符" in reply.body["errors"][0]["detail"]
    assert "户口所在地的公安派出所" in reply.body["errors"][0]["detail"]
    assert SLIP not in reply.text


def test_a_token_with_a_slip_says_so(client: Client, token: TokenOf) -> None:
    reply = client.get("/v1/cases", token=token("applicant", subject=somebody(SLIP)), accept_language="en")

    assert (reply.status, reply.code, reply.pointers) == (401, "UNAUTHENTICATED", ["/subject/number"])
    assert "have it put right at the police station" in reply.body["errors"][0]["detail"]
    assert SLIP not in reply.text


def test_a_link_points_at_the_party_that_is_meant(client: Client, token: TokenOf) -> None:
    for party in ("former", "present"):
        reply = client.post("/v1/credit/aliases", {**ALIAS, party: somebody(SLIP)}, token=token("credit"))

        assert (reply.code, reply.pointers) == ("INVALID_IDENTIFIER", [f"/{party}/number"])
