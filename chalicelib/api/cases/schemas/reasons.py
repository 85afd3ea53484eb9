"""Why the commitment way is closed, as people are told of it: with a draft, with a refusal and with a case."""

from collections.abc import Sequence
from datetime import date

from chalicelib.cases.model.stages import CommitmentStatus, CreditSnapshot
from chalicelib.credit.model.records import Ground, Severity
from chalicelib.errors import ErrorCode
from chalicelib.http.language import Language
from chalicelib.http.problems import problem_of
from chalicelib.http.routes import Instant, Shape

STILL_OPEN = {
    "zh": "可选择提交证明材料的方式办理。",
    "en": "The certificate way stays open.",
}


class ReasonShape(Shape):
    """Why the commitment way is closed, and what can be done about it (R1.2)."""

    code: ErrorCode
    text: str
    source: str = ""
    basis: str = ""
    remedy: str = ""
    contact: str = ""
    record: str = ""
    severity: Severity | None = None
    until: date | None = None


class CreditShape(Shape):
    """What the gate decided on, and why; where it said no, with everything that a draft is told of it (R1.2)."""

    version: int
    head_hash: str
    standing: CommitmentStatus
    reasons: tuple[ReasonShape, ...]
    checked_at: Instant


def reasons_told(
    grounds: Sequence[Ground], closed_by: Sequence[ErrorCode], language: Language
) -> tuple[ReasonShape, ...]:
    """Tell in the caller's language why a promise is not taken: by the item itself first, then by credit."""
    of_item = tuple(
        ReasonShape(
            code=reason,
            text=_detail(reason, language),
            remedy=STILL_OPEN[language],
        )
        for reason in closed_by
    )
    of_credit = tuple(
        ReasonShape(
            code=ground.code,
            text=ground.text.zh if language == "zh" else ground.text.en,
            source=ground.source,
            basis=ground.basis,
            remedy=ground.remedy.zh if language == "zh" else ground.remedy.en,
            contact=ground.contact,
            record=ground.record,
            severity=ground.severity,
            until=ground.until,
        )
        for ground in grounds
    )
    return of_item + of_credit


def credit_shape(credit: CreditSnapshot, language: Language) -> CreditShape:
    """Show what the gate decided on; what closed nothing is told by its code alone."""
    noted = [(ErrorCode(code), record) for code, _, record in (each.partition(":") for each in credit.reasons)]
    return CreditShape(
        version=credit.version,
        head_hash=credit.head_hash,
        standing=credit.standing,
        reasons=reasons_told(credit.grounds, (), language)
        if credit.grounds
        else tuple(ReasonShape(code=code, text=_detail(code, language), record=record) for code, record in noted),
        checked_at=credit.checked_at,
    )


def _detail(reason: ErrorCode, language: Language) -> str:
    return problem_of(reason).texts(language)[1]
