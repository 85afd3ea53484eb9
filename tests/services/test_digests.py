"""A day's warnings told together: each alert in one digest, each digest made and told once, nothing red kept back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.alerts.model.alerts import Alert
from chalicelib.alerts.model.digests import Digest, Yellow
from chalicelib.alerts.store.digests import DigestStore
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from tests.channels import Channels
from tests.services.alerting import RED, a_running_clock, inbox, staff, tell
from tests.services.timelines import FRIDAY

pytestmark = pytest.mark.usefixtures("cloud", "channels")

YELLOW = datetime(2026, 11, 24, 23, 15, tzinfo=UTC)
"""A quarter past seven of the day on which the clock is due: the last warning has been told."""
BEFORE_EIGHT = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
EIGHT = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICER = staff(Role.OFFICER, "traffic")


LONG_BEFORE = FRIDAY - 8 * DAY
"""When ten working days begin that end the day after those that begin on Friday."""


def warned(at: datetime = YELLOW, *, days: int = 3, since: datetime = FRIDAY) -> Alert:
    """An alert to the officer that a clock of some working days is nearly due, delivered."""
    owner = a_running_clock(days, since)
    container().clocks.sweep(at=at)
    tell(owner, at=at)
    (alert,) = (alert for alert in inbox(Role.OFFICER, "traffic") if alert.owner == owner)
    container().alerts.publish(alert.alert_id, at=at)
    return alert


def take_digests(yellow: Yellow = Yellow.DAILY, *, at: datetime = FRIDAY) -> None:
    container().digests.prefer(yellow, by=OFFICER, at=at)


def digests(by: Caller = OFFICER) -> list[Digest]:
    return list(container().digests.page(by=by, limit=100, after=None)[0])


def told_of(digest: Digest) -> list[str]:
    return [alert.alert_id for alert in container().digests.alerts_of(digest, limit=100, after=None)[0]]


def test_whoever_has_said_nothing_is_told_at_once_and_gets_no_digest(channels: Channels) -> None:
    alert = warned()

    made = container().digests.make(at=EIGHT)

    assert [one.name for one in channels.alerts.sent] == ([alert.alert_id] if "sns" in alert.channels else [])
    assert (made, digests()) == (0, [])


def test_a_yellow_alert_stands_in_the_inbox_and_waits_for_the_hour_of_the_digest(channels: Channels) -> None:
    take_digests()
    alert = warned()

    early = container().digests.make(at=BEFORE_EIGHT)
    made = container().digests.make(at=EIGHT)

    assert [each.alert_id for each in inbox(Role.OFFICER, "traffic")] == [alert.alert_id]
    assert [one.name for one in channels.alerts.sent] == []
    assert (early, made) == (0, 1)
    (digest,) = digests()
    assert (digest.recipient, digest.day.isoformat(), digest.number) == ("officer.traffic", "2026-11-25", 1)
    assert told_of(digest) == [alert.alert_id]


def test_a_red_alert_never_waits() -> None:
    supervisor = staff(Role.SUPERVISOR, "traffic")
    container().digests.prefer(Yellow.DAILY, by=supervisor, at=FRIDAY)
    owner = a_running_clock()
    container().clocks.sweep(at=RED)
    tell(owner, at=RED)
    (alert,) = inbox(Role.SUPERVISOR, "traffic")

    published = container().alerts.publish(alert.alert_id, at=RED)
    container().digests.make(at=RED + DAY)

    assert published == bool({"sns", "webhook"} & set(alert.channels))
    assert digests(supervisor) == []


def test_there_is_one_digest_a_day_however_often_and_late_the_job_runs() -> None:
    take_digests()
    warned()

    made = [container().digests.make(at=EIGHT + timedelta(hours=hours)) for hours in (7, 7, 8)]
    for _ in range(2):
        container().digests.publish("officer.traffic.2026-11-25", at=EIGHT)

    assert made == [1, 0, 0]
    assert len(digests()) == 1
    assert digests()[0].published_at == EIGHT
    assert container().digests.publish("officer.traffic.2026-11-25", at=EIGHT) is False


def test_an_alert_is_in_one_digest_and_what_comes_after_it_in_the_next_days() -> None:
    take_digests()
    first = warned()
    container().digests.make(at=EIGHT)
    second = warned(EIGHT, days=10, since=LONG_BEFORE)

    again = container().digests.make(at=EIGHT + timedelta(hours=3))
    next_day = container().digests.make(at=EIGHT + DAY)

    assert (again, next_day) == (0, 1)
    assert [told_of(digest) for digest in digests()] == [[second.alert_id], [first.alert_id]]


def test_a_warning_whose_day_is_past_makes_no_digest() -> None:
    take_digests()
    alert = warned(EIGHT)

    made = container().digests.make(at=EIGHT + DAY)

    assert (alert.due_on.isoformat(), made, digests()) == ("2026-11-25", 0, [])


def test_what_was_kept_in_the_last_two_minutes_waits_for_the_next_run() -> None:
    take_digests()
    alert = warned(EIGHT)

    made = [container().digests.make(at=EIGHT + timedelta(seconds=seconds)) for seconds in (119, 120)]

    assert made == [0, 1]
    assert told_of(digests()[0]) == [alert.alert_id]


def test_where_every_alert_has_been_answered_there_is_no_digest() -> None:
    take_digests()
    alert = warned()
    container().alerts.acknowledge(
        alert.alert_id, reason="正在办理。", expected_on=EIGHT.date() + DAY, by=OFFICER, at=YELLOW
    )

    assert container().digests.make(at=EIGHT) == 0


def test_whoever_goes_back_to_being_told_at_once_gets_a_last_digest_of_what_was_kept() -> None:
    take_digests()
    alert = warned()
    take_digests(Yellow.AT_ONCE, at=YELLOW + timedelta(hours=1))

    made = container().digests.make(at=EIGHT)
    later = warned(EIGHT)
    after = container().digests.make(at=EIGHT + DAY)

    assert (made, after) == (1, 0)
    assert [told_of(digest) for digest in digests()] == [[alert.alert_id]]
    assert later.alert_id != alert.alert_id
    assert list(DigestStore().waiting()) == []


def test_one_that_was_made_and_not_told_is_asked_for_again(channels: Channels) -> None:
    take_digests()
    warned()
    channels.deliveries.is_broken = True
    with pytest.raises(ConnectionError):
        container().digests.make(at=EIGHT)
    channels.deliveries.is_broken = False

    container().digests.make(at=EIGHT + timedelta(hours=1))

    assert channels.deliveries.of("digest_id") == [{"digest_id": "officer.traffic.2026-11-25"}]
    assert len(digests()) == 1


def test_a_recipient_whose_digest_cannot_be_made_keeps_nobody_else_from_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    take_digests()
    container().digests.prefer(Yellow.DAILY, by=staff(Role.HEAD, "traffic"), at=FRIDAY)
    alert = warned()
    kept = DigestStore.kept

    def broken(store: DigestStore, recipient: str, **between: Any) -> Any:  # noqa: ANN401 - as the store's own
        if recipient == "head.traffic":
            raise TimeoutError
        return kept(store, recipient, **between)

    monkeypatch.setattr(DigestStore, "kept", broken)

    with pytest.raises(TimeoutError):
        container().digests.make(at=EIGHT)

    assert told_of(digests()[0]) == [alert.alert_id]


@pytest.mark.parametrize("name", ["officer.traffic.2026-11-25", "officer.traffic.1999-01-01", "officer.traffic.x", "x"])
def test_nobody_reads_somebody_elses_digest_and_none_that_is_not_there(name: str) -> None:
    take_digests()
    warned()
    container().digests.make(at=EIGHT)
    by = staff(Role.OFFICER, "market") if name.endswith("11-25") else OFFICER

    with pytest.raises(DomainError) as refused:
        container().digests.digest(name, by=by)

    assert refused.value.code is ErrorCode.NOT_FOUND


def test_a_page_of_digests_goes_on_from_desk_to_desk() -> None:
    both = Caller(sub="both", roles=frozenset({Role.OFFICER, Role.HEAD}), department="traffic")
    take_digests()
    warned()
    container().digests.make(at=EIGHT)
    warned(EIGHT, days=10, since=LONG_BEFORE)
    container().digests.make(at=EIGHT + DAY)

    days = []
    after = None
    while True:
        page, after = container().digests.page(by=both, limit=1, after=after)
        days += [digest.day.isoformat() for digest in page]
        if after is None:
            break

    assert days == ["2026-11-26", "2026-11-25"]
