"""The one place where a reason gets its HTTP status and its texts, Chinese and English.

The texts stand in ``problem_texts.json``: title and detail in Chinese, title and detail in English.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chalicelib.errors import Reason

TEXTS = Path(__file__).with_name("problem_texts.json")

STATUS: dict[Reason, int] = {
    Reason.UNAUTHENTICATED: 401,
    Reason.FRESH_LOGIN_REQUIRED: 401,
    Reason.FORBIDDEN: 403,
    Reason.NOT_FOUND: 404,
    Reason.METHOD_NOT_ALLOWED: 405,
    Reason.INVALID_BODY: 400,
    Reason.INVALID_QUERY: 400,
    Reason.INVALID_CURSOR: 400,
    Reason.INVALID_IDEMPOTENCY_KEY: 400,
    Reason.IDEMPOTENCY_KEY_REUSED: 422,
    Reason.UNSUPPORTED_MEDIA_TYPE: 415,
    Reason.BODY_TOO_LARGE: 413,
    Reason.PRECONDITION_REQUIRED: 428,
    Reason.STALE_VERSION: 412,
    Reason.PURPOSE_REQUIRED: 400,
    Reason.BUSY: 409,
    Reason.TOO_MUCH_AT_ONCE: 409,
    Reason.UNAVAILABLE: 503,
    Reason.INTERNAL_ERROR: 500,
    Reason.ITEM_NOT_LISTED: 422,
    Reason.ITEM_NOT_PUBLISHABLE: 422,
    Reason.ITEM_VERSION_EXISTS: 409,
    Reason.RISK_EXCLUDED: 422,
    Reason.COMMITMENT_NOT_OFFERED: 422,
    Reason.NOTICE_OUTDATED: 409,
    Reason.INSUFFICIENT_IDENTITY: 422,
    Reason.IDENTITY_CONFLICT: 409,
    Reason.INVALID_IDENTIFIER: 422,
    Reason.UNSUITABLE_KEY: 422,
    Reason.TOO_MANY_KEYS: 409,
    Reason.KEY_REVOKED: 422,
    Reason.SIGNATURE_INVALID: 422,
    Reason.PROXY_NOT_ALLOWED: 422,
    Reason.AUTHORITY_REQUIRED: 422,
    Reason.SUBJECT_BARRED: 409,
    Reason.CREDIT_CHANGED: 409,
    Reason.CREDIT_SOURCE_DOWN: 503,
    Reason.STALE_RECORD: 409,
    Reason.UNDER_OBJECTION: 409,
    Reason.REPAIRED: 409,
    Reason.DISPLAY_EXPIRED: 409,
    Reason.RECORD_NOT_ACCEPTABLE: 422,
    Reason.ALIAS_NOT_ACCEPTABLE: 422,
    Reason.ANSWERS_MISSING: 422,
    Reason.CONFIRMATIONS_MISSING: 422,
    Reason.MATERIALS_MISSING: 422,
    Reason.MATERIAL_NOT_LISTED: 422,
    Reason.DRAFT_EXPIRED: 409,
    Reason.RECOMMITMENT_NOT_ALLOWED: 409,
    Reason.NOT_FOR_AUDIENCE: 409,
    Reason.CASE_CLOSED: 409,
    Reason.STEP_NOT_ALLOWED: 409,
    Reason.PAUSE_WITHOUT_NOTICE: 422,
    Reason.PAUSE_GROUND_UNKNOWN: 422,
    Reason.ALREADY_EXTENDED: 409,
    Reason.EXTENSION_TOO_LONG: 422,
    Reason.EXTENSION_TOO_LATE: 409,
    Reason.LATE_REASON_REQUIRED: 422,
    Reason.SAME_PERSON: 409,
    Reason.OBJECTION_GROUND_UNKNOWN: 422,
    Reason.OBJECTION_DECIDED: 409,
    Reason.OUTCOME_NOT_ALLOWED: 422,
    Reason.REPAIR_TOO_EARLY: 409,
    Reason.REPAIR_ASKED: 409,
    Reason.NOTHING_TO_REPAIR: 409,
    Reason.PROMISE_OUTDATED: 409,
    Reason.REFUSAL_UNKNOWN: 422,
    Reason.ALREADY_REVERSED: 409,
    Reason.DEFENCE_OPEN: 409,
    Reason.MEASURE_NOT_IN_LIST: 422,
    Reason.NO_EFFECTIVE_DOCUMENT: 422,
    Reason.NOT_RELATED: 422,
    Reason.DISPROPORTIONATE: 422,
    Reason.END_DATE_MISSING: 422,
    Reason.TARGET_NOT_ELIGIBLE: 422,
    Reason.ALREADY_ACKNOWLEDGED: 409,
    Reason.CALENDAR_UNKNOWN: 409,
    Reason.EDITION_NOT_ACCEPTABLE: 422,
    Reason.ADDRESS_NOT_ALLOWED: 422,
    Reason.CORRECTION_WINDOW_OPEN: 409,
    Reason.GROUND_UNKNOWN: 422,
    Reason.EVENTS_NOT_FOUND: 422,
    Reason.EXCUSED_BY_OUTAGE: 409,
    Reason.CASE_NOT_CLOSED: 409,
    Reason.ALREADY_RATED: 409,
    Reason.CATEGORY_UNKNOWN: 422,
    Reason.DEPARTMENT_UNKNOWN: 422,
    Reason.OUT_OF_SCOPE: 404,
    Reason.MANDATE_NOT_IN_FORCE: 403,
}


class Problem(NamedTuple):
    """A reason's HTTP status, and its title and detail in both languages."""

    status: int
    title_zh: str
    detail_zh: str
    title_en: str
    detail_en: str


def problem_of(reason: Reason) -> Problem:
    """Return how a reason is told to people."""
    return Problem(STATUS[reason], *_texts()[reason.value])


@cache
def _texts() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = json.loads(TEXTS.read_text(encoding="utf-8"))
    return texts
