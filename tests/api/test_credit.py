from datetime import timedelta
from typing import Any

import pytest

from chalicelib.aws import client as aws_client
from chalicelib.settings import settings
from tests.api.bodies import subject_of
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import publish

COMPANY = {"kind": "uscc", "number": "91330782MA0000028Y", "name": "义乌示例市场主体有限公司（合成）"}
RECORD: dict[str, Any] = {
    "subject": COMPANY,
    "kind": "administrative",
    "severity": "serious",
    "publicity": "shared",
    "document": {"number": "义市监罚〔2026〕1号", "organ": "义乌市市场监督管理局", "effective_on": "2026-01-10"},
    "dates": {"judged_on": "2026-01-08"},
    "basis": "《市场主体登记管理条例》第44条",
    "repair_notice": "一年后可以申请信用修复，不收费。",
    "related_items": ["business-address"],
}
CHECK: dict[str, Any] = {"subject": COMPANY, "item_code": "business-address", "purpose": "handling", "case_no": None}
URL = "/v1/credit/records/market/r-1"


@pytest.fixture(autouse=True)
def noon(cloud: None) -> None:  # noqa: ARG001 - the clock is part of the services of the cloud
    turn_clock(NOON + timedelta(seconds=90))
    publish(an_item(code="business-address", department="market"))


@pytest.fixture
def machine(token: TokenOf) -> str:
    return token("system.market")


def put(client: Client, machine: str, **change: Any) -> Reply:  # noqa: ANN401 - any JSON
    return client.put(URL, {**RECORD, **change}, token=machine)


def check(client: Client, machine: str, **change: Any) -> Reply:  # noqa: ANN401 - any JSON
    return client.post("/v1/credit/checks", {**CHECK, **change}, token=machine)


@pytest.mark.requirement("R3.1")
def test_a_record_is_stored_and_says_until_when_it_counts(client: Client, machine: str) -> None:
    reply = put(client, machine)

    assert reply.status == 200
    assert reply.headers["etag"] == '"1"'
    assert (reply.body["displayed_until"], reply.body["repairable_from"]) == ("2029-01-08", "2027-01-08")
    assert put(client, machine).headers["etag"] == '"1"'
    assert put(client, machine, severity="general").headers["etag"] == '"2"'


@pytest.mark.requirement("R6.5", "R6.6")
def test_a_bad_record_is_refused_with_every_fault(client: Client, machine: str) -> None:
    reply = client.put(URL, {"subject": COMPANY, "kind": "religion", "severity": "serious"}, token=machine)

    assert (reply.status, reply.code) == (422, "RECORD_NOT_ACCEPTABLE")
    assert reply.pointers == [
        "/kind",
        "/publicity",
        "/document/number",
        "/document/organ",
        "/basis",
        "/repair_notice",
        "/related_items",
        "/document/effective_on",
        "/dates/judged_on",
    ]


def test_a_record_of_another_source_is_forbidden(client: Client, machine: str) -> None:
    assert client.put("/v1/credit/records/traffic/r-1", RECORD, token=machine).status == 403


@pytest.mark.parametrize("persona", ["applicant", "officer.market", "inspector"])
def test_only_systems_and_credit_officers_store_records(client: Client, token: TokenOf, persona: str) -> None:
    assert client.put(URL, RECORD, token=token(persona)).status == 403


@pytest.mark.requirement("R2.8")
def test_a_check_refuses_with_reasons_and_what_can_be_done(client: Client, machine: str) -> None:
    put(client, machine)

    reply = check(client, machine)

    assert reply.status == 200
    assert (reply.body["effect"], reply.body["as_of"][:16]) == ("refused", "2026-09-28T04:01")
    (reason,) = reply.body["reasons"]
    assert (reason["code"], reason["source"], reason["record"]) == ("SUBJECT_BARRED", "market", "market/r-1")
    assert (reason["basis"], reason["contact"]) == ("《市场主体登记管理条例》第44条", "义乌市市场监督管理局")
    assert "信用修复" in reason["remedy"]
    assert reason["until"] == "2029-01-08"


