"""The published form of records: a JSON Schema, an example for each kind, and the columns of a CSV."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.credit.model.record_schema import RecordLine
from chalicelib.credit.rules.imports import COLUMNS
from chalicelib.credit.store.directories import directories

EXAMPLES = Path(__file__).parents[1] / "editions" / "record-examples.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The published form: directory edition, JSON Schema of a line, examples by kind, and columns."""

    edition: str
    line: Mapping[str, Any]
    examples: Mapping[str, dict[str, Any]]
    columns: Sequence[str]


@cache
def published() -> Published:
    """Return the form for the newest edition of the directory; cached per process."""
    return Published(
        edition=directories()[-1].edition,
        line=RecordLine.model_json_schema(),
        examples=json.loads(EXAMPLES.read_text(encoding="utf-8")),
        columns=(*sorted(COLUMNS), "contents.<name>"),
    )
