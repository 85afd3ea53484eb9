"""Errors as clients see them: for each error code the HTTP status and the texts in both languages.

The texts are in ``problem_texts.json``: title and detail in Chinese, title and detail in English.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.dynamo.transaction import ConflictError
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.field_errors import text_of
from chalicelib.http.language import Language
from chalicelib.logging import logger, tell

TEXTS = Path(__file__).with_name("problem_texts.json")

STATUS: dict[ErrorCode, int] = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FRESH_LOGIN_REQUIRED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.ACTING_ROLE_MISSING: 400,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.INVALID_BODY: 400,
    ErrorCode.INVALID_QUERY: 400,
    ErrorCode.INVALID_CURSOR: 400,
    ErrorCode.INVALID_IDEMPOTENCY_KEY: 400,
    ErrorCode.IDEMPOTENCY_KEY_REUSED: 422,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.BODY_TOO_LARGE: 413,
    ErrorCode.PRECONDITION_REQUIRED: 428,
    ErrorCode.STALE_VERSION: 412,
    ErrorCode.PURPOSE_REQUIRED: 400,
    ErrorCode.BUSY: 409,
    ErrorCode.TOO_MUCH_AT_ONCE: 409,
    ErrorCode.TOO_MANY_REQUESTS: 429,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.ITEM_NOT_LISTED: 422,
    ErrorCode.ITEM_NOT_OWN: 422,
    ErrorCode.ITEM_NOT_PUBLISHABLE: 422,
    ErrorCode.ITEM_VERSION_EXISTS: 409,
    ErrorCode.ITEM_ABOLISHED: 409,
    ErrorCode.RISK_EXCLUDED: 422,
    ErrorCode.COMMITMENT_NOT_OFFERED: 422,
    ErrorCode.NOTICE_OUTDATED: 409,
    ErrorCode.INSUFFICIENT_IDENTITY: 422,
    ErrorCode.IDENTITY_CONFLICT: 409,
    ErrorCode.INVALID_IDENTIFIER: 422,
    ErrorCode.UNSUITABLE_KEY: 422,
    ErrorCode.TOO_MANY_KEYS: 429,
    ErrorCode.TOO_MANY_DOCUMENTS: 429,
    ErrorCode.DOCUMENT_NOT_CLEAN: 409,
    ErrorCode.DOCUMENT_NOT_ISSUED: 409,
    ErrorCode.CONTACT_CODE_WRONG: 422,
    ErrorCode.CONTACT_CODE_EXPIRED: 409,
    ErrorCode.DOCUMENT_NOT_USABLE: 422,
    ErrorCode.KEY_TAKEN: 409,
    ErrorCode.KEY_REVOKED: 422,
    ErrorCode.SIGNATURE_INVALID: 422,
    ErrorCode.PROXY_NOT_ALLOWED: 422,
    ErrorCode.AUTHORITY_REQUIRED: 422,
    ErrorCode.REPRESENTATIVE_MISSING: 422,
    ErrorCode.PROMISE_NOT_OPEN: 409,
    ErrorCode.SUBJECT_BARRED: 409,
    ErrorCode.CREDIT_CHANGED: 409,
    ErrorCode.CREDIT_SOURCE_DOWN: 503,
    ErrorCode.STALE_RECORD: 409,
    ErrorCode.UNDER_OBJECTION: 409,
    ErrorCode.REPAIRED: 409,
    ErrorCode.DISPLAY_EXPIRED: 409,
    ErrorCode.RECORD_NOT_ACCEPTABLE: 422,
    ErrorCode.ALIAS_NOT_ACCEPTABLE: 422,
    ErrorCode.ANSWERS_MISSING: 422,
    ErrorCode.CONFIRMATIONS_MISSING: 422,
    ErrorCode.MATERIALS_MISSING: 422,
    ErrorCode.MATERIAL_NOT_LISTED: 422,
    ErrorCode.DRAFT_EXPIRED: 409,
    ErrorCode.RECOMMITMENT_NOT_ALLOWED: 409,
    ErrorCode.NOT_FOR_AUDIENCE: 409,
    ErrorCode.CASE_CLOSED: 409,
    ErrorCode.STEP_NOT_ALLOWED: 409,
    ErrorCode.PAUSE_WITHOUT_NOTICE: 422,
    ErrorCode.PAUSE_GROUND_UNKNOWN: 422,
    ErrorCode.TERMINATION_GROUND_UNKNOWN: 422,
    ErrorCode.ALREADY_EXTENDED: 409,
    ErrorCode.EXTENSION_TOO_LONG: 422,
    ErrorCode.EXTENSION_TOO_LATE: 409,
    ErrorCode.LATE_REASON_REQUIRED: 422,
    ErrorCode.SAME_PERSON: 409,
    ErrorCode.OWN_MATTER: 403,
    ErrorCode.OBJECTION_GROUND_UNKNOWN: 422,
    ErrorCode.OBJECTION_DECIDED: 409,
    ErrorCode.OUTCOME_NOT_ALLOWED: 422,
    ErrorCode.REPAIR_TOO_EARLY: 409,
    ErrorCode.REPAIR_ASKED: 409,
    ErrorCode.NOTHING_TO_REPAIR: 409,
    ErrorCode.PROMISE_OUTDATED: 409,
    ErrorCode.REFUSAL_UNKNOWN: 422,
    ErrorCode.ALREADY_REVERSED: 409,
    ErrorCode.DEFENCE_OPEN: 409,
    ErrorCode.MEASURE_NOT_IN_LIST: 422,
    ErrorCode.NO_EFFECTIVE_DOCUMENT: 422,
    ErrorCode.NOT_RELATED: 422,
    ErrorCode.DISPROPORTIONATE: 422,
    ErrorCode.END_DATE_MISSING: 422,
    ErrorCode.TARGET_NOT_ELIGIBLE: 422,
    ErrorCode.ALREADY_ACKNOWLEDGED: 409,
    ErrorCode.CALENDAR_UNKNOWN: 409,
    ErrorCode.EDITION_NOT_ACCEPTABLE: 422,
    ErrorCode.TOO_MANY_WEBHOOKS: 429,
    ErrorCode.ADDRESS_NOT_ALLOWED: 422,
    ErrorCode.CORRECTION_WINDOW_OPEN: 409,
    ErrorCode.GROUND_UNKNOWN: 422,
    ErrorCode.EVENTS_NOT_FOUND: 422,
    ErrorCode.EXCUSED_BY_OUTAGE: 409,
    ErrorCode.CASE_NOT_CLOSED: 409,
    ErrorCode.ALREADY_RATED: 409,
    ErrorCode.CATEGORY_UNKNOWN: 422,
    ErrorCode.DEPARTMENT_UNKNOWN: 422,
    ErrorCode.STAFF_UNKNOWN: 422,
    ErrorCode.STAFF_ID_NOT_ALLOWED: 422,
    ErrorCode.OUT_OF_SCOPE: 404,
    ErrorCode.MANDATE_NOT_IN_FORCE: 403,
}


RETRY_AFTER: Final = {
    ErrorCode.UNAVAILABLE: "5",
    ErrorCode.CREDIT_SOURCE_DOWN: "30",
    ErrorCode.BUSY: "1",
    ErrorCode.TOO_MANY_KEYS: "3600",
    ErrorCode.TOO_MANY_WEBHOOKS: "3600",
    ErrorCode.TOO_MANY_DOCUMENTS: "3600",
}
"""Seconds after which the same request may succeed; where something has to be given up first, an hour."""

FAULTY_CALL: Final = frozenset({"ParamValidationError", "ValidationException", "SerializationException"})
"""AWS error codes that mean a mistake of ours; all others mean that AWS is unavailable."""


class Problem(NamedTuple):
    """An error code's HTTP status, and its title and detail in both languages."""

    status: int
    title_zh: str
    detail_zh: str
    title_en: str
    detail_en: str

    def texts(self, language: Language) -> tuple[str, str]:
        """Return the title and the detail in one language."""
        return (self.title_zh, self.detail_zh) if language == "zh" else (self.title_en, self.detail_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error in the user's language; the API writes it as a problem, the portal as a page.

    ``faults`` are the field errors by pointer; ``facts`` any further data.
    """

    reason: ErrorCode
    status: int
    title: str
    detail: str
    language: Language
    facts: Mapping[str, str | int | Sequence[Mapping[str, str]]]
    faults: tuple[tuple[str, str], ...]

    @property
    def headers(self) -> dict[str, str]:
        """When to try again, if that may help."""
        seconds = self.facts.get("retry_after", RETRY_AFTER.get(self.reason))
        return {} if seconds is None else {"Retry-After": str(seconds)}


def problem_of(reason: ErrorCode) -> Problem:
    """Return the status and texts of an error code."""
    return Problem(STATUS[reason], *_texts()[reason.value])


def failure_of(error: Exception, language: Language, *, route: str) -> Failure:
    """Return what the user sees of an error while it is handled; its code goes into the log.

    Failures of the store and unexpected errors are logged with their origin; the user sees nothing of that.
    """
    refusal = _refusal_for(error, route)
    problem = problem_of(refusal.code)
    title, detail = problem.texts(language)
    tell(reason=refusal.code.value)
    return Failure(
        reason=refusal.code,
        status=problem.status,
        title=title,
        detail=detail,
        language=language,
        facts=refusal.facts,
        faults=tuple((fault.pointer, text_of(fault, language)) for fault in refusal.faults),
    )


def _refusal_for(error: Exception, route: str) -> DomainError:
    match error:
        case DomainError():
            return error
        case ConflictError():
            return DomainError(ErrorCode.BUSY)
        case PynamoDBException() | BotoCoreError() | ClientError():
            code = _code_of(error)
            logger("http").exception("store_failed", route=route, code=code)
            return DomainError(ErrorCode.INTERNAL_ERROR if code in FAULTY_CALL else ErrorCode.UNAVAILABLE)
        case _:
            logger("http").exception("unexpected", route=route)
            return DomainError(ErrorCode.INTERNAL_ERROR)


def _code_of(error: Exception) -> str:
    """Return the error's code from AWS, or the name of its class."""
    cause = getattr(error, "cause", None) or error
    return str(cause.response.get("Error", {}).get("Code")) if isinstance(cause, ClientError) else type(cause).__name__


@cache
def _texts() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = json.loads(TEXTS.read_text(encoding="utf-8"))
    return texts
