"""Deploy a stage, or take it back by one release: each step in its order, and nothing touched before all is checked."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.clock import day_in_shanghai, real_now
from infra.deploy.artefacts import CITY, RELEASE, Artefacts, Release
from infra.deploy.errors import DeployError
from infra.deploy.parameters import read_parameters
from infra.deploy.restored import stream_of_restored
from infra.deploy.smoke import try_a_draft, try_out
from infra.deploy.stack import Stack
from infra.packaging.build import ROOT, package
from infra.packaging.template import merged
from infra.packaging.wheels import PackagingError, Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TOOLS: Final = ("babel", "chalice", "pip")
UNPROTECTED: Final = {"DeletionProtection": "off"}
"""What a stack is told while it is first made: what a failed attempt has made must go again."""
OF_DATA: Final = ("Tables", "TimelineStream")
"""What says where the data are, which no release takes back."""
TOKEN: Final = "XINNUO_TEST_TOKEN"  # noqa: S105 - the name of a variable
"""The variable that holds a test person's token: nobody else on the machine reads it there."""
ENDPOINT: Final = "AWS_ENDPOINT_URL"
"""The variable by which boto3 goes to an emulated AWS."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is deployed where.

    ``parameters`` and ``draft`` are files; ``address`` is the API's address as a template with ``{RestAPIId}``, where
    it is not the one that AWS gives. ``folder`` is the place's own, whose departments and sources are packaged;
    without one they are the sample town's.
    """

    stage: str
    bucket: str
    parameters: Path
    target: Target
    address: str = ""
    draft: Path | None = None
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An account in a region, with the bucket of artefacts and the stack of a stage."""

    region: str
    artefacts: Artefacts
    stack: Stack
    tables: "DynamoDBClient"


def deploy(order: Order) -> str:
    """Do all of it and return the API's base address; raises ``DeployError`` with what stopped it."""
    require_tools()
    template = merged()
    require_stage(order.stage, template["Parameters"]["Stage"]["AllowedValues"])
    parameters = read_parameters(order.parameters, template["Parameters"], stage=order.stage)
    draft = read_draft(order)
    city = city_of(order)
    place = reach(order.stage, order.bucket, template)
    require_same_city(place, order, city)
    if parameters["Tables"]:
        before = f"{place.stack.name}{parameters['Tables']}"
        stream = stream_of_restored(place.tables, template["Resources"], before=before)
        parameters |= {"TimelineStream": stream}
    with packaged(order) as folder:
        place.artefacts.require_bucket(place.region)
        digest = place.artefacts.upload(folder, city=city)
    address = release(place, Release(digest=digest, parameters=parameters), stage=order.stage, address=order.address)
    try_out(address)
    if draft:
        try_a_draft(address, token=os.environ[TOKEN], body=draft)
    return address


def release(place: Place, wanted: Release, *, stage: str, address: str = "") -> str:
    """Put an uploaded release onto the stack, remember it, and return the API's base address.

    A stack that is new is made without protection from deletion and without an address of its own, which nobody knows
    before; a second change gives it both.
    """
    url = place.artefacts.template_url(wanted.digest)
    if not place.stack.is_there():
        place.stack.change(url, {"Stage": stage, **wanted.parameters, **UNPROTECTED}, is_new=True)
    found = address_of(place.stack.outputs(), address)
    place.stack.change(url, told(wanted, stage=stage, address=found), is_new=False)
    releases = place.artefacts.releases(stage)
    if not releases or releases[-1] != wanted:
        place.artefacts.remember(stage, [*releases, wanted])
    return found


def roll_back(stage: str, bucket: str, *, address: str = "") -> str:
    """Put the release before the present one onto the stack, and return the API's base address.

    Its template, its archives and its parameters are in the bucket; only where the data are stays as it is. Raises
    ``DeployError`` if there is none, or if the stack runs what this command has not deployed.
    """
    template = merged()
    require_stage(stage, template["Parameters"]["Stage"]["AllowedValues"])
    place = reach(stage, bucket, template)
    releases = place.artefacts.releases(stage)
    if not place.stack.is_there() or not releases:
        message = f"{place.stack.name} was never deployed with the bucket {bucket}."
        raise DeployError(message)
    running = place.stack.outputs().get(RELEASE)
    if running != releases[-1].digest:
        message = f"{place.stack.name} runs {running}, which is not the last release in {bucket}: deploy anew instead."
        raise DeployError(message)
    if not releases[:-1]:
        message = f"There is no release before {releases[-1].digest[:12]}."
        raise DeployError(message)
    present = releases[-1].parameters
    kept = {name: present[name] for name in OF_DATA if name in present}
    before = replace(releases[-2], parameters={**releases[-2].parameters, **kept})
    print(f"Going back from {releases[-1].digest[:12]} to {before.digest[:12]} ...")
    found = address_of(place.stack.outputs(), address)
    url = place.artefacts.template_url(before.digest)
    place.stack.change(url, told(before, stage=stage, address=found), is_new=False)
    place.artefacts.remember(stage, [*releases[:-2], before])
    try_out(found)
    return found


