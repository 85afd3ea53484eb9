"""Contacts (联系方式): how a person may be reached beside the portal, and what they have agreed to."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from chalicelib.messages.model.messages import Channel
from chalicelib.subjects.model.subjects import SubjectKey

Language: TypeAlias = Literal["zh", "en"]

REACHING = (Channel.SMS, Channel.EMAIL)
"""The channels that need a contact, in the order in which they are shown and used."""


class ContactSource(StrEnum):
    """Whose word a contact is: the identity platform's (统一身份认证平台), or the person's own, confirmed by a code."""

    PLATFORM = "platform"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """A confirmed phone number or address; the value itself is encrypted and stands elsewhere.

    ``digest`` is keyed and tells whether a value is the same; ``version`` grows with each new value of the person, so
    that nothing meant for one value is sent to another. Consent (同意) is to being told of one's matters on this
    channel; what the law demands is told without it.
    """

    channel: Channel
    masked: str
    digest: str
    source: ContactSource
    confirmed_at: datetime
    version: int
    consented_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def has_consent(self) -> bool:
        """Whether the person agrees to the channel now."""
        return self.consented_at is not None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCode:
    """A value that waits for its code (验证码); the code follows from ``code_id`` and a key and is kept nowhere."""

    channel: Channel
    masked: str
    digest: str
    code_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person's contacts. ``language`` is the one in which they are told; ``rev`` is 0 before anything is stored.

    ``taken_away`` are the channels whose contact the person has removed: the platform's word brings none back.
    """

    subject: SubjectKey
    language: Language = "zh"
    points: tuple[ContactPoint, ...] = ()
    asked: tuple[AskedCode, ...] = ()
    taken_away: tuple[Channel, ...] = ()
    versions: int = 0
    rev: int = 0

    def point(self, channel: Channel) -> ContactPoint | None:
        """Return the confirmed contact on a channel."""
        return next((point for point in self.points if point.channel is channel), None)

    def asked_on(self, channel: Channel) -> AskedCode | None:
        """Return what waits for its code on a channel."""
        return next((asked for asked in self.asked if asked.channel is channel), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The values themselves by channel, confirmed and asked: personal data, shown by no traceback."""

    confirmed: dict[Channel, str] = field(default_factory=dict, repr=False)
    asked: dict[Channel, str] = field(default_factory=dict, repr=False)
