"""Parsing requests: each part is valid, or refused with the reason."""

import base64
import binascii
import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from pydantic import ValidationError

from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.fault_texts import OTHERWISE
from chalicelib.http.request import Event, speaker_of
from chalicelib.http.routes import Route
from chalicelib.policy import Caller
from chalicelib.validation import escaped, repeated_names

LARGEST_BODY = 256 * 1024
MOST_FIELDS: Final = 1000

SPACE: Final = b" \t\r\n"
"""What may stand around a JSON text (RFC 8259, 2)."""

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
FORM_WITH_FILES: Final = "multipart/form-data"
MEDIA_TYPE: Final = re.compile(r'\s*([^;\s]+)\s*((?:;\s*(?:[\w-]+=(?:"[^"]*"|[^\s";]*)\s*)?)*)', re.ASCII)
PARAMETER: Final = re.compile(r';\s*([\w-]+)=(?:"([^"]*)"|([^\s";]*))', re.ASCII)
IDEMPOTENCY_KEY: Final = re.compile(r"[!-~]{1,255}")
ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')

UNREADABLE = FieldError(pointer="", detail="unreadable", code="json_invalid")
UNEXPECTED = FieldError(pointer="", detail="unexpected", code="body_unexpected")
ABSENT = FieldError(pointer="", detail="absent", code="body_missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded file: its field, name, SHA-256 and size; never its bytes."""

    field: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A submitted form: every value of each field, and its files."""

    fields: Mapping[str, tuple[str, ...]]
    uploads: tuple[Upload, ...] = ()


def path_of(event: Event) -> Mapping[str, str]:
    """Return the path parameters, decoded: API Gateway passes them as they are in the URL (aws/chalice#511)."""
    return {name: unquote(value) for name, value in (event["pathParameters"] or {}).items()}


def bytes_of(event: Event) -> bytes:
    """Return the body's bytes; ``INVALID_BODY`` for invalid base64."""
    body = event["body"] or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise DomainError(ErrorCode.INVALID_BODY, faults=[UNREADABLE]) from None


def raw_body_of(event: Event) -> bytes:
    """Return the body's bytes; ``BODY_TOO_LARGE`` over 256 KB."""
    raw = bytes_of(event)
    if len(raw) > LARGEST_BODY:
        raise DomainError(ErrorCode.BODY_TOO_LARGE)
    return raw


def body_of(route: Route, media_type: str, raw: bytes) -> Any:  # noqa: ANN401 - the route's own model
    """Return the body as the route's model; ``UNSUPPORTED_MEDIA_TYPE``, or ``INVALID_BODY`` with every fault."""
    if route.body is None:
        if raw.strip(SPACE) not in {b"", b"{}"}:
            raise DomainError(ErrorCode.INVALID_BODY, faults=[UNEXPECTED])
        return None
    if media_type and _kind_of(media_type)[0] != JSON:
        raise DomainError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    # Both readers get the same text: what one of them takes for space and the other does not would hide a repetition.
    text = raw.strip(SPACE)
    if not text and any(field.is_required() for field in route.body.model_fields.values()):
        raise DomainError(ErrorCode.INVALID_BODY, faults=[ABSENT])
    if repeated := repeated_names(text):
        raise DomainError(ErrorCode.INVALID_BODY, faults=[_fault("name_repeated", pointer) for pointer in repeated])
    try:
        return route.body.model_validate_json(text or b"{}")
    except ValidationError as error:
        raise DomainError(ErrorCode.INVALID_BODY, faults=_faults(error, text)) from None


def form_of(media_type: str, raw: bytes, *, read: Mapping[str, str]) -> Form:
    """Return a form; ``UNSUPPORTED_MEDIA_TYPE``, ``BODY_TOO_LARGE`` for too many fields, or ``INVALID_BODY``.

    Of a file only the name and the digest are kept, never the bytes (R1.4). A file in one of the fields of ``read``,
    however, is text that could have been typed instead, and goes into the field named there; if it is larger than any
    route accepts, it is treated as an ordinary upload.
    """
    kind, parameters = _kind_of(media_type)
    if kind == FORM:
        return _typed_form(raw)
    if kind == FORM_WITH_FILES and parameters.get("boundary"):
        return _form_with_files(parameters["boundary"], raw, read)
    raise DomainError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)


def _kind_of(media_type: str) -> tuple[str, Mapping[str, str]]:
    """Return a media type and its parameters; ``UNSUPPORTED_MEDIA_TYPE`` for any character set but UTF-8."""
    found = MEDIA_TYPE.fullmatch(media_type)
    parameters = {one[1].lower(): one[2] or one[3] for one in PARAMETER.finditer(found[2] if found else "")}
    if found is None or parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise DomainError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    return found[1].lower(), parameters


def _typed_form(raw: bytes) -> Form:
    if raw.count(b"&") >= MOST_FIELDS:
        raise DomainError(ErrorCode.BODY_TOO_LARGE)
    try:
        fields = parse_qs(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise DomainError(ErrorCode.INVALID_BODY) from None
    return Form(fields={name: tuple(values) for name, values in fields.items()})


def _form_with_files(boundary: str, raw: bytes, read: Mapping[str, str]) -> Form:
    from multipart import MultipartParser, ParserLimitReached  # noqa: PLC0415 - few forms have files

    fields: dict[str, tuple[str, ...]] = {}
    uploads: list[Upload] = []
    texts: dict[str, tuple[str, ...]] = {}
    room = len(raw) + 1  # the parser would put whatever has no room in memory into files
    parser = MultipartParser(io.BytesIO(raw), boundary, part_limit=MOST_FIELDS, spool_limit=room, memory_limit=room)
    try:
        for part in parser.parts():
            if not part.filename and part.content_type != "application/octet-stream":
                fields[part.name] = (*fields.get(part.name, ()), part.raw.decode())
            elif part.filename and part.name in read and part.size <= LARGEST_BODY:
                texts[read[part.name]] = (part.raw.decode("utf-8-sig", errors="replace"),)
            elif part.filename:
                digest = hashlib.sha256(part.raw).hexdigest()
                name = "".join(letter for letter in part.filename if letter.isprintable()).strip()
                uploads.append(Upload(field=part.name, name=name or part.name, sha256=digest, size=part.size))
    except ParserLimitReached:
        raise DomainError(ErrorCode.BODY_TOO_LARGE) from None
    except (LookupError, ValueError):  # of the form, of a character set that it names, of the text in it
        raise DomainError(ErrorCode.INVALID_BODY) from None
    return Form(fields=fields | texts, uploads=tuple(uploads))


def query_of(route: Route, event: Event) -> Any:  # noqa: ANN401 - the route's own model
    """Return the query as the route's model; ``INVALID_QUERY`` with every fault."""
    given = event["multiValueQueryStringParameters"] or {}
    repeated = [name for name, values in given.items() if len(values) > 1]
    if repeated:
        faults = [_fault("parameter_repeated", f"/{escaped(name)}") for name in repeated]
        raise DomainError(ErrorCode.INVALID_QUERY, faults=faults)
    present = {name: values[0] for name, values in given.items() if values}
    if route.query is None:
        if present:
            faults = [_fault("extra_forbidden", f"/{escaped(name)}") for name in present]
            raise DomainError(ErrorCode.INVALID_QUERY, faults=faults)
        return None
    try:
        return route.query.model_validate_strings(present, strict=True)
    except ValidationError as error:
        raise DomainError(ErrorCode.INVALID_QUERY, faults=_faults(error, json.dumps(present).encode())) from None


def version_of(header: str | None) -> int:
    """Return the version in ``If-Match``; one that is not our ETag matches nothing (``STALE_VERSION``)."""
    if header is None:
        raise DomainError(ErrorCode.PRECONDITION_REQUIRED)
    match = ETAG.fullmatch(header.strip())
    if match is None:
        raise DomainError(ErrorCode.STALE_VERSION)
    return int(match[1])


def idempotency_key_of(
    route: Route, who: Caller | None, key: str | None, path: Mapping[str, str], raw: bytes
) -> IdempotencyKey | None:
    """Return the idempotency key, if one was sent; ``INVALID_IDEMPOTENCY_KEY`` for a malformed one."""
    if key is None:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise DomainError(ErrorCode.INVALID_IDEMPOTENCY_KEY)
    place = " ".join((route.name, *(f"{name}={value}" for name, value in sorted(path.items()))))
    return IdempotencyKey.of(caller=speaker_of(who), route=place, key=key, body=raw)


def origin_of(event: Event) -> str:
    """Return the client's address and browser as seen by the gateway; empty without an address."""
    context = event.get("requestContext") or {}
    address = address_of(context)
    return f"{address}\0{context['identity'].get('userAgent') or ''}" if address else ""


def address_of(context: Mapping[str, Any]) -> str:
    """Return the client's address from the gateway's context; empty if it is unknown."""
    return str((context.get("identity") or {}).get("sourceIp") or "")


def _fault(code: str, pointer: str) -> FieldError:
    return FieldError(pointer=pointer, detail=code, code=code)


def _faults(error: ValidationError, raw: bytes) -> list[FieldError]:
    """Convert pydantic's errors to field errors, with pointers into the document itself."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        document = None
    said = error.errors(include_url=False, include_input=False)
    # Invalid entries are left out when pydantic counts a list, so "too short" is meaningless beside their errors.
    within = {one["loc"][:depth] for one in said for depth in range(len(one["loc"]))}
    return [
        FieldError(
            pointer=_pointer(one["loc"], document, is_missing=one["type"] == "missing"),
            detail=OTHERWISE[0],
            english=OTHERWISE[1],
            code=one["type"],
            blanks={name: str(value) for name, value in one.get("ctx", {}).items() if name != "error"},
        )
        for one in said
        if not (one["type"] == "too_short" and one["loc"] in within)
    ]


def _pointer(location: tuple[int | str, ...], document: object, *, is_missing: bool) -> str:
    """Return a location as an RFC 6901 pointer, without the names of union members that pydantic adds."""
    steps: list[str] = []
    for number, step in enumerate(location, start=1):
        is_entry = isinstance(document, list) and isinstance(step, int) and step < len(document)
        is_member = isinstance(document, dict) and isinstance(step, str) and step in document
        if is_entry or is_member:
            document = document[step]  # type: ignore[index]
        elif not (is_missing and number == len(location)):
            continue
        steps.append(escaped(str(step)))
    return "".join(f"/{step}" for step in steps)
