"""The catalogue over HTTP, with the sample items as they are published on the local cloud."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from tests.cloud import Client, TokenOf

SAMPLES = sorted((Path(__file__).parents[2] / "infra/local/sample/items").glob("*.json"))
PLATE = "/v1/items/plate-replacement"


def sample(code: str) -> dict[str, Any]:
    """The body that publishes a sample item."""
    found: dict[str, Any] = json.loads(next(path for path in SAMPLES if path.stem == code).read_text(encoding="utf-8"))
    return found


@pytest.fixture
def editor(token: TokenOf) -> str:
    return token("editor")


@pytest.fixture
def published(client: Client, editor: str) -> Client:
    """A client of a catalogue with the sample items."""
    for path in SAMPLES:
        reply = client.put(f"/v1/items/{path.stem}/versions/1", path.read_text(encoding="utf-8"), token=editor)
        assert reply.status == 200, reply.text
    return client


def test_the_six_sample_items_are_listed_by_code(published: Client) -> None:
    reply = published.get("/v1/items")

    assert reply.status == 200
    assert [item["item_code"] for item in reply.body["items"]] == [
        "archive-query",
        "business-address",
        "eia-approval",
        "plate-replacement",
        "road-occupation",
        "spouse-household",
    ]
    assert reply.body["next_cursor"] is None


@pytest.mark.parametrize(
    ("q", "code"),
    [
        ("车牌丢了", "plate-replacement"),
        ("我想开店", "business-address"),
        ("迁户口", "spouse-household"),
        ("占用人行道", "road-occupation"),
        ("环评", "eia-approval"),
        ("company archive", "archive-query"),
    ],
)
def test_each_is_found_by_plain_words(published: Client, q: str, code: str) -> None:
    reply = published.get(f"/v1/items?q={q}")

    assert reply.body["items"][0]["item_code"] == code
    assert reply.body["did_you_mean"] == []


def test_what_may_be_meant_is_offered_where_nothing_fits(published: Client) -> None:
    reply = published.get("/v1/items?q=夫妻头靠")

    assert reply.body["items"] == []
    assert [(each["word"], each["item"]["item_code"]) for each in reply.body["did_you_mean"]] == [
        ("夫妻投靠", "spouse-household")
    ]


def test_an_editor_reads_what_was_searched_in_vain(published: Client, editor: str, token: TokenOf) -> None:
    for q in ("护照", "护照", "驾照年审"):
        assert published.get(f"/v1/items?q={q}").body["items"] == []
    own = published.get("/v1/missed-searches", token=editor)
    before = published.get("/v1/missed-searches?day=2026-01-01", token=editor)

    assert [(one["words"], one["times"]) for one in own.body["items"]] == [("护照", 2), ("驾照年审", 1)]
    assert (before.body["day"], before.body["items"]) == ("2026-01-01", [])
    assert published.get("/v1/missed-searches", token=token("monitor")).status == 403


def test_a_page_of_what_fits_goes_on_in_its_order(published: Client) -> None:
    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = published.get(f"/v1/items?q=公司档案地址&limit=1{cursor and '&cursor=' + cursor}").body
        pages.append([item["item_code"] for item in page["items"]])
        cursor = page["next_cursor"]

    assert pages == [["archive-query"], ["business-address"]]


def test_a_cursor_goes_on_where_the_page_ended(published: Client) -> None:
    first = published.get("/v1/items?department=market&limit=2").body
    second = published.get(f"/v1/items?department=market&limit=2&cursor={first['next_cursor']}").body

    assert [item["item_code"] for item in first["items"]] == ["archive-query", "business-address"]
    assert [item["item_code"] for item in second["items"]] == ["eia-approval"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "code"),
    [("audience=everybody", "INVALID_QUERY"), ("limit=0", "INVALID_QUERY"), ("cursor=broken", "INVALID_CURSOR")],
)
def test_a_bad_query_is_refused(published: Client, query: str, code: str) -> None:
    reply = published.get(f"/v1/items?{query}")

    assert (reply.status, reply.code) == (400, code)


def test_an_item_says_everything_that_an_applicant_must_know(published: Client) -> None:
    reply = published.get(PLATE)

    body = reply.body
    assert reply.headers["etag"] == '"1"'
    assert (body["version"], body["department"], body["acceptance"]) == (1, "traffic", "automatic")
    assert body["limits"] == {
        "promised": {"value": 3, "unit": "working_days", "basis": "本单位向社会公开的承诺时限"},
        "statutory": {"value": 15, "unit": "working_days", "basis": "《机动车登记规定》（公安部令第164号）"},
    }
    assert [condition["id"] for condition in body["conditions"]] == ["plate-gone", "old-plate-not-used"]
    assert [(material["id"], material["ways"], material["when"]) for material in body["materials"]] == [
        ("old-plate", ["commitment", "certificate"], None),
        ("owner-identity", ["shared"], None),
        ("vehicle-licence", ["shared"], None),
    ]
    assert all(body["notice"][name] for name in ("item_name", "proof_obligation", "proof_content", "validity"))


@pytest.mark.parametrize("code", [path.stem for path in SAMPLES])
def test_anybody_can_recompute_the_notice_hash(published: Client, code: str) -> None:
    body = published.get(f"/v1/items/{code}").body

    told = {name: body[name] for name in ("conditions", "item_code", "notice", "version")}
    assert body["notice_hash"] == hashlib.sha256(rfc8785.dumps(told)).hexdigest()


@pytest.mark.parametrize(
    "path",
    ["nothing", "nothing/versions/1", "plate-replacement/versions/2", "plate-replacement/versions/x", "%E8%BD%A6"],
)
def test_what_is_not_published_is_not_found(published: Client, path: str) -> None:
    reply = published.get(f"/v1/items/{path}")

    assert (reply.status, reply.code) == (404, "NOT_FOUND")


def test_an_old_version_stays_readable(published: Client, editor: str) -> None:
    published.put(f"{PLATE}/versions/2", {**sample("plate-replacement"), "name": "新名称"}, token=editor)

    assert published.get(PLATE).body["name"] == "新名称"
    assert published.get(f"{PLATE}/versions/1").body["name"] == "机动车号牌补领、换领"


def test_the_same_version_again_is_the_same_answer_and_another_body_a_conflict(published: Client, editor: str) -> None:
    body = sample("plate-replacement")

    again = published.put(f"{PLATE}/versions/1", body, token=editor)
    other = published.put(f"{PLATE}/versions/1", {**body, "summary": "改了"}, token=editor)

    assert (again.status, again.body) == (200, published.get(PLATE).body)
    assert (other.status, other.code) == (409, "ITEM_VERSION_EXISTS")


def test_a_bad_item_is_refused_with_every_fault_in_the_readers_language(client: Client, editor: str) -> None:
    body = sample("plate-replacement")
    body["notice"]["contact"] = ""
    body["conditions"][0]["text"] = "旧车牌丢了，等其他情形。"
    del body["limits"]["statutory"]["unit"]
    del body["steps"]
    body["materials"][0]["basis"] = ""

    url = f"{PLATE}/versions/1"
    chinese = client.put(url, body, token=editor)
    english = client.put(url, body, token=editor, accept_language="en")

    assert (chinese.status, chinese.code) == (422, "ITEM_NOT_PUBLISHABLE")
    assert chinese.body["errors"] == [
        {"pointer": "/limits/statutory/unit", "detail": "缺少时限单位。"},
        {"pointer": "/steps", "detail": "缺少环节时限。"},
        {"pointer": "/conditions/0/text", "detail": "含有模糊或兜底的说法“等其他”，请写明具体内容。"},
        {"pointer": "/conditions/0/text", "detail": "含有模糊或兜底的说法“其他情形”，请写明具体内容。"},
        {"pointer": "/materials/0/basis", "detail": "不能为空。"},
        {"pointer": "/notice/contact", "detail": "不能为空。"},
    ]
    assert english.body["errors"][0] == {"pointer": "/limits/statutory/unit", "detail": "The limit's unit is missing."}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"effective_from": "tomorrow"}, "/effective_from"),
        ({"surprise": 1}, "/surprise"),
        ({"steps": "soon"}, "/steps"),
        ({"limits": {"promised": {"value": 3.5}}}, "/limits/promised/value"),
        ({"department": "Traffic!"}, "/department"),
    ],
)
def test_a_body_of_another_form_is_refused(client: Client, editor: str, change: dict[str, Any], pointer: str) -> None:
    reply = client.put(f"{PLATE}/versions/1", {**sample("plate-replacement"), **change}, token=editor)

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_BODY", [pointer])


def test_only_an_editor_publishes(client: Client, token: TokenOf) -> None:
    body = sample("plate-replacement")

    assert client.put(f"{PLATE}/versions/1", body).status == 401
    assert client.put(f"{PLATE}/versions/1", body, token=token("officer.traffic")).status == 403


@pytest.mark.parametrize("version", ["0", "-1", "x", "1000000", "1.0"])
def test_a_version_that_can_be_none_is_not_found(client: Client, editor: str, version: str) -> None:
    assert client.put(f"{PLATE}/versions/{version}", sample("plate-replacement"), token=editor).status == 404


def test_an_item_may_be_published_for_a_day_to_come(client: Client, editor: str) -> None:
    body = {**sample("plate-replacement"), "effective_from": date(2199, 1, 1).isoformat()}

    assert client.put(f"{PLATE}/versions/1", body, token=editor).status == 200
    assert client.get(PLATE).status == 404
    assert client.get(f"{PLATE}/versions/1").status == 200


@pytest.mark.parametrize(
    ("accepted", "told"),
    [("zh", "应为下列之一：natural、legal、both。"), ("en", "One of: 'natural', 'legal' or 'both'.")],
)
def test_choices_are_listed_in_the_language_asked_for(client: Client, accepted: str, told: str) -> None:
    reply = client.get("/v1/items?audience=everybody", accept_language=accepted)

    assert [fault["detail"] for fault in reply.body["errors"]] == [told]


def test_a_dry_run_says_whether_a_version_could_be_published_and_publishes_nothing(client: Client, editor: str) -> None:
    body = sample("plate-replacement")
    faulty = {**body, "legal_basis": []}

    dry = client.put(f"{PLATE}/versions/1?dry_run=true", body, token=editor)
    refused = client.put(f"{PLATE}/versions/1?dry_run=true", faulty, token=editor)
    nothing = client.get(f"{PLATE}/versions/1")
    published = client.put(f"{PLATE}/versions/1", body, token=editor)
    taken = client.put(f"{PLATE}/versions/1?dry_run=true", {**body, "name": "别的"}, token=editor)

    assert (dry.status, dry.body) == (200, published.body)
    assert (refused.status, refused.code) == (422, "ITEM_NOT_PUBLISHABLE")
    assert nothing.status == 404
    assert (taken.status, taken.code) == (409, "ITEM_VERSION_EXISTS")


def test_editors_see_which_version_holds_and_which_waits_for_its_day(published: Client, editor: str) -> None:
    later = {**sample("plate-replacement"), "effective_from": "2199-01-01"}
    published.put(f"{PLATE}/versions/2", later, token=editor)
    published.put("/v1/items/new-item/versions/1", later, token=editor)

    one = published.get("/v1/item-editions?item=plate-replacement", token=editor).body["items"]
    first = published.get("/v1/item-editions?limit=4", token=editor).body
    rest = published.get(f"/v1/item-editions?limit=4&cursor={first['next_cursor']}", token=editor).body
    unknown = published.get("/v1/item-editions?item=no-such-item", token=editor).body["items"]

    assert [(one[0]["latest"], one[0]["in_force"]["version"], one[0]["to_come"]["version"])] == [(2, 1, 2)]
    assert [len(first["items"]), len(rest["items"])] == [4, 3]
    shown = {each["item_code"]: each["in_force"] for each in (*first["items"], *rest["items"])}
    assert shown["new-item"] is None
    assert unknown == []
