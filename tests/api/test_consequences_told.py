"""What may follow a promise, told to anybody before they sign, and two editions side by side for editors."""

import pytest

from tests.api.bodies import item_body
from tests.builders import an_item
from tests.cloud import Client, TokenOf
from tests.services.case_office import publish

URL = "/v1/items/plate-replacement/consequences"
PLACES = "one=corrects-first&one_edition=2023&other=zhejiang-yiwu&other_edition=2024"


@pytest.mark.requirement("R8.6")
def test_anybody_reads_what_may_follow_a_promise_and_the_ways_back(client: Client) -> None:
    publish(an_item(jurisdiction="zhejiang-yiwu"))

    told = client.get(URL).body

    assert (told["pack"]["code"], told["pack"]["edition"], told["pack"]["name_en"]) == (
        "zhejiang-yiwu",
        "2024",
        "Zhejiang (Yiwu)",
    )
    broken = next(one for one in told["items"] if one["when"]["stages"] == ["in_hand"])
    assert broken["when"]["findings"] == ["untrue", "unfulfilled"]
    steps = [(step["kind"], step["hearing"]) for step in broken["then"]["steps"]]
    assert steps == [("suspension", False), ("rectification", True), ("termination", True)]
    assert all(step["basis"] for step in broken["then"]["steps"])
    assert (broken["then"]["credit"], broken["then"]["next_promise"]) == ("broken", "until_repair")
    assert (told["hearing"]["value"], told["hearing"]["unit"]) == (3, "working_days")
    assert [(one["code"], one["limit"]["value"], one["limit"]["unit"]) for one in told["remedies"]] == [
        ("review", 60, "calendar_days"),
        ("court", 6, "months"),
    ]
    assert told["way_back"].startswith("信用修复告知")
    assert told["way_back_en"].startswith("How to repair your credit")


def test_where_nothing_can_be_promised_nothing_follows_a_promise(client: Client, token: TokenOf) -> None:
    client.put("/v1/items/archive-query/versions/1", item_body("archive-query"), token=token("editor"))

    told = client.get("/v1/items/archive-query/consequences").body

    assert (told["items"], told["pack"]["code"]) == ([], "zhejiang-yiwu")


def test_an_item_that_nobody_published_is_not_found(client: Client) -> None:
    assert (client.get(URL).status, client.get(URL).code) == (404, "NOT_FOUND")


def test_an_editor_sees_two_places_side_by_side_with_what_differs(client: Client, token: TokenOf) -> None:
    known = client.get("/v1/rule-packs", token=token("editor")).body["items"]
    compared = client.get(f"/v1/rule-packs/comparison?{PLACES}", token=token("editor")).body

    assert [(pack["code"], pack["edition"]) for pack in known] == [
        ("corrects-first", "2023"),
        ("revokes-at-once", "2024"),
        ("zhejiang-yiwu", "2024"),
    ]
    assert (compared["one"]["code"], compared["other"]["code"]) == ("corrects-first", "zhejiang-yiwu")
    in_hand = next(one for one in compared["items"] if one["when"]["stages"] == ["in_hand"])
    assert in_hand["differs"] == ["articles"]
    assert in_hand["one"]["steps"][1]["basis"] == "《深圳经济特区社会信用条例》第64条（责令限期整改）"
    assert "深圳" not in str(in_hand["other"])


@pytest.mark.parametrize("change", [("2023", "1999"), ("corrects-first", "nowhere")])
def test_an_edition_that_there_is_not_is_not_found(client: Client, token: TokenOf, change: tuple[str, str]) -> None:
    reply = client.get(f"/v1/rule-packs/comparison?{PLACES.replace(*change)}", token=token("editor"))

    assert (reply.status, reply.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize("who", ["applicant", "officer.traffic", "calendar"])
def test_tables_are_compared_by_editors(client: Client, token: TokenOf, who: str) -> None:
    assert client.get(f"/v1/rule-packs/comparison?{PLACES}", token=token(who)).status == 403
