"""What applicants are asked before their checklist is made, and what they may answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Answer: TypeAlias = bool | str
"""What an applicant may answer to a question."""

Answers: TypeAlias = Mapping[str, Answer]
"""An applicant's answers by question id."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Under which answer a material is needed (情形条件)."""

    question: str
    equals: Answer

    def holds(self, answers: Answers) -> bool:
        """Say whether the answers fulfil the condition; ``True`` and ``"true"`` are different answers."""
        answer = answers.get(self.question)
        return type(answer) is type(self.equals) and answer == self.equals


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers to choose from."""

    value: Answer
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the applicant is asked before the checklist is made (情形问题); ``options`` belong to a choice only."""

    id: str
    text: str
    kind: QuestionKind = QuestionKind.CHOICE
    required: bool = True
    options: tuple[Option, ...] = ()
    text_en: str = ""

    def has_option(self, answer: Answer) -> bool:
        """Say whether an answer is one of those to choose from; ``True`` and ``"true"`` are different answers."""
        return any(type(option.value) is type(answer) and option.value == answer for option in self.options)
