"""What is told of a flag, to whom, under which name, and what an answer changes."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.alerts.model.webhooks import Notice, Topic
from chalicelib.clock import instant_from, instant_text
from chalicelib.credit.model.records import Effect
from chalicelib.sanctions.model.flag_notices import Change, FlagNotice, Subscription
from chalicelib.sanctions.model.flags import Flag, FlagState
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

TOLD: Mapping[str, Change] = {
    EventKind.FLAG_CONFIRMED.value: Change.IN_FORCE,
    EventKind.FLAG_RESUMED.value: Change.IN_FORCE,
    EventKind.FLAG_LIFTED.value: Change.LIFTED,
    EventKind.FLAG_ENDED.value: Change.ENDED,
    EventKind.FLAG_SUSPENDED.value: Change.SUSPENDED,
    EventKind.FLAG_OBJECTED.value: Change.OBJECTED,
    EventKind.FLAG_OBJECTION_ENDED.value: Change.OBJECTION_ENDED,
}
"""Which events of a flag other departments hear of."""

WITHOUT_EFFECT = frozenset({FlagState.PROPOSED.value, FlagState.SERVED.value, FlagState.ANSWERED.value})
"""What a flag may have been before its end without anybody having heard of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What an event says of a flag; ``name`` is the event's own, the same whenever it comes."""

    name: str
    flag_id: str
    flag_seq: int
    change: Change
    changed_at: datetime


def news(event: Event) -> News | None:
    """Return what departments must hear of an event; a flag that never had effect has no end to tell of."""
    change = TOLD.get(event.kind)
    kind, _, flag_id = event.owner.partition(":")
    if change is None or kind != "flag" or event.data.get("was") in WITHOUT_EFFECT:
        return None
    return News(
        name=event.id,
        flag_id=flag_id,
        flag_seq=event.seq,
        change=change,
        changed_at=instant_from(event.occurred_at),
    )


def flag_notice_id(heard: News, subscription_id: str) -> str:
    """Name a notice by event and subscription: the same pair, however often it comes, is the same notice."""
    return hashlib.sha256(f"{heard.name}\n{subscription_id}".encode()).hexdigest()[:32]


def notice_for(heard: News, flag: Flag, subscription: Subscription, *, at: datetime) -> FlagNotice:
    """Return what a subscription is told next: nothing of the person, nor of the file behind the flag."""
    return FlagNotice(
        flag_notice_id=flag_notice_id(heard, subscription.subscription_id),
        subscription_id=subscription.subscription_id,
        department=subscription.department,
        number=subscription.last + 1,
        flag_id=heard.flag_id,
        flag_seq=heard.flag_seq,
        change=heard.change,
        subject=flag.subject,
        office=flag.department,
        measure_code=flag.measure_code,
        measure=flag.measure,
        edition=flag.edition,
        effect=Effect.NONE if flag.is_paused else flag.effect,
        basis=flag.basis,
        items=tuple(item for item in flag.related_items if item in subscription.items),
        starts_on=flag.starts_on,
        ends_on=flag.ends_on,
        changed_at=heard.changed_at,
        told_at=at,
    )


def pseudonym(subject: SubjectKey, subscription_id: str, *, key: bytes) -> str:
    """Return the name under which one subscription hears of a subject, and no other one does.

    Two systems cannot join what they were told, and neither learns the key by which the service names the subject.
    """
    return hmac.digest(key, f"telling\n{subscription_id}\n{subject}".encode(), hashlib.sha256).hex()


def data_of(flag_notice: FlagNotice, *, key: bytes) -> dict[str, str | int | None]:
    """Return what a system reads, in a webhook and when it asks: what stands, and not what is to be done."""
    return {
        "flag_notice_id": flag_notice.flag_notice_id,
        "subscription_id": flag_notice.subscription_id,
        "number": flag_notice.number,
        "flag_id": flag_notice.flag_id,
        "flag_seq": flag_notice.flag_seq,
        "state": flag_notice.change.value,
        "subject": pseudonym(flag_notice.subject, flag_notice.subscription_id, key=key),
        "measure_code": flag_notice.measure_code,
        "measure": flag_notice.measure,
        "edition": flag_notice.edition,
        "effect": flag_notice.effect.value,
        "basis": flag_notice.basis,
        "items": ",".join(flag_notice.items),
        "starts_on": flag_notice.starts_on.isoformat(),
        "ends_on": flag_notice.ends_on.isoformat(),
        "changed_at": instant_text(flag_notice.changed_at),
    }


def notice_of(flag_notice: FlagNotice, *, key: bytes) -> Notice:
    """Return the notice as a webhook carries it."""
    return Notice(
        topic=Topic.FLAG_TOLD,
        name=flag_notice.flag_notice_id,
        subject=f"flag:{flag_notice.flag_id}",
        department=flag_notice.department,
        at=flag_notice.told_at,
        data=data_of(flag_notice, key=key),
    )


def acknowledged(flag_notice: FlagNotice, *, by: str, at: datetime) -> FlagNotice:
    """Return the notice answered for; that closes its incident if one was open."""
    return replace(flag_notice, acknowledged_at=at, acknowledged_by=by)


def left_unanswered(flag_notice: FlagNotice, *, at: datetime) -> FlagNotice:
    """Return the notice with an incident open: a system may still serve what has ended (R3.8)."""
    return replace(flag_notice, incident_at=at)
