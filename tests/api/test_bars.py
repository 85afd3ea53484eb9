"""Records that bar: what they need before they bar anybody, and what an objection to them does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.bodies import RECORD, subject_of
from tests.api.handling import Office, a_closed_promise
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import publish

URL = "/v1/credit/records/market/r-1"
ITEM = "business-address"
SERVED_AT = NOON + timedelta(minutes=2)
LAST_MOMENT = datetime.fromisoformat("2026-10-08T15:59:59+00:00")
"""Three working days after Monday 28 September 2026: Tuesday, Wednesday, and Thursday after the holidays."""

GRAVE: dict[str, Any] = {
    **RECORD,
    "subject": subject_of("applicant"),
    "document": {**RECORD["document"], "served_at": "2026-01-09T04:00:00Z"},
}
SERVICE = {"served_at": "2026-09-28T04:02:00Z", "method": "直接送达", "proof": "送达回证1号"}
REASON = {"reason": "文书已生效并送达,当事人未提出异议。"}


@pytest.fixture(autouse=True)
def noon(cloud: None) -> None:  # noqa: ARG001 - the clock is part of the services of the cloud
    turn_clock(NOON + timedelta(minutes=2))
    publish(an_item(code=ITEM, department="market"))


@pytest.fixture
def officer(token: TokenOf) -> str:
    return token("credit.market")


@pytest.fixture
def second(token: TokenOf) -> str:
    return token("credit.market", sub="credit2.market")


def _tag(version: int) -> str:
    return f'"{version}"'


def effect(client: Client, token: TokenOf, who: str = "applicant") -> tuple[str, list[str]]:
    question = {"subject": subject_of(who), "item_code": ITEM, "purpose": "handling", "case_no": None}
    answer = client.post("/v1/credit/checks", question, token=token("system.market")).body
    return answer["effect"], [reason["code"] for reason in answer["reasons"]]


def handed_in(client: Client, officer: str, **change: Any) -> Reply:  # noqa: ANN401 - any JSON
    reply = client.put(URL, {**GRAVE, **change}, token=officer)
    assert reply.status == 200, reply.text
    return reply


def served(client: Client, officer: str) -> int:
    version = handed_in(client, officer).body["version"]
    reply = client.post(f"{URL}/service", SERVICE, token=officer, if_match=_tag(version))
    assert reply.status == 200, reply.text
    return int(reply.body["version"])


def confirm(client: Client, second: str, version: int) -> Reply:
    return client.post(f"{URL}/confirmation", REASON, token=second, if_match=_tag(version))


@pytest.mark.requirement("R2.9", "R1.18", "R6.14")
def test_what_one_officer_types_in_bars_nobody(client: Client, token: TokenOf, officer: str) -> None:
    reply = handed_in(client, officer)

    assert (reply.body["bar"], reply.body["displayed"]) == ("proposed", False)
    assert effect(client, token) == ("none", [])
    (own,) = client.get("/v1/me/credit", token=token("applicant")).body["records"]
    assert (own["bar"], own["displayed"]) == ("proposed", False)
    assert "有权自收到本告知之日起提出异议申诉" in own["bar_notice"]
    assert "信用修复：一年后可以申请信用修复" in own["bar_notice"]


@pytest.mark.requirement("R2.9")
@pytest.mark.parametrize("who", ["applicant", "company"])
def test_a_grave_record_bars_when_notice_time_and_a_second_person_are_there(
    client: Client, token: TokenOf, officer: str, second: str, who: str
) -> None:
    version = handed_in(client, officer, subject=subject_of(who)).body["version"]
    assert confirm(client, second, version).code == "DEFENCE_OPEN"
    version = client.post(f"{URL}/service", SERVICE, token=officer, if_match=_tag(version)).body["version"]

    assert confirm(client, officer, version).code == "SAME_PERSON"
    turn_clock(LAST_MOMENT)
    assert confirm(client, second, version).code == "DEFENCE_OPEN"
    assert effect(client, token, who) == ("none", [])
    turn_clock(LAST_MOMENT + timedelta(seconds=1))
    reply = confirm(client, second, version)

    assert (reply.status, reply.body["bar"]) == (200, "confirmed")
    assert effect(client, token, who) == ("refused", ["SUBJECT_BARRED"])
    assert confirm(client, second, version + 1).code == "STEP_NOT_ALLOWED"


@pytest.mark.requirement("R2.9")
def test_the_system_of_a_source_that_the_directory_trusts_needs_nobody(client: Client, token: TokenOf) -> None:
    reply = client.put(URL, GRAVE, token=token("system.market"))
    other = client.put(URL.replace("r-1", "r-2"), {**GRAVE, "kind": "judicial"}, token=token("system.market"))

    assert (reply.body["bar"], other.body["bar"]) == ("trusted", "proposed")
    assert effect(client, token) == ("refused", ["SUBJECT_BARRED"])


@pytest.mark.requirement("R2.3", "R2.4", "R8.1")
def test_a_record_that_bars_names_its_related_items_and_bars_nothing_else(client: Client, token: TokenOf) -> None:
    """Row 20 of the failures of real systems: punishment for what has nothing to do with it (不当联结)."""
    machine = token("system.market")

    reply = client.put(URL, {**GRAVE, "related_items": []}, token=machine)

    assert (reply.status, reply.pointers) == (422, ["/related_items"])
    client.put(URL, {**GRAVE, "related_items": ["road-occupation"]}, token=machine)
    assert effect(client, token) == ("none", [])


@pytest.mark.requirement("R6.5", "R8.1")
@pytest.mark.parametrize(
    "contents",
    [{"fact": "拖欠物业费三个月"}, {"fact": "未按规定垃圾分类"}, {"fact": "行人闯红灯"}, {"property_fee": "300元"}],
)
def test_unpaid_property_fees_and_the_like_are_never_held_against_anybody(
    client: Client, token: TokenOf, contents: dict[str, str]
) -> None:
    """Row 7 of the failures of real systems: punishment reaching ever further."""
    machine = token("system.market")

    reply = client.put(URL, {**GRAVE, "contents": contents}, token=machine)

    assert (reply.status, reply.code, reply.pointers) == (422, "RECORD_NOT_ACCEPTABLE", ["/severity"])
    assert client.put(URL, {**GRAVE, "contents": contents, "severity": "none"}, token=machine).status == 200


@pytest.mark.requirement("R6.5")
def test_a_kind_that_says_nothing_of_an_effective_decision_is_never_serious(client: Client, token: TokenOf) -> None:
    machine = token("system.market")

    reply = client.put(URL, {**GRAVE, "kind": "contract_performance"}, token=machine)

    assert (reply.status, reply.pointers) == (422, ["/severity"])
    assert (
        client.put(URL, {**GRAVE, "kind": "contract_performance", "severity": "general"}, token=machine).status == 200
    )


@pytest.mark.requirement("R3.9")
@pytest.mark.parametrize("who", ["applicant", "company"])
def test_an_objection_marks_the_record_in_every_answer_and_pauses_its_bar(
    client: Client, token: TokenOf, who: str
) -> None:
    client.put(URL, {**GRAVE, "subject": subject_of(who)}, token=token("system.market"))
    plea = {"entry": "market/r-1", "ground": "fact", "text": "罚款早已缴清。"}

    made = client.post("/v1/objections", plea, token=token(who)).body

    assert made["paused"]
    assert effect(client, token, who) == ("none", ["UNDER_OBJECTION"])
    own = client.get("/v1/me/credit", token=token(who)).body
    assert [(bar["objection"], bar["paused"], bar["in_force"]) for bar in own["bars"]] == [("open", True, False)]
    client.post(f"/v1/objections/{made['id']}/withdrawal", {}, token=token(who))
    assert effect(client, token, who) == ("refused", ["SUBJECT_BARRED"])


@pytest.mark.requirement("R1.18", "R3.9")
def test_an_objection_within_the_time_has_to_be_decided_before_anybody_confirms(
    client: Client, token: TokenOf, officer: str, second: str
) -> None:
    version = served(client, officer)
    plea = {"entry": "market/r-1", "ground": "fact", "text": "不是我。"}
    objection = client.post("/v1/objections", plea, token=token("applicant")).body
    turn_clock(LAST_MOMENT + timedelta(seconds=1))

    reply = confirm(client, second, version + 1)

    assert (reply.status, reply.code) == (409, "UNDER_OBJECTION")
    ruling = {"outcome": "kept", "reason": "身份证件一致。", "basis": "第30条"}
    url = f"/v1/objections/{objection['id']}/decision"
    client.post(url, ruling, token=second, if_match=_tag(objection["version"]))
    assert effect(client, token) == ("none", [])
    assert confirm(client, second, version + 2).body["bar"] == "confirmed"


def test_a_document_that_was_not_served_bars_nobody(client: Client, officer: str, second: str) -> None:
    version = handed_in(client, officer, document=RECORD["document"]).body["version"]
    version = client.post(f"{URL}/service", SERVICE, token=officer, if_match=_tag(version)).body["version"]
    turn_clock(LAST_MOMENT + timedelta(seconds=1))

    reply = confirm(client, second, version)

    assert (reply.status, reply.code, reply.pointers) == (422, "NO_EFFECTIVE_DOCUMENT", ["/document/served_at"])


def test_a_new_version_keeps_its_confirmation_only_if_it_holds_nothing_more_against_the_person(
    client: Client, token: TokenOf, officer: str, second: str
) -> None:
    version = served(client, officer)
    turn_clock(LAST_MOMENT + timedelta(seconds=1))
    confirm(client, second, version)

    same = handed_in(client, officer, publicity="query_only", version=2)
    assert (same.body["bar"], effect(client, token)[0]) == ("confirmed", "refused")
    wider = handed_in(client, officer, related_items=[ITEM, "road-occupation"], version=3)
    assert (wider.body["bar"], effect(client, token)[0]) == ("proposed", "none")


def test_only_the_department_that_answers_for_it_reads_a_record_and_the_person_sees_that(
    client: Client, token: TokenOf, officer: str
) -> None:
    handed_in(client, officer)

    assert client.get(URL, token=officer).body["record_id"] == "r-1"
    assert client.get(URL, token=token("credit")).status == 403
    assert client.get(URL.replace("r-1", "r-9"), token=officer).status == 404
    (query,) = client.get("/v1/me/credit/queries", token=token("applicant")).body["items"]
    assert (query["purpose"], query["department"], query["fields"]) == ("verification", "market", ["record"])


@pytest.mark.parametrize("served_at", ["2026-09-28T04:01:59Z", "2026-09-28T04:02:01Z"])
def test_a_notice_is_served_between_the_record_and_now(client: Client, officer: str, served_at: str) -> None:
    version = handed_in(client, officer).body["version"]

    reply = client.post(f"{URL}/service", {**SERVICE, "served_at": served_at}, token=officer, if_match=_tag(version))

    assert (reply.status, reply.pointers) == (400, ["/served_at"])
    assert client.post(f"{URL}/service", SERVICE, token=officer, if_match=_tag(version + 7)).status == 412


@pytest.fixture
def office(client: Client, token: TokenOf) -> Office:
    """A promise on the plate that was granted, delivered, and found untrue by one officer, and the person heard."""
    office = a_closed_promise(client, token)
    finding = {"result": "untrue", "method": "online", "findings": "登记库有扣押记录。", "severity": "minor"}
    office.done("verification", finding)
    office.done("statement", {"text": "愿意整改。"}, by="applicant")
    return office


def order(office: Office) -> str:
    """Have another officer order that it be put right, and return the number of the case."""
    body, second = {"days": 3, "basis": "第64条"}, office.token("officer.traffic", sub="officer2.traffic")
    reply = office.client.post(f"{office.url}/rectification", body, token=second, if_match=_tag(office.version))
    assert reply.status == 200, reply.text
    office.version = int(reply.body["version"])
    return str(reply.body["case_no"])


def drafted(client: Client, token: TokenOf, **headers: str) -> Any:  # noqa: ANN401 - any JSON
    wish = {"item_code": "plate-replacement", "answers": {}, "way": "commitment"}
    return client.call("POST", "/v1/drafts", wish, token=token("applicant"), headers=headers).body


@pytest.mark.requirement("R1.1", "R1.2", "R1.20", "R2.9")
def test_a_broken_promise_closes_the_next_with_the_reason_and_the_ways_back(
    client: Client, token: TokenOf, office: Office
) -> None:
    assert drafted(client, token)["eligibility"]["commitment"] == "allowed"

    case_no = order(office)

    answer = drafted(client, token)
    (reason,) = answer["eligibility"]["reasons"]
    entry = f"commitments/{case_no}"
    assert answer["eligibility"]["commitment"] == "refused"
    assert answer["ways_open"] == ["certificate"]
    assert (reason["code"], reason["record"], reason["severity"]) == ("SUBJECT_BARRED", entry, "minor")
    assert (reason["source"], reason["until"]) == ("traffic", "2026-12-28")
    assert case_no in reason["text"]
    assert "第59条第4项" in reason["basis"]
    assert reason["repair_url"] == f"/v1/me/credit/repair?entry=commitments%2F{case_no}"
    assert reason["objection_url"] == "/v1/objections"
    (english,) = drafted(client, token, **{"Accept-Language": "en"})["eligibility"]["reasons"]
    assert f"in case {case_no} was found untrue" in english["text"]
    own = client.get("/v1/me/credit", token=token("applicant")).body
    assert [bar["promise"] for bar in own["bars"]] == [
        {"case_no": case_no, "outcome": "untrue", "department": "traffic"}
    ]
    assert client.get(reason["repair_url"], token=token("applicant")).body["repairable"]


@pytest.mark.requirement("R1.1", "R2.8")
def test_a_check_says_that_a_broken_promise_limits_and_does_not_refuse(
    client: Client, token: TokenOf, office: Office
) -> None:
    case_no = order(office)
    question = {
        "subject": subject_of("applicant"),
        "item_code": "plate-replacement",
        "purpose": "handling",
        "case_no": case_no,
    }

    answer = client.post("/v1/credit/checks", question, token=token("system.market", department="traffic")).body

    assert (answer["effect"], [one["code"] for one in answer["reasons"]]) == ("limited", ["SUBJECT_BARRED"])


@pytest.mark.requirement("R1.19")
def test_a_repair_by_the_department_opens_the_next_promise_at_once(
    client: Client, token: TokenOf, office: Office
) -> None:
    case_no = order(office)
    office.done("rectification/outcome", {"outcome": "done", "findings": "已改正。"})
    entry = f"commitments/{case_no}"
    form = client.get(f"/v1/me/credit/repair?entry={entry}", token=token("applicant")).body
    wish = {"entry": entry, "proof": "", "promise_hash": form["promise_hash"]}
    asked = client.post("/v1/repairs", wish, token=token("applicant")).body
    approval = {"approved": True, "reason": "已改正。"}
    url = f"/v1/repairs/{asked['id']}/decision"
    assert drafted(client, token)["eligibility"]["commitment"] == "refused"
    elsewhere = client.post(url, approval, token=token("credit.market"), if_match=_tag(asked["version"]))

    done = client.post(
        url, approval, token=token("credit.market", department="traffic"), if_match=_tag(asked["version"])
    )

    assert (elsewhere.status, done.status) == (403, 200)
    assert [proof["kind"] for proof in form["proofs"]] == ["period_passed", "rectified"]
    assert drafted(client, token)["eligibility"]["commitment"] == "allowed"
    (record,) = client.get("/v1/me/credit", token=token("applicant")).body["records"]
    assert (record["promise"]["outcome"], record["repair"], record["displayed"]) == ("untrue", "repaired", False)


@pytest.mark.requirement("R1.20", "R6.14")
def test_nobody_hands_in_the_record_of_a_promise_under_the_services_own_name(client: Client, token: TokenOf) -> None:
    url = URL.replace("market/r-1", "commitments/r-1")

    reply = client.put(url, {**GRAVE, "kind": "commitment", "severity": "general"}, token=token("credit"))

    assert reply.status in {403, 422}
    assert effect(client, token) == ("none", [])
