"""The application form (申请表): what somebody has filled in so far, before there is a draft to sign."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from chalicelib.cases.model.case import Way
from chalicelib.catalogue.model.questions import Answers, Question
from chalicelib.subjects.model.subjects import SubjectKey


class Source(StrEnum):
    """Where an answer comes from that nobody has typed into this form."""

    LOGIN = "login"
    """The identity of the login."""

    CONTACT = "contact"
    """The phone number or e-mail address at which messages reach the person."""

    CASE = "case"
    """An earlier case of the same person."""

    GUIDE = "guide"
    """The questions that led here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an answer comes from; ``on`` is the day of the case, if it comes from one."""

    source: Source
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """The questions that are asked together; the page is called after the first of them."""

    questions: tuple[Question, ...]

    @property
    def page_id(self) -> str:
        """Its name in addresses."""
        return self.questions[0].id

    @property
    def names(self) -> frozenset[str]:
        """The ids of its questions."""
        return frozenset(question.id for question in self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationForm:
    """A form in progress; only its maker sees it, and nobody is bound by it.

    ``asked`` are the questions that the maker has been asked already. ``origins`` say of answers that were filled in
    beforehand where they come from, until they are changed. ``version`` comes from the row and is not part of the
    stored document; it is 0 until the form is saved.
    """

    form_id: str
    maker: SubjectKey
    item_code: str
    way: Way
    expires_at: datetime
    authority: str = ""
    answers: Answers = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    version: Annotated[int, Field(exclude=True)] = 0

    def with_answers(self, given: Answers, *, to: frozenset[str]) -> Self:
        """Return the form once these questions have been answered; what is not among ``given`` was left blank."""
        kept = {name: answer for name, answer in self.answers.items() if name not in to}
        origins = {
            name: origin
            for name, origin in self.origins.items()
            if name not in to or given.get(name) == self.answers.get(name)
        }
        return replace(self, answers={**kept, **given}, origins=origins, asked=self.asked | to)
