"""What people do all day, from their role's first page on: how many clicks and pages it takes, and how many keys.

Each task is done twice, with a mouse and by keyboard alone. The town is there for these alone, so they come last of the
tests in a browser. The table is printed at the end of ``make stories`` and ``make browse``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import pytest
from playwright.sync_api import Locator

from chalicelib.clock import SHANGHAI
from chalicelib.workdays.model.limits import is_weekend
from infra.browser.flags import SUBJECT, document_and_facts, propose, serve
from infra.browser.story import PHOTO, draft_by_certificate, hand_in_photographs, obtain_mandate
from infra.browser.town import FIRST, name_of
from infra.browser.visit import Person
from tests.browser.conftest import TASKS, Come
from tests.browser.hands import Hand, Keyboard, Mouse

MOST_CLICKS: Final = 6
OFFICER: Final = "经办甲"
"""What the persona ``officer.traffic`` is called."""

pytestmark = pytest.mark.usefixtures("town")


@dataclass
class Errand:
    """One task of one person. Links and buttons are clicks; what is typed or ticked in a form is an answer."""

    name: str
    person: Person
    hand: Hand
    clicks: int = 0
    answers: int = 0
    pages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin on the first page of the role."""
        self.pages.add(self.person.path)

    @property
    def told(self) -> str:
        """What stands on the page."""
        return self.person.page.inner_text("main")

    def go(self, to: Locator) -> None:
        """Follow a link, or press a button."""
        self.hand.reach(to)
        with self.person.page.expect_navigation():
            self.hand.press(to)
        self.clicks += 1
        self.pages.add(self.person.path)

    def link(self, words: str, *, at: str = "main") -> None:
        """Follow the first link with these words."""
        self.go(self.person.page.locator(at).get_by_role("link", name=words).first)

    def button(self, words: str) -> None:
        """Press the first button with these words."""
        self.go(self.person.page.locator("main").get_by_role("button", name=words).first)

    def fill(self, name: str, words: str) -> None:
        """Type into a field."""
        self.hand.fill(self.person.page.locator(f"[id='{name}']"), words)
        self.answers += 1

    def tick(self, selector: str) -> None:
        """Tick the first box that the selector means, or make that choice."""
        self.hand.tick(self.person.page.locator(selector).first)
        self.answers += 1

    def choose(self, name: str, words: str) -> None:
        """Choose from a list."""
        self.hand.choose(self.person.page.locator(f"select#{name}"), words)
        self.answers += 1

    def pick(self, name: str, words: str) -> None:
        """Find one of many by typing."""
        self.hand.pick(self.person.page.locator(f"input#{name}"), words)
        self.answers += 1

    def say_for_what(self) -> None:
        """Say for what one looks at a case that is not one's own, where that is asked."""
        if self.person.path.endswith("/purpose"):
            self.tick("input[name=purpose][value=handling]")
            self.button("继续")

    def end(self) -> None:
        """Write down what it took; more than six clicks are too many."""
        took = TASKS.setdefault(self.name, {})
        if self.hand.keys:
            took["keys"] = self.hand.keys
        else:
            took |= {"clicks": self.clicks, "answers": self.answers, "pages": len(self.pages)}
        self.hand.leave(self.person.page)
        assert self.clicks <= MOST_CLICKS
        assert self.person.faults == []


Begin = Callable[[str, Person], Errand]


@pytest.fixture(params=[Mouse, Keyboard], ids=["mouse", "keyboard"])
def begin(request: pytest.FixtureRequest) -> Begin:
    """Errands that are all done with a mouse, or all by keyboard alone."""
    return lambda name, person: Errand(name, person, request.param())


def late_cases(supervisor: Person, *, least: int = 1) -> list[list[str]]:
    """Return the rows of the late cases on the board, as its table has them, once it shows so many.

    The sweep goes on for a while after it was begun; the board looks again by itself.
    """
    rows = supervisor.page.locator("tbody tr:has(a[href*='/desk/'])")
    rows.nth(least - 1).wait_for()
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def next_weekday() -> date:
    """Return the next day that may be a working day."""
    days = (datetime.now(SHANGHAI).date() + timedelta(days=number) for number in range(1, 4))
    return next(day for day in days if not is_weekend(day))


