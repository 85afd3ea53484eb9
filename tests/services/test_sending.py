"""Messages by SMS and e-mail: whatever the other side does, each is sent once, or waits for a person to look."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from chalicelib.alerts.rules.webhooks import BACK_OFF
from chalicelib.alerts.services.webhook_sender import Sender
from chalicelib.alerts.services.webhooks import EarlyError
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.jobs.deliver import deliver
from chalicelib.messages.model.channels import Handed, Letter, Result
from chalicelib.messages.model.messages import Act, Channel, Delivery, DeliveryState, Message, Needs, Party, Turn
from chalicelib.messages.model.telling import Words
from chalicelib.messages.rules import contacts as contact_rules
from chalicelib.messages.services.channels import SmsGateway
from chalicelib.settings import Stage
from chalicelib.subjects.model.subjects import SubjectKey
from tests.authorities import for_
from tests.builders import an_identity
from tests.channels import Channel as Queue
from tests.channels import Channels
from tests.cloud import turn_clock
from tests.services.case_office import Applicant
from tests.services.mailing import Mailbox, mailbox, relay
from tests.services.messaging import ANA, AT, EMAIL, SMS, a_message, reached
from tests.services.receiving import Receiver, a_deaf_port, receiver

__all__ = ["mailbox", "receiver"]

pytestmark = pytest.mark.usefixtures("cloud", "channels")

NIGHT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
"""23:00 in Shanghai."""


@pytest.fixture(autouse=True)
def carriers(cloud: None, mailbox: Mailbox, receiver: Receiver) -> Iterator[None]:  # noqa: ARG001 - the secret is in it
    """The city's mail server and SMS gateway, on this machine."""
    gateway = SmsGateway(
        Sender(Stage.LOCAL),
        url=receiver.url,
        secret=container().secrets.sms_secret,
        source="urn:xinnuo:local",
        signature="信诺政务",
    )
    container().__dict__["carriers"] = {SMS: gateway, EMAIL: relay(mailbox.port)}
    yield
    del container().__dict__["carriers"]


def withdrawn(channel: Channel, *, of: SubjectKey = ANA) -> None:
    kept = container().contact_store.find(of)
    with transaction() as tx:
        after = contact_rules.withdraw_consent(kept.contact, channel, at=AT)
        container().contact_store.save(kept, after, None, tx)


def told(message: Message) -> Message:
    """Make a message and order it, as the events do."""
    container().message_store.add(message)
    container().sending.order(message)
    return message


def run(queue: Queue, *, at: datetime = AT, until: datetime | None = None) -> datetime:
    """Let the queue bring its orders, each when its wait is over, and what fails three minutes later; return when."""
    waiting = [(at, one.message) for one in queue.sent]
    queue.sent.clear()
    while waiting:
        waiting.sort(key=lambda each: each[0])
        if until is not None and waiting[0][0] > until:
            break
        now, order = waiting.pop(0)
        at = max(at, now)
        turn_clock(at)
        record = {"messageId": "1", "body": json.dumps(order)}
        if deliver([record], None)["batchItemFailures"]:
            waiting.append((at + timedelta(minutes=3), order))
        waiting += [(at + one.after, one.message) for one in queue.sent]
        queue.sent.clear()
    return at


def became_of(message: Message) -> dict[Channel, tuple[str, str]]:
    """Return state and reason on each channel."""
    stored = container().message_store.load(message.recipient, message.message_id)
    return {one.channel: (one.state.value, one.reason) for one in stored.deliveries}


def on(message: Message, channel: Channel) -> Delivery:
    found = container().message_store.load(message.recipient, message.message_id).on(channel)
    assert found is not None
    return found


