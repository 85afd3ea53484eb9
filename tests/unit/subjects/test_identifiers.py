import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import stdnum.cn
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.number_faults import NumberFault
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from chalicelib.subjects.rules.identifiers import (
    SubjectKeys,
    is_valid_number,
    masked_number,
    require_valid,
)
from tests.builders import an_identity, an_organisation
from tests.depth import goes

VECTORS = json.loads((Path(__file__).parents[2] / "data/vectors/identifiers.json").read_text(encoding="utf-8"))
KINDS = ("uscc", "resident_id", "residence_permit")
VALID = [(kind, number) for kind in KINDS for number in VECTORS[kind]["valid"]]
INVALID = [(kind, number) for kind in KINDS for number in VECTORS[kind]["invalid"]]
TODAY = date(2026, 9, 28)
NEW = SubjectKeys(current_id="k2", keys={"k1": b"1" * 32, "k2": b"2" * 32})
OLD = SubjectKeys(current_id="k1", keys={"k1": b"1" * 32})

RESIDENT, USCC = SubjectKind.RESIDENT_ID, SubjectKind.USCC
PASSPORT, PERMIT = SubjectKind.PASSPORT, SubjectKind.RESIDENCE_PERMIT


def valid(identity: Identity) -> Identity:
    return require_valid(identity, on=TODAY)


def number_of(kind: SubjectKind, typed: str) -> str:
    return valid(an_identity(kind=kind, number=typed)).number


def reason_of(identity: Identity, *, on: date = TODAY) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        require_valid(identity, on=on)
    return refused.value.code


def fault_of(kind: SubjectKind, typed: str, *, on: date = TODAY) -> str:
    """What is said to be wrong with a number, by its code."""
    with pytest.raises(DomainError) as refused:
        require_valid(an_identity(kind=kind, number=typed), on=on)
    (fault,) = refused.value.faults
    assert (refused.value.code, fault.pointer) == (ErrorCode.INVALID_IDENTIFIER, "/subject/number")
    return fault.code


