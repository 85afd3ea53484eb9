"""Tokens, good and bad, on a real route."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from joserfc.jwk import ECKey, RSAKey

from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.tokens import IssuerUnreachableError, Tokens, fetched
from chalicelib.policy import Caller, Role
from tests.builders import an_identity, base64url
from tests.cloud import Client, Issuer, TokenOf


class Ticks:
    """A watch that somebody turns."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def issuer() -> Issuer:
    """An issuer of one's own, to break."""
    return Issuer()


@pytest.fixture
def tokens(issuer: Issuer, ticks: Ticks, cloud: None) -> Tokens:  # noqa: ARG001 - subject keys come from the secret
    return Tokens(
        issuer="https://issuer.test",
        audience="xinnuo-api",
        jwks=lambda: issuer.jwks("https://issuer.test/jwks"),
        ticks=ticks,
    )


def caller(tokens: Tokens, token: str, *, after: timedelta = timedelta(0)) -> Caller:
    return tokens.verified(token, at=real_now() + after)[0]


def reason(tokens: Tokens, token: str, *, after: timedelta = timedelta(0)) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        caller(tokens, token, after=after)
    return refused.value.code


def forged(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    """A token signed with a shared secret, or with none."""
    parts = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(secret, parts.encode(), hashlib.sha256).digest() if secret else b""
    return f"{parts}.{base64url(signature)}"


def test_an_applicant_is_who_the_platform_vouches_for(tokens: Tokens, issuer: Issuer) -> None:
    who = caller(tokens, issuer.token("applicant"))

    assert who.identity == an_identity()
    assert who.subject == container().subject_keys.key_of(an_identity())
    assert who.roles == {Role.APPLICANT}
    assert who.actor == f"subject:{who.subject}"


def test_an_officer_is_of_a_department(tokens: Tokens, issuer: Issuer) -> None:
    who = caller(tokens, issuer.token("officer.traffic", subject=PERSON))

    assert (who.sub, who.department, who.identity, who.subject) == ("officer.traffic", "traffic", None, None)


PERSON = {"kind": "resident_id", "number": "330725196806180004", "name": "李示例"}


@pytest.mark.parametrize("kind", [ECKey, RSAKey], ids=["ES256", "RS256"])
def test_both_algorithms_are_taken(tokens: Tokens, issuer: Issuer, kind: type[ECKey] | type[RSAKey]) -> None:
    key = (
        RSAKey.generate_key(2048, parameters={"kid": "k", "use": "sig"})
        if kind is RSAKey
        else ECKey.generate_key("P-256", parameters={"kid": "k", "use": "sig"})
    )
    issuer.published = [key]  # type: ignore[list-item]  # an issuer publishes keys of any kind

    assert caller(tokens, issuer.token(key=key)).sub == "applicant"


@dataclass(frozen=True, slots=True)
class Ago:
    """A moment, so many seconds before the test runs."""

    seconds: int


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://another.test"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 201},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": 1e300},
        {"exp": -1e300},
        {"exp": 10**400},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": Ago(31)},
        {"sub": "a\nb"},
        {"sub": "a\u200b"},
        {"department": ""},
        {"department": "traffic\n"},
        {"department": "x" * 65},
        {"department": 7},
        {"nbf": Ago(-3600)},
        {"iat": Ago(-3600)},
        {"iat": "yesterday"},
        {"nbf": 10**400},
        {"subject": "李示例"},
        {"subject": {}},
        {"subject": PERSON | {"kind": "dog_licence"}},
        {"subject": PERSON | {"kind": ["resident_id"]}},
        {"subject": PERSON | {"number": "330725196806180005"}},
        {"subject": PERSON | {"number": 330725196806180004}},
        {"subject": PERSON | {"name": ""}},
    ],
    ids="-".join,
)
def test_a_token_with_a_bad_claim_is_none(tokens: Tokens, issuer: Issuer, claims: dict[str, Any]) -> None:
    now = int(real_now().timestamp())
    said: dict[str, Any] = {
        name: now - value.seconds if isinstance(value, Ago) else value for name, value in claims.items()
    }

    assert reason(tokens, issuer.token(**said)) is ErrorCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 253402300799},
        {"exp": 253402300799.9},
        {"exp": Ago(-60), "nbf": -62135596800, "iat": -62135596800},
        {"auth_time": 253402300799},
        {"auth_time": -62135596800},
        {"auth_time": 10**400},
    ],
    ids="-".join,
)
def test_times_at_either_end_of_time_break_nothing(client: Client, token: TokenOf, claims: dict[str, Any]) -> None:
    now = int(real_now().timestamp())
    said = {name: now - value.seconds if isinstance(value, Ago) else value for name, value in claims.items()}
    signed = token("applicant", **said)

    replies = [client.get("/v1/signing-keys", token=signed) for _ in range(2)]
    fresh = client.post("/v1/signing-keys", {"jwk": {}}, token=signed)

    assert {reply.status for reply in replies} <= {200, 401}
    assert fresh.status in {400, 401, 422}


