"""Whatever has clocks: sweeps, recounts and alerts go on with its timeline, together with others and alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from unittest import mock

import pytest

from chalicelib.clocks.services.recalculation import ClockRecalculation
from chalicelib.clocks.services.shard_sweep import ShardSweep
from chalicelib.clocks.store import shard_of
from chalicelib.container import container
from chalicelib.dynamo.model import connection
from chalicelib.dynamo.transaction import ConflictError
from chalicelib.policy import Role
from chalicelib.timeline.events import NOTHING_BEFORE
from chalicelib.timeline.owners import row_of
from tests.channels import channels
from tests.rights import run_as
from tests.services.alerting import MORNING, inbox, staff
from tests.services.recounts import SETTLED, a_clock, an_edition, load, recounted
from tests.services.timelines import FRIDAY, kinds_of
from tests.services.walking import recount

__all__ = ["channels"]

pytestmark = pytest.mark.usefixtures("cloud")

KINDS = pytest.mark.parametrize("kind", ["calendar", "case", "flag", "flag_notice", "rating", "complaint", "objection"])
HOW = pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])


def an_owner(kind: str, name: str = "X") -> str:
    """Put down no more of an owner than its timeline needs."""
    owner = f"{kind}:{name}"
    row = {"pk": {"S": owner}, "version": {"N": "1"}, "head_seq": {"N": "0"}, "head_hash": {"S": NOTHING_BEFORE}}
    connection().dispatch("PutItem", {"TableName": row_of(owner).Meta.table_name, "Item": row})
    return owner


@contextmanager
def only_alone(service: type, name: str, *, alone: bool) -> Iterator[None]:
    """Let what is done together come to nothing, so that each is done alone."""
    if not alone:
        yield
        return
    with mock.patch.object(service, name, side_effect=ConflictError):
        yield


@KINDS
@HOW
def test_a_sweep_tells_the_milestones_of_any_owner(kind: str, alone: bool) -> None:  # noqa: FBT001 - pytest gives it
    clock = a_clock(owner=an_owner(kind), started_at=FRIDAY)

    with only_alone(ShardSweep, "_write", alone=alone):
        swept = container().clocks.sweep_shard(shard_of(clock.owner), at=MORNING)

    assert (swept.moved, swept.failed) == (1, 0)
    assert kinds_of(clock.owner) == ["clock:warned", "clock:passed"]


@KINDS
@HOW
def test_a_recount_is_told_on_the_timeline_of_any_owner(kind: str, alone: bool) -> None:  # noqa: FBT001 - as above
    clock = a_clock(owner=an_owner(kind))

    with only_alone(ClockRecalculation, "_recount_together", alone=alone):
        load(an_edition())
        recount(at=SETTLED)

    assert len(recounted(clock)) == 1


@KINDS
@pytest.mark.usefixtures("channels")
def test_an_alert_is_told_on_the_timeline_of_any_owner(kind: str) -> None:
    together, alone = an_owner(kind), an_owner(kind, name="Y")
    for owner in (together, alone):
        container().clocks.sweep_shard(shard_of(a_clock(owner=owner, started_at=FRIDAY).owner), at=MORNING)

    container().alerts.on_events(container().timeline.events(together), MORNING)
    for event in container().timeline.events(alone):
        container().alerts.on_event(event, MORNING)

    for owner in (together, alone):
        assert set(kinds_of(owner)) == {"clock:warned", "clock:passed", "alert:raised"}

    supervisor = staff(Role.SUPERVISOR, "traffic")
    for alert in inbox(Role.SUPERVISOR, "traffic"):
        # Only people answer for an alert, so this is the API's.
        acknowledge = partial(container().alerts.acknowledge, reason="人手不足。", expected_on=MORNING.date())
        run_as("api", acknowledge, alert.alert_id, by=supervisor, at=MORNING)
    assert "alert:acknowledged" in kinds_of(together)
