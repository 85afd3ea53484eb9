"""Guides by clicks: one question a page, answers in the address, and at the end an item or an office."""

import re
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from tests.web.visitor import HERE, Come, Seen, Visitor

START = "/guides/household-move"


def clicked(browser: Visitor, seen: Seen, words: str) -> Seen:
    """Follow the one link with these words."""
    (href,) = re.findall(rf'<a [^>]*href="([^"]*)"[^>]*>\s*{re.escape(words)}', seen.text)
    return browser.open(urljoin(seen.url, unescape(href)).removeprefix(HERE))


def test_plain_words_find_the_guide_beside_the_items(visitor: Come) -> None:
    browser = visitor()

    asked = browser.open("/items?q=我要迁户口")
    other = browser.open("/items?q=车牌丢了")

    assert "共23种情形" in asked.text
    assert "共23种情形" not in other.text
    assert clicked(browser, asked, "户口迁移").path == START


def test_the_start_leads_to_the_guides(visitor: Come) -> None:
    browser = visitor()

    assert clicked(browser, browser.open("/"), "户口迁移").path == START


def test_four_answers_lead_to_the_smallest_unit_with_what_they_answered_filled_in(visitor: Come) -> None:
    browser = visitor("applicant")

    seen = browser.open(START)
    for words in ("在本市里面迁：现在户口就在本市", "迁到家里人那里（投靠）", "爱人", "农村（村里）"):
        assert len(seen.page.named("h1")) == 1
        seen = clicked(browser, seen, words)
    item = clicked(browser, seen, "看要准备什么，开始办理")
    first = browser.send(clicked(browser, item, "开始办理"), "/apply", {"way": "commitment"})

    assert "市内夫妻投靠落户" in seen.text
    assert urlsplit(item.url).path.endswith("/items/spouse-household")
    assert "按您的回答，需要这些" in item.text
    assert "配偶或者配偶直系亲属的房屋权属证明" in item.text
    assert first.form(first.path).fields["answers-residence"] == ["0"]
    assert "已经按您刚才的回答选好" in first.text


def test_in_town_the_paper_that_only_villages_need_is_not_asked_for(visitor: Come) -> None:
    item = visitor().open("/items/spouse-household?answer-residence=urban")

    assert "<li>配偶或者配偶直系亲属的房屋权属证明" not in item.text
    assert "<li>结婚证" in item.text


@pytest.mark.parametrize("answer", ["nowhere", "", "%3Cb%3E"])
def test_an_answer_in_the_address_that_is_none_shows_the_whole_item(visitor: Come, answer: str) -> None:
    item = visitor().open(f"/items/spouse-household?answer-residence={answer}")

    assert "<li>配偶或者配偶直系亲属的房屋权属证明" in item.text
    assert "按您的回答" not in item.text


def test_a_kind_that_no_item_does_says_which_office_does(visitor: Come) -> None:
    seen = visitor(language="en").open(f"{START}?answered=direction:restore,why-restore:service")

    assert "Restoring registration after military service" in seen.text
    assert "police station" in seen.text
    assert "See what you need and start" not in seen.text


def test_every_answer_can_be_taken_back_and_given_anew(visitor: Come) -> None:
    browser = visitor()
    seen = browser.open(f"{START}?answered=direction:within,why-within:family,whom-within:parent")

    back = clicked(browser, seen, "回到上一个问题")
    anew = [parse_qs(urlsplit(one["href"] or "").query).get("answered") for one in seen.page.named("a")]

    assert "投靠谁？" in back.text
    assert ["direction:within"] in anew
    assert ["direction:within,why-within:family"] in anew


@pytest.mark.parametrize(
    ("query", "status"),
    [("answered=direction:nowhere", 200), ("answered=colour:blue", 200), ("answered=%3Cscript%3E", 400), ("", 200)],
)
def test_what_is_no_answer_asks_the_first_question_again_or_is_told(visitor: Come, query: str, status: int) -> None:
    seen = visitor().open(f"{START}?{query}")

    assert seen.status == status
    assert "<script>" not in seen.text
    assert ("您的户口要往哪里迁？" in seen.text) == (status == 200)


def test_a_guide_that_there_is_not_is_told_as_such(visitor: Come) -> None:
    assert visitor().open("/guides/no-such-guide").status == 404
