"""Mandates and readings over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from chalicelib.api.edge import Answer, Body, Call, Code, Day, Instant, Line, Page, PageQuery, Query, Routes, Shape
from chalicelib.api.timelines import EventShape, TimelineShape, event_shape, timeline_shape
from chalicelib.clocks.model import Light
from chalicelib.inspection.model import Mandate, Scope, Wanted
from chalicelib.inspection.service import INSPECTORS
from chalicelib.wiring import services

routes = Routes("inspection")

Codes = Annotated[list[Code], Field(max_length=50)]


class ScopeBody(Body):
    """What the mandate reaches; each list that is not empty narrows it."""

    model_config = ConfigDict(populate_by_name=True)

    departments: Codes = Field(default_factory=list)
    items: Codes = Field(default_factory=list)
    received_from: Annotated[Day | None, Field(alias="from")] = None
    received_to: Annotated[Day | None, Field(alias="to")] = None
    case_nos: Codes = Field(default_factory=list)


class MandateBody(Body):
    """A request for a mandate: the inspection's file, its legal basis, its scope and its last day."""

    file_no: Line
    basis: Line
    scope: ScopeBody
    expires_on: Day


class ScopeShape(Shape):
    """What a mandate reaches."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    departments: list[str]
    items: list[str]
    received_from: Annotated[date | None, Field(alias="from")]
    received_to: Annotated[date | None, Field(alias="to")]
    case_nos: list[str]


class MandateShape(Shape):
    """A mandate; nothing is readable before ``approved_at`` or after ``expires_on``."""

    id: str
    file_no: str
    basis: str
    scope: ScopeShape
    expires_on: date
    inspector: str
    asked_at: datetime
    approver: str | None
    approved_at: datetime | None
    version: int


class Mandates(Page):
    """The caller's own mandates, newest first."""

    items: list[MandateShape]


class CaseSeen(Shape):
    """A case within a mandate."""

    case_no: str
    item_code: str
    department: str
    state: str
    way: str
    received_at: datetime


class CasesSeen(Page):
    """Cases within a mandate."""

    items: list[CaseSeen]


class MomentQuery(Query):
    """The moment as of which lights are shown, and up to which events are."""

    at: Instant | None = None


class ClockSeen(Shape):
    """A clock and its light as of the moment asked for."""

    clock_id: str
    kind: str
    started_at: datetime
    due_at: datetime
    due_on: date
    provisional: bool
    light: Light


class RulesSeen(Shape):
    """By which versions of the rules the case goes."""

    item_code: str
    item_version: int
    rule_pack: str


class TimelineSeen(TimelineShape):
    """A case's timeline, its clocks as of a moment and the rules that it goes by."""

    as_of: datetime
    clocks: list[ClockSeen]
    rules: RulesSeen


class Readings(Shape):
    """What was read under a mandate, and what was asked for outside it."""

    items: list[EventShape]
    next_cursor: None = None


@routes.post(
    "/v1/inspections",
    summary="Ask for a mandate to inspect",
    roles=INSPECTORS,
    body=MandateBody,
    answer=MandateShape,
    status=201,
    creates=True,
)
def ask(call: Call[MandateBody]) -> Answer:
    """Ask for a mandate; another inspector approves it."""
    body = call.body
    scope = Scope(
        departments=tuple(body.scope.departments),
        items=tuple(body.scope.items),
        received_from=body.scope.received_from,
        received_to=body.scope.received_to,
        case_nos=tuple(body.scope.case_nos),
    )
    wanted = Wanted(file_no=body.file_no, basis=body.basis, scope=scope, expires_on=body.expires_on)
    mandate, is_repeated = services().inspection.ask(wanted, by=call.caller, at=call.at, once=call.once)
    return Answer(body=_mandate(mandate), version=mandate.version, replayed=is_repeated)


@routes.get("/v1/inspections", summary="The caller's own mandates", roles=INSPECTORS, query=PageQuery, answer=Mandates)
def mandates(call: Call[None]) -> Answer:
    """List the caller's mandates, newest first."""
    position = call.position
    found, following = services().inspection.asked_by(
        call.caller, most=call.query.limit, after=None if position is None else dict(position)
    )
    return Answer(body=Mandates(items=[_mandate(each) for each in found], next_cursor=call.next_cursor(following)))


