"""Telling other departments: each change once to each subscriber, in order, answered for or found out."""

import json
from datetime import datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from chalicelib.alerts.model.webhooks import DeliveryState, Topic
from chalicelib.container import container
from chalicelib.credit.model.records import Purpose
from chalicelib.credit.services.checks import Inquiry
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.sanctions.model.flag_notices import Change, FlagNotice, IncidentState, Subscription
from chalicelib.sanctions.model.flags import Flag
from chalicelib.subjects.model.subjects import Identity
from tests.builders import a_caller, an_identity, an_item, an_organisation
from tests.channels import Channels
from tests.services.case_office import publish
from tests.services.credit_office import DUE, confirm, lift, proposed, served
from tests.services.receiving import Receiver, deliver_until_ended, receiver

__all__ = ["receiver"]
from tests.services.credit_office import CREDIT, ELSEWHERE, MACHINE
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud", "channels")

AFTER = DUE + timedelta(seconds=1)
"""Friday 9 October 2026, at midnight in Shanghai; Saturday the 10th is worked."""
ANSWER_DUE = datetime.fromisoformat("2026-10-10T15:59:59+00:00")
ONE_SECOND = timedelta(seconds=1)
TRAFFIC = a_caller(Role.SYSTEM, sub="system.traffic", department="traffic")
OWN_ITEMS = {MACHINE.sub: "business-address", TRAFFIC.sub: "road-occupation"}
BOTH = tuple(OWN_ITEMS.values())
MONITOR = a_caller(Role.MONITOR, sub="monitor", department="monitoring")


@pytest.fixture(autouse=True)
def catalogue(cloud: None) -> None:  # noqa: ARG001 - it is published in a cloud
    """The items of two departments."""
    for code in ("business-address", "food-permit", "archive-query"):
        publish(an_item(code=code, department="market"))
    publish(an_item(code="road-occupation", department="traffic"))


def subscribed(*items: str, url: str = "http://127.0.0.1:9/", by: object = MACHINE) -> tuple[Subscription, str]:
    caller = MACHINE if by is MACHINE else TRAFFIC
    webhook, _ = container().webhooks.subscribe(url, (Topic.FLAG_TOLD,), by=caller, at=AFTER, idempotency_key=None)
    made, _ = container().flag_notices.subscribe(
        webhook.webhook_id, items or (OWN_ITEMS[caller.sub],), by=caller, at=AFTER, idempotency_key=None
    )
    return made, container().webhooks.secret(webhook)


def pseudonym_of(about: Identity, subscription: Subscription) -> str:
    inquiry = Inquiry(item_code="business-address", purpose=Purpose.ENFORCEMENT)
    return container().flag_notices.pseudonym(subscription.subscription_id, about, inquiry, by=MACHINE, at=AFTER)


def relayed(owner: str, *, at: datetime = AFTER, after: int = 0) -> None:
    """Let the relay hand on an owner's events."""
    for event in container().timeline.events(owner)[after:]:
        container().alerts.on_event(event, at)
        container().flag_notices.on_event(event, at)


def in_force(*items: str) -> Flag:
    flag = confirm(served(related_items=items or ("business-address",)), at=AFTER)
    relayed(flag.owner)
    return flag


def told_to(subscription: Subscription, *, after: int = 0) -> list[FlagNotice]:
    _, found = container().flag_notices.told(subscription.subscription_id, after=after, limit=100, by=MACHINE)
    return list(found)


def sweep(*flag_notices: FlagNotice, at: datetime) -> None:
    container().clocks.sweep(at=at)
    for flag_notice in flag_notices:
        relayed(flag_notice.owner, at=at)


def acknowledge(flag_notice: FlagNotice, *, at: datetime = AFTER) -> FlagNotice:
    return container().flag_notices.acknowledge(
        flag_notice.subscription_id, flag_notice.flag_notice_id, by=MACHINE, at=at
    )


def alerts_of(recipient: object) -> list[tuple[str, int]]:
    caller = CREDIT if recipient is CREDIT else MONITOR
    found, _ = container().alerts.inbox(caller, state="open", limit=10, after=None)
    return [(alert.clock_kind, alert.level) for alert in found]


