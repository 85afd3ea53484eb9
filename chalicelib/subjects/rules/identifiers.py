"""Which identifiers can be, how subjects are named without saying who they are, and what of them is shown."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Algorithm, Identity, SigningKey, SubjectKey, SubjectKind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST_NAME = 200
DOCUMENT_NUMBER = re.compile(r"[A-Z0-9]{5,20}")
"""Passports and residence permits follow no one standard: letters and digits."""

NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
"""A resident's number: region, date, sequence and check character."""

OLD_NUMBER = re.compile(r"\d{15}", re.ASCII)
"""A resident's number of the first generation: region, two digits of the year, month, day, sequence."""

REGION = re.compile(r'^  (\d{4}) county="([^"]*)"$', re.MULTILINE)


def require_valid(identity: Identity) -> Identity:
    """Return the identity with its number as the standard writes it.

    Refuses with ``INVALID_IDENTIFIER`` a number that does not pass its standard's checks (GB 11643: region, date and
    check character; GB 32100: form and check character), and with ``INSUFFICIENT_IDENTITY`` a missing part (R6.2).
    """
    number, name = identity.number.strip(), " ".join(identity.name.split())
    if not number or not name or len(name) > LONGEST_NAME:
        raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY)
    return Identity(kind=identity.kind, number=_normalised(identity.kind, number), name=name)


def _normalised(kind: SubjectKind, number: str) -> str:
    # stdnum takes a while to import; many calls concern nobody's number.
    from stdnum.cn import uscc  # noqa: PLC0415
    from stdnum.exceptions import ValidationError  # noqa: PLC0415

    try:
        if kind is SubjectKind.RESIDENT_ID:
            return _resident_number(_of_18_digits(number))
        if kind is SubjectKind.USCC:
            return uscc.validate(number)
    except (ValidationError, ValueError):
        raise DomainError(ErrorCode.INVALID_IDENTIFIER) from None
    if not DOCUMENT_NUMBER.fullmatch(number.upper()):
        raise DomainError(ErrorCode.INVALID_IDENTIFIER)
    return number.upper()


def _of_18_digits(number: str) -> str:
    """Write a number of 15 digits, as they were given out until 1999, as GB 11643 writes the same person's today.

    The year gets its century and the number its check character, so that both lead to one subject.
    """
    from stdnum.cn import ric  # noqa: PLC0415 - see above

    if not OLD_NUMBER.fullmatch(number):
        return number
    longer = f"{number[:6]}19{number[6:]}"
    # The place of the check character must be taken, by whatever it is.
    return longer + ric.calc_check_digit(f"{longer}0")


def _resident_number(number: str) -> str:
    """Return a number as GB 11643 has it; ``ValueError`` if its check character, date or region cannot be.

    This is stdnum's ``ric.validate``, but for how it reads its table of regions: all of them, which takes an eighth of
    what a first answer takes.
    """
    from stdnum.cn import ric  # noqa: PLC0415 - see above

    number = ric.compact(number)
    if not NUMBER.fullmatch(number) or number[-1] != ric.calc_check_digit(number):
        raise ValueError(number[:6])
    region = _regions(number[:2]).get(number[2:6])
    if region is None or not _existed(region, in_year=ric.get_birth_date(number).year):
        raise ValueError(number[:6])
    return number


@lru_cache(maxsize=64)
def _regions(province: str) -> Mapping[str, str]:
    """Return the regions of a province (GB/T 2260) by their last four digits, as stdnum writes them down."""
    from stdnum import cn  # noqa: PLC0415 - see above

    table = Path(cn.__file__).with_name("loc.dat").read_text(encoding="utf-8")
    _, _, following = table.partition(f"\n{province} ")
    return dict(REGION.findall(re.split(r"\n(?=\d)", following, maxsplit=1)[0]))


