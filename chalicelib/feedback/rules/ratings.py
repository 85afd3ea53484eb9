"""When a handling may be rated, which ratings are suspicious or bad, and names that need the secret."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chalicelib.cases.model.case import Case
from chalicelib.clock import SHANGHAI, day_in_shanghai, instant_from
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.feedback.model.ratings import Opinion, Rating, Reply, ReplyOutcome, Suspicion
from chalicelib.rulepacks.model.pack import BoundKey, RulePack
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class RatingNames:
    """Names ratings, devices and raters by keyed digests, with a secret that can be rotated.

    With all tables but without the secret, nobody can get from a name to a case, even by trying all cases.
    """

    current_id: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        """Hide the secrets."""
        return f"RatingNames(current_id={self.current_id!r})"

    def of_handling(self, case_no: str, handling: int) -> tuple[str, ...]:
        """Return the possible names of a handling's rating: under the current secret first, then under earlier ones."""
        others = (key_id for key_id in self.keys if key_id != self.current_id)
        return tuple(self._digest(key, "rating", case_no, str(handling)) for key in (self.current_id, *others))

    def of_device(self, origin: str, *, day: date) -> str:
        """Return the name of a device for one day; it changes every day."""
        return self._digest(self.current_id, "device", day.isoformat(), origin)

    def of_rater(self, subject: str, *, origin: str, day: date) -> str:
        """Return a person's name among the raters of one device on one day, used nowhere else."""
        return self._digest(self.current_id, "rater", day.isoformat(), origin, subject)

    def _digest(self, key_id: str, *parts: str) -> str:
        # The purpose comes first, so that no digest for one purpose equals one for another, or a subject key.
        said = "\0".join(("remedies", *parts)).encode()
        return hmac.new(self.keys[key_id], said, hashlib.sha256).hexdigest()[:DIGEST_LENGTH]


def closed_at(case: Case, events: Sequence[Event]) -> datetime:
    """Return when a case was closed (办结), in whatever way; raises ``CASE_NOT_CLOSED`` before that.

    A closing recorded later than it happened counts from its recording, because nobody could have rated before.
    """
    kind, at = _closing(case)
    return max((at, *(instant_from(event.recorded_at) for event in events if event.kind == kind)))


def _closing(case: Case) -> tuple[EventKind, datetime]:
    if case.is_finished:
        if case.delivery is not None:
            return EventKind.CASE_DELIVERED, case.delivery.delivered_at
        if case.revocation is not None:
            return EventKind.CASE_REVOKED, case.revocation.revoked_at
        if case.acceptance is not None:
            return EventKind.CASE_NOT_ACCEPTED, case.acceptance.said_at
    raise DomainError(ErrorCode.CASE_NOT_CLOSED)


def is_bad(level: int, pack: RulePack) -> bool:
    """Whether a level counts as a bad rating (差评), including the pack's bound itself."""
    return level <= pack.bound(BoundKey.BAD_LEVEL)


def suspicions(
    *, is_staff: bool, raters_on_device: int, closed: datetime, at: datetime, pack: RulePack
) -> tuple[Suspicion, ...]:
    """Return why a rating is suspicious (R5.9).

    ``raters_on_device`` includes this one, and suspicious means more than the pack's bound. For the time since closing,
    the bound itself is still too soon.
    """
    too_soon = timedelta(seconds=pack.bound(BoundKey.RATED_TOO_SOON))
    found = {
        Suspicion.STAFF: is_staff,
        Suspicion.DEVICE: raters_on_device > pack.bound(BoundKey.RATERS_PER_DEVICE),
        Suspicion.TOO_SOON: at - closed <= too_soon,
    }
    return tuple(why for why, holds in found.items() if holds)


def told_at(opinion: Opinion, *, at: datetime) -> datetime:
    """Return the instant recorded for a rating; for an anonymous one, the start of the day in Shanghai.

    The exact time could identify the person to whoever knows when they were online.
    """
    if opinion.real_name:
        return at
    return datetime.combine(day_in_shanghai(at), time(), tzinfo=SHANGHAI)


def awaits_reply(rating: Rating, pack: RulePack) -> bool:
    """Whether the department owes a reply: a bad rating under a real name, not yet settled."""
    is_settled = bool(rating.replies) and rating.replies[-1].outcome is not ReplyOutcome.NEEDS_TIME
    return rating.rater is not None and is_bad(rating.level, pack) and not is_settled


def require_complete(reply: Reply) -> None:
    """Raise ``INVALID_BODY`` for a reply that needs time without an expected day, or with one in the past."""
    expected = reply.expected_on
    faults: Sequence[FieldError] = ()
    if reply.outcome is ReplyOutcome.NEEDS_TIME and expected is None:
        faults = (_fault("需要时间的，请写明预计哪一天答复。", "Say on which day it is expected."),)
    elif expected is not None and expected < day_in_shanghai(reply.given_at):
        faults = (_fault("预计的日子不能早于今天。", "This day is over."),)
    if faults:
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)


def _fault(detail: str, english: str) -> FieldError:
    return FieldError(pointer="/expected_on", detail=detail, english=english)