def test_a_message_is_told_by_sms_and_e_mail_in_the_persons_language(
    receiver: Receiver, mailbox: Mailbox, channels: Channels
) -> None:
    reached()
    message = told(a_message())

    run(channels.deliveries)

    ((headers, body),) = receiver.got
    event: Any = Verifier(container().secrets.sms_secret).verify(body, headers)
    assert event["type"] == "cn.xinnuo.sms.ordered"
    assert event["id"] == headers["webhook-id"] == f"{message.message_id}-1"
    assert event["data"] == {
        "to": "+8613800138000",
        "text": "【信诺政务】您申请的“补领机动车号牌”（办件编号A）已于2026年11月26日收件。"
        "详情：http://localhost:8000/api/cases/A",
    }
    ((to, mail),) = mailbox.got
    assert to == ["ana@example.com"]
    assert (mail["From"], mail["To"]) == ("no-reply@xinnuo.example.com", "ana@example.com")
    assert mail["Subject"] == "已收到您的申请"
    assert mail["Message-ID"] == f"<{message.message_id}-2@xinnuo.example.com>"
    assert (mail["Auto-Submitted"], mail.get_content_type()) == ("auto-generated", "text/plain")
    assert "您申请的“补领机动车号牌”（办件编号A）已于2026年11月26日收件。\r\n" in mail.get_content()
    assert became_of(message) == {SMS: ("sent", ""), EMAIL: ("sent", "")}
    assert on(message, SMS).sent_at == AT


def test_somebody_who_reads_english_is_told_in_english(
    receiver: Receiver, mailbox: Mailbox, channels: Channels
) -> None:
    reached(language="en")
    told(a_message())

    run(channels.deliveries)

    assert "Your application for “补领机动车号牌” (case A) arrived on 26 November 2026." in receiver.got[0][1].decode()
    assert mailbox.got[0][1]["Subject"] == "Your application has arrived"


def test_what_is_ordered_twice_and_told_twice_is_sent_once(
    receiver: Receiver, mailbox: Mailbox, channels: Channels
) -> None:
    reached()
    told(a_message())
    told(a_message())
    channels.deliveries.sent *= 2

    run(channels.deliveries)

    assert (len(receiver.got), len(mailbox.got)) == (1, 1)


def test_a_person_without_any_contact_is_told_in_the_portal_alone(receiver: Receiver, channels: Channels) -> None:
    message = told(a_message())

    run(channels.deliveries)

    assert became_of(message) == {SMS: ("not_sent", "NO_CONTACT"), EMAIL: ("not_sent", "NO_CONTACT")}
    assert (receiver.got, channels.dead_letters.sent) == ([], [])


