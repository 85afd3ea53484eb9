"""HTTP routes for flag notices: departments' systems subscribe, read and acknowledge; offices see who has done so."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.api.credit.schemas.checks import CreditCheckRequest
from chalicelib.container import container
from chalicelib.credit.model.records import Effect
from chalicelib.credit.services.checks import Inquiry
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Code, PageQuery, PageResponse, Query, RequestBody, ResponseBody, Routes
from chalicelib.http.schemas import BlankAsNull
from chalicelib.policy import Role
from chalicelib.sanctions.model.flag_notices import Change, FlagNotice, IncidentState
from chalicelib.sanctions.services.flag_notices import WATCHERS

routes = Routes("flag_notices")

SYSTEMS = (Role.SYSTEM,)
Name = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class SubscriptionRequest(RequestBody):
    """The endpoint to notify, and the items of the department whose flags it is notified of."""

    webhook_id: Name
    items: Annotated[list[Code], Field(min_length=1, max_length=50)]


class PseudonymRequest(CreditCheckRequest):
    """A subject whose full identifier the system knows, and for which of the subscription's items and why it asks."""


class FlagNoticeAcknowledgementRequest(RequestBody):
    """The notice that the system has processed."""

    flag_notice_id: Name


class FlagNoticesQuery(Query):
    """Notices after a number, which a system keeps as its position for as long as it likes; 0 is the beginning."""

    after: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class FlagNoticePageQuery(PageQuery):
    """The page of notices."""


class IncidentsQuery(PageQuery):
    """Filter: open or closed incidents."""

    state: IncidentState = IncidentState.OPEN


class SubscriptionResponse(ResponseBody):
    """A subscription; ``last`` is the number of its latest notice, and numbers are positions that never end."""

    id: Annotated[str, Field(validation_alias="subscription_id")]
    department: str
    webhook_id: str
    items: list[str]
    made_at: datetime
    last: int
    ended_at: datetime | None


class SubscriptionListResponse(ResponseBody):
    """A department's subscriptions, oldest first."""

    items: list[SubscriptionResponse]


class PseudonymResponse(ResponseBody):
    """The pseudonym of a subject, which is different for every subscription."""

    subject: str


class FlagNoticeResponse(ResponseBody):
    """A notice exactly as the webhook delivers it, and when it was acknowledged.

    It reports a flag's state and does not prescribe action. Of two about a flag the one with the higher
    ``flag_seq`` counts.
    """

    flag_notice_id: str
    subscription_id: str
    number: int
    flag_id: str
    flag_seq: int
    state: Change
    subject: str
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    basis: str
    items: str
    starts_on: date
    ends_on: date
    changed_at: datetime
    acknowledged_at: datetime | None


class FlagNoticesResponse(ResponseBody):
    """The notices to a subscription, in order and without gaps; there are more until ``last`` is reached."""

    items: list[FlagNoticeResponse]
    last: int


class FlagNoticeProofResponse(ResponseBody):
    """The proof that one system was notified: of what, when, and when it acknowledged."""

    id: Annotated[str, Field(validation_alias="flag_notice_id")]
    department: str
    subscription_id: str
    number: int
    flag_id: str
    flag_seq: int
    change: Change
    items: list[str]
    told_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: BlankAsNull
    incident: IncidentState | None
    incident_at: datetime | None


class FlagNoticeProofPageResponse(PageResponse):
    """A page of notices to systems, oldest first."""

    items: list[FlagNoticeProofResponse]


@routes.post(
    "/v1/subscriptions",
    roles=SYSTEMS,
    body=SubscriptionRequest,
    answer=SubscriptionResponse,
    status=201,
    creates=True,
    summary="Subscribe the department's system to notices of flags and of their end, for the department's items",
    errors=(ErrorCode.NOT_FOUND, ErrorCode.ITEM_NOT_LISTED, ErrorCode.ITEM_NOT_OWN),
)
def subscribe(call: Call[SubscriptionRequest]) -> Answer[SubscriptionResponse]:
    """Subscribe one of the department's endpoints."""
    body = call.body
    made, was_there = container().flag_notices.subscribe(
        body.webhook_id, tuple(body.items), by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=SubscriptionResponse.model_validate(made), replayed=was_there)


@routes.get(
    "/v1/subscriptions", roles=SYSTEMS, answer=SubscriptionListResponse, summary="The department's subscriptions"
)
def subscriptions(call: Call[None]) -> Answer[SubscriptionListResponse]:
    """List the department's active subscriptions."""
    found = container().flag_notices.subscriptions(by=call.caller)
    return Answer(body=SubscriptionListResponse(items=[SubscriptionResponse.model_validate(each) for each in found]))


