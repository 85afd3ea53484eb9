"""Whether the record of calls sees what AWS would see, and would notice what is wrong."""

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import NAMESPACE_OID, uuid5

import pytest

from chalicelib import aws
from chalicelib.cases.store import CaseStore
from chalicelib.container import container
from chalicelib.credit.model.imports import Import
from chalicelib.credit.store.import_files import Bucket
from chalicelib.documents.model import Format
from chalicelib.documents.store.bucket import DocumentBucket
from chalicelib.errors import DomainError
from chalicelib.issuing.store.bucket import IssuedBucket
from chalicelib.messages.services.matters import Matters
from chalicelib.relay.model import Replay
from chalicelib.settings import settings
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Timeline
from tests import rights
from tests.builders import NOON
from tests.channels import channels
from tests.cloud import cloud, forget_everything, s3
from tests.rights import FUNCTIONS, Need, granting, needs, needs_of_lambda

__all__ = ["channels", "cloud"]

TABLES = "arn:aws-cn:dynamodb:cn-northwest-1:123456789012:table/xinnuo-prod-"
HERE = {"LocationConstraint": "cn-north-1"}
KEY = str(uuid5(NAMESPACE_OID, "DocumentsKey"))
SOURCE = """
from concurrent.futures import ThreadPoolExecutor

def here():
    return running(current())

def aside():
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(here).result()
"""
BUCKET = "arn:aws-cn:s3:::xinnuo-prod-documents-123456789012"


@pytest.fixture
def missing() -> Iterator[set[str]]:
    """What is found missing, without the test failing for it."""
    found: set[str] = set()
    with mock.patch.object(rights, "missing", found):
        yield found


def needed(service: str, operation: str, **asked: object) -> list[str]:
    return [str(need) for need in needs(service, operation, asked)]


def test_a_transaction_needs_what_its_parts_need() -> None:
    parts = [
        {"ConditionCheck": {"TableName": "xinnuo-local-credit"}},
        {"Put": {"TableName": "xinnuo-local-timeline"}},
        {"Update": {"TableName": "xinnuo-local-cases"}},
        {"Delete": {"TableName": "xinnuo-local-sessions"}},
    ]

    assert needed("dynamodb", "TransactWriteItems", TransactItems=parts) == [
        "dynamodb:ConditionCheckItem table/xinnuo-prod-credit",
        "dynamodb:PutItem table/xinnuo-prod-timeline",
        "dynamodb:UpdateItem table/xinnuo-prod-cases",
        "dynamodb:DeleteItem table/xinnuo-prod-sessions",
    ]


def test_a_batch_needs_each_of_its_tables_and_a_query_its_index_alone() -> None:
    batch = needed("dynamodb", "BatchGetItem", RequestItems={"xinnuo-local-cases": {}, "xinnuo-local-credit": {}})
    query = needed("dynamodb", "Query", TableName="xinnuo-local-clocks", IndexName="due")

    assert batch == ["dynamodb:BatchGetItem table/xinnuo-prod-cases", "dynamodb:BatchGetItem table/xinnuo-prod-credit"]
    assert query == ["dynamodb:Query table/xinnuo-prod-clocks/index/due"]


def test_a_copy_needs_both_objects_and_the_key_of_their_bucket() -> None:
    bucket = settings().document_bucket
    source = {"Bucket": bucket, "Key": "one", "VersionId": "v1"}

    found = list(needs("s3", "CopyObject", {"Bucket": bucket, "Key": "other", "CopySource": source}))

    assert [(need.action, need.resource) for need in found if need.action.startswith("s3:")] == [
        ("s3:GetObjectVersion", f"{BUCKET}/one"),
        ("s3:PutObject", f"{BUCKET}/other"),
    ]
    assert [(need.action, need.under) for need in found if need.action.startswith("kms:")] == [
        ("kms:Decrypt", (("kms:ViaService", "s3.cn-northwest-1.amazonaws.com.cn"),)),
        ("kms:GenerateDataKey", (("kms:ViaService", "s3.cn-northwest-1.amazonaws.com.cn"),)),
    ]