def test_a_supervisor_finds_the_three_latest_cases_of_the_department(begin: Begin, come: Come) -> None:
    errand = begin("find the three latest cases of my department", come("supervisor.traffic"))

    latest = late_cases(errand.person, least=3)[:3]
    late = [int("".join(filter(str.isdigit, cells[1]))) for cells in latest]

    assert len({cells[0] for cells in latest}) == 3
    assert late == sorted(late, reverse=True)
    assert late[-1] >= 1
    errand.end()


def test_a_supervisor_sees_who_has_the_latest_cases(begin: Begin, come: Come) -> None:
    errand = begin("see who has them", come("supervisor.traffic"))

    officers = [cells[3] for cells in late_cases(errand.person, least=3)[:3]]
    errand.go(errand.person.page.locator("main tbody a[href*='officer=']").first)

    assert all(officers)
    assert len({cells[3] for cells in late_cases(errand.person)}) == 1
    errand.end()


def test_a_supervisor_answers_an_alert(begin: Begin, come: Come) -> None:
    errand = begin("answer an alert", come("supervisor.traffic"))

    errand.link("回应提醒")
    errand.fill("reason", "登记系统检修，正在补办。")
    errand.fill("expected_on", (datetime.now(SHANGHAI) + timedelta(days=7)).date().isoformat())
    errand.button("提交")

    assert "done=answered" in errand.person.page.url
    errand.end()


def test_a_supervisor_assigns_five_cases(begin: Begin, come: Come) -> None:
    errand = begin("assign five cases", come("supervisor.traffic"))

    errand.link("待办", at="nav")
    errand.choose("officer", "还没有人办的")
    errand.button("查看")
    boxes = errand.person.page.locator("input[name=case]").evaluate_all("all => all.map(one => one.value)")
    for value in boxes[:5]:
        errand.tick(f"input[name=case][value='{value}']")
    errand.pick("given_to", OFFICER)
    errand.button("交给这位经办人")

    said = errand.person.page.locator(".moj-alert--success").inner_text()
    assert "5件已经交办" in said
    assert all(value.partition(":")[0] in said for value in boxes[:5])
    errand.end()


def test_an_officer_finds_a_case_by_what_the_caller_says(begin: Begin, come: Come) -> None:
    errand = begin("find a case by what the caller says", come("officer.traffic"))

    errand.link("姓名或者电话")
    errand.fill("sought", name_of(FIRST))
    errand.choose("purpose", "办理或者协办这件事")
    errand.button("查找")
    errand.go(errand.person.page.locator("main h3 a[href*='/desk/']").first)
    errand.say_for_what()

    assert errand.person.path.startswith("/desk/")
    assert f"{name_of(FIRST)[0]}*" in errand.told  # a desk shows names masked
    errand.end()


def test_an_officer_finds_a_case_by_its_number_however_it_is_typed(begin: Begin, come: Come) -> None:
    errand = begin("find a case by its number", come("officer.traffic"))
    listed = errand.person.page.locator("main tbody a[href*='/desk/']").all_inner_texts()
    case_no = max(listed, key=lambda number: number[:-1].count("O"))

    typed = case_no.lower().replace("o", "0")
    errand.fill("q", f"{typed[:8]} {typed[8:]}")
    errand.button("查找")
    errand.say_for_what()

    assert errand.person.path == f"/desk/{case_no}"
    errand.end()


def test_an_officer_asks_once_for_what_is_missing(begin: Begin, come: Come) -> None:
    applicant = come("applicant")
    draft_by_certificate(applicant)
    case_no = hand_in_photographs(applicant, PHOTO)
    errand = begin("ask once for what is missing", come("officer.traffic"))

    errand.fill("q", case_no)
    errand.button("查找")
    errand.say_for_what()
    errand.button("补正告知")
    errand.tick("main form input[type=checkbox]")
    errand.fill("basis", "《机动车登记规定》第24条")
    errand.button("补正告知")

    assert "done=corrections" in errand.person.page.url
    assert "《机动车登记规定》第24条" in errand.told
    errand.end()


