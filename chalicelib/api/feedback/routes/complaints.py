"""HTTP routes for complaints and suggestions (投诉建议)."""

from datetime import date, datetime
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from chalicelib.clocks.model import Clock, Light
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.feedback.model.complaints import Answer as OfficesAnswer
from chalicelib.feedback.model.complaints import (
    AnswerOutcome,
    AnswerRating,
    Complaint,
    ComplaintState,
    Grievance,
    RoutedBy,
)
from chalicelib.feedback.services.complaints import PEOPLE, READERS, SORTERS, STAFF
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    PageQuery,
    PageResponse,
    Query,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
    TextOrBlank,
)
from chalicelib.http.schemas import CaseNoAsTyped, CodeAsTyped

routes = Routes("complaints")

Level = Annotated[int, Field(ge=1, le=5)]
ComplaintCode = Annotated[str, StringConstraints(pattern=r"^[A-Z2-7]{10}$"), CodeAsTyped]
UNCACHED: Final = {"Cache-Control": "no-store"}


class ComplaintRequest(RequestBody):
    """A complaint or suggestion: a category of the rule pack, a text, and what it is about, as far as known."""

    category: Code
    text: Text
    case_no: Annotated[Code | None, CaseNoAsTyped] = None
    item_code: Code | None = None
    department: Code | None = None


class ComplaintTransferRequest(RequestBody):
    """The department that takes over the complaint, and why."""

    department: Code
    reason: Text


class ComplaintSortingRequest(RequestBody):
    """Whether the complaint is clear, and why; the sender is told."""

    clear: bool
    reason: Text


class ComplaintAnswerRequest(RequestBody):
    """The answer; ``late_reason`` is needed once the deadline has passed."""

    text: Text
    outcome: AnswerOutcome
    late_reason: Text | None = None


class ComplaintRoutingResponse(ResponseBody):
    """The department a complaint was routed to, why and when."""

    department: str
    routed_by: RoutedBy
    reason: str
    routed_at: datetime


class ComplaintSortingResponse(ResponseBody):
    """Whether the complaint is clear or complex, and why."""

    clear: Annotated[bool, Field(validation_alias="is_clear")]
    reason: str
    sorted_at: datetime


class ComplaintRatingRequest(RequestBody):
    """How satisfied one is with the answer, from 1 to 5, and why."""

    level: Level
    comment: TextOrBlank = ""


class StreetComplaintRequest(RequestBody):
    """A complaint or suggestion without a login: a category, a text, and the item or department as far as known."""

    category: Code
    text: Text
    item_code: Code | None = None
    department: Code | None = None


class StreetComplaintRatingRequest(ComplaintRatingRequest):
    """The same, with the code of the complaint."""

    code: ComplaintCode


class ComplaintAnswerRatingResponse(ResponseBody):
    """How satisfied the sender is with the answer."""

    level: int
    comment: str
    rated_at: datetime


class ComplaintAnswerResponse(ResponseBody):
    """The department's answer."""

    text: str
    outcome: AnswerOutcome
    late_reason: str | None
    given_at: datetime


class ComplaintListItemResponse(ResponseBody):
    """A complaint or suggestion in a list; the sender is shown by masked name, blank without a login.

    ``officer`` has taken it.
    """

    id: Annotated[str, Field(validation_alias="complaint_id")]
    state: ComplaintState
    category: str
    text: str
    case_no: str | None
    item_code: str | None
    department: str
    sender: Annotated[str, Field(validation_alias="masked_name")]
    received_at: datetime
    routings: list[ComplaintRoutingResponse]
    sorting: ComplaintSortingResponse | None
    answer: ComplaintAnswerResponse | None
    officer: str | None
    rating: ComplaintAnswerRatingResponse | None
    version: int


class ComplaintResponse(ComplaintListItemResponse):
    """A complaint or suggestion with its due date, and whether that date is provisional."""

    due_on: date
    provisional: bool


class ComplaintsQuery(PageQuery):
    """Filters: by state and, for staff, by department."""

    department: Code | None = None
    state: ComplaintState | None = None


class ComplaintPageResponse(PageResponse):
    """A page of complaints and suggestions, newest first."""

    items: list[ComplaintListItemResponse]


class ComplaintQueueQuery(Query):
    """Filter: the department, for the monitoring office; ``limit`` is how many are shown."""

    department: Code | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class QueuedComplaintResponse(ComplaintResponse):
    """An open complaint with its light."""

    light: Light


class ComplaintQueueResponse(ResponseBody):
    """A department's open complaints, earliest due first, and whether there are more of them."""

    items: list[QueuedComplaintResponse]
    more: bool