@routes.get(
    "/v1/subscriptions/{subscription_id}", roles=SYSTEMS, answer=SubscriptionResponse, summary="One subscription"
)
def read(call: Call[None]) -> Answer[SubscriptionResponse]:
    """Return a subscription."""
    return Answer(
        body=SubscriptionResponse.model_validate(
            container().flag_notices.get(call.path["subscription_id"], by=call.caller)
        )
    )


@routes.delete(
    "/v1/subscriptions/{subscription_id}",
    roles=SYSTEMS,
    answer=SubscriptionResponse,
    summary="End a subscription",
)
def end(call: Call[None]) -> Answer[SubscriptionResponse]:
    """End a subscription."""
    ended = container().flag_notices.end(call.path["subscription_id"], by=call.caller, at=call.at)
    return Answer(body=SubscriptionResponse.model_validate(ended))


@routes.post(
    "/v1/subscriptions/{subscription_id}/subjects",
    roles=SYSTEMS,
    body=PseudonymRequest,
    answer=PseudonymResponse,
    summary="Under which name this subscription hears of somebody whose number it knows",
    errors=(
        ErrorCode.PURPOSE_REQUIRED,
        ErrorCode.ITEM_NOT_OWN,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.INVALID_IDENTIFIER,
    ),
)
def pseudonym(call: Call[PseudonymRequest]) -> Answer[PseudonymResponse]:
    """Return a subject's pseudonym for a subscription, flagged or not; the subject sees who asked, and why."""
    body = call.body
    inquiry = Inquiry(item_code=body.item_code, purpose=body.stated_purpose(), case_no=body.case_no)
    name = container().flag_notices.pseudonym(
        call.path["subscription_id"], body.subject.identity(), inquiry, by=call.caller, at=call.at
    )
    return Answer(body=PseudonymResponse(subject=name))


@routes.get(
    "/v1/subscriptions/{subscription_id}/flag_notices",
    roles=SYSTEMS,
    query=FlagNoticesQuery,
    answer=FlagNoticesResponse,
    summary="A subscription's notices in order, for a system that was down",
)
def told(call: Call[None]) -> Answer[FlagNoticesResponse]:
    """List a subscription's notices after a number."""
    query: FlagNoticesQuery = call.query
    subscription, found = container().flag_notices.told(
        call.path["subscription_id"], after=query.after, limit=query.limit, by=call.caller
    )
    return Answer(body=FlagNoticesResponse(items=[_told(each) for each in found], last=subscription.last))


@routes.post(
    "/v1/subscriptions/{subscription_id}/acknowledgements",
    roles=SYSTEMS,
    body=FlagNoticeAcknowledgementRequest,
    answer=FlagNoticeResponse,
    summary="Acknowledge that a notice was acted upon",
)
def acknowledge(call: Call[FlagNoticeAcknowledgementRequest]) -> Answer[FlagNoticeResponse]:
    """Acknowledge a notice. Idempotent."""
    answered = container().flag_notices.acknowledge(
        call.path["subscription_id"], call.body.flag_notice_id, by=call.caller, at=call.at
    )
    return Answer(body=_told(answered))


@routes.get(
    "/v1/flags/{flag_id}/flag_notices",
    roles=WATCHERS,
    query=FlagNoticePageQuery,
    answer=FlagNoticeProofPageResponse,
    summary="Which systems were notified of a flag, when, and when they acknowledged it",
)
def of_flag(call: Call[None]) -> Answer[FlagNoticeProofPageResponse]:
    """List the notices about a flag to every system."""
    page = container().flag_notices.of_flag(
        call.path["flag_id"], by=call.caller, limit=call.query.limit, after=call.position
    )
    return Answer(
        body=FlagNoticeProofPageResponse(
            items=[FlagNoticeProofResponse.model_validate(each) for each in page.items],
            next_cursor=call.next_cursor(page.after),
        )
    )


@routes.get(
    "/v1/credit/incidents",
    roles=WATCHERS,
    query=IncidentsQuery,
    answer=FlagNoticeProofPageResponse,
    summary="Systems that have not answered a day after a flag ended",
)
def incidents(call: Call[None]) -> Answer[FlagNoticeProofPageResponse]:
    """List the incidents in one state."""
    query: IncidentsQuery = call.query
    page = container().flag_notices.incidents(query.state, by=call.caller, limit=query.limit, after=call.position)
    return Answer(
        body=FlagNoticeProofPageResponse(
            items=[FlagNoticeProofResponse.model_validate(each) for each in page.items],
            next_cursor=call.next_cursor(page.after),
        )
    )


def _told(flag_notice: FlagNotice) -> FlagNoticeResponse:
    said = container().flag_notices.data_of(flag_notice)
    return FlagNoticeResponse.model_validate({**said, "acknowledged_at": flag_notice.acknowledged_at})
