"""``python -m infra.packaging STAGE FOLDER``: write a stage's ``sam.yaml`` and both archives into a folder."""

import argparse
import sys
from pathlib import Path

from infra.packaging.build import package
from infra.packaging.wheels import GLIBC, HERE, MACHINES, PackagingError, Target


def main(arguments: list[str]) -> int:
    """Package, and say what was made or what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=__doc__)
    parser.add_argument("stage")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runtime", choices=GLIBC, default=HERE)
    parser.add_argument("--architecture", choices=MACHINES, default="x86_64")
    asked = parser.parse_args(arguments)
    try:
        target = Target(runtime=asked.runtime, architecture=asked.architecture)
        print(package(asked.stage, asked.folder.resolve(), target=target))
    except PackagingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
