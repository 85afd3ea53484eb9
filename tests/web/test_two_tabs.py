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