def test_a_condition_of_a_policy_is_held_against_the_call() -> None:
    def decrypting(**context: str) -> Need:
        asked = {"KeyId": settings().identity_key, "EncryptionContext": context}
        (need,) = needs("kms", "Decrypt", asked)
        return need

    assert [right.statement for right in granting("api", decrypting(subject="k1"))] == [
        "OpenAnIdentityThatSomebodyAskedToSee"
    ]
    assert [right.statement for right in granting("api", decrypting(purpose="answers"))] == ["SealAndOpenAnswers"]
    assert granting("api", decrypting(purpose="something else")) == set()
    assert granting("deliver", decrypting(subject="k1")) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_lambda_may_do_what_it_does_in_the_name_of_a_function(function: str) -> None:
    assert [str(need) for need in needs_of_lambda(function) if not granting(function, need)] == []


def test_a_call_that_no_policy_grants_is_noted_with_its_function(missing: set[str]) -> None:
    rights.note("replay", [Need("dynamodb:DeleteItem", f"{TABLES}timeline")])

    assert missing == {"replay: dynamodb:DeleteItem table/xinnuo-prod-timeline"}


def test_a_right_that_no_call_has_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "UNSEEN", {})
    every = [right for function in FUNCTIONS for right in rights.rights(function)]
    (one,) = [each for each in every if each.statement == "EndSessions"]

    assert rights.unused(every) == []
    assert rights.unused(each for each in every if each != one) == [
        "no call has used dispatch_events EndSessions: dynamodb:DeleteItem table/xinnuo-prod-sessions"
    ]


def test_a_reason_for_a_right_that_is_used_or_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    every = [right for function in FUNCTIONS for right in rights.rights(function)]
    (one,) = [str(each) for each in every if each.statement == "EndSessions"]
    monkeypatch.setattr(rights, "UNSEEN", {one: "nobody ends", "nobody Does: dynamodb:Nothing": "it is none"})

    assert rights.unused(every) == [
        f"tests.rights.UNSEEN gives a reason in vain: {one}",
        "tests.rights.UNSEEN gives a reason for no right: nobody Does: dynamodb:Nothing",
    ]


def test_a_call_is_its_functions_in_its_threads_too_and_a_tests_own_is_nobody_s() -> None:
    def seen() -> str | None:
        return rights.running(inspect.currentframe())

    # Compiled as if it stood in the service: whoever is asked by a file of tests belongs to that test.
    of_the_service: dict[str, Any] = {"running": rights.running, "current": inspect.currentframe}
    exec(compile(SOURCE, f"{rights.ROOT}/chalicelib/timeline/made_up.py", "exec"), of_the_service)  # noqa: S102 - our own
    in_chalicelib = of_the_service["here"]

    assert seen() is None
    assert in_chalicelib() is None
    assert rights.run_as("sweep", in_chalicelib) == "sweep"
    assert rights.run_as("sweep", of_the_service["aside"]) == "sweep"


@pytest.mark.usefixtures("cloud")
def test_whoever_asks_for_what_is_not_there_must_be_allowed_to_know_it(missing: set[str]) -> None:
    s3().create_bucket(Bucket=settings().document_bucket, CreateBucketConfiguration=HERE)
    bucket = DocumentBucket(settings().document_bucket)

    assert rights.run_as("replay", bucket.content, "gone", "v1", most=1) is None

    assert missing == {
        "replay: s3:GetObjectVersion xinnuo-prod-documents-123456789012/gone",
        "replay: kms:Decrypt key/" + KEY + " kms:ViaService=s3.cn-northwest-1.amazonaws.com.cn",
        "replay: s3:ListBucket xinnuo-prod-documents-123456789012",
    }


