"""Notices of flags over HTTP: departments' systems subscribe, read in order and answer; offices see who has heard."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.records import Effect
from chalicelib.http.routes import Answer, Body, Call, Code, Page, PageQuery, Query, Routes, Shape
from chalicelib.policy import Role
from chalicelib.sanctions.model.flag_notices import Change, FlagNotice, IncidentState, Subscription
from chalicelib.sanctions.services.flag_notices import WATCHERS
from chalicelib.subjects.model.schema import SubjectBody
from chalicelib.wiring import services

routes = Routes("flag_notices")

SYSTEMS = (Role.SYSTEM,)
Name = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class SubscriptionBody(Body):
    """At which of the department's endpoints it is told, of flags for which of the items that it handles."""

    webhook_id: Name
    items: Annotated[list[Code], Field(min_length=1, max_length=50)]


class AskedSubject(Body):
    """Somebody whose full identifier the system knows."""

    subject: SubjectBody


class AcknowledgementBody(Body):
    """What the system has taken in and acted upon."""

    flag_notice_id: Name


class FlagNoticesQuery(Query):
    """What was told after a number; 0 is from the beginning."""

    after: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class NoticesOfFlagQuery(PageQuery):
    """A page of who was told."""


class IncidentsQuery(PageQuery):
    """Which incidents: those that are open, or those that were closed."""

    state: IncidentState = IncidentState.OPEN


class SubscriptionShape(Shape):
    """A subscription; ``last`` is the number of the last thing that it was told."""

    id: str
    department: str
    webhook_id: str
    items: list[str]
    made_at: datetime
    last: int
    ended_at: datetime | None


class Subscriptions(Shape):
    """A department's subscriptions, oldest first."""

    items: list[SubscriptionShape]


class PseudonymShape(Shape):
    """Under which name this subscription hears of somebody, and no other one does."""

    subject: str


class ToldShape(Shape):
    """What a system is told, word for word as its webhook carries it, and when it answered.

    It says what stands, not what is to be done. Of two about a flag the one with the higher ``flag_seq`` counts.
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


class ToldPage(Shape):
    """What a subscription was told, in order and without gaps; there is more while ``last`` is not reached."""

    items: list[ToldShape]
    last: int


class FlagNoticeShape(Shape):
    """The proof for one system: what it was told, when, and when it answered."""

    id: str
    department: str
    subscription_id: str
    number: int
    flag_id: str
    flag_seq: int
    change: Change
    items: list[str]
    told_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    incident: IncidentState | None
    incident_at: datetime | None


class FlagNotices(Page):
    """Who was told, oldest first."""

    items: list[FlagNoticeShape]


@routes.post(
    "/v1/subscriptions",
    roles=SYSTEMS,
    body=SubscriptionBody,
    answer=SubscriptionShape,
    status=201,
    creates=True,
    summary="Have the department's system told of flags, and of their end, for the items that it handles",
)
def subscribe(call: Call[SubscriptionBody]) -> Answer[SubscriptionShape]:
    """Subscribe one of the department's endpoints."""
    body = call.body
    made, was_there = services().flag_notices.subscribe(
        body.webhook_id, tuple(body.items), by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=_subscription(made), replayed=was_there)


@routes.get("/v1/subscriptions", roles=SYSTEMS, answer=Subscriptions, summary="The department's subscriptions")
def subscriptions(call: Call[None]) -> Answer[Subscriptions]:
    """List subscriptions, ended ones excepted."""
    found = services().flag_notices.subscriptions(by=call.caller)
    return Answer(body=Subscriptions(items=[_subscription(each) for each in found]))


@routes.get("/v1/subscriptions/{subscription_id}", roles=SYSTEMS, answer=SubscriptionShape, summary="One subscription")
def read(call: Call[None]) -> Answer[SubscriptionShape]:
    """Show a subscription."""
    return Answer(body=_subscription(services().flag_notices.get(call.path["subscription_id"], by=call.caller)))


@routes.delete(
    "/v1/subscriptions/{subscription_id}",
    roles=SYSTEMS,
    answer=SubscriptionShape,
    summary="Tell a subscription nothing more",
)
def end(call: Call[None]) -> Answer[SubscriptionShape]:
    """End a subscription."""
    ended = services().flag_notices.end(call.path["subscription_id"], by=call.caller, at=call.at)
    return Answer(body=_subscription(ended))


