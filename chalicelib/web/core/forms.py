"""Reading a form that was sent, and drawing it again where something in it is not as it should be."""

import base64
import binascii
import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs

from chalicelib.api.calls import Language
from chalicelib.api.exchange import told
from chalicelib.api.problems import problem_of
from chalicelib.api.reading import LARGEST_BODY
from chalicelib.clock import SHANGHAI
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Upload

FORM: Final = "application/x-www-form-urlencoded"
WITH_FILES: Final = "multipart/form-data"

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a form with its files: what a function is handed in one call has room for no more."""

ROOM: Final = 64 * 1024
"""Bytes of those that the browser's script leaves to what is written beside the files."""

MOST_FIELDS: Final = 1000

DOCUMENT: Final = "document"
DOCUMENT_FILE: Final = "document_file"
"""The field of a file that is itself what a form says, an editor's edition: it is read as if it had been typed.

One that no route would take is not read; it comes as an upload like others.
"""

CARRIED: Final = frozenset({"form_token", "once", "version", "assertion", "registration", "promise"})
"""Fields that nobody has filled in: the page brought them, or a device."""

OWN_PAGE: Final = frozenset(
    {
        ErrorCode.UNAUTHENTICATED,
        ErrorCode.FRESH_LOGIN_REQUIRED,
        ErrorCode.FORBIDDEN,
        ErrorCode.NOT_FOUND,
        ErrorCode.UNAVAILABLE,
        ErrorCode.INTERNAL_ERROR,
    }
)
"""Reasons that no change of the form can help: they have pages of their own."""


def read_form(media_type: str, event: Mapping[str, Any]) -> tuple[Mapping[str, tuple[str, ...]], tuple[Upload, ...]]:
    """Return every field's values and the files that were sent; refuses what is no form, or has too many fields.

    One that ``is_too_large`` is read all the same, so that its page can come back with what was typed.
    """
    kind, _, _ = media_type.partition(";")
    raw = _bytes_of(event)
    if kind.strip().lower() == FORM:
        sent = raw.decode(errors="replace")
        if sent.count("&") >= MOST_FIELDS:
            raise DomainError(ErrorCode.BODY_TOO_LARGE)
        fields = parse_qs(sent, keep_blank_values=True)
        return {name: tuple(values) for name, values in fields.items()}, ()
    if kind.strip().lower() == WITH_FILES:
        return _parts_of(media_type, raw)
    raise DomainError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)


def written(form: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return what somebody wrote into a form in their own words, to be taken along where the form itself is lost."""
    texts = (value.strip() for name, values in form.items() if name not in CARRIED for value in values)
    return [each for each in texts if each and (not each.isascii() or " " in each)]


def is_too_large(event: Mapping[str, Any]) -> bool:
    """Say whether a form with its files has more than ``LARGEST`` bytes."""
    body = event["body"] or ""
    return len(body) > LARGEST and len(_bytes_of(event)) > LARGEST


def too_large(page: Page, visit: PageRequest) -> Page:
    """Return the form's page, which names the largest of the files, or what was written if there is none."""
    largest = max(visit.uploads, key=lambda upload: upload.size, default=None)
    name = "file_too_large" if largest else "form_too_large"
    drawn = at_fault(page, **{largest.field if largest else "": text(name, visit.language)})
    return replace(drawn, status=problem_of(ErrorCode.BODY_TOO_LARGE).status)


def again(page: Page, error: DomainError, visit: PageRequest, *, fields: Mapping[str, str] | None = None) -> Page:
    """Return the form's page with what is wrong on top and at each field; what was typed stays.

    ``fields`` says which field a pointer of the API's body stands for, where that is not plain from its name.
    Whatever has nothing to do with the form is raised.
    """
    if error.code in OWN_PAGE:
        raise error
    known = problem_of(error.code)
    named = fields or {}
    faults = [
        {
            "field": named.get(fault.pointer, fault.pointer.strip("/").replace("/", "-")),
            "text": told(fault, visit.language),
        }
        for fault in error.faults
    ]
    detail = words_of(error.code, visit.language)[1]
    facts = {**page.facts, "faults": faults or [{"field": named.get("", ""), "text": detail}]}
    return replace(page, facts=facts, status=known.status)


def words_of(reason: ErrorCode, language: Language) -> tuple[str, str]:
    """Return what a refusal is called and what to do: the API's words, but where they speak of its own headers."""
    if reason is ErrorCode.IDEMPOTENCY_KEY_REUSED:
        return text("sent_before", language), text("sent_before_do", language)
    known = problem_of(reason)
    return (known.title_zh, known.detail_zh) if language == "zh" else (known.title_en, known.detail_en)


def at_fault(page: Page, **texts: str) -> Page:
    """Return the form's page with what the portal itself found wrong: the text for each field."""
    facts = {**page.facts, "faults": [{"field": name, "text": text} for name, text in texts.items()]}
    return replace(page, facts=facts, status=problem_of(ErrorCode.INVALID_BODY).status)


def moment_of(sent: str) -> str:
    """Read a moment as a browser writes it: the clock on the wall in Shanghai; anything else stays as it is."""
    try:
        return datetime.fromisoformat(sent).replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return sent


def _bytes_of(event: Mapping[str, Any]) -> bytes:
    body = event["body"] or ""
    if not event.get("isBase64Encoded"):
        raw = body.encode(errors="surrogatepass")
    else:
        try:
            raw = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise DomainError(ErrorCode.UNSUPPORTED_MEDIA_TYPE) from None
    return raw


def _parts_of(media_type: str, raw: bytes) -> tuple[Mapping[str, tuple[str, ...]], tuple[Upload, ...]]:
    """Read a form with files; of a file we keep its name and its digest, and never its bytes (R1.4).

    Only an editor's document, which is nobody's evidence, is read.
    """
    from multipart import MultipartError, MultipartParser, parse_options_header  # noqa: PLC0415 - few forms have files

    _, options = parse_options_header(media_type)
    fields: dict[str, tuple[str, ...]] = {}
    uploads: list[Upload] = []
    document: str | None = None
    try:
        room = len(raw) + 1  # the parser would put whatever has no room in memory into files
        parser = MultipartParser(
            io.BytesIO(raw),
            options.get("boundary", ""),
            part_limit=MOST_FIELDS,
            spool_limit=room,
            memory_limit=room,
        )
        for part in parser.parts():
            if not part.filename and part.content_type != "application/octet-stream":
                fields[part.name] = (*fields.get(part.name, ()), part.value)
            elif part.name == DOCUMENT_FILE and part.filename and len(part.raw) <= LARGEST_BODY:
                document = part.raw.decode("utf-8-sig", errors="replace")
            elif part.filename:
                digest = hashlib.sha256(part.raw).hexdigest()
                name = "".join(letter for letter in part.filename if letter.isprintable()).strip()
                uploads.append(Upload(field=part.name, name=name or part.name, sha256=digest, size=len(part.raw)))
    except (MultipartError, LookupError, ValueError):  # of the boundary, of a charset, of the text in it
        raise DomainError(ErrorCode.UNSUPPORTED_MEDIA_TYPE) from None
    if document is not None:
        fields[DOCUMENT] = (document,)
    return fields, tuple(uploads)
