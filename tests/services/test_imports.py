"""Files of records, taken in steps: each line once, whatever dies in between, and nothing of another file."""

import csv
import gzip
import hashlib
import io
import json
import random
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from openpyxl import Workbook

from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import ConflictState
from chalicelib.credit.model.imports import Declared, Encoding, Import, ImportState, Place, Problem, Row
from chalicelib.credit.model.record_schema import RecordLine
from chalicelib.credit.model.records import RepairState
from chalicelib.credit.model.sources import Sources
from chalicelib.credit.rules import imports as rules
from chalicelib.credit.rules.imports import row_of
from chalicelib.credit.services import imports as service
from chalicelib.credit.services.import_schema import published
from chalicelib.credit.services.record_factory import RecordFactory
from chalicelib.credit.store.import_files import Bucket
from chalicelib.credit.store.imports import ImportStore
from chalicelib.credit.store.records import CreditStore
from chalicelib.dynamo.transaction import ConflictError, Transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from tests.builders import AN_OFFICE, NOON, a_caller, an_organisation
from tests.channels import Channels, Sent
from tests.cloud import s3
from tests.quick_dynamodb import empty_tables
from tests.wire import Wire, watched

MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
ELSEWHERE = a_caller(Role.SYSTEM, sub="system.traffic", department="traffic")
COMPANY = {"kind": "uscc", "number": an_organisation().number, "name": an_organisation().name}
PERSON = {"kind": "resident_id", "number": "342401195902210009", "name": "合成甲"}


