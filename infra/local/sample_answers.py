"""What an applicant could fill in for each sample item: nobody's numbers, nobody's address."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

PHONE: Final = "13900000000"
ADDRESS: Final = {"district": "330782", "detail": "稠城街道示例路1号"}
COMPANY: Final = {"name": "义乌示例市场主体有限公司（合成）", "number": "91330782MA0000028Y"}


def sample_answers(item_code: str, *, on: date, **other: object) -> Mapping[str, Any]:
    """Return answers to everything that a sample item asks, as of a day in China, with ``other`` in their place.

    None for an item that is no sample.
    """
    return {**_ANSWERS.get(item_code, {}), **_days(item_code, on), **other}


def sample_draft(item_code: str) -> dict[str, Any]:
    """Return the body of ``POST /v1/drafts`` for a sample item that asks for no days."""
    return {"item_code": item_code, "way": "certificate", "answers": _ANSWERS[item_code]}


def _days(item_code: str, on: date) -> Mapping[str, str]:
    """Return the answers that follow from the day."""
    days = {
        "road-occupation": {"from": 7, "to": 20},
        "eia-approval": {"start": 60},
    }
    return {name: (on + timedelta(days=after)).isoformat() for name, after in days.get(item_code, {}).items()}


_ANSWERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "plate-replacement": {
        "plate": "浙G00000",
        "vehicle": "small",
        "cause": "lost",
        "missing": "one",
        "phone": PHONE,
        "address": ADDRESS,
    },
    "business-address": {
        "address": ADDRESS,
        "use": "shop",
        "right": "own",
        "area": "80.5",
        "phone": PHONE,
    },
    "road-occupation": {
        "place": {"district": "330782", "detail": "示例路1号门前人行道"},
        "purpose": "works",
        "area": "12.5",
        "passage": "留出1.5米宽的人行通道，夜间亮警示灯。",
        "contractor": COMPANY,
        "phone": PHONE,
    },
    "eia-approval": {
        "project": "示例印染车间（合成）",
        "site": ADDRESS,
        "category": "new",
        "investment": "1200",
        "protection": "150.5",
        "author": COMPANY,
        "contact": "示例联系人",
        "phone": PHONE,
    },
    "archive-query": {"company": COMPANY, "purpose": "deal", "part": "registration"},
    "spouse-household": {
        "residence": "rural",
        "address": ADDRESS,
        "spouse": {"name": "示例配偶", "number": "330782199003070005"},
        "married-on": "2020-05-20",
        "owner": "spouse",
        "phone": PHONE,
    },
}
