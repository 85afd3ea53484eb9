"""What a case is once its revocation has fallen (撤销决定被撤销)."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.model.stages import FallenRevocation
from chalicelib.errors import DomainError, ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversingDocument:
    """The document by which a revocation falls: of a review, a court or the organ itself, and why."""

    number: str
    organ: str
    effective_on: date
    basis: str
    reason: str


def reinstate(case: Case, document: ReversingDocument, *, actor: str, at: datetime) -> Case:
    """Return the case decided or closed as before, with the revocation and its finding among what has fallen.

    Raises ``STEP_NOT_ALLOWED`` for a case that was not revoked.
    """
    if case.revocation is None:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    fallen = FallenRevocation(
        revocation=case.revocation,
        verification=case.verification,
        defence=case.defence,
        rectification=case.rectification,
        document_no=document.number,
        organ=document.organ,
        basis=document.basis,
        effective_on=document.effective_on,
        reason=document.reason,
        reinstated_at=at,
        reinstated_by=actor,
    )
    return replace(
        case,
        state=State.DECIDED if case.delivery is None else State.CLOSED,
        verification=None,
        defence=None,
        rectification=None,
        revocation=None,
        fallen_revocations=(*case.fallen_revocations, fallen),
    )
