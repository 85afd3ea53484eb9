"""Clocks driven at random beside a plain model: no milestone is missed, none is told twice, and the lists are right.

The model counts day by day and keeps a colour for nobody: it shares no line with the service.
"""

import random
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from chalicelib.alerts.store.alerts import AlertStore
from chalicelib.clocks.model import Clock, ClockKind, Light
from chalicelib.clocks.rules.indexes import ClockFilter
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.clocks.services.recalculation import ClockRecalculation
from chalicelib.clocks.store import ClockStore
from chalicelib.container import container
from chalicelib.dynamo.transaction import Transaction, transaction
from chalicelib.inspection.model import Scope, Wanted
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.pack import Milestone
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Edition, Limit, Notice, Unit
from chalicelib.workdays.store import load_calendar
from tests.builders import FixedCalendars
from tests.depth import goes, walk
from tests.services.committing import before_commit

SHANGHAI = timezone(timedelta(hours=8))
BEGIN = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
SKEWS = st.sampled_from([-60, 0, 60]).map(lambda seconds: timedelta(seconds=seconds))
KINDS = (ClockKind.HANDLING_PROMISED, ClockKind.DELIVERY)
OFFICERS = ("officer", "li")
ITEMS = ("plate", "seal", "")
NOTICE = Notice("国务院办公厅关于部分节假日安排的通知", None, date(2026, 11, 4))


def editions() -> tuple[Calendar, ...]:
    """The calendar as packaged, then with 2027 announced, then with 2027 corrected."""
    known = load_calendar().editions
    announced = Edition(year=2027, notice=NOTICE, holidays={date(2027, 1, 1): "元旦"}, make_up_days={})
    corrected = Edition(
        year=2027,
        notice=NOTICE,
        holidays={date(2027, 1, day): "元旦" for day in (1, 4, 5)},
        make_up_days={date(2027, 1, 9): "元旦"},
    )
    return Calendar(known), Calendar((*known, announced)), Calendar((*known, corrected))


