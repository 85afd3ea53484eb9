"""Which values are contacts, which codes confirm them, and what changes with each act of the person (联系方式)."""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.messages.model.contacts import AskedCode, Contact, ContactPoint, ContactSource, Reach
from chalicelib.messages.model.messages import Channel
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.subjects.rules.contacts import email_of, phone_of, takes_sms

CODE_LIVES: Final = timedelta(minutes=10)
DIGITS: Final = 6
MASK: Final = "****"
SHOWN: Final = 4
HOME: Final = "+86"


def value_of(channel: Channel, text: str) -> str | None:
    """Return a value as it is kept, or ``None`` for what is none; an SMS (短信) goes to mobile numbers only."""
    if channel is Channel.EMAIL:
        return email_of(text)
    phone = phone_of(text)
    return phone if phone is not None and takes_sms(phone) else None


def require_value(channel: Channel, text: str) -> str:
    """Return a value as it is kept; ``INVALID_BODY`` at ``/value`` for what is none."""
    value = value_of(channel, text)
    if value is None:
        code = "email_invalid" if channel is Channel.EMAIL else "mobile_invalid"
        raise DomainError(ErrorCode.INVALID_BODY, faults=[FieldError(pointer="/value", detail=code, code=code)])
    return value


def masked(channel: Channel, value: str) -> str:
    """Return enough of a value for its owner to know it by: ``138****8000``, ``z****@example.com``."""
    if channel is Channel.EMAIL:
        name, _, domain = value.rpartition("@")
        return f"{name[0]}{MASK}@{domain}"
    number = value.removeprefix(HOME)
    return f"{number[: -2 * SHOWN]}{MASK}{number[-SHOWN:]}"


def digest_of(subject: SubjectKey, value: str, *, key: bytes) -> str:
    """Return the keyed digest of a person's value: two persons with one number cannot be told to share it."""
    return hmac.digest(key, f"contact\n{subject}\n{value}".encode(), "sha256").hex()


def listed_under(phone: str, *, key: bytes) -> str:
    """Return under what those who have confirmed a phone number are listed: nobody without the key can guess it."""
    digest = hmac.digest(key, f"phone\n{phone}".encode(), "sha256")
    return f"phone:{digest.hex()}"


def listed_as(subject: SubjectKey, phone: str, *, key: bytes) -> str:
    """Return as what somebody is listed there; it is in no other row, so that nothing leads from there to them."""
    digest = hmac.digest(key, f"phone owner\n{subject}\n{phone}".encode(), "sha256")
    return f"owner:{digest.hex()}"


def code_of(subject: SubjectKey, asked: AskedCode, *, key: bytes) -> str:
    """Return the six digits that confirm a value; they follow from the key and are stored nowhere."""
    digest = hmac.digest(key, f"contact code\n{subject}\n{asked.code_id}\n{asked.digest}".encode(), "sha256")
    return str(int.from_bytes(digest) % 10**DIGITS).zfill(DIGITS)


def ask(  # noqa: PLR0913 - a value with all that is known of it
    contact: Contact, reach: Reach, channel: Channel, value: str, *, digest: str, code_id: str, at: datetime
) -> tuple[Contact, Reach]:
    """Return the contacts with a value that waits for its code; it replaces one that waited on the channel before."""
    asked = AskedCode(
        channel=channel, masked=masked(channel, value), digest=digest, code_id=code_id, expires_at=at + CODE_LIVES
    )
    others = tuple(one for one in contact.asked if one.channel is not channel)
    return replace(contact, asked=(*others, asked)), replace(reach, asked={**reach.asked, channel: value})


def require_code(contact: Contact, channel: Channel, code: str, *, key: bytes, at: datetime) -> AskedCode:
    """Return what a code confirms; ``CONTACT_CODE_EXPIRED`` if nothing waits, ``CONTACT_CODE_WRONG`` for another."""
    asked = contact.asked_on(channel)
    if asked is None or at >= asked.expires_at:
        raise DomainError(ErrorCode.CONTACT_CODE_EXPIRED)
    if not hmac.compare_digest(code_of(contact.subject, asked, key=key).encode(), code.encode()):
        raise DomainError(ErrorCode.CONTACT_CODE_WRONG)
    return asked


