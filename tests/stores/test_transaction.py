"""Atomic writes: which failed condition is told, what is tried again, and one batch of reads."""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError

from chalicelib.dynamo.idempotency import IdempotencyKey, IdempotencyRow
from chalicelib.dynamo.model import connection
from chalicelib.dynamo.transaction import (
    ATTEMPTS,
    MOST_WRITES,
    ConflictError,
    Transaction,
    existing,
    read_together,
    retry_on_conflict,
    transaction,
)
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.table import EventRow
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")


def a_row(key: str, made: str = "first") -> IdempotencyRow:
    return IdempotencyRow(key, request="digest", made=made, expires=1)


def stored(key: str) -> str:
    return str(IdempotencyRow.get(key, consistent_read=True).made)


class MarkedError(Exception):
    """Tells which write's condition failed."""


def writes_of_every_kind(*, failing: str) -> Transaction:
    """List a put, a check, an update and a delete, in another order than the one in which they are sent."""
    for key in ("checked", "updated", "deleted"):
        a_row(key).save()
    absent, there = IdempotencyRow.pk.does_not_exist(), IdempotencyRow.pk.exists()
    tx = Transaction()
    tx.put(a_row("put"), condition=there if failing == "put" else absent, on_failure=MarkedError("put"))
    tx.change(
        a_row("updated"),
        actions=[IdempotencyRow.made.set("second")],
        condition=absent if failing == "change" else there,
        on_failure=MarkedError("change"),
    )
    tx.require(a_row("checked"), condition=absent if failing == "require" else there, on_failure=MarkedError("require"))
    tx.remove(a_row("deleted"), condition=absent if failing == "remove" else there, on_failure=MarkedError("remove"))
    return tx


@pytest.mark.parametrize("failing", ["put", "change", "require", "remove"])
def test_the_failed_condition_is_the_one_that_is_told_whatever_the_order_of_the_calls(failing: str) -> None:
    tx = writes_of_every_kind(failing=failing)

    with pytest.raises(MarkedError, match=f"^{failing}$"):
        tx.commit()

    assert stored("updated") == "first"
    assert stored("deleted") == "first"


def test_all_writes_happen_together() -> None:
    writes_of_every_kind(failing="none").commit()

    assert (stored("put"), stored("updated")) == ("first", "second")
    with pytest.raises(IdempotencyRow.DoesNotExist):
        stored("deleted")


def test_as_many_writes_as_can_be_together_are_and_one_more_is_refused_before_anything_is_sent() -> None:
    def written(number: int) -> None:
        tx = Transaction()
        for each in range(number):
            tx.add(a_row(f"{number}-{each}"), on_failure=ConflictError())
        tx.commit()

    written(MOST_WRITES)
    with pytest.raises(DomainError) as refused:
        written(MOST_WRITES + 1)

    assert stored("100-99") == "first"
    assert refused.value.code is ErrorCode.TOO_MUCH_AT_ONCE
    assert IdempotencyRow.count("101-0") == 0


def test_an_exception_inside_the_block_writes_nothing() -> None:
    def dies_before_its_end() -> None:
        with transaction() as tx:
            tx.put(a_row("never"), condition=IdempotencyRow.pk.does_not_exist(), on_failure=ConflictError())
            raise MarkedError

    with pytest.raises(MarkedError):
        dies_before_its_end()

    with pytest.raises(IdempotencyRow.DoesNotExist):
        stored("never")


def test_a_block_without_writes_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Transaction, "commit", lambda _: pytest.fail("nothing to commit"))

    with transaction():
        pass


def conflict() -> TransactWriteError:
    reasons = [CancellationReason(code="TransactionConflict"), None]
    cause = VerboseClientError(
        {"Error": {"Code": "TransactionCanceledException"}}, "TransactWriteItems", cancellation_reasons=reasons
    )
    return TransactWriteError("conflict", cause)


def a_commit_that_meets(monkeypatch: pytest.MonkeyPatch, *, conflicts: int) -> list[int]:
    sent: list[int] = []

    def write(_: Transaction) -> None:
        sent.append(1)
        if len(sent) <= conflicts:
            raise conflict()

    monkeypatch.setattr(Transaction, "_write", write)
    monkeypatch.setattr("chalicelib.dynamo.transaction.time.sleep", lambda _: None)
    return sent


def test_a_conflict_with_another_transaction_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = a_commit_that_meets(monkeypatch, conflicts=2)

    with transaction() as tx:
        tx.put(a_row("a"), condition=IdempotencyRow.pk.does_not_exist(), on_failure=ConflictError())

    assert len(sent) == 3


