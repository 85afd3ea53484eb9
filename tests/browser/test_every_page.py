"""Every page in both languages, on a phone and at a desk: whole, accessible, light, and from nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from infra.browser.visit import DESK, PHONE, Language
from tests.browser.accessibility import violations
from tests.browser.conftest import Come
from tests.depth import IS_DEEP

LOOKS = [("zh", PHONE), ("en", DESK), *([("zh", DESK), ("en", PHONE)] if IS_DEEP else [])]
"""Languages and widths in which every page is looked at."""

HEAVIEST = 200_000
"""Bytes of a first visit, compressed, without the library of charts."""

OF_CHARTS = """performance.getEntriesByType("resource").filter((one) => one.name.includes("/echarts."))
  .reduce((sum, one) => sum + one.transferSize, 0)"""


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its address, in which ``{case_no}`` and the like are the stories', and who looks at it."""

    path: str
    persona: str | None = None
    status: int = 200


PLACES = (
    Place("/"),
    Place("/items"),
    Place("/items?q=nothing-is-called-so"),
    Place("/items/plate-replacement"),
    Place("/items/no-such-item", status=404),
    Place("/guides/household-move"),
    Place("/guides/household-move?answered=direction:within,why-within:family,whom-within:spouse"),
    Place("/guides/household-move?answered=direction:restore,why-restore:service"),
    Place("/items/spouse-household?answer-residence=rural"),
    Place("/track"),
    Place("/complain"),
    Place("/complaint-status"),
    Place("/complaint-status?id=x&code=y", status=404),
    Place("/track?case_no=X&code=Y", status=404),
    Place("/logged-out"),
    Place("/nothing-is-here", status=404),
    Place("/login/callback", status=400),
    Place("/cases", "applicant"),
    Place("/cases/{case_no}", "applicant"),
    Place("/cases/{case_no}/receipt", "applicant"),
    Place("/cases/{case_no}/clocks/handling_promised", "applicant"),
    Place("/cases/{case_no}/withdrawal", "applicant"),
    Place("/cases/{case_no}/rating", "applicant"),
    Place("/cases/{case_no}/complaint", "applicant"),
    Place("/own-complaints", "applicant"),
    Place("/messages", "applicant"),
    Place("/contact", "applicant"),
    Place("/contact/sms", "applicant"),
    Place("/contact/email/code", "applicant"),
    Place("/own-complaint", "applicant"),
    Place("/items/spouse-household/apply", "applicant"),
    Place("/applications/{form_id}", "applicant"),
    Place("/applications/{form_id}/way", "applicant"),
    Place("/applications/{form_id}/questions/residence", "applicant"),
    Place("/applications/{form_id}/questions/address", "applicant"),
    Place("/applications/{form_id}/questions/spouse", "applicant"),
    Place("/applications/{form_id}/questions/phone", "applicant"),
    Place("/items/plate-replacement/apply", "agent"),
    Place("/authorities", "applicant"),
    Place("/authorities/new?item=plate-replacement", "applicant"),
    Place("/authorities", "agent"),
    Place("/authorities/claim", "agent"),
    Place("/authorities/claim?item=plate-replacement", "agent"),
    Place("/claims", "officer.traffic"),
    Place("/keys", "applicant"),
    Place("/credit", "applicant"),
    Place("/credit/queries", "applicant"),
    Place("/credit/objection?entry=market/r-1", "applicant"),
    Place("/worklist?light=green", "officer.traffic"),
    Place("/complaints", "officer.traffic"),
    Place("/complaints", "monitor"),
    Place("/worklist/days", "officer.traffic"),
    Place("/find", "officer.traffic"),
    Place("/find", "supervisor.traffic"),
    Place("/desk/{case_no}/notes", "officer.traffic"),
    Place("/desk", "officer.traffic"),
    Place("/desk/{case_no}/purpose", "officer.traffic"),
    Place("/desk/{case_no}", "officer.traffic"),
    Place("/desk/{case_no}/identity", "officer.traffic"),
    Place("/desk/{case_no}/acts/verification", "officer.traffic"),
    Place("/desk/{case_no}/acts/corrections", "officer.traffic"),
    Place("/desk/{case_no}/acts/revocation", "supervisor.traffic"),
    Place("/desk/{case_no}/acts/assignment", "supervisor.traffic"),
    Place("/desk/{case_no}", "officer.market", status=403),
    Place("/board", "supervisor.traffic"),
    Place("/board?show=near", "monitor"),
    Place("/board/statistics", "monitor"),
    Place("/board/measures", "monitor"),
    Place("/board/measures", "credit"),
    Place("/cards", "monitor"),
    Place("/audits", "monitor"),
    Place("/audits?inspector=inspector", "monitor"),
    Place("/cards", "officer.traffic"),
    Place("/card", "supervisor.traffic"),
    Place("/card?case_no={case_no}", "supervisor.traffic"),
    Place("/card?case_no=nobody-s", "supervisor.traffic", status=400),
    Place("/staff", "supervisor.traffic"),
    Place("/staff/supervisor.traffic/acts/absence", "supervisor.traffic"),
    Place("/inspection", "inspector"),
    Place("/identities", "credit"),
    Place("/identities/links/new", "credit"),
    Place("/matters", "credit"),
    Place("/measures", "credit"),
    Place("/measures/file", "credit"),
    Place("/calendars", "calendar"),
    Place("/calendars/2026", "calendar"),
    Place("/catalogue", "editor"),
    Place("/catalogue-searches", "editor"),
    Place("/rule-packs?one=corrects-first/2023&other=zhejiang-yiwu/2024", "editor"),
    Place("/catalogue/plate-replacement", "editor"),
    Place("/catalogue/plate-replacement/abolition", "editor"),
    Place("/catalogue/plate-replacement/file", "editor"),
    Place("/catalogue/plate-replacement/comparison", "editor"),
    Place("/catalogue/nobody-s-yet", "editor"),
    Place("/flags", "credit"),
    Place("/flags?state=suspended", "credit"),
    Place("/flags/{flag_id}", "credit"),
    Place("/flags/{flag_id}/acts/lifting", "credit"),
    Place("/flags/{flag_id}/confirmation", "credit"),
    Place("/flags?state=active", "credit"),
    Place("/flags?q=义市监撤〔2026〕1号", "credit"),
    Place("/lookup", "credit"),
    Place("/records", "credit"),
    Place("/imports", "credit"),
    Place("/more", "credit"),
    Place("/more", "monitor"),
    Place("/more", "officer.traffic"),
    Place("/confirmations", "credit"),
    Place("/confirmations", "officer.traffic"),
    Place("/confirmations", "inspector"),
    Place("/amendments", "credit"),
    Place("/reversals", "credit"),
    Place("/board/hall", "monitor"),
    Place("/incidents", "credit"),
    Place("/digests", "officer.traffic"),
    Place("/anomalies", "monitor"),
    Place("/outages", "monitor"),
    Place("/outage", "monitor"),
    Place("/webhooks", "monitor"),
    Place("/proposals", "credit"),
    Place("/proposals/9", "credit"),
    Place("/flags", "company"),
    Place("/flags/{flag_id}", "company"),
    Place("/flags/{flag_id}/acts/statement", "company"),
)


