"""Case numbers, draft ids and tracking codes: impossible to guess, and they reveal nothing about anybody."""

import base64
import hashlib
import secrets

RANDOM_BYTES = 10
"""80 bits: at a million guesses a second and a billion cases, some 20 years for one hit."""

CASE_NO_LENGTH = 17


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


def is_case_no(text: str) -> bool:
    """Whether a text is a well-formed case number (ISO 7064, MOD 37,36), so that a typo never opens another's case."""
    if not (len(text) == CASE_NO_LENGTH and text.isascii() and text.isalnum()):
        return False
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415 - as above

    return mod_37_36.is_valid(text)
