"""What a place lets follow a finding (后果清单): one table by finding, stage and severity, with articles."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import product
from typing import NamedTuple

ARTICLE = re.compile(r"《[^》]+》第[0-9]+条")
NOT_READ = ("待核对", "本服务配置")
"""What marks a basis as a setting of this service that somebody has still to check against the law."""

FINDINGS = ("true", "untrue", "unfulfilled", "changed", "unverifiable")
SEVERITIES = ("minor", "general", "serious")


class Stage(StrEnum):
    """How far a case has come when something is found (办件阶段): in hand, decided, or closed."""

    IN_HAND = "in_hand"
    DECIDED = "decided"
    CLOSED = "closed"


class StepKind(StrEnum):
    """What may follow a false or unkept promise (失信后果)."""

    SUSPENSION = "suspension"
    RECTIFICATION = "rectification"
    TERMINATION = "termination"
    REVOCATION = "revocation"
    FLAG = "flag"


class Barred(StrEnum):
    """What nobody may do before the consequences of a broken promise are settled."""

    DECISION = "decision"
    SUSPENSION_END = "suspension_end"
    COMMITMENT_WITHDRAWAL = "commitment_withdrawal"
    APPLICATION_WITHDRAWAL = "application_withdrawal"
    REOPENING = "reopening"


class Owed(StrEnum):
    """What the office owes the person: a hearing (陈述申辩), and word of the ways to repair (信用修复告知)."""

    HEARING = "hearing"
    REPAIR_NOTICE = "repair_notice"


class CreditEffect(StrEnum):
    """What a finding says in the record of promises and how they were kept (信用承诺及履行情况)."""

    KEPT = "kept"
    BROKEN = "broken"
    UNVERIFIABLE = "unverifiable"
    NONE = "none"


class NextPromise(StrEnum):
    """Whether the person may promise again: open, or not until the finding is repaired (信用修复前不适用)."""

    OPEN = "open"
    UNTIL_REPAIR = "until_repair"


class Step(NamedTuple):
    """One step in the order of consequences, with the article that allows it.

    ``hearing``: the person must have been heard, or have let the time for it pass, before the step is taken (R1.18).
    """

    kind: StepKind
    basis: str
    hearing: bool = False


class Consequence(NamedTuple):
    """One row of the table: the steps in their order, what is barred and owed meanwhile, and what it does to credit."""

    finding: str
    stage: Stage
    severity: str
    steps: tuple[Step, ...]
    barred: tuple[Barred, ...]
    owed: tuple[Owed, ...]
    credit: CreditEffect
    next_promise: NextPromise
    basis: str


class Consequences(NamedTuple):
    """A pack's whole table."""

    rows: tuple[Consequence, ...]

    def row(self, finding: str, *, stage: Stage, severity: str) -> Consequence:
        """Return the row that applies; raises ``LookupError`` for a finding, stage or severity that there is not."""
        wanted = (finding, stage, severity)
        for row in self.rows:
            if (row.finding, row.stage, row.severity) == wanted:
                return row
        message = f"no consequence for {wanted}"
        raise LookupError(message)

    def bases(self) -> Iterator[str]:
        """Yield the basis of every part."""
        yield from (row.basis for row in self.rows)
        yield from (step.basis for row in self.rows for step in row.steps)


def require_whole(rows: Iterable[Consequence]) -> None:
    """Raise ``ValueError`` unless every finding, stage and severity has exactly one row.

    An order (责令限期整改) and the last word (撤销、终止、惩戒) always come after a hearing.
    The order is left out only where an article of a law says so (R1.17).
    """
    rows = tuple(rows)
    named = [(row.finding, row.stage, row.severity) for row in rows]
    wanted = list(product(FINDINGS, Stage, SEVERITIES))
    if sorted(named) != sorted(wanted):
        message = f"consequences must be told once for each of {len(wanted)} rows, not {len(named)}"
        raise ValueError(message)
    final = {StepKind.RECTIFICATION, StepKind.REVOCATION, StepKind.TERMINATION, StepKind.FLAG}
    if any(step.kind in final and not step.hearing for row in rows for step in row.steps):
        message = "nothing is ordered, revoked or ended and no flag set but after a hearing"
        raise ValueError(message)
    for row in rows:
        kinds = [step.kind for step in row.steps]
        cites = any(_cites_a_law(basis) for basis in (row.basis, *(step.basis for step in row.steps[:1])))
        if kinds and StepKind.RECTIFICATION not in kinds and not cites:
            message = f"{row.finding}, {row.stage}: no article lets the order to put things right be left out"
            raise ValueError(message)


def _cites_a_law(basis: str) -> bool:
    """Return whether a basis is an article that was read, and not this service's own setting."""
    return ARTICLE.match(basis) is not None and not any(mark in basis for mark in NOT_READ)
