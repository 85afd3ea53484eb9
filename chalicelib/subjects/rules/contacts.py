"""Phone numbers and e-mail addresses (联系方式): the one rule for what is taken, and the one form that is kept.

People type a number in ten ways and copy an address with what stood around it. What can only mean one thing is taken,
anything else is refused and never guessed. Both libraries are imported on first use: few requests bring either.
"""

import re
import unicodedata
from typing import Final

from chalicelib.readable import BLANK, SELECTORS
from chalicelib.subjects.rules.identifiers import DASHES_TOO

HOME: Final = "CN"
"""The region of a number without a country code."""

LONGEST: Final = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, less the brackets); no number is longer."""

DIALLED: Final = re.compile(r"(?:tel:)?[+()0-9 .-]+", re.IGNORECASE)
"""What a number consists of once it is written in narrow characters; two numbers have something else between them."""

STOP: Final = "。"
"""What Chinese keyboards write for the dots of an address; NFKC keeps it."""


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
    """Return a phone number of any country as E.164 writes it, ``+8613900000000``; ``None`` for anything else.

    A number without a country code is a Chinese one; a landline's needs its area code. Extensions and short numbers
    (12345) are no numbers of a person.
    """
    typed = dashed(text).replace("\t", " ")
    if len(typed) > LONGEST or DIALLED.fullmatch(typed) is None:
        return None
    import phonenumbers  # noqa: PLC0415 - see above

    try:
        number = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_words(phone: str) -> str:
    """Return a number in E.164 as people read it: the mainland's as ``139 0000 0000``, others with their country."""
    import phonenumbers  # noqa: PLC0415 - see above

    number = phonenumbers.parse(phone)
    forms = phonenumbers.PhoneNumberFormat
    is_home = number.country_code == phonenumbers.country_code_for_region(HOME)
    return phonenumbers.format_number(number, forms.NATIONAL if is_home else forms.INTERNATIONAL)


def takes_sms(phone: str) -> bool:
    """Whether a number in E.164 may be a mobile one: North American numbers do not say what they are."""
    import phonenumbers  # noqa: PLC0415 - see above

    mobile = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return phonenumbers.number_type(phonenumbers.parse(phone)) in mobile


def email_of(text: str) -> str | None:
    """Return an e-mail address as every mail server takes it (RFC 5321); ``None`` for anything else.

    A domain in Chinese is written in ASCII (RFC 5891). A name in Chinese before the sign is refused: it reaches only
    those whose servers all know RFC 6531, and nobody would learn that it did not (decision 0066).
    """
    typed = seen(text).replace(STOP, ".")
    if len(typed) > LONGEST:
        return None
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - see above

    try:
        return validate_email(typed, allow_smtputf8=False, check_deliverability=False, strict=True).ascii_email
    except EmailNotValidError:
        return None
