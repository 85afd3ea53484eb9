"""The re-evaluation of live flags, to suspend those without support or to preview which would be (R2.10)."""

from datetime import date, datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.services.expiry import CreditExpiry
from chalicelib.dynamo.transaction import ConflictError, Transaction, retry_on_conflict, transaction
from chalicelib.logging import logger
from chalicelib.sanctions.model.editions import Evaluation, EvaluationState, Losing, Place, Preview
from chalicelib.sanctions.model.flags import Flag, FlagState, MeasureList, Suspension
from chalicelib.sanctions.rules import flags as flag_rules
from chalicelib.sanctions.rules import measures as listed
from chalicelib.sanctions.rules.editions import advance
from chalicelib.sanctions.store.editions import EvaluationStore, LoadedLists
from chalicelib.sanctions.store.flags import SHARDS, FlagStore
from chalicelib.timeline.event_types import EventKind

PAGE = 100
"""The flags of a batch, after which the progress is saved."""

BATCHES_AT_ONCE = 5
"""The batches per sweep, few enough to finish within a minute even if every flag is suspended."""

LOOKED_AT_ONCE = 500
"""The most flags that a page of a preview checks; it may be short or empty, and still have a next page."""


class EvaluationIncompleteError(RuntimeError):
    """Some flags could not be evaluated; the others were, and the log says which failed."""


class ReEvaluation:
    """Re-evaluates flags and previews the result."""

    def __init__(
        self,
        store: EvaluationStore,
        flags: FlagStore,
        lists: LoadedLists,
        *,
        credit: CreditExpiry,
    ) -> None:
        """Take the stores, and the credit summaries that change with the flags."""
        self._store = store
        self._flags = flags
        self._lists = lists
        self._credit = credit

    def of(self, edition: str) -> Evaluation | None:
        """Return the re-evaluation for an edition."""
        return self._store.of(edition)

    def begin(self, evaluation: Evaluation, tx: Transaction) -> None:
        """Save a new re-evaluation."""
        self._store.save(evaluation, tx)

    def step(self, owner: str, _kind: str, at: datetime) -> None:
        """Continue for the sweep with a few batches; raises an error at the end if a flag could not be evaluated."""
        edition = owner.partition(":")[2]
        for _ in range(BATCHES_AT_ONCE):
            before = self._store.of(edition)
            if before is None or before.next_at is None or before.next_at > at:
                return
            after = self.go_on(before, at=at)
            if after is None:
                return
            if after.failed > before.failed:
                message = f"{after.failed - before.failed} flags could not be held against the list"
                raise EvaluationIncompleteError(message)

    def go_on(self, evaluation: Evaluation, *, at: datetime) -> Evaluation | None:
        """Evaluate one batch and save the progress; returns None if another process was faster."""
        if evaluation.state is EvaluationState.DONE or evaluation.next_at is None or evaluation.next_at > at:
            return evaluation
        self._lists.refresh()
        today = day_in_shanghai(at)
        edition = listed.list_in_force(self._lists.current(), on=today)
        flags, place = self._batch(evaluation.place, since=today)
        suspended = failed = 0
        for flag in flags:
            try:
                suspended += bool(_losing(flag, edition, on=today)) and self._suspend(flag.flag_id, edition, at)
            except Exception as error:  # noqa: BLE001 - one poisoned row must not keep the others from being looked at
                failed += 1
                logger("evaluation").exception("flag_not_evaluated", flag=flag.flag_id, error=type(error).__name__)
        following = advance(evaluation, place, looked_at=len(flags), suspended=suspended, failed=failed, at=at)
        try:
            with transaction() as tx:
                self._store.save(following, tx)
        except ConflictError:
            return None
        return following

    def preview(self, edition: MeasureList, *, on: date, limit: int, after: Place | None) -> Preview:
        """Return a page of the flags that an edition would suspend, in the order of a re-evaluation; writes nothing."""
        place: Place | None = after or Place()
        losing: list[Losing] = []
        looked_at = 0
        while place is not None and len(losing) < limit and looked_at < LOOKED_AT_ONCE:
            flags, place = self._page(place, since=on, limit=min(PAGE, limit - len(losing)))
            looked_at += len(flags)
            losing.extend(one for flag in flags if (one := _losing(flag, edition, on=on)))
        return Preview(looked_at=looked_at, losing=tuple(losing), after=place)

    @retry_on_conflict
    def _suspend(self, flag_id: str, edition: MeasureList, at: datetime) -> bool:
        """Suspend one flag with its event; returns whether this call did."""
        before = self._flags.load(flag_id)
        losing = _losing(before, edition, on=day_in_shanghai(at))
        if losing is None:
            return False
        suspension = Suspension(suspended_at=at, edition=edition.edition, grounds=losing.grounds)
        after = flag_rules.suspend(before, suspension)
        event = flag_rules.suspension_event(before, suspension)
        with transaction() as tx:
            self._credit.take_flag_out(before.subject, flag_id, EventKind.FLAG_SUSPENDED, at=at, tx=tx)
            self._flags.save(before, after, [event], at=at, tx=tx)
        return True

    def _batch(self, begin: Place, *, since: date) -> tuple[list[Flag], Place | None]:
        """Return the next flags to evaluate, across as many shards as needed."""
        place: Place | None = begin
        flags: list[Flag] = []
        while place is not None and len(flags) < PAGE:
            more, place = self._page(place, since=since, limit=PAGE - len(flags))
            flags.extend(more)
        return flags, place

    def _page(self, place: Place, *, since: date, limit: int) -> tuple[tuple[Flag, ...], Place | None]:
        page = self._flags.live(place.shard, since=since, limit=limit, after=place.key)
        if page.after is not None:
            return page.items, Place(place.shard, page.after)
        return page.items, Place(place.shard + 1) if place.shard + 1 < SHARDS else None


def _losing(flag: Flag, edition: MeasureList, *, on: date) -> Losing | None:
    """Return the grounds on which an edition does not support an active flag, or None if it does."""
    if flag.state is not FlagState.ACTIVE:
        return None
    grounds = listed.lost_grounds(flag, edition, on=on)
    return Losing(flag=flag, grounds=grounds) if grounds else None
