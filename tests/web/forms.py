"""Forms as people fill them in."""

from collections.abc import Mapping

from tests.api.bodies import COMPANY

FORM = "/proposals/9"
PROPOSAL: dict[str, str | list[str]] = {
    "subject-kind": "uscc",
    "subject-number": COMPANY["number"],
    "subject-name": COMPANY["name"],
    "conduct": "false_commitment:general",
    "related_items": ["business-address"],
    "starts_on": "2026-09-28",
    "ends_on": "2027-09-27",
    "document-number": "义市监撤〔2026〕1号",
    "document-organ": "义乌市市场监督管理局",
    "document-effective_on": "2026-09-28",
    "document-served_at": "2026-09-21T12:00",
    "document-remedy_until": "2026-11-20",
    "facts": "承诺的住所不存在。",
}
SERVICE = {"served_at": "2026-09-28T12:00", "method": "直接送达", "proof": "回证1号"}
MANDATE: Mapping[str, str | list[str]] = {
    "file_no": "义纪检〔2026〕1号",
    "basis": "《监察法》第18条",
    "departments": ["traffic"],
    "expires_on": "2027-12-31",
}
CALENDAR: dict[str, str | list[str]] = {
    "title": "国务院办公厅关于2027年部分节假日安排的通知",
    "number": "",
    "issued_on": "2026-12-18",
    "holidays": "2027-01-01 至 2027-01-03 元旦\n2027年2月6日~2027年2月12日：春节",
    "make_up_days": "2027-02-14 春节",
}
