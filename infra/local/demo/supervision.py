"""Steps 10 to 12: a calendar edition, a card with its appeal, and a suggestion."""

from datetime import date, timedelta
from typing import Any

from infra.local.demo import narration
from infra.local.demo.checks import expect, expect_words, the_one
from infra.local.demo.clocks import set_clock, sweep, wait_for
from infra.local.demo.filing import clock_of, draft, drafted, file
from infra.local.demo.person import Passerby
from infra.local.demo.town import Town

ITEM = "plate-replacement"
CALENDAR = "/v1/calendars/2027"
NOTICE = {"title": "关于2027年部分节假日安排的通知(演示用,非正式文件)", "number": None, "issued_on": "2026-11-25"}
DAYS_OFF = {"2027-01-01": "元旦", "2027-01-02": "元旦", "2027-01-03": "元旦"}
EDITIONS: tuple[dict[str, Any], ...] = (
    {"notice": NOTICE, "holidays": DAYS_OFF, "make_up_days": {}},
    {"notice": NOTICE, "holidays": DAYS_OFF | {"2027-01-04": "元旦"}, "make_up_days": {"2027-01-09": "元旦"}},
)
"""Two made-up editions, so that every run of the story has one to load that is not in force yet."""
DUE = ("2027-01-05", "2027-01-06")
"""When three working days from 30 December 2026 end by each of them."""


def _filed(town: Town) -> str:
    """File one promise, and return its case number."""
    applicant = town.who("applicant")
    what = drafted(draft(applicant, ITEM))
    return str(file(applicant, what, signed_by=town.applicants_pen).is_done(201).body["case_no"])


def a_calendar_edition_is_loaded(town: Town) -> None:
    """10. A date over New Year is provisional or moves; a dry run says how, the real load does just that."""
    editor, applicant = town.who("calendar"), town.who("applicant")
    set_clock("2026-12-30 10:00:00")
    case_no = _filed(town)
    before = clock_of(applicant.get(f"/v1/cases/{case_no}").is_done(200).body, "handling_promised")

    loaded = editor.get(CALENDAR)
    is_there = loaded.status == 200  # noqa: PLR2004 - the status says whether an earlier run has loaded one
    expect("provisional before a 2027 edition is there (暂定)", before["provisional"], not is_there)
    if not is_there:
        expect("the light of a provisional date (暂定日期的灯)", before["light"], "white")
    narration.fact(
        f"到期日 {before['due_on']},{'暂定、白灯' if not is_there else '按已载入的日历'}", "before the edition"
    )
    which = 1 if is_there and before["due_on"] == DUE[0] else 0
    edition = EDITIONS[which]

    version = loaded.version if is_there else None
    dry = editor.put(f"{CALENDAR}?dry_run=true&limit=100", edition, version=version).is_done(200).body
    move = the_one("the dry run's line for the case (试算)", dry["items"], case_no=case_no, kind="handling_promised")
    expect("the date that would be (试算的到期日)", move["would_be_due_on"], DUE[which])
    still = clock_of(applicant.get(f"/v1/cases/{case_no}").is_done(200).body, "handling_promised")
    expect("nothing has moved (试算不改动)", still["due_on"], before["due_on"])
    narration.fact(f"试算:{move['due_on']} → {move['would_be_due_on']},什么也没有改", "the dry run changes nothing")

    editor.put(CALENDAR, edition, version=version).is_done(200)
    after = wait_for("the recounted date (重新计算)", lambda: _firm(town, case_no, DUE[which]))
    expect("provisional (暂定)", after["provisional"], expected=False)
    events = applicant.get(f"/v1/cases/{case_no}/timeline").is_done(200).body["items"]
    told = [event["data"] for event in events if event["kind"] == "clock:recounted"]
    the_one("the event of the recount (重新计算事件)", told, clock_id="handling_promised", due_on=DUE[which])
    narration.fact(
        f"载入后到期日为 {DUE[which]},时间线上留有新旧日期和通知", "loaded: old date, new date and reason on record"
    )


def _firm(town: Town, case_no: str, due_on: str) -> dict[str, Any] | None:
    case = town.who("applicant").get(f"/v1/cases/{case_no}").is_done(200).body
    clock = clock_of(case, "handling_promised")
    return clock if clock["due_on"] == due_on else None