def test_without_consent_only_what_the_law_demands_is_sent(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    withdrawn(SMS)
    optional = told(a_message(1))
    demanded = told(a_message(2, needs=Needs(act=Act.CORRECT, until=date(2026, 12, 1))))

    run(channels.deliveries)

    assert became_of(optional)[SMS] == ("not_sent", "CONSENT_WITHDRAWN")
    assert became_of(demanded)[SMS] == ("sent", "")
    assert len(receiver.got) == 1


def test_a_text_with_a_blank_is_set_aside_and_not_sent(
    receiver: Receiver, mailbox: Mailbox, channels: Channels
) -> None:
    reached()
    message = told(a_message(item=""))

    run(channels.deliveries)

    assert (receiver.got, mailbox.got) == ([], [])
    assert became_of(message) == {SMS: ("failed", "TEXT_INCOMPLETE"), EMAIL: ("failed", "TEXT_INCOMPLETE")}
    assert [one["channel"] for one in channels.dead_letters.of("message_id")] == ["sms", "email"]


def test_nobody_is_woken_and_the_message_comes_at_seven(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    message = told(a_message())

    run(channels.deliveries, at=NIGHT, until=datetime(2026, 11, 26, 22, 59, 59, tzinfo=UTC))

    assert receiver.got == []
    assert on(message, SMS).next_at == datetime(2026, 11, 26, 23, 0, tzinfo=UTC)


def test_an_agent_whose_authority_ended_in_the_night_is_told_nothing_in_the_morning(
    receiver: Receiver, channels: Channels
) -> None:
    principal, agent = Applicant().caller, an_identity(number="330106198307270002", name="王代办")
    authority = for_(principal, agent, at=AT, ends_on=date(2026, 11, 26)).authority
    reached(email="")
    message, own = (told(replace(a_message(number), authority=each)) for number, each in ((1, authority), (2, "")))

    run(channels.deliveries, at=NIGHT)

    assert became_of(message)[SMS] == ("not_sent", "AUTHORITY_ENDED")
    assert became_of(own)[SMS] == ("sent", "")
    assert len(receiver.got) == 1


@pytest.mark.parametrize(("party", "sent"), [(Party.OFFICE, 0), (Party.NOBODY, 0), (Party.YOU, 1)])
def test_what_was_done_in_the_night_is_not_asked_for_in_the_morning(
    receiver: Receiver, channels: Channels, party: Party, sent: int
) -> None:
    reached(email="")
    message = told(a_message(needs=Needs(act=Act.CORRECT)))
    later = Turn(recipient=ANA, owner=message.owner, seq=message.seq + 1, party=party, link=message.link)
    container().message_store.set_turn(later)

    run(channels.deliveries, at=NIGHT)

    assert len(receiver.got) == sent
    assert became_of(message)[SMS] == (("sent", "") if sent else ("not_sent", "NOT_ASKED_ANY_MORE"))


def test_after_the_quiet_hours_it_is_sent_once(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    told(a_message())
    channels.deliveries.sent *= 2

    ended = run(channels.deliveries, at=NIGHT)

    assert (len(receiver.got), ended) == (1, datetime(2026, 11, 26, 23, 0, tzinfo=UTC))


def test_what_must_be_done_before_morning_is_told_at_night(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    told(a_message(needs=Needs(act=Act.CORRECT, until=date(2026, 11, 26))))

    ended = run(channels.deliveries, at=NIGHT)

    assert (len(receiver.got), ended) == (1, NIGHT)


def test_a_gateway_that_fails_is_tried_again_under_the_same_name(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    receiver.answers = [500, 503]
    message = told(a_message())

    ended = run(channels.deliveries)

    assert ended - AT == timedelta(seconds=65)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert (on(message, SMS).state, on(message, SMS).attempts) == (DeliveryState.SENT, 3)


@pytest.mark.parametrize("status", [400, 410, 422])
def test_a_gateway_that_never_will_is_not_asked_again(receiver: Receiver, channels: Channels, status: int) -> None:
    reached(email="")
    receiver.answers = [status]
    message = told(a_message())

    run(channels.deliveries)

    assert len(receiver.got) == 1
    assert became_of(message)[SMS] == ("failed", str(status))
    assert len(channels.dead_letters.of("message_id")) == 1


def test_a_gateway_that_answers_nothing_is_given_up_after_two_days_with_one_letter(channels: Channels) -> None:
    reached(email="")
    message = told(a_message(needs=Needs(act=Act.CORRECT, until=date(2026, 11, 26))))
    with a_deaf_port() as port:
        container().carriers[SMS]._url = f"http://127.0.0.1:{port}/"  # type: ignore[attr-defined] # noqa: SLF001 - its own
        ended = run(channels.deliveries)

    assert became_of(message)[SMS] == ("failed", "UNREACHABLE")
    assert sum(BACK_OFF, timedelta()) <= ended - AT <= sum(BACK_OFF, timedelta(hours=9))
    assert len(channels.dead_letters.of("message_id")) == 1


def test_a_mail_server_that_is_down_is_tried_again(mailbox: Mailbox, channels: Channels) -> None:
    reached(phone="")
    message = told(a_message())
    with a_deaf_port() as port:
        container().__dict__["carriers"] = {EMAIL: relay(port)}
        run(channels.deliveries, until=AT + timedelta(seconds=4))
    first = on(message, EMAIL)
    container().__dict__["carriers"] = {EMAIL: relay(mailbox.port)}
    container().sending.send(message.message_id, ANA, channel=EMAIL, attempt=1, at=AT + timedelta(seconds=5))

    assert (first.state, first.reason, first.attempts) == (DeliveryState.WAITING, "UNREACHABLE", 1)
    assert became_of(message)[EMAIL] == ("sent", "")
    assert len(mailbox.got) == 1


@pytest.mark.parametrize(
    ("command", "answer", "becomes", "attempts"),
    [
        ("MAIL", "451 not now", ("sent", ""), 2),
        ("MAIL", "530 log in", ("sent", ""), 2),
        ("RCPT", "450 mailbox busy", ("sent", ""), 2),
        ("RCPT", "550 no such user", ("failed", "SMTP_550"), 1),
        ("DATA", "452 full", ("sent", ""), 2),
        ("DATA", "554 looks like spam", ("failed", "SMTP_554"), 1),
    ],
)
def test_what_a_mail_server_refuses_for_now_is_tried_again_and_for_good_is_set_aside(
    mailbox: Mailbox, channels: Channels, command: str, answer: str, becomes: tuple[str, str], attempts: int
) -> None:
    reached(phone="")
    mailbox.answers = {command: [answer]}
    message = told(a_message())

    run(channels.deliveries)

    assert became_of(message)[EMAIL] == becomes
    assert on(message, EMAIL).attempts == attempts
    assert len(mailbox.got) == (becomes[0] == "sent")
    assert len(channels.dead_letters.of("message_id")) == (becomes[0] == "failed")


@pytest.mark.parametrize("is_taken", [True, False])
def test_an_e_mail_whose_line_was_dropped_after_the_text_is_set_aside_and_never_sent_again(
    mailbox: Mailbox,
    channels: Channels,
    is_taken: bool,  # noqa: FBT001 - nobody at this end can tell
) -> None:
    reached(phone="")
    mailbox.drops_after_taking, mailbox.drops_before_taking = int(is_taken), int(not is_taken)
    message = told(a_message())

    run(channels.deliveries)

    assert len(mailbox.got) == int(is_taken)
    assert became_of(message)[EMAIL] == ("failed", "OUTCOME_UNKNOWN")
    assert len(channels.dead_letters.of("message_id")) == 1


def test_a_slow_mail_server_is_tried_again(
    mailbox: Mailbox, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached(phone="")
    mailbox.sleeps = 0.2
    monkeypatch.setattr("chalicelib.messages.services.channels.PATIENCE", 0.05)
    message = told(a_message())

    run(channels.deliveries, until=AT + timedelta(seconds=4))

    assert became_of(message)[EMAIL] == ("waiting", "UNREACHABLE")
    assert mailbox.got == []


@dataclass
class Dying:
    """A carrier that takes a letter and dies before it can say so, so often."""

    inner: Any
    deaths: int
    letters: list[Letter] = field(default_factory=list)

    def hand_over(self, letter: Letter, *, last_call: Callable[[], None] = lambda: None) -> Handed:
        handed: Handed = self.inner.hand_over(letter, last_call=last_call)
        if self.deaths:
            self.deaths -= 1
            raise KeyboardInterrupt
        return handed


@pytest.mark.parametrize(("channel", "becomes"), [(SMS, ("sent", "")), (EMAIL, ("failed", "OUTCOME_UNKNOWN"))])
def test_a_job_that_dies_after_sending_sends_nothing_that_cannot_be_told_apart(
    receiver: Receiver, mailbox: Mailbox, channels: Channels, channel: Channel, becomes: tuple[str, str]
) -> None:
    reached()
    message = told(a_message())
    container().__dict__["carriers"] = {channel: Dying(container().carriers[channel], deaths=1)}
    with pytest.raises(KeyboardInterrupt):
        container().sending.send(message.message_id, ANA, channel=channel, at=AT)

    container().sending.send(message.message_id, ANA, channel=channel, at=AT + timedelta(seconds=30))
    at_once = became_of(message)[channel]
    container().sending.send(message.message_id, ANA, channel=channel, at=AT + timedelta(minutes=3))

    assert at_once == ("handing_over", "")
    assert became_of(message)[channel] == becomes
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == (channel is SMS)
    assert len(mailbox.got) == (channel is EMAIL)
    assert len(channels.dead_letters.of("message_id")) == (channel is EMAIL)


def test_what_failed_goes_to_the_number_that_the_person_has_now(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    receiver.answers = [500]
    told(a_message())
    run(channels.deliveries, until=AT + timedelta(seconds=4))
    reached(phone="+8613900139000", email="")

    container().sending.send(a_message().message_id, ANA, channel=SMS, attempt=1, at=AT + timedelta(seconds=5))

    numbers = [json.loads(body)["data"]["to"] for _, body in receiver.got]
    names = [headers["webhook-id"].rpartition("-")[2] for headers, _ in receiver.got]
    assert (numbers, names) == (["+8613800138000", "+8613900139000"], ["1", "2"])


def test_what_failed_is_not_sent_to_a_number_that_was_taken_away(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    receiver.answers = [500]
    message = told(a_message())
    run(channels.deliveries, until=AT + timedelta(seconds=4))
    reached(phone="", email="")

    container().sending.send(message.message_id, ANA, channel=SMS, attempt=1, at=AT + timedelta(seconds=5))

    assert len(receiver.got) == 1
    assert became_of(message)[SMS] == ("not_sent", "NO_CONTACT")


def test_an_order_ahead_of_the_row_comes_again() -> None:
    reached()
    message = told(a_message())

    with pytest.raises(EarlyError):
        container().sending.send(message.message_id, ANA, channel=SMS, attempt=1, at=AT)


def test_one_channel_that_fails_holds_up_no_other(receiver: Receiver, mailbox: Mailbox, channels: Channels) -> None:
    reached()
    receiver.answers = [410]
    message = told(a_message())

    run(channels.deliveries)

    assert became_of(message) == {SMS: ("failed", "410"), EMAIL: ("sent", "")}
    assert len(mailbox.got) == 1


def test_a_receipt_says_that_it_has_arrived_however_often_it_comes(channels: Channels) -> None:
    reached(email="")
    message = told(a_message())
    run(channels.deliveries)
    name, arrived = on(message, SMS).proof, AT + timedelta(seconds=8)

    for said in ("delivered", "delivered", "failed"):
        container().sending.receive(name, said, reason="x", at=arrived, now=AT + timedelta(minutes=1))

    assert (on(message, SMS).state, on(message, SMS).at) == (DeliveryState.RECEIVED, arrived)
    assert on(message, SMS).sent_at == AT


def test_a_receipt_that_is_faster_than_the_job_stands(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    message = a_message()
    gateway = container().carriers[SMS]

    class Quick:
        def hand_over(self, letter: Letter, *, last_call: Callable[[], None]) -> Handed:
            handed = gateway.hand_over(letter, last_call=last_call)
            container().sending.receive(letter.name, "delivered", reason="", at=AT, now=AT)
            return handed

    container().__dict__["carriers"] = {SMS: Quick()}
    told(message)
    run(channels.deliveries)

    assert on(message, SMS).state is DeliveryState.RECEIVED
    assert len(receiver.got) == 1


def test_a_receipt_that_it_did_not_arrive_is_shown_with_its_reason(channels: Channels) -> None:
    reached(email="")
    message = told(a_message())
    run(channels.deliveries)

    container().sending.receive(on(message, SMS).proof, "failed", reason="UNDELIV", at=AT, now=AT)

    assert became_of(message)[SMS] == ("failed", "UNDELIV")


def test_a_receipt_of_something_that_was_never_sent_changes_nothing() -> None:
    assert container().sending.receive("x-1", "delivered", reason="", at=AT, now=AT) is None


def test_an_address_with_a_line_break_in_it_sends_nothing(mailbox: Mailbox) -> None:
    letter = Letter(to="ana@example.com\r\nBcc: bo@example.com", words=Words(title="x", text="x"), name="x")

    handed = container().carriers[EMAIL].hand_over(letter)

    assert handed == Handed(result=Result.REFUSED, reason="NOT_SENDABLE")
    assert mailbox.got == []


def test_an_order_that_comes_again_after_its_attempt_does_nothing(receiver: Receiver, channels: Channels) -> None:
    reached(email="")
    receiver.answers = [500]
    message = told(a_message())
    run(channels.deliveries, until=AT + timedelta(seconds=4))
    channels.deliveries.sent.clear()

    for after in (timedelta(seconds=1), timedelta(hours=1)):
        container().sending.send(message.message_id, ANA, channel=SMS, attempt=0, at=AT + after)

    assert len(receiver.got) == 1
    assert channels.deliveries.sent == []
