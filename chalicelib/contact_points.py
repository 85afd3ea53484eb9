"""Phone numbers and e-mail addresses: the one rule for what is taken, and the one form in which it is kept.

People type a number in ten ways and copy an address with what stood around it. What can only mean one thing is taken,
anything else is refused and never guessed. Both libraries are imported on first use: few requests bring either.
"""

import re
import unicodedata
from typing import Final

HOME: Final = "CN"
"""The region of a number without a country code."""

LONGEST: Final = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, less the brackets); no number is longer."""

PHONE: Final = re.compile(r"(?:tel:)?[+()\d .\-\u2010-\u2015\u2212\u30fc]+")
"""What stands in a phone number however it is written; two numbers beside each other have something else between."""


def phone_of(text: str) -> str | None:
    """Return a phone number of any country as E.164 writes it, ``+8613800138000``; ``None`` for anything else.

    A number without a country code is a Chinese one. Extensions and short numbers (12345) are no numbers of a person.
    """
    typed = _typed(text)
    if typed is None or PHONE.fullmatch(typed) is None:
        return None
    import phonenumbers  # noqa: PLC0415 - see above

    try:
        number = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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
    typed = _typed(text)
    if typed is None:
        return None
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - see above

    try:
        return validate_email(typed, allow_smtputf8=False, check_deliverability=False, strict=True).ascii_email
    except EmailNotValidError:
        return None


def _typed(text: str) -> str | None:
    """Return what was typed, full width made narrow and nothing around it; ``None`` if a line breaks within."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", text).strip() if unicodedata.category(each) != "Cf")
    is_line = len(seen) <= LONGEST and not any(unicodedata.category(each) == "Cc" for each in seen)
    return seen if is_line else None
