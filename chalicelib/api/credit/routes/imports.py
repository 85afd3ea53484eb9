"""Bulk imports over HTTP: an address to upload to, how far it has come, and what was refused."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from chalicelib.credit.model.imports import Declared, Format, Import, ImportState, Problem
from chalicelib.credit.services.import_schema import published
from chalicelib.credit.services.imports import LARGEST, SOURCES
from chalicelib.http.routes import Answer, Body, Call, Code, Routes, Shape
from chalicelib.wiring import services

routes = Routes("credit")


class ImportBody(Body):
    """What will be uploaded: the source, bytes as they will be sent, their SHA-256, and how many records if known.

    The form shows from the file itself: JSON Lines or CSV, plain or gzip.
    """

    source: Code
    size: Annotated[int, Field(ge=1, le=LARGEST)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    count: Annotated[int, Field(ge=1, le=2**53)] | None = None


class DeclaredShape(Shape):
    """What the source said of its file."""

    size: int
    sha256: str
    count: int | None


class FoundShape(DeclaredShape):
    """What the file was."""

    format: Format
    compressed: bool


class UploadShape(Shape):
    """Where to PUT the file within the hour, and the headers that must go with it."""

    url: str
    method: str
    headers: dict[str, str]


class CountsShape(Shape):
    """Lines by what became of them; they add up to ``done``."""

    done: int
    total: int | None
    stored: int
    unchanged: int
    late: int
    refused: int
    conflict: int


class ImportShape(Shape):
    """An import; ``refused_file`` is where the refused lines can be read, each with its number and reason."""

    id: str
    version: int
    state: ImportState
    problem: Problem | None
    source: str
    declared: DeclaredShape
    found: FoundShape | None
    upload: UploadShape | None
    records: CountsShape
    refused_file: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class SchemaShape(Shape):
    """The published form of a line, as JSON Schema, with an example for each kind, and the columns of the CSV form."""

    edition: str
    line: dict[str, Any]
    examples: dict[str, dict[str, Any]]
    columns: list[str]


@routes.get("/v1/credit/schema", public=True, answer=SchemaShape, summary="The form in which sources hand in records")
def schema(call: Call[None]) -> Answer[SchemaShape]:  # noqa: ARG001 - every view takes its call
    """Show what a line may hold, with an example for each kind of the directory."""
    form = published()
    return Answer(
        body=SchemaShape(
            edition=form.edition, line=dict(form.line), examples=dict(form.examples), columns=list(form.columns)
        )
    )


@routes.post(
    "/v1/credit/imports",
    roles=SOURCES,
    body=ImportBody,
    answer=ImportShape,
    status=201,
    creates=True,
    summary="Ask for an address to upload a file of records to",
)
def request(call: Call[ImportBody]) -> Answer[ImportShape]:
    """Make room for a file; it is taken by itself once it is uploaded, if it is the one that was declared."""
    declared = Declared(size=call.body.size, sha256=call.body.sha256, count=call.body.count)
    made, is_repeated = services().imports.request(
        call.body.source, declared, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return _shown(made, replayed=is_repeated)


@routes.get("/v1/credit/imports/{import_id}", roles=SOURCES, answer=ImportShape, summary="How far an import has come")
def one(call: Call[None]) -> Answer[ImportShape]:
    """Show progress and counts, and at its end where the refused lines are."""
    return _shown(services().imports.one(call.path["import_id"], by=call.caller))


def _shown(import_: Import, *, replayed: bool = False) -> Answer[ImportShape]:
    address = services().imports.address(import_)
    found, counts = import_.found, {fate.value: number for fate, number in import_.progress.counts.items()}
    shape = ImportShape(
        id=import_.import_id,
        version=import_.version,
        state=import_.state,
        problem=import_.problem,
        source=import_.source,
        declared=DeclaredShape.model_validate(import_.declared),
        found=None
        if found is None
        else FoundShape(
            size=found.size,
            sha256=found.sha256,
            count=found.count,
            format=found.format,
            compressed=found.is_compressed,
        ),
        upload=None if address is None else UploadShape(url=address.url, method="PUT", headers=dict(address.headers)),
        records=CountsShape(
            done=import_.progress.done,
            total=None if found is None else found.count,
            **{name: counts.get(name, 0) for name in ("stored", "unchanged", "late", "refused", "conflict")},
        ),
        refused_file=services().imports.refused_file(import_),
        requested_at=import_.requested_at,
        started_at=import_.started_at,
        finished_at=import_.finished_at,
    )
    return Answer(body=shape, version=import_.version, replayed=replayed)
