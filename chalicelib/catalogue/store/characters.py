"""The table of characters packaged with the code (``infra/characters`` builds it)."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.catalogue.model.search import Characters

TABLE: Final = Path(__file__).parents[1] / "characters.json"


@cache
def characters() -> Characters:
    """Return the table, read once per process."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return Characters(
        simplified=str.maketrans(table["traditional"], table["simplified"]),
        syllables={one: syllable for syllable, same in table["sounds"].items() for one in same},
    )