def confirm(contact: Contact, reach: Reach, asked: AskedCode, *, at: datetime) -> tuple[Contact, Reach]:
    """Return the contacts with a value that its code has confirmed; who confirms it agrees to the channel."""
    point = ContactPoint(
        channel=asked.channel,
        masked=asked.masked,
        digest=asked.digest,
        source=ContactSource.GIVEN,
        confirmed_at=at,
        version=contact.versions + 1,
        consented_at=at,
    )
    return with_point(contact, reach, point, reach.asked[asked.channel])


def vouch(
    contact: Contact, reach: Reach, channel: Channel, value: str, *, digest: str, at: datetime
) -> tuple[Contact, Reach]:
    """Return the contacts with a value of the identity platform; consent stays as it was, given or not."""
    before = contact.point(channel)
    point = ContactPoint(
        channel=channel,
        masked=masked(channel, value),
        digest=digest,
        source=ContactSource.PLATFORM,
        confirmed_at=at,
        version=contact.versions + 1,
        consented_at=None if before is None else before.consented_at,
        withdrawn_at=None if before is None else before.withdrawn_at,
    )
    return with_point(contact, reach, point, value)


def is_news(contact: Contact, channel: Channel, digest: str) -> bool:
    """Whether a value of the platform replaces what is there; what the person has given or removed themselves stays."""
    point = contact.point(channel)
    if point is None:
        return channel not in contact.taken_away
    return point.source is ContactSource.PLATFORM and point.digest != digest


def with_point(contact: Contact, reach: Reach, point: ContactPoint, value: str) -> tuple[Contact, Reach]:
    """Return the contacts with a confirmed value in place of whatever stood or waited on its channel."""
    bare, left = without(contact, reach, point.channel)
    confirmed = {**left.confirmed, point.channel: value}
    kept_away = tuple(one for one in bare.taken_away if one is not point.channel)
    there = replace(bare, points=(*bare.points, point), versions=point.version, taken_away=kept_away)
    return there, replace(left, confirmed=confirmed)


def take_away(contact: Contact, reach: Reach, channel: Channel) -> tuple[Contact, Reach]:
    """Return the contacts after the person has removed a channel, so that no login brings it back."""
    bare, left = without(contact, reach, channel)
    was_there = contact.point(channel) is not None
    return (replace(bare, taken_away=(*bare.taken_away, channel)) if was_there else bare), left


def without(contact: Contact, reach: Reach, channel: Channel) -> tuple[Contact, Reach]:
    """Return the contacts without a channel: nothing of it is kept."""
    return (
        replace(
            contact,
            points=tuple(one for one in contact.points if one.channel is not channel),
            asked=tuple(one for one in contact.asked if one.channel is not channel),
        ),
        Reach(
            confirmed={other: value for other, value in reach.confirmed.items() if other is not channel},
            asked={other: value for other, value in reach.asked.items() if other is not channel},
        ),
    )


def with_consent(contact: Contact, channel: Channel, *, at: datetime) -> Contact:
    """Return the contacts with consent to a channel from now on; ``NOT_FOUND`` without a contact on it."""
    point = _required(contact, channel)
    return contact if point.has_consent else _with(contact, replace(point, consented_at=at, withdrawn_at=None))


def withdraw_consent(contact: Contact, channel: Channel, *, at: datetime) -> Contact:
    """Return the contacts with consent withdrawn (撤回同意, PIPL 15); ``NOT_FOUND`` without a contact on it."""
    point = _required(contact, channel)
    return _with(contact, replace(point, withdrawn_at=at)) if point.has_consent else contact


def _required(contact: Contact, channel: Channel) -> ContactPoint:
    point = contact.point(channel)
    if point is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return point


def _with(contact: Contact, point: ContactPoint) -> Contact:
    others = tuple(one for one in contact.points if one.channel is not point.channel)
    return replace(contact, points=(*others, point))
