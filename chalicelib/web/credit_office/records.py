"""Credit records (信用记录): one record, its notice and its confirmation, and entering one by hand."""

from typing import Any, Final

from chalicelib.api.credit.routes import records
from chalicelib.api.credit.schemas.records import RecordResponse
from chalicelib.api.sanctions.routes import flags
from chalicelib.credit.model.records import BarState, Publicity, Severity
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.credit.store.sources import listed_sources
from chalicelib.errors import ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, carry_out, draw, submit
from chalicelib.web.core.directory import item_names, published, record_kinds, source_text
from chalicelib.web.core.forms import moment_of, unanswered
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.credit_office.redress import contents_in

OFFICERS: Final = (Role.CREDIT_OFFICER,)
FORM: Final = "/records"
RECORD: Final = "/records/{source}/{record_id}"

SERVICE: Final[Action[RecordResponse]] = Action(
    name="service",
    route=records.serve,
    fields=(
        Field(name="served_at", kind="moment", label="flag_field_served_at"),
        Field(name="method", kind="text", label="flag_field_method"),
        Field(name="proof", kind="text", label="flag_field_proof"),
    ),
    at={"": "served_at"},
)
CONFIRMATION: Final[Action[RecordResponse]] = Action(
    name="confirmation",
    route=records.confirm,
    fields=(Field(name="reason", kind="area", label="flag_field_reason"),),
    at=dict.fromkeys(("", "/document/served_at", "/document/effective_on"), "reason"),
    is_grave=True,
)
OFFERS: Final = {BarState.PROPOSED: SERVICE.name, BarState.SERVED: CONFIRMATION.name}
"""What may be done to a record on its way to barring."""

DOCUMENT: Final = ("number", "organ", "effective_on")
DATES: Final = ("judged_on", "display_until")
PLAIN: Final = ("kind", "severity", "publicity", "basis", "repair_notice", "display_reason")
AT: Final = {
    "": "number",
    **{f"/subject/{name}": f"subject-{name}" for name in ("kind", "number", "name")},
    **{f"/document/{name}": f"document-{name}" for name in (*DOCUMENT, "served_at")},
    **{f"/dates/{name}": name for name in DATES},
    ErrorCode.IDENTITY_CONFLICT: "subject-name",
    ErrorCode.INSUFFICIENT_IDENTITY: "subject-number",
}
"""At which field of the form an error is shown."""


@pages.get(FORM, roles=OFFICERS)
def ask_record(visit: PageRequest) -> Page:
    """Ask for one record of the department's own sources."""
    own = [code for code, office in listed_sources().departments.items() if office == visit.caller.department]
    edition = visit.get(flags.measures)
    codes = sorted({code for row in edition.items for code in row.related_items})
    said = visit.language
    facts = {
        "sources": [(code, source_text(code, said)) for code in own],
        "subject_kinds": [(kind.value, text(f"kind_{kind}", said)) for kind in SubjectKind],
        "record_kinds": list(record_kinds(visit).items()),
        "severities": [(one.value, text(f"severity_{one}", said)) for one in Severity],
        "publicities": [(one.value, text(f"publicity_{one}", said)) for one in Publicity],
        "items": published(visit, codes),
    }
    return Page(template="record_form.html", facts=facts)


@pages.post(FORM, roles=OFFICERS, form=FORM)
def enter(visit: PageRequest) -> Page | Redirect:
    """Store a record; a grave one has no effect before it was served and confirmed by another officer."""
    source, number = visit.sent("source"), visit.sent("number")
    contents, faults = contents_in(visit)
    body = _body(visit) | {"contents": contents}
    return submit(
        visit,
        records.put_record,
        body,
        ask=ask_record,
        path={"source": source, "record_id": number or "-"},
        onward=lambda made: Redirect(to=f"records/{made.source}/{made.record_id}", query={"done": "kept"}),
        at=AT | {f"/contents/{name}": "contents" for name in contents},
        unanswered=unanswered(visit, source="choose_a_source") | faults,
    )


@pages.get(RECORD, roles=OFFICERS)
def read_record(visit: PageRequest) -> Page:
    """Show a record; the subject sees that it was read."""
    record = visit.get(records.record)
    facts = _facts(visit, record) | {
        "done": visit.query.get("done"),
        "offer": OFFERS.get(record.bar, ""),
        "may_amend": visit.caller.department == CREDIT_OFFICE,
    }
    return Page(template="record.html", facts=facts)


@pages.get(f"{RECORD}/service", roles=OFFICERS)
def ask_service(visit: PageRequest) -> Page:
    """Ask when and how the notice was delivered."""
    return _form(SERVICE, visit)


@pages.post(f"{RECORD}/service", roles=OFFICERS, form=f"{RECORD}/service")
def serve(visit: PageRequest) -> Page | Redirect:
    """Put the delivery on record, from which the time to object runs."""
    return _carry_out(SERVICE, visit)


@pages.get(f"{RECORD}/confirmation", roles=OFFICERS, fresh=True)
def ask_confirmation(visit: PageRequest) -> Page:
    """Draw the form for the second officer, who has just logged in."""
    return _form(CONFIRMATION, visit)


@pages.post(f"{RECORD}/confirmation", roles=OFFICERS, form=f"{RECORD}/confirmation", fresh=True)
def confirm(visit: PageRequest) -> Page | Redirect:
    """Let the record bar its items."""
    return _carry_out(CONFIRMATION, visit)


def _body(visit: PageRequest) -> dict[str, Any]:
    """Return the request's body without blank fields, so that the API says what is missing."""
    document: dict[str, str] = {name: visit.sent(f"document-{name}") for name in DOCUMENT}
    if visit.sent("document-served_at"):
        document["served_at"] = moment_of(visit.sent("document-served_at"))
    parts = {
        "subject": {name: visit.sent(f"subject-{name}") for name in ("kind", "number", "name")},
        "document": document,
        "dates": {name: visit.sent(name) for name in DATES},
    }
    body: dict[str, Any] = {
        name: {field: value for field, value in part.items() if value} for name, part in parts.items()
    }
    body["subject"].setdefault("name", "")
    body |= {name: visit.sent(name) for name in PLAIN if visit.sent(name)}
    return body | {"related_items": list(visit.form.get("related_items", ()))}


def _facts(visit: PageRequest, record: RecordResponse) -> dict[str, object]:
    return {
        "record": record,
        "kinds": record_kinds(visit),
        "items": item_names(visit, record.related_items),
        "source_name": source_text(record.source, visit.language),
        "place": f"records/{record.source}/{record.record_id}",
    }


def _form(action: Action[RecordResponse], visit: PageRequest) -> Page:
    record = visit.get(records.record)
    is_open = OFFERS.get(record.bar) == action.name
    facts = _facts(visit, record)
    return draw("record_action.html", action, record, visit, title=f"record_{action.name}", is_open=is_open, **facts)


def _carry_out(action: Action[RecordResponse], visit: PageRequest) -> Page | Redirect:
    record = visit.get(records.record)
    onward = Redirect(to=f"records/{record.source}/{record.record_id}", query={"done": action.name})
    return carry_out(action, record, visit, ask=lambda visit: _form(action, visit), onward=onward)
