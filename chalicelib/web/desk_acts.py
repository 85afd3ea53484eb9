"""What officers do to a case: one form for each act, with the fields that its route asks for and no others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.cases.acts import Finding, Outcome
from chalicelib.cases.consequence_rules import RectificationOutcome
from chalicelib.cases.handling_rules import STEPS, CaseStep
from chalicelib.catalogue.model import Method
from chalicelib.errors import Reason, Refusal
from chalicelib.policy import Role
from chalicelib.web import pages
from chalicelib.web.applying import FILES
from chalicelib.web.forms import again, moment_of
from chalicelib.web.visits import Onward, Page, Visit
from chalicelib.web.words import text
from chalicelib.wiring import services

Options = Sequence[tuple[str, ...]]
Kind = Literal["text", "area", "number", "choice", "ticks", "day", "moment", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form: what it is called in the route's body, how it is asked for, and out of which answers."""

    name: str
    kind: Kind
    options: Callable[[Visit, Any], Options] | None = None
    may_be_blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act: its step, its route, its fields, and when a page offers it beyond what its right says.

    ``is_done`` says whether a form that comes a second time has done its work already, where the route does not know.
    """

    name: str
    step: CaseStep
    route: str
    fields: tuple[Field, ...] = ()
    applies: Callable[[Any], bool] = lambda _case: True
    is_done: Callable[[Any, Visit], bool] = lambda _case, _visit: False
    is_grave: bool = False


def _words(prefix: str, values: Sequence[str]) -> Callable[[Visit, Any], Options]:
    return lambda visit, _case: [(value, text(f"{prefix}_{value}", visit.language)) for value in values]


def _owed(_visit: Visit, case: Any) -> Options:  # noqa: ANN401 - the API's shape
    return [(one.id, one.name, one.basis) for one in case.checklist if one.must_be_handed_in(case.way)]


def _grounds(visit: Visit, case: Any) -> Options:  # noqa: ANN401 - as above
    """Return the grounds of a pause out of the closed list of the item's rules, each with its article (R4.8)."""
    item = services().catalogue.find(case.item.code, at=visit.at)
    pack = services().pack(item.jurisdiction, visit.at) if item else services().usual_pack(visit.at)
    return [(one.code, one.name if visit.language == "zh" else one.english, one.basis) for one in pack.pause_grounds]


def _is_paused(case: Any) -> bool:  # noqa: ANN401 - as above
    return any(pause.ended_at is None for pause in case.pauses)


def _has_just_ended(case: Any, visit: Visit) -> bool:  # noqa: ANN401 - as above
    """Say whether the only thing that happened since the form was drawn is what it asks for."""
    return bool(case.pauses) and not _is_paused(case) and case.version == visit.version() + 1


def _waits_for_second(case: Any) -> bool:  # noqa: ANN401 - as above
    return case.verification is not None and not case.verification.has_effect


def _is_adverse(case: Any) -> bool:  # noqa: ANN401 - as above
    found = case.verification
    return found is not None and found.has_effect and found.result in {Finding.UNTRUE, Finding.UNFULFILLED}


def _is_ordered(case: Any) -> bool:  # noqa: ANN401 - as above
    return case.rectification is not None and case.rectification.ended_at is None


LATE: Final = Field(name="late_reason", kind="area", may_be_blank=True)
OFFICE: Final = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)

