"""The merged template, as a deployment of the local stage would get it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.packaging import yaml
from infra.packaging.build import lay_out
from infra.packaging.template import mend, write_merged
from infra.packaging.wheels import Target


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Package everything but the dependencies, which no template names and which take most of the time."""
    project = tmp_path_factory.mktemp("packaged") / "project"
    lay_out(project)
    chalice = str(Path(sys.executable).with_name("chalice"))
    merged = project / "template.yaml"
    write_merged(merged)
    done = subprocess.run(
        [chalice, "package", "--stage", "local", "--merge-template", str(merged), "out"],
        cwd=project,
        env=os.environ | {"AWS_DEFAULT_REGION": "cn-north-1", "AWS_EC2_METADATA_DISABLED": "true"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    packaged = project / "out" / "sam.yaml"
    mend(packaged, stage="local", target=Target())
    return packaged


@pytest.fixture(scope="session")
def template(template_file: Path) -> dict[str, Any]:
    """Read it."""
    read: dict[str, Any] = yaml.read(template_file)
    return read


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return its resources by logical id."""
    found: dict[str, dict[str, Any]] = template["Resources"]
    return found
