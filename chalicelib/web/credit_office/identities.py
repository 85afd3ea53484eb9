"""Whose a record is, and which identities belong together: the credit office decides, two officers where it counts."""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.api.credit.routes import identity_conflicts, identity_links
from chalicelib.api.credit.routes.identity_conflicts import ConflictDecisionResponse, ConflictResponse
from chalicelib.api.credit.routes.identity_links import AliasActResponse, AliasResponse
from chalicelib.credit.model.identity_conflicts import ConflictState, Outcome
from chalicelib.credit.model.identity_links import IdentityLinkState
from chalicelib.credit.model.links import LinkKind
from chalicelib.errors import DomainError
from chalicelib.http.routes import Route
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.core import pages
from chalicelib.web.core.forms import again, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

OFFICERS: Final = (Role.CREDIT_OFFICER,)
PARTIES: Final = ("former", "present")
FORM: Final = "/identities/links/new"
LINK: Final = "/identities/links/{alias_id}"


@pages.get("/identities", roles=OFFICERS)
def list_all(visit: PageRequest) -> Page:
    """List records whose number has another name, and identities that belong together, each in one state."""
    state = visit.query.get("state") or IdentityLinkState.PROPOSED.value
    waiting = {"limit": "20", "state": ConflictState.OPEN.value} | _cursor(visit, "conflicts_after")
    links = {"limit": "20", "state": state} | _cursor(visit, "links_after")
    facts = {
        "conflicts": visit.get(identity_conflicts.page, query=waiting),
        "links": visit.get(identity_links.page, query=links),
        "state": state,
        "states": tuple(IdentityLinkState),
        "done": visit.query.get("done"),
    }
    return Page(template="identities.html", facts=facts)


@pages.get("/identities/conflicts/{conflict_id}", roles=OFFICERS)
def read_conflict(visit: PageRequest) -> Page:
    """Show a record that waits because its number is known under another name, and ask what a person found."""
    outcomes = [(one.value, text(f"conflict_{one}", visit.language)) for one in Outcome]
    one = visit.get(identity_conflicts.read)
    return Page(template="conflict.html", facts={"one": one, "outcomes": outcomes})


@pages.post("/identities/conflicts/{conflict_id}", roles=OFFICERS, form="/identities/conflicts/{conflict_id}")
def decide(visit: PageRequest) -> Page | Redirect:
    """Take a person's finding."""
    page = read_conflict(visit)
    if not visit.sent("outcome"):
        return at_fault(page, outcome=text("choose_an_outcome", visit.language))
    body = {name: visit.sent(name) for name in ("outcome", "evidence", "reason")}
    try:
        visit.do(identity_conflicts.decide, body=body, version=visit.version())
    except DomainError as error:
        one = page.fact("one", ConflictResponse)
        if not _is_said_already(one.decision, body, one.version, visit):
            return again(page, error, visit, fields={"": "outcome"})
    return Redirect(to="identities", query={"done": "found"})


@pages.get(FORM, roles=OFFICERS)
def ask_link(visit: PageRequest) -> Page:
    """Ask who the subject was, who it is now, and for the document that says so."""
    facts = {
        "kinds": [(one.value, text(f"link_{one}", visit.language)) for one in LinkKind],
        "documents": [(one.value, text(f"kind_{one}", visit.language)) for one in SubjectKind],
        "parties": PARTIES,
    }
    return Page(template="link_form.html", facts=facts)


@pages.post(FORM, roles=OFFICERS, form=FORM)
def propose(visit: PageRequest) -> Page | Redirect:
    """Propose it: nothing counts before a second officer has confirmed it."""
    page = ask_link(visit)
    if not visit.sent("kind"):
        return at_fault(page, kind=text("choose_an_outcome", visit.language))
    body: dict[str, Any] = {
        "kind": visit.sent("kind"),
        "document": {name: visit.sent(f"document-{name}") for name in ("number", "organ", "effective_on")},
        "evidence": visit.sent("evidence"),
    }
    body |= {who: {name: visit.sent(f"{who}-{name}") for name in ("kind", "number", "name")} for who in PARTIES}
    try:
        made = visit.do(identity_links.propose, body=body)
    except DomainError as error:
        return again(page, error, visit, fields={"": "present-number", "/present": "present-number"})
    return Redirect(to=f"identities/links/{made.id}", query={"done": "proposed"})


@pages.get(LINK, roles=OFFICERS)
def read_link(visit: PageRequest) -> Page:
    """Show who belongs together, by which document, who proposed and confirmed it, and what may be done now."""
    link = visit.get(identity_links.read)
    facts = {
        "link_": link,
        "may_confirm": link.state is IdentityLinkState.PROPOSED and link.proposed.by != visit.caller.actor,
        "may_revoke": link.state is not IdentityLinkState.REVOKED,
        "done": visit.query.get("done"),
    }
    return Page(template="link.html", facts=facts)


@pages.get(f"{LINK}/confirmation", roles=OFFICERS, fresh=True)
def ask_confirmation(visit: PageRequest) -> Page:
    """Draw the form of the second officer, who has just logged in."""
    return _act(visit, "confirmation", ("reason",))


@pages.post(f"{LINK}/confirmation", roles=OFFICERS, form=f"{LINK}/confirmation", fresh=True)
def confirm(visit: PageRequest) -> Page | Redirect:
    """Let it count from now on."""
    return _acted(visit, ask_confirmation(visit), identity_links.confirm)


@pages.get(f"{LINK}/revocation", roles=OFFICERS)
def ask_revocation(visit: PageRequest) -> Page:
    """Ask why it is taken back, and by which document."""
    return _act(visit, "revocation", ("reason", "basis"))


@pages.post(f"{LINK}/revocation", roles=OFFICERS, form=f"{LINK}/revocation")
def revoke(visit: PageRequest) -> Page | Redirect:
    """Take it back: from now on it counts for nothing."""
    return _acted(visit, ask_revocation(visit), identity_links.revoke)


def _act(visit: PageRequest, act: str, fields: tuple[str, ...]) -> Page:
    page = read_link(visit)
    return Page(template="link_act.html", facts={**page.facts, "act": act, "fields": fields})


def _acted(visit: PageRequest, page: Page, route: Route[Any, AliasResponse]) -> Page | Redirect:
    fields, act = page.fact("fields", tuple), page.fact("act", str)
    body = {name: visit.sent(name) for name in fields}
    try:
        visit.do(route, body=body, version=visit.version())
    except DomainError as error:
        link = page.fact("link_", AliasResponse)
        if not _is_said_already(link.confirmed if act == "confirmation" else link.revoked, body, link.version, visit):
            return again(page, error, visit, fields={"": "reason"})
    return Redirect(to=f"identities/links/{visit.path['alias_id']}", query={"done": act})


def _is_said_already(
    said: AliasActResponse | ConflictDecisionResponse | None, body: Mapping[str, str], version: int, visit: PageRequest
) -> bool:
    """Say whether exactly this is all that happened since the form was drawn: the second click of a double click."""
    is_mine = said is not None and said.by == visit.caller.actor and version == visit.version() + 1
    return is_mine and all(getattr(said, name) == text for name, text in body.items())


def _cursor(visit: PageRequest, name: str) -> dict[str, str]:
    return {"cursor": visit.query[name]} if visit.query.get(name) else {}
