"""A scale of grades that somebody made up: the service ships none."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.container import container
from chalicelib.rulepacks.model.grade_scale import GradeScale
from chalicelib.rulepacks.store import PACKS, load_rule_packs, pack_from

SCALE: dict[str, Any] = json.loads((Path(__file__).parent / "data/grade-scale.json").read_text(encoding="utf-8"))


def a_scale(**other: Any) -> GradeScale:  # noqa: ANN401 - any part of a scale as it is written down
    """The made-up scale, read as packs are: it begins at 800, and organisations alone have a grade."""
    data = json.loads((PACKS / "corrects-first.2023.json").read_text(encoding="utf-8"))
    data["settings"]["credit.grading"] = {**SCALE, **other}
    scale = pack_from(data).grading
    assert scale is not None
    return scale


def let_grades_count(patch: pytest.MonkeyPatch, scale: GradeScale, *, since: date) -> None:
    """Let an edition of every pack with the scale follow the packaged one on a day."""
    packs = [
        pack
        for old in load_rule_packs()
        for pack in (
            replace(old, effective_to=since - timedelta(days=1)),
            replace(old, edition="synthetic", effective_from=since, grading=scale),
        )
    ]
    patch.setattr(container(), "packs", tuple(packs))
    patch.setattr(container().credit, "_packs", tuple(packs))
