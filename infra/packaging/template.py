"""Puts the parts of the template together (``infra/template/*.yaml``), and mends what Chalice makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from chalicelib.addresses import PORTAL
from infra.packaging import yaml
from infra.packaging.limits import ROOM, policy_size
from infra.packaging.watching import alarms_on_tables
from infra.packaging.wheels import Target

PARTS: Final = Path(__file__).parents[1] / "template"

MOST_OF_A_POLICY: Final = int(6_144 * ROOM)
"""How many characters of a managed policy are used; IAM takes 6,144 of them, and 10,240 of all that is inline."""

ARN_OF_TABLE: Final = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/"

Template = dict[str, Any]


def merged(folder: Path = PARTS) -> dict[str, dict[str, Any]]:
    """Return the whole template: each section with the entries of all parts; raises ``ValueError`` for a second one."""
    whole: dict[str, dict[str, Any]] = {}
    for part in sorted(folder.glob("*.yaml")):
        for section, entries in yaml.read(part).items():
            known = whole.setdefault(section, {})
            if again := known.keys() & entries.keys():
                message = f"{part.name} defines what another part defines: {', '.join(sorted(again))}"
                raise ValueError(message)
            known.update(entries)
    return whole


def write_merged(path: Path) -> None:
    """Write the whole template as ``chalice package --merge-template`` takes it."""
    yaml.write(path, merged())


def mend(path: Path, *, stage: str, target: Target) -> None:
    """Mend a packaged template: addresses, policies and stages that AWS would refuse, or that nobody asked for."""
    template: Template = yaml.read(path)
    # What is packaged for one stage cannot be deployed as another.
    template["Rules"]["StageIsPackaged"] = {
        "Assertions": [
            {
                "Assert": {"Fn::Equals": [{"Ref": "Stage"}, stage]},
                "AssertDescription": f"This was packaged for {stage} and for no other stage.",
            }
        ]
    }
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"] |= {"Runtime": target.runtime, "Architectures": [target.architecture]}
    template["Resources"] |= alarms_on_tables(template["Resources"])
    _leave_the_portal_to_the_proxy(template)
    _let_tables_be_elsewhere(template)
    _manage_policies(template)
    yaml.write(path, template, sort_keys=False)


def _leave_the_portal_to_the_proxy(template: Template) -> None:
    """Take the portal's pages, all but its root, out of the addresses that the gateway names.

    ``/{proxy+}`` passes them on as well. A REST API has room for 300 parts of addresses, and the API alone needs 200.
    """
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for page in {name.partition(" ")[2] for names in PORTAL.values() for name in names} - {"/"}:
        del paths[page]


def _let_tables_be_elsewhere(template: Template) -> None:
    """Name tables by their names and not by the stack's own, and own none where restored ones have other names.

    What a stack does not own it cannot be asked for (``Ref``, ``Fn::GetAtt``), and the stream's address is told.
    """
    names = names_of_tables(template["Resources"])
    others = {name: each for name, each in template["Resources"].items() if name not in names}
    template["Resources"] = {
        **{name: {**template["Resources"][name], "Condition": "OwnsTables"} for name in names},
        **by_name(others, names),
    }
    source = others["DispatchEvents"]["Properties"]["Events"]["DispatchEventsDynamodbEventSource"]["Properties"]
    told = {"Fn::If": ["OwnsTables", source["Stream"], {"Ref": "TimelineStream"}]}
    there = template["Resources"]["DispatchEvents"]["Properties"]["Events"]
    there["DispatchEventsDynamodbEventSource"]["Properties"]["Stream"] = told


def names_of_tables(resources: Mapping[str, Any]) -> dict[str, str]:
    """Return what each table of a template is called, wherever it is, for ``Fn::Sub``."""
    return {
        logical: each["Properties"]["TableName"]["Fn::Sub"].replace("${Stage}", "${Stage}${Tables}")
        for logical, each in resources.items()
        if each["Type"] == "AWS::DynamoDB::Table"
    }


def by_name(value: Any, tables: Mapping[str, str]) -> Any:  # noqa: ANN401, PLR0911 - any JSON, a return a form
    """Return a part of a template with each table of ``tables`` by its name."""
    match value:
        case {"Ref": str(logical)} if logical in tables:
            return {"Fn::Sub": tables[logical]}
        case {"Fn::GetAtt": [str(logical), "Arn"]} if logical in tables:
            return {"Fn::Sub": f"{ARN_OF_TABLE}{tables[logical]}"}
        case {"Fn::GetAtt": [str(logical), "StreamArn"]} if logical in tables:
            return {"Fn::Sub": f"{ARN_OF_TABLE}{tables[logical]}/stream/*"}
        case {"Fn::Sub": str(text)}:
            for logical, name in tables.items():
                text = text.replace(f"${{{logical}.Arn}}", f"{ARN_OF_TABLE}{name}")
            return {"Fn::Sub": text}
        case Mapping():
            return {name: by_name(each, tables) for name, each in value.items()}
        case list():
            return [by_name(each, tables) for each in value]
        case _:
            return value


def _manage_policies(template: Template) -> None:
    """Put each role's rights into managed policies, up to ten: inline, those of the API find no room."""
    resources = template["Resources"]
    roles = {name: each for name, each in resources.items() if each["Type"] == "AWS::IAM::Role"}
    for name, role in roles.items():
        rights = [
            right for inline in role["Properties"].pop("Policies") for right in inline["PolicyDocument"]["Statement"]
        ]
        managed = []
        for number, some in enumerate(_in_policies(rights, resources), start=1):
            managed.append({"Ref": f"{name}Policy{number}"})
            resources[f"{name}Policy{number}"] = {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": some}},
            }
        private = {"Fn::If": ["IsPrivate", {"Ref": "PrivateNetworkPolicy"}, {"Ref": "AWS::NoValue"}]}
        role["Properties"]["ManagedPolicyArns"] = [*managed, private]


def _in_policies(rights: Sequence[Mapping[str, Any]], resources: Template) -> Iterator[list[dict[str, Any]]]:
    """Split rights, in their order, into what fits into a policy each; their names are for readers of the sources."""
    some: list[dict[str, Any]] = []
    for right in rights:
        plain = {name: value for name, value in right.items() if name != "Sid"}
        if some and policy_size({"Version": "2012-10-17", "Statement": [*some, plain]}, resources) > MOST_OF_A_POLICY:
            yield some
            some = []
        some.append(plain)
    if some:
        yield some
