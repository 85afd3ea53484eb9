"""What is said of known weaknesses, above all where nothing could be looked up."""

import json
from typing import Any

from infra import audit

FINE: dict[str, Any] = {"name": "six", "version": "1.17.0", "vulns": []}
WEAK: dict[str, Any] = {
    "name": "jinja2",
    "version": "3.1.3",
    "vulns": [{"id": "PYSEC-2024-1", "fix_versions": ["3.1.4", "3.2.0"]}, {"id": "GHSA-x", "fix_versions": []}],
}
SKIPPED: dict[str, Any] = {"name": "boto3", "skip_reason": "Dependency not found"}


def report(*dependencies: dict[str, Any]) -> tuple[list[str], bool]:
    return audit.report(json.dumps({"dependencies": dependencies, "fixes": []}), "")


def test_a_weak_version_is_named_with_the_versions_that_are_mended() -> None:
    assert report(FINE, WEAK) == (
        [
            "2 of 2 versions were looked up.",
            "  jinja2 3.1.3: PYSEC-2024-1, mended in 3.1.4, 3.2.0",
            "  jinja2 3.1.3: GHSA-x, mended in no version",
            "2 known weaknesses.",
        ],
        True,
    )


def test_what_was_not_looked_up_is_named() -> None:
    assert report(FINE, SKIPPED) == (
        ["1 of 2 versions were looked up.", "  not looked up: boto3", "0 known weaknesses."],
        False,
    )


def test_where_no_data_can_be_reached_nobody_reads_that_nothing_is_weak() -> None:
    """pip-audit itself says "No known vulnerabilities found" then, and ends well."""
    skipped, _ = report(SKIPPED, SKIPPED)
    refused, is_weak = audit.report("", "WARNING: x\nERROR: could not connect\n")

    said = "No version was looked up: the data of known weaknesses cannot be reached from here"
    assert skipped == [f"{said} (of none of 2 versions there is any)."]
    assert refused == [f"{said} (ERROR: could not connect)."]
    assert not is_weak
