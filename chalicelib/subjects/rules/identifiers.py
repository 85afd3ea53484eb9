"""Checking identifiers by their standards, deriving subject keys from them, and masking names and numbers."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import mul
from typing import Final

from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.readable import BLANK, SELECTORS
from chalicelib.subjects.model.number_faults import NumberFault, number_fault
from chalicelib.subjects.model.subjects import PERSONS, Identity, SubjectKey, SubjectKind
from chalicelib.subjects.rules.names import folded

LONGEST_NAME = 200

EARLIEST_BIRTH: Final = date(1880, 1, 1)
"""No holder of a number was born before."""

RESIDENT: Final = re.compile(r"[0-9]{17}[0-9X]")
"""A number by GB 11643: six digits for the place of registration, birth, sequence and check character.

A foreign permanent resident's (since December 2023) is built likewise: 9, two digits for the province, three for the
nationality (ISO 3166-1), then the same. No table of places or countries belongs to either: places are founded, merged
and renamed, and the number keeps what was true when it was given.
"""

OLD_RESIDENT: Final = re.compile(r"[0-9]{15}")
"""A resident's number as given until 1999: place, two-digit year, month, day, sequence."""

OLD_PERMIT: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
"""A foreign permanent resident's number until 2023: nationality, four digits for the place, birth with a two-digit
year, one digit for the sequence, check digit."""

PERMIT_PLACES: Final = frozenset({"81", "82", "83"})
"""What stands in front of the numbers of residents of Hong Kong, Macao and Taiwan (港澳台居民居住证)."""

PASSPORT: Final = re.compile(r"[A-Z0-9]{5,9}")
"""ICAO 9303 has room for nine letters and digits. No state is known to give fewer than five, which are parts of one."""

USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
"""Registering department and kind of organisation, six digits for the place, organisation, check character."""

RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
USCC_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
USCC_VALUES: Final = {character: value for value, character in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}

SAYS_NOTHING: Final = frozenset({"Cf", "Pd"})
"""Unicode's categories of invisible characters and of dashes."""

DASHES_TOO: Final = frozenset("\u02d7\u2043\u2212\u2500\u30fc")
"""Minus signs, bullets, lines and long marks that people type for a dash."""

ALIKE: Final[Mapping[SubjectKind, SubjectKind]] = {SubjectKind.RESIDENCE_PERMIT: SubjectKind.RESIDENT_ID}
"""Kinds whose numbers are of one series: one number is one person, whichever of the kinds was stated."""


def require_valid(identity: Identity, *, on: date) -> Identity:
    """Return the identity with its number as its standard writes it; ``on`` is the day in China.

    Raises ``INVALID_IDENTIFIER`` if the number fails its standard's checks (GB 11643: form, date and check character;
    GB 32100: form and check character; ICAO 9303: form), and ``INSUFFICIENT_IDENTITY`` if a part is missing (R6.2).
    The error names the field and what is wrong with it, and never holds the number.

    A number with 81, 82 or 83 in front is a residence permit's, whatever person's kind was stated.
    """
    number, name = _canonical(identity.number), " ".join(identity.name.split())
    if not number:
        raise _insufficient(identity, "number")
    if not name or len(name) > LONGEST_NAME:
        raise _insufficient(identity, "name")
    kind = identity.kind
    if kind is SubjectKind.RESIDENT_ID and OLD_RESIDENT.fullmatch(number):
        number = _of_18_digits(number)
    if kind in PERSONS and RESIDENT.fullmatch(number) and number[:2] in PERMIT_PLACES:
        kind = SubjectKind.RESIDENCE_PERMIT
    fault = _fault_of(kind, number, on)
    if fault is not None:
        told = number_fault(fault, kind, pointer=f"{identity.stated_at}/number")
        raise DomainError(ErrorCode.INVALID_IDENTIFIER, faults=(told,))
    return replace(identity, kind=kind, number=number, name=name)


def is_valid_number(kind: SubjectKind, text: str, *, on: date) -> bool:
    """Whether a text is a number of a kind, however it was typed."""
    try:
        require_valid(Identity(kind=kind, number=text, name="-"), on=on)
    except DomainError:
        return False
    return True


