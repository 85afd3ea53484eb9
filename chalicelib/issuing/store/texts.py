"""Loading the texts of documents that are packaged with the code."""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from chalicelib.issuing.model.texts import DocumentTexts

TEXTS: Final = Path(__file__).parents[1] / "texts"


@cache
def document_texts() -> tuple[DocumentTexts, ...]:
    """Return all packaged editions, read once per process, on first use."""
    adapter = TypeAdapter(DocumentTexts)
    return tuple(adapter.validate_json(path.read_bytes()) for path in sorted(TEXTS.glob("*.json")))
