"""The one place where a reason gets its HTTP status and its texts, Chinese and English.

The texts stand in ``problem_texts.json``: title and detail in Chinese, title and detail in English.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.errors import ErrorCode

TEXTS = Path(__file__).with_name("problem_texts.json")

STATUS: dict[ErrorCode, int] = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FRESH_LOGIN_REQUIRED: 401,
    ErrorCode.FORBIDDEN: 403,
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
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.ITEM_NOT_LISTED: 422,
    ErrorCode.ITEM_NOT_PUBLISHABLE: 422,
    ErrorCode.ITEM_VERSION_EXISTS: 409,
    ErrorCode.RISK_EXCLUDED: 422,
    ErrorCode.COMMITMENT_NOT_OFFERED: 422,
    ErrorCode.NOTICE_OUTDATED: 409,
    ErrorCode.INSUFFICIENT_IDENTITY: 422,
    ErrorCode.IDENTITY_CONFLICT: 409,
    ErrorCode.INVALID_IDENTIFIER: 422,
    ErrorCode.UNSUITABLE_KEY: 422,
    ErrorCode.TOO_MANY_KEYS: 409,
    ErrorCode.KEY_REVOKED: 422,
    ErrorCode.SIGNATURE_INVALID: 422,
    ErrorCode.PROXY_NOT_ALLOWED: 422,
    ErrorCode.AUTHORITY_REQUIRED: 422,
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
    ErrorCode.ALREADY_EXTENDED: 409,
    ErrorCode.EXTENSION_TOO_LONG: 422,
    ErrorCode.EXTENSION_TOO_LATE: 409,
    ErrorCode.LATE_REASON_REQUIRED: 422,
    ErrorCode.SAME_PERSON: 409,
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
    ErrorCode.ADDRESS_NOT_ALLOWED: 422,
    ErrorCode.CORRECTION_WINDOW_OPEN: 409,
    ErrorCode.GROUND_UNKNOWN: 422,
    ErrorCode.EVENTS_NOT_FOUND: 422,
    ErrorCode.EXCUSED_BY_OUTAGE: 409,
    ErrorCode.CASE_NOT_CLOSED: 409,
    ErrorCode.ALREADY_RATED: 409,
    ErrorCode.CATEGORY_UNKNOWN: 422,
    ErrorCode.DEPARTMENT_UNKNOWN: 422,
    ErrorCode.OUT_OF_SCOPE: 404,
    ErrorCode.MANDATE_NOT_IN_FORCE: 403,
}


class Problem(NamedTuple):
    """A reason's HTTP status, and its title and detail in both languages."""

    status: int
    title_zh: str
    detail_zh: str
    title_en: str
    detail_en: str


def problem_of(reason: ErrorCode) -> Problem:
    """Return how a reason is told to people."""
    return Problem(STATUS[reason], *_texts()[reason.value])


@cache
def _texts() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = json.loads(TEXTS.read_text(encoding="utf-8"))
    return texts
