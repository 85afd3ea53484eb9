"""`python3 -m infra.assets` builds what is missing and says where it is."""

import sys

from infra.assets import fonts
from infra.assets.build import build

if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n{fonts.build()}\n")
