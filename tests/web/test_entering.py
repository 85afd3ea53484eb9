"""Logging in and out through the deployed handler, and what somebody with half a secret can do: nothing."""

from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.sessions.table import SessionRow
from chalicelib.settings import settings
from chalicelib.web.core import cookies, login
from tests.cloud import Client, TokenOf
from tests.web.visitor import HERE, Come


def test_a_login_goes_by_the_provider_and_comes_back_to_the_page_that_was_wanted(visitor: Come) -> None:
    browser = visitor()

    away = browser.open("/cases")
    asked = parse_qs(urlsplit(away.url).query)
    seen = browser.log_in("applicant", "items?q=plate")

    assert away.url.startswith("https://issuer.test/authorize?")
    assert asked["response_type"] == ["code"]
    assert asked["client_id"] == ["xinnuo-portal"]
    assert asked["redirect_uri"] == [f"{HERE}/login/callback"]
    assert asked["code_challenge_method"] == ["S256"]
    assert seen.path == "/items?q=plate"
    assert seen.status == 200


def test_whoever_is_logged_in_begins_where_their_work_does(visitor: Come) -> None:
    assert visitor().log_in("applicant").path == "/cases"


def test_a_page_of_somebody_s_own_is_not_kept_by_the_browser(visitor: Come) -> None:
    seen = visitor("applicant").open("/cases")

    assert seen.reply.headers["cache-control"] == "no-store"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Come, client: Client) -> None:
    browser = visitor()
    (given,) = client.get("/login").several["set-cookie"]
    browser.log_in("applicant")

    assert given.partition("; ")[2] == "Max-Age=600; Path=/; HttpOnly; SameSite=Lax"
    assert set(browser.cookies) == {"xinnuo"}
    assert len(browser.cookies["xinnuo"]) == 43


def test_where_there_is_tls_the_cookie_is_secure_and_this_host_s_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINNUO_STAGE", "prod")
    monkeypatch.setenv("XINNUO_MAIL_TLS", "starttls")
    settings.cache_clear()
    try:
        assert cookies.given("xinnuo", "s") == "__Host-xinnuo=s; Path=/; HttpOnly; SameSite=Lax; Secure"
        assert cookies.held({"xinnuo": "other", "__Host-xinnuo": "s"}, "xinnuo") == "s"
    finally:
        settings.cache_clear()


def test_the_table_holds_no_token_and_nobody_s_name(visitor: Come) -> None:
    browser = visitor("applicant")

    (row,) = SessionRow.scan()
    stored = repr(row.attribute_values)
    assert browser.cookies["xinnuo"] not in stored
    assert "applicant" not in stored
    assert b"eyJ" not in row.sealed


def test_a_login_that_another_browser_began_is_not_taken(visitor: Come) -> None:
    mine, other = visitor(), visitor()
    away = mine.open("/login")
    asked = parse_qs(urlsplit(away.url).query)
    other.open("/login")

    seen = other.open(f"/login/callback?code=applicant:{asked['code_challenge'][0]}&state={asked['state'][0]}")

    assert seen.status == 400
    assert "没有登录成功" in seen.text
    assert "xinnuo" not in other.cookies


@pytest.mark.parametrize("came", ["", "error=access_denied&state={state}", "code=x", "code=x&state=%F0%9F%98%80"])
def test_a_login_that_was_broken_off_says_what_to_do(visitor: Come, came: str) -> None:
    browser = visitor()
    state = parse_qs(urlsplit(browser.open("/login").url).query)["state"][0]

    seen = browser.open(f"/login/callback?{came.format(state=state)}")

    assert seen.status == 400
    assert "请再登录一次" in seen.text


def test_coming_back_twice_logs_in_once(visitor: Come) -> None:
    browser = visitor()
    asked = parse_qs(urlsplit(browser.open("/login").url).query)
    back = f"/login/callback?code=applicant:{asked['code_challenge'][0]}&state={asked['state'][0]}"
    kept = dict(browser.cookies)

    assert browser.open(back).path == "/cases"
    browser.cookies = kept
    assert browser.open(back).status == 400


def test_a_code_that_the_provider_refuses_is_no_login(visitor: Come) -> None:
    browser = visitor()
    asked = parse_qs(urlsplit(browser.open("/login").url).query)

    seen = browser.open(f"/login/callback?code=applicant:stolen&state={asked['state'][0]}")

    assert seen.status == 401
    assert "xinnuo" not in browser.cookies


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "a/../../x", "%0d%0aX: y", "?x"],
)
def test_nobody_is_sent_on_to_another_site(visitor: Come, wanted: str) -> None:
    assert visitor().log_in("applicant", wanted).path == "/cases"


