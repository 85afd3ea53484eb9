import json
from pathlib import Path

import pytest
from stdnum import numdb
from stdnum.cn import ric

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from chalicelib.subjects.rules.identifiers import SubjectKeys, masked_number, require_valid
from tests.builders import an_identity

VECTORS = json.loads((Path(__file__).parents[2] / "data/vectors/identifiers.json").read_text(encoding="utf-8"))
VALID = [(kind, number) for kind in ("uscc", "resident_id") for number in VECTORS[kind]["valid"]]
INVALID = [(kind, number) for kind in ("uscc", "resident_id") for number in VECTORS[kind]["invalid"]]
NEW = SubjectKeys(current_id="k2", keys={"k1": b"1" * 32, "k2": b"2" * 32})
OLD = SubjectKeys(current_id="k1", keys={"k1": b"1" * 32})


def reason_of(identity: Identity) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        require_valid(identity)
    return refused.value.code


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(("kind", "number"), VALID)
def test_a_number_as_the_standard_has_it_is_taken(kind: str, number: str) -> None:
    assert require_valid(an_identity(kind=SubjectKind(kind), number=number)).number == number


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(("kind", "number"), INVALID)
def test_a_number_that_the_standard_excludes_is_refused(kind: str, number: str) -> None:
    assert reason_of(an_identity(kind=SubjectKind(kind), number=number)) is ErrorCode.INVALID_IDENTIFIER


@pytest.mark.parametrize("number", ["110105490231002", "11010549123100", "1101054912310021", "11010549123100X"])
def test_an_old_number_of_15_digits_must_have_a_real_day_and_15_digits(number: str) -> None:
    assert reason_of(an_identity(number=number)) is ErrorCode.INVALID_IDENTIFIER


def test_a_region_that_never_was_is_refused() -> None:
    # Their check characters are right: no province has the number 00, and Beijing no region 0199.
    for number in ("000000194912310027", "11019919491231002X"):
        assert reason_of(an_identity(number=number)) is ErrorCode.INVALID_IDENTIFIER


def test_regions_and_their_years_are_judged_as_the_library_judges_them() -> None:
    every = [f"{province[1]}{region[1]}" for province in numdb.get("cn/loc").prefixes for region in province[4]]
    numbers = [f"{region}{year}0102000" for region in every[::41] for year in (1958, 1987, 1995, 2015)]
    whole = [number + ric.calc_check_digit(f"{number}0") for number in numbers]

    assert [number for number in whole if is_taken(number) is not ric.is_valid(number)] == []
    assert 0 < sum(map(is_taken, whole)) < len(whole)


def is_taken(number: str) -> bool:
    try:
        return require_valid(an_identity(number=number)).number == number
    except DomainError:
        return False


@pytest.mark.parametrize(
    ("kind", "written", "normalised"),
    [
        (SubjectKind.RESIDENT_ID, " 11010519491231002x ", "11010519491231002X"),
        (SubjectKind.RESIDENT_ID, "110105491231002", "11010519491231002X"),
        (SubjectKind.RESIDENT_ID, "310101000115001", "310101190001150014"),
        (SubjectKind.USCC, "91350100m000100y43", "91350100M000100Y43"),
        (SubjectKind.PASSPORT, "e12345678", "E12345678"),
        (SubjectKind.RESIDENCE_PERMIT, "810000199408230021", "810000199408230021"),
    ],
)
def test_a_number_is_normalised(kind: SubjectKind, written: str, normalised: str) -> None:
    assert require_valid(an_identity(kind=kind, number=written)).number == normalised


@pytest.mark.parametrize("number", ["E123", "E" * 21, "护照12345", "E-1234567"])
def test_a_passport_has_letters_and_digits(number: str) -> None:
    assert reason_of(an_identity(kind=SubjectKind.PASSPORT, number=number)) is ErrorCode.INVALID_IDENTIFIER


@pytest.mark.requirement("R6.2")
@pytest.mark.parametrize(("number", "name"), [("", "李示例"), ("310101190001150014", " "), ("E12345678", "x" * 201)])
def test_a_name_alone_or_a_number_alone_identifies_nobody(number: str, name: str) -> None:
    assert reason_of(an_identity(number=number, name=name)) is ErrorCode.INSUFFICIENT_IDENTITY


def test_spaces_in_a_name_do_not_make_another_name() -> None:
    assert require_valid(an_identity(name=" Li  Shi Li ")).name == "Li Shi Li"


@pytest.mark.requirement("R7.7")
def test_a_subject_key_says_which_secret_made_it_and_nothing_of_the_person() -> None:
    key = NEW.key_of(an_identity())

    assert key == "k2.d7708441ec82d2d0b232ee6dd20d2b9b390df99294afc8dbc383bfcdac9f663f"


def test_the_name_has_no_part_in_the_key_and_the_kind_has() -> None:
    assert NEW.key_of(an_identity(name="王示例")) == NEW.key_of(an_identity())
    assert NEW.key_of(an_identity(kind=SubjectKind.PASSPORT)) != NEW.key_of(an_identity())


def test_keys_under_earlier_secrets_can_still_be_computed() -> None:
    assert NEW.keys_of(an_identity()) == (NEW.key_of(an_identity()), OLD.key_of(an_identity()))


def test_names_are_compared_by_digests_made_with_any_secret() -> None:
    digest = OLD.digest_of_name(an_identity())

    assert NEW.is_name_of(an_identity(), digest=digest)
    assert NEW.digests_of_name(an_identity()) == (digest, NEW.digest_of_name(an_identity()))
    assert not NEW.is_name_of(an_identity(name="李示列"), digest=digest)


@pytest.mark.requirement("R7.7")
def test_nothing_of_a_person_or_a_secret_is_shown_by_accident() -> None:
    assert repr(an_identity()) == "Identity(kind='resident_id')"
    assert repr(NEW) == "SubjectKeys(current_id='k2')"


@pytest.mark.requirement("R7.6")
@pytest.mark.parametrize(
    ("number", "masked"),
    [("11010519491231002X", "1****************X"), ("123", "1*3"), ("12", "**"), ("", "")],
)
def test_a_number_shows_its_first_and_last_character(number: str, masked: str) -> None:
    assert masked_number(number) == masked
