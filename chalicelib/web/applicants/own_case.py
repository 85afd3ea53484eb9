"""What a case asks of its applicant, and what comes next: each state in words (等您办理、下一步)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from chalicelib.api.cases.schemas.cases import CaseResponse, ClockResponse
from chalicelib.cases.model.case import FINISHED, State
from chalicelib.cases.model.stages import Correction, Finding, Outcome
from chalicelib.cases.rules.consequences import BROKEN
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import ClockKind, Light


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that the applicant is asked to do: the action, each thing with its own last day, and the last day.

    ``until`` is None where there is none for the whole; ``basis`` is the article by which it may be asked for.
    """

    action: str
    until: date | None = None
    things: tuple[tuple[str, date | None], ...] = ()
    basis: str = ""


CALM: Final = "closed"
"""What comes next where nothing does: the case is over, and all is well."""

COMES_NEXT: Final = (
    "refused",
    "to_be_verified",
    "found_changed",
    "found_unverifiable",
    "heard",
    "broken",
    "put_right_asked",
    "put_right_checked",
    "put_right",
)
"""What ``next_of`` may say besides the states."""


def demand_of(case: CaseResponse) -> Correction | None:
    """Return what was asked for last and not answered yet, if anything (补正告知)."""
    if case.state is not State.CORRECTION_ASKED:
        return None
    return next((one for one in reversed(case.corrections) if one.answered_at is None), None)


def last_day_to_state(case: CaseResponse, *, at: datetime) -> date | None:
    """Return the last day for the applicant's side (陈述申辩); ``None`` if it is not asked for, was given, or is over.

    The clock may end later than was said at first: it runs from when the notice arrived.
    """
    if case.defence is None or case.defence.stated_at is not None:
        return None
    clock = _running(case, ClockKind.DEFENCE)
    if clock is not None and clock.light is not Light.RED:
        return clock.due_on
    return day_in_shanghai(case.defence.until) if case.defence.is_open(at=at) else None


def names_in(case: CaseResponse) -> dict[str, str]:
    """Return the names of a case's materials by their ids."""
    return {asked.id: asked.name for asked in case.checklist}


def needs_of(case: CaseResponse, *, at: datetime) -> tuple[Need, ...]:
    """Return what a case asks of its applicant and would be taken now, the most pressing first."""
    return tuple(_needs(case, at=at))


def is_broken(case: CaseResponse) -> bool:
    """Whether the promise was found broken, by as many officers as it takes, and not put right since."""
    found, order = case.verification, case.rectification
    has_effect = found is not None and found.has_effect and found.result in BROKEN
    return has_effect and not (order is not None and order.fulfilled)


def next_of(case: CaseResponse, *, at: datetime) -> str:
    """Return which sentence says what comes next, as its text is named after ``comes_next_``."""
    if case.state not in {State.DECIDED, State.CLOSED}:
        return case.state.value
    if case.verification is not None and case.verification.has_effect:
        return _after_verification(case, at=at)
    if case.decision is not None and case.decision.outcome is Outcome.REFUSED:
        return "refused"
    if case.state is State.DECIDED:
        return case.state.value
    return "to_be_verified" if _running(case, ClockKind.VERIFICATION) is not None else CALM


def _needs(case: CaseResponse, *, at: datetime) -> Iterator[Need]:
    names, today = names_in(case), day_in_shanghai(at)
    if case.defence is not None and (until := last_day_to_state(case, at=at)) is not None:
        yield Need(action="statement", until=until, basis=case.defence.basis)
    order = case.rectification
    if order is not None and order.ended_at is None and order.reported_at is None:
        yield Need(action="report", until=day_in_shanghai(order.due_at), basis=order.basis)
    if (demand := demand_of(case)) is not None:
        things = [(names.get(one, one), None) for one in demand.missing]
        until = _last_day(case, ClockKind.CORRECTION, today)
        yield Need(action="corrections", until=until, things=tuple(things), basis=demand.basis)
    owed = tuple(_owed(case, names))
    if owed:
        yield Need(action="materials", until=_last_day(case, ClockKind.MATERIALS, today), things=owed)


def _owed(case: CaseResponse, names: dict[str, str]) -> Iterator[tuple[str, date | None]]:
    """Yield each material that is to be brought: owed by now, refused after it came, or promised for later."""
    here = {material.id for material in case.materials if not material.problem}
    if case.state is State.AWAITING_MATERIALS:
        yield from (
            (one.name, None) for one in case.checklist if one.must_be_handed_in(case.way) and one.id not in here
        )
    elif case.state not in FINISHED:
        refused = dict.fromkeys(material.id for material in case.materials if material.problem)
        yield from ((names.get(one, one), None) for one in refused)
    yield from (
        (names.get(clock.about, clock.about), clock.due_on)
        for clock in case.clocks
        if clock.kind is ClockKind.LATER_MATERIAL and clock.stopped_at is None
    )


def _after_verification(case: CaseResponse, *, at: datetime) -> str:
    found, order = case.verification, case.rectification
    if found is None or found.result not in BROKEN:
        return CALM if found is None or found.result is Finding.TRUE else f"found_{found.result}"
    if order is not None:
        if order.fulfilled:
            return "put_right"
        if order.ended_at is None:
            return "put_right_checked" if order.reported_at is not None else "put_right_asked"
    return "broken" if last_day_to_state(case, at=at) is None else "heard"


def _last_day(case: CaseResponse, kind: ClockKind, today: date) -> date | None:
    """Return the last day of a running clock; ``None`` once it is over, though what was asked may still be brought."""
    clock = _running(case, kind)
    return clock.due_on if clock is not None and clock.due_on >= today else None


def _running(case: CaseResponse, kind: ClockKind) -> ClockResponse | None:
    running: Sequence[ClockResponse] = [one for one in case.clocks if one.kind is kind and one.stopped_at is None]
    return running[-1] if running else None
