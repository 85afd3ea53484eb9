"""How large the deployment package is, and the package itself, unpacked as Lambda would have it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from infra.packaging.build import package


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Sizes in megabytes of a million bytes; ``parts`` are the largest, compressed, by top-level name.

    ``folder`` is where the package is unpacked.
    """

    folder: Path
    compressed_mb: float
    unpacked_mb: float
    parts: dict[str, float]


@contextmanager
def packaged() -> Iterator[Package]:
    """Package the service as for a deployment, weigh it, and keep it until the block ends."""
    with tempfile.TemporaryDirectory() as scratch:
        package("local", Path(scratch))
        packed, folder = Path(scratch) / "deployment.zip", Path(scratch) / "task"
        with ZipFile(packed) as archive:
            sizes: dict[str, int] = {}
            for one in archive.infolist():
                top = one.filename.partition("/")[0]
                sizes[top] = sizes.get(top, 0) + one.compress_size
            unpacked = sum(one.file_size for one in archive.infolist())
            archive.extractall(folder)
        largest = sorted(sizes.items(), key=lambda one: -one[1])[:8]
        yield Package(
            folder=folder,
            compressed_mb=packed.stat().st_size / 1e6,
            unpacked_mb=unpacked / 1e6,
            parts={name: round(size / 1e6, 2) for name, size in largest},
        )