@pytest.mark.requirement("R2.13")
def test_a_subscriber_hears_of_a_flag_and_of_its_lifting_and_knows_whom_they_are_about(
    receiver: Receiver, channels: Channels
) -> None:
    subscription, secret = subscribed(url=receiver.url)
    flag = in_force()
    lift(flag, at=AFTER)
    relayed(flag.owner, after=3)

    for message in channels.deliveries.of("flag_notice_id"):
        container().flag_notices.push(message["flag_notice_id"], at=AFTER)
    deliver_until_ended(channels.deliveries, at=AFTER)

    said = [Verifier(secret).verify(body, headers)["data"] for headers, body in receiver.got]
    name = pseudonym_of(an_organisation(), subscription)
    assert [(each["number"], each["state"], each["flag_seq"]) for each in said] == [
        (1, "in_force", 3),
        (2, "lifted", 4),
    ]
    assert {(each["flag_id"], each["subject"], each["items"]) for each in said} == {
        (flag.flag_id, name, "business-address")
    }
    assert "91330782MA0000028Y" not in json.dumps(said)
    assert flag.subject not in json.dumps(said)


@pytest.mark.parametrize(
    ("items", "places"),
    [
        (("road-occupation",), ["/items/0"]),
        (("business-address", "no-such-item", "food-permit", "330725196806180004"), ["/items/1", "/items/3"]),
    ],
)
def test_a_subscription_is_to_items_of_the_department_alone(items: tuple[str, ...], places: list[str]) -> None:
    with pytest.raises(DomainError) as refused:
        subscribed(*items)

    assert refused.value.code is ErrorCode.ITEM_NOT_OWN
    assert [fault.pointer for fault in refused.value.faults] == places
    assert container().flag_notices.subscriptions(by=MACHINE) == ()


@pytest.mark.requirement("R6.13")
def test_a_lookup_tells_nothing_of_flags_and_stands_in_the_subjects_list() -> None:
    subscription, _ = subscribed()
    before = [pseudonym_of(about, subscription) for about in (an_organisation(), an_identity())]
    in_force()

    assert [pseudonym_of(about, subscription) for about in (an_organisation(), an_identity())] == before

    for about in (an_organisation(), an_identity()):
        subject = container().subject_keys.key_of(about)
        queries = container().own_credit.queries(by=a_caller(sub="s", subject=subject), limit=5).queries
        assert [
            (one.by, one.department, one.purpose, one.item_code, one.fields, one.result_size) for one in queries
        ] == 2 * [("system:system.market", "market", Purpose.ENFORCEMENT, "business-address", ("pseudonym",), 0)]


def test_a_lookup_is_for_an_item_of_the_subscription() -> None:
    subscription, _ = subscribed("food-permit")

    with pytest.raises(DomainError) as refused:
        pseudonym_of(an_organisation(), subscription)

    assert refused.value.code is ErrorCode.ITEM_NOT_OWN


def test_an_event_that_comes_twice_is_told_once_and_its_message_comes_again(channels: Channels) -> None:
    subscription, _ = subscribed()
    flag = in_force()

    relayed(flag.owner)
    relayed(flag.owner)

    assert [flag_notice.number for flag_notice in told_to(subscription)] == [1]
    pushed = [message["flag_notice_id"] for message in channels.deliveries.of("flag_notice_id")]
    assert len(pushed) == 3
    assert len(set(pushed)) == 1


def test_only_who_handles_a_related_item_hears_of_a_flag() -> None:
    related, _ = subscribed("food-permit", "business-address")
    unrelated, _ = subscribed("archive-query")

    in_force()

    assert [flag_notice.items for flag_notice in told_to(related)] == [("business-address",)]
    assert told_to(unrelated) == []


def test_a_flag_that_was_never_in_force_is_told_to_nobody() -> None:
    subscription, _ = subscribed()
    flag = proposed()

    lift(flag)
    relayed(flag.owner)

    assert told_to(subscription) == []


def test_a_system_that_was_down_reads_on_in_order_and_without_gaps() -> None:
    subscription, _ = subscribed()
    flags = [in_force() for _ in range(3)]
    lift(flags[0], at=AFTER)
    relayed(flags[0].owner, after=3)

    assert [flag_notice.number for flag_notice in told_to(subscription)] == [1, 2, 3, 4]
    assert [(each.number, each.change) for each in told_to(subscription, after=2)] == [
        (3, Change.IN_FORCE),
        (4, Change.LIFTED),
    ]
    assert told_to(subscription, after=4) == []


