"""What waits for a second person is listed to those who may be that person, until one of them has spoken."""

import pytest

from tests.api.bodies import token_of
from tests.api.examples import Example, known
from tests.api.world import World, world

__all__ = ["known", "world"]

LISTS = {
    "POST /v1/cases/{case_no}/verification/confirmation": ("/v1/unconfirmed-verifications", "case_no"),
    "POST /v1/credit/amendments/{amendment_id}/confirmation": ("/v1/credit/unconfirmed-amendments", "id"),
    "POST /v1/inspections/{mandate_id}/approval": ("/v1/inspection-approvals", "id"),
    "POST /v1/credit/records/{source}/{record_id}/confirmation": ("/v1/credit/unconfirmed-records", "record_id"),
}


@pytest.mark.requirement("R1.13", "R2.9", "R7.11")
@pytest.mark.parametrize("route", LISTS)
def test_what_waits_for_a_second_person_is_listed_until_one_has_spoken(
    world: World, known: dict[str, Example], route: str
) -> None:
    example = known[route]
    place, name = LISTS[route]
    wanted = list(example.path.values())[-1]

    def listed(persona: str) -> list[str]:
        found, cursor = [], ""
        while True:
            body = world.client.get(f"{place}?limit=1{cursor}", token=token_of(persona)).body
            found += [one[name] for one in body["items"]]
            if body["next_cursor"] is None:
                return found
            cursor = f"&cursor={body['next_cursor']}"

    before = listed(str(example.by))
    headers = {"If-Match": f'"{example.version}"'}
    method, _, path = route.partition(" ")
    done = world.client.call(method, example.url(path), example.body, token=token_of(str(example.by)), headers=headers)
    after = listed(str(example.by))
    world.rewind()

    assert done.status == 200, done.text
    assert wanted in before
    assert sorted(after) == sorted(set(before) - {wanted})


def test_a_list_of_grave_records_says_nothing_of_whom_they_concern(world: World, known: dict[str, Example]) -> None:
    example = known["GET /v1/credit/unconfirmed-records"]

    found = world.client.get("/v1/credit/unconfirmed-records", token=token_of(str(example.by))).body["items"]

    assert {one["bar"] for one in found} == {"proposed", "served"}
    assert all("subject" not in one for one in found)
