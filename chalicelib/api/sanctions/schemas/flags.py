"""Bodies and answers about measures and flags."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.api.credit.schemas.credit import DocumentShape
from chalicelib.credit.model.record_schema import Given
from chalicelib.credit.model.records import Effect, ObjectionState, Severity
from chalicelib.http.routes import Body, Code, Day, Instant, Line, Page, PageQuery, Query, Shape, Text
from chalicelib.sanctions.model.flags import Flag, FlagState, LostGround, Measure, MeasureClass
from chalicelib.subjects.model.schema import SubjectBody
from chalicelib.subjects.model.subjects import SubjectKind


class ListQuery(Query):
    """Which edition of the list; the one in force if none is named."""

    edition: Code | None = None


class ConductShape(Shape):
    """A level of conduct that the proportionality table knows."""

    code: str
    name: str


class MeasureShape(Shape):
    """A row of the list; ``allowed`` says for each conduct which severities carry the measure."""

    code: str
    measure_class: MeasureClass
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


class MeasureListShape(Shape):
    """An edition of the list of measures."""

    edition: str
    title: str
    in_force_from: date
    conducts: list[ConductShape]
    items: list[MeasureShape]
    next_cursor: None = None
    sources: list[str]


class FlagDocumentBody(Body):
    """The effective document; ``subject`` is whom it is about, if that is not the flag's own subject."""

    number: Given | None = None
    organ: Given | None = None
    effective_on: Day | None = None
    served_at: Instant | None = None
    remedy_until: Day | None = None
    subject: SubjectBody | None = None


class FlagBody(Body):
    """A flag to propose: which measure, on which document, for which related items, from when to when.

    ``personal_finding`` says why a person answers for the organisation that the document is about (R2.11).
    """

    subject: SubjectBody
    case_no: Code | None = None
    measure_code: Code
    edition: Code | None = None
    document: FlagDocumentBody = FlagDocumentBody()
    related_items: Annotated[list[Code], Field(default_factory=list, max_length=20)]
    starts_on: Day | None = None
    ends_on: Day | None = None
    facts: Text
    conduct: Code = "false_commitment"
    severity: Severity = Severity.GENERAL
    personal_finding: Text | None = None


class FlagServiceBody(Body):
    """Proof that the subject was told."""

    served_at: Instant
    method: Line
    proof: Text


class FlagStatementBody(Body):
    """What the subject says in its defence."""

    text: Text


class FlagConfirmationBody(Body):
    """Why the flag is confirmed; ``statement_answer`` is owed if the subject spoke."""

    reason: Text
    statement_answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""


class LiftingBody(Body):
    """Why the flag ends, and on which basis."""

    reason: Text
    basis: Line


class ResumptionBody(Body):
    """Why a suspended flag should go on."""

    reason: Text


class FlagsQuery(PageQuery):
    """Whose flags, or the department's own in one state; applicants see their own whatever they ask for."""

    subject: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")] | None = None
    state: FlagState | None = None


class FlagSubject(Shape):
    """Whom a flag is for, masked."""

    key: str
    name: str


class FlagServiceShape(Shape):
    """Proof of delivery."""

    served_at: datetime
    method: str
    proof: str


class FlagStatementShape(Shape):
    """One statement of the subject."""

    made_at: datetime
    text: str


class FlagConfirmationShape(Shape):
    """The second person's decision."""

    confirmed_at: datetime
    by: str
    reason: str
    statement_answer: str


class LiftingShape(Shape):
    """How a flag ended before its time; ``because`` names what undid it, ``lifting`` where nobody asked for it."""

    lifted_at: datetime
    by: str
    reason: str
    basis: str
    because: str


class ResumptionShape(Shape):
    """Who asked that the flag goes on; a second person must want it too."""

    asked_at: datetime
    by: str
    reason: str


class SuspensionShape(Shape):
    """Which edition of the list took the flag's ground, and what it lacks."""

    suspended_at: datetime
    edition: str
    grounds: list[LostGround]
    request: ResumptionShape | None


class FlagShape(Shape):
    """A flag; it has effect only while ``in_force``, and stops by itself after ``ends_on``.

    ``objection`` says whether it is disputed, ``paused`` that it has no effect until that is decided.
    """

    id: str
    version: int
    state: FlagState
    in_force: bool
    subject: FlagSubject
    case_no: str | None
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    basis: str
    conduct: str
    severity: Severity
    document: DocumentShape
    related_items: list[str]
    starts_on: date
    ends_on: date
    facts: str
    personal_finding: str
    proposed_by: str
    proposed_at: datetime
    service: FlagServiceShape | None
    statements: list[FlagStatementShape]
    confirmation: FlagConfirmationShape | None
    lifting: LiftingShape | None
    suspension: SuspensionShape | None
    objection: ObjectionState
    paused: bool


class FlagSeen(FlagShape):
    """A flag by itself, with the last second in which its subject may still speak."""

    defence_due_at: datetime | None


class Flags(Page):
    """Flags of a subject, or of a department in one state, newest first."""

    items: list[FlagShape]


def measure_shape(measure: Measure) -> MeasureShape:
    """Show a row of the list."""
    return MeasureShape(
        code=measure.code,
        measure_class=measure.class_,
        measure=measure.measure,
        content=measure.content,
        target=measure.target,
        basis=measure.basis,
        organ=measure.organ,
        in_force_from=measure.in_force_from,
        in_force_to=measure.in_force_to,
        effect=measure.effect,
        subject_kinds=list(measure.subject_kinds),
        allowed={conduct: list(severities) for conduct, severities in measure.allowed.items()},
        related_items=list(measure.related_items),
        most_months=measure.most_months,
        note=measure.note,
    )


def flag_shape(flag: Flag, *, on: date) -> FlagShape:
    """Show a flag as it stands on a day."""
    return FlagShape(
        id=flag.flag_id,
        version=flag.version,
        state=flag.state,
        in_force=flag.is_in_force(on),
        subject=FlagSubject(key=flag.subject, name=flag.party.masked_name),
        case_no=flag.case_no,
        measure_code=flag.measure_code,
        measure=flag.measure,
        edition=flag.edition,
        effect=flag.effect,
        basis=flag.basis,
        conduct=flag.conduct,
        severity=flag.severity,
        document=DocumentShape.model_validate(flag.document),
        related_items=list(flag.related_items),
        starts_on=flag.starts_on,
        ends_on=flag.ends_on,
        facts=flag.facts,
        personal_finding=flag.personal_finding,
        proposed_by=flag.proposed_by,
        proposed_at=flag.proposed_at,
        service=None if flag.service is None else FlagServiceShape.model_validate(flag.service),
        statements=[FlagStatementShape.model_validate(statement) for statement in flag.statements],
        confirmation=None if flag.confirmation is None else FlagConfirmationShape.model_validate(flag.confirmation),
        lifting=None if flag.lifting is None else LiftingShape.model_validate(flag.lifting),
        suspension=None if flag.suspension is None else SuspensionShape.model_validate(flag.suspension),
        objection=flag.objection,
        paused=flag.is_paused,
    )
