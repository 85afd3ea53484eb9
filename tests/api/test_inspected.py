"""What an inspector reads of a case: what was before each event and after, and which reminders were sent and read."""

from datetime import timedelta

import pytest

from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from tests.api.handling import Office
from tests.api.test_documents import a_mandate
from tests.api.test_own_duties import DUE, alerts, office, relay
from tests.builders import NOON
from tests.cloud import turn_clock

__all__ = ["office"]


@pytest.mark.requirement("R7.12")
def test_an_inspector_reads_before_and_after_and_which_reminders_and_messages_were_read(office: Office) -> None:
    case_no = office.url.rpartition("/")[2]
    owner, late = f"case:{case_no}", DUE[ClockKind.HANDLING_PROMISED]
    container().clocks.sweep(at=late)
    turn_clock(late)
    relay(owner, at=late)
    for event in container().timeline.events(owner):
        container().messages.on_event(event, late)
    turn_clock(late + timedelta(minutes=1))
    first, *_ = alerts(office, "handling_promised")
    answer = {"reason": "材料多。", "expected_on": "2026-10-20"}
    place = f"/v1/supervision/alerts/{first['id']}/acknowledgement"
    assert office.client.post(place, answer, token=office.token("supervisor.traffic")).status == 200
    own = office.client.get("/v1/messages", token=office.token("applicant")).body["items"]
    reading = f"/v1/messages/{own[-1]['id']}/reading"
    assert office.client.post(reading, token=office.token("applicant")).status == 200
    mandate = a_mandate(office.client, office.token, case_no)

    timeline = f"/v1/inspections/{mandate}/cases/{case_no}/timeline"
    told = office.client.get(timeline, token=office.token("inspector")).body
    before = office.client.get(f"{timeline}?at={late:%Y-%m-%dT%H:%M:%SZ}", token=office.token("inspector")).body
    at_noon = office.client.get(f"{timeline}?at={NOON:%Y-%m-%dT%H:%M:%SZ}", token=office.token("inspector")).body

    states = [(one["before"], one["after"]) for one in told["changes"] if one["what"] == "state"]
    assert states == [("", "received"), ("received", "accepted")]
    dues = [(one["clock"], one["before"], one["after"]) for one in told["changes"] if one["what"] == "due"]
    assert ("handling_promised", "", "2026-10-08") in dues
    assert [(one["to"], one["level"], bool(one["read_at"])) for one in told["reminders"]] == [
        (first["recipient"], 1, True)
    ]
    assert [one["read_at"] for one in before["reminders"]] == [None]
    assert [one["id"] for one in told["messages"] if one["read_at"]] == [own[-1]["id"]]
    assert at_noon["reminders"] == []
