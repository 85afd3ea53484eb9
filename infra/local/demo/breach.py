"""Steps 4 to 6 and 9: a false promise, what follows from it in the order of the rules, and the way back."""

import hashlib
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from infra.local.demo import narration, told
from infra.local.demo.checks import expect, expect_part, expect_words, the_one
from infra.local.demo.clocks import service_now, set_clock, sweep, today
from infra.local.demo.filing import clock_of, draft, drafted, file, is_promise_open
from infra.local.demo.town import Town
from infra.local.identity import personas

ITEM = "business-address"
RELATED = "road-occupation"
"""Another item that the flag concerns, and the broken promise does not."""

PLAN = {"id": "site-plan", "sha256": hashlib.sha256(b"site plan").hexdigest()}
ADDRESS = {"district": "330782", "detail": "示例街道合成路1号"}
MEASURE = "9"
"""No convenience for related matters (限制享受优惠政策和便利措施), for somebody whose promise was false."""

HEARD_UNTIL = ("2026-12-11", "2026-12-04")
"""Three working days after the notice: deemed to have arrived after a week, and read on 1 December."""

UNTRUE = {"result": "untrue", "method": "onsite", "findings": "现场无此门牌号,物业证明无此租户。"}
NOT_RECTIFIED = {"outcome": "not_done", "findings": "限期内未提交新的住所证明,现场仍无此门牌号。"}


def earlier_flags_are_lifted(town: Town) -> None:
    """Clear the way: a walk that was interrupted may have left a flag on the company."""
    company, officer = town.who("company"), town.who("credit")
    for flag in company.every("/v1/flags"):
        if flag["state"] not in {"lifted", "ended"}:
            lifting = {"reason": "上一次演示未走完,现予解除。", "basis": "演示数据"}
            officer.post(f"/v1/flags/{flag['id']}/lifting", lifting, version=flag["version"]).is_done(200)


def earlier_promises_are_open(town: Town) -> None:
    """Clear the way: a walk that was interrupted may have left a broken promise of the company."""
    company, officer = town.who("company"), town.who("credit.market")
    for bar in company.get("/v1/me/credit").is_done(200).body["bars"]:
        if bar["promise"] is not None:
            paper = {
                "number": f"演示撤回{bar['promise']['case_no']}号",
                "organ": "演示",
                "effective_on": today().isoformat(),
                "basis": "演示数据",
            }
            body = {"entry": bar["record"], "document": paper, "reason": "上一次演示未走完,现予撤回。"}
            officer.post("/v1/reversals", body).is_done(201)


def a_promise_is_found_untrue(town: Town) -> None:
    """4. Two officers find a promise untrue, and nothing may be skipped on the way to revocation."""
    company, officer, second = town.who("company"), town.who("officer.market"), town.who("officer2.market")
    what = drafted(draft(company, ITEM, address=ADDRESS))
    case = file(company, what, signed_by=town.companys_pen).is_done(201).body
    town.address_case = case["case_no"]
    path = f"/v1/cases/{town.address_case}"
    expect("the case's state (办件状态)", case["state"], "accepted")
    clock = clock_of(case, "handling_promised")
    expect("due (到期)", clock["due_on"], "2026-12-04")
    narration.fact(f"办件 {town.address_case} 凭承诺当场受理", "accepted on a promise")

    decision = {
        "outcome": "granted",
        "document_no": f"市监登〔2026〕{town.address_case[-6:]}号",
        "reasons": "形式审查通过。",
    }
    version = officer.handles(path).is_done(200).version
    version = officer.post(f"{path}/decision", decision, version=version).is_done(200).version
    version = officer.post(f"{path}/delivery", {}, version=version).is_done(200).version
    found = officer.post(f"{path}/verification", UNTRUE, version=version).is_done(200)
    confirmation = f"{path}/verification/confirmation"
    officer.post(confirmation, {}, version=found.version).is_refused(409, "SAME_PERSON")
    version = second.post(confirmation, {}, version=found.version).is_done(200).version
    narration.fact("现场核查由两人作出,一人自己不能复核", "on site it takes two officers; one alone cannot confirm")
    _revoke_in_order(town, version)


