"""Numbers and codes that cannot be guessed and say nothing about anybody."""

import base64
import hashlib
import secrets

RANDOM_BYTES = 10
"""80 bits: at a million guesses a second and a billion cases, some 20 years for one hit."""

CASE_NO_LENGTH = 17


def new_draft_id() -> str:
    """Return 128 random bits as 22 characters that a URL takes as they are."""
    return secrets.token_urlsafe(16)


def new_tracking_code() -> str:
    """Return 50 random bits as 10 characters A to Z and 2 to 7: the second factor beside the case number."""
    return base64.b32encode(secrets.token_bytes(10)).decode()[:10]


def case_no_for(draft_id: str) -> str:
    """Return the number of the one case that a draft can become: 16 characters and one that checks them.

    It is the draft's digest, so that filing twice cannot make two cases, and nobody can go back to the draft.
    """
    body = base64.b32encode(hashlib.sha256(f"case|{draft_id}".encode()).digest()[:RANDOM_BYTES]).decode()
    # stdnum takes longer to load than to be asked, and not every call concerns a case.
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415

    return body + mod_37_36.calc_check_digit(body)


def is_case_no(text: str) -> bool:
    """Say whether a text can be a case number at all (ISO 7064, MOD 37,36): a slip of the pen never reads another's."""
    if not (len(text) == CASE_NO_LENGTH and text.isascii() and text.isalnum()):
        return False
    from stdnum.iso7064 import mod_37_36  # noqa: PLC0415 - as above

    return mod_37_36.is_valid(text)