@dataclass
class Plain:
    """What the model knows of one clock."""

    owner: str
    clock_id: str
    kind: ClockKind
    officer: str
    item: str
    days: int
    start: datetime
    pauses: list[tuple[datetime, datetime | None, date]] = field(default_factory=list)
    extended: bool = False
    stopped: bool = False
    told: set[str] = field(default_factory=set)
    ever: Counter[str] = field(default_factory=Counter)

    def dates(self, calendar: Calendar) -> tuple[datetime, datetime, bool]:
        """Count day by day; returns when it turns yellow, its last second, and whether a year is unannounced."""
        announced = {edition.year: edition for edition in calendar.editions}
        counted: list[date] = []
        day, unsure = local(self.start), False
        while len(counted) < self.days:
            day += DAY
            edition = announced.get(day.year)
            unsure = unsure or edition is None
            out = any(local(begun) < day <= local(ended) for begun, ended, _ in self.pauses if ended is not None)
            free = edition is not None and day in edition.holidays
            works = (day.weekday() < 5 and not free) or (edition is not None and day in edition.make_up_days)
            if works and not out:
                counted.append(day)
        turns = counted[-max(1, self.days * 20 // 100)]
        return midnight(turns), midnight(counted[-1] + DAY) - SECOND, unsure

    @property
    def held(self) -> tuple[datetime, datetime | None, date] | None:
        return next((pause for pause in self.pauses if pause[1] is None), None)

    def light(self, calendar: Calendar, at: datetime) -> Light:
        turns, last, unsure = self.dates(calendar)
        if unsure:
            return Light.WHITE
        if self.held is not None:
            begun, _, until = self.held
            if begun > last:
                return Light.RED
            return Light.YELLOW if local(at) > until else Light.GREY
        return Light.RED if at > last else Light.YELLOW if at >= turns else Light.GREEN

    def reached(self, calendar: Calendar, at: datetime) -> set[str]:
        turns, last, unsure = self.dates(calendar)
        come = {"clock:warned": at >= turns, "clock:passed": at > last}
        return {name for name, has_come in come.items() if has_come and not unsure}

    def tell(self, calendar: Calendar, at: datetime) -> None:
        """Be told of everything that has come and was not told yet."""
        if not self.stopped and self.held is None:
            self.note(self.reached(calendar, at) - self.told)

    def be_swept(self, calendar: Calendar, at: datetime) -> None:
        """Be told by a sweep, which wakes a warning of midnight later in the night."""
        turns, _, _ = self.dates(calendar)
        later = timedelta(minutes=30, seconds=zlib.crc32(self.owner.encode()) % 24_300)
        if "clock:warned" in self.told or turns + later <= at:
            self.tell(calendar, at)

    def note(self, news: set[str]) -> None:
        self.told |= news
        self.ever.update(news)

    def take_back(self, calendar: Calendar, at: datetime) -> None:
        """What new dates put into the future has not been told; within a pause its beginning decides."""
        turns, last, _ = self.dates(calendar)
        at = min(at, self.held[0]) if self.held is not None else at
        come = {"clock:warned": at >= turns, "clock:passed": at > last}
        self.told = {name for name in self.told if come[name]}


def local(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


class DiedError(BaseException):
    """The process of a sweep ended."""


class ClocksAsAMachine(RuleBasedStateMachine):
    """Every way in which clocks are moved, in any order, by machines whose own clocks are a minute apart."""

    department = 0

    @initialize()
    def open_an_office(self) -> None:
        type(self).department += 1
        self.name = f"d{self.department}"
        self.now = BEGIN
        self.editions = list(editions())
        self.calendar = self.editions.pop(0)
        self.plain: list[Plain] = []

    @property
    def clocks(self) -> Clocks:
        return Clocks(
            ClockStore(),
            container().timeline,
            FixedCalendars(self.calendar),
            yellow=container().yellow,
            office_hours=lambda *_: (),
        )

    def stored(self, plain: Plain) -> Clock:
        return self.clocks.get(plain.owner, plain.clock_id)

    def open_ones(self) -> list[Plain]:
        return [plain for plain in self.plain if not plain.stopped]

    @rule(
        days=st.integers(1, 6),
        kind=st.sampled_from(KINDS),
        officer=st.sampled_from(OFFICERS),
        item=st.sampled_from(ITEMS),
        skew=SKEWS,
    )
    def start(self, days: int, kind: ClockKind, officer: str, item: str, skew: timedelta) -> None:
        if len(self.plain) >= 5:
            return
        mandate, _ = container().inspection.ask(
            Wanted(file_no="号", basis="条", scope=Scope(departments=("traffic",)), expires_on=date(2027, 6, 1)),
            by=Caller(sub="inspector", roles=frozenset({Role.INSPECTOR}), department="inspection"),
            at=self.now,
            idempotency_key=None,
        )
        with transaction() as tx:
            clock = self.clocks.start(
                kind,
                Limit(value=days, unit=Unit.WORKING_DAYS, basis="条"),
                owner=mandate.owner,
                department=self.name,
                responsible=officer,
                pack="corrects-first",
                started_at=self.now + skew,
                tx=tx,
                item=item,
            )
        self.plain.append(Plain(mandate.owner, clock.clock_id, kind, officer, item, days, self.now + skew))

    @rule(hours=st.sampled_from([1, 14, 24, 72]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def act(self, plain: Plain, at: datetime, change: Callable[[Clock, Transaction], Clock], *, tells: bool) -> None:
        clock = self.stored(plain)
        with transaction() as tx:
            facts = self.clocks.moved_on(clock, at=at)[1] if tells else []
            change(clock, tx)
            if facts:
                container().timeline.append(facts, owner=clock.owner, at=at, tx=tx)
        if tells:
            plain.tell(self.calendar, at)

    @precondition(lambda self: self.open_ones())
    @rule(data=st.data(), skew=SKEWS, length=st.integers(0, 5))
    def pause(self, data: st.DataObject, skew: timedelta, length: int) -> None:
        plain = data.draw(st.sampled_from(self.open_ones()))
        at, until = self.now + skew, local(self.now) + length * DAY
        if plain.held is None and at > plain.start:
            self.act(
                plain,
                at,
                lambda clock, tx: self.clocks.pause(
                    clock, ground="expert_review", basis="条", expected_until=until, at=at, tx=tx
                ),
                tells=True,
            )
            plain.pauses.append((at, None, until))

    @precondition(lambda self: any(plain.held for plain in self.open_ones()))
    @rule(data=st.data(), skew=SKEWS)
    def resume(self, data: st.DataObject, skew: timedelta) -> None:
        plain = data.draw(st.sampled_from([plain for plain in self.open_ones() if plain.held]))
        at = self.now + skew
        self.act(plain, at, lambda clock, tx: self.clocks.resume(clock, at=at, tx=tx), tells=False)
        begun, _, until = plain.pauses.pop()
        plain.pauses.append((begun, max(at, begun), until))
        plain.take_back(self.calendar, at)

    @precondition(lambda self: any(not plain.extended for plain in self.open_ones()))
    @rule(data=st.data(), skew=SKEWS, days=st.integers(1, 4))
    def extend(self, data: st.DataObject, skew: timedelta, days: int) -> None:
        plain = data.draw(st.sampled_from([plain for plain in self.open_ones() if not plain.extended]))
        at, by = self.now + skew, Limit(value=days, unit=Unit.WORKING_DAYS, basis="条")
        self.act(plain, at, lambda clock, tx: self.clocks.extend(clock, by, at=at, tx=tx), tells=False)
        plain.extended, plain.days = True, plain.days + days
        plain.take_back(self.calendar, at)

    @precondition(lambda self: self.open_ones())
    @rule(data=st.data(), skew=SKEWS)
    def stop(self, data: st.DataObject, skew: timedelta) -> None:
        plain = data.draw(st.sampled_from(self.open_ones()))
        at = self.now + skew
        self.act(plain, at, lambda clock, tx: self.clocks.stop(clock, at=at, tx=tx), tells=True)
        plain.stopped = True

    @precondition(lambda self: self.editions)
    @rule(skew=SKEWS)
    def load_an_edition(self, skew: timedelta) -> None:
        self.calendar = self.editions.pop(0)
        recounting = ClockRecalculation(ClockStore(), container().timeline, yellow=container().yellow)
        at = self.now + skew
        for plain in self.open_ones():
            recounting.recount(self.stored(plain), calendar=self.calendar, reason="edition", edition="2027", at=at)
            plain.take_back(self.calendar, at)

    @rule(skew=SKEWS, times=st.integers(1, 2))
    def sweep(self, skew: timedelta, times: int) -> None:
        for _ in range(times):
            assert self.clocks.sweep(at=self.now + skew).is_complete
        for plain in self.plain:
            plain.be_swept(self.calendar, self.now + skew)

    @rule(skew=SKEWS, number=st.integers(1, 2))
    def sweep_beside_another(self, skew: timedelta, number: int) -> None:
        with before_commit(number, lambda: self.clocks.sweep(at=self.now)):
            self.clocks.sweep(at=self.now + skew)
        # Without anything to commit there was no other.
        for plain in self.plain:
            plain.be_swept(self.calendar, self.now + skew)
        self.adopt(self.now)

    @rule(number=st.integers(1, 3))
    def sweep_that_dies(self, number: int) -> None:
        def die() -> None:
            raise DiedError

        with before_commit(number, die):
            try:
                self.clocks.sweep(at=self.now)
            except DiedError:
                self.adopt(self.now)
                return
        for plain in self.plain:
            plain.be_swept(self.calendar, self.now)

    def adopt(self, at: datetime) -> None:
        """Take what was told from the timelines, as long as nothing was told that had not come."""
        for plain in self.plain:
            news = {kind for kind, number in self.counted(plain).items() if number > plain.ever[kind]}
            if news:
                assert not plain.stopped
                assert plain.held is None
                assert news <= plain.reached(self.calendar, at) - plain.told
                plain.note(news)

    def counted(self, plain: Plain) -> Counter[str]:
        events = container().timeline.events(plain.owner)
        return Counter(event.kind for event in events if event.kind in {"clock:warned", "clock:passed"})

    @invariant()
    def each_milestone_was_told_when_it_came_and_once(self) -> None:
        for plain in self.plain:
            assert self.counted(plain) == plain.ever, plain
            told = [
                (event.kind, event.data["round"])
                for event in container().timeline.events(plain.owner)
                if event.kind in {"clock:warned", "clock:passed"}
            ]
            assert len(told) == len(set(told)), plain

    @invariant()
    def lists_and_lights_agree(self) -> None:
        moments = {self.now + timedelta(seconds=61)}
        for plain in self.open_ones()[:2]:
            turns, last, _ = plain.dates(self.calendar)
            moments |= {moment for moment in (turns - SECOND, turns, last, last + SECOND) if moment > min(moments)}
        at = random.Random(len(self.plain) + self.now.day).choice(sorted(moments))
        shown: dict[Light | None, set[str]] = {light: set() for light in (None, *Light)}
        for plain in self.open_ones():
            light = plain.light(self.calendar, at)
            assert self.clocks.light(self.stored(plain), at=at) is light, (plain, at)
            shown[light].add(plain.owner)
        shown[None] = shown[Light.RED] | shown[Light.YELLOW]
        known = {plain.owner: plain for plain in self.plain}
        everything = ClockFilter(department=self.name)
        for wanted, owners in shown.items():
            assert self.listed(replace(everything, light=wanted), at) == owners, (wanted, at)
        for narrower in (
            replace(everything, kind=KINDS[0]),
            replace(everything, kind=KINDS[1]),
            replace(everything, officer="li"),
            replace(everything, officer="officer"),
            replace(everything, officer="officer", kind=KINDS[0]),
            replace(everything, item="plate"),
            replace(everything, officer="li", item="plate", kind=KINDS[1]),
        ):
            fitting = {
                owner
                for owner in shown[None]
                if narrower.kind in {None, known[owner].kind}
                and narrower.officer in {None, known[owner].officer}
                and narrower.item in {None, known[owner].item}
            }
            assert self.listed(narrower, at) == fitting, (narrower, at)

    def listed(self, sought: ClockFilter, at: datetime) -> set[str]:
        found: list[Clock] = []
        after = None
        while True:
            page = self.clocks.on_board(sought, at=at, limit=2, after=after)
            found += page.clocks
            after = page.after
            if after is None:
                break
        if sought.light is Light.RED:
            assert [clock.due_at for clock in found] == sorted(clock.due_at for clock in found)
        assert len(found) == len({clock.owner for clock in found})
        return {clock.owner for clock in found}

    def teardown(self) -> None:
        """No chain was broken, and nothing stays behind for the next round."""
        if not hasattr(self, "plain"):
            return
        for plain in self.plain:
            self.tell_alerts(plain)
            assert container().timeline.reading(plain.owner).verified
            for clock in self.clocks.of_owner(plain.owner):
                with transaction() as tx:
                    self.clocks.stop(clock, at=self.now, tx=tx)

    def tell_alerts(self, plain: Plain) -> None:
        """Deliver everything twice and in any order: one alert for each milestone that stands, and each recipient."""
        events = [event for event in container().timeline.events(plain.owner) if event.kind.startswith("clock:")]
        delivered = [*events, *events]
        random.Random(len(events)).shuffle(delivered)
        for event in delivered:
            container().alerts.on_event(event, self.now + timedelta(seconds=61))
        raised = [event.data for event in container().timeline.events(plain.owner) if event.kind == "alert:raised"]
        assert len(raised) == len({data["alert_id"] for data in raised}), plain
        current = Counter(kind for data in raised if (kind := self.told_in_this_round(plain, str(data["alert_id"]))))
        pack = container().pack("corrects-first", self.now)
        for kind, milestone in (("clock:warned", Milestone.YELLOW), ("clock:passed", Milestone.PASSED)):
            recipients = len(pack.recipients(plain.kind.value, milestone, level=0))
            assert current[milestone.value] == recipients * (kind in self.kinds_of_this_round(plain)), plain

    def kinds_of_this_round(self, plain: Plain) -> set[str]:
        number = self.stored(plain).round
        return {event.kind for event in container().timeline.events(plain.owner) if event.data.get("round") == number}

    def told_in_this_round(self, plain: Plain, alert_id: str) -> str | None:
        alert = AlertStore().get(alert_id)
        return alert.milestone if alert.round == self.stored(plain).round else None


@pytest.mark.requirement("R8.2")
@pytest.mark.usefixtures("cloud")
@goes("walks", usually=3, deep=60)
def test_no_milestone_is_missed_none_is_told_twice_and_lists_agree_with_a_plain_model(walks: int) -> None:
    walk(ClocksAsAMachine, walks=walks, steps=25, phases=tuple(Phase))
