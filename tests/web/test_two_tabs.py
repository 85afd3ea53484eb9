"""Somebody with two tabs, a double click, the back button, or a session that ended half-way through a form."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.http import tokens
from tests.api.bodies import AFTER_DEFENCE
from tests.builders import NOON
from tests.cloud import turn_clock
from tests.web.cases import signed, with_documents
from tests.web.flags import noon, office, place_of, proposed
from tests.web.forms import MANDATE, SERVICE
from tests.web.visitor import HERE, Come, Seen, Visitor

__all__ = ["noon", "office", "proposed"]

Fields = Mapping[str, str | list[str]]
Files = Mapping[str, tuple[str, bytes]]


def back_from(away: Seen, persona: str) -> str:
    """Where the provider sends a browser back to, once somebody has logged in there."""
    asked = parse_qs(urlsplit(away.url).query)
    return f"/login/callback?code={persona}:{asked['code_challenge'][0]}&state={asked['state'][0]}"


def test_two_tabs_that_log_in_at_once_both_arrive(visitor: Come) -> None:
    browser = visitor()
    one, other = browser.open("/login?next=cases"), browser.open("/login?next=credit")

    assert browser.open(back_from(one, "applicant")).path == "/cases"
    assert browser.open(back_from(other, "applicant")).path == "/credit"
    assert set(browser.cookies) == {"xinnuo"}


def test_whoever_sends_a_browser_to_the_callback_breaks_no_login_off(visitor: Come) -> None:
    browser = visitor()
    away = browser.open("/login?next=cases")

    assert browser.open(f"/login/callback?code=x&state={'A' * 43}").status == 400
    assert browser.open(back_from(away, "applicant")).path == "/cases"


def test_a_login_under_way_is_forgotten_by_the_browser_when_it_can_no_longer_end(visitor: Come) -> None:
    (given,) = visitor().client.get("/login").several["set-cookie"]

    assert "; Max-Age=600; " in given


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "https://evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "cases//evil.test",
        "cases/%2e%2e/%2E%2e/evil",
        "cases/../../evil",
        "%2f%2fevil.test",
        "cases\r\nSet-Cookie: a=b",
        "cases\tx",
        "@evil.test",
        ".evil.test",
        "x" * 513,
    ],
)
def test_nobody_is_sent_anywhere_but_to_a_page_of_ours(visitor: Come, wanted: str) -> None:
    seen = visitor().log_in("applicant", wanted)

    assert seen.path == "/cases"
    assert seen.status == 200


def test_what_was_written_when_the_session_ended_can_be_taken_along(visitor: Come) -> None:
    browser = visitor("inspector")
    form = browser.open("/inspection?lang=en")
    browser.cookies.clear()
    wrote = {"file_no": "督查〔2026〕1号", "basis": "<b>第3条</b>\n第4条", "expires_on": "2026-12-01"}

    over = browser.send(form, "inspection", wrote, Sec_Fetch_Site="same-origin")
    from_elsewhere = browser.send(form, "inspection", wrote, Sec_Fetch_Site="cross-site")

    assert over.status == 401
    assert "督查〔2026〕1号" in over.text
    assert "&lt;b&gt;第3条&lt;/b&gt;\n第4条" in over.text
    assert form.form("inspection").fields["form_token"][0] not in over.text
    assert "督查" not in from_elsewhere.text
    assert "./login?next=inspection%3Flang%3Den&lang=en" in [link["href"] for link in over.page.named("a")]


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({}, True),
        ({"Origin": "http://localhost:8000"}, True),
        ({"Origin": "http://localhost:8000", "Referer": f"{HERE}/inspection"}, True),
        ({"Referer": "https://elsewhere.example/"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://localhost:8001"}, False),
    ],
)
def test_what_was_written_is_kept_too_where_a_browser_says_only_of_which_origin_a_form_is(
    visitor: Come,
    headers: dict[str, Any],
    kept: bool,  # noqa: FBT001 - what is expected
) -> None:
    browser = visitor("inspector")
    form = browser.open("/inspection")
    browser.cookies.clear()

    over = browser.send(form, "inspection", {"file_no": "督查〔2026〕1号"}, files=None, **headers)

    assert ("督查〔2026〕1号" in over.text) == kept


def test_what_was_written_in_a_tab_of_the_login_before_can_be_taken_along(visitor: Come) -> None:
    browser = visitor("inspector")
    form = browser.open("/inspection")
    browser.log_in("inspector")

    refused = browser.send(form, "inspection", {"basis": "市政府督查计划第3项"}, Sec_Fetch_Site="same-origin")

    assert refused.status == 403
    assert "市政府督查计划第3项" in refused.text


def twice(browser: Visitor, path: str, action: str, fields: Fields | None = None, files: Files | None = None) -> str:
    """Send one form by a double click, and return where the browser ends, which is where one click would lead."""
    form = browser.open(path)
    first = browser.send(form, action, fields, files=files)
    second = browser.send(form, action, fields, files=files)
    assert (first.status, second.status) == (200, 200)
    assert first.path == second.path
    return second.path


def test_a_double_click_of_an_officer_looks_as_one_click_does(visitor: Come) -> None:
    officer = visitor("officer.traffic")
    desk = f"/desk/{signed(visitor('applicant'), 'plate-replacement')}"
    form = officer.open(f"{desk}/acts/pause")
    ground = next(field["value"] or "" for field in form.page.named("input") if field.get("name") == "ground")

    twice(officer, f"{desk}/acts/pause", "pause", {"ground": ground, "expected_days": "3", "notice_text": "等补件。"})
    ended = twice(officer, f"{desk}/acts/pause_end", "pause_end")

    assert ended == f"{desk}?done=pause_end"


def test_a_double_click_of_somebody_who_hands_in_looks_as_one_click_does(visitor: Come) -> None:
    browser = visitor("applicant")
    case = f"/cases/{signed(browser, 'plate-replacement')}"

    twice(browser, f"{case}/withdrawal", "withdrawal", {"reason": "找到了。"})
    with_documents(browser, browser.open(f"{case}/materials"))
    ended = twice(browser, f"{case}/materials", f"{case}/materials")

    assert ended == f"{case}?done=handed_in"


def test_a_double_click_of_an_inspector_approves_once(visitor: Come) -> None:
    asked = twice(visitor("inspector"), "/inspection", "inspection", MANDATE).partition("?")[0]

    assert twice(visitor("inspector2"), asked, asked) == f"{asked}?done=approved"


def test_a_double_click_of_the_credit_office_answers_once(visitor: Come, objection: str) -> None:
    answer = {"outcome": "kept", "reason": "经核实无误。", "basis": "《浙江省公共信用信息管理条例》第30条"}

    assert twice(visitor("credit"), objection, objection, answer) == "/matters?done=ruled"


def test_the_same_answer_by_a_colleague_is_no_double_click(visitor: Come, objection: str) -> None:
    answer = {"outcome": "kept", "reason": "经核实无误。", "basis": "《浙江省公共信用信息管理条例》第30条"}
    first, second = visitor("credit"), visitor("credit2")
    form = second.open(objection)
    first.send(first.open(objection), objection, answer)

    assert second.send(form, objection, answer).status == 412


def test_another_answer_by_the_same_person_is_no_double_click(visitor: Come, objection: str) -> None:
    answer = {"outcome": "kept", "reason": "经核实无误。", "basis": "《浙江省公共信用信息管理条例》第30条"}
    browser = visitor("credit")
    form = browser.open(objection)
    browser.send(form, objection, answer)

    assert browser.send(form, objection, answer | {"reason": "另有原因。"}).status == 412


def test_a_double_click_of_the_credit_office_judges_a_repair_once(visitor: Come, repair: str) -> None:
    assert twice(visitor("credit"), repair, repair, {"approved": "yes", "reason": "经核实。"}) == "/matters?done=judged"


def test_a_double_click_of_the_second_officer_confirms_once(visitor: Come) -> None:
    first, second = visitor("officer.market"), visitor("officer2.market")
    desk = f"/desk/{signed(visitor('company'), 'business-address')}"
    found = {"result": "untrue", "method": "online", "findings": "查无此址。"}

    twice(first, f"{desk}/acts/decision", "decision", {"outcome": "granted", "document_no": "1号"})
    twice(first, f"{desk}/acts/verification", "verification", found)
    ended = twice(second, f"{desk}/acts/confirmation", "confirmation")

    assert ended == f"{desk}?done=confirmation"


def test_what_a_stolen_session_must_not_do_asks_for_a_login_that_is_minutes_old(
    visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = visitor("officer.market"), visitor("officer2.market")
    applicant = visitor("company")
    desk = f"/desk/{signed(applicant, 'business-address')}"
    found = {"result": "untrue", "method": "online", "findings": "查无此址。"}
    twice(first, f"{desk}/acts/decision", "decision", {"outcome": "granted", "document_no": "1号"})
    twice(first, f"{desk}/acts/verification", "verification", found)
    confirmation, keys = second.open(f"{desk}/acts/confirmation"), applicant.open("/keys")
    monkeypatch.setattr(tokens, "FRESH_FOR", -tokens.FRESH_FOR)

    sent = second.send(confirmation, "confirmation")
    opened = second.open(f"{desk}/acts/confirmation")
    other = second.open(f"{desk}/acts/decision")

    assert sent.status == 401
    assert "没有提交" in sent.text
    assert "max_age=0" in opened.url
    assert "max_age=0" in applicant.open("/keys").url
    assert applicant.send(keys, "keys").status == 401
    assert other.status == 200
    assert "等第二人确认" in second.open(desk).text


def test_a_double_click_at_any_step_of_a_flag_looks_as_one_click_does(
    visitor: Come, office: Visitor, proposed: Seen
) -> None:
    place = place_of(proposed)
    company, second, stranger = visitor("company"), visitor("credit2"), visitor("applicant")

    turn_clock(NOON + timedelta(minutes=1))
    twice(office, f"{place}/acts/service", f"{place}/acts/service", SERVICE)
    twice(company, f"{place}/acts/statement", f"{place}/acts/statement", {"text": "住所存在。"})
    turn_clock(AFTER_DEFENCE)
    confirmation = {"reason": "事实清楚。", "statement_answer": "现场未发现。"}
    twice(second, f"{place}/confirmation", f"{place}/confirmation", confirmation)
    ended = twice(second, f"{place}/acts/lifting", f"{place}/acts/lifting", {"reason": "已履行。", "basis": "第23条"})

    assert ended == f"{place}?done=lifting"
    assert company.open(place).text.count("住所存在。") == 1
    for theirs in (place, f"{place}/acts/statement"):
        assert stranger.open(theirs).status in {403, 404}
