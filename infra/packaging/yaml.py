"""YAML by libyaml where PyYAML was built with it: a large template takes a tenth of the time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read(path: Path) -> dict[str, Any]:
    """Return the mapping that a file in UTF-8 holds, of plain types alone."""
    held: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506, either is safe
    return held


def write(path: Path, value: Mapping[str, Any], *, sort_keys: bool = True) -> None:
    """Write a mapping of plain types as a file in UTF-8."""
    path.write_text(yaml.dump(value, Dumper=Dumper, allow_unicode=True, sort_keys=sort_keys), encoding="utf-8")
