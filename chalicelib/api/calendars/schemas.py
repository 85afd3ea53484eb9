"""Requests and responses for editions of the working calendar."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, BeforeValidator, Field

from chalicelib.api.supervision.schemas import OwnersCaseNo
from chalicelib.calendars.model import RecountState
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.http.routes import Day, LineOrBlank, PageQuery, RequestBody, ResponseBody
from chalicelib.http.schemas import PageResponse
from chalicelib.workdays.model.limits import Notice

MOST_DAYS = 200

ZeroAsNull = Annotated[int | None, BeforeValidator(lambda version: version or None)]
"""The version of a year's calendar; null if no edition was loaded."""

Days = Annotated[dict[Day, LineOrBlank], Field(max_length=MOST_DAYS)]


class CalendarNoticeInput(RequestBody):
    """The State Council's notice; ``number`` is null if it is not known for certain."""

    title: LineOrBlank
    number: LineOrBlank | None
    issued_on: Day

    def notice(self) -> Notice:
        """Return it as the calendar keeps it."""
        return Notice(title=self.title, number=self.number, issued_on=self.issued_on)


class CalendarEditionRequest(RequestBody):
    """A year's edition: days off and make-up working days with their festivals; ``year`` must match the path."""

    year: int | None = None
    notice: CalendarNoticeInput
    holidays: Days
    make_up_days: Days


class LoadCalendarQuery(PageQuery):
    """``dry_run`` previews which due dates would move, page by page."""

    dry_run: bool = False


class CalendarNoticeResponse(ResponseBody):
    """The State Council's notice."""

    title: str
    number: str | None
    issued_on: date


class RecalculationResponse(ResponseBody):
    """The progress of recalculating all open due dates."""

    state: RecountState
    looked_at: int
    moved: int
    failed: int


class MovedDueDateResponse(ResponseBody):
    """An open due date that an edition would move.

    ``would_be_due_on`` and its light are null where it cannot be counted, because its rule pack is gone; it would stay.
    """

    owner: str
    case_no: OwnersCaseNo
    clock_id: str
    kind: ClockKind
    department: str
    due_on: date
    would_be_due_on: date | None
    provisional: bool
    would_be_provisional: bool
    light: Light
    would_be_light: Light | None


class LoadCalendarResponse(PageResponse):
    """The loaded edition or, on a dry run, a page of what would move; a page may be empty and not be the last."""

    year: int
    dry_run: bool
    edition: int | None
    version: ZeroAsNull
    recount: RecalculationResponse | None
    looked_at: int
    items: list[MovedDueDateResponse]


class CalendarEditionResponse(ResponseBody):
    """A loaded edition."""

    edition: Annotated[int, Field(validation_alias=AliasPath("edition", "number"))]
    loaded_at: datetime
    notice: Annotated[CalendarNoticeResponse, Field(validation_alias=AliasPath("edition", "notice"))]


class CalendarResponse(ResponseBody):
    """A year: its current edition (0 is the one shipped with the code), its days, and every loaded edition."""

    year: int
    edition: Annotated[int, Field(validation_alias=AliasPath("edition", "number"))]
    version: ZeroAsNull
    notice: Annotated[CalendarNoticeResponse, Field(validation_alias=AliasPath("edition", "notice"))]
    holidays: Annotated[dict[date, str], Field(validation_alias=AliasPath("edition", "holidays"))]
    make_up_days: Annotated[dict[date, str], Field(validation_alias=AliasPath("edition", "make_up_days"))]
    editions: Annotated[list[CalendarEditionResponse], Field(validation_alias="loaded")]
    recount: RecalculationResponse | None


class CalendarListResponse(ResponseBody):
    """All years with a calendar, oldest first."""

    items: list[CalendarResponse]


class ProvisionalDueDateResponse(ResponseBody):
    """A provisional due date: its year's edition is not loaded yet."""

    owner: str
    case_no: OwnersCaseNo
    clock_id: str
    kind: ClockKind
    department: str
    started_at: datetime
    due_on: date
    provisional: bool


class ProvisionalDueDatePageResponse(PageResponse):
    """A page of provisional due dates."""

    items: list[ProvisionalDueDateResponse]
