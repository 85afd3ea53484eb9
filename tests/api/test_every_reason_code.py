"""Each of the reason codes that were fixed early (domain, 9.2) is said by the running service to somebody who asks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.credit.store.records import CreditStore, UnreadableError
from tests.api.bodies import FLAG, PAUSE, RECORD, answers_to, item_body, subject_of, token_of
from tests.api.world import World, world
from tests.cloud import Reply, turn_clock

__all__ = ["world"]

CODES = (
    "ITEM_NOT_LISTED",
    "RISK_EXCLUDED",
    "SUBJECT_BARRED",
    "IDENTITY_CONFLICT",
    "INSUFFICIENT_IDENTITY",
    "NOTICE_OUTDATED",
    "CASE_CLOSED",
    "PAUSE_WITHOUT_NOTICE",
    "CALENDAR_UNKNOWN",
    "CREDIT_SOURCE_DOWN",
    "STALE_RECORD",
    "MEASURE_NOT_IN_LIST",
    "NOT_RELATED",
    "NO_EFFECTIVE_DOCUMENT",
    "UNDER_OBJECTION",
    "REPAIRED",
    "DISPLAY_EXPIRED",
    "OUT_OF_SCOPE",
)
NEW_YEARS_EVE = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
WEEKS_LATER = datetime(2027, 1, 20, 2, 0, tzinfo=UTC)
YEARS_LATER = datetime(2029, 9, 28, 4, 0, tzinfo=UTC)
ENTRY = "market/redress-2"
"""A record of the company that the office is asked to repair."""


def ask(world: World, method: str, url: str, body: object = None, *, as_: str, version: int | None = None) -> Reply:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.client.call(method, url, body, token=token_of(as_), headers=headers)


def check(world: World, subject: object = None) -> Reply:
    """Ask whether the company may promise, for an item that its records and its flag are about."""
    world.send("PUT", "/v1/items/business-address/versions/1", item_body("business-address"), as_="editor")
    wish = {"subject": subject or subject_of("company"), "item_code": "business-address", "purpose": "handling"}
    return ask(world, "POST", "/v1/credit/checks", wish, as_="system.market")


def draft(world: World, item: str, *, as_: str = "applicant") -> Reply:
    wish = {"item_code": item, "answers": answers_to(item), "way": "commitment"}
    return ask(world, "POST", "/v1/drafts", wish, as_=as_)


def flag(world: World, **change: object) -> Reply:
    return ask(world, "POST", "/v1/flags", {**FLAG, **change}, as_="credit")


def act(world: World, name: str, step: str, body: object, *, as_: str = "officer.traffic") -> Reply:
    """Take a step with a case of the world."""
    thing = world.things[name]
    return ask(world, "POST", f"/v1/cases/{thing.name}/{step}", body, as_=as_, version=thing.version)


def put_record(world: World, record_id: str, **change: object) -> Reply:
    url = f"/v1/credit/records/market/{record_id}"
    return ask(world, "PUT", url, {**RECORD, **change}, as_="system.market")


def object_to(world: World, entry: str) -> Reply:
    plea = {"entry": entry, "ground": "fact", "text": "住所一直在。"}
    return ask(world, "POST", "/v1/objections", plea, as_="company")


def an_item_whose_risk_is_excluded(world: World, _patch: pytest.MonkeyPatch) -> Reply:
    world.send("PUT", "/v1/items/eia-approval/versions/1", item_body("eia-approval"), as_="editor")
    return draft(world, "eia-approval", as_="company")


def a_notice_that_changed_between_draft_and_filing(world: World, _patch: pytest.MonkeyPatch) -> Reply:
    filing = world.promise("applicant")
    world.send("PUT", "/v1/items/plate-replacement/versions/2", item_body(), as_="editor")
    return ask(world, "POST", "/v1/cases", filing, as_="applicant")


def a_defence_into_a_year_without_a_calendar(world: World, _patch: pytest.MonkeyPatch) -> Reply:
    turn_clock(NEW_YEARS_EVE)
    document = {**FLAG["document"], "number": "义市监撤〔2026〕99号", "remedy_until": "2027-02-17"}
    url = f"/v1/flags/{flag(world, document=document).body['id']}"
    turn_clock(NEW_YEARS_EVE + timedelta(minutes=1))
    service = {"served_at": "2026-12-31T02:00:30Z", "method": "直接送达", "proof": "回证1号"}
    world.send("POST", f"{url}/service", service, as_="credit", version=1)
    turn_clock(WEEKS_LATER)
    return ask(world, "POST", f"{url}/confirmation", {"reason": "事实清楚。"}, as_="credit2", version=2)


def a_store_that_cannot_be_read(world: World, patch: pytest.MonkeyPatch) -> Reply:
    def down(*_arguments: object) -> None:
        raise UnreadableError

    patch.setattr(CreditStore, "summary", down)
    return check(world)


def a_source_that_went_silent(world: World, _patch: pytest.MonkeyPatch) -> Reply:
    put_record(world, "silent", update_due_on="2026-09-27")
    return check(world)


def a_record_that_was_repaired(world: World, _patch: pytest.MonkeyPatch) -> Reply:
    repair = world.things["repair asked"]
    verdict = {"approved": True, "reason": "已纠正。"}
    world.send("POST", f"/v1/repairs/{repair.name}/decision", verdict, as_="credit", version=repair.version)
    return object_to(world, ENTRY)


def a_record_whose_display_is_over(world: World, _patch: pytest.MonkeyPatch) -> Reply:
    turn_clock(YEARS_LATER)
    return object_to(world, "market/redress-4")


def a_case_of_another_department(world: World, _patch: pytest.MonkeyPatch) -> Reply:
    scope = {"departments": ["market"], "items": [], "from": "2026-01-01", "to": None, "case_nos": []}
    wish = {"file_no": "义纪〔2026〕2号", "basis": "《监察法》第18条", "scope": scope, "expires_on": "2026-12-31"}
    asked = world.send("POST", "/v1/inspections", wish, as_="inspector").body
    url = f"/v1/inspections/{asked['id']}"
    world.send("POST", f"{url}/approval", as_="inspector2", version=asked["version"])
    return ask(world, "GET", f"{url}/cases/{world.things['accepted'].name}/timeline", as_="inspector")


HOW: dict[str, Callable[[World, pytest.MonkeyPatch], Reply]] = {
    "ITEM_NOT_LISTED": lambda world, _: draft(world, "no-such-item"),
    "RISK_EXCLUDED": an_item_whose_risk_is_excluded,
    "SUBJECT_BARRED": lambda world, _: check(world),
    "IDENTITY_CONFLICT": lambda world, _: put_record(
        world, "other", subject={**subject_of("applicant"), "name": "李另名"}
    ),
    "INSUFFICIENT_IDENTITY": lambda world, _: check(world, {"name": subject_of("company")["name"]}),
    "NOTICE_OUTDATED": a_notice_that_changed_between_draft_and_filing,
    "CASE_CLOSED": lambda world, _: act(
        world, "rated", "commitment/withdrawal", {"reason": "旧车牌找到了。"}, as_="applicant"
    ),
    "PAUSE_WITHOUT_NOTICE": lambda world, _: act(world, "accepted", "pauses", {**PAUSE, "notice_text": None}),
    "CALENDAR_UNKNOWN": a_defence_into_a_year_without_a_calendar,
    "CREDIT_SOURCE_DOWN": a_store_that_cannot_be_read,
    "STALE_RECORD": a_source_that_went_silent,
    "MEASURE_NOT_IN_LIST": lambda world, _: flag(world, measure_code="99"),
    "NOT_RELATED": lambda world, _: flag(world, related_items=["plate-replacement"]),
    "NO_EFFECTIVE_DOCUMENT": lambda world, _: flag(world, document={}),
    "UNDER_OBJECTION": lambda world, _: object_to(world, "market/redress-1"),
    "REPAIRED": a_record_that_was_repaired,
    "DISPLAY_EXPIRED": a_record_whose_display_is_over,
    "OUT_OF_SCOPE": a_case_of_another_department,
}
"""What has to happen so that somebody is told the code."""


def codes_in(body: Any) -> set[str]:  # noqa: ANN401 - any JSON
    """Every reason code that an answer names: the problem's own, and those of a draft or a check."""
    told = {str(body["code"])} if body.get("code") else set()
    reasons = [*body.get("reasons", ()), *body.get("eligibility", {}).get("reasons", ())]
    return told | {reason["code"] for reason in reasons}


def test_every_code_has_a_way_to_come_about() -> None:
    assert set(HOW) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_said_by_the_service(world: World, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    world.rewind()

    reply = HOW[code](world, monkeypatch)
    world.rewind()

    assert code in codes_in(reply.body), reply.text
