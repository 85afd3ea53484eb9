"""An applicant's answer to one question, in its one form and in words."""

from dataclasses import dataclass

from chalicelib.catalogue.model.questions import Given, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer (填写内容): ``value`` is the form that is kept, the words are what people read."""

    question: Question
    value: Given
    words: str
    words_en: str