def test_a_page_that_is_not_accessible_is_seen_to_be(come: Come) -> None:
    person = come()
    person.open("/")
    person.page.evaluate("document.querySelector('label').remove(); document.documentElement.removeAttribute('lang')")

    assert {one.partition(":")[0] for one in violations(person)} >= {"label", "html-has-lang"}


@pytest.mark.parametrize(("language", "width"), LOOKS)
@pytest.mark.parametrize("persona", sorted({place.persona or "" for place in PLACES}))
def test_every_page_is_whole_accessible_and_light(
    come: Come, made: Mapping[str, str], persona: str, language: Language, width: int
) -> None:
    person = come(persona or None, language=language, width=width)
    wrong: list[str] = []

    for place in [place for place in PLACES if (place.persona or "") == persona]:
        person.bytes_loaded, person.faults = 0, []
        path = place.path.format_map(made)
        answer = person.page.goto(f"{person.portal}{path}")
        page = person.page
        checks = {
            "status": answer is not None and answer.status == place.status,
            "title": page.title().strip() not in {"", "-"},
            "one h1": page.locator("h1").count() == 1,
            "language": page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language],
            "no sideways scrolling": page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ),
            "weight": 1_000 < person.bytes_loaded - page.evaluate(OF_CHARTS) < HEAVIEST,
        }
        wrong += [f"{path}: {name}" for name, is_right in checks.items() if not is_right]
        # The browser itself says so of a page that is an error.
        wrong += [f"{path}: {fault}" for fault in person.faults if f"status of {place.status}" not in fault]
        wrong += [f"{path}: {one}" for one in violations(person)]

    assert wrong == []


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
    officer.open(f"/desk/{case_no}")
    look("the case")

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
        here = page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return null;
              at.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length + 1);
              const style = getComputedStyle(at);
              const beside = at.nextElementSibling ? getComputedStyle(at.nextElementSibling, "::before") : style;
              const marks = [style.outlineStyle !== "none", style.boxShadow !== "none", beside.boxShadow !== "none",
                             beside.outlineStyle !== "none"];
              return [at.dataset.reached, at.outerHTML.slice(0, 120), marks.some(Boolean)];
            }"""
        )
        if here is None:
            break
        reached.add(here[0])
        unseen += [] if here[2] else [here[1]]

    assert unseen == []
    assert len(reached) >= wanted


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
