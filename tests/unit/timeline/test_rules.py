"""A timeline from which nothing can be taken, and to which nothing can be added, unseen."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from chalicelib.timeline.chain import chained, digest, first_fault
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import ChainFault, ChainHead, Event, FaultReason, NewEvent

OWNER = "case:330782TEST"
AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def a_fact(number: int = 1) -> NewEvent:
    return NewEvent(
        kind=EventKind.CASE_FILED,
        occurred_at=AT.replace(second=number),
        actor="subject:k1.aa",
        department="traffic",
        data={"number": number, "nested": {"list": [1, "二", True]}},
        texts={"reason": f"原因 {number}"},
    )


def a_chain(length: int = 4) -> tuple[tuple[Event, ...], ChainHead]:
    events = chained([a_fact(number) for number in range(length)], owner=OWNER, head=ChainHead(), recorded_at=AT)
    return events, ChainHead(events[-1].seq, events[-1].hash)


def test_the_hash_is_the_sha256_of_the_canonical_json_of_all_other_fields() -> None:
    event = chained([a_fact()], owner=OWNER, head=ChainHead(), recorded_at=AT)[0]

    canonical = json.dumps(
        {
            "actor": "subject:k1.aa",
            "data": {
                "nested": {"list": [1, "二", True]},
                "number": 1,
                "text_digests": {"reason": hashlib.sha256("原因 1".encode()).hexdigest()},
            },
            "department": "traffic",
            "kind": "case:filed",
            "occurred_at": "2026-11-22T03:04:01Z",
            "owner": OWNER,
            "prev_hash": "0" * 64,
            "recorded_at": "2026-11-22T03:04:05Z",
            "seq": 1,
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    assert event.hash == hashlib.sha256(canonical.encode()).hexdigest()


def test_an_untouched_chain_has_no_fault() -> None:
    events, head = a_chain()

    assert first_fault(events, owner=OWNER, head=head) is None


def test_an_empty_chain_of_an_owner_without_events_has_no_fault() -> None:
    assert first_fault((), owner=OWNER, head=ChainHead()) is None


def test_a_chain_goes_on_where_it_ended() -> None:
    events, head = a_chain(2)

    more = chained([a_fact(9)], owner=OWNER, head=head, recorded_at=AT)

    assert (more[0].seq, more[0].prev_hash) == (3, events[1].hash)
    assert first_fault((*events, *more), owner=OWNER, head=ChainHead(3, more[0].hash)) is None


ALTERED: dict[str, Callable[[Event], object]] = {
    "owner": lambda event: event.owner + "X",
    "kind": lambda _: EventKind.CASE_DECIDED.value,
    "occurred_at": lambda _: "2026-11-21T03:04:01Z",
    "recorded_at": lambda _: "2026-11-22T03:04:06Z",
    "actor": lambda _: "staff:somebody.else",
    "department": lambda _: "market",
    "data": lambda event: {**event.data, "number": 99},
    "prev_hash": lambda _: "f" * 64,
    "hash": lambda _: "e" * 64,
}


def every_field_of_every_event() -> Iterator[tuple[int, str]]:
    for index in range(4):
        for name in ALTERED:
            yield index, name


def test_the_table_of_alterations_names_every_field_but_the_key_and_the_texts() -> None:
    assert {field.name for field in fields(Event)} - set(ALTERED) == {"seq", "texts"}


def test_an_altered_field_is_found_at_its_event() -> None:
    events, head = a_chain()

    def found(index: int, name: str) -> ChainFault | None:
        changed = replace(events[index], **{name: ALTERED[name](events[index])})  # type: ignore[arg-type]
        return first_fault([*events[:index], changed, *events[index + 1 :]], owner=OWNER, head=head)

    assert {
        (index, name): fault
        for index, name in every_field_of_every_event()
        if (fault := found(index, name)) != ChainFault(index + 1, FaultReason.CONTENT)
    } == {}


@pytest.mark.parametrize("index", range(4))
def test_a_field_altered_with_its_hash_made_to_match_is_found_by_what_follows(index: int) -> None:
    events, head = a_chain()
    before = ChainHead(events[index].seq - 1, events[index].prev_hash)
    forged = chained([a_fact(50)], owner=OWNER, head=before, recorded_at=AT)[0]
    altered = [forged if place == index else event for place, event in enumerate(events)]

    expected = ChainFault(4, FaultReason.CONTENT) if index == 3 else ChainFault(index + 2, FaultReason.LINK)
    assert first_fault(altered, owner=OWNER, head=head) == expected


@pytest.mark.parametrize("index", range(4))
def test_a_dropped_event_is_found(index: int) -> None:
    events, head = a_chain()
    dropped = [event for place, event in enumerate(events) if place != index]

    expected = FaultReason.TAIL if index == 3 else FaultReason.MISSING
    assert first_fault(dropped, owner=OWNER, head=head) == ChainFault(index + 1, expected)


@pytest.mark.parametrize("index", range(3))
def test_two_events_whose_places_were_swapped_are_found(index: int) -> None:
    events, head = a_chain()
    swapped = list(events)
    swapped[index] = replace(events[index + 1], seq=index + 1)
    swapped[index + 1] = replace(events[index], seq=index + 2)

    assert first_fault(swapped, owner=OWNER, head=head) == ChainFault(index + 1, FaultReason.CONTENT)


@pytest.mark.parametrize("index", range(5))
def test_an_inserted_event_is_found(index: int) -> None:
    events, head = a_chain()
    before = ChainHead(index, events[index - 1].hash if index else "0" * 64)
    inserted = chained([a_fact(59)], owner=OWNER, head=before, recorded_at=AT)[0]
    pushed = [replace(event, seq=event.seq + 1) for event in events[index:]]

    fault = first_fault([*events[:index], inserted, *pushed], owner=OWNER, head=head)

    expected = FaultReason.BEYOND if index == 4 else FaultReason.CONTENT
    assert fault == ChainFault(index + 1 if index == 4 else index + 2, expected)


def test_an_altered_text_is_found() -> None:
    events, head = a_chain()
    altered = [replace(event, texts={"reason": "别的原因"}) if event.seq == 2 else event for event in events]

    assert first_fault(altered, owner=OWNER, head=head) == ChainFault(2, FaultReason.TEXT)


def test_a_text_added_to_an_event_that_had_none_is_found() -> None:
    bare = replace(a_fact(), texts={})
    event = chained([bare], owner=OWNER, head=ChainHead(), recorded_at=AT)[0]

    fault = first_fault([replace(event, texts={"reason": "后加"})], owner=OWNER, head=ChainHead(1, event.hash))

    assert fault == ChainFault(1, FaultReason.TEXT)


def test_a_text_deleted_by_law_leaves_the_chain_whole() -> None:
    events, head = a_chain()
    deleted = [replace(event, texts={}) for event in events]

    assert first_fault(deleted, owner=OWNER, head=head) is None


def test_the_digest_of_a_text_is_its_sha256() -> None:
    assert digest("诺") == hashlib.sha256("诺".encode()).hexdigest()