def proposal(town: Town) -> dict[str, Any]:
    """Return the flag that the revocation of the company's case carries."""
    return {
        "subject": personas()["company"]["claims"]["subject"],
        "case_no": town.address_case,
        "measure_code": MEASURE,
        "edition": "2024",
        "conduct": "false_commitment",
        "severity": "general",
        "document": _document(town),
        "related_items": [ITEM, RELATED],
        "starts_on": "2026-12-09",
        "ends_on": "2027-06-09",
        "facts": "承诺的住所不存在,经两名工作人员现场核查,逾期未整改,登记已被撤销。",
    }


def a_flag_takes_two_people_and_a_hearing(town: Town) -> None:
    """4, continued. A flag stands on the effective document, is served, heard and confirmed by a second person."""
    company, first, second = town.who("company"), town.who("credit"), town.who("credit2")
    body = proposal(town)
    unproven = body | {"document": _document(town) | {"number": "无此文书"}}
    first.post("/v1/flags", unproven).is_refused(422, "NO_EFFECTIVE_DOCUMENT")
    flag = first.post("/v1/flags", body).is_done(201)
    town.flag_id = flag.body["id"]
    path = f"/v1/flags/{town.flag_id}"
    confirmation = {"reason": "事实清楚,文书已生效,当事人未申辩。"}
    first.post(f"{path}/confirmation", confirmation, version=flag.version).is_refused(409, "SAME_PERSON")
    again = town.who("credit.monitor")
    again.post(f"{path}/confirmation", confirmation, version=flag.version).is_refused(400, "ACTING_ROLE_MISSING")
    again.post(f"{path}/confirmation", confirmation, version=flag.version, role="credit_officer").is_refused(
        409, "SAME_PERSON"
    )
    again.post(f"{path}/confirmation", confirmation, version=flag.version, role="monitor").is_refused(403, "FORBIDDEN")
    narration.fact("提出人换一个角色,仍是同一人,不能确认", "the proposer in a second role is still the proposer")
    service = {"served_at": service_now(), "method": "电子送达", "proof": "送达回证(演示)"}
    served = first.post(f"{path}/service", service, version=flag.version).is_done(200)
    expect("the end of the defence (申辩期满)", served.body["defence_due_at"], "2026-12-14T15:59:59Z")
    second.post(f"{path}/confirmation", confirmation, version=served.version).is_refused(409, "DEFENCE_OPEN")
    narration.fact("申辩期 3 个工作日,到 2026-12-14 为止,期内不能确认", "3 working days to be heard")
    is_promise_open(draft(company, RELATED))
    narration.fact("拟惩戒阶段不影响当事人", "a proposal has no effect")

    set_clock("2026-12-15 10:00:00")
    sweep()
    kept_back = draft(company, RELATED)
    is_promise_open(kept_back)
    town.kept_back.append(drafted(kept_back))
    first.post(f"{path}/confirmation", confirmation, version=served.version).is_refused(409, "SAME_PERSON")
    confirmed = second.post(f"{path}/confirmation", confirmation, version=served.version).is_done(200).body
    expect("the flag (惩戒标识)", (confirmed["state"], confirmed["in_force"]), ("active", True))
    narration.fact("由第二人确认后生效", "in force, by a second person")


