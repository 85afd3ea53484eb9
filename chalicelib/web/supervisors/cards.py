"""Cards (督办牌): the list with its deadlines, each card with its history and actions, and giving one."""

from collections.abc import Mapping
from typing import Any

from chalicelib.api.supervision.routes import cards
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import ALL_DEPARTMENTS
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.settings import settings
from chalicelib.supervision.model.cards import CardState, CardStep
from chalicelib.supervision.rules.cards import GIVERS, open_steps
from chalicelib.supervision.services.cards import READERS
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import choices, staff_named


@pages.get("/cards", roles=READERS)
def list_cards(visit: PageRequest) -> Page:
    """List cards, newest first, each with the light and the due date of its next act."""
    asked = {name: visit.query[name] for name in ("department", "state", "officer", "cursor") if visit.query.get(name)}
    sees_all = bool(visit.caller.roles & ALL_DEPARTMENTS)
    found = visit.look_through(cards.cards, query={"limit": "20"} | asked)
    facts = {
        "found": found,
        "staff": staff_named(card.officer for card in found.items),
        "asked": asked,
        "departments": settings().departments if sees_all else (),
        "states": tuple(CardState),
        "grounds": _grounds(visit),
        "filters": {name: value for name, value in asked.items() if name != "cursor"},
        "can_open": bool(visit.caller.roles - ALL_DEPARTMENTS),
        "me": visit.caller.sub,
        "may_give": _may_give(visit),
    }
    return Page(template="cards.html", facts=facts)


@pages.get("/cards/{card_id}", roles=READERS)
def read_card(visit: PageRequest) -> Page:
    """Show a card with everything said about it, and the actions that are open to the caller."""
    card = visit.get(cards.card)
    done = visit.query.get("done", "")
    words = [(step.value, word) for step in CardStep if (word := getattr(card, step))]
    facts = {
        "card": card,
        "staff": staff_named((card.officer, card.given_by, *(word.by for _, word in words))),
        "ground": _grounds(visit).get(card.ground) or text("card_other_ground", visit.language),
        "actions": [step.value for step in open_now(visit)],
        "words": words,
        "done": done if done in {"given", *CardStep} else None,
        "can_open": bool(visit.caller.roles - ALL_DEPARTMENTS),
    }
    return Page(template="card.html", facts=facts)


@pages.get("/card", roles=GIVERS)
def ask_card(visit: PageRequest) -> Page:
    """Ask for the case, and then for the events, the ground and the facts on which a card is given."""
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
    facts = {
        "case_no": case_no,
        "timeline": timeline,
        "case": case,
        "grounds": grounds,
        "officers": [
            ("", text("card_the_department", visit.language)),
            *choices(visit, department=case.item.department),
        ],
    }
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
    body: dict[str, Any] = {
        "case_no": case.case_no,
        "colour": ground.colour if ground else "",
        "ground": ground.code if ground else "",
        "events": [int(one) for one in visit.form.get("events", ()) if one.isascii() and one.isdigit()],
        "facts": visit.sent("facts"),
    } | ({"officer": visit.sent("officer")} if visit.sent("officer") else {})
    return submit(
        visit,
        cards.give,
        body,
        ask=ask_card,
        onward=lambda card: Redirect(to=f"cards/{card.id}", query={"done": "given"}),
        at={
            "/colour": "ground",
            ErrorCode.SAME_PERSON: "officer",
            ErrorCode.STAFF_UNKNOWN: "officer",
            "": "events",
        },
        unanswered={} if ground else {"ground": text("card_choose_a_ground", visit.language)},
    )


def open_now(visit: PageRequest) -> tuple[CardStep, ...]:
    """Return the steps that the caller may take now on the card in the address."""
    return open_steps(container().cards.card(visit.path["card_id"], by=visit.caller), visit.caller)


def _may_give(visit: PageRequest) -> bool:
    return bool(visit.caller.roles & set(GIVERS))


def _pack(visit: PageRequest, item: str) -> RulePack:
    found = container().catalogue.find(item, at=visit.at)
    return container().pack(found.jurisdiction, visit.at) if found else container().usual_pack(visit.at)


def _grounds(visit: PageRequest) -> Mapping[str, str]:
    """Return the names of the grounds, whose codes are the same in every rule pack."""
    grounds = container().usual_pack(visit.at).card_grounds
    return {one.code: one.name if visit.language == "zh" else one.english for one in grounds}
