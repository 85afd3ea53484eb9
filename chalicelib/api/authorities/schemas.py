"""Requests and responses for authorities."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, ConfigDict, Field

from chalicelib.authorities.model import Act, Authority, Grant, Side, Standing
from chalicelib.authorities.rules import side_of, standing_of
from chalicelib.clock import day_in_shanghai
from chalicelib.http.routes import Code, Day, Instant, Line, PageQuery, PageResponse, RequestBody, ResponseBody, Text
from chalicelib.http.schemas import BlankAsNull
from chalicelib.policy import Caller
from chalicelib.subjects.model.schema import SubjectInput
from chalicelib.validation import Digest

MOST_ITEMS = 50


class GrantInput(RequestBody):
    """What is granted: items (null is every item), acts, and the days, both included; ``from`` is today if absent."""

    model_config = ConfigDict(populate_by_name=True)

    items: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_ITEMS)] | None
    acts: Annotated[tuple[Act, ...], Field(min_length=1, max_length=len(Act))]
    starts_on: Annotated[Day | None, Field(alias="from")] = None
    ends_on: Annotated[Day, Field(alias="until")]

    def grant(self, *, at: datetime) -> Grant:
        """Return the grant, from today unless it says otherwise."""
        starts_on = day_in_shanghai(at) if self.starts_on is None else self.starts_on
        return Grant(items=self.items, acts=self.acts, starts_on=starts_on, ends_on=self.ends_on)


class GiveAuthorityRequest(GrantInput):
    """An authority that the caller gives: who may act for them, with number and name."""

    agent: SubjectInput


class AuthorityDocumentInput(RequestBody):
    """The document that gives an authority: its name and the hexadecimal SHA-256 of its bytes, which are not sent."""

    name: Line
    sha256: Digest


class ClaimAuthorityRequest(GrantInput):
    """An authority that a document gives the caller; all items are named, and are of one department."""

    principal: SubjectInput
    document: AuthorityDocumentInput


class ConfirmAuthorityRequest(RequestBody):
    """The principal as the document names them, read from it by the officer."""

    principal: SubjectInput


class RefuseAuthorityRequest(RequestBody):
    """Why a claim is not confirmed; both sides can read it."""

    reason: Text


class AuthoritiesQuery(PageQuery):
    """For people: what they gave (``principal``) or hold (``agent``); by their role if it is not said."""

    side: Side | None = None


class AuthorityPartyResponse(ResponseBody):
    """One of the two sides, by the masked name."""

    name: Annotated[str, Field(validation_alias="masked_name")]


class AuthorityDocumentResponse(ResponseBody):
    """The document on which an authority is claimed."""

    name: str
    sha256: str


class AuthorityActionResponse(ResponseBody):
    """Who confirmed, refused or ended an authority, when, and why."""

    by: str
    at: Instant
    reason: BlankAsNull


class AuthorityResponse(ResponseBody):
    """An authority; ``state`` is how it stands today. ``items`` null is every item.

    ``side`` is the caller's, null for an office. ``department`` and ``document`` are null for one that the principal
    gave.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    id: Annotated[str, Field(validation_alias="authority_id")]
    version: int
    state: Standing
    side: Side | None
    principal: AuthorityPartyResponse
    agent: AuthorityPartyResponse
    items: Annotated[tuple[str, ...] | None, Field(validation_alias=AliasPath("grant", "items"))]
    acts: Annotated[tuple[Act, ...], Field(validation_alias=AliasPath("grant", "acts"))]
    starts_on: Annotated[date, Field(validation_alias=AliasPath("grant", "starts_on"), serialization_alias="from")]
    ends_on: Annotated[date, Field(validation_alias=AliasPath("grant", "ends_on"), serialization_alias="until")]
    made_at: Instant
    department: BlankAsNull
    document: AuthorityDocumentResponse | None
    confirmed: AuthorityActionResponse | None
    refused: AuthorityActionResponse | None
    ended: AuthorityActionResponse | None


class AuthorityPageResponse(PageResponse):
    """A page of authorities."""

    items: tuple[AuthorityResponse, ...]


def authority_response(authority: Authority, *, by: Caller, at: datetime) -> AuthorityResponse:
    """Build the response for an authority as it stands."""
    return AuthorityResponse.of(authority, state=standing_of(authority, at=at), side=side_of(authority, by.subject))
