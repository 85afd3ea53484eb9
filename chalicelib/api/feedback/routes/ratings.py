"""HTTP routes for ratings (好差评)."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.feedback.model.ratings import Aspect, Opinion, Rating, RatingFilter, Reply, ReplyOutcome, Suspicion
from chalicelib.feedback.services.ratings import ANSWERERS, RATERS, READERS
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Day,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.http.schemas import BlankAsNull

routes = Routes("ratings")

Level = Annotated[
    int,
    Field(
        ge=1,
        le=5,
        description="5 very satisfied (非常满意), 4 satisfied (满意), 3 rather satisfied (基本满意), "
        "2 not satisfied (不满意), 1 not satisfied at all (非常不满意)",
    ),
]


class RatingAspectsInput(RequestBody):
    """Levels by aspect, each optional (整体、效率、指南、便捷、平台)."""

    overall: Level | None = None
    efficiency: Level | None = None
    guide: Level | None = None
    convenience: Level | None = None
    platform: Level | None = None


class RatingRequest(RequestBody):
    """A rating; it is anonymous unless ``real_name`` is true."""

    level: Level
    comment: Text | None = None
    real_name: bool = False
    aspects: RatingAspectsInput = Field(default_factory=RatingAspectsInput)


class RatingAnswerRequest(RequestBody):
    """The answer to a bad rating; ``expected_on`` if it needs time, ``late_reason`` once the deadline has passed."""

    findings: Text
    outcome: ReplyOutcome
    expected_on: Day | None = None
    late_reason: Text | None = None


class RatingAnswerResponse(ResponseBody):
    """The department's answer to a bad rating."""

    findings: str
    outcome: ReplyOutcome
    expected_on: date | None
    late_reason: str | None
    given_at: datetime


class RatingResponse(ResponseBody):
    """A rating; an anonymous one has no case, name or time, for its rater and staff alike."""

    id: Annotated[str, Field(validation_alias="rating_id")]
    level: int
    comment: BlankAsNull
    aspects: dict[Aspect, int]
    item_code: str
    department: str
    day: date
    real_name: bool
    suspicious: list[Suspicion]
    case_no: str | None
    rater_name: str | None
    replies: list[RatingAnswerResponse]
    version: int


class RatingsQuery(PageQuery):
    """Filters: by department, by level, by whether they are marked as suspicious."""

    department: Code | None = None
    level: Annotated[int, Field(ge=1, le=5)] | None = None
    suspicious: bool | None = None


class RatingPageResponse(PageResponse):
    """A page of ratings, newest day first."""

    items: list[RatingResponse]


@routes.post(
    "/v1/cases/{case_no}/rating",
    summary="Rate how a case was handled, once it is closed (好差评)",
    roles=RATERS,
    body=RatingRequest,
    answer=RatingResponse,
    status=201,
    creates=True,
    discreet=True,
    errors=(ErrorCode.INSUFFICIENT_IDENTITY, ErrorCode.CASE_NOT_CLOSED, ErrorCode.ALREADY_RATED),
)
def rate(call: Call[RatingRequest]) -> Answer[RatingResponse]:
    """Rate the handling of a case, once; 5 is 非常满意 and 1 is 非常不满意."""
    body = call.body
    opinion = Opinion(
        level=body.level,
        comment=body.comment or "",
        real_name=body.real_name,
        aspects={Aspect(name): level for name, level in body.aspects.model_dump().items() if level is not None},
    )
    rating, is_repeated = container().ratings.give(
        call.path["case_no"],
        opinion,
        by=call.caller,
        origin=call.origin,
        at=call.at,
        idempotency_key=call.idempotency_key,
    )
    return Answer(body=rating_response(rating), version=rating.version, replayed=is_repeated)


@routes.get(
    "/v1/cases/{case_no}/rating",
    summary="One's own rating of a case, with the department's answer",
    roles=RATERS,
    answer=RatingResponse,
    discreet=True,
)
def rating_of_case(call: Call[None]) -> Answer[RatingResponse]:
    """Return the caller's own rating."""
    rating = container().ratings.mine(call.path["case_no"], by=call.caller)
    return Answer(body=rating_response(rating), version=rating.version)


@routes.get(
    "/v1/ratings",
    summary="Ratings of a department's handlings; anonymous ones without the case",
    roles=READERS,
    query=RatingsQuery,
    answer=RatingPageResponse,
)
def ratings(call: Call[None]) -> Answer[RatingPageResponse]:
    """List ratings, newest day first; suspicious ones are marked."""
    query: RatingsQuery = call.query
    found, following = container().ratings.page(
        RatingFilter(department=query.department, level=query.level, is_suspicious=query.suspicious),
        by=call.caller,
        limit=query.limit,
        after=call.position,
    )
    items = [rating_response(rating) for rating in found]
    return Answer(body=RatingPageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.post(
    "/v1/ratings/{rating_id}/answer",
    summary="Answer a bad rating that somebody gave in their own name",
    roles=ANSWERERS,
    body=RatingAnswerRequest,
    answer=RatingResponse,
    needs_version=True,
    errors=(ErrorCode.STEP_NOT_ALLOWED, ErrorCode.LATE_REASON_REQUIRED),
)
def answer(call: Call[RatingAnswerRequest]) -> Answer[RatingResponse]:
    """Record the department's answer, which the rater can read."""
    body = call.body
    reply = Reply(
        outcome=body.outcome,
        findings=body.findings,
        expected_on=body.expected_on,
        late_reason=body.late_reason,
        given_at=call.at,
        given_by=call.caller.actor,
    )
    rating = container().ratings.answer(call.path["rating_id"], reply, by=call.caller, version=call.version)
    return Answer(body=rating_response(rating), version=rating.version)


def rating_response(rating: Rating) -> RatingResponse:
    """Build the response for a rating; of an anonymous one nothing more is known."""
    rater = rating.rater
    return RatingResponse.of(
        rating,
        real_name=rater is not None,
        case_no=rater and rater.case_no,
        rater_name=rater and rater.masked_name,
    )
