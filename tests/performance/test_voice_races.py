"""Two tabs at once, on AWS's own engine: one handling gets one rating, and one device counts each person once."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.cases.model.case import State
from chalicelib.cases.model.stages import Delivery
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.ratings import Opinion
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from tests.builders import NOON, a_caller, a_case
from tests.performance.test_races import meeting

pytestmark = pytest.mark.usefixtures("elsewhere")

PAIRS = 100
LATER = NOON + timedelta(hours=2)
ORIGIN = "198.51.100.7\0Browser"


def a_closed_case(number: int) -> tuple[str, SubjectKey]:
    """A case that was delivered at noon, put where cases are."""
    subject = SubjectKey(f"k1.{number:064x}")
    delivery = Delivery(delivered_at=NOON, delivered_by="staff:officer")
    case = a_case(draft_id=f"race-{number}", state=State.CLOSED, subject=subject, delivery=delivery)
    fact = NewEvent(kind=EventKind.CASE_DELIVERED, occurred_at=NOON, actor="staff:officer", department="traffic")
    with transaction() as tx:
        container().cases.add(case, [fact], at=NOON, tx=tx)
    return case.case_no, subject


def rate(case_no: str, subject: SubjectKey, level: int) -> int | ErrorCode:
    """Return the level that was taken, or why it was not."""
    try:
        rating, _ = container().ratings.give(
            case_no, Opinion(level=level), by=a_caller(subject=subject), origin=ORIGIN, at=LATER, idempotency_key=None
        )
    except DomainError as error:
        return error.code
    return rating.level


def test_of_two_tabs_that_rate_at_once_one_is_told_that_it_is_rated_already() -> None:
    chance = random.Random(20260928)
    outcomes: Counter[str] = Counter()

    with ThreadPoolExecutor(2) as pool:
        for number in range(PAIRS):
            case_no, subject = a_closed_case(number)
            sides = [partial(rate, case_no, subject, level) for level in (1, 5)]
            taken = [each for each in meeting(*sides, pool=pool, chance=chance) if isinstance(each, int)]
            kept = container().ratings.mine(case_no, by=a_caller(subject=subject))
            assert taken == [kept.level]
            assert container().timeline.reading(kept.owner).verified
            outcomes[str(kept.level)] += 1

    ratings = container().ratings
    day = day_in_shanghai(LATER)
    device = ratings.store.device(ratings.names.of_device(ORIGIN, day=day), day=day)
    assert len(device.raters) == PAIRS
    assert set(outcomes) == {"1", "5"}
