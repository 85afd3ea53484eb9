"""Reading a form that was sent, and drawing it again where something in it is not as it should be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from chalicelib.clock import SHANGHAI
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.parsing import bytes_of
from chalicelib.http.problems import Failure, failure_of, problem_of
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a form with its files: what a function is handed in one call has room for no more."""

ROOM: Final = 64 * 1024
"""Bytes of those that the browser's script leaves to what is written beside the files."""

DOCUMENT: Final = "document"
DOCUMENT_FILE: Final = "document_file"
"""The field of a file that is itself what a form says, an editor's edition: it is read as if it had been typed."""

MATERIAL: Final = "material-"
"""What the name of a file's field begins with, before the id of the material that it is."""

FILES: Final = ("files",)
"""The script that looks how large the files of a form are."""

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


def written(form: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return what somebody wrote into a form in their own words, to be taken along where the form itself is lost."""
    texts = (value.strip() for name, values in form.items() if name not in CARRIED for value in values)
    return [each for each in texts if each and (not each.isascii() or " " in each)]


def is_too_large(event: Mapping[str, Any]) -> bool:
    """Say whether a form with its files has more than ``LARGEST`` bytes."""
    body = event["body"] or ""
    return len(body) > LARGEST and len(bytes_of(event)) > LARGEST


def too_large(page: Page, visit: PageRequest) -> Page:
    """Return the form's page, which names the largest of the files, or what was written if there is none."""
    largest = max(visit.uploads, key=lambda upload: upload.size, default=None)
    name = "file_too_large" if largest else "form_too_large"
    drawn = at_fault(page, **{largest.field if largest else "": text(name, visit.language)})
    return replace(drawn, status=problem_of(ErrorCode.BODY_TOO_LARGE).status)


def again(page: Page, error: DomainError, visit: PageRequest, *, fields: Mapping[str, str] | None = None) -> Page:
    """Return the form's page with what is wrong on top and at each field; what was typed stays.

    ``fields`` says at which field to show an error: by a pointer into the API's body, where the field has another name,
    and for errors that point at nothing, by their code or "". Whatever has nothing to do with the form is raised.
    """
    if error.code in OWN_PAGE:
        raise error
    failure = failure_of(error, visit.language, route=visit.route)
    named = fields or {}
    faults = [
        {"field": named.get(pointer, pointer.strip("/").replace("/", "-")), "text": said}
        for pointer, said in failure.faults
    ]
    field = named.get(error.code, named.get("", ""))
    told = {"faults": faults or [{"field": field, "text": words_of(failure)[1]}], "refused_for": error.facts}
    return replace(page, facts={**page.facts, **told}, status=failure.status)


def words_of(failure: Failure) -> tuple[str, str]:
    """Return what went wrong and what to do: the API's words, but where they speak of its own headers."""
    if failure.reason is ErrorCode.IDEMPOTENCY_KEY_REUSED:
        return text("sent_before", failure.language), text("sent_before_do", failure.language)
    return failure.title, failure.detail


def at_fault(page: Page, **texts: str) -> Page:
    """Return the form's page with what the portal itself found wrong: the text for each field."""
    facts = {**page.facts, "faults": [{"field": name, "text": text} for name, text in texts.items()]}
    return replace(page, facts=facts, status=problem_of(ErrorCode.INVALID_BODY).status)


def materials_sent(visit: PageRequest) -> list[dict[str, str]]:
    """Return the materials that came with a form: which one of the list, and the digest of its bytes."""
    return [
        {"id": upload.field.removeprefix(MATERIAL), "sha256": upload.sha256, "name": upload.name[:200]}
        for upload in visit.uploads
        if upload.field.startswith(MATERIAL)
    ]


def moment_of(sent: str) -> str:
    """Read a moment as a browser writes it: the clock on the wall in Shanghai; anything else stays as it is."""
    try:
        return datetime.fromisoformat(sent).replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return sent