class StreetComplaintResponse(ResponseBody):
    """What somebody without a login sees of their complaint."""

    id: Annotated[str, Field(validation_alias="complaint_id")]
    state: ComplaintState
    category: str
    text: str
    item_code: str | None
    department: str
    received_at: datetime
    due_on: date
    sorting: ComplaintSortingResponse | None
    answer: ComplaintAnswerResponse | None
    rating: ComplaintAnswerRatingResponse | None


class SentStreetComplaintResponse(StreetComplaintResponse):
    """The same with the code by which it is followed, which is told only to its sender."""

    code: str


class StreetComplaintQuery(Query):
    """The code of the complaint."""

    code: ComplaintCode


@routes.post(
    "/v1/complaints",
    summary="Send a complaint or suggestion (找茬)",
    roles=PEOPLE,
    body=ComplaintRequest,
    answer=ComplaintResponse,
    status=201,
    creates=True,
    errors=(
        ErrorCode.NOT_FOUND,
        ErrorCode.ITEM_NOT_LISTED,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.INVALID_IDENTIFIER,
        ErrorCode.CATEGORY_UNKNOWN,
        ErrorCode.DEPARTMENT_UNKNOWN,
        ErrorCode.AUTHORITY_REQUIRED,
    ),
)
def send(call: Call[ComplaintRequest]) -> Answer[ComplaintResponse]:
    """Route a complaint to the case's department, else the item's, else the one named, else the monitoring office."""
    body = call.body
    grievance = Grievance(
        category=body.category,
        text=body.text,
        case_no=body.case_no,
        item_code=body.item_code,
        department=body.department,
    )
    complaint, is_repeated = container().complaints.send(
        grievance, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(complaint, replayed=is_repeated)


@routes.get(
    "/v1/complaints",
    summary="One's own complaints and suggestions, or a department's",
    roles=READERS,
    query=ComplaintsQuery,
    answer=ComplaintPageResponse,
    errors=(ErrorCode.NOT_FOUND, ErrorCode.INSUFFICIENT_IDENTITY),
)
def complaints(call: Call[None]) -> Answer[ComplaintPageResponse]:
    """List complaints and suggestions, newest first."""
    query: ComplaintsQuery = call.query
    found, following = container().complaints.page(
        by=call.caller, department=query.department, state=query.state, limit=query.limit, after=call.position
    )
    items = [ComplaintListItemResponse.model_validate(complaint) for complaint in found]
    return Answer(body=ComplaintPageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/complaints/{complaint_id}",
    summary="A complaint or suggestion, with its answer and dates",
    roles=READERS,
    answer=ComplaintResponse,
)
def complaint(call: Call[None]) -> Answer[ComplaintResponse]:
    """Return a complaint; visible to its sender, its department and the monitoring office."""
    found, clock = container().complaints.one(call.path["complaint_id"], by=call.caller)
    return _with_clock(found, clock)


@routes.get(
    "/v1/complaint-queue",
    summary="A department's open complaints and suggestions by due date",
    roles=STAFF,
    query=ComplaintQueueQuery,
    answer=ComplaintQueueResponse,
)
def queue(call: Call[None]) -> Answer[ComplaintQueueResponse]:
    """List open complaints, earliest due first, with their lights; there is one page, of those that are due next."""
    query: ComplaintQueueQuery = call.query
    found, is_more = container().complaints.queue(
        by=call.caller, department=query.department, at=call.at, limit=query.limit
    )
    items = [
        QueuedComplaintResponse.of(one, due_on=clock.due_on, provisional=clock.provisional, light=light)
        for one, clock, light in found
    ]
    return Answer(body=ComplaintQueueResponse(items=items, more=is_more))


@routes.post(
    "/v1/complaints/{complaint_id}/taking",
    summary="Take a complaint, to answer for it oneself",
    roles=SORTERS,
    answer=ComplaintResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def take(call: Call[None]) -> Answer[ComplaintResponse]:
    """Name the caller as the one who answers for a complaint of their department, whoever did before."""
    taken = container().complaints.take(call.path["complaint_id"], by=call.caller, version=call.version, at=call.at)
    return _shown(taken)


@routes.post(
    "/v1/complaints/{complaint_id}/rating",
    summary="Say how satisfied one is with the answer to one's complaint",
    roles=PEOPLE,
    body=ComplaintRatingRequest,
    answer=ComplaintResponse,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.ALREADY_RATED, ErrorCode.INSUFFICIENT_IDENTITY),
)
def rate(call: Call[ComplaintRatingRequest]) -> Answer[ComplaintResponse]:
    """Rate an answer, once."""
    rating = AnswerRating(level=call.body.level, comment=call.body.comment, rated_at=call.at)
    return _shown(container().complaints.rate(call.path["complaint_id"], rating, by=call.caller))


@routes.post(
    "/v1/street-complaints",
    summary="Send a complaint or suggestion without a login (找茬)",
    public=True,
    body=StreetComplaintRequest,
    answer=SentStreetComplaintResponse,
    status=201,
    creates=True,
    errors=(ErrorCode.ITEM_NOT_LISTED, ErrorCode.CATEGORY_UNKNOWN, ErrorCode.DEPARTMENT_UNKNOWN),
)
def send_without_login(call: Call[StreetComplaintRequest]) -> Answer[SentStreetComplaintResponse]:
    """Route it to the item's department, else the one named, else the monitoring office; the answer holds its code."""
    body = call.body
    grievance = Grievance(category=body.category, text=body.text, item_code=body.item_code, department=body.department)
    complaint, is_repeated = container().complaints.send_without_login(
        grievance, address=call.address, at=call.at, idempotency_key=call.idempotency_key
    )
    clock = container().complaints.clock(complaint)
    sent = SentStreetComplaintResponse.of(complaint, due_on=clock.due_on)
    return Answer(body=sent, replayed=is_repeated, headers=UNCACHED)


@routes.get(
    "/v1/street-complaints/{complaint_id}",
    summary="A complaint without a login and its answer, with its code",
    public=True,
    query=StreetComplaintQuery,
    answer=StreetComplaintResponse,
)
def follow(call: Call[None]) -> Answer[StreetComplaintResponse]:
    """Return it to whoever has its code."""
    found, clock = container().complaints.follow(
        call.path["complaint_id"], call.query.code, address=call.address, at=call.at
    )
    return Answer(body=StreetComplaintResponse.of(found, due_on=clock.due_on), headers=UNCACHED)


@routes.post(
    "/v1/street-complaints/{complaint_id}/rating",
    summary="Say how satisfied one is with the answer, with the code of the complaint",
    public=True,
    body=StreetComplaintRatingRequest,
    answer=StreetComplaintResponse,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.ALREADY_RATED),
)
def rate_with_code(call: Call[StreetComplaintRatingRequest]) -> Answer[StreetComplaintResponse]:
    """Rate an answer, once."""
    rating = AnswerRating(level=call.body.level, comment=call.body.comment, rated_at=call.at)
    complaint = container().complaints.rate_with_code(
        call.path["complaint_id"], rating, code=call.body.code, address=call.address
    )
    clock = container().complaints.clock(complaint)
    return Answer(body=StreetComplaintResponse.of(complaint, due_on=clock.due_on), headers=UNCACHED)


