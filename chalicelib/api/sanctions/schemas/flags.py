"""Requests and responses for measures and flags."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.api.credit.schemas.records import DocumentResponse
from chalicelib.credit.model.records import Effect, ObjectionState, Severity
from chalicelib.http.routes import (
    Code,
    Day,
    Instant,
    Line,
    LineOrBlank,
    PageQuery,
    PageResponse,
    Query,
    RequestBody,
    ResponseBody,
    Text,
    TextOrBlank,
)
from chalicelib.http.schemas import CaseNoAsTyped
from chalicelib.sanctions.model.flags import FlagState, LostGround, MeasureClass
from chalicelib.subjects.model.schema import SubjectInput
from chalicelib.subjects.model.subjects import SubjectKind


class MeasureListQuery(Query):
    """The edition of the list; by default the one in force."""

    edition: Code | None = None


class ConductResponse(ResponseBody):
    """A level of conduct in the proportionality table (失信行为)."""

    code: str
    name: str


class MeasureResponse(ResponseBody):
    """A measure of the list; ``allowed`` says for which severities of each conduct it may be used."""

    code: str
    measure_class: Annotated[MeasureClass, Field(validation_alias="class_")]
    measure: str
    content: str
    target: str
    basis: str
    organ: str
    in_force_from: date
    in_force_to: date | None
    effect: Effect
    subject_kinds: list[SubjectKind]
    allowed: dict[str, list[Severity]]
    related_items: list[str]
    most_months: int
    note: str


class MeasureListResponse(ResponseBody):
    """An edition of the list of measures."""

    edition: str
    title: str
    in_force_from: date
    conducts: list[ConductResponse]
    items: Annotated[list[MeasureResponse], Field(validation_alias="measures")]
    next_cursor: None = None
    sources: list[str]


class FlagDocumentInput(RequestBody):
    """The document in effect; ``subject`` is given if it concerns somebody else than the flag's subject.

    ``remedy_until`` is the last day for review, and never less than the law leaves; so is ``court_until``, which is
    that by itself if it is left out.
    """

    number: LineOrBlank | None = None
    organ: LineOrBlank | None = None
    effective_on: Day | None = None
    served_at: Instant | None = None
    remedy_until: Day | None = None
    court_until: Day | None = None
    subject: SubjectInput | None = None


class FlagProposalRequest(RequestBody):
    """A proposed flag: the measure, the document, the related items and the period.

    ``personal_finding`` says why a person answers for the organisation that the document concerns (R2.11).
    """

    subject: SubjectInput
    case_no: Annotated[Code | None, CaseNoAsTyped] = None
    measure_code: Code
    edition: Code | None = None
    document: FlagDocumentInput = FlagDocumentInput()
    related_items: Annotated[list[Code], Field(default_factory=list, max_length=20)]
    starts_on: Day | None = None
    ends_on: Day | None = None
    facts: Text
    conduct: Code = "false_commitment"
    severity: Severity = Severity.GENERAL
    personal_finding: Text | None = None


class FlagServiceRequest(RequestBody):
    """Proof that the notice was delivered."""

    served_at: Instant
    method: Line
    proof: Text


class FlagStatementRequest(RequestBody):
    """The subject's statement in its defence."""

    text: Text


class FlagConfirmationRequest(RequestBody):
    """Why the flag is confirmed; ``statement_answer`` is required if the subject made a statement."""

    reason: Text
    statement_answer: TextOrBlank = ""


class FlagLiftingRequest(RequestBody):
    """Why the flag is lifted, and on which legal basis."""

    reason: Text
    basis: Line


class FlagReinstatementRequest(RequestBody):
    """Why a suspended flag should be reinstated."""

    reason: Text


class FlagsQuery(PageQuery):
    """Filters: by subject, by the number of a document, or by state; applicants always get their own flags.

    ``item`` leaves those that touch an item. A page may be short of its limit, or empty, and have a next one.
    """

    subject: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")] | None = None
    document: Line | None = None
    state: FlagState | None = None
    item: Code | None = None


class FlagSubjectResponse(ResponseBody):
    """The subject of a flag, by masked name."""

    key: Annotated[str, Field(validation_alias="subject")]
    name: Annotated[str, Field(validation_alias="masked_name")]


class FlagServiceResponse(ResponseBody):
    """Proof of delivery."""

    served_at: datetime
    method: str
    proof: str


class FlagStatementResponse(ResponseBody):
    """A statement by the subject."""

    made_at: datetime
    text: str


class FlagConfirmationResponse(ResponseBody):
    """The confirmation by a second person."""

    confirmed_at: datetime
    by: str
    reason: str
    statement_answer: str


class FlagLiftingResponse(ResponseBody):
    """How a flag was lifted; ``because`` names the remedy that undid it, or ``lifting`` if there was none."""

    lifted_at: datetime
    by: str
    reason: str
    basis: str
    because: str


class FlagReinstatementResponse(ResponseBody):
    """The first request to reinstate a flag; a second person must agree."""

    asked_at: datetime
    by: str
    reason: str


class FlagSuspensionResponse(ResponseBody):
    """The edition under which the flag lost its ground, and what it lacks."""

    suspended_at: datetime
    edition: str
    grounds: list[LostGround]
    request: FlagReinstatementResponse | None


class FlagResponse(ResponseBody):
    """A flag; it has effect only while ``in_force`` and expires after ``ends_on``.

    ``objection`` says whether it is disputed, ``paused`` whether it has no effect until that is decided.
    ``defence_due_at`` is the last second for the subject's statement: in a list, of those that wait for one.
    """

    id: Annotated[str, Field(validation_alias="flag_id")]
    version: int
    state: FlagState
    in_force: bool
    subject: Annotated[FlagSubjectResponse, Field(validation_alias="party")]
    case_no: str | None
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    basis: str
    conduct: str
    severity: Severity
    document: DocumentResponse
    related_items: list[str]
    starts_on: date
    ends_on: date
    facts: str
    personal_finding: str
    proposed_by: str
    proposed_at: datetime
    service: FlagServiceResponse | None
    statements: list[FlagStatementResponse]
    confirmation: FlagConfirmationResponse | None
    lifting: FlagLiftingResponse | None
    suspension: FlagSuspensionResponse | None
    objection: ObjectionState
    paused: Annotated[bool, Field(validation_alias="is_paused")]
    defence_due_at: datetime | None


class FlagDetailResponse(FlagResponse):
    """A single flag, with the notices that are served with it."""

    remedies: str
    repair_notice: str


class FlagPageResponse(PageResponse):
    """A page of flags, newest first."""

    items: list[FlagResponse]
