"""Imports of records (记录导入): handing a file in, how far it has come, and the lines that were refused."""

from typing import Final

from chalicelib.api.credit.routes import imports
from chalicelib.bounds.store import bounds
from chalicelib.credit.model.imports import ImportState
from chalicelib.credit.store.sources import listed_sources
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.directory import source_text
from chalicelib.web.core.forms import unanswered
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

OFFICERS: Final = (Role.CREDIT_OFFICER,)
MEGABYTE: Final = 10**6


@pages.get("/imports", roles=OFFICERS)
def list_imports(visit: PageRequest) -> Page:
    """List the department's imports, newest first, with the way to hand in another."""
    found = visit.get(imports.imports, query=_page_of(visit))
    own = [code for code, office in listed_sources().departments.items() if office == visit.caller.department]
    facts = {
        "found": found,
        "sources": [(code, source_text(code, visit.language)) for code in own],
        "source": lambda code: source_text(code, visit.language),
        "megabytes": bounds().imports.largest_bytes // MEGABYTE,
    }
    return Page(template="imports.html", facts=facts)


@pages.post("/imports", roles=OFFICERS, form="/imports")
def hand_in(visit: PageRequest) -> Page | Redirect:
    """Make room for a file of one of the department's sources; its page has the form that sends the file."""
    return submit(
        visit,
        imports.request,
        {"source": visit.sent("source")},
        ask=list_imports,
        onward=lambda made: Redirect(to=f"imports/{made.id}"),
        at={"": "source"},
        unanswered=unanswered(visit, source="choose_a_source"),
    )


@pages.get("/imports/{import_id}", roles=OFFICERS)
def read_import(visit: PageRequest) -> Page:
    """Show how far an import has come and its refused lines, or the form that sends its file to the bucket."""
    one = visit.get(imports.one)
    # The bucket adds where it has put a file to the address to which it leads on.
    has_come = "key" in visit.query
    form = one.upload if one.upload and one.upload.method == "POST" and not has_come else None
    waits = one.state is ImportState.STORING or (one.state is ImportState.AWAITING_UPLOAD and has_come)
    facts = {
        "one": one,
        "form": form,
        "waits": waits,
        "refused": visit.get(imports.refused_lines, query=_page_of(visit)) if one.refused_file else None,
        "source": lambda code: source_text(code, visit.language),
        "staff": staff_named([one.requested_by]),
        "megabytes": bounds().imports.largest_bytes // MEGABYTE,
    }
    return Page(
        template="import.html",
        facts=facts,
        allows={"form-action": form.url} if form else {},
        scripts=("follow",) if waits else (),
    )


def _page_of(visit: PageRequest) -> dict[str, str]:
    return {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
