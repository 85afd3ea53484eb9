"""Cards (督办牌): those that were given and by when somebody must act, each with its history, and what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.api.supervision.routes import cards
from chalicelib.api.supervision.routes.cards import CardResponse
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Route
from chalicelib.policy import ALL_DEPARTMENTS
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.settings import settings
from chalicelib.supervision.model.cards import CardState, CardStep, Outcome
from chalicelib.supervision.rules.cards import GIVERS, open_steps
from chalicelib.supervision.services.cards import READERS
from chalicelib.web.core import pages
from chalicelib.web.core.forms import again, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What may be done with a card: its step, its route, what its text is called there, and the answers to choose."""

    step: CardStep
    route: Route[Any, CardResponse]
    field: str
    outcomes: tuple[str, ...] = ()


ACTS: Final[Mapping[str, Action]] = {
    act.step.value: act
    for act in (
        Action(step=CardStep.REPLY, route=cards.reply, field="text"),
        Action(step=CardStep.APPEAL, route=cards.appeal, field="grounds"),
        Action(
            step=CardStep.DECISION,
            route=cards.decide,
            field="reasons",
            outcomes=tuple(Outcome),
        ),
        Action(step=CardStep.WITHDRAWAL, route=cards.withdraw, field="reason"),
    )
}


@pages.get("/cards", roles=READERS)
def list_cards(visit: PageRequest) -> Page:
    """List cards, newest first, each with the light and the last day of what is owed on it."""
    asked = {name: visit.query[name] for name in ("department", "state", "officer", "cursor") if visit.query.get(name)}
    sees_all = bool(visit.caller.roles & ALL_DEPARTMENTS)
    facts = {
        "found": visit.get(cards.cards, query={"limit": "20"} | asked),
        "asked": asked,
        "departments": settings().departments if sees_all else (),
        "states": tuple(CardState),
        "grounds": _grounds(visit),
        "me": visit.caller.sub,
        "may_give": _may_give(visit),
    }
    return Page(template="cards.html", facts=facts)


@pages.get("/cards/{card_id}", roles=READERS)
def read_card(visit: PageRequest) -> Page:
    """Show a card with what everybody said about it, and the acts that are open to who looks."""
    card = visit.get(cards.card)
    done = visit.query.get("done", "")
    facts = {
        "card": card,
        "ground": _grounds(visit).get(card.ground, card.ground),
        "acts": [step.value for step in _open(visit)],
        "words": [(name, getattr(card, name)) for name in ACTS if getattr(card, name)],
        "done": done if done == "given" or done in ACTS else None,
        "can_open": bool(visit.caller.roles - ALL_DEPARTMENTS),
    }
    return Page(template="card.html", facts=facts)


@pages.get("/cards/{card_id}/acts/{act}", roles=READERS)
def ask_act(visit: PageRequest) -> Page:
    """Ask for what an act needs."""
    act = _act(visit)
    facts = {
        "card": visit.get(cards.card),
        "act": act,
        "is_now": act.step in _open(visit),
        "outcomes": [(one, text(f"card_outcome_{one}", visit.language)) for one in act.outcomes],
    }
    return Page(template="card_act.html", facts=facts)


@pages.post("/cards/{card_id}/acts/{act}", roles=READERS, form="/cards/{card_id}/acts/{act}")
def do_act(visit: PageRequest) -> Page | Redirect:
    """Answer, appeal, decide or withdraw."""
    act, page = _act(visit), ask_act(visit)
    onward = Redirect(to=f"cards/{visit.path['card_id']}", query={"done": act.step.value})
    body = {act.field: visit.sent("text")}
    if act.outcomes:
        if not visit.sent("outcome"):
            return at_fault(page, outcome=text("choose_an_outcome", visit.language))
        body["outcome"] = visit.sent("outcome")
    try:
        visit.do(act.route, body=body, version=visit.version())
    except DomainError as error:
        if error.code is ErrorCode.STALE_VERSION and _is_done_already(page, act, visit):
            return onward
        return again(page, error, visit, fields={f"/{act.field}": "text", "": "text"})
    return onward


