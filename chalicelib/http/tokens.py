"""Who is calling: OpenID Connect access tokens, verified against the issuer's keys, always by real time."""

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from chalicelib.clock import day_in_shanghai, real_now
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.jws import PublicKey, payload_of, public_key_of
from chalicelib.logging import logger
from chalicelib.policy import FOR_THEMSELVES, Caller, Role, acting
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import PERSONS, Identity, Representative, SubjectKind
from chalicelib.subjects.rules.identifiers import require_valid

LEEWAY = timedelta(seconds=30)
"""The allowed difference between the issuer's clock and ours, at both ends of a token's lifetime."""

FRESH_FOR = timedelta(seconds=300)

KEYS_GOOD_FOR = 600.0
"""Seconds after which the issuer is asked for its keys again: so long may one live that it has taken out."""

KEYS_LAST_FOR = 3600.0
"""Seconds that keys may serve while the issuer does not answer (decision 0042)."""

REFETCH_AFTER = 30.0
"""Seconds between two requests to the issuer, for an unknown key id or because it did not answer."""

NEVER_TOLD = datetime.fromtimestamp(0, UTC)
"""When a token was made that does not say it: before every other word, so that it gives nothing back that has ended."""

LONGEST_SUB = 200
LONGEST_LINE = 200
DEPARTMENT = re.compile(r"[A-Za-z0-9._-]{1,64}")

ROLES = frozenset(role.value for role in Role)

KEPT_TOKENS = 512
LONGEST_TOKEN = 8192


class IssuerUnreachableError(Exception):
    """The issuer's keys could not be fetched."""


def fetched(url: str) -> Mapping[str, Any]:
    """Fetch the issuer's key set; raises ``IssuerUnreachableError`` if that fails or takes over 3 seconds."""
    from urllib.request import urlopen  # noqa: PLC0415 - only the first request of a process needs it

    try:
        with urlopen(url, timeout=3) as answer:  # noqa: S310 - the address is the deployment's own setting
            keys: object = json.load(answer)
    except (OSError, ValueError) as error:
        raise IssuerUnreachableError from error
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
        raise IssuerUnreachableError
    return keys


