"""HTTP routes for editions of the list of measures, and for the flags that an edition suspends."""

from typing import Any

from chalicelib.api.sanctions.schemas.flags import FlagDetailResponse, FlagReinstatementRequest
from chalicelib.api.sanctions.schemas.measures import (
    FlagLosingGroundResponse,
    LoadMeasureListQuery,
    LoadMeasureListResponse,
    LostGroundResponse,
    MeasureListEditionsResponse,
    MeasureListRequest,
    evaluation_response,
    measure_list,
    standing_response,
)
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.policy import Role
from chalicelib.sanctions.model.editions import Losing, Place
from chalicelib.sanctions.rules.measures import WORDS
from chalicelib.sanctions.services.editions import PUBLISHERS

routes = Routes("measures")


@routes.put(
    "/v1/measures/{edition}",
    summary="Load an edition of the list of measures, or see which flags it would suspend",
    roles=PUBLISHERS,
    query=LoadMeasureListQuery,
    body=MeasureListRequest,
    answer=LoadMeasureListResponse,
    errors=(ErrorCode.EDITION_NOT_ACCEPTABLE,),
)
def load(call: Call[MeasureListRequest]) -> Answer[LoadMeasureListResponse]:
    """Load an edition; with ``dry_run=true`` only return which flags would lose their ground."""
    publishing, query, name = container().measure_editions, call.query, call.path["edition"]
    if call.body.edition not in {None, name}:
        fault = FieldError(
            pointer="/edition", detail="与地址中的版本不一致。", english="Not the edition of the address."
        )
        raise DomainError(ErrorCode.EDITION_NOT_ACCEPTABLE, faults=(fault,))
    edition = measure_list(call.body, name)
    if query.dry_run:
        after = _place(call.position)
        seen = publishing.preview(edition, by=call.caller, at=call.at, limit=query.limit, after=after)
        return Answer(
            body=LoadMeasureListResponse(
                edition=name,
                in_force_from=edition.in_force_from,
                dry_run=True,
                looked_at=seen.looked_at,
                evaluation=None,
                items=[_losing(one, call.language) for one in seen.losing],
                next_cursor=call.next_cursor(_position(seen.after)),
            )
        )
    loaded = publishing.load(edition, by=call.caller, at=call.at)
    evaluation = loaded.evaluation
    return Answer(
        body=LoadMeasureListResponse(
            edition=name,
            in_force_from=edition.in_force_from,
            dry_run=False,
            looked_at=0 if evaluation is None else evaluation.looked_at,
            evaluation=evaluation_response(evaluation, begins_on=edition.in_force_from),
            items=[],
            next_cursor=None,
        )
    )


@routes.get(
    "/v1/measure-editions",
    summary="Every edition of the list of measures, which one is in force, and how far its evaluation is",
    roles=PUBLISHERS,
    answer=MeasureListEditionsResponse,
)
def editions(call: Call[None]) -> Answer[MeasureListEditionsResponse]:
    """List all editions, shipped with the service or loaded later, oldest first."""
    publishing = container().measure_editions
    in_force = publishing.in_force(at=call.at)
    items = [standing_response(each, in_force) for each in publishing.editions(by=call.caller)]
    return Answer(body=MeasureListEditionsResponse(items=items))


@routes.post(
    "/v1/flags/{flag_id}/resumption",
    roles=(Role.CREDIT_OFFICER,),
    body=FlagReinstatementRequest,
    answer=FlagDetailResponse,
    needs_version=True,
    summary="Propose to reinstate a suspended flag; a second officer's request puts it in force again",
    errors=(
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.SAME_PERSON,
        ErrorCode.NO_EFFECTIVE_DOCUMENT,
        ErrorCode.MEASURE_NOT_IN_LIST,
        ErrorCode.END_DATE_MISSING,
    ),
)
def resume(call: Call[FlagReinstatementRequest]) -> Answer[FlagDetailResponse]:
    """Reinstate a suspended flag; this takes the requests of two people."""
    flag = container().reinstatement.resume(
        call.path["flag_id"], call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    body = FlagDetailResponse.of(
        flag,
        in_force=flag.is_in_force(day_in_shanghai(call.at)),
        defence_due_at=container().flags.defence_due_at(flag, at=call.at),
    )
    return Answer(body=body, version=flag.version)


def _losing(one: Losing, language: str) -> FlagLosingGroundResponse:
    grounds = [LostGroundResponse(code=each, text=WORDS[each][language == "en"]) for each in one.grounds]
    return FlagLosingGroundResponse.of(one.flag, grounds=grounds)


def _place(position: Any) -> Place | None:  # noqa: ANN401 - a sealed position is whatever a list put in
    return None if position is None else Place(position["shard"], position["key"])


def _position(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"shard": place.shard, "key": place.key}