def test_a_check_speaks_the_askers_language(client: Client, machine: str) -> None:
    put(client, machine)

    reply = client.post("/v1/credit/checks", CHECK, token=machine, accept_language="en")

    assert "adverse record" in reply.body["reasons"][0]["text"]


def test_a_record_on_stated_items_leaves_others_alone(client: Client, machine: str) -> None:
    put(client, machine, related_items=["road-occupation"])

    reply = check(client, machine)

    assert (reply.body["effect"], reply.body["reasons"]) == ("none", [])


@pytest.mark.requirement("R6.2")
@pytest.mark.parametrize(
    ("subject", "status", "code"),
    [
        ({"name": COMPANY["name"]}, 422, "INSUFFICIENT_IDENTITY"),
        ({**COMPANY, "number": ""}, 422, "INSUFFICIENT_IDENTITY"),
        ({**COMPANY, "number": "91330782MA0000028X"}, 422, "INVALID_IDENTIFIER"),
        ({**COMPANY, "kind": "nickname"}, 400, "INVALID_BODY"),
    ],
)
def test_a_check_needs_the_full_identifier(
    client: Client, machine: str, subject: dict[str, str], status: int, code: str
) -> None:
    reply = check(client, machine, subject=subject)

    assert (reply.status, reply.code) == (status, code)


@pytest.mark.requirement("R6.3", "R8.1")
def test_another_name_has_no_adverse_effect(client: Client, machine: str) -> None:
    """Row 5 of the failures of real systems: somebody else's record met a namesake."""
    put(client, machine)

    reply = check(client, machine, subject={**COMPANY, "name": "另一家有限公司"})

    assert reply.body["effect"] == "unknown"
    assert [reason["code"] for reason in reply.body["reasons"]] == ["IDENTITY_CONFLICT"]


def test_a_check_for_an_item_that_nobody_published_is_no_clean_bill(
    client: Client, token: TokenOf, machine: str
) -> None:
    reply = check(client, machine, item_code="busines-address")

    assert (reply.status, reply.code) == (422, "ITEM_NOT_LISTED")
    assert check(client, machine, item_code="business-address").body["effect"] == "none"
    asked = client.get("/v1/me/credit/queries", token=token("company")).body["items"]
    assert [query["item_code"] for query in asked] == ["business-address"]


def test_a_check_is_for_the_departments_own_items(client: Client, token: TokenOf) -> None:
    reply = check(client, token("officer.traffic"))

    assert (reply.status, reply.code) == (403, "FORBIDDEN")
    assert client.get("/v1/me/credit/queries", token=token("company")).body["items"] == []


@pytest.mark.requirement("R7.5")
@pytest.mark.parametrize("purpose", [None, "curiosity"])
def test_a_check_needs_a_purpose_of_the_closed_list(client: Client, machine: str, purpose: str | None) -> None:
    reply = check(client, machine, purpose=purpose)

    assert (reply.status, reply.code) == (400, "PURPOSE_REQUIRED")


@pytest.mark.requirement("R6.10")
def test_a_store_that_is_down_is_neither_clean_nor_bad(client: Client, machine: str) -> None:
    aws_client("dynamodb").delete_table(TableName=settings().table("credit"))

    reply = check(client, machine)

    assert reply.status == 200
    assert reply.body["effect"] == "unknown"
    assert [reason["code"] for reason in reply.body["reasons"]] == ["CREDIT_SOURCE_DOWN"]


@pytest.mark.requirement("R6.9")
@pytest.mark.parametrize(
    ("due", "effect", "code", "stale"),
    [("2026-09-27", "unknown", "STALE_RECORD", True), ("2026-09-28", "refused", "SUBJECT_BARRED", False)],
)
def test_a_record_whose_source_went_silent_is_shown_so_and_refuses_nobody_alone(  # noqa: PLR0913 - two fixtures and the case
    client: Client, token: TokenOf, machine: str, due: str, effect: str, code: str, *, stale: bool
) -> None:
    put(client, machine, update_due_on=due)

    answer = check(client, machine).body
    own = client.get("/v1/me/credit", token=token("company")).body

    assert (answer["effect"], [reason["code"] for reason in answer["reasons"]]) == (effect, [code])
    assert [bar["stale"] for bar in own["bars"]] == [stale]


