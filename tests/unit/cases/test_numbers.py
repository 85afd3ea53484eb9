import pytest
from hypothesis import given
from hypothesis.strategies import integers, sampled_from, text
from stdnum.iso7064 import mod_37_36

from chalicelib.cases.rules.case_numbers import case_no_for, is_case_no, new_draft_id, new_tracking_code

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
