"""Every page in both languages, on a phone, zoomed and at a desk: whole, accessible, light, and from nowhere else."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import pytest
from playwright.sync_api import Browser

from chalicelib.http.language import Language
from infra.browser.visit import PHONE
from tests.api.world import World, world
from tests.browser.accessibility import focus_on, violations
from tests.browser.conftest import Come
from tests.browser.looking import HEAVIEST, Screen
from tests.depth import IS_DEEP, goes
from tests.web.crawl import address_of, addresses, blank_forms, blanks_of, kind_of, pages_of
from tests.web.town import EVERYBODY, arrived, languages_of, provider
from tests.web.visitor import Seen

__all__ = ["world"]

SEED: Final = 20261201

FEW: Final = 4 if IS_DEEP else 1
"""Pages of one form of address that somebody looks at: cases in one state and another, for instance."""

OF_CHARTS: Final = """performance.getEntriesByType("resource").filter((one) => one.name.includes("/echarts."))
  .reduce((sum, one) => sum + one.transferSize, 0)"""

NO_PAGES: Final = frozenset(
    {
        "/assets/{name}",
        "/login",
        "/login/callback",
        "/home",
        "/type-size",
        "/desk/{case_no}/next",
        "/board/cases",
        "/board/statistics/export",
        "/catalogue/{item_code}/download",
        "/measures/download",
        "/inspection/{mandate_id}/cases/{case_no}/evidence",
    }
)
"""Addresses that lead on, or answer a file."""

Looks = Callable[[str | None, Language], list[Seen]]


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its address, in which ``{case_no}`` and the like are the stories', and who looks at it."""

    path: str
    persona: str | None = None


def test_a_page_that_is_not_accessible_is_seen_to_be(come: Come) -> None:
    person = come()
    person.open("/")
    person.page.evaluate("document.querySelector('label').remove(); document.documentElement.removeAttribute('lang')")

    assert {one.partition(":")[0] for one in violations(person)} >= {"label", "html-has-lang"}


@pytest.fixture(scope="module")
def looks(world: World) -> Iterator[Looks]:
    """What each persona finds in a language: pages of each address, and in deep what blank forms are answered."""

    @cache
    def found(persona: str | None, language: Language) -> list[Seen]:
        browser, starts = arrived(world, persona, language)
        pages = list(pages_of(browser, *starts, few=FEW))
        sent: set[str] = set()
        for seen in list(pages) if IS_DEEP else ():
            for form, place in blank_forms(seen):
                if place not in sent:
                    sent.add(place)
                    pages.append(browser.send(seen, form.action, blanks_of(seen, form)))
        world.rewind()
        return pages

    with provider():
        yield found


def test_no_page_of_the_portal_is_left_out(looks: Looks) -> None:
    seen = [one for persona in EVERYBODY for one in looks(persona, languages_of(persona)[0]) if one.status == 200]
    found = {address_of(one.path) for one in seen}

    assert set(addresses()) - found == NO_PAGES


@goes("pages", usually=3, deep=1_000)
@pytest.mark.parametrize("persona", EVERYBODY)
def test_every_page_is_whole_accessible_and_light(
    browser: Browser, world: World, looks: Looks, persona: str | None, pages: int
) -> None:
    wrong: list[str] = []

    for language in languages_of(persona):
        found = looks(persona, language)
        screen = Screen.of(browser, world.client, language)
        for seen in found if len(found) <= pages else random.Random(SEED).sample(found, pages):
            wrong += [f"{language} {kind_of(seen.path)}: {fault}" for fault in screen.faults(seen)]
        screen.person.close()

    assert wrong == []


FIRST = (
    Place("/"),
    Place("/cases/{case_no}", "applicant"),
    Place("/desk/{case_no}", "officer.traffic"),
    Place("/board", "supervisor.traffic"),
    Place("/board/statistics", "monitor"),
    Place("/inspection", "inspector"),
    Place("/catalogue/plate-replacement", "editor"),
    Place("/calendars/2026", "calendar"),
    Place("/flags/{flag_id}", "credit"),
)


@pytest.mark.parametrize("place", FIRST, ids=lambda place: place.path)
def test_a_page_of_the_deployed_portal_is_light_and_from_nowhere_else(
    come: Come, made: Mapping[str, str], place: Place
) -> None:
    person = come(place.persona, width=PHONE)
    person.bytes_loaded, person.faults = 0, []

    person.open(place.path.format_map(made))

    assert 1_000 < person.bytes_loaded - person.page.evaluate(OF_CHARTS) < HEAVIEST
    assert person.faults == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_found_and_what_is_noted_fit_a_phone(come: Come, case_no: str, language: Language) -> None:
    officer = come("officer.traffic", language=language, width=PHONE)
    page = officer.page
    wrong: list[str] = []

    def look(what: str) -> None:
        fits = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        wrong.extend(f"{what}: {one}" for one in [*violations(officer), *([] if fits else ["wider than the page"])])

    officer.open("/find")
    page.locator("main form button").click()
    look("nothing said")
    page.locator("#sought").fill("李示例")
    page.locator("#purpose").select_option("handling")
    page.locator("main form button").click()
    look("found")
    found = page.locator(f"a[href='./desk/{case_no}']").count()
    officer.open(f"/desk/{case_no}/notes")
    page.locator("#text").fill("https://example.com/" + "x" * 200)
    page.locator("main form button").click()
    look("noted")
    for path in (f"/desk/{case_no}", "/desk", "/worklist", "/worklist/days"):
        officer.open(path)
        look(path)

    assert found == 1
    assert wrong == []