@routes.post(
    "/v1/complaints/{complaint_id}/transfer",
    summary="Pass a complaint on to the department that can answer it; the time goes on",
    roles=SORTERS,
    body=ComplaintTransferRequest,
    answer=ComplaintResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.DEPARTMENT_UNKNOWN),
)
def transfer(call: Call[ComplaintTransferRequest]) -> Answer[ComplaintResponse]:
    """Transfer a complaint to another department; its deadline stays."""
    moved = container().complaints.transfer(
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
    body=ComplaintSortingRequest,
    answer=ComplaintResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.EXTENSION_TOO_LATE),
)
def sort(call: Call[ComplaintSortingRequest]) -> Answer[ComplaintResponse]:
    """Classify a complaint as clear or complex; a complex one has more time, counted from receipt."""
    after = container().complaints.sort(
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
    body=ComplaintAnswerRequest,
    answer=ComplaintResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.LATE_REASON_REQUIRED),
)
def answer(call: Call[ComplaintAnswerRequest]) -> Answer[ComplaintResponse]:
    """Record the answer, which the sender can read."""
    said = OfficesAnswer(
        outcome=call.body.outcome,
        text=call.body.text,
        late_reason=call.body.late_reason,
        given_at=call.at,
        given_by=call.caller.actor,
    )
    after = container().complaints.answer(call.path["complaint_id"], said, by=call.caller, version=call.version)
    return _shown(after)


def _shown(complaint: Complaint, *, replayed: bool = False) -> Answer[ComplaintResponse]:
    return _with_clock(complaint, container().complaints.clock(complaint), replayed=replayed)


def _with_clock(complaint: Complaint, clock: Clock, *, replayed: bool = False) -> Answer[ComplaintResponse]:
    body = ComplaintResponse.of(complaint, due_on=clock.due_on, provisional=clock.provisional)
    return Answer(body=body, version=complaint.version, replayed=replayed)
