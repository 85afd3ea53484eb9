"""The form that is filled in a page at a time: what is asked when, and what is filled in beforehand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.cases.model.application_form import ApplicationForm, FormPage, Origin, Source
from chalicelib.cases.model.case import Way
from chalicelib.cases.rules.application_form import (
    GivenBefore,
    answers_of,
    files_asked,
    filled_in,
    next_page,
    open_pages,
    pages_of,
    read_page,
)
from chalicelib.catalogue.model.questions import Check, Known, Option, Question, QuestionKind, When
from chalicelib.errors import DomainError
from chalicelib.subjects.model.subjects import Identity
from tests.builders import an_identity, an_item, an_organisation

TODAY = date(2026, 9, 28)
ME = an_identity()
FIRM = an_organisation()
I_AM = {"name": "李示例", "kind": "resident_id", "number": "330725196806180004"}
WE_ARE = {"name": "义乌示例市场主体有限公司（合成）", "number": "91330782MA0000028Y"}


def text(name: str, **other: Any) -> Question:  # noqa: ANN401 - any field of a question
    return Question(id=name, text=name, **{"kind": QuestionKind.TEXT, **other})


DELIVERY = Question(
    id="delivery", text="怎样领", options=(Option(value="post", text="邮寄"), Option(value="counter", text="自取"))
)
BY_POST = When(question="delivery", equals="post")
PHONE = Question(id="phone", text="电话", kind=QuestionKind.PHONE, group="contact")
EMAIL = Question(id="email", text="邮箱", kind=QuestionKind.EMAIL, group="contact", required=False)
ADDRESS = Question(id="address", text="地址", kind=QuestionKind.ADDRESS, when=BY_POST)
FLOOR = text("floor", when=BY_POST, group="place")
PHOTO = Question(id="photo", text="照片", kind=QuestionKind.DOCUMENT)
ITEM = replace(an_item(), questions=(DELIVERY, PHONE, EMAIL, ADDRESS, PHOTO, FLOOR))


def a_form(**other: Any) -> ApplicationForm:  # noqa: ANN401 - any field of a form
    at = datetime(2026, 9, 29, 4, tzinfo=UTC)
    fields: dict[str, Any] = {
        "form_id": "f" * 22,
        "maker": "person",
        "item_code": ITEM.code,
        "way": Way.COMMITMENT,
        "expires_at": at,
    }
    return ApplicationForm(**{**fields, **other})


def names(pages: tuple[FormPage, ...]) -> list[list[str]]:
    return [[question.id for question in page.questions] for page in pages]


def test_a_group_is_asked_together_and_every_other_question_on_its_own_and_files_not_at_all() -> None:
    assert names(pages_of(ITEM)) == [["delivery"], ["phone", "email"], ["address"], ["floor"]]
    assert [page.page_id for page in pages_of(ITEM)] == ["delivery", "phone", "address", "floor"]


def test_two_groups_side_by_side_are_two_pages() -> None:
    item = replace(
        ITEM, questions=(text("a", group="x"), text("b", group="y"), text("c", group="y"), text("d"), text("e"))
    )

    assert names(pages_of(item)) == [["a"], ["b", "c"], ["d"], ["e"]]


def test_a_question_is_not_asked_on_the_page_of_the_one_that_it_depends_on() -> None:
    questions = (
        replace(DELIVERY, group="g"),
        text("a", group="g"),
        text("b", group="g", when=BY_POST),
        text("c", group="g"),
    )

    assert names(pages_of(replace(ITEM, questions=questions))) == [["delivery", "a"], ["b", "c"]]


def test_what_depends_on_an_answer_is_asked_once_it_holds() -> None:
    assert names(open_pages(ITEM, {})) == [["delivery"], ["phone", "email"]]
    assert names(open_pages(ITEM, {"delivery": "counter"})) == [["delivery"], ["phone", "email"]]
    assert names(open_pages(ITEM, {"delivery": "post"})) == [["delivery"], ["phone", "email"], ["address"], ["floor"]]


def test_what_depends_on_a_question_that_is_not_asked_itself_is_not_asked() -> None:
    inner = replace(DELIVERY, id="inner", when=BY_POST)
    last = text("last", when=When(question="inner", equals="post"))
    item = replace(ITEM, questions=(DELIVERY, inner, last))

    assert names(open_pages(item, {"delivery": "counter", "inner": "post"})) == [["delivery"]]
    assert names(open_pages(item, {"delivery": "post", "inner": "post"})) == [["delivery"], ["inner"], ["last"]]


def test_the_next_page_is_the_first_that_was_not_asked_and_what_a_change_makes_necessary() -> None:
    form = a_form()
    first = form.with_answers({"delivery": "counter"}, to=frozenset({"delivery"}))
    whole = first.with_answers({"phone": "+8613900000000"}, to=frozenset({"phone", "email"}))
    changed = whole.with_answers({"delivery": "post"}, to=frozenset({"delivery"}))

    following = [next_page(each, ITEM) for each in (form, first, whole, changed)]
    assert [page and page.page_id for page in following] == ["delivery", "phone", None, "address"]


def test_what_was_typed_on_one_page_leaves_the_others_alone_and_a_blank_is_forgotten() -> None:
    form = a_form(answers={"phone": "+8613900000000", "email": "a@example.cn", "delivery": "post"})

    changed = form.with_answers({"phone": "+8613911111111"}, to=frozenset({"phone", "email"}))

    assert changed.answers == {"phone": "+8613911111111", "delivery": "post"}
    assert changed.asked == {"phone", "email"}


def test_an_answer_says_where_it_comes_from_until_it_is_changed() -> None:
    login = Origin(source=Source.LOGIN)
    form = a_form(answers={"a": "1", "b": "2", "c": "3"}, origins={"a": login, "b": login, "c": login})

    changed = form.with_answers({"a": "1", "b": "9"}, to=frozenset({"a", "b"}))

    assert changed.origins == {"a": login, "c": login}


def test_a_file_is_asked_for_where_what_it_depends_on_holds() -> None:
    item = replace(ITEM, questions=(DELIVERY, PHOTO, replace(PHOTO, id="receipt", when=BY_POST)))

    assert [question.id for question in files_asked(item, {"delivery": "counter"})] == ["photo"]
    assert [question.id for question in files_asked(item, {"delivery": "post"})] == ["photo", "receipt"]


def test_an_answer_that_has_become_pointless_stays_in_the_form_and_out_of_the_draft() -> None:
    form = a_form(
        answers={"delivery": "counter", "phone": "+8613900000000", "address": {"district": "330782", "detail": "1号"}}
    )

    assert answers_of(form, ITEM) == {"delivery": "counter", "phone": "+8613900000000"}
    assert "address" in form.answers


def test_a_page_is_read_by_itself_with_all_its_faults_and_no_others() -> None:
    (_, contact, *_) = pages_of(ITEM)

    replies = read_page(ITEM, contact, {}, {"phone": "139 0000 0000"}, on=TODAY)
    with pytest.raises(DomainError) as refused:
        read_page(ITEM, contact, {}, {"phone": "12", "email": "@"}, on=TODAY)

    assert {reply.question.id: reply.value for reply in replies} == {"phone": "+8613900000000"}
    assert [fault.pointer for fault in refused.value.faults] == ["/answers/phone", "/answers/email"]


def test_a_date_is_held_against_an_earlier_page_and_a_question_that_depends_is_read() -> None:
    start = text("start", kind=QuestionKind.DATE, check=Check(earliest=1))
    end = text("end", kind=QuestionKind.DATE, check=Check(not_before="start"), when=BY_POST)
    item = replace(ITEM, questions=(DELIVERY, start, end))
    page = FormPage(questions=(end,))

    def read(answers: dict[str, Any]) -> list[str]:
        try:
            return [str(reply.value) for reply in read_page(item, page, answers, {"end": "2026-10-01"}, on=TODAY)]
        except DomainError as error:
            return [fault.pointer for fault in error.faults]

    assert read({"start": "2026-10-02"}) == ["/answers/end"]
    assert read({"start": "2026-10-01"}) == ["2026-10-01"]
    assert read({"start": "2026-09-01"}) == ["2026-10-01"]
    assert read({}) == ["2026-10-01"]


def test_a_date_that_is_asked_no_longer_bounds_no_other() -> None:
    options = (Option(value="now", text="现在"), Option(value="later", text="以后"))
    later = When(question="time", equals="later")
    item = an_item(
        questions=(
            Question(id="time", text="何时", options=options),
            Question(id="start", text="开始", kind=QuestionKind.DATE, when=later),
            Question(id="end", text="结束", kind=QuestionKind.DATE, check=Check(not_before="start")),
        )
    )
    page = FormPage(questions=item.questions[2:])

    def read(time: str) -> list[str]:
        answers = {"time": time, "start": "2026-10-02"}
        try:
            return [str(reply.value) for reply in read_page(item, page, answers, {"end": "2026-10-01"}, on=TODAY)]
        except DomainError as error:
            return [fault.pointer for fault in error.faults]

    assert (read("later"), read("now")) == (["/answers/end"], ["2026-10-01"])


@pytest.mark.parametrize(
    ("kind", "identities", "answer"),
    [
        (QuestionKind.TEXT, [ME], "李示例"),
        (QuestionKind.PERSON, [ME], I_AM),
        (QuestionKind.PERSON, [FIRM, ME], I_AM),
        (QuestionKind.PERSON, [FIRM], None),
        (QuestionKind.ORGANISATION, [FIRM, ME], WE_ARE),
        (QuestionKind.ORGANISATION, [ME], None),
    ],
)
def test_the_login_answers_what_it_vouches_for(kind: QuestionKind, identities: list[Identity], answer: object) -> None:
    item = replace(ITEM, questions=(text("who", kind=kind, known=Known.IDENTITY), text("other", kind=kind)))

    answers, origins = filled_in(item, identities=identities, contacts={}, before=())

    assert answers == ({} if answer is None else {"who": answer})
    assert origins == ({} if answer is None else {"who": Origin(source=Source.LOGIN)})


def test_what_was_answered_before_is_filled_in_with_its_day_the_newest_first() -> None:
    item = replace(
        ITEM,
        questions=(
            replace(PHONE, known=Known.CONTACT),
            replace(DELIVERY, known=Known.BEFORE),
            text("floor", known=Known.BEFORE),
            replace(EMAIL, known=None),
        ),
    )
    before = [
        GivenBefore(id="phone", kind=QuestionKind.PHONE, answer="+8613900000000", on=date(2026, 9, 3)),
        GivenBefore(id="phone", kind=QuestionKind.PHONE, answer="+8613911111111", on=date(2026, 8, 3)),
        GivenBefore(id="delivery", kind=QuestionKind.CHOICE, answer="pigeon", on=date(2026, 9, 3)),
        GivenBefore(id="delivery", kind=QuestionKind.CHOICE, answer="post", on=date(2026, 8, 3)),
        GivenBefore(id="floor", kind=QuestionKind.NUMBER, answer="3", on=date(2026, 9, 3)),
        GivenBefore(id="email", kind=QuestionKind.EMAIL, answer="a@example.cn", on=date(2026, 9, 3)),
    ]

    answers, origins = filled_in(item, identities=[ME], contacts={}, before=before)

    assert answers == {"phone": "+8613900000000", "delivery": "post"}
    assert origins == {
        "phone": Origin(source=Source.CASE, on=date(2026, 9, 3)),
        "delivery": Origin(source=Source.CASE, on=date(2026, 8, 3)),
    }


def test_a_contact_is_filled_in_rather_than_what_was_answered_before() -> None:
    item = replace(ITEM, questions=(replace(PHONE, known=Known.CONTACT), replace(EMAIL, known=Known.CONTACT)))
    before = [GivenBefore(id="email", kind=QuestionKind.EMAIL, answer="a@example.cn", on=date(2026, 9, 3))]

    answers, origins = filled_in(item, identities=[ME], contacts={QuestionKind.PHONE: "+8613900000000"}, before=before)

    assert answers == {"phone": "+8613900000000", "email": "a@example.cn"}
    assert origins["phone"] == Origin(source=Source.CONTACT)
