"""Handling and consequences over HTTP: bodies, versions, repetitions, roles and what is told."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.bodies import ITEMS
from tests.api.handling import GRANTED, PAUSE, Office, a_closed_promise, a_promise, an_application
from tests.cloud import Client, TokenOf, turn_clock

SHA = "cd" * 32


@pytest.fixture
def received(client: Client, token: TokenOf) -> Office:
    return an_application(client, token)


@pytest.fixture
def accepted(client: Client, token: TokenOf) -> Office:
    """A promise that was accepted on filing."""
    return a_promise(client, token)


CORRECTION = {"missing": ["old-plate"], "basis": "第2条"}
FOUND = {"method": "online", "findings": "登记系统里有扣押记录。"}


def test_a_case_goes_from_correction_to_delivery(received: Office) -> None:
    asked = received.done("corrections", CORRECTION)
    assert asked["state"] == "correction_asked"
    assert asked["corrections"][0]["missing"] == ["old-plate"]
    answer = {"materials": [{"id": "old-plate", "sha256": SHA}], "text": "已换一张清楚的。"}
    answered = received.done("corrections/1/answer", answer, by="applicant")
    assert answered["state"] == "received"
    assert answered["materials"] == [{"id": "old-plate", "sha256": SHA, "name": "", "document": "", "problem": ""}]
    accepted = received.done("acceptance", {"accepted": True, "reason": ""})
    assert {clock["kind"] for clock in accepted["clocks"] if clock["stopped_at"] is None} == {
        "handling_promised",
        "handling_statutory",
    }
    paused = received.done("pauses", PAUSE)
    assert paused["pauses"][0]["expected_until"] == "2026-10-10"
    assert {clock["light"] for clock in paused["clocks"] if clock["stopped_at"] is None} == {"grey"}
    received.done("pauses/1/end")
    received.done("extension", {"days": 2, "reason": "情况复杂。"}, by="head.traffic")
    assert received.done("decision", GRANTED)["decision"]["document_no"] == "1号"

    assert received.done("delivery")["state"] == "closed"


@pytest.mark.parametrize("body", [None, {}, {"method": "邮寄"}])
def test_delivery_needs_no_body(accepted: Office, body: object) -> None:
    accepted.done("decision", GRANTED)

    assert accepted.done("delivery", body)["delivery"]["late_reason"] is None


@pytest.mark.requirement("R4.2")
def test_a_second_different_demand_is_shown_as_a_breach(received: Office) -> None:
    received.done("corrections", CORRECTION)
    received.done("corrections/1/answer", {"text": "已说明。"}, by="applicant")

    again = received.done("corrections", {**CORRECTION, "basis": "第9条"})

    assert [breach["rule"] for breach in again["breaches"]] == ["correction.told_once"]


def test_not_accepting_needs_a_reason(received: Office) -> None:
    refused = received.act("acceptance", {"accepted": False})

    assert (refused.status, refused.code, refused.pointers) == (400, "INVALID_BODY", ["/reason"])
    assert received.done("acceptance", {"accepted": False, "reason": "不属本部门。"})["state"] == "not_accepted"


@pytest.mark.requirement("R4.8")
@pytest.mark.parametrize("notice", [{}, {"notice_text": None}, {"notice_text": "  "}])
def test_a_pause_without_notice_is_refused_in_its_own_words(accepted: Office, notice: dict[str, Any]) -> None:
    body = {name: value for name, value in PAUSE.items() if name != "notice_text"}

    reply = accepted.act("pauses", {**body, **notice})

    assert (reply.status, reply.code) == (422, "PAUSE_WITHOUT_NOTICE")


@pytest.mark.parametrize(
    ("what", "body", "status", "code"),
    [
        ("corrections", CORRECTION, 409, "STEP_NOT_ALLOWED"),
        ("pauses", {**PAUSE, "ground": "publication"}, 422, "PAUSE_GROUND_UNKNOWN"),
        ("pauses", {**PAUSE, "expected_days": 0}, 400, "INVALID_BODY"),
        ("pauses/1/end", None, 409, "STEP_NOT_ALLOWED"),
        ("decision", {**GRANTED, "outcome": "perhaps"}, 400, "INVALID_BODY"),
        ("decision", {**GRANTED, "outcome": "refused"}, 400, "INVALID_BODY"),
        ("delivery", None, 409, "STEP_NOT_ALLOWED"),
        ("verification/confirmation", None, 409, "STEP_NOT_ALLOWED"),
        ("pauses/first/end", None, 404, "NOT_FOUND"),
    ],
)
def test_what_an_accepted_case_refuses(accepted: Office, what: str, body: object, status: int, code: str) -> None:
    reply = accepted.act(what, body)

    assert (reply.status, reply.code) == (status, code)


@pytest.mark.requirement("R4.18")
def test_a_late_decision_says_why_to_the_applicant(accepted: Office, client: Client, token: TokenOf) -> None:
    turn_clock(datetime(2026, 10, 8, 16, 0, 30, tzinfo=UTC))

    reply = accepted.act("decision", GRANTED)
    assert (reply.status, reply.code, reply.body["due_on"]) == (422, "LATE_REASON_REQUIRED", "2026-10-08")
    accepted.done("decision", {**GRANTED, "late_reason": "系统故障。"})

    seen = client.get(accepted.url, token=token("applicant")).body
    assert [late["reason"] for late in seen["late_reasons"]] == ["系统故障。"]


def test_officers_name_the_version_and_only_one_of_two_wins(accepted: Office, client: Client, token: TokenOf) -> None:
    old = str(accepted.version)
    missing = client.post(f"{accepted.url}/decision", GRANTED, token=token("officer.traffic"))
    accepted.done("decision", GRANTED)

    late = accepted.act("decision", GRANTED, if_match=f'"{old}"')

    assert (missing.status, missing.code) == (428, "PRECONDITION_REQUIRED")
    assert (late.status, late.code) == (412, "STALE_VERSION")


def test_the_same_key_answers_the_case_as_it_stands(accepted: Office) -> None:
    old = f'"{accepted.version}"'
    first = accepted.act("pauses", PAUSE, idempotency_key="pause-1")

    again = accepted.act("pauses", PAUSE, idempotency_key="pause-1", if_match=old)
    other = accepted.act("pauses", {**PAUSE, "expected_days": 6}, idempotency_key="pause-1", if_match=old)

    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body == first.body
    assert (other.status, other.code) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_another_department_is_refused_and_a_stranger_finds_nothing(received: Office) -> None:
    assert received.act("acceptance", {"accepted": True}, by="officer.market").status == 403
    assert received.act("extension", {"days": 1, "reason": "一"}).status == 403
    received.done("corrections", CORRECTION)

    assert received.act("corrections/1/answer", {"text": "一"}, by="applicant2").status == 404


@pytest.mark.requirement("R1.13", "R1.17", "R1.18", "R3.4")
def test_two_officers_rectification_and_revocation(client: Client, token: TokenOf) -> None:
    office = a_closed_promise(client, token, officers=2)
    document = {
        "document_no": "撤〔2026〕1号",
        "basis": "第64条",
        "served_at": "2026-10-08T16:00:00Z",
        "effective_on": "2026-10-09",
        "remedy_until": "2026-12-08",
    }

    proposed = office.done("verification", {**FOUND, "result": "untrue"})
    assert proposed["defence"] is None
    assert office.act("verification/confirmation").code == "SAME_PERSON"
    reply = office.client.post(
        f"{office.url}/verification/confirmation",
        token=token("officer.traffic", sub="officer2.traffic"),
        if_match=f'"{office.version}"',
    )
    office.version = reply.body["version"]
    assert reply.body["defence"]["until"] == "2026-10-12T15:59:59Z"
    skipped = office.act("revocation", document, by="supervisor.traffic")
    assert (skipped.status, skipped.code) == (409, "STEP_NOT_ALLOWED")
    assert (skipped.body["next"], skipped.body["article"]) == (
        "rectification",
        "《深圳经济特区社会信用条例》第64条（责令限期整改）",
    )
    assert office.act("rectification", {"days": 3, "basis": "第64条"}).code == "DEFENCE_OPEN"
    office.done("statement", {"text": "正在整改。"}, by="applicant")
    ordered = office.done("rectification", {"days": 3, "basis": "第64条"})["rectification"]
    assert ordered["due_at"] == "2026-10-12T15:59:59Z"
    signed = {"notice": "rectification", "proof": "signed_at_counter", "received_at": ordered["ordered_at"]}
    assert office.act("notice-receipt", {**signed, "proof": "portal_read"}).pointers == ["/proof"]
    assert office.act("notice-receipt", {**signed, "received_at": "2026-09-01T00:00:00Z"}).pointers == ["/received_at"]
    proved = office.done("notice-receipt", signed)["rectification"]
    assert proved["due_at"] == "2026-10-08T15:59:59Z"
    assert office.act("notice-receipt", signed).code == "STEP_NOT_ALLOWED"
    not_done = {"outcome": "not_done", "findings": "仍未整改。"}
    assert office.act("rectification/outcome", not_done).code == "STEP_NOT_ALLOWED"
    turn_clock(datetime(2026, 10, 8, 16, 0, 30, tzinfo=UTC))
    office.done("rectification/outcome", not_done)
    too_short = {"remedy_until": "2026-10-10", "court_until": "2027-04-08", "statement_answer": "逾期。"}
    shortened = office.act("revocation", document | too_short, by="supervisor.traffic")
    assert (shortened.status, shortened.pointers) == (400, ["/remedy_until", "/court_until"])
    unanswered = office.act("revocation", document, by="supervisor.traffic")
    assert (unanswered.status, unanswered.pointers) == (400, ["/statement_answer"])
    revoked = office.done("revocation", {**document, "statement_answer": "逾期未整改。"}, by="supervisor.traffic")

    assert revoked["state"] == "revoked"
    assert revoked["revocation"]["statement_answer"] == "逾期未整改。"
    assert revoked["revocation"]["court_until"] == "2027-04-09"
    assert "60日内依法向本级人民政府申请行政复议" in revoked["revocation"]["remedies"]
    assert revoked["revocation"]["repair_notice"].startswith("信用修复告知：")
    timeline = client.get(f"{office.url}/timeline", token=token("applicant")).body
    assert timeline["verified"] is True
    assert timeline["items"][-1]["kind"] == "case:revoked"


@pytest.mark.requirement("R1.18")
def test_nobody_is_revoked_before_being_heard(client: Client, token: TokenOf) -> None:
    office = a_closed_promise(client, token, jurisdiction="revokes-at-once")
    office.done("verification", {**FOUND, "result": "untrue"})
    document = {
        "document_no": "1号",
        "basis": "第33条",
        "served_at": "2026-09-28T04:00:00Z",
        "effective_on": "2026-09-28",
        "remedy_until": "2026-11-27",
    }

    reply = office.act("revocation", document, by="supervisor.traffic")

    assert (reply.status, reply.code, reply.body["until"]) == (409, "DEFENCE_OPEN", "2026-10-12")


@pytest.mark.parametrize("step", ["decision", "acceptance"])
def test_whoever_is_refused_reads_where_to_turn_and_until_when(
    received: Office, client: Client, token: TokenOf, step: str
) -> None:
    """As 行政许可法第38条第2款 has it."""
    if step == "decision":
        received.done("acceptance", {"accepted": True})
        refused: dict[str, Any] = {"outcome": "refused", "document_no": "不予1号", "reasons": "不符合条件。"}
    else:
        refused = {"accepted": False, "reason": "不属于本机关职权。"}

    told = received.done(step, refused)[step]["remedies"]

    assert "60日内依法向本级人民政府申请行政复议" in told
    assert "6个月内依法直接向有管辖权的人民法院提起行政诉讼" in told
    events = client.get(f"{received.url}/timeline", token=token("applicant")).body["items"]
    assert events[-1]["texts"]["remedies"] == told


@pytest.mark.requirement("R1.17", "R1.18")
def test_what_a_company_of_yiwu_reads_in_its_defence_is_the_law_of_its_place(client: Client, token: TokenOf) -> None:
    samples = [json.loads(file.read_text(encoding="utf-8")) for file in ITEMS.glob("*.json")]
    office = a_closed_promise(client, token, jurisdiction=samples[0]["jurisdiction"])

    told = office.done("verification", {**FOUND, "result": "untrue"})["defence"]["basis"]

    assert {sample["jurisdiction"] for sample in samples} == {"zhejiang-yiwu"}
    assert told.startswith("《国务院办公厅关于全面推行证明事项和涉企经营许可事项告知承诺制的指导意见》")
    assert "待核对" in told


@pytest.mark.requirement("R1.20")
def test_a_kept_promise_is_counted(client: Client, token: TokenOf) -> None:
    office = a_closed_promise(client, token)

    verified = office.done("verification", {**FOUND, "result": "true"})

    assert verified["verification"]["result"] == "true"
    assert client.get("/v1/me/credit", token=token("applicant")).body["kept_promises"] == 1