def _existed(region: str, *, in_year: int) -> bool:
    """Say whether a region had its number in a year: ``[-1991]东郊区,[1992-]东丽区`` had it in every year."""
    for name in region.split(","):
        if not name.startswith("["):
            return True
        since, _, until = name[1:].partition("]")[0].partition("-")
        if int(since or 0) <= in_year <= int(until or in_year):
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKeys:
    """Makes subject keys (主体标识) of valid identities, with a secret that can be rotated.

    New keys carry ``current_id``; those made with an earlier secret can still be computed, to find what is stored.
    """

    current_id: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        """Show no secret."""
        return f"SubjectKeys(current_id={self.current_id!r})"

    def key_of(self, identity: Identity) -> SubjectKey:
        """Return the subject's key under the current secret; the name has no part in it."""
        return self._key(self.current_id, identity)

    def keys_of(self, identity: Identity) -> tuple[SubjectKey, ...]:
        """Return the subject's keys under every secret, the current one first."""
        others = (key_id for key_id in self.keys if key_id != self.current_id)
        return tuple(self._key(key_id, identity) for key_id in (self.current_id, *others))

    def digest_of_name(self, identity: Identity) -> str:
        """Return a keyed digest by which names are compared without being read."""
        return f"{self.current_id}.{self._digest(self.current_id, 'name', identity.kind.value, identity.name)}"

    def is_name_of(self, identity: Identity, *, digest: str) -> bool:
        """Say whether a digest, perhaps made with an earlier secret, is that of this name."""
        key_id, _, value = digest.partition(".")
        expected = self._digest(key_id, "name", identity.kind.value, identity.name)
        return hmac.compare_digest(value, expected)

    def _key(self, key_id: str, identity: Identity) -> SubjectKey:
        return SubjectKey(f"{key_id}.{self._digest(key_id, 'subject', identity.kind.value, identity.number)}")

    def _digest(self, key_id: str, *parts: str) -> str:
        return hmac.new(self.keys[key_id], "|".join(parts).encode(), hashlib.sha256).hexdigest()


def masked_name(name: str) -> str:
    """Return ``李*``: the first character and one star, so that not even the length is told (R7.6)."""
    return f"{name[:1]}*"


def masked_number(number: str) -> str:
    """Return ``1****************X``: the first and last character, and a star for each between them (R7.6)."""
    shown = 3
    return "*" * len(number) if len(number) < shown else f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}"


COORDINATE = 32
"""Bytes of a coordinate on P-256, and of a public key on Ed25519."""

CURVES: Mapping[tuple[str, str], tuple[Algorithm, tuple[str, ...]]] = {
    ("EC", "P-256"): (Algorithm.ES256, ("x", "y")),
    ("OKP", "Ed25519"): (Algorithm.EDDSA, ("x",)),
}
"""Kinds of keys that are taken, what they sign with, and which members hold their public part."""

ALSO_CALLED: Mapping[Algorithm, str] = {Algorithm.EDDSA: "Ed25519"}
"""Newer names of algorithms (RFC 9864)."""

FIELD = 2**255 - 19
"""The prime of Ed25519: coordinates of points lie below it."""

ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL_ORDER = frozenset({0, 1, FIELD - 1, ORDER_8, FIELD - ORDER_8})
"""The y of every Ed25519 point of small order: with such a key anybody can sign anything (RFC 8032, 8.9)."""

THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")

MAY_SAY_MORE = frozenset({"alg", "crv", "ext", "key_ops", "kid", "kty", "use", "x", "y"})
"""Members that a public key may have; anything else may be a private one (``d``) and is refused unread."""


def signing_key_of(jwk: Mapping[str, object], *, at: datetime) -> SigningKey:
    """Take a public key for ES256 or EdDSA (RFC 7517, 8037); ``UNSUITABLE_KEY`` for any other, and any private one."""
    known = CURVES.get((_text(jwk.get("kty")), _text(jwk.get("crv"))))
    if known is None or not jwk.keys() <= MAY_SAY_MORE:
        raise DomainError(ErrorCode.UNSUITABLE_KEY)
    algorithm, members = known
    is_named = jwk.get("alg", algorithm.value) in (algorithm.value, ALSO_CALLED.get(algorithm))
    if not is_named or jwk.get("use", "sig") != "sig":
        raise DomainError(ErrorCode.UNSUITABLE_KEY)
    public = {"crv": str(jwk["crv"]), "kty": str(jwk["kty"])} | {name: _text(jwk.get(name)) for name in members}
    try:
        _public_key(algorithm, public)
    except ValueError:
        raise DomainError(ErrorCode.UNSUITABLE_KEY) from None
    return SigningKey(key_id=_thumbprint(public), jwk=public, algorithm=algorithm, enrolled_at=at)