def _insufficient(identity: Identity, part: str) -> DomainError:
    pointer = f"{identity.stated_at}/{part}"
    fault = FieldError(pointer=pointer, detail="缺少此项，或者过长。", english="This is missing, or too long.")
    return DomainError(ErrorCode.INSUFFICIENT_IDENTITY, faults=(fault,))


def _canonical(number: str) -> str:
    """Return a number as a machine writes it: full width made narrow, small letters large, nothing that only separates.

    Other characters stay, so that they are refused.
    """
    if number.isascii() and number.isalnum():
        return number.upper()
    composed = unicodedata.normalize("NFKC", number)
    kept = "".join(character for character in composed if not _only_separates(character))
    # Beyond ASCII, a small letter's capital may be another letter: ß becomes SS.
    return "".join(character.upper() if character.isascii() else character for character in kept)


def _only_separates(character: str) -> bool:
    return (
        character.isspace()
        or character in BLANK
        or character in SELECTORS
        or character in DASHES_TOO
        or unicodedata.category(character) in SAYS_NOTHING
    )


def _of_18_digits(number: str) -> str:
    """Convert a 15-digit number to the same person's 18-digit number, by adding the century and the check character."""
    longer = f"{number[:6]}19{number[6:]}"
    return longer + _resident_check(longer)


def _fault_of(kind: SubjectKind, number: str, on: date) -> NumberFault | None:
    fault = FAULTS[kind](number, on)
    may_be_another = fault in {NumberFault.LENGTH, NumberFault.CHARACTERS} or (
        # Every number of a person has the form of an organisation's code; few codes with a slip have a date in them.
        kind is SubjectKind.USCC and fault is NumberFault.CHECK
    )
    if may_be_another and any(FAULTS[other](number, on) is None for other in WITH_CHECK):
        return NumberFault.KIND
    return fault


def _fault_in_form(number: str, *lengths: int) -> NumberFault:
    """Tell what is wrong with a number that is not of its form, which has one of these lengths."""
    is_of_letters_and_digits = number.isascii() and number.isalnum()
    return NumberFault.LENGTH if is_of_letters_and_digits and len(number) not in lengths else NumberFault.CHARACTERS


def _fault_of_resident(number: str, on: date) -> NumberFault | None:
    """GB 11643-1999: form, date, and the check character by ISO 7064 MOD 11-2."""
    if not RESIDENT.fullmatch(number):
        return _fault_in_form(number, 15, 18)
    if not _is_birthday(number[6:14], on=on):
        return NumberFault.DATE
    return None if number[-1] == _resident_check(number[:-1]) else NumberFault.CHECK


def _fault_of_permit(number: str, on: date) -> NumberFault | None:
    return _fault_of_old_permit(number, on) if OLD_PERMIT.fullmatch(number) else _fault_of_resident(number, on)


def _fault_of_old_permit(number: str, on: date) -> NumberFault | None:
    """Form, date in either century, and ICAO 9303's check digit (weights 7, 3, 1; A is 10) over what precedes it."""
    if not any(_is_birthday(f"{century}{number[7:13]}", on=on) for century in (19, 20)):
        return NumberFault.DATE
    total = sum(int(character, 36) * (7, 3, 1)[place % 3] for place, character in enumerate(number[:-1]))
    return None if number[-1] == str(total % 10) else NumberFault.CHECK


def _fault_of_passport(number: str, _on: date) -> NumberFault | None:
    return None if PASSPORT.fullmatch(number) else _fault_in_form(number)


def _fault_of_uscc(number: str, _on: date) -> NumberFault | None:
    """GB 32100-2015: form and check character."""
    if not USCC.fullmatch(number):
        return _fault_in_form(number, 18)
    total = sum(USCC_VALUES[character] * weight for character, weight in zip(number[:-1], USCC_WEIGHTS, strict=True))
    return None if USCC_VALUES[number[-1]] == -total % len(USCC_VALUES) else NumberFault.CHECK


