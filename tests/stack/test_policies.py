"""What no function may do, whatever its code calls; ``tests/rights.py`` holds policies against the calls themselves."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.packaging import yaml
from infra.packaging.limits import rendered
from infra.packaging.template import by_name, names_of_tables

ROOT = Path(__file__).resolve().parents[2]
CHALICE = ROOT / ".chalice"
TABLES = ROOT / "infra" / "template" / "tables.yaml"
FUNCTIONS = (
    "api",
    "sweep",
    "sweep_shard",
    "hourly",
    "nightly",
    "dispatch_events",
    "replay",
    "deliver",
    "ingest",
    "quarantine",
    "issue",
    "walks",
)
APPEND_ONLY = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"}


def statements(function: str) -> list[dict[str, Any]]:
    policy = json.loads((CHALICE / f"policy-{function}.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def test_every_function_has_a_policy_of_its_own_and_none_is_guessed() -> None:
    config = json.loads((CHALICE / "config.json").read_text(encoding="utf-8"))

    files = {name: function["iam_policy_file"] for name, function in config["lambda_functions"].items()}

    assert config["autogen_policy"] is False
    assert files | {"api": config["iam_policy_file"]} == {name: f"policy-{name}.json" for name in FUNCTIONS}


def test_every_stage_is_told_its_own_name() -> None:
    config = json.loads((CHALICE / "config.json").read_text(encoding="utf-8"))

    told = {name: stage["environment_variables"]["XINNUO_STAGE"] for name, stage in config["stages"].items()}

    assert told == {"local": "local", "dev": "dev", "prod": "prod"}


def test_a_stage_changes_the_memory_of_the_api_alone() -> None:
    """What a stage says for itself, Chalice takes for each of its functions, whatever they ask for."""
    config = json.loads((CHALICE / "config.json").read_text(encoding="utf-8"))

    for stage in config["stages"].values():
        assert stage.keys() <= {"environment_variables", "lambda_functions"}
        assert stage.get("lambda_functions", {}).keys() <= {"api_handler"}


def test_every_table_and_every_index_is_used_by_some_function() -> None:
    template = yaml.read(TABLES)["Resources"]
    tables = {name: each["Properties"] for name, each in template.items() if name.endswith("Table")}
    policies = json.dumps([statements(each) for each in FUNCTIONS])

    indexes = [
        f'{name}.Arn}}/index/{index["IndexName"]}"'
        for name, table in tables.items()
        for index in table.get("GlobalSecondaryIndexes", ())
    ]
    assert [name for name in tables if name not in policies] == []
    assert [index for index in indexes if index not in policies] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_granted_twice(function: str) -> None:
    granted = Counter(
        (action, json.dumps(resource), json.dumps(statement.get("Condition")))
        for statement in statements(function)
        for resource in (statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]])
        for action in statement["Action"]
    )

    assert [right for right, times in granted.items() if times > 1] == []


@pytest.mark.requirement("R7.9", "R7.10")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_nobody_may_change_or_delete_an_event(function: str) -> None:
    allowed = {
        action
        for statement in statements(function)
        if '["TimelineTable", "Arn"]' in json.dumps(statement["Resource"])
        for action in statement["Action"]
    }

    assert allowed <= APPEND_ONLY, function


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_right_names_its_actions_and_its_resources(function: str) -> None:
    for statement in statements(function):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        assert statement["Resource"] != "*" or statement["Sid"] == "ListStreams"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_scan_a_table_but_those_that_an_operator_starts(function: str) -> None:
    scanning = [statement for statement in statements(function) if "dynamodb:Scan" in statement["Action"]]

    named = {"walks": ["FindWhomAnEarlierSecretHasNamed"], "replay": ["WalkThroughTimelines"]}
    assert [statement["Sid"] for statement in scanning] == named.get(function, [])
    assert function == "replay" or '["TimelineTable", "Arn"]' not in json.dumps(scanning)


@pytest.mark.parametrize("function", [each for each in FUNCTIONS if each not in {"api", "issue"}])
def test_no_other_job_can_read_an_identity(function: str) -> None:
    of_identities = (one for one in statements(function) if one["Resource"] == {"Fn::GetAtt": ["IdentityKey", "Arn"]})
    allowed = {action for statement in of_identities for action in statement["Action"]}

    assert allowed <= ({"kms:Encrypt"} if function == "ingest" else set())


def test_the_job_that_issues_documents_opens_identities_and_only_one_at_a_time() -> None:
    (of_identities,) = [one for one in statements("issue") if one["Resource"] == {"Fn::GetAtt": ["IdentityKey", "Arn"]}]

    assert of_identities["Action"] == ["kms:Decrypt"]
    assert of_identities["Condition"] == {"Null": {"kms:EncryptionContext:subject": "false"}}


def grants(written: Iterable[Mapping[str, Any]], resources: Mapping[str, Mapping[str, Any]]) -> Counter[str]:
    """Return what statements grant, with real ARNs, however they are named and spread over policies."""
    plain = ({name: value for name, value in statement.items() if name != "Sid"} for statement in written)
    return Counter(json.dumps(json.loads(rendered(each, resources)), sort_keys=True) for each in plain)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_role_of_each_function_is_given_what_its_policy_says_and_nothing_else(
    function: str, resources: dict[str, dict[str, Any]]
) -> None:
    named = {"Fn::Sub": f"xinnuo-${{Stage}}-{function}"}
    (declared,) = [each["Properties"] for each in resources.values() if each["Properties"].get("FunctionName") == named]
    role = resources[declared["Role"]["Fn::GetAtt"][0]]["Properties"]
    *own, _ = role["ManagedPolicyArns"]

    given = [
        statement for each in own for statement in resources[each["Ref"]]["Properties"]["PolicyDocument"]["Statement"]
    ]

    written = by_name(statements(function), names_of_tables(resources))
    assert grants(given, resources) == grants(written, resources)
