"""Acting for others (委托): what one gave and what one holds, giving, claiming by a document, and ending."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from chalicelib.api.authorities import routes
from chalicelib.api.authorities.schemas import AuthorityResponse
from chalicelib.authorities.model import Act, Side, Standing
from chalicelib.authorities.services import AGENTS, PRINCIPALS, SIDES
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, carry_out, draw, submit
from chalicelib.web.core.forms import FILES
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

EVERY: Final = "*"
"""The answer that stands for every item."""

MOST_PAGES: Final = 5
"""How many pages of a hundred are looked through for what an agent holds for one item."""

FILES_BY: Final = frozenset({Act.FILE, Act.PROMISE})
"""With either of these an agent can begin an application."""

OPEN: Final = frozenset({Standing.CLAIMED, Standing.COMING, Standing.IN_FORCE})
"""What can still be ended."""

DONE: Final = frozenset({"given", "claimed", "ended"})

AT: Final[Mapping[str, str]] = {ErrorCode.ITEM_NOT_LISTED: "items"}

END: Final[Action[AuthorityResponse]] = Action(name="end", route=routes.end, button="authority_end", is_grave=True)


@pages.get("/authorities", roles=SIDES)
def list_all(visit: PageRequest) -> Page:
    """List whom one lets act and for whom one may act, with what each may do and until when."""
    done = visit.query.get("done")
    sides = {
        side: visit.get(routes.page, query={"side": side.value, "limit": "20"} | _cursor(visit, side))
        for side, role in ((Side.PRINCIPAL, Role.APPLICANT), (Side.AGENT, Role.AGENT))
        if role in visit.caller.roles
    }
    facts = {
        "sides": {side.value: found for side, found in sides.items()},
        "names": names_of((each for found in sides.values() for each in found.items), visit),
        "open": OPEN,
        "done": done if done in DONE else None,
    }
    return Page(template="authorities.html", facts=facts)


@pages.get("/authorities/new", roles=PRINCIPALS)
def ask_agent(visit: PageRequest) -> Page:
    """Ask who may act, in what, with which acts and until when."""
    code = _code(visit)
    items = [] if code is None else [(code, _name(code, visit))]
    facts = {"items": [*items, (EVERY, text("items_all", visit.language))], **_asked(visit)}
    return Page(template="authority_give.html", facts=facts)


@pages.post("/authorities/new", roles=PRINCIPALS, form="/authorities/new")
def give(visit: PageRequest) -> Page | Redirect:
    """Let somebody act, from now on."""
    chosen = visit.sent("items")
    body = {**_grant(visit), "items": None if chosen == EVERY else [chosen], "agent": _named(visit, "agent")}
    onward = Redirect(to="authorities", query={"done": "given"})
    at, unanswered = {**AT, **_at("agent")}, _unanswered(visit, "items")
    return submit(visit, routes.give, body, ask=ask_agent, onward=onward, at=at, unanswered=unanswered)


@pages.get("/authorities/claim", roles=AGENTS)
def ask_principal(visit: PageRequest) -> Page:
    """Ask for whom one acts by a document, in which item, with which acts and until when."""
    code = _code(visit)
    facts = {"item": None if code is None else (code, _name(code, visit)), **_asked(visit)}
    return Page(template="authority_claim.html", facts=facts, scripts=FILES)


@pages.post("/authorities/claim", roles=AGENTS, form="/authorities/claim")
def claim(visit: PageRequest) -> Page | Redirect:
    """Claim an authority; the item's department reads the document before anything may be done on it."""
    paper = next((each for each in visit.uploads if each.field == "document"), None)
    unanswered = _unanswered(visit) | ({} if paper else {"document": text("choose_a_file", visit.language)})
    body = {
        **_grant(visit),
        "items": [visit.sent("item")],
        "principal": _named(visit, "principal"),
        "document": paper and {"name": paper.name[:200], "sha256": paper.sha256},
    }
    onward = Redirect(to="authorities", query={"done": "claimed"})
    at = {**AT, **_at("principal")}
    return submit(visit, routes.claim, body, ask=ask_principal, onward=onward, at=at, unanswered=unanswered)


