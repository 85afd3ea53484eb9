"""Flags from proposal to lifting: the office's and one's own, each with what it stands on, and the steps open now."""

from dataclasses import dataclass
from typing import Any, Final

from chalicelib.api.sanctions.routes import flags
from chalicelib.api.sanctions.schemas.flags import FlagDetailResponse
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Route
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.sanctions.rules.measures import WORDS
from chalicelib.sanctions.rules.state_machine import STEPS, FlagStep, is_defence_open
from chalicelib.web.core import pages
from chalicelib.web.core.forms import again, moment_of
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.officers.case_actions import Kind

READERS: Final = (Role.APPLICANT, Role.CREDIT_OFFICER)
OFFICERS: Final = (Role.CREDIT_OFFICER,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A step's form: its fields by the names of its route, each with how it is asked for."""

    step: FlagStep
    fields: dict[str, Kind]

    @property
    def route(self) -> Route[Any, FlagDetailResponse]:
        """The API's route that takes it."""
        match self.step:
            case FlagStep.SERVE:
                return flags.serve
            case FlagStep.STATE:
                return flags.state
            case FlagStep.CONFIRM:
                return flags.confirm
            case FlagStep.LIFT:
                return flags.lift
            case FlagStep.RESUME:
                from chalicelib.api.sanctions.routes import measures  # noqa: PLC0415 - no other step needs it

                return measures.resume

    @property
    def has_version(self) -> bool:
        """Whether it is an office's, who must have read what it changes."""
        return STEPS[self.step].role is Role.CREDIT_OFFICER


ACTS: Final = {
    act.step: act
    for act in (
        Action(step=FlagStep.SERVE, fields={"served_at": "moment", "method": "text", "proof": "area"}),
        Action(step=FlagStep.STATE, fields={"text": "area"}),
        Action(step=FlagStep.CONFIRM, fields={"reason": "area", "statement_answer": "area"}),
        Action(step=FlagStep.RESUME, fields={"reason": "area"}),
        Action(step=FlagStep.LIFT, fields={"reason": "area", "basis": "text"}),
    )
}


@pages.get("/flags", roles=READERS)
def list_flags(visit: PageRequest) -> Page:
    """List the office's flags in one state, newest first, or one's own, whatever their state."""
    is_office = Role.CREDIT_OFFICER in visit.caller.roles
    asked = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    if is_office:
        asked["state"] = visit.query.get("state") or FlagState.PROPOSED.value
    facts = {
        "found": visit.get(flags.flags, query={"limit": "20"} | asked),
        "asked": asked,
        "states": tuple(FlagState),
        "is_office": is_office,
    }
    return Page(template="flags.html", facts=facts)


@pages.get("/flags/{flag_id}", roles=READERS)
def read_flag(visit: PageRequest) -> Page:
    """Show a flag with its row of the list, the items that it touches, its persons and dates, and who was told."""
    flag = visit.get(flags.flag)
    facts = _facts(visit, flag) | {"done": visit.query.get("done"), "steps": tuple(FlagStep)}
    if Role.CREDIT_OFFICER in visit.caller.roles:
        from chalicelib.api.sanctions.routes import flag_notices  # noqa: PLC0415 - only the office sees it

        cursor = visit.query.get("cursor", "")
        query = {"limit": "20"} | ({"cursor": cursor} if cursor else {})
        facts["told"] = visit.get(flag_notices.of_flag, query=query)
    return Page(template="flag.html", facts=facts)


@pages.get("/flags/{flag_id}/confirmation", roles=OFFICERS, fresh=True)
def ask_confirmation(visit: PageRequest) -> Page:
    """Draw the form of the second person, who has just logged in."""
    return _form(visit, ACTS[FlagStep.CONFIRM])


@pages.post("/flags/{flag_id}/confirmation", roles=OFFICERS, form="/flags/{flag_id}/confirmation", fresh=True)
def confirm(visit: PageRequest) -> Page | Redirect:
    """Put a flag in force."""
    return _sent(visit, ACTS[FlagStep.CONFIRM])


@pages.get("/flags/{flag_id}/acts/{act}", roles=READERS)
def ask(visit: PageRequest) -> Page:
    """Draw the form of any other step."""
    return _form(visit, _act(visit))


@pages.post("/flags/{flag_id}/acts/{act}", roles=READERS, form="/flags/{flag_id}/acts/{act}")
def do(visit: PageRequest) -> Page | Redirect:
    """Take the step on the version that the form was drawn from."""
    return _sent(visit, _act(visit))


def is_open(step: FlagStep, flag: FlagDetailResponse, visit: PageRequest) -> bool:
    """Say whether to offer a step: by the right that the rules give, by the persons, and by what the flag is at."""
    right = STEPS[step]
    if right.role not in visit.caller.roles or flag.state not in right.states:
        return False
    if step is FlagStep.CONFIRM:
        is_heard = not is_defence_open(flag.defence_due_at, has_spoken=bool(flag.statements), at=visit.at)
        return is_heard and flag.proposed_by != visit.caller.actor
    if step is FlagStep.RESUME:
        asked = flag.suspension and flag.suspension.request
        return not asked or asked.by != visit.caller.actor
    return True


def item_names(visit: PageRequest, codes: list[str]) -> list[tuple[str, str]]:
    """Return items by code and name; one that is not published has its code for a name."""
    found = [(code, container().catalogue.find(code, at=visit.at)) for code in codes]
    return [(code, item.name if item else code) for code, item in found]


def _facts(visit: PageRequest, flag: FlagDetailResponse) -> dict[str, object]:
    """Return what every page of a flag shows."""
    edition = visit.get(flags.measures, query={"edition": flag.edition})
    return {
        "flag": flag,
        "edition": edition,
        "measure": next((row for row in edition.items if row.code == flag.measure_code), None),
        "items": item_names(visit, flag.related_items),
        "conducts": {conduct.code: conduct.name for conduct in edition.conducts},
        "lost": {ground: WORDS[ground][visit.language == "en"] for ground in WORDS},
        "open_steps": [step for step in FlagStep if is_open(step, flag, visit)],
        "is_office": Role.CREDIT_OFFICER in visit.caller.roles,
        "me": visit.caller.actor,
    }


def _form(visit: PageRequest, act: Action) -> Page:
    """Draw a step's form beside what it is about; one that is not open now says so."""
    flag = visit.get(flags.flag)
    fields = act.fields
    if act.step is FlagStep.CONFIRM and not flag.statements:
        fields = {name: kind for name, kind in fields.items() if name != "statement_answer"}
    place = "confirmation" if act.step is FlagStep.CONFIRM else f"acts/{act.step}"
    facts = _facts(visit, flag) | {"act": act, "fields": fields, "place": f"flags/{flag.id}/{place}"}
    return Page(template="flag_act.html", facts=facts)


def _sent(visit: PageRequest, act: Action) -> Page | Redirect:
    page = _form(visit, act)
    body = {name: _value(kind, visit.sent(name)) for name, kind in act.fields.items()}
    version = visit.version() if act.has_version else None
    try:
        visit.do(act.route, body=body, version=version)
    except DomainError as error:
        if not _is_done_already(act, page.fact("flag", FlagDetailResponse), visit):
            return again(page, error, visit)
    return Redirect(to=f"flags/{visit.path['flag_id']}", query={"done": act.step.value})


def _is_done_already(act: Action, flag: FlagDetailResponse, visit: PageRequest) -> bool:
    """Say whether exactly this is all that happened since the form was drawn: the second click of a double click."""
    done = {
        FlagStep.SERVE: (flag.service, "proof"),
        FlagStep.CONFIRM: (flag.confirmation, "reason"),
        FlagStep.LIFT: (flag.lifting, "reason"),
    }
    said, name = done.get(act.step, (None, ""))
    return said is not None and getattr(said, name) == visit.sent(name) and flag.version == visit.version() + 1


def _value(kind: Kind, sent: str) -> str:
    return moment_of(sent) if kind == "moment" else sent


def _act(visit: PageRequest) -> Action:
    """Return the step that an address names; confirming has a page of its own, for it wants a fresh login."""
    act = next((act for step, act in ACTS.items() if step.value == visit.path["act"]), None)
    if act is None or act.step is FlagStep.CONFIRM:
        raise DomainError(ErrorCode.NOT_FOUND)
    if STEPS[act.step].role not in visit.caller.roles:
        raise DomainError(ErrorCode.FORBIDDEN)
    return act
