"""How a case ends, goes back, or goes on: no decision is lost and nothing waits without a date."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.bodies import CASE_REVOCATION, FLAG, OUTAGE, REINSTATEMENT, subject_of
from tests.api.handling import GRANTED, PAUSE, Office, a_promise, an_application
from tests.builders import NOON
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import SHA

PAPER = {"materials": [{"id": "old-plate", "sha256": SHA}]}
BACK = {"reason": "旧车牌找到了。"}


def running(case: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON
    """Return the running clocks of a case by kind, with their last days."""
    return {clock["kind"]: clock["due_on"] for clock in case["clocks"] if clock["stopped_at"] is None}


@pytest.mark.requirement("R1.9")
def test_a_decision_made_on_a_promise_stays_on_record_when_the_promise_is_withdrawn(
    client: Client, token: TokenOf
) -> None:
    office = a_promise(client, token)
    office.done("decision", GRANTED)

    after = office.done("commitment/withdrawal", BACK, by="applicant")

    assert (after["state"], after["way"], after["decision"]) == ("awaiting_materials", "certificate", None)
    (kept,) = after["earlier_decisions"]
    assert (kept["decision"]["document_no"], kept["decision"]["outcome"], kept["reason"]) == (
        "1号",
        "granted",
        "旧车牌找到了。",
    )
    assert running(after) == {"materials": "2026-10-23"}
    received = office.done("materials", PAPER, by="applicant")
    assert (received["state"], running(received)) == ("received", {"acceptance": "2026-10-10"})
    office.done("acceptance", {"accepted": True})
    again = office.done("decision", {**GRANTED, "document_no": "2号"})
    assert (again["handlings"], [one["decision"]["document_no"] for one in again["earlier_decisions"]]) == (2, ["1号"])


UNTRUE = {"result": "untrue", "method": "online", "findings": "系统里有旧车牌的扣押记录。"}
SUSPENSION = {
    "ground": "broken_promise",
    "basis": "《深圳经济特区社会信用条例》第64条",
    "expected_days": 10,
    "notice_text": "承诺不实,责令整改期间中止办理。",
}
TERMINATION = {
    "ground": "broken_promise",
    "document_no": "义公交终〔2026〕1号",
    "basis": "《深圳经济特区社会信用条例》第64条",
    "reasons": "拒不整改。",
    "served_at": "2026-09-28T04:00:00Z",
}
AFTER_DEFENCE = datetime(2026, 10, 12, 16, 0, tzinfo=UTC)
"""The second after the three working days for a statement, which follow when the notice is deemed received.