class Tokens:
    """Verifies tokens, and caches the verified ones by their digest."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        jwks: Callable[[], Mapping[str, Any]],
        ticks: Callable[[], float] = lambda: real_now().timestamp(),
    ) -> None:
        """Accept tokens of this issuer for this audience; ``jwks`` fetches the keys, on first use.

        ``ticks`` counts seconds also while the process is frozen between two requests, as a monotonic clock may not.
        """
        self._issuer = issuer
        self._audience = audience
        self._jwks = jwks
        self._ticks = ticks
        self._published: object = None
        self._keys: Mapping[str, PublicKey] = {}
        self._known_at = self._asked_at = float("-inf")
        self._verified: OrderedDict[bytes, tuple[Caller, datetime]] = OrderedDict()

    def verified(self, token: str, *, at: datetime) -> tuple[Caller, datetime]:
        """Return the token's caller, and when the token ends.

        ``UNAUTHENTICATED`` for an invalid one, ``UNAVAILABLE`` without keys.
        """
        self._refresh()
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        known = self._verified.get(digest)
        if known is not None:
            if at - LEEWAY >= known[1]:
                raise DomainError(ErrorCode.UNAUTHENTICATED)
            return known
        claims = self._claims(token)
        ends_at = self._require_current(claims, at=at)
        caller = caller_from(claims, at=at)
        self._verified[digest] = (caller, ends_at)
        if len(self._verified) > KEPT_TOKENS:
            self._verified.popitem(last=False)
        return caller, ends_at

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Check the signature, and nothing else."""
        if len(token) > LONGEST_TOKEN:
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        try:
            claims: object = json.loads(payload_of(token, self._key))
        except (ValueError, RecursionError):
            raise DomainError(ErrorCode.UNAUTHENTICATED) from None
        if not isinstance(claims, dict):
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        return claims

    def _key(self, kid: str) -> PublicKey:
        """Return a key by its id; for an unknown one keys are fetched again, at most every 30 seconds."""
        if kid not in self._keys and self._ticks() - self._asked_at >= REFETCH_AFTER:
            self._fetch()
        if kid not in self._keys:
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        return self._keys[kid]

    def _refresh(self) -> None:
        """Have keys of the last ten minutes, or at least of the last hour; ``UNAVAILABLE`` without."""
        now = self._ticks()
        if now - self._known_at < KEYS_GOOD_FOR:
            return
        may_wait = now - self._known_at < KEYS_LAST_FOR
        if may_wait and now - self._asked_at < REFETCH_AFTER:
            return
        try:
            self._fetch()
        except DomainError:
            if not may_wait:
                raise

    def _fetch(self) -> None:
        """Take over the issuer's keys; with a change of them, what was verified before is verified again."""
        self._asked_at = self._ticks()
        try:
            published = self._jwks()["keys"]
        except IssuerUnreachableError:
            logger("api").warning("issuer_unreachable")
            raise DomainError(ErrorCode.UNAVAILABLE) from None
        self._known_at = self._asked_at
        if published != self._published:
            self._published = published
            self._keys = self._keys_in(published)
            self._verified.clear()

    def _keys_in(self, published: Iterable[Any]) -> Mapping[str, PublicKey]:
        keys = {}
        for jwk in published:
            try:
                if jwk.get("use", "sig") == "sig" and (key := public_key_of(jwk)) is not None:
                    keys[jwk["kid"]] = key
            except (AttributeError, KeyError, TypeError, ValueError):
                logger("api").warning("issuer_key_unreadable")
        return keys

    def _require_current(self, claims: Mapping[str, Any], *, at: datetime) -> datetime:
        """Check issuer, audience, times and names; return when the token ends."""
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        ends_at = _instant(claims.get("exp"))
        is_good = (
            claims.get("iss") == self._issuer
            and self._audience in audiences
            and ends_at is not None
            and at - LEEWAY < ends_at
            and _is_sub(claims.get("sub"))
            and _is_department(claims.get("department"))
            and all(_has_begun(claims[name], at=at) for name in ("nbf", "iat") if name in claims)
        )
        if not is_good or ends_at is None:
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        return ends_at


def caller_from(claims: Mapping[str, Any], *, at: datetime) -> Caller:
    """Return the caller described by verified claims, with all roles; ``FORBIDDEN`` without a known role.

    A token with an office's role acts for the office alone: staff handle their own matters with a separate login. A
    machine's token has no other role, so that nobody is a person and a machine at once, and an inspector's names no
    other office, so that nobody inspects what they do (R7.10).
    """
    named = claims.get("roles")
    roles = frozenset(
        Role(name) for name in (named if isinstance(named, list) else []) if isinstance(name, str) and name in ROLES
    )
    if not roles or (Role.SYSTEM in roles and len(roles) > 1):
        raise DomainError(ErrorCode.FORBIDDEN)
    roles = roles - FOR_THEMSELVES or roles
    if Role.INSPECTOR in roles and len(roles) > 1:
        raise DomainError(ErrorCode.FORBIDDEN)
    department = claims.get("department")
    name = claims.get("name")
    vouched = _identity(claims["subject"], at=at) if claims.get("subject") is not None else None
    logged_in, made = _instant(claims.get("auth_time")), _instant(claims.get("iat"))
    identity = vouched if roles & FOR_THEMSELVES else None
    return Caller(
        sub=claims["sub"],
        roles=roles,
        department=department if isinstance(department, str) else None,
        identity=identity,
        subject=container().subject_keys.key_of(identity) if identity else None,
        auth_time=logged_in,
        told_at=logged_in or made or NEVER_TOLD,
        token_at=made or NEVER_TOLD,
        own=frozenset({container().subject_keys.key_of(vouched)} if vouched else ()),
        name=name if isinstance(name, str) else "",
        representative=_representative(claims.get("representative"), of=identity, at=at),
        phone=_verified(claims, "phone_number") if identity else "",
        email=_verified(claims, "email") if identity else "",
    )


