"""What the documents of a case say (办件文书): from the event that they follow from, and what the case keeps."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.cases.model.case import Case
from chalicelib.clock import instant_from
from chalicelib.clocks.model import ClockKind
from chalicelib.issuing.rules.sheets import day_in_chinese, instant_in_chinese
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import UNITS
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import Limit, day_of

NUMBERS_SHOWN = 4


def case_facts(case: Case, event: Event, *, name: str, number: str, result: str, pack: RulePack) -> dict[str, str]:
    """Return every fact that texts may name, as of an event; blank where it says nothing of it.

    ``name`` and ``number`` are the applicant's in full; of the number only its end is told. ``result`` is what the item
    leads to (结果名称).
    """
    said = FACTS.get(EventKind(event.kind))
    return {
        **dict.fromkeys(NAMES, ""),
        "subject": name,
        "number_tail": number[-NUMBERS_SHOWN:],
        "case_no": case.case_no,
        "item": case.terms.item_name,
        "result": result,
        "received_on": instant_in_chinese(case.received_at),
        "received_on_en": day_of(case.received_at).isoformat(),
        "channel": case.terms.supervision_channel,
        **({} if said is None else said(case, event, pack)),
    }


def _accepted(case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    promised = case.terms.promised
    since = event.data.get("counts_from")
    names = {asked.id: asked.name for asked in case.checklist}
    return {
        "counts_from": instant_in_chinese(instant_from(str(since or event.occurred_at))),
        "promised": limit_in_words(promised),
        "promised_en": f"{promised.value} {UNITS[promised.unit.value][1]}",
        "due_on": _due(event, ClockKind.HANDLING_PROMISED),
        "basis": str(event.data.get("basis", "")),
        "later": "\n".join(
            f"{number}. {names[one.id]}（提交申请后{limit_in_words(one.limit)}内补交）"
            for number, one in enumerate(case.later, 1)
        ),
    }


def _turned_away(_case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    return {"reasons": event.texts.get("reason", "")}


def _asked(case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    names = {asked.id: asked.name for asked in case.checklist}
    missing = _list(event.data.get("missing"))
    return {
        "missing": "\n".join(f"{number}. {names.get(one, one)}" for number, one in enumerate(missing, 1)),
        "basis": str(event.data["basis"]),
        "due_on": _due(event, ClockKind.CORRECTION),
    }


def _paused(_case: Case, event: Event, pack: RulePack) -> dict[str, str]:
    ground = pack.pause_ground(str(event.data["ground"]))
    return {
        "ground": "" if ground is None else ground.name,
        "ground_en": "" if ground is None else ground.english,
        "basis": str(event.data["basis"]),
        "until": day_in_chinese(date.fromisoformat(str(event.data["expected_until"]))),
        "until_en": str(event.data["expected_until"]),
        "notice": event.texts.get("notice", ""),
    }


def _extended(_case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    by: Any = event.data["by"]
    chinese, english = UNITS[by["unit"]]
    return {
        "days": f"{by['value']}{chinese}",
        "days_en": f"{by['value']} {english}",
        "basis": str(by["basis"]),
        "reasons": event.texts.get("reason", ""),
    }


def _decided(case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    confirmed = (
        [f"{number}. {asked.text}" for number, asked in enumerate(case.conditions, 1)] if case.commitment else []
    )
    return {
        "document_no": str(event.data["document_no"]),
        "reasons": event.texts.get("reasons", ""),
        "late_reason": event.texts.get("late_reason", ""),
        "conditions": "\n".join(confirmed),
    }


def _heard(_case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    return {"notice": event.texts.get("notice", ""), "basis": str(event.data["basis"])}


def _ordered(_case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    return {
        "days": f"{event.data['days']}{UNITS['working_days'][0]}",
        "days_en": f"{event.data['days']} {UNITS['working_days'][1]}",
        "basis": str(event.data["basis"]),
        "article": str(event.data["article"]),
        "due_on": _due(event, ClockKind.RECTIFICATION),
    }


def _revoked(case: Case, event: Event, _pack: RulePack) -> dict[str, str]:
    decision = case.decision
    return {
        "document_no": str(event.data["document_no"]),
        "revoked_no": "" if decision is None else decision.document_no,
        "basis": str(event.data["basis"]),
        "article": str(event.data["article"]),
        "effective_on": day_in_chinese(date.fromisoformat(str(event.data["effective_on"]))),
        "effective_on_en": str(event.data["effective_on"]),
        "answer": event.texts.get("statement_answer", ""),
        "findings": "" if case.verification is None else case.verification.findings,
    }


FACTS: Mapping[EventKind, Callable[[Case, Event, RulePack], dict[str, str]]] = {
    EventKind.CASE_ACCEPTED: _accepted,
    EventKind.CASE_DEEMED_ACCEPTED: _accepted,
    EventKind.CASE_NOT_ACCEPTED: _turned_away,
    EventKind.CORRECTION_ASKED: _asked,
    EventKind.CASE_PAUSED: _paused,
    EventKind.CASE_EXTENDED: _extended,
    EventKind.CASE_DECIDED: _decided,
    EventKind.DEFENCE_OPENED: _heard,
    EventKind.RECTIFICATION_ORDERED: _ordered,
    EventKind.CASE_REVOKED: _revoked,
}
"""What each event says, beside what is true of the case at any time."""

NAMES = (
    *("document_no", "basis", "article", "counts_from", "promised", "promised_en", "due_on", "reasons", "late_reason"),
    *("missing", "ground", "ground_en", "until", "until_en", "notice", "days", "days_en", "conditions", "revoked_no"),
    *("effective_on", "effective_on_en", "answer", "findings", "later"),
)
"""The facts that some event says and others do not."""


def limit_in_words(limit: Limit) -> str:
    """Return a limit of the item in words: ``10个工作日``."""
    return f"{limit.value}{UNITS[limit.unit.value][0]}"


def _due(event: Event, kind: ClockKind) -> str:
    """Return the due day of a clock that the event started; blank for one that is provisional, or if there is none."""
    started: Any = event.data.get("clocks_started") or ()
    days = [clock["due_on"] for clock in started if clock["kind"] == kind.value and not clock["provisional"]]
    return day_in_chinese(date.fromisoformat(days[0])) if days else ""


def _list(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
