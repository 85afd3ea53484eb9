"""When a handling may be rated, what marks a rating, and what its names give away."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import AcceptanceManner, AcceptanceWord, Delivery, Revocation
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.ratings import Opinion, Rater, Rating, Reply, ReplyOutcome, Suspicion
from chalicelib.feedback.rules.ratings import (
    RatingNames,
    awaits_reply,
    closed_at,
    is_bad,
    require_complete,
    suspicions,
    told_at,
)
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.timeline.chain import chained
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import ChainHead, NewEvent
from tests.builders import A_SUBJECT, NOON, a_case

NAMES = RatingNames("k1", {"k1": b"one", "k0": b"naught"})
CASE_NO = a_case().case_no


def the_pack() -> RulePack:
    """Bad from level 2 down, too soon within 10 seconds, 5 raters a device."""
    return pack_in_force(load_rule_packs(), "corrects-first", on=date(2026, 9, 28))


def a_delivery(at: datetime = NOON) -> Delivery:
    return Delivery(delivered_at=at, delivered_by="staff:officer")


def a_revocation(at: datetime = NOON) -> Revocation:
    return Revocation(
        document_no="义公交撤〔2026〕1号",
        basis="《行政许可法》第69条",
        served_at=at,
        effective_on=date(2026, 9, 28),
        remedy_until=date(2026, 11, 27),
        court_until=date(2027, 3, 28),
        revoked_at=at,
        revoked_by="staff:supervisor",
    )


def a_rating(*, level: int = 1, is_real: bool = True, replies: tuple[Reply, ...] = ()) -> Rating:
    rater = Rater(case_no=CASE_NO, subject=A_SUBJECT, masked_name="李*", rated_at=NOON)
    return Rating(
        rating_id="r1",
        level=level,
        comment="",
        aspects={},
        item_code="plate-replacement",
        department="traffic",
        pack="corrects-first",
        day=date(2026, 9, 28),
        rater=rater if is_real else None,
        replies=replies,
    )


def a_reply(outcome: ReplyOutcome = ReplyOutcome.RESOLVED, *, expected_on: date | None = None) -> Reply:
    return Reply(
        outcome=outcome,
        findings="已改。",
        expected_on=expected_on,
        late_reason=None,
        given_at=NOON,
        given_by="staff:officer",
    )


def test_a_handling_has_one_name_under_each_secret_the_current_one_first() -> None:
    names = NAMES.of_handling(CASE_NO, 1)

    assert len(set(names)) == 2
    assert names == NAMES.of_handling(CASE_NO, 1)
    assert names[0] == RatingNames("k1", {"k1": b"one"}).of_handling(CASE_NO, 1)[0]
    assert names[1] == RatingNames("k0", {"k0": b"naught"}).of_handling(CASE_NO, 1)[0]


def test_another_handling_and_another_secret_make_another_name() -> None:
    made = {
        *NAMES.of_handling(CASE_NO, 1),
        *NAMES.of_handling(CASE_NO, 2),
        *RatingNames("k1", {"k1": b"two"}).of_handling(CASE_NO, 1),
    }

    assert len(made) == 5


def test_a_name_tells_nothing_and_is_a_new_one_the_next_day() -> None:
    today, tomorrow = date(2026, 9, 28), date(2026, 9, 29)
    made = [
        NAMES.of_device("198.51.100.7\0Browser", day=today),
        NAMES.of_device("198.51.100.7\0Browser", day=tomorrow),
        NAMES.of_rater(A_SUBJECT, origin="198.51.100.7\0Browser", day=today),
        NAMES.of_rater(A_SUBJECT, origin="198.51.100.7\0Browser", day=tomorrow),
        NAMES.of_rater(A_SUBJECT, origin="198.51.100.8\0Browser", day=today),
    ]

    assert len(set(made)) == 5
    assert {len(name) for name in made} == {32}
    assert "one" not in repr(NAMES)


@pytest.mark.parametrize(
    ("case", "closed"),
    [
        (a_case(state=State.CLOSED, delivery=a_delivery()), NOON),
        (a_case(state=State.REVOKED, delivery=a_delivery(), revocation=a_revocation(NOON + timedelta(days=9))), NOON),
        (a_case(state=State.REVOKED, revocation=a_revocation()), NOON),
        (
            a_case(
                state=State.NOT_ACCEPTED,
                acceptance=AcceptanceWord(
                    accepted=False,
                    manner=AcceptanceManner.BY_OFFICER,
                    counts_from=NOON,
                    said_at=NOON,
                    said_by="staff:officer",
                ),
            ),
            NOON,
        ),
    ],
)
def test_a_case_is_closed_when_its_outcome_reached_the_person(case: Case, closed: datetime) -> None:
    assert closed_at(case, ()) == closed


@pytest.mark.requirement("R5.8")
@pytest.mark.parametrize("state", [State.RECEIVED, State.ACCEPTED, State.PAUSED, State.DECIDED, State.CLOSED])
def test_what_is_not_closed_cannot_be_rated(state: State) -> None:
    with pytest.raises(DomainError) as refused:
        closed_at(a_case(state=state), ())

    assert refused.value.code is ErrorCode.CASE_NOT_CLOSED


@pytest.mark.parametrize(
    ("kind", "closed"),
    [(EventKind.CASE_DELIVERED, NOON + timedelta(hours=5)), (EventKind.CASE_VERIFIED, NOON)],
)
def test_a_delivery_that_was_entered_late_counts_from_its_entry(kind: EventKind, closed: datetime) -> None:
    entered = NOON + timedelta(hours=5)
    fact = NewEvent(kind=kind, occurred_at=NOON, actor="staff:officer", department="traffic")
    events = chained([fact], owner="case:1", head=ChainHead(), recorded_at=entered)

    assert closed_at(a_case(state=State.CLOSED, delivery=a_delivery()), events) == closed


def test_two_and_one_are_bad() -> None:
    assert [is_bad(level, the_pack()) for level in (1, 2, 3, 4, 5)] == [True, True, False, False, False]


@pytest.mark.requirement("R5.9")
@pytest.mark.parametrize(
    ("seconds", "found"),
    [(9, (Suspicion.TOO_SOON,)), (10, (Suspicion.TOO_SOON,)), (11, ())],
)
def test_a_rating_seconds_after_closing_is_marked(seconds: int, found: tuple[Suspicion, ...]) -> None:
    at = NOON + timedelta(seconds=seconds)

    assert suspicions(is_staff=False, raters_on_device=1, closed=NOON, at=at, pack=the_pack()) == found


@pytest.mark.parametrize(("raters", "found"), [(4, ()), (5, ()), (6, (Suspicion.DEVICE,))])
def test_the_sixth_rater_of_a_device_on_a_day_is_marked(raters: int, found: tuple[Suspicion, ...]) -> None:
    at = NOON + timedelta(hours=1)

    assert suspicions(is_staff=False, raters_on_device=raters, closed=NOON, at=at, pack=the_pack()) == found


def test_every_reason_is_named() -> None:
    found = suspicions(is_staff=True, raters_on_device=6, closed=NOON, at=NOON, pack=the_pack())

    assert found == (Suspicion.STAFF, Suspicion.DEVICE, Suspicion.TOO_SOON)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 9, 27, 15, 59, 59, tzinfo=UTC), datetime(2026, 9, 26, 16, 0, tzinfo=UTC)),
        (datetime(2026, 9, 27, 16, 0, 0, tzinfo=UTC), datetime(2026, 9, 27, 16, 0, tzinfo=UTC)),
        (datetime(2026, 9, 28, 15, 59, 59, tzinfo=UTC), datetime(2026, 9, 27, 16, 0, tzinfo=UTC)),
    ],
)
def test_of_an_anonymous_rating_the_day_in_shanghai_is_told_and_no_more(at: datetime, told: datetime) -> None:
    assert told_at(Opinion(level=1), at=at) == told
    assert told_at(Opinion(level=1, real_name=True), at=at) == at


def test_only_a_bad_rating_in_ones_own_name_that_is_not_settled_awaits_a_reply() -> None:
    more_time = a_reply(ReplyOutcome.NEEDS_TIME, expected_on=date(2026, 10, 10))

    assert awaits_reply(a_rating(), the_pack())
    assert awaits_reply(a_rating(replies=(more_time,)), the_pack())
    assert not awaits_reply(a_rating(level=3), the_pack())
    assert not awaits_reply(a_rating(is_real=False), the_pack())
    assert not awaits_reply(a_rating(replies=(more_time, a_reply())), the_pack())


@pytest.mark.parametrize("expected_on", [None, date(2026, 9, 27)])
def test_more_time_is_until_a_day_that_is_not_over(expected_on: date | None) -> None:
    with pytest.raises(DomainError) as refused:
        require_complete(a_reply(ReplyOutcome.NEEDS_TIME, expected_on=expected_on))

    assert (refused.value.code, refused.value.faults[0].pointer) == (ErrorCode.INVALID_BODY, "/expected_on")


def test_a_reply_that_says_enough_is_taken() -> None:
    require_complete(a_reply())
    require_complete(a_reply(ReplyOutcome.NEEDS_TIME, expected_on=date(2026, 9, 28)))
    require_complete(a_reply(ReplyOutcome.NEEDS_TIME, expected_on=date(2026, 9, 29)))


def test_a_rating_has_a_timeline_of_its_own() -> None:
    assert a_rating().owner == "rating:r1"
