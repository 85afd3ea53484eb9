"""Chaining events by hash, and checking a chain."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from json import JSONEncoder

from chalicelib.clock import instant_text
from chalicelib.timeline.events import ChainFault, ChainHead, Event, FaultReason, Json, NewEvent

TEXT_DIGESTS = "text_digests"
"""The key in an event's data that holds the digests of its texts."""

SALT_BYTES = 16
"""As many as a key has: whoever lacks the salt has nothing against which to try a guess."""

_BY_CODE_POINT = JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_AS_IT_STANDS = JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def new_salt() -> str:
    """Return a random salt as 32 hexadecimal characters."""
    return secrets.token_hex(SALT_BYTES)


def text_digest(text: str, *, salt: str) -> str:
    """Return the hexadecimal HMAC-SHA256 of a text's UTF-8 bytes, with the salt's bytes as the key.

    ``ValueError`` for a salt that is not hexadecimal.
    """
    return hmac.digest(bytes.fromhex(salt), text.encode(errors="surrogatepass"), "sha256").hex()


def chained(
    new_events: Sequence[NewEvent],
    *,
    owner: str,
    head: ChainHead,
    recorded_at: datetime,
    make_salt: Callable[[], str] = new_salt,
) -> tuple[Event, ...]:
    """Return these events with their places in the chain after ``head``, in the order given.

    Each text gets a salt of its own from ``make_salt``.
    """
    events: list[Event] = []
    for new in new_events:
        data: dict[str, Json] = dict(new.data)
        salts = {name: make_salt() for name in new.texts}
        if new.texts:
            data[TEXT_DIGESTS] = {name: text_digest(text, salt=salts[name]) for name, text in new.texts.items()}
        fields: dict[str, Json] = {
            "owner": owner,
            "seq": head.seq + 1,
            "kind": new.kind.value,
            "occurred_at": instant_text(new.occurred_at),
            "recorded_at": instant_text(recorded_at),
            "actor": new.actor,
            "department": new.department,
            "data": data,
            "prev_hash": head.hash,
        }
        own = _hash(fields)
        events.append(
            Event(
                owner=owner,
                seq=head.seq + 1,
                kind=new.kind.value,
                occurred_at=instant_text(new.occurred_at),
                recorded_at=instant_text(recorded_at),
                actor=new.actor,
                department=new.department,
                data=data,
                prev_hash=head.hash,
                hash=own,
                texts=new.texts,
                salts=salts,
            ),
        )
        head = ChainHead(head.seq + 1, own)
    return tuple(events)


def first_fault(  # noqa: PLR0911 - one return a way in which a chain can be broken
    events: Sequence[Event], *, owner: str, head: ChainHead
) -> ChainFault | None:
    """Recompute a whole chain; return the first event that cannot be trusted, ``None`` if all can.

    ``head`` is the end of the chain according to the owner's own row, so a truncated chain is detected too. A text
    that is missing with its salt was deleted by law and leaves the chain valid; one that was altered, or has lost its
    salt alone, does not.
    """
    previous = ChainHead()
    for event in events:
        if event.seq != previous.seq + 1:
            return ChainFault(previous.seq + 1, FaultReason.MISSING)
        if event.owner != owner or event.hash != _hash(_hashed_fields(event)):
            return ChainFault(event.seq, FaultReason.CONTENT)
        if event.prev_hash != previous.hash:
            return ChainFault(event.seq, FaultReason.LINK)
        if not _texts_match(event):
            return ChainFault(event.seq, FaultReason.TEXT)
        if event.seq > head.seq:
            return ChainFault(event.seq, FaultReason.BEYOND)
        previous = ChainHead(event.seq, event.hash)
    if previous.seq < head.seq:
        return ChainFault(previous.seq + 1, FaultReason.TAIL)
    if previous.hash != head.hash:
        return ChainFault(previous.seq, FaultReason.CONTENT)
    return None


def _hashed_fields(event: Event) -> dict[str, Json]:
    return {
        "owner": event.owner,
        "seq": event.seq,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "department": event.department,
        "data": event.data,
        "prev_hash": event.prev_hash,
    }


def _hash(fields: Mapping[str, Json]) -> str:
    return hashlib.sha256(canonical(fields)).hexdigest()


def canonical(value: Json) -> bytes:
    """Return RFC 8785 canonical JSON.

    Without floats, which ``Json`` excludes, it is what the standard library writes with sorted keys, in a fraction of
    the time that a pure Python library takes. Only keys beyond the Basic Multilingual Plane sort differently, by
    UTF-16 code units. It never raises, so that an altered event is detected whatever it contains.
    """
    text = _BY_CODE_POINT.encode(value)
    if len(text.encode("utf-16-be", "surrogatepass")) != 2 * len(text):
        text = _AS_IT_STANDS.encode(_in_order(value))
    return text.encode(errors="surrogatepass")


def _in_order(value: Json) -> Json:
    """Sort keys by UTF-16 code units at every depth (RFC 8785, 3.2.3)."""
    match value:
        case Mapping():
            names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
            return {name: _in_order(value[name]) for name in names}
        case list() | tuple():
            return [_in_order(one) for one in value]
        case _:
            return value


def _texts_match(event: Event) -> bool:
    digests = event.data.get(TEXT_DIGESTS)
    if not event.texts:
        return True
    if not isinstance(digests, Mapping):
        return False
    try:
        return all(digests.get(name) == text_digest(text, salt=event.salts[name]) for name, text in event.texts.items())
    except (KeyError, ValueError):
        return False
