from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.container import container
from chalicelib.credit.model.records import Effect, Record
from chalicelib.credit.services import expiry
from chalicelib.credit.services.expiry import CreditExpiry
from chalicelib.credit.store.records import CreditStore
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.timeline.store import Timeline
from tests.builders import a_submission, an_organisation
from tests.services.credit_office import CREDIT, MACHINE, effect_at, flagged, stored
from tests.services.timelines import kinds_of
from tests.services.walking import ended, walked

pytestmark = pytest.mark.usefixtures("cloud")

ENDS = date(2026, 12, 31)
LAST = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
"""The last second in Shanghai of the day on which what is made here ends."""

PAST = LAST + timedelta(seconds=1)


def ending(record_id: str = "r-1", on: date = ENDS) -> Record:
    return stored(record_id, display_until=on)


@pytest.mark.requirement("R3.1", "R3.2")
def test_a_record_leaves_the_summary_on_the_day_after_its_last_one_and_that_is_written_down_once() -> None:
    record = ending()
    owner = f"credit:{record.subject}"

    runs = [ended("records", at=at).changed for at in (LAST, PAST, PAST)]

    summary = container().credit.summary(record.subject)
    after = CreditStore(container().timeline).record("market", "r-1")
    assert runs == [0, 1, 0]
    assert (summary.bars, summary.version) == ((), 1)
    assert after is not None
    assert after.display.ended_at == PAST
    assert kinds_of(owner) == ["record:stored", "record:display_ended"]


@pytest.mark.requirement("R3.2")
def test_whether_a_record_has_effect_does_not_wait_for_the_job() -> None:
    ending()

    assert [effect_at(at) for at in (LAST, PAST)] == [Effect.REFUSED, Effect.NONE]


@pytest.mark.requirement("R2.7")
def test_a_flag_ends_by_itself_and_cannot_be_lifted_any_more() -> None:
    flag = flagged(ends_on=ENDS)

    runs = [ended("flags", at=at).changed for at in (LAST, PAST, PAST)]

    after = container().flags.get(flag.flag_id, by=CREDIT)
    assert runs == [0, 1, 0]
    assert (after.state, after.version) == (FlagState.ENDED, flag.version + 1)
    assert container().credit.summary(flag.subject).flags == ()
    assert kinds_of(flag.owner)[-1] == "flag:ended"
    assert kinds_of(f"credit:{flag.subject}") == ["flag:confirmed", "flag:ended"]


def test_a_walk_goes_on_where_its_last_step_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "PAGE", 1)
    monkeypatch.setattr("chalicelib.credit.store.records.SHARDS", 1)
    for number in range(3):
        ending(f"r-{number}")

    seen = walked("records", "0", at=PAST)

    assert (seen.looked_at, seen.changed) == (3, 3)


def test_a_run_that_comes_days_late_catches_up() -> None:
    ending("r-1", date(2026, 11, 30))
    ending("r-2", date(2026, 12, 15))

    assert ended("records", at=PAST).changed == 2


def test_one_poisoned_record_does_not_keep_the_others_from_ending() -> None:
    for number in range(3):
        ending(f"r-{number}")

    class Poisoned(CreditStore):
        def record(self, source: str, record_id: str) -> Record | None:
            if record_id == "r-1":
                raise RuntimeError(record_id)
            return super().record(source, record_id)

    container().__dict__["credit_expiry"] = CreditExpiry(Poisoned(container().timeline), names_of=lambda _: ())
    seen = ended("records", at=PAST)

    assert (seen.changed, seen.failed) == (2, 1)


def test_a_newer_version_of_a_record_that_had_ended_ends_again() -> None:
    ending()
    ended("records", at=PAST)
    given = a_submission(source_version=2, display_until=date(2027, 1, 31))

    again = container().ingest.put_record(given, about=an_organisation(), by=MACHINE, at=PAST)

    assert again.display.ended_at is None
    assert ended("records", at=PAST + timedelta(days=31)).changed == 1


def test_the_timeline_stands_or_falls_with_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    ending()

    def torn(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Timeline, "add_events", torn)

    assert ended("records", at=PAST).failed == 1
    kept = CreditStore(container().timeline).record("market", "r-1")
    assert kept is not None
    assert kept.display.ended_at is None
