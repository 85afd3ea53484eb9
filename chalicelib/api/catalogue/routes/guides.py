"""Guides over HTTP: a few questions that lead to the one smallest unit that somebody needs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from chalicelib.catalogue.model.guides import Choice, Ending, Fork, Guide, GuideProgress
from chalicelib.catalogue.rules.guides import in_force, sought, walked
from chalicelib.catalogue.store.guides import editions
from chalicelib.clock import day_in_shanghai
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Answer, Call, Query, Routes, Shape
from chalicelib.wiring import services

routes = Routes("catalogue")

Answered = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^([a-z0-9-]+:[a-z0-9-]+(,[a-z0-9-]+:[a-z0-9-]+)*)?$")
]


class GuidesQuery(Query):
    """What to look for, in plain words."""

    q: Annotated[str, Field(max_length=100)] = ""


class StepQuery(Query):
    """The answers so far, ``question:value`` with commas between them; of two to one question the later one counts."""

    answered: Answered = ""


class GuideListedShape(Shape):
    """A guide as lists show it: ``kinds`` is the number of smallest units it leads to, ``source`` whence they come."""

    code: str
    name: str
    name_en: str
    summary: str
    summary_en: str
    source: str
    in_force_from: date
    kinds: int


class GuideList(Shape):
    """Guides in force, by code."""

    items: tuple[GuideListedShape, ...]


class ChoiceShape(Shape):
    """One of the answers; ``leads_to`` is a question's id or an ending's, ``fills`` what it answers of the item."""

    value: str
    text: str
    text_en: str
    leads_to: str
    fills: Mapping[str, bool | str]


class ForkShape(Shape):
    """A question, of which exactly one choice is taken."""

    id: str
    text: str
    text_en: str
    hint: str
    hint_en: str
    choices: tuple[ChoiceShape, ...]


class EndingShape(Shape):
    """A smallest unit; ``item_code`` is absent where the office named does it, or while the item is not in force."""

    id: str
    name: str
    name_en: str
    office: str
    office_en: str
    item_code: str | None


class GuideShape(GuideListedShape):
    """A guide with every question and every ending."""

    first: str
    forks: tuple[ForkShape, ...]
    endings: tuple[EndingShape, ...]


class GivenShape(Shape):
    """A question that was answered, and what was chosen."""

    question: str
    text: str
    text_en: str
    value: str
    choice: str
    choice_en: str


class StepShape(Shape):
    """How far the answers lead: the next question or the end, one of the two.

    ``answered`` are the answers that count, as the next request sends them; ``answers`` are those to the questions of
    the item at the end.
    """

    guide: GuideListedShape
    answered: str
    given: tuple[GivenShape, ...]
    question: ForkShape | None
    ending: EndingShape | None
    answers: Mapping[str, bool | str]


@routes.get("/v1/guides", public=True, query=GuidesQuery, answer=GuideList, summary="Find guides by plain words")
def find_guides(call: Call[None]) -> Answer[GuideList]:
    """List the guides in force; they are few, so the list is whole."""
    found = sought(in_force(editions(), on=day_in_shanghai(call.at)), call.query.q)
    return Answer(body=GuideList(items=tuple(_listed(guide) for guide in found)))


@routes.get("/v1/guides/{guide_code}", public=True, answer=GuideShape, summary="Read a guide with all its questions")
def read_guide(call: Call[None]) -> Answer[GuideShape]:
    """Answer the whole tree, for whoever asks its questions in a system of their own."""
    guide = _guide_in(call)
    body = GuideShape(
        **_listed(guide).model_dump(),
        first=guide.first,
        forks=tuple(map(_fork, guide.forks)),
        endings=tuple(_ending(ending, call) for ending in guide.endings),
    )
    return Answer(body=body)


@routes.get(
    "/v1/guides/{guide_code}/step",
    public=True,
    query=StepQuery,
    answer=StepShape,
    summary="Say what a guide asks next, or where it has led",
)
def step(call: Call[None]) -> Answer[StepShape]:
    """Follow the answers as far as they lead; one that is no choice of its question is asked for again."""
    guide = _guide_in(call)
    standing = walked(guide, _answers(call.query.answered))
    return Answer(body=_step(guide, standing, call))


def _guide_in(call: Call[None]) -> Guide:
    for guide in in_force(editions(), on=day_in_shanghai(call.at)):
        if guide.code == call.path["guide_code"]:
            return guide
    raise DomainError(ErrorCode.NOT_FOUND)


def _answers(answered: str) -> dict[str, str]:
    parts = (one.partition(":") for one in answered.split(",") if one)
    return {question: value for question, _, value in parts}


def _step(guide: Guide, standing: GuideProgress, call: Call[None]) -> StepShape:
    return StepShape(
        guide=_listed(guide),
        answered=",".join(f"{one.fork.id}:{one.choice.value}" for one in standing.given),
        given=tuple(
            GivenShape(
                question=one.fork.id,
                text=one.fork.text,
                text_en=one.fork.text_en,
                value=one.choice.value,
                choice=one.choice.text,
                choice_en=one.choice.text_en,
            )
            for one in standing.given
        ),
        question=None if standing.fork is None else _fork(standing.fork),
        ending=None if standing.ending is None else _ending(standing.ending, call),
        answers=standing.answers,
    )


def _listed(guide: Guide) -> GuideListedShape:
    return GuideListedShape(
        code=guide.code,
        name=guide.name,
        name_en=guide.name_en,
        summary=guide.summary,
        summary_en=guide.summary_en,
        source=guide.source,
        in_force_from=guide.in_force_from,
        kinds=len(guide.endings),
    )


def _fork(fork: Fork) -> ForkShape:
    return ForkShape(
        id=fork.id,
        text=fork.text,
        text_en=fork.text_en,
        hint=fork.hint,
        hint_en=fork.hint_en,
        choices=tuple(map(_choice, fork.choices)),
    )


def _choice(choice: Choice) -> ChoiceShape:
    return ChoiceShape(
        value=choice.value, text=choice.text, text_en=choice.text_en, leads_to=choice.leads_to, fills=choice.fills
    )


def _ending(ending: Ending, call: Call[None]) -> EndingShape:
    """Name the item only where somebody can apply for it now."""
    code = ending.item_code
    is_listed = code is not None and services().catalogue.find(code, at=call.at) is not None
    return EndingShape(
        id=ending.id,
        name=ending.name,
        name_en=ending.name_en,
        office=ending.office,
        office_en=ending.office_en,
        item_code=code if is_listed else None,
    )