def others_ask_and_the_promise_is_closed(town: Town) -> None:
    """5. A check says refused for the related item with reasons, and nothing for another; certificates stay open."""
    machine = town.who("system.market")
    company: Any = personas()["company"]["claims"]["subject"]
    question = {"subject": company, "purpose": "handling"}
    asked = machine.post("/v1/credit/checks", question | {"item_code": ITEM, "case_no": town.address_case})
    answer = asked.is_done(200).body
    expect("the effect for the related item (相关事项)", answer["effect"], "refused")
    reason = the_one("the reason (理由)", answer["reasons"], record=f"flag:{town.flag_id}")
    for part in ("text", "basis", "remedy", "contact"):
        narration.note(f"{part}: {expect_words(f'the reason: {part}', reason[part])}")
    elsewhere = question | {"item_code": "plate-replacement"}
    machine.post("/v1/credit/checks", elsewhere).is_refused(403, "FORBIDDEN")
    curious = town.who("officer.traffic").post("/v1/credit/checks", elsewhere | {"purpose": "enforcement"})
    curious.is_refused(400, "PURPOSE_REQUIRED")
    narration.fact("没有本部门的办件,任何人不得以执法为由查询", "without a case of one's own nobody looks anybody up")
    asked = machine.post("/v1/credit/checks", question | {"item_code": "archive-query"})
    answer = asked.is_done(200).body
    expect("the effect for an unrelated item (无关事项)", (answer["effect"], answer["reasons"]), ("none", []))
    narration.fact("相关事项受限并有理由,无关事项不受影响", "refused where related, nothing elsewhere")
    written = {**company, "name": company["name"].replace("（", "[").replace("）", "]")}
    asked = machine.post("/v1/credit/checks", question | {"item_code": ITEM, "subject": written})
    expect("the name in other brackets (换一种括号)", asked.is_done(200).body["effect"], "refused")
    narration.fact("名称里的括号写法不同,照样核到", "the same name in other brackets meets the same flag")

    told = draft(town.who("company"), ITEM, address=ADDRESS).body
    expect("the promise (承诺)", told["eligibility"]["commitment"], "refused")
    reason = told["eligibility"]["reasons"][0]
    expect("the reason's code (理由代码)", reason["code"], "SUBJECT_BARRED")
    expect_words("the remedy (救济)", reason["remedy"])
    material = the_one("the material (材料)", told["materials"], id="address-proof")
    expect("the ways of the material (办理方式)", "certificate" in material["ways"], expected=True)
    narration.fact("不能承诺,说明是哪条记录、怎样救济;提交证明的路一直开着", "the certificate way stays open")


def a_flag_in_between_stops_the_filing(town: Town) -> None:
    """6. What was allowed when it was drafted is refused when it is filed: the gate is asked again, atomically."""
    refused = file(town.who("company"), town.kept_back[-1], signed_by=town.companys_pen, materials=[PLAN])
    refused.is_refused(409, "SUBJECT_BARRED")
    narration.fact("核对之后、提交之前生效的惩戒,拦住了提交", "the flag that landed in between stopped the filing")


def the_flag_is_lifted(town: Town) -> None:
    """9. Lifting the flag opens the promise again, at once; the broken promise still closes its own item."""
    officer, company = town.who("credit"), town.who("company")
    path = f"/v1/flags/{town.flag_id}"
    version = officer.get(path).is_done(200).version
    lifting = {"reason": "已办理真实住所登记,整改完成。", "basis": "《浙江省公共信用信息管理条例》"}
    lifted = officer.post(f"{path}/lifting", lifting, version=version).is_done(200).body
    expect("the flag (惩戒标识)", (lifted["state"], lifted["in_force"]), ("lifted", False))
    is_promise_open(draft(company, RELATED))
    expect("flags in the company's credit (信用中的惩戒标识)", _flags_in_force(company.get("/v1/me/credit").body), [])
    narration.fact("解除惩戒,承诺重新开放", "the promise is open again")
    _expect_closed(town)


