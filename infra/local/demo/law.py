"""Steps 22 and 23: a revocation that falls on review, and a case in hand that ends without a decision."""

import hashlib
from datetime import date, timedelta

from infra.local.demo import narration
from infra.local.demo.checks import expect, expect_part
from infra.local.demo.clocks import service_now, set_clock, sweep, today
from infra.local.demo.filing import clock_of, draft, drafted
from infra.local.demo.town import Town

ITEM, MATERIAL = "plate-replacement", "old-plate"


def a_revocation_falls(town: Town) -> None:
    """22. The review authority undoes the revocation of step 4: the decision stands as if it had never been revoked."""
    company, officer, supervisor = town.who("company"), town.who("officer.market"), town.who("supervisor.market")
    path = f"/v1/cases/{town.address_case}"
    revoked = company.get(path).is_done(200)
    expect("before the review (复议之前)", revoked.body["state"], "revoked")
    paper = {
        "document_no": f"义政复〔2027〕{town.address_case[-6:]}号",
        "organ": "义乌市人民政府",
        "effective_on": today().isoformat(),
        "basis": "《行政复议法》第64条",
        "reason": "认定事实不清。",
    }
    version = officer.handles(path).is_done(200).version
    officer.post(f"{path}/reinstatement", paper, version=version).is_refused(403, "FORBIDDEN")
    after = supervisor.post(f"{path}/reinstatement", paper, version=version).is_done(200).body
    expect("after it (复议之后)", (after["state"], after["revocation"], after["verification"]), ("closed", None, None))
    fallen = [one["revocation"]["document_no"] for one in after["fallen_revocations"]]
    expect("what fell stays on record (原撤销决定留痕)", fallen, [revoked.body["revocation"]["document_no"]])
    narration.fact(
        f"撤销决定被复议机关撤销,原决定 {after['decision']['document_no']} 恢复效力,承诺重新核查",
        "the decision stands again, and the promise is to be verified anew",
    )


def a_case_in_hand_is_terminated(town: Town) -> None:
    """23. A correction that never comes: not before its last second, then by a supervisor, with the remedies named."""
    applicant, officer, supervisor = town.who("applicant2"), town.who("officer.traffic"), town.who("supervisor.traffic")
    what = drafted(draft(applicant, ITEM, way="certificate"))
    paper = {"id": MATERIAL, "sha256": hashlib.sha256(b"unreadable").hexdigest()}
    filed = applicant.post("/v1/cases", {"draft_id": what.draft_id, "confirmed": [], "materials": [paper]}).is_done(201)
    path = f"/v1/cases/{filed.body['case_no']}"
    demand = {"missing": [MATERIAL], "basis": "《机动车登记规定》第24条"}
    asked = officer.post(f"{path}/corrections", demand, version=officer.handles(path).version).is_done(200)
    due_on = clock_of(asked.body, "correction")["due_on"]
    document = {
        "ground": "correction_unanswered",
        "document_no": f"交终〔2027〕{filed.body['case_no'][-6:]}号",
        "basis": "《机动车登记规定》第24条",
        "reasons": "期满未补正。",
        "served_at": service_now(),
    }
    early = supervisor.post(f"{path}/termination", document, version=asked.version)
    early.is_refused(409, "STEP_NOT_ALLOWED")
    expect_part("its last day (期满日)", early.body["due_on"], due_on)
    narration.fact(f"补正期限到 {due_on},期内不能终止办理", "while the time to correct runs, nothing ends")

    set_clock(f"{date.fromisoformat(due_on) + timedelta(days=1)} 10:00:00")
    sweep()
    version = supervisor.get(path).is_done(200).version
    ended = supervisor.post(f"{path}/termination", document | {"served_at": service_now()}, version=version)
    ended.is_done(200)
    expect("the case's state (办件状态)", ended.body["state"], "terminated")
    for remedy in ended.body["termination"]["remedies"]:
        narration.note(f"{remedy['code']}: {remedy['until']}")
    running = [clock["kind"] for clock in ended.body["clocks"] if clock["stopped_at"] is None]
    expect("clocks that run on (仍在走的时钟)", running, [])
    narration.fact(
        "期满未补正,由科长以文书终止办理,写明救济途径和期限", "ended by a supervisor, with the remedies named"
    )
