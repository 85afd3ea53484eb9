"""What an applicant filled in (填写内容), as a draft and a case keep it."""

from dataclasses import dataclass

from chalicelib.catalogue.model.questions import Given, Place, QuestionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An answer: the form that is kept, and the words that people read. ``salt`` is the digest's, if there is one.

    ``words_en`` is blank where the Chinese words serve.
    """

    value: Given
    words: str
    words_en: str = ""
    salt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """An answer with the label under which it was given.

    The content of a sensitive one is encrypted beside the answers (``SealedAnswers``). What is signed has an answer in
    words, or, with a ``digest``, by that alone: see ``catalogue.model.questions.Question.is_open``.
    """

    id: str
    kind: QuestionKind
    label: str
    label_en: str
    sensitive: bool = False
    shown: tuple[Place, ...] = tuple(Place)
    content: Content | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAnswers:
    """The contents of all sensitive answers of a case as one ciphertext, and the data key that KMS encrypted for it.

    Both are in base64.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTold:
    """An answer as one caller is told it; ``content`` is None if it is withheld from them."""

    given: AnswerGiven
    content: Content | None
