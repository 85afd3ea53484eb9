"""Drafting and filing, as every applicant in the story does it."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.local.demo.checks import expect
from infra.local.demo.clocks import today
from infra.local.demo.person import Answer, Person
from infra.local.demo.signing import Pen
from infra.local.demo.town import Drafted
from infra.local.sample_answers import sample_answers

DAY_REASONS = {
    "start_day": "起算当日不计",
    "working_day": "工作日",
    "make_up_day": "调休上班",
    "calendar_day": "自然日",
    "weekend": "周末",
    "holiday": "法定节假日",
    "hours_run": "按小时计",
    "office_hours": "按办公时间计",
    "office_closed": "已过办公时间",
    "paused": "期间扣除",
    "moved_off_rest_day": "期满日遇休息日顺延",
    "unannounced_year": "当年安排尚未公布",
}


def draft(person: Person, item_code: str, *, way: str = "commitment", **answers: object) -> Answer:
    """Ask for a draft, with an answer to all that the item asks: what would be signed, and whether it may be."""
    filled_in = sample_answers(item_code, on=today(), **answers)
    return person.post("/v1/drafts", {"item_code": item_code, "answers": filled_in, "way": way}).is_done(201)


def drafted(answer: Answer) -> Drafted:
    """Keep of a draft what filing needs."""
    body = answer.body
    return Drafted(draft_id=body["draft_id"], payload=body["payload"], conditions=body["required_confirmations"])


def file(
    person: Person,
    what: Drafted,
    *,
    signed_by: Pen,
    text: str | None = None,
    key: str | None = None,
    materials: Sequence[Mapping[str, str]] = (),
) -> Answer:
    """File a draft with every condition confirmed and a signature over its payload (or over another ``text``)."""
    signature = signed_by.sign(what.payload if text is None else text)
    body = {
        "draft_id": what.draft_id,
        "confirmed": what.conditions,
        "signature": signature,
        "materials": [dict(material) for material in materials],
    }
    return person.post("/v1/cases", body, key=key)


def is_promise_open(answer: Answer) -> None:
    """Go on only if the draft may be signed as a promise."""
    expect("the draft's eligibility (能否承诺)", answer.body["eligibility"], {"commitment": "allowed", "reasons": []})


def clock_of(case: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a case's newest clock of a kind."""
    clocks: list[dict[str, Any]] = [clock for clock in case["clocks"] if clock["kind"] == kind]
    expect(f"clocks of kind {kind} (时钟)", len(clocks), 1)
    return clocks[0]