def _revoke_in_order(town: Town, version: int) -> None:
    """The pack of this place corrects first: an order to put things right, then revocation by the supervisor."""
    company, officer, supervisor = town.who("company"), town.who("officer.market"), town.who("supervisor.market")
    path = f"/v1/cases/{town.address_case}"
    early = supervisor.post(f"{path}/revocation", _revocation(town), version=version)
    early.is_refused(409, "STEP_NOT_ALLOWED")
    expect("the step that comes first (应先采取的步骤)", early.body["next"], "rectification")
    expect_part("its article (条款)", early.body["article"], "国办发〔2020〕42号")
    narration.fact("先整改、后撤销:此时还不能撤销,并说明条款", "correct first: not yet, and which article says so")
    _hearing_is_received(town)
    company.post(f"{path}/statement", {"text": "地址系代办机构填写,愿意整改。"}).is_done(200)
    version = officer.handles(path).is_done(200).version
    order = {"days": 5, "basis": "国办发〔2020〕42号(责令限期整改)"}
    ordered = officer.post(f"{path}/rectification", order, version=version).is_done(200)
    signed = {"notice": "rectification", "proof": "signed_at_counter", "received_at": service_now()}
    officer.post(f"{path}/notice-receipt", signed, version=ordered.version).is_done(200)
    narration.fact("责令整改当面签收,期限自此起算", "signed for at the counter, and the time runs from then")
    case = company.get(path).is_done(200).body
    expect("the end of the rectification (整改期满)", clock_of(case, "rectification")["due_on"], "2026-12-08")

    set_clock("2026-12-09 10:00:00")
    sweep()
    version = officer.handles(path).is_done(200).version
    ended = officer.post(f"{path}/rectification/outcome", NOT_RECTIFIED, version=version).is_done(200)
    revoked = supervisor.post(f"{path}/revocation", _revocation(town), version=ended.version).is_done(200).body
    expect("the case's state (办件状态)", revoked["state"], "revoked")
    narration.fact(f"撤销决定 {_number(town)},2026-12-09 生效", "revoked by an effective document")
    reason = _expect_closed(town)
    for part in ("text", "basis", "remedy"):
        narration.note(f"{part}: {expect_words(f'the reason: {part}', reason[part])}")
    expect("until when (最迟至)", reason["until"], "2027-12-01")
    told.reads(company, "promise_broken", link="credit")
    narration.fact(
        "同一事项不能再承诺,说明是哪个办件、依据、到何时、怎样修复;提交证明的路一直开着",
        "no other promise on the item: which case, why, until when, and the way back; certificates stay open",
    )


def _expect_closed(town: Town) -> dict[str, Any]:
    """Return the reason for which the company cannot promise on the item again: the broken promise of its case."""
    answer = draft(town.who("company"), ITEM, address=ADDRESS).body
    expect("the next promise (再次承诺)", answer["eligibility"]["commitment"], "refused")
    entry = f"commitments/{town.address_case}"
    reason = the_one("the broken promise (违诺记录)", answer["eligibility"]["reasons"], record=entry)
    expect("where to repair it (修复入口)", reason["repair_url"], f"/v1/me/credit/repair?entry={quote(entry, safe='')}")
    expect("ways still open (仍可选择)", "certificate" in answer["ways_open"], expected=True)
    return reason


def _hearing_is_received(town: Town) -> None:
    """The time to be heard runs from the proof that the notice arrived; unread, it would count as arrived in a week."""
    company, path = town.who("company"), f"/v1/cases/{town.address_case}"
    before = clock_of(company.get(path).is_done(200).body, "defence")
    message = told.reads(company, "hearing_opened", link=f"cases/{town.address_case}")
    expect("how it asks (消息里要求的事)", (message["needs"]["act"], message["needs"]["open"]), ("state", True))
    after = clock_of(company.get(path).is_done(200).body, "defence")
    expect("the end of the defence, moved (申辩期满提前)", (before["due_on"], after["due_on"]), HEARD_UNTIL)
    narration.fact(
        f"在门户读到申辩通知即为送达:期限自此起算,由 {before['due_on']} 变为 {after['due_on']}",
        "read in the portal: the time to be heard runs from then",
    )


def _number(town: Town) -> str:
    return f"市监撤〔2026〕{town.address_case[-6:]}号"


def _revocation(town: Town) -> dict[str, Any]:
    return {
        "document_no": _number(town),
        "basis": "《市场主体登记管理条例》第40条",
        "served_at": service_now(),
        "effective_on": "2026-12-09",
        "remedy_until": "2027-02-09",
        "statement_answer": "整改期内未提交真实住所的证明,陈述理由不成立。",
    }


def _document(town: Town) -> dict[str, Any]:
    served_at = service_now()
    return {
        "number": _number(town),
        "organ": "市场监督管理局(演示)",
        "effective_on": "2026-12-09",
        "served_at": served_at,
        "remedy_until": (date.fromisoformat(served_at[:10]) + timedelta(days=62)).isoformat(),
    }


def _flags_in_force(credit: dict[str, Any]) -> list[str]:
    return [flag["flag_id"] for flag in credit["flags"] if flag["in_force"]]