REACHABLE = ", ".join(
    f"{one}:visible" for one in ("a[href]", "button", "input:not([type=hidden])", "select", "textarea", "summary")
)


@pytest.mark.parametrize(
    "place",
    [
        Place("/"),
        Place("/items/plate-replacement/apply", "applicant"),
        Place("/cases/{case_no}", "applicant"),
        Place("/desk/{case_no}/acts/revocation", "supervisor.traffic"),
        Place("/worklist?light=green", "officer.traffic"),
        Place("/calendars/2026", "calendar"),
        Place("/card?case_no={case_no}", "supervisor.traffic"),
        Place("/inspection", "inspector"),
    ],
    ids=lambda place: place.path,
)
def test_the_keyboard_alone_reaches_everything_and_the_focus_is_seen(come: Come, case_no: str, place: Place) -> None:
    person = come(place.persona)
    person.open(place.path.format(case_no=case_no))
    page = person.page
    groups = page.locator("input[type=radio]").evaluate_all("all => new Set(all.map(one => one.name)).size")
    radios = page.locator("input[type=radio]").count()
    wanted = page.locator(REACHABLE).count() - radios + groups

    reached: set[str] = set()
    unseen: list[str] = []
    for _ in range(6 * wanted):  # the parts of a date are stops of their own
        page.keyboard.press("Tab")
        here = focus_on(page)
        if here is None:
            break
        reached.add(here.number)
        unseen += [] if here.is_seen else [here.tag]

    assert unseen == []
    assert len(reached) >= wanted


@pytest.fixture
def board(browser: Browser, world: World, looks: Looks) -> Iterator[Screen]:
    """The board of a supervisor in front of whom time can be moved on."""
    seen = next(one for one in looks("supervisor.traffic", "en") if one.path == "/board")
    screen = Screen.of(browser, world.client, "en")
    screen.person.page.clock.install()
    screen.show(seen)
    yield screen
    screen.person.close()


@pytest.mark.parametrize("is_large", [False, True])
def test_the_worst_cases_of_the_board_are_seen_whole_at_a_desk(board: Screen, *, is_large: bool) -> None:
    page = board.person.page
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate(f"document.documentElement.classList.toggle('xn-large', {str(is_large).lower()})")

    cases = page.locator(".xn-wide").first
    assert cases.locator("tbody tr").count() > 0
    assert cases.evaluate("at => at.scrollWidth - at.clientWidth") == 0


def moved_on(board: Screen, was: str, now: str) -> None:
    """Let the board look again, after something on it has changed."""
    assert board.shown is not None
    text = board.shown.text.replace(was, now)
    assert text != board.shown.text
    board.shown = replace(board.shown, reply=replace(board.shown.reply, text=text))
    with board.person.page.expect_response("**/board"):
        board.person.page.clock.fast_forward(31_000)


def test_a_board_that_looks_again_keeps_the_focus_and_the_place_and_says_what_matters(board: Screen) -> None:
    page = board.person.page
    link = page.locator("[data-follow] td a").first
    link.focus()
    before = link.evaluate("at => [at.href, Math.round(at.getBoundingClientRect().top)]")

    moved_on(board, 'data-says="Late:', 'data-says="Late: 77, not')
    moved_on(board, '<h2 class="govuk-heading-l" id="cases">', '<p id="news">Late: 77</p><h2 id="cases">')

    page.locator("#news").wait_for()
    page.locator("[data-told]").filter(has_text="Late: 77, not").wait_for(state="attached")
    at = page.evaluate("[document.activeElement.href, Math.round(document.activeElement.getBoundingClientRect().top)]")
    assert at == before
    assert page.locator("[data-stale]").is_hidden()


def test_who_stands_on_what_is_gone_keeps_it_and_is_told(board: Screen) -> None:
    page = board.person.page
    link = page.locator("[data-follow] td a").first
    link.focus()
    href = link.get_attribute("href")
    assert href

    moved_on(board, f'href="{href}"'.replace("&", "&amp;"), 'href="./gone"')

    page.locator("[data-stale]").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('href')") == href
    page.keyboard.press("Tab")
    moved_on(board, "<main", "<main data-later")
    page.locator("[data-stale]").wait_for(state="hidden")
    assert page.locator("[data-follow] a[href='./gone']").count()


def test_where_scripts_run_a_chart_is_drawn_anew_out_of_its_table_and_otherwise_the_picture_stays(
    come: Come, case_no: str
) -> None:
    seen, plain = come("supervisor.traffic"), come("supervisor.traffic", scripts=False)
    seen.open("/board/statistics")
    plain.open("/board/statistics")

    drawn, pictures = seen.page.locator(".xn-chart--drawn"), plain.page.locator("svg.xn-chart").count()
    inks = drawn.locator("canvas").evaluate_all(
        """all => all.map((one) => {
          const dots = one.getContext("2d").getImageData(0, 0, one.width, one.height).data;
          return new Set(new Uint32Array(dots.buffer)).size;
        })"""
    )

    assert case_no
    assert drawn.count() == len(inks) == pictures >= 2
    assert min(inks) > 3
    assert all(drawn.nth(place).get_attribute("aria-label") for place in range(pictures))
    assert seen.page.locator("svg.xn-chart").count() == 0
    assert seen.faults == []
