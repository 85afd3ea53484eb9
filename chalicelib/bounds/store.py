"""Loading the bounds, and counting towards them."""

import hmac
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from chalicelib.bounds.model import Bounds, Counted
from chalicelib.bounds.table import CountRow
from chalicelib.dynamo.transaction import Transaction, transaction
from chalicelib.errors import DomainError

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

DATA: Final = Path(__file__).with_name("bounds.json")

NETWORK: Final = 64
"""The bits of an IPv6 address that one customer has to themselves at least (RFC 6177); all of it counts as one."""

KEPT: Final = 3600
"""Seconds for which a count is kept beyond its window."""


@cache
def bounds() -> Bounds:
    """Return the bounds in the data."""
    return TypeAdapter(Bounds).validate_json(DATA.read_text(encoding="utf-8"))


class CountStore:
    """Counts in the transaction of what is counted, so that two at once never both take the last place."""

    def __init__(self, *, key: Callable[[], bytes]) -> None:
        """``key`` is for digests of addresses; it is asked for when the first address is counted."""
        self._key = key

    def count(self, what: Counted, whose: str, *, at: datetime, tx: Transaction, roles: Collection[str] = ()) -> None:
        """Count one more; at the commit the bound's own error is raised if there are as many as there may be.

        Its fact ``retry_after`` says in how many seconds the window ends, if it is counted by time.
        """
        bound = bounds().counts[what]
        row, ends = self._row(what, whose, at=at)
        actions: list[Action] = [CountRow.number.add(1)]
        refusal = DomainError(bound.code)
        if ends is not None:
            actions.append(CountRow.expires.set(ends + KEPT))
            refusal = DomainError(bound.code, retry_after=ends - int(at.timestamp()))
        has_room = CountRow.number.does_not_exist() | (CountRow.number < bound.most_for(roles))
        tx.change(row, actions=actions, condition=has_room, on_failure=refusal)

    def give_back(self, what: Counted, whose: str, *, at: datetime, tx: Transaction) -> None:
        """Count one less: a thing is gone, or an attempt was none of those that are bounded."""
        row, _ = self._row(what, whose, at=at)
        tx.increase(row, actions=[CountRow.number.add(-1)])

    @contextmanager
    def attempt(self, of: Counted, thing: str, *, address: str, at: datetime) -> Iterator[None]:
        """Count a try at the code of a thing, from an address, and give it back if the block does not raise.

        It is counted before the code is compared, so that many tries at once find no more room than one after another.
        """
        whose = self.digest_of(address)
        tries = {Counted.CODES: whose, of: f"{whose}#{thing}"}
        with transaction() as tx:
            for what, each in tries.items():
                self.count(what, each, at=at, tx=tx)
        yield
        with transaction() as tx:
            for what, each in tries.items():
                self.give_back(what, each, at=at, tx=tx)

    def digest_of(self, address: str) -> str:
        """Return the name under which an address is counted: keyed, and of IPv6 the network alone."""
        text = address
        try:
            ip = ip_address(address)
        except ValueError:
            pass
        else:
            text = str(int(ip) >> NETWORK) if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None else str(ip)
        return hmac.digest(self._key(), f"address of a bound\n{text}".encode(), "sha256").hex()

    def _row(self, what: Counted, whose: str, *, at: datetime) -> tuple[CountRow, int | None]:
        """Return the row that counts now, and when its window ends."""
        seconds = bounds().counts[what].seconds
        if seconds is None:
            return CountRow(f"{what}#{whose}"), None
        window = int(at.timestamp()) // seconds
        return CountRow(f"{what}#{whose}#{window}"), (window + 1) * seconds
