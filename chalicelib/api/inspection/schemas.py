"""Requests and responses for inspection."""

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from chalicelib.api.cases.schemas.answers import AnswerResponse
from chalicelib.api.cases.schemas.timelines import EventResponse, TimelineResponse
from chalicelib.api.contacts.routes.deliveries import CaseMessageResponse
from chalicelib.clocks.model import Light
from chalicelib.http.routes import Code, Day, Instant, Line, PageQuery, PageResponse, Query, RequestBody, ResponseBody
from chalicelib.http.schemas import CaseNoAsTyped, FirstDay, LastDay
from chalicelib.inspection.model import ChangeOf

Codes = Annotated[list[Code], Field(max_length=50)]


class MandateScopeInput(RequestBody):
    """The scope of a mandate; every list that is not empty narrows it."""

    model_config = ConfigDict(populate_by_name=True)

    departments: Codes = Field(default_factory=list)
    items: Codes = Field(default_factory=list)
    received_from: Annotated[Day | None, Field(alias="from")] = None
    received_to: Annotated[Day | None, Field(alias="to")] = None
    case_nos: Annotated[list[Annotated[Code, CaseNoAsTyped]], Field(default_factory=list, max_length=50)]


class MandateRequest(RequestBody):
    """A request for a mandate: file number, legal basis, scope and last day."""

    file_no: Line
    basis: Line
    scope: MandateScopeInput
    expires_on: Day


class MandateScopeResponse(ResponseBody):
    """The scope of a mandate (查阅范围)."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    departments: list[str]
    items: list[str]
    received_from: Annotated[date | None, Field(alias="from")]
    received_to: Annotated[date | None, Field(alias="to")]
    case_nos: list[str]


class MandateResponse(ResponseBody):
    """A mandate; it is valid from ``approved_at`` until the end of ``expires_on``."""

    id: Annotated[str, Field(validation_alias="mandate_id")]
    file_no: str
    basis: str
    scope: MandateScopeResponse
    expires_on: date
    inspector: str
    asked_at: datetime
    approver: str | None
    approved_at: datetime | None
    version: int


class MandatePageResponse(PageResponse):
    """A page of mandates."""

    items: list[MandateResponse]


class MandateCaseResponse(ResponseBody):
    """A case within a mandate, with the most serious light of its clocks."""

    case_no: str
    item_code: str
    department: str
    state: str
    way: str
    received_at: datetime
    light: Light


class MandateCasePageResponse(PageResponse):
    """A page of cases within a mandate."""

    items: list[MandateCaseResponse]


class MandateCasesQuery(PageQuery):
    """Filters within the scope, which they narrow: the last two days are those of receipt, both included.

    ``light`` is the current one, ``officer`` the staff id of somebody who acted in the case.
    """

    light: Light | None = None
    officer: Line | None = None
    case_no: Annotated[Code | None, CaseNoAsTyped] = None
    department: Code | None = None
    item: Code | None = None
    first: FirstDay = None
    last: LastDay = None


class MandateTimelineQuery(Query):
    """The moment for lights and events: an instant, or that of an event by its number.

    If both are given, the event wins.
    """

    at: Instant | None = None
    event: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class MandateClockResponse(ResponseBody):
    """A clock with its light at that moment."""

    clock_id: str
    kind: str
    started_at: datetime
    due_at: datetime
    due_on: date
    provisional: bool
    light: Light


class RulesInForceResponse(ResponseBody):
    """The versions of the rules that apply to the case."""

    item_code: str
    item_version: int
    rule_pack: Annotated[str, Field(validation_alias="pack")]


class TimelineStepResponse(ResponseBody):
    """An event of the whole timeline, also those that are not shown: the moments one can choose."""

    seq: int
    kind: str
    recorded_at: str


class ChangeResponse(ResponseBody):
    """What an event changed (变动前后): blank where there was nothing before, or is nothing after.

    ``before`` and ``after`` are states, staff ids or days; ``clock`` is the kind of the clock whose last day changed.
    """

    seq: int
    what: ChangeOf
    before: str
    after: str
    clock: str


class ReminderResponse(ResponseBody):
    """A reminder to an office (预警) by its event, to which desk, and when it was answered for as read, if it was."""

    seq: int
    to: str
    level: int
    sent_at: datetime
    read_at: datetime | None


class MandateTimelineResponse(TimelineResponse):
    """A case's timeline with its clocks at a moment, the rules that apply, and what the applicant filled in.

    ``steps`` are all its events, including those after the moment; ``labels`` name their kinds. ``changes`` say what
    the events shown changed, ``reminders`` which the office was sent by then and which it read; ``messages`` are what
    people were told of the case by then, and whether they have read it by now.
    """

    as_of: datetime
    steps: list[TimelineStepResponse]
    clocks: list[MandateClockResponse]
    rules: RulesInForceResponse
    answers: list[AnswerResponse]
    changes: list[ChangeResponse]
    reminders: list[ReminderResponse]
    messages: list[CaseMessageResponse]


class MandateReadingsResponse(PageResponse):
    """A page of what was read under a mandate, and what was attempted outside its scope, first to last."""

    items: list[EventResponse]


class InspectionAuditQuery(PageQuery):
    """Whose mandates an auditor asks for: an inspector's name in timelines, without ``staff:``."""

    inspector: Code


class InspectionAuditResponse(PageResponse):
    """A mandate and a page of what was read under it, as an auditor sees them."""

    mandate: MandateResponse
    items: list[EventResponse]