def test_an_answer_stops_the_clock_and_the_same_one_again_is_once() -> None:
    subscription, _ = subscribed()
    in_force()
    (flag_notice,) = told_to(subscription)

    first = acknowledge(flag_notice)
    again = acknowledge(flag_notice, at=AFTER + timedelta(hours=1))

    assert (first.acknowledged_at, first.acknowledged_by) == (AFTER, "system:system.market")
    assert again == first
    assert [clock.stopped_at for clock in container().clocks.of_owner(flag_notice.owner)] == [AFTER]
    assert kinds_of(flag_notice.owner) == ["flag_notice:made", "flag_notice:acknowledged"]


@pytest.mark.requirement("R2.13")
def test_without_an_answer_in_one_working_day_the_credit_office_hears_of_it_and_then_the_monitoring_office() -> None:
    subscription, _ = subscribed()
    in_force()
    (flag_notice,) = told_to(subscription)

    sweep(flag_notice, at=ANSWER_DUE)
    in_time = alerts_of(CREDIT)
    sweep(flag_notice, at=ANSWER_DUE + ONE_SECOND)
    late = alerts_of(CREDIT)
    sweep(flag_notice, at=ANSWER_DUE + timedelta(days=3))

    assert in_time == []
    assert late == [("flag_notice", 2)]
    assert alerts_of(MONITOR) == [("flag_notice", 3)]


def test_an_answer_takes_back_the_alerts_that_asked_for_it() -> None:
    subscription, _ = subscribed()
    in_force()
    (flag_notice,) = told_to(subscription)
    sweep(flag_notice, at=ANSWER_DUE + ONE_SECOND)

    acknowledge(flag_notice, at=ANSWER_DUE + timedelta(hours=1))
    relayed(flag_notice.owner, at=ANSWER_DUE + timedelta(hours=1))
    sweep(flag_notice, at=ANSWER_DUE + timedelta(days=3))

    assert alerts_of(CREDIT) == []
    assert alerts_of(MONITOR) == []


@pytest.mark.requirement("R3.8")
@pytest.mark.parametrize(
    ("waited", "opened"),
    [
        (timedelta(hours=23), False),
        (timedelta(hours=24), False),
        (timedelta(hours=24, seconds=1), True),
    ],
)
def test_24_hours_after_a_lifting_without_an_answer_an_incident_opens(waited: timedelta, opened: bool) -> None:  # noqa: FBT001 - a parameter of the test
    subscription, _ = subscribed()
    flag = in_force()
    lift(flag, at=AFTER)
    relayed(flag.owner, after=3)
    in_force_notice, lifting = told_to(subscription)
    acknowledge(in_force_notice)

    sweep(at=AFTER + waited)

    page = container().flag_notices.incidents(IncidentState.OPEN, by=CREDIT, limit=10, after=None)
    assert [each.flag_notice_id for each in page.items] == ([lifting.flag_notice_id] if opened else [])


@pytest.mark.requirement("R3.8")
def test_the_answer_closes_the_incident_and_its_timeline_tells_of_both() -> None:
    subscription, _ = subscribed()
    flag = in_force()
    lift(flag, at=AFTER)
    relayed(flag.owner, after=3)
    lifting = told_to(subscription)[1]
    sweep(at=AFTER + timedelta(hours=25))

    acknowledge(lifting, at=AFTER + timedelta(hours=26))

    state = {
        state: [
            each.flag_notice_id
            for each in container().flag_notices.incidents(state, by=MONITOR, limit=10, after=None).items
        ]
        for state in IncidentState
    }
    assert state == {IncidentState.OPEN: [], IncidentState.CLOSED: [lifting.flag_notice_id]}
    assert kinds_of(lifting.owner) == [
        "flag_notice:made",
        "clock:passed",
        "incident:opened",
        "flag_notice:acknowledged",
        "incident:closed",
    ]


def test_a_flag_in_force_that_is_not_answered_for_is_late_and_no_incident() -> None:
    subscribed()
    in_force()

    sweep(at=AFTER + timedelta(days=9))

    assert container().flag_notices.incidents(IncidentState.OPEN, by=CREDIT, limit=10, after=None).items == ()


