"""Puts the parts of the template together (``infra/template/*.yaml``), and mends what Chalice makes of them."""

from pathlib import Path
from typing import Any, Final

import yaml

from chalicelib.addresses import PORTAL

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


def leave_the_portal_to_the_proxy(path: Path) -> None:
    """Take the portal's pages, all but its root, out of the addresses that the gateway of a packaged template names.

    ``/{proxy+}`` passes them on as well. A REST API has room for 300 parts of addresses, and the API alone needs 200.
    """
    template = yaml.safe_load(path.read_text(encoding="utf-8"))
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for page in {name.partition(" ")[2] for names in PORTAL.values() for name in names} - {"/"}:
        del paths[page]
    path.write_text(yaml.safe_dump(template, allow_unicode=True, sort_keys=False), encoding="utf-8")
