"""What every deployment must have, whatever else changes."""

import json
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.settings import MisconfiguredError, settings
from infra.packaging.template import PARTS, merged

Resources = dict[str, dict[str, Any]]

FUNCTIONS = {
    "APIHandler": "api",
    "Sweep": "sweep",
    "SweepShard": "sweep_shard",
    "Hourly": "hourly",
    "Nightly": "nightly",
    "DispatchEvents": "dispatch_events",
    "Replay": "replay",
    "Deliver": "deliver",
    "Ingest": "ingest",
    "Quarantine": "quarantine",
    "Issue": "issue",
    "Walks": "walks",
}
OUTSIDE_LOCAL = {"Fn::If": ["IsLocal", False, True]}
KEPT = (
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
)


def of_type(resources: Resources, kind: str) -> Resources:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def test_a_name_is_defined_once_in_all_parts_of_the_template() -> None:
    names = [name for part in PARTS.glob("*.yaml") for name in re.findall(r"^  (\w+):", part.read_text(), re.MULTILINE)]

    assert sorted(names) == sorted(name for section in merged().values() for name in section)
    assert sorted(names) == sorted(set(names))


def test_a_second_definition_in_another_part_is_refused(tmp_path: Path) -> None:
    (tmp_path / "queues.yaml").write_text("Resources:\n  Queue: { Type: AWS::SQS::Queue }\n")
    (tmp_path / "tables.yaml").write_text("Resources:\n  Queue: { Type: AWS::DynamoDB::Table }\n")

    with pytest.raises(ValueError, match=r"tables\.yaml defines what another part defines: Queue"):
        merged(tmp_path)


