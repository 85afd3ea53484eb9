"""The bill of materials lists what is deployed, with its hashes, under licences that allow it."""

from email.message import Message

import pytest

from infra.assets import build
from infra.packaging.build import REQUIREMENTS
from infra.packaging.wheels import LEFT_OUT, PINNED, normalised
from infra.sbom import bill, forbidden, licence_of


def component(licence: str) -> dict[str, object]:
    return {"name": "thing", "version": "1", "licenses": [{"expression": licence}]}


def test_everything_that_is_packaged_is_listed_once_by_its_hashes() -> None:
    listed = {one["name"]: one for one in bill()["components"]}
    drawn = {each.package for each in vars(build).values() if isinstance(each, build.FromNpm)}
    packaged = {normalised(name) for name, _ in PINNED.findall(REQUIREMENTS.read_text())} - LEFT_OUT

    assert len(listed) == len(bill()["components"])
    assert packaged | drawn | {"chalice", "govuk-frontend", "echarts"} <= listed.keys()
    assert not {"boto3", "pillow", "pytest"} & listed.keys()
    (where,) = listed["pydantic"]["externalReferences"]
    assert where["type"] == "distribution"
    assert {each["alg"] for each in where["hashes"]} == {"SHA-256"}
    assert {len(each["content"]) for each in where["hashes"]} == {64}


def test_everything_that_is_deployed_may_be_by_its_licence() -> None:
    assert forbidden(bill()["components"]) == []


@pytest.mark.parametrize("licence", ["MIT", "GPL-3.0-only OR MIT", "MIT AND PSF-2.0", "(Apache-2.0 OR GPL-2.0-only)"])
def test_one_allowed_alternative_is_enough(licence: str) -> None:
    assert forbidden([component(licence)]) == []


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "MIT AND GPL-3.0-only", "unknown", "Proprietary"])
def test_any_other_licence_is_named(licence: str) -> None:
    assert forbidden([component(licence)]) == [f"thing 1: {licence}"]


@pytest.mark.parametrize(
    ("field", "value", "licence"),
    [
        ("License-Expression", "MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("License", "Apache License 2.0", "Apache-2.0"),
        ("Classifier", "License :: OSI Approved :: MIT License", "MIT"),
        ("Classifier", "Programming Language :: Python", "unknown"),
    ],
)
def test_a_licence_is_read_wherever_a_package_writes_it(field: str, value: str, licence: str) -> None:
    about = Message()
    about[field] = value

    assert licence_of(about) == licence
