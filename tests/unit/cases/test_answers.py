"""What of the answers is signed, kept and told."""

import json
from collections.abc import Callable
from itertools import count

from chalicelib.cases.model.answers import Content
from chalicelib.cases.rules.answers import answers_text, digest_of, give, secret_in, secret_text, signed, tell
from chalicelib.catalogue.model.answers import Reply
from chalicelib.catalogue.model.questions import Place, Question, QuestionKind

USE = Question(id="use", text="用途", text_en="Use", kind=QuestionKind.TEXT)
FLOOR = Question(id="floor", text="楼层", kind=QuestionKind.NUMBER, shown=(Place.DESK,))
PHONE = Question(id="phone", text="电话", text_en="Phone", kind=QuestionKind.PHONE, sensitive=True)

REPLIES = (
    Reply(question=USE, value="开店", words="开店", words_en="a shop"),
    Reply(question=FLOOR, value="3", words="3", words_en="3"),
    Reply(question=PHONE, value="+8613900000000", words="139 0000 0000", words_en="139 0000 0000"),
)


def salts() -> Callable[[], str]:
    """Salts that are known beforehand: one, two, three."""
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


def test_an_open_answer_is_signed_in_words_and_every_other_by_its_digest() -> None:
    given, secret = give(REPLIES, make_salt=salts())

    use, floor, phone = signed(given)

    assert use == {"id": "use", "label": "用途", "value": "开店", "words": "开店"}
    assert isinstance(floor, dict)
    assert set(floor) == set(phone) == {"id", "label", "digest"}  # type: ignore[arg-type]  # both are objects
    assert [answer.label_en for answer in given] == ["Use", "楼层", "Phone"]
    assert given[0].content == Content(value="开店", words="开店", words_en="a shop")
    assert given[1].content == Content(value="3", words="3", salt=f"{1:032x}")
    assert [len(answer.digest) for answer in given] == [0, 64, 64]
    assert [answer.digest for answer in given] == ["", floor["digest"], phone["digest"]]  # type: ignore[call-overload,index]  # as above
    assert list(secret) == ["phone"]
    assert json.loads(answers_text(given)) == [use, floor, phone]


def test_a_digest_is_that_of_the_canonical_json_under_the_salt() -> None:
    content = Content(value="3", words="3", words_en="3", salt="00112233445566778899aabbccddeeff")

    # The text is {"id":"floor","value":"3","words":"3"}; openssl computes the same.
    assert digest_of("floor", content) == "c00b1619f562a5d91358bc2dc4d1e580233ab5e5e0ea08f2f91aaa886a075125"


def test_a_sensitive_answer_is_kept_apart_and_comes_back_whole() -> None:
    given, secret = give(REPLIES, make_salt=salts())

    assert [answer.content is None for answer in given] == [False, False, True]
    assert "13900000000" not in repr(given)
    assert secret_in(secret_text(secret)) == secret


def test_an_answer_is_told_where_it_is_shown_to_whoever_has_its_content() -> None:
    given, secret = give(REPLIES, make_salt=salts())

    def read(*, at: Place | None, opened: bool) -> list[str | None]:
        told = tell(given, secret if opened else {}, at=at)
        return [None if one.content is None else one.content.words for one in told]

    assert read(at=None, opened=True) == ["开店", "3", "139 0000 0000"]
    assert read(at=Place.DESK, opened=True) == ["开店", "3", "139 0000 0000"]
    assert read(at=Place.DESK, opened=False) == ["开店", "3", None]
    assert read(at=Place.OWN_CASE, opened=True) == ["开店", None, "139 0000 0000"]
    assert read(at=Place.EVIDENCE, opened=False) == ["开店", None, None]
