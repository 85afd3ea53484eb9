"""Steps 1 to 3: a promise is made, runs late, is answered for, kept, and counts in the applicant's favour."""

import uuid
from http import HTTPStatus
from typing import Any

from infra.local.demo import narration
from infra.local.demo.checks import expect, the_one
from infra.local.demo.clocks import set_clock, sweep, wait_for
from infra.local.demo.filing import DAY_REASONS, clock_of, draft, drafted, file, is_promise_open
from infra.local.demo.town import Town

FILED_ON = "2026-11-20 10:00:00"
"""A Friday: three working days later is the Wednesday after."""

ITEM = "plate-replacement"
EXPLANATION = [
    ("2026-11-20", False, None, "start_day"),
    ("2026-11-21", False, None, "weekend"),
    ("2026-11-22", False, None, "weekend"),
    ("2026-11-23", True, 1, "working_day"),
    ("2026-11-24", True, 2, "working_day"),
    ("2026-11-25", True, 3, "working_day"),
]
REASON = "制牌设备检修,号牌已在加急制作。The plate press was under repair; your plate is being made first."
LATE_REASON = "制牌设备检修三日,未能按时制作号牌。The plate press was out of order for three days."


def a_promise_is_filed(town: Town) -> None:
    """1. Read the item, draft, be allowed, sign, file: accepted at once, with a clock of 3 working days."""
    applicant = town.who("applicant")
    set_clock(FILED_ON)
    item = applicant.get(f"/v1/items/{ITEM}").is_done(200).body
    promised = item["limits"]["promised"]
    expect("the promised limit (承诺时限)", (promised["value"], promised["unit"]), (3, "working_days"))
    narration.fact(f"{item['name']},第 {item['version']} 版,承诺 3 个工作日", "promised: 3 working days")

    answer = draft(applicant, ITEM)
    is_promise_open(answer)
    expect("the notice that the draft is on", item["notice_hash"] in answer.body["payload"], expected=True)
    what = drafted(answer)
    expect("conditions to confirm (条件)", what.conditions, ["plate-gone", "old-plate-not-used"])
    narration.fact("可以承诺,不用交旧车牌或者遗失证明", "a promise may stand for the old plate")
    filled_in = {each["id"]: each["words"] for each in answer.body["answers"]}
    expect("the plate (车牌)", filled_in["plate"], "浙G·00000")
    expect("the phone number (电话)", filled_in["phone"], "139 0000 0000")
    narration.fact("填写的内容和声明,签名前都用文字列出", "all of it stands in words before signing")

    case = file(applicant, what, signed_by=town.applicants_pen, key=str(uuid.uuid4())).is_done(201).body
    town.filed.append(what)
    town.plate_case = case["case_no"]
    expect("the case's state (办件状态)", (case["state"], case["way"]), ("accepted", "commitment"))
    clock = clock_of(case, "handling_promised")
    expect("the clock (时钟)", (clock["due_on"], clock["light"], clock["provisional"]), ("2026-11-25", "green", False))
    expect("the last second in time (最后一秒)", clock["due_at"], "2026-11-25T15:59:59Z")
    narration.fact(f"当场受理,办件 {town.plate_case},2026-11-25 到期", "accepted at once")
    desk = town.who("officer.traffic").handles(f"/v1/cases/{town.plate_case}").is_done(200).body
    expect("the answers as the officer reads them (经办人看到的填写内容)", desk["answers"], answer.body["answers"])
    narration.fact(f"经办人看到每一项,新车牌寄到{filled_in['address']}", "the officer reads every answer")

    path = f"/v1/cases/{town.plate_case}/clocks/handling_promised/explanation"
    days = applicant.get(path).is_done(200).body["days"]
    came = [(day["day"], day["counted"], day["number"], day["reason"]) for day in days]
    expect("each day of the count (逐日说明)", came, EXPLANATION)
    for day in days:
        counted = f"第 {day['number']} 天" if day["counted"] else "不计"
        narration.note(f"  {day['day']}  {counted:6}{DAY_REASONS[day['reason']]}  {day['source']}")


def filing_again_changes_nothing(town: Town) -> None:
    """2. The same draft is the same case; a payload changed by one character is refused."""
    applicant = town.who("applicant")
    again = file(applicant, town.filed[-1], signed_by=town.applicants_pen).is_done(201).body
    expect("the case of the same draft (同一草稿的办件)", again["case_no"], town.plate_case)
    mine = [case for case in applicant.every("/v1/cases") if case["case_no"] == town.plate_case]
    expect("cases of this draft in the list (列表中的办件)", len(mine), 1)
    narration.fact("同一草稿提交两次,还是同一个办件", "filed twice, one case")

    other = drafted(draft(applicant, ITEM))
    changed = other.payload.replace("plate-gone", "plate-gonE", 1)
    expect("characters changed (改动的字符)", _differences(changed, other.payload), 1)
    file(applicant, other, signed_by=town.applicants_pen, text=changed).is_refused(422, "SIGNATURE_INVALID")
    narration.fact("改动一个字符,签名就不成立", "one character changed: the signature does not hold")


