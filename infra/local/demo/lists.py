"""Step 19: a new edition of the list of measures takes the ground from a flag, and the next one gives it back."""

from datetime import date, timedelta
from typing import Any

from infra.local.demo import narration
from infra.local.demo.breach import MEASURE, RELATED, proposal
from infra.local.demo.checks import expect, the_one
from infra.local.demo.clocks import service_now
from infra.local.demo.filing import draft, is_promise_open
from infra.local.demo.town import Town

FIRST = "2024"
"""The edition that comes with the service: it has every measure that the story needs."""


def the_list_is_whole(town: Town) -> None:
    """Clear the way: a walk that was interrupted may have left an edition without the story's measure."""
    officer = town.who("credit")
    newest = officer.get("/v1/measures").is_done(200).body
    if all(row["code"] != MEASURE for row in newest["items"]):
        _load(town, _edition(town, without=""))


def a_new_list_takes_the_ground_from_a_flag(town: Town) -> None:
    """19. The dry run names the flag; loaded, the flag is suspended; two persons put it back on the next edition."""
    officer, second = town.who("credit"), town.who("credit2")
    flag = _in_force(town)
    path = f"/v1/flags/{flag}"

    edition = _edition(town, without=MEASURE)
    place = f"/v1/measures/{edition['edition']}"
    dry = officer.put(f"{place}?dry_run=true&limit=100", edition).is_done(200).body
    losing = the_one("the dry run's line for the flag (试算)", dry["items"], flag_id=flag)
    expect("what it lacks (失去的依据)", [ground["code"] for ground in losing["grounds"]], ["measure_gone"])
    expect("nothing has changed (试算不改动)", officer.get(path).is_done(200).body["state"], "active")
    narration.fact("试算:列出将失去依据的惩戒及原因,什么也没有改", "the dry run names the flag and changes nothing")

    _load(town, edition)
    seen = officer.get(path).is_done(200)
    expect("the flag (惩戒标识)", (seen.body["state"], seen.body["in_force"]), ("suspended", False))
    is_promise_open(draft(town.who("company"), RELATED))
    reason = {"reason": "新版清单已恢复该措施。"}
    refused = officer.post(f"{path}/resumption", reason, version=seen.version)
    refused.is_refused(422, "MEASURE_NOT_IN_LIST")
    narration.fact("载入当日中止,承诺重新开放;没有依据不能恢复", "suspended on the day; no ground, no way back")

    _load(town, _edition(town, without=""))
    asked = officer.post(f"{path}/resumption", reason, version=seen.version).is_done(200)
    officer.post(f"{path}/resumption", reason, version=asked.version).is_refused(409, "SAME_PERSON")
    back = second.post(f"{path}/resumption", reason, version=asked.version).is_done(200)
    expect("the flag (惩戒标识)", (back.body["state"], back.body["in_force"]), ("active", True))
    narration.fact("下一版恢复该措施,由两人恢复惩戒", "the next edition brings it back; it takes two persons")
    lifting = {"reason": "演示结束。", "basis": "演示数据"}
    officer.post(f"{path}/lifting", lifting, version=back.version).is_done(200)


def _in_force(town: Town) -> str:
    """Put another flag in force, after the company was heard; return its id."""
    company, officer, second = town.who("company"), town.who("credit"), town.who("credit2")
    flag = officer.post("/v1/flags", proposal(town)).is_done(201)
    path = f"/v1/flags/{flag.body['id']}"
    service = {"served_at": service_now(), "method": "电子送达", "proof": "送达回证(演示)"}
    officer.post(f"{path}/service", service, version=flag.version).is_done(200)
    heard = company.post(f"{path}/statement", {"text": "已在整改。"}).is_done(200)
    decision = {"reason": "事实清楚,文书已生效。", "statement_answer": "整改尚未完成。"}
    confirmed = second.post(f"{path}/confirmation", decision, version=heard.version).is_done(200).body
    expect("the flag (惩戒标识)", (confirmed["state"], confirmed["in_force"]), ("active", True))
    return str(confirmed["id"])


def _edition(town: Town, *, without: str) -> dict[str, Any]:
    """Return a made-up edition of the day after the newest one's, as the service's own but for one measure."""
    officer = town.who("credit")
    newest = officer.get("/v1/measures").is_done(200).body
    whole = officer.get(f"/v1/measures?edition={FIRST}").is_done(200).body
    day = (date.fromisoformat(newest["in_force_from"]) + timedelta(days=1)).isoformat()
    return {
        "edition": f"demo-{day}",
        "title": f"失信惩戒措施清单(演示用,{day})",
        "in_force_from": day,
        "conducts": whole["conducts"],
        "items": [row for row in whole["items"] if row["code"] != without],
        "sources": whole["sources"],
    }


def _load(town: Town, edition: dict[str, Any]) -> None:
    town.who("credit").put(f"/v1/measures/{edition['edition']}", edition).is_done(200)