def test_the_credit_office_sees_every_system_and_a_supervisor_those_of_the_department() -> None:
    subscribed()
    subscribed(by=TRAFFIC)
    flag = in_force(*BOTH)

    def seen(role: Role, department: str) -> list[str]:
        by = a_caller(role, sub="x", department=department)
        page = container().flag_notices.of_flag(flag.flag_id, by=by, limit=10, after=None)
        return sorted(each.department for each in page.items)

    assert seen(Role.CREDIT_OFFICER, "credit") == ["market", "traffic"]
    assert seen(Role.MONITOR, "monitoring") == ["market", "traffic"]
    assert seen(Role.SUPERVISOR, "credit") == ["market", "traffic"]
    assert seen(Role.SUPERVISOR, "traffic") == ["traffic"]
    with pytest.raises(DomainError) as refused:
        container().flag_notices.of_flag(flag.flag_id, by=ELSEWHERE, limit=10, after=None)
    assert refused.value.code is ErrorCode.FORBIDDEN


def test_an_ended_subscription_is_told_nothing_more_and_still_answers_for_what_it_was_told() -> None:
    subscription, _ = subscribed()
    in_force()
    (flag_notice,) = told_to(subscription)

    container().flag_notices.end(subscription.subscription_id, by=MACHINE, at=AFTER)
    container().flag_notices.end(subscription.subscription_id, by=MACHINE, at=AFTER)
    in_force()

    assert [each.number for each in told_to(subscription)] == [1]
    assert container().flag_notices.subscriptions(by=MACHINE) == ()
    assert acknowledge(flag_notice).acknowledged_at == AFTER


@pytest.mark.requirement("R2.15")
def test_nobody_outside_government_is_told_of_peoples_flags() -> None:
    outsider = a_caller(Role.SYSTEM, sub="bank", department="some-bank")
    webhook, _ = container().webhooks.subscribe(
        "http://127.0.0.1:9/", (Topic.FLAG_TOLD,), by=outsider, at=AFTER, idempotency_key=None
    )

    with pytest.raises(DomainError) as refused:
        container().flag_notices.subscribe(
            webhook.webhook_id, ("business-address",), by=outsider, at=AFTER, idempotency_key=None
        )

    assert refused.value.code is ErrorCode.FORBIDDEN


def test_another_departments_subscription_endpoint_or_notice_does_not_exist() -> None:
    subscription, _ = subscribed()
    theirs, _ = subscribed(by=TRAFFIC)
    in_force(*BOTH)
    (flag_notice,) = told_to(subscription)

    with pytest.raises(DomainError) as refused:
        container().flag_notices.get(subscription.subscription_id, by=TRAFFIC)
    with pytest.raises(DomainError) as unknown:
        container().flag_notices.acknowledge(theirs.subscription_id, flag_notice.flag_notice_id, by=TRAFFIC, at=AFTER)
    with pytest.raises(DomainError) as faulty:
        container().flag_notices.subscribe(subscription.webhook_id, ("x",), by=TRAFFIC, at=AFTER, idempotency_key=None)

    assert [each.value.code for each in (refused, unknown, faulty)] == [
        ErrorCode.NOT_FOUND,
        ErrorCode.NOT_FOUND,
        ErrorCode.INVALID_BODY,
    ]


def test_a_system_whose_endpoint_is_gone_still_finds_what_it_was_told(channels: Channels) -> None:
    subscription, _ = subscribed()
    container().webhooks.end(subscription.webhook_id, by=MACHINE, at=AFTER)
    in_force()
    (message,) = channels.deliveries.of("flag_notice_id")

    assert container().flag_notices.push(message["flag_notice_id"], at=AFTER) is False
    assert [flag_notice.number for flag_notice in told_to(subscription)] == [1]


def test_what_was_answered_before_it_was_pushed_is_not_pushed(channels: Channels) -> None:
    subscription, _ = subscribed()
    in_force()
    (flag_notice,) = told_to(subscription)
    acknowledge(flag_notice)
    (message,) = channels.deliveries.of("flag_notice_id")

    assert container().flag_notices.push(message["flag_notice_id"], at=AFTER) is False
    assert channels.deliveries.of("delivery_id") == []
    found, _ = container().webhooks.deliveries(
        subscription.webhook_id, DeliveryState.PENDING, by=MACHINE, limit=10, after=None
    )
    assert found == ()
