"""Proof of a stage's tables: every timeline whole, up to the head on its owner's row, and every owner there.

The names of the tables are those that the settings say (``XINNUO_STAGE``, ``XINNUO_TABLES``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice, pairwise
from typing import Final, TypeVar

from chalicelib.clock import instant_from
from chalicelib.relay.store import MarkStore
from chalicelib.timeline.owners import OWNERS, OwnerRow, row_of
from chalicelib.timeline.store import BEAT, HEAD, Timeline
from chalicelib.timeline.table import EventRow

T = TypeVar("T")

AT_ONCE: Final = 8
A_PORTION: Final = 1_000
"""Owners whose timelines are read before the next are looked for, so that no list holds everything."""

OF_ENDS: Final = 100
"""Owners that one read of ends takes."""

NAMED: Final = 1_000
"""So many differences are named; all are counted."""

NEAR: Final = timedelta(hours=1)
"""How long before its end a timeline is searched for a quiet moment."""

MOST_SECONDS: Final = 10_000
"""So many seconds are kept before those that are not near are forgotten."""

QUIET: Final = timedelta(seconds=10)
"""So long must nothing have been recorded for a moment to be quiet: tables are restored to whole seconds each."""

OWNER_MISSING: Final = "OWNER_MISSING"
"""Beside the reasons of a chain: there are events, and no row that owns them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An owner whose row and timeline do not belong together, from which place on, and why."""

    owner: str
    seq: int
    reason: str

    def __str__(self) -> str:
        """Return a line."""
        return f"{self.owner} from event {self.seq}: {self.reason}"


@dataclass(slots=True, kw_only=True)
class Proof:
    """What was proved: owners by their kinds, events, what differs, and what the end of all timelines looks like.

    ``told_until`` is until when everything had been told; what was recorded after it is told by a replay.
    """

    owners: Counter[str] = field(default_factory=Counter)
    events: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)
    last: datetime | None = None
    quiet_at: datetime | None = None
    told_until: datetime | None = None

    def add(self, found: Iterable[Difference]) -> None:
        """Count what differs, and name it while there is room."""
        for each in found:
            self.differing += 1
            if len(self.differences) < NAMED:
                self.differences.append(each)

    def lines(self) -> Iterator[str]:
        """Say it."""
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(self.owners.items()))
        yield f"{self.owners.total():,} timelines of {self.events:,} events: {kinds}"
        yield f"the last event was recorded at {_text(self.last)}, everything was told until {_text(self.told_until)}"
        if not self.differing:
            yield "every timeline is whole, up to the head on its owner's row, and every owner is there"
            return
        yield f"{self.differing:,} timelines and owners do not belong together:"
        yield from (f"  {each}" for each in self.differences)
        yield f"nothing was recorded around {_text(self.quiet_at)}: restore to that second instead"


def prove() -> Proof:
    """Read every owner and every timeline once; on tables that are in use, what moves meanwhile is no difference."""
    timeline, proof = Timeline(), Proof(told_until=MarkStore().told_until())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for portion in _portions(_owners(), A_PORTION):
            proof.owners.update(row.pk.partition(":")[0] for row in portion)
            for found in pool.map(lambda row: list(_difference(timeline, row)), portion):
                proof.add(found)
    recorded: set[datetime] = set()
    for owners in _portions(_timelines(proof, recorded), OF_ENDS):
        proof.add(_without_owner(timeline, owners))
    proof.last = max(recorded, default=None)
    proof.quiet_at = quiet_before(recorded)
    return proof


def quiet_before(recorded: Iterable[datetime]) -> datetime | None:
    """Return the middle of the last ten seconds or more in which nothing was recorded; ``None`` if there are none."""
    times = sorted(set(recorded), reverse=True)
    for later, earlier in pairwise(times):
        if later - earlier >= QUIET:
            return (earlier + (later - earlier) / 2).replace(microsecond=0)
    return None


def _portions(all_: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(all_)
    while portion := list(islice(left, size)):
        yield portion


def _owners() -> Iterator[OwnerRow]:
    """Yield the ends of all owners, each table read once."""
    kinds: dict[type[OwnerRow], set[str]] = {}
    for kind in OWNERS:
        kinds.setdefault(row_of(f"{kind}:"), set()).add(kind)
    for table, known in kinds.items():
        for row in table.scan(table.head_seq.exists(), consistent_read=True, attributes_to_get=list(HEAD)):
            if row.pk.partition(":")[0] in known:
                yield row


def _difference(timeline: Timeline, row: OwnerRow) -> Iterator[Difference]:
    fault = timeline.reading(row.pk, head=row.head).fault
    if fault is not None:
        yield Difference(owner=row.pk, seq=fault.seq, reason=fault.reason)


def _timelines(proof: Proof, recorded: set[datetime]) -> Iterator[str]:
    """Yield whose events there are, count these, and note when the last of them were recorded."""
    names = ["owner", "seq", "recorded_at"]
    rows = EventRow.scan(consistent_read=True, attributes_to_get=names)
    for owner, events in groupby(rows, key=lambda row: row.owner):
        if owner.startswith(BEAT):
            continue
        for event in events:
            proof.events += 1
            _note(recorded, event.recorded_at)
        yield owner


def _note(recorded: set[datetime], text: str) -> None:
    """Keep instants of the last hour; one that cannot be read is a fault of its chain, which is named there."""
    try:
        at = instant_from(text)
    except ValueError:
        return
    recorded.add(at)
    if len(recorded) > MOST_SECONDS:
        last = max(recorded)
        recorded -= {each for each in recorded if last - each > NEAR}


def _without_owner(timeline: Timeline, owners: Iterable[str]) -> Iterator[Difference]:
    known = [owner for owner in owners if owner.partition(":")[0] in OWNERS]
    there = timeline.ends(known)
    for owner in owners:
        if owner not in there:
            yield Difference(owner=owner, seq=1, reason=OWNER_MISSING)


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else "—"
