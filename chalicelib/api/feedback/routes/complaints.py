"""HTTP routes for complaints and suggestions (投诉建议)."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.clocks.model import Clock
from chalicelib.feedback.model.complaints import Answer as OfficesAnswer
from chalicelib.feedback.model.complaints import AnswerOutcome, Complaint, ComplaintState, Grievance, RoutedBy
from chalicelib.feedback.services.complaints import PEOPLE, READERS, SORTERS
from chalicelib.http.routes import Answer, Body, Call, Code, Page, PageQuery, Routes, Shape, Text
from chalicelib.wiring import services

routes = Routes("complaints")


class ComplaintBody(Body):
    """A complaint or suggestion: a category of the rule pack, a text, and what it is about, as far as known."""

    category: Code
    text: Text
    case_no: Code | None = None
    item_code: Code | None = None
    department: Code | None = None


class TransferBody(Body):
    """The department that takes over the complaint, and why."""

    department: Code
    reason: Text


class SortingBody(Body):
    """Whether the complaint is clear, and why; the sender is told."""

    clear: bool
    reason: Text


class AnswerBody(Body):
    """The answer; ``late_reason`` is needed once the deadline has passed."""

    text: Text
    outcome: AnswerOutcome
    late_reason: Text | None = None


class RoutingShape(Shape):
    """The department a complaint was routed to, why and when."""

    department: str
    routed_by: RoutedBy
    reason: str
    routed_at: datetime


class SortingShape(Shape):
    """Whether the complaint is clear or complex, and why."""

    clear: Annotated[bool, Field(validation_alias="is_clear")]
    reason: str
    sorted_at: datetime


class AnswerShape(Shape):
    """The department's answer."""

    text: str
    outcome: AnswerOutcome
    late_reason: str | None
    given_at: datetime


class ComplaintLine(Shape):
    """A complaint or suggestion in a list; the sender is shown by masked name."""

    id: Annotated[str, Field(validation_alias="complaint_id")]
    state: ComplaintState
    category: str
    text: str
    case_no: str | None
    item_code: str | None
    department: str
    sender: Annotated[str, Field(validation_alias="masked_name")]
    received_at: datetime
    routings: list[RoutingShape]
    sorting: SortingShape | None
    answer: AnswerShape | None
    version: int


class ComplaintShape(ComplaintLine):
    """A complaint or suggestion with its due date, and whether that date is provisional."""

    due_on: date
    provisional: bool


class ComplaintsQuery(PageQuery):
    """Filters: by state and, for staff, by department."""

    department: Code | None = None
    state: ComplaintState | None = None


class ComplaintsPage(Page):
    """A page of complaints and suggestions, newest first."""

    items: list[ComplaintLine]


@routes.post(
    "/v1/complaints",
    summary="Send a complaint or suggestion (找茬)",
    roles=PEOPLE,
    body=ComplaintBody,
    answer=ComplaintShape,
    status=201,
    creates=True,
    names_another=True,
)
def send(call: Call[ComplaintBody]) -> Answer[ComplaintShape]:
    """Route a complaint to the case's department, else the item's, else the one named, else the monitoring office."""
    body = call.body
    grievance = Grievance(
        category=body.category,
        text=body.text,
        case_no=body.case_no,
        item_code=body.item_code,
        department=body.department,
    )
    complaint, is_repeated = services().complaints.send(
        grievance, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(complaint, replayed=is_repeated)


@routes.get(
    "/v1/complaints",
    summary="One's own complaints and suggestions, or a department's",
    roles=READERS,
    query=ComplaintsQuery,
    answer=ComplaintsPage,
)
def complaints(call: Call[None]) -> Answer[ComplaintsPage]:
    """List complaints and suggestions, newest first."""
    query: ComplaintsQuery = call.query
    found, following = services().complaints.page(
        by=call.caller, department=query.department, state=query.state, limit=query.limit, after=call.position
    )
    items = [ComplaintLine.model_validate(complaint) for complaint in found]
    return Answer(body=ComplaintsPage(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/complaints/{complaint_id}",
    summary="A complaint or suggestion, with its answer and dates",
    roles=READERS,
    answer=ComplaintShape,
)
def complaint(call: Call[None]) -> Answer[ComplaintShape]:
    """Return a complaint; visible to its sender, its department and the monitoring office."""
    found, clock = services().complaints.one(call.path["complaint_id"], by=call.caller)
    return _with_clock(found, clock)


@routes.post(
    "/v1/complaints/{complaint_id}/transfer",
    summary="Pass a complaint on to the department that can answer it; the time goes on",
    roles=SORTERS,
    body=TransferBody,
    answer=ComplaintShape,
    needs_version=True,
)
def transfer(call: Call[TransferBody]) -> Answer[ComplaintShape]:
    """Transfer a complaint to another department; its deadline stays."""
    moved = services().complaints.transfer(
        call.path["complaint_id"],
        department=call.body.department,
        reason=call.body.reason,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _shown(moved)


@routes.post(
    "/v1/complaints/{complaint_id}/sorting",
    summary="Say whether a complaint is clear or complex, once",
    roles=SORTERS,
    body=SortingBody,
    answer=ComplaintShape,
    needs_version=True,
)
def sort(call: Call[SortingBody]) -> Answer[ComplaintShape]:
    """Classify a complaint as clear or complex; a complex one has more time, counted from receipt."""
    after = services().complaints.sort(
        call.path["complaint_id"],
        is_clear=call.body.clear,
        reason=call.body.reason,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _shown(after)


@routes.post(
    "/v1/complaints/{complaint_id}/answer",
    summary="Answer a complaint or suggestion",
    roles=SORTERS,
    body=AnswerBody,
    answer=ComplaintShape,
    needs_version=True,
)
def answer(call: Call[AnswerBody]) -> Answer[ComplaintShape]:
    """Record the answer, which the sender can read."""
    said = OfficesAnswer(
        outcome=call.body.outcome,
        text=call.body.text,
        late_reason=call.body.late_reason,
        given_at=call.at,
        given_by=call.caller.actor,
    )
    after = services().complaints.answer(call.path["complaint_id"], said, by=call.caller, version=call.version)
    return _shown(after)


def _shown(complaint: Complaint, *, replayed: bool = False) -> Answer[ComplaintShape]:
    return _with_clock(complaint, services().complaints.clock(complaint), replayed=replayed)


def _with_clock(complaint: Complaint, clock: Clock, *, replayed: bool = False) -> Answer[ComplaintShape]:
    body = ComplaintShape.of(complaint, due_on=clock.due_on, provisional=clock.provisional)
    return Answer(body=body, version=complaint.version, replayed=replayed)
