"""What mandates and readings look like over HTTP."""

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from chalicelib.api.cases.schemas.timelines import EventShape, TimelineShape
from chalicelib.clocks.model import Light
from chalicelib.http.routes import Body, Code, Day, Instant, Line, Page, PageQuery, Query, Shape
from chalicelib.inspection.model import Mandate

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


class CaseLine(Shape):
    """A case within a mandate, with the gravest light of its clocks."""

    case_no: str
    item_code: str
    department: str
    state: str
    way: str
    received_at: datetime
    light: Light


class CasesSeen(Page):
    """Cases within a mandate."""

    items: list[CaseLine]


class CasesQuery(PageQuery):
    """Which of them: those that show a light now, those in which an officer (a staff id) acted."""

    light: Light | None = None
    officer: Annotated[str, Field(max_length=200)] | None = None


class MomentQuery(Query):
    """The moment as of which lights are shown, and up to which events are: an instant, or that of an event by number.

    Where both are there, the event counts.
    """

    at: Instant | None = None
    event: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


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


class StepSeen(Shape):
    """An event of the whole timeline, shown or not: at which moments one may look."""

    seq: int
    kind: str
    recorded_at: str


class TimelineSeen(TimelineShape):
    """A case's timeline, its clocks as of a moment and the rules that it goes by.

    ``steps`` are all its events, those after the moment too; ``labels`` name their kinds.
    """

    as_of: datetime
    steps: list[StepSeen]
    clocks: list[ClockSeen]
    rules: RulesSeen


class Readings(Shape):
    """What was read under a mandate, and what was asked for outside it."""

    items: list[EventShape]
    next_cursor: None = None


def mandate_shape(mandate: Mandate) -> MandateShape:
    """Show a mandate."""
    scope = mandate.scope
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
