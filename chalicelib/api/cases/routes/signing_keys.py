"""HTTP routes for signing keys; enrolling one needs a fresh login, so a stolen session cannot sign (电子签名法 13)."""

from typing import Annotated

from pydantic import Field

from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Instant, Line, RequestBody, ResponseBody, Routes
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.subjects.model.subjects import Algorithm

routes = Routes("signing-keys")


class SigningKeyRequest(RequestBody):
    """A public key as a JWK (RFC 7517); members that are not part of a public key are refused."""

    jwk: Annotated[dict[Line, str | bool | list[str]], Field(min_length=1, max_length=20)]


class SigningKeyCreatedResponse(ResponseBody):
    """The key's id, which signatures carry as ``kid``."""

    key_id: str


class SigningKeyResponse(ResponseBody):
    """A signing key."""

    key_id: str
    algorithm: Algorithm
    jwk: dict[str, str]
    enrolled_at: Instant
    revoked_at: Instant | None


class SigningKeyListResponse(ResponseBody):
    """All signing keys of the caller; they are few, so there are no pages."""

    items: list[SigningKeyResponse]
    next_cursor: None = None


@routes.post(
    "/v1/signing-keys",
    roles=FOR_THEMSELVES,
    body=SigningKeyRequest,
    answer=SigningKeyCreatedResponse,
    status=201,
    creates=True,
    fresh=True,
    summary="Enrol a public key to sign promises with",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY, ErrorCode.UNSUITABLE_KEY, ErrorCode.KEY_TAKEN, ErrorCode.KEY_REVOKED),
)
def enrol(call: Call[SigningKeyRequest]) -> Answer[SigningKeyCreatedResponse]:
    """Enrol an ES256 or EdDSA key; enrolling the same key again returns the same id."""
    made = container().signing_keys.enrol(
        call.caller.own_subject(), call.body.jwk, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(
        body=SigningKeyCreatedResponse(key_id=made.key.key_id),
        replayed=made.is_repeated and call.idempotency_key is not None,
    )


@routes.get(
    "/v1/signing-keys",
    roles=FOR_THEMSELVES,
    answer=SigningKeyListResponse,
    summary="One's own signing keys",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def own_keys(call: Call[None]) -> Answer[SigningKeyListResponse]:
    """List the caller's keys, including revoked ones."""
    keys = container().signing_keys.list(call.caller.own_subject())
    return Answer(body=SigningKeyListResponse(items=[SigningKeyResponse.model_validate(key) for key in keys]))


@routes.delete(
    "/v1/signing-keys/{key_id}",
    roles=FOR_THEMSELVES,
    answer=SigningKeyResponse,
    summary="Revoke a signing key from now on",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def revoke(call: Call[None]) -> Answer[SigningKeyResponse]:
    """Revoke a key; earlier signatures stay valid."""
    revoked = container().signing_keys.revoke(call.caller.own_subject(), call.path["key_id"], at=call.at)
    return Answer(body=SigningKeyResponse.model_validate(revoked))
