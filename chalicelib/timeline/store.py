"""Adding to timelines inside a caller's transaction, and reading them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chalicelib.clock import instant_from
from chalicelib.dynamo.model import Page, Position
from chalicelib.dynamo.transaction import ConflictError, Transaction, read_together, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.chain import chained, first_fault
from chalicelib.timeline.events import ChainHead, Event, Json, NewEvent, Reading
from chalicelib.timeline.owners import OwnerRow, row_of
from chalicelib.timeline.table import BeatRow, EventRow

BEATS: Final = 32
"""How many beats are sent at once. A stream has a lane for each of its shards and of the relay's parallel runs, and a
beat goes through one of them."""

BEAT: Final = "beat:"


@dataclass(frozen=True, slots=True)
class Beat:
    """That a stream has got as far as an instant, in one of its lanes."""

    name: str
    at: datetime


HEAD = ("pk", "version", "head_seq", "head_hash")
"""What must be known of an owner's row to append to its timeline."""

WITHOUT_TEXTS = tuple(name for name in EventRow.get_attributes() if name != "texts")
"""The columns of an event that are hashed."""


class Timeline:
    """All timelines."""

    def add_events(
        self, events: Sequence[NewEvent], *, owner: str, head: ChainHead, at: datetime, tx: Transaction
    ) -> ChainHead:
        """Add events after ``head`` and return the new head, which the caller must write to the owner's row.

        Use ``Repository.save`` for an owner that changes too, and ``append`` for one that does not.
        """
        for event in chained(events, owner=owner, head=head, recorded_at=at):
            tx.add(_row_of(event), on_failure=ConflictError())
            head = ChainHead(event.seq, event.hash)
        return head

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        owner: str,
        at: datetime,
        tx: Transaction,
        known: OwnerRow | None = None,
    ) -> None:
        """Append events to an owner that is otherwise unchanged: one read, and a change of the head alone.

        ``known`` is the owner's row if it has just been read (see ``ends``). Raises ``ConflictError`` at the commit if
        the owner has changed meanwhile; ``NOT_FOUND`` for an unknown owner.
        """
        row = known or _stored(owner)
        table = type(row)
        new = self.add_events(events, owner=owner, head=row.head, at=at, tx=tx)
        tx.change(
            table(owner),
            actions=[table.head_seq.set(new.seq), table.head_hash.set(new.hash)],
            condition=table.is_at(int(row.version), row.head),
            on_failure=ConflictError(),
        )

    def ends(self, owners: Collection[str]) -> dict[str, OwnerRow]:
        """Return version and head of those owners that exist, for ``append``: one round trip for a hundred."""
        wanted = [row_of(owner)(owner) for owner in owners]
        rows = read_together(*wanted, only={type(row): HEAD for row in wanted})
        return {row.pk: row for row in rows if isinstance(row, OwnerRow)}

    def head(self, owner: str) -> ChainHead:
        """Return the end of an owner's chain from its own row; ``NOT_FOUND`` for an unknown owner."""
        return _stored(owner).head

    def events(self, owner: str) -> tuple[Event, ...]:
        """Return all events of an owner, first to last, strongly consistent."""
        # The items as they came: a row made of each would take a fifth of the time that reading a timeline takes.
        return tuple(
            event_of(item) for page in EventRow.query(owner, consistent_read=True).page_iter for item in page["Items"]
        )

    def beginnings(self, owners: Collection[str], *, length: int) -> dict[str, tuple[Event, ...]]:
        """Return the first events of some timelines without their texts: one round trip for a hundred."""
        wanted = [EventRow(owner, seq) for owner in dict.fromkeys(owners) for seq in range(1, length + 1)]
        found: dict[str, list[Event]] = {owner: [] for owner in owners}
        for row in read_together(*wanted, only={EventRow: WITHOUT_TEXTS}):
            if isinstance(row, EventRow):
                found[row.owner].append(event_from(row.attribute_values))
        return {owner: tuple(events) for owner, events in found.items()}

    def event(self, owner: str, seq: int) -> Event | None:
        """Return one event of an owner, strongly consistent, or ``None``."""
        try:
            return event_from(EventRow.get(owner, seq, consistent_read=True).attribute_values)
        except EventRow.DoesNotExist:
            return None

    def page(self, owner: str, *, limit: int, after: Position | None) -> Page[Event]:
        """Return a page of an owner's events, in order, or, with no owner, of all there are, in any order.

        Reads up to ``limit`` rows; a page may be empty although another one follows.
        """
        rows = (
            EventRow.query(owner, consistent_read=True, page_size=limit, last_evaluated_key=after)
            if owner
            else EventRow.scan(consistent_read=True, page_size=limit, last_evaluated_key=after)
        )
        # One page of DynamoDB, not PynamoDB's limit, which would go on reading past the beats.
        page = next(rows.page_iter)
        events = tuple(event_of(item) for item in page["Items"] if not item["owner"]["S"].startswith(BEAT))
        return Page(events, page.get("LastEvaluatedKey"))

    def beat(self, at: datetime) -> None:
        """Send beats through the stream: one write of ``BEATS`` rows, each in the place of the one before."""
        with transaction() as tx:
            for number in range(BEATS):
                tx.overwrite(BeatRow(f"{BEAT}{number:02}", at=at))

    def reading(self, owner: str, *, head: ChainHead | None = None, events: tuple[Event, ...] | None = None) -> Reading:
        """Read a timeline and check its chain; the head is read first, so that an event added meanwhile is no fault.

        Callers who have just read the owner's row pass its ``head``, and the ``events`` that they read after it.
        """
        head = head or self.head(owner)
        events = self.events(owner) if events is None else events
        fault = first_fault(events, owner=owner, head=head)
        if fault is not None and (moved := self.head(owner)) != head:
            return self.reading(owner, head=moved)
        return Reading(events=events, fault=fault)


