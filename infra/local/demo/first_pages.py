"""Where the work of each role begins in the portal: what a person opens after the story, as whom, and what to try."""

from dataclasses import dataclass
from typing import Final

from infra.local.demo import narration


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """The first page of a role: from the portal's root, who logs in there, and what to try, in both languages."""

    role: str
    page: str
    persona: str
    chinese: str
    english: str


FIRST_PAGES: Final = (
    FirstPage(
        role="applicant",
        page="cases",
        persona="applicant",
        chinese="申请人:看办件到了哪一步,再办一件",
        english="applicant: see how far your cases are, and begin another",
    ),
    FirstPage(
        role="agent",
        page="cases",
        persona="agent",
        chinese="代办人:看替别人办的件",
        english="agent: see what you do for somebody else",
    ),
    FirstPage(
        role="officer",
        page="worklist",
        persona="officer.traffic",
        chinese="经办人:看该办什么,按编号找一件",
        english="officer: see what is due, and find a case by its number",
    ),
    FirstPage(
        role="supervisor",
        page="board",
        persona="supervisor.traffic",
        chinese="科长:看谁超期、在谁手里,回应提醒",
        english="supervisor: see who is late and who has it, answer an alert",
    ),
    FirstPage(
        role="head",
        page="board",
        persona="head.traffic",
        chinese="部门负责人:看本部门快慢和质量,交办几件",
        english="head: see how fast and how well the department works, assign some cases",
    ),
    FirstPage(
        role="monitor",
        page="board",
        persona="monitor",
        chinese="督办机构:看各部门,从一个数字点到办件",
        english="monitor: compare departments, and follow a figure to its cases",
    ),
    FirstPage(
        role="inspector",
        page="inspection",
        persona="inspector",
        chinese="纪检人员:按授权查一条时间线,回看任一时刻",
        english="inspector: read a timeline within a mandate, as of any moment",
    ),
    FirstPage(
        role="credit_officer",
        page="matters",
        persona="credit",
        chinese="信用工作人员:看等着答复的异议和修复,提出一项惩戒",
        english="credit officer: see which objections and repairs wait, propose a flag",
    ),
    FirstPage(
        role="catalogue_editor",
        page="catalogue",
        persona="editor",
        chinese="事项编辑:改一个事项,先看会改变什么",
        english="catalogue editor: rewrite an item, and see first what would change",
    ),
    FirstPage(
        role="calendar_editor",
        page="calendars",
        persona="calendar",
        chinese="日历编辑:在月历上标一天,看哪些到期日会变",
        english="calendar editor: mark a day, and see which due dates would move",
    ),
)
"""One for each role that has pages."""


def tell(portal: str) -> None:
    """Say where each role begins on the cloud that runs; ``portal`` is its address."""
    narration.part(
        "接下来自己试:打开网址,在登录页点前面的名字;换人之前先退出",
        "Try it yourself: open an address and click the name before it to log in; log out before you change",
    )
    for one in FIRST_PAGES:
        narration.note(f"{one.persona:20}{portal}/{one.page}")
        narration.note(f"{'':20}{one.chinese} · {one.english}")
