"""Validating identifiers, deriving subject keys from them, and masking names and numbers."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Identity, SubjectKey, SubjectKind
from chalicelib.subjects.rules.names import folded

LONGEST_NAME = 200
DOCUMENT_NUMBER = re.compile(r"[A-Z0-9]{5,20}")
"""Passports and residence permits follow no single standard: letters and digits."""

NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
"""A resident number: region, date, sequence and check character."""

OLD_NUMBER = re.compile(r"\d{15}", re.ASCII)
"""A first-generation resident number: region, two-digit year, month, day, sequence."""

REGION = re.compile(r'^  (\d{4}) county="([^"]*)"$', re.MULTILINE)


def require_valid(identity: Identity) -> Identity:
    """Return the identity with its number in the standard's notation.

    Raises ``INVALID_IDENTIFIER`` if the number fails its standard's checks (GB 11643: region, date and check
    character; GB 32100: form and check character), and ``INSUFFICIENT_IDENTITY`` if a part is missing (R6.2).
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
    """Convert a 15-digit number, as issued until 1999, to the same person's 18-digit number (GB 11643).

    The century and the check character are added, so that both numbers lead to one subject.
    """
    from stdnum.cn import ric  # noqa: PLC0415 - see above

    if not OLD_NUMBER.fullmatch(number):
        return number
    longer = f"{number[:6]}19{number[6:]}"
    # The check character's place must be filled, with anything.
    return longer + ric.calc_check_digit(f"{longer}0")


def _resident_number(number: str) -> str:
    """Return a number as written in GB 11643; ``ValueError`` for an invalid check character, date or region.

    This is stdnum's ``ric.validate``, except that it reads only the regions it needs: reading all of them takes an
    eighth of the time of a first response.
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
    """Return the regions of a province (GB/T 2260) by their last four digits, as written in stdnum's table."""
    from stdnum import cn  # noqa: PLC0415 - see above

    table = Path(cn.__file__).with_name("loc.dat").read_text(encoding="utf-8")
    _, _, following = table.partition(f"\n{province} ")
    return dict(REGION.findall(re.split(r"\n(?=\d)", following, maxsplit=1)[0]))


def _existed(region: str, *, in_year: int) -> bool:
    """Return whether a region had its number in a year: ``[-1991]东郊区,[1992-]东丽区`` had it in every year."""
    for name in region.split(","):
        if not name.startswith("["):
            return True
        since, _, until = name[1:].partition("]")[0].partition("-")
        if int(since or 0) <= in_year <= int(until or in_year):
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKeys:
    """Derives subject keys (主体标识) from valid identities, with a secret that can be rotated.

    New keys carry ``current_id``; keys made with an earlier secret can still be computed, to find stored data.
    """

    current_id: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        """Hide the secrets."""
        return f"SubjectKeys(current_id={self.current_id!r})"

    def key_of(self, identity: Identity) -> SubjectKey:
        """Return the subject's key under the current secret; the name does not affect it."""
        return self._key(self.current_id, identity)

    def keys_of(self, identity: Identity) -> tuple[SubjectKey, ...]:
        """Return the subject's keys under every secret, the current one first."""
        others = (key_id for key_id in self.keys if key_id != self.current_id)
        return tuple(self._key(key_id, identity) for key_id in (self.current_id, *others))

    def digest_of_name(self, identity: Identity) -> str:
        """Return a keyed digest of the folded name, so that names can be compared without being read."""
        return f"{self.current_id}.{self._name_digest(self.current_id, identity)}"

    def digests_of_name(self, identity: Identity) -> tuple[str, ...]:
        """Return the digests of a name under every secret, to be found among stored ones."""
        return tuple(f"{key_id}.{self._name_digest(key_id, identity)}" for key_id in self.keys)

    def is_name_of(self, identity: Identity, *, digest: str) -> bool:
        """Return whether a digest, possibly made with an earlier secret, is that of this name."""
        key_id, _, value = digest.partition(".")
        return hmac.compare_digest(value, self._name_digest(key_id, identity))

    def _name_digest(self, key_id: str, identity: Identity) -> str:
        return self._digest(key_id, "name", identity.kind.value, folded(identity.name))

    def _key(self, key_id: str, identity: Identity) -> SubjectKey:
        return SubjectKey(f"{key_id}.{self._digest(key_id, 'subject', identity.kind.value, identity.number)}")

    def _digest(self, key_id: str, *parts: str) -> str:
        return hmac.new(self.keys[key_id], "|".join(parts).encode(), hashlib.sha256).hexdigest()


def masked_number(number: str) -> str:
    """Return ``1****************X``: the first and last character, and a star for each in between (R7.6)."""
    shown = 3
    return "*" * len(number) if len(number) < shown else f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}"
