"""Loading the texts of documents that are packaged with the code."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from chalicelib.issuing.model.texts import DocumentTexts, Organ, Phrases, Template
from chalicelib.settings import DEPARTMENTS

TEXTS: Final = Path(__file__).parents[1] / "texts"
LISTS: Final = ("events", "paragraphs", "translation", "results", "replaced_by", "ended_by")


@cache
def document_texts() -> tuple[DocumentTexts, ...]:
    """Return all packaged editions, read once per process, on first use."""
    return tuple(texts_from(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(TEXTS.glob("*.json")))


def texts_from(data: Mapping[str, Any]) -> DocumentTexts:
    """Read an edition from its JSON form; raises ``KeyError``, ``TypeError`` or ``ValueError`` for invalid data."""
    return DocumentTexts(
        edition=data["edition"],
        in_force_from=date.fromisoformat(data["in_force_from"]),
        organs=_organs(),
        phrases=Phrases(**data["phrases"]),
        templates=tuple(_template(template) for template in data["templates"]),
    )


def _organs() -> Mapping[str, Organ]:
    """Return what departments are called on paper, read here by itself: whoever only orders a document names nobody."""
    listed = json.loads(DEPARTMENTS.read_bytes())
    return {one["code"]: Organ(name=one["full_name"]["zh"], english=one["full_name"]["en"]) for one in listed}


def _template(data: Mapping[str, Any]) -> Template:
    return Template(**{**data, **{name: tuple(data[name]) for name in LISTS if name in data}})
