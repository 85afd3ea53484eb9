"""How identity conflicts are named and decided."""

import hashlib
from dataclasses import replace

from chalicelib.credit.model.identity_conflicts import Conflict, Decision
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import SubjectKey


def conflict_id(subject: SubjectKey, said_digest: str, *, source: str, record_id: str) -> str:
    """Return a conflict's id; the same record under the same name gives the same conflict."""
    return hashlib.sha256(f"{subject}\n{said_digest}\n{source}\n{record_id}".encode()).hexdigest()[:32]


def decide(conflict: Conflict, decision: Decision) -> Conflict:
    """Return the conflict with its decision; raises ``STEP_NOT_ALLOWED`` if it already has one."""
    if conflict.decision is not None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    return replace(conflict, decision=decision)