def told(wanted: Release, *, stage: str, address: str) -> dict[str, str]:
    """Return what the stack is told: the portal's own address is the API's, unless the operator has said another."""
    return {"Stage": stage, **wanted.parameters, "PortalUrl": wanted.parameters.get("PortalUrl") or address}


def require_tools() -> None:
    """Stop if this Python has not what packaging and deploying need."""
    if missing := [name for name in TOOLS if find_spec(name) is None]:
        mend = "run make venv, or pip install -r infra/local/requirements-packaging.txt."
        message = f"This Python has no {', no '.join(missing)}: {mend}"
        raise DeployError(message)


def require_stage(stage: str, known: list[str]) -> None:
    """Stop at a stage that the template does not know, or at ``local`` anywhere but on the emulated cloud."""
    if stage not in known:
        message = f"{stage!r} is no stage; there are: {', '.join(known)}."
        raise DeployError(message)
    if stage == "local" and urlsplit(os.environ.get(ENDPOINT, "")).hostname not in LOOPBACK:
        message = "The stage local is the emulated cloud on this machine and nothing else: run make up."
        raise DeployError(message)


def city_of(order: Order) -> str:
    """Return the digest of the departments and sources to package; ``DeployError`` for a folder with any fault."""
    # It brings the service's own rules along, and so what ``require_tools`` looks for.
    from infra.bootstrap.folder import digest_of_the_code, read_city  # noqa: PLC0415

    if order.folder is None:
        return digest_of_the_code()
    return read_city(order.folder, today=day_in_shanghai(real_now())).digest


def require_same_city(place: Place, order: Order, city: str) -> None:
    """Stop before a stage that has a place's own departments gets the sample town's, because nobody named a folder."""
    if order.folder is None and place.stack.outputs().get(CITY, city) != city:
        message = f"{place.stack.name} has departments and sources of its own: say FOLDER, as they are to be."
        raise DeployError(message)


def read_draft(order: Order) -> dict[str, Any] | None:
    """Return the body of the draft that is to be tried, if any; stops on ``prod``, or without a test person."""
    if order.draft is None:
        return None
    if order.stage == "prod" or TOKEN not in os.environ:
        message = f"A draft is tried on other stages than prod, with a test person's token in {TOKEN}."
        raise DeployError(message)
    try:
        body: dict[str, Any] = json.loads(order.draft.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"The draft cannot be read: {error}"
        raise DeployError(message) from error
    return body


def reach(stage: str, bucket: str, template: Mapping[str, Any]) -> Place:
    """Find out whose credentials these are, and where; stops without any, and in a region that is not allowed."""
    session = boto3.Session()
    (assertion,) = template["Rules"]["RegionIsAllowed"]["Assertions"]
    allowed = assertion["Assert"]["Fn::Contains"][0]
    if session.region_name not in allowed:
        where = " or ".join(allowed)
        message = f"The region is {session.region_name}; personal data stay in {where}: set AWS_DEFAULT_REGION."
        raise DeployError(message)
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        message = f"AWS does not know who you are: {error}"
        raise DeployError(message) from error
    print(f"Stage {stage} in account {account}, {session.region_name}.")
    is_emulated = ENDPOINT in os.environ
    return Place(
        region=session.region_name,
        artefacts=Artefacts(client=session.client("s3"), bucket=bucket, account=account),
        stack=Stack(client=session.client("cloudformation"), name=f"xinnuo-{stage}", pause=0.2 if is_emulated else 5.0),
        tables=session.client("dynamodb"),
    )


@contextmanager
def packaged(order: Order) -> Iterator[Path]:
    """Build the assets, package for the runtime that was chosen, and give the folder."""
    built = subprocess.run(
        [sys.executable, "-m", "infra.assets"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if built.returncode:
        message = f"The portal's assets could not be built:\n{built.stderr.strip()}"
        raise DeployError(message)
    with tempfile.TemporaryDirectory() as scratch:
        print("Packaging ...")
        try:
            print(package(order.stage, Path(scratch), target=order.target, city=order.folder))
        except PackagingError as error:
            raise DeployError(str(error)) from error
        yield Path(scratch)


def address_of(outputs: Mapping[str, str], address: str) -> str:
    """Return the API's base address, without a slash at its end."""
    return (address.format(**outputs) if address else outputs["EndpointURL"]).rstrip("/")
