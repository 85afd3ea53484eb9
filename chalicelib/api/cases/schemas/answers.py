"""Responses for answers: what was filled in, as its reader may see it."""

from chalicelib.cases.model.answers import AnswerTold
from chalicelib.catalogue.model.questions import Given, Place, QuestionKind
from chalicelib.http.routes import ResponseBody


class AnswerResponse(ResponseBody):
    """An answer under its label, in both languages; ``value`` is null and the words are blank if it is ``withheld``.

    What is signed has a ``digest`` in place of a sensitive answer; ``salt`` is told to those who may read the answer,
    so that they can recompute it.
    """

    id: str
    kind: QuestionKind
    label: str
    label_en: str
    value: Given | None
    words: str
    words_en: str
    sensitive: bool
    withheld: bool
    shown: tuple[Place, ...]
    digest: str | None
    salt: str | None


def answer_response(told: AnswerTold) -> AnswerResponse:
    """Build the response for an answer."""
    given, content = told.given, told.content
    return AnswerResponse(
        id=given.id,
        kind=given.kind,
        label=given.label,
        label_en=given.label_en,
        sensitive=given.sensitive,
        shown=given.shown,
        value=None if content is None else content.value,
        words="" if content is None else content.words,
        words_en="" if content is None else content.words_en or content.words,
        withheld=content is None,
        digest=given.digest or None,
        salt=(content.salt or None) if content is not None else None,
    )