def a_card_is_given_and_appealed(town: Town) -> None:
    """11. A person's finding on a stated event, after the correction window; appealed, and taken back."""
    supervisor, officer, monitor = town.who("supervisor.traffic"), town.who("officer.traffic"), town.who("monitor")
    set_clock("2027-01-11 10:00:00")
    case_no = town.late_case = _filed(town)
    due_on = clock_of(supervisor.get(f"/v1/cases/{case_no}").is_done(200).body, "handling_promised")["due_on"]
    set_clock(f"{_day_after(due_on)} 00:00:05")
    sweep()
    events = supervisor.get(f"/v1/cases/{case_no}/timeline").is_done(200).body["items"]
    passed = [
        event["seq"]
        for event in events
        if event["kind"] == "clock:passed" and event["data"]["kind"] == "handling_promised"
    ]
    card = {
        "case_no": case_no,
        "colour": "yellow",
        "ground": "promised_date_missed",
        "events": passed,
        "facts": "承诺3个工作日,到期未作决定。",
    }
    supervisor.post("/v1/supervision/cards", card).is_refused(409, "CORRECTION_WINDOW_OPEN")
    narration.fact("24 小时更正期内不能发牌", "no card within the correction window")

    set_clock(f"{_day_after(_day_after(due_on))} 10:00:00")
    given = supervisor.post("/v1/supervision/cards", card).is_done(201)
    path = f"/v1/supervision/cards/{given.body['id']}"
    reply = officer.post(f"{path}/reply", {"text": "制牌设备故障,已报修。"}, version=given.version).is_done(200)
    appeal = officer.post(f"{path}/appeal", {"grounds": "设备由上级统一维护。"}, version=reply.version).is_done(200)
    ruling = {"outcome": "withdrawn", "reasons": "非经办人原因,撤牌。"}
    supervisor.post(f"{path}/appeal/decision", ruling, version=appeal.version).is_refused(403, "FORBIDDEN")
    withdrawn = monitor.post(f"{path}/appeal/decision", ruling, version=appeal.version).is_done(200).body
    expect("the card's state (牌的状态)", withdrawn["state"], "withdrawn")
    events = supervisor.get(f"/v1/cases/{case_no}/timeline").is_done(200).body["items"]
    told = [event["kind"] for event in events if event["kind"].startswith("card:")]
    expect(
        "the card in the timeline (时间线上的牌)",
        told,
        ["card:given", "card:answered", "card:appealed", "card:withdrawn"],
    )
    narration.fact(
        "发黄牌、说明、申诉、撤牌:不再计分,时间线上都在", "given, answered, appealed, withdrawn; all on record"
    )


def a_complaint_is_answered(town: Town) -> None:
    """12. A suggestion goes to its department, runs against a clock, and its answer reaches the person."""
    applicant, officer = town.who("applicant"), town.who("officer.traffic")
    said = {"category": "experience", "text": "上传照片时看不清进度。", "item_code": ITEM}
    made = applicant.post("/v1/complaints", said).is_done(201)
    complaint_id = made.body["id"]
    expect("the department (承办部门)", made.body["department"], "traffic")
    narration.fact(f"转交警部门,{made.body['due_on']} 前答复", "routed, with 5 working days to answer")
    seen = officer.get(f"/v1/complaints/{complaint_id}").is_done(200)
    taken = officer.post(f"/v1/complaints/{complaint_id}/taking", {}, version=seen.version).is_done(200)
    answer = {"text": "已增加进度条。", "outcome": "accepted"}
    officer.post(f"/v1/complaints/{complaint_id}/answer", answer, version=taken.version).is_done(200)
    mine = applicant.get(f"/v1/complaints/{complaint_id}").is_done(200).body
    expect_words("the answer that the person reads (答复)", mine["answer"]["text"])
    rated = applicant.post(f"/v1/complaints/{complaint_id}/rating", {"level": 5}).is_done(200).body
    expect("the rating of the answer (评价)", rated["rating"]["level"], 5)
    narration.fact("认领、答复,本人看到并评价", "taken, answered; the person reads and rates it")


def a_complaint_from_the_street_is_answered(town: Town) -> None:
    """12. Somebody without a login complains, and reads and rates the answer with nothing but a number and a code."""
    anybody, officer = Passerby(), town.who("officer.traffic")
    said = {"category": "process", "text": "窗口中午没有人。", "department": "traffic"}
    sent = anybody.post("/v1/street-complaints", said).is_done(201).body
    place, desk = f"/v1/street-complaints/{sent['id']}", f"/v1/complaints/{sent['id']}"
    queue = officer.get("/v1/complaint-queue?limit=100").is_done(200).body["items"]
    expect(
        "who sent it, as the office sees it (提的人)", [one["sender"] for one in queue if one["id"] == sent["id"]], [""]
    )
    anybody.get(f"{place}?code=AAAAAAAAAA").is_refused(404, "NOT_FOUND")
    seen = officer.get(desk).is_done(200)
    answer = {"text": "中午已安排值班。", "outcome": "accepted"}
    officer.post(f"{desk}/answer", answer, version=seen.version).is_done(200)
    read = anybody.get(f"{place}?code={sent['code']}").is_done(200).body
    expect_words("the answer that its sender reads (答复)", read["answer"]["text"])
    rated = anybody.post(f"{place}/rating", {"level": 4, "code": sent["code"]}).is_done(200).body
    expect("the rating of the answer (评价)", rated["rating"]["level"], 4)
    anybody.post(f"{place}/rating", {"level": 1, "code": sent["code"]}).is_refused(409, "ALREADY_RATED")
    narration.fact("不登录,凭编号和查询码看答复、评价", "without a login: read and rated by number and code")


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
