"""What the office and the subject do to a flag, from its service to its lifting."""

from typing import Final

from chalicelib.api.sanctions.routes import flags, measures
from chalicelib.api.sanctions.schemas.flags import FlagDetailResponse
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.sanctions.rules.state_machine import FlagStep
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, carry_out, draw, named
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.credit_office.flags import READERS, facts_of, open_steps

OFFICERS: Final = (Role.CREDIT_OFFICER,)
REASON: Final[Field[FlagDetailResponse]] = Field(name="reason", kind="area", label="flag_field_reason")

CONFIRMATION: Final[Action[FlagDetailResponse]] = Action(
    name=FlagStep.CONFIRM.value,
    route=flags.confirm,
    fields=(
        REASON,
        Field(
            name="statement_answer",
            kind="area",
            label="flag_field_statement_answer",
            is_asked=lambda flag: bool(flag.statements),
        ),
    ),
    said=lambda flag: flag.confirmation,
    is_grave=True,
)
ACTIONS: Final[tuple[Action[FlagDetailResponse], ...]] = (
    Action(
        name=FlagStep.SERVE.value,
        route=flags.serve,
        fields=(
            Field(name="served_at", kind="moment", label="flag_field_served_at"),
            Field(name="method", kind="text", label="flag_field_method"),
            Field(name="proof", kind="area", label="flag_field_proof"),
        ),
        said=lambda flag: flag.service,
    ),
    Action(
        name=FlagStep.STATE.value, route=flags.state, fields=(Field(name="text", kind="area", label="flag_field_text"),)
    ),
    Action(name=FlagStep.RESUME.value, route=measures.resume, fields=(REASON,)),
    Action(
        name=FlagStep.LIFT.value,
        route=flags.lift,
        fields=(REASON, Field(name="basis", kind="text", label="flag_field_basis")),
        said=lambda flag: flag.lifting,
    ),
)


@pages.get("/flags/{flag_id}/confirmation", roles=OFFICERS, fresh=True)
def ask_confirmation(visit: PageRequest) -> Page:
    """Draw the form for the second person, who has just logged in."""
    return _form(CONFIRMATION, visit)


@pages.post("/flags/{flag_id}/confirmation", roles=OFFICERS, form="/flags/{flag_id}/confirmation", fresh=True)
def confirm(visit: PageRequest) -> Page | Redirect:
    """Put a flag in force."""
    return _carry_out(CONFIRMATION, visit)


@pages.get("/flags/{flag_id}/acts/{act}", roles=READERS)
def ask(visit: PageRequest) -> Page:
    """Draw the form of any other step; one that is not open now says so."""
    return _form(_named(visit), visit)


@pages.post("/flags/{flag_id}/acts/{act}", roles=READERS, form="/flags/{flag_id}/acts/{act}")
def do(visit: PageRequest) -> Page | Redirect:
    """Take the step on the version that the form was drawn from."""
    return _carry_out(_named(visit), visit)


def _named(visit: PageRequest) -> Action[FlagDetailResponse]:
    found = named(ACTIONS, visit.path["act"], visit)
    if not visit.caller.roles & found.route.roles:
        raise DomainError(ErrorCode.FORBIDDEN)
    return found


def _form(action: Action[FlagDetailResponse], visit: PageRequest) -> Page:
    """Draw a step's form beside what it is about."""
    flag = visit.get(flags.flag)
    title, facts = f"flag_step_{action.name}", facts_of(visit, flag)
    is_open = FlagStep(action.name) in open_steps(flag, visit)
    return draw("flag_action.html", action, flag, visit, title=title, is_open=is_open, **facts)


def _carry_out(action: Action[FlagDetailResponse], visit: PageRequest) -> Page | Redirect:
    flag = visit.get(flags.flag)
    onward = Redirect(to=f"flags/{flag.id}", query={"done": action.name})
    return carry_out(action, flag, visit, ask=lambda visit: _form(action, visit), onward=onward)
