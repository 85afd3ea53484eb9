"""A flag by clicks: an officer chooses a measure out of the list, proposes it and records that its notice arrived."""

from datetime import date, datetime, timedelta
from typing import Final

from infra.browser.visit import Person

SUBJECT: Final = {
    "subject-number": "91330782MA0000028Y",
    "subject-name": "义乌示例市场主体有限公司（合成）",
}
"""The organisation that the persona ``company`` acts for."""


def document_and_facts(day: date) -> dict[str, str]:
    """Return until when the flag shall stand, on what document and why, by the fields of its form in their order."""
    before = day - timedelta(days=7)
    return {
        "ends_on": (day + timedelta(days=300)).isoformat(),
        "document-number": "义市监撤〔2026〕1号",
        "document-organ": "义乌市市场监督管理局",
        "document-effective_on": before.isoformat(),
        "document-served_at": f"{before.isoformat()}T12:00",
        "document-remedy_until": (day + timedelta(days=54)).isoformat(),
        "facts": "承诺的住所不存在。",
    }


def propose(officer: Person, at: datetime) -> str:
    """Choose the measure that takes promises away, propose it on a document, and return the flag's id."""
    page = officer.page
    officer.open("/flags")
    officer.click("提出惩戒", "Propose a flag")
    page.get_by_role("link", name="限制享受优惠政策和便利措施").click()
    page.locator("input[name=subject-kind][value=uscc]").check()
    page.locator("input[name=conduct]").first.check()
    page.locator("input[name=related_items]").first.check()
    for name, value in (SUBJECT | document_and_facts(at.date())).items():
        page.locator(f"[id='{name}']").fill(value)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/flags/*done=proposed*")
    return officer.path.split("/")[2]


def serve(officer: Person, flag_id: str, at: datetime) -> None:
    """Record that the notice was delivered at a moment, in Shanghai's time."""
    officer.open(f"/flags/{flag_id}")
    officer.click("登记告知书送达", "Record that the notice was delivered")
    for name, value in {"served_at": f"{at:%Y-%m-%dT%H:%M:%S}", "method": "直接送达", "proof": "回证1号"}.items():
        officer.page.locator(f"#{name}").fill(value)
    officer.click("登记告知书送达", "Record that the notice was delivered")
    officer.page.wait_for_url("**done=service*")