def test_the_merged_template_has_no_fault(template_file: Path) -> None:
    linter = Path(sys.executable).with_name("cfn-lint")

    done = subprocess.run(
        [str(linter), "--regions", "cn-north-1", "cn-northwest-1", "--template", str(template_file)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_functions_are_those_that_the_design_names(resources: Resources) -> None:
    functions = of_type(resources, "AWS::Serverless::Function")

    names = {name: function["Properties"]["FunctionName"] for name, function in functions.items()}

    assert names == {name: {"Fn::Sub": f"xinnuo-${{Stage}}-{job}"} for name, job in FUNCTIONS.items()}


def test_every_function_is_told_its_stage_keys_and_regions(template: dict[str, Any], resources: Resources) -> None:
    told = set(template["Globals"]["Function"]["Environment"]["Variables"])

    for name in FUNCTIONS:
        own = set(resources[name]["Properties"]["Environment"]["Variables"])
        assert told | own == {
            "XINNUO_STAGE",
            "XINNUO_ISSUER",
            "XINNUO_AUDIENCE",
            "XINNUO_JWKS_URL",
            "XINNUO_AUTHORIZE_URL",
            "XINNUO_TOKEN_URL",
            "XINNUO_CLIENT_ID",
            "XINNUO_PORTAL_URL",
            "XINNUO_REGIONS",
            "XINNUO_RULE_PACK",
            "XINNUO_TABLES",
            "XINNUO_SECRET",
            "XINNUO_SUBJECT_KEY",
            "XINNUO_IDENTITY_KEY",
            "XINNUO_PRIVATE_NETWORKS",
            "XINNUO_ALERT_TOPIC",
            "XINNUO_DEAD_LETTER_QUEUE",
            "XINNUO_DELIVER_QUEUE",
            "XINNUO_UNTOLD_QUEUE",
            "XINNUO_IMPORT_BUCKET",
            "XINNUO_IMPORT_QUEUE",
            "XINNUO_DOCUMENT_BUCKET",
            "XINNUO_SCAN_QUEUE",
            "XINNUO_ISSUE_QUEUE",
            "XINNUO_ISSUED_BUCKET",
            "XINNUO_SEAL_QUEUE",
            "XINNUO_WALK_QUEUE",
            "XINNUO_SWEEP_QUEUE",
            "XINNUO_SWEEP_SHARDS",
            "XINNUO_CONTACT_KEY",
            "XINNUO_MAIL_HOST",
            "XINNUO_MAIL_PORT",
            "XINNUO_MAIL_TLS",
            "XINNUO_MAIL_USER",
            "XINNUO_MAIL_SENDER",
            "XINNUO_SMS_GATEWAY",
            "XINNUO_SMS_SIGNATURE",
        }


def test_a_new_subject_key_lets_every_function_begin_anew(template: dict[str, Any], resources: Resources) -> None:
    secret = json.loads(resources["Secret"]["Properties"]["SecretString"]["Fn::Sub"])
    told = template["Globals"]["Function"]["Environment"]["Variables"]["XINNUO_SUBJECT_KEY"]

    assert told == secret["subject_key_id"] == list(secret["subject_keys"])[-1]


def test_a_deployment_chooses_among_the_packaged_rule_packs(template: dict[str, Any]) -> None:
    parameter = template["Parameters"]["RulePack"]

    assert parameter["AllowedValues"] == sorted({pack.code for pack in load_rule_packs()})
    assert parameter["Default"] == settings().rule_pack == "zhejiang-yiwu"


def test_the_functions_follow_the_rule_pack_that_the_deployment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINNUO_RULE_PACK", "revokes-at-once")

    assert settings.__wrapped__().rule_pack == "revokes-at-once"


@pytest.mark.requirement("R7.17")
def test_the_regions_that_functions_allow_are_those_that_the_stack_may_be_deployed_in(template: dict[str, Any]) -> None:
    (assertion,) = template["Rules"]["RegionIsAllowed"]["Assertions"]
    allowed = template["Globals"]["Function"]["Environment"]["Variables"]["XINNUO_REGIONS"]

    assert assertion["Assert"] == {"Fn::Contains": [["cn-north-1", "cn-northwest-1"], {"Ref": "AWS::Region"}]}
    assert allowed == "cn-north-1,cn-northwest-1"


def holds(assertion: Any, told: dict[str, str]) -> bool:  # noqa: ANN401 - any JSON
    """Return what CloudFormation would say of an assertion, of which only these functions are used here."""
    match assertion:
        case {"Fn::Or": parts}:
            return any(holds(part, told) for part in parts)
        case {"Fn::Not": [part]}:
            return not holds(part, told)
        case {"Fn::Equals": [{"Ref": str(name)}, value]}:
            return bool(told[name] == value)
    raise NotImplementedError(assertion)


@pytest.mark.parametrize(
    ("stage", "tls", "is_allowed"),
    [
        ("local", "none", True),
        ("dev", "none", False),
        ("prod", "none", False),
        ("dev", "starttls", True),
        ("prod", "implicit", True),
    ],
)
def test_only_the_local_stage_sends_e_mail_in_clear(
    template: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    tls: str,
    is_allowed: bool,  # noqa: FBT001 - a table of answers
) -> None:
    (assertion,) = template["Rules"]["MailIsEncrypted"]["Assertions"]
    monkeypatch.setenv("XINNUO_STAGE", stage)
    monkeypatch.setenv("XINNUO_MAIL_TLS", tls)
    # Also without a server, which somebody may name later.
    monkeypatch.delenv("XINNUO_MAIL_HOST", raising=False)

    assert holds(assertion["Assert"], {"Stage": stage, "MailTls": tls}) is is_allowed
    with nullcontext() if is_allowed else pytest.raises(MisconfiguredError, match="in clear"):
        settings.__wrapped__()


@pytest.mark.parametrize(
    ("function", "metric", "comparison", "missing"),
    [
        *((function, "Errors", "GreaterThanThreshold", "notBreaching") for function in FUNCTIONS),
        # Nobody misses what runs only when an operator starts it.
        *(
            (function, "Invocations", "LessThanThreshold", "breaching")
            for function in FUNCTIONS
            if function != "Replay"
        ),
    ],
)
def test_every_function_has_an_alarm_on_errors_and_one_on_silence(
    resources: Resources,
    function: str,
    metric: str,
    comparison: str,
    missing: str,
) -> None:
    alarms = [
        alarm["Properties"]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"].get("MetricName") == metric
        and alarm["Properties"].get("Dimensions") == [{"Name": "FunctionName", "Value": {"Ref": function}}]
    ]

    (alarm,) = alarms
    assert alarm["ComparisonOperator"] == comparison
    assert alarm["TreatMissingData"] == missing
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_a_dead_man_alarm_hears_only_of_sweeps_that_saw_everything_through(resources: Resources) -> None:
    heard = resources["SweepsCompleted"]["Properties"]
    alarm = resources["SweepIncomplete"]["Properties"]
    (metric,) = heard["MetricTransformations"]

    assert heard["LogGroupName"] == {"Ref": "SweepLog"}
    assert heard["FilterPattern"] == '{ ($.job = "sweep") && ($.outcome = "done") && ($.complete IS TRUE) }'
    assert (alarm["Namespace"], alarm["MetricName"]) == (metric["MetricNamespace"], metric["MetricName"])
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (300, 1, 1)
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_a_dead_man_alarm_hears_only_of_minutes_in_which_everything_had_been_told(resources: Resources) -> None:
    heard = resources["EventsToldMetric"]["Properties"]
    alarm = resources["EventsUntold"]["Properties"]
    (metric,) = heard["MetricTransformations"]

    assert heard["LogGroupName"] == {"Ref": "SweepLog"}
    assert heard["FilterPattern"] == '{ ($.job = "sweep") && ($.untold_seconds = 0) }'
    assert (alarm["Namespace"], alarm["MetricName"]) == (metric["MetricNamespace"], metric["MetricName"])
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (300, 1, 1)
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_functions_are_in_the_networks_that_a_deployment_names_and_by_default_in_none(
    template: dict[str, Any], resources: Resources
) -> None:
    told = {name: {"Ref": name} for name in ("SubnetIds", "SecurityGroupIds")}

    assert template["Globals"]["Function"]["VpcConfig"] == {"Fn::If": ["IsPrivate", told, {"Ref": "AWS::NoValue"}]}
    assert [name for name in FUNCTIONS if "VpcConfig" in resources[name]["Properties"]] == []
    assert [template["Parameters"][name]["Default"] for name in told] == ["", ""]
    assert resources["PrivateNetworkPolicy"]["Condition"] == "IsPrivate"


def test_a_sweep_is_not_tried_again_and_its_workers_are_as_many_as_there_are_shards(
    template: dict[str, Any], resources: Resources
) -> None:
    shards = int(template["Globals"]["Function"]["Environment"]["Variables"]["XINNUO_SWEEP_SHARDS"])
    source = resources["SweepShard"]["Properties"]["Events"]["SweepShardSqsEventSource"]["Properties"]
    queue = resources["SweepQueue"]["Properties"]

    assert resources["Sweep"]["Properties"]["EventInvokeConfig"] == {"MaximumRetryAttempts": 0}
    assert (source["Queue"], source["BatchSize"]) == ({"Fn::Sub": "${SweepQueue.Arn}"}, 1)
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"] == {"MaximumConcurrency": shards}
    # The next minute's sweep sends each shard again: a message is hidden while it is worked on, and soon forgotten.
    assert resources["SweepShard"]["Properties"]["Timeout"] < queue["VisibilityTimeout"] < 120
    assert queue["MessageRetentionPeriod"] == 300


def test_every_dead_letter_queue_has_an_alarm_on_its_first_message(resources: Resources) -> None:
    watched = {
        alarm["Properties"]["Dimensions"][0]["Value"]["Fn::GetAtt"][0]: alarm["Properties"]["Threshold"]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"].get("MetricName") == "ApproximateNumberOfMessagesVisible"
    }

    assert watched == {
        "DeliverDeadLetters": 0,
        "DispatchEventsDeadLetters": 0,
        "IngestDeadLetters": 0,
        "IssueDeadLetters": 0,
        "QuarantineDeadLetters": 0,
        "WalksDeadLetters": 0,
        "SweepDeadLetters": 0,
        "UntoldDeadLetters": 0,
    }


@pytest.mark.requirement("R7.9")
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_writes_to_a_log_that_is_kept_for_a_stated_time(resources: Resources, function: str) -> None:
    group = resources[function]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]

    assert resources[group]["Properties"] == {
        "LogGroupName": {"Fn::Sub": f"/aws/lambda/xinnuo-${{Stage}}-{FUNCTIONS[function]}"},
        "RetentionInDays": {"Fn::If": ["IsLocal", 7, 180]},
    }


def test_every_table_is_protected_outside_the_local_stage(resources: Resources) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")

    assert tables
    for table in tables.values():
        properties = table["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsProtected", True, False]}
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": OUTSIDE_LOCAL}
        assert properties["SSESpecification"] == {"SSEEnabled": True}