def caller_of(header: str, *, role: str | None, is_acting: bool) -> Caller:
    """Return the caller of an Authorization header, acting in a role; ``UNAUTHENTICATED`` without a valid token."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise DomainError(ErrorCode.UNAUTHENTICATED)
    return acting(recognised(token.strip(), at=real_now(), is_acting=is_acting)[0], role)


def recognised(token: str, *, at: datetime, is_acting: bool = False) -> tuple[Caller, datetime]:
    """Return a token's caller with all roles, as the register of staff knows them, and when the token ends.

    ``UNAUTHENTICATED`` for an invalid token, and for a good one of staff whose role has ended. Machines are not in the
    register, and a check by one does not wait for it to be imported.
    """
    caller, ends_at = tokens().verified(token, at=at)
    if Role.SYSTEM in caller.roles:
        return caller, ends_at
    return container().staff.recognise(caller, is_acting=is_acting), ends_at


def require_fresh(caller: Caller, *, at: datetime) -> None:
    """Raise ``FRESH_LOGIN_REQUIRED`` unless the login is at most 300 seconds old by real time."""
    logged_in = caller.auth_time
    if logged_in is None or at - logged_in > FRESH_FOR or logged_in - at > LEEWAY:
        raise DomainError(ErrorCode.FRESH_LOGIN_REQUIRED)


@cache
def tokens() -> Tokens:
    """Return the verifier for the configured issuer."""
    known = settings()
    return Tokens(issuer=known.issuer, audience=known.audience, jwks=lambda: fetched(known.jwks_url))


def _identity(claim: object, *, at: datetime) -> Identity:
    """Return the identity vouched for by the platform; ``UNAUTHENTICATED`` if it is invalid, with what is wrong."""
    if not isinstance(claim, dict) or not all(isinstance(claim.get(name), str) for name in ("number", "name")):
        raise DomainError(ErrorCode.UNAUTHENTICATED)
    try:
        identity = Identity(kind=SubjectKind(claim["kind"]), number=claim["number"], name=claim["name"])
        return require_valid(identity, on=day_in_shanghai(at))
    except DomainError as error:
        raise DomainError(ErrorCode.UNAUTHENTICATED, faults=error.faults) from None
    except (KeyError, ValueError):
        raise DomainError(ErrorCode.UNAUTHENTICATED) from None


def _representative(claim: object, *, of: Identity | None, at: datetime) -> Representative | None:
    """Return who acts for an organisation, if the token says so; ``UNAUTHENTICATED`` if what it says is invalid.

    It is a natural person, with an office in the organisation or the number of a document by which they act.
    """
    if claim is None or of is None or of.kind in PERSONS:
        return None
    identity = _identity(claim, at=at)
    stated = {name: claim.get(name) or "" for name in ("office", "authority")} if isinstance(claim, dict) else {}
    if identity.kind not in PERSONS or not any(stated.values()) or not all(map(_is_line, stated.values())):
        raise DomainError(ErrorCode.UNAUTHENTICATED)
    return Representative(identity=identity, **stated)


def _verified(claims: Mapping[str, Any], name: str) -> str:
    """Return a phone number or an address that the platform says it has verified (OpenID Connect Core, 5.1)."""
    value = claims.get(name)
    return value if isinstance(value, str) and claims.get(f"{name}_verified") is True else ""


def _is_line(text: object) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_LINE and text.isprintable() and text == text.strip()


def _instant(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _has_begun(seconds: object, *, at: datetime) -> bool:
    begins_at = _instant(seconds)
    return begins_at is not None and begins_at <= at + LEEWAY


def _is_sub(claim: object) -> bool:
    return isinstance(claim, str) and 0 < len(claim) <= LONGEST_SUB and claim.isprintable()


def _is_department(claim: object) -> bool:
    """Whether somebody is of no department, or of one that can be the department of an item."""
    return claim is None or (isinstance(claim, str) and DEPARTMENT.fullmatch(claim) is not None)
