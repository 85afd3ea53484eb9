"""What officers do to a case: each action with the fields that its route asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.api.cases.routes import assignment, cases, consequences, endings, handling
from chalicelib.api.cases.schemas.cases import CaseResponse, ClockResponse
from chalicelib.api.redress.routes import revocations
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.rules.consequences import RectificationOutcome
from chalicelib.cases.rules.handling import STEPS, SUPERIORS
from chalicelib.catalogue.model.items import Method
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.policy import Role
from chalicelib.rulepacks.model.consequences import SEVERITIES
from chalicelib.rulepacks.model.pack import Ground, Proof, ProofSource, TerminationGround
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, Options, carry_out, draw, named
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import choices
from chalicelib.web.officers.cases import OFFERS, OFFICE, pack_of, step_names, step_under_way, the_case, unproved

HANDLING: Final = (ClockKind.HANDLING_PROMISED, ClockKind.HANDLING_STATUTORY)
HOLDING: Final = ("pause", "suspension")
GOING_ON: Final = ("pause_end", "suspension_end")
"""The actions that hold the limits of handling, and those that let them go on."""


def _words(prefix: str, values: Sequence[str]) -> Callable[[CaseResponse, PageRequest], Options]:
    return lambda _case, visit: [(value, text(f"{prefix}_{value}", visit.language)) for value in values]


def _owed(case: CaseResponse, visit: PageRequest) -> Options:
    """Return what the applicant must hand in, each with its basis and whether something has been."""
    here = {one.id for one in case.materials if not one.problem}
    said = {one: text("onecase_brought" if one else "onecase_not_brought", visit.language) for one in (True, False)}
    return [
        (one.id, one.name, f"{one.basis} · {said[one.id in here]}")
        for one in case.checklist
        if one.must_be_handed_in(case.way)
    ]


def _listed(grounds: Sequence[Ground | TerminationGround | Proof], visit: PageRequest) -> Options:
    """Return a closed list of the rule pack, each entry with its article."""
    return [(one.code, one.name if visit.language == "zh" else one.english, one.basis) for one in grounds]


def _grounds(case: CaseResponse, visit: PageRequest) -> Options:
    """Return the closed list of grounds for a pause (特别程序), each with its article (R4.8)."""
    return _listed(pack_of(case, visit).pause_grounds, visit)


def _suspension_grounds(case: CaseResponse, visit: PageRequest) -> Options:
    return _listed(pack_of(case, visit).suspension_grounds, visit)


def _termination_grounds(case: CaseResponse, visit: PageRequest) -> Options:
    return _listed(pack_of(case, visit).termination_grounds, visit)


def _basis_among(
    options: Callable[[CaseResponse, PageRequest], Options],
) -> Callable[[CaseResponse, PageRequest], dict[str, object]]:
    """Return what adds the article of the ground that was chosen."""

    def basis(case: CaseResponse, visit: PageRequest) -> dict[str, object]:
        found = (ground[2] for ground in options(case, visit) if ground[0] == visit.sent("ground"))
        return {"basis": next(found, "")}

    return basis


_basis_of_pause = _basis_among(_grounds)
_basis_of_suspension = _basis_among(_suspension_grounds)
_basis_of_termination = _basis_among(_termination_grounds)


def _notices(case: CaseResponse, visit: PageRequest) -> Options:
    """Return the notices that nothing proves to have arrived yet."""
    return [(notice.value, text(f"notice_{notice}", visit.language)) for notice in unproved(case)]


def _proofs(case: CaseResponse, visit: PageRequest) -> Options:
    """Return the proofs of delivery that an office may record, each with its article (送达)."""
    return _listed(pack_of(case, visit).proofs_from(ProofSource.OFFICE), visit)


def _step_under_way(case: CaseResponse, _visit: PageRequest) -> Options:
    step = step_under_way(case)
    return [] if step is None else [(step, step_names(case)[step])]


def _officers(case: CaseResponse, visit: PageRequest) -> Options:
    """Return who can have the case: for a superior every officer of the department, for an officer themselves."""
    found = choices(visit, department=case.item.department, role=Role.OFFICER)
    if visit.caller.roles & set(SUPERIORS):
        return found
    return [one for one in found if one[0] == visit.caller.sub]


WRITTEN: Final = {
    "acceptance": 3,
    "decision": 3,
    "pause": 3,
    "suspension": 2,
    "extension": 2,
    "verification": 3,
    "rectification_outcome": 2,
    "termination": 2,
    "reopening": 2,
}
"""How many texts to begin with there are for an act; they are named ``begin_<act>_<number>``."""


def _written(act: str) -> Callable[[PageRequest], str]:
    """Return what gives the text that was chosen to begin with, blank without one."""

    def start(visit: PageRequest) -> str:
        numbers = {str(number) for number in range(1, WRITTEN[act] + 1)}
        chosen = visit.query.get("begin", "")
        return text(f"begin_{act}_{chosen}", visit.language) if chosen in numbers else ""

    return start


LATE: Final[Field[CaseResponse]] = Field(name="late_reason", kind="area", may_be_blank=True)

ACTIONS: Final[tuple[Action[CaseResponse], ...]] = (
    Action(
        name="acceptance",
        route=handling.accept,
        fields=(
            Field(
                name="accepted",
                kind="choice",
                options=_words("accepted", ("yes", "no")),
                read={"yes": True, "no": False}.get,
            ),
            Field(name="reason", kind="area", may_be_blank=True, start=_written("acceptance")),
        ),
    ),
    Action(
        name="corrections",
        route=handling.ask_correction,
        fields=(
            Field(name="missing", kind="ticks", hint="missing_hint", options=_owed),
            Field(name="basis", kind="text"),
        ),
    ),
    Action(
        name="decision",
        route=handling.decide,
        fields=(
            Field(name="outcome", kind="choice", options=_words("outcome", tuple(Outcome))),
            Field(name="document_no", kind="text"),
            Field(name="reasons", kind="area", may_be_blank=True, start=_written("decision")),
            Field(name="result", kind="file", may_be_blank=True),
            LATE,
        ),
    ),
    Action(
        name="delivery", route=handling.deliver, fields=(Field(name="method", kind="text", may_be_blank=True), LATE)
    ),
    Action(
        name="step_completion",
        route=handling.complete_step,
        fields=(Field(name="step", kind="choice", options=_step_under_way),),
    ),
    Action(
        name="pause",
        route=handling.pause,
        fields=(
            Field(name="ground", kind="choice", options=_grounds),
            Field(name="expected_days", kind="number", hint="in_working_days"),
            Field(
                name="notice_text",
                kind="area",
                hint="field_notice_text_hint",
                start=_written("pause"),
                read=lambda sent: sent or None,
            ),
        ),
        adds=_basis_of_pause,
        at={"/basis": "ground"},
    ),
    Action(name="pause_end", route=handling.end_pause),
    Action(
        name="suspension",
        route=handling.suspend,
        fields=(
            Field(name="ground", kind="choice", options=_suspension_grounds),
            Field(name="expected_days", kind="number", hint="in_working_days"),
            Field(name="notice_text", kind="area", hint="field_notice_text_hint", start=_written("suspension")),
        ),
        adds=_basis_of_suspension,
        at={"/basis": "ground"},
    ),
    Action(name="suspension_end", route=handling.end_suspension),
    Action(
        name="extension",
        route=handling.extend,
        fields=(
            Field(name="days", kind="number", hint="in_working_days"),
            Field(name="reason", kind="area", start=_written("extension")),
        ),
    ),
    Action(
        name="verification",
        route=consequences.verify,
        fields=(
            Field(name="result", kind="choice", options=_words("finding", tuple(Finding))),
            Field(name="method", kind="choice", options=_words("method", tuple(Method))),
            Field(
                name="severity",
                kind="choice",
                options=_words("severity", SEVERITIES),
                hint="field_severity_hint",
                start=lambda _visit: "general",
                may_be_blank=True,
            ),
            Field(name="findings", kind="area", start=_written("verification")),
            LATE,
        ),
    ),
    Action(
        name="notice_receipt",
        route=consequences.record_receipt,
        fields=(
            Field(name="notice", kind="choice", options=_notices),
            Field(name="proof", kind="choice", options=_proofs),
            Field(name="received_at", kind="moment"),
        ),
    ),
    Action(name="confirmation", route=consequences.confirm_verification, is_fresh=True),
    Action(
        name="rectification",
        route=consequences.order_rectification,
        fields=(Field(name="days", kind="number", hint="in_working_days"), Field(name="basis", kind="text")),
        is_grave=True,
    ),
    Action(
        name="rectification_outcome",
        route=consequences.end_rectification,
        fields=(
            Field(name="outcome", kind="choice", options=_words("rectified", tuple(RectificationOutcome))),
            Field(name="findings", kind="area", start=_written("rectification_outcome")),
        ),
    ),
    Action(
        name="revocation",
        route=consequences.revoke,
        fields=(
            Field(name="document_no", kind="text"),
            Field(name="basis", kind="text"),
            Field(name="served_at", kind="moment"),
            Field(name="effective_on", kind="day"),
            Field(name="remedy_until", kind="day"),
            Field(name="statement_answer", kind="area", may_be_blank=True),
        ),
        is_grave=True,
    ),
    Action(
        name="termination",
        route=endings.terminate,
        fields=(
            Field(name="ground", kind="choice", options=_termination_grounds),
            Field(name="document_no", kind="text"),
            Field(name="reasons", kind="area", start=_written("termination")),
            Field(name="served_at", kind="moment"),
            Field(name="statement_answer", kind="area", may_be_blank=True),
        ),
        adds=_basis_of_termination,
        at={"/basis": "ground"},
        is_grave=True,
    ),
    Action(
        name="reinstatement",
        route=revocations.reinstate,
        fields=(
            Field(name="document_no", kind="text"),
            Field(name="organ", kind="text"),
            Field(name="effective_on", kind="day"),
            Field(name="basis", kind="text"),
            Field(name="reason", kind="area"),
            LATE,
        ),
        is_grave=True,
    ),
    Action(
        name="reopening",
        route=assignment.reopen,
        fields=(Field(name="reason", kind="area", start=_written("reopening")),),
    ),
    Action(
        name="assignment",
        route=assignment.assign,
        fields=(Field(name="officer", kind="picker", options=_officers, start=lambda visit: visit.caller.sub),),
        at={"": "officer"},
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a pause, or its end, makes of a time limit: a text for it, which kind of clock it is, and its last day."""

    words: str
    kind: ClockKind
    due_on: date


