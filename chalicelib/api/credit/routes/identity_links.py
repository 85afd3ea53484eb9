"""Aliases over HTTP: two credit officers say that two identities belong together, by a document."""

from datetime import date, datetime

from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkState, LinkAction, Party
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
    """Which aliases: those that wait for a second person, those that count, or those taken back."""

    state: IdentityLinkState = IdentityLinkState.PROPOSED


class AliasDocumentBody(Body):
    """The paper that says so: an approval of a change, a merger agreement on the register, a police certificate."""

    number: Line
    organ: Line
    effective_on: Day


class AliasBody(Body):
    """Who the subject was, who it is now, and why: the ``evidence`` says what stands in the document."""

    kind: LinkKind
    former: SubjectBody
    present: SubjectBody
    document: AliasDocumentBody
    evidence: Text


class AliasConfirmationBody(Body):
    """What the second person looked at."""

    reason: Text


class AliasRevocationBody(Body):
    """Why it is taken back, and on which document."""

    reason: Text
    basis: Line


class AliasPartyShape(Shape):
    """One of the two: its key, and its masked name."""

    subject: str
    name: str


class AliasDocumentShape(Shape):
    """The paper that says so."""

    number: str
    organ: str
    effective_on: date


class AliasDeedShape(Shape):
    """What somebody did with it, when, why, and on which other paper."""

    by: str
    at: datetime
    reason: str
    basis: str


class AliasShape(Shape):
    """That the former identity's records and flags count for the present one; ``mutual``: the other way round too."""

    id: str
    version: int
    state: IdentityLinkState
    kind: LinkKind
    mutual: bool
    basis: str
    edition: str
    former: AliasPartyShape
    present: AliasPartyShape
    document: AliasDocumentShape
    proposed: AliasDeedShape
    confirmed: AliasDeedShape | None
    revoked: AliasDeedShape | None


class AliasPageShape(Page):
    """Aliases, oldest first."""

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
    """Take an alias."""
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
    return Answer(body=_shape(alias), version=alias.version, replayed=replayed)


@routes.get(
    "/v1/credit/aliases",
    roles=OFFICERS,
    query=AliasesQuery,
    answer=AliasPageShape,
    summary="Identities that belong together, or might",
)
def page(call: Call[None]) -> Answer[AliasPageShape]:
    """List aliases in one state."""
    query: AliasesQuery = call.query
    found = services().aliases.page(query.state, by=call.caller, limit=query.limit, after=call.position)
    shapes = [_shape(alias) for alias in found.aliases]
    return Answer(body=AliasPageShape(items=shapes, next_cursor=call.next_cursor(found.after)))


@routes.get("/v1/credit/aliases/{alias_id}", roles=OFFICERS, answer=AliasShape, summary="One alias")
def read(call: Call[None]) -> Answer[AliasShape]:
    """Show an alias."""
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
    """Let an alias count."""
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
    """Take an alias back."""
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
    return Answer(body=_shape(alias), version=alias.version)


def _shape(alias: IdentityLink) -> AliasShape:
    document = alias.document
    return AliasShape(
        id=alias.alias_id,
        version=alias.version,
        state=alias.state,
        kind=alias.kind,
        mutual=alias.law.is_mutual,
        basis=alias.law.basis,
        edition=alias.edition,
        former=_party(alias.former),
        present=_party(alias.present),
        document=AliasDocumentShape(number=document.number, organ=document.organ, effective_on=document.effective_on),
        proposed=AliasDeedShape.model_validate(alias.proposed),
        confirmed=_deed(alias.confirmed),
        revoked=_deed(alias.revoked),
    )


def _party(party: Party) -> AliasPartyShape:
    return AliasPartyShape(subject=party.subject, name=party.masked_name)


def _deed(deed: LinkAction | None) -> AliasDeedShape | None:
    return None if deed is None else AliasDeedShape.model_validate(deed)
