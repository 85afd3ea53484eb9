"""The parts of the MoJ Design System in a browser: by keyboard, in both languages, under the strict policy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from chalicelib.http.language import Language
from chalicelib.web.core.assets import asset, built, stylesheet
from chalicelib.web.core.dispatch import WITH_SCRIPTS
from infra.browser.visit import PHONE
from tests.browser.accessibility import violations_on
from tests.web.test_moj import drawn

PORTAL = "http://portal.test/"
PARTS = """
<h1>Parts</h1>
{{ sortable_table("Late", [{"text": "Case", "sort": "none"}, {"text": "Days", "sort": "descending", "numeric": true}],
  [[{"text": "B"}, {"text": "12", "value": 12}], [{"text": "A"}, {"text": "3", "value": 3}]]) }}
{{ picker("officer", "Officer", [("a", "Officer A"), ("b", "Clerk B")]) }}
{{ message("Done", "success") }}
{{ tiles([{"number": 5, "text": "late", "to": "desk"}]) }}
{{ badge(3) }}
"""

Open = Callable[..., Page]


@pytest.fixture
def shown(browser: Browser) -> Iterator[Open]:
    """A page of the parts, as the portal would answer it; whatever its policy refuses is a fault."""
    refused: list[str] = []
    contexts = []

    def answer(route: Route, html: str) -> None:
        name = Path(route.request.url).name
        if "/assets/" in route.request.url:
            found = asset(name)
            route.fulfill(body=found.text, content_type=found.media_type)
        else:
            policy = "; ".join(f"{name} {sources}" for name, sources in WITH_SCRIPTS.items())
            headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=html, headers=headers)

    def come(*, language: Language = "en", width: int = 1280) -> Page:
        scripts = "".join(f'<script src="assets/{built(name)}" defer></script>' for name in ("moj", "picker"))
        html = (
            f'<!DOCTYPE html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><title>Parts</title>'
            f'<link rel="stylesheet" href="assets/{stylesheet()}">{scripts}</head>'
            f'<body class="govuk-template__body"><main>{drawn(PARTS, language=language)}</main></body></html>'
        )
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.route("**/*", lambda route: answer(route, html))
        page.goto(PORTAL)
        return page

    yield come
    for context in contexts:
        context.close()
    assert [words for words in refused if "favicon" not in words] == []


def cases(page: Page) -> list[str]:
    """Return the rows of the table, from the top."""
    return page.locator("tbody.govuk-table__body th").all_inner_texts()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Sorted by Case (ascending)"), ("zh", "已按Case 排序（从小到大）")]
)
def test_a_table_is_sorted_again_by_its_heads(shown: Open, language: Language, said: str) -> None:
    page = shown(language=language)
    before = cases(page)

    page.get_by_role("button", name="Case").press("Enter")

    assert (before, cases(page)) == (["B", "A"], ["A", "B"])
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Case"
    assert said in page.locator("[role=status]").all_inner_texts()


def test_somebody_is_found_by_a_part_of_their_name(shown: Open) -> None:
    page = shown()

    page.locator("#officer").press_sequentially("cle")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = page.locator("#officer-select").input_value()
    page.locator("#officer").press_sequentially("x")

    assert chosen == "b"
    assert page.locator("#officer-select").input_value() == ""


@pytest.mark.parametrize("width", [PHONE, 1280])
def test_the_parts_are_accessible_and_no_wider_than_the_page(shown: Open, width: int) -> None:
    page = shown(width=width)

    assert violations_on(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
