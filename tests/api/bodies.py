"""Who asks, and what they send when all is well."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.api.sanctions.schemas.flags import MeasureResponse
from chalicelib.clock import real_now
from chalicelib.http.tokens import FRESH_FOR
from chalicelib.sanctions.store.flags import measure_lists
from infra.local.sample_answers import sample_answers
from tests.builders import NOON
from tests.cloud import PERSONAS, the_issuer

ITEMS = Path(__file__).parents[2] / "infra/local/sample/items"
SHA = "ab" * 32

_PEOPLE = [persona["claims"] for persona in PERSONAS.values() if "subject" in persona["claims"]]
PERSONAL = sorted(
    {claims["name"] for claims in _PEOPLE}
    | {claims["subject"][part] for claims in _PEOPLE for part in ("number", "name")}
    | {claims["representative"]["number"] for claims in _PEOPLE if "representative" in claims}
)
"""Every name and number of every persona who is no official: none of them may be answered or logged."""

STAFF_NAMES = sorted({persona["claims"]["name"] for persona in PERSONAS.values()} - set(PERSONAL))
"""The names of officials, which colleagues may read and no log may hold."""


def subject_of(persona: str) -> dict[str, str]:
    """How a persona is named in a body."""
    found: dict[str, str] = PERSONAS[persona]["claims"]["subject"]
    return found


COMPANY = subject_of("company")
AFTER_DEFENCE = datetime.fromisoformat("2026-10-08T16:00:30+00:00")
"""Half a minute after the last moment to answer a flag that was served at noon."""


def token_of(who: str) -> str:
    """A good token: of a persona, of a second one with the same claims (``officer.traffic+``), of a role anywhere.

    Its login is fresh, however long the tests have run.
    """
    return _signed(who, int(real_now().timestamp()) // (FRESH_FOR.seconds - 60))


@cache
def _signed(who: str, _since: int) -> str:
    persona = who.rstrip("+")
    if persona in PERSONAS:
        return the_issuer().token(persona, sub=who)
    role, _, department = who.partition(".")
    role = {"credit": "credit_officer"}.get(role, role)
    return the_issuer().token("monitor", sub=who, roles=[role], department=department)


DECISION = {"outcome": "granted", "document_no": "义公交〔2026〕1号"}
UNTRUE = {"result": "untrue", "method": "online", "findings": "登记系统里有扣押记录。"}
PAUSE = {"ground": "hearing", "basis": "行政许可法第45条", "expected_days": 5, "notice_text": "因听证暂停计时。"}
SUSPENSION = {
    "ground": "other_proceedings",
    "basis": "第64条",
    "expected_days": 10,
    "notice_text": "须等另案的处理结果,暂时中止办理。",
}
CASE_REVOCATION = {
    "document_no": "义公交撤〔2026〕1号",
    "basis": "《行政许可法》第69条",
    "served_at": "2026-09-28T04:00:00Z",
    "effective_on": "2026-09-28",
    "remedy_until": "2026-11-27",
    "statement_answer": "陈述理由不成立。",
}
REINSTATEMENT = {
    "document_no": "义政复〔2026〕1号",
    "organ": "义乌市人民政府",
    "effective_on": "2026-09-28",
    "basis": "《行政复议法》第64条",
    "reason": "认定事实不清。",
}
RECORD: dict[str, Any] = {
    "subject": subject_of("company"),
    "kind": "administrative",
    "severity": "serious",
    "publicity": "shared",
    "document": {"number": "义市监罚〔2026〕1号", "organ": "义乌市市场监督管理局", "effective_on": "2026-01-10"},
    "dates": {"judged_on": "2026-01-08"},
    "basis": "《市场主体登记管理条例》第44条",
    "repair_notice": "一年后可以申请信用修复，不收费。",
    "contents": {"fine": "一万元"},
    "related_items": ["business-address"],
    "version": 1,
}
FLAG: dict[str, Any] = {
    "subject": subject_of("company"),
    "measure_code": "9",
    "edition": "2024",
    "document": {
        "number": "义市监撤〔2026〕1号",
        "organ": "义乌市市场监督管理局",
        "effective_on": "2026-08-17",
        "served_at": "2026-08-17T04:00:00Z",
        "remedy_until": "2026-10-17",
    },
    "related_items": ["business-address"],
    "ends_on": "2027-06-30",
    "facts": "承诺的住所不存在。",
}
DOCUMENT: dict[str, Any] = {"material": "old-plate", "name": "旧车牌.jpg", "size": 512, "sha256": SHA}
IMPORT: dict[str, Any] = {"source": "market", "size": 512, "sha256": SHA, "count": 3}
CLAIM: dict[str, Any] = {
    "principal": subject_of("applicant"),
    "document": {"name": "授权委托书.pdf", "sha256": SHA},
    "items": ["plate-replacement"],
    "acts": ["view", "file", "promise"],
    "from": "2026-09-01",
    "until": "2026-12-31",
}
ALIAS: dict[str, Any] = {
    "kind": "merged",
    "former": {"kind": "uscc", "number": "91330782MA0000052F", "name": "义乌被合并有限公司（合成）"},
    "present": {"kind": "uscc", "number": "91330782MA0000028Y", "name": "义乌示例市场主体有限公司（合成）"},
    "document": {"number": "准予合并登记1号", "organ": "义乌市市场监督管理局", "effective_on": "2026-09-01"},
    "evidence": "登记档案所附合并协议。",
}
AMENDMENT: dict[str, Any] = {
    "entry": "market/redress-5",
    "outcome": "corrected",
    "reason": "提供单位已确认罚款金额有误。",
    "basis": "《浙江省公共信用信息管理条例》第30条",
    "contents": {"fine": "一千元"},
}
REVERSAL: dict[str, Any] = {
    "entry": "market/redress-4",
    "document": {
        "number": "义政复〔2026〕3号",
        "organ": "义乌市人民政府",
        "effective_on": "2026-09-28",
        "basis": "《行政复议法》第64条",
    },
    "reason": "复议机关撤销了处罚决定。",
}
MANDATE: dict[str, Any] = {
    "file_no": "义纪〔2026〕1号",
    "basis": "《监察法》第18条",
    "scope": {"departments": ["traffic"], "items": [], "from": "2026-01-01", "to": None, "case_nos": []},
    "expires_on": "2026-12-31",
}


def a_list(edition: str, in_force_from: str, *, without: str = "") -> dict[str, Any]:
    """An edition of the list of measures, as the packaged one but for a measure."""
    packaged = measure_lists()[0]
    rows = [
        MeasureResponse.model_validate(row).model_dump(mode="json") for row in packaged.measures if row.code != without
    ]
    return {
        "edition": edition,
        "title": f"全国失信惩戒措施基础清单（{edition}年版，示例）",
        "in_force_from": in_force_from,
        "conducts": [{"code": conduct.code, "name": conduct.name} for conduct in packaged.conducts],
        "items": rows,
        "sources": list(packaged.sources),
    }


def item_body(code: str = "plate-replacement", **change: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A sample item, the plate replacement unless said, changed."""
    body: dict[str, Any] = json.loads((ITEMS / f"{code}.json").read_text(encoding="utf-8"))
    return {**body, **change}


def answers_to(item: str) -> Mapping[str, Any]:
    """Answers to a sample item's questions; items made of the plate replacement ask what it does."""
    known = item if (ITEMS / f"{item}.json").exists() else "plate-replacement"
    return sample_answers(known, on=NOON.date())


CARD: dict[str, Any] = {
    "colour": "yellow",
    "ground": "promised_date_missed",
    "facts": "承诺期限已过，未办结，也未说明。",
    "officer": "officer.traffic",
}
ABOLITION: dict[str, Any] = {
    "effective_on": "2026-10-12",
    "document_no": "义政发〔2026〕31号",
    "basis": "《义乌市人民政府关于取消一批政务服务事项的决定》第1条",
    "turn_to": "不用再办：拿行驶证直接到任一汽车站点免费更换。",
    "turn_to_en": "Nothing to apply for: any station replaces the plate on the vehicle licence, free of charge.",
}
OUTAGE: dict[str, Any] = {
    "starts_at": "2026-09-20T01:00:00Z",
    "ends_at": None,
    "departments": ["market"],
    "kinds": ["delivery"],
    "reason": "机房停电。",
    "evidence": [{"name": "停电通知.pdf", "sha256": SHA}],
}
