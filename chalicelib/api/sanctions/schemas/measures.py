"""What is sent and answered about editions of the list of measures."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.records import Effect, Severity
from chalicelib.http.routes import Body, Code, Day, Line, Page, PageQuery, Shape, Text
from chalicelib.sanctions.model.editions import EditionStatus, Evaluation, EvaluationState
from chalicelib.sanctions.model.flags import Conduct, LostGround, Measure, MeasureClass, MeasureList
from chalicelib.subjects.model.subjects import SubjectKind

Related = Annotated[list[Code], Field(max_length=200)]
Carried = Annotated[list[Severity], Field(min_length=1, max_length=3)]


class EditionStands(StrEnum):
    """Whether an edition holds, held before, or will hold."""

    PAST = "past"
    IN_FORCE = "in_force"
    TO_COME = "to_come"


class ConductBody(Body):
    """A level of conduct that the proportionality table knows."""

    code: Code
    name: Line


class MeasureBody(Body):
    """A row of the list; what is missing here may not be used (R2.1)."""

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
    note: Annotated[str, Field(max_length=500)] = ""


class MeasureListBody(Body):
    """An edition of the list, as ``GET /v1/measures`` shows one; ``edition`` is that of the address."""

    edition: Code | None = None
    title: Line
    in_force_from: Day
    conducts: Annotated[list[ConductBody], Field(min_length=1, max_length=50)]
    items: Annotated[list[MeasureBody], Field(min_length=1, max_length=100)]
    sources: Annotated[list[Line], Field(min_length=1, max_length=50)]


class ListLoadingQuery(PageQuery):
    """Whether only to say which flags would lose their ground, and which page of that."""

    dry_run: bool = False


class GroundShape(Shape):
    """What a flag lacks under the edition."""

    code: LostGround
    text: str


class LosingShape(Shape):
    """A live flag that the edition takes the ground from."""

    flag_id: str
    department: str
    measure_code: str
    measure: str
    edition: str
    related_items: list[str]
    ends_on: date
    grounds: list[GroundShape]


class EvaluationShape(Shape):
    """How far live flags have been held against the edition."""

    state: EvaluationState
    begins_on: date
    looked_at: int
    suspended: int
    failed: int


class ListLoadingShape(Page):
    """What an edition brings: with ``dry_run`` the flags that it would suspend, else how far the evaluation is."""

    edition: str
    in_force_from: date
    dry_run: bool
    looked_at: int
    evaluation: EvaluationShape | None
    items: list[LosingShape]


class LoadedEdition(Shape):
    """An edition of the list; ``evaluation`` is ``null`` for one that came with the service."""

    edition: str
    title: str
    in_force_from: date
    stands: EditionStands
    evaluation: EvaluationShape | None


class LoadedEditions(Shape):
    """All editions of the list, oldest first."""

    items: list[LoadedEdition]


def standing_shape(standing: EditionStatus, in_force: MeasureList) -> LoadedEdition:
    """Show an edition beside the one that is in force."""
    edition = standing.edition
    stands = EditionStands.TO_COME if edition.in_force_from > in_force.in_force_from else EditionStands.PAST
    if edition.edition == in_force.edition:
        stands = EditionStands.IN_FORCE
    return LoadedEdition(
        edition=edition.edition,
        title=edition.title,
        in_force_from=edition.in_force_from,
        stands=stands,
        evaluation=evaluation_shape(standing.evaluation, begins_on=edition.in_force_from),
    )


def measure_list(body: MeasureListBody, edition: str) -> MeasureList:
    """Return the edition that was sent."""
    return MeasureList(
        edition=edition,
        title=body.title,
        in_force_from=body.in_force_from,
        conducts=tuple(Conduct(code=conduct.code, name=conduct.name) for conduct in body.conducts),
        measures=tuple(_measure(row) for row in body.items),
        sources=tuple(body.sources),
    )


def evaluation_shape(evaluation: Evaluation | None, *, begins_on: date) -> EvaluationShape | None:
    """Show how far an evaluation is; None for an edition that came with the service."""
    if evaluation is None:
        return None
    return EvaluationShape(
        state=evaluation.state,
        begins_on=begins_on,
        looked_at=evaluation.looked_at,
        suspended=evaluation.suspended,
        failed=evaluation.failed,
    )


def _measure(row: MeasureBody) -> Measure:
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
