"""Counting towards a bound: exact, a row for each, and by windows of time."""

from datetime import UTC, datetime, timedelta

import pytest

from app import app
from chalicelib.bounds.model import Counted
from chalicelib.bounds.store import CountStore, bounds
from chalicelib.bounds.table import CountRow
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from tests.wire import interrupted, watched

pytestmark = pytest.mark.usefixtures("cloud")

AT = datetime(2026, 9, 28, 4, 0, 10, tzinfo=UTC)
COUNTS = CountStore(key=lambda: b"k" * 32)


def count(what: Counted, whose: str = "a", *, at: datetime = AT, roles: tuple[str, ...] = ()) -> None:
    with transaction() as tx:
        COUNTS.count(what, whose, at=at, tx=tx, roles=roles)


def give_back(what: Counted, whose: str = "a", *, at: datetime = AT) -> None:
    with transaction() as tx:
        COUNTS.give_back(what, whose, at=at, tx=tx)


def test_the_bounds_are_of_routes_and_roles_that_there_are() -> None:
    deployed = {f"{method} {path}" for path, methods in app.routes.items() for method in methods}
    counted = bounds().counts

    assert set(counted) == set(Counted)
    assert {route for bound in counted.values() for route in bound.routes} <= deployed
    assert {role for bound in counted.values() for role in bound.most_of_role} <= {role.value for role in Role}


def test_after_as_many_as_there_may_be_the_next_is_refused() -> None:
    for _ in range(20):
        count(Counted.WEBHOOKS)

    with pytest.raises(DomainError) as refused:
        count(Counted.WEBHOOKS)

    assert (refused.value.code, refused.value.facts) == (ErrorCode.TOO_MANY_WEBHOOKS, {})
    count(Counted.WEBHOOKS, "another")
    give_back(Counted.WEBHOOKS)
    count(Counted.WEBHOOKS)


def test_of_two_at_once_only_one_takes_the_last_place() -> None:
    for _ in range(19):
        count(Counted.WEBHOOKS)

    with (
        watched(interrupted("TransactWriteItems", lambda: count(Counted.WEBHOOKS))),
        pytest.raises(DomainError, match="TOO_MANY_WEBHOOKS"),
    ):
        count(Counted.WEBHOOKS)

    assert CountRow.get("webhooks#a").number == 20


def test_a_window_ends_and_the_refusal_says_when() -> None:
    for _ in range(10):
        count(Counted.CODES_OF_A_CASE)

    with pytest.raises(DomainError) as refused:
        count(Counted.CODES_OF_A_CASE)
    with pytest.raises(DomainError):
        count(Counted.CODES_OF_A_CASE, at=AT + timedelta(seconds=3589))
    count(Counted.CODES_OF_A_CASE, at=AT + timedelta(seconds=3590))

    assert (refused.value.code, refused.value.facts) == (ErrorCode.TOO_MANY_REQUESTS, {"retry_after": 3590})
    ends = {row.pk: row.expires for row in CountRow.scan()}
    assert sorted(ends.values()) == [int(AT.timestamp()) + 3590 + 3600, int(AT.timestamp()) + 3590 + 7200]


def test_a_role_may_have_more() -> None:
    for _ in range(100):
        count(Counted.DRAFTS)

    with pytest.raises(DomainError, match="TOO_MANY_REQUESTS"):
        count(Counted.DRAFTS, roles=("applicant",))
    count(Counted.DRAFTS, roles=("applicant", "agent"))


def test_an_address_stands_nowhere_and_a_network_of_ipv6_counts_as_one() -> None:
    digest = COUNTS.digest_of("198.51.100.7")

    assert len(digest) == 64
    assert digest != COUNTS.digest_of("198.51.100.8")
    assert digest != CountStore(key=lambda: b"l" * 32).digest_of("198.51.100.7")
    assert COUNTS.digest_of("2001:db8:0:1::1") == COUNTS.digest_of("2001:db8:0:1:ffff::2")
    assert COUNTS.digest_of("2001:db8:0:1::1") != COUNTS.digest_of("2001:db8:0:2::1")
    assert COUNTS.digest_of("::ffff:198.51.100.7") != COUNTS.digest_of("::ffff:198.51.100.8")
    assert COUNTS.digest_of("") == COUNTS.digest_of("")


@pytest.mark.parametrize(("size", "most"), [(1, 1_000_000), (20_000, 2_000_000), (10**9, 8_000_000_000)])
def test_an_upload_may_expand_by_its_size_and_up_to_a_limit(size: int, most: int) -> None:
    assert bounds().imports.most_bytes(size) == most
