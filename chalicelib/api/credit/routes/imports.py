"""HTTP routes for bulk imports of records (批量导入): an upload address, the progress, and the refused lines."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from chalicelib.bounds.store import bounds
from chalicelib.container import container
from chalicelib.credit.model.imports import Declared, Encoding, Format, Import, ImportState, Place, Problem
from chalicelib.credit.services.import_schema import published
from chalicelib.credit.services.ingest import PROVIDERS
from chalicelib.credit.store.import_reasons import import_reasons
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.fault_texts import FAULT_TEXTS
from chalicelib.http.routes import Answer, Call, Code, PageQuery, PageResponse, RequestBody, ResponseBody, Routes

routes = Routes("credit")


class ImportRequest(RequestBody):
    """The file to be uploaded: its source, size in bytes as sent, SHA-256, and number of records if known.

    Systems say size and digest, and upload exactly that file by a PUT. Without both, the answer has the address and
    the fields of a form's POST, for a person who picks a file on a page.
    The format is detected: JSON Lines, CSV or a workbook (.xlsx), plain or gzipped; so is the encoding of a text,
    which is UTF-8, UTF-16 with a byte order mark, or GB18030 (GBK).
    """

    source: Code
    size: Annotated[int, Field(ge=1, le=bounds().imports.largest_bytes)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    count: Annotated[int, Field(ge=1, le=2**53)] | None = None

    def declared(self) -> Declared | None:
        """Return what is declared about the file; raises ``INVALID_BODY`` if only a part of it is."""
        if self.size is not None and self.sha256 is not None:
            return Declared(size=self.size, sha256=self.sha256, count=self.count)
        if self.size is None and self.sha256 is None and self.count is None:
            return None
        zh, en = FAULT_TEXTS["missing"]
        missing = [name for name in ("size", "sha256") if getattr(self, name) is None]
        faults = tuple(FieldError(pointer=f"/{name}", detail=zh, english=en, code="missing") for name in missing)
        raise DomainError(ErrorCode.INVALID_BODY, faults=faults)


class ImportsQuery(PageQuery):
    """The page of imports, or of the refused lines of one."""


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
    """Where to send the file within an hour: by PUT with ``headers``, or by a form with ``fields`` before the file."""

    method: str
    url: str
    headers: dict[str, str]
    fields: dict[str, str]


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


class ListedImportResponse(ResponseBody):
    """An import: ``problem`` is the code of what had the whole file refused, ``problem_told`` says it to people."""

    id: Annotated[str, Field(validation_alias="import_id")]
    version: int
    state: ImportState
    problem: Problem | None
    problem_told: ImportProblemResponse | None
    source: str
    declared: DeclaredFileResponse | None
    found: FoundFileResponse | None
    records: ImportCountsResponse
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportResponse(ListedImportResponse):
    """An import; ``refused_file`` is the address of the refused lines, each with its number and reason.

    ``refused_table`` is that of the same as a CSV in both languages.
    """

    upload: UploadResponse | None
    refused_file: str | None
    refused_table: str | None


class ImportPageResponse(PageResponse):
    """A page of imports, newest first."""

    items: list[ListedImportResponse]


class RefusedFaultResponse(ResponseBody):
    """What is wrong in a line, and in which of its columns: the name of a column, blank for the line as a whole."""

    column: str
    code: str
    text: str


class RefusedLineResponse(ResponseBody):
    """Why a line was refused; ``record_id`` is blank where it may not be told."""

    line: int
    record_id: str
    code: str
    text: str
    errors: list[RefusedFaultResponse]


class RefusedLinePageResponse(PageResponse):
    """A page of refused lines, in the order of the file."""

    items: list[RefusedLineResponse]


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
    made, is_repeated = container().imports.request(
        call.body.source, call.body.declared(), by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(made, replayed=is_repeated)


@routes.get(
    "/v1/credit/imports/{import_id}", roles=PROVIDERS, answer=ImportResponse, summary="How far an import has come"
)
def one(call: Call[None]) -> Answer[ImportResponse]:
    """Return the progress and, once done, where the refused lines are."""
    return _shown(container().imports.one(call.path["import_id"], by=call.caller))


@routes.get(
    "/v1/credit/imports",
    roles=PROVIDERS,
    query=ImportsQuery,
    answer=ImportPageResponse,
    summary="The department's imports, newest first",
)
def imports(call: Call[None]) -> Answer[ImportPageResponse]:
    """List the imports of the caller's department."""
    page = container().imports.page(by=call.caller, limit=call.query.limit, after=call.position)
    items = [ListedImportResponse.of(one, problem_told=_told(one), records=_counts(one)) for one in page.items]
    return Answer(body=ImportPageResponse(items=items, next_cursor=call.next_cursor(page.after)))


@routes.get(
    "/v1/credit/imports/{import_id}/refused_lines",
    roles=PROVIDERS,
    query=ImportsQuery,
    answer=RefusedLinePageResponse,
    summary="The refused lines of an import that has ended, each with its reason",
)
def refused_lines(call: Call[None]) -> Answer[RefusedLinePageResponse]:
    """List the refused lines in the caller's language."""
    after = 0 if call.position is None else int(call.position["after"])
    page = container().imports.refused_lines(
        call.path["import_id"], by=call.caller, limit=call.query.limit, after=after
    )
    items = [_refused(line, call.language) for line in page.lines]
    following = None if page.after is None else {"after": page.after}
    return Answer(body=RefusedLinePageResponse(items=items, next_cursor=call.next_cursor(following)))


def _refused(line: Mapping[str, Any], language: str) -> RefusedLineResponse:
    reason, detail = ("en", "english") if language == "en" else ("zh", "detail")
    errors = [
        RefusedFaultResponse(
            column=one["pointer"].strip("/").replace("/", "."), code=one["code"], text=one.get(detail, "")
        )
        for one in line["errors"]
    ]
    text = (line["reason"] or {}).get(reason, "")
    return RefusedLineResponse(
        line=line["line"], record_id=line["record_id"], code=line["code"], text=text, errors=errors
    )


def _shown(import_: Import, *, replayed: bool = False) -> Answer[ImportResponse]:
    services = container().imports
    address = services.address(import_)
    shape = ImportResponse.of(
        import_,
        problem_told=_told(import_),
        upload=None if address is None else UploadResponse.model_validate(address),
        records=_counts(import_),
        refused_file=services.refused_file(import_),
        refused_table=services.refused_table(import_),
    )
    return Answer(body=shape, version=import_.version, replayed=replayed)


def _counts(import_: Import) -> ImportCountsResponse:
    found, counts = import_.found, {fate.value: number for fate, number in import_.progress.counts.items()}
    return ImportCountsResponse(
        done=import_.progress.done,
        total=None if found is None else found.count,
        unexpected=import_.progress.unexpected,
        **{name: counts.get(name, 0) for name in ("stored", "unchanged", "late", "refused", "conflict")},
    )


def _told(import_: Import) -> ImportProblemResponse | None:
    if import_.problem is None:
        return None
    reason, place = import_reasons().problems[import_.problem], import_.problem_place or Place()
    return ImportProblemResponse(zh=reason.zh, en=reason.en, line=place.line, column=place.column)
