"""Responses that say why a promise is not open to somebody: with a draft, a refusal and a case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import quote

from chalicelib.cases.model.stages import CommitmentStatus, CreditSnapshot
from chalicelib.credit.model.records import Ground, Severity, Text
from chalicelib.credit.rules.summary import source_down
from chalicelib.errors import ErrorCode
from chalicelib.http.language import Language
from chalicelib.http.problems import problem_of
from chalicelib.http.routes import Instant, ResponseBody

STILL_OPEN = {
    "zh": "可选择提交证明材料的方式办理。",
    "en": "The certificate way stays open.",
}


NOT_CHECKED_YET = Text(
    zh="委托人的信用核对还没有完成，不作有无失信的判断。现在就可以签署承诺，核对完自动继续。",
    en="The principal's credit has not been checked yet, which says nothing either way. The promise may be signed now "
    "and goes on by itself after the check.",
)
"""What an agent reads while a promise would have to wait, whatever for."""


class IneligibilityReasonResponse(ResponseBody):
    """Why a promise is not possible, and what can be done about it (R1.2).

    ``repair_url`` is where a repair of the record is asked for, ``objection_url`` where an objection to it is posted.
    """

    code: ErrorCode
    text: str
    source: str = ""
    basis: str = ""
    remedy: str = ""
    contact: str = ""
    record: str = ""
    severity: Severity | None = None
    until: date | None = None
    repair_url: str = ""
    objection_url: str = ""


class CaseCreditResponse(ResponseBody):
    """The credit that the case was filed on, with the reasons for a refusal as a draft shows them (R1.2)."""

    version: int
    head_hash: str
    standing: CommitmentStatus
    reasons: tuple[IneligibilityReasonResponse, ...]
    checked_at: Instant


def reasons_told(
    grounds: Sequence[Ground], closed_by: Sequence[ErrorCode], language: Language
) -> tuple[IneligibilityReasonResponse, ...]:
    """Return in the caller's language why a promise is not possible: the item's reasons first, then credit's."""
    of_item = tuple(
        IneligibilityReasonResponse(
            code=reason,
            text=_detail(reason, language),
            remedy=STILL_OPEN[language],
        )
        for reason in closed_by
    )
    of_credit = tuple(
        IneligibilityReasonResponse.of(
            ground,
            text=ground.text.read_in(language),
            remedy=ground.remedy.read_in(language),
            repair_url=f"/v1/me/credit/repair?entry={quote(ground.record, safe='')}" if ground.record else "",
            objection_url="/v1/objections" if ground.record else "",
        )
        for ground in grounds
    )
    return of_item + of_credit


def reasons_for_agent(
    standing: CommitmentStatus, closed_by: Sequence[ErrorCode], language: Language
) -> tuple[IneligibilityReasonResponse, ...]:
    """Return what an agent learns of a promise that is not open: what the item says to everybody, and no more.

    What concerns the principal, of credit or of earlier promises, is one reason without a word of why. Whether credit
    cannot be read or a person has to look at it first is told in the same words.
    """
    if standing is CommitmentStatus.PENDING:
        return reasons_told((replace(source_down(), text=NOT_CHECKED_YET),), (), language)
    of_item = tuple(reason for reason in closed_by if reason is not ErrorCode.RECOMMITMENT_NOT_ALLOWED)
    told = of_item or ((ErrorCode.PROMISE_NOT_OPEN,) if standing is CommitmentStatus.REFUSED else ())
    return reasons_told((), told, language)


def credit_response(credit: CreditSnapshot, language: Language) -> CaseCreditResponse:
    """Build the response for a case's credit; entries that refused nothing are given by their code alone."""
    noted = [(ErrorCode(code), record) for code, _, record in (each.partition(":") for each in credit.reasons)]
    return CaseCreditResponse.of(
        credit,
        reasons=reasons_told(credit.grounds, (), language)
        if credit.grounds
        else tuple(
            IneligibilityReasonResponse(code=code, text=_detail(code, language), record=record)
            for code, record in noted
        ),
    )


def _detail(reason: ErrorCode, language: Language) -> str:
    return problem_of(reason).texts(language)[1]
