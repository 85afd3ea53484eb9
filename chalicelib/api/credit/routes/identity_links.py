"""HTTP routes for aliases (主体关联): two credit officers link two identities on the strength of a document."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.container import container
from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkState
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Document
from chalicelib.credit.services.identity_links import IdentityLinkProposal
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Day,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
    Text,
)
from chalicelib.policy import Role
from chalicelib.subjects.model.schema import SubjectInput

routes = Routes("credit")

OFFICERS = (Role.CREDIT_OFFICER,)


class AliasesQuery(PageQuery):
    """Filter: aliases that await a second person, that are confirmed, or that were revoked."""

    state: IdentityLinkState = IdentityLinkState.PROPOSED


class AliasDocumentInput(RequestBody):
    """The supporting document: an approval of a change, a registered merger agreement, a police certificate."""

    number: Line
    organ: Line
    effective_on: Day


class AliasRequest(RequestBody):
    """Who the subject was and who it is now; ``evidence`` quotes what the document says."""

    kind: LinkKind
    former: SubjectInput
    present: SubjectInput
    document: AliasDocumentInput
    evidence: Text


class AliasConfirmationRequest(RequestBody):
    """What the second person checked."""

    reason: Text


class AliasRevocationRequest(RequestBody):
    """Why the alias is revoked, and on which document."""

    reason: Text
    basis: Line


class AliasPartyResponse(ResponseBody):
    """One of the two identities: its subject key and its masked name."""

    subject: str
    name: Annotated[str, Field(validation_alias="masked_name")]


class AliasDocumentResponse(ResponseBody):
    """The supporting document."""

    number: str
    organ: str
    effective_on: date


class AliasActResponse(ResponseBody):
    """Who proposed, confirmed or revoked the alias, when, why, and on which further document."""

    by: str
    at: datetime
    reason: str
    basis: str


class AliasResponse(ResponseBody):
    """An alias: the former identity's records and flags count for the present one, and vice versa if ``mutual``."""

    id: Annotated[str, Field(validation_alias="alias_id")]
    version: int
    state: IdentityLinkState
    kind: LinkKind
    mutual: Annotated[bool, Field(validation_alias=AliasPath("law", "is_mutual"))]
    basis: Annotated[str, Field(validation_alias=AliasPath("law", "basis"))]
    edition: str
    former: AliasPartyResponse
    present: AliasPartyResponse
    document: AliasDocumentResponse
    proposed: AliasActResponse
    confirmed: AliasActResponse | None
    revoked: AliasActResponse | None


class AliasPageResponse(PageResponse):
    """A page of aliases, oldest first."""

    items: list[AliasResponse]


@routes.post(
    "/v1/credit/aliases",
    roles=OFFICERS,
    body=AliasRequest,
    answer=AliasResponse,
    status=201,
    creates=True,
    summary="Propose that two identities belong together; nothing counts before a second person has confirmed it",
    errors=(
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.IDENTITY_CONFLICT,
        ErrorCode.INVALID_IDENTIFIER,
        ErrorCode.ALIAS_NOT_ACCEPTABLE,
    ),
)
def propose(call: Call[AliasRequest]) -> Answer[AliasResponse]:
    """Propose an alias."""
    body = call.body
    document = Document(number=body.document.number, organ=body.document.organ, effective_on=body.document.effective_on)
    proposal = IdentityLinkProposal(
        kind=body.kind,
        former=body.former.identity("/former"),
        present=body.present.identity("/present"),
        document=document,
        evidence=body.evidence,
    )
    alias, replayed = container().identity_links.propose(
        proposal, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=AliasResponse.model_validate(alias), version=alias.version, replayed=replayed)


@routes.get(
    "/v1/credit/aliases",
    roles=OFFICERS,
    query=AliasesQuery,
    answer=AliasPageResponse,
    summary="Identities that belong together, or might",
)
def page(call: Call[None]) -> Answer[AliasPageResponse]:
    """List the aliases in one state."""
    query: AliasesQuery = call.query
    found = container().identity_links.page(query.state, by=call.caller, limit=query.limit, after=call.position)
    shapes = [AliasResponse.model_validate(alias) for alias in found.items]
    return Answer(body=AliasPageResponse(items=shapes, next_cursor=call.next_cursor(found.after)))


@routes.get("/v1/credit/aliases/{alias_id}", roles=OFFICERS, answer=AliasResponse, summary="One alias")
def read(call: Call[None]) -> Answer[AliasResponse]:
    """Return an alias."""
    return _answer(container().identity_links.get(call.path["alias_id"], by=call.caller))


@routes.post(
    "/v1/credit/aliases/{alias_id}/confirmation",
    roles=OFFICERS,
    body=AliasConfirmationRequest,
    answer=AliasResponse,
    needs_version=True,
    fresh=True,
    summary="Confirm a colleague's alias, which counts from now on",
    errors=(ErrorCode.ALIAS_NOT_ACCEPTABLE, ErrorCode.STEP_NOT_ALLOWED, ErrorCode.SAME_PERSON),
)
def confirm(call: Call[AliasConfirmationRequest]) -> Answer[AliasResponse]:
    """Confirm an alias, which takes effect at once."""
    confirmed = container().identity_links.confirm(
        call.path["alias_id"], reason=call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    return _answer(confirmed)


@routes.post(
    "/v1/credit/aliases/{alias_id}/revocation",
    roles=OFFICERS,
    body=AliasRevocationRequest,
    answer=AliasResponse,
    needs_version=True,
    summary="Withdraw an alias, which stops counting at once",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def revoke(call: Call[AliasRevocationRequest]) -> Answer[AliasResponse]:
    """Revoke an alias, which ends its effect at once."""
    revoked = container().identity_links.revoke(
        call.path["alias_id"],
        reason=call.body.reason,
        basis=call.body.basis,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _answer(revoked)


def _answer(alias: IdentityLink) -> Answer[AliasResponse]:
    return Answer(body=AliasResponse.model_validate(alias), version=alias.version)