def test_a_token_of_an_office_speaks_for_the_office_alone(tokens: Tokens, issuer: Issuer) -> None:
    who = caller(tokens, issuer.token("applicant", roles=["applicant", "officer"], department="traffic"))

    assert (set(who.roles), who.subject, who.actor) == ({Role.OFFICER}, None, "staff:applicant")


@pytest.mark.parametrize("roles", [None, [], "applicant", ["king"], [["applicant"]], [1]], ids=str)
def test_a_token_without_a_role_that_we_know_may_do_nothing(tokens: Tokens, issuer: Issuer, roles: object) -> None:
    assert reason(tokens, issuer.token(roles=roles)) is ErrorCode.FORBIDDEN


def test_an_unknown_role_is_ignored_beside_a_known_one(tokens: Tokens, issuer: Issuer) -> None:
    assert caller(tokens, issuer.token(roles=["king", "officer"])).roles == {Role.OFFICER}


def test_an_audience_may_be_one_of_several(tokens: Tokens, issuer: Issuer) -> None:
    assert caller(tokens, issuer.token(aud=["other", "xinnuo-api"])).sub == "applicant"


@pytest.mark.parametrize("after", [29, 30, 31])
def test_a_token_ends_thirty_seconds_after_its_time_also_when_it_is_remembered(
    tokens: Tokens, issuer: Issuer, after: int
) -> None:
    at = real_now().replace(microsecond=0)
    token = issuer.token(exp=int(at.timestamp()))
    tokens.verified(token, at=at)
    fresh = Tokens(issuer="https://issuer.test", audience="xinnuo-api", jwks=lambda: issuer.jwks(URL))

    for verifier in (tokens, fresh):
        if after < 30:
            assert verifier.verified(token, at=at + timedelta(seconds=after))[0].sub == "applicant"
        else:
            with pytest.raises(DomainError, match="UNAUTHENTICATED"):
                verifier.verified(token, at=at + timedelta(seconds=after))


URL = "https://issuer.test/jwks"


def test_a_token_by_another_key_is_none(tokens: Tokens, issuer: Issuer) -> None:
    stranger = ECKey.generate_key("P-256", parameters={"kid": "issuer-1"})

    assert reason(tokens, issuer.token(key=stranger)) is ErrorCode.UNAUTHENTICATED


def test_a_changed_claim_spoils_the_signature(tokens: Tokens, issuer: Issuer) -> None:
    head, body, signature = issuer.token("applicant").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {"roles": ["inspector"]}

    assert reason(tokens, f"{head}.{base64url(json.dumps(claims).encode())}.{signature}") is ErrorCode.UNAUTHENTICATED


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256", "ES384", "NONE", "", None, ["ES256"]], ids=str)
def test_no_other_algorithm_is_taken(tokens: Tokens, issuer: Issuer, algorithm: object) -> None:
    claims = {
        "iss": "https://issuer.test",
        "aud": "xinnuo-api",
        "sub": "x",
        "exp": int(real_now().timestamp()) + 60,
        "roles": ["inspector"],
    }
    public = json.dumps(issuer.key.as_dict(private=False)).encode()

    for secret in (b"", public):
        token = forged({"alg": algorithm, "kid": "issuer-1"}, claims, secret)
        assert reason(tokens, token) is ErrorCode.UNAUTHENTICATED


def test_a_critical_header_that_nobody_understands_is_refused(tokens: Tokens, issuer: Issuer) -> None:
    genuine = issuer.token()
    for header in ({"alg": "ES256"}, {"alg": "ES256", "kid": 1}, {"alg": "ES256", "kid": "issuer-1", "crit": ["x"]}):
        protected = base64url(json.dumps(header).encode())
        assert reason(tokens, protected + genuine[genuine.index(".") :]) is ErrorCode.UNAUTHENTICATED


@pytest.mark.parametrize("token", ["", "x", "..", "a.b.c", "e30.e30.", "义.义.义", "a" * 9000, "e30.e30.e30.e30.e30"])
def test_what_is_no_token_is_none(tokens: Tokens, token: str) -> None:
    assert reason(tokens, token) is ErrorCode.UNAUTHENTICATED


def test_keys_are_fetched_once_and_tokens_remembered(tokens: Tokens, issuer: Issuer) -> None:
    one = issuer.token()
    for _ in range(3):
        caller(tokens, one)
    caller(tokens, issuer.token("officer.traffic"))

    assert issuer.fetches == 1


def test_a_new_key_is_asked_for_once_in_thirty_seconds(tokens: Tokens, issuer: Issuer, ticks: Ticks) -> None:
    caller(tokens, issuer.token())
    issuer.published = [ECKey.generate_key("P-256", parameters={"kid": "issuer-2"})]
    rotated = issuer.token(key=issuer.published[0])

    ticks.seconds = 29.9
    assert reason(tokens, rotated) is ErrorCode.UNAUTHENTICATED
    assert issuer.fetches == 1

    ticks.seconds = 30
    assert caller(tokens, rotated).sub == "applicant"
    assert issuer.fetches == 2


