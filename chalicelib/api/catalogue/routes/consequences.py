"""HTTP routes for what may follow a promise (后果清单): told before anybody signs, and two editions side by side."""

from typing import Final

from chalicelib.api.catalogue.schemas.consequences import (
    ComparedResponse,
    ComparisonResponse,
    ConsequenceGroupResponse,
    ItemConsequencesResponse,
    PackListResponse,
    PackResponse,
    RemedyPeriodResponse,
)
from chalicelib.api.catalogue.schemas.items import LimitResponse
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.routes import Answer, Call, Code, Query, Routes
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.rulepacks.rules import COURT, REVIEW, compare, grouped

routes = Routes("catalogue")

REMEDIES: Final = {REVIEW: TermKey.REMEDY_REVIEW, COURT: TermKey.REMEDY_COURT}


class ComparisonQuery(Query):
    """The two editions: a pack's code and its edition, each twice."""

    one: Code
    one_edition: Code
    other: Code
    other_edition: Code


@routes.get(
    "/v1/items/{item_code}/consequences",
    public=True,
    answer=ItemConsequencesResponse,
    summary="What may follow a promise on an item, before anybody signs",
)
def read_consequences(call: Call[None]) -> Answer[ItemConsequencesResponse]:
    """Return the table of the item's place as it is today, with the ways to be heard, to contest and to go back."""
    item = container().catalogue.find(call.path["item_code"], at=call.at)
    if item is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    pack = container().pack(item.jurisdiction, call.at)
    groups = grouped(pack.consequences) if item.offers_commitment else ()
    return Answer(
        body=ItemConsequencesResponse(
            pack=PackResponse.model_validate(pack),
            items=tuple(map(ConsequenceGroupResponse.model_validate, groups)),
            hearing=_limit(pack, TermKey.DEFENCE),
            remedies=tuple(
                RemedyPeriodResponse(
                    code=body.code, limit=_limit(pack, REMEDIES[body.code]), body=body.name, body_en=body.english
                )
                for body in pack.remedy_bodies
            ),
            way_back=pack.recourse.repair_notice.text,
            way_back_en=pack.recourse.repair_notice.english,
        )
    )


@routes.get(
    "/v1/rule-packs",
    roles=(Role.CATALOGUE_EDITOR,),
    answer=PackListResponse,
    summary="Which editions of rule packs there are",
)
def rule_packs(call: Call[None]) -> Answer[PackListResponse]:  # noqa: ARG001 - who asks was checked by the route
    """List all editions of all packs; they are few, so there are no pages."""
    return Answer(body=PackListResponse(items=tuple(map(PackResponse.model_validate, container().packs))))


@routes.get(
    "/v1/rule-packs/comparison",
    roles=(Role.CATALOGUE_EDITOR,),
    query=ComparisonQuery,
    answer=ComparisonResponse,
    summary="Two editions of the table of consequences side by side",
    errors=(ErrorCode.NOT_FOUND,),
)
def compare_rule_packs(call: Call[None]) -> Answer[ComparisonResponse]:
    """Return what two editions, or two places, let follow the same findings, and in what they differ."""
    asked = call.query
    one, other = _edition(asked.one, asked.one_edition), _edition(asked.other, asked.other_edition)
    return Answer(
        body=ComparisonResponse(
            one=PackResponse.model_validate(one),
            other=PackResponse.model_validate(other),
            items=tuple(map(ComparedResponse.model_validate, compare(one.consequences, other.consequences))),
        )
    )


def _edition(code: str, edition: str) -> RulePack:
    found = next((pack for pack in container().packs if (pack.code, pack.edition) == (code, edition)), None)
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return found


def _limit(pack: RulePack, key: TermKey) -> LimitResponse:
    return LimitResponse.model_validate(pack.limit_term(key))