def test_restored_tables_are_used_by_their_names_and_owned_by_no_stack(resources: Resources) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    others = json.dumps({name: each for name, each in resources.items() if name not in tables})

    assert {table["Condition"] for table in tables.values()} == {"OwnsTables"}
    assert re.findall(r'"(?:Ref|Fn::GetAtt)": \[?"(\w+Table)"', others) == ["TimelineTable"]
    assert "table/xinnuo-${Stage}${Tables}-timeline/stream/*" in others
    assert re.findall(r"\$\{\w+Table\.Arn\}", others) == []
    assert "table/xinnuo-${Stage}${Tables}-cases/index/by_officer" in others
    assert '"TableName", "Value": {"Fn::Sub": "xinnuo-${Stage}${Tables}-cases"}' in others


@pytest.mark.parametrize("kind", KEPT)
def test_what_holds_the_past_outlives_the_stack(resources: Resources, kind: str) -> None:
    for resource in of_type(resources, kind).values():
        assert resource["DeletionPolicy"] == "Retain"
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_the_relay_takes_only_new_events_and_beats_and_reports_each_failure_by_itself(resources: Resources) -> None:
    source = resources["DispatchEvents"]["Properties"]["Events"]["DispatchEventsDynamodbEventSource"]["Properties"]

    own = {"Fn::GetAtt": ["TimelineTable", "StreamArn"]}
    assert source["Stream"] == {"Fn::If": ["OwnsTables", own, {"Ref": "TimelineStream"}]}
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert (source["BatchSize"], source["MaximumBatchingWindowInSeconds"], source["ParallelizationFactor"]) == (
        100,
        1,
        10,
    )
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]] == [
        {"eventName": ["INSERT"]},
        {"eventName": ["MODIFY"], "dynamodb": {"Keys": {"seq": {"N": ["0"]}}}},
    ]
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": ["DispatchEventsDeadLetters", "Arn"]
    }


