"""Complaints and suggestions over HTTP."""

from datetime import date, datetime

from chalicelib.clocks.model import Clock
from chalicelib.feedback.model.complaints import Answer as OfficesAnswer
from chalicelib.feedback.model.complaints import AnswerOutcome, Complaint, ComplaintState, Grievance, RoutedBy
from chalicelib.feedback.services.complaints import PEOPLE, READERS, SORTERS
from chalicelib.http.routes import Answer, Body, Call, Code, Page, PageQuery, Routes, Shape, Text
from chalicelib.wiring import services

routes = Routes("complaints")


class ComplaintBody(Body):
    """A complaint or suggestion: a category of the rule pack, a text, and what it is about as far as one knows."""

    category: Code
    text: Text
    case_no: Code | None = None
    item_code: Code | None = None
    department: Code | None = None


class TransferBody(Body):
    """To which department it goes, and why."""

    department: Code
    reason: Text


class SortingBody(Body):
    """Whether it is clear, and why; the person is told."""

    clear: bool
    reason: Text


class AnswerBody(Body):
    """The answer; ``late_reason`` once the limit has passed."""

    text: Text
    outcome: AnswerOutcome
    late_reason: Text | None = None


class RoutingShape(Shape):
    """To which department it went, why and when."""

    department: str
    routed_by: RoutedBy
    reason: str
    routed_at: datetime


class SortingShape(Shape):
    """Whether it is clear, and why."""

    clear: bool
    reason: str
    sorted_at: datetime


class AnswerShape(Shape):
    """The office's answer."""

    text: str
    outcome: AnswerOutcome
    late_reason: str | None
    given_at: datetime


class ComplaintLine(Shape):
    """A complaint or suggestion, with whoever sent it by their masked name."""

    id: str
    state: ComplaintState
    category: str
    text: str
    case_no: str | None
    item_code: str | None
    department: str
    sender: str
    received_at: datetime
    routings: list[RoutingShape]
    sorting: SortingShape | None
    answer: AnswerShape | None
    version: int


class ComplaintShape(ComplaintLine):
    """A complaint or suggestion with its dates: by when it is to be answered, and whether that is only provisional."""

    due_on: date
    provisional: bool


class ComplaintsQuery(PageQuery):
    """Which of them: those still open or those answered; staff may name a department."""

    department: Code | None = None
    state: ComplaintState | None = None


class ComplaintsPage(Page):
    """Complaints and suggestions, newest first."""

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
    """Take it and route it: to the case's department, else the item's, else the one named, else monitoring."""
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
    """List them, newest first."""
    query: ComplaintsQuery = call.query
    found, following = services().complaints.page(
        by=call.caller, department=query.department, state=query.state, limit=query.limit, after=call.position
    )
    items = [complaint_line(complaint) for complaint in found]
    return Answer(body=ComplaintsPage(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/complaints/{complaint_id}",
    summary="A complaint or suggestion, with its answer and dates",
    roles=READERS,
    answer=ComplaintShape,
)
def complaint(call: Call[None]) -> Answer[ComplaintShape]:
    """Show it to whoever sent it, to its department and to the monitoring office."""
    found, clock = services().complaints.one(call.path["complaint_id"], by=call.caller)
    return Answer(body=complaint_shape(found, clock), version=found.version)


@routes.post(
    "/v1/complaints/{complaint_id}/transfer",
    summary="Pass a complaint on to the department that can answer it; the time goes on",
    roles=SORTERS,
    body=TransferBody,
    answer=ComplaintShape,
    needs_version=True,
)
def transfer(call: Call[TransferBody]) -> Answer[ComplaintShape]:
    """Pass it on."""
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
    """Sort it; a complex one has more time, counted from its receipt."""
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
    """Take the answer; the person reads it."""
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
    clock = services().complaints.clock(complaint)
    return Answer(body=complaint_shape(complaint, clock), version=complaint.version, replayed=replayed)


def complaint_line(complaint: Complaint) -> ComplaintLine:
    """Show a complaint without its clock."""
    sorting = complaint.sorting
    return ComplaintLine(
        id=complaint.complaint_id,
        state=complaint.state,
        category=complaint.category,
        text=complaint.text,
        case_no=complaint.case_no,
        item_code=complaint.item_code,
        department=complaint.department,
        sender=complaint.masked_name,
        received_at=complaint.received_at,
        routings=[RoutingShape.model_validate(routing) for routing in complaint.routings],
        sorting=None
        if sorting is None
        else SortingShape(clear=sorting.is_clear, reason=sorting.reason, sorted_at=sorting.sorted_at),
        answer=None if complaint.answer is None else AnswerShape.model_validate(complaint.answer),
        version=complaint.version,
    )


def complaint_shape(complaint: Complaint, clock: Clock) -> ComplaintShape:
    """Show a complaint with the dates of its clock."""
    line = complaint_line(complaint)
    return ComplaintShape(
        **{name: getattr(line, name) for name in ComplaintLine.model_fields},
        due_on=clock.due_on,
        provisional=clock.provisional,
    )
