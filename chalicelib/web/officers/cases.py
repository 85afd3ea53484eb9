"""The officers' desk: the department's cases, and each case with what may be done next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.api.cases.routes import cases
from chalicelib.api.cases.schemas.cases import CaseResponse, case_response
from chalicelib.api.cases.schemas.timelines import EventResponse, TimelineResponse, timeline_response
from chalicelib.cases.model.case import State
from chalicelib.cases.model.stages import Finding, Notice
from chalicelib.cases.rules.case_numbers import case_no_as_typed, is_case_no
from chalicelib.cases.rules.handling import STEPS, SUPERIORS, CaseStep
from chalicelib.cases.rules.reading import ReadingPurpose
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.container import container
from chalicelib.logging import tell
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.supervision.rules.cards import GIVERS
from chalicelib.timeline.event_types import EventKind
from chalicelib.web.core import pages
from chalicelib.web.core.directory import entry_text
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

OFFICE: Final = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """When to offer an action: by the roles and states of its step, and by the case itself."""

    step: CaseStep
    also: Callable[[CaseResponse], bool] = lambda _case: True

    def __call__(self, case: CaseResponse, visit: PageRequest) -> bool:
        """Whether to offer it now; the API decides once it is carried out."""
        right = STEPS[self.step]
        if self.step is CaseStep.ASSIGN and case.officer and not visit.caller.roles & set(SUPERIORS):
            return False
        return bool(visit.caller.roles & set(right.roles)) and case.state in right.states and self.also(case)


def _is_paused(case: CaseResponse) -> bool:
    """Whether a special procedure is going on (特别程序)."""
    return any(pause.ended_at is None for pause in case.pauses)


def _is_undecided_whether_accepted(case: CaseResponse) -> bool:
    """Whether it may still be accepted or not: once that time is over, it counts as accepted (视为受理)."""
    return not any(
        clock.kind is ClockKind.ACCEPTANCE and clock.stopped_at is None and clock.light is Light.RED
        for clock in case.clocks
    )


def _may_be_asked(case: CaseResponse) -> bool:
    """Whether nothing is asked for that was not answered yet."""
    return _is_undecided_whether_accepted(case) and all(one.answered_at is not None for one in case.corrections)


def _may_be_verified(case: CaseResponse) -> bool:
    """Whether a promise has no result yet, or could not be verified so far."""
    found = case.verification
    is_open = found is None or (found.has_effect and found.result is Finding.UNVERIFIABLE)
    return case.commitment is not None and is_open


def _waits_for_second(case: CaseResponse) -> bool:
    return case.verification is not None and not case.verification.has_effect


def _is_adverse(case: CaseResponse) -> bool:
    found = case.verification
    return found is not None and found.has_effect and found.result in {Finding.UNTRUE, Finding.UNFULFILLED}


def _is_ordered(case: CaseResponse) -> bool:
    return case.rectification is not None and case.rectification.ended_at is None


def _has_extension(case: CaseResponse) -> bool:
    return case.extension is not None or any(one.extension is not None for one in case.earlier_decisions)


def unproved(case: CaseResponse) -> tuple[Notice, ...]:
    """Return the notices from which a time of the applicant's runs, and which nothing proves to have arrived."""
    told = (
        (Notice.CORRECTION, any(one.answered_at is None and one.receipt is None for one in case.corrections)),
        (Notice.HEARING, case.defence is not None and not (case.defence.stated_at or case.defence.receipt)),
        (Notice.RECTIFICATION, _is_ordered(case) and case.rectification is not None and not case.rectification.receipt),
    )
    return tuple(notice for notice, is_waiting in told if is_waiting)


def step_under_way(case: CaseResponse) -> str | None:
    """Return the id of the step of handling whose clock runs."""
    running = (clock.about for clock in case.clocks if clock.kind is ClockKind.STEP and clock.stopped_at is None)
    return next(running, None)


OFFERS: Final[Mapping[str, Offer]] = {
    "acceptance": Offer(step=CaseStep.ACCEPT, also=_is_undecided_whether_accepted),
    "corrections": Offer(step=CaseStep.CORRECT, also=_may_be_asked),
    "decision": Offer(step=CaseStep.DECIDE),
    "delivery": Offer(step=CaseStep.DELIVER),
    "step_completion": Offer(step=CaseStep.COMPLETE_STEP, also=lambda case: step_under_way(case) is not None),
    "pause": Offer(step=CaseStep.PAUSE),
    "pause_end": Offer(step=CaseStep.RESUME, also=_is_paused),
    "suspension": Offer(step=CaseStep.SUSPEND),
    "suspension_end": Offer(step=CaseStep.END_SUSPENSION),
    "extension": Offer(step=CaseStep.EXTEND, also=lambda case: not _has_extension(case)),
    "verification": Offer(step=CaseStep.VERIFY, also=_may_be_verified),
    "confirmation": Offer(step=CaseStep.CONFIRM, also=_waits_for_second),
    "notice_receipt": Offer(step=CaseStep.RECEIVE, also=lambda case: bool(unproved(case))),
    "rectification": Offer(step=CaseStep.RECTIFY, also=lambda case: _is_adverse(case) and case.rectification is None),
    "rectification_outcome": Offer(step=CaseStep.END_RECTIFICATION, also=_is_ordered),
    "revocation": Offer(step=CaseStep.REVOKE, also=_is_adverse),
    "termination": Offer(step=CaseStep.TERMINATE),
    "reinstatement": Offer(step=CaseStep.REINSTATE),
    "reopening": Offer(step=CaseStep.REOPEN),
    "assignment": Offer(step=CaseStep.ASSIGN),
}
"""The actions on a case, the usual next one first; ``case_actions`` has their forms."""