def key_id_of(jws: str) -> str:
    """Return which key a signature says it is by; ``SIGNATURE_INVALID`` if it says nothing readable."""
    return str(header_of(jws)["kid"])


def header_of(jws: str) -> Mapping[str, object]:
    """Return what a signature says of itself; ``SIGNATURE_INVALID`` if it says nothing readable."""
    return _parts(jws)[0]


def verify_detached(jws: str, payload: str, key: SigningKey) -> None:
    """Check a compact JWS with detached payload (RFC 7515, appendix F) over exactly this text.

    Refuses with ``SIGNATURE_INVALID`` whatever is not by this key, over this payload, with the key's own algorithm;
    a header that asks for extensions (``crit``, ``b64``) is not understood and so refused.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - its library costs a cold start much

    header, signature = _parts(jws)
    if header["alg"] != key.algorithm or header["kid"] != key.key_id:
        raise DomainError(ErrorCode.SIGNATURE_INVALID)
    signed = f"{jws.partition('.')[0]}.{_base64url(payload.encode())}".encode()
    try:
        _verify(_public_key(key.algorithm, key.jwk), signature, signed)
    except (InvalidSignature, ValueError):
        raise DomainError(ErrorCode.SIGNATURE_INVALID) from None


@lru_cache(maxsize=16)
def _parts(jws: str) -> tuple[Mapping[str, object], bytes]:
    match jws.split("."):
        case [protected, "", signature]:
            try:
                header: object = json.loads(_bytes(protected))
                signed = _bytes(signature)
            except (ValueError, RecursionError):
                raise DomainError(ErrorCode.SIGNATURE_INVALID) from None
            if isinstance(header, dict) and _is_understood(header):
                return header, signed
    raise DomainError(ErrorCode.SIGNATURE_INVALID)


def _is_understood(header: Mapping[str, object]) -> bool:
    """Say whether a header names its algorithm and a key as keys are named here, and asks for no extension."""
    is_named = "alg" in header and THUMBPRINT.fullmatch(_text(header.get("kid"))) is not None
    return is_named and not {"crit", "b64"} & header.keys()


def _verify(key: "EllipticCurvePublicKey | Ed25519PublicKey", signature: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    if not isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed)
        return
    if len(signature) != 2 * COORDINATE:
        message = "an ES256 signature has 64 bytes (RFC 7518, 3.4)"
        raise ValueError(message)
    r, s = (int.from_bytes(half) for half in (signature[:COORDINATE], signature[COORDINATE:]))
    key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))


def _public_key(algorithm: Algorithm, jwk: Mapping[str, str]) -> "EllipticCurvePublicKey | Ed25519PublicKey":
    """Build the key; ``ValueError`` if it is none: a point not on the curve, or one with which anybody can sign."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415 - as above

    coordinates = [_bytes(jwk[name]) for name in ("x", "y") if name in jwk]
    if any(len(coordinate) != COORDINATE for coordinate in coordinates):
        message = "a coordinate has 32 bytes"
        raise ValueError(message)
    if algorithm is Algorithm.EDDSA:
        y = int.from_bytes(coordinates[0], "little") % 2**255
        if y in SMALL_ORDER or y >= FIELD:
            message = "a point of small order is nobody's own key"
            raise ValueError(message)
        return ed25519.Ed25519PublicKey.from_public_bytes(coordinates[0])
    x, y = (int.from_bytes(coordinate) for coordinate in coordinates)
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _thumbprint(public: Mapping[str, str]) -> str:
    """Return the RFC 7638 thumbprint: of the required members alone, in order of their names."""
    text = json.dumps(dict(sorted(public.items())), separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Read unpadded base64url; ``ValueError`` for any other way to write the same bytes, so that there is one only."""
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
    if _base64url(value) != text:
        raise ValueError(text)
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
