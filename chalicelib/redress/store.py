"""The store of objections, repairs, revocations and amendments."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pynamodb.indexes import Index

from chalicelib.clock import instant_text
from chalicelib.clocks.model import TaskKind
from chalicelib.clocks.store import Task, TaskStore
from chalicelib.credit.model.records import RepairState
from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.redress.model import Amendment, AmendmentState, Entry, Objection, Remainder, Repair, Revocation
from chalicelib.redress.rules import document_name
from chalicelib.redress.table import FallenRow, RedressRow
from chalicelib.timeline.owners import OwnerRow
from chalicelib.timeline.repository import Repository
from chalicelib.timeline.store import Timeline

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Matter: TypeAlias = Objection | Repair | Revocation | Amendment
PROPOSED = "amendment:proposed"
"""In the index of objections by entry, where the amendments stand that wait for a second officer."""

M = TypeVar("M", Objection, Repair, Revocation, Amendment)


class Matters(Repository[M]):
    """All matters of one kind."""

    row = RedressRow

    def __init__(self, timeline: Timeline, kind: str) -> None:
        """Take the timeline, and the kind, which names owners and the document column."""
        super().__init__(timeline)
        self.kind = kind

    def of_person(self, person: str, *, limit: int, after: Position | None) -> Page[M]:
        """Return a page of a subject's matters, newest first."""
        return self._page(RedressRow.by_person, person, limit=limit, after=after)

    def of_department(self, department: str, *, limit: int, after: Position | None) -> Page[M]:
        """Return a page of a department's matters, newest first."""
        return self._page(RedressRow.by_department, department, limit=limit, after=after)

    def _page(self, index: Index[RedressRow], key: str, *, limit: int, after: Position | None) -> Page[M]:
        rows = index.query(
            f"{self.kind}:{key}",
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=after,
        )
        return page_of(rows, self.from_row)

    def _document(self, row: OwnerRow) -> Any:  # noqa: ANN401 - as the base class has it
        return getattr(row, self.kind)

    def _columns(self, matter: M) -> dict[str, Any]:
        return {
            self.kind: matter,
            "person": f"{self.kind}:{matter.subject}",
            "department": f"{self.kind}:{matter.department}",
            "entry": _listed_under(matter),
            "listed_at": f"{instant_text(_began_at(matter))}#{matter.owner.partition(':')[2]}",
        }


def _listed_under(matter: Matter) -> str | None:
    if isinstance(matter, Amendment):
        return PROPOSED if matter.state is AmendmentState.PROPOSED else None
    return str(matter.entry) if isinstance(matter, Objection) else None


class RedressStore:
    """All objections, repairs, revocations and amendments, and the revoked documents."""

    def __init__(self, timeline: Timeline) -> None:
        """Take the timeline to write events to."""
        self.objections = Matters[Objection](timeline, "objection")
        self.repairs = Matters[Repair](timeline, "repair")
        self.revocations = Matters[Revocation](timeline, "reversal")
        self.amendments = Matters[Amendment](timeline, "amendment")

    def named(self, owner: str) -> "tuple[Matters[Any], str]":
        """Return where a matter is kept, and its name there, from the key of its timeline."""
        kind, _, name = owner.partition(":")
        kinds: tuple[Matters[Any], ...] = (self.objections, self.repairs, self.revocations, self.amendments)
        return next(one for one in kinds if one.kind == kind), name

    def about(self, entry: Entry) -> tuple[Objection, ...]:
        """Return the objections to an entry, oldest first."""
        rows = RedressRow.by_entry.query(str(entry))
        return tuple(self.objections.from_row(row) for row in rows)

    def unconfirmed(self, *, limit: int, after: Position | None) -> Page[Amendment]:
        """Return a page of the amendments that wait for a second officer, of whichever department, oldest first."""
        rows = RedressRow.by_entry.query(PROPOSED, limit=limit, page_size=limit, last_evaluated_key=after)
        return page_of(rows, self.amendments.from_row)

    def has_fallen(self, document: str) -> bool:
        """Whether a document, named as in ``rules.document_name``, has been revoked."""
        try:
            FallenRow.get(f"document:{document}", consistent_read=True)
        except FallenRow.DoesNotExist:
            return False
        return True

    def let_fall(self, document: str, *, because: str, at: datetime, tx: Transaction) -> None:
        """Record that a document has been revoked. Idempotent."""
        if not self.has_fallen(document):
            row = FallenRow(f"document:{document}", because=because, fallen_at=at)
            tx.add(row, on_failure=ConflictError())


class RemainderStore:
    """What is still to be undone of each revoked document, as a task that the sweep sees while there is some."""

    def __init__(self, tasks: TaskStore) -> None:
        """Take the store of tasks."""
        self._tasks = tasks

    def of(self, owner: str) -> Remainder | None:
        """Return one by its owner, strongly consistent."""
        task = self._tasks.get(owner, TaskKind.WITHDRAWAL)
        return None if task is None else _remainders().validate_json(task.text)

    def begin(self, remainder: Remainder, *, tx: Transaction) -> None:
        """Begin with the steps, if they do not go on already; what withdraws takes over from a repair."""
        known = self.of(owner_of(remainder))
        takes_over = known is not None and known.state is not remainder.state is RepairState.WITHDRAWN
        if known is None or known.next_at is None or takes_over:
            self.save(replace(remainder, rev=1 if known is None else known.rev + 1), tx)

    def save(self, remainder: Remainder, tx: Transaction) -> None:
        """Save a new state. Raises ``ConflictError`` if the stored revision has changed."""
        text = _remainders().dump_json(remainder).decode()
        self._tasks.save(
            Task(
                owner=owner_of(remainder),
                kind=TaskKind.WITHDRAWAL,
                text=text,
                next_at=remainder.next_at,
                rev=remainder.rev,
            ),
            tx,
        )


def owner_of(remainder: Remainder) -> str:
    """Name the steps for a document, or for one person's part of it."""
    document = document_name(remainder.base, remainder.document)
    return f"{TaskKind.WITHDRAWAL}:{document}" + (f"/{remainder.person}" if remainder.person else "")


@cache
def _remainders() -> "TypeAdapter[Remainder]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - importing it waits for the first use

    return TypeAdapter(Remainder)


def _began_at(matter: Matter) -> datetime:
    if isinstance(matter, Objection):
        return matter.made_at
    if isinstance(matter, Amendment):
        return matter.proposed_at
    return matter.asked_at if isinstance(matter, Repair) else matter.recorded_at
