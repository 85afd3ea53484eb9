"""How a grave record comes to bar: by a trusted source's system, or by notice, time and a second person."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.credit.model.records import (
    BarConfirmation,
    BarNotice,
    BarState,
    Display,
    Effect,
    ObjectionState,
    Record,
    RepairState,
    Severity,
)
from chalicelib.credit.rules.bars import bar_event, confirm, notice_of, serve
from chalicelib.credit.rules.limits import overflow_after, within_bounds
from chalicelib.credit.rules.merge import carry_over
from chalicelib.credit.rules.submissions import bar_state
from chalicelib.credit.rules.summary import assessment, bars_of
from chalicelib.credit.store.directories import directories
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from tests.builders import NOON, a_bar, a_caller, a_record, a_submission, a_summary

(DIRECTORY,) = directories()
TODAY = date(2026, 9, 28)
UNTIL = datetime.fromisoformat("2026-10-08T15:59:59+00:00")
SECOND = timedelta(seconds=1)
FIRST, OTHER = a_caller(Role.CREDIT_OFFICER, sub="one"), a_caller(Role.CREDIT_OFFICER, sub="two")
NOTICE = BarNotice(served_at=NOON, method="直接送达", proof="回证1号", recorded_by="staff:one", until=UNTIL)
REASON = BarConfirmation(confirmed_at=UNTIL + SECOND, by="staff:two", reason="事实清楚。")


def proposed(**change: Any) -> Record:  # noqa: ANN401 - any field of a record
    made = replace(a_record(served_at=NOON - timedelta(days=200)), handed_by="staff:one", bar=BarState.PROPOSED)
    return replace(made, **change)


def served(**change: Any) -> Record:  # noqa: ANN401 - any field of a record
    return replace(proposed(bar=BarState.SERVED, bar_notice=NOTICE), **change)


NAMED = {"business-address": "经营场所登记", "plate-replacement": "车牌补领", "road-occupation": "占用道路"}


@pytest.mark.requirement("R2.9")
@pytest.mark.parametrize(
    ("given", "by", "state"),
    [
        ({}, "system:system.market", BarState.TRUSTED),
        ({}, "staff:credit.market", BarState.PROPOSED),
        ({"kind": "judicial"}, "system:system.market", BarState.PROPOSED),
        ({"kind": "nothing"}, "system:system.market", BarState.PROPOSED),
        ({"severity": "general"}, "staff:credit.market", BarState.NONE),
    ],
)
def test_only_the_system_of_a_trusted_source_is_believed_at_once(
    given: dict[str, Any], by: str, state: BarState
) -> None:
    assert bar_state(a_submission(**given), DIRECTORY, handed_by=by, kept_from=Severity.SERIOUS) is state


@pytest.mark.parametrize(
    ("record", "bars"),
    [
        (a_record(), 1),
        (served(bar=BarState.CONFIRMED), 1),
        (proposed(), 0),
        (served(), 0),
        (replace(a_record(), bar=BarState.NONE), 0),
        (replace(a_record(), related_items=()), 0),
        (replace(a_record(), repair=RepairState.REPAIRED), 0),
        (replace(a_record(), display=Display()), 0),
        (replace(a_record(), display=Display(until=date(2026, 9, 27))), 0),
        (replace(a_record(), display=Display(until=TODAY, ended_at=NOON)), 0),
        (replace(a_record(), severity=Severity.GENERAL), 0),
    ],
)
def test_a_record_sets_a_bar_only_if_nothing_is_wanting(record: Record, bars: int) -> None:
    assert len(bars_of(record, on=TODAY, kept_from=Severity.SERIOUS)) == bars


def test_a_paused_bar_has_no_effect_and_leaves_none_where_there_is_no_room() -> None:
    paused = a_bar(objection=ObjectionState.OPEN, is_paused=True)

    effect, reasons = assessment(a_summary(bars=(paused,)), "business-address", on=TODAY, bar_severity=Severity.SERIOUS)
    kept, left_out = within_bounds([paused, *(a_bar(record_id=f"b-{number}") for number in range(100))])

    assert (effect, [reason.code for reason in reasons]) == (Effect.NONE, [ErrorCode.UNDER_OBJECTION])
    assert (len(kept), left_out) == (100, (paused,))
    assert overflow_after((), left_out, on=TODAY) == ()


def test_the_notice_is_served_between_the_records_arrival_and_now() -> None:
    after = serve(proposed(), NOTICE, at=NOON)

    assert (after.bar, after.version, after.bar_notice) == (BarState.SERVED, 2, NOTICE)
    for served_at in (NOON - SECOND, NOON + SECOND):
        with pytest.raises(DomainError) as refused:
            serve(proposed(), replace(NOTICE, served_at=served_at), at=NOON)
        assert refused.value.code is ErrorCode.INVALID_BODY


@pytest.mark.parametrize("record", [served(), a_record(), proposed(repair=RepairState.WITHDRAWN)])
def test_only_an_owed_notice_is_served(record: Record) -> None:
    with pytest.raises(DomainError) as refused:
        serve(record, NOTICE, at=NOON)

    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED


@pytest.mark.requirement("R1.18", "R2.9")
def test_a_second_person_confirms_after_the_last_second_of_the_time_to_object() -> None:
    after = confirm(served(), REASON, by=OTHER)

    assert (after.bar, after.version, after.bar_confirmation) == (BarState.CONFIRMED, 2, REASON)


@pytest.mark.parametrize(
    ("record", "at", "by", "code"),
    [
        (served(), UNTIL, OTHER, ErrorCode.DEFENCE_OPEN),
        (served(), UNTIL + SECOND, FIRST, ErrorCode.SAME_PERSON),
        (proposed(), UNTIL + SECOND, OTHER, ErrorCode.DEFENCE_OPEN),
        (a_record(), UNTIL + SECOND, OTHER, ErrorCode.STEP_NOT_ALLOWED),
        (served(objection=ObjectionState.OPEN), UNTIL + SECOND, OTHER, ErrorCode.UNDER_OBJECTION),
        (
            served(bar_notice=replace(NOTICE, is_provisional=True)),
            UNTIL + SECOND,
            OTHER,
            ErrorCode.CALENDAR_UNKNOWN,
        ),
        (served(bar_notice=replace(NOTICE, is_provisional=True)), UNTIL, OTHER, ErrorCode.DEFENCE_OPEN),
        (
            served(document=replace(a_record().document, served_at=None)),
            UNTIL + SECOND,
            OTHER,
            ErrorCode.NO_EFFECTIVE_DOCUMENT,
        ),
        (
            served(document=replace(proposed().document, effective_on=date(2026, 10, 10))),
            UNTIL + SECOND,
            OTHER,
            ErrorCode.NO_EFFECTIVE_DOCUMENT,
        ),
    ],
)
def test_nothing_is_confirmed_too_early_alone_or_on_nothing(
    record: Record,
    at: datetime,
    by: Caller,
    code: ErrorCode,
) -> None:
    with pytest.raises(DomainError) as refused:
        confirm(record, replace(REASON, confirmed_at=at), by=by)

    assert refused.value.code is code


def test_the_notice_says_cause_scope_time_and_the_ways_back() -> None:
    unserved, with_day = notice_of(proposed(), NAMED), notice_of(served(), NAMED, until=date(2026, 10, 8))

    for said in (
        "义市监罚〔2026〕1号",
        "《市场主体登记管理条例》第44条",
        "至2029年1月8日为止，办理经营场所登记、车牌补领、占用道路不适用告知承诺",
        "其他事项不受影响",
        "信用修复：",
    ):
        assert said in unserved
    assert "自收到本告知之日起" in unserved
    assert "在2026年10月8日（含当日）前" in with_day


def test_a_step_is_told_with_the_record_and_its_items() -> None:
    event = bar_event(
        EventKind.RECORD_CONFIRMED, served(), by=OTHER, at=NOON, data={"more": 1}, texts={"reason": "清楚。"}
    )

    assert (event.kind, event.actor, event.texts) == (EventKind.RECORD_CONFIRMED, "staff:two", {"reason": "清楚。"})
    assert event.data == {
        "record": "market/r-1",
        "record_version": 1,
        "bar": "served",
        "items": ["business-address", "plate-replacement", "road-occupation"],
        "more": 1,
    }


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"publicity": "query_only"}, BarState.SERVED),
        ({"update_due_on": date(2026, 12, 1)}, BarState.SERVED),
        ({"display_until": date(2027, 1, 8)}, BarState.SERVED),
        ({"related_items": ("business-address",)}, BarState.PROPOSED),
        ({"document_no": "义市监罚〔2026〕2号"}, BarState.PROPOSED),
        ({"contents": {"fine": "十万元"}}, BarState.PROPOSED),
        ({"judged_on": date(2026, 1, 9)}, BarState.PROPOSED),
    ],
)
def test_a_newer_version_keeps_what_was_served_only_if_it_says_no_more(change: dict[str, Any], state: BarState) -> None:
    at = NOON - timedelta(days=200)
    newer = replace(a_record(served_at=at, source_version=2, **change), handed_by="staff:three", bar=BarState.PROPOSED)

    after = carry_over(newer, served())

    assert (after.bar, after.version) == (state, 2)
    assert after.handed_by == ("staff:one" if state is BarState.SERVED else "staff:three")


def test_a_display_that_gets_longer_is_more_than_was_served() -> None:
    shorter = served(display=Display(until=date(2027, 1, 8)))

    newer = replace(a_record(served_at=NOON - timedelta(days=200)), bar=BarState.PROPOSED)

    assert carry_over(newer, shorter).bar is BarState.PROPOSED
    assert carry_over(replace(newer, bar=BarState.TRUSTED), shorter).bar is BarState.TRUSTED


@pytest.mark.requirement("R6.5")
def test_the_directory_knows_what_is_never_held_against_anybody() -> None:
    harmless = DIRECTORY.holds_harmless(["欠缴物业费"])

    assert harmless is not None
    assert harmless.code == "service_fees"
    assert DIRECTORY.holds_harmless(["罚款一万元"]) is None
    assert not DIRECTORY.trusts("market", "unknown")
