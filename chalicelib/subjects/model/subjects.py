"""Subjects and their signing keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

SubjectKey = NewType("SubjectKey", str)
"""``<key id>.<hexadecimal HMAC-SHA256>``: the subject's name in keys, URLs, events and logs."""


class SubjectKind(StrEnum):
    """Kinds of identifiers (证件种类)."""

    RESIDENT_ID = "resident_id"
    """居民身份证, GB 11643."""
    USCC = "uscc"
    """统一社会信用代码, GB 32100."""
    PASSPORT = "passport"
    """护照."""
    RESIDENCE_PERMIT = "residence_permit"
    """港澳台居民居住证, 外国人永久居留身份证."""


PERSONS = frozenset({SubjectKind.RESIDENT_ID, SubjectKind.PASSPORT, SubjectKind.RESIDENCE_PERMIT})
"""The kinds that natural persons (自然人) have; every other kind belongs to an organisation."""


class NameRank(StrEnum):
    """Who gave a subject's name, from the highest rank to the lowest: a higher one corrects a lower one."""

    PLATFORM = "platform"
    """The identity platform (统一身份认证平台), about whoever has logged in."""
    REGISTER = "register"
    """A source that keeps the register of such subjects (登记机关)."""
    OFFICE = "office"
    """Any other office or source."""
    AGENT = "agent"
    """Somebody who acts for the subject (代办人)."""

    @property
    def rank(self) -> int:
        """The higher, the more it counts."""
        return len(NameRank) - list(NameRank).index(self)

    @property
    def may_register(self) -> bool:
        """Whether this word is enough to register a subject under the name."""
        return self is not NameRank.AGENT


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSource:
    """Whose word a name is: a source of this rank, brought by ``actor`` of a department."""

    rank: NameRank
    actor: str
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An identity (身份) as stated by the identity platform or an office: personal data, never logged.

    ``stated_at`` points to where in the request it stands (RFC 6901), for errors.
    """

    kind: SubjectKind
    number: str
    name: str
    stated_at: str = field(default="/subject", compare=False)

    def __repr__(self) -> str:
        """Show nothing about the person, so that no traceback or log does."""
        return f"Identity(kind={self.kind.value!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """The natural person who acts for an organisation (签署人、经办人), as the identity platform states it.

    Personal data like ``Identity``. ``office`` is theirs in the organisation (法定代表人), ``authority`` the number of
    the document by which they act; at least one of the two is there.
    """

    identity: Identity
    office: str = ""
    authority: str = ""


class Algorithm(StrEnum):
    """Signature algorithms (签名算法) for applicants' keys; RS256 is that of passkeys alone."""

    ES256 = "ES256"
    EDDSA = "EdDSA"
    RS256 = "RS256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site as browsers identify it: its host, and its origin (``https://portal.example``)."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """What makes a signing key a passkey (通行密钥): it is bound to one site and signs only assertions.

    ``credential_id`` is the device's own id for it, ``public_key`` the COSE key (RFC 9053), both in base64url.
    """

    credential_id: str
    public_key: str
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A public key with which a subject signs (签名公钥); the private key never leaves its owner.

    ``key_id`` is the RFC 7638 thumbprint; ``jwk`` holds public members only; ``passkey`` is set if the private key is
    on a device of its owner.
    """

    key_id: str
    jwk: Mapping[str, str]
    algorithm: Algorithm
    enrolled_at: datetime
    revoked_at: datetime | None = None
    passkey: Passkey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored about a subject: its key, and whether the given name conflicts with the verified one (R6.3).

    ``masked_name`` is the known name, and the given one if they conflict, because the known one may be another's.
    ``name_digest`` is the keyed digest of the given name; ``first`` is the key under which the subject was first
    stored. ``corrected_from`` is the rank of the known name if the given one has just replaced it.
    """

    key: SubjectKey
    masked_name: str
    name_digest: str = ""
    is_conflicting: bool = False
    first: SubjectKey | None = None
    corrected_from: NameRank | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """An enrolled signing key, and whether it had been enrolled before."""

    key: SigningKey
    is_repeated: bool = False
