"""Reading answers: one form for each, however it was typed, and every fault at once."""

from datetime import date
from typing import Any

import pytest

from chalicelib.catalogue.model.answers import Reply
from chalicelib.catalogue.model.questions import Check, Given, Question, QuestionKind, When
from chalicelib.catalogue.rules.answers import read_answers
from chalicelib.errors import DomainError, FieldError
from chalicelib.http.field_errors import text_of
from tests.builders import a_question, an_item

DAY = date(2026, 9, 28)


def asks(kind: QuestionKind, *, id: str = "q", **fields: Any) -> Question:  # noqa: A002, ANN401 - as the field; any of them
    """A question for an answer of this kind."""
    return Question(id=id, text="填", text_en="Fill in", kind=kind, **fields)


def read(*questions: Question, **answers: object) -> tuple[Reply, ...]:
    """Read answers to these questions."""
    return read_answers(an_item(questions=questions), answers, on=DAY)


def kept(kind: QuestionKind, answer: object, **check: Any) -> tuple[Given, str]:  # noqa: ANN401 - any field of a check
    """Return in which form and words an answer is kept."""
    (reply,) = read(asks(kind, check=Check(**check)), q=answer)
    return reply.value, reply.words


def faults(*questions: Question, **answers: object) -> list[tuple[str, str]]:
    """Return where answers are wrong, and what is wrong with them."""
    return [(fault.pointer, fault.code) for fault in faults_in(*questions, **answers)]


def faults_in(*questions: Question, **answers: object) -> tuple[FieldError, ...]:
    """Return everything that is wrong with answers."""
    with pytest.raises(DomainError) as refused:
        read(*questions, **answers)
    assert refused.value.code == "ANSWERS_MISSING"
    return refused.value.faults


def test_answers_are_refused_with_every_fault_at_once() -> None:
    questions = (
        a_question(),
        asks(QuestionKind.PHONE, id="phone"),
        asks(QuestionKind.NUMBER, id="area", check=Check(least="0.5")),
        asks(QuestionKind.ADDRESS, id="where"),
    )
    given = {"a/b": "x", "~": True, "residence": " ", "phone": "12345", "area": "0", "where": {"district": "330204"}}

    assert faults(*questions, **given) == [
        ("/answers/a~1b", "answer_not_asked"),
        ("/answers/~0", "answer_not_asked"),
        ("/answers/residence", "answer_missing"),
        ("/answers/phone", "answer_not_a_phone"),
        ("/answers/area", "answer_too_small"),
        ("/answers/where/detail", "answer_missing"),
    ]


@pytest.mark.parametrize(
    "blank", [None, "", "  ", "\u200b\u2060", "\ufeff", "\u3164", {}, {"district": "", "detail": " "}]
)
def test_what_is_blank_is_no_answer(blank: object) -> None:
    question = asks(QuestionKind.ADDRESS, required=False)

    assert read(question, q=blank) == ()
    assert faults(asks(QuestionKind.ADDRESS), q=blank) == [("/answers/q", "answer_missing")]


@pytest.mark.parametrize("answer", ["moon", True, 1, {"rural": "rural"}])
def test_an_answer_is_one_of_those_to_choose_from(answer: object) -> None:
    assert faults(a_question(), residence=answer) == [("/answers/residence", "answer_not_an_option")]


def test_a_choice_is_kept_by_its_value_and_read_by_its_words() -> None:
    (reply,) = read(a_question(), residence="rural")

    assert (reply.value, reply.words, reply.words_en) == ("rural", "rural", "rural")


def test_a_question_that_depends_is_asked_under_its_answer_alone() -> None:
    lease = asks(QuestionKind.TEXT, id="lease", when=When(question="residence", equals="urban"))
    floor = asks(QuestionKind.NUMBER, id="floor", when=When(question="residence", equals="rural"))

    assert [reply.question.id for reply in read(a_question(), lease, floor, residence="urban", lease="租")] == [
        "residence",
        "lease",
    ]
    assert faults(a_question(), lease, floor, residence="rural", lease="租") == [
        ("/answers/lease", "answer_not_asked_now"),
        ("/answers/floor", "answer_missing"),
    ]


def test_what_depends_on_a_wrong_answer_waits_until_it_is_right() -> None:
    lease = asks(QuestionKind.TEXT, id="lease", when=When(question="residence", equals="urban"))
    after = a_question(id="after", options=("a", "b"))
    last = asks(QuestionKind.DATE, id="last", when=When(question="lease", equals="x"))

    assert faults(a_question(), lease, after, last, residence="moon", lease="租", last="never") == [
        ("/answers/residence", "answer_not_an_option"),
        ("/answers/after", "answer_missing"),
    ]


