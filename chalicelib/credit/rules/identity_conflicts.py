"""How identity conflicts are named and decided."""

import hashlib
from dataclasses import fields, replace
from datetime import datetime

from chalicelib.credit.model.identity_conflicts import Cause, Conflict, Decision, Mismatch, Outcome
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller
from chalicelib.subjects.model.subjects import Identity, Known
from chalicelib.subjects.rules.names import masked_name


def mismatch_of(cause: Cause, known: Known, about: Identity, *, by: Caller, reference: str = "") -> Mismatch | None:
    """Return what a person has to decide of a name; None if it is one under which the number is registered (R6.3)."""
    if not known.is_conflicting:
        return None
    return Mismatch(
        cause=cause,
        subject=known.key,
        first=known.first or known.key,
        said=masked_name(about.name),
        said_digest=known.name_digest,
        said_by=by.actor,
        department=by.department or "",
        reference=reference,
    )


def conflict_id(found: Mismatch, *, turn: int = 0) -> str:
    """Return a conflict's id: one for each record and name, and otherwise one for each cause and name.

    ``turn`` counts on where names that were found to be one person's do not belong together any more.
    """
    about = (found.source, found.record_id) if found.record_id else ("", found.cause.value)
    parts = (found.subject, found.said_digest, *about, str(turn))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def opened(found: Mismatch, *, conflict_id: str, known_as: str, at: datetime) -> Conflict:
    """Return the conflict that a mismatch becomes."""
    facts = {each.name: getattr(found, each.name) for each in fields(Mismatch)}
    return Conflict(**facts, conflict_id=conflict_id, known_as=known_as, said_at=at)


def is_settled(conflict: Conflict) -> bool:
    """Whether a conflict needs no other one for the same name: it waits for a person, or was found to be another's."""
    return conflict.decision is None or conflict.decision.outcome is Outcome.ANOTHER_PERSON


def sets_apart(conflict: Conflict) -> bool:
    """Whether it follows from the decision that the name is not the recorded subject's.

    Only where the identity platform or an authority vouched for name and number; elsewhere one of them was wrong.
    """
    decided = conflict.decision
    return conflict.cause is Cause.FILING and decided is not None and decided.outcome is Outcome.ANOTHER_PERSON


def decide(conflict: Conflict, decision: Decision) -> Conflict:
    """Return the conflict with its decision; raises ``STEP_NOT_ALLOWED`` if it already has one."""
    if conflict.decision is not None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    return replace(conflict, decision=decision)
