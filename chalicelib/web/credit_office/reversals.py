"""Revoked documents (依据文书被撤销): recording one undoes every record and flag that rested on it."""

from typing import Any, Final

from chalicelib.api.redress.routes import revocations
from chalicelib.redress.services.queries import DECIDERS
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.directory import entry_text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named
from chalicelib.web.credit_office.amendments import departments_of, entry_of, of_department

FORM: Final = "/reversal"
DOCUMENT: Final = ("number", "organ", "effective_on", "basis")


@pages.get("/reversals", roles=DECIDERS)
def list_reversals(visit: PageRequest) -> Page:
    """List revoked documents of a department, newest first."""
    found = visit.look_through(revocations.reversals, query=of_department(visit))
    return Page(template="reversals.html", facts={"found": found} | departments_of(visit))


@pages.get(FORM, roles=DECIDERS)
def ask_reversal(visit: PageRequest) -> Page:
    """Ask which document revoked the one that an entry rests on."""
    entry = entry_of(visit)
    return Page(template="reversal_form.html", facts={"entry": entry, "entry_words": entry_text(entry, visit.language)})


@pages.post(FORM, roles=DECIDERS, form=FORM)
def record(visit: PageRequest) -> Page | Redirect:
    """Record it; everything that rested on the document is undone at once."""
    body: dict[str, Any] = {
        "entry": visit.sent("entry"),
        "document": {name: visit.sent(f"document-{name}") for name in DOCUMENT},
        "reason": visit.sent("reason"),
    }
    body |= {"late_reason": visit.sent("late_reason")} if visit.sent("late_reason") else {}
    return submit(
        visit,
        revocations.record,
        body,
        ask=ask_reversal,
        onward=lambda made: Redirect(to=f"reversals/{made.id}", query={"done": "recorded"}),
        at={"": "reason", "/late_reason": "late_reason"},
    )


@pages.get("/reversals/{reversal_id}", roles=DECIDERS)
def read_reversal(visit: PageRequest) -> Page:
    """Show what went with the document, and the cases that had met it."""
    one = visit.get(revocations.reversal)
    facts = {
        "one": one,
        "entry": lambda entry: entry_text(entry, visit.language),
        "staff": staff_named([one.recorded_by]),
        "done": visit.query.get("done"),
    }
    return Page(template="reversal.html", facts=facts)