def test_a_file_is_no_answer() -> None:
    assert read(asks(QuestionKind.DOCUMENT)) == ()
    assert faults(asks(QuestionKind.DOCUMENT), q="d41d8cd98f00b204e9800998ecf8427e") == [
        ("/answers/q", "answer_is_a_file")
    ]


@pytest.mark.parametrize(
    ("kind", "answer", "form"),
    [
        (QuestionKind.TEXT, "  Cafe\u0301 ", "Café"),
        (QuestionKind.TEXT, "长" * 200, "长" * 200),
        (QuestionKind.TEXT, "👩🏽‍🚒开店", "👩🏽‍🚒开店"),
        (QuestionKind.LONG_TEXT, "一\r\n二\r三", "一\n二\n三"),
        (QuestionKind.LONG_TEXT, "长" * 2000, "长" * 2000),
        (QuestionKind.NUMBER, 12, "12"),
        (QuestionKind.NUMBER, "１２", "12"),
        (QuestionKind.NUMBER, "1,200", "1200"),
        (QuestionKind.NUMBER, "+007", "7"),
        (QuestionKind.NUMBER, "-0", "0"),
        (QuestionKind.NUMBER, 3.0, "3"),
        (QuestionKind.NUMBER, 100, "100"),
        (QuestionKind.DATE, "2026-12-01", "2026-12-01"),
        (QuestionKind.DATE, "2026/12/1", "2026-12-01"),
        (QuestionKind.DATE, "2026.2.28", "2026-02-28"),
        (QuestionKind.DATE, "２０２６年１２月１日", "2026-12-01"),
        (QuestionKind.DATE, "2026 年 12 月 1 日", "2026-12-01"),
        (QuestionKind.DATE, "2026—12—01", "2026-12-01"),
        (QuestionKind.DATE, "20261201", "2026-12-01"),
        (QuestionKind.EMAIL, " Wang.Xiao+plate@Example.CN ", "Wang.Xiao+plate@example.cn"),
        (QuestionKind.EMAIL, "wang＠example。cn", "wang@example.cn"),
        (QuestionKind.EMAIL, "a@xn--fiq228c.example", "a@xn--fiq228c.example"),
        (QuestionKind.PLATE, "浙A12345", "浙A12345"),
        (QuestionKind.PLATE, "浙a·1234５", "浙A12345"),
        (QuestionKind.PLATE, "浙A D12345", "浙AD12345"),
        (QuestionKind.PLATE, "浙A-12345D", "浙A12345D"),
        (QuestionKind.PLATE, "⿊A･12345", "黑A12345"),
        (QuestionKind.PLATE, "\u202a浙A12345\u202c", "浙A12345"),
        (QuestionKind.PLATE, "粤Z1234港", "粤Z1234港"),
        (QuestionKind.PLATE, "浙A1234学", "浙A1234学"),
        (QuestionKind.PLATE, "使 014578", "使014578"),
    ],
)
def test_an_answer_has_one_form(kind: QuestionKind, answer: object, form: str) -> None:
    assert kept(kind, answer)[0] == form


@pytest.mark.parametrize(
    "typed",
    [
        "13900000000",
        "139 0000 0000",
        "139-0000-0000",
        "139.0000.0000",
        "(139)0000-0000",
        "+86 139 0000 0000",
        "+8613900000000",
        "0086 139 0000 0000",
        "86-13900000000",
        "（+８６）１３９００００００００",
        "tel:+86-139-0000-0000",
        "\u202d139 0000 0000\u202c",
        "\u200e+86 139\u00a00000\u00a00000\ufeff",
        "139\u20130000\u20140000",
        "139\t0000\u22120000",
        "139\ufe0d0000\u00ad0000",
    ],
)
def test_a_phone_number_is_one_in_whatever_form_it_was_typed(typed: str) -> None:
    assert kept(QuestionKind.PHONE, typed) == ("+8613900000000", "139 0000 0000")


