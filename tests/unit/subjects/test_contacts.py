"""Phone numbers and e-mail addresses in one form, whoever asks for them."""

import pytest

from chalicelib.subjects.rules.contacts import dashed, email_of, phone_of, phone_words, seen


@pytest.mark.parametrize("typed", ["139 0000 0000", "\u2067１３９-0000-0000\u2069", "TEL:+8613900000000"])
def test_a_phone_number_has_one_form(typed: str) -> None:
    assert phone_of(typed) == "+8613900000000"


@pytest.mark.parametrize("typed", ["", "+", "tel:", "139", "139 0000 0000 ext 5", "0" * 51, "(0579)87600000转801"])
def test_what_cannot_be_called_is_no_phone_number(typed: str) -> None:
    assert phone_of(typed) is None


def test_a_number_abroad_is_read_with_its_country() -> None:
    assert phone_words("+8613900000000") == "139 0000 0000"
    assert phone_words("+442079460958") == "+44 20 7946 0958"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Wang@Example.CN", "Wang@example.cn"),
        ("王@example.cn", None),
        ("wang", None),
        ("wang@", None),
        ("@example.cn", None),
        ("wang@example..cn", None),
        ("wang@-example.cn", None),
        (f"{'a' * 64}@example.cn", f"{'a' * 64}@example.cn"),
        (f"{'a' * 65}@example.cn", None),
    ],
)
def test_an_email_address_has_one_form(typed: str, address: str | None) -> None:
    assert email_of(typed) == address


def test_what_is_not_seen_is_taken_out_and_every_dash_is_a_hyphen() -> None:
    assert seen("\u202a １２\u200b３\u3164 ") == "123"
    assert dashed("1\u20132\u22123\u30fc4") == "1-2-3-4"
