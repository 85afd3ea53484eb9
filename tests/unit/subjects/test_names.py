"""Names as people, keyboards and systems write them: what is one name, what is another, and whose word counts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.subjects.model.subjects import NameRank
from chalicelib.subjects.rules import names
from chalicelib.subjects.rules.names import NameVerdict, folded, masked_name, verdict_on
from tests.names import ONE_NAME_EACH, WAYS_TO_WRITE

AGENT, OFFICE, REGISTER, PLATFORM = NameRank.AGENT, NameRank.OFFICE, NameRank.REGISTER, NameRank.PLATFORM


@pytest.mark.requirement("R6.3")
@pytest.mark.parametrize(("name", "written"), WAYS_TO_WRITE)
def test_a_name_is_the_same_however_it_is_written(name: str, written: str) -> None:
    assert folded(written) == folded(name)


def test_names_are_written_in_at_least_50_ways() -> None:
    assert len({written for _, written in WAYS_TO_WRITE}) == len(WAYS_TO_WRITE) >= 50


@pytest.mark.requirement("R6.3")
@pytest.mark.parametrize(("name", "other"), ONE_NAME_EACH)
def test_another_name_stays_another(name: str, other: str) -> None:
    assert folded(name) != folded(other)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("乾隆", "乾隆"),
        ("於菟", "於菟"),
        ("后羿", "后羿"),
        ("李示例", "李示例"),
        ("義烏市示例有限公司【合成】", "义乌市示例有限公司(合成)"),
        ("Alimjan • TURSUN", "alimjantursun"),
        ("瞭望昇平", "瞭望昇平"),
        ("〈〉<>«»‹›", "()()()()"),
        ("", ""),
    ],
)
def test_the_form_to_compare_is_simplified_narrow_and_small(name: str, form: str) -> None:
    assert folded(name) == form


def test_the_table_of_traditional_characters_is_read_for_no_ordinary_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_expected() -> dict[str, str]:
        raise AssertionError

    monkeypatch.setattr(names, "simplified_forms", not_expected)
    monkeypatch.setattr(names, "FOLDING", names.Folding())

    assert folded.__wrapped__("义乌市示例(集团)有限公司·买买提 Smith 1号") == "义乌市示例(集团)有限公司买买提smith1号"


def test_every_traditional_character_has_one_form_that_stays() -> None:
    forms = names.simplified_forms()

    assert len(forms) > 3000
    assert [char for char in forms if folded(folded(char)) != folded(char)] == []


@pytest.mark.parametrize(
    ("first", "characters"),
    [
        (0xE815, "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏"),
        (0xE83C, "䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"),
    ],
)
def test_rare_characters_that_older_systems_kept_in_private_use_are_what_the_standard_says(
    first: int, characters: str
) -> None:
    for code, character in enumerate(characters, first):
        assert folded(chr(code)) == folded(character), hex(code)


@given(st.text(max_size=12))
def test_folding_again_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text(max_size=12), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_normal_form_in_which_a_system_keeps_a_name_changes_nothing(name: str, form: str) -> None:
    assert folded(unicodedata.normalize(form, name)) == folded(name)  # type: ignore[arg-type]


@pytest.mark.requirement("R7.6")
@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("李", "李*"),
        ("李示例", "李*"),
        ("𠮷田", "𠮷*"),
        ("葛\U000e0100城", "葛\U000e0100*"),
        ("E\u0301tienne", "É*"),
        ("X\u0302\u0301a", "X\u0302\u0301*"),
        ("（合成）义乌示例", "合*"),
        ("“小二”餐馆", "小*"),
        ("\u200b 李示", "李*"),
        ("\ue863示", "\ue863*"),
        ("7天酒店", "7*"),
        ("()", "*"),
        ("", "*"),
    ],
)
def test_a_name_shows_its_first_character(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("known", "said", "is_same", "verdict"),
    [
        (None, OFFICE, False, NameVerdict.NEW),
        (None, PLATFORM, False, NameVerdict.NEW),
        (None, AGENT, False, NameVerdict.HEARSAY),
        (OFFICE, OFFICE, True, NameVerdict.SAME),
        (PLATFORM, OFFICE, True, NameVerdict.SAME),
        (OFFICE, AGENT, True, NameVerdict.SAME),
        (OFFICE, REGISTER, True, NameVerdict.RAISED),
        (REGISTER, PLATFORM, True, NameVerdict.RAISED),
        (OFFICE, REGISTER, False, NameVerdict.CORRECTED),
        (OFFICE, PLATFORM, False, NameVerdict.CORRECTED),
        (REGISTER, PLATFORM, False, NameVerdict.CORRECTED),
        (OFFICE, OFFICE, False, NameVerdict.CONFLICT),
        (REGISTER, OFFICE, False, NameVerdict.CONFLICT),
        (PLATFORM, PLATFORM, False, NameVerdict.CONFLICT),
        (PLATFORM, REGISTER, False, NameVerdict.CONFLICT),
        (OFFICE, AGENT, False, NameVerdict.CONFLICT),
    ],
)
def test_a_higher_rank_corrects_and_any_other_changes_nothing(
    known: NameRank | None,
    said: NameRank,
    is_same: bool,  # noqa: FBT001 - a parameter
    verdict: NameVerdict,
) -> None:
    assert verdict_on(said, known=known, is_same=is_same) is verdict


def test_only_an_agents_word_registers_nobody() -> None:
    assert [rank for rank in NameRank if not rank.may_register] == [AGENT]
    assert sorted(NameRank, key=lambda one: one.rank) == [AGENT, OFFICE, REGISTER, PLATFORM]