FAULTS: Final[Mapping[SubjectKind, Callable[[str, date], NumberFault | None]]] = {
    SubjectKind.RESIDENT_ID: _fault_of_resident,
    SubjectKind.RESIDENCE_PERMIT: _fault_of_permit,
    SubjectKind.PASSPORT: _fault_of_passport,
    SubjectKind.USCC: _fault_of_uscc,
}

WITH_CHECK: Final = (SubjectKind.RESIDENT_ID, SubjectKind.RESIDENCE_PERMIT, SubjectKind.USCC)
"""The kinds whose numbers can be told by their check character; letters and digits enough make a passport's."""


def _resident_check(body: str) -> str:
    """Return the check character of 17 digits, by the standard's weights (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(map(mul, map(int, body), RESIDENT_WEIGHTS)) % 11]


def _is_birthday(text: str, *, on: date) -> bool:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return False
    return EARLIEST_BIRTH <= born <= on


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectKeys:
    """Derives subject keys (主体标识) from valid identities, with a secret that can be rotated.

    ``keys`` are the secrets by their ids, ``current_id`` the newest one. Under which of its keys a subject is kept when
    there is more than one secret is for ``subjects.services.RegisteredKeys`` to say.
    """

    current_id: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        """Hide the secrets."""
        return f"SubjectKeys(current_id={self.current_id!r})"

    def key_of(self, identity: Identity) -> SubjectKey:
        """Return the subject's key under the current secret; the name does not affect it.

        Nor does the stated kind between kinds that hold one another's numbers: see ``ALIKE``.
        """
        return self._key(self.current_id, identity)

    def keys_of_each(self, identities: Sequence[Identity]) -> tuple[SubjectKey, ...]:
        """Return the keys of several subjects, as ``key_of`` does."""
        return tuple(self.key_of(identity) for identity in identities)

    def possible_keys_of(self, identity: Identity) -> tuple[SubjectKey, ...]:
        """Return the subject's keys under every secret, the oldest first."""
        return tuple(self._key(key_id, identity) for key_id in self.key_ids)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of the secrets, the oldest first."""
        return (*(key_id for key_id in self.keys if key_id != self.current_id), self.current_id)

    def digest_of_name(self, identity: Identity) -> str:
        """Return a keyed digest of the folded name, so that names can be compared without being read.

        It is made with the secret of the subject's own key, so that all names of a subject are comparable.
        """
        key_id = self.current_id if len(self.keys) == 1 else self.key_of(identity).partition(".")[0]
        return f"{key_id}.{self._name_digest(key_id, identity)}"

    def possible_digests_of_name(self, name: str) -> tuple[str, ...]:
        """Return the digests that subjects of one name may have: of each series of numbers, under every secret."""
        series = dict.fromkeys(ALIKE.get(kind, kind).value for kind in SubjectKind)
        return tuple(
            f"{key_id}.{self._digest(key_id, 'name', each, folded(name))}" for key_id in self.key_ids for each in series
        )

    def is_name_of(self, identity: Identity, *, digest: str) -> bool:
        """Return whether a digest, possibly made with an earlier secret, is that of this name."""
        key_id, _, value = digest.partition(".")
        return hmac.compare_digest(value, self._name_digest(key_id, identity))

    def _name_digest(self, key_id: str, identity: Identity) -> str:
        return self._digest(key_id, "name", _series_of(identity), folded(identity.name))

    def _key(self, key_id: str, identity: Identity) -> SubjectKey:
        return SubjectKey(f"{key_id}.{self._digest(key_id, 'subject', _series_of(identity), identity.number)}")

    def _digest(self, key_id: str, *parts: str) -> str:
        return hmac.new(self.keys[key_id], "|".join(parts).encode(), hashlib.sha256).hexdigest()


def _series_of(identity: Identity) -> str:
    return ALIKE.get(identity.kind, identity.kind).value


def masked_number(number: str) -> str:
    """Return ``1****************X``: the first and last character, and a star for each in between (R7.6)."""
    shown = 3
    return "*" * len(number) if len(number) < shown else f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}"
