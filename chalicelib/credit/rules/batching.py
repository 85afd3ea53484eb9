"""How the lines of a file are grouped: what must stay in order, what one writer takes, what fits a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from chalicelib.credit.model.submissions import Handed

MOST_WRITES = 100
"""The most items that DynamoDB takes in one transaction."""

BESIDE = 3
"""The items a subject needs in a transaction besides its records: itself, its summary and the event."""

CORRECTION = 1
"""The event of a corrected name: each subject has room for it where it is alone, and few need it."""

LARGEST_TOGETHER = 1_500_000
"""The most bytes of lines in a transaction: DynamoDB takes 4 MB, summaries and events included."""

SHARE = 250
"""The lines that a writer takes at a time: few, so that all writers finish a chunk together."""

Group: TypeAlias = Sequence[Handed]


def groups_of(handed: Iterable[Handed]) -> list[Group]:
    """Group lines that must stay in order: all lines of one subject, and all that name the same record."""
    groups: list[list[Handed]] = []
    homes: dict[object, list[Handed]] = {}
    for line in handed:
        home, other = homes.get(line.subject.key), homes.get(line.name)
        group = home or other or []
        if not group:
            groups.append(group)
        elif home and other and home is not other:
            group, moving = (home, other) if len(home) >= len(other) else (other, home)
            for moved in moving:
                homes[moved.subject.key] = homes[moved.name] = group
            group += moving
            moving.clear()
        group.append(line)
        homes[line.subject.key] = homes[line.name] = group
    return [sorted(group, key=lambda line: line.line) for group in groups if group]


def shares_of(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Yield lists of whole groups with about ``SHARE`` lines each."""
    share: list[Group] = []
    lines = 0
    for group in groups:
        share.append(group)
        lines += len(group)
        if lines >= SHARE:
            yield share
            share, lines = [], 0
    if share:
        yield share


def bundles_of(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Yield the parts for each transaction, in order; a part has one subject, and no subject or record occurs twice."""
    bundle: list[Group] = []
    taken: set[object] = set()
    writes = size = 0
    for part in chain.from_iterable(map(_parts_of, groups)):
        needed, large = len(part) + BESIDE, sum(line.size for line in part)
        named = {part[0].subject.key, *(line.name for line in part)}
        if bundle and (writes + needed > MOST_WRITES or size + large > LARGEST_TOGETHER or not taken.isdisjoint(named)):
            yield bundle
            bundle, taken, writes, size = [], set(), 0, 0
        bundle.append(part)
        taken |= named
        writes, size = writes + needed, size + large
    if bundle:
        yield bundle


def _parts_of(group: Group) -> Iterator[Group]:
    """Split a group, in order, into parts that fit a transaction, each with one subject and no record twice."""
    part: list[Handed] = []
    names: set[tuple[str, str]] = set()
    size = 0
    for line in group:
        if part and (
            len(part) + BESIDE + CORRECTION == MOST_WRITES
            or size + line.size > LARGEST_TOGETHER
            or line.subject.key != part[0].subject.key
            or line.name in names
        ):
            yield part
            part, names, size = [], set(), 0
        part.append(line)
        names.add(line.name)
        size += line.size
    yield part
