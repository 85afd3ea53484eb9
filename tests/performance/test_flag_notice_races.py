"""Relays at once, on AWS's own engine: each change is told once to each subscription, numbered without gaps."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from chalicelib.alerts.model.webhooks import Topic
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.sanctions.store.flag_notices import FlagNoticeStore
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from tests.builders import NOON, a_caller, a_flag, an_item
from tests.depth import goes
from tests.services.case_office import publish

pytestmark = pytest.mark.usefixtures("elsewhere")

RELAYS = 4
FLAGS = 2
ITEM = "notice-race"
MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")


def an_event(flag_id: str, seq: int, kind: EventKind) -> Event:
    return Event(
        owner=f"flag:{flag_id}",
        seq=seq,
        kind=kind,
        occurred_at="2026-09-28T04:00:00Z",
        recorded_at="2026-09-28T04:00:00Z",
        actor="staff:credit2",
        department="credit",
        data={},
        prev_hash="0" * 64,
        hash="1" * 64,
    )


@goes("rounds", usually=4, deep=50)
def test_four_relays_at_once_tell_each_change_once_and_leave_no_gap(rounds: int) -> None:
    flag_notices = container().flag_notices
    publish(an_item(code=ITEM, department="market"))
    webhook, _ = container().webhooks.subscribe(
        "http://127.0.0.1:9/", (Topic.FLAG_TOLD,), by=MACHINE, at=NOON, idempotency_key=None
    )
    to, _ = flag_notices.subscribe(webhook.webhook_id, (ITEM,), by=MACHINE, at=NOON, idempotency_key=None)

    for number in range(rounds):
        names = [f"race-{number}-{side}" for side in range(FLAGS)]
        for name in names:
            with transaction() as tx:
                FlagStore(container().timeline).add(
                    a_flag(flag_id=name, state=FlagState.ACTIVE, related_items=(ITEM,)), [], at=NOON, tx=tx
                )
        told = [an_event(name, 4 + step, kind) for name in names for step, kind in enumerate(CHANGES)]
        together = Barrier(RELAYS)

        def relay(side: int, told: list[Event] = told, together: Barrier = together) -> None:
            together.wait()
            for event in told if side % 2 else reversed(told):
                flag_notices.on_event(event, NOON)

        with ThreadPoolExecutor(RELAYS) as pool:
            list(pool.map(relay, range(RELAYS)))

    last = flag_notices.get(to.subscription_id, by=MACHINE).last
    found = [
        flag_notice
        for after in range(0, last, 50)
        for flag_notice in flag_notices.told(to.subscription_id, after=after, limit=50, by=MACHINE)[1]
    ]
    assert last == rounds * FLAGS * len(CHANGES)
    assert [flag_notice.number for flag_notice in found] == list(range(1, last + 1))
    assert len({(flag_notice.flag_id, flag_notice.flag_seq) for flag_notice in found}) == last
    assert all(container().timeline.reading(flag_notice.owner).verified for flag_notice in found)
    assert FlagNoticeStore(container().timeline).subscription(to.subscription_id).last == last


CHANGES = (EventKind.FLAG_CONFIRMED, EventKind.FLAG_LIFTED)
