"""Claims of agents (委托书核对): what waits for the department, and confirming or refusing one by its document."""

from typing import Final

from chalicelib.api.authorities import routes
from chalicelib.api.authorities.schemas import AuthorityResponse
from chalicelib.authorities.model import Standing
from chalicelib.authorities.services import OFFICERS
from chalicelib.errors import ErrorCode
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.applicants.authorities import names_of
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, carry_out, draw, submit
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

CLAIM: Final = "/claims/{authority_id}"
DONE: Final = frozenset({"confirmed", "refused"})

REFUSAL: Final[Action[AuthorityResponse]] = Action(
    name="refusal",
    route=routes.refuse,
    fields=(Field(name="reason", kind="area", label="claim_refusal_why", hint="claim_refusal_why_hint"),),
    at={"": "reason"},
    said=lambda one: one.refused,
    button="claim_refuse",
    is_grave=True,
)


@pages.get("/claims", roles=OFFICERS)
def list_claims(visit: PageRequest) -> Page:
    """List the claims that wait for the department, oldest first."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    found, done = visit.get(routes.page, query=query), visit.query.get("done")
    facts = {"found": found, "names": names_of(found.items, visit), "done": done if done in DONE else None}
    return Page(template="claims.html", facts=facts)


@pages.get(CLAIM, roles=OFFICERS)
def read_claim(visit: PageRequest) -> Page:
    """Show a claim, and ask for the principal as the document names them."""
    one = visit.get(routes.read)
    facts = {
        "one": one,
        "names": names_of((one,), visit),
        "kinds": [(kind.value, text(f"kind_{kind}", visit.language)) for kind in SubjectKind],
        "is_open": one.state is Standing.CLAIMED,
    }
    return Page(template="claim.html", facts=facts)


@pages.post(CLAIM, roles=OFFICERS, form=CLAIM)
def confirm(visit: PageRequest) -> Page | Redirect:
    """Confirm a claim; it is in force from now on."""
    body = {"principal": {name: visit.sent(f"principal-{name}") for name in ("kind", "number", "name")}}
    at = dict.fromkeys(("", ErrorCode.INVALID_IDENTIFIER, ErrorCode.INSUFFICIENT_IDENTITY), "principal-number")
    onward = Redirect(to="claims", query={"done": "confirmed"})
    return submit(visit, routes.confirm, body, ask=read_claim, onward=onward, at=at)


@pages.get(f"{CLAIM}/refusal", roles=OFFICERS)
def ask_refusal(visit: PageRequest) -> Page:
    """Ask why a claim is not confirmed."""
    one = visit.get(routes.read)
    return draw("claim_refusal.html", REFUSAL, one, visit, title="claim_refuse", one=one)


@pages.post(f"{CLAIM}/refusal", roles=OFFICERS, form=f"{CLAIM}/refusal")
def refuse(visit: PageRequest) -> Page | Redirect:
    """Refuse a claim, with the reason for both sides."""
    onward = Redirect(to="claims", query={"done": "refused"})
    return carry_out(REFUSAL, visit.get(routes.read), visit, ask=ask_refusal, onward=onward)
