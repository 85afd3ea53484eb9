"""The office's own duties on the board that applicants' are on, and what looks better than it was."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cases.model.case import Way
from chalicelib.catalogue.model.items import Acceptance
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from tests.api.bodies import CARD
from tests.api.handling import GRANTED, PAUSE, Office, a_promise
from tests.builders import NOON, an_item
from tests.channels import Channels
from tests.cloud import Client, TokenOf, turn_clock
from tests.services.case_office import Applicant, publish

DUE = {
    ClockKind.ACCEPTANCE: datetime(2026, 10, 10, 16, 0, tzinfo=UTC),
    ClockKind.HANDLING_PROMISED: datetime(2026, 10, 8, 16, 0, tzinfo=UTC),
    ClockKind.DELIVERY: datetime(2026, 10, 16, 16, 0, tzinfo=UTC),
    ClockKind.VERIFICATION: datetime(2026, 11, 30, 16, 0, tzinfo=UTC),
}
"""The first second after the due day of each duty that begins at noon on 28 September."""


@pytest.fixture
def office(client: Client, token: TokenOf, channels: Channels) -> Office:  # noqa: ARG001 - alerts go there
    """An office that is told of alerts, and a promise that it has accepted."""
    made = a_promise(client, token)
    client.get("/v1/staff", token=token("officer.traffic"))
    return made


def relay(owner: str, *, at: datetime) -> None:
    """Hand over all that a timeline tells, twice and the second time backwards."""
    events = container().timeline.events(owner)
    for event in (*events, *reversed(events)):
        container().alerts.on_event(event, at)
        container().anomalies.on_event(event, at)


def on_board(office: Office, light: str, kind: str, *, by: str = "supervisor.traffic") -> list[dict[str, Any]]:
    url = f"/v1/supervision/clocks?light={light}&kind={kind}"
    found: list[dict[str, Any]] = office.client.get(url, token=office.token(by)).body["items"]
    return found


def alerts(office: Office, kind: str, *, by: str = "supervisor.traffic") -> list[dict[str, Any]]:
    listed = office.client.get("/v1/supervision/alerts?limit=100", token=office.token(by)).body["items"]
    return [one for one in listed if one["clock_kind"] == kind and one["milestone"] == "passed"]


def signals(office: Office, query: str = "", *, by: str = "supervisor.traffic") -> list[dict[str, Any]]:
    url = f"/v1/supervision/signals{query}"
    found: list[dict[str, Any]] = office.client.get(url, token=office.token(by)).body["items"]
    return found


def owe(office: Office, kind: ClockKind) -> Office:
    """Let the office owe this duty from noon on."""
    if kind is ClockKind.ACCEPTANCE:
        publish(an_item(code="by-officer", acceptance=Acceptance.OFFICER))
        applicant = Applicant()
        draft = applicant.draft("by-officer", way=Way.CERTIFICATE)
        return Office(office.client, office.token, applicant.certify(draft, "old-plate").case)
    if kind is not ClockKind.HANDLING_PROMISED:
        office.done("decision", GRANTED)
    return office


@pytest.mark.requirement("R8.5")
@pytest.mark.parametrize("kind", DUE)
def test_a_duty_of_the_office_that_is_late_is_red_and_alerted_once(office: Office, kind: ClockKind) -> None:
    office = owe(office, kind)
    owner = f"case:{office.url.rpartition('/')[2]}"
    turn_clock(DUE[kind] - timedelta(minutes=1))
    assert on_board(office, "red", kind) == []

    turn_clock(DUE[kind] + timedelta(seconds=1))
    red = on_board(office, "red", kind)
    for minute in (1, 2):
        container().clocks.sweep(at=DUE[kind] + timedelta(minutes=minute))
        relay(owner, at=DUE[kind] + timedelta(minutes=minute))

    assert [(clock["owner"], clock["kind"]) for clock in red] == [(owner, kind)]
    assert [alert["owner"] for alert in alerts(office, kind)] == [owner]


def test_silence_that_accepts_is_told_as_the_office_s_delay(office: Office) -> None:
    office = owe(office, ClockKind.ACCEPTANCE)
    container().clocks.sweep(at=DUE[ClockKind.ACCEPTANCE])
    case_no = office.url.rpartition("/")[2]

    kinds = [event.kind for event in container().timeline.events(f"case:{case_no}")]

    assert kinds[-2:] == ["clock:passed", "case:deemed_accepted"]


@pytest.mark.requirement("R8.5")
def test_an_alert_that_nobody_answers_is_a_late_duty_on_the_same_board(office: Office) -> None:
    owner = f"case:{office.url.rpartition('/')[2]}"
    late = DUE[ClockKind.HANDLING_PROMISED]
    container().clocks.sweep(at=late)
    relay(owner, at=late)
    at = late + timedelta(days=7)
    turn_clock(at)

    red = on_board(office, "red", "acknowledgement")
    for _ in range(2):
        container().clocks.sweep(at=at)
        relay(owner, at=at)

    assert red
    assert {clock["owner"] for clock in red} == {owner}
    climbed = [one for one in alerts(office, "handling_promised", by="head.traffic") if one["level"] > 1]
    assert len(climbed) == len({one["id"] for one in climbed}) == 1


def test_whoever_has_the_case_is_named_on_the_board(office: Office) -> None:
    office.done("assignment", {"officer": "officer.traffic"}, by="supervisor.traffic")
    turn_clock(DUE[ClockKind.HANDLING_PROMISED] + timedelta(seconds=1))

    assert [clock["responsible"] for clock in on_board(office, "red", "handling_promised")] == ["officer.traffic"]


@pytest.mark.requirement("R4.19", "R4.20")
def test_an_act_told_late_decided_in_the_last_minute_and_reopened_shows_three_signals(office: Office) -> None:
    owner = f"case:{office.url.rpartition('/')[2]}"
    turn_clock(NOON + timedelta(hours=25))
    office.done("pauses", {**PAUSE, "occurred_at": "2026-09-28T12:00:30+08:00"})
    office.done("pauses/1/end")
    due_at = next(
        clock.due_at for clock in container().clocks.of_owner(owner) if clock.kind is ClockKind.HANDLING_PROMISED
    )
    turn_clock(due_at - timedelta(minutes=59))
    office.done("decision", GRANTED)
    again = office.done("reopening", {"reason": "没有结果。"}, by="supervisor.traffic")
    relay(owner, at=due_at)

    found = signals(office)

    assert (again["handlings"], again["state"], again["decision"]) == (2, "accepted", None)
    assert again["earlier_decisions"][0]["decision"]["document_no"] == "1号"
    assert sorted(one["kind"] for one in found) == ["closed_and_reopened", "closed_close_to_due", "late_entry"]
    assert {one["officer"] for one in found} == {"officer.traffic"}
    assert {one["item_code"] for one in found} == {"plate-replacement"}
    (late,) = signals(office, "?kind=late_entry&from=2026-09-29&to=2026-09-29", by="monitor")
    assert (late["events"][0]["kind"], late["events"][0]["occurred_at"]) == ("case:paused", "2026-09-28T04:00:30Z")
    assert signals(office, by="supervisor.market") == []


def test_a_decision_with_its_result_document_is_no_signal_however_late_in_the_day(office: Office) -> None:
    turn_clock(DUE[ClockKind.HANDLING_PROMISED] - timedelta(minutes=30))
    document = {"name": "决定书", "sha256": "ab" * 32}

    case = office.done("decision", {**GRANTED, "result": document})
    relay(f"case:{case['case_no']}", at=NOON)

    assert case["decision"]["result"] == document
    assert signals(office) == []


def test_an_applicant_s_answer_tells_when_it_came_and_nothing_else(office: Office) -> None:
    reply = office.act("statement", {"text": "没有。", "occurred_at": "2026-09-28T04:00:00Z"}, by="applicant")

    assert (reply.status, reply.pointers) == (400, ["/occurred_at"])


def test_no_answer_but_the_list_of_signals_speaks_of_them(office: Office) -> None:
    turn_clock(DUE[ClockKind.HANDLING_PROMISED] - timedelta(minutes=30))
    case = office.done("decision", GRANTED)
    relay(f"case:{case['case_no']}", at=NOON)
    kind = signals(office)[0]["kind"]

    for url in (office.url, f"{office.url}/timeline", "/v1/supervision/clocks", "/v1/supervision/alerts", "/v1/cases"):
        reply = office.client.get(url, token=office.token("supervisor.traffic"))
        assert kind not in reply.text, url


def complain(office: Office, **other: str) -> str:
    """Let the applicant say that no result came; return the owner of the complaint."""
    case_no = office.url.rpartition("/")[2]
    body = {"category": "not_received", "text": "没有收到结果。", "case_no": case_no, **other}
    reply = office.client.post("/v1/complaints", body, token=office.token("applicant", sub="applicant"))
    assert reply.status == 201, reply.text
    return f"complaint:{reply.body['id']}"


@pytest.mark.requirement("R4.20")
def test_an_applicant_who_received_nothing_contradicts_a_closed_case(office: Office) -> None:
    office.done("decision", GRANTED)
    office.done("delivery")
    owner = complain(office)

    relay(owner, at=NOON)

    (found,) = signals(office)
    assert (found["kind"], found["officer"]) == ("closed_and_contradicted", "officer.traffic")
    assert [event["kind"] for event in found["events"]] == ["case:decided", "case:delivered", "complaint:received"]
    assert found["events"][-1]["owner"] == owner


def test_a_complaint_about_an_open_case_or_of_another_kind_contradicts_nothing(office: Office) -> None:
    relay(complain(office), at=NOON)
    office.done("decision", GRANTED)
    relay(complain(office, category="question"), at=NOON)

    assert signals(office) == []


@pytest.mark.requirement("R8.5")
def test_a_complaint_that_nobody_answers_is_red_and_alerted_once(office: Office) -> None:
    owner = complain(office)
    (clock,) = container().clocks.of_owner(owner)
    late = clock.due_at + timedelta(seconds=2)
    turn_clock(late)

    red = on_board(office, "red", "complaint")
    for _ in range(2):
        container().clocks.sweep(at=late)
        relay(owner, at=late)

    assert [one["owner"] for one in red] == [owner]
    assert [one["owner"] for one in alerts(office, "complaint")] == [owner]


@pytest.mark.requirement("R8.5")
def test_a_card_that_nobody_answers_is_red_and_alerted_once(office: Office) -> None:
    case_no = office.url.rpartition("/")[2]
    at = DUE[ClockKind.HANDLING_PROMISED] + timedelta(days=1)
    turn_clock(at)
    container().clocks.sweep(at=at)
    turn_clock(at + timedelta(days=3))
    passed = next(one for one in container().timeline.events(f"case:{case_no}") if one.kind == "clock:passed")
    body = {**CARD, "case_no": case_no, "events": [passed.seq]}
    reply = office.client.post("/v1/supervision/cards", body, token=office.token("supervisor.traffic"))
    assert reply.status == 201, reply.text
    owner = f"case:{case_no}"
    clock = next(one for one in container().clocks.of_owner(owner) if one.kind is ClockKind.CARD_REPLY)
    late = clock.due_at + timedelta(seconds=2)
    turn_clock(late)

    red = on_board(office, "red", "card_reply")
    for _ in range(2):
        container().clocks.sweep(at=late)
        relay(owner, at=late)

    assert [one["owner"] for one in red] == [owner]
    assert [one["owner"] for one in alerts(office, "card_reply", by="head.traffic")] == [owner]
