"""Timelines as they are stored: what somebody does to the rows behind the service's back is found on reading."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.aws import client
from chalicelib.container import container
from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.inspection.model import Scope, Wanted
from chalicelib.policy import Caller, Role
from chalicelib.settings import settings
from chalicelib.timeline.event_types import LABELS, EventKind
from chalicelib.timeline.events import ChainFault, FaultReason, NewEvent
from chalicelib.timeline.owners import row_of
from chalicelib.timeline.table import EventRow

pytestmark = pytest.mark.usefixtures("cloud")

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ATTRIBUTES = ("kind", "occurred_at", "recorded_at", "actor", "department", "data", "prev_hash", "hash")


def a_fact(number: int = 1) -> NewEvent:
    return NewEvent(
        kind=EventKind.MANDATE_READ,
        occurred_at=AT,
        actor="staff:inspector",
        department="inspection",
        data={"number": number},
        texts={"note": "查阅"},
    )


def a_timeline_of_four() -> str:
    wanted = Wanted(
        file_no="1号", basis="《监察法》", scope=Scope(departments=("traffic",)), expires_on=date(2027, 1, 1)
    )
    inspector = Caller(sub="inspector", roles=frozenset({Role.INSPECTOR}), department="inspection")
    mandate, _ = container().inspection.ask(wanted, by=inspector, at=AT, idempotency_key=None)
    for number in range(3):
        with transaction() as tx:
            container().timeline.append([a_fact(number)], owner=mandate.owner, at=AT, tx=tx)
    return mandate.owner


def change(owner: str, seq: int, **attributes: dict[str, Any]) -> None:
    """Write into the table as somebody with the administrator's hands would."""
    client("dynamodb").update_item(
        TableName=settings().table("timeline"),
        Key={"owner": {"S": owner}, "seq": {"N": str(seq)}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames={f"#{name}": name for name in attributes},
        ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()},
    )


def fault_of(owner: str) -> ChainFault | None:
    return container().timeline.reading(owner).fault


def test_an_untouched_timeline_is_verified() -> None:
    reading = container().timeline.reading(a_timeline_of_four())

    assert reading.verified
    assert [(event.seq, event.texts) for event in reading.events] == [
        (1, {}),
        (2, {"note": "查阅"}),
        (3, {"note": "查阅"}),
        (4, {"note": "查阅"}),
    ]


@pytest.mark.requirement("R7.9")
@pytest.mark.parametrize("seq", [1, 2, 3, 4])
@pytest.mark.parametrize("value", [{"S": "2001-01-01T00:00:00Z"}, {"N": "7"}, {"NULL": True}, {"S": "[1]"}])
def test_any_stored_field_altered_to_anything_is_found_at_its_event(seq: int, value: dict[str, Any]) -> None:
    owner = a_timeline_of_four()
    before = {row.seq: row.serialize() for row in EventRow.query(owner)}

    for name in ATTRIBUTES:
        change(owner, seq, **{name: value})
        assert fault_of(owner) == ChainFault(seq, FaultReason.CONTENT), name
        change(owner, seq, **{name: before[seq][name]})

    assert fault_of(owner) is None


def test_an_altered_text_is_found_and_a_deleted_one_is_not_a_fault() -> None:
    owner = a_timeline_of_four()

    whole = EventRow.get(owner, 2).texts
    for texts in (
        whole.replace("查阅", "别的"),
        whole.replace('"salt":"', '"salt":"00'),
        '{"note":{"text":"查阅"}}',
        '{"note":{"salt":"00","text":null}}',
        '{"note":"查阅"}',
        '{"note":["查阅"]}',
        "[]",
        "not JSON",
    ):
        change(owner, 2, texts={"S": texts})
        assert fault_of(owner) == ChainFault(2, FaultReason.TEXT), texts
    change(owner, 2, texts={"S": "{}"})
    assert fault_of(owner) is None


@pytest.mark.requirement("R7.9")
@pytest.mark.parametrize(
    ("seq", "reason"),
    [(1, FaultReason.MISSING), (2, FaultReason.MISSING), (3, FaultReason.MISSING), (4, FaultReason.TAIL)],
)
def test_a_deleted_row_is_found(seq: int, reason: FaultReason) -> None:
    owner = a_timeline_of_four()

    EventRow(owner, seq).delete()

    assert fault_of(owner) == ChainFault(seq, reason)


@pytest.mark.requirement("R7.9")
def test_an_added_row_is_found() -> None:
    owner = a_timeline_of_four()
    copied = EventRow.get(owner, 4).serialize()

    client("dynamodb").put_item(TableName=settings().table("timeline"), Item={**copied, "seq": {"N": "5"}})

    assert fault_of(owner) == ChainFault(5, FaultReason.CONTENT)


@pytest.mark.requirement("R7.9")
def test_a_head_set_back_to_hide_the_last_event_is_found() -> None:
    owner = a_timeline_of_four()
    third = container().timeline.events(owner)[2]
    table = row_of(owner)
    table(owner).update(actions=[table.head_seq.set(3), table.head_hash.set(third.hash)])

    assert fault_of(owner) == ChainFault(4, FaultReason.BEYOND)


def test_two_who_add_at_once_cannot_both() -> None:
    owner = a_timeline_of_four()

    def add(before_commit: Callable[[], None]) -> None:
        with transaction() as tx:
            container().timeline.append([a_fact()], owner=owner, at=AT, tx=tx)
            before_commit()

    with pytest.raises(ConflictError):
        add(before_commit=lambda: add(before_commit=lambda: None))

    reading = container().timeline.reading(owner)
    assert (len(reading.events), reading.verified) == (5, True)


def test_an_event_added_while_a_timeline_is_read_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = a_timeline_of_four()
    real = container().timeline.events
    added: list[int] = []

    def events(name: str) -> Any:  # noqa: ANN401 - as the method has it
        if not added:
            added.append(1)
            with transaction() as tx:
                container().timeline.append([a_fact()], owner=owner, at=AT, tx=tx)
        return real(name)

    monkeypatch.setattr(container().timeline, "events", events)

    reading = container().timeline.reading(owner)

    assert (len(reading.events), reading.verified) == (5, True)


def test_an_unknown_owner_has_no_timeline() -> None:
    with pytest.raises(DomainError) as refused:
        container().timeline.reading("mandate:none")

    assert refused.value.code is ErrorCode.NOT_FOUND


def test_every_kind_of_event_has_a_label_in_both_languages() -> None:
    assert set(LABELS) == set(EventKind)
    assert all(zh and en for zh, en in LABELS.values())
