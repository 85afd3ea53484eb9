"""What officers do to a case: each act with the fields that its route asks for and no others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.rules.consequences import RectificationOutcome
from chalicelib.cases.rules.handling import CaseStep
from chalicelib.catalogue.model.items import Method
from chalicelib.container import container
from chalicelib.policy import Role
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import PageRequest

if TYPE_CHECKING:
    from chalicelib.api.cases.schemas.cases import CaseResponse

Options = Sequence[tuple[str, ...]]
Kind = Literal["text", "area", "number", "choice", "ticks", "day", "moment", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form: what it is called in the route's body, how it is asked for, and out of which answers."""

    name: str
    kind: Kind
    options: "Callable[[PageRequest, CaseResponse], Options] | None" = None
    may_be_blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An act: its step, its fields, and when a page offers it beyond what its right says.

    ``is_fresh`` wants a login that is at most 300 seconds old, where one officer stands behind another's result.
    ``is_done`` says whether a form that comes a second time has done its work already, where the route does not know.
    """

    name: str
    step: CaseStep
    fields: tuple[Field, ...] = ()
    applies: "Callable[[CaseResponse], bool]" = lambda _case: True
    is_done: "Callable[[CaseResponse, PageRequest], bool]" = lambda _case, _visit: False
    is_grave: bool = False
    is_fresh: bool = False


def _words(prefix: str, values: Sequence[str]) -> "Callable[[PageRequest, CaseResponse], Options]":
    return lambda visit, _case: [(value, text(f"{prefix}_{value}", visit.language)) for value in values]


def _owed(_visit: PageRequest, case: "CaseResponse") -> Options:
    return [(one.id, one.name, one.basis) for one in case.checklist if one.must_be_handed_in(case.way)]


def _grounds(visit: PageRequest, case: "CaseResponse") -> Options:
    """Return the grounds of a pause out of the closed list of the item's rules, each with its article (R4.8)."""
    item = container().catalogue.find(case.item.code, at=visit.at)
    pack = container().pack(item.jurisdiction, visit.at) if item else container().usual_pack(visit.at)
    return [(one.code, one.name if visit.language == "zh" else one.english, one.basis) for one in pack.pause_grounds]


def _is_paused(case: "CaseResponse") -> bool:
    return any(pause.ended_at is None for pause in case.pauses)


def _has_just_ended(case: "CaseResponse", visit: PageRequest) -> bool:
    """Say whether the only thing that happened since the form was drawn is what it asks for."""
    return bool(case.pauses) and not _is_paused(case) and case.version == visit.version() + 1


def _waits_for_second(case: "CaseResponse") -> bool:
    return case.verification is not None and not case.verification.has_effect


def _is_adverse(case: "CaseResponse") -> bool:
    found = case.verification
    return found is not None and found.has_effect and found.result in {Finding.UNTRUE, Finding.UNFULFILLED}


def _is_ordered(case: "CaseResponse") -> bool:
    return case.rectification is not None and case.rectification.ended_at is None


LATE: Final = Field(name="late_reason", kind="area", may_be_blank=True)
OFFICE: Final = (Role.OFFICER, Role.SUPERVISOR, Role.HEAD)

ACTIONS: Final = (
    Action(
        name="acceptance",
        step=CaseStep.ACCEPT,
        fields=(
            Field(name="accepted", kind="choice", options=_words("accepted", ("yes", "no"))),
            Field(name="reason", kind="area", may_be_blank=True),
        ),
    ),
    Action(
        name="corrections",
        step=CaseStep.CORRECT,
        fields=(Field(name="missing", kind="ticks", options=_owed), Field(name="basis", kind="text")),
    ),
    Action(
        name="decision",
        step=CaseStep.DECIDE,
        fields=(
            Field(name="outcome", kind="choice", options=_words("outcome", tuple(Outcome))),
            Field(name="document_no", kind="text"),
            Field(name="reasons", kind="area", may_be_blank=True),
            Field(name="result", kind="file", may_be_blank=True),
            LATE,
        ),
    ),
    Action(
        name="delivery",
        step=CaseStep.DELIVER,
        fields=(Field(name="method", kind="text", may_be_blank=True), LATE),
    ),
    Action(
        name="pause",
        step=CaseStep.PAUSE,
        fields=(
            Field(name="ground", kind="choice", options=_grounds),
            Field(name="expected_days", kind="number"),
            Field(name="notice_text", kind="area"),
        ),
    ),
    Action(
        name="pause_end",
        step=CaseStep.RESUME,
        applies=_is_paused,
        is_done=_has_just_ended,
    ),
    Action(
        name="extension",
        step=CaseStep.EXTEND,
        fields=(Field(name="days", kind="number"), Field(name="reason", kind="area")),
        applies=lambda case: case.extension is None,
    ),
    Action(
        name="verification",
        step=CaseStep.VERIFY,
        fields=(
            Field(name="result", kind="choice", options=_words("finding", tuple(Finding))),
            Field(name="method", kind="choice", options=_words("method", tuple(Method))),
            Field(name="findings", kind="area"),
            LATE,
        ),
        applies=lambda case: case.commitment is not None and case.verification is None,
    ),
    Action(
        name="confirmation",
        step=CaseStep.CONFIRM,
        applies=_waits_for_second,
        is_fresh=True,
    ),
    Action(
        name="rectification",
        step=CaseStep.RECTIFY,
        fields=(Field(name="days", kind="number"), Field(name="basis", kind="text")),
        applies=lambda case: _is_adverse(case) and case.rectification is None,
        is_grave=True,
    ),
    Action(
        name="rectification_outcome",
        step=CaseStep.END_RECTIFICATION,
        fields=(
            Field(name="outcome", kind="choice", options=_words("rectified", tuple(RectificationOutcome))),
            Field(name="findings", kind="area"),
        ),
        applies=_is_ordered,
    ),
    Action(
        name="revocation",
        step=CaseStep.REVOKE,
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
    Action(
        name="reopening",
        step=CaseStep.REOPEN,
        fields=(Field(name="reason", kind="area"),),
    ),
    Action(
        name="assignment",
        step=CaseStep.ASSIGN,
        fields=(Field(name="officer", kind="text"),),
    ),
)
"""Every act, the usual next one first."""

NAMED: Final[Mapping[str, Action]] = {act.name: act for act in ACTIONS}
