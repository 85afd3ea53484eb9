"""Deploying onto an emulated AWS: the first time, with a change, after an attempt that failed, and back again.

What is deployed is small: a table that outlives its stack and the parameters of the real template. What the service
itself is packaged into is looked at by test_packaging.py, and `make up` deploys it all by the same command.
"""

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.bootstrap.__main__ import main as bootstrap
from infra.deploy import deployment
from infra.deploy.__main__ import main
from infra.deploy.restored import tables_of
from infra.local import environments
from infra.local.place import SAMPLE
from infra.packaging import yaml
from infra.packaging.template import merged

PARAMETERS = {
    "Issuer": "https://login.city.example/oidc",
    "JwksUrl": "https://login.city.example/oidc/jwks",
    "AuthorizeUrl": "https://login.city.example/oidc/authorize",
    "TokenUrl": "https://login.city.example/oidc/token",
}
TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Condition": "OwnsTables",
    "DeletionPolicy": "Retain",
    "UpdateReplacePolicy": "Retain",
    "Properties": {
        "TableName": {"Fn::Sub": "xinnuo-${Stage}-cases"},
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "DeletionProtectionEnabled": {"Fn::If": ["IsProtected", True, False]},
    },
}
"""As those of the service are."""
BROKEN = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Broken": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "DependsOn": ["Cases"],
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1},
    },
}
"""What fails after the table was made."""
SITE = {
    "/readyz": (200, "application/json", '{"status":"ok"}'),
    "/": (200, "text/html", '<link rel="stylesheet" href="/assets/portal.css">'),
    "/assets/portal.css": (200, "text/css", "a{}"),
    "/v1/cases": (401, "application/problem+json", "{}"),
    "/v1/drafts": (201, "application/json", "{}"),
}
"""What a service that works answers."""


