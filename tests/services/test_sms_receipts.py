"""The gateway's receipts as proof of a notice: where the person had agreed to SMS, and nowhere else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.cases.model.case import Case
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.messages.model.messages import Channel, DeliveryState
from chalicelib.messages.rules import sending as rules
from tests.builders import NOON
from tests.services.test_messages import a_hearing, last_day, the_notice

pytestmark = pytest.mark.usefixtures("cloud", "channels")

ARRIVED = NOON + timedelta(hours=1)


def sent_by_sms(*, agreed: bool) -> Case:
    """Let a hearing open, and its notice be taken by the gateway."""
    applicant, case = a_hearing()
    store = container().message_store
    message = store.load(case.subject, the_notice(applicant))
    sent = replace(
        rules.first(Channel.SMS, at=NOON), state=DeliveryState.SENT, sent_at=NOON, proof="n-1", agreed=agreed
    )
    with transaction() as tx:
        store.save_deliveries(message, (sent,), tx)
        store.hand_over(message, "n-1", tx)
    return case


def received() -> None:
    container().messages.receive("n-1", "delivered", reason="", at=ARRIVED, now=ARRIVED + timedelta(minutes=1))


def test_the_time_runs_from_the_sms_that_somebody_had_agreed_to_be_told_by() -> None:
    case = sent_by_sms(agreed=True)

    received()
    received()

    assert last_day(case) == ("2026-09-28T05:00:00+00:00", "2026-10-08")


def test_an_sms_that_nobody_had_agreed_to_tells_and_starts_no_time() -> None:
    case = sent_by_sms(agreed=False)
    before = last_day(case)

    received()

    assert last_day(case) == before


def test_a_receipt_that_it_did_not_arrive_starts_no_time() -> None:
    case = sent_by_sms(agreed=True)
    before = last_day(case)

    container().messages.receive("n-1", "failed", reason="X", at=ARRIVED, now=ARRIVED)

    assert last_day(case) == before
