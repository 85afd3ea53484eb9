"""HTTP routes for bulk imports of records (批量导入): an upload address, the progress, and the refused lines."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from chalicelib.bounds.store import bounds
from chalicelib.container import container
from chalicelib.credit.model.imports import Declared, Encoding, Format, Import, ImportState, Place, Problem
from chalicelib.credit.services.import_schema import published
from chalicelib.credit.services.ingest import PROVIDERS
from chalicelib.credit.store.import_reasons import import_reasons
from chalicelib.http.routes import Answer, Call, Code, RequestBody, ResponseBody, Routes

routes = Routes("credit")


class ImportRequest(RequestBody):
    """The file to be uploaded: its source, size in bytes as sent, SHA-256, and number of records if known.

    The format is detected: JSON Lines, CSV or a workbook (.xlsx), plain or gzipped; so is the encoding of a text,
    which is UTF-8, UTF-16 with a byte order mark, or GB18030 (GBK).
    """

    source: Code
    size: Annotated[int, Field(ge=1, le=bounds().imports.largest_bytes)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    count: Annotated[int, Field(ge=1, le=2**53)] | None = None


class DeclaredFileResponse(ResponseBody):
    """What the source declared about its file."""

    size: int
    sha256: str
    count: int | None


class FoundFileResponse(DeclaredFileResponse):
    """What the uploaded file turned out to be."""

    format: Format
    compressed: Annotated[bool, Field(validation_alias="is_compressed")]
    encoding: Encoding | None


class ImportProblemResponse(ResponseBody):
    """Why a whole file was refused, in both languages, and where: line and column from 1, or 0 for none."""

    zh: str
    en: str
    line: int
    column: int


class UploadResponse(ResponseBody):
    """Where to PUT the file within an hour, and the headers to send with it."""

    url: str
    method: str
    headers: dict[str, str]


class ImportCountsResponse(ResponseBody):
    """The numbers of records by outcome, which add up to ``done``.

    ``unexpected`` are those of the refused ones at which the service itself failed.
    """

    done: int
    total: int | None
    stored: int
    unchanged: int
    late: int
    refused: int
    conflict: int
    unexpected: int


class ImportResponse(ResponseBody):
    """An import; ``refused_file`` is the address of the refused lines, each with its number and reason.

    ``problem`` is the code of what had the whole file refused, and ``problem_told`` says it to people.
    """

    id: Annotated[str, Field(validation_alias="import_id")]
    version: int
    state: ImportState
    problem: Problem | None
    problem_told: ImportProblemResponse | None
    source: str
    declared: DeclaredFileResponse
    found: FoundFileResponse | None
    upload: UploadResponse | None
    records: ImportCountsResponse
    refused_file: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class RecordSchemaResponse(ResponseBody):
    """The published format of a line: its JSON Schema, an example for each kind, and the columns of the CSV form."""

    edition: str
    line: dict[str, Any]
    examples: dict[str, dict[str, Any]]
    columns: list[str]


@routes.get(
    "/v1/credit/schema", public=True, answer=RecordSchemaResponse, summary="The form in which sources hand in records"
)
def schema(call: Call[None]) -> Answer[RecordSchemaResponse]:  # noqa: ARG001 - every view takes its call
    """Return the format of a line, with an example for each kind in the directory."""
    return Answer(body=RecordSchemaResponse.model_validate(published()))


@routes.post(
    "/v1/credit/imports",
    roles=PROVIDERS,
    body=ImportRequest,
    answer=ImportResponse,
    status=201,
    creates=True,
    summary="Ask for an address to upload a file of records to",
)
def request(call: Call[ImportRequest]) -> Answer[ImportResponse]:
    """Create an import; it starts by itself once the declared file is uploaded."""
    declared = Declared(size=call.body.size, sha256=call.body.sha256, count=call.body.count)
    made, is_repeated = container().imports.request(
        call.body.source, declared, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(made, replayed=is_repeated)


@routes.get(
    "/v1/credit/imports/{import_id}", roles=PROVIDERS, answer=ImportResponse, summary="How far an import has come"
)
def one(call: Call[None]) -> Answer[ImportResponse]:
    """Return the progress and, once done, where the refused lines are."""
    return _shown(container().imports.one(call.path["import_id"], by=call.caller))


def _shown(import_: Import, *, replayed: bool = False) -> Answer[ImportResponse]:
    address = container().imports.address(import_)
    found, counts = import_.found, {fate.value: number for fate, number in import_.progress.counts.items()}
    shape = ImportResponse.of(
        import_,
        problem_told=_told(import_),
        upload=None
        if address is None
        else UploadResponse(url=address.url, method="PUT", headers=dict(address.headers)),
        records=ImportCountsResponse(
            done=import_.progress.done,
            total=None if found is None else found.count,
            unexpected=import_.progress.unexpected,
            **{name: counts.get(name, 0) for name in ("stored", "unchanged", "late", "refused", "conflict")},
        ),
        refused_file=container().imports.refused_file(import_),
    )
    return Answer(body=shape, version=import_.version, replayed=replayed)


def _told(import_: Import) -> ImportProblemResponse | None:
    if import_.problem is None:
        return None
    reason, place = import_reasons().problems[import_.problem], import_.problem_place or Place()
    return ImportProblemResponse(zh=reason.zh, en=reason.en, line=place.line, column=place.column)
