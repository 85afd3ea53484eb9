"""``python -m infra.deploy deploy STAGE BUCKET PARAMETERS`` and ``python -m infra.deploy rollback STAGE BUCKET``."""

import argparse
import sys
from pathlib import Path

from infra.deploy.deployment import TOKEN, Order, deploy, roll_back
from infra.deploy.errors import DeployError
from infra.packaging.wheels import GLIBC, HERE, MACHINES, Target


def main(arguments: list[str]) -> int:
    """Do what one command line asks, and say at the end where the stage is, or what stopped it."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.verb == "deploy":
            address = deploy(
                Order(
                    stage=asked.stage,
                    bucket=asked.bucket,
                    parameters=asked.parameters,
                    target=Target(runtime=asked.runtime, architecture=asked.architecture),
                    address=asked.address,
                    draft=asked.draft,
                    folder=asked.folder,
                )
            )
        else:
            address = roll_back(asked.stage, asked.bucket, address=asked.address)
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Portal: {address}/\nAPI:    {address}/openapi.json")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    forward = verbs.add_parser("deploy", help="package, upload, change the stack, try it out")
    back = verbs.add_parser("rollback", help="go back to the release before")
    for one in (forward, back):
        one.add_argument("stage")
        one.add_argument("bucket", help="the bucket of artefacts; it is made if there is none")
        one.add_argument(
            "--address", default="", help="the API's address, where AWS does not give it: .../{RestAPIId}/api"
        )
    forward.add_argument("parameters", type=Path, help="a JSON object of the template's parameters, without Stage")
    forward.add_argument("--runtime", choices=GLIBC, default=HERE)
    forward.add_argument("--architecture", choices=MACHINES, default="x86_64")
    forward.add_argument("--folder", type=Path, help="a place's own, whose departments and sources are packaged")
    forward.add_argument("--draft", type=Path, help=f"a body of POST /v1/drafts, tried with the token in {TOKEN}")
    return parser


if __name__ == "__main__":
    # Whoever reads it through a pipe sees each step when it is done.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
