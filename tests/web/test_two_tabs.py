"""Somebody with two tabs, a double click, the back button, or a session that ended half-way through a form."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.visitor import Seen, Visitor

Come = Callable[..., Visitor]


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


def test_what_was_written_in_a_tab_of_the_login_before_can_be_taken_along(visitor: Come) -> None:
    browser = visitor("inspector")
    form = browser.open("/inspection")
    browser.log_in("inspector")

    refused = browser.send(form, "inspection", {"basis": "市政府督查计划第3项"}, Sec_Fetch_Site="same-origin")

    assert refused.status == 403
    assert "市政府督查计划第3项" in refused.text