def nobody_acts_in_time(town: Town) -> None:
    """3. Yellow on the due day, red on the day after; the alert climbs a step each working day."""
    set_clock("2026-11-25 10:00:00")
    sweep()
    _expect_light(town, "yellow")
    warned = _alert_of(town, "officer.traffic")
    expect("the warning (临期预警)", (warned["milestone"], warned["level"]), ("yellow", 0))
    narration.fact("到期日当天黄灯,经办人收到预警", "yellow on the due day; its officer is warned")

    set_clock("2026-11-26 00:00:05")
    sweep()
    _expect_light(town, "red")
    _expect_alert(town, "supervisor.traffic", 1)
    set_clock("2026-11-28 00:00:05")
    sweep()
    _expect_alert(town, "head.traffic", 2)
    set_clock("2026-12-01 10:00:00")
    sweep()
    _expect_alert(town, "monitor", 3)
    expect("the supervisor's alerts (科长的督办提醒)", len(_alerts_of(town, "supervisor.traffic")), 1)
    narration.fact("科长、负责人、督办机构各一条,不重复", "one alert for each level and recipient")


def the_office_answers_and_delivers(town: Town) -> None:
    """3, continued. The supervisor answers, the officer decides late with a reason, the promise proves true."""
    applicant, officer = town.who("applicant"), town.who("officer.traffic")
    path = f"/v1/cases/{town.plate_case}"
    kept_before = applicant.get("/v1/me/credit").is_done(200).body["kept_promises"]

    alert = _alert_of(town, "supervisor.traffic")
    answer = {"reason": REASON, "expected_on": "2026-12-01"}
    acknowledgement = f"/v1/supervision/alerts/{alert['id']}/acknowledgement"
    town.who("supervisor.traffic").post(acknowledgement, answer).is_done(200)
    town.who("supervisor.traffic").post(acknowledgement, answer).is_refused(409, "ALREADY_ACKNOWLEDGED")
    seen = applicant.get(path).is_done(200).body
    the_one("the reason that the applicant sees (申请人看到的原因)", seen["public_reasons"], reason=REASON)
    narration.fact("申请人看到了科长写的原因和新日期 2026-12-01", "the applicant reads the supervisor's reason")

    version = officer.handles(path).is_done(200).version
    decision = {
        "outcome": "granted",
        "document_no": f"交牌〔2026〕{town.plate_case[-6:]}号",
        "reasons": "符合补领条件。",
    }
    officer.post(f"{path}/decision", decision, version=version).is_refused(422, "LATE_REASON_REQUIRED")
    decided = officer.post(f"{path}/decision", decision | {"late_reason": LATE_REASON}, version=version).is_done(200)
    officer.post(f"{path}/decision", decision | {"late_reason": LATE_REASON}, version=version).is_refused(
        412, "STALE_VERSION"
    )
    closed = officer.post(f"{path}/delivery", {}, version=decided.version).is_done(200)
    seen = applicant.get(path).is_done(200).body
    expect("the case's state (办件状态)", seen["state"], "closed")
    expect("the late reason that the applicant sees (逾期原因)", seen["decision"]["late_reason"], LATE_REASON)
    narration.fact("迟办写明原因,送达办结", "decided late with a reason, delivered, closed")

    finding = {"result": "true", "method": "online", "findings": "登记库无扣押记录,旧号牌未再使用。"}
    officer.post(f"{path}/verification", finding, version=closed.version).is_done(200)
    kept = applicant.get("/v1/me/credit").is_done(200).body["kept_promises"]
    expect("kept promises (守诺次数)", kept, kept_before + 1)
    narration.fact(f"核查属实,守诺次数由 {kept_before} 增为 {kept}", "the promise was true and counts in favour")


def _expect_light(town: Town, light: str) -> None:
    case = town.who("applicant").get(f"/v1/cases/{town.plate_case}").is_done(200).body
    expect("the light (灯)", clock_of(case, "handling_promised")["light"], light)
    narration.fact({"green": "绿灯", "yellow": "黄灯", "red": "红灯"}[light], light)


def _alerts_of(town: Town, name: str) -> list[dict[str, Any]]:
    found = town.who(name).every("/v1/supervision/alerts?state=open", is_told=False)
    return [
        alert for alert in found if alert["case_no"] == town.plate_case and alert["clock_kind"] == "handling_promised"
    ]


def _alert_of(town: Town, name: str) -> dict[str, Any]:
    """Wait for the alert of a recipient: the stream tells of an event a moment after it."""
    narration.asked(name, "GET", "/v1/supervision/alerts?state=open", None)
    found = wait_for(f"an alert to {name} (督办提醒)", lambda: _alerts_of(town, name) or None)
    narration.came(HTTPStatus.OK, None)
    expect(f"alerts to {name} (督办提醒条数)", len(found), 1)
    return found[0]


def _expect_alert(town: Town, name: str, level: int) -> None:
    alert = _alert_of(town, name)
    came = (alert["level"], alert["clock_kind"], alert["due_on"], alert["state"])
    expect(f"the alert to {name} (督办提醒)", came, (level, "handling_promised", "2026-11-25", "open"))
    narration.fact(f"{name} 收到第 {level} 级督办提醒", f"level {level} has reached {name}")


def _differences(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
