import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.sanctions.model.flag_notices import Change, FlagNotice, IncidentState, Subscription
from chalicelib.sanctions.rules import flag_notices
from chalicelib.timeline.events import Event
from tests.builders import A_SUBJECT, NOON, a_flag

KEY = bytes.fromhex("33" * 32)
LATER = datetime(2026, 9, 29, 4, 0, tzinfo=UTC)
TO = Subscription(
    subscription_id="s1",
    department="market",
    webhook_id="w1",
    items=("business-address", "food-permit"),
    made_by="system:market",
    made_at=NOON,
    last=4,
)


def an_event(kind: str = "flag:confirmed", *, owner: str = "flag:f1", seq: int = 4, **data: Any) -> Event:  # noqa: ANN401 - any JSON
    return Event(
        owner=owner,
        seq=seq,
        kind=kind,
        occurred_at="2026-09-28T04:00:00Z",
        recorded_at="2026-09-28T04:00:00Z",
        actor="staff:credit2",
        department="credit",
        data=data,
        prev_hash="0" * 64,
        hash="1" * 64,
    )


def told(event: Event, *, items: tuple[str, ...] = ("business-address", "road-occupation")) -> FlagNotice:
    heard = flag_notices.flag_change(event)
    assert heard is not None
    return flag_notices.notice_for(heard, a_flag(related_items=items), TO, at=LATER)


@pytest.mark.requirement("R2.13")
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("flag:confirmed", Change.IN_FORCE),
        ("flag:resumed", Change.IN_FORCE),
        ("flag:lifted", Change.LIFTED),
        ("flag:ended", Change.ENDED),
        ("flag:suspended", Change.SUSPENDED),
    ],
)
def test_departments_hear_of_a_flag_in_force_and_of_every_way_in_which_it_ends(kind: str, change: Change) -> None:
    heard = flag_notices.flag_change(an_event(kind, seq=7))

    assert heard == flag_notices.FlagChange(name="flag:f1/7", flag_id="f1", flag_seq=7, change=change, changed_at=NOON)


@pytest.mark.parametrize(
    "event",
    [
        an_event("flag:proposed"),
        an_event("flag:served"),
        an_event("flag:lifted", was="served"),
        an_event("flag:lifted", owner="credit:k1.00"),
    ],
)
def test_nobody_hears_of_a_flag_that_has_no_effect_or_of_another_owners_event(event: Event) -> None:
    assert flag_notices.flag_change(event) is None


def test_a_notice_is_the_next_one_of_its_subscription_and_names_only_the_items_of_both() -> None:
    flag_notice = told(an_event())

    assert (flag_notice.number, flag_notice.items, flag_notice.office) == (5, ("business-address",), "credit")


def test_the_same_event_makes_the_same_notice_and_another_subscription_another_one() -> None:
    heard = flag_notices.flag_change(an_event())
    assert heard is not None

    assert flag_notices.flag_notice_id(heard, "s1") == flag_notices.flag_notice_id(heard, "s1")
    assert flag_notices.flag_notice_id(heard, "s1") != flag_notices.flag_notice_id(heard, "s2")


def test_two_subscriptions_hear_of_one_subject_under_two_names_and_neither_is_its_key() -> None:
    names = {flag_notices.pseudonym(A_SUBJECT, subscription, key=KEY) for subscription in ("s1", "s2", "s1")}

    assert len(names) == 2
    assert not any(A_SUBJECT.partition(".")[2] in name for name in names)


def test_what_is_told_says_what_stands_and_nothing_of_the_person_or_the_file() -> None:
    data = flag_notices.data_of(told(an_event()), key=KEY)

    assert data == {
        "flag_notice_id": hashlib.sha256(b"flag:f1/4\ns1").hexdigest()[:32],
        "subscription_id": "s1",
        "number": 5,
        "flag_id": "f1",
        "flag_seq": 4,
        "state": "in_force",
        "subject": flag_notices.pseudonym(A_SUBJECT, "s1", key=KEY),
        "measure_code": "9",
        "measure": "限制享受优惠政策和便利措施",
        "edition": "2024",
        "effect": "refused",
        "basis": "《浙江省公共信用信息管理条例》第23条",
        "items": "business-address",
        "starts_on": "2026-09-28",
        "ends_on": "2027-09-27",
        "changed_at": "2026-09-28T04:00:00Z",
    }


def test_a_webhook_carries_the_same_words_under_the_flag_notices_own_name() -> None:
    flag_notice = told(an_event("flag:lifted", was="active"))

    notice = flag_notices.notice_of(flag_notice, key=KEY)

    assert (notice.topic, notice.name, notice.subject) == ("flag.told", flag_notice.flag_notice_id, "flag:f1")
    assert notice.data == flag_notices.data_of(flag_notice, key=KEY)


def test_an_incident_is_open_until_the_answer_and_was_never_there_without_one() -> None:
    flag_notice = told(an_event("flag:lifted"))
    late = flag_notices.open_incident(flag_notice, at=LATER)
    answered = flag_notices.acknowledge(late, by="system:market", at=LATER)

    assert flag_notice.owner == f"flag_notice:{flag_notice.flag_notice_id}"
    assert [each.incident for each in (flag_notice, late, answered)] == [None, IncidentState.OPEN, IncidentState.CLOSED]
    assert replace(answered, incident_at=None).incident is None