def test_leaving_ends_it_everywhere(visitor: Come) -> None:
    phone, desk, other = visitor("applicant"), visitor("applicant"), visitor("applicant2")

    left = phone.send(phone.open("/cases"), "logout")

    assert left.path == "/logged-out"
    assert "./login?fresh=1" in [link["href"] for link in left.page.named("a")]
    assert "xinnuo" not in phone.cookies
    assert desk.open("/cases").url.startswith("https://issuer.test/authorize?")
    assert other.open("/cases").status == 200


def test_a_cookie_that_was_copied_is_worth_nothing_after_leaving(visitor: Come) -> None:
    browser = visitor("applicant")
    stolen = dict(browser.cookies)
    browser.send(browser.open("/cases"), "logout")
    browser.cookies = stolen

    assert browser.open("/cases").url.startswith("https://issuer.test/authorize?")


def test_a_new_login_ends_the_session_that_the_browser_had(visitor: Come) -> None:
    browser = visitor("applicant")
    before = dict(browser.cookies)
    browser.log_in("applicant")
    browser.cookies, after = before, browser.cookies

    assert before != after
    assert browser.open("/cases").url.startswith("https://issuer.test/authorize?")


@pytest.mark.parametrize("fields", [{}, {"form_token": ""}, {"form_token": "x" * 43}])
def test_a_form_of_another_site_is_not_taken(visitor: Come, fields: dict[str, str]) -> None:
    browser = visitor("applicant")

    seen = browser.post("/logout", fields)

    assert seen.status == 403
    assert "没有产生任何后果" in seen.text
    assert browser.open("/cases").status == 200


def test_a_form_with_the_token_of_another_session_is_not_taken(visitor: Come) -> None:
    mine, other = visitor("applicant"), visitor("applicant2")
    token = other.open("/cases").form("logout").fields["form_token"][0]

    assert mine.post("/logout", {"form_token": token}).status == 403


def test_a_form_that_the_browser_says_comes_from_another_site_is_not_taken(visitor: Come) -> None:
    browser = visitor("applicant")

    assert browser.send(browser.open("/cases"), "logout", Sec_Fetch_Site="cross-site").status == 403
    assert browser.send(browser.open("/cases"), "logout", Sec_Fetch_Site="same-origin").path == "/logged-out"


def test_whoever_sends_a_form_after_the_session_is_told_and_can_log_in(visitor: Come) -> None:
    browser = visitor("applicant")
    seen = browser.open("/cases")
    browser.cookies.clear()

    over = browser.send(seen, "logout")

    assert over.status == 401
    assert "没有提交" in over.text
    assert "../login?next=home" in [link["href"] for link in over.page.named("a")] or "./login?next=home" in over.text


def test_without_an_address_of_its_own_the_portal_lets_nobody_log_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINNUO_PORTAL_URL", "")
    settings.cache_clear()
    try:
        assert client.get("/login").status == 503
    finally:
        settings.cache_clear()


def test_a_provider_that_is_down_is_told_as_such(visitor: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = visitor()
    asked = parse_qs(urlsplit(browser.open("/login").url).query)
    monkeypatch.undo()
    monkeypatch.setattr(login, "urlopen", _raising)

    seen = browser.open(f"/login/callback?code=c&state={asked['state'][0]}")

    assert seen.status == 503


def test_a_session_ends_with_its_token(visitor: Come, token: TokenOf) -> None:
    browser = visitor("applicant")
    (row,) = SessionRow.scan()
    row.expires = 1
    row.save()

    assert token("applicant")
    assert browser.open("/cases").url.startswith("https://issuer.test/authorize?")


def _raising(*_args: object, **_kwargs: object) -> None:
    raise OSError


def test_whoever_is_logged_in_is_not_asked_to_log_in_by_a_public_page(visitor: Come) -> None:
    browser = visitor("applicant")

    seen = browser.open("/items")

    assert "我的页面" in seen.page.words["a"]
    assert "登录" not in seen.page.words["a"]
    assert seen.reply.headers["vary"] == "Accept-Language, Cookie"
    assert "登录" in visitor().open("/items").page.words["a"]


def test_whoever_has_several_roles_is_asked_once_and_acts_in_the_one_chosen(visitor: Come) -> None:
    browser = visitor()

    asked = browser.log_in("credit.monitor", "board?light=red")
    again = browser.send(asked, "role")
    board = browser.send(asked, "role", {"role": "monitor"})

    assert (asked.path, asked.status) == ("/role?next=board%3Flight%3Dred", 200)
    assert asked.page.words["h1"] == ["以什么身份办理"]
    assert "请选择一个身份" in again.text
    assert (board.path, board.status) == ("/board?light=red", 200)
    assert "身份：效能督办人员（更换）" in board.text
    assert browser.open("/flags").status == 403
    assert browser.open("/").status == 200


def test_a_choice_that_the_login_does_not_give_is_none(visitor: Come) -> None:
    browser = visitor("credit.monitor")
    browser.cookies["xinnuo-role"] = "head"

    assert browser.open("/board").path == "/role?next=board"
    assert browser.log_in("officer.traffic", "worklist").status == 200
