"""Workers as processes, fed from a queue as Lambda is: what a dying worker had in hand is delivered again."""

import gc
import multiprocessing
import os
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, Self, TypeAlias
from unittest import mock

import tests.conftest  # noqa: F401 - first of all that is ours: it sets the environment that the settings read

from chalicelib.settings import settings  # isort: skip
from tests.performance.house import joined  # isort: skip
from tests.performance.load.faults import (  # isort: skip
    DIED,
    Counted,
    Death,
    Latency,
    OnTheWay,
    Recorded,
    on_the_way,
)

Job: TypeAlias = Callable[[Any], Any]
"""What a worker does with a message: a function of a module, so that another process finds it."""

RECORDED: Final = 50
"""Transactions that a worker writes down."""

MOST_DELIVERIES: Final = 50
"""A message that came back so often will come back for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the tables are, and what happens to calls on their way there.

    Each worker dies at a call by chance, between 1 and ``dies_within``; 0 lets it live. What the workers write in
    transactions is written down in the folder ``record``, ``RECORDED`` of them each, if there is one.
    """

    endpoint: str
    key: str
    latency: float = 0.0
    dies_within: int = 0
    shards: int = 64
    record: Path | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a message: the result, and the worker's CPU seconds, wall seconds and calls for it.

    ``error`` is what the job raised; then the message is delivered again.
    """

    result: Any
    cpu: float
    wall: float
    calls: int
    error: str | None = None


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    message: Any = None
    is_busy: bool = False


@dataclass(slots=True)
class Fleet:
    """So many workers on one place; used as a context, so that none of them outlives it."""

    place: Place
    job: Job
    size: int
    deaths: int = 0
    failures: int = 0
    born: int = 0
    _workers: list[_Worker] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Start the workers, and wait until each has made its first call."""
        self._workers = [self._worker() for _ in range(self.size)]
        return self

    def __exit__(self, *_: object) -> None:
        """Let the workers end: nothing more comes for them."""
        for worker in self._workers:
            worker.pipe.close()
            worker.process.join()

    def work(self, messages: Sequence[Any]) -> list[Done]:
        """Let the workers take all messages, each at least once, and return what became of them in any order."""
        waiting: deque[tuple[Any, int]] = deque((message, 1) for message in messages)
        done: list[Done] = []
        while len(done) < len(messages):
            for worker in self._workers:
                if not worker.is_busy and waiting:
                    worker.message, worker.is_busy = waiting.popleft(), True
                    worker.pipe.send(worker.message[0])
            ready = wait([worker.pipe for worker in self._workers if worker.is_busy])
            for worker in [worker for worker in self._workers if worker.pipe in ready]:
                message, deliveries = worker.message
                worker.is_busy = False
                result: Done | None = None
                try:
                    result = worker.pipe.recv()
                except EOFError:
                    self._bury(worker)
                if result is not None and result.error is None:
                    done.append(result)
                    continue
                self.failures += result is not None
                if deliveries == MOST_DELIVERIES:
                    problem = f"{message} was given up: {'its workers died' if result is None else result.error}"
                    raise RuntimeError(problem)
                waiting.append((message, deliveries + 1))
        return done

    def _bury(self, worker: _Worker) -> None:
        """Replace a worker that died as it was told to; of any other death it is not known what it means."""
        worker.process.join()
        if worker.process.exitcode != DIED:
            problem = f"a worker ended with {worker.process.exitcode}"
            raise RuntimeError(problem)
        self.deaths += 1
        self._workers[self._workers.index(worker)] = self._worker()

    def _worker(self) -> _Worker:
        self.born += 1
        ours, theirs = _PROCESSES.Pipe()
        process = _PROCESSES.Process(target=_live, args=(theirs, self.place, self.job, self.born), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process=process, pipe=ours)


_PROCESSES: Final = multiprocessing.get_context("forkserver")
# What all workers need is read once; they are copies of a process that has it.
_PROCESSES.set_forkserver_preload([__name__, "tests.performance.load.sweeping", "tests.performance.load.relaying"])


def _live(pipe: Connection, place: Place, job: Job, number: int) -> None:
    """Take messages until nobody sends any."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    # As every function does at the end of INIT: what is there stays, and is not looked through for garbage.
    gc.freeze()
    counted = Counted()
    with sharded(place.shards), joined(place.endpoint, place.key), on_the_way(counted, *_happening(place, number)):
        while True:
            try:
                message = pipe.recv()
            except EOFError:
                return
            calls, cpu, began = counted.number, time.process_time(), time.perf_counter()
            result, error = None, None
            try:
                result = job(message)
            except Exception as raised:  # noqa: BLE001 - as Lambda does: whatever it was, the message comes again
                error = repr(raised)
            pipe.send(
                Done(
                    result=result,
                    error=error,
                    cpu=time.process_time() - cpu,
                    wall=time.perf_counter() - began,
                    calls=counted.number - calls,
                )
            )


@contextmanager
def sharded(shards: int) -> Iterator[None]:
    """Let the index of due clocks have so many shards: tests have few, for each sweep asks every one of them."""
    with mock.patch.dict("os.environ", {"XINNUO_SWEEP_SHARDS": str(shards)}):
        settings.cache_clear()
        try:
            yield
        finally:
            settings.cache_clear()


def _happening(place: Place, number: int) -> list[OnTheWay]:
    dice = random.Random(f"{place.seed} {number}")
    happening: list[OnTheWay] = [Latency(place.latency)] if place.latency else []
    if place.record:
        happening.append(Recorded(place.record / str(number), RECORDED))
    if place.dies_within:
        happening.append(Death(dice.randint(1, place.dies_within), is_after=dice.random() < 0.5))
    return happening
