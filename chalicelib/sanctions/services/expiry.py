"""The daily expiry of flags: those whose last day has passed are ended, and this is recorded."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import FlagMark
from chalicelib.credit.rules.expiry import ACTOR
from chalicelib.credit.services.expiry import CreditExpiry
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.sanctions.rules import flags as rules
from chalicelib.sanctions.store.flags import SHARDS, FlagStore
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.walks.model import Place, Step
from chalicelib.walks.services import step_over

MOST_FLAGS = 1_000
"""How many flags of one subject are read at most."""

PAGE = 100
"""How many flags of a shard one step ends."""

PARTS = tuple(str(shard) for shard in range(SHARDS))


class FlagExpiry:
    """Expires flags; whether one has effect always follows from its dates, not from this job."""

    def __init__(self, store: FlagStore, credit: CreditExpiry) -> None:
        """Take the flags, and the credit summaries that change with them."""
        self._store = store
        self._credit = credit

    def expire(self, _about: str, shard: str, place: Place, at: datetime) -> Step:
        """End the next flags of a shard that have expired, as a step of a walk; safe to repeat, late or at once."""
        ended = self._store.ended(int(shard), on=day_in_shanghai(at), limit=PAGE, after=place or None)
        return step_over(ended, lambda flag_id: self._end(flag_id, at), named="flag:{}".format)

    def marks_of(self, subject: SubjectKey, known: Sequence[str]) -> tuple[FlagMark, ...]:
        """Return the flags that a subject's summary should hold; ``known`` are the ids it holds now."""
        page = self._store.of_subject(subject, limit=MOST_FLAGS)
        names = {flag.flag_id for flag in page.items if flag.state is FlagState.ACTIVE} | set(known)
        flags = [flag for name in sorted(names) if (flag := self._store.find(name)) and flag.subject == subject]
        return tuple(rules.mark_of(flag) for flag in flags if flag.state is FlagState.ACTIVE)

    @retry_on_conflict
    def _end(self, flag_id: str, at: datetime) -> bool:
        """End one flag; returns whether this call did."""
        before = self._store.load(flag_id)
        if not rules.has_ended(before, on=day_in_shanghai(at)):
            return False
        after = rules.end(before)
        event = NewEvent(
            kind=EventKind.FLAG_ENDED,
            occurred_at=at,
            actor=ACTOR,
            department=before.department,
            data={"ends_on": before.ends_on.isoformat(), "was": before.state.value},
        )
        with transaction() as tx:
            self._credit.take_flag_out(before.subject, flag_id, EventKind.FLAG_ENDED, at=at, tx=tx)
            self._store.save(before, after, [event], at=at, tx=tx)
        return True
