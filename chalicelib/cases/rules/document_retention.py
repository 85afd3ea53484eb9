"""How long a document that somebody uploaded stays (材料文件保存期限)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from chalicelib.cases.model.case import Case, Material
from chalicelib.cases.rules.handling import has_work_left
from chalicelib.cases.rules.materials import is_handed_in
from chalicelib.clock import day_in_shanghai, months_after
from chalicelib.documents.model import Document
from chalicelib.documents.rules.documents import RETENTION
from chalicelib.rulepacks.model.pack import DocumentRetention
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

LOOK_AGAIN = timedelta(days=30)
"""How often a document is looked at while its case is open: nobody knows yet how long it stays."""


def kept_until(document: Document, case: Case | None, rules: DocumentRetention) -> date | None:
    """Return the last day on which a document is kept; ``None`` while its case is open.

    What was handed in, be it replaced since, is kept for years from the day on which the case was closed: the item's
    own number for the material, else the rule pack's. What was not, or belongs to a draft that was never filed, for
    some days from its upload.
    """
    if case is None or not is_handed_in(case, document):
        return day_in_shanghai(document.requested_at) + timedelta(days=rules.unfiled_days)
    ended_at = _ended_at(case)
    if ended_at is None or has_work_left(case):
        return None
    return months_after(day_in_shanghai(ended_at), 12 * (document.kept_years or rules.years))


def look_on(until: date | None, *, today: date) -> date:
    """Return the day on which to look at a document next: the one after its last, or some time from now."""
    return today + LOOK_AGAIN if until is None else until + timedelta(days=1)


def without_name(case: Case, document_id: str) -> Case:
    """Return the case without the name of a document's file: names are often personal, and go with the content."""

    def nameless(materials: Sequence[Material]) -> tuple[Material, ...]:
        return tuple(replace(one, name="") if one.document == document_id else one for one in materials)

    return replace(case, materials=nameless(case.materials), replaced=nameless(case.replaced))


def deletion_event(case: Case, document: Document, *, basis: str, at: datetime) -> NewEvent:
    """Return the event for the case's timeline that a document of it was deleted; its digest stays where it stood."""
    return NewEvent(
        kind=EventKind.MATERIAL_DELETED,
        occurred_at=at,
        actor=RETENTION,
        department=case.department,
        data={"document": document.document_id, "material": document.material, "basis": basis},
    )


def _ended_at(case: Case) -> datetime | None:
    """Return when a finished case was closed, refused acceptance or revoked; ``None`` for one that is open."""
    if not case.is_finished:
        return None
    if case.revocation is not None:
        return case.revocation.revoked_at
    if case.delivery is not None:
        return case.delivery.delivered_at
    return None if case.acceptance is None else case.acceptance.said_at
