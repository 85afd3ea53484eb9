"""Whether and when a message goes out, what attempts make of it, and the words in which it goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.messages.model.channels import Handed, Letter, Result
from chalicelib.messages.model.contacts import Contact, ContactPoint, ContactSource
from chalicelib.messages.model.messages import Act, Channel, Delivery, DeliveryState, Message, Needs, Party, Turn
from chalicelib.messages.model.telling import Template, Words
from chalicelib.messages.rules import sending as rules
from chalicelib.messages.rules.texts import IncompleteTextError, code_words, filled, sent_words
from chalicelib.subjects.model.subjects import SubjectKey

AT = datetime(2026, 11, 26, 1, 12, tzinfo=UTC)
ANA = SubjectKey("k1.a")
MESSAGE = Message(
    message_id="m1",
    recipient=ANA,
    kind="received",
    owner="case:A",
    seq=1,
    event="case:filed",
    made_at=AT,
    link="cases/A",
    facts={"item": "补牌", "number": "A"},
)
QUIET = rules.QuietHours(22, 7)
WAITING = rules.first(Channel.SMS, at=AT)
TEMPLATE = Template(
    title=("已收到", "Received"), text=("“{item}”（{number}）请于{until}前办理。", "“{item}” ({number}), by {until}.")
)


def asking(until: date | None) -> Message:
    return replace(MESSAGE, needs=Needs(act=Act.CORRECT, until=until))


def reached(*, agreed: datetime | None = AT, withdrawn: datetime | None = None) -> Contact:
    point = ContactPoint(
        channel=Channel.SMS,
        masked="",
        digest="",
        source=ContactSource.GIVEN,
        confirmed_at=AT,
        version=1,
        consented_at=agreed,
        withdrawn_at=withdrawn,
    )
    return Contact(subject=ANA, points=(point,))


@pytest.mark.parametrize(
    ("message", "contact", "channel", "reason"),
    [
        (MESSAGE, reached(), Channel.SMS, ""),
        (MESSAGE, reached(), Channel.EMAIL, "NO_CONTACT"),
        (MESSAGE, reached(agreed=None), Channel.SMS, "NO_CONSENT"),
        (MESSAGE, reached(withdrawn=AT), Channel.SMS, "CONSENT_WITHDRAWN"),
        (asking(None), reached(withdrawn=AT), Channel.SMS, ""),
        (asking(None), Contact(subject=ANA), Channel.SMS, "NO_CONTACT"),
    ],
)
def test_a_message_goes_out_by_consent_or_by_the_laws_demand(
    message: Message, contact: Contact, channel: Channel, reason: str
) -> None:
    assert rules.reason_against(message, contact, channel) == reason


(POINT,) = reached().points


def test_whether_the_person_had_agreed_is_kept_with_the_attempt() -> None:
    (without,) = reached(withdrawn=AT).points

    assert rules.hand_over(WAITING, "m1-1", POINT, at=AT).agreed
    assert not rules.hand_over(WAITING, "m1-1", without, at=AT).agreed


def shanghai(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("message", "at", "wakes"),
    [
        (MESSAGE, shanghai(26, 21, 59, 59), None),
        (MESSAGE, shanghai(26, 22), shanghai(27, 7)),
        (MESSAGE, shanghai(27, 0), shanghai(27, 7)),
        (MESSAGE, shanghai(27, 6, 59, 59), shanghai(27, 7)),
        (MESSAGE, shanghai(27, 7), None),
        (asking(None), shanghai(26, 23), shanghai(27, 7)),
        (asking(date(2026, 11, 25)), shanghai(26, 23), shanghai(27, 7)),
        (asking(date(2026, 11, 26)), shanghai(26, 23, 59, 59), None),
        (asking(date(2026, 11, 26)), shanghai(27, 0), shanghai(27, 7)),
        (asking(date(2026, 11, 26)), shanghai(26, 23), None),
        (asking(date(2026, 11, 27)), shanghai(26, 23), shanghai(27, 7)),
        (asking(date(2026, 11, 27)), shanghai(27, 1), shanghai(27, 7)),
    ],
)
def test_it_waits_for_the_morning_unless_the_last_day_ends_tonight(
    message: Message, at: datetime, wakes: datetime | None
) -> None:
    assert rules.wake_at(message, QUIET, at=at) == wakes


@pytest.mark.parametrize(
    ("seq", "party", "overtaken"),
    [(2, Party.OFFICE, True), (2, Party.NOBODY, True), (2, Party.YOU, False), (1, Party.OFFICE, False)],
)
def test_what_a_later_event_has_taken_off_somebody_is_not_asked_any_more(
    seq: int,
    party: Party,
    overtaken: bool,  # noqa: FBT001 - a row of a table
) -> None:
    message = asking(None)
    turn = Turn(recipient=ANA, owner=message.owner, seq=seq, party=party, link="")

    assert message.seq == 1
    assert rules.is_overtaken(message, turn) is overtaken
    assert not rules.is_overtaken(message, None)


def test_an_attempt_is_cut_short_when_no_function_can_run_so_long() -> None:
    under_way = rules.hand_over(WAITING, "m1-1", POINT, at=AT)

    assert not rules.is_cut_short(WAITING, at=AT + timedelta(days=1))
    assert not rules.is_cut_short(under_way, at=AT + timedelta(seconds=179))
    assert rules.is_cut_short(under_way, at=AT + timedelta(minutes=3))
    assert under_way.is_pending


def test_attempts_that_fail_are_made_again_ten_times_and_the_last_ends_it() -> None:
    again, delivery, states = Handed(result=Result.AGAIN, reason="503"), WAITING, []
    for _ in range(10):
        delivery = rules.settle(rules.hand_over(delivery, "m1-1", POINT, at=AT), again, at=AT)
        states.append(delivery.state.value)

    assert states == ["waiting"] * 9 + ["failed"]
    assert (delivery.attempts, delivery.reason, delivery.next_at) == (10, "503", None)


@pytest.mark.parametrize(
    ("handed", "state", "reason"),
    [
        (Handed(result=Result.SENT), "sent", ""),
        (Handed(result=Result.REFUSED, reason="SMTP_550"), "failed", "SMTP_550"),
        (Handed(result=Result.UNKNOWN, reason="LINE_LOST"), "failed", "OUTCOME_UNKNOWN"),
    ],
)
def test_every_other_outcome_ends_it(handed: Handed, state: str, reason: str) -> None:
    ended = rules.settle(WAITING, handed, at=AT)

    assert (ended.state, ended.reason, ended.attempts, ended.is_pending) == (state, reason, 1, False)


def test_a_message_knows_what_became_of_it_on_each_channel() -> None:
    told = replace(MESSAGE, deliveries=(WAITING,))

    assert (told.on(Channel.SMS), told.on(Channel.EMAIL)) == (WAITING, None)


def test_what_waits_and_what_is_left_out_has_made_no_attempt() -> None:
    kept, left = rules.keep_back(WAITING, AT, at=AT), rules.leave_out(WAITING, "NO_CONTACT", at=AT)

    assert (kept.next_at, kept.attempts, left.state, left.attempts) == (AT, 0, DeliveryState.NOT_SENT, 0)


SENT = rules.settle(WAITING, Handed(result=Result.SENT), at=AT)


@pytest.mark.parametrize(
    ("said", "at", "state", "since"),
    [
        ("delivered", AT + timedelta(seconds=8), "received", AT + timedelta(seconds=8)),
        ("delivered", AT - timedelta(hours=1), "received", AT),
        ("delivered", AT + timedelta(days=9), "received", AT + timedelta(minutes=1)),
        ("failed", AT + timedelta(seconds=8), "failed", AT + timedelta(seconds=8)),
    ],
)
def test_a_receipts_time_lies_between_the_sending_and_now(said: str, at: datetime, state: str, since: datetime) -> None:
    after = rules.with_receipt(SENT, said, reason="X", at=at, now=AT + timedelta(minutes=1))

    assert (after.state, after.at, after.sent_at) == (state, since, AT)
    assert after.reason == ("" if state == "received" else "X")


def test_the_first_receipt_stands_for_parts_of_a_long_sms_fare_differently() -> None:
    def told(delivery: Delivery, said: str) -> Delivery:
        return rules.with_receipt(delivery, said, reason="", at=AT, now=AT)

    arrived = told(SENT, "delivered")

    assert told(arrived, "failed") == told(arrived, "delivered") == arrived
    assert told(told(SENT, "failed"), "delivered").state is DeliveryState.FAILED


def test_a_receipt_corrects_what_was_given_up_here_without_an_answer() -> None:
    given_up = rules.give_up(rules.hand_over(WAITING, "m1-1", POINT, at=AT), "UNREACHABLE", at=AT)

    after = rules.with_receipt(given_up, "delivered", reason="", at=AT, now=AT)

    assert (after.state, after.reason) == (DeliveryState.RECEIVED, "")


def test_a_receipt_that_is_faster_than_the_job_counts_the_attempt() -> None:
    under_way = rules.hand_over(WAITING, "m1-1", POINT, at=AT)

    after = rules.with_receipt(under_way, "delivered", reason="", at=AT, now=AT)

    assert (after.attempts, after.sent_at, after.is_pending) == (1, AT, False)


def test_the_words_have_every_blank_filled_and_the_link() -> None:
    message = replace(MESSAGE, facts={**MESSAGE.facts, "until": "2026-12-01"})

    zh = sent_words(message, TEMPLATE, "zh", channel=Channel.SMS, portal="https://x")
    en = sent_words(message, TEMPLATE, "en", channel=Channel.SMS, portal="https://x")

    assert zh == Words(title="已收到", text="“补牌”（A）请于2026年12月1日(周二)前办理。详情：https://x/cases/A")
    assert en.text == "“补牌” (A), by Tuesday 1 December 2026. More: https://x/cases/A"


def test_a_day_that_is_open_is_on_the_page_and_anything_else_that_is_missing_stops_it() -> None:
    open_day = sent_words(MESSAGE, TEMPLATE, "zh", channel=Channel.SMS, portal="https://x")
    nameless = replace(MESSAGE, facts={"number": "A", "item": ""})

    assert open_day.text.startswith("“补牌”（A）请于页面所示的日期前办理。")
    with pytest.raises(IncompleteTextError, match="item"):
        sent_words(nameless, TEMPLATE, "zh", channel=Channel.SMS, portal="https://x")


def test_a_code_is_told_with_its_ten_minutes_in_both_languages() -> None:
    assert code_words(Channel.SMS, "012345", "zh").text.startswith("您的验证码是012345，10分钟内有效")
    assert "Your code is 012345" in code_words(Channel.EMAIL, "012345", "en").text
    with pytest.raises(IncompleteTextError, match="code"):
        code_words(Channel.SMS, "", "zh")


def test_a_text_without_blanks_is_as_it_is() -> None:
    assert filled(("甲{{", "b"), {}, "zh") == "甲{"


def test_a_letter_shows_neither_whom_nor_what() -> None:
    letter = Letter(to="+8613800138000", words=Words(title="", text="验证码"), name="m1-1")

    assert repr(letter) == "Letter(name='m1-1', language='zh')"
