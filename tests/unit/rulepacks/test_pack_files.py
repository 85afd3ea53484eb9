"""The packs as they are written down."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.rulepacks.store import PACKS, pack_from

FILES = sorted(PACKS.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def rules_in(part: object) -> Iterator[dict[str, Any]]:
    """Every object that must rest on a basis: all but the containers that only sort others by a key."""
    if isinstance(part, dict):
        if "basis" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from rules_in(inner)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_named_for_its_pack_and_edition(path: Path) -> None:
    data = read(path)

    assert path.stem == f"{data['code']}.{data['edition']}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_setting_rests_on_a_basis(path: Path) -> None:
    rules = list(rules_in(read(path)))

    assert len(rules) > 40
    assert all(rule["basis"].strip() for rule in rules)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_setting_without_its_basis_is_refused(path: Path) -> None:
    for place in range(len(list(rules_in(read(path))))):
        data = read(path)
        list(rules_in(data))[place]["basis"] = ""

        with pytest.raises(ValueError, match=r"without its basis|no article"):
            pack_from(data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_pack_without_one_of_its_settings_is_refused(path: Path) -> None:
    for key in read(path)["settings"]:
        data = read(path)
        del data["settings"][key]

        with pytest.raises(KeyError, match=key):
            pack_from(data)


def test_a_pack_may_have_a_last_day() -> None:
    pack = pack_from(read(FILES[0]) | {"effective_to": "2026-03-31"})

    assert pack.effective_to is not None
    assert pack.effective_to.isoformat() == "2026-03-31"
