"""Which edition is in force on a day, and what may follow a false or unkept promise (失信后果的次序)."""

from collections.abc import Collection, Sequence
from datetime import date
from itertools import combinations

from chalicelib.rulepacks.model.consequences import Consequence, Step
from chalicelib.rulepacks.model.pack import RulePack


def pack_in_force(packs: Sequence[RulePack], code: str, *, on: date) -> RulePack:
    """Return the edition of a pack in force on a day; raises ``LookupError`` if there is none."""
    for pack in packs:
        if pack.code == code and pack.is_in_force(on):
            return pack
    message = f"no edition of the rule pack {code!r} is in force on {on}"
    raise LookupError(message)


def require_one_at_a_time(packs: Sequence[RulePack]) -> None:
    """Raise ``ValueError`` if two editions of one pack are in force on the same day."""
    for one, other in combinations(sorted(packs, key=lambda pack: (pack.code, pack.effective_from)), 2):
        if one.code == other.code and one.is_in_force(other.effective_from):
            message = f"{one.code}: the editions {one.edition} and {other.edition} overlap"
            raise ValueError(message)


def next_step(row: Consequence, *, done: Collection[str]) -> Step | None:
    """Return the next step in a row's order, or ``None`` after the last one or for a row without steps.

    ``done`` are the kinds of steps that were taken without settling the matter: after a successful rectification
    nobody asks for a next step.
    """
    return next((step for step in row.steps if step.kind not in done), None)
