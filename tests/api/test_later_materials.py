"""A promise may say that a material comes later (容缺受理): within which time, and what follows if it does not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Case
from chalicelib.catalogue.model.items import Material, Way
from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.container import container
from chalicelib.workdays.model.limits import Unit
from tests.api.bodies import CASE_REVOCATION, OUTAGE, REINSTATEMENT, UNTRUE
from tests.api.handling import GRANTED, Office
from tests.builders import NOON, a_material, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import SHA, Applicant, a_paper, publish

LATER = WrittenLimit(value=5, unit=Unit.WORKING_DAYS, basis="本市容缺受理材料清单")
PLAN = Material(id="site-plan", name="平面图", basis="第3条", ways=(Way.CERTIFICATE,), later=LATER)
PAPER = {"materials": [{"id": "site-plan", "sha256": SHA}]}
LAST_SECOND = datetime(2026, 10, 10, 15, 59, 59, tzinfo=UTC)
"""Five working days after Monday 2026-09-28, over the holidays: the make-up Saturday is one of them."""

TRUE = {"result": "true", "method": "online", "findings": "属实。"}
UNFULFILLED = {**UNTRUE, "result": "unfulfilled", "findings": "期满没有补交平面图。"}
REFUSED = {"outcome": "refused", "document_no": "1号", "reasons": "不符合条件。"}


def draft(client: Client, token: TokenOf, **change: Any) -> Reply:  # noqa: ANN401 - any JSON
    body = {"item_code": "plate-replacement", "answers": {}, "way": "commitment", "later": ["site-plan"], **change}
    return client.post("/v1/drafts", body, token=token("applicant"))


def a_case(client: Client, token: TokenOf, *, jurisdiction: str = "corrects-first") -> tuple[Office, Case]:
    turn_clock(NOON)
    publish(an_item(materials=(a_material(), PLAN), jurisdiction=jurisdiction))
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft(later=("site-plan",))).case
    return Office(client, token, case), case


def read(office: Office) -> Any:  # noqa: ANN401 - any JSON
    return office.client.get(office.url, token=office.token("applicant")).body


def clocks(office: Office) -> dict[str, dict[str, Any]]:
    return {clock["clock_id"]: clock for clock in read(office)["clocks"] if clock["kind"] == "later_material"}


def bring(office: Office) -> Reply:
    return office.client.post(f"{office.url}/materials", PAPER, token=office.token("applicant"))


def test_what_is_brought_later_is_part_of_the_signed_text(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    publish(an_item(materials=(a_material(), PLAN)))

    made = draft(client, token).body

    assert json.loads(made["payload"])["later"] == [
        {
            "id": "site-plan",
            "name": "平面图",
            "limit": {"value": 5, "unit": "working_days", "basis": "本市容缺受理材料清单"},
        }
    ]
    assert [one["id"] for one in made["later"]] == ["site-plan"]
    assert "later" not in json.loads(draft(client, token, later=[]).body["payload"])


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"later": ["old-plate"]}, ["/later/0"]),
        ({"later": ["site-plan", "site-plan"]}, ["/later/1"]),
        ({"later": ["nothing"]}, ["/later/0"]),
        ({"way": "certificate"}, ["/later/0"]),
    ],
    ids=["the promise replaces it", "twice", "on no list", "without a promise"],
)
def test_nothing_else_is_brought_later(
    client: Client, token: TokenOf, change: dict[str, Any], pointers: list[str]
) -> None:
    turn_clock(NOON)
    publish(an_item(materials=(a_material(), PLAN)))

    refused = draft(client, token, **change)

    assert (refused.code, refused.pointers) == ("MATERIAL_NOT_LISTED", pointers)


def test_a_promise_is_accepted_without_it_and_its_time_runs_for_the_person(client: Client, token: TokenOf) -> None:
    office, _ = a_case(client, token)

    case = read(office)

    assert (case["state"], [one["id"] for one in case["later"]]) == ("accepted", ["site-plan"])
    running = clocks(office)["later_material.site-plan"]
    assert (running["about"], running["due_on"], running["light"]) == ("site-plan", "2026-10-10", "green")
    (clock,) = [one for one in container().clocks.of_owner(f"case:{case['case_no']}") if one.about == "site-plan"]
    assert clock.responsible == "applicant"
    missing = office.act("corrections", {"missing": ["site-plan"], "basis": "第3条"})
    assert missing.code in {"MATERIAL_NOT_LISTED", "STEP_NOT_ALLOWED"}


@pytest.mark.usefixtures("client")
def test_what_comes_with_the_application_is_owed_no_more_and_without_the_tick_it_must() -> None:
    turn_clock(NOON)
    publish(an_item(materials=(a_material(), PLAN)))
    applicant = Applicant().enrol()

    here = applicant.promise(applicant.draft(later=("site-plan",)), materials=(a_paper("site-plan"),)).case

    assert here.later == ()
    with pytest.raises(Exception, match="MATERIALS_MISSING"):
        applicant.promise(applicant.draft())


def test_bringing_it_ends_its_time_even_after_the_case_is_closed(client: Client, token: TokenOf) -> None:
    office, _ = a_case(client, token)
    office.done("decision", GRANTED)
    office.done("delivery")
    assert office.act("verification", TRUE).body["owed_later"] == "site-plan"

    turn_clock(LAST_SECOND)
    brought = bring(office)

    assert (brought.status, brought.body["later"][0]["brought_at"]) == (200, "2026-10-10T15:59:59Z")
    assert clocks(office)["later_material.site-plan"]["stopped_at"] is not None
    assert bring(office).code == "CASE_CLOSED"
    office.version = brought.body["version"]
    assert office.done("verification", TRUE)["verification"]["result"] == "true"
    kinds = [event.kind for event in container().timeline.events(f"case:{read(office)['case_no']}")]
    assert "case:later_material_received" in kinds


def test_past_its_time_it_is_a_promise_not_kept_with_the_consequences_of_the_table(
    client: Client, token: TokenOf
) -> None:
    office, _ = a_case(client, token)
    office.done("decision", GRANTED)
    turn_clock(LAST_SECOND)
    assert office.act("verification", UNFULFILLED).body["due_on"] == "2026-10-10"
    late = LAST_SECOND + timedelta(seconds=1)
    turn_clock(late)
    container().clocks.sweep(at=late)

    assert clocks(office)["later_material.site-plan"]["light"] == "red"
    found = office.done("verification", {**UNFULFILLED, "late_reason": None})
    assert found["defence"] is not None
    assert office.act("rectification", {"days": 5, "basis": "第64条"}).code == "DEFENCE_OPEN"
    assert bring(office).status == 200


def test_when_a_revocation_falls_what_is_still_owed_has_its_time_again(client: Client, token: TokenOf) -> None:
    office, _ = a_case(client, token, jurisdiction="revokes-at-once")
    office.done("decision", GRANTED)
    office.done("verification", UNTRUE)
    office.done("statement", {"text": "材料在办。"}, by="applicant")
    office.done("revocation", CASE_REVOCATION, by="supervisor.traffic")
    assert bring(office).code == "CASE_CLOSED"

    office.done("reinstatement", REINSTATEMENT, by="supervisor.traffic")

    again = clocks(office)["later_material.site-plan-reinstated-1"]
    assert (again["stopped_at"], again["due_on"]) == (None, "2026-10-10")
    assert bring(office).status == 200


REFUSED = {"outcome": "refused", "document_no": "2号", "reasons": "不符合条件。"}
CHANGED = {"result": "changed", "method": "online", "findings": "情况变化。"}


@pytest.mark.requirement("R1.15")
@pytest.mark.parametrize("is_refused", [True, False], ids=["refused", "changed"])
def test_who_was_refused_or_whose_situation_changed_owes_nothing_unless_the_case_is_reopened(
    client: Client, token: TokenOf, *, is_refused: bool
) -> None:
    office, _ = a_case(client, token)
    office.done("decision", REFUSED if is_refused else GRANTED)
    if not is_refused:
        office.done("verification", CHANGED)

    assert clocks(office)["later_material.site-plan"]["stopped_at"] is not None
    assert bring(office).code == "STEP_NOT_ALLOWED"

    office.done("reopening", {"reason": "重新审查。"}, by="supervisor.traffic")

    assert clocks(office)["later_material.site-plan-reopened-1"]["stopped_at"] is None
    office.done("decision", GRANTED)
    assert bring(office).status == 200


def test_what_still_has_its_time_when_a_case_is_reopened_has_no_other(client: Client, token: TokenOf) -> None:
    office, _ = a_case(client, token)
    office.done("decision", GRANTED)
    office.done("reopening", {"reason": "重新审查。"}, by="supervisor.traffic")

    assert list(clocks(office)) == ["later_material.site-plan"]


def test_who_withdraws_the_promise_owes_it_with_the_other_certificates(client: Client, token: TokenOf) -> None:
    office, case = a_case(client, token)

    url = f"{office.url}/commitment/withdrawal"
    withdrawn = office.client.post(url, {"reason": "改交材料。"}, token=token("applicant")).body

    assert (withdrawn["state"], withdrawn["later"]) == ("awaiting_materials", [])
    assert all(clock["stopped_at"] for clock in clocks(office).values())
    assert case.later != ()
    assert bring(office).code == "MATERIALS_MISSING"


@pytest.mark.requirement("R4.17")
def test_an_outage_on_its_last_day_lengthens_the_time_to_bring_it(client: Client, token: TokenOf) -> None:
    office, _ = a_case(client, token)
    turn_clock(LAST_SECOND + timedelta(seconds=1))
    outage = {"starts_at": "2026-10-10T10:00:00Z", "ends_at": "2026-10-10T12:00:00Z", "departments": [], "kinds": []}
    recorded = client.post("/v1/supervision/outages", {**OUTAGE, **outage}, token=token("monitor"))
    assert recorded.status == 201, recorded.text

    assert office.act("verification", UNFULFILLED).body["due_on"] == "2026-10-12"
    turn_clock(datetime(2026, 10, 12, 16, 0, tzinfo=UTC))
    assert office.act("verification", UNFULFILLED).status == 200


def test_nobody_owes_it_after_a_refusal_and_it_has_its_time_again_when_the_case_is_reopened(
    client: Client, token: TokenOf
) -> None:
    office, _ = a_case(client, token)

    office.done("decision", REFUSED)

    assert clocks(office)["later_material.site-plan"]["stopped_at"] is not None
    assert bring(office).code == "STEP_NOT_ALLOWED"
    turn_clock(LAST_SECOND)
    office.done("reopening", {"reason": "重新办理。"}, by="supervisor.traffic")
    again = clocks(office)["later_material.site-plan-reopened-1"]
    assert (again["stopped_at"], again["due_on"]) == (None, "2026-10-16")
    assert office.act("verification", UNFULFILLED).body["due_on"] == "2026-10-16"
    assert bring(office).status == 200


def test_what_comes_with_the_report_of_a_rectification_has_come_and_without_it_nothing_is_put_right(
    client: Client, token: TokenOf
) -> None:
    office, _ = a_case(client, token)
    office.done("decision", GRANTED)
    turn_clock(LAST_SECOND + timedelta(seconds=1))
    office.done("verification", UNFULFILLED)
    office.done("statement", {"text": "材料在办。"}, by="applicant")
    office.done("rectification", {"days": 5, "basis": "第64条"})
    done = {"outcome": "done", "findings": "已经补交。"}
    assert office.act("rectification/outcome", done).body["owed_later"] == "site-plan"

    told = office.done("rectification/report", {"text": "补交平面图。", **PAPER}, by="applicant")

    assert told["later"][0]["brought_at"] == "2026-10-10T16:00:00Z"
    assert clocks(office)["later_material.site-plan"]["stopped_at"] is not None
    assert office.done("rectification/outcome", done)["rectification"]["fulfilled"] is True


def test_of_several_that_come_later_each_day_is_explained_by_its_own_count(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    longer = WrittenLimit(value=6, unit=Unit.WORKING_DAYS, basis="第5条")
    lease = Material(id="lease", name="租赁合同", basis="第4条", ways=(Way.CERTIFICATE,), later=longer)
    publish(an_item(materials=(a_material(), PLAN, lease), jurisdiction="corrects-first"))
    applicant = Applicant().enrol()
    case = applicant.promise(applicant.draft(later=("site-plan", "lease"))).case
    office = Office(client, token, case)

    def explained(name: str) -> tuple[str, str]:
        told = client.get(f"{office.url}/clocks/{name}/explanation", token=token("applicant")).body
        return told["clock"]["about"], told["days"][-1]["day"]

    assert explained("later_material.site-plan") == ("site-plan", "2026-10-10")
    assert explained("later_material.lease") == ("lease", "2026-10-12")
    office.done("decision", GRANTED)
    assert office.act("verification", UNFULFILLED).body["due_on"] == "2026-10-10"