def with_check(body: str) -> str:
    """A resident's number from its first 17 digits, by the weights in GB 11643-1999, annex A."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + {0: "1", 1: "0", 2: "X", 3: "9", 4: "8", 5: "7", 6: "6", 7: "5", 8: "4", 9: "3", 10: "2"}[total % 11]


def counties() -> Iterator[str]:
    """Every code in the public table of counties, past ones too."""
    table = (Path(stdnum.cn.__file__).parent / "loc.dat").read_text(encoding="utf-8")
    province = ""
    for line in table.splitlines():
        if line[:2].isdigit():
            province = line[:2]
        elif line.startswith("  "):
            yield province + line.split()[0]


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(("kind", "number"), VALID)
def test_a_number_as_the_standard_has_it_is_taken(kind: str, number: str) -> None:
    assert number_of(SubjectKind(kind), number) == number


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(("kind", "number"), INVALID)
def test_a_number_that_the_standard_excludes_is_refused(kind: str, number: str) -> None:
    assert reason_of(an_identity(kind=SubjectKind(kind), number=number)) is ErrorCode.INVALID_IDENTIFIER


@pytest.mark.requirement("R6.1")
@goes("years a county", usually=3, deep=97)
def test_people_of_every_county_and_every_year_of_birth_are_taken(years_a_county: int) -> None:
    every = list(counties())
    wrong = []
    for place, county in enumerate(every):
        for step in range(years_a_county):
            number = with_check(f"{county}{1930 + (place * 3 + step) % 97}0102000")
            if not is_valid_number(RESIDENT, number, on=TODAY):
                wrong.append(number)

    assert len(every) > 6_000
    assert wrong == []


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(
    "number",
    [
        "330782196801010003",
        "330725196803120006",
        "330782198503120000",
        "31011519750312000X",
        "330106197503120007",
        # What other programs refused: counties that ended, districts as a whole, children registered before a change.
        "412723197503120008",
        "321119197303100002",
        "440401195806200005",
        "342401200107210003",
        "332522198609090000",
        # No province has 00, no county 320219, and 999999 is nowhere: the standard holds no table against a number.
        "000000196801010004",
        "320219190001150015",
        "999999199001010016",
    ],
)
def test_no_table_of_places_is_held_against_a_number(number: str) -> None:
    assert valid(an_identity(number=number)) == an_identity(number=number)


@pytest.mark.requirement("R6.1")
def test_every_wrong_character_and_every_transposition_that_the_check_can_find_is_found() -> None:
    missed = []
    for right in ("330782196801010003", "31011519750312000X", "830000190004050019", "999999200002290027"):
        for place, was in enumerate(right):
            for other in "0123456789X":
                wrong = right[:place] + other + right[place + 1 :]
                if other != was and is_valid_number(RESIDENT, wrong, on=TODAY):
                    missed.append(wrong)
        for place in range(17):
            turned = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
            if turned != right and is_valid_number(RESIDENT, turned, on=TODAY):
                missed.append(turned)

    assert missed == []


@pytest.mark.requirement("R6.1")
def test_every_wrong_character_and_every_transposition_in_an_organisations_code_is_found() -> None:
    missed = []
    for right in (number for kind, number in VALID if kind == "uscc"):
        for place, was in enumerate(right):
            wrongs = [right[:place] + other + right[place + 1 :] for other in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
            turned = right[:place] + right[place + 1 : place + 2] + was + right[place + 2 :]
            missed += [
                wrong for wrong in (*wrongs, turned) if wrong != right and is_valid_number(USCC, wrong, on=TODAY)
            ]

    assert missed == []


def test_check_characters_are_those_of_a_library() -> None:
    for number in range(0, 10**8, 123_457):
        resident = f"{number:06}19800229{number % 1000:03}"[-17:]
        code = f"9133078{number % 10}MA{number % 10**7:07}"
        assert is_valid_number(RESIDENT, f"{resident}{mod_11_2.calc_check_digit(resident)}", on=TODAY)
        assert is_valid_number(USCC, f"{code}{uscc.calc_check_digit(code)}", on=TODAY)


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(
    ("born", "fault"),
    [
        ("18791231", NumberFault.DATE),
        ("18800101", None),
        ("20260928", None),
        ("20260929", NumberFault.DATE),
        ("20990101", NumberFault.DATE),
        ("19000229", NumberFault.DATE),
        ("20000229", None),
        ("19990229", NumberFault.DATE),
        ("19990431", NumberFault.DATE),
        ("19991301", NumberFault.DATE),
        ("19990100", NumberFault.DATE),
    ],
)
def test_a_birth_is_a_real_day_not_before_1880_and_not_to_come(born: str, fault: NumberFault | None) -> None:
    number = with_check(f"330782{born}000")

    if fault is None:
        assert number_of(RESIDENT, number) == number
    else:
        assert fault_of(RESIDENT, number) == fault


def test_who_is_born_today_is_taken_today_and_not_a_day_earlier() -> None:
    number = with_check("33078220260928000")

    assert fault_of(RESIDENT, number, on=TODAY - timedelta(days=1)) == "NUMBER_DATE"
    assert require_valid(an_identity(number=number), on=TODAY).number == number


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        (RESIDENT, " 11010519491231002x ", "11010519491231002X"),
        (RESIDENT, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        (RESIDENT, "11010519491231002\uff58", "11010519491231002X"),
        (RESIDENT, "11010519491231002\u2169", "11010519491231002X"),
        (RESIDENT, "110105 19491231 002X", "11010519491231002X"),
        (RESIDENT, "11010519491231\u20700\u00b2X", "11010519491231002X"),
        (RESIDENT, "110105-19491231-002X", "11010519491231002X"),
        (RESIDENT, "110105\u201319491231\u2014002X", "11010519491231002X"),
        (RESIDENT, "110105\u221219491231\u30fc002\uff0dX", "11010519491231002X"),
        (RESIDENT, "\ufeff110105\u200b19491231\u00ad002X\u200e", "11010519491231002X"),
        (RESIDENT, "\u202d11010519491231002X\u202c", "11010519491231002X"),
        (RESIDENT, "110105\u00a019491231\u3000002X\u2003", "11010519491231002X"),
        (RESIDENT, "\t11010519491231\r\n002X", "11010519491231002X"),
        (RESIDENT, "\u3164110105\u280019491231\ufe0f\u2028002X\uffa0", "11010519491231002X"),
        (RESIDENT, "110105491231002", "11010519491231002X"),
        (RESIDENT, "110105 491231 002", "11010519491231002X"),
        (USCC, "91350100m000100y43", "91350100M000100Y43"),
        (USCC, "９１ 350100 Ｍ000100Ｙ 43", "91350100M000100Y43"),
        (PASSPORT, "e12345678", "E12345678"),
        (PASSPORT, "E-1234567", "E1234567"),
        (PERMIT, "810000199408230005", "810000199408230005"),
        (PERMIT, "fra 0000 800102 0-7", "FRA000080010207"),
    ],
)
def test_a_number_is_taken_as_people_type_it(kind: SubjectKind, typed: str, number: str) -> None:
    assert number_of(kind, typed) == number


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(
    ("kind", "typed", "fault"),
    [
        (RESIDENT, "1101051949123100", "NUMBER_LENGTH"),
        (RESIDENT, "11010519491231002XX", "NUMBER_LENGTH"),
        (RESIDENT, "11010549123100", "NUMBER_LENGTH"),
        (RESIDENT, "11010549123100X", "NUMBER_CHARACTERS"),
        (RESIDENT, "1101051949123100XX", "NUMBER_CHARACTERS"),
        (RESIDENT, "11010519491231002\u0425", "NUMBER_CHARACTERS"),
        (RESIDENT, "1101051949123100\u0662X", "NUMBER_CHARACTERS"),
        (RESIDENT, "110105\x0019491231002X", "NUMBER_CHARACTERS"),
        (RESIDENT, "1101O519491231002X", "NUMBER_CHARACTERS"),
        (RESIDENT, "110105********002X", "NUMBER_CHARACTERS"),
        (RESIDENT, "1.1010519491231E+17", "NUMBER_CHARACTERS"),
        (RESIDENT, "'11010519491231002X", "NUMBER_CHARACTERS"),
        (RESIDENT, "11010519491231002\u00d7", "NUMBER_CHARACTERS"),
        (RESIDENT, "110105491331002", "NUMBER_DATE"),
        (RESIDENT, "110105490231002", "NUMBER_DATE"),
        (RESIDENT, "110105194912310021", "NUMBER_CHECK"),
        (RESIDENT, "N2330782MF0000502G", "NUMBER_KIND"),
        (RESIDENT, "FRA000080010207", "NUMBER_KIND"),
        (USCC, "9133078MA00000090", "NUMBER_LENGTH"),
        (USCC, "91330782MA0000009I", "NUMBER_CHARACTERS"),
        (USCC, "91330A82MA00000090", "NUMBER_CHARACTERS"),
        (USCC, "91350100M000100Y4Z", "NUMBER_CHARACTERS"),
        (USCC, "91350100M000100Y44", "NUMBER_CHECK"),
        (USCC, "FRA000080010207", "NUMBER_KIND"),
        (USCC, "11010519491231002X", "NUMBER_KIND"),
        (PASSPORT, "E123", "NUMBER_LENGTH"),
        (PASSPORT, "E123456789", "NUMBER_LENGTH"),
        (PASSPORT, "护照12345", "NUMBER_CHARACTERS"),
        (PASSPORT, "E1234567<", "NUMBER_CHARACTERS"),
        (PASSPORT, "\u00df12345", "NUMBER_CHARACTERS"),
        (PASSPORT, "11010519491231002X", "NUMBER_KIND"),
        (PERMIT, "830000190004050011", "NUMBER_CHECK"),
        (PERMIT, "830000190013450014", "NUMBER_DATE"),
        (PERMIT, "H12345678", "NUMBER_LENGTH"),
        (PERMIT, "110105491231002", "NUMBER_CHARACTERS"),
        (PERMIT, "FRA000080010208", "NUMBER_CHECK"),
        (PERMIT, "FRA000080023009", "NUMBER_DATE"),
        (PERMIT, "91350100M000100Y43", "NUMBER_KIND"),
    ],
)
def test_a_refusal_says_what_does_not_fit(kind: SubjectKind, typed: str, fault: str) -> None:
    assert fault_of(kind, typed) == fault


def test_a_refusal_says_in_plain_words_where_to_have_it_put_right_and_never_repeats_the_number() -> None:
    with pytest.raises(DomainError) as refused:
        valid(replace(an_identity(number="110105194912310021"), stated_at="/on_behalf_of/subject"))

    (fault,) = refused.value.faults
    assert fault.pointer == "/on_behalf_of/subject/number"
    assert fault.detail == (
        "号码的末位（校验码）与前面各位不符，多半有一位写错或者前后颠倒。居民身份证号码为18位：17位数字，末位是数字或X；"
        "旧证为15位数字。请对照证件核对；证件上就是这样的，请到户口所在地的公安派出所更正。"
    )
    assert fault.english == (
        "The last character does not fit the others: one of them is probably wrong, or two changed places. "
        "A resident's number has 17 digits, then a digit or X; an old one has 15 digits. Compare it with the document; "
        "if the document says so, have it put right at the police station of your household registration."
    )
    assert "1101" not in str(refused.value)


@pytest.mark.parametrize("stated", [RESIDENT, PERMIT, PASSPORT])
@pytest.mark.parametrize("number", ["810000199408230005", "820000198503120004", "830000190004050019"])
def test_what_begins_with_81_82_or_83_is_a_permits_whatever_was_stated(stated: SubjectKind, number: str) -> None:
    assert valid(an_identity(kind=stated, number=number)).kind is PERMIT


@pytest.mark.parametrize("number", ["932682198501010017", "911124198108030024", "999999199001010016"])
def test_a_foreign_permanent_residents_number_has_the_form_and_check_of_a_residents(number: str) -> None:
    # The first two stand in the immigration administration's own notice on the cards of 2023.
    assert number_of(PERMIT, number) == number
    assert fault_of(PERMIT, f"{number[:-1]}{'X' if number[-1] != 'X' else '1'}") == "NUMBER_CHECK"


@pytest.mark.parametrize("number", ["FRA000080010207", "AUS000000022909"])
def test_a_foreign_permanent_residents_old_number_may_be_of_either_century(number: str) -> None:
    # There was a 29 February in 2000 and none in 1900.
    assert number_of(PERMIT, number) == number


def test_other_kinds_are_stated_and_never_guessed() -> None:
    for number in ("999999199001010016", "330782196801010003"):
        assert [valid(an_identity(kind=kind, number=number)).kind for kind in (RESIDENT, PERMIT)] == [RESIDENT, PERMIT]
    assert valid(an_identity(kind=PASSPORT, number="81000019")).kind is PASSPORT


@pytest.mark.requirement("R6.2")
@pytest.mark.parametrize(("number", "name"), [("", "李示例"), ("330725196806180004", " "), ("E12345678", "x" * 201)])
def test_a_name_alone_or_a_number_alone_identifies_nobody(number: str, name: str) -> None:
    assert reason_of(an_identity(number=number, name=name)) is ErrorCode.INSUFFICIENT_IDENTITY


def test_spaces_in_a_name_do_not_make_another_name() -> None:
    assert valid(an_identity(name=" Li  Shi Li ")).name == "Li Shi Li"


@pytest.mark.requirement("R7.7")
def test_a_subject_key_says_which_secret_made_it_and_nothing_of_the_person() -> None:
    key = NEW.key_of(an_identity())

    assert key == "k2.2a5d890db4caedae25a3bf6d7944b7237f075f76c4e3efbcd867b0909a43335c"


def test_the_name_has_no_part_in_the_key() -> None:
    assert NEW.key_of(an_identity(name="王示例")) == NEW.key_of(an_identity())


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((RESIDENT, "830000190004050019"), (PERMIT, "830000190004050019")),
        ((RESIDENT, "330782196801010003"), (PERMIT, "330782196801010003")),
        ((RESIDENT, "932682198501010017"), (PERMIT, "932682198501010017")),
        ((RESIDENT, "110105491231002"), (RESIDENT, "11010519491231002X")),
        ((RESIDENT, "110105491231002"), (PERMIT, "11010519491231002x")),
    ],
)
def test_one_person_with_one_number_under_several_kinds_is_one_subject(
    one: tuple[SubjectKind, str], other: tuple[SubjectKind, str]
) -> None:
    first, second = (valid(an_identity(kind=kind, number=number)) for kind, number in (one, other))

    assert NEW.possible_keys_of(first) == NEW.possible_keys_of(second)
    assert NEW.is_name_of(first, digest=NEW.digest_of_name(second))


def test_what_may_hold_the_same_characters_for_somebody_else_is_another_subject() -> None:
    digits = "330782196801010003"
    kinds = (RESIDENT, PASSPORT, USCC)

    assert len({NEW.key_of(an_identity(kind=kind, number=digits)) for kind in kinds}) == 3


def test_keys_under_earlier_secrets_can_still_be_computed_and_the_newest_secret_is_the_last() -> None:
    assert NEW.possible_keys_of(an_identity()) == (OLD.key_of(an_identity()), NEW.key_of(an_identity()))
    assert replace(NEW, current_id="k1").key_ids == ("k2", "k1")


def test_several_subjects_have_the_keys_that_each_has() -> None:
    one, other = an_identity(), an_organisation()

    assert NEW.keys_of_each((one, other)) == (NEW.key_of(one), NEW.key_of(other))


def test_names_are_compared_by_digests_made_with_any_secret() -> None:
    digest = OLD.digest_of_name(an_identity())

    assert NEW.is_name_of(an_identity(), digest=digest)
    assert (digest[:3], NEW.digest_of_name(an_identity())[:3]) == ("k1.", "k2.")
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


@pytest.mark.parametrize("kind", [RESIDENT, PASSPORT, USCC])
def test_a_name_alone_gives_the_digests_that_its_subjects_may_have_under_any_secret(kind: SubjectKind) -> None:
    digests = NEW.possible_digests_of_name("李示例")

    assert OLD.digest_of_name(an_identity(kind=kind)) in digests
    assert NEW.digest_of_name(an_identity(kind=kind)) in digests
    assert len(set(digests)) == 6
