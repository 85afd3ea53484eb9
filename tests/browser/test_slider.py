"""A timeline as of any event, by a slider that the keyboard moves."""

import pytest

from infra.browser.story import obtain_mandate
from infra.browser.visit import PHONE, Language
from tests.browser.conftest import Come
from tests.browser.test_every_page import violations


@pytest.mark.parametrize(("language", "first"), [("zh", "第1条，共"), ("en", "Event 1 of ")])
def test_the_slider_shows_a_timeline_as_of_an_event_without_loading_the_page_anew(
    come: Come, case_no: str, language: Language, first: str
) -> None:
    inspector = come("inspector", language=language, width=PHONE)
    mandate = obtain_mandate(inspector, come("inspector2", language=language))
    inspector.open(f"{mandate}/cases/{case_no}")
    page = inspector.page
    page.evaluate("window.unloaded = false; addEventListener('pagehide', () => { window.unloaded = true; })")
    before = page.locator("tbody tr").count()

    page.locator("#event").focus()
    page.keyboard.press("Home")
    page.wait_for_url("**event=1")

    assert before > 3
    assert page.locator("tbody tr").count() == 1
    assert page.locator("#event-said").inner_text().startswith(first)
    assert page.locator("#event").get_attribute("aria-valuetext") == page.locator("#event-said").inner_text()
    assert page.evaluate("window.unloaded") is False
    assert violations(inspector) == []
    assert inspector.faults == []
