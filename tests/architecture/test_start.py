"""What Lambda's INIT imports, in a process of its own: what is left out stays out, and what needs it still works."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = [
    "asyncio.events",
    "botocore.docs.method",
    "fontTools",
    "fpdf",
    "html.parser",
    "importlib.metadata",
    "structlog.dev",
    "zipfile",
]


def said_by(source: str, *, handler: str) -> object:
    """What a fresh process prints last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT,
        env={**os.environ, "_HANDLER": handler},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("handler", ["app.app", "app.sweep"])
def test_a_function_starts_without_what_it_never_uses(handler: str) -> None:
    source = """
import json, sys
before = set(sys.modules)
import app
new = set(sys.modules) - before
print(json.dumps(sorted(name for name in new if getattr(sys.modules[name], "__file__", None))))
"""

    imported = said_by(source, handler=handler)

    assert isinstance(imported, list)
    assert "botocore.client" in imported
    assert [name for name in LEFT_OUT if name in imported] == []


def test_what_is_left_out_is_there_once_it_is_used() -> None:
    source = """
import json
import app
import asyncio
import pydoc
from urllib3.http2 import probe
from chalicelib.aws import client

async def answer():
    await asyncio.sleep(0)
    return 42

print(json.dumps([
    asyncio.run(answer()),
    asyncio.__spec__.name,
    pydoc.splitdoc("A line.\\n\\nMore."),
    probe.__name__,
    client("sqs").send_message.__doc__,
]))
"""

    said = said_by(source, handler="app.app")

    assert said == [42, "asyncio", ["A line.", "More."], "urllib3.http2.probe", ""]


def test_the_function_that_issues_documents_draws_without_what_is_left_out_and_without_pictures() -> None:
    source = """
import json, sys
sys.modules["PIL"] = None
import app
from datetime import UTC, datetime
from chalicelib.issuing.model.issued import Sheet
from chalicelib.issuing.services.drawing import draw
texts = dict.fromkeys(("organ", "title", "addressee", "day"), "受理")
lists = dict.fromkeys(("lines", "body", "remedies", "notes", "translation"), ("𠮷",))
drawn = draw(Sheet(**texts, **lists, made_at=datetime(2026, 9, 28, tzinfo=UTC)), unprintable_note="{numbers}")
print(json.dumps([drawn.content[:5].decode(), drawn.unprintable]))
"""

    assert said_by(source, handler="app.issue") == ["%PDF-", []]


def test_values_are_equal_and_hashed_as_elsewhere_though_nothing_guards_them() -> None:
    source = """
import json
import app
from chalicelib.workdays.model.limits import Limit, Unit
from chalicelib.workdays.model.calendar import Calendar
one, same, other = (Limit(value=number, unit=Unit.HOURS, basis="第1条") for number in (1, 1, 2))
print(json.dumps([one == same, hash(one) == hash(same), len({one, same, other}), Calendar.__hash__ is object.__hash__]))
"""

    assert said_by(source, handler="app.app") == [True, True, 2, True]
