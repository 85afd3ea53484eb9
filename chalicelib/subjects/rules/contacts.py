"""Phone numbers and e-mail addresses (联系方式): one form for each, however it was typed."""

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from chalicelib.readable import BLANK, SELECTORS
from chalicelib.subjects.rules.identifiers import DASHES_TOO

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

HOME: Final = "CN"
"""The country of numbers without one."""

LONGEST_PHONE: Final = 50
LONGEST_EMAIL: Final = 254
"""RFC 5321 lets no address through that is longer."""

DIALLED: Final = re.compile(r"(?:tel:)?[+0-9\s()./-]+", re.IGNORECASE)
"""What a number consists of once it is written in narrow characters."""

STOP: Final = "。"
"""What Chinese keyboards write for the dots of an address; NFKC keeps it."""

EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
"""RFC 5321 without quoted strings and bare addresses of hosts, which no mailbox that people use has."""

LONGEST_LOCAL_PART: Final = 64


def seen(text: str) -> str:
    """Return a text in narrow characters (NFKC), without what cannot be seen and the space around it.

    Address books put marks of direction round a number, and they come along when it is copied.
    """
    plain = unicodedata.normalize("NFKC", text)
    kept = (
        char for char in plain if unicodedata.category(char) != "Cf" and char not in BLANK and char not in SELECTORS
    )
    return "".join(kept).strip()


def dashed(text: str) -> str:
    """Return a text like ``seen``, with a hyphen for each of the dashes that people and phones write."""
    return "".join("-" if _is_dash(char) else char for char in seen(text))


def _is_dash(char: str) -> bool:
    return unicodedata.category(char) == "Pd" or char in DASHES_TOO


def phone_of(text: str) -> str | None:
    """Return a phone number in E.164 (``+8613900000000``), or ``None`` if nobody can be called by it.

    Without a country it is one of the mainland's; a landline's needs its area code.
    """
    import phonenumbers  # noqa: PLC0415 - 50 ms, and few requests have a number in them

    number = _parsed(" ".join(dashed(text).split()))
    return None if number is None else phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_words(phone: str) -> str:
    """Return a number in E.164 as people read it: the mainland's as ``139 0000 0000``, others with their country."""
    import phonenumbers  # noqa: PLC0415 - as above

    number = phonenumbers.parse(phone)
    forms = phonenumbers.PhoneNumberFormat
    is_home = number.country_code == phonenumbers.country_code_for_region(HOME)
    return phonenumbers.format_number(number, forms.NATIONAL if is_home else forms.INTERNATIONAL)


def email_of(text: str) -> str | None:
    """Return an e-mail address with its domain in small letters, or ``None`` if it is none."""
    local, at, domain = seen(text).replace(STOP, ".").rpartition("@")
    address = f"{local}{at}{domain.lower()}"
    fits = len(address) <= LONGEST_EMAIL and len(local) <= LONGEST_LOCAL_PART
    return address if fits and EMAIL.fullmatch(address) else None


def _parsed(text: str) -> "PhoneNumber | None":
    import phonenumbers  # noqa: PLC0415 - as above

    if len(text) > LONGEST_PHONE or not DIALLED.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
