"""The list of measures, in pages: every edition, and loading the next after seeing which flags lose their ground."""

from chalicelib.api.sanctions.routes import flags, measures
from chalicelib.errors import DomainError
from chalicelib.sanctions.services.editions import PUBLISHERS
from chalicelib.web.core import pages
from chalicelib.web.core.forms import DOCUMENT, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.editors.drafts import (
    UnreadableError,
    at_document,
    digest_of,
    document_in,
    is_to_publish,
    look,
    with_look,
    written,
)


@pages.get("/measures", roles=PUBLISHERS)
def list_editions(visit: PageRequest) -> Page:
    """List every edition, and show the form for the next one, which begins with the one in force."""
    in_force = visit.get(flags.measures)
    facts = {
        "found": visit.get(measures.editions),
        "start": written(in_force.model_dump(mode="json", exclude={"edition", "next_cursor"})),
        "done": visit.query.get("done"),
    }
    return Page(template="measures.html", facts=facts)


@pages.post("/measures", roles=PUBLISHERS, form="/measures")
def load(visit: PageRequest) -> Page | Redirect:
    """Say which live flags an edition would suspend, and load it once somebody has seen that."""
    page = list_editions(visit)
    try:
        body = document_in(visit)
        name = visit.sent("edition") or body.get("edition")
        if not (isinstance(name, str) and name.strip()):
            return at_fault(page, edition=text("name_the_edition", visit.language))
        body, path = {"edition": name} | body, {"edition": name}
        digest = digest_of(path, body)
        if not is_to_publish(visit, digest):
            return with_look(page, visit, look(visit, measures.load, body, path=path), digest)
        visit.do(measures.load, path=path, body=body)
    except UnreadableError as error:
        return at_fault(page, **{error.field: text(error.text, visit.language, **error.blanks)})
    except DomainError as refusal:
        return at_document(page, refusal, visit, where=_where)
    return Redirect(to="measures", query={"done": "loaded"})


def _where(pointer: str) -> tuple[str, str]:
    """Return the field that a place in the route's body stands for, and the place within it."""
    return ("edition", "") if pointer == "/edition" else (DOCUMENT, pointer)
