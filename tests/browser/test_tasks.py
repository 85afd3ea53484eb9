"""What people do all day, from their role's first page by clicks and typing alone: how many clicks and pages it takes.

The town is there for these alone, so they come last of the tests in a browser. The table is printed at the end of
``make browse``.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pytest
from playwright.sync_api import Locator

from chalicelib.clock import SHANGHAI
from infra.browser.flags import propose, serve
from infra.browser.story import obtain_mandate
from infra.browser.visit import Person
from tests.browser.conftest import TASKS, Come

MOST_CLICKS: Final = 6

pytestmark = pytest.mark.usefixtures("town")


@dataclass
class Errand:
    """One task of one person. Links and buttons are clicks; what is typed or ticked in a form is an answer."""

    name: str
    person: Person
    clicks: int = 0
    answers: int = 0
    pages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin on the first page of the role."""
        self.pages.add(self.person.path)

    def go(self, to: Locator) -> None:
        """Follow a link, or press a button."""
        with self.person.page.expect_navigation():
            to.click()
        self.clicks += 1
        self.pages.add(self.person.path)

    def link(self, words: str, *, at: str = "main") -> None:
        """Follow the first link with these words."""
        self.go(self.person.page.locator(at).get_by_role("link", name=words).first)

    def button(self, words: str) -> None:
        """Press the button with these words."""
        self.go(self.person.page.locator("main").get_by_role("button", name=words).first)

    def fill(self, name: str, words: str) -> None:
        """Type into a field."""
        self.person.page.locator(f"[id='{name}']").fill(words)
        self.answers += 1

    def end(self) -> None:
        """Write down what it took; more than six clicks are too many."""
        TASKS.append((self.name, self.clicks, self.answers, len(self.pages)))
        assert self.clicks <= MOST_CLICKS
        assert self.person.faults == []


def test_a_supervisor_finds_the_three_latest_cases_and_who_has_them(come: Come) -> None:
    errand = Errand("find the three latest cases, and who has them", come("supervisor.traffic"))

    rows = errand.person.page.locator("tbody tr:has(a[href*='/desk/'])").all()[:3]
    told = [row.locator("th, td").all_inner_texts() for row in rows]

    late = [int("".join(filter(str.isdigit, cells[1]))) for cells in told]
    assert late == sorted(late, reverse=True)
    assert late[-1] >= 1
    assert all(cells[4].strip() for cells in told)
    errand.end()


def test_a_supervisor_answers_an_alert(come: Come) -> None:
    errand = Errand("answer an alert", come("supervisor.traffic"))

    errand.link("回应提醒")
    errand.fill("reason", "登记系统检修，正在补办。")
    errand.fill("expected_on", (datetime.now(SHANGHAI) + timedelta(days=7)).date().isoformat())
    errand.button("提交")

    assert "done=answered" in errand.person.page.url
    errand.end()


def test_an_officer_sees_what_waits_for_them(come: Come) -> None:
    errand = Errand("see what waits for me", come("officer.traffic"))

    assert errand.person.page.locator("main tbody tr").count() > 1
    errand.end()


def test_an_inspector_proves_a_timeline(come: Come) -> None:
    inspector = come("inspector")
    obtain_mandate(inspector, come("inspector2"))
    inspector.open("/inspection")
    errand = Errand("prove a timeline", inspector)

    errand.go(inspector.page.locator("main h2 a").first)
    errand.go(inspector.page.locator("main tbody a[href*='/cases/']").first)

    assert inspector.page.locator("main h1 + p").count() == 1  # it is sound; otherwise a warning stands there
    errand.end()


def test_a_credit_officer_proposes_a_flag_and_sees_why_one_stands(come: Come) -> None:
    officer = come("credit")
    errand = Errand("see why a flag stands", officer)
    propose(come("credit"), datetime.now(SHANGHAI))

    errand.link("惩戒", at="nav")
    errand.go(officer.page.locator("main a[href*='/flags/']").first)

    assert "承诺的住所不存在" in officer.page.inner_text("main")
    errand.end()


def test_a_second_credit_officer_confirms_what_a_colleague_found(come: Come) -> None:
    first, company = come("credit"), come("company")
    flag = propose(first, datetime.now(SHANGHAI))
    serve(first, flag, datetime.now(SHANGHAI))
    company.open(f"/flags/{flag}")
    company.click("陈述、申辩", "Answer it")
    company.page.locator("#text").fill("住所存在。")
    company.click("陈述、申辩", "Answer it")
    errand = Errand("confirm a colleague's finding", come("credit2"))

    errand.link("待我确认", at="nav")
    errand.go(errand.person.page.locator(f"main a[href*='{flag}']").first)
    errand.fill("reason", "事实清楚。")
    errand.fill("statement_answer", "现场未发现。")
    errand.button("确认，使它生效")

    assert "已确认" in errand.person.page.inner_text("main")
    errand.end()


def test_an_alert_is_answered_by_keyboard_alone(come: Come) -> None:
    person = come("supervisor.traffic")
    _tab_to(person, "a[href*='/board/alerts/']")
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    _tab_to(person, "#reason")
    person.page.keyboard.type("登记系统检修，正在补办。")
    _tab_to(person, "#expected_on")
    day = datetime.now(SHANGHAI) + timedelta(days=7)
    person.page.keyboard.type(f"{day:%m%d%Y}")  # as the browser orders the parts of a day
    _tab_to(person, "main form button[type=submit]")
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")

    assert "done=answered" in person.page.url


def _tab_to(person: Person, selector: str) -> None:
    """Press Tab until the focus is on what the selector means."""
    for _ in range(200):
        person.page.keyboard.press("Tab")
        if person.page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")