@pytest.mark.parametrize(
    ("queue", "function"),
    [
        *((f"{name}Queue", name) for name in ("Deliver", "Ingest", "Quarantine", "Issue", "Walks")),
        ("UntoldQueue", "DispatchEvents"),
    ],
)
def test_a_message_is_hidden_for_at_least_six_times_the_time_that_its_function_may_take(
    resources: Resources, queue: str, function: str
) -> None:
    visibility = resources[queue]["Properties"]["VisibilityTimeout"]

    assert visibility >= 6 * resources[function]["Properties"]["Timeout"]


def test_what_could_not_be_told_is_told_again_by_the_relay_itself(resources: Resources) -> None:
    source = resources["DispatchEvents"]["Properties"]["Events"]["UntoldSqsEventSource"]

    assert source["Type"] == "SQS"
    assert source["Properties"]["Queue"] == {"Fn::Sub": "${UntoldQueue.Arn}"}
    assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert resources["UntoldQueue"]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"] == {
        "Fn::GetAtt": ["UntoldDeadLetters", "Arn"]
    }


def test_documents_are_encrypted_with_our_own_key_in_every_version_and_never_public(resources: Resources) -> None:
    bucket = resources["DocumentsBucket"]["Properties"]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (statement,) = resources["DocumentsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": {"Fn::GetAtt": ["DocumentsKey", "Arn"]},
    }
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert resources["DocumentsBucket"]["DeletionPolicy"] == "Retain"


def test_scripts_of_the_portal_alone_may_put_documents_and_do_nothing_else(resources: Resources) -> None:
    condition, cors, otherwise = resources["DocumentsBucket"]["Properties"]["CorsConfiguration"]["Fn::If"]
    (rule,) = cors["CorsRules"]
    (origin,) = rule["AllowedOrigins"]
    scheme, host = ({"Fn::Select": [place, {"Fn::Split": ["/", {"Ref": "PortalUrl"}]}]} for place in (0, 2))

    assert (condition, otherwise) == ("HasPortal", {"Ref": "AWS::NoValue"})
    assert origin == {"Fn::Join": ["//", [scheme, host]]}
    assert rule["AllowedMethods"] == ["PUT"]
    assert set(rule["AllowedHeaders"]) == {"content-type", "x-amz-checksum-sha256"}


@pytest.mark.parametrize("kind", ["MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE", "DEFAULT_4XX", "DEFAULT_5XX"])
def test_what_the_gateway_answers_by_itself_is_a_problem_too(resources: Resources, kind: str) -> None:
    answer = resources["RestAPI"]["Properties"]["GatewayResponses"][kind]

    assert answer["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"
    assert '"code":"' in answer["ResponseTemplates"]["application/json"]


def test_an_address_that_nobody_declared_is_answered_by_the_function_too(resources: Resources) -> None:
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]

    (own,) = {json.dumps(paths["/v1/items"]["get"]["x-amazon-apigateway-integration"]["uri"])}

    assert set(paths["/{proxy+}"]) == {"get", "head", "options", "post", "put", "patch", "delete"}
    assert {json.dumps(method["x-amazon-apigateway-integration"]["uri"]) for method in paths["/{proxy+}"].values()} == {
        own
    }


def test_the_gateway_has_room_for_every_address(resources: Resources) -> None:
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    parts = [path.strip("/").split("/") for path in paths]
    nodes = {"/".join(path[: depth + 1]) for path in parts for depth in range(len(path))}

    assert {"/", "/v1/cases"} <= paths.keys()
    assert "/items" not in paths
    assert len(nodes) + 1 < 240, "four fifths of API Gateway's quota of resources for a REST API, unless it is raised"