@pytest.mark.parametrize(
    ("typed", "form", "words"),
    [
        ("0574-87600000", "+8657487600000", "0574 8760 0000"),
        ("010 6000 0000", "+861060000000", "010 6000 0000"),
        ("400-800-0000", "+864008000000", "400 800 0000"),
        ("+44 20 7946 0958", "+442079460958", "+44 20 7946 0958"),
        ("00852 2345 6789", "+85223456789", "+852 2345 6789"),
    ],
)
def test_other_numbers_are_read_with_their_area_or_country(typed: str, form: str, words: str) -> None:
    assert kept(QuestionKind.PHONE, typed) == (form, words)


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        (QuestionKind.DATE, "2026-12-01", "2026年12月1日"),
        (QuestionKind.PLATE, "浙ad12345", "浙A·D12345"),
        (QuestionKind.PLATE, "014578使", "014578使"),
        (QuestionKind.ADDRESS, {"district": " 330203", "detail": "中山东路1号 "}, "浙江省宁波市海曙区中山东路1号"),
        (QuestionKind.ADDRESS, {"district": "110101", "detail": "长安街1号"}, "北京市东城区长安街1号"),
        (QuestionKind.ADDRESS, {"district": "441900", "detail": "1号"}, "广东省东莞市1号"),
        (QuestionKind.ADDRESS, {"district": "810000", "detail": "中环1号"}, "香港特别行政区中环1号"),
        (
            QuestionKind.ORGANISATION,
            {"name": "虚构（测试）公司", "number": "91330782-ma0000000 4"},
            "虚构（测试）公司（91330782MA00000004）",
        ),
        (
            QuestionKind.PERSON,
            {"name": " 王  某 ", "number": "330782 19900307 0005"},
            "王 某（330782199003070005）",
        ),
        (QuestionKind.PERSON, {"name": "Li", "kind": "passport", "number": "e1234567 8"}, "Li（E12345678）"),
    ],
)
def test_an_answer_is_read_in_words(kind: QuestionKind, answer: object, words: str) -> None:
    assert kept(kind, answer)[1] == words


