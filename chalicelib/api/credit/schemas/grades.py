"""Responses for credit grades, with everything a grade was computed from (R6.12)."""

from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.credit.rules.grades import Grade
from chalicelib.http.language import Language
from chalicelib.http.routes import Shape


class GradeInputShape(Shape):
    """One input of a grade: the number counted, the weight of each, and the resulting points.

    Anything beyond ``most`` is not counted.
    """

    input: Annotated[str, Field(validation_alias=AliasPath("weight", "key"))]
    text: str
    number: int
    weight: Annotated[int, Field(validation_alias=AliasPath("weight", "points"))]
    most: Annotated[int | None, Field(validation_alias=AliasPath("weight", "most"))]
    points: int
    basis: Annotated[str, Field(validation_alias=AliasPath("weight", "basis"))]


class GradeBandShape(Shape):
    """A grade of the scale, and the lowest score for it."""

    label: str
    least: int


class GradeShape(Shape):
    """One's own grade: the scale's edition, the inputs, and all grades of the scale.

    No check, promise or decision uses it.
    """

    label: str
    score: int
    base: int
    top: int
    edition: str
    scale: str
    basis: str
    inputs: list[GradeInputShape]
    bands: list[GradeBandShape]


def grade_shape(grade: Grade, language: Language) -> GradeShape:
    """Build the response for a grade in the caller's language."""
    scale, is_english = grade.scale, language == "en"
    return GradeShape.of(
        scale,
        label=grade.band.english if is_english else grade.band.name,
        score=grade.score,
        scale=scale.english if is_english else scale.name,
        inputs=[
            GradeInputShape.of(each, text=each.weight.english if is_english else each.weight.name)
            for each in grade.inputs
        ],
        bands=[GradeBandShape.of(band, label=band.english if is_english else band.name) for band in scale.bands],
    )
