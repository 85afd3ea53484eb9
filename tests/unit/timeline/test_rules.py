"""A timeline from which nothing can be taken, and to which nothing can be added, unseen."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.timeline.chain import chained, first_fault, new_salt, text_digest
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


SALT = "00112233445566778899aabbccddeeff"


def a_chain(length: int = 4) -> tuple[tuple[Event, ...], ChainHead]:
    events = chained([a_fact(number) for number in range(length)], owner=OWNER, head=ChainHead(), recorded_at=AT)
    return events, ChainHead(events[-1].seq, events[-1].hash)


def test_the_hash_is_the_sha256_of_the_canonical_json_of_all_other_fields() -> None:
    event = chained([a_fact()], owner=OWNER, head=ChainHead(), recorded_at=AT, make_salt=lambda: SALT)[0]

    canonical = json.dumps(
        {
            "actor": "subject:k1.aa",
            "data": {
                "nested": {"list": [1, "二", True]},
                "number": 1,
                "text_digests": {"reason": "ed78cc8b067234325eb515f6fc6ff4d9a95484e31cfe3a68b71fca6a5f8bd9bc"},
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


def test_the_table_of_alterations_names_every_field_but_the_key_the_texts_and_their_salts() -> None:
    assert {field.name for field in fields(Event)} - set(ALTERED) == {"seq", "texts", "salts"}


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

    added = replace(event, texts={"reason": "后加"}, salts={"reason": SALT})

    assert first_fault([added], owner=OWNER, head=ChainHead(1, event.hash)) == ChainFault(1, FaultReason.TEXT)


def test_a_text_deleted_by_law_with_its_salt_leaves_the_chain_whole() -> None:
    events, head = a_chain()
    deleted = [replace(event, texts={}, salts={}) for event in events]

    assert first_fault(deleted, owner=OWNER, head=head) is None


@pytest.mark.parametrize("salts", [{}, {"reason": SALT}, {"reason": ""}, {"reason": "no salt"}, {"reason": "盐"}])
def test_a_text_without_its_own_salt_is_found(salts: dict[str, str]) -> None:
    events, head = a_chain()
    altered = [replace(event, salts=salts) if event.seq == 2 else event for event in events]

    assert first_fault(altered, owner=OWNER, head=head) == ChainFault(2, FaultReason.TEXT)


def test_a_text_that_cannot_be_written_as_utf_8_is_found_like_any_other() -> None:
    events, head = a_chain()
    altered = [replace(event, texts={"reason": "\ud800"}) if event.seq == 2 else event for event in events]

    assert first_fault(altered, owner=OWNER, head=head) == ChainFault(2, FaultReason.TEXT)


def test_a_character_moved_from_the_text_into_its_salt_is_found() -> None:
    events, head = a_chain()
    event = events[0]
    moved = replace(
        event,
        texts={"reason": event.texts["reason"][1:]},
        salts={"reason": event.salts["reason"] + event.texts["reason"][0].encode().hex()},
    )

    assert first_fault([moved, *events[1:]], owner=OWNER, head=head) == ChainFault(1, FaultReason.TEXT)


def test_the_digest_of_a_text_is_its_hmac_under_the_salt() -> None:
    assert text_digest("诺", salt=SALT) == "51d89d0865e1ffc104fcaa940e699750ffa9be3888cbe9b2fc5e007f07506493"


def test_the_same_text_twice_has_two_digests_that_nobody_can_compare() -> None:
    same = replace(a_fact(), texts={"reason": "13800000000", "answer": "13800000000"})

    events = chained([same, same], owner=OWNER, head=ChainHead(), recorded_at=AT)

    digests = [said for event in events for said in event.data["text_digests"].values()]  # type: ignore[union-attr]
    assert len(set(digests)) == 4
    assert hashlib.sha256(b"13800000000").hexdigest() not in digests


def test_a_salt_is_of_128_bits_and_never_the_same_again() -> None:
    salts = {new_salt() for _ in range(1000)}

    assert len(salts) == 1000
    assert {len(bytes.fromhex(salt)) for salt in salts} == {16}


PAGE = (Path(__file__).parents[3] / "docs" / "timeline.md").read_text(encoding="utf-8")


def event_shown() -> dict[str, Any]:
    """The event that is written out on the page for strangers."""
    found: dict[str, Any] = json.loads(re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0])
    return found


def test_the_page_for_strangers_shows_an_event_that_the_service_would_write() -> None:
    written = chained(
        [
            NewEvent(
                kind=EventKind.ALERT_ACKNOWLEDGED,
                occurred_at=AT,
                actor="staff:officer.traffic",
                department="traffic",
                data={"expected_on": "2026-11-27"},
                texts={"reason": "材料多,正在核对。"},
            )
        ],
        owner="case:EXAMPLE",
        head=ChainHead(),
        recorded_at=AT,
        make_salt=lambda: SALT,
    )[0]

    assert event_shown() == {field.name: getattr(written, field.name) for field in fields(Event)}


def test_a_stranger_recomputes_the_event_on_that_page_with_what_it_says() -> None:
    event = event_shown()
    texts, salts, own = event.pop("texts"), event.pop("salts"), event.pop("hash")
    canonical = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert f"```text\n{canonical}\n```" in PAGE
    assert hashlib.sha256(canonical.encode()).hexdigest() == own
    assert event["data"]["text_digests"] == {
        name: hmac.digest(bytes.fromhex(salts[name]), text.encode(), "sha256").hex() for name, text in texts.items()
    }