def _stored(owner: str) -> OwnerRow:
    """Read the version and the head of an owner's row, strongly consistent."""
    table = row_of(owner)
    try:
        return table.get(owner, consistent_read=True, attributes_to_get=list(HEAD))
    except table.DoesNotExist:
        raise DomainError(ErrorCode.NOT_FOUND) from None


def _row_of(event: Event) -> EventRow:
    return EventRow(
        event.owner,
        event.seq,
        kind=event.kind,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        actor=event.actor,
        department=event.department,
        data=json.dumps(event.data, ensure_ascii=False, separators=(",", ":")),
        prev_hash=event.prev_hash,
        hash=event.hash,
        texts=_texts_of(event) if event.texts else None,
    )


def event_of(item: Mapping[str, Mapping[str, object]]) -> Event:
    """Build an event from an item of the table, or of its stream; what is altered must be shown, not fail to load."""
    return event_from(
        {name: value["N"] if name == "seq" else value.get("S", repr(value)) for name, value in item.items()}
    )


def from_stream(record: Mapping[str, Any]) -> Event | Beat | None:
    """Return the new event or the beat in a stream record, ``None`` for anything else."""
    image = record["dynamodb"].get("NewImage") or {}
    owner = image.get("owner", {}).get("S", "")
    if owner.startswith(BEAT):
        return Beat(owner.removeprefix(BEAT), instant_from(image["at"]["S"]))
    return event_of(image) if record["eventName"] == "INSERT" and "kind" in image else None


def event_from(stored: Mapping[str, object]) -> Event:
    """Build an event from its stored attributes."""
    texts = {
        name: kept if isinstance(kept, Mapping) else {"text": kept}
        for name, kept in _object(stored.get("texts") or "{}").items()
    }
    return Event(
        owner=str(stored["owner"]),
        seq=int(str(stored["seq"])),
        kind=str(stored.get("kind", "")),
        occurred_at=str(stored.get("occurred_at", "")),
        recorded_at=str(stored.get("recorded_at", "")),
        actor=str(stored.get("actor", "")),
        department=str(stored.get("department", "")),
        data=_object(stored.get("data", "")),
        prev_hash=str(stored.get("prev_hash", "")),
        hash=str(stored.get("hash", "")),
        texts={name: str(kept.get("text")) for name, kept in texts.items()},
        salts={name: str(kept["salt"]) for name, kept in texts.items() if "salt" in kept},
    )


def _texts_of(event: Event) -> str:
    """Write each text together with its salt, so that one deletion takes both."""
    kept = {name: {"salt": event.salts[name], "text": text} for name, text in event.texts.items()}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _object(text: object) -> dict[str, Json]:
    """Parse a JSON object; anything else is kept as text, so that its hash will not match."""
    try:
        value = json.loads(str(text))
    except json.JSONDecodeError:
        return {"unreadable": str(text)}
    return value if isinstance(value, dict) else {"unreadable": str(text)}
