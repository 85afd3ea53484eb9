import pytest
from hypothesis import given
from hypothesis.strategies import integers, sampled_from, text
from stdnum.iso7064 import mod_37_36

from chalicelib.cases.rules.case_numbers import (
    case_no_as_typed,
    case_no_for,
    code_as_typed,
    is_case_no,
    new_draft_id,
    new_tracking_code,
)

A_CASE_NO = case_no_for("a-draft")


@pytest.mark.requirement("R5.6")
def test_a_draft_has_one_case_number_and_another_draft_another() -> None:
    assert case_no_for("a-draft") == A_CASE_NO
    assert case_no_for("b-draft") != A_CASE_NO


@pytest.mark.requirement("R5.6")
def test_a_case_number_is_80_bits_and_a_check_character() -> None:
    assert len(A_CASE_NO) == 17
    assert mod_37_36.is_valid(A_CASE_NO)


@pytest.mark.requirement("R5.6")
@given(position=integers(0, 16), instead=sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_is_found(position: int, instead: str) -> None:
    written = A_CASE_NO[:position] + instead + A_CASE_NO[position + 1 :]

    assert is_case_no(written) == (written == A_CASE_NO)


@given(position=integers(0, 15))
def test_two_swapped_characters_are_found(position: int) -> None:
    swapped = list(A_CASE_NO)
    swapped[position], swapped[position + 1] = swapped[position + 1], swapped[position]

    assert is_case_no("".join(swapped)) == ("".join(swapped) == A_CASE_NO)


@given(text(max_size=40))
def test_no_text_makes_the_check_fail(written: str) -> None:
    assert is_case_no(written) in {True, False}


def test_drafts_and_codes_are_never_the_same_twice() -> None:
    assert len({new_draft_id() for _ in range(100)}) == 100
    assert len({new_tracking_code() for _ in range(100)}) == 100
    assert len(new_draft_id()) == 22
    assert len(new_tracking_code()) == 10


TYPED = "RTXD73YU2RMOFSRK" + mod_37_36.calc_check_digit("RTXD73YU2RMOFSRK")


@pytest.mark.parametrize(
    "written",
    [
        TYPED,
        TYPED.lower(),
        f" {TYPED[:4]} {TYPED[4:8]}\u3000{TYPED[8:]} ",
        "-".join((TYPED[:6], TYPED[6:12], TYPED[12:])),
        TYPED.replace("O", "0"),
        "".join(chr(ord(letter) + 0xFEE0) for letter in TYPED),
    ],
)
def test_a_case_number_is_known_however_it_was_typed(written: str) -> None:
    assert case_no_as_typed(written) == TYPED


@pytest.mark.parametrize("right", "01OI")
@given(start=text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=15, max_size=15))
def test_a_check_character_that_looks_like_another_is_the_one_that_is_right(right: str, start: str) -> None:
    found = [
        start + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if mod_37_36.calc_check_digit(start + last) == right
    ]
    alike = {"0": "O", "O": "0", "1": "I", "I": "1"}[right]

    assert [case_no_as_typed(body + alike) for body in found] == [body + right for body in found]


@given(text(max_size=40))
def test_what_is_no_case_number_stays_none(written: str) -> None:
    assert is_case_no(case_no_as_typed(written)) or not is_case_no(written)


@pytest.mark.parametrize("written", ["", "x", "RTXD73YU2RMOFSR\u00e9Z", "RTXD73YU2RMOF!RKQ", "RTXD73YU2RMOFSRK!"])
def test_what_cannot_be_a_case_number_is_left_as_it_is(written: str) -> None:
    assert case_no_as_typed(written) == written


@pytest.mark.parametrize(
    "written", ["gjtgqfrt4o", "GJTG QFRT 40", "\uff27\uff2a\uff34\uff27\uff31\uff26\uff32\uff34\uff14\uff2f"]
)
def test_a_code_is_known_however_it_was_typed(written: str) -> None:
    assert code_as_typed(written) == "GJTGQFRT4O"
