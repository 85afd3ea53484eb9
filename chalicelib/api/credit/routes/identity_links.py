"""HTTP routes for aliases (主体关联): two credit officers link two identities on the strength of a document."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkState
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Document
from chalicelib.credit.services.identity_links import IdentityLinkProposal
from chalicelib.http.routes import Answer, Body, Call, Day, Line, Page, PageQuery, Routes, Shape, Text
from chalicelib.policy import Role
from chalicelib.subjects.model.schema import SubjectBody
from chalicelib.wiring import services

routes = Routes("credit")

OFFICERS = (Role.CREDIT_OFFICER,)


class AliasesQuery(PageQuery):
    """Filter: aliases that await a second person, that are confirmed, or that were revoked."""

    state: IdentityLinkState = IdentityLinkState.PROPOSED


class AliasDocumentBody(Body):
    """The supporting document: an approval of a change, a registered merger agreement, a police certificate."""

    number: Line
    organ: Line
    effective_on: Day


class AliasBody(Body):
    """Who the subject was and who it is now; ``evidence`` quotes what the document says."""

    kind: LinkKind
    former: SubjectBody
    present: SubjectBody
    document: AliasDocumentBody
    evidence: Text


class AliasConfirmationBody(Body):
    """What the second person checked."""

    reason: Text


class AliasRevocationBody(Body):
    """Why the alias is revoked, and on which document."""

    reason: Text
    basis: Line


class AliasPartyShape(Shape):
    """One of the two identities: its subject key and its masked name."""

    subject: str
    name: Annotated[str, Field(validation_alias="masked_name")]


class AliasDocumentShape(Shape):
    """The supporting document."""

    number: str
    organ: str
    effective_on: date


class AliasDeedShape(Shape):
    """Who proposed, confirmed or revoked the alias, when, why, and on which further document."""

    by: str
    at: datetime
    reason: str
    basis: str


class AliasShape(Shape):
    """An alias: the former identity's records and flags count for the present one, and vice versa if ``mutual``."""

    id: Annotated[str, Field(validation_alias="alias_id")]
    version: int
    state: IdentityLinkState
    kind: LinkKind
    mutual: Annotated[bool, Field(validation_alias=AliasPath("law", "is_mutual"))]
    basis: Annotated[str, Field(validation_alias=AliasPath("law", "basis"))]
    edition: str
    former: AliasPartyShape
    present: AliasPartyShape
    document: AliasDocumentShape
    proposed: AliasDeedShape
    confirmed: AliasDeedShape | None
    revoked: AliasDeedShape | None


class AliasPageShape(Page):
    """A page of aliases, oldest first."""

    items: list[AliasShape]


@routes.post(
    "/v1/credit/aliases",
    roles=OFFICERS,
    body=AliasBody,
    answer=AliasShape,
    status=201,
    creates=True,
    summary="Propose that two identities belong together; nothing counts before a second person has confirmed it",
)
def propose(call: Call[AliasBody]) -> Answer[AliasShape]:
    """Propose an alias."""
    body = call.body
    document = Document(number=body.document.number, organ=body.document.organ, effective_on=body.document.effective_on)
    proposal = IdentityLinkProposal(
        kind=body.kind,
        former=body.former.identity(),
        present=body.present.identity(),
        document=document,
        evidence=body.evidence,
    )
    alias, replayed = services().aliases.propose(
        proposal, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=AliasShape.model_validate(alias), version=alias.version, replayed=replayed)


@routes.get(
    "/v1/credit/aliases",
    roles=OFFICERS,
    query=AliasesQuery,
    answer=AliasPageShape,
    summary="Identities that belong together, or might",
)
def page(call: Call[None]) -> Answer[AliasPageShape]:
    """List the aliases in one state."""
    query: AliasesQuery = call.query
    found = services().aliases.page(query.state, by=call.caller, limit=query.limit, after=call.position)
    shapes = [AliasShape.model_validate(alias) for alias in found.aliases]
    return Answer(body=AliasPageShape(items=shapes, next_cursor=call.next_cursor(found.after)))


@routes.get("/v1/credit/aliases/{alias_id}", roles=OFFICERS, answer=AliasShape, summary="One alias")
def read(call: Call[None]) -> Answer[AliasShape]:
    """Return an alias."""
    return _answer(services().aliases.get(call.path["alias_id"], by=call.caller))


@routes.post(
    "/v1/credit/aliases/{alias_id}/confirmation",
    roles=OFFICERS,
    body=AliasConfirmationBody,
    answer=AliasShape,
    needs_version=True,
    fresh=True,
    summary="Confirm a colleague's alias: from now on it counts",
)
def confirm(call: Call[AliasConfirmationBody]) -> Answer[AliasShape]:
    """Confirm an alias, which takes effect at once."""
    confirmed = services().aliases.confirm(
        call.path["alias_id"], reason=call.body.reason, by=call.caller, version=call.version, at=call.at
    )
    return _answer(confirmed)


@routes.post(
    "/v1/credit/aliases/{alias_id}/revocation",
    roles=OFFICERS,
    body=AliasRevocationBody,
    answer=AliasShape,
    needs_version=True,
    summary="Take an alias back: from now on it counts for nothing",
)
def revoke(call: Call[AliasRevocationBody]) -> Answer[AliasShape]:
    """Revoke an alias, which ends its effect at once."""
    revoked = services().aliases.revoke(
        call.path["alias_id"],
        reason=call.body.reason,
        basis=call.body.basis,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _answer(revoked)


def _answer(alias: IdentityLink) -> Answer[AliasShape]:
    return Answer(body=AliasShape.model_validate(alias), version=alias.version)
