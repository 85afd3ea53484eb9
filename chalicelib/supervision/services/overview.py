"""The board at one look: the counts of each department, and the cases behind each of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.alerts.model.alerts import Acknowledgement
from chalicelib.alerts.rules.alerts import alert_ids
from chalicelib.alerts.services.alerts import Alerts
from chalicelib.cases.model.case import CaseCard
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.clock import day_in_shanghai
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.rules.indexes import ClockFilter, ClockStatus, binds_person
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.dynamo.model import Page, Position
from chalicelib.policy import Caller
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.supervision.model.overview import BoardCase, Counts, DueDay, Show, Wanted
from chalicelib.supervision.rules.ageing import KINDS
from chalicelib.supervision.rules.overview import counts_of, days_ahead, days_of_month, due_days, lists_for, seen_until
from chalicelib.supervision.services.board import Filter, Supervision
from chalicelib.supervision.services.statistics import Asked, Statistics, Told
from chalicelib.workdays.model.calendars import Calendars
from chalicelib.workdays.rules.due_dates import start_of_day

DAYS_BACK: Final = 30
"""Of how many days, today among them, the board tells what was done."""

CASE: Final = "case:"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentOverview:
    """A department now: what its clocks say, how many cases are to be decided, and what the last days did."""

    department: str
    counts: Counts
    open_cases: int
    told: Told


class Overview:
    """What the board shows."""

    def __init__(  # noqa: PLR0913 - it stands between this many neighbours
        self,
        supervision: Supervision,
        statistics: Statistics,
        clocks: Clocks,
        cases: CaseStore,
        alerts: Alerts,
        *,
        calendars: Calendars,
        catalogue: Catalogue,
        pack: Callable[[str, datetime], RulePack],
    ) -> None:
        """``pack`` returns the edition of a rule pack in force at an instant, which says who was alerted."""
        self._supervision = supervision
        self._statistics = statistics
        self._clocks = clocks
        self._cases = cases
        self._alerts = alerts
        self._calendars = calendars
        self._catalogue = catalogue
        self._pack = pack

    def departments(self, department: str | None, *, by: Caller, at: datetime) -> tuple[DepartmentOverview, ...]:
        """Return the departments that the caller watches, or one of them.

        The queries are as many beside two late cases as beside two thousand, and each looks at 500 clocks at most.
        ``FORBIDDEN`` for another department than one's own; ``INVALID_QUERY`` for an unknown one.
        """
        today = day_in_shanghai(at)
        days = days_ahead(self._calendars.current(), today=today)
        watched = self._supervision.watched(department, by=by)
        asked = Asked(first=today - timedelta(days=DAYS_BACK - 1), last=today, as_of=at, department=department)
        told = {one.department: one for one in self._statistics.figures(asked, by=by, at=at)}
        return tuple(
            DepartmentOverview(
                department=name,
                counts=self._counts(name, at=at, days=days),
                open_cases=self._statistics.open_cases(name),
                told=told[name],
            )
            for name in watched
        )

    def _counts(self, department: str, *, at: datetime, days: Sequence[date]) -> Counts:
        running, paused = ClockStatus.RUNNING, ClockStatus.PAUSED
        of_kind = [ClockFilter(department=department, kind=kind) for kind in KINDS]
        return counts_of(
            self._clocks.outlines(ClockFilter(department=department), running, before=at),
            [self._clocks.outlines(each, running, since=at) for each in of_kind],
            [self._clocks.outlines(each, paused) for each in of_kind],
            at=at,
            days=days,
        )

    def cases(
        self, wanted: Wanted, *, by: Caller, at: datetime, limit: int, after: Position | None
    ) -> tuple[Page[BoardCase], bool]:
        """Return the cases that are due first, over all departments that the caller watches, and whether others follow.

        There is a next page where all are on one list: late ones of one department. What is on several lists ends with
        the first page, and is narrowed down by officer, item or department.
        """
        lists = lists_for(wanted, self._supervision.watched(wanted.department, by=by))
        begins = after if len(lists) == 1 else None
        pages = [self._clocks.on_board(each, at=at, limit=limit, after=begins) for each in lists]
        found = sorted(
            (clock for page in pages for clock in page.clocks), key=lambda clock: (clock.due_at, clock.owner)
        )
        first: dict[str, Clock] = {}
        for clock in found:
            if wanted.show is not Show.LATE or not binds_person(clock):
                first.setdefault(clock.owner, clock)
        shown = list(first.values())[:limit]
        is_more = len(first) > limit or any(page.after is not None for page in pages)
        following = pages[0].after if len(lists) == 1 else None
        return Page(self._with_cases(shown, found, by=by, at=at), following), is_more

    def worklist(
        self,
        wanted: Filter,
        *,
        lights: Sequence[Light],
        by: Caller,
        at: datetime,
        limit: int,
        after: Position | None,
    ) -> Page[BoardCase]:
        """Return a page of what the caller's department has to do, each case once with the duty that comes first.

        A case of which another duty comes later may stand on a later page as well. ``FORBIDDEN`` as in ``Supervision``.
        """
        page = self._supervision.worklist(wanted, lights=lights, by=by, at=at, limit=limit, after=after)
        found = [one.clock for one in page.items]
        first: dict[str, Clock] = {}
        for clock in found:
            first.setdefault(clock.owner, clock)
        return Page(self._with_cases(tuple(first.values()), found, by=by, at=at), page.after)

    def month(self, day: date, *, officer: str | None, item: str | None, by: Caller) -> tuple[DueDay, ...]:
        """Return how much is due in the caller's department on each day of a month: one query, over 500 clocks at most.

        A case counts once on each day on which something of it is due; ``None`` for days that were not reached.
        ``FORBIDDEN`` as in ``worklist``.
        """
        days = days_of_month(day)
        wanted = self._supervision.own(Filter(officer=officer, item=item), by=by)
        found = self._clocks.outlines(wanted, ClockStatus.RUNNING, since=start_of_day(days[0]))
        return due_days(found.clocks, until=seen_until([found]), days=days)

    def _with_cases(
        self, clocks: Sequence[Clock], found: Sequence[Clock], *, by: Caller, at: datetime
    ) -> tuple[BoardCase, ...]:
        """Add the cases and the alerts that clocks are about, all of them read together.

        A reason is the case's, whichever of its late duties among those found it was given for.
        """
        cards = self._cases.cards([clock.owner.removeprefix(CASE) for clock in clocks if clock.owner.startswith(CASE)])
        ids: dict[str, list[str]] = {clock.owner: [] for clock in clocks}
        for clock in found:
            if clock.owner in ids and clock.is_late(at):
                ids[clock.owner].extend(alert_ids(clock, self._pack(clock.pack, at)))
        alerts = self._alerts.several([each for of_clock in ids.values() for each in of_clock])
        inboxes = self._alerts.inboxes(by) if alerts else ()
        listed: list[BoardCase] = []
        for clock in clocks:
            card = cards.get(clock.owner.removeprefix(CASE))
            own = [alerts[each] for each in ids[clock.owner] if each in alerts]
            asked = max((each for each in own if each.is_open), key=lambda each: each.level, default=None)
            listed.append(
                BoardCase(
                    clock=clock,
                    light=self._clocks.light(clock, at=at),
                    card=card,
                    step="" if card is None else self._step(clock, card),
                    answer=max((each.acknowledgement for each in own if each.acknowledgement), key=_when, default=None),
                    asked=next((each for each in own if each.is_open and each.inbox in inboxes), asked),
                    is_own=any(each.is_open and each.inbox in inboxes for each in own),
                )
            )
        return tuple(listed)

    def _step(self, clock: Clock, card: CaseCard) -> str:
        """Return the name of the step that a clock measures; versions of items are read once a process."""
        if clock.kind is not ClockKind.STEP:
            return ""
        steps = self._catalogue.version(card.item_code, card.item_version).steps
        return next((step.name for step in steps if step.id == clock.about), "")


def _when(answer: Acknowledgement) -> datetime:
    return answer.at
