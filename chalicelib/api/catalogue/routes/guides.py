"""HTTP routes for guides (引导办理): a few questions that lead to the one item that somebody needs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AliasPath, BeforeValidator, Field, StringConstraints

from chalicelib.catalogue.model.guides import Ending, Guide
from chalicelib.catalogue.rules.guides import follow, in_force, matching
from chalicelib.catalogue.store.characters import characters
from chalicelib.catalogue.store.guides import editions
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Answer, Call, Query, ResponseBody, Routes

routes = Routes("catalogue")

Answered = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^([a-z0-9-]+:[a-z0-9-]+(,[a-z0-9-]+:[a-z0-9-]+)*)?$")
]


class GuidesQuery(Query):
    """The search words."""

    q: Annotated[str, Field(max_length=100)] = ""


class GuideStepQuery(Query):
    """The answers so far as ``question:value``, separated by commas; a later answer to the same question wins."""

    answered: Answered = ""


class GuideListItemResponse(ResponseBody):
    """A guide in a list; ``kinds`` is the number of items it can lead to, ``source`` where they are published."""

    code: str
    name: str
    name_en: str
    summary: str
    summary_en: str
    source: str
    in_force_from: date
    kinds: Annotated[int, Field(validation_alias="endings"), BeforeValidator(len)]


class GuideListResponse(ResponseBody):
    """The guides in force, by code."""

    items: tuple[GuideListItemResponse, ...]


class GuideChoiceResponse(ResponseBody):
    """An answer; ``leads_to`` is the id of a question or ending, ``fills`` what it already answers of the item."""

    value: str
    text: str
    text_en: str
    leads_to: str
    fills: Mapping[str, bool | str]


class GuideQuestionResponse(ResponseBody):
    """A question with exactly one answer."""

    id: str
    text: str
    text_en: str
    hint: str
    hint_en: str
    choices: tuple[GuideChoiceResponse, ...]


class GuideEndingResponse(ResponseBody):
    """Where a guide leads; ``item_code`` is null if another office handles it or the item is not in force."""

    id: str
    name: str
    name_en: str
    office: str
    office_en: str
    item_code: str | None


class GuideResponse(GuideListItemResponse):
    """A guide with all its questions and endings."""

    first: str
    forks: tuple[GuideQuestionResponse, ...]
    endings: tuple[GuideEndingResponse, ...]


class GuideAnswerResponse(ResponseBody):
    """A question that was answered, and the answer."""

    question: Annotated[str, Field(validation_alias=AliasPath("fork", "id"))]
    text: Annotated[str, Field(validation_alias=AliasPath("fork", "text"))]
    text_en: Annotated[str, Field(validation_alias=AliasPath("fork", "text_en"))]
    value: Annotated[str, Field(validation_alias=AliasPath("choice", "value"))]
    choice: Annotated[str, Field(validation_alias=AliasPath("choice", "text"))]
    choice_en: Annotated[str, Field(validation_alias=AliasPath("choice", "text_en"))]


class GuideStepResponse(ResponseBody):
    """Where the answers lead: either the next question or an ending.

    ``answered`` holds the valid answers in the form of the next request; ``answers`` are those to the questions of
    the item at the end.
    """

    guide: GuideListItemResponse
    answered: str
    given: tuple[GuideAnswerResponse, ...]
    question: Annotated[GuideQuestionResponse | None, Field(validation_alias="fork")]
    ending: GuideEndingResponse | None
    answers: Mapping[str, bool | str]


@routes.get(
    "/v1/guides", public=True, query=GuidesQuery, answer=GuideListResponse, summary="Find guides by plain words"
)
def find_guides(call: Call[None]) -> Answer[GuideListResponse]:
    """List the guides in force; they are few, so there are no pages."""
    found = matching(in_force(editions(), on=day_in_shanghai(call.at)), call.query.q, characters())
    return Answer(body=GuideListResponse(items=tuple(GuideListItemResponse.model_validate(guide) for guide in found)))


@routes.get("/v1/guides/{guide_code}", public=True, answer=GuideResponse, summary="Read a guide with all its questions")
def read_guide(call: Call[None]) -> Answer[GuideResponse]:
    """Return the whole tree, for clients that ask the questions themselves."""
    guide = _guide_in(call)
    endings = [_ending(ending, call) for ending in guide.endings]
    return Answer(body=GuideResponse.of(guide, endings=endings))


@routes.get(
    "/v1/guides/{guide_code}/step",
    public=True,
    query=GuideStepQuery,
    answer=GuideStepResponse,
    summary="Say what a guide asks next, or where it has led",
)
def step(call: Call[None]) -> Answer[GuideStepResponse]:
    """Follow the answers; an invalid answer is ignored and its question asked again."""
    guide = _guide_in(call)
    standing = follow(guide, _answers(call.query.answered))
    body = GuideStepResponse.of(
        standing,
        guide=guide,
        answered=",".join(f"{one.fork.id}:{one.choice.value}" for one in standing.given),
        ending=None if standing.ending is None else _ending(standing.ending, call),
    )
    return Answer(body=body)


def _guide_in(call: Call[None]) -> Guide:
    for guide in in_force(editions(), on=day_in_shanghai(call.at)):
        if guide.code == call.path["guide_code"]:
            return guide
    raise DomainError(ErrorCode.NOT_FOUND)


def _answers(answered: str) -> dict[str, str]:
    parts = (one.partition(":") for one in answered.split(",") if one)
    return {question: value for question, _, value in parts}


def _ending(ending: Ending, call: Call[None]) -> GuideEndingResponse:
    """Build the response for an ending; it names the item only if one can apply for it now."""
    code = ending.item_code
    item, abolition = (None, None) if code is None else container().catalogue.guide(code, at=call.at)
    is_listed = item is not None and abolition is None
    return GuideEndingResponse.of(ending, item_code=code if is_listed else None)