@pages.get("/authorities/{authority_id}/end", roles=SIDES)
def ask_end(visit: PageRequest) -> Page:
    """Say what ends with an authority, and ask whether it shall."""
    one = visit.get(routes.read)
    facts = {"one": one, "names": names_of((one,), visit)}
    title = "authority_end" if one.side is Side.PRINCIPAL else "authority_back"
    return draw("authority_end.html", END, one, visit, title=title, is_open=one.state in OPEN, **facts)


@pages.post("/authorities/{authority_id}/end", roles=SIDES, form="/authorities/{authority_id}/end")
def end(visit: PageRequest) -> Page | Redirect:
    """End it, or give it back: at once."""
    one = visit.get(routes.read)
    return carry_out(END, one, visit, ask=ask_end, onward=Redirect(to="authorities", query={"done": "ended"}))


def held_for(item_code: str, visit: PageRequest) -> list[AuthorityResponse]:
    """Return what an agent holds now that lets them file for an item."""
    held: list[AuthorityResponse] = []
    query = {"side": Side.AGENT.value, "limit": "100"}
    for _ in range(MOST_PAGES):
        found = visit.get(routes.page, query=query)
        held += [
            each
            for each in found.items
            if each.state is Standing.IN_FORCE
            and (each.items is None or item_code in each.items)
            and not FILES_BY.isdisjoint(each.acts)
        ]
        if found.next_cursor is None:
            break
        query |= {"cursor": found.next_cursor}
    return held


def names_of(shown: Iterable[AuthorityResponse], visit: PageRequest) -> dict[str, str]:
    """Return what the items of these authorities are called."""
    return {code: _name(code, visit) for each in shown for code in each.items or ()}


def _name(code: str, visit: PageRequest) -> str:
    item = container().offers.offered(code, at=visit.at)
    return item.name_en if visit.language == "en" and item.name_en else item.name


def _code(visit: PageRequest) -> str | None:
    """Return the item from which somebody comes, if there is one by that code."""
    named = (visit.sent("items"), visit.sent("item"), visit.query.get("item", ""))
    code = next((each for each in named if each and each != EVERY), None)
    if code is None:
        return None
    try:
        return container().offers.offered(code, at=visit.at).code
    except DomainError:
        return None


def _asked(visit: PageRequest) -> dict[str, object]:
    return {
        "kinds": [(kind.value, text(f"kind_{kind}", visit.language)) for kind in SubjectKind],
        "acts": [(act.value, *(text(f"may_{act}{hint}", visit.language) for hint in ("", "_hint"))) for act in Act],
    }


def _grant(visit: PageRequest) -> dict[str, Any]:
    return {"acts": list(visit.form.get("acts", ())), "until": visit.sent("until")}


def _named(visit: PageRequest, who: str) -> dict[str, str]:
    return {name: visit.sent(f"{who}-{name}") for name in ("kind", "number", "name")}


def _at(who: str) -> dict[str, str]:
    """Return at which field errors about the other side are shown."""
    number = f"{who}-number"
    return {f"/{who}": number, ErrorCode.INVALID_IDENTIFIER: number, ErrorCode.INSUFFICIENT_IDENTITY: number}


def _unanswered(visit: PageRequest, *names: str) -> dict[str, str]:
    """Return what was not chosen, with what to say about it."""
    chosen = {"acts": visit.form.get("acts", ()), "until": visit.sent("until")} | {n: visit.sent(n) for n in names}
    words = {"acts": "choose_an_act", "until": "choose_a_last_day", "items": "choose_items"}
    return {name: text(words[name], visit.language) for name, value in chosen.items() if not value}


def _cursor(visit: PageRequest, side: Side) -> dict[str, str]:
    name = f"{side.value}_after"
    return {"cursor": visit.query[name]} if visit.query.get(name) else {}
