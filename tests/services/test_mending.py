from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.container import container
from chalicelib.credit.model.records import Severity, Summary
from chalicelib.credit.rules.expiry import differences, recompute, without_ended
from chalicelib.credit.services import reconciliation
from chalicelib.credit.services.reconciliation import Reconciliation
from chalicelib.credit.store.records import CreditStore
from chalicelib.errors import DomainError
from chalicelib.timeline.store import Timeline
from tests import depth
from tests.builders import NOON, a_bar, a_flag_mark, a_submission, an_identity, an_organisation
from tests.quick_dynamodb import empty_tables
from tests.services.credit_office import MACHINE, flagged, stored
from tests.services.mending import altered, checked, company, mending
from tests.services.timelines import kinds_of
from tests.services.walking import ended

pytestmark = pytest.mark.usefixtures("cloud")

LATER = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)


def test_a_summary_that_is_as_it_should_be_is_left_alone() -> None:
    stored()
    flag = flagged()
    before, pauses = company(), list[float]()

    seen = checked(mending(pauses), at=LATER)

    assert (seen.looked_at, seen.changed, seen.failed) == (1, 0, 0)
    assert (company(), pauses) == (before, [])
    assert [mark.flag_id for mark in before.flags] == [flag.flag_id]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"bars": ()}, "bars"),
        ({"bars": (a_bar(record_id="nobody"),)}, "bars"),
        ({"flags": ()}, "flags"),
        ({"flags": (a_flag_mark(flag_id="nobody"),)}, "flags"),
        ({"kept_promises": 7}, "kept_promises"),
        ({"freshness": {}}, "freshness"),
    ],
)
def test_what_differs_is_mended_with_an_event_and_nobody_files_on_what_was_read_before(
    change: dict[str, Any], part: str
) -> None:
    stored()
    flagged()
    right = company()
    altered(**change)

    seen = checked(at=LATER)

    after = company()
    assert (seen.changed, seen.failed) == (1, 0)
    assert (after.bars, after.flags, after.kept_promises) == (right.bars, right.flags, right.kept_promises)
    assert after.freshness == right.freshness
    assert after.version == right.version + 1
    assert kinds_of(after.owner)[-1] == "summary:mended"
    (*_, event) = container().timeline.events(after.owner)
    assert part in event.data["parts"]  # type: ignore[operator]
    assert checked(at=LATER).changed == 0


def test_what_only_seemed_to_differ_a_moment_ago_is_left_alone() -> None:
    stored()
    altered(kept_promises=7)

    settled = Reconciliation(
        CreditStore(container().timeline),
        marks_of=container().flag_expiry.marks_of,
        kept_from=Severity.SERIOUS,
        pause=lambda _: altered(kept_promises=0),
    )

    assert checked(settled, at=LATER).changed == 0


def test_all_summaries_of_a_page_that_differ_wait_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.credit.store.records.SHARDS", 1)
    stored()
    container().ingest.put_record(a_submission(record_id="r-2"), about=an_identity(), by=MACHINE, at=NOON)
    altered(kept_promises=7)
    altered(kept_promises=7, of=an_identity())
    pauses: list[float] = []

    seen = checked(mending(pauses), at=LATER)

    assert (seen.looked_at, seen.changed, seen.failed) == (2, 2, 0)
    assert pauses == [reconciliation.SETTLED_AFTER]


def test_the_walk_looks_at_every_summary_and_begins_anew_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "PAGE", 1)
    monkeypatch.setattr("chalicelib.credit.store.records.SHARDS", 1)
    stored()
    container().ingest.put_record(a_submission(record_id="r-2"), about=an_identity(), by=MACHINE, at=NOON)

    assert [checked(at=LATER).looked_at for _ in range(2)] == [2, 2]


def test_each_summary_is_looked_at_in_one_night_of_seven() -> None:
    nights = [reconciliation.parts_of_the_night(date(2026, 10, day)) for day in range(1, 8)]

    assert sorted(part for night in nights for part in night) == sorted(reconciliation.PARTS)
    assert max(len(night) for night in nights) == 3


def test_a_summary_that_cannot_be_read_keeps_no_other_from_being_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    stored()

    def torn(*_: object) -> Summary:
        raise RuntimeError

    monkeypatch.setattr(CreditStore, "summary", torn)

    assert checked(at=LATER).failed == 1


def test_mending_stands_or_falls_with_its_event(monkeypatch: pytest.MonkeyPatch) -> None:
    stored()
    altered(kept_promises=7)

    def torn(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Timeline, "add_events", torn)

    assert checked(at=LATER).failed == 1
    assert company().kept_promises == 7


DELIVERY = st.tuples(
    st.sampled_from(("market", "market-penalties")),
    st.sampled_from(("r-1", "r-2", "r-3")),
    st.integers(1, 4),
    st.sampled_from(("none", "minor", "general", "serious")),
    st.dates(date(2026, 9, 20), date(2027, 3, 1)),
    st.sampled_from((0, 0, 1, 30)),
)


@pytest.mark.requirement("R8.2", "R8.3")
@given(deliveries=st.lists(DELIVERY, max_size=8))
@settings(max_examples=max(5, depth.EXAMPLES // 20), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_delivered_in_whatever_order_a_summary_is_what_its_records_give(
    deliveries: list[tuple[str, str, int, str, date, int]],
) -> None:
    empty_tables()
    at = NOON
    for source, name, version, severity, until, days in deliveries:
        at += timedelta(minutes=1)
        later = at = at + timedelta(days=days)
        given_record = a_submission(
            source=source,
            record_id=name,
            source_version=version,
            severity=severity,
            display_until=until,
            document_no=f"{severity}{until}",
            judged_on=date(2026, 9, 1),
            effective_on=date(2026, 9, 1),
        )
        with suppress(DomainError):
            container().ingest.put_record(given_record, about=an_organisation(), by=MACHINE, at=at)
        ended("records", at=later)

        now = company()
        records, marks = (
            CreditStore(container().timeline).records(now.subject),
            container().flag_expiry.marks_of(now.subject, []),
        )
        right = recompute(now, records, marks, on=later.date(), kept_from=Severity.SERIOUS)
        assert differences(now, right, on=later.date()) == ()
        assert without_ended(now, on=later.date()).bars == right.bars
