"""One's contacts: given and confirmed, vouched for, agreed to, withdrawn and taken away; and the gateway's receipts."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.fault_texts import FAULT_TEXTS
from chalicelib.http.tokens import recognised
from chalicelib.messages.model.channels import Handed, Letter, Result
from chalicelib.messages.model.contacts import AskedCode
from chalicelib.messages.model.messages import Channel
from chalicelib.messages.rules.contacts import code_of
from tests.builders import NOON
from tests.channels import Channels
from tests.cloud import Client, Reply, TokenOf, turn_clock

pytestmark = pytest.mark.usefixtures("channels")


class Taking:
    """A carrier that keeps what it takes, and answers as it is told."""

    def __init__(self, *answers: Handed) -> None:
        self.answers = list(answers)
        self.letters: list[Letter] = []

    def hand_over(self, letter: Letter, **_: object) -> Handed:
        self.letters.append(letter)
        return self.answers.pop(0) if self.answers else Handed(result=Result.SENT)


def channel(reply: Reply, name: str = "sms") -> dict[str, Any]:
    (found,) = (one for one in reply.body["channels"] if one["channel"] == name)
    return dict(found)


def given(client: Client, token: str, value: str = "138 0013 8000", name: str = "sms") -> Reply:
    return client.put(f"/v1/contact/{name}", {"value": value}, token=token)


def carried(channels: Channels, taking: Taking) -> list[bool]:
    """Let the queue bring its codes; say which were sent."""
    container().__dict__["carriers"] = {Channel.SMS: taking, Channel.EMAIL: taking}
    sent = []
    while channels.deliveries.sent:
        one = channels.deliveries.sent.pop(0).message
        now = container().clock.now()
        sent.append(
            container().contacts.send_code(
                one["subject"], Channel(one["channel"]), one["code_id"], attempt=one["attempt"], at=now
            )
        )
    del container().__dict__["carriers"]
    return sent


def code_in(taking: Taking) -> str:
    return "".join(each for each in taking.letters[-1].words.text if each.isdigit())[:6]


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10**6).zfill(6)


def test_a_number_is_given_confirmed_by_its_code_and_agreed_to(
    client: Client, token: TokenOf, channels: Channels
) -> None:
    taking, applicant = Taking(), token("applicant")

    asked = given(client, applicant, "（+86）138-0013-8000")
    sent = carried(channels, taking)
    confirmed = client.post("/v1/contact/sms/confirmation", {"code": code_in(taking)}, token=applicant)

    assert (asked.status, channel(asked)["asked"], channel(asked)["value"]) == (200, "138****8000", None)
    assert sent == [True]
    assert (taking.letters[0].to, taking.letters[0].words.text[:8]) == (
        "+8613800138000",
        "您的验证码是" + code_in(taking)[:2],
    )
    assert confirmed.status == 200
    assert channel(confirmed) == {
        "channel": "sms",
        "offered": True,
        "value": "138****8000",
        "source": "given",
        "confirmed_at": "2026-09-28T04:00:00Z",
        "consent": True,
        "asked": None,
        "asked_until": None,
    }


def test_no_value_stands_in_the_table_the_queue_or_the_log(
    client: Client, token: TokenOf, channels: Channels, capsys: pytest.CaptureFixture[str]
) -> None:
    applicant, taking = token("applicant"), Taking()
    given(client, applicant)
    given(client, applicant, "zhang.san@example.com", "email")
    queued = json.dumps([one.message for one in channels.deliveries.sent])
    carried(channels, taking)
    kept = container().contact_store.find(_subject(client, applicant))

    said = repr(kept) + queued + capsys.readouterr().out
    assert "13800138000" not in said
    assert "zhang.san" not in said
    assert code_in(taking) not in said


def _subject(client: Client, token: str) -> Any:  # noqa: ANN401 - a subject key
    made = client.get("/v1/contact", token=token)
    assert made.status == 200
    return recognised(token, at=real_now())[0].own_subject()


def test_another_code_is_refused_and_so_is_one_that_is_ten_minutes_old(
    client: Client, token: TokenOf, channels: Channels
) -> None:
    taking, applicant = Taking(), token("applicant")
    given(client, applicant)
    carried(channels, taking)
    code = code_in(taking)

    other = client.post("/v1/contact/sms/confirmation", {"code": wrong(code)}, token=applicant)
    elsewhere = client.post("/v1/contact/email/confirmation", {"code": code}, token=applicant)
    turn_clock(NOON + timedelta(minutes=10))
    late = client.post("/v1/contact/sms/confirmation", {"code": code}, token=applicant)
    turn_clock(NOON + timedelta(minutes=10) - timedelta(seconds=1))
    in_time = client.post("/v1/contact/sms/confirmation", {"code": code}, token=applicant)
    again = client.post("/v1/contact/sms/confirmation", {"code": code}, token=applicant)

    assert (other.status, other.code) == (422, "CONTACT_CODE_WRONG")
    assert (elsewhere.status, elsewhere.code) == (409, "CONTACT_CODE_EXPIRED")
    assert (late.status, late.code, in_time.status) == (409, "CONTACT_CODE_EXPIRED", 200)
    assert (again.status, again.code) == (409, "CONTACT_CODE_EXPIRED")


def test_codes_are_not_guessed_without_end_nor_asked_for(client: Client, token: TokenOf, channels: Channels) -> None:
    taking, applicant = Taking(), token("applicant")
    given(client, applicant)
    carried(channels, taking)
    code = code_in(taking)

    guessed = [
        client.post("/v1/contact/sms/confirmation", {"code": wrong(code)}, token=applicant).status for _ in range(10)
    ]
    right = client.post("/v1/contact/sms/confirmation", {"code": code}, token=applicant)
    asked = [given(client, applicant).status for _ in range(10)]

    assert guessed == [422] * 10
    assert (right.status, right.code) == (429, "TOO_MANY_REQUESTS")
    assert asked == [200] * 9 + [429]


def test_only_the_newest_code_counts(client: Client, token: TokenOf, channels: Channels) -> None:
    first, second, applicant = Taking(), Taking(), token("applicant")
    given(client, applicant)
    carried(channels, first)
    given(client, applicant, "13900139000")
    carried(channels, second)

    old = client.post("/v1/contact/sms/confirmation", {"code": code_in(first)}, token=applicant)
    new = client.post("/v1/contact/sms/confirmation", {"code": code_in(second)}, token=applicant)

    assert (old.code, channel(new)["value"]) == ("CONTACT_CODE_WRONG", "139****9000")


def test_a_code_that_cannot_be_sent_is_tried_three_times(client: Client, token: TokenOf, channels: Channels) -> None:
    again = Handed(result=Result.AGAIN, reason="500")
    taking = Taking(again, again, again, again)
    given(client, token("applicant"))

    sent = carried(channels, taking)

    assert sent == [False, False, False]
    assert len({letter.name for letter in taking.letters}) == 1


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("sms", "010-88888888", "mobile_invalid"),
        ("sms", "12345", "mobile_invalid"),
        ("sms", "13800138000/13900139000", "mobile_invalid"),
        ("email", "张三@example.com", "email_invalid"),
        ("email", "a@example.com,b@example.com", "email_invalid"),
        ("email", "a@example.com\r\nBcc: b@example.com", "text_line_break"),
    ],
)
def test_what_is_no_contact_is_refused_at_its_field(
    client: Client, token: TokenOf, channels: Channels, name: str, value: str, code: str
) -> None:
    refused = given(client, token("applicant"), value, name)

    (fault,) = refused.body["errors"]
    assert (refused.status, refused.code, fault["pointer"]) == (400, "INVALID_BODY", "/value")
    assert value not in refused.text
    assert channels.deliveries.sent == []
    assert fault["detail"] == FAULT_TEXTS[code][0]


def test_consent_is_withdrawn_and_given_again_and_a_contact_is_taken_away(
    client: Client, token: TokenOf, channels: Channels
) -> None:
    taking, applicant = Taking(), token("applicant")
    given(client, applicant)
    carried(channels, taking)
    client.post("/v1/contact/sms/confirmation", {"code": code_in(taking)}, token=applicant)

    withdrawn = client.put("/v1/contact/sms/consent", {"consent": False}, token=applicant)
    agreed = client.put("/v1/contact/sms/consent", {"consent": True}, token=applicant)
    removed = client.delete("/v1/contact/sms", token=applicant)
    nothing = client.put("/v1/contact/sms/consent", {"consent": True}, token=applicant)

    assert [channel(reply)["consent"] for reply in (withdrawn, agreed, removed)] == [False, True, False]
    assert channel(removed)["value"] is None
    assert nothing.code == "NOT_FOUND"
    assert container().contact_store.find(_subject(client, applicant)).sealed is None


def test_what_the_identity_platform_vouches_for_needs_no_code(
    client: Client, token: TokenOf, channels: Channels
) -> None:
    vouched = token("applicant", phone_number="+8613800138000", phone_number_verified=True)
    not_verified = token("applicant2", phone_number="+8613800138000", phone_number_verified=False)

    known = given(client, vouched)
    asked = given(client, not_verified)

    assert (channel(known)["value"], channel(known)["source"], channel(known)["consent"]) == (
        "138****8000",
        "platform",
        True,
    )
    assert (channel(asked)["value"], channel(asked)["asked"]) == (None, "138****8000")
    assert len(channels.deliveries.sent) == 1


def test_the_language_is_chosen(client: Client, token: TokenOf) -> None:
    client.put("/v1/contact", {"language": "en"}, token=token("applicant"))

    assert client.get("/v1/contact", token=token("applicant")).body["language"] == "en"


def test_a_channel_that_the_deployment_does_not_have_is_not_found(
    client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container().contacts, "_offered", frozenset({Channel.EMAIL}))

    assert given(client, token("applicant")).code == "NOT_FOUND"
    assert channel(client.get("/v1/contact", token=token("applicant")))["offered"] is False


@pytest.mark.parametrize("signature", ["v1,AAAA", "v1", "", "v2,AAAA", "v1,====", "a b c"])
def test_a_receipt_that_the_gateway_has_not_signed_is_refused(client: Client, signature: str) -> None:
    body = {"id": "x-1", "state": "delivered", "at": "2026-11-26T01:12:00Z"}

    for at in ("1", "1e400", "nan", "soon"):
        headers = {"webhook-signature": signature, "webhook-id": "1", "webhook-timestamp": at}
        assert client.call("POST", "/v1/sms-receipts", body, headers=headers).code == "UNAUTHENTICATED"


def test_a_receipt_of_nothing_that_is_known_is_taken_so_that_it_does_not_come_again(client: Client) -> None:
    body = {"id": "code-1", "state": "delivered", "at": "2026-11-26T01:12:00Z"}

    assert (client.post("/v1/sms-receipts", body).status, client.post("/v1/sms-receipts", body).status) == (200, 200)


def test_a_code_is_six_digits_and_another_for_each_asking() -> None:
    asked = [
        AskedCode(channel=Channel.SMS, masked="", digest="d", code_id=str(number), expires_at=NOON)
        for number in range(100)
    ]
    codes = {code_of("k1.a", one, key=b"k" * 32) for one in asked}  # type: ignore[arg-type] # any key will do

    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 95


def test_a_login_brings_what_the_platform_vouches_for_and_replaces_nothing_that_the_person_gave(
    client: Client, token: TokenOf, channels: Channels
) -> None:
    def log_in(number: str) -> None:
        vouched = token("applicant", phone_number=number, phone_number_verified=True, email="x", email_verified=True)
        caller = recognised(vouched, at=real_now())[0]
        container().contacts.learn(caller, language="en", at=NOON)

    applicant, taking = token("applicant"), Taking()
    log_in("+8613800138000")
    first = client.get("/v1/contact", token=applicant)
    log_in("+8613700137000")
    moved = client.get("/v1/contact", token=applicant)
    given(client, applicant, "13900139000")
    carried(channels, taking)
    client.post("/v1/contact/sms/confirmation", {"code": code_in(taking)}, token=applicant)
    log_in("+8613800138000")
    own = client.get("/v1/contact", token=applicant)

    assert [channel(reply)["value"] for reply in (first, moved, own)] == ["138****8000", "137****7000", "139****9000"]
    assert (first.body["language"], channel(first)["source"], channel(first)["consent"]) == ("en", "platform", False)
    assert (channel(own)["source"], channel(own, "email")["value"]) == ("given", None)


def test_the_phone_of_whoever_logs_in_for_an_organisation_is_not_the_organisations(
    client: Client, token: TokenOf, channels: Channels
) -> None:
    vouched = token("company", phone_number="+8613800138000", phone_number_verified=True)
    container().contacts.learn(recognised(vouched, at=real_now())[0], language="zh", at=NOON)
    unasked = client.get("/v1/contact", token=vouched)

    own = given(client, vouched)

    assert channel(unasked)["value"] is None
    assert (channel(own)["value"], channel(own)["asked"]) == (None, "138****8000")
    assert len(channels.deliveries.sent) == 1


def test_what_was_taken_away_does_not_come_back_with_the_next_login(client: Client, token: TokenOf) -> None:
    vouched = token("applicant", phone_number="+8613800138000", phone_number_verified=True)

    def log_in() -> Reply:
        container().contacts.learn(recognised(vouched, at=real_now())[0], language="zh", at=NOON)
        return client.get("/v1/contact", token=vouched)

    log_in()
    client.delete("/v1/contact/sms", token=vouched)
    after = log_in()
    client.delete("/v1/contact/email", token=vouched)
    again = given(client, vouched)

    assert channel(after)["value"] is None
    assert (channel(again)["value"], channel(again)["consent"]) == ("138****8000", True)
    client.delete("/v1/contact/sms", token=vouched)
    assert channel(log_in())["value"] is None