@pytest.fixture(autouse=True)
def imports(cloud: None, channels: Channels, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - everything is made in the cloud
    s3().create_bucket(
        Bucket=settings().import_bucket, CreateBucketConfiguration={"LocationConstraint": settings().region}
    )
    # Moto's tables are no place for threads.
    monkeypatch.setattr(service, "AT_ONCE", 1)


def a_line(record_id: str = "r-1", **other: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    line: dict[str, Any] = {
        "record_id": record_id,
        "subject": COMPANY,
        "kind": "administrative",
        "severity": "serious",
        "publicity": "shared",
        "document": {
            "number": "义市监罚〔2026〕1号",
            "organ": "义乌市市场监督管理局",
            "effective_on": "2026-01-10",
        },
        "dates": {"judged_on": "2026-01-08"},
        "basis": "《市场主体登记管理条例》第44条",
        "repair_notice": "一年后可以申请信用修复，不收费。",
        "related_items": ["business-address"],
        "version": 1,
    }
    return {**line, **other}


def json_lines(lines: Iterable[Mapping[str, Any] | str]) -> bytes:
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    return "".join(f"{text}\n" for text in texts).encode()


def requested(data: bytes, *, source: str = "market", **declared: Any) -> Import:  # noqa: ANN401 - any part
    said = Declared(**{"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **declared})
    return container().imports.request(source, said, by=MACHINE, at=NOON, idempotency_key=None)[0]


def uploaded(data: bytes, **declared: Any) -> Import:  # noqa: ANN401 - any part
    made = requested(data, **declared)
    s3().put_object(Bucket=settings().import_bucket, Key=made.upload, Body=data)
    return made


def run(made: Import, channels: Channels) -> Import:
    """Take the first step, and then steps as the queue brings them, until none is left."""
    made = container().imports.step(made.import_id, at=NOON + timedelta(minutes=1))
    while channels.imports.sent:
        message = channels.imports.sent.pop().message
        made = container().imports.step(message["import_id"], at=NOON + timedelta(minutes=1))
    return made


def taken(lines: Iterable[Mapping[str, Any] | str], channels: Channels, **declared: Any) -> Import:  # noqa: ANN401 - any part
    return run(uploaded(json_lines(lines), **declared), channels)


def counts(made: Import) -> dict[str, int]:
    return {fate.value: number for fate, number in made.progress.counts.items() if number}


def refused_lines(made: Import) -> list[dict[str, Any]]:
    body = s3().get_object(Bucket=settings().import_bucket, Key=made.refused_lines)["Body"].read()
    return [json.loads(line) for line in body.decode().splitlines()]


def names_in_bucket() -> list[str]:
    found = s3().list_objects_v2(Bucket=settings().import_bucket)
    return sorted(one["Key"].partition("/")[2] for one in found.get("Contents", ()))


def type_of(name: str) -> str:
    found: str = s3().head_object(Bucket=settings().import_bucket, Key=name)["ContentType"]
    return found


def bars_of(subject: Mapping[str, str]) -> list[str]:
    assert subject is COMPANY
    key = container().subject_keys.key_of(an_organisation())
    return sorted(bar.record_id for bar in container().credit.summary(key).bars)


def test_every_line_becomes_a_record_with_its_summary_and_one_event(channels: Channels) -> None:
    made = taken([a_line("r-1"), a_line("r-2"), a_line("r-3", subject=PERSON)], channels, count=3)

    key = container().subject_keys.key_of(an_organisation())
    reading = container().timeline.reading(f"credit:{key}")
    assert (made.state, counts(made)) == (ImportState.DONE, {"stored": 3})
    assert bars_of(COMPANY) == ["r-1", "r-2"]
    assert reading.verified
    assert [event.kind for event in reading.events] == ["record:imported"]
    assert names_in_bucket() == []
    kinds = [event.kind for event in container().timeline.events(made.owner)]
    assert kinds == ["import:requested", "import:started", "import:finished"]


def test_refused_lines_are_told_with_their_numbers_and_reasons_and_nothing_else_is_lost(channels: Channels) -> None:
    lines: list[Mapping[str, Any] | str] = [
        a_line("r-1"),
        "{not json",
        a_line("r-2", kind="religion"),
        "",
        a_line("r-3", subject={**COMPANY, "number": "91330782MA0000028X"}),
        a_line("r-4", surprise=1),
        a_line("r-5", document={}),
        a_line("999999199001010016"),
        a_line("r-6"),
    ]

    made = taken(lines, channels)

    refused = refused_lines(made)
    assert counts(made) == {"stored": 2, "refused": 6}
    assert [(one["line"], one["record_id"], one["code"]) for one in refused] == [
        (2, "", "INVALID_BODY"),
        (3, "r-2", "RECORD_NOT_ACCEPTABLE"),
        (5, "r-3", "INVALID_IDENTIFIER"),
        (6, "r-4", "INVALID_BODY"),
        (7, "r-5", "RECORD_NOT_ACCEPTABLE"),
        (8, "", "RECORD_NOT_ACCEPTABLE"),
    ]
    assert [error["pointer"] for error in refused[4]["errors"]] == [
        "/document/number",
        "/document/organ",
        "/document/effective_on",
    ]
    told = json.dumps(refused, ensure_ascii=False)
    assert COMPANY["name"] not in told
    assert "999999199001010016" not in told
    assert names_in_bucket() == ["refused.csv", "refused.jsonl"]
    assert [type_of(each) for each in (made.refused_table, made.refused_lines)] == [
        "text/csv; charset=utf-8",
        "application/x-ndjson",
    ]
    assert bars_of(COMPANY) == ["r-1", "r-6"]


def test_the_same_file_again_changes_nothing_and_an_older_version_comes_too_late(channels: Channels) -> None:
    taken([a_line("r-1", version=2)], channels)
    before = CreditStore(container().timeline).record("market", "r-1")

    again = taken([a_line("r-1", version=2)], channels)
    late = taken([a_line("r-1", version=1)], channels)

    assert (counts(again), counts(late)) == ({"unchanged": 1}, {"late": 1})
    assert CreditStore(container().timeline).record("market", "r-1") == before


def test_a_record_twice_in_a_file_ends_as_its_newest_version_in_any_order(channels: Channels) -> None:
    versions = [a_line("r-1", version=number, basis=f"第{number}条") for number in (1, 2, 3)]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        name = "r-" + "".join(map(str, order))
        taken([{**versions[place], "record_id": name} for place in order], channels)

    records = CreditStore(container().timeline).records(container().subject_keys.key_of(an_organisation()))
    assert {record.basis for record in records} == {"第3条"}


def test_a_record_of_somebody_else_is_refused_to_a_subject_nobody_has_spoken_of(channels: Channels) -> None:
    taken([a_line("r-1")], channels)

    made = taken([a_line("r-1", subject=PERSON, version=2), a_line("r-2", subject=PERSON)], channels)

    (refused,) = refused_lines(made)
    assert (counts(made), refused["line"]) == ({"refused": 1, "stored": 1}, 1)
    assert [error["code"] for error in refused["errors"]] == ["RECORD_CONFLICT"]
    assert bars_of(COMPANY) == ["r-1"]


def test_of_a_subject_nobody_has_spoken_of_no_record_is_looked_for(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[int] = []
    named = CreditStore.named

    def noted(store: CreditStore, names: Any) -> Any:  # noqa: ANN401 - handed on
        looked_for.append(len(names))
        return named(store, names)

    monkeypatch.setattr(CreditStore, "named", noted)

    taken([a_line("r-1"), a_line("r-2")], channels)
    of_a_stranger = list(looked_for)
    taken([a_line("r-1"), a_line("r-2"), a_line("r-3")], channels)

    assert of_a_stranger == []
    assert looked_for == [3]


def records_in(wire: Wire) -> list[int]:
    """How many records each transaction has written, of those that wrote any."""
    written = (
        [each["Put"] for each in call.parameters["TransactItems"] if "Put" in each]
        for call in wire.calls
        if call.operation == "TransactWriteItems"
    )
    records = [
        sum(put["TableName"].endswith("credit") and put["Item"]["pk"]["S"].startswith("record:") for put in puts)
        for puts in written
    ]
    return [number for number in records if number]


def test_subjects_with_few_lines_are_stored_together_each_with_its_own_event(channels: Channels) -> None:
    with watched(Wire()) as wire:
        made = taken([a_line("r-1"), a_line("r-2", subject=PERSON), a_line("r-3")], channels)

    key = container().subject_keys.key_of(an_organisation())
    (event,) = container().timeline.reading(f"credit:{key}").events
    named: Any = event.data["records"]
    assert records_in(wire) == [3]
    assert counts(made) == {"stored": 3}
    assert [one["record"] for one in named] == ["market/r-1", "market/r-3"]


def test_where_one_subject_moved_meanwhile_each_is_stored_alone(channels: Channels) -> None:
    taken([a_line("r-9")], channels)

    with watched(Wire()) as wire:
        made = taken([a_line("r-1"), a_line("r-2", subject=PERSON), a_line("r-9", subject=PERSON, version=2)], channels)

    (refused,) = refused_lines(made)
    assert (counts(made), refused["line"]) == ({"stored": 2, "refused": 1}, 3)
    assert records_in(wire) == [1, 1]


def test_of_two_subjects_with_one_record_the_first_in_the_file_has_it(channels: Channels) -> None:
    made = taken([a_line("r-1", subject=PERSON), a_line("r-2"), a_line("r-1")], channels)

    (refused,) = refused_lines(made)
    assert (counts(made), refused["line"]) == ({"stored": 2, "refused": 1}, 3)
    assert bars_of(COMPANY) == ["r-2"]


def test_of_two_names_in_a_file_the_first_is_the_number_s(channels: Channels) -> None:
    other = {**COMPANY, "name": "另一名称"}

    made = taken([a_line("r-1"), a_line("r-2", subject=other), a_line("r-3")], channels)

    (refused,) = refused_lines(made)
    assert (counts(made), refused["line"]) == ({"stored": 2, "conflict": 1}, 2)
    assert bars_of(COMPANY) == ["r-1", "r-3"]


def test_a_record_that_came_twice_is_not_counted_up_when_its_lines_are_taken_again(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [a_line("r-1", version=None, basis=f"第{number}条") for number in (1, 2)]
    made = uploaded(json_lines(lines))
    save = ImportStore.save

    def dies_after_the_lines(store: ImportStore, before: Import, after: Import, *rest: Any, **more: Any) -> Import:  # noqa: ANN401 - whatever is handed on
        if after.progress.line:
            raise DiedError
        return save(store, before, after, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(ImportStore, "save", dies_after_the_lines)
        with pytest.raises(DiedError):
            container().imports.step(made.import_id, at=NOON)
    done = run(made, channels)

    record = CreditStore(container().timeline).record("market", "r-1")
    assert record is not None
    assert (record.basis, record.version, counts(done)) == ("第2条", 2, {"stored": 2})


def test_a_line_under_another_name_waits_for_a_person(channels: Channels) -> None:
    taken([a_line("r-1")], channels)

    made = taken([a_line("r-2", subject={**COMPANY, "name": "另一名称"})], channels)

    (refused,) = refused_lines(made)
    assert (counts(made), refused["code"]) == ({"conflict": 1}, ErrorCode.IDENTITY_CONFLICT.value)
    officer = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
    page = container().conflicts.page(ConflictState.OPEN, by=officer, limit=5, after=None)
    assert [conflict.record_id for conflict in page.items] == ["r-2"]
    assert bars_of(COMPANY) == ["r-1"]


@pytest.mark.requirement("R6.3")
def test_a_register_corrects_more_names_in_one_file_than_fit_in_a_transaction(channels: Channels) -> None:
    companies = [{**COMPANY, "number": _code(number)} for number in range(30)]
    for company in companies:
        identity = an_organisation(number=company["number"], name="打错的名称")
        container().subjects.know(identity, AN_OFFICE, NOON)

    made = taken(
        [
            *(a_line(f"r-{number}", subject=company) for number, company in enumerate(companies)),
            *(a_line(f"s-{number}", subject=companies[0]) for number in range(120)),
        ],
        channels,
    )

    assert counts(made) == {"stored": 150}
    for company in companies:
        subject = container().subject_keys.key_of(an_organisation(number=company["number"]))
        corrected = [event for event in container().timeline.events(f"credit:{subject}") if "name" in event.kind]
        assert [event.kind for event in corrected] == ["credit:name_corrected"]
        assert container().timeline.reading(f"credit:{subject}").verified


def _code(number: int) -> str:
    """Return a valid code of an organisation that does not exist (GB 32100-2015)."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91330782MA{number:07d}"
    total = sum(letters.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + letters[(31 - total % 31) % 31]


HEADER = (
    "record_id,subject.kind,subject.number,subject.name,kind,severity,publicity,document.number,document.organ,"
    "document.effective_on,dates.judged_on,basis,repair_notice,related_items,version,contents.fine"
)
ROW = (
    "{name},uscc,{number},{who},administrative,serious,shared,义市监罚〔2026〕1号,义乌市市场监督管理局,2026-01-10,"
    '2026-01-08,《条例》第44条,"一年后可以申请,不收费。",business-address; plate-replacement,1,一万元'
)


def row(name: str) -> str:
    return ROW.format(name=name, number=COMPANY["number"], who=COMPANY["name"])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_csv_is_the_same_as_json_lines(channels: Channels, end: str, mark: str, *, is_compressed: bool) -> None:
    data = (mark + end.join([HEADER, row("r-1"), row("r-2"), "too,few", ""])).encode()
    data = gzip.compress(data) if is_compressed else data

    made = run(uploaded(data, count=3), channels)

    record = CreditStore(container().timeline).record("market", "r-2")
    assert record is not None
    assert (record.contents, record.related_items) == ({"fine": "一万元"}, ("business-address", "plate-replacement"))
    assert counts(made) == {"stored": 2, "refused": 1}
    assert [(one["line"], one["code"]) for one in refused_lines(made)] == [(4, "COLUMNS_DIFFER")]


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({"size": 1}, Problem.SIZE_DIFFERS),
        ({"sha256": "0" * 64}, Problem.DIGEST_DIFFERS),
        ({"count": 2}, Problem.COUNT_DIFFERS),
    ],
)
def test_nothing_is_stored_of_a_file_that_is_not_the_one_declared(
    channels: Channels, declared: dict[str, Any], problem: Problem
) -> None:
    made = taken([a_line()], channels, **declared)

    assert (made.state, made.problem) == (ImportState.REFUSED, problem)
    assert CreditStore(container().timeline).record("market", "r-1") is None
    assert names_in_bucket() == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"\n \n", Problem.EMPTY),
        (HEADER.encode(), Problem.EMPTY),
        (b"a,b\n1,2\n", Problem.HEADER_UNKNOWN),
        (json_lines([a_line()]) + b'{"record_id": "\xff"}\n', Problem.ENCODING_UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Problem.WORKBOOK_UNREADABLE),
        (gzip.compress(json_lines([a_line()]))[:-9], Problem.NOT_GZIP),
        (b"\x1f\x8bnothing", Problem.NOT_GZIP),
        (gzip.compress(b"\n" * 20_000_000), Problem.TOO_MANY_BLANK_LINES),
        (json_lines([a_line(), *[" "] * 1001]), Problem.TOO_MANY_BLANK_LINES),
        (gzip.compress(b"x\n" * 1_000_000), Problem.EXPANDS_TOO_MUCH),
        (gzip.compress(b"x" * 20_000_000), Problem.EXPANDS_TOO_MUCH),
    ],
)
def test_a_file_that_holds_no_records_is_refused_whole(channels: Channels, data: bytes, problem: Problem) -> None:
    made = requested(data or b" ", size=max(len(data), 1), sha256=hashlib.sha256(data).hexdigest())
    s3().put_object(Bucket=settings().import_bucket, Key=made.upload, Body=data)

    done = run(made, channels)

    assert (done.state, done.problem if data else Problem.EMPTY) == (ImportState.REFUSED, problem)


def test_twenty_kilobytes_of_blank_lines_cost_next_to_nothing(channels: Channels) -> None:
    made = uploaded(gzip.compress(b"\n" * 20_000_000))
    began = time.process_time()

    done = run(made, channels)

    assert made.declared is not None
    assert made.declared.size < 20_000
    assert done.problem is Problem.TOO_MANY_BLANK_LINES
    assert time.process_time() - began < 1


def test_some_blank_lines_and_a_file_that_compresses_well_are_taken(channels: Channels) -> None:
    lines = [a_line(f"r-{number}", basis="同" * 190) for number in range(300)]

    made = run(uploaded(gzip.compress(json_lines([*lines, *[""] * 1000]))), channels)

    assert counts(made) == {"stored": 300}


def test_a_step_ends_when_its_time_is_up_and_the_next_goes_on(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.credit.services.imports.CHUNK", 2)
    made = uploaded(json_lines([a_line(f"r-{number}") for number in range(6)]))
    ticks = iter(range(0, 100_000, 70))
    monkeypatch.setattr(container().imports, "_ticks", lambda: next(ticks))

    first = container().imports.step(made.import_id, at=NOON)
    done = run(made, channels)

    assert (first.state, first.progress.line) == (ImportState.STORING, 4)
    assert (done.state, counts(done)) == (ImportState.DONE, {"stored": 6})


def test_a_file_that_cannot_be_looked_through_in_time_is_refused_whole(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.credit.services.imports.CHUNK", 2)
    made = uploaded(json_lines([a_line(f"r-{number}") for number in range(6)]))
    ticks = iter(range(0, 100_000, 200))
    monkeypatch.setattr(container().imports, "_ticks", lambda: next(ticks))

    done = run(made, channels)

    assert (done.state, done.problem) == (ImportState.REFUSED, Problem.TAKES_TOO_LONG)
    assert names_in_bucket() == []


def test_a_line_that_is_too_long_is_refused_alone(channels: Channels) -> None:
    lines = [a_line("r-1"), a_line("r-2", basis="长" * 300_000), a_line("r-3")]

    made = taken(lines, channels)

    assert counts(made) == {"stored": 2, "refused": 1}
    assert [(one["line"], one["code"]) for one in refused_lines(made)] == [(2, "LINE_TOO_LONG")]


def test_before_the_upload_a_step_waits_and_afterwards_it_is_over(channels: Channels) -> None:
    made = requested(json_lines([a_line()]))

    waiting = run(made, channels)
    done = run(uploaded(json_lines([a_line()])), channels)
    again = container().imports.step(done.import_id, at=NOON + timedelta(days=1))

    assert waiting.state is ImportState.AWAITING_UPLOAD
    assert again == done


@pytest.mark.parametrize(("by", "source"), [(ELSEWHERE, "market"), (MACHINE, "marketing")])
def test_a_source_hands_in_its_own_alone(by: Any, source: str) -> None:  # noqa: ANN401 - a caller
    declared = Declared(size=1, sha256="0" * 64)

    with pytest.raises(DomainError, match="FORBIDDEN"):
        container().imports.request(source, declared, by=by, at=NOON, idempotency_key=None)
    made = requested(b"x")
    with pytest.raises(DomainError, match="FORBIDDEN"):
        container().imports.one(made.import_id, by=ELSEWHERE)


def test_a_file_of_a_source_that_went_to_another_department_is_refused_whole(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = uploaded(json_lines([a_line()]))
    monkeypatch.setattr(container().ingest, "_sources", Sources({"market": "traffic"}))

    done = run(made, channels)

    assert (done.state, done.problem) == (ImportState.REFUSED, Problem.SOURCE_NOT_OWN)
    assert bars_of(COMPANY) == []


def test_the_address_takes_the_file_that_was_declared() -> None:
    data = json_lines([a_line()])
    made = requested(data)

    address = container().imports.address(made)

    assert address is not None
    assert "X-Amz-Signature" in address.url
    assert address.headers["content-length"] == str(len(data))
    put = urllib.request.Request(address.url, data=data, headers=dict(address.headers), method="PUT")  # noqa: S310 - signed just now
    assert put.get_method() == "PUT"


def test_each_kind_of_the_directory_has_an_example_that_is_taken(channels: Channels) -> None:
    form = published()
    lines = list(form.examples.values())

    made = taken(lines, channels, count=13)

    assert counts(made) == {"stored": 13}
    assert {line["kind"] for line in lines} == form.examples.keys()


def test_what_is_uploaded_again_after_the_end_is_deleted_and_changes_nothing(channels: Channels) -> None:
    data = json_lines([a_line("r-1")])
    done = run(uploaded(data), channels)
    s3().put_object(Bucket=settings().import_bucket, Key=done.upload, Body=data)

    again = run(done, channels)

    assert again == done
    assert names_in_bucket() == []


CASES = Path(__file__).parents[1] / "data" / "cases"


def names_of_stored(made: Import, numbers: Iterable[str]) -> dict[str, list[str]]:
    """What stands in the store about some residents, by their numbers: the ids of their records."""
    assert made.state is ImportState.DONE
    keys = {
        number: container().subject_keys.key_of(Identity(kind=SubjectKind.RESIDENT_ID, number=number, name="-"))
        for number in numbers
    }
    store = CreditStore(container().timeline)
    return {number: sorted(record.record_id for record in store.records(key)) for number, key in keys.items()}


def test_a_file_in_gbk_is_read_as_what_it_is_though_a_line_of_it_could_be_utf_8(channels: Channels) -> None:
    made = run(uploaded((CASES / "05-gbk-read-as-utf8/records.csv").read_bytes(), count=3), channels)

    assert made.found is not None
    assert made.found.encoding is Encoding.GB18030
    assert counts(made) == {"stored": 3}
    record = CreditStore(container().timeline).record("market", "gbk-2")
    assert record is not None
    assert (record.document.organ, record.contents["note"]) == ("占卢印危却卸", "原去双台史")


def test_what_stands_inside_a_cell_is_no_record(channels: Channels) -> None:
    made = run(uploaded((CASES / "06-row-inside-a-cell/records.csv").read_bytes(), count=1), channels)

    record = CreditStore(container().timeline).record("market", "cell-1")
    assert record is not None
    assert len(record.contents["note"].splitlines()) == 3
    assert counts(made) == {"stored": 1}
    assert names_of_stored(made, ["310101190008273228"]) == {"310101190008273228": []}


@pytest.mark.parametrize(
    "name",
    [
        "14-header-after-a-blank-line/records.csv",
        "15-empty-cells-of-a-sheet/empty-rows.csv",
        "15-empty-cells-of-a-sheet/empty-column.csv",
    ],
)
def test_what_a_spreadsheet_pads_is_not_counted(channels: Channels, name: str) -> None:
    made = run(uploaded((CASES / name).read_bytes(), count=1), channels)

    assert made.found is not None
    assert (made.found.count, made.progress.done, counts(made)) == (1, 1, {"stored": 1})


def test_of_a_header_that_is_unknown_the_column_is_told_and_where_it_stands(channels: Channels) -> None:
    made = run(uploaded(b"\nrecord_id,subject.number,colour\nr,n,red\n"), channels)

    assert (made.problem, made.problem_place) == (Problem.HEADER_UNKNOWN, Place(line=2, column=3))


def test_steps_read_what_they_store_and_nothing_of_the_upload(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    monkeypatch.setattr(service, "CHUNKS_A_STEP", 1)
    read: list[str] = []
    blocks = Bucket.blocks

    def noted(bucket: Bucket, name: str) -> Iterator[bytes]:
        read.append(name.partition("/")[2])
        return blocks(bucket, name)

    monkeypatch.setattr(Bucket, "blocks", noted)

    done = run(uploaded(gzip.compress(json_lines([a_line(f"r-{number}") for number in range(6)]))), channels)

    assert counts(done) == {"stored": 6}
    assert read == ["upload", "upload", *(f"rows-utf-8-{part:06}" for part in range(3))]
    assert names_in_bucket() == []


def test_a_step_that_comes_too_late_leaves_nothing_behind(channels: Channels, monkeypatch: pytest.MonkeyPatch) -> None:
    made = uploaded(json_lines([a_line("r-1")]))
    put = Bucket.put

    def slow(bucket: Bucket, name: str, text: str) -> None:
        monkeypatch.setattr(Bucket, "put", put)
        run(made, channels)
        put(bucket, name, text)

    monkeypatch.setattr(Bucket, "put", slow)

    late = container().imports.step(made.import_id, at=NOON)

    assert (late.state, counts(late)) == (ImportState.DONE, {"stored": 1})
    assert names_in_bucket() == []


def too_large() -> ClientError:
    """What DynamoDB says of an item that it will never take."""
    return ClientError({"Error": {"Code": "ValidationException"}}, "TransactWriteItems")


def poisoned(monkeypatch: pytest.MonkeyPatch, what: type, name: str, error: Exception) -> None:
    """Make a method fail for whatever speaks of the record ``r-poison``."""
    good = getattr(what, name)

    def fails(self: object, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever is handed on
        if "r-poison" in str(args) + str(more):
            raise error
        return good(self, *args, **more)

    monkeypatch.setattr(what, name, fails)


@pytest.mark.parametrize(
    ("what", "name"),
    [(RecordLine, "submission"), (RecordFactory, "record"), (CreditStore, "save_record"), (CreditStore, "named")],
)
@pytest.mark.parametrize("error", [KeyError("320219"), RecursionError(), too_large()])
def test_a_line_at_which_the_service_fails_is_refused_alone_and_somebody_is_told(
    channels: Channels,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: type,
    name: str,
    error: Exception,
) -> None:
    taken([a_line("r-0")], channels)  # so that what is stored of the subject is looked up
    poisoned(monkeypatch, what, name, error)
    capsys.readouterr()

    made = taken([a_line("r-1"), a_line("r-poison"), a_line("r-2", subject=PERSON), a_line("r-3")], channels)

    assert (made.state, counts(made)) == (ImportState.DONE, {"stored": 3, "refused": 1})
    (refused,) = refused_lines(made)
    assert (refused["line"], refused["code"]) == (2, "UNEXPECTED")
    assert refused["reason"]["zh"].startswith("系统处理该条信息时出错")
    assert made.progress.unexpected == 1
    assert bars_of(COMPANY) == ["r-0", "r-1", "r-3"]
    events = {event.kind: event.data for event in container().timeline.events(made.owner)}
    assert events["import:lines_failed"] == {"failed": 1, "lines": [2]}
    (logged,) = [line for line in capsys.readouterr().out.splitlines() if "import_lines_failed" in line]
    assert json.loads(logged)["lines"] == [2]
    assert json.loads(logged)["exceptions"]
    assert "320219" not in logged


@pytest.mark.parametrize("is_workbook", [False, True])
def test_a_row_at_which_the_reading_fails_is_refused_alone_and_somebody_is_told(
    channels: Channels, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_workbook: bool
) -> None:
    def fails(line: int, cells: Sequence[str], *, header: Sequence[str]) -> Row:
        if "r-poison" in cells:
            raise KeyError(cells[0])
        return row_of(line, cells, header=header)

    monkeypatch.setattr(rules, "row_of", fails)
    lines = [HEADER, row("r-1"), row("r-poison"), row("r-poison"), row("r-2")]
    data = "\n".join(lines).encode()
    if is_workbook:
        book, stream = Workbook(), io.BytesIO()
        for cells in csv.reader(lines):
            book.worksheets[0].append(cells)
        book.save(stream)
        data = stream.getvalue()

    made = run(uploaded(data), channels)

    assert (made.state, counts(made), made.progress.unexpected) == (
        ImportState.DONE,
        {"stored": 2, "refused": 2},
        2,
    )
    assert [(one["line"], one["code"]) for one in refused_lines(made)] == [(3, "UNEXPECTED"), (4, "UNEXPECTED")]
    events = {event.kind: event.data for event in container().timeline.events(made.owner)}
    assert events["import:lines_failed"] == {"failed": 2, "lines": [3, 4]}
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_failed" in line]
    assert [one["event"] for one in logged] == ["import_row_failed", "import_lines_failed"]
    assert logged[0]["exceptions"]
    assert "r-poison" not in str(logged)


@pytest.mark.parametrize(("what", "name"), [(RecordFactory, "record"), (CreditStore, "save_record")])
@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems"),
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "Encrypt"),
        EndpointConnectionError(endpoint_url="https://dynamodb.invalid"),
        TimeoutError(),
        ConflictError(),
        DomainError(ErrorCode.UNAVAILABLE),
    ],
    ids=lambda error: type(error).__name__,
)
def test_where_what_the_service_stands_on_fails_no_line_is_refused_and_the_step_comes_again(
    channels: Channels, what: type, name: str, error: Exception
) -> None:
    made = uploaded(json_lines([a_line("r-1"), a_line("r-poison"), a_line("r-3")]))

    with pytest.MonkeyPatch.context() as patch:
        poisoned(patch, what, name, error)
        patch.setattr("time.sleep", lambda _: None)
        with pytest.raises((type(error), DomainError)):
            container().imports.step(made.import_id, at=NOON)
    done = run(made, channels)

    assert (done.state, counts(done)) == (ImportState.DONE, {"stored": 3})


class DiedError(BaseException):
    """The process of a step ended."""


def the_end_of(
    lines: list[Mapping[str, Any] | str], channels: Channels, deaths: random.Random | None
) -> tuple[Any, ...]:
    made, commits = uploaded(json_lines(lines)), 0
    commit = Transaction.commit

    def mortal(tx: Transaction) -> None:
        if deaths is not None and deaths.random() < 0.2:
            if deaths.random() < 0.5:
                commit(tx)
            raise DiedError
        commit(tx)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "commit", mortal)
        channels.imports.sent.append(Sent("first", {"import_id": made.import_id}))
        while channels.imports.sent and commits < 500:
            commits += 1
            try:
                container().imports.step(
                    channels.imports.sent[-1].message["import_id"], at=NOON + timedelta(minutes=commits)
                )
            except DiedError:
                continue
            channels.imports.sent.pop(0)
    done = container().imports.one(made.import_id, by=MACHINE)
    records = CreditStore(container().timeline).records(container().subject_keys.key_of(an_organisation()))
    return done.state, counts(done), refused_lines(done), records


def test_killed_at_random_and_continued_gives_the_same_end(channels: Channels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 7)
    monkeypatch.setattr(service, "CHUNKS_A_STEP", 2)
    lines: list[Mapping[str, Any] | str] = []
    for number in range(60):
        subject = COMPANY if number % 3 else PERSON
        kind = "religion" if number % 10 == 0 else "administrative"
        lines.append(a_line(f"r-{number}", subject=subject, kind=kind))
    deaths = random.Random(7)

    calm = the_end_of(lines, channels, None)
    empty_tables()
    stormy = the_end_of(lines, channels, deaths)

    assert calm[0] is ImportState.DONE
    assert calm[1] == {"stored": 54, "refused": 6}
    assert [replace_received(record) for record in stormy[3]] == [replace_received(record) for record in calm[3]]
    assert stormy[:3] == calm[:3]


@pytest.mark.parametrize("is_written", [False, True])
def test_a_death_at_the_very_end_loses_no_refused_line(channels: Channels, *, is_written: bool) -> None:
    made = uploaded(json_lines([a_line("r-1"), "{not json", a_line("r-2", kind="religion")]))
    save = ImportStore.save

    def dies_at_the_end(store: ImportStore, before: Import, after: Import, *rest: Any, **more: Any) -> Import:  # noqa: ANN401 - whatever is handed on
        if after.state is not ImportState.DONE:
            return save(store, before, after, *rest, **more)
        if is_written:
            save(store, before, after, *rest, **more)
        raise DiedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImportStore, "save", dies_at_the_end)
        with pytest.raises(DiedError):
            container().imports.step(made.import_id, at=NOON)
    done = run(made, channels)

    assert (done.state, counts(done)) == (ImportState.DONE, {"stored": 1, "refused": 2})
    assert [one["line"] for one in refused_lines(done)] == [2, 3]
    assert names_in_bucket() == ["refused.csv", "refused.jsonl"]


def replace_received(record: Any) -> Any:  # noqa: ANN401 - a record
    assert record.repair is RepairState.NONE
    return replace(record, received_at=NOON)
