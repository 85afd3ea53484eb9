"""Reads a submitted form, and draws it again with what is wrong."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from chalicelib.clock import SHANGHAI
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.parsing import bytes_of
from chalicelib.http.problems import Failure, failure_of, problem_of
from chalicelib.web.core.faults import Fault, faults_of
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest

LARGEST: Final = 4 * 1024 * 1024
"""The most bytes of a form with its files; a Lambda function takes no larger request."""

ROOM: Final = 64 * 1024
"""How many of these bytes the browser's script leaves for the other fields."""

DOCUMENT: Final = "document"
DOCUMENT_FILE: Final = "document_file"
"""The field for a file that holds an editor's document; it is read as if its text had been typed."""

MATERIAL: Final = "document-"
"""The prefix of the field that holds the documents handed in for a material; the material's id follows."""

FILES: Final = ("files",)
"""The script that checks the size of a form's files."""

CARRIED: Final = frozenset({"form_token", "once", "version", "assertion", "registration", "promise"})
"""Fields that no person fills in; the page or a device does."""

OWN_PAGE: Final = frozenset(
    {
        ErrorCode.UNAUTHENTICATED,
        ErrorCode.FRESH_LOGIN_REQUIRED,
        ErrorCode.FORBIDDEN,
        ErrorCode.NOT_FOUND,
        ErrorCode.ITEM_ABOLISHED,
        ErrorCode.UNAVAILABLE,
        ErrorCode.INTERNAL_ERROR,
    }
)
"""Errors that changing the form cannot cure; they have pages of their own."""


def written(form: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the free text of a form, so that people can keep it when the form itself is lost."""
    texts = (value.strip() for name, values in form.items() if name not in CARRIED for value in values)
    return [each for each in texts if each and (not each.isascii() or " " in each)]


def is_too_large(event: Mapping[str, Any]) -> bool:
    """Whether a form with its files has more than ``LARGEST`` bytes."""
    body = event["body"] or ""
    return len(body) > LARGEST and len(bytes_of(event)) > LARGEST


def too_large(page: Page, visit: PageRequest) -> Page:
    """Return the form's page with an error at the largest file, or at the top if there are no files."""
    largest = max(visit.uploads, key=lambda upload: upload.size, default=None)
    name = "file_too_large" if largest else "form_too_large"
    drawn = at_fault(page, **{largest.field if largest else "": text(name, visit.language)})
    return replace(drawn, status=problem_of(ErrorCode.BODY_TOO_LARGE).status)


def again(page: Page, error: DomainError, visit: PageRequest, *, fields: Mapping[str, str] | None = None) -> Page:
    """Return the form's page with the errors on top and at each field; what was typed stays.

    ``fields`` says at which field to show an error: by a pointer into the API's body, where the field has another name,
    and for errors that point at nothing, by their code or "". Whatever has nothing to do with the form is raised.
    """
    if error.code in OWN_PAGE:
        raise error
    failure = failure_of(error, visit.language, route=visit.route)
    named = fields or {}
    faults = [
        {
            "field": named.get(fault.pointer, fault.pointer.strip("/").replace("/", "-")),
            "text": said,
            "code": fault.code,
            "blanks": fault.blanks,
        }
        for fault, (_, said) in zip(error.faults, failure.faults, strict=False)
    ]
    field = named.get(error.code, named.get("", ""))
    told = {"faults": faults or [{"field": field, "text": words_of(failure)[1]}], "refused_for": error.facts}
    return replace(page, facts={**page.facts, **told}, status=failure.status)


def words_of(failure: Failure) -> tuple[str, str]:
    """Return the title and the advice of an error; the portal has its own words where the API speaks of headers."""
    if failure.reason is ErrorCode.IDEMPOTENCY_KEY_REUSED:
        return text("sent_before", failure.language), text("sent_before_do", failure.language)
    return failure.title, failure.detail


def at_fault(page: Page, **texts: str) -> Page:
    """Return the form's page with errors that the portal found itself, a text for each field, before any others."""
    found = [Fault(field=name, text=text) for name, text in texts.items()]
    others = [fault for fault in faults_of(page) if fault.field not in texts]
    facts = {**page.facts, "faults": [asdict(fault) for fault in (*found, *others)]}
    return replace(page, facts=facts, status=problem_of(ErrorCode.INVALID_BODY).status)


def unanswered(visit: PageRequest, **texts: str) -> dict[str, str]:
    """Return what to say at those fields of a form that have no answer; ``texts`` names a text for each."""
    return {name: text(said, visit.language) for name, said in texts.items() if not visit.sent(name)}


def materials_sent(visit: PageRequest) -> list[dict[str, str]]:
    """Return the materials that a form hands in, each by its id and the id of its document."""
    return [
        {"id": name.removeprefix(MATERIAL), "document": document}
        for name, documents in visit.form.items()
        if name.startswith(MATERIAL)
        for document in documents
    ]


def moment_of(sent: str) -> str:
    """Read local time in Shanghai, as a browser sends it; anything else is returned unchanged."""
    try:
        moment = datetime.fromisoformat(sent)
    except ValueError:
        return sent
    return sent if moment.tzinfo else moment.replace(tzinfo=SHANGHAI).isoformat()
