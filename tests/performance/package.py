"""How large the deployment package is, with and without what Lambda's own image brings."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
IN_THE_IMAGE = ("botocore", "boto3", "s3transfer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Compressed sizes in megabytes of a million bytes; ``parts`` are the largest, by top-level name.

    ``folder`` is where the package is unpacked, as Lambda would have it.
    """

    folder: Path
    whole_mb: float
    without_botocore_mb: float
    parts: dict[str, float]


@contextmanager
def packaged() -> Iterator[Package]:
    """Let Chalice package the service as for a deployment, weigh it, and keep it until the block ends."""
    chalice = Path(sys.executable).with_name("chalice")
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [str(chalice), "package", "--stage", "local", "--merge-template", "infra/template.yaml", scratch],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        packed, folder = Path(scratch) / "deployment.zip", Path(scratch) / "task"
        with ZipFile(packed) as archive:
            sizes: dict[str, int] = {}
            for one in archive.infolist():
                top = one.filename.partition("/")[0]
                sizes[top] = sizes.get(top, 0) + one.compress_size
            archive.extractall(folder)
        whole = packed.stat().st_size
        left_out = sum(size for name, size in sizes.items() if name.startswith(IN_THE_IMAGE))
        largest = sorted(sizes.items(), key=lambda one: -one[1])[:8]
        yield Package(
            folder=folder,
            whole_mb=whole / 1e6,
            without_botocore_mb=(whole - left_out) / 1e6,
            parts={name: round(size / 1e6, 2) for name, size in largest},
        )