@pytest.mark.parametrize(
    ("kind", "answer", "found"),
    [
        (QuestionKind.TEXT, True, ("/answers/q", "answer_not_text")),
        (QuestionKind.TEXT, 5, ("/answers/q", "answer_not_text")),
        (QuestionKind.TEXT, {"a": "b"}, ("/answers/q", "answer_not_text")),
        (QuestionKind.TEXT, "长" * 201, ("/answers/q", "answer_too_long")),
        (QuestionKind.TEXT, "a\nb", ("/answers/q", "text_line_break")),
        (QuestionKind.TEXT, "店\u202egnp.exe", ("/answers/q", "text_hidden")),
        (QuestionKind.TEXT, "a\u0000b", ("/answers/q", "text_hidden")),
        (QuestionKind.LONG_TEXT, "长" * 2001, ("/answers/q", "answer_too_long")),
        (QuestionKind.LONG_TEXT, "一\u2066二", ("/answers/q", "text_hidden")),
        (QuestionKind.NUMBER, True, ("/answers/q", "answer_not_a_number")),
        (QuestionKind.NUMBER, "twelve", ("/answers/q", "answer_not_a_number")),
        (QuestionKind.NUMBER, "1e3", ("/answers/q", "answer_not_a_number")),
        (QuestionKind.NUMBER, 1e300, ("/answers/q", "answer_not_a_number")),
        (QuestionKind.NUMBER, float("nan"), ("/answers/q", "answer_not_a_number")),
        (QuestionKind.NUMBER, [1], ("/answers/q", "answer_not_a_number")),
        (QuestionKind.ADDRESS, {"district": {}, "detail": "1号"}, ("/answers/q/district", "answer_not_text")),
        (QuestionKind.NUMBER, "1,2", ("/answers/q", "answer_not_a_number")),
        (QuestionKind.NUMBER, "9" * 16, ("/answers/q", "answer_not_a_number")),
        (QuestionKind.NUMBER, "1.5", ("/answers/q", "answer_decimals")),
        (QuestionKind.NUMBER, "٣", ("/answers/q", "answer_not_a_number")),
        (QuestionKind.DATE, "2026-02-29", ("/answers/q", "answer_not_a_date")),
        (QuestionKind.DATE, "2026-13-01", ("/answers/q", "answer_not_a_date")),
        (QuestionKind.DATE, "0026-01-01", ("/answers/q", "answer_not_a_date")),
        (QuestionKind.DATE, "20261301", ("/answers/q", "answer_not_a_date")),
        (QuestionKind.DATE, "1/12/2026", ("/answers/q", "answer_not_a_date")),
        (QuestionKind.DATE, "明天", ("/answers/q", "answer_not_a_date")),
        (QuestionKind.DATE, 20261201, ("/answers/q", "answer_not_text")),
        (QuestionKind.PHONE, "1390000000", ("/answers/q", "answer_not_a_phone")),
        (QuestionKind.PHONE, "87600000", ("/answers/q", "answer_not_a_phone")),
        (QuestionKind.PHONE, "😀13900000000", ("/answers/q", "answer_not_a_phone")),
        (QuestionKind.PHONE, "13900000000 13900000001", ("/answers/q", "answer_not_a_phone")),
        (QuestionKind.PHONE, "1" * 60, ("/answers/q", "answer_not_a_phone")),
        (QuestionKind.PHONE, "+", ("/answers/q", "answer_not_a_phone")),
        (QuestionKind.PHONE, 13900000000, ("/answers/q", "answer_not_text")),
        (QuestionKind.EMAIL, "wang.example.cn", ("/answers/q", "answer_not_an_email")),
        (QuestionKind.EMAIL, "wang@example", ("/answers/q", "answer_not_an_email")),
        (QuestionKind.EMAIL, "a b@example.cn", ("/answers/q", "answer_not_an_email")),
        (QuestionKind.EMAIL, "a@example.cn\nBcc: b@example.cn", ("/answers/q", "answer_not_an_email")),
        (QuestionKind.EMAIL, f"{'a' * 65}@example.cn", ("/answers/q", "answer_not_an_email")),
        (QuestionKind.EMAIL, f"a@{'b.' * 130}cn", ("/answers/q", "answer_not_an_email")),
        (QuestionKind.PLATE, "浙AO1234", ("/answers/q", "answer_not_a_plate")),
        (QuestionKind.PLATE, "浙A1234", ("/answers/q", "answer_not_a_plate")),
        (QuestionKind.NUMBER, "80.5平方米", ("/answers/q", "answer_not_a_number")),
        (QuestionKind.PLATE, "中A12345", ("/answers/q", "answer_not_a_plate")),
        (QuestionKind.PLATE, "浙A123456", ("/answers/q", "answer_not_a_plate")),
        (QuestionKind.ADDRESS, "宁波市", ("/answers/q", "answer_not_parts")),
        (
            QuestionKind.ADDRESS,
            {"district": "330204", "detail": "1号"},
            ("/answers/q/district", "answer_no_such_district"),
        ),
        (
            QuestionKind.ADDRESS,
            {"district": "330200", "detail": "1号"},
            ("/answers/q/district", "answer_no_such_district"),
        ),
        (
            QuestionKind.ADDRESS,
            {"district": "330101", "detail": "1号"},
            ("/answers/q/district", "answer_no_such_district"),
        ),
        (QuestionKind.ADDRESS, {"district": "330203", "detail": "路" * 201}, ("/answers/q/detail", "answer_too_long")),
        (QuestionKind.ADDRESS, {"district": "330203", "detail": "\u202e1"}, ("/answers/q/detail", "text_hidden")),
        (QuestionKind.ADDRESS, {"district": 330203, "detail": "1号"}, ("/answers/q/district", "answer_not_text")),
        (
            QuestionKind.ADDRESS,
            {"district": "330203", "detail": "1号", "a/b": "x"},
            ("/answers/q/a~1b", "answer_no_such_part"),
        ),
        (
            QuestionKind.ORGANISATION,
            {"name": "虚构", "number": "91330782MA00000000"},
            ("/answers/q/number", "NUMBER_CHECK"),
        ),
        (
            QuestionKind.ORGANISATION,
            {"name": "虚\u202e构", "number": "91330782MA00000004"},
            ("/answers/q/name", "text_hidden"),
        ),
        (
            QuestionKind.PERSON,
            {"name": "王某", "number": "330782199003070006"},
            ("/answers/q/number", "NUMBER_CHECK"),
        ),
        (QuestionKind.PERSON, {"name": "王某"}, ("/answers/q/number", "answer_missing")),
        (QuestionKind.PERSON, {"name": "王某", "number": None}, ("/answers/q/number", "answer_missing")),
        (
            QuestionKind.PERSON,
            {"name": "王某", "kind": None, "number": "330782199003070006"},
            ("/answers/q/number", "NUMBER_CHECK"),
        ),
        (
            QuestionKind.PERSON,
            {"name": "王某", "kind": "uscc", "number": "91330782MA00000004"},
            ("/answers/q/kind", "answer_no_such_kind"),
        ),
    ],
)
def test_an_answer_of_another_kind_or_form_is_refused(
    kind: QuestionKind, answer: object, found: tuple[str, str]
) -> None:
    assert faults(asks(kind), q=answer) == [found]


