"""Carrying out what was decided about an entry, on an objection or by an amendment, in the caller's transaction."""

from chalicelib.credit.model.records import ObjectionState as Mark
from chalicelib.credit.model.records import RepairState
from chalicelib.credit.rules.redress import with_corrections, with_objection
from chalicelib.redress.model import UNDOES, AffectedCase, Entry, EntryKind, ObjectionDecision, Outcome, Undone
from chalicelib.redress.services.impact import Impact
from chalicelib.redress.services.withdrawal import Withdrawal
from chalicelib.sanctions.model.flags import Lifting
from chalicelib.sanctions.services.redress import RedressStep
from chalicelib.timeline.event_types import EventKind


def carry_out(
    entry: Entry, decision: ObjectionDecision, step: RedressStep, *, withdrawal: Withdrawal, impact: Impact
) -> tuple[tuple[Undone, ...], tuple[AffectedCase, ...]]:
    """Change or undo a record or flag as decided; returns what it undid, and which cases had been affected (R8.4)."""
    outcome = decision.outcome
    if outcome in UNDOES:
        is_alone = outcome is Outcome.LIFTED or (outcome is Outcome.DELISTED and entry.kind is EntryKind.FLAG)
        standing = withdrawal.alone(entry) if is_alone else withdrawal.standing(entry)
        lifting = Lifting(
            lifted_at=step.at, by=step.by.actor, reason=decision.reason, basis=decision.basis, because=step.because
        )
        affected = impact.by(standing.all_records, standing.flags)
        return withdrawal.undo(standing, RepairState.WITHDRAWN, lifting, step), affected
    standing = withdrawal.alone(entry)
    if outcome is Outcome.SHORTENED and decision.ends_on is not None:
        withdrawal.shorten(standing, decision.ends_on, step)
    elif outcome is Outcome.CORRECTED and standing.record is not None:
        record = with_corrections(with_objection(standing.record, Mark.NONE), decision.contents)
        withdrawal.change_record(record, EventKind.RECORD_CORRECTED, step)
    else:
        withdrawal.mark(standing, Mark.NONE, step)
    return (), ()
