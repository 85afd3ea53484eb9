"""The list of measures, in pages: every edition, and writing the next one by forms, measure by measure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chalicelib.api.sanctions.routes import flags, measures
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.sanctions.services.editions import PUBLISHERS
from chalicelib.web.core import pages
from chalicelib.web.core.forms import again
from chalicelib.web.core.request import Download, Page, PageRequest, Redirect
from chalicelib.web.editors import writing
from chalicelib.web.editors.drafts import digest_of, is_to_publish, look
from chalicelib.web.editors.fields import Desk, Document, differences, offered_items
from chalicelib.web.editors.measure_parts import PARTS
from chalicelib.web.editors.writing import Writing

WRONG = (ErrorCode.EDITION_NOT_ACCEPTABLE, ErrorCode.INVALID_BODY)
"""What the route says of a list that is not complete yet."""


@pages.get("/measures", roles=PUBLISHERS)
def list_editions(visit: PageRequest) -> Page:
    """List every edition, and lead to the draft of the next one."""
    facts = {
        "found": visit.get(measures.editions),
        "draft": _writing(visit).found(visit),
        "done": visit.query.get("done"),
    }
    return Page(template="measures.html", facts=facts)


@pages.post("/measures/draft", roles=PUBLISHERS, form="/measures")
def begin(visit: PageRequest) -> Redirect:
    """Begin a draft with the edition in force, for tomorrow, under a name that is still to be given."""
    tomorrow = (visit.today + timedelta(days=1)).isoformat()
    return _writing(visit).begin(visit, {**_in_force(visit), "edition": "", "in_force_from": tomorrow})


@pages.get("/measures/draft", roles=PUBLISHERS)
def list_tasks(visit: PageRequest) -> Page:
    """Show the parts of the draft, and which of them are done."""
    return writing.list_tasks(_writing(visit), visit)


@pages.post("/measures/discard", roles=PUBLISHERS, form="/measures/draft")
def discard(visit: PageRequest) -> Redirect:
    """Throw the draft away."""
    return _writing(visit).discard(visit)


@pages.get("/measures/draft/{part}", roles=PUBLISHERS)
def ask_part(visit: PageRequest) -> Page:
    """Show one part."""
    return writing.ask_part(_writing(visit), visit)


@pages.post("/measures/draft/{part}", roles=PUBLISHERS, form="/measures/draft/{part}")
def save_part(visit: PageRequest) -> Page | Redirect:
    """Save a part."""
    return writing.save_part(_writing(visit), visit)


@pages.get("/measures/draft/{part}/{number}", roles=PUBLISHERS)
def ask_entry(visit: PageRequest) -> Page:
    """Show one measure."""
    return writing.ask_entry(_writing(visit), visit)


@pages.post("/measures/draft/{part}/{number}", roles=PUBLISHERS, form="/measures/draft/{part}/{number}")
def save_entry(visit: PageRequest) -> Page | Redirect:
    """Save, remove or move a measure."""
    return writing.save_entry(_writing(visit), visit)


@pages.get("/measures/check", roles=PUBLISHERS)
def check(visit: PageRequest) -> Page:
    """Say what is still to be put right; where nothing is, which flags would be suspended, and let it be published."""
    written = _writing(visit)
    draft = written.draft(visit)
    facts: dict[str, object] = {
        **written.facts(visit, draft),
        "digest": digest_of(draft.document),
        "is_changed": visit.sent("act") == "publish",
        "told": (),
    }
    try:
        seen = look(visit, measures.load, draft.document, path=_path(draft.document))
    except DomainError as refusal:
        if refusal.code not in WRONG:
            raise
        return Page(
            template="measure_check.html",
            facts=facts | {"told": writing.told(written, visit, refusal.faults, draft.document)},
        )
    facts |= {
        "seen": seen,
        "names": {code: name for code, name, *_ in offered_items(Desk(document={}, visit=visit))},
        "differences": list(differences(_in_force(visit), draft.document, PARTS, visit)),
    }
    return Page(template="measure_check.html", facts=facts)


@pages.post("/measures/check", roles=PUBLISHERS, form="/measures/check")
def publish(visit: PageRequest) -> Page | Redirect:
    """Publish the draft exactly as it was seen, or go on looking at which flags it would suspend."""
    draft = _writing(visit).found(visit)
    if draft is None:
        # The second click of a double click: the first one has published it.
        return Redirect(to="measures", query={"done": "loaded"})
    if not is_to_publish(visit, digest_of(draft.document)):
        return check(visit)
    try:
        visit.do(measures.load, path=_path(draft.document), body=draft.document)
    except DomainError as refusal:
        return again(check(visit), refusal, visit, fields={"": ""})
    _writing(visit).let_go(visit, draft)
    return Redirect(to="measures", query={"done": "loaded"})


@pages.get("/measures/file", roles=PUBLISHERS)
def ask_file(visit: PageRequest) -> Page:
    """Offer the draft as a file to take away, and to bring one in its place."""
    return writing.ask_file(_writing(visit), visit)


@pages.post("/measures/file", roles=PUBLISHERS, form="/measures/file")
def take_file(visit: PageRequest) -> Page | Redirect:
    """Take a file as the draft, if it is a list at all."""
    return writing.take_file(_writing(visit), visit, require=lambda document: _require_list(visit, document))


@pages.get("/measures/download", roles=PUBLISHERS)
def download(visit: PageRequest) -> Download:
    """Answer the draft as a file; where none was begun, the edition in force."""
    draft = _writing(visit).found(visit)
    return writing.as_file(draft.document if draft else _in_force(visit), "measures")


def _writing(visit: PageRequest) -> Writing:
    return Writing(
        name="measures",
        at="measures",
        title="title",
        untitled="list_of_measures",
        department=CREDIT_OFFICE,
        parts=PARTS,
        judge=lambda document: _faults(visit, document),
    )


def _in_force(visit: PageRequest) -> dict[str, Any]:
    """Return the edition in force as an editor sends it."""
    return visit.get(flags.measures).model_dump(mode="json", exclude={"next_cursor"})


def _path(document: Document) -> dict[str, str]:
    """Return the edition's address; one without a name is refused for that by the route."""
    return {"edition": str(document.get("edition") or "next")}


def _faults(visit: PageRequest, document: Document) -> Sequence[FieldError]:
    """Ask the route what is wrong with a list."""
    try:
        visit.do(measures.load, path=_path(document), query={"dry_run": "true", "limit": "1"}, body=document)
    except DomainError as refusal:
        if refusal.code not in WRONG:
            raise
        return refusal.faults
    return ()


def _require_list(visit: PageRequest, document: Document) -> None:
    """Raise ``INVALID_BODY`` for a document that is no list at all."""
    path = _path(document)
    try:
        visit.do(
            measures.load,
            path=path,
            query={"dry_run": "true", "limit": "1"},
            body={"edition": path["edition"]} | dict(document),
        )
    except DomainError as refusal:
        if refusal.code is not ErrorCode.EDITION_NOT_ACCEPTABLE:
            raise