@pages.get("/card", roles=GIVERS)
def ask_card(visit: PageRequest) -> Page:
    """Ask for which case, and then on which of its events a card is given, on which ground, and the facts."""
    from chalicelib.api.cases.routes import cases  # noqa: PLC0415 - only this form needs it

    case_no = visit.sent("case_no") or visit.query.get("case_no", "").strip()
    if not case_no:
        return Page(template="card_form.html", facts={"case_no": "", "timeline": None})
    path = {"case_no": case_no}
    try:
        timeline = visit.get(cases.read_timeline, path=path)
    except DomainError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        page = Page(template="card_form.html", facts={"case_no": case_no, "timeline": None})
        return at_fault(page, case_no=text("card_no_such_case", visit.language))
    case = visit.get(cases.read_case, path=path)
    grounds = [
        (
            one.code,
            one.name if visit.language == "zh" else one.english,
            f"{text(f'card_{one.colour}', visit.language)} · {one.basis}",
        )
        for one in _pack(visit, case.item.code).card_grounds
    ]
    facts = {"case_no": case_no, "timeline": timeline, "case": case, "grounds": grounds}
    return Page(template="card_form.html", facts=facts)


@pages.post("/card", roles=GIVERS, form="/card")
def give(visit: PageRequest) -> Page | Redirect:
    """Give a card; its colour follows from its ground."""
    from chalicelib.api.cases.schemas.cases import CaseResponse  # noqa: PLC0415 - as above

    page = ask_card(visit)
    case = page.facts.get("case")
    if not isinstance(case, CaseResponse):
        return page
    ground = _pack(visit, case.item.code).card_ground(visit.sent("ground"))
    if ground is None:
        return at_fault(page, ground=text("card_choose_a_ground", visit.language))
    body: dict[str, Any] = {
        "case_no": case.case_no,
        "colour": ground.colour,
        "ground": ground.code,
        "events": [int(one) for one in visit.form.get("events", ()) if one.isascii() and one.isdigit()],
        "facts": visit.sent("facts"),
    } | ({"officer": visit.sent("officer")} if visit.sent("officer") else {})
    try:
        card = visit.do(cards.give, body=body)
    except DomainError as error:
        return _not_given(page, error, visit)
    return Redirect(to=f"cards/{card.id}", query={"done": "given"})


def _not_given(page: Page, error: DomainError, visit: PageRequest) -> Page:
    """Draw the form again with why no card can be given, and with the card that was given before or when it can be."""
    field = "officer" if error.code is ErrorCode.SAME_PERSON else "events"
    page = again(page, error, visit, fields={"": field})
    more: dict[str, object] = {name: error.facts[name] for name in ("until", "card_id") if name in error.facts}
    return Page(template=page.template, facts={**page.facts, **more}, status=page.status)


def _act(visit: PageRequest) -> Action:
    found = ACTS.get(visit.path["act"])
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return found


def _open(visit: PageRequest) -> tuple[CardStep, ...]:
    card = container().cards.card(visit.path["card_id"], by=visit.caller)
    return open_steps(card, visit.caller)


def _is_done_already(page: Page, act: Action, visit: PageRequest) -> bool:
    """Whether the same person said the same before: a form that was sent twice."""
    word = getattr(page.facts["card"], act.step.value)
    return word is not None and word.by == visit.caller.actor and word.text == visit.sent("text")


def _may_give(visit: PageRequest) -> bool:
    return bool(visit.caller.roles & set(GIVERS))


def _pack(visit: PageRequest, item: str) -> RulePack:
    found = container().catalogue.find(item, at=visit.at)
    return container().pack(found.jurisdiction, visit.at) if found else container().usual_pack(visit.at)


def _grounds(visit: PageRequest) -> Mapping[str, str]:
    """Return what grounds are called; those of every pack go by the same codes."""
    grounds = container().usual_pack(visit.at).card_grounds
    return {one.code: one.name if visit.language == "zh" else one.english for one in grounds}
