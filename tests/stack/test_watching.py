"""Whoever is told of an alarm finds a page that says what to do, and nothing that can fail goes unwatched."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.parameters import ROUTES

Resources = dict[str, dict[str, Any]]

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "chalicelib"
RUNBOOKS = ROOT / "docs" / "runbooks"
PAGES = sorted(page for page in RUNBOOKS.glob("*.md") if page.name != "README.md")
SECTIONS = [
    "## What it means for people",
    "## What to look at",
    "## What to do",
    "## How to know that it is over",
]


@pytest.fixture(scope="session")
def alarms(resources: Resources) -> dict[str, dict[str, Any]]:
    """Return what each alarm says, by its name without the stage; those that are numbered are one."""
    found = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    return {
        re.sub(r"-\d+$", "-N", each["AlarmName"]["Fn::Sub"]).removeprefix("xinnuo-${Stage}-"): each for each in found
    }


def named_on(page: Path) -> list[str]:
    return re.findall(r"^\| `([\w-]+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_that_an_alarm_names_is_about_it_and_no_other_is(alarms: dict[str, dict[str, Any]]) -> None:
    named = {
        name: f"{match[1]}.md"
        for name, each in alarms.items()
        if (match := re.search(r" See docs/runbooks/([\w-]+)\.md\.$", each["AlarmDescription"]))
    }
    found = [(name, page.name) for page in PAGES for name in named_on(page)]

    assert named.keys() == alarms.keys()
    assert sorted(found) == sorted(named.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_an_alarm_means_what_to_do_and_when_it_is_over(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert [line for line in text.splitlines() if line.startswith("## ")] == SECTIONS
    assert f"({page.name})" in (RUNBOOKS / "README.md").read_text(encoding="utf-8")


def test_what_the_commands_of_a_page_name_is_there(resources: Resources) -> None:
    properties = [each.get("Properties", {}) for each in resources.values()]
    fields = ("QueueName", "FunctionName", "LogGroupName", "AlarmName", "TopicName")
    named = {each[field]["Fn::Sub"] for each in properties for field in fields if "Fn::Sub" in each.get(field, "")}
    there = {re.sub(r"-\d+$", "", name.split("xinnuo-${Stage}-")[-1]) for name in named}
    logged = "".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    missing = []

    for page in RUNBOOKS.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        said = re.findall(r"(?:xinnuo-(?:\$STAGE|<stage>)|\$QUEUES)-(\w[\w-]*)", text)
        missing += [(page.name, name) for name in said if name not in there]
        events = re.findall(r'\$\.(?:event|job) = "(\w+)"', text)
        missing += [(page.name, event) for event in events if f'"{event}"' not in logged]

    assert missing == []
    assert len(there) > 50


def test_somebody_is_told_of_each_alarm_and_of_its_end(
    alarms: dict[str, dict[str, Any]], resources: Resources, template: dict[str, Any]
) -> None:
    topic = [{"Ref": "AlarmTopic"}]

    assert [name for name, each in alarms.items() if (each["AlarmActions"], each["OKActions"]) != (topic, topic)] == []
    assert resources["AlarmSubscription"]["Condition"] == "HasAlarmEmail"
    assert resources["AlarmSubscription"]["Properties"] == {
        "TopicArn": {"Ref": "AlarmTopic"},
        "Protocol": "email",
        "Endpoint": {"Ref": "AlarmEmail"},
    }
    assert template["Parameters"]["AlarmEmail"]["Default"] == ""


def test_the_gateways_figures_are_those_of_this_stage(resources: Resources) -> None:
    title = resources["RestAPI"]["Properties"]["DefinitionBody"]["info"]["title"]
    stage = resources["RestAPI"]["Properties"]["StageName"]

    for alarm, metric in (("ApiServerErrors", "5XXError"), ("ApiSlow", "Latency")):
        watched = resources[alarm]["Properties"]
        assert (watched["Namespace"], watched["MetricName"]) == ("AWS/ApiGateway", metric)
        assert watched["Dimensions"] == [{"Name": "ApiName", "Value": title}, {"Name": "Stage", "Value": stage}]


@pytest.mark.parametrize(
    ("alarm", "metrics"),
    [
        ("TablesThrottled", ["ReadThrottleEvents", "WriteThrottleEvents"]),
        ("TransactionConflicts", ["TransactionConflict"]),
    ],
)
def test_every_table_is_watched_by_alarms_of_ten_metrics_at_most(
    resources: Resources, alarm: str, metrics: list[str]
) -> None:
    tables = [
        each["Properties"]["TableName"]["Fn::Sub"].replace("${Stage}", "${Stage}${Tables}")
        for each in resources.values()
        if each["Type"] == "AWS::DynamoDB::Table"
    ]
    parts = [each["Properties"]["Metrics"] for name, each in resources.items() if name.startswith(alarm)]

    watched = [one["MetricStat"]["Metric"] for part in parts for one in part if "MetricStat" in one]
    assert sorted((one["Dimensions"][0]["Value"]["Fn::Sub"], one["MetricName"]) for one in watched) == sorted(
        (table, metric) for table in tables for metric in metrics
    )
    assert all(len(part) <= 11 and part[0]["Expression"] == "SUM(METRICS())" for part in parts)
    assert all(each["Condition"] == "IsDeployed" for name, each in resources.items() if name.startswith(alarm))


def test_the_gateways_log_says_nothing_of_persons(resources: Resources) -> None:
    condition, log, otherwise = resources["RestAPI"]["Properties"]["AccessLogSetting"]["Fn::If"]

    assert (condition, otherwise) == ("HasAccessLog", {"Ref": "AWS::NoValue"})
    assert log["DestinationArn"] == {"Fn::GetAtt": ["GatewayLog", "Arn"]}
    assert json.loads(log["Format"]) == {
        "request_id": "$context.requestId",
        "at": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",
        "status": "$context.status",
        "length": "$context.responseLength",
        "duration_ms": "$context.responseLatency",
        "function_ms": "$context.integrationLatency",
        "function_status": "$context.integrationStatus",
        "refused": "$context.error.responseType",
    }


def test_a_stage_takes_as_many_requests_as_the_operator_says(template: dict[str, Any], resources: Resources) -> None:
    every_route, _ = resources["RestAPI"]["Properties"]["MethodSettings"]

    assert every_route == {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
        "ThrottlingBurstLimit": {"Ref": "RequestsAtOnce"},
    }
    assert {template["Parameters"][name]["Default"] for name in ("RequestsPerSecond", "RequestsAtOnce")} == {500, 1000}


def made_of(value: Any, route: str) -> str:  # noqa: ANN401 - any JSON
    """Return what CloudFormation makes of a text that is put together from the route."""
    match value:
        case str():
            return value
        case {"Ref": "LimitedRoute"}:
            return route
        case {"Fn::Select": [place, {"Fn::Split": [between, whole]}]}:
            return str(made_of(whole, route).split(between)[place])
        case {"Fn::Join": [between, {"Fn::Split": [old, whole]}]}:
            return str(between).join(made_of(whole, route).split(old))
        case {"Fn::Join": [between, parts]}:
            return str(between).join(made_of(part, route) for part in parts)
    raise NotImplementedError(value)


@pytest.mark.parametrize(
    ("route", "method", "path"),
    [
        ("POST /v1/street-complaints", "POST", "/~1v1~1street-complaints"),
        ("GET /v1/cases/{case_no}", "GET", "/~1v1~1cases~1{case_no}"),
        ("GET /{proxy+}", "GET", "/~1{proxy+}"),
    ],
)
def test_one_route_takes_less_than_the_stage(
    template: dict[str, Any], resources: Resources, route: str, method: str, path: str
) -> None:
    _, one = resources["RestAPI"]["Properties"]["MethodSettings"]

    assert (made_of(one["HttpMethod"], route), made_of(one["ResourcePath"], route)) == (method, path)
    assert one["ThrottlingRateLimit"] == {"Ref": "LimitedRoutePerSecond"}
    assert one["ThrottlingBurstLimit"] == {"Ref": "LimitedRouteAtOnce"}
    assert re.fullmatch(template["Parameters"]["LimitedRoute"]["AllowedPattern"], route)


def test_every_route_can_be_the_one_that_is_limited(template: dict[str, Any]) -> None:
    parameter = template["Parameters"]["LimitedRoute"]

    assert parameter["Default"] in ROUTES
    assert [route for route in ROUTES if not re.fullmatch(parameter["AllowedPattern"], route)] == []


def test_the_dashboard_shows_what_alarms_watch(resources: Resources) -> None:
    board = resources["Dashboard"]["Properties"]
    widgets = json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]

    shown = json.dumps([one["properties"]["metrics"] for one in widgets])
    assert board["DashboardName"] == {"Fn::Sub": "xinnuo-${Stage}"}
    assert all(one["properties"]["region"] == "${AWS::Region}" for one in widgets)
    for metric in ("5XXError", "Latency", "Errors", "Throttles", "ApproximateAgeOfOldestMessage", "EventsTold"):
        assert metric in shown
    for metric in ("SweepsCompleted", "ReadThrottleEvents", "WriteThrottleEvents", "TransactionConflict"):
        assert metric in shown
    own = set(re.findall(r'"Xinnuo/\$\{Stage\}", "(\w+)"', shown))
    filters = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Logs::MetricFilter"]
    assert own <= {one["MetricTransformations"][0]["MetricName"] for one in filters}
