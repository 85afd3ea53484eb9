"""What notices say about a flag, how they are named, and how acknowledgements change them."""

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
"""The events of a flag that other departments are notified of."""

WITHOUT_EFFECT = frozenset({FlagState.PROPOSED.value, FlagState.SERVED.value, FlagState.ANSWERED.value})
"""States in which a flag has never had effect, so nobody was notified of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChange:
    """The change to a flag that an event reports; ``name`` is the event's id, the same on every delivery."""

    name: str
    flag_id: str
    flag_seq: int
    change: Change
    changed_at: datetime


def flag_change(event: Event) -> FlagChange | None:
    """Return the change to notify; None if there is none or the flag never had effect."""
    change = TOLD.get(event.kind)
    kind, _, flag_id = event.owner.partition(":")
    if change is None or kind != "flag" or event.data.get("was") in WITHOUT_EFFECT:
        return None
    return FlagChange(
        name=event.id,
        flag_id=flag_id,
        flag_seq=event.seq,
        change=change,
        changed_at=instant_from(event.occurred_at),
    )


def flag_notice_id(heard: FlagChange, subscription_id: str) -> str:
    """Return a notice's id, derived from event and subscription, so that repeats give the same notice."""
    return hashlib.sha256(f"{heard.name}\n{subscription_id}".encode()).hexdigest()[:32]


def notice_for(heard: FlagChange, flag: Flag, subscription: Subscription, *, at: datetime) -> FlagNotice:
    """Return a subscription's next notice, which says nothing about the person or the file behind the flag."""
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
    """Return the pseudonym of a subject for one subscription.

    Two systems cannot match their notices, and neither learns the service's own key of the subject.
    """
    return hmac.digest(key, f"telling\n{subscription_id}\n{subject}".encode(), hashlib.sha256).hex()


def data_of(flag_notice: FlagNotice, *, key: bytes) -> dict[str, str | int | None]:
    """Return the notice as a system reads it, by webhook or on request."""
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
    """Return the notice as a webhook message."""
    return Notice(
        topic=Topic.FLAG_TOLD,
        name=flag_notice.flag_notice_id,
        subject=f"flag:{flag_notice.flag_id}",
        department=flag_notice.department,
        at=flag_notice.told_at,
        data=data_of(flag_notice, key=key),
    )


def acknowledge(flag_notice: FlagNotice, *, by: str, at: datetime) -> FlagNotice:
    """Return the notice acknowledged, which closes its incident if one was open."""
    return replace(flag_notice, acknowledged_at=at, acknowledged_by=by)


def open_incident(flag_notice: FlagNotice, *, at: datetime) -> FlagNotice:
    """Return the notice with an incident open: a system may still be applying an ended flag (R3.8)."""
    return replace(flag_notice, incident_at=at)
