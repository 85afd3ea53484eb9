"""Steps 22 to 24: a revocation that falls, a case in hand that ends, and a broken promise that is repaired."""

import hashlib
from datetime import date, timedelta

from infra.local.demo import narration
from infra.local.demo.breach import ADDRESS
from infra.local.demo.breach import ITEM as PROMISED
from infra.local.demo.checks import expect, expect_part, the_one
from infra.local.demo.clocks import service_now, set_clock, sweep, today
from infra.local.demo.filing import clock_of, draft, drafted, file, is_promise_open
from infra.local.demo.town import Town

ITEM, MATERIAL = "plate-replacement", "old-plate"
UNFULFILLED = {"result": "unfulfilled", "method": "onsite", "findings": "门牌未按承诺悬挂。", "severity": "minor"}


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
    is_promise_open(draft(company, PROMISED, address=ADDRESS))
    narration.fact("违诺记录一并撤回,同一事项可以再承诺", "the broken promise goes with it: a promise is open again")


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


def a_broken_promise_is_repaired(town: Town) -> None:
    """24. A promise that was not kept closes the next; once it is put right, a repair opens it in one transaction."""
    company, officer, second = town.who("company"), town.who("officer.market"), town.who("officer2.market")
    case = file(company, drafted(draft(company, PROMISED, address=ADDRESS)), signed_by=town.companys_pen).is_done(201)
    case_no = case.body["case_no"]
    path, entry = f"/v1/cases/{case_no}", f"commitments/{case_no}"
    decision = {"outcome": "granted", "document_no": f"市监登〔2027〕{case_no[-6:]}号", "reasons": "形式审查通过。"}
    decided = officer.post(f"{path}/decision", decision, version=officer.handles(path).version).is_done(200)
    delivered = officer.post(f"{path}/delivery", {}, version=decided.version).is_done(200)
    found = officer.post(f"{path}/verification", UNFULFILLED, version=delivered.version).is_done(200)
    second.post(f"{path}/verification/confirmation", {}, version=found.version).is_done(200)
    is_promise_open(draft(company, PROMISED, address=ADDRESS))
    narration.fact("听取陈述申辩之前,不影响再次承诺", "before the hearing, a finding closes nothing")

    company.post(f"{path}/statement", {"text": "门牌正在制作,马上悬挂。"}).is_done(200)
    order = {"days": 5, "basis": "国办发〔2020〕42号(责令限期整改)"}
    ordered = officer.post(f"{path}/rectification", order, version=officer.handles(path).version).is_done(200)
    answer = draft(company, PROMISED, address=ADDRESS).body
    expect("the next promise (再次承诺)", answer["eligibility"]["commitment"], "refused")
    reason = the_one("the broken promise (违诺记录)", answer["eligibility"]["reasons"], record=entry)
    narration.note(reason["text"])
    narration.fact("申辩之后第一步作出,同一事项即不能再承诺", "closed with the first step after the hearing")

    outcome = {"outcome": "done", "findings": "门牌已经悬挂。"}
    officer.post(f"{path}/rectification/outcome", outcome, version=ordered.version).is_done(200)
    form = company.get(f"/v1/me/credit/repair?entry={entry}").is_done(200).body
    the_one("the proof that the service has (代查的证明)", form["proofs"], kind="rectified")
    wish = {"entry": entry, "proof": "", "promise_hash": form["promise_hash"]}
    asked = company.post("/v1/repairs", wish).is_done(201)
    approval, place = {"approved": True, "reason": "已纠正并履行完毕。"}, f"/v1/repairs/{asked.body['id']}/decision"
    town.who("credit.market").post(place, approval, version=asked.version).is_done(200)
    is_promise_open(draft(company, PROMISED, address=ADDRESS))
    kept = the_one(
        "one's own record (本人可见)",
        company.get("/v1/me/credit").is_done(200).body["records"],
        source="commitments",
        record_id=case_no,
    )
    expect("the record (履约记录)", (kept["promise"]["outcome"], kept["repair"]), ("unfulfilled", "repaired"))
    narration.fact("信用修复的同时,承诺重新开放", "the repair opens the promise in the same transaction")