ACTS: Final = (
    Act(
        name="acceptance",
        step=CaseStep.ACCEPT,
        route="POST /v1/cases/{case_no}/acceptance",
        fields=(
            Field(name="accepted", kind="choice", options=_words("accepted", ("yes", "no"))),
            Field(name="reason", kind="area", may_be_blank=True),
        ),
    ),
    Act(
        name="corrections",
        step=CaseStep.CORRECT,
        route="POST /v1/cases/{case_no}/corrections",
        fields=(Field(name="missing", kind="ticks", options=_owed), Field(name="basis", kind="text")),
    ),
    Act(
        name="decision",
        step=CaseStep.DECIDE,
        route="POST /v1/cases/{case_no}/decision",
        fields=(
            Field(name="outcome", kind="choice", options=_words("outcome", tuple(Outcome))),
            Field(name="document_no", kind="text"),
            Field(name="reasons", kind="area", may_be_blank=True),
            Field(name="result", kind="file", may_be_blank=True),
            LATE,
        ),
    ),
    Act(
        name="delivery",
        step=CaseStep.DELIVER,
        route="POST /v1/cases/{case_no}/delivery",
        fields=(Field(name="method", kind="text", may_be_blank=True), LATE),
    ),
    Act(
        name="pause",
        step=CaseStep.PAUSE,
        route="POST /v1/cases/{case_no}/pauses",
        fields=(
            Field(name="ground", kind="choice", options=_grounds),
            Field(name="expected_days", kind="number"),
            Field(name="notice_text", kind="area"),
        ),
    ),
    Act(
        name="pause_end",
        step=CaseStep.RESUME,
        route="POST /v1/cases/{case_no}/pauses/{number}/end",
        applies=_is_paused,
        is_done=_has_just_ended,
    ),
    Act(
        name="extension",
        step=CaseStep.EXTEND,
        route="POST /v1/cases/{case_no}/extension",
        fields=(Field(name="days", kind="number"), Field(name="reason", kind="area")),
        applies=lambda case: case.extension is None,
    ),
    Act(
        name="verification",
        step=CaseStep.VERIFY,
        route="POST /v1/cases/{case_no}/verification",
        fields=(
            Field(name="result", kind="choice", options=_words("finding", tuple(Finding))),
            Field(name="method", kind="choice", options=_words("method", tuple(Method))),
            Field(name="findings", kind="area"),
            LATE,
        ),
        applies=lambda case: case.commitment is not None and case.verification is None,
    ),
    Act(
        name="confirmation",
        step=CaseStep.CONFIRM,
        route="POST /v1/cases/{case_no}/verification/confirmation",
        applies=_waits_for_second,
        is_done=lambda case, visit: (
            case.verification is not None and case.verification.confirmed_by == visit.caller.sub
        ),
    ),
    Act(
        name="rectification",
        step=CaseStep.RECTIFY,
        route="POST /v1/cases/{case_no}/rectification",
        fields=(Field(name="days", kind="number"), Field(name="basis", kind="text")),
        applies=lambda case: _is_adverse(case) and case.rectification is None,
        is_grave=True,
    ),
    Act(
        name="rectification_outcome",
        step=CaseStep.END_RECTIFICATION,
        route="POST /v1/cases/{case_no}/rectification/outcome",
        fields=(
            Field(name="outcome", kind="choice", options=_words("rectified", tuple(RectificationOutcome))),
            Field(name="findings", kind="area"),
        ),
        applies=_is_ordered,
    ),
    Act(
        name="revocation",
        step=CaseStep.REVOKE,
        route="POST /v1/cases/{case_no}/revocation",
        fields=(
            Field(name="document_no", kind="text"),
            Field(name="basis", kind="text"),
            Field(name="served_at", kind="moment"),
            Field(name="effective_on", kind="day"),
            Field(name="remedy_until", kind="day"),
            Field(name="statement_answer", kind="area", may_be_blank=True),
        ),
        applies=_is_adverse,
        is_grave=True,
    ),
    Act(
        name="reopening",
        step=CaseStep.REOPEN,
        route="POST /v1/cases/{case_no}/reopening",
        fields=(Field(name="reason", kind="area"),),
    ),
    Act(
        name="assignment",
        step=CaseStep.ASSIGN,
        route="POST /v1/cases/{case_no}/assignment",
        fields=(Field(name="officer", kind="text"),),
    ),
)
"""Every act, the usual next one first."""

NAMED: Final[Mapping[str, Act]] = {act.name: act for act in ACTS}


@pages.get("/desk/{case_no}/acts/{act}", roles=OFFICE)
def ask(visit: Visit) -> Page:
    """Draw the form of an act."""
    act = _act(visit)
    case = visit.shown("GET /v1/cases/{case_no}", path={"case_no": visit.path["case_no"]})
    facts = {
        "act": act,
        "case": case,
        "options": {field.name: field.options(visit, case) for field in act.fields if field.options},
        "start": {"officer": visit.caller.sub},
        "is_now": case.state in STEPS[act.step].states,
    }
    has_file = any(field.kind == "file" for field in act.fields)
    return Page(template="desk_act.html", facts=facts, scripts=FILES if has_file else ())


@pages.post("/desk/{case_no}/acts/{act}", roles=OFFICE, form="/desk/{case_no}/acts/{act}")
def do(visit: Visit) -> Page | Onward:
    """Do it on the version that the form was drawn from: what somebody else did meanwhile is never undone unseen."""
    act = _act(visit)
    page = ask(visit)
    case: Any = page.facts["case"]
    if act.is_done(case, visit):
        return Onward(to=f"desk/{visit.path['case_no']}", query={"done": act.name})
    path = {"case_no": visit.path["case_no"]}
    if "{number}" in act.route:
        path["number"] = next((str(pause.number) for pause in case.pauses if pause.ended_at is None), "0")
    try:
        visit.done(act.route, path=path, body=_body(act, visit, page) if act.fields else None, version=visit.version())
    except Refusal as refusal:
        return again(page, refusal, visit, fields={"/basis": "ground", "": ""} if act.name == "pause" else {})
    return Onward(to=f"desk/{visit.path['case_no']}", query={"done": act.name})


def _act(visit: Visit) -> Act:
    act = NAMED.get(visit.path["act"])
    if act is None:
        raise Refusal(Reason.NOT_FOUND)
    return act


def _body(act: Act, visit: Visit, page: Page) -> dict[str, Any]:
    """Return what the route is sent: what was left blank and may be is left out."""
    body: dict[str, Any] = {}
    for field in act.fields:
        value = _value(field, visit)
        if not (field.may_be_blank and value in ("", None)):
            body[field.name] = value
    if act.name == "acceptance":
        body["accepted"] = {"yes": True, "no": False}.get(body["accepted"])
    if act.name == "pause":
        options: Any = page.facts["options"]
        body["basis"] = next((one[2] for one in options["ground"] if one[0] == body["ground"]), "")
        body["notice_text"] = body["notice_text"] or None
    return body


def _value(field: Field, visit: Visit) -> Any:  # noqa: ANN401 - whatever the route takes
    sent = visit.sent(field.name)
    if field.kind == "ticks":
        return list(visit.form.get(field.name, ()))
    if field.kind == "number" and sent.isascii() and sent.isdigit():
        return int(sent)
    if field.kind == "file":
        chosen = [upload for upload in visit.uploads if upload.field == field.name]
        return {"name": chosen[0].name[:200], "sha256": chosen[0].sha256} if chosen else None
    if field.kind == "moment":
        return moment_of(sent)
    return sent
