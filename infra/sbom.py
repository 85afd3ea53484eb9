"""``python -m infra.sbom``: write what is deployed as a CycloneDX bill of materials, and hold the licences to a list.

It lists what the archives hold of other people's: the requirements of the functions at their locked versions, what
packaging copies of Chalice, the portal's styles and scripts, and the faces of issued documents.
The same lock gives the same bytes, so it bears no time and no number.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import metadata
from pathlib import Path
from typing import Any, Final, cast

from infra.assets import fonts
from infra.assets.build import CHARTS, MOJ_STYLES, PICKER_STYLES, STYLES
from infra.packaging.wheels import LEFT_OUT, LOCK, PINNED, lines_of, normalised

ROOT: Final = Path(__file__).resolve().parents[1]
WRITTEN: Final = ROOT / ".local" / "sbom.json"
COPIED: Final = frozenset({"chalice"})
"""What packaging leaves out of the requirements, and copies a part of."""
FROM_NPM: Final = ((STYLES, "MIT"), (CHARTS, "Apache-2.0"), (MOJ_STYLES, "MIT"), (PICKER_STYLES, "MIT"))
"""What the portal's styles and scripts are made of, with the licences that npm gives."""

ALLOWED: Final = frozenset(
    {
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MIT-0",
        "OFL-1.1",
        "PSF-2.0",
        "Unlicense",
        # Libraries that are shipped as they are, as sources, and can be exchanged for others (section 4 of both).
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
    }
)
"""SPDX's names of the licences under which something may be deployed with the service."""
SPDX: Final = {
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "LGPL": "LGPL-2.1-or-later",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
}
"""What packages write in place of SPDX's name, as their licence files say it."""


def bill() -> dict[str, Any]:
    """Return the bill of materials (CycloneDX 1.6)."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "xinnuo", "licenses": _licences("Apache-2.0")}},
        "components": sorted((*_packages(), *_assets()), key=lambda one: str(one["purl"])),
    }


def licence_of(about: Message) -> str:
    """Return the licence of a distribution's metadata as SPDX expresses it, or as it stands there if unknown."""
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License ::")
    ]
    said = about.get("License-Expression") or about.get("License") or (classified or ["unknown"])[-1]
    first = str(said).partition("\n")[0].strip()
    return SPDX.get(first, first)


def forbidden(components: list[dict[str, Any]]) -> list[str]:
    """Return the components, with their licences, of which no alternative is allowed."""
    return [
        f"{one['name']} {one['version']}: {licence}"
        for one in components
        for licence in [one["licenses"][0]["expression"]]
        if not any(_is_allowed(alternative) for alternative in re.split(r" OR ", licence.strip("()")))
    ]


def _is_allowed(alternative: str) -> bool:
    return all(part.strip("() ") in ALLOWED for part in alternative.split(" AND "))


def _packages() -> Iterator[dict[str, Any]]:
    locked = lines_of(LOCK.read_text(encoding="utf-8"))
    for name, version in PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")):
        plain = normalised(name)
        if plain in LEFT_OUT - COPIED:
            continue
        hashes = re.findall(r"--hash=sha256:(\S+)", locked[f"{plain}=={version}"])
        yield {
            "type": "library",
            "name": plain,
            "version": version,
            "purl": f"pkg:pypi/{plain}@{version}",
            "licenses": _licences(licence_of(cast("Message", metadata(name)))),
            "externalReferences": [
                {
                    "type": "distribution",
                    "url": f"https://pypi.org/project/{plain}/{version}/",
                    "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
                }
            ],
        }


def _assets() -> Iterator[dict[str, Any]]:
    npm = [(each.package, each.version, licence) for each, licence in FROM_NPM]
    for name, version, licence in [*npm, (fonts.SERIF, fonts.SERIF_VERSION, "OFL-1.1")]:
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        yield {"type": "library", "name": name, "version": version, "purl": purl, "licenses": _licences(licence)}
    for name, version in PINNED.findall(fonts.RARE.read_text(encoding="utf-8")):
        purl = f"pkg:pypi/{name}@{version}"
        yield {"type": "library", "name": name, "version": version, "purl": purl, "licenses": _licences("OFL-1.1")}


def _licences(expression: str) -> list[dict[str, str]]:
    return [{"expression": expression}]


def main() -> int:
    """Write it, print how many components have which licence, and give 1 if one is not allowed."""
    made = bill()
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    components = made["components"]
    for licence, number in Counter(one["licenses"][0]["expression"] for one in components).most_common():
        print(f"{number:4}  {licence}")
    print(f"{len(components)} components: {WRITTEN.relative_to(ROOT)}")
    if faults := forbidden(components):
        print(
            "\n".join(["Not among the licences that may be deployed (ALLOWED in infra/sbom.py):", *faults]),
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
