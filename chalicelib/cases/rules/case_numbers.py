"""Case numbers, draft ids and tracking codes: impossible to guess, and they reveal nothing about anybody."""

import base64
import hashlib
import secrets
import unicodedata
from typing import Final

RANDOM_BYTES = 10
"""80 bits: at a million guesses a second and a billion cases, some 20 years for one hit."""

CASE_NO_LENGTH = 17

MEANT: Final = str.maketrans("01", "OI")
"""Numbers and codes are written in base32, without 0 and 1 (RFC 4648, 6): whoever types one means a letter."""


def new_draft_id() -> str:
    """Return 128 random bits as 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def new_tracking_code() -> str:
    """Return 50 random bits as 10 characters (A to Z, 2 to 7): the second factor beside the case number."""
    return base64.b32encode(secrets.token_bytes(10)).decode()[:10]


def case_no_for(draft_id: str) -> str:
    """Return the number of the one case that a draft can become: 16 characters and a check character.

    It is derived from a digest of the draft id: filing twice gives the same number, and the id cannot be recovered.
    """
    body = base64.b32encode(hashlib.sha256(f"case|{draft_id}".encode()).digest()[:RANDOM_BYTES]).decode()
    # Imported here because loading stdnum is slow and most calls do not need it.
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415

    return body + mod_37_36.calc_check_digit(body)


def code_as_typed(text: str) -> str:
    """Return the tracking code that somebody means, whatever their keyboard or their eyes made of it."""
    return _plain(text).translate(MEANT)


def case_no_as_typed(text: str) -> str:
    """Return the case number that somebody means by what they typed from a paper, in this writing and no other.

    Small letters, spaces, hyphens, full-width letters, 0 for O and 1 for I mean one number only. The check character
    has all digits and letters: which of two that look alike is meant is the one that is right. What cannot be a case
    number is returned as it is.
    """
    plain = _plain(text)
    if len(plain) != CASE_NO_LENGTH or not plain.isascii():
        return text
    body, check = plain[:-1].translate(MEANT), plain[-1]
    # Imported here as above.
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415

    if not body.isalnum() or not check.isalnum():
        return text
    right = mod_37_36.calc_check_digit(body)
    return body + (right if right.translate(MEANT) == check.translate(MEANT) else check)


def _plain(text: str) -> str:
    """Return a text in half-width capitals, without blanks and hyphens."""
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in wide if not letter.isspace() and letter not in "-‐‑–—_.")


def is_case_no(text: str) -> bool:
    """Whether a text is a well-formed case number (ISO 7064, MOD 37,36), so that a typo never opens another's case."""
    if not (len(text) == CASE_NO_LENGTH and text.isascii() and text.isalnum()):
        return False
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415 - as above

    return mod_37_36.is_valid(text)
