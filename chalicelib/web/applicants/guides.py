"""Guides: one question a page, each answer a link, until the one smallest unit stands there that somebody needs."""

from collections.abc import Sequence

from chalicelib.api.catalogue.routes import guides
from chalicelib.api.catalogue.routes.guides import GuideAnswerResponse, GuideStepResponse
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest


@pages.get("/guides/{guide_code}", public=True)
def guide(visit: PageRequest) -> Page:
    """Ask the next question, or show where the answers have led; the answers stand in the address and nowhere else."""
    told = visit.get(guides.step, query=_answered(visit))
    facts: dict[str, object] = {"told": told, "given": _given(told), "before": _before(told.given)}
    if told.ending is not None:
        facts["known"] = {f"answer-{name}": str(answer).lower() for name, answer in told.answers.items()}
    return Page(template="guide.html", facts=facts)


def _answered(visit: PageRequest) -> dict[str, str]:
    answered = visit.query.get("answered", "")
    return {"answered": answered} if answered else {}


def _given(told: GuideStepResponse) -> list[dict[str, object]]:
    """Return what was answered, each with the answers before it: the address at which it can be answered anew."""
    return [{"one": one, "before": _before(told.given[: place + 1])} for place, one in enumerate(told.given)]


def _before(given: Sequence[GuideAnswerResponse]) -> str | None:
    """Return the answers but for the last, as an address has them; ``None`` where there is none to take back."""
    return ",".join(f"{one.question}:{one.value}" for one in given[:-1]) if given else None
