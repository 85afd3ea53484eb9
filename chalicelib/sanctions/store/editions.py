"""The stores of editions of the list, and of re-evaluations."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.clocks.model import TaskKind
from chalicelib.clocks.store import Task, TaskStore
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together
from chalicelib.sanctions.model.editions import THE_LIST, EditionIndex, Evaluation
from chalicelib.sanctions.model.flags import MeasureList
from chalicelib.sanctions.table.editions import EditionIndexRow, ListRow
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.repository import Repository

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KEPT_SECONDS = 30
"""How long a process uses the editions it has read."""


class EditionIndexStore(Repository[EditionIndex]):
    """The loaded editions."""

    kind = "measures"
    row = EditionIndexRow

    def index(self) -> EditionIndex:
        """Return which editions were loaded, strongly consistent."""
        return self.find(THE_LIST) or EditionIndex()

    def lists(self, editions: Sequence[str]) -> tuple[MeasureList, ...]:
        """Return loaded editions by name."""
        if not editions:
            return ()
        rows = read_together(*(ListRow(_name(edition)) for edition in editions))
        return tuple(row.document for row in rows if isinstance(row, ListRow))

    def add_edition(
        self,
        edition: MeasureList,
        before: EditionIndex,
        after: EditionIndex,
        events: Sequence[NewEvent],
        *,
        at: datetime,
        tx: Transaction,
    ) -> None:
        """Save a new edition and the list of editions. Raises ``ConflictError`` if another one was loaded meanwhile."""
        self.save(before, after, events, at=at, tx=tx)
        tx.add(ListRow(_name(edition.edition), document=edition), on_failure=ConflictError())


class LoadedLists:
    """The editions packaged with the code, and those loaded since."""

    def __init__(
        self, store: EditionIndexStore, packaged: Sequence[MeasureList], *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the store, which is read again when the editions in memory are too old."""
        self._store = store
        self._packaged = tuple(packaged)
        self._ticks = ticks
        self._loaded: dict[str, MeasureList] = {}
        self._read_at: float | None = None

    def current(self) -> tuple[MeasureList, ...]:
        """Return all editions, oldest first; at most half a minute old."""
        ticks = self._ticks()
        if self._read_at is None or ticks - self._read_at >= KEPT_SECONDS:
            names = [loaded.edition for loaded in self._store.index().loaded]
            more = self._store.lists([name for name in names if name not in self._loaded])
            self._loaded.update({edition.edition: edition for edition in more})
            self._read_at = ticks
        return tuple(sorted((*self._packaged, *self._loaded.values()), key=lambda each: each.in_force_from))

    def refresh(self) -> None:
        """Make the next call of ``current`` read the store again."""
        self._read_at = None


class EvaluationStore:
    """The re-evaluation of each edition, as a task that the sweep sees while it runs."""

    def __init__(self, tasks: TaskStore) -> None:
        """Take the store of tasks."""
        self._tasks = tasks

    def of(self, edition: str) -> Evaluation | None:
        """Return the re-evaluation for an edition, strongly consistent."""
        task = self._tasks.get(f"{TaskKind.EVALUATION}:{edition}", TaskKind.EVALUATION)
        return None if task is None else _evaluations().validate_json(task.text)

    def save(self, evaluation: Evaluation, tx: Transaction) -> None:
        """Save a re-evaluation. Raises ``ConflictError`` if the stored revision has changed."""
        text = _evaluations().dump_json(evaluation).decode()
        owner = f"{TaskKind.EVALUATION}:{evaluation.edition}"
        self._tasks.save(
            Task(owner=owner, kind=TaskKind.EVALUATION, text=text, next_at=evaluation.next_at, rev=evaluation.rev), tx
        )


@cache
def _evaluations() -> "TypeAdapter[Evaluation]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - importing it waits for the first use

    return TypeAdapter(Evaluation)


def _name(edition: str) -> str:
    return f"measures:edition:{edition}"
