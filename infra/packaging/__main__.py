"""``python -m infra.packaging STAGE FOLDER``: write a stage's ``sam.yaml`` and both archives into a folder."""

import sys
from pathlib import Path

from infra.packaging.build import PackagingError, package


def main(arguments: list[str]) -> int:
    """Package, and say what was made or what went wrong; without the two words, print the usage and give 2."""
    match arguments:
        case [stage, folder]:
            try:
                print(package(stage, Path(folder).resolve()))
            except PackagingError as error:
                print(error, file=sys.stderr)
                return 1
        case _:
            print("usage: python -m infra.packaging STAGE FOLDER", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
