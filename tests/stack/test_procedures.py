"""Each procedure has its page, and whatever the list says that it is tried by is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.local.demo.walk import STEPS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "procedures" / "README.md"
ROWS = re.findall(r"^\| \[(.+?)\]\((.+?)\) \| .+? \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_procedure_has_a_page_and_every_page_stands_in_the_list() -> None:
    assert [page for _, page, _ in ROWS if not (PAGE.parent / page).is_file()] == []
    own = {page.name for page in PAGE.parent.glob("*.md")} - {"README.md"}
    assert own <= {page for _, page, _ in ROWS}


@pytest.mark.parametrize(("name", "tried_by"), [(name, tried_by) for name, _, tried_by in ROWS])
def test_every_procedure_is_tried(name: str, tried_by: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    commands = re.findall(r"`make ([\w-]+)", tried_by)
    files = re.findall(r"`(tests/\S+)`", tried_by)
    steps = [
        int(number) for number in re.findall(r"\d+", tried_by.partition(" of `make demo`")[0]) if "step" in tried_by
    ]
    assert [one for one in commands if not re.search(rf"^{one}:", makefile, re.MULTILINE)] == []
    assert [one for one in files if not (ROOT / one).is_file()] == []
    assert all(step <= len(STEPS) for step in steps)
    assert commands or files, name


@pytest.mark.parametrize("verb", ["nightly", "replay FROM=a TO=b", "rotate KEY=k1", "up", "messages"])
def test_what_is_for_the_local_cloud_is_not_done_there_for_another_stage(verb: str) -> None:
    done = subprocess.run(
        [str(shutil.which("make")), "--dry-run", *verb.split(), "STAGE=prod"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert "this is for the local cloud alone; docs/runbooks says how it is done on prod" in done.stderr
