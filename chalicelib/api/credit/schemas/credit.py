"""Requests and responses for credit."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.api.credit.schemas.grades import GradeResponse
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Effect, ObjectionState, Publicity, Purpose, RepairState, Severity, Text
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Code, Line, PageResponse, RequestBody, ResponseBody
from chalicelib.http.schemas import BlankAsNull
from chalicelib.subjects.model.schema import SubjectInput


class DocumentResponse(ResponseBody):
    """The document on which a record or a flag is based (认定文书)."""

    number: str
    organ: str
    effective_on: date
    served_at: datetime | None
    remedy_until: date | None


class RecordResponse(ResponseBody):
    """A stored record; ``displayed_until`` and ``repairable_from`` follow from its severity and dates.

    ``displayed`` says whether it may be shown and shared today, ``display_edition`` under which rules.
    """

    source: str
    record_id: str
    kind: str
    edition: str
    severity: Severity
    publicity: Publicity
    document: DocumentResponse
    judged_on: Annotated[date, Field(validation_alias=AliasPath("dates", "judged_on"))]
    received_on: Annotated[date, Field(validation_alias=AliasPath("dates", "received_on"))]
    displayed: bool
    displayed_until: Annotated[date | None, Field(validation_alias=AliasPath("display", "until"))]
    display_edition: Annotated[str, Field(validation_alias=AliasPath("display", "edition"))]
    display_reason: Annotated[str, Field(validation_alias=AliasPath("display", "reason"))]
    display_ended_at: Annotated[datetime | None, Field(validation_alias=AliasPath("display", "ended_at"))]
    repairable_from: Annotated[date | None, Field(validation_alias=AliasPath("display", "repairable_from"))]
    expires_on: Annotated[date | None, Field(validation_alias=AliasPath("dates", "expires_on"))]
    basis: str
    repair_notice: str
    contents: dict[str, str]
    related_items: list[str]
    objection: ObjectionState
    repair: RepairState
    source_version: int
    version: int


CHANNEL = Text(
    zh="本服务是唯一的官方受理渠道,不收取任何费用。",
    en="This service is the only official channel; it costs nothing.",
)
"""Shown wherever somebody can object or ask for repair, so that nobody pays an agency for it (R3.14)."""


class CreditCheckRequest(RequestBody):
    """A check of one subject for one item; ``purpose`` must be one of a closed list (else ``PURPOSE_REQUIRED``)."""

    subject: SubjectInput
    item_code: Code
    purpose: Annotated[Line | None, Field(json_schema_extra={"examples": [purpose.value for purpose in Purpose]})] = (
        None
    )
    case_no: Code | None = None

    def stated_purpose(self) -> Purpose:
        """Return the purpose; raises ``PURPOSE_REQUIRED`` for none, or one that is not on the list."""
        found = next((purpose for purpose in Purpose if purpose == self.purpose), None)
        if found is None:
            raise DomainError(ErrorCode.PURPOSE_REQUIRED)
        return found


class CheckReasonResponse(ResponseBody):
    """A reason, and the remedy against it."""

    code: str
    text: str
    source: str
    basis: str
    remedy: str
    contact: str
    record: str
    severity: Severity | None
    until: date | None


class CreditCheckResponse(ResponseBody):
    """The result of a check."""

    effect: Effect
    reasons: list[CheckReasonResponse]
    as_of: datetime


class BarResponse(ResponseBody):
    """A record that bars promises; ``in_force`` as of today, ``stale`` if its source has missed its update."""

    record: str
    kind: str
    severity: Severity
    organ: str
    document_no: str
    basis: str
    starts_on: date
    ends_on: date
    items: list[str]
    in_force: bool
    stale: bool
    objection: ObjectionState
    repair: RepairState


class FlagMarkResponse(ResponseBody):
    """A flag (惩戒标识) in the summary, and whether it is in force today."""

    flag_id: str
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    items: list[str]
    organ: str
    document_no: str
    basis: str
    starts_on: date
    ends_on: date
    in_force: bool
    objection: ObjectionState
    paused: Annotated[bool, Field(validation_alias="is_paused")]


class CreditLinkResponse(ResponseBody):
    """Another identity whose records and flags count for this one, and the document that links them."""

    subject: str
    kind: LinkKind
    text: str
    organ: str
    document_no: str
    since: date


class OwnCreditResponse(ResponseBody):
    """Everything in one's own credit: records, bars, flags, kept promises, and the remedies.

    ``links`` are former or merged identities, whose records are included.
    ``grade`` is null unless an edition of a scale grades this kind of subject.
    """

    version: int
    kept_promises: int
    grade: GradeResponse | None
    bars: list[BarResponse]
    flags: list[FlagMarkResponse]
    links: list[CreditLinkResponse]
    records: list[RecordResponse]
    objection: str
    repair: str
    free_of_charge: bool
    channel: str


class CreditQueryResponse(ResponseBody):
    """A query about a subject: who asked, when, why, for which item and case, and how much was returned.

    ``item_code`` is null if an office looked for what it has itself on the subject, for no item in particular.
    """

    asked_at: datetime
    by: str
    department: str
    purpose: Purpose
    item_code: BlankAsNull
    case_no: str | None
    fields: list[str]
    result_size: int


class CreditQueryPageResponse(PageResponse):
    """A page of queries about oneself, newest first."""

    items: list[CreditQueryResponse]