@routes.post(
    "/v1/subscriptions/{subscription_id}/subjects",
    roles=SYSTEMS,
    body=AskedSubject,
    answer=PseudonymShape,
    summary="Under which name this subscription hears of somebody whose number it knows",
)
def pseudonym(call: Call[AskedSubject]) -> Answer[PseudonymShape]:
    """Name a subject to one subscription."""
    about = call.body.subject.identity()
    name = services().flag_notices.pseudonym(call.path["subscription_id"], about, by=call.caller)
    return Answer(body=PseudonymShape(subject=name))


@routes.get(
    "/v1/subscriptions/{subscription_id}/flag_notices",
    roles=SYSTEMS,
    query=FlagNoticesQuery,
    answer=ToldPage,
    summary="What the subscription was told, in order: for a system that was down",
)
def told(call: Call[None]) -> Answer[ToldPage]:
    """Read on after a number."""
    query: FlagNoticesQuery = call.query
    subscription, found = services().flag_notices.told(
        call.path["subscription_id"], after=query.after, limit=query.limit, by=call.caller
    )
    return Answer(body=ToldPage(items=[_told(each) for each in found], last=subscription.last))


@routes.post(
    "/v1/subscriptions/{subscription_id}/acknowledgements",
    roles=SYSTEMS,
    body=AcknowledgementBody,
    answer=ToldShape,
    names_another=True,
    summary="Say that a notice was taken in and acted upon",
)
def acknowledge(call: Call[AcknowledgementBody]) -> Answer[ToldShape]:
    """Take the answer; the same one again is the same answer."""
    answered = services().flag_notices.acknowledge(
        call.path["subscription_id"], call.body.flag_notice_id, by=call.caller, at=call.at
    )
    return Answer(body=_told(answered))


@routes.get(
    "/v1/flags/{flag_id}/flag_notices",
    roles=WATCHERS,
    query=NoticesOfFlagQuery,
    answer=FlagNotices,
    summary="Which systems were told of a flag, when, and when they answered",
)
def of_flag(call: Call[None]) -> Answer[FlagNotices]:
    """Show the proof for each system."""
    page = services().flag_notices.of_flag(
        call.path["flag_id"], by=call.caller, limit=call.query.limit, after=call.position
    )
    return Answer(
        body=FlagNotices(items=[_notice(each) for each in page.flag_notices], next_cursor=call.next_cursor(page.after))
    )


@routes.get(
    "/v1/credit/incidents",
    roles=WATCHERS,
    query=IncidentsQuery,
    answer=FlagNotices,
    summary="Systems that have not answered a day after a flag ended",
)
def incidents(call: Call[None]) -> Answer[FlagNotices]:
    """List incidents in one state."""
    query: IncidentsQuery = call.query
    page = services().flag_notices.incidents(query.state, by=call.caller, limit=query.limit, after=call.position)
    return Answer(
        body=FlagNotices(items=[_notice(each) for each in page.flag_notices], next_cursor=call.next_cursor(page.after))
    )


def _subscription(subscription: Subscription) -> SubscriptionShape:
    return SubscriptionShape(
        id=subscription.subscription_id,
        department=subscription.department,
        webhook_id=subscription.webhook_id,
        items=list(subscription.items),
        made_at=subscription.made_at,
        last=subscription.last,
        ended_at=subscription.ended_at,
    )


def _told(flag_notice: FlagNotice) -> ToldShape:
    said = services().flag_notices.data_of(flag_notice)
    return ToldShape.model_validate({**said, "acknowledged_at": flag_notice.acknowledged_at})


def _notice(flag_notice: FlagNotice) -> FlagNoticeShape:
    return FlagNoticeShape(
        id=flag_notice.flag_notice_id,
        department=flag_notice.department,
        subscription_id=flag_notice.subscription_id,
        number=flag_notice.number,
        flag_id=flag_notice.flag_id,
        flag_seq=flag_notice.flag_seq,
        change=flag_notice.change,
        items=list(flag_notice.items),
        told_at=flag_notice.told_at,
        acknowledged_at=flag_notice.acknowledged_at,
        acknowledged_by=flag_notice.acknowledged_by or None,
        incident=flag_notice.incident,
        incident_at=flag_notice.incident_at,
    )
