"""Responses for credit grades, with everything a grade was computed from (R6.12)."""

from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.credit.rules.grades import Grade
from chalicelib.http.language import Language
from chalicelib.http.routes import ResponseBody


class GradeInputResponse(ResponseBody):
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


class GradeBandResponse(ResponseBody):
    """A grade of the scale, and the lowest score for it."""

    label: str
    least: int


class GradeResponse(ResponseBody):
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
    inputs: list[GradeInputResponse]
    bands: list[GradeBandResponse]


def grade_response(grade: Grade, language: Language) -> GradeResponse:
    """Build the response for a grade in the caller's language."""
    scale, is_english = grade.scale, language == "en"
    return GradeResponse.of(
        scale,
        label=grade.band.english if is_english else grade.band.name,
        score=grade.score,
        scale=scale.english if is_english else scale.name,
        inputs=[
            GradeInputResponse.of(each, text=each.weight.english if is_english else each.weight.name)
            for each in grade.inputs
        ],
        bands=[GradeBandResponse.of(band, label=band.english if is_english else band.name) for band in scale.bands],
    )
