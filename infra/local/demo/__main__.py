"""Walk through the story in the cloud's environment; exits 1 at the first thing that is not as it should be."""

import sys

from infra.local.demo.checks import NotAsItShouldBeError
from infra.local.demo.walk import walk
from infra.local.place import LocalError

if __name__ == "__main__":
    try:
        walk()
    except NotAsItShouldBeError as error:
        sys.exit(f"\n  ✗ 收尾不成 · Tidying up failed: {error}")
    except LocalError as error:
        sys.exit(str(error))
