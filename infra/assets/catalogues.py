"""Makes one gettext catalogue a language of the portal's texts, which stand in a file for each subject."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

WEB: Final = Path(__file__).resolve().parents[2] / "chalicelib" / "web"
LANGUAGES: Final = ("zh", "en")
NO_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What stands in a catalogue for the day on which it was made: the same texts are the same bytes."""


def read(path: Path) -> Catalog:
    """Return a file of texts; raises ``PoFileError`` for one that is not well written."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def files_of(language: str) -> list[Path]:
    """Return the files of texts of a language, of every workplace."""
    return sorted(WEB.glob(f"*/locale/{language}/*.po"))


def texts_of(language: str) -> dict[str, str]:
    """Return every text of a language by its name; ``ValueError`` for a name that stands twice."""
    found: dict[str, str] = {}
    for path in files_of(language):
        for message in read(path):
            if not message.id:
                continue
            if message.id in found:
                error = f"{path.name} has {message.id} once more"
                raise ValueError(error)
            found[str(message.id)] = str(message.string)
    return found


def compiled(language: str) -> bytes:
    """Return the catalogue of a language as gettext reads it."""
    whole = Catalog(locale=language, fuzzy=False, creation_date=NO_DAY, revision_date=NO_DAY)
    for name, text in sorted(texts_of(language).items()):
        whole.add(name, text)
    made = io.BytesIO()
    write_mo(made, whole)
    return made.getvalue()
