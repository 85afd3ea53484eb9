"""What each function may do, and above all what none of them may."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

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


TO_TABLES = {
    "api": {
        "AlertsTable": "GetItem PutItem",
        "AliasesTable": "GetItem PutItem",
        "AuthoritiesTable": "BatchGetItem ConditionCheckItem GetItem PutItem",
        "BoundsTable": "UpdateItem",
        "DigestsTable": "GetItem PutItem Query",
        "DocumentsTable": "BatchGetItem ConditionCheckItem GetItem PutItem",
        "IssuedTable": "GetItem PutItem",
        "EditionsTable": "BatchGetItem GetItem PutItem UpdateItem",
        "CasesTable": "BatchGetItem GetItem PutItem UpdateItem",
        "CatalogueTable": "BatchGetItem ConditionCheckItem PutItem",
        "ClocksTable": "GetItem PutItem Query",
        "ComplaintsTable": "BatchGetItem GetItem PutItem UpdateItem",
        "ConflictsTable": "GetItem PutItem",
        "CreditTable": "BatchGetItem ConditionCheckItem GetItem PutItem",
        "CardsTable": "GetItem PutItem",
        "MissedSearchesTable": "Query UpdateItem",
        "MessagesTable": "BatchGetItem GetItem Query UpdateItem",
        "OutagesTable": "GetItem PutItem",
        "IdempotencyTable": "BatchGetItem GetItem PutItem",
        "ImportsTable": "GetItem PutItem",
        "InspectionTable": "GetItem PutItem UpdateItem",
        "PunishmentTable": "BatchGetItem GetItem PutItem UpdateItem",
        "RatingsTable": "BatchGetItem GetItem PutItem UpdateItem",
        "RedressTable": "GetItem PutItem UpdateItem",
        "RelayTable": "Query",
        "SessionsTable": "DeleteItem GetItem PutItem",
        "StaffTable": "BatchGetItem GetItem PutItem UpdateItem",
        "StatisticsTable": "Query",
        "SubjectsTable": "BatchGetItem ConditionCheckItem PutItem Query UpdateItem",
        "FlagNoticesTable": "BatchGetItem GetItem PutItem UpdateItem",
        "TimelineTable": "PutItem Query",
        "WalksTable": "Query",
        "WebhooksTable": "GetItem PutItem",
    },
    "sweep": {
        "ClocksTable": "GetItem PutItem UpdateItem",
        "RelayTable": "Query",
        "TimelineTable": "PutItem",
    },
    "sweep_shard": {
        "EditionsTable": "BatchGetItem GetItem UpdateItem",
        "CasesTable": "BatchGetItem GetItem PutItem UpdateItem",
        "CatalogueTable": "BatchGetItem",
        "ClocksTable": "BatchGetItem GetItem PutItem Query",
        "ComplaintsTable": "BatchGetItem GetItem UpdateItem",
        "ConflictsTable": "GetItem PutItem",
        "CreditTable": "BatchGetItem ConditionCheckItem GetItem PutItem",
        "PunishmentTable": "BatchGetItem GetItem PutItem UpdateItem",
        "RatingsTable": "BatchGetItem GetItem UpdateItem",
        "RedressTable": "BatchGetItem GetItem PutItem UpdateItem",
        "FlagNoticesTable": "BatchGetItem GetItem PutItem UpdateItem",
        "StaffTable": "GetItem",
        "SubjectsTable": "BatchGetItem",
        "TimelineTable": "PutItem",
    },
    "hourly": {
        "AlertsTable": "GetItem",
        "DigestsTable": "GetItem PutItem Query",
        "EditionsTable": "BatchGetItem GetItem PutItem",
        "TimelineTable": "PutItem",
        "WalksTable": "PutItem Query",
    },
    "nightly": {"WalksTable": "PutItem Query"},
    "dispatch_events": {
        "AlertsTable": "BatchGetItem GetItem PutItem",
        "AliasesTable": "GetItem",
        "AuthoritiesTable": "GetItem",
        "ConflictsTable": "GetItem",
        "DocumentsTable": "GetItem",
        "MessagesTable": "PutItem UpdateItem",
        "EditionsTable": "BatchGetItem GetItem UpdateItem",
        "CasesTable": "BatchGetItem GetItem PutItem UpdateItem",
        "ClocksTable": "BatchGetItem GetItem PutItem Query",
        "ComplaintsTable": "BatchGetItem GetItem UpdateItem",
        "CreditTable": "GetItem",
        "PunishmentTable": "BatchGetItem GetItem UpdateItem",
        "SessionsTable": "DeleteItem",
        "SignalsTable": "PutItem",
        "StaffTable": "GetItem",
        "StatisticsTable": "BatchGetItem PutItem UpdateItem",
        "FlagNoticesTable": "BatchGetItem GetItem PutItem UpdateItem",
        "TimelineTable": "BatchGetItem PutItem Query",
        "WalksTable": "PutItem Query",
        "RatingsTable": "BatchGetItem GetItem UpdateItem",
        "RedressTable": "BatchGetItem GetItem UpdateItem",
        "RelayTable": "DeleteItem PutItem Query",
    },
    "replay": {
        "TimelineTable": "Query Scan",
    },
    "deliver": {
        "AlertsTable": "GetItem PutItem",
        "AuthoritiesTable": "BatchGetItem",
        "DigestsTable": "ConditionCheckItem GetItem PutItem",
        "FlagNoticesTable": "GetItem",
        "MessagesTable": "GetItem PutItem UpdateItem",
        "WebhooksTable": "GetItem PutItem",
    },
    "ingest": {
        "ConflictsTable": "GetItem PutItem",
        "CreditTable": "BatchGetItem GetItem PutItem",
        "ImportsTable": "GetItem PutItem",
        "SubjectsTable": "BatchGetItem ConditionCheckItem PutItem UpdateItem",
        "TimelineTable": "PutItem",
        "WalksTable": "Query",
    },
    "quarantine": {
        "BoundsTable": "UpdateItem",
        "CasesTable": "BatchGetItem PutItem",
        "DocumentsTable": "GetItem PutItem",
        "TimelineTable": "PutItem",
    },
    "issue": {
        "CasesTable": "BatchGetItem GetItem UpdateItem",
        "CatalogueTable": "BatchGetItem",
        "IssuedTable": "GetItem PutItem",
        "PunishmentTable": "GetItem UpdateItem",
        "SubjectsTable": "BatchGetItem",
        "TimelineTable": "GetItem PutItem",
    },
    "walks": {
        "AliasesTable": "Scan",
        "AuthoritiesTable": "Scan",
        "CasesTable": "BatchGetItem GetItem PutItem Scan UpdateItem",
        "ClocksTable": "BatchGetItem GetItem PutItem",
        "ComplaintsTable": "BatchGetItem GetItem Scan UpdateItem",
        "ConflictsTable": "Scan",
        "CreditTable": "GetItem PutItem Scan",
        "DocumentsTable": "GetItem PutItem Scan",
        "EditionsTable": "BatchGetItem",
        "FlagNoticesTable": "BatchGetItem GetItem Scan UpdateItem",
        "MessagesTable": "Scan",
        "PunishmentTable": "BatchGetItem GetItem PutItem Scan UpdateItem",
        "RatingsTable": "BatchGetItem GetItem Scan UpdateItem",
        "RedressTable": "BatchGetItem GetItem Scan UpdateItem",
        "StaffTable": "Scan",
        "SubjectsTable": "BatchGetItem PutItem Scan",
        "TimelineTable": "PutItem",
        "WalksTable": "GetItem PutItem",
    },
}
"""What each function's code calls, transactions by their parts; clocks have owners in five tables."""


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


