"""``python -m infra.bootstrap STAGE FOLDER``: make a stage a place's own, as its folder says."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chalicelib.clock import day_in_shanghai, real_now
from chalicelib.policy import Role
from infra.bootstrap.folder import City, read_city
from infra.bootstrap.publishing import Address, publish, standings
from infra.deploy.artefacts import CITY
from infra.deploy.deployment import Order, address_of, deploy, reach, require_stage
from infra.deploy.errors import DeployError
from infra.packaging.template import merged
from infra.packaging.wheels import GLIBC, HERE, MACHINES, Target

TOKEN_OF: Final = "XINNUO_TOKEN_{}"  # noqa: S105 - the name of a variable
"""The variable that holds the token of somebody in a role: nobody else on the machine reads it there."""


def main(arguments: list[str]) -> int:
    """Do it, and say how far it is, or what stopped it."""
    asked = _parser().parse_args(arguments)
    try:
        bootstrap(asked)
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def bootstrap(asked: argparse.Namespace) -> None:
    """Check the folder whole, deploy its departments and sources if the stage has others, and publish what is new."""
    template = merged()
    require_stage(asked.stage, template["Parameters"]["Stage"]["AllowedValues"])
    city = read_city(asked.folder, today=day_in_shanghai(real_now()))
    print(f"{asked.folder} has no fault, and {len(city.entries)} things to publish.")
    tokens = tokens_for(city)
    outputs = reach(asked.stage, asked.bucket, template).stack.outputs()
    if outputs.get(CITY) == city.digest:
        address = address_of(outputs, asked.address)
    elif asked.dry_run or not (asked.bucket and asked.parameters):
        message = f"The stage {asked.stage} has other departments or sources than {asked.folder}: deploy them first, "
        raise DeployError(message + "or say BUCKET and PARAMETERS here too.")
    else:
        address = deploy(
            Order(
                stage=asked.stage,
                bucket=asked.bucket,
                parameters=asked.parameters,
                target=Target(runtime=asked.runtime, architecture=asked.architecture),
                address=asked.address,
                folder=asked.folder,
            )
        )
    stage = Address(base=address, tokens=tokens)
    found = standings(city, stage)
    if asked.dry_run:
        for entry, standing in found:
            print(f"  {standing:8}{entry.place}")
    else:
        publish(found, stage)


def tokens_for(city: City) -> Mapping[Role, str]:
    """Return a token for each role that publishes something of a folder; ``DeployError`` with all that are missing."""
    roles = sorted({entry.role for entry in city.entries})
    named = {role: TOKEN_OF.format(role.upper()) for role in roles}
    if missing := [f"  {name}: a token of a {role}" for role, name in named.items() if name not in os.environ]:
        raise DeployError("\n".join(["Somebody has to publish this; nothing was touched. Missing:", *missing]))
    return {role: os.environ[name] for role, name in named.items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.bootstrap", description=__doc__)
    parser.add_argument("stage")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bucket", default="", help="the bucket of artefacts, to deploy with if need be")
    parser.add_argument("--parameters", type=Path, help="the file of parameters, to deploy with if need be")
    parser.add_argument("--address", default="", help="the API's address, where AWS does not give it: .../{RestAPIId}")
    parser.add_argument("--runtime", choices=GLIBC, default=HERE)
    parser.add_argument("--architecture", choices=MACHINES, default="x86_64")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be published")
    return parser


if __name__ == "__main__":
    # Whoever reads it through a pipe sees each step when it is done.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
