"""A test person's promise tries all that a person's own would need, and leaves nothing that anybody counts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from app import app
from chalicelib.cases.services.rehearsals.rehearsal import PERSON, NotRehearsedError, RehearsedCatalogue
from chalicelib.cases.store import CaseStore
from chalicelib.container import container
from chalicelib.dynamo.model import connection
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.settings import settings
from tests.builders import NOON
from tests.tables import definitions
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")

TIMER = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


def rows() -> dict[str, list[str]]:
    """Return the keys of all rows, by their tables."""
    found = {}
    for name, definition in definitions().items():
        (key, *_) = [part["AttributeName"] for part in definition["KeySchema"]]
        items = connection().dispatch("Scan", {"TableName": name})["Items"]
        if items:
            found[name.removeprefix(settings().table(""))] = sorted(item[key]["S"] for item in items)
    return found


def test_nothing_is_left_but_a_draft_the_test_person_and_their_key() -> None:
    container().rehearsal.run(at=NOON)
    first = rows()
    container().rehearsal.run(at=NOON + timedelta(hours=1))
    second = rows()

    assert first.keys() == second.keys() == {"bounds", "cases", "subjects"}
    assert [key.partition(":")[0] for key in second["cases"]] == ["draft", "draft"]
    assert second["subjects"] == first["subjects"]


def test_the_condition_that_refuses_is_the_last_so_that_all_others_are_looked_at() -> None:
    with watched(Wire()) as wire:
        container().rehearsal.run(at=NOON)
    sent: list[Any] = []

    def note(operation: str, parameters: Any) -> None:  # noqa: ANN401 - as botocore takes it
        if operation == "TransactWriteItems":
            sent.append(parameters["TransactItems"])

    with watched(Wire(before=note)):
        container().rehearsal.run(at=NOON)

    filing = sent[-1]
    (last,) = filing[-1].values()
    assert last["Key"] == {"pk": {"S": "draft:nobody"}}
    assert [write for write in filing[:-1] if "Update" in write] == []
    tables = {next(iter(write.values()))["TableName"].removeprefix("xinnuo-local-") for write in filing}
    assert tables == {"cases", "clocks", "credit", "timeline"}
    assert wire.operations


def test_a_rehearsal_costs_what_its_page_says() -> None:
    container().rehearsal.run(at=NOON)
    with watched(Wire()) as wire:
        container().rehearsal.run(at=NOON + timedelta(hours=1))

    page = Path(__file__).parents[2] / "docs" / "runbooks" / "rehearsal.md"
    # A transaction that is refused is no answer, and not among those that were watched.
    assert f"It costs {len(wire.calls) + 1} calls of DynamoDB an hour" in page.read_text(encoding="utf-8")


def test_what_would_keep_a_person_from_promising_fails_the_rehearsal() -> None:
    container().rehearsal.run(at=NOON)
    subject = container().subject_keys.key_of(PERSON)
    (key,) = container().signing_keys.list(subject)
    container().signing_keys.revoke(subject, key.key_id, at=NOON)

    with pytest.raises(DomainError) as refused:
        container().rehearsal.run(at=NOON + timedelta(hours=1))

    assert refused.value.code is ErrorCode.KEY_REVOKED


def test_a_promise_that_is_closed_to_the_test_person_fails_the_rehearsal() -> None:
    item = RehearsedCatalogue.current
    closed = lambda self, code, at: replace(item(self, code, at=at), risk_class="national_security")  # noqa: E731

    with mock.patch.object(RehearsedCatalogue, "current", closed), pytest.raises(NotRehearsedError) as failed:
        container().rehearsal.run(at=NOON)

    assert failed.value.args


def test_a_promise_that_was_filed_after_all_fails_the_rehearsal() -> None:
    with mock.patch.object(CaseStore, "refuse"), pytest.raises(NotRehearsedError):
        container().rehearsal.run(at=NOON)


def test_the_timer_rehearses_in_the_function_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    assert app(TIMER, SimpleNamespace(aws_request_id="timer")) == {}

    assert '"job": "rehearse"' in capsys.readouterr().out


def test_no_request_starts_a_rehearsal() -> None:
    about = {"httpMethod": "POST", "resourcePath": "/"}
    sent = {"requestContext": about, "headers": {"source": "aws.events"}, "body": '{"source": "aws.events"}'}

    with mock.patch("chalicelib.jobs.rehearse.rehearse") as rehearse:
        app(sent, SimpleNamespace(aws_request_id="1"))

    rehearse.assert_not_called()
