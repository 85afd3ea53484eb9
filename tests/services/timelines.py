"""Owners of timelines, and what their timelines tell."""

from datetime import UTC, date, datetime

from chalicelib.container import container
from chalicelib.inspection.model import Scope, Wanted
from chalicelib.policy import Role
from tests.builders import a_caller

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def an_owner(*, at: datetime = FRIDAY) -> str:
    """Make something that has a timeline: a mandate is the smallest of them."""
    wanted = Wanted(
        file_no="义纪查〔2026〕1号",
        basis="《监察法》第18条",
        scope=Scope(departments=("traffic",)),
        expires_on=date(2027, 1, 1),
    )
    inspector = a_caller(Role.INSPECTOR, sub="inspector", department="inspection")
    return container().inspection.ask(wanted, by=inspector, at=at, idempotency_key=None)[0].owner


def kinds_of(owner: str) -> list[str]:
    """The kinds of an owner's events in their order, once the chain was verified."""
    reading = container().timeline.reading(owner)
    assert reading.verified, reading.fault
    return [event.kind for event in reading.events]
