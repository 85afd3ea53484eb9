"""How a grade is shown to its subject: with all that it was worked out from (R6.12)."""

from chalicelib.credit.rules.grades import Grade
from chalicelib.http.language import Language
from chalicelib.http.routes import Shape


class GradeInputShape(Shape):
    """What counts towards a grade: how many there are, what each weighs, and the points that they made together.

    Beyond ``most`` of them, none counts any more.
    """

    input: str
    text: str
    number: int
    weight: int
    most: int | None
    points: int
    basis: str


class GradeBandShape(Shape):
    """A grade of the scale, and the fewest points that reach it."""

    label: str
    least: int


class GradeShape(Shape):
    """One's own grade with the edition of its scale, what it was worked out from, and what other grades there are.

    No check, no promise and no decision asks for it.
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
    """Show a grade to the subject, in its language."""
    scale, is_english = grade.scale, language == "en"
    return GradeShape(
        label=grade.band.english if is_english else grade.band.name,
        score=grade.score,
        base=scale.base,
        top=scale.top,
        edition=scale.edition,
        scale=scale.english if is_english else scale.name,
        basis=scale.basis,
        inputs=[
            GradeInputShape(
                input=each.weight.key,
                text=each.weight.english if is_english else each.weight.name,
                number=each.number,
                weight=each.weight.points,
                most=each.weight.most,
                points=each.points,
                basis=each.weight.basis,
            )
            for each in grade.inputs
        ],
        bands=[
            GradeBandShape(label=band.english if is_english else band.name, least=band.least) for band in scale.bands
        ],
    )
