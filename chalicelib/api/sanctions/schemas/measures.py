"""Requests and responses for editions of the list of measures."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.records import Effect, Severity
from chalicelib.http.routes import Code, Day, Line, PageQuery, PageResponse, RequestBody, ResponseBody, Text
from chalicelib.readable import Readable
from chalicelib.sanctions.model.editions import EditionStatus, Evaluation, EvaluationState
from chalicelib.sanctions.model.flags import Conduct, LostGround, Measure, MeasureClass, MeasureList
from chalicelib.subjects.model.subjects import SubjectKind

Related = Annotated[list[Code], Field(max_length=200)]
Carried = Annotated[list[Severity], Field(min_length=1, max_length=3)]


class EditionStands(StrEnum):
    """Whether an edition is in force, was, or will be."""

    PAST = "past"
    IN_FORCE = "in_force"
    TO_COME = "to_come"


class ConductInput(RequestBody):
    """A level of conduct in the proportionality table (失信行为)."""

    code: Code
    name: Line


class MeasureInput(RequestBody):
    """A measure of the list; a measure that is not listed may not be used (R2.1)."""

    code: Code
    measure_class: MeasureClass
    measure: Line
    content: Text
    target: Text
    basis: Line
    organ: Line
    in_force_from: Day
    in_force_to: Day | None = None
    effect: Effect
    subject_kinds: Annotated[list[SubjectKind], Field(min_length=1, max_length=len(SubjectKind))]
    allowed: Annotated[dict[Code, Carried], Field(min_length=1, max_length=50)]
    related_items: Related
    most_months: Annotated[int, Field(ge=1, le=60)]
    note: Annotated[str, Readable(longest=500)] = ""


class MeasureListRequest(RequestBody):
    """An edition of the list, as ``GET /v1/measures`` returns it; ``edition`` must match the path."""

    edition: Code | None = None
    title: Line
    in_force_from: Day
    conducts: Annotated[list[ConductInput], Field(min_length=1, max_length=50)]
    items: Annotated[list[MeasureInput], Field(min_length=1, max_length=100)]
    sources: Annotated[list[Line], Field(min_length=1, max_length=50)]


class LoadMeasureListQuery(PageQuery):
    """``dry_run`` previews which flags would lose their ground, page by page."""

    dry_run: bool = False


class LostGroundResponse(ResponseBody):
    """What a flag lacks under an edition."""

    code: LostGround
    text: str


class FlagLosingGroundResponse(ResponseBody):
    """A flag that would lose its ground under an edition."""

    flag_id: str
    department: str
    measure_code: str
    measure: str
    edition: str
    related_items: list[str]
    ends_on: date
    grounds: list[LostGroundResponse]


class ReEvaluationResponse(ResponseBody):
    """The progress of re-evaluating live flags under an edition."""

    state: EvaluationState
    begins_on: date
    looked_at: int
    suspended: int
    failed: int


class LoadMeasureListResponse(PageResponse):
    """The effect of an edition: on a dry run the flags it would suspend, else the progress of the re-evaluation."""

    edition: str
    in_force_from: date
    dry_run: bool
    looked_at: int
    evaluation: ReEvaluationResponse | None
    items: list[FlagLosingGroundResponse]


class MeasureListEditionResponse(ResponseBody):
    """An edition of the list; ``evaluation`` is null for one shipped with the service."""

    edition: str
    title: str
    in_force_from: date
    stands: EditionStands
    evaluation: ReEvaluationResponse | None


class MeasureListEditionsResponse(ResponseBody):
    """All editions of the list, oldest first."""

    items: list[MeasureListEditionResponse]


def standing_response(standing: EditionStatus, in_force: MeasureList) -> MeasureListEditionResponse:
    """Build the response for an edition, compared with the one in force."""
    edition = standing.edition
    stands = EditionStands.TO_COME if edition.in_force_from > in_force.in_force_from else EditionStands.PAST
    if edition.edition == in_force.edition:
        stands = EditionStands.IN_FORCE
    evaluation = evaluation_response(standing.evaluation, begins_on=edition.in_force_from)
    return MeasureListEditionResponse.of(edition, stands=stands, evaluation=evaluation)


def measure_list(body: MeasureListRequest, edition: str) -> MeasureList:
    """Return the edition that was sent."""
    return MeasureList(
        edition=edition,
        title=body.title,
        in_force_from=body.in_force_from,
        conducts=tuple(Conduct(code=conduct.code, name=conduct.name) for conduct in body.conducts),
        measures=tuple(_measure(row) for row in body.items),
        sources=tuple(body.sources),
    )


def evaluation_response(evaluation: Evaluation | None, *, begins_on: date) -> ReEvaluationResponse | None:
    """Build the response for a re-evaluation; ``None`` for an edition shipped with the service."""
    return None if evaluation is None else ReEvaluationResponse.of(evaluation, begins_on=begins_on)


def _measure(row: MeasureInput) -> Measure:
    return Measure(
        code=row.code,
        class_=row.measure_class,
        measure=row.measure,
        content=row.content,
        target=row.target,
        basis=row.basis,
        organ=row.organ,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        effect=row.effect,
        subject_kinds=tuple(row.subject_kinds),
        allowed={conduct: tuple(severities) for conduct, severities in row.allowed.items()},
        related_items=tuple(row.related_items),
        most_months=row.most_months,
        note=row.note,
    )