def test_an_issuer_out_of_reach_lets_nobody_through(tokens: Tokens, issuer: Issuer) -> None:
    issuer.is_down = True
    token = issuer.token()
    assert reason(tokens, token) is ErrorCode.UNAVAILABLE

    issuer.is_down = False
    assert caller(tokens, token).sub == "applicant"


@pytest.mark.parametrize(("seconds", "fetches", "is_good"), [(599.9, 1, True), (600, 2, False)])
def test_a_key_that_was_taken_out_is_trusted_for_ten_minutes_at_most(
    tokens: Tokens, issuer: Issuer, ticks: Ticks, seconds: float, fetches: int, *, is_good: bool
) -> None:
    remembered, other = issuer.token(), issuer.token("agent")
    caller(tokens, remembered)
    issuer.published = [ECKey.generate_key("P-256", parameters={"kid": "issuer-2"})]

    ticks.seconds = seconds
    for token in (remembered, other):
        if is_good:
            assert caller(tokens, token).roles
        else:
            assert reason(tokens, token) is ErrorCode.UNAUTHENTICATED

    assert issuer.fetches == fetches


def test_another_key_under_the_same_name_does_not_save_what_the_first_one_signed(
    tokens: Tokens, issuer: Issuer, ticks: Ticks
) -> None:
    remembered = issuer.token()
    caller(tokens, remembered)
    issuer.published = [ECKey.generate_key("P-256", parameters={"kid": "issuer-1"})]

    ticks.seconds = 600

    assert reason(tokens, remembered) is ErrorCode.UNAUTHENTICATED


def test_keys_outlive_an_outage_of_the_issuer_for_an_hour(tokens: Tokens, issuer: Issuer, ticks: Ticks) -> None:
    token = issuer.token()
    caller(tokens, token)
    issuer.is_down = True

    for ticks.seconds in (600, 629.9, 630, 3599.9):
        assert caller(tokens, token).sub == "applicant"
    asked = issuer.fetches
    ticks.seconds = 3600
    assert reason(tokens, token) is ErrorCode.UNAVAILABLE
    issuer.is_down = False

    assert asked == 4
    assert caller(tokens, token).sub == "applicant"


def test_keys_that_stay_are_asked_for_every_ten_minutes_and_tokens_stay_remembered(
    tokens: Tokens, issuer: Issuer, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token()
    caller(tokens, token)
    monkeypatch.setattr("chalicelib.http.tokens.payload_of", None)

    for ticks.seconds in (600, 601, 1199, 1200):
        assert caller(tokens, token).sub == "applicant"

    assert issuer.fetches == 3


def test_an_unreadable_key_does_not_hide_the_others(issuer: Issuer, cloud: None) -> None:  # noqa: ARG001
    keys = [None, {}, {"kty": "EC", "kid": "broken"}, {"kty": "oct", "kid": "o", "k": "AAAA"}]
    published = {"keys": [*keys, *issuer.jwks(URL)["keys"]]}
    tokens = Tokens(issuer="https://issuer.test", audience="xinnuo-api", jwks=lambda: published)

    assert caller(tokens, issuer.token()).sub == "applicant"


def test_remembered_tokens_are_bounded(tokens: Tokens, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.http.tokens.KEPT_TOKENS", 2)
    signed = [issuer.token(persona) for persona in ("applicant", "applicant2", "agent", "company")]
    for token in signed:
        caller(tokens, token)

    # Without a way to verify, only what is remembered is still good.
    monkeypatch.setattr("chalicelib.http.tokens.payload_of", mock.Mock(side_effect=ValueError))
    for forgotten in signed[:2]:
        assert reason(tokens, forgotten) is ErrorCode.UNAUTHENTICATED
    for remembered in signed[2:]:
        assert caller(tokens, remembered).roles


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "bearer x y", "义"])
def test_a_header_without_a_token_is_401(client: Client, header: str) -> None:
    reply = client.call("GET", "/v1/signing-keys", headers={"Authorization": header})

    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_the_wrong_role_is_403(client: Client, token: TokenOf) -> None:
    assert client.get("/v1/signing-keys", token=token("monitor")).code == "FORBIDDEN"


def test_a_public_route_needs_no_token_and_minds_none(client: Client) -> None:
    assert client.get("/healthz").status == 200
    assert client.get("/healthz", token="forged").status == 200


def test_the_key_set_is_fetched_from_this_address(tmp_path: Any) -> None:  # noqa: ANN401 - a path of pytest's
    good = tmp_path / "good"
    good.write_text('{"keys": []}')

    assert fetched(good.as_uri()) == {"keys": []}
    for bad in ("[]", "{}", '{"keys": 1}', "<html>"):
        (tmp_path / "bad").write_text(bad)
        with pytest.raises(IssuerUnreachableError):
            fetched((tmp_path / "bad").as_uri())
    with pytest.raises(IssuerUnreachableError):
        fetched((tmp_path / "none").as_uri())