class Site(BaseHTTPRequestHandler):
    """A service that answers what a test wants."""

    answers: Mapping[str, tuple[int, str, str]]
    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        status, media, body = self.answers.get(self.path, (404, "application/json", "{}"))
        if self.command == "PUT":
            status = 200
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_PUT = do_GET  # noqa: N815 - as the base class wants it

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(answers: Mapping[str, tuple[int, str, str]], asked: list[tuple[str, str]]) -> Iterator[str]:
    site = type("Site", (Site,), {"answers": answers, "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start an emulated AWS of the tests' own, which keeps nothing; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environments.build()
    own = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_REGION": "cn-north-1"}
    own |= {"IOT_MTLS_ENABLED": "0", "TMPDIR": str(tmp_path_factory.mktemp("cloud"))}
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [environments.python_of("cloud"), "-m", "ministack"],
        env=environments.aws_environment() | own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            while not answers(f"{address}/_ministack/health"):
                assert program.poll() is None, "the emulated AWS did not come up"
                time.sleep(0.1)
            yield address
        finally:
            program.terminate()


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own loopback address
    except OSError:
        return False
    return True


@pytest.fixture
def aws(emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Empty it, and let boto3 find it as the local stage does."""
    reset = urllib.request.Request(f"{emulator}/_ministack/reset", method="POST")  # noqa: S310 - our own loopback address
    urllib.request.urlopen(reset, timeout=60).close()  # noqa: S310
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    return emulator


@pytest.fixture
def asked() -> list[tuple[str, str]]:
    """Return what the site was asked, with whose token."""
    return []


@pytest.fixture
def site(asked: list[tuple[str, str]]) -> Iterator[str]:
    """Serve a service that works."""
    with serving(SITE, asked) as address:
        yield address


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """Write a file of parameters in which nothing is wrong."""
    path = tmp_path / "parameters.json"
    path.write_text(json.dumps(PARAMETERS))
    return path


@pytest.fixture
def command(site: str, parameters: Path) -> list[str]:
    """Return the words that deploy the stage dev, with its site where it is served."""
    return ["deploy", "dev", "artefacts", str(parameters), "--address", site]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the resources that the next package has, beside the table."""
    resources: dict[str, Any] = {}
    folder = tmp_path / "package"
    folder.mkdir()
    with zipfile.ZipFile(folder / "deployment.zip", "w") as archive:
        archive.writestr("app.py", "")

    @contextmanager
    def packaged(order: deployment.Order) -> Iterator[Path]:
        whole = merged()
        template = {
            "Parameters": whole["Parameters"],
            "Conditions": {name: whole["Conditions"][name] for name in ("IsProtected", "IsDeployed", "OwnsTables")},
            "Resources": {"Cases": TABLE, **resources},
            "Outputs": {"EndpointURL": {"Value": order.address}},
        }
        yaml.write(folder / "sam.yaml", template)
        yield folder

    monkeypatch.setattr(deployment, "packaged", packaged)
    return resources


def tables() -> list[str]:
    found: list[str] = boto3.client("dynamodb").list_tables()["TableNames"]
    return found


def is_protected() -> bool:
    return bool(
        boto3.client("dynamodb").describe_table(TableName="xinnuo-dev-cases")["Table"]["DeletionProtectionEnabled"]
    )


def queue(name: str) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


@pytest.mark.usefixtures("aws", "packages")
def test_a_first_deployment_makes_all_of_it_and_then_protects_it(
    command: list[str], site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0

    said = capsys.readouterr().out
    assert said.replace(site, "SITE") == (
        "Stage dev in account 000000000000, cn-north-1.\n"
        "Making the bucket artefacts ...\n"
        f"Uploading deployment.zip as {archive_key()} ...\n"
        "xinnuo-dev, 1 resources to add: 1 DynamoDB::Table\n"
        "xinnuo-dev is CREATE_COMPLETE.\n"
        "xinnuo-dev, 1 changes (with a ! where data would leave the stack):\n"
        "   Modify  AWS::DynamoDB::Table              Cases\n"
        "xinnuo-dev is UPDATE_COMPLETE.\n"
        "  ✓ it is up and reaches its stores\n"
        "  ✓ the portal shows its first page\n"
        "  ✓ the page has its style sheet\n"
        "  ✓ nobody reads cases without a login\n"
        "Portal: SITE/\n"
        "API:    SITE/openapi.json\n"
    )
    assert is_protected()
    assert told()["PortalUrl"] == site


def archive_key() -> str:
    (held,) = boto3.client("s3").list_objects_v2(Bucket="artefacts", Prefix="archives/")["Contents"]
    return held["Key"]


def told() -> dict[str, str]:
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName="xinnuo-dev")["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}


@pytest.mark.usefixtures("aws")
def test_a_second_deployment_changes_what_is_different_and_a_third_nothing(
    command: list[str], packages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(command)
    packages["Queue"] = queue("deliver")
    capsys.readouterr()

    assert main(command) == 0
    second = capsys.readouterr().out
    assert main(command) == 0
    third = capsys.readouterr().out

    assert "xinnuo-dev, 1 resources to add: 1 SQS::Queue\nxinnuo-dev is UPDATE_COMPLETE." in second
    # The archive is there already, by its digest.
    assert "Uploading" not in second
    assert "xinnuo-dev: nothing to change." in third
    assert is_protected()


@pytest.mark.usefixtures("aws")
def test_a_first_deployment_that_failed_can_be_repeated(
    command: list[str], packages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    packages |= BROKEN

    assert main(command) == 1

    said = capsys.readouterr()
    assert "xinnuo-dev is ROLLBACK_COMPLETE:\n  Broken: " in said.err
    assert tables() == []

    packages.clear()

    assert main(command) == 0

    said = capsys.readouterr()
    assert "xinnuo-dev is ROLLBACK_COMPLETE: deleting what is left of the first attempt ...\n" in said.out
    assert "xinnuo-dev is CREATE_COMPLETE.\n" in said.out
    assert tables() == ["xinnuo-dev-cases"]


@pytest.mark.usefixtures("aws")
def test_a_change_that_failed_leaves_the_stage_as_it_was_and_can_be_repeated(
    command: list[str], packages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(command)
    packages |= {"Queue": queue("deliver"), **BROKEN}

    assert main(command) == 1

    assert "xinnuo-dev is UPDATE_ROLLBACK_COMPLETE:\n  Broken: " in capsys.readouterr().err
    assert (tables(), is_protected()) == (["xinnuo-dev-cases"], True)

    for name in BROKEN:
        del packages[name]

    assert main(command) == 0
    assert "xinnuo-dev is UPDATE_COMPLETE.\n" in capsys.readouterr().out


@pytest.mark.usefixtures("aws")
def test_nothing_that_holds_data_is_replaced_by_an_empty_one(
    command: list[str], packages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(command)
    packages["Cases"] = TABLE | {"Properties": TABLE["Properties"] | {"TableName": "xinnuo-dev-others"}}
    capsys.readouterr()

    assert main(command) == 1

    said = capsys.readouterr()
    assert " ! Modify  AWS::DynamoDB::Table              Cases\n" in said.out
    assert said.err == "Cases would be replaced by an empty one; nothing of xinnuo-dev was changed.\n"
    assert tables() == ["xinnuo-dev-cases"]


@pytest.mark.usefixtures("aws")
def test_no_release_forgets_a_key_that_names_people(
    command: list[str], site: str, packages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(command)
    packages["SubjectKey2"] = {
        "Type": "AWS::SecretsManager::Secret",
        "DeletionPolicy": "Retain",
        "Properties": {"Name": {"Fn::Sub": "xinnuo-${Stage}-subject-key-2"}, "GenerateSecretString": {}},
    }
    main(command)
    capsys.readouterr()

    assert main(["rollback", "dev", "artefacts", "--address", site]) == 1

    said = capsys.readouterr()
    assert " ! Remove  AWS::SecretsManager::Secret       SubjectKey2\n" in said.out
    assert said.err == (
        "SubjectKey2 would leave the stack, and whoever is named by it would be taken for new; "
        "nothing of xinnuo-dev was changed.\n"
    )
    assert "xinnuo-dev-subject-key-2" in json.dumps(boto3.client("secretsmanager").list_secrets(), default=str)


@pytest.mark.usefixtures("aws", "packages")
def test_a_stage_with_departments_of_its_own_keeps_them_when_nobody_names_their_folder(
    site: str, parameters: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = tmp_path / "city"
    shutil.copytree(SAMPLE, city)
    listed = json.loads((city / "departments.json").read_text("utf-8"))
    (city / "departments.json").write_text(json.dumps(listed[::-1]))
    command = ["deploy", "dev", "artefacts", str(parameters), "--address", site]
    assert main([*command, "--folder", str(city)]) == 0
    capsys.readouterr()

    assert main(command) == 1

    assert capsys.readouterr().err == (
        "xinnuo-dev has departments and sources of its own: say FOLDER, as they are to be.\n"
    )
    assert main([*command, "--folder", str(city)]) == 0
    assert "xinnuo-dev: nothing to change." in capsys.readouterr().out


def test_a_wrong_folder_is_refused_before_anything_is_touched(
    parameters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nobody is there: what were touched would fail otherwise.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    assert main(["deploy", "dev", "artefacts", str(parameters), "--folder", str(tmp_path)]) == 1

    said = capsys.readouterr()
    assert said.err.startswith(f"The folder {tmp_path} is wrong; nothing was touched:\n  departments.json: ")
    assert said.out == ""


@pytest.mark.usefixtures("aws")
def test_a_place_s_own_is_deployed_when_the_stage_has_another_s_and_published_afterwards(
    site: str,
    parameters: Path,
    packages: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    city = tmp_path / "city"
    (city / "items").mkdir(parents=True)
    for name in ("sources.json", "items/plate-replacement.json"):
        shutil.copy(SAMPLE / name, city / name)
    listed = json.loads((SAMPLE / "departments.json").read_text("utf-8"))
    (city / "departments.json").write_text(json.dumps(listed[::-1]))
    monkeypatch.setenv("XINNUO_TOKEN_CATALOGUE_EDITOR", "a-token")
    command = ["dev", str(city), "--address", site]
    assert main(["deploy", "dev", "artefacts", str(parameters), "--address", site]) == 0
    capsys.readouterr()

    assert bootstrap([*command, "--dry-run"]) == 1
    assert "The stage dev has other departments or sources than " in capsys.readouterr().err
    # Other files in the archive are another archive, and so a change of every function.
    packages["Queue"] = queue("deliver")
    assert bootstrap([*command, "--bucket", "artefacts", "--parameters", str(parameters)]) == 0
    deployed = capsys.readouterr().out
    assert bootstrap([*command, "--dry-run"]) == 0

    assert "  ✓ nobody reads cases without a login\n  1/1 items/plate-replacement.json\n" in deployed
    assert capsys.readouterr().out.splitlines()[-1] == "  new     items/plate-replacement.json"


@pytest.mark.usefixtures("aws")
def test_a_stage_goes_back_by_one_release_with_what_that_one_was_told(
    command: list[str], site: str, parameters: Path, packages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(command)
    packages["Queue"] = queue("deliver")
    parameters.write_text(json.dumps(PARAMETERS | {"Audience": "another"}))
    main(command)
    capsys.readouterr()

    assert main(["rollback", "dev", "artefacts", "--address", site]) == 0

    said = capsys.readouterr().out
    assert "Going back from " in said
    assert "   Remove  AWS::SQS::Queue                   Queue\nxinnuo-dev is UPDATE_COMPLETE.\n" in said
    assert "  ✓ nobody reads cases without a login\n" in said
    assert told()["Audience"] == "xinnuo-api"
    assert boto3.client("sqs").list_queues().get("QueueUrls", []) == []

    assert main(["rollback", "dev", "artefacts", "--address", site]) == 1
    assert "There is no release before " in capsys.readouterr().err


def restored() -> None:
    """Make every table of the template under other names, as a restore leaves them."""
    client = boto3.client("dynamodb")
    for name, wanted in tables_of(merged()["Resources"]).items():
        keys = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        told: dict[str, Any] = {key: wanted[key] for key in keys if key in wanted}
        if "StreamSpecification" in wanted:
            told["StreamSpecification"] = {"StreamEnabled": True, **wanted["StreamSpecification"]}
        client.create_table(TableName=f"xinnuo-dev-r1{name}", **told)


@pytest.mark.usefixtures("aws", "packages")
def test_a_stage_goes_over_to_restored_tables_and_no_release_takes_it_back(
    site: str, parameters: Path, packages: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["deploy", "dev", "artefacts", str(parameters), "--address", site]
    # The emulator's change sets do not look at conditions of resources, only at what properties come to.
    seconds = {"Fn::If": ["OwnsTables", 30, 60]}
    packages["Other"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q", "VisibilityTimeout": seconds}}
    main(command)
    restored()
    parameters.write_text(json.dumps(PARAMETERS | {"Tables": "-r1"}))
    capsys.readouterr()

    assert main(command) == 0

    assert "   Modify  AWS::SQS::Queue                   Other\n" in capsys.readouterr().out
    timeline = boto3.client("dynamodb").describe_table(TableName="xinnuo-dev-r1-timeline")["Table"]
    assert (told()["Tables"], told()["TimelineStream"]) == ("-r1", timeline["LatestStreamArn"])
    assert "xinnuo-dev-cases" in tables()

    packages["Queue"] = queue("deliver")
    main(command)
    assert main(["rollback", "dev", "artefacts", "--address", site]) == 0
    assert main(["rollback", "dev", "artefacts", "--address", site]) == 0

    assert (told()["Tables"], told()["TimelineStream"]) == ("-r1", timeline["LatestStreamArn"])


@pytest.mark.usefixtures("aws", "packages")
def test_nothing_is_touched_while_restored_tables_are_not_all_that_a_release_needs(
    site: str, parameters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    restored()
    client = boto3.client("dynamodb")
    client.delete_table(TableName="xinnuo-dev-r1-walks")
    client.update_table(
        TableName="xinnuo-dev-r1-cases", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_officer"}}]
    )
    client.update_table(TableName="xinnuo-dev-r1-timeline", StreamSpecification={"StreamEnabled": False})
    parameters.write_text(json.dumps(PARAMETERS | {"Tables": "-r1"}))

    assert main(["deploy", "dev", "artefacts", str(parameters), "--address", site]) == 1

    assert capsys.readouterr().err == (
        "The restored tables are not what this release needs; nothing was touched:\n"
        "  xinnuo-dev-r1-timeline: its stream is off.\n"
        "  xinnuo-dev-r1-cases: the index by_officer is missing: add it with aws dynamodb update-table.\n"
        "  xinnuo-dev-r1-walks: there is no such table.\n"
    )
    assert boto3.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.usefixtures("aws", "packages")
def test_there_is_no_way_back_on_a_stage_that_was_never_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollback", "dev", "artefacts"]) == 1
    assert capsys.readouterr().err == "xinnuo-dev was never deployed with the bucket artefacts.\n"

    boto3.client("s3").create_bucket(Bucket="artefacts", CreateBucketConfiguration={"LocationConstraint": "cn-north-1"})

    assert main(["rollback", "dev", "artefacts"]) == 1
    assert capsys.readouterr().err == "xinnuo-dev was never deployed with the bucket artefacts.\n"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"Stage": "prod"}, "  Stage does not belong here: the stage is told once, by STAGE."),
        ({"Isuer": "x"}, "  Isuer is no parameter; there are: "),
        (
            {"Issuer": "http://login.city.example"},
            "  Issuer is 'http://login.city.example', which is not as it must be: ",
        ),
        ({"Tables": "r1"}, "  Tables is 'r1', which is not as it must be: "),
        ({"TimelineStream": "x"}, "  TimelineStream does not belong here: it is found by Tables."),
        ({"RulePack": "mars"}, "  RulePack is 'mars'; it may be: corrects-first, revokes-at-once, zhejiang-yiwu."),
        ({"MailPort": "smtp"}, "  MailPort is 'smtp', which is no number."),
        ({"MailPort": True}, "  MailPort must be a text or a whole number."),
        ({"PrivateNetworks": "8.8.8.0/24"}, "  PrivateNetworks: no private networks: 8.8.8.0/24."),
        ({"PrivateNetworks": "10.1.2.3/16"}, "  PrivateNetworks: private networks are told as "),
        ({"MailHost": "mail.city.example"}, "  MailSender is missing: "),
        ({"MailTls": "none"}, "  MailTls is 'none': e-mail may go out in clear on the stage local alone."),
        ({"LimitedRoute": "POST /v1/street-complaint"}, "  LimitedRoute is 'POST /v1/street-complaint', which is no "),
        ({"LimitedRoute": "/v1/items"}, "  LimitedRoute is '/v1/items', which is not as it must be: "),
        ({"SubnetIds": "subnet-1"}, "  SecurityGroupIds is missing: "),
        ({"Issuer": None}, "  Issuer must be a text or a whole number."),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_is_touched(
    given: dict[str, object],
    fault: str,
    parameters: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Nobody is there: what were touched would fail otherwise.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    parameters.write_text(json.dumps(PARAMETERS | given))

    assert main(["deploy", "dev", "artefacts", str(parameters)]) == 1

    said = capsys.readouterr()
    first, *faults = said.err.splitlines()
    assert first == f"The parameters in {parameters} are wrong; nothing was touched:"
    assert len(faults) == 1
    assert faults[0].startswith(fault)
    assert said.out == ""


def test_a_parameter_without_a_default_must_be_told(parameters: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parameters.write_text("{}")

    assert main(["deploy", "dev", "artefacts", str(parameters)]) == 1

    missing = {line.split()[0] for line in capsys.readouterr().err.splitlines()[1:]}
    assert missing == {"Issuer", "JwksUrl", "AuthorizeUrl", "TokenUrl"}


@pytest.mark.parametrize(
    ("content", "why"), [("Issuer=x", "The parameters cannot be read: "), ("[]", " must hold one JSON object")]
)
def test_a_file_that_holds_no_parameters_is_refused(
    content: str, why: str, parameters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parameters.write_text(content)

    assert main(["deploy", "dev", "artefacts", str(parameters)]) == 1
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stage", "region", "why"),
    [
        ("test", "cn-north-1", "'test' is no stage; there are: local, dev, prod."),
        ("local", "cn-north-1", "The stage local is the emulated cloud on this machine and nothing else: run make up."),
        (
            "dev",
            "eu-central-1",
            "The region is eu-central-1; personal data stay in cn-north-1 or cn-northwest-1: set AWS_DEFAULT_REGION.",
        ),
    ],
)
def test_a_stage_or_a_region_that_is_not_allowed_is_refused(
    stage: str,
    region: str,
    why: str,
    parameters: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)

    assert main(["deploy", stage, "artefacts", str(parameters)]) == 1
    assert capsys.readouterr().err == f"{why}\n"


@pytest.mark.usefixtures("aws", "packages")
def test_a_draft_is_tried_as_the_test_person_whose_token_is_given(
    command: list[str], asked: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tmp_path / "draft.json"
    draft.write_text('{"item_code": "plate-replacement", "way": "certificate", "answers": {}}')
    monkeypatch.setenv("XINNUO_TEST_TOKEN", "a-token")

    assert main([*command, "--draft", str(draft)]) == 0
    assert asked[-1] == ("/v1/drafts", "Bearer a-token")


@pytest.mark.parametrize(("stage", "token"), [("prod", "a-token"), ("dev", None)])
def test_no_draft_is_tried_on_prod_or_by_nobody(
    stage: str, token: str | None, parameters: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("XINNUO_TEST_TOKEN", raising=False)
    if token:
        monkeypatch.setenv("XINNUO_TEST_TOKEN", token)

    assert main(["deploy", stage, "artefacts", str(parameters), "--draft", "draft.json"]) == 1
    assert "A draft is tried on other stages than prod" in capsys.readouterr().err


@pytest.mark.usefixtures("aws", "packages")
@pytest.mark.parametrize(
    ("address", "answer", "fault"),
    [
        (
            "/readyz",
            (503, "application/problem+json", "{}"),
            "it is not true that it is up and reaches its stores: 503",
        ),
        ("/", (500, "text/html", ""), "it is not true that the portal shows its first page: 500"),
        ("/", (200, "text/html", "<p>"), "The first page names no style sheet: was it packaged without assets?"),
        ("/assets/portal.css", (404, "text/html", ""), "it is not true that the page has its style sheet: 404"),
        ("/v1/cases", (200, "application/json", "{}"), "it is not true that nobody reads cases without a login: 200"),
    ],
)
def test_a_stage_that_does_not_work_is_found_at_once(
    address: str, answer: tuple[int, str, str], fault: str, parameters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(SITE | {address: answer}, []) as broken:
        assert main(["deploy", "dev", "artefacts", str(parameters), "--address", broken]) == 1

    assert fault in capsys.readouterr().err
