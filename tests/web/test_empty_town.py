"""A stage that was just deployed, where nobody has filed anything: every page of every role says that it is empty."""

import re
from typing import Final

import pytest

from chalicelib.http.language import Language
from tests.cloud import Client, Reply, client, cloud
from tests.web.crawl import Found, kind_of, pages_of, words_at_fault
from tests.web.test_no_codes_on_pages import is_code
from tests.web.town import EVERYBODY, languages_of, provider
from tests.web.visitor import Outline, Seen, Visitor

__all__ = ["client", "cloud"]

HOLLOW: Final = {
    "a table without rows": re.compile(
        r"<tbody[^>]*>\s*</tbody>|<table[^>]*>(?:(?!<td|</table>).)*</table>", re.DOTALL
    ),
    "a list without entries": re.compile(r"<(ul|ol|dl)\b[^>]*>\s*</\1>"),
    "a menu to choose nothing from": re.compile(r"<select[^>]*>\s*</select>"),
    "a drawing of nothing": re.compile(r"<svg[^>]*>\s*</svg>|<figure[^>]*>\s*</figure>"),
    "a heading over nothing": re.compile(
        r"<h([23])\b[^>]*>[^<]*</h\1>\s*(?:</(?:section|div)>\s*)*(?:<h[12]\b|</main>)"
    ),
}


def hollow(seen: Seen) -> list[Found]:
    """Return what stands on a page without anything in it."""
    return [
        Found(kind_of(seen.path), f"{what}: {one[0][:120]}")
        for what, form in HOLLOW.items()
        if (one := form.search(seen.text))
    ]


def at_fault(seen: Seen, language: Language) -> list[Found]:
    """Return what is hollow on a page, what only we understand, and whether it refuses what a link has offered."""
    refused = [Found(kind_of(seen.path), f"refused: {seen.status}")] if seen.status >= 400 else []
    return refused + hollow(seen) + words_at_fault(seen, lambda words: is_code(words, language))


def test_every_page_says_that_nothing_is_there_yet(client: Client) -> None:
    found, looked = set(), 0

    with provider():
        for persona, language in ((who, each) for who in EVERYBODY for each in languages_of(who)):
            browser = Visitor(client, language="zh-CN" if language == "zh" else "en")
            if persona is not None:
                browser.log_in(persona)
            for seen in pages_of(browser, "/home" if persona else "/items", "/", few=1):
                looked += 1
                found |= set(at_fault(seen, language))

    assert found == set()
    assert looked > 100


@pytest.mark.parametrize(
    "html",
    [
        "<table><thead><tr><th>Day</th></tr></thead><tbody></tbody></table>",
        "<ul class='govuk-list'> </ul>",
        "<select name='item'></select>",
        "<svg></svg>",
        "<h2>Cases</h2> <h2>Flags</h2>",
    ],
)
def test_what_is_hollow_is_found(html: str) -> None:
    assert len(hollow(Seen("", Reply(200, {}, html), Outline(html)))) == 1