@routes.get("/v1/inspections/{mandate_id}", summary="A mandate", roles=INSPECTORS, answer=MandateShape)
def mandate(call: Call[None]) -> Answer:
    """Show a mandate, so that a second inspector sees what is to be approved."""
    found = services().inspection.mandate(call.path["mandate_id"], by=call.caller)
    return Answer(body=_mandate(found), version=found.version)


@routes.post(
    "/v1/inspections/{mandate_id}/approval",
    summary="Approve another inspector's mandate",
    roles=INSPECTORS,
    answer=MandateShape,
    needs_version=True,
)
def approve(call: Call[None]) -> Answer:
    """Put a mandate into force."""
    approved = services().inspection.approve(call.path["mandate_id"], by=call.caller, version=call.version, at=call.at)
    return Answer(body=_mandate(approved), version=approved.version)


@routes.get(
    "/v1/inspections/{mandate_id}/cases",
    summary="The cases within a mandate",
    roles=INSPECTORS,
    query=PageQuery,
    answer=CasesSeen,
)
def cases(call: Call[None]) -> Answer:
    """List cases within the scope only."""
    found, following = services().inspection.cases(
        call.path["mandate_id"], by=call.caller, at=call.at, most=call.query.limit, after=call.position
    )
    items = [
        CaseSeen(
            case_no=card.case_no,
            item_code=card.item_code,
            department=card.department,
            state=card.state,
            way=card.way,
            received_at=card.received_at,
        )
        for card in found
    ]
    return Answer(body=CasesSeen(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/inspections/{mandate_id}/cases/{case_no}/timeline",
    summary="A case's timeline, with lights as of any moment",
    roles=INSPECTORS,
    query=MomentQuery,
    answer=TimelineSeen,
)
def timeline(call: Call[None]) -> Answer:
    """Show a timeline; the reading is recorded, and so is an attempt outside the scope."""
    house = services()
    case, reading = house.inspection.timeline(call.path["mandate_id"], call.path["case_no"], by=call.caller, at=call.at)
    asked: datetime | None = call.query.at
    moment = asked or call.at
    shown = timeline_shape(reading, up_to=asked)
    clocks = [
        past
        for clock in house.clocks.of_owner(case.owner)
        if (past := house.clocks.as_of(clock, at=moment)) is not None
    ]
    return Answer(
        body=TimelineSeen(
            items=shown.items,
            labels=shown.labels,
            verified=shown.verified,
            fault=shown.fault,
            as_of=moment,
            clocks=[
                ClockSeen(
                    clock_id=clock.clock_id,
                    kind=clock.kind,
                    started_at=clock.started_at,
                    due_at=clock.due_at,
                    due_on=clock.due_on,
                    provisional=clock.provisional,
                    light=house.clocks.light(clock, at=moment),
                )
                for clock in clocks
            ],
            rules=RulesSeen(
                item_code=case.terms.item_code, item_version=case.terms.item_version, rule_pack=case.terms.pack
            ),
        ),
    )


@routes.get(
    "/v1/inspections/{mandate_id}/readings",
    summary="What was read under a mandate",
    roles=INSPECTORS,
    answer=Readings,
)
def readings(call: Call[None]) -> Answer:
    """List the readings under a mandate, by its own timeline."""
    events = services().inspection.readings(call.path["mandate_id"], by=call.caller)
    return Answer(body=Readings(items=[event_shape(event) for event in events]))


def _mandate(mandate: Mandate) -> MandateShape:
    scope: Any = mandate.scope
    return MandateShape(
        id=mandate.mandate_id,
        file_no=mandate.file_no,
        basis=mandate.basis,
        scope=ScopeShape(
            departments=list(scope.departments),
            items=list(scope.items),
            received_from=scope.received_from,
            received_to=scope.received_to,
            case_nos=list(scope.case_nos),
        ),
        expires_on=mandate.expires_on,
        inspector=mandate.inspector,
        asked_at=mandate.asked_at,
        approver=mandate.approver,
        approved_at=mandate.approved_at,
        version=mandate.version,
    )
