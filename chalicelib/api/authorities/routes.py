"""HTTP routes for authorities (委托授权): people let others act for them, and officers confirm what documents say."""

from typing import Any

from chalicelib.api.authorities.schemas import (
    AuthoritiesQuery,
    AuthorityPageResponse,
    AuthorityResponse,
    ClaimAuthorityRequest,
    ConfirmAuthorityRequest,
    GiveAuthorityRequest,
    RefuseAuthorityRequest,
    authority_response,
)
from chalicelib.authorities.model import Authority, AuthorityDocument, Side
from chalicelib.authorities.services import AGENTS, OFFICERS, PRINCIPALS, READERS, SIDES
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.policy import Role

routes = Routes("authorities")

ONE = "/v1/authorities/{authority_id}"


@routes.post(
    "/v1/authorities",
    roles=PRINCIPALS,
    body=GiveAuthorityRequest,
    answer=AuthorityResponse,
    status=201,
    creates=True,
    summary="Let somebody act for oneself, from now on and until a day",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY, ErrorCode.INVALID_IDENTIFIER, ErrorCode.ITEM_NOT_LISTED),
)
def give(call: Call[GiveAuthorityRequest]) -> Answer[AuthorityResponse]:
    """Give an authority; the answer is the same whoever the agent's number belongs to."""
    made, is_repeat = container().authorities.give(
        call.body.grant(at=call.at),
        call.body.agent.identity("/agent"),
        by=call.caller,
        at=call.at,
        idempotency_key=call.idempotency_key,
    )
    return _answer(call, made, replayed=is_repeat)


@routes.post(
    "/v1/authorities/claims",
    roles=AGENTS,
    body=ClaimAuthorityRequest,
    answer=AuthorityResponse,
    status=201,
    creates=True,
    summary="Claim an authority that a document gives; an officer confirms it before it counts",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY, ErrorCode.INVALID_IDENTIFIER, ErrorCode.ITEM_NOT_LISTED),
)
def claim(call: Call[ClaimAuthorityRequest]) -> Answer[AuthorityResponse]:
    """Claim an authority; the answer is the same whoever the principal's number belongs to."""
    document = AuthorityDocument(name=call.body.document.name, sha256=call.body.document.sha256)
    made, is_repeat = container().authorities.claim(
        call.body.grant(at=call.at),
        call.body.principal.identity("/principal"),
        document,
        by=call.caller,
        at=call.at,
        idempotency_key=call.idempotency_key,
    )
    return _answer(call, made, replayed=is_repeat)


@routes.get(
    "/v1/authorities",
    roles=READERS,
    query=AuthoritiesQuery,
    answer=AuthorityPageResponse,
    summary="What one gave or holds; for officers, the claims that wait for their department",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def page(call: Call[None]) -> Answer[AuthorityPageResponse]:
    """List authorities; a page of an agent or an officer may be shorter than asked for."""
    query: AuthoritiesQuery = call.query
    by, authorities = call.caller, container().authorities
    if by.is_staff:
        found = authorities.waiting(by=by, limit=query.limit, after=call.position)
    else:
        side = query.side or (Side.PRINCIPAL if Role.APPLICANT in by.roles else Side.AGENT)
        found = authorities.page(side, by=by, limit=query.limit, after=call.position)
    items = tuple(authority_response(each, by=by, at=call.at) for each in found.items)
    return Answer(body=AuthorityPageResponse(items=items, next_cursor=call.next_cursor(found.after)))


@routes.get(ONE, roles=READERS, answer=AuthorityResponse, summary="One authority")
def read(call: Call[None]) -> Answer[AuthorityResponse]:
    """Return an authority to its two sides and, if it is a claim, to its department."""
    return _answer(call, container().authorities.read(call.path["authority_id"], by=call.caller))


@routes.post(
    f"{ONE}/end",
    roles=SIDES,
    answer=AuthorityResponse,
    summary="End an authority that one gave, or give back one that one holds",
)
def end(call: Call[None]) -> Answer[AuthorityResponse]:
    """End an authority at once, whatever it rests on."""
    return _answer(call, container().authorities.end(call.path["authority_id"], by=call.caller, at=call.at))


@routes.post(
    f"{ONE}/confirmation",
    roles=OFFICERS,
    body=ConfirmAuthorityRequest,
    answer=AuthorityResponse,
    needs_version=True,
    summary="Confirm a claimed authority, naming the principal as the document does",
    errors=(
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.INVALID_IDENTIFIER,
        ErrorCode.IDENTITY_CONFLICT,
        ErrorCode.SAME_PERSON,
        ErrorCode.STEP_NOT_ALLOWED,
    ),
)
def confirm(call: Call[ConfirmAuthorityRequest]) -> Answer[AuthorityResponse]:
    """Confirm a claim, which is in force from now on."""
    confirmed = container().authorities.confirm(
        call.path["authority_id"],
        call.body.principal.identity("/principal"),
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _answer(call, confirmed)


@routes.post(
    f"{ONE}/refusal",
    roles=OFFICERS,
    body=RefuseAuthorityRequest,
    answer=AuthorityResponse,
    needs_version=True,
    summary="Refuse a claimed authority, with the reason",
    errors=(ErrorCode.SAME_PERSON, ErrorCode.STEP_NOT_ALLOWED),
)
def refuse(call: Call[RefuseAuthorityRequest]) -> Answer[AuthorityResponse]:
    """Refuse a claim."""
    refused = container().authorities.refuse(
        call.path["authority_id"], reason=call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    return _answer(call, refused)


def _answer(call: Call[Any], authority: Authority, *, replayed: bool = False) -> Answer[AuthorityResponse]:
    return Answer(
        body=authority_response(authority, by=call.caller, at=call.at), version=authority.version, replayed=replayed
    )
