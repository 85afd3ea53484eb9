"""Steps 13 and 14: warnings told once a day, and the figures of what the story did."""

from datetime import date, timedelta
from typing import Any

from infra.local.demo import narration
from infra.local.demo.checks import expect, the_one
from infra.local.demo.clocks import hourly, let_everything_be_delivered, set_clock, sweep, wait_for
from infra.local.demo.filing import clock_of, draft, drafted, file
from infra.local.demo.supervision import ITEM
from infra.local.demo.town import Town

PREFERENCES, DIGESTS = "/v1/supervision/preferences", "/v1/supervision/digests"
FIRST_MONDAY = date(2027, 1, 18)
WEEK = timedelta(days=7)


def warnings_are_told_once_a_day(town: Town) -> None:
    """13. An officer takes warnings once a day: one digest however often the hourly job runs, and red ones at once."""
    officer, applicant = town.who("officer.traffic"), town.who("applicant")
    earlier = officer.get(DIGESTS).is_done(200).body["items"]
    newest = max((date.fromisoformat(digest["day"]) for digest in earlier), default=FIRST_MONDAY - WEEK)
    monday = FIRST_MONDAY if newest < FIRST_MONDAY else newest - timedelta(days=newest.weekday()) + WEEK
    set_clock(f"{monday} 10:00:00")
    chosen = officer.put(PREFERENCES, {"yellow": "daily"}).is_done(200).body
    expect("the preference (提醒方式)", chosen["yellow"], "daily")
    what = drafted(draft(applicant, ITEM))
    case_no = str(file(applicant, what, signed_by=town.applicants_pen).is_done(201).body["case_no"])
    due_on = clock_of(applicant.get(f"/v1/cases/{case_no}").is_done(200).body, "handling_promised")["due_on"]

    set_clock(f"{due_on} 07:30:00")
    sweep()
    alert = wait_for("the warning in the inbox (收件箱的预警)", lambda: _warning(town, case_no))
    let_everything_be_delivered()
    narration.fact("黄灯预警在收件箱里,不逐条推送", "the warning is in the inbox, and not pushed by itself")

    made = [hourly()["digests_made"]]
    expect("digests before eight (八点前的摘要)", made, [0])
    for hour in ("08:30", "09:30", "10:30"):
        set_clock(f"{due_on} {hour}:00")
        made.append(hourly()["digests_made"])
    expect("digests made by all runs of the hourly job together (生成的摘要)", sum(made), 1)
    digest = the_one("the digest of the day (当日摘要)", officer.get(DIGESTS).is_done(200).body["items"], day=due_on)
    alerts = officer.get(f"{DIGESTS}/{digest['id']}?limit=100").is_done(200).body["items"]
    the_one("the warning in the digest (摘要里的预警)", alerts, id=alert["id"])
    town.who("officer.market").get(f"{DIGESTS}/{digest['id']}").is_refused(404, "NOT_FOUND")
    officer.put(PREFERENCES, {"yellow": "at_once"}).is_done(200)
    narration.fact(f"{due_on} 一份摘要,{digest['alerts']} 条,再跑不重复", "one digest that day, whatever runs twice")


def _warning(town: Town, case_no: str) -> dict[str, Any] | None:
    place = "/v1/supervision/alerts?state=open&limit=100"
    alerts = town.who("officer.traffic").get(place).is_done(200).body["items"]
    warnings = [alert for alert in alerts if alert["case_no"] == case_no and alert["milestone"] == "yellow"]
    found = [alert for alert in warnings if alert["clock_kind"] == "handling_promised"]
    return found[0] if found else None


def the_figures_are_told(town: Town) -> None:
    """14. What departments did: counts that add up day by day, and speed never without quality beside it."""
    monitor = town.who("monitor")
    place = "/v1/supervision/statistics?from=2026-11-20&to=2027-12-24"
    whole = monitor.get(place).is_done(200).body
    by_day = monitor.get(f"{place}&by=day&department=traffic").is_done(200).body["departments"][0]
    traffic = the_one("the traffic department (交警部门)", whole["departments"], department="traffic")["figures"]
    for name in ("received", "accepted", "decided", "reopened"):
        added = sum(part["figures"][name] for part in by_day["parts"])
        expect(f"{name}, day by day (逐日相加)", added, traffic[name])
    expect("received and decided (收件、办结)", traffic["received"] > 0 and traffic["decided"] > 0, expected=True)
    expect("a withdrawn card (撤回的牌)", traffic["cards_withdrawn"].get("yellow", 0) > 0, expected=True)
    expect("the late decision of step 3 (迟办)", traffic["late"] > 0, expected=True)
    town.who("supervisor.market").get(f"{place}&department=traffic").is_refused(403, "FORBIDDEN")
    done, on_time = whole["total"]["completion"], traffic["on_time"]
    narration.fact(
        f"收件 {done['whole']},办结 {done['part']},办结率 {done['per_cent']}%",
        f"{done['part']} of {done['whole']} received are decided",
    )
    narration.fact(
        f"交警按时率 {on_time['per_cent']}%,迟办 {traffic['late']},发牌后撤回 {traffic['cards_withdrawn']['yellow']}",
        "speed beside quality: on time, late, cards withdrawn",
    )
