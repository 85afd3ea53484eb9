"""What AWS makes of the template by its own transform, which no emulator's word stands for."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.artefacts import take_code_from
from infra.local import environments
from infra.packaging import yaml
from infra.packaging.limits import ROOM

PARAMETERS = {
    "Stage": "local",
    "Issuer": "https://login.city.example/oidc",
    "JwksUrl": "https://login.city.example/oidc/jwks",
    "AuthorizeUrl": "https://login.city.example/oidc/authorize",
    "TokenUrl": "https://login.city.example/oidc/token",
}
REGIONS = ("cn-north-1", "cn-northwest-1", "eu-central-1")
"""Both in which the stack may stand, and one of another partition."""


def transform(source: Path, region: str = "cn-north-1") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [environments.python_of("cloud"), "-m", "infra.local.aws.transform", str(source), json.dumps(PARAMETERS)],
        env=environments.aws_environment() | {"AWS_DEFAULT_REGION": region},
        cwd=Path(__file__).resolve().parents[2],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def uploaded(template_file: Path) -> Path:
    """Return the template as it lies in the bucket of artefacts."""
    environments.build()
    template = yaml.read(template_file)
    take_code_from("artefacts", dict.fromkeys(("deployment.zip", "issue.zip"), "archives/0.zip"), template)
    path = template_file.with_name("uploaded.json")
    path.write_text(json.dumps(template))
    return path


@pytest.fixture(scope="session")
def transformed(uploaded: Path) -> dict[str, Any]:
    """Return what AWS makes of it in Beijing."""
    done = transform(uploaded)
    assert done.returncode == 0, done.stderr
    template: dict[str, Any] = json.loads(done.stdout)
    return template


def test_the_transformed_template_has_no_fault_in_any_region(transformed: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(transformed))

    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--regions", *REGIONS, "--template", str(path)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_transform_makes_the_same_in_both_regions_of_china(uploaded: Path, transformed: dict[str, Any]) -> None:
    assert json.loads(transform(uploaded, "cn-northwest-1").stdout) == transformed


def test_a_template_whose_archives_lie_in_no_bucket_would_be_refused(uploaded: Path, template_file: Path) -> None:
    assert transform(uploaded).returncode == 0
    assert "'CodeUri' is not a valid S3 Uri" in transform(template_file).stderr


def test_the_transform_leaves_one_stage_and_room_for_more_resources(transformed: dict[str, Any]) -> None:
    kinds = Counter(each["Type"] for each in transformed["Resources"].values())

    assert kinds["AWS::ApiGateway::Stage"] == 1
    assert kinds["AWS::Lambda::Function"] == 12
    assert kinds.total() < ROOM * 500
