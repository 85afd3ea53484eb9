"""Notes among colleagues about a case, which the applicant is never shown."""

from chalicelib.api.cases.routes import desk
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named
from chalicelib.web.officers.cases import OFFICE


@pages.get("/desk/{case_no}/notes", roles=OFFICE)
def read(visit: PageRequest) -> Page:
    """Show the notes of a case, and the form for another."""
    found = visit.get(desk.read_notes)
    facts = {"found": found, "staff": staff_named(note.by for note in found.notes)}
    return Page(template="notes.html", facts=facts)


@pages.post("/desk/{case_no}/notes", roles=OFFICE, form="/desk/{case_no}/notes")
def add(visit: PageRequest) -> Page | Redirect:
    """Add a note."""
    onward = Redirect(to=f"desk/{visit.path['case_no']}/notes")
    return submit(visit, desk.add_note, {"text": visit.sent("text")}, ask=read, onward=onward)
