from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.sanctions.model.flags import FlagState, Lifting
from chalicelib.sanctions.rules.flags import end, has_ended, lift
from tests.builders import NOON, a_flag

LAST = date(2027, 9, 27)
ONE_DAY = timedelta(days=1)


def test_a_flag_in_force_ends_on_the_day_after_its_last_one() -> None:
    flag = a_flag(state=FlagState.ACTIVE, ends_on=LAST)

    assert [has_ended(flag, on=LAST + step * ONE_DAY) for step in (-1, 0, 1)] == [False, False, True]
    assert end(flag).state is FlagState.ENDED


@pytest.mark.parametrize("state", [FlagState.PROPOSED, FlagState.LIFTED, FlagState.ENDED])
def test_only_what_has_effect_can_end(state: FlagState) -> None:
    assert not has_ended(a_flag(state=state, ends_on=LAST), on=LAST + ONE_DAY)


def test_nobody_lifts_what_has_ended() -> None:
    over = replace(a_flag(), state=FlagState.ENDED)

    with pytest.raises(DomainError) as refused:
        lift(over, Lifting(lifted_at=NOON, by="staff:credit", reason="a", basis="b"))

    assert refused.value.code is ErrorCode.STEP_NOT_ALLOWED
