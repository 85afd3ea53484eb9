"""The inspectors' pages: mandates, the cases in their scope, timelines as of any moment, and one's own readings."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from chalicelib.api.cases.schemas.timelines import EventResponse
from chalicelib.api.inspection import routes
from chalicelib.api.inspection.schemas import MandateResponse, MandateTimelineResponse, ReminderResponse
from chalicelib.api.supervision.routes import board as supervision
from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.clocks.model import Light
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.language import Language
from chalicelib.inspection.model import ChangeOf
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.timeline.event_types import LABELS, EventKind
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.directory import item_names
from chalicelib.web.core.forms import moment_of
from chalicelib.web.core.i18n import day_text, desk_text, text
from chalicelib.web.core.request import Download, Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

INSPECTORS: Final = (Role.INSPECTOR,)
FILTERS: Final = ("case_no", "department", "item", "from", "to", "light", "officer")
SCOPE: Final = ("departments", "items", "case_nos")


@pages.get("/inspection", roles=INSPECTORS)
def list_mandates(visit: PageRequest) -> Page:
    """List one's own mandates, with the form for another."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    facts = {
        "found": visit.get(routes.mandates, query=query),
        "departments": settings().departments,
        "alerts": visit.get(supervision.alerts).items,
        "done": visit.query.get("done"),
    }
    return Page(template="mandates.html", facts=facts)


@pages.post("/inspection", roles=INSPECTORS, form="/inspection")
def ask(visit: PageRequest) -> Page | Redirect:
    """Ask for a mandate; another inspector approves it."""
    scope: dict[str, Any] = {name: _listed(visit, name) for name in SCOPE}
    scope |= {name: visit.sent(f"received_{name}") for name in ("from", "to") if visit.sent(f"received_{name}")}
    body = {name: visit.sent(name) for name in ("file_no", "basis", "expires_on")} | {"scope": scope}
    return submit(
        visit,
        routes.ask,
        body,
        ask=list_mandates,
        onward=lambda made: Redirect(to=f"inspection/{made.id}", query={"done": "asked"}),
        at={f"/scope/{name}": name for name in SCOPE} | {"/scope/from": "received_from", "/scope/to": "received_to"},
    )


@pages.get("/inspection/{mandate_id}", roles=INSPECTORS)
def read_mandate(visit: PageRequest) -> Page:
    """Show a mandate; once it is in force, its owner also sees the cases in its scope and the readings under it."""
    mandate = visit.get(routes.mandate)
    facts: dict[str, object] = {"mandate": mandate, "done": visit.query.get("done"), "lights": tuple(Light)}
    facts["staff"] = staff_named((mandate.inspector, mandate.approver))
    facts["items"] = dict(item_names(visit, mandate.scope.items))
    facts["is_mine"] = visit.caller.is_person(mandate.inspector)
    asked = {name: visit.query[name] for name in (*FILTERS, "cursor") if visit.query.get(name)}
    facts["asked"] = asked
    if facts["is_mine"] and mandate.approved_at is not None:
        found = visit.get(routes.cases, query={"limit": "20"} | asked)
        facts["found"] = found
        codes = {*mandate.scope.items, *(case.item_code for case in found.items)}
        codes |= {asked["item"]} if "item" in asked else set()
        facts["items"] = dict(item_names(visit, sorted(codes)))
        read_after = {"cursor": visit.query["read_after"]} if visit.query.get("read_after") else {}
        facts["readings"] = visit.get(routes.readings, query={"limit": "50"} | read_after)
    return Page(template="mandate.html", facts=facts)


@pages.get("/inspection/{mandate_id}/signals", roles=INSPECTORS)
def list_signals(visit: PageRequest) -> Page:
    """List what struck in the cases within the mandate, with the events that it rests on; the reading is recorded."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    found = visit.look_through(routes.struck, query=query)
    facts = {
        "found": found,
        "mandate_id": visit.path["mandate_id"],
        "items": dict(item_names(visit, sorted({one.item_code for one in found.items}))),
        "staff": staff_named(one.officer for one in found.items),
        "label": lambda kind: LABELS[EventKind(kind)][visit.language == "en"],
    }
    return Page(template="inspected_signals.html", facts=facts)


@pages.post("/inspection/{mandate_id}", roles=INSPECTORS, form="/inspection/{mandate_id}", fresh=True)
def approve(visit: PageRequest) -> Page | Redirect:
    """Approve another inspector's mandate, with a fresh login."""
    return submit(
        visit,
        routes.approve,
        None,
        ask=read_mandate,
        onward=Redirect(to=f"inspection/{visit.path['mandate_id']}", query={"done": "approved"}),
        said=lambda page: {"by": page.fact("mandate", MandateResponse).approver},
    )


