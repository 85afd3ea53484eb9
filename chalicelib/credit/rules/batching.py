"""Which lines of a file go together: in one order, to one writer, and into one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from chalicelib.credit.model.submissions import Handed

MOST_WRITES = 100
"""What DynamoDB takes in one transaction."""

BESIDE = 3
"""What a subject needs in a transaction beside its records: itself, its summary and the event."""

LARGEST_TOGETHER = 1_500_000
"""Bytes of the lines of a transaction: DynamoDB takes 4 MB, and summaries and events are among them."""

SHARE = 250
"""Lines that a writer takes at a time: few, so that all come to the end of a chunk together."""

Group: TypeAlias = Sequence[Handed]


def groups_of(handed: Iterable[Handed]) -> list[Group]:
    """Return lines by what must keep its order: all of one subject, and all that name one record, in one group."""
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
    """Yield whole groups, so many that there are ``SHARE`` lines in them."""
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
    """Yield what one transaction holds, in order: parts of one subject each, and no subject and no record twice."""
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
    """Yield lines in their order, as many of one subject as a transaction takes, and no record twice."""
    part: list[Handed] = []
    names: set[tuple[str, str]] = set()
    size = 0
    for line in group:
        if part and (
            len(part) + BESIDE == MOST_WRITES
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
