"""Print a template after AWS's own transform: ``python -m infra.local.aws.transform TEMPLATE PARAMETERS``.

It is the library that AWS runs; the region that it transforms for is boto3's.
"""

import json
import sys
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform

from infra.packaging import yaml


class NoPolicies:
    """The policies that AWS keeps, of which no role of ours has any."""

    def load(self) -> dict[str, str]:
        """There are none."""
        return {}


def transformed(template: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    """Raises ``samtranslator``'s own errors for what AWS would refuse."""
    done: dict[str, Any] = transform(template, parameters, NoPolicies())
    return done


if __name__ == "__main__":
    read = yaml.read(Path(sys.argv[1]))
    print(json.dumps(transformed(read, json.loads(sys.argv[2]))))
