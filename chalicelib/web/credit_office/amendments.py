"""Amendments (更正): the credit office amends a record of any department, by two persons."""

from typing import Any, Final

from chalicelib.api.redress.routes import amendments
from chalicelib.api.redress.routes.amendments import AmendmentResponse
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.redress.model import AMENDS, AmendmentState, Outcome
from chalicelib.settings import settings
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, carry_out, draw, submit
from chalicelib.web.core.directory import entry_text
from chalicelib.web.core.forms import unanswered
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named
from chalicelib.web.credit_office.redress import DECIDERS, contents_in

OFFICERS: Final = (Role.CREDIT_OFFICER,)
FORM: Final = "/amendment"
ONE: Final = "/amendments/{amendment_id}"
LONGEST_ENTRY: Final = 140

REASON: Final[Field[AmendmentResponse]] = Field(name="reason", kind="area", label="the_reason")
CONFIRMATION: Final[Action[AmendmentResponse]] = Action(
    name="confirmation",
    route=amendments.confirm,
    fields=(REASON,),
    at={"": "reason"},
    said=lambda one: one.confirmed,
    is_grave=True,
)
WITHDRAWAL: Final[Action[AmendmentResponse]] = Action(
    name="withdrawal", route=amendments.withdraw, fields=(REASON,), at={"": "reason"}, said=lambda one: one.withdrawn
)


@pages.get("/amendments", roles=DECIDERS)
def list_amendments(visit: PageRequest) -> Page:
    """List the amendments of a department's records, newest first."""
    found = visit.look_through(amendments.amendments, query=of_department(visit))
    facts = {"found": found, "entry": lambda entry: entry_text(entry, visit.language)}
    return Page(template="amendments.html", facts=facts | departments_of(visit))


@pages.get(FORM, roles=DECIDERS)
def ask_amendment(visit: PageRequest) -> Page:
    """Ask what is to become of a record, and why."""
    entry = entry_of(visit)
    outcomes = [(one.value, text(f"amendment_outcome_{one}", visit.language)) for one in Outcome if one in AMENDS]
    facts = {"entry": entry, "entry_words": entry_text(entry, visit.language), "outcomes": outcomes}
    return Page(template="amendment_form.html", facts=facts)


@pages.post(FORM, roles=DECIDERS, form=FORM)
def propose(visit: PageRequest) -> Page | Redirect:
    """Propose it; nothing changes before another officer has confirmed it."""
    body: dict[str, Any] = {name: visit.sent(name) for name in ("entry", "outcome", "reason", "basis")}
    body |= {"ends_on": visit.sent("ends_on")} if visit.sent("ends_on") else {}
    contents, faults = contents_in(visit)
    body |= {"contents": contents} if contents else {}
    return submit(
        visit,
        amendments.propose,
        body,
        ask=ask_amendment,
        onward=lambda made: Redirect(to=f"amendments/{made.id}", query={"done": "proposed"}),
        at={"": "outcome"} | {f"/contents/{name}": "contents" for name in contents},
        unanswered=unanswered(visit, outcome="choose_amendment") | faults,
    )


@pages.get(ONE, roles=DECIDERS)
def read_amendment(visit: PageRequest) -> Page:
    """Show an amendment, who proposed and confirmed it, and what may be done now."""
    one = visit.get(amendments.amendment)
    people = [one.proposed_by, *(act.by for act in (one.confirmed, one.withdrawn) if act is not None)]
    facts = {
        "one": one,
        "entry": lambda entry: entry_text(entry, visit.language),
        "actions": _open_now(one, visit),
        "staff": staff_named(people),
        "done": visit.query.get("done"),
    }
    return Page(template="amendment.html", facts=facts)


@pages.get(f"{ONE}/confirmation", roles=DECIDERS, fresh=True)
def ask_confirmation(visit: PageRequest) -> Page:
    """Draw the form for the second officer, who has just logged in."""
    return _form(CONFIRMATION, visit)


@pages.post(f"{ONE}/confirmation", roles=DECIDERS, form=f"{ONE}/confirmation", fresh=True)
def confirm(visit: PageRequest) -> Page | Redirect:
    """Confirm the amendment, which takes effect at once."""
    return _carry_out(CONFIRMATION, visit)


@pages.get(f"{ONE}/withdrawal", roles=DECIDERS)
def ask_withdrawal(visit: PageRequest) -> Page:
    """Ask why it is withdrawn."""
    return _form(WITHDRAWAL, visit)


@pages.post(f"{ONE}/withdrawal", roles=DECIDERS, form=f"{ONE}/withdrawal")
def withdraw(visit: PageRequest) -> Page | Redirect:
    """Withdraw the proposal; the record stays as it is."""
    return _carry_out(WITHDRAWAL, visit)


def of_department(visit: PageRequest) -> dict[str, str]:
    """Return the query of a list of a department's matters: of the one that was chosen, or one's own."""
    department = visit.query.get("department") or visit.caller.department or ""
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    return {"limit": "20", "department": department} | cursor


def departments_of(visit: PageRequest) -> dict[str, object]:
    """Return what such a list needs to let the credit office choose a department; others see their own."""
    is_office = visit.caller.department == CREDIT_OFFICE
    return {"of": of_department(visit)["department"], "departments": settings().departments if is_office else ()}


def entry_of(visit: PageRequest) -> str:
    """Return the entry that a form is about, by its name in the address or the form; ``NOT_FOUND`` for none."""
    entry = visit.sent("entry") or visit.query.get("entry", "")
    if not 0 < len(entry) <= LONGEST_ENTRY:
        raise DomainError(ErrorCode.NOT_FOUND)
    return entry


def _open_now(one: AmendmentResponse, visit: PageRequest) -> list[str]:
    if one.state is not AmendmentState.PROPOSED or visit.caller.department != CREDIT_OFFICE:
        return []
    is_own = visit.caller.is_person(one.proposed_by)
    return [WITHDRAWAL.name] if is_own else [CONFIRMATION.name, WITHDRAWAL.name]


def _form(action: Action[AmendmentResponse], visit: PageRequest) -> Page:
    one = visit.get(amendments.amendment)
    return draw(
        "amendment_action.html",
        action,
        one,
        visit,
        title=f"amendment_{action.name}",
        is_open=action.name in _open_now(one, visit),
        entry_words=entry_text(one.entry, visit.language),
    )


def _carry_out(action: Action[AmendmentResponse], visit: PageRequest) -> Page | Redirect:
    one = visit.get(amendments.amendment)
    onward = Redirect(to=f"amendments/{one.id}", query={"done": action.name})
    return carry_out(action, one, visit, ask=lambda visit: _form(action, visit), onward=onward)
