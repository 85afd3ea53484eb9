"""What may follow a promise, in words: before it is signed, and in two editions side by side."""

import re

import pytest

from tests.web.cases import promise
from tests.web.visitor import Come, Seen

PLACES = "/rule-packs?one=corrects-first/2023&other=revokes-at-once/2024"


def said(seen: Seen) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]+>", " ", seen.text).split())


@pytest.mark.requirement("R8.6")
def test_whoever_is_about_to_sign_reads_what_may_follow_and_the_way_back(visitor: Come) -> None:
    words = said(promise(visitor("applicant")))

    follows, signing = words.index("查出什么，会怎样"), words.index("您还声明")
    assert follows < signing
    told = words[follows:signing]
    for part in (
        "承诺不属实，或者承诺没有履行",
        "中止办理，就是先停下来",
        "终止办理，就是不再办了 · 先听您怎么说",
        "信用修复以前不能再承诺",
        "3个工作日可以陈述申辩",
        "收到决定起60天内",
        "收到决定起6个月内",
        "信用修复告知",
    ):
        assert part in told


@pytest.mark.requirement("R8.6")
def test_it_is_said_in_english_too(visitor: Come) -> None:
    browser = visitor("applicant")
    words = said(browser.open(f"{promise(browser).path}?lang=en"))

    assert "The promise was untrue; or: The promise was not kept" in words
    assert "The case is ended without a decision · you are heard first" in words
    assert "Before anything is done that harms you, you have 3 working days to give your side." in words
    assert "How to repair your credit" in words


def test_an_editor_chooses_two_places_and_sees_what_differs_marked(visitor: Come) -> None:
    browser = visitor("editor")

    asked, shown = browser.open("/rule-packs"), browser.open(PLACES)

    assert "<table" not in asked.text
    assert "3组不同" not in said(asked)
    assert "不同之处：步骤；依据" in said(shown)
    assert "<mark>步骤</mark>" in shown.text
    assert "<mark>对信用</mark>" not in shown.text


def test_an_edition_that_there_is_not_is_as_good_as_not_chosen(visitor: Come) -> None:
    shown = visitor("editor").open("/rule-packs?one=nowhere/1&other=corrects-first/2023")

    assert shown.status == 200
    assert "<table" not in shown.text
