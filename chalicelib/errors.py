"""The errors of the domain, without HTTP.

The HTTP status and the texts in both languages are looked up once, at the edge (``chalicelib.http.problems``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class ErrorCode(StrEnum):
    """Error codes (原因代码): stable, for machines; the texts for people are at the edge."""

    # The request itself.
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FRESH_LOGIN_REQUIRED = "FRESH_LOGIN_REQUIRED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    INVALID_BODY = "INVALID_BODY"
    INVALID_QUERY = "INVALID_QUERY"
    INVALID_CURSOR = "INVALID_CURSOR"
    INVALID_IDEMPOTENCY_KEY = "INVALID_IDEMPOTENCY_KEY"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    PRECONDITION_REQUIRED = "PRECONDITION_REQUIRED"
    STALE_VERSION = "STALE_VERSION"
    PURPOSE_REQUIRED = "PURPOSE_REQUIRED"
    BUSY = "BUSY"
    TOO_MUCH_AT_ONCE = "TOO_MUCH_AT_ONCE"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"

    # Catalogue.
    ITEM_NOT_LISTED = "ITEM_NOT_LISTED"
    ITEM_NOT_PUBLISHABLE = "ITEM_NOT_PUBLISHABLE"
    ITEM_VERSION_EXISTS = "ITEM_VERSION_EXISTS"
    RISK_EXCLUDED = "RISK_EXCLUDED"
    COMMITMENT_NOT_OFFERED = "COMMITMENT_NOT_OFFERED"
    NOTICE_OUTDATED = "NOTICE_OUTDATED"

    # Subjects and signatures.
    INSUFFICIENT_IDENTITY = "INSUFFICIENT_IDENTITY"
    IDENTITY_CONFLICT = "IDENTITY_CONFLICT"
    INVALID_IDENTIFIER = "INVALID_IDENTIFIER"
    UNSUITABLE_KEY = "UNSUITABLE_KEY"
    TOO_MANY_KEYS = "TOO_MANY_KEYS"
    KEY_TAKEN = "KEY_TAKEN"
    KEY_REVOKED = "KEY_REVOKED"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    PROXY_NOT_ALLOWED = "PROXY_NOT_ALLOWED"
    AUTHORITY_REQUIRED = "AUTHORITY_REQUIRED"

    # Credit.
    SUBJECT_BARRED = "SUBJECT_BARRED"
    CREDIT_CHANGED = "CREDIT_CHANGED"
    CREDIT_SOURCE_DOWN = "CREDIT_SOURCE_DOWN"
    STALE_RECORD = "STALE_RECORD"
    UNDER_OBJECTION = "UNDER_OBJECTION"
    REPAIRED = "REPAIRED"
    DISPLAY_EXPIRED = "DISPLAY_EXPIRED"
    RECORD_NOT_ACCEPTABLE = "RECORD_NOT_ACCEPTABLE"
    OBJECTION_GROUND_UNKNOWN = "OBJECTION_GROUND_UNKNOWN"
    OBJECTION_DECIDED = "OBJECTION_DECIDED"
    OUTCOME_NOT_ALLOWED = "OUTCOME_NOT_ALLOWED"
    REPAIR_TOO_EARLY = "REPAIR_TOO_EARLY"
    REPAIR_ASKED = "REPAIR_ASKED"
    NOTHING_TO_REPAIR = "NOTHING_TO_REPAIR"
    PROMISE_OUTDATED = "PROMISE_OUTDATED"
    REFUSAL_UNKNOWN = "REFUSAL_UNKNOWN"
    ALREADY_REVERSED = "ALREADY_REVERSED"
    ALIAS_NOT_ACCEPTABLE = "ALIAS_NOT_ACCEPTABLE"

    # Cases.
    ANSWERS_MISSING = "ANSWERS_MISSING"
    CONFIRMATIONS_MISSING = "CONFIRMATIONS_MISSING"
    MATERIALS_MISSING = "MATERIALS_MISSING"
    MATERIAL_NOT_LISTED = "MATERIAL_NOT_LISTED"
    DRAFT_EXPIRED = "DRAFT_EXPIRED"
    RECOMMITMENT_NOT_ALLOWED = "RECOMMITMENT_NOT_ALLOWED"
    NOT_FOR_AUDIENCE = "NOT_FOR_AUDIENCE"
    CASE_CLOSED = "CASE_CLOSED"
    STEP_NOT_ALLOWED = "STEP_NOT_ALLOWED"
    PAUSE_WITHOUT_NOTICE = "PAUSE_WITHOUT_NOTICE"
    PAUSE_GROUND_UNKNOWN = "PAUSE_GROUND_UNKNOWN"
    ALREADY_EXTENDED = "ALREADY_EXTENDED"
    EXTENSION_TOO_LONG = "EXTENSION_TOO_LONG"
    EXTENSION_TOO_LATE = "EXTENSION_TOO_LATE"
    LATE_REASON_REQUIRED = "LATE_REASON_REQUIRED"
    SAME_PERSON = "SAME_PERSON"
    DEFENCE_OPEN = "DEFENCE_OPEN"

    # Sanctions.
    MEASURE_NOT_IN_LIST = "MEASURE_NOT_IN_LIST"
    NO_EFFECTIVE_DOCUMENT = "NO_EFFECTIVE_DOCUMENT"
    NOT_RELATED = "NOT_RELATED"
    DISPROPORTIONATE = "DISPROPORTIONATE"
    END_DATE_MISSING = "END_DATE_MISSING"
    TARGET_NOT_ELIGIBLE = "TARGET_NOT_ELIGIBLE"

    # Supervision and inspection.
    ALREADY_ACKNOWLEDGED = "ALREADY_ACKNOWLEDGED"
    CALENDAR_UNKNOWN = "CALENDAR_UNKNOWN"
    EDITION_NOT_ACCEPTABLE = "EDITION_NOT_ACCEPTABLE"
    TOO_MANY_WEBHOOKS = "TOO_MANY_WEBHOOKS"
    ADDRESS_NOT_ALLOWED = "ADDRESS_NOT_ALLOWED"
    CORRECTION_WINDOW_OPEN = "CORRECTION_WINDOW_OPEN"
    GROUND_UNKNOWN = "GROUND_UNKNOWN"
    EVENTS_NOT_FOUND = "EVENTS_NOT_FOUND"
    EXCUSED_BY_OUTAGE = "EXCUSED_BY_OUTAGE"
    CASE_NOT_CLOSED = "CASE_NOT_CLOSED"
    ALREADY_RATED = "ALREADY_RATED"
    CATEGORY_UNKNOWN = "CATEGORY_UNKNOWN"
    DEPARTMENT_UNKNOWN = "DEPARTMENT_UNKNOWN"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    MANDATE_NOT_IN_FORCE = "MANDATE_NOT_IN_FORCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One error in a submitted document: where it is (an RFC 6901 pointer) and what is wrong.

    ``code`` names a text in both languages at the edge, with ``{blanks}`` filled in from here; without one, ``detail``
    is the Chinese text and ``english`` the English one.
    """

    pointer: str
    detail: str
    english: str = ""
    code: str = ""
    blanks: Mapping[str, str] = field(default_factory=dict)


class DomainError(Exception):
    """A refusal by the service, with the reason.

    ``facts`` are added to the response beside the texts (dates, article numbers, codes, lists of reasons) and never
    hold personal data.
    """

    def __init__(
        self,
        code: ErrorCode,
        *,
        faults: Sequence[FieldError] = (),
        **facts: str | int | Sequence[Mapping[str, str]],
    ) -> None:
        """Keep the code, the facts for its text, and every field error of a document."""
        super().__init__(code.value)
        self.code = code
        self.faults = tuple(faults)
        self.facts = facts
