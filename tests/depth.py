"""How far the long tests go: a seeded sample in ``make test``, all of it in ``make deep``.

Long are random walks, races, deaths at every call, and large amounts of data. Such a test takes how far it goes as an
argument, which `goes` gives it::

    @goes("races", usually=40, deep=500)
    def test_no_filing_is_accepted_on_credit_that_is_no_longer_current(races: int) -> None: ...

Tests of hypothesis need nothing: they try as many examples as `EXAMPLES` says.
``make deep`` runs both kinds and no others, with XINNUO_TESTS=deep, and its output names each with how far it went.
"""

import os
from collections.abc import Sequence
from typing import Final

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

IS_DEEP: Final = os.environ.get("XINNUO_TESTS") == "deep"

EXAMPLES: Final = 2_000 if IS_DEEP else 50

PROFILE: Final = "xinnuo"
# The same examples in every run, however slow the machine is.
hypothesis.settings.register_profile(PROFILE, derandomize=True, deadline=None, max_examples=EXAMPLES)


def goes(name: str, *, usually: int, deep: int) -> pytest.MarkDecorator:
    """Give a test how far it goes, under a name of one word or several."""
    amount = deep if IS_DEEP else usually
    argument = name.replace(" ", "_")
    return pytest.mark.parametrize(argument, [pytest.param(amount, id=f"{amount:,} {name}", marks=pytest.mark.deep)])


def walk(
    machine: type[RuleBasedStateMachine], *, walks: int, steps: int, phases: Sequence[Phase] = (Phase.generate,)
) -> None:
    """Go through a machine of rules so often, so many steps each time; a walk that fails is shown as it was found."""
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(
            max_examples=walks,
            stateful_step_count=steps,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
