"""Under which of a number's names credit was recorded, and for which of them it counts (R6.3)."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.credit.model.records import FlagMark, Record, Summary
from chalicelib.subjects.model.subjects import Known, NameSource
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent


def is_known_by_name(summary: Summary, names: Collection[str]) -> bool:
    """Whether a name, by its keyed digests, is one that sources gave for the number.

    Also true if no source gave any, or only under secrets of which ``names`` has no digest to compare.
    """
    secrets = {name.partition(".")[0] for name in names}
    comparable = [known for known in summary.name_digests if known.partition(".")[0] in secrets]
    return not comparable or not set(comparable).isdisjoint(names)


def is_set_apart(summary: Summary, names: Collection[str]) -> bool:
    """Whether a person has found that a name is not that of whoever is recorded under the number's other names."""
    return not set(summary.apart).isdisjoint(names)


def names_counting_for(summary: Summary, names: Collection[str]) -> frozenset[str]:
    """Return the marks (``named``) of the records, flags and links that count for a name: its own, and its person's."""
    return frozenset(("", *summary.name_digests, *names) if is_known_by_name(summary, names) else names)


def with_name(record: Record, summary: Summary, name_digest: str) -> Record:
    """Return the record to store, marked with its name if nobody has said that it is the subject's.

    That happens after a source of a higher rank has corrected the name: what came before keeps to the old one.
    """
    return record if is_known_by_name(summary, (name_digest,)) else replace(record, named=name_digest)


def flag_with_name(
    flag: FlagMark, summary: Summary, name_digest: str, *, names_of: Callable[[], Collection[str]]
) -> FlagMark:
    """Return the flag, marked with its name if that is registered and sources gave others, like a record.

    ``names_of`` returns the registered names. A flag whose name was found wrong since stays the number's.
    """
    if is_known_by_name(summary, (name_digest,)) or name_digest not in names_of():
        return flag
    return replace(flag, named=name_digest)


def flags_with_names(flags: Iterable[FlagMark], summary: Summary) -> tuple[FlagMark, ...]:
    """Return flags as computed anew, marked with the names that they have in the summary."""
    named = {flag.flag_id: flag.named for flag in summary.flags}
    return tuple(replace(flag, named=named.get(flag.flag_id, "")) for flag in flags)


def with_names(summary: Summary, names: Collection[str]) -> Summary:
    """Return the summary with additional names of its subject; its new version makes earlier filings fail.

    A summary without any name gets all of them at once, so that none contradicts the first record that comes.
    """
    known = tuple(dict.fromkeys((*names, *summary.name_digests)))
    apart = tuple(name for name in summary.apart if name not in known)
    return replace(summary, version=summary.version + 1, name_digests=known, apart=apart)


def with_one_person(summary: Summary, names: Collection[str]) -> Summary:
    """Return the summary after the finding that its names are one person's, those of its entries included."""
    entries = (*(bar.named for bar in summary.bars), *(flag.named for flag in summary.flags))
    marks = (*entries, *(link.named for link in summary.links))
    return with_names(summary, (*names, *filter(None, marks)))


def with_name_apart(summary: Summary, name_digest: str) -> Summary:
    """Return the summary after the finding that a name is another person's than those recorded."""
    apart = tuple(dict.fromkeys((*summary.apart, name_digest)))
    return replace(summary, version=summary.version + 1, apart=apart)


def names_joined(summary: Summary, name_digest: str, names: Collection[str]) -> tuple[str, ...]:
    """Return which names a rename joins to those under which credit was recorded.

    ``name_digest`` is new to the register, ``names`` are in it. Usually it is the new one, but credit may have been
    recorded under that, and then they are the others.
    """
    recorded = summary.name_digests
    return tuple(name for name in names if name not in recorded) if name_digest in recorded else (name_digest,)


def without_names(summary: Summary, names: Collection[str]) -> Summary:
    """Return the summary without some of its names."""
    left = tuple(known for known in summary.name_digests if known not in names)
    return replace(summary, version=summary.version + 1, name_digests=left)


def correction_event(known: Known, said_by: NameSource, *, at: datetime) -> NewEvent:
    """Return the event, on the subject's credit, that a source of a higher rank corrected the known name.

    The names of records and flags stay, so nothing recorded under the old name counts against the new one.
    """
    return NewEvent(
        kind=EventKind.NAME_CORRECTED,
        occurred_at=at,
        actor=said_by.actor,
        department=said_by.department,
        data={
            "rank": said_by.rank.value,
            "rank_before": "" if known.corrected_from is None else known.corrected_from.value,
        },
    )
