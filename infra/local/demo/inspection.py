"""Steps 7 and 8: inspectors read under a mandate, and an event altered behind the service's back is found."""

from infra.local.demo import narration
from infra.local.demo.checks import expect, the_one
from infra.local.demo.filing import draft, drafted
from infra.local.demo.tampering import altered
from infra.local.demo.town import Town

WITHHELD = {"plate-replacement": ["phone", "address"], "business-address": ["phone"]}
"""What an inspector does not read of the answers to each item."""

LIGHTS = (
    ("2026-11-24T15:59:59Z", "green"),
    ("2026-11-24T16:00:00Z", "yellow"),
    ("2026-11-25T15:59:59Z", "yellow"),
    ("2026-11-25T16:00:00Z", "red"),
)
"""The plate's clock as it was, to the second: midnight in Shanghai is 16:00 in UTC."""


def inspectors_read_within_a_mandate(town: Town) -> None:
    """7. Nothing before a second inspector approves; then both cases, no other, and every reading on record."""
    first, second = town.who("inspector"), town.who("inspector2")
    outside = _a_case_outside(town)
    request = {
        "file_no": f"演示查〔2026〕{town.plate_case[-4:]}号",
        "basis": "《监察法》第18条",
        "scope": {"departments": [], "items": [], "case_nos": [town.plate_case, town.address_case]},
        "expires_on": "2026-12-31",
    }
    mandate = first.post("/v1/inspections", request).is_done(201)
    path = f"/v1/inspections/{mandate.body['id']}"
    first.get(f"{path}/cases/{town.plate_case}/timeline").is_refused(403, "MANDATE_NOT_IN_FORCE")
    first.post(f"{path}/approval", {}, version=mandate.version).is_refused(409, "SAME_PERSON")
    second.post(f"{path}/approval", {}, version=mandate.version).is_done(200)
    narration.fact("由另一名纪检人员批准后才能查阅", "readable only once another inspector has approved")

    found = first.get(f"{path}/cases").is_done(200).body["items"]
    expect(
        "cases within the mandate (范围内的办件)", {c["case_no"] for c in found}, {town.plate_case, town.address_case}
    )
    for case_no in (town.plate_case, town.address_case):
        seen = first.get(f"{path}/cases/{case_no}/timeline").is_done(200).body
        expect("verified (可信)", (seen["verified"], seen["fault"]), (True, None))
        kinds = " → ".join(seen["labels"][event["kind"]]["zh"] for event in seen["items"])
        narration.fact(f"{len(seen['items'])} 个事件,逐一重算可信:{kinds}", "every event recomputed and in place")
        withheld = [each["id"] for each in seen["answers"] if each["withheld"]]
        expect("answers that are withheld (不公开的填写内容)", withheld, WITHHELD[seen["rules"]["item_code"]])
    narration.fact("电话、邮寄地址等敏感内容,纪检人员看不到", "no inspector reads a phone number or a private address")
    for moment, light in LIGHTS:
        past = first.get(f"{path}/cases/{town.plate_case}/timeline?at={moment}").is_done(200).body
        clock = the_one("the clock as of then (当时的时钟)", past["clocks"], kind="handling_promised")
        expect(f"the light as of {moment} (当时的灯)", clock["light"], light)
    narration.fact("回看:到期日 0 点起黄灯,到最后一秒仍算按时,次日 0 点起红灯", "the lights, to the second, as of then")

    first.get(f"{path}/cases/{outside}/timeline").is_refused(404, "OUT_OF_SCOPE")
    readings = first.get(f"{path}/readings").is_done(200).body["items"]
    came = [(event["kind"], event["data"].get("case_no")) for event in readings]
    expect(
        "the readings on record (查阅记录)",
        came,
        [
            ("mandate:read", None),
            ("mandate:read", town.plate_case),
            ("mandate:read", town.address_case),
            *[("mandate:read", town.plate_case)] * len(LIGHTS),
            ("mandate:exceeded", outside),
        ],
    )
    narration.fact("范围外的办件查无此件;每次查阅都有记录", "out of scope: not found; every reading is on record")


def an_altered_event_is_found(town: Town) -> None:
    """8. One stored event is altered behind the service's back; reading says which one and why."""
    applicant = town.who("applicant")
    path = f"/v1/cases/{town.plate_case}/timeline"
    seen = applicant.get(path).is_done(200).body
    expect("verified before (改动前)", (seen["verified"], seen["fault"]), (True, None))
    decided = the_one("the decision in the timeline (决定)", seen["items"], kind="case:decided")
    with altered(decided, "occurred_at", "2026-11-25T08:00:00Z"):
        seen = applicant.get(path).is_done(200).body
        fault = {"seq": decided["seq"], "reason": "CONTENT_ALTERED"}
        expect("the fault (不可信之处)", (seen["verified"], seen["fault"]), (False, fault))
        narration.fact(f"第 {decided['seq']} 个事件被改过,时间线不可信", "which event, and why it cannot be trusted")
    seen = applicant.get(path).is_done(200).body
    expect("verified after it was put back (改回后)", (seen["verified"], seen["fault"]), (True, None))


def _a_case_outside(town: Town) -> str:
    """Let somebody else have a case too: an item that is accepted and answered at once."""
    other = town.who("applicant2")
    what = drafted(draft(other, "archive-query", way="certificate"))
    case = other.post("/v1/cases", {"draft_id": what.draft_id, "confirmed": [], "materials": []}).is_done(201).body
    expect("an instant item (即时事项)", case["state"], "closed")
    return str(case["case_no"])
