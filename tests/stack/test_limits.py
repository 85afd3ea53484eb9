"""A deployment has room in every limit of AWS, and what is measured is what AWS measures."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.limits import ROOM, Limit, limits_of, policy_size, rendered

TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": {"Fn::Sub": "xinnuo-${Stage}-cases"}}}
SECRET = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": {"Fn::Sub": "xinnuo-${Stage}"}}}
LOG = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/x"}}
ARN = "arn:aws-cn:dynamodb:cn-northwest-1:123456789012:table/xinnuo-prod-cases"


@pytest.fixture
def packaged(template_file: Path, tmp_path: Path) -> Path:
    """Return a folder with the packaged template and an archive of a thousand bytes."""
    (tmp_path / "sam.yaml").symlink_to(template_file)
    with zipfile.ZipFile(tmp_path / "deployment.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", 1_000 * "#")
    return tmp_path


def test_a_deployment_has_room_in_every_limit(packaged: Path) -> None:
    taken = {limit.name: f"{limit.share:.0%}" for limit in limits_of(packaged) if limit.share > ROOM}

    assert taken == {}


def test_every_function_every_role_and_every_archive_is_measured(
    packaged: Path, resources: dict[str, dict[str, Any]]
) -> None:
    measured = " ".join(limit.name for limit in limits_of(packaged))

    of_kinds = ("AWS::Serverless::Function", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
    assert [name for name, each in resources.items() if each["Type"] in of_kinds and name not in measured] == []
    assert "deployment.zip" in measured


def test_an_archive_counts_by_what_it_unpacks_to(packaged: Path) -> None:
    (archive,) = [limit for limit in limits_of(packaged) if "deployment.zip" in limit.name]

    assert (archive.used, archive.most) == (1_000, 250 * 2**20)


def test_a_policy_counts_with_real_arns_and_without_blanks() -> None:
    policy = {"Action": ["a:B"], "Resource": {"Fn::GetAtt": ["Cases", "Arn"]}}

    assert policy_size(policy, {"Cases": TABLE}) == len(f'{{"Action":["a:B"],"Resource":"{ARN}"}}')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "Cases"}, "xinnuo-prod-cases"),
        ({"Fn::GetAtt": ["Cases", "Arn"]}, ARN),
        ({"Ref": "Secret"}, "arn:aws-cn:secretsmanager:cn-northwest-1:123456789012:secret:xinnuo-prod-AbCdEf"),
        ({"Fn::GetAtt": ["Log", "Arn"]}, "arn:aws-cn:logs:cn-northwest-1:123456789012:log-group:/aws/x:*"),
        ({"Fn::Sub": "${Cases.Arn}/index/by_subject"}, f"{ARN}/index/by_subject"),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::x-${AWS::AccountId}/*"}, "arn:aws-cn:s3:::x-123456789012/*"),
        ({"Fn::If": ["HasScanner", {"Ref": "Cases"}, ""]}, "xinnuo-prod-cases"),
        ({"Fn::If": ["HasScanner", "", {"Ref": "Cases"}]}, "xinnuo-prod-cases"),
        (["a", {"Ref": "Stage"}], '["a", "prod"]'),
    ],
)
def test_a_value_is_measured_as_cloudformation_fills_it_in(value: object, expected: str) -> None:
    assert rendered(value, {"Cases": TABLE, "Log": LOG, "Secret": SECRET}) == expected


def test_each_key_has_a_name_of_its_own() -> None:
    keys = {name: {"Type": "AWS::KMS::Key", "Properties": {}} for name in ("One", "Other")}

    one, other = (rendered({"Fn::GetAtt": [name, "Arn"]}, keys) for name in keys)

    assert one != other
    assert len(one) == len("arn:aws-cn:kms:cn-northwest-1:123456789012:key/12345678-1234-1234-1234-123456789012")


def test_a_limit_says_how_much_of_it_is_taken() -> None:
    limit = Limit(name="parts of addresses of the API", used=205, most=300)

    assert str(limit).split() == [*limit.name.split(), "205", "of", "300", "68%"]


def test_no_role_has_rights_but_by_managed_policies(resources: dict[str, dict[str, Any]]) -> None:
    """Inline, the rights of the API would be a third more than IAM takes."""
    roles = {name: each["Properties"] for name, each in resources.items() if each["Type"] == "AWS::IAM::Role"}

    assert roles
    for name, role in roles.items():
        assert "Policies" not in role, name
        assert role["ManagedPolicyArns"], name
        *own, private = role["ManagedPolicyArns"]
        assert private["Fn::If"] == ["IsPrivate", {"Ref": "PrivateNetworkPolicy"}, {"Ref": "AWS::NoValue"}], name
        for managed in own:
            assert resources[managed["Ref"]]["Properties"]["PolicyDocument"]["Statement"], managed


def test_the_transform_adds_no_stage_beside_ours(template: dict[str, Any]) -> None:
    assert template["Globals"]["Api"] == {"OpenApiVersion": "2.0"}
