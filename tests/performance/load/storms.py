"""Runs of a small town in which everything goes wrong on the way, beside one in which nothing does."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from unittest import mock

from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.dynamo.failures import may_pass
from chalicelib.relay.table import MarkRow
from tests.cloud import forget_everything, turn_clock
from tests.performance.figures import Figure
from tests.performance.house import Elsewhere, house
from tests.performance.load.faults import Trouble, on_the_way
from tests.performance.load.many import items_of
from tests.performance.load.stream import Reader, Stream, is_poison, poison
from tests.performance.load.sweeping import ComesAgainError, Orders, due, sweep
from tests.performance.load.town import INSTANTS, Outcome, Town, Written, a_town, outcome_of
from tests.wire import Parameters, Wire

SHARE: Final = 0.08
"""How many of all calls go wrong on their way out; as many lose their answer on the way back."""

MOST_ROUNDS: Final = 60
POISONS: Final = 1
ATTEMPTS: Final = 6
"""How often the relay tells an event again to a listener that cannot take it, before it is a dead letter."""


@dataclass(slots=True)
class Storm:
    """What was put in, by its name, over all runs."""

    put_in: dict[str, int] = field(default_factory=dict)

    def add(self, more: dict[str, int]) -> None:
        """Add what one run had."""
        for name, number in more.items():
            self.put_in[name] = self.put_in.get(name, 0) + number


def measured(endpoint: str, *, runs: int, seed: int) -> Iterator[Figure]:
    """Make so many runs, from a seed on; a run that ends otherwise than the calm one fails with its seed."""
    storm = Storm()
    with house(endpoint) as elsewhere:
        town = a_town()
        calm = run(town, elsewhere, seed=seed, share=0.0)
        for number in range(seed, seed + runs):
            with told_with(number):
                ended = run(town, elsewhere, seed=number, share=SHARE, storm=storm)
                difference = ended.differs_from(calm)
                assert not difference, difference
    yield Figure(
        name=f"of {runs:,} runs in trouble ended otherwise than in calm",
        value=0,
        reach=0,
        remark=f"seeds {seed} to {seed + runs - 1}; {', '.join(f'{n:,} {what}' for what, n in storm.put_in.items())}",
    )


@contextmanager
def told_with(seed: int) -> Iterator[None]:
    """Say with which seed anything went wrong."""
    try:
        yield
    except Exception as error:
        error.add_note(f"seed {seed}")
        raise


def run(town: Town, elsewhere: Elsewhere, *, seed: int, share: float, storm: Storm | None = None) -> Outcome:
    """Let the town live through its instants, and return how it ended; the town is put back afterwards."""
    dice = random.Random(seed)
    trouble, written = Trouble(dice, share), Written()
    stream = Stream(records=list(town.events))
    # Each run is that of new processes, which remember nothing of another.
    forget_everything()
    elsewhere.told.clear()
    reader = Reader(stream, elsewhere.told, dice, share_twice=0.2 if share else 0.0)
    elsewhere.wire = _lossy(trouble)
    with (
        # Waiting makes nothing truer here, and a few attempts say as much as many.
        mock.patch("time.sleep"),
        mock.patch("chalicelib.relay.services.MOST_ATTEMPTS", ATTEMPTS),
        # Calls side by side would take their chances in another order each time.
        mock.patch("chalicelib.clocks.services.sweep.LOOKS_AT_ONCE", 1),
    ):
        with on_the_way(written, stream, trouble):
            for at in INSTANTS:
                turn_clock(at)
                for _ in range(2):
                    sweep_until_nothing_is_due(at, dice=dice, wire=elsewhere.wire, share_twice=share)
                    reader.read_all()
            if share:
                reader.tell_all([poison(number) for number in range(POISONS)])
                reader.read_all()
        elsewhere.wire = Wire()
        with on_the_way(written, stream):
            # What the storm has made a dead letter is told again by a person, once it is over.
            dead, reader.dead = reader.dead, []
            reader.tell_all([record for record in dead if not is_poison(record)])
            reader.read_all()
    assert not reader.dead, reader.dead
    assert bool(share) == any(map(is_poison, dead)), "what nobody can take is a dead letter"
    marks = (item["name"]["S"] for item in items_of(MarkRow.Meta.table_name))
    left = [name for name in marks if name.startswith("untold/") and not is_poison({"name": name})]
    assert not left, f"noted as untold: {left}"
    if storm is not None:
        storm.add({**trouble.put_in, "dead letters": len(dead)})
    ended = outcome_of(elsewhere)
    town.put_back(written.places)
    return ended


def sweep_until_nothing_is_due(at: datetime, *, dice: random.Random, wire: Wire, share_twice: float) -> None:
    """Sweep again and again, as each minute does; orders come out of order and some twice, and some are lost.

    Whatever is raised on the way must be what time puts right.
    """
    for _ in range(MOST_ROUNDS):
        orders = Orders(wire=wire)
        with _passing():
            orders.dispatch(at)
        wanted = [*orders.sent, *(order for order in orders.sent if dice.random() < share_twice)]
        dice.shuffle(wanted)
        for order in wanted:
            with _passing():
                sweep(order)
        if due(at) == 0:
            return
    problem = "the sweep does not come to an end"
    raise AssertionError(problem)


@contextmanager
def _passing() -> Iterator[None]:
    """Let a function fail of what may pass: the next minute, or the queue, calls it again."""
    try:
        yield
    except ComesAgainError:
        pass
    except Exception as error:
        if not may_pass(error):
            raise


def _lossy(trouble: Trouble) -> Wire:
    """Let messages to queues and topics fail before they went out, or after."""

    def before(operation: str, _sent: Parameters) -> None:
        if trouble.dice.random() < trouble.share:
            trouble.note("not queued")
            told: Any = {"Error": {"Code": "ServiceUnavailable", "Message": "try again"}}
            raise ClientError(told, operation)

    def after(_operation: str, _sent: Parameters) -> None:
        if trouble.dice.random() < trouble.share:
            trouble.note("queued unheard")
            raise ReadTimeoutError(endpoint_url="sqs")

    return Wire(before=before, after=after)
