"""The questions that determine an applicant's checklist, and the possible answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Answer: TypeAlias = bool | str
"""An applicant's answer to one question."""

Answers: TypeAlias = Mapping[str, Answer]
"""An applicant's answers by question id."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The answer that makes a material necessary (情形条件)."""

    question: str
    equals: Answer

    def holds(self, answers: Answers) -> bool:
        """Return whether the answers meet the condition; ``True`` and ``"true"`` are different answers."""
        answer = answers.get(self.question)
        return type(answer) is type(self.equals) and answer == self.equals


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers of a choice."""

    value: Answer
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question asked before the checklist is made (情形问题); only choices have ``options``."""

    id: str
    text: str
    kind: QuestionKind = QuestionKind.CHOICE
    required: bool = True
    options: tuple[Option, ...] = ()
    text_en: str = ""

    def has_option(self, answer: Answer) -> bool:
        """Return whether this is one of the options; ``True`` and ``"true"`` are different answers."""
        return any(type(option.value) is type(answer) and option.value == answer for option in self.options)
