"""Identity conflicts and identity links: the credit office decides whose a record is and who belongs together."""

from typing import Any, Final

from chalicelib.api.credit.routes import identity_conflicts, identity_links
from chalicelib.api.credit.routes.identity_conflicts import ConflictResponse
from chalicelib.api.credit.routes.identity_links import AliasResponse
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.credit.model.identity_conflicts import ConflictState, Outcome
from chalicelib.credit.model.identity_links import IdentityLinkState
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, carry_out, draw, submit
from chalicelib.web.core.directory import entry_text
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

OFFICERS: Final = (Role.CREDIT_OFFICER,)
PARTIES: Final = ("former", "present")
FORM: Final = "/identities/links/new"
LINK: Final = "/identities/links/{alias_id}"


REASON: Final[Field[AliasResponse]] = Field(name="reason", kind="area", label="the_reason")

CONFIRMATION: Final[Action[AliasResponse]] = Action(
    name="confirmation",
    route=identity_links.confirm,
    fields=(REASON,),
    at={"": "reason"},
    said=lambda link: link.confirmed,
)
REVOCATION: Final[Action[AliasResponse]] = Action(
    name="revocation",
    route=identity_links.revoke,
    fields=(REASON, Field(name="basis", kind="text", label="link_back_by")),
    at={"": "reason"},
    said=lambda link: link.revoked,
    is_grave=True,
)


@pages.get("/identities", roles=OFFICERS)
def list_all(visit: PageRequest) -> Page:
    """List open identity conflicts, and for the credit office identity links in one state."""
    state = visit.query.get("state") or IdentityLinkState.PROPOSED.value
    waiting = {"limit": "20", "state": ConflictState.OPEN.value} | _cursor(visit, "conflicts_after")
    links = {"limit": "20", "state": state} | _cursor(visit, "links_after")
    facts = {
        "conflicts": visit.get(identity_conflicts.page, query=waiting),
        "links": visit.get(identity_links.page, query=links) if visit.caller.department == CREDIT_OFFICE else None,
        "state": state,
        "states": tuple(IdentityLinkState),
        "about_of": lambda one: _about(one, visit),
        "done": visit.query.get("done"),
    }
    return Page(template="identities.html", facts=facts)


@pages.get("/identities/conflicts/{conflict_id}", roles=OFFICERS)
def read_conflict(visit: PageRequest) -> Page:
    """Show a record whose number is known under another name, and ask for a decision."""
    outcomes = [(one.value, text(f"conflict_{one}", visit.language)) for one in Outcome]
    one = visit.get(identity_conflicts.read)
    facts = {
        "one": one,
        "outcomes": outcomes,
        "about_of": lambda one: _about(one, visit),
        "staff": staff_named([one.said_by]),
    }
    return Page(template="conflict.html", facts=facts)


@pages.post("/identities/conflicts/{conflict_id}", roles=OFFICERS, form="/identities/conflicts/{conflict_id}")
def decide(visit: PageRequest) -> Page | Redirect:
    """Record the decision on a conflict."""
    body = {name: visit.sent(name) for name in ("outcome", "evidence", "reason")}
    return submit(
        visit,
        identity_conflicts.decide,
        body,
        ask=read_conflict,
        onward=Redirect(to="identities", query={"done": "found"}),
        at={"": "outcome"},
        unanswered={} if visit.sent("outcome") else {"outcome": text("choose_an_outcome", visit.language)},
        said=lambda page: page.fact("one", ConflictResponse).decision,
    )


@pages.get(FORM, roles=OFFICERS)
def ask_link(visit: PageRequest) -> Page:
    """Ask for the former identity, the present one, and the document that links them."""
    facts = {
        "kinds": [(one.value, text(f"link_{one}", visit.language)) for one in LinkKind],
        "documents": [(one.value, text(f"kind_{one}", visit.language)) for one in SubjectKind],
        "parties": PARTIES,
    }
    return Page(template="link_form.html", facts=facts)


@pages.post(FORM, roles=OFFICERS, form=FORM)
def propose(visit: PageRequest) -> Page | Redirect:
    """Propose a link; it has no effect before a second officer has confirmed it."""
    body: dict[str, Any] = {
        "kind": visit.sent("kind"),
        "document": {name: visit.sent(f"document-{name}") for name in ("number", "organ", "effective_on")},
        "evidence": visit.sent("evidence"),
    }
    body |= {who: {name: visit.sent(f"{who}-{name}") for name in ("kind", "number", "name")} for who in PARTIES}
    return submit(
        visit,
        identity_links.propose,
        body,
        ask=ask_link,
        onward=lambda made: Redirect(to=f"identities/links/{made.id}", query={"done": "proposed"}),
        at={"": "present-number", "/present": "present-number"},
        unanswered={} if visit.sent("kind") else {"kind": text("choose_an_outcome", visit.language)},
    )


@pages.get(LINK, roles=OFFICERS)
def read_link(visit: PageRequest) -> Page:
    """Show a link with its document, who proposed and confirmed it, and what may be done now."""
    link = visit.get(identity_links.read)
    is_confirmable = link.state is IdentityLinkState.PROPOSED and not visit.caller.is_person(link.proposed.by)
    offers = {CONFIRMATION.name: is_confirmable, REVOCATION.name: link.state is not IdentityLinkState.REVOKED}
    facts = {
        "link_": link,
        "actions": [name for name, is_offered in offers.items() if is_offered],
        "staff": staff_named(deed.by for deed in (link.proposed, link.confirmed, link.revoked) if deed),
        "done": visit.query.get("done"),
    }
    return Page(template="link.html", facts=facts)


@pages.get(f"{LINK}/confirmation", roles=OFFICERS, fresh=True)
def ask_confirmation(visit: PageRequest) -> Page:
    """Draw the form for the second officer, who has just logged in."""
    return _form(CONFIRMATION, visit)


@pages.post(f"{LINK}/confirmation", roles=OFFICERS, form=f"{LINK}/confirmation", fresh=True)
def confirm(visit: PageRequest) -> Page | Redirect:
    """Confirm the link; it has effect from now on."""
    return _carry_out(CONFIRMATION, visit)


@pages.get(f"{LINK}/revocation", roles=OFFICERS)
def ask_revocation(visit: PageRequest) -> Page:
    """Ask why the link is revoked, and by which document."""
    return _form(REVOCATION, visit)


@pages.post(f"{LINK}/revocation", roles=OFFICERS, form=f"{LINK}/revocation")
def revoke(visit: PageRequest) -> Page | Redirect:
    """Revoke the link; it has no effect from now on."""
    return _carry_out(REVOCATION, visit)


def _form(action: Action[AliasResponse], visit: PageRequest) -> Page:
    link = visit.get(identity_links.read)
    return draw("link_action.html", action, link, visit, title=f"link_{action.name}", link_=link)


def _carry_out(action: Action[AliasResponse], visit: PageRequest) -> Page | Redirect:
    link = visit.get(identity_links.read)
    onward = Redirect(to=f"identities/links/{link.id}", query={"done": action.name})
    return carry_out(action, link, visit, ask=lambda visit: _form(action, visit), onward=onward)


def _about(one: ConflictResponse, visit: PageRequest) -> str:
    """Return what people call the matter of a conflict: the record, the case, or what was being done."""
    if one.record_id:
        return entry_text(f"{one.source}/{one.record_id}", visit.language)
    return one.reference if is_case_no(one.reference) else text(f"conflict_cause_{one.cause}", visit.language)


def _cursor(visit: PageRequest, name: str) -> dict[str, str]:
    return {"cursor": visit.query[name]} if visit.query.get(name) else {}