def test_a_conflict_that_does_not_end_is_told_as_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = a_commit_that_meets(monkeypatch, conflicts=99)

    with pytest.raises(DomainError) as refused, transaction() as tx:
        tx.put(a_row("a"), condition=IdempotencyRow.pk.does_not_exist(), on_failure=ConflictError())

    assert (refused.value.code, len(sent)) == (ErrorCode.BUSY, ATTEMPTS)


def test_a_timeout_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_: Transaction) -> None:
        message = "no answer"
        raise TransactWriteError(message, ReadTimeoutError(endpoint_url="https://dynamodb.test"))

    monkeypatch.setattr(Transaction, "_write", write)

    with pytest.raises(TransactWriteError, match="no answer"), transaction() as tx:
        tx.put(a_row("a"), condition=IdempotencyRow.pk.does_not_exist(), on_failure=ConflictError())


def test_an_error_that_is_neither_is_not_swallowed() -> None:
    connection().delete_table("xinnuo-local-idempotency")

    with pytest.raises(TransactWriteError), transaction() as tx:
        tx.put(a_row("a"), condition=IdempotencyRow.pk.does_not_exist(), on_failure=ConflictError())


def test_a_step_that_moved_is_run_anew_and_at_last_told_as_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.dynamo.transaction.time.sleep", lambda _: None)
    runs: list[int] = []

    @retry_on_conflict
    def settles_at(attempt: int) -> str:
        runs.append(1)
        if len(runs) < attempt:
            raise ConflictError
        return "done"

    assert settles_at(3) == "done"
    with pytest.raises(DomainError) as refused:
        settles_at(99)
    assert refused.value.code is ErrorCode.BUSY


def test_rows_of_several_tables_come_back_in_the_order_asked_for_and_what_is_absent_as_none() -> None:
    a_row("one").save()
    EventRow("case:1", 1, kind="case:filed").save()

    rows = read_together(IdempotencyRow("none"), EventRow("case:1", 1), IdempotencyRow("one"), IdempotencyRow("one"))

    assert rows[0] is None
    assert isinstance(rows[1], EventRow)
    assert [row.made for row in rows[2:] if isinstance(row, IdempotencyRow)] == ["first", "first"]


def test_whether_rows_are_there_is_said_in_the_order_asked_for_and_nothing_but_keys_comes() -> None:
    a_row("one").save()

    with watched(Wire()) as wire:
        there = existing(IdempotencyRow("none"), IdempotencyRow("one"), IdempotencyRow("one"))

    assert there == [False, True, True]
    assert list(wire.calls[0].answer["Responses"].values()) == [[{"pk": {"S": "one"}}]]


def test_keys_that_the_store_put_off_are_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    a_row("one").save()
    real = connection().dispatch
    answers: list[Any] = []

    def dispatch(operation: str, kwargs: dict[str, Any]) -> Any:  # noqa: ANN401 - as PynamoDB has it
        answers.append(operation)
        if len(answers) == 1:
            return {"Responses": {}, "UnprocessedKeys": kwargs["RequestItems"]}
        return real(operation, kwargs)

    monkeypatch.setattr(connection(), "dispatch", dispatch)

    assert read_together(IdempotencyRow("one"))[0] is not None
    assert len(answers) == 2


def test_keys_that_stay_away_make_the_store_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.dynamo.transaction.time.sleep", lambda _: None)
    monkeypatch.setattr(
        connection(), "dispatch", lambda _, kwargs: {"Responses": {}, "UnprocessedKeys": kwargs["RequestItems"]}
    )

    with pytest.raises(DomainError) as refused:
        read_together(IdempotencyRow("one"))

    assert refused.value.code is ErrorCode.UNAVAILABLE


def test_the_same_key_with_another_body_is_refused_and_with_the_same_body_remembered() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415 - used here only

    def once(body: bytes = b"{}", route: str = "POST /v1/drafts") -> IdempotencyKey:
        return IdempotencyKey.of(caller="applicant", route=route, key="k", body=body)

    assert once().look_up() is None
    with transaction() as tx:
        once().remember("draft-1", tx, at=datetime(2026, 11, 22, tzinfo=UTC))

    assert once().look_up() == "draft-1"
    assert once(route="POST /v1/flags").look_up() is None
    with pytest.raises(DomainError) as refused:
        once(b'{"other": 1}').look_up()
    assert refused.value.code is ErrorCode.IDEMPOTENCY_KEY_REUSED
    with pytest.raises(ConflictError), transaction() as tx:
        once().remember("draft-2", tx, at=datetime(2026, 11, 22, tzinfo=UTC))


def test_a_row_of_another_table_is_no_memory() -> None:
    with pytest.raises(TypeError, match="EventRow"):
        IdempotencyKey.of(caller="a", route="b", key="c", body=b"").made_before(EventRow("case:1", 1))
