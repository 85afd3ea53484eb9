"""When an edition of the list is acceptable, and the progress of a re-evaluation."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.credit.model.records import Severity
from chalicelib.errors import FieldError
from chalicelib.sanctions.model.editions import Evaluation, EvaluationState, Place
from chalicelib.sanctions.model.flags import Measure, MeasureClass, MeasureList

SETTLED_AFTER = timedelta(minutes=2)
"""The time after which no process still uses the previous editions, and the second passage begins."""


def faults_of(edition: MeasureList, known: Sequence[MeasureList]) -> tuple[FieldError, ...]:
    """Return all faults that keep an edition from being loaded; ``known`` are all others, oldest first."""
    return tuple(_faults(edition, known))


def begin(edition: MeasureList, *, begins_at: datetime, at: datetime) -> Evaluation:
    """Return the re-evaluation for an edition, due now or at the start of its first day in force."""
    return Evaluation(edition=edition.edition, begins_at=begins_at, next_at=max(begins_at, at))


def advance(
    evaluation: Evaluation, place: Place | None, *, looked_at: int, suspended: int, failed: int, at: datetime
) -> Evaluation:
    """Return the re-evaluation after a batch; ``place`` is where the next begins, None at the end of a passage."""
    following = replace(
        evaluation,
        state=EvaluationState.RUNNING,
        looked_at=evaluation.looked_at + looked_at,
        suspended=evaluation.suspended + suspended,
        failed=evaluation.failed + failed,
        rev=evaluation.rev + 1,
    )
    if place is not None:
        return replace(following, place=place, next_at=at)
    if evaluation.passage == 1:
        return replace(following, passage=2, place=Place(), next_at=at + SETTLED_AFTER)
    return replace(following, place=Place(), state=EvaluationState.DONE, next_at=None)


def _faults(edition: MeasureList, known: Sequence[MeasureList]) -> Iterator[FieldError]:
    if any(other.edition == edition.edition for other in known):
        yield FieldError(
            pointer="/edition", detail="该版本已经存在", english="this edition is there already", code="KNOWN"
        )
    newest = known[-1].in_force_from
    if edition.in_force_from <= newest:
        yield FieldError(
            pointer="/in_force_from",
            detail=f"应晚于{newest.isoformat()}",
            english=f"must be later than {newest.isoformat()}",
            code="TOO_EARLY",
        )
    conducts = {conduct.code for conduct in edition.conducts}
    codes: set[str] = set()
    for number, measure in enumerate(edition.measures):
        pointer = f"/items/{number}"
        if measure.code in codes:
            yield FieldError(pointer=f"{pointer}/code", detail="编号重复", english="the code is taken", code="TWICE")
        codes.add(measure.code)
        yield from _faults_of_measure(measure, conducts, pointer)


def _faults_of_measure(measure: Measure, conducts: set[str], pointer: str) -> Iterator[FieldError]:
    for conduct, severities in measure.allowed.items():
        here = f"{pointer}/allowed/{conduct}"
        if conduct not in conducts:
            yield FieldError(pointer=here, detail="没有该行为", english="no such conduct", code="UNKNOWN_CONDUCT")
        if Severity.NONE in severities:
            yield FieldError(
                pointer=here, detail="没有失信", english="nothing adverse was done", code="DISPROPORTIONATE"
            )
        if measure.class_ is MeasureClass.CLASS_1 and Severity.MINOR in severities:
            yield FieldError(
                pointer=here,
                detail="轻微失信行为不得适用减损权益或者增加义务的措施",
                english="a minor record can never carry a measure that reduces rights",
                code="DISPROPORTIONATE",
            )
    if measure.in_force_to is not None and measure.in_force_to < measure.in_force_from:
        yield FieldError(
            pointer=f"{pointer}/in_force_to", detail="早于生效日期", english="before its first day", code="OUT_OF_RANGE"
        )