Midnight at the end of Monday, 12 October in Shanghai.
"""


def by_supervisor(office: Office, body: dict[str, Any]) -> Reply:
    return office.act("termination", body, by="supervisor.traffic")


@pytest.mark.requirement("R1.15", "R1.18")
def test_a_promise_found_untrue_before_the_decision_is_suspended_put_right_and_goes_on(
    client: Client, token: TokenOf
) -> None:
    office = a_promise(client, token)
    found = office.done("verification", UNTRUE)

    assert (found["state"], found["verification"]["result"]) == ("accepted", "untrue")
    assert running(found)["defence"] == "2026-10-12"
    assert running(found)["consequence"] == "2026-10-30"
    refused = office.act("decision", GRANTED)
    assert (refused.status, refused.code, refused.body["step"]) == (409, "STEP_NOT_ALLOWED", "decision")
    assert office.act("rectification", {"days": 5, "basis": "第64条"}).body["next"] == "suspension"
    suspended = office.done("suspensions", SUSPENSION)
    assert (suspended["state"], suspended["suspensions"][0]["expected_until"]) == ("suspended", "2026-10-16")
    assert {clock["kind"] for clock in suspended["clocks"] if clock["light"] == "grey"} == {
        "handling_promised",
        "handling_statutory",
    }
    assert office.act("suspensions/1/end").body["step"] == "suspension_end"
    office.done("statement", STATEMENT, by="applicant")
    office.done("rectification", {"days": 5, "basis": "第64条"})
    office.done("rectification/outcome", {"outcome": "done", "findings": "旧车牌已交回。"})
    office.done("suspensions/1/end")
    decided = office.done("decision", GRANTED)
    assert (decided["state"], "verification" in running(decided)) == ("decided", False)


@pytest.mark.requirement("R1.17", "R1.18")
def test_a_case_in_hand_ends_when_a_broken_promise_is_not_put_right_and_the_person_was_heard(
    client: Client, token: TokenOf
) -> None:
    office = a_promise(client, token, jurisdiction="revokes-at-once")
    office.done("verification", UNTRUE)

    assert by_supervisor(office, TERMINATION).code == "DEFENCE_OPEN"
    assert office.act("withdrawal", BACK, by="applicant").code == "STEP_NOT_ALLOWED"
    office.done("statement", {"text": "车牌是后来找到的。"}, by="applicant")
    assert by_supervisor(office, TERMINATION).pointers == ["/statement_answer"]
    assert office.act("termination", TERMINATION).status == 403
    ended = by_supervisor(office, {**TERMINATION, "statement_answer": "陈述理由不成立。"}).body

    assert (ended["state"], ended["termination"]["ground"], running(ended)) == ("terminated", "broken_promise", {})
    assert [(one["code"], one["until"]) for one in ended["termination"]["remedies"]] == [
        ("review", "2026-11-27"),
        ("court", "2027-03-28"),
    ]
    kinds = [event["kind"] for event in client.get(f"{office.url}/timeline", token=token("applicant")).body["items"]]
    assert kinds[-1] == "case:terminated"


def test_who_was_not_heard_by_the_end_of_the_time_is_heard_no_more(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token, jurisdiction="revokes-at-once")
    office.done("verification", {**UNTRUE, "severity": "minor"})
    turn_clock(AFTER_DEFENCE - timedelta(seconds=1))
    assert by_supervisor(office, TERMINATION).code == "DEFENCE_OPEN"

    turn_clock(AFTER_DEFENCE)

    assert by_supervisor(office, TERMINATION).status == 200


def test_a_correction_has_a_last_day_and_a_case_whose_correction_never_comes_an_end(
    client: Client, token: TokenOf
) -> None:
    office = an_application(client, token)
    asked = office.done("corrections", {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"})
    end = {**TERMINATION, "ground": "correction_unanswered"}

    assert running(asked) == {"correction": "2026-10-28"}
    turn_clock(datetime(2026, 10, 28, 15, 59, 59, tzinfo=UTC))
    assert by_supervisor(office, end).body["due_on"] == "2026-10-28"
    turn_clock(datetime(2026, 10, 28, 16, 0, tzinfo=UTC))
    assert by_supervisor(office, {**end, "ground": "materials_missing"}).code == "STEP_NOT_ALLOWED"
    assert by_supervisor(office, {**end, "ground": "slow"}).code == "TERMINATION_GROUND_UNKNOWN"
    assert by_supervisor(office, end).body["state"] == "terminated"


def test_the_time_to_correct_runs_from_the_proof_that_the_last_demand_arrived(client: Client, token: TokenOf) -> None:
    office = an_application(client, token)
    demand = {"missing": ["old-plate"], "basis": "第24条"}
    signed = {"notice": "correction", "proof": "signed_at_counter", "received_at": "2026-09-28T04:00:00Z"}
    office.done("corrections", demand)
    office.done("corrections", {**demand, "basis": "第9条"})

    assert running(office.done("notice-receipt", signed)) == {"correction": "2026-10-28"}
    assert running(office.done("notice-receipt", signed)) == {"correction": "2026-10-23"}


def test_an_answer_that_comes_late_but_before_the_end_is_taken(client: Client, token: TokenOf) -> None:
    office = an_application(client, token)
    office.done("corrections", {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"})
    turn_clock(NOON + timedelta(days=60))

    answered = office.done("corrections/1/answer", PAPER, by="applicant")

    assert (answered["state"], list(running(answered))) == ("received", ["acceptance"])


def test_a_case_whose_certificates_never_come_can_be_ended(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    office.done("commitment/withdrawal", BACK, by="applicant")
    end = {**TERMINATION, "ground": "materials_missing"}

    assert by_supervisor(office, end).code == "STEP_NOT_ALLOWED"
    turn_clock(datetime(2026, 10, 23, 16, 0, tzinfo=UTC))
    assert by_supervisor(office, end).body["state"] == "terminated"


@pytest.mark.parametrize("step", ["", "pauses", "suspensions", "corrections", "commitment/withdrawal"])
def test_an_application_is_withdrawn_whatever_it_waits_for(client: Client, token: TokenOf, step: str) -> None:
    office = an_application(client, token) if step == "corrections" else a_promise(client, token)
    bodies: dict[str, Any] = {
        "pauses": PAUSE,
        "suspensions": {**SUSPENSION, "ground": "force_majeure"},
        "corrections": {"missing": ["old-plate"], "basis": "第24条"},
        "commitment/withdrawal": BACK,
    }
    if step:
        office.done(step, bodies[step], by="applicant" if step == "commitment/withdrawal" else "officer.traffic")

    gone = office.done("withdrawal", {"reason": "不办了。"}, by="applicant")

    assert (gone["state"], gone["application_withdrawal"]["reason"], running(gone)) == ("withdrawn", "不办了。", {})
    assert all(one["ended_at"] for one in (*gone["pauses"], *gone["suspensions"]))
    assert office.act("withdrawal", BACK, by="applicant").code == "STEP_NOT_ALLOWED"


def test_what_is_decided_is_not_withdrawn_and_strangers_find_nothing(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    assert office.act("withdrawal", BACK, by="company").status == 404
    office.done("decision", GRANTED)

    assert office.act("withdrawal", BACK, by="applicant").code == "STEP_NOT_ALLOWED"


def a_revoked_case(client: Client, token: TokenOf) -> Office:
    office = a_promise(client, token, jurisdiction="revokes-at-once")
    office.done("decision", GRANTED)
    office.done("delivery")
    office.done("verification", UNTRUE)
    office.done("statement", {"text": "车牌是后来找到的。"}, by="applicant")
    assert office.done("revocation", CASE_REVOCATION, by="supervisor.traffic")["state"] == "revoked"
    return office


@pytest.mark.requirement("R3.11", "R8.4")
def test_a_revocation_that_falls_on_review_lets_the_decision_stand_again(client: Client, token: TokenOf) -> None:
    office = a_revoked_case(client, token)
    assert office.act("reinstatement", REINSTATEMENT).status == 403

    after = office.done("reinstatement", REINSTATEMENT, by="supervisor.traffic")

    assert (after["state"], after["decision"]["document_no"], after["revocation"]) == ("closed", "1号", None)
    assert (after["verification"], after["defence"]) == (None, None)
    (fallen,) = after["fallen_revocations"]
    assert (fallen["revocation"]["document_no"], fallen["reason"]) == ("义公交撤〔2026〕1号", "认定事实不清。")
    assert running(after) == {"verification": "2026-11-30"}
    assert office.act("reinstatement", REINSTATEMENT, by="supervisor.traffic").code == "STEP_NOT_ALLOWED"
    office.done("verification", {**UNTRUE, "result": "true"})
    (told,) = client.get("/v1/reversals", token=token("applicant")).body["items"]
    case_no = office.url.rpartition("/")[2]
    assert told["undone"] == [
        {"entry": f"commitments/{case_no}", "was": "general"},
        {"entry": f"case:{case_no}", "was": "revoked"},
    ]


@pytest.mark.requirement("R3.11", "R8.4")
@pytest.mark.parametrize("way", ["flag", "case"])
def test_the_flag_and_the_case_go_back_together_whichever_is_named(client: Client, token: TokenOf, way: str) -> None:
    office = a_revoked_case(client, token)
    document = {
        "number": CASE_REVOCATION["document_no"],
        "organ": "义乌市公安局交通警察大队",
        "effective_on": "2026-09-28",
        "served_at": CASE_REVOCATION["served_at"],
        "remedy_until": "2026-11-27",
    }
    body = {
        **FLAG,
        "subject": subject_of("applicant"),
        "document": document,
        "case_no": office.url.rpartition("/")[2],
        "starts_on": "2026-09-28",
    }
    flag = client.post("/v1/flags", body, token=token("credit")).body

    if way == "flag":
        review = {name: REINSTATEMENT[name] for name in ("organ", "effective_on", "basis")}
        fall = {
            "entry": f"flag:{flag['id']}",
            "document": {**review, "number": REINSTATEMENT["document_no"]},
            "reason": REINSTATEMENT["reason"],
        }
        touched = client.post("/v1/reversals", fall, token=token("credit")).body["touched"]
        assert [(one["how"], one["reopening"]) for one in touched] == [("basis", "reinstated")]
    else:
        office.done("reinstatement", REINSTATEMENT, by="supervisor.traffic")

    assert client.get(office.url, token=token("applicant")).body["state"] == "closed"
    assert client.get(f"/v1/flags/{flag['id']}", token=token("credit")).body["state"] == "lifted"


LAST_PROMISED = datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)
"""The last second of the promised three working days."""
MORE = {"days": 10, "reason": "情况复杂。"}


def extend(office: Office) -> Reply:
    return office.act("extension", MORE, by="head.traffic")


@pytest.mark.requirement("R4.11")
@pytest.mark.parametrize("after", [0, 1])
def test_an_extension_moves_what_the_law_gives_and_not_what_was_promised(
    client: Client, token: TokenOf, after: int
) -> None:
    office = a_promise(client, token)
    turn_clock(LAST_PROMISED + timedelta(seconds=after))

    granted = extend(office)

    assert running(granted.body) == {"handling_promised": "2026-10-08", "handling_statutory": "2026-11-06"}
    turn_clock(LAST_PROMISED + timedelta(seconds=1))
    assert office.act("decision", GRANTED).code == "LATE_REASON_REQUIRED"


@pytest.mark.requirement("R4.11")
def test_a_case_that_is_handled_again_has_had_its_one_extension(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    assert extend(office).status == 200
    office.done("decision", GRANTED)
    office.done("reopening", {"reason": "申请人没有收到结果。"}, by="supervisor.traffic")

    assert extend(office).code == "ALREADY_EXTENDED"


LAST_SECOND_TO_STATE = AFTER_DEFENCE - timedelta(seconds=1)
STATEMENT = {"text": "车牌是后来找到的。"}


def an_outage(client: Client, token: TokenOf, starts_at: str, ends_at: str) -> None:
    body = {**OUTAGE, "starts_at": starts_at, "ends_at": ends_at, "departments": [], "kinds": []}
    reply = client.post("/v1/supervision/outages", body, token=token("monitor"))
    assert reply.status == 201, reply.text


@pytest.mark.requirement("R4.17")
@pytest.mark.parametrize(
    ("starts_at", "ends_at", "last_second"),
    [
        ("2026-10-12T10:00:00Z", "2026-10-12T12:00:00Z", "2026-10-13T15:59:59Z"),
        ("2026-10-12T15:59:59Z", "2026-10-13T12:00:00Z", "2026-10-14T15:59:59Z"),
        ("2026-10-12T16:00:00Z", "2026-10-12T18:00:00Z", "2026-10-12T15:59:59Z"),
    ],
    ids=["on the last day", "from the last second on", "a second too late"],
)
def test_who_could_not_state_on_the_last_day_for_an_outage_has_as_much_grace_as_the_office(
    client: Client, token: TokenOf, starts_at: str, ends_at: str, last_second: str
) -> None:
    end = datetime.fromisoformat(last_second)
    office = a_promise(client, token, jurisdiction="revokes-at-once")
    office.done("decision", GRANTED)
    office.done("verification", UNTRUE)
    turn_clock(max(AFTER_DEFENCE, datetime.fromisoformat(ends_at)))
    an_outage(client, token, starts_at, ends_at)

    turn_clock(end)
    assert office.act("revocation", CASE_REVOCATION, by="supervisor.traffic").code == "DEFENCE_OPEN"
    turn_clock(end + timedelta(seconds=1))
    assert office.act("statement", STATEMENT, by="applicant").code == "STEP_NOT_ALLOWED"
    turn_clock(end)
    assert office.done("statement", STATEMENT, by="applicant")["defence"]["statement"] == "车牌是后来找到的。"


@pytest.mark.requirement("R4.17")
def test_nobody_is_said_not_to_have_put_right_what_an_outage_kept_them_from(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    office.done("decision", GRANTED)
    office.done("verification", UNTRUE)
    office.done("statement", STATEMENT, by="applicant")
    office.done("rectification", {"days": 3, "basis": "第64条"})
    turn_clock(AFTER_DEFENCE)
    an_outage(client, token, "2026-10-12T10:00:00Z", "2026-10-12T12:00:00Z")
    not_done = {"outcome": "not_done", "findings": "没有整改。"}

    assert office.act("rectification/outcome", not_done).body["due_on"] == "2026-10-13"
    turn_clock(AFTER_DEFENCE + timedelta(days=1))
    assert office.act("rectification/outcome", not_done).status == 200


@pytest.mark.requirement("R4.8")
def test_a_pause_begun_on_the_last_day_turns_nobody_red_when_it_ends(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    turn_clock(LAST_PROMISED - timedelta(hours=8))
    office.done("pauses", PAUSE)
    turn_clock(LAST_PROMISED + timedelta(days=5))

    resumed = office.done("pauses/1/end")

    assert running(resumed)["handling_promised"] == "2026-10-14"
    turn_clock(datetime(2026, 10, 14, 15, 59, 59, tzinfo=UTC))
    assert office.done("decision", GRANTED)["decision"]["late_reason"] is None


def test_who_put_things_right_says_so_and_the_office_has_a_date_to_check_it(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    office.done("decision", GRANTED)
    office.done("verification", UNTRUE)
    office.done("statement", STATEMENT, by="applicant")
    assert office.act("rectification/report", STATEMENT, by="applicant").code == "STEP_NOT_ALLOWED"
    ordered = office.done("rectification", {"days": 3, "basis": "第64条"})
    assert "consequence" not in running(ordered)

    told = office.done("rectification/report", {"text": "旧车牌已交回。"}, by="applicant")

    assert (told["rectification"]["report"], running(told)["consequence"]) == ("旧车牌已交回。", "2026-10-30")
    assert office.act("rectification/report", STATEMENT, by="applicant").code == "STEP_NOT_ALLOWED"
    done = office.done("rectification/outcome", {"outcome": "done", "findings": "属实。"})
    assert set(running(done)) == {"delivery"}


@pytest.mark.requirement("R1.17", "R1.18")
def test_an_order_waits_for_the_hearing_and_leaves_the_time_that_the_pack_says(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    office.done("decision", GRANTED)
    office.done("verification", UNTRUE)

    early = office.act("rectification", {"days": 3, "basis": "第64条"})
    office.done("statement", STATEMENT, by="applicant")
    short = office.act("rectification", {"days": 2, "basis": "第64条"})

    assert (early.code, short.status, short.pointers) == ("DEFENCE_OPEN", 400, ["/days"])
    assert office.act("rectification", {"days": 3, "basis": "第64条"}).status == 200


def test_who_put_things_right_proves_it_with_a_material_of_the_checklist(client: Client, token: TokenOf) -> None:
    office = a_promise(client, token)
    office.done("decision", GRANTED)
    office.done("delivery")
    office.done("verification", UNTRUE)
    office.done("statement", STATEMENT, by="applicant")
    office.done("rectification", {"days": 3, "basis": "第64条"})
    proof = {"text": "旧车牌已经交回。", "materials": [{"id": "old-plate", "sha256": SHA}]}
    strange = {**proof, "materials": [{"id": "nothing", "sha256": SHA}]}

    refused = office.act("rectification/report", strange, by="applicant")
    done = office.done("rectification/report", proof, by="applicant")

    assert (refused.code, refused.pointers) == ("MATERIAL_NOT_LISTED", ["/materials/0/id"])
    assert [one["id"] for one in done["materials"]] == ["old-plate"]
    assert (done["rectification"]["report"], "consequence" in running(done)) == ("旧车牌已经交回。", True)