def test_an_officer_sees_what_waits_for_them(begin: Begin, come: Come) -> None:
    errand = begin("see what waits for me", come("officer.traffic"))

    errand.choose("officer", "我的")
    errand.button("查看")

    whose = [row.locator("td").nth(2).inner_text() for row in errand.person.page.locator("main tbody tr").all()]
    assert len(whose) > 1
    assert [who for who in whose if not who.startswith(f"{OFFICER} ")] == []
    errand.end()


def test_an_inspector_proves_a_timeline(begin: Begin, come: Come) -> None:
    inspector = come("inspector")
    obtain_mandate(inspector, come("inspector2"))
    inspector.open("/inspection")
    errand = begin("prove a timeline", inspector)

    errand.go(inspector.page.locator("main h2 a").first)
    errand.go(inspector.page.locator("main tbody a[href*='/cases/']").first)

    assert inspector.page.locator("main h1 + p").count() == 1  # it is sound; otherwise a warning stands there
    errand.end()


def test_a_credit_officer_sees_why_a_flag_stands(begin: Begin, come: Come) -> None:
    propose(come("credit"), datetime.now(SHANGHAI))
    errand = begin("see why a flag stands", come("credit"))

    errand.link("失信惩戒", at="nav")
    errand.go(errand.person.page.locator("main a[href*='/flags/']").first)

    assert "承诺的住所不存在" in errand.told
    errand.end()


def test_a_credit_officer_proposes_a_flag(begin: Begin, come: Come) -> None:
    errand = begin("propose a flag", come("credit"))

    errand.link("失信惩戒", at="nav")
    errand.link("提出惩戒")
    errand.link("限制享受优惠政策和便利措施")
    errand.tick("input[name=subject-kind][value=uscc]")
    for name, value in SUBJECT.items():
        errand.fill(name, value)
    errand.tick("input[name=conduct]")
    errand.tick("input[name=related_items]")
    for name, value in document_and_facts(datetime.now(SHANGHAI).date()).items():
        errand.fill(name, value)
    errand.button("提出")

    assert "done=proposed" in errand.person.page.url
    errand.end()


def test_a_second_credit_officer_confirms_what_a_colleague_found(begin: Begin, come: Come) -> None:
    first, company = come("credit"), come("company")
    flag = propose(first, datetime.now(SHANGHAI))
    serve(first, flag, datetime.now(SHANGHAI))
    company.open(f"/flags/{flag}")
    company.click("陈述、申辩", "Answer it")
    company.page.locator("#text").fill("住所存在。")
    company.click("陈述、申辩", "Answer it")
    errand = begin("confirm a colleague's finding", come("credit2"))

    errand.link("待我确认", at="nav")
    errand.go(errand.person.page.locator(f"main a[href*='{flag}']").first)
    errand.fill("reason", "事实清楚。")
    errand.fill("statement_answer", "现场未发现。")
    errand.button("确认，使它生效")

    assert "已确认" in errand.told
    errand.end()


def test_an_editor_sees_what_a_new_calendar_moves(begin: Begin, come: Come) -> None:
    errand = begin("see what a new calendar moves", come("calendar"))
    soon = next_weekday()

    errand.go(errand.person.page.locator(f"main a[href*='/calendars/{soon.year}']").first)
    working = errand.person.page.locator(".xn-month__day--work input").evaluate_all("all => all.map(one => one.value)")
    day = next(date.fromisoformat(value) for value in working if value >= soon.isoformat())
    errand.link(f"{day.month}月")
    errand.tick(f"[id='day-{day.isoformat()}']")
    errand.tick("input[name=mark][value=holiday]")
    errand.fill("festival", "临时放假")
    errand.button("标上")
    errand.link("去标上")
    errand.fill("title", "关于临时放假的通知")
    errand.fill("issued_on", datetime.now(SHANGHAI).date().isoformat())
    errand.button("先看会改变什么")

    assert "会变的到期日" in errand.told
    errand.end()