def _held(act: str, case: CaseResponse, visit: PageRequest) -> list[Held]:
    """Return what follows for the handling limits before they are held or go on, so that no light surprises."""
    clocks = [clock for clock in case.clocks if clock.kind in HANDLING and clock.stopped_at is None]
    if act in HOLDING:
        return [Held(words=_holding(clock, visit), kind=clock.kind, due_on=clock.due_on) for clock in clocks]
    if act not in GOING_ON or case.state not in STEPS[OFFERS[act].step].states:
        return []
    told = [visit.get(cases.explain, path={"kind": clock.kind}).clock for clock in clocks]
    return [
        Held(words="resume_late" if clock.light is Light.RED else "resume_due", kind=clock.kind, due_on=clock.due_on)
        for clock in told
    ]


def _holding(clock: ClockResponse, visit: PageRequest) -> str:
    if clock.light is Light.RED:
        return "hold_late"
    return "hold_last_day" if clock.due_on == visit.today else "hold_due"


@pages.get("/desk/{case_no}/acts/{act}", roles=OFFICE)
def ask(visit: PageRequest) -> Page:
    """Draw the form of an action, below the timeline if the case has changed since the form was drawn."""
    action, case = named(ACTIONS, visit.path["act"], visit), the_case(visit)
    is_stale = visit.sent("version") not in {"", str(case.version)}
    timeline = visit.get(cases.read_timeline) if is_stale else None
    is_open = case.state in STEPS[OFFERS[action.name].step].states
    written = [
        (number, text(f"begin_{action.name}_{number}", visit.language))
        for number in range(1, WRITTEN.get(action.name, 0) + 1)
    ]
    facts = {"case": case, "timeline": timeline, "held": _held(action.name, case, visit), "written": written}
    return draw("desk_action.html", action, case, visit, title=f"desk_{action.name}", is_open=is_open, **facts)


@pages.post("/desk/{case_no}/acts/{act}", roles=OFFICE, form="/desk/{case_no}/acts/{act}")
def do(visit: PageRequest) -> Page | Redirect:
    """Carry the action out; it is always the latest pause that ends, so that a second click names the same one."""
    action, case = named(ACTIONS, visit.path["act"], visit), the_case(visit)
    begun = case.suspensions if action.name == "suspension_end" else case.pauses
    latest = max((one.number for one in begun), default=0)
    onward = Redirect(to=f"desk/{case.case_no}", query={"done": action.name})
    if action.name == "assignment" and visit.sent("officer") not in {one[0] for one in _officers(case, visit)}:
        return at_fault(ask(visit), officer=text("worklist_choose_officer", visit.language))
    return carry_out(action, case, visit, ask=ask, onward=onward, path={"number": str(latest)})