@pytest.mark.parametrize(
    ("kind", "check", "answer", "found"),
    [
        (QuestionKind.TEXT, Check(longest=3), "一二三", None),
        (QuestionKind.TEXT, Check(longest=3), "一二三四", "answer_too_long"),
        (QuestionKind.TEXT, Check(shortest=2), "一", "answer_too_short"),
        (QuestionKind.TEXT, Check(pattern="postcode"), "３１５０００", None),
        (QuestionKind.TEXT, Check(pattern="postcode"), "31500", "answer_not_a_postcode"),
        (QuestionKind.NUMBER, Check(decimals=2), "12.50", None),
        (QuestionKind.NUMBER, Check(decimals=2), "12.345", "answer_decimals"),
        (QuestionKind.NUMBER, Check(least="0.5", decimals=1), 0.5, None),
        (QuestionKind.NUMBER, Check(least="0.5", decimals=1), 0.4, "answer_too_small"),
        (QuestionKind.NUMBER, Check(most="200"), 200, None),
        (QuestionKind.NUMBER, Check(most="200"), 201, "answer_too_large"),
        (QuestionKind.DATE, Check(earliest=0), "2026-09-27", "answer_too_early"),
        (QuestionKind.DATE, Check(earliest=0), "2026-09-28", None),
        (QuestionKind.DATE, Check(earliest=0), "2026-09-29", None),
        (QuestionKind.DATE, Check(latest=-1), "2026-09-26", None),
        (QuestionKind.DATE, Check(latest=-1), "2026-09-27", None),
        (QuestionKind.DATE, Check(latest=-1), "2026-09-28", "answer_too_late"),
    ],
)
def test_an_answer_keeps_to_its_check(kind: QuestionKind, check: Check, answer: object, found: str | None) -> None:
    question = asks(kind, check=check)

    if found is None:
        assert len(read(question, q=answer)) == 1
    else:
        assert faults(question, q=answer) == [("/answers/q", found)]


@pytest.mark.parametrize(("until", "is_taken"), [("2026-10-04", False), ("2026-10-05", True), ("2026-10-06", True)])
def test_a_time_does_not_end_before_it_begins(until: str, *, is_taken: bool) -> None:
    questions = (asks(QuestionKind.DATE, id="from"), asks(QuestionKind.DATE, id="to", check=Check(not_before="from")))
    answers = {"from": "2026-10-05", "to": until}

    if is_taken:
        assert len(read(*questions, **answers)) == 2
    else:
        (fault,) = faults_in(*questions, **answers)
        assert (fault.pointer, fault.code, text_of(fault, "en")) == (
            "/answers/to",
            "answer_too_early",
            "This must not be before 2026-10-05.",
        )


def test_an_end_without_a_beginning_is_checked_by_itself() -> None:
    questions = (
        asks(QuestionKind.DATE, id="from", required=False),
        asks(QuestionKind.DATE, id="to", check=Check(not_before="from")),
    )

    assert len(read(*questions, to="2026-10-05")) == 1


def test_a_number_that_python_does_not_write_out_is_none() -> None:
    assert faults(asks(QuestionKind.NUMBER), q=10**5000) == [("/answers/q", "answer_not_a_number")]


def test_a_fault_is_told_in_both_languages_and_never_repeats_the_answer() -> None:
    long, hidden, form = faults_in(
        asks(QuestionKind.TEXT, id="long"),
        asks(QuestionKind.TEXT, id="hidden"),
        asks(QuestionKind.TEXT, id="form", check=Check(pattern="vin")),
        long="长" * 201,
        hidden="a\u202eb",
        form="LSVAA",
    )

    assert text_of(long, "zh") == "最多 200 个字，现在是 201 个字。"
    assert text_of(long, "en") == "At most 200 characters; this has 201."
    assert text_of(hidden, "zh") == "含有看不见或不允许的字符（U+202E），请删去。"
    assert text_of(hidden, "en") == "Remove the hidden character U+202E."
    assert text_of(form, "zh") == "车辆识别代号是17位大写字母和数字，没有字母I、O、Q（GB 16735）。"
    assert text_of(form, "en").startswith("A vehicle identification number has 17 capitals")


def test_all_answers_together_are_bounded() -> None:
    questions = [asks(QuestionKind.LONG_TEXT, id=f"q{number}") for number in range(7)]
    answers = {f"q{number}": "长" * 1714 for number in range(7)}

    assert len(read(*questions, **answers)) == 7
    assert faults(*questions, **{**answers, "q0": "长" * 1717}) == [("/answers", "answers_too_long")]
