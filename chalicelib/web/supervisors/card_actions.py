"""What may be done with a card: reply, appeal, decide on the appeal, withdraw."""

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.api.supervision.routes import cards
from chalicelib.api.supervision.routes.cards import CardResponse
from chalicelib.http.routes import Route
from chalicelib.supervision.model.cards import CardStep, Outcome
from chalicelib.supervision.services.cards import READERS
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, Options, carry_out, draw, named
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.supervisors.cards import open_now


def _outcomes(_card: CardResponse, visit: PageRequest) -> Options:
    return [(one, text(f"card_outcome_{one}", visit.language)) for one in Outcome]


OUTCOME: Final[Field[CardResponse]] = Field(
    name="outcome", kind="choice", label="the_answer", options=_outcomes, unanswered="choose_an_outcome"
)


def _action(
    step: CardStep, route: Route, words: str, *, fields: tuple[Field[CardResponse], ...] = (), is_grave: bool = False
) -> Action[CardResponse]:
    """Make the action of a step; ``words`` is what its route calls the text."""
    return Action(
        name=step.value,
        route=route,
        fields=(*fields, Field(name="text", kind="area", label=f"card_words_{step}", sent_as=words)),
        at={"": "text"},
        said=_said(step, words),
        is_grave=is_grave,
    )


def _said(step: CardStep, words: str) -> Callable[[CardResponse], Mapping[str, object] | None]:
    def said(card: CardResponse) -> Mapping[str, object] | None:
        found = getattr(card, step.value)
        return None if found is None else {"by": found.by, words: found.text}

    return said


ACTIONS: Final = (
    _action(CardStep.REPLY, cards.reply, "text"),
    _action(CardStep.APPEAL, cards.appeal, "grounds"),
    _action(CardStep.DECISION, cards.decide, "reasons", fields=(OUTCOME,)),
    _action(CardStep.WITHDRAWAL, cards.withdraw, "reason", is_grave=True),
)


@pages.get("/cards/{card_id}/acts/{act}", roles=READERS)
def ask(visit: PageRequest) -> Page:
    """Ask for what an action needs."""
    action, card = named(ACTIONS, visit.path["act"], visit), visit.get(cards.card)
    title, is_open = f"card_act_{action.name}", action.name in open_now(visit)
    return draw("card_action.html", action, card, visit, title=title, is_open=is_open, card=card)


@pages.post("/cards/{card_id}/acts/{act}", roles=READERS, form="/cards/{card_id}/acts/{act}")
def do(visit: PageRequest) -> Page | Redirect:
    """Reply, appeal, decide or withdraw."""
    action, card = named(ACTIONS, visit.path["act"], visit), visit.get(cards.card)
    return carry_out(action, card, visit, ask=ask, onward=Redirect(to=f"cards/{card.id}", query={"done": action.name}))
