"""Signing keys, health and the published document, through the handler."""

import json

import pytest

from chalicelib import aws
from chalicelib.clock import real_now
from chalicelib.dynamo.model import connection
from chalicelib.http.openapi import document as published
from chalicelib.http.routes import ROUTES
from chalicelib.settings import settings
from tests.builders import KeyPair
from tests.cloud import Client, TokenOf, forget_everything


def test_a_key_is_enrolled_listed_and_revoked(client: Client, token: TokenOf) -> None:
    pair, applicant = KeyPair(), token("applicant")

    enrolled = client.post("/v1/signing-keys", {"jwk": pair.jwk}, token=applicant)
    again = client.post("/v1/signing-keys", {"jwk": pair.jwk}, token=applicant)
    (listed,) = client.get("/v1/signing-keys", token=applicant).body["items"]
    revoked = client.delete(f"/v1/signing-keys/{pair.key_id}", token=applicant)

    assert (enrolled.status, enrolled.body) == (201, {"key_id": pair.key_id})
    assert (again.status, again.body) == (201, {"key_id": pair.key_id})
    assert (listed["algorithm"], listed["jwk"], listed["revoked_at"]) == ("ES256", pair.jwk, None)
    assert listed["enrolled_at"].endswith("Z")
    assert revoked.body["revoked_at"] is not None
    assert client.delete(f"/v1/signing-keys/{pair.key_id}", token=applicant).body == revoked.body


@pytest.mark.parametrize(("age", "status"), [(299, 201), (300, 201), (301, 401), (-3600, 401)])
def test_enrolling_needs_a_login_of_the_last_300_seconds(client: Client, token: TokenOf, age: int, status: int) -> None:
    stale = token("agent", auth_time=int(real_now().timestamp()) - age)

    assert client.post("/v1/signing-keys", {"jwk": KeyPair().jwk}, token=stale).status == status


@pytest.mark.parametrize("auth_time", [None, "now", True])
def test_a_token_that_does_not_say_when_is_not_fresh(client: Client, token: TokenOf, auth_time: object) -> None:
    unsaid = token("applicant", auth_time=auth_time)

    assert client.post("/v1/signing-keys", {"jwk": KeyPair().jwk}, token=unsaid).code == "FRESH_LOGIN_REQUIRED"
    assert client.get("/v1/signing-keys", token=unsaid).status == 200


@pytest.mark.requirement("R7.1")
def test_a_private_key_is_refused(client: Client, token: TokenOf) -> None:
    reply = client.post("/v1/signing-keys", {"jwk": KeyPair().jwk | {"d": "AAAA"}}, token=token())

    assert (reply.status, reply.code) == (422, "UNSUITABLE_KEY")


@pytest.mark.parametrize("jwk", [None, {}, [], "x", {"kty": {"a": 1}}, {"alg": 1.5}], ids=str)
def test_what_is_no_jwk_is_a_bad_body(client: Client, token: TokenOf, jwk: object) -> None:
    assert client.post("/v1/signing-keys", {"jwk": jwk}, token=token()).status == 400


def test_the_same_idempotency_key_enrols_once(client: Client, token: TokenOf) -> None:
    body, applicant = {"jwk": KeyPair().jwk}, token("applicant")

    first = client.post("/v1/signing-keys", body, token=applicant, idempotency_key="k")
    again = client.post("/v1/signing-keys", body, token=applicant, idempotency_key="k")
    other = client.post("/v1/signing-keys", {"jwk": KeyPair().jwk}, token=applicant, idempotency_key="k")
    theirs = client.post("/v1/signing-keys", {"jwk": KeyPair().jwk}, token=token("agent"), idempotency_key="k")

    assert "idempotency-replayed" not in first.headers
    assert (again.status, again.body, again.headers["idempotency-replayed"]) == (201, first.body, "true")
    assert (other.status, other.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert theirs.status == 201


@pytest.mark.parametrize("key_id", ["unknown", "%2e%2e", "a" * 200, "%F0%9F%98%80"])
def test_a_key_of_nobody_or_somebody_else_is_not_found(client: Client, token: TokenOf, key_id: str) -> None:
    pair = KeyPair()
    client.post("/v1/signing-keys", {"jwk": pair.jwk}, token=token("applicant"))

    assert client.delete(f"/v1/signing-keys/{key_id}", token=token("applicant")).status == 404
    assert client.delete(f"/v1/signing-keys/{pair.key_id}", token=token("applicant2")).status == 404


def test_an_applicant_without_an_identity_has_nothing_to_sign_with(client: Client, token: TokenOf) -> None:
    assert client.get("/v1/signing-keys", token=token("applicant", subject=None)).code == "INSUFFICIENT_IDENTITY"


def test_readiness_is_up_to_the_stores(client: Client) -> None:
    assert client.get("/readyz").body == {"status": "ok"}

    connection().dispatch("DeleteTable", {"TableName": settings().table("subjects")})
    without_table = client.get("/readyz")
    aws.client("secretsmanager").delete_secret(SecretId=settings().secret, ForceDeleteWithoutRecovery=True)
    forget_everything()
    without_secret = client.get("/readyz")

    assert (without_table.status, without_table.code) == (503, "UNAVAILABLE")
    assert (without_secret.status, without_secret.code) == (503, "UNAVAILABLE")
    assert client.get("/healthz").status == 200


def test_the_published_document_is_the_one_that_is_valid(client: Client) -> None:
    document = client.get("/openapi.json").body

    # That this one is valid, tests/architecture/test_routes.py says.
    assert document == json.loads(json.dumps(published(ROUTES)))
    enrol = document["paths"]["/v1/signing-keys"]["post"]
    assert enrol["x-roles"] == ["agent", "applicant"]
    assert [parameter["name"] for parameter in enrol["parameters"]] == ["Accept-Language", "Idempotency-Key"]
    assert document["paths"]["/healthz"]["get"]["x-roles"] == ["anyone"]


def test_no_number_or_name_reaches_the_log(client: Client, token: TokenOf, capsys: pytest.CaptureFixture[str]) -> None:
    client.post("/v1/signing-keys", {"jwk": KeyPair().jwk}, token=token("applicant"))
    client.get("/v1/signing-keys", token=token("applicant", subject={"kind": "uscc", "number": "1", "name": "李示例"}))

    said = capsys.readouterr().out
    assert len([json.loads(line) for line in said.splitlines()]) == 2
    assert "330725196806180004" not in said
    assert "李示例" not in said