def test_an_address_and_a_form_that_are_signed_need_the_right_to_what_they_let_others_do(missing: set[str]) -> None:
    bucket = DocumentBucket(settings().document_bucket)

    rights.run_as("replay", bucket.upload, "one", None, most=1)
    rights.run_as("replay", bucket.view, "other", "v1", name="n", format_=Format.PDF)

    assert {one for one in missing if " s3:" in one} == {
        "replay: s3:PutObject xinnuo-prod-documents-123456789012/one",
        "replay: s3:GetObjectVersion xinnuo-prod-documents-123456789012/other",
    }


def test_the_address_of_a_bucket_needs_no_right(missing: set[str]) -> None:
    assert rights.run_as("replay", lambda: IssuedBucket(settings().issued_bucket).address)

    assert missing == set()


ORDERS: dict[str, tuple[str, Callable[[], Any]]] = {
    "SWEEP": ("sweep", lambda: container().clocks._sweeping._queue),  # noqa: SLF001 - the container reads it from the environment
    "SCAN": ("quarantine", lambda: container().quarantine._scanner),  # noqa: SLF001 - as above
    "SEAL": ("issue", lambda: container().issuing._sealing),  # noqa: SLF001 - as above
}
"""Queues that other tests do without, or have somebody stand in for: by their names, who sends, and to what."""


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.usefixtures("cloud")
def test_orders_go_to_a_queue_to_which_their_function_may_send(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = aws.client("sqs").create_queue(QueueName=name.lower())["QueueUrl"]
    monkeypatch.setenv(f"XINNUO_{name}_QUEUE", url)
    settings.cache_clear()
    forget_everything()
    function, queue = ORDERS[name]
    try:
        rights.run_as(function, queue().send, "an order", name="order-1")
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    (message,) = aws.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "an order"


@pytest.mark.parametrize(
    ("function", "service"), [("sweep_shard", "credit"), ("ingest", "imports"), ("issue", "issuing")]
)
@pytest.mark.usefixtures("cloud")
def test_who_knows_people_by_their_keys_may_read_the_secret_that_makes_them(function: str, service: str) -> None:
    """Other tests have read it before the function comes to it: a process reads it once."""
    used: set[rights.Right] = set()
    with mock.patch.object(rights, "used", used):
        rights.run_as(function, getattr, container(), service)

    assert [right.action for right in used] == ["secretsmanager:GetSecretValue"]
    rights.used.update(used)


@pytest.mark.usefixtures("cloud")
def test_a_replay_of_one_owner_may_query_its_timeline(missing: set[str]) -> None:
    wanted = Replay(since=NOON, until=NOON + timedelta(hours=1), owner="case:X")

    assert container().relay.replay(wanted, is_time_left=lambda: True).is_over

    assert missing == set()


@pytest.mark.parametrize("kind", ["alias", "conflict", "document"])
@pytest.mark.usefixtures("cloud")
def test_whom_an_event_concerns_may_be_looked_up_with_each_owner(kind: str, missing: set[str]) -> None:
    event = mock.Mock(spec=Event, owner=f"{kind}:X")

    found = rights.run_as("dispatch_events", Matters(Timeline(), CaseStore(Timeline())).of, event, at=NOON)

    assert found is None
    assert missing == set()


@pytest.mark.usefixtures("cloud")
def test_a_worker_that_has_read_no_item_yet_may_read_its_steps(missing: set[str]) -> None:
    with pytest.raises(DomainError):
        rights.run_as("sweep_shard", container().catalogue.version, "an-item", 1)

    assert missing == set()


@pytest.mark.usefixtures("cloud", "channels")
def test_the_hourly_job_may_begin_a_walk(missing: set[str]) -> None:
    rights.run_as("hourly", container().walks.begin, "recount:2027/1", ["board"], at=NOON)

    assert missing == set()


def test_lines_that_an_import_refused_may_be_downloaded(missing: set[str]) -> None:
    name = Import.refused_lines.__get__(mock.Mock(spec=Import, folder="import-1/"))

    assert rights.run_as("api", Bucket(settings().import_bucket).download_address, name)

    assert missing == set()