def test_every_table_is_open_to_the_api_and_every_index_to_some_function() -> None:
    """What only the lists above forget would be refused when it is deployed: no emulator looks at policies."""
    template = yaml.safe_load(TABLES.read_text(encoding="utf-8"))["Resources"]
    tables = {name: each["Properties"] for name, each in template.items() if name.endswith("Table")}
    of_api, of_any = (json.dumps([statements(each) for each in those]) for those in (("api",), FUNCTIONS))

    indexes = [
        f'{name}.Arn}}/index/{index["IndexName"]}"'
        for name, table in tables.items()
        for index in table.get("GlobalSecondaryIndexes", ())
    ]
    assert [name for name in tables if name not in of_api] == []
    assert [index for index in indexes if index not in of_any] == []


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
def test_every_function_may_do_to_tables_what_its_code_does_and_nothing_more(function: str) -> None:
    allowed: dict[str, set[str]] = {}
    for statement in statements(function):
        for resource in statement["Resource"] if isinstance(statement["Resource"], list) else ():
            if "Fn::GetAtt" in resource:
                actions = {action.removeprefix("dynamodb:") for action in statement["Action"]}
                allowed.setdefault(resource["Fn::GetAtt"][0], set()).update(actions)

    assert allowed == {table: set(actions.split()) for table, actions in TO_TABLES[function].items()}


def test_only_who_needs_it_may_use_a_key_a_queue_or_a_topic() -> None:
    others = {
        function: {
            action
            for statement in statements(function)
            for action in statement["Action"]
            if action.partition(":")[0] in {"kms", "secretsmanager", "sns"} or action == "sqs:SendMessage"
        }
        for function in FUNCTIONS
    }

    assert others == {
        "api": {
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "secretsmanager:GetSecretValue",
            "sqs:SendMessage",
        },
        "sweep": {"sqs:SendMessage"},
        "sweep_shard": {"secretsmanager:GetSecretValue"},
        "hourly": {"sqs:SendMessage"},
        "nightly": {"sqs:SendMessage"},
        "dispatch_events": {"sqs:SendMessage"},
        "replay": {"sqs:SendMessage"},
        "deliver": {"kms:Decrypt", "secretsmanager:GetSecretValue", "sns:Publish", "sqs:SendMessage"},
        "ingest": {"kms:Encrypt", "secretsmanager:GetSecretValue", "sqs:SendMessage"},
        "quarantine": {"kms:Decrypt", "sqs:SendMessage"},
        "issue": {"kms:Decrypt", "kms:GenerateDataKey", "secretsmanager:GetSecretValue", "sqs:SendMessage"},
        "walks": {"sqs:SendMessage"},
    }


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


@pytest.mark.parametrize(
    "function",
    [
        "sweep",
        "sweep_shard",
        "hourly",
        "nightly",
        "dispatch_events",
        "replay",
        "deliver",
        "ingest",
        "quarantine",
        "walks",
    ],
)
def test_no_other_job_can_read_an_identity(function: str) -> None:
    of_identities = (one for one in statements(function) if one["Resource"] == {"Fn::GetAtt": ["IdentityKey", "Arn"]})
    allowed = {action for statement in of_identities for action in statement["Action"]}

    assert allowed <= ({"kms:Encrypt"} if function == "ingest" else set())


def test_the_job_that_issues_documents_opens_identities_and_only_one_at_a_time() -> None:
    (of_identities,) = [one for one in statements("issue") if one["Resource"] == {"Fn::GetAtt": ["IdentityKey", "Arn"]}]

    assert of_identities["Action"] == ["kms:Decrypt"]
    assert of_identities["Condition"] == {"Null": {"kms:EncryptionContext:subject": "false"}}