def _landed(timeline: TimelineResponse) -> list[EventResponse]:
    """Return the events of what has begun to bar the applicant while the case is in hand, and has not ended."""
    ended = {str(one.data.get("about")): one.seq for one in timeline.items if one.kind == EventKind.CASE_BAR_ENDED}
    landed = [one for one in timeline.items if one.kind == EventKind.CASE_BARRED]
    return [one for one in landed if one.seq > ended.get(str(one.data.get("about")), 0)]


def _bar_text(entry: str, visit: PageRequest) -> str:
    """Return what people call what bars: a flag or a record by its number, a broken promise by that of its case."""
    kind, mark, name = entry.partition(":")
    return name if mark and kind != "flag" else entry_text(entry, visit.language)


def pack_of(case: CaseResponse, visit: PageRequest) -> RulePack:
    """Return the edition of the rules that holds for a case's item now."""
    item = container().catalogue.find(case.item.code, at=visit.at)
    return container().pack(item.jurisdiction, visit.at) if item else container().usual_pack(visit.at)


def the_case(visit: PageRequest) -> CaseResponse:
    """Return the case of the address; an officer who sends a form of it is handling it, and need not say so again."""
    is_handling = visit.route.startswith("POST") and Role.OFFICER in visit.caller.roles
    return visit.get(cases.read_case, query={"purpose": ReadingPurpose.HANDLING} if is_handling else {})


def step_names(case: CaseResponse) -> dict[str, str]:
    """Return the names of the item's steps, as it was when the case was filed."""
    return {step.id: step.name for step in container().catalogue.version(case.item.code, case.item.version).steps}


def _result_of(act: str, case: CaseResponse) -> str:
    """Return which sentence says what an act has led to, named ``desk_done_<result>``; some acts end in two ways."""
    otherwise = {
        "acceptance": ("acceptance_refused", case.state is State.NOT_ACCEPTED),
        "delivery": ("delivery_verified_later", _may_be_verified(case)),
        "verification": ("verification_second", _waits_for_second(case)),
    }
    result, is_so = otherwise.get(act, (act, False))
    return result if is_so else act


@pages.get("/desk", roles=OFFICE)
def list_cases(visit: PageRequest) -> Page | Redirect:
    """List the department's cases, newest first, or those in one state; a case number, as typed, leads to its case."""
    sought = visit.query.get("q", "").strip()
    number = case_no_as_typed(sought)
    if is_case_no(number):
        return Redirect(to=f"desk/{number}")
    asked = {name: visit.query[name] for name in ("state", "cursor") if visit.query.get(name)}
    found = visit.get(cases.list_cases, query={"limit": "20"} | asked)
    facts = {"found": found, "asked": asked, "states": tuple(State), "sought": sought}
    page = Page(template="desk_cases.html", facts=facts)
    return at_fault(page, q=text("no_case_number", visit.language)) if sought else page


@pages.get("/desk/{case_no}", roles=OFFICE)
def read_case(visit: PageRequest) -> Page:
    """Show a case with everything an officer needs to decide, and the actions that are open now.

    The case and its events are read once and passed on; who may see each part is decided for each.
    """
    from chalicelib.api.contacts.routes.deliveries import told_of  # noqa: PLC0415 - only this page needs it
    from chalicelib.api.documents.schemas import document_response  # noqa: PLC0415 - only this page needs it

    by, at, services = visit.caller, visit.at, container()
    opened = services.case_queries.one(visit.path["case_no"], by=by, at=at)
    tell(case_no=opened.case.case_no)
    reading = services.case_queries.timeline_of(opened, by=by, at=at)
    view = services.case_queries.seen(opened.case, by=by, at=at, events=reading.events)
    case, timeline = case_response(view, by=by, language=visit.language), timeline_response(reading, to=by)
    notes = services.case_notes.of_case(opened.case, by=by, at=at).notes
    documents = services.case_documents.of_case(opened.case, by=by, at=at)
    act, found = visit.query.get("done"), case.verification
    finders = (found.found_by, found.confirmed_by) if found else ()
    facts = {
        "case": case,
        "notes": notes,
        "staff": staff_named((case.officer, *finders, *(note.by for note in notes))),
        "timeline": timeline,
        "barred": [(one, _bar_text(str(one.data.get("about")), visit)) for one in _landed(timeline)],
        "grounds": {
            one.code: one.name if visit.language == "zh" else one.english for one in pack_of(case, visit).pause_grounds
        },
        "told": told_of(opened.case, reading.events),
        "documents": [document_response(one, visit.language) for one in documents],
        "names": {asked.id: asked.name for asked in case.checklist},
        "steps": step_names(case),
        "actions": [name for name, is_open in OFFERS.items() if is_open(case, visit)],
        "done": act,
        "result": _result_of(act, case) if act and act in OFFERS else None,
        "may_look": Role.OFFICER in visit.caller.roles,
        "may_give_card": bool(visit.caller.roles & set(GIVERS)),
    }
    return Page(template="desk_case.html", facts=facts)


@pages.get("/desk/{case_no}/clocks/{kind}", roles=OFFICE)
def explain(visit: PageRequest) -> Page:
    """Show how a due date was counted, day by day."""
    case_no = visit.path["case_no"]
    told = visit.get(cases.explain)
    return Page(template="explanation.html", facts={"case_no": case_no, "told": told, "back": f"desk/{case_no}"})
