"""What is sent and answered about editions of the working calendar."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.calendars.model import Recount, RecountState, YearStatus
from chalicelib.clocks.model import ClockKind, Light
from chalicelib.http.routes import Body, Day, PageQuery, Shape
from chalicelib.http.schemas import Page
from chalicelib.workdays.model.limits import Notice

MOST_DAYS = 200

Name = Annotated[str, Field(max_length=200)]
Days = Annotated[dict[Day, Name], Field(max_length=MOST_DAYS)]


class NoticeBody(Body):
    """The State Council's notice; its number where one is sure."""

    title: Name
    number: Name | None
    issued_on: Day

    def notice(self) -> Notice:
        """Return it as the calendar keeps it."""
        return Notice(title=self.title, number=self.number, issued_on=self.issued_on)


class EditionBody(Body):
    """A year's edition: days off and make-up working days, by festival; ``year`` is that of the address."""

    year: int | None = None
    notice: NoticeBody
    holidays: Days
    make_up_days: Days


class LoadingQuery(PageQuery):
    """Whether only to say what would move, and which page of that."""

    dry_run: bool = False


class NoticeShape(Shape):
    """The State Council's notice."""

    title: str
    number: str | None
    issued_on: date


class RecountShape(Shape):
    """How far every open due date has been counted anew."""

    state: RecountState
    looked_at: int
    moved: int
    failed: int


class MovingShape(Shape):
    """An open due date that an edition would move."""

    owner: str
    case_no: str | None
    clock_id: str
    kind: ClockKind
    department: str
    due_on: date
    would_be_due_on: date
    provisional: bool
    would_be_provisional: bool
    light: Light
    would_be_light: Light


class LoadingShape(Page):
    """What was loaded, or, on a dry run, a page of what would move; a page may be empty and have a next one."""

    year: int
    dry_run: bool
    edition: int | None
    version: int | None
    recount: RecountShape | None
    looked_at: int
    items: list[MovingShape]


class EditionShape(Shape):
    """An edition that was loaded, and when."""

    edition: int
    loaded_at: datetime
    notice: NoticeShape


class CalendarShape(Shape):
    """A year: the edition that counts (0 came with the code), its days, and all editions that were loaded."""

    year: int
    edition: int
    version: int | None
    notice: NoticeShape
    holidays: dict[date, str]
    make_up_days: dict[date, str]
    editions: list[EditionShape]
    recount: RecountShape | None


class Calendars(Shape):
    """All years that can be counted on, oldest first."""

    items: list[CalendarShape]


class WaitingShape(Shape):
    """An open due date that waits for an edition."""

    owner: str
    case_no: str | None
    clock_id: str
    kind: ClockKind
    department: str
    started_at: datetime
    due_on: date
    provisional: bool


class Waiting(Page):
    """Open due dates that wait for an edition."""

    items: list[WaitingShape]


def recount_shape(recount: Recount | None) -> RecountShape | None:
    """Show how far a recount has come."""
    return None if recount is None else RecountShape.model_validate(recount)


def calendar_shape(standing: YearStatus) -> CalendarShape:
    """Show a year."""
    edition = standing.edition
    return CalendarShape(
        year=standing.year,
        edition=edition.number,
        version=standing.version or None,
        notice=NoticeShape.model_validate(edition.notice),
        holidays=dict(edition.holidays),
        make_up_days=dict(edition.make_up_days),
        editions=[
            EditionShape(
                edition=each.edition.number,
                loaded_at=each.loaded_at,
                notice=NoticeShape.model_validate(each.edition.notice),
            )
            for each in standing.loaded
        ],
        recount=recount_shape(standing.recount),
    )