@pytest.mark.requirement("R3.14", "R6.13", "R7.15")
def test_people_see_their_own_credit_and_who_asked(client: Client, token: TokenOf, machine: str) -> None:
    put(client, machine)
    check(client, machine, case_no="C1")
    check(client, machine)

    own = client.get("/v1/me/credit", token=token("company"))
    first = client.get("/v1/me/credit/queries?limit=1", token=token("company"))
    rest = client.get(f"/v1/me/credit/queries?limit=1&cursor={first.body['next_cursor']}", token=token("company"))

    assert [record["record_id"] for record in own.body["records"]] == ["r-1"]
    assert [(bar["record"], bar["in_force"]) for bar in own.body["bars"]] == [("market/r-1", True)]
    assert (own.body["free_of_charge"], own.headers["etag"]) == (True, '"1"')
    assert own.body["channel"] == "本服务是唯一的官方受理渠道，不收取任何费用。"
    assert [bar["stale"] for bar in own.body["bars"]] == [False]
    asked = [*first.body["items"], *rest.body["items"]]
    assert {question["case_no"] for question in asked} == {None, "C1"}
    assert {question["purpose"] for question in asked} == {"handling"}
    assert rest.body["next_cursor"] is None


def test_somebody_else_sees_nothing_of_it(client: Client, token: TokenOf, machine: str) -> None:
    put(client, machine)
    check(client, machine)

    assert client.get("/v1/me/credit", token=token("applicant")).body["records"] == []
    assert client.get("/v1/me/credit/queries", token=token("applicant")).body["items"] == []


@pytest.fixture
def case_of_mine(client: Client, token: TokenOf) -> str:
    """A case of the applicant's in the market department."""
    wish = {"item_code": "business-address", "way": "certificate"}
    made = client.post("/v1/drafts", wish, token=token("applicant")).body
    papers = [{"id": each["id"], "sha256": "ab" * 32} for each in made["materials"] if "certificate" in each["hand_in"]]
    filed = client.post("/v1/cases", {"draft_id": made["draft_id"], "materials": papers}, token=token("applicant"))
    assert filed.status == 201, filed.text
    return str(filed.body["case_no"])


@pytest.mark.requirement("R7.5")
@pytest.mark.parametrize("purpose", ["enforcement", "handling", "verification"])
def test_an_officer_looks_nobody_up_without_a_case_that_concerns_them(
    client: Client, token: TokenOf, case_of_mine: str, purpose: str
) -> None:
    officer, applicant = token("officer.market"), subject_of("applicant")

    def ask(subject: dict[str, str], case_no: str | None, by: str = officer) -> tuple[int, str | None]:
        reply = check(client, by, subject=subject, case_no=case_no, purpose=purpose)
        return reply.status, reply.code if reply.status >= 400 else None

    assert ask(applicant, case_of_mine) == (200, None)
    for subject, case_no in ((applicant, None), (applicant, "X1"), (applicant, "A" * 17), (COMPANY, case_of_mine)):
        assert ask(subject, case_no) == (400, "PURPOSE_REQUIRED")
    (query,) = client.get("/v1/me/credit/queries", token=token("applicant")).body["items"]
    assert (query["purpose"], query["case_no"]) == (purpose, case_of_mine)


@pytest.mark.requirement("R7.5")
@pytest.mark.parametrize("purpose", ["supervision", "data_sharing"])
def test_what_only_a_departments_system_asks_for_is_no_purpose_of_an_officers(
    client: Client, token: TokenOf, machine: str, case_of_mine: str, purpose: str
) -> None:
    asked = {"subject": subject_of("applicant"), "case_no": case_of_mine, "purpose": purpose}

    assert check(client, token("officer.market"), **asked).code == "PURPOSE_REQUIRED"
    assert check(client, machine, **asked).status == 200
