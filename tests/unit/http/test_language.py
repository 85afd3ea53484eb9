"""Which language an Accept-Language header asks for (RFC 9110, 12.5.4; RFC 4647, 3.4)."""

import pytest

from chalicelib.http.language import Language, chosen_in, language_of

WANTED: dict[str, Language] = {
    # Nothing that we speak: Chinese.
    "": "zh",
    "*": "zh",
    "fr": "zh",
    "eng, english": "zh",
    # A range stands for its language, whatever else it says.
    "en": "en",
    "EN-us": "en",
    "zh-Hant": "zh",
    "zh-Hant-TW, en;q=0.9": "zh",
    "fr-CH, fr;q=0.9, en;q=0.2": "en",
    # The one that is wanted most counts, and of two alike the first.
    "zh;q=0.1, en;q=0.9": "en",
    "en;q=0.1,zh;q=0.2": "zh",
    "en-GB,en;q=0.5": "en",
    "en;q=0.3, zh;q=0.5, en-GB;q=0.8": "en",
    "en, zh": "en",
    "zh, en": "zh",
    "en;q=0.001": "en",
    # The star is every language that is not named.
    "zh;q=0.1, *;q=0.5": "en",
    "en;q=0.2, *;q=0.5": "zh",
    "*, en": "zh",
    "en, *": "en",
    # A language may be refused.
    "en;q=0": "zh",
    "zh;q=0": "en",
    "zh;q=0, fr": "en",
    "zh;q=0.000, en;q=0": "zh",
    "en;q=0, *": "zh",
    # What cannot be read counts for nothing.
    "en;q=x, ;;,": "zh",
    "en;q=2": "zh",
    "en;q=0.1234": "zh",
    "en;q=-1": "zh",
    "en_US": "zh",
    "en\x00": "zh",
    "e\u0274": "zh",
    "zh;q=?, en ; Q=0.5": "en",
}


def test_the_language_is_the_one_wanted_most_and_chinese_otherwise() -> None:
    assert {accepted: language_of(accepted) for accepted in WANTED} == WANTED


@pytest.mark.parametrize(
    ("lang", "language"), [("zh", "zh"), ("en", "en"), ("EN", None), ("en-GB", None), ("", None), ("fr", None)]
)
def test_an_address_may_name_a_language_that_we_speak(lang: str, language: Language | None) -> None:
    assert chosen_in({"lang": lang}) == language
    assert chosen_in({}) is None
