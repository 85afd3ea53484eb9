"""Secrets, what is derived from them, and where nobody is sent."""

import pytest

from chalicelib.sessions.rules import (
    challenge_of,
    form_token,
    is_form_token,
    is_secret,
    onward_of,
    person_of,
    place_of,
    seal_key_of,
)

SECRET = "A" * 43
OTHER = "B" * 43


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("text", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "\n", "é" * 43])
def test_what_is_no_secret_is_not_looked_up(text: str) -> None:
    assert not is_secret(text)
    assert is_secret(SECRET)


def test_nothing_that_is_stored_or_shown_is_the_secret_or_one_another() -> None:
    derived = {
        place_of(SECRET),
        seal_key_of(SECRET).hex(),
        form_token(SECRET),
        person_of("https://issuer.test", SECRET, key=b"k"),
        SECRET,
    }

    assert len(derived) == 5
    assert derived.isdisjoint({place_of(OTHER), seal_key_of(OTHER).hex(), form_token(OTHER)})


def test_a_form_token_is_good_in_its_own_session_only() -> None:
    assert is_form_token(form_token(SECRET), secret=SECRET)
    assert not is_form_token(form_token(SECRET), secret=OTHER)
    assert not is_form_token("\ud800", secret=SECRET)


@pytest.mark.parametrize("wanted", ["", "cases", "items?q=%E8%BD%A6", "cases/XN-1/receipt?lang=en", "drafts/a_b-C"])
def test_a_page_of_ours_is_gone_on_to(wanted: str) -> None:
    assert onward_of(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "/cases",
        "//x.test",
        "https://x.test",
        "a//b",
        "a/../b",
        "a/%2e%2E/b",
        "\\\\x.test",
        "a\r\nb",
        "?q=1",
        "javascript:x",
        "a" * 513,
    ],
)
def test_anything_else_leads_to_the_start(wanted: str) -> None:
    assert onward_of(wanted) == ""
