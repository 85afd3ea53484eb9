"""The pages through the deployed handler, with the sample items of the local cloud."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core import assets
from chalicelib.web.core.pages import PAGES
from chalicelib.web.core.request import Page
from tests.cloud import Client, Reply, TokenOf
from tests.web.conftest import SAMPLES
from tests.web.visitor import Outline

GOOD = ("/", "/items", "/items?q=车牌丢了", "/items/plate-replacement", "/items/archive-query")
ALL = (*GOOD, "/items/no-such-item", "/items?q=nothing-is-called-so", "/items?q=" + "x" * 101)
HAN = re.compile(r"[\u4e00-\u9fff]")


def page(portal: Client, url: str, **headers: str) -> tuple[Reply, Outline]:
    reply = portal.get(url, **headers)
    return reply, Outline(reply.text)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("url", ALL)
def test_every_page_has_a_title_one_heading_and_its_language(portal: Client, url: str, language: str) -> None:
    reply, outline = page(portal, f"{url}{'&' if '?' in url else '?'}lang={language}")

    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert len(outline.named("h1")) == 1
    assert outline.words["title"] != [""]
    assert outline.named("html") == [{"lang": {"zh": "zh-CN", "en": "en"}[language]}]
    assert reply.headers["content-language"] == {"zh": "zh-CN", "en": "en"}[language]


@pytest.mark.parametrize("url", ALL)
def test_every_page_loads_nothing_from_elsewhere_and_runs_nothing(portal: Client, url: str) -> None:
    reply, outline = page(portal, url)

    assert reply.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["strict-transport-security"] == "max-age=31536000"
    assert reply.headers["referrer-policy"] == "same-origin"
    assert reply.headers["x-frame-options"] == "DENY"
    assert outline.named("script") == outline.named("style") == []
    assert not [
        name for _, attributes in outline.elements for name in attributes if name == "style" or name[:2] == "on"
    ]
    assert not re.search(r'(href|src|action)="(//|(?!tel:)\w+:)', reply.text)


@pytest.mark.parametrize(("url", "root"), [("/", "./"), ("/items", "./"), ("/items/plate-replacement", "../")])
def test_links_lead_to_the_portal_whatever_stands_in_front_of_it(portal: Client, url: str, root: str) -> None:
    _, outline = page(portal, url)

    local = [link["href"] or "" for link in outline.named("a") if not (link["href"] or "").startswith(("#", "tel:"))]
    assert local
    assert [link for link in local if not link.startswith(root)] == []


def test_a_lost_plate_is_found_in_the_words_that_people_use(portal: Client) -> None:
    reply, outline = page(portal, "/items?q=车牌丢了")

    assert reply.status == 200
    assert "机动车号牌补领、换领" in outline.words["a"]
    assert "3个工作日内办结 · 可以用承诺代替材料" in outline.words["p"]
    assert outline.named("input")[0]["value"] == "车牌丢了"


@pytest.mark.requirement("R8.6")
def test_an_item_says_what_is_needed_promised_and_checked(portal: Client) -> None:
    reply, _ = page(portal, "/items/plate-replacement")

    assert reply.status == 200
    for told in (
        "以后找到旧车牌，不再装到任何车上",
        "不用您交，我们自己查",
        "办结以后2个月内核查。",
        "要依法赔偿",
        "交回旧车牌，或者提交号牌遗失的记录证明。",
        "办结以前可以写明理由撤回",
        "第1版，自1月1日(周四)起使用。",
    ):
        assert told in reply.text


def test_an_english_reader_gets_english_and_is_told_what_is_not(portal: Client) -> None:
    reply, outline = page(portal, "/items/plate-replacement", accept_language="en-GB,en;q=0.9")

    assert "Replacement of a lost or damaged number plate" in outline.words["h1"]
    assert "Parts of this page are in Chinese only" in reply.text
    assert not HAN.search("".join(outline.words["h2"] + outline.words["h3"] + outline.words["dt"]))


def test_a_chosen_language_stays_chosen(portal: Client) -> None:
    _, outline = page(portal, "/items?lang=en&q=plate", accept_language="zh-CN")

    links = [link["href"] for link in outline.named("a")]
    assert "./items/plate-replacement?lang=en" in links
    assert "./items?lang=zh&q=plate" in links
    assert {"type": "hidden", "name": "lang", "value": "en"} in outline.named("input")


def test_what_somebody_typed_is_shown_and_never_run(portal: Client) -> None:
    typed = '"><script>alert(1)</script>'

    reply, outline = page(portal, f"/items?q={typed}")

    assert outline.named("script") == []
    assert outline.named("input")[0]["value"] == typed
    assert "<script" not in reply.text


def test_what_an_editor_wrote_is_shown_and_never_run(portal: Client, token: TokenOf) -> None:
    item = json.loads(SAMPLES[3].read_text("utf-8")) | {"summary": "<script>alert(1)</script>", "name": "<b>车牌</b>"}
    assert portal.put("/v1/items/plate-replacement/versions/2", item, token=token("editor")).status == 200

    for url in ("/items", "/items/plate-replacement"):
        reply, outline = page(portal, url)

        assert outline.named("script") == outline.named("b") == []
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in reply.text


def test_too_long_a_question_is_named_on_top_and_at_its_field_and_stays_there(portal: Client) -> None:
    reply, outline = page(portal, "/items?q=" + "x" * 101)

    assert reply.status == 400
    assert outline.words["title"][0].startswith("错误：")
    assert {"href": "#q"} in outline.named("a")
    assert reply.text.count("请用不超过100个字写出要办的事") == 2
    assert outline.named("input")[0]["value"] == "x" * 101


def test_a_hundred_characters_are_not_too_long(portal: Client) -> None:
    assert portal.get("/items?q=" + "x" * 100).status == 200


@pytest.mark.parametrize("url", ["/items/no-such-item", "/items/..%2F..%2Fapp.py", "/items?after=%3Cb%3E"])
def test_what_is_not_there_says_where_to_go_on(portal: Client, url: str) -> None:
    reply, _ = page(portal, url)

    assert reply.status == 404
    assert "请从首页重新查找" in reply.text
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("reason", "status", "told"),
    [
        (DomainError(ErrorCode.FORBIDDEN), 403, "请联系本单位的管理员"),
        (DomainError(ErrorCode.UNAVAILABLE), 503, "请过一分钟再试"),
        (RuntimeError("a secret"), 500, "不是您的问题"),
    ],
)
def test_whatever_fails_is_a_page_that_says_what_to_do(
    portal: Client, monkeypatch: pytest.MonkeyPatch, reason: Exception, status: int, told: str
) -> None:
    def failing(_visit: object) -> Page:
        raise reason

    monkeypatch.setitem(PAGES, "GET /", replace(PAGES["GET /"], view=failing))
    reply, _ = page(portal, "/")

    assert reply.status == status
    assert told in reply.text
    assert "a secret" not in reply.text


def test_the_style_sheet_may_be_kept_for_ever(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    built = tmp_path / "portal.0123456789abcdef.css"
    built.write_text("a{color:red}", "utf-8")
    monkeypatch.setattr(assets, "_known", lambda: {built.name: built})

    reply, outline = page(client, "/")
    sheet = client.get(f"/assets/{built.name}")

    assert {"rel": "stylesheet", "href": f"./assets/{built.name}"} in outline.named("link")
    assert (sheet.status, sheet.text) == (200, "a{color:red}")
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["..%2Fpages.py", "portal.css", "portal.0000000000000000.css"])
def test_nothing_but_what_was_built_is_an_asset(client: Client, name: str) -> None:
    assert client.get(f"/assets/{name}").status == 404


def test_what_is_official_in_chinese_is_marked_and_said_to_be_so(portal: Client) -> None:
    reply, outline = page(portal, "/items/plate-replacement?lang=en")
    chinese, _ = page(portal, "/items/plate-replacement?lang=zh")

    assert '<span lang="zh-CN">' in reply.text
    assert reply.text.count("(official text, in Chinese)") >= 5
    marked = re.sub(r'<(span|a)[^>]* lang="zh-CN"[^>]*>[^<]*</\1>', "", reply.text)
    assert HAN.findall(marked) == []
    assert 'lang="zh-CN">' not in chinese.text.replace('<html lang="zh-CN">', "")
    assert outline.named("html") == [{"lang": "en"}]
