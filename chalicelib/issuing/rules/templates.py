"""Which kinds of documents follow from an event; the relay asks this of each event, so little is imported."""

import hashlib
from collections.abc import Sequence
from datetime import date

from chalicelib.issuing.model.texts import DocumentTexts, Template
from chalicelib.timeline.events import Event


def issued_id(event_id: str, kind: str) -> str:
    """Return the id of the document of a kind that follows from an event: always the same."""
    return hashlib.sha256(f"issued\n{event_id}\n{kind}".encode()).hexdigest()[:32]


def texts_in_force(editions: Sequence[DocumentTexts], *, on: date) -> DocumentTexts:
    """Return the edition in force on a day; ``LookupError`` if there is none."""
    begun = [texts for texts in editions if texts.in_force_from <= on]
    if not begun:
        message = f"no texts of documents are in force on {on}"
        raise LookupError(message)
    return max(begun, key=lambda texts: texts.in_force_from)


def templates_for(event: Event, texts: DocumentTexts) -> tuple[Template, ...]:
    """Return the kinds of documents that follow from an event; what the item's result must be is not looked at.

    The credit of a subject repeats the events of its flags under their kinds; a document follows from the flag's own.
    """
    if event.owner.partition(":")[0] != event.kind.partition(":")[0]:
        return ()
    return tuple(
        template
        for template in texts.templates
        if event.kind in template.events
        if all(event.data.get(name) == value for name, value in template.when.items())
    )


def is_for(template: Template, result: str) -> bool:
    """Whether a kind of document is made for items with a result (结果名称)."""
    return not template.results or result in template.results
