"""The grade that an edition of a scale gives a subject, and why (R6.11, R6.12).

It is shown only to the subject: no check, promise or decision uses it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from chalicelib.credit.model.records import Displayed, Severity, Summary
from chalicelib.credit.rules.summary import is_flag_in_force
from chalicelib.rulepacks.model.grade_scale import Band, GradeScale, InputKey, Weight
from chalicelib.subjects.model.subjects import SubjectKind

SEVERITIES = {
    InputKey.MINOR_RECORDS: Severity.MINOR,
    InputKey.GENERAL_RECORDS: Severity.GENERAL,
    InputKey.SERIOUS_RECORDS: Severity.SERIOUS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One input of a grade: its count, and the points it added or subtracted."""

    weight: Weight
    number: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grade with everything it was computed from, so that it can be verified (R6.12)."""

    scale: GradeScale
    band: Band
    score: int
    inputs: tuple[Counted, ...]


def grade_of(
    summary: Summary, records: Collection[Displayed], scale: GradeScale | None, *, kind: SubjectKind, on: date
) -> Grade | None:
    """Return a subject's grade on a day; None without a scale or if the scale does not cover this kind of subject.

    ``records`` are those that may be displayed. They count from their first day to their last, flags while they have
    effect.
    """
    if scale is None or kind.value not in scale.subject_kinds:
        return None
    inputs = tuple(_counted(weight, _number(weight.key, summary, records, on=on)) for weight in scale.weights)
    score = min(scale.top, max(0, scale.base + sum(each.points for each in inputs)))
    return Grade(scale=scale, band=scale.band(score), score=score, inputs=inputs)


def _counted(weight: Weight, number: int) -> Counted:
    counting = number if weight.most is None else min(number, weight.most)
    return Counted(weight=weight, number=number, points=weight.points * counting)


def _number(key: InputKey, summary: Summary, records: Collection[Displayed], *, on: date) -> int:
    if key is InputKey.FLAGS:
        return sum(is_flag_in_force(flag, on=on) and not flag.is_paused for flag in summary.flags)
    return sum(record.severity is SEVERITIES[key] and record.since <= on <= record.until for record in records)
