"""Puts the parts of the template together: ``infra/template/*.yaml``, a subject each."""

from pathlib import Path
from typing import Any, Final

import yaml

PARTS: Final = Path(__file__).parents[1] / "template"


def merged(folder: Path = PARTS) -> dict[str, dict[str, Any]]:
    """Return the whole template: each section with the entries of all parts; raises ``ValueError`` for a second one."""
    whole: dict[str, dict[str, Any]] = {}
    for part in sorted(folder.glob("*.yaml")):
        for section, entries in yaml.safe_load(part.read_text(encoding="utf-8")).items():
            known = whole.setdefault(section, {})
            if again := known.keys() & entries.keys():
                message = f"{part.name} defines what another part defines: {', '.join(sorted(again))}"
                raise ValueError(message)
            known.update(entries)
    return whole


def write_merged(path: Path) -> None:
    """Write the whole template as ``chalice package --merge-template`` takes it."""
    path.write_text(yaml.safe_dump(merged(), allow_unicode=True), encoding="utf-8")
