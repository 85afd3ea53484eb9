"""The ways back: an objection, a repair and a reversal, each undoing all that stood on one document."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from infra.local.demo import narration
from infra.local.demo.breach import ITEM as FLAGGED
from infra.local.demo.breach import MEASURE
from infra.local.demo.checks import expect, expect_words, the_one
from infra.local.demo.clocks import SHANGHAI, service_now
from infra.local.demo.person import Person
from infra.local.demo.town import Town
from infra.local.identity import personas

ITEM = "archive-query"
"""Of the market department, and not closed by the broken promise of step 4."""

ORGAN = "义乌市市场监督管理局"
RULES = "《浙江省公共信用信息管理条例》第30条"
A_YEAR = timedelta(days=366)


def one_officer_bars_nobody(town: Town) -> None:
    """A grave record that a person handed in waits for its notice, the time to object, and a second person."""
    officer = town.who("credit.market")
    entry = _stored(town, judged_on=_today() - timedelta(days=30), by=officer)
    path = f"/v1/credit/records/{entry}"
    found = officer.get(path).is_done(200)
    expect("whether it bars (是否限制)", (found.body["bar"], _check(town)), ("proposed", ("none", [])))
    service = {"served_at": service_now(), "method": "电子送达", "proof": "送达回证(演示)"}
    served = officer.post(f"{path}/service", service, version=found.version).is_done(200)
    until = served.body["objections_until"]
    officer.post(f"{path}/confirmation", {"reason": "事实清楚。"}, version=served.version).is_refused(
        409, "SAME_PERSON"
    )
    expect("after the first person (一人之后)", _check(town), ("none", []))
    _fallen(town, entry, "录入有误,予以撤回。")
    narration.fact(
        f"一名工作人员录入的严重失信记录不限制任何人:须告知,{until[:10]} 后由第二人确认",
        "a grave record waits for its notice, the time to object, and a second person",
    )


def an_objection_is_heard(town: Town) -> None:
    """Somebody says that a record is not about them: the mark shows at once, and what was wrong goes altogether."""
    company, officer = town.who("company"), town.who("credit")
    entry = _stored(town, judged_on=_today() - timedelta(days=30))
    expect("before the objection (异议之前)", _check(town), ("refused", ["SUBJECT_BARRED"]))
    plea = {"entry": entry, "ground": "identity", "text": "处罚的是同名企业,统一社会信用代码不同。"}
    made = company.post("/v1/objections", plea).is_done(201)
    expect("while it is open (异议期间)", _check(town), ("none", ["UNDER_OBJECTION"]))
    narration.fact(
        f"异议标注当即可见,限制暂停,{made.body['due_on']} 前答复,不答复不等于驳回",
        "the mark shows and the bar pauses at once; an answer is due, and silence is none",
    )
    company.post("/v1/objections", plea).is_refused(409, "UNDER_OBJECTION")
    ruling = {"outcome": "not_theirs", "reason": "经核对原文书,当事人为另一企业。", "basis": RULES}
    path = f"/v1/objections/{made.body['id']}/decision"
    decided = officer.post(path, ruling, version=made.version).is_done(200).body
    expect("what went (撤回)", [one["entry"] for one in decided["decision"]["undone"]], [entry])
    expect("after it (处理之后)", _check(town), ("none", []))
    narration.fact("不是本单位的记录撤回,各处不再出现", "what was not theirs is gone everywhere")


def a_repair_undoes_everything(town: Town) -> None:
    """Too early is told with its day; in time it takes a promise, and the record stops barring when it is approved."""
    company, officer = town.who("company"), town.who("credit")
    fresh = _stored(town, judged_on=_today() - timedelta(days=30))
    form = company.get(f"/v1/me/credit/repair?entry={fresh}").is_done(200).body
    expect("a fresh one (刚认定的)", form["repairable"], False)  # noqa: FBT003 - JSON
    wish = {"entry": fresh, "proof": "", "promise_hash": form["promise_hash"]}
    company.post("/v1/repairs", wish).is_refused(409, "REPAIR_TOO_EARLY")
    narration.fact(f"未满最短公示期,{form['repairable_from']} 起可以申请", "too early, and told from when on")

    entry = _stored(town, judged_on=_today() - A_YEAR)
    form = company.get(f"/v1/me/credit/repair?entry={entry}").is_done(200).body
    expect_words("the promise (信用承诺书)", form["promise"])
    for proof in form["proofs"]:
        narration.note(f"{proof['kind']}: {proof['text']}")
    asked = company.post("/v1/repairs", wish | {"entry": entry, "promise_hash": form["promise_hash"]}).is_done(201)
    narration.fact(
        f"只交承诺,证明由系统代查;{asked.body['authority_due_on']} 前认定单位答复",
        "a promise is all; the service fetched the proof itself",
    )
    path = f"/v1/repairs/{asked.body['id']}/decision"
    unnamed = {"approved": False, "reason": "材料不足。", "refusal": "proof_insufficient"}
    officer.post(path, unnamed, version=asked.version).is_refused(400, "INVALID_BODY")
    done = (
        officer.post(path, {"approved": True, "reason": "已纠正并履行完毕。"}, version=asked.version).is_done(200).body
    )
    expect("the repair (修复)", (done["state"], done["decision"]["undone"][0]["entry"]), ("approved", entry))
    own = company.get("/v1/me/credit").is_done(200).body
    source, _, record_id = entry.partition("/")
    record = the_one("one's own record (本人可见)", own["records"], source=source, record_id=record_id)
    expect("shown (公示)", (record["repair"], record["displayed"]), ("repaired", False))
    _fallen(town, fresh, "法院判决撤销。")
    narration.fact("公示、共享、惩戒同时终止", "display, sharing and measures end together")


def a_basis_document_falls(town: Town) -> None:
    """A court takes the ground away: record and proposed flag go together, and every case that met them is listed."""
    officer = town.who("credit")
    number = f"市监罚〔演示〕{secrets.token_hex(4)}号"
    judged_on = _today() - timedelta(days=30)
    entry = _stored(town, judged_on=judged_on, number=number)
    flag = officer.post("/v1/flags", _flag(number, judged_on)).is_done(201).body
    case_no = f"EXT-{secrets.token_hex(4)}"
    expect("a check for another case (他部门办件的查询)", _check(town, case_no=case_no)[0], "refused")
    made = _fallen(town, entry, "复议机关撤销处罚决定。")
    undone = {one["entry"] for one in made["undone"]}
    expect("what went (一并撤回、解除)", undone, {entry, f"flag:{flag['id']}"})
    touched = the_one("the case that met it (受影响办件)", made["touched"], case_no=case_no)
    expect("how it met it (方式)", (touched["how"], touched["reopening"]), ("checked", "elsewhere"))
    narration.fact("记录与惩戒一并撤销,受影响的办件逐件列出", "record and flag fall together; each case is listed")
    officer.post("/v1/flags", _flag(number, judged_on)).is_refused(422, "NO_EFFECTIVE_DOCUMENT")
    narration.fact("已被撤销的文书不能再作依据", "nothing can be built on that document again")
    expect("after it (撤销之后)", _check(town), ("none", []))


def _fallen(town: Town, entry: str, reason: str) -> dict[str, Any]:
    paper = {
        "number": f"义政复〔演示〕{secrets.token_hex(3)}号",
        "organ": "义乌市人民政府",
        "effective_on": _today().isoformat(),
        "basis": "《行政复议法》第64条",
    }
    body = {"entry": entry, "document": paper, "reason": reason}
    made: dict[str, Any] = town.who("credit.market").post("/v1/reversals", body).is_done(201).body
    return made


def _stored(town: Town, *, judged_on: date, number: str | None = None, by: Person | None = None) -> str:
    """Hand in a grave record, as the department's trusted system unless somebody else does; return its name."""
    name = f"demo-{secrets.token_hex(6)}"
    record = {
        "subject": personas()["company"]["claims"]["subject"],
        "kind": "administrative",
        "severity": "serious",
        "publicity": "shared",
        "document": {
            "number": number or f"市监罚〔演示〕{secrets.token_hex(4)}号",
            "organ": ORGAN,
            "effective_on": judged_on.isoformat(),
        },
        "dates": {"judged_on": judged_on.isoformat()},
        "basis": "《市场主体登记管理条例》第44条",
        "repair_notice": "满一年后可以申请信用修复,不收费。",
        "related_items": [ITEM],
    }
    (by or town.who("system.market")).put(f"/v1/credit/records/market/{name}", record).is_done(200)
    return f"market/{name}"


def _flag(number: str, effective_on: date) -> dict[str, Any]:
    return {
        "subject": personas()["company"]["claims"]["subject"],
        "measure_code": MEASURE,
        "edition": "2024",
        "conduct": "false_commitment",
        "severity": "serious",
        "document": {
            "number": number,
            "organ": ORGAN,
            "effective_on": effective_on.isoformat(),
            "served_at": f"{effective_on.isoformat()}T04:00:00Z",
            "remedy_until": (effective_on + timedelta(days=60)).isoformat(),
        },
        "related_items": [FLAGGED],
        "ends_on": (_today() + timedelta(days=180)).isoformat(),
        "facts": "承诺的住所不存在。",
    }


def _check(town: Town, *, case_no: str | None = None) -> tuple[str, list[str]]:
    body = {
        "subject": personas()["company"]["claims"]["subject"],
        "item_code": ITEM,
        "purpose": "handling",
        "case_no": case_no,
    }
    answer = town.who("system.market").post("/v1/credit/checks", body).is_done(200).body
    return answer["effect"], sorted({reason["code"] for reason in answer["reasons"]})


def _today() -> date:
    return datetime.fromisoformat(service_now()).astimezone(SHANGHAI).date()
