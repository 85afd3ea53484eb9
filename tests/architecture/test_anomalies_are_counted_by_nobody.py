"""Anomalies are listed and never scored: whoever would make a number of them has to read them first."""

import json
from pathlib import Path

import pytest

from chalicelib.http.routes import ROUTES, import_all
from chalicelib.supervision.model.anomalies import AnomalyKind
from tests.architecture.sources import DEPLOYED, named, uses

MODULES = tuple(f"chalicelib.supervision.{word}.anomalies" for word in ("model", "rules", "services", "store", "table"))
READERS = [
    "chalicelib/api/supervision/routes/anomalies.py",
    "chalicelib/container.py",
    "chalicelib/inspection/services.py",
    "chalicelib/web/supervisors/anomalies.py",
]


def reads_anomalies(path: Path) -> bool:
    used = uses(path.read_text(encoding="utf-8"))
    return any(name.startswith(MODULES) or name.endswith("container().anomalies.page") for name in used)


@pytest.mark.requirement("R4.20")
def test_only_lists_of_anomalies_read_them() -> None:
    outside = [path for path in DEPLOYED if not named(path).startswith("chalicelib/supervision/")]

    assert [named(path) for path in outside if reads_anomalies(path)] == READERS


@pytest.mark.requirement("R4.20")
def test_no_answer_but_those_lists_has_a_field_for_them() -> None:
    import_all()
    shapes = {route.name: json.dumps(route.answer.model_json_schema()) for route in ROUTES if route.answer}

    speaking = [
        name
        for name, schema in shapes.items()
        if "signal" in schema.lower() or AnomalyKind.CLOSED_AND_CONTRADICTED.value in schema
    ]

    assert speaking == ["GET /v1/supervision/signals", "GET /v1/inspections/{mandate_id}/signals"]