@pages.get("/inspection/{mandate_id}/cases/{case_no}", roles=INSPECTORS)
def read_case(visit: PageRequest) -> Page:
    """Show a case's timeline as of any moment; the reading is recorded."""
    told = _timeline(visit)
    changed = (name for one in told.changes if one.what is ChangeOf.OFFICER for name in (one.before, one.after))
    facts = {
        "told": told,
        "staff": staff_named((*(event.actor for event in told.items), *changed, *map(_officer_of, told.reminders))),
        "item": dict(item_names(visit, (told.rules.item_code,)))[told.rules.item_code],
        "pack": _pack_text(told.rules.rule_pack, visit),
        "desk": lambda one: desk_text(one.to, visit.language),
        "officer_of": _officer_of,
        "on": lambda iso: day_text(date.fromisoformat(iso), visit.language, year=visit.today.year),
        "said_in": lambda event: _said_in(event, visit.language),
        "mandate_id": visit.path["mandate_id"],
        "case_no": visit.path["case_no"],
        "moment_asked": visit.query.get("at", ""),
        "events": [{"event": event, "late": event.occurred_at[:16] != event.recorded_at[:16]} for event in told.items],
        "fault_seq": None if told.fault is None else told.fault.seq,
        "step": told.items[-1].seq if told.items else 0,
    }
    return Page(template="inspected.html", facts=facts, scripts=("slide",))


@pages.get("/inspection/{mandate_id}/cases/{case_no}/evidence", roles=INSPECTORS)
def evidence(visit: PageRequest) -> Download:
    """Return the timeline as it was hashed, so that anybody can recompute the hashes; the reading is recorded."""
    told = _timeline(visit)
    name = f"timeline-{visit.path['case_no']}.json"
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Download(text=told.model_dump_json(indent=1), headers=headers)


@pages.get("/inspection/{mandate_id}/cases/{case_no}/documents", roles=INSPECTORS)
def read_documents(visit: PageRequest) -> Page:
    """List the documents of a case; the reading is recorded."""
    facts = {
        "documents": visit.get(routes.documents).items,
        "mandate_id": visit.path["mandate_id"],
        "case_no": visit.path["case_no"],
    }
    return Page(template="inspected_documents.html", facts=facts)


@pages.get("/inspection/{mandate_id}/cases/{case_no}/documents/{document_id}", roles=INSPECTORS)
def read_document(visit: PageRequest) -> Page:
    """Show what is known of a document, and the way to open it; the reading is recorded."""
    found = visit.get(routes.documents).items
    document = next((one for one in found if one.id == visit.path["document_id"]), None)
    if document is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return Page(template="inspected_document.html", facts={"document": document, **visit.path})


@pages.post(
    "/inspection/{mandate_id}/cases/{case_no}/documents/{document_id}",
    roles=INSPECTORS,
    form="/inspection/{mandate_id}/cases/{case_no}/documents/{document_id}",
)
def look(visit: PageRequest) -> Page:
    """Open a document: the look is on the mandate's timeline before anything is shown, and the office hears nothing."""
    page = read_document(visit)
    view = visit.do(routes.view)
    bucket = container().documents.address
    return replace(
        page,
        facts={**page.facts, "view": view},
        allows={"img-src": bucket, "frame-src": bucket} if view.shown else {},
    )


def _said_in(event: EventResponse, language: Language) -> list[str]:
    """Return what was decided or found by an event, in words, and then what was written about it."""
    outcome, result = event.data.get("outcome"), event.data.get("result")
    found = [text(f"outcome_{outcome}", language)] if outcome in tuple(Outcome) else []
    found += [text(f"found_{result}", language)] if result in tuple(Finding) else []
    return found + [words for words in event.texts.values() if words and words[0] not in "{["]


def _officer_of(reminder: ReminderResponse) -> str:
    return reminder.to.partition("/")[2]


def _pack_text(code: str, visit: PageRequest) -> str:
    pack = container().pack(code, visit.at)
    return pack.english if visit.language == "en" else pack.name


def _timeline(visit: PageRequest) -> MandateTimelineResponse:
    at = moment_of(visit.query.get("at", ""))
    event = visit.query.get("event")
    query = {"event": event} if event else {"at": at} if at else {}
    return visit.get(routes.timeline, query=query)


def _listed(visit: PageRequest, name: str) -> list[str]:
    """Return the values of a field, which may also be separated by commas or spaces."""
    values = visit.form.get(name, ())
    return [part for value in values for part in value.replace("\uff0c", " ").replace(",", " ").split()]
