"""Wheels for Lambda: of each requirement the one that runs there, looked at by its tags and proved to be there."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[2] / "constraints.txt"

HERE: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""This Python, as Lambda would name it."""

GLIBC: Final = {"python3.11": 26, "python3.12": 34, "python3.13": 34, "python3.14": 34}
"""To each runtime the minor version of glibc 2 that it has: Amazon Linux 2 has 2.26, Amazon Linux 2023 2.34."""
MACHINES: Final = {"x86_64": "x86_64", "arm64": "aarch64"}
"""To each architecture of Lambda its name in the tags of wheels."""
OLDEST: Final = {"x86_64": 5, "arm64": 17}
"""The oldest glibc that wheels are tagged with."""

LEFT_OUT: Final = frozenset({"boto3", "chalice", "pillow"})
"""What runs nothing in Lambda: deploying and Chalice's own commands (of Chalice itself, packaging copies the part that
runs), and what would draw pictures, of which no document has any."""

PINNED: Final = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
TAG: Final = re.compile(r"^Tag: (\S+)$", re.MULTILINE)

SYMBOLS: Final = re.compile(rb"GLIBC_2\.([0-9]+)")
"""How a library names the version of glibc that a symbol came with."""


class PackagingError(Exception):
    """The package would not run in Lambda, or cannot be made; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the package will run: Lambda's names of a runtime and of an architecture."""

    runtime: str = HERE
    architecture: str = "x86_64"

    def __post_init__(self) -> None:
        """Raise ``PackagingError`` for a runtime or an architecture that is not known."""
        for given, known in ((self.runtime, GLIBC), (self.architecture, MACHINES)):
            if given not in known:
                message = f"{given!r} is not known; there are: {', '.join(known)}."
                raise PackagingError(message)

    @property
    def platforms(self) -> list[str]:
        """The platform tags that the runtime's glibc takes, the newest first."""
        machine, newest = MACHINES[self.architecture], GLIBC[self.runtime]
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, OLDEST[self.architecture] - 1, -1)]
        return [
            *tags,
            f"manylinux2014_{machine}",
            *(["manylinux2010_x86_64", "manylinux1_x86_64"] * (machine[0] == "x")),
        ]


def add_wheels(unpacked: Path, *, requirements: str, target: Target) -> str:
    """Unpack the wheel of each pinned requirement into the package, and return how many there are.

    They are those of the lock file, by their hashes. Raises ``PackagingError`` where there is no wheel that the
    runtime could load, if one is missing afterwards, or if what is in one asks for a newer glibc than its tags do.
    """
    wanted = [(normalised(name), version) for name, version in PINNED.findall(requirements)]
    wanted = [(name, version) for name, version in wanted if name not in LEFT_OUT]
    locked = lines_of(LOCK.read_text(encoding="utf-8"))
    if unlocked := [name for name, version in wanted if f"{name}=={version}" not in locked]:
        message = f"constraints.txt does not hold this version of {', '.join(unlocked)}: run make lock."
        raise PackagingError(message)
    with tempfile.TemporaryDirectory() as scratch:
        asked = Path(scratch) / "requirements.txt"
        asked.write_text("\n".join(locked[f"{name}=={version}"] for name, version in wanted), encoding="utf-8")
        _install(asked, into=unpacked, target=target)
    require_wheels(unpacked, [name for name, _ in wanted], target=target)
    require_glibc(unpacked, target=target)
    return f"{len(wanted)} wheels for {target.runtime} on {target.architecture}, each by its hash."


def lines_of(lock: str) -> dict[str, str]:
    """Return the lock's entries, each in one line with its hashes, by normalised name and version."""
    joined = lock.replace("\\\n", " ")
    return {f"{normalised(name)}=={version}": line for name, version, line in _entries(joined)}


def _entries(joined: str) -> Iterator[tuple[str, str, str]]:
    for line in joined.splitlines():
        if found := PINNED.match(line):
            # A marker says on which machines of developers; what is asked for here is for Lambda.
            hashes = " ".join(re.findall(r"--hash=\S+", line))
            yield found[1], found[2].rstrip(";"), f"{found[1]}=={found[2].rstrip(';')} {hashes}"


def require_wheels(unpacked: Path, names: list[str], *, target: Target) -> None:
    """Stop if a requirement is not in the package, or if the tags of one say that the runtime cannot load it."""
    held = {
        normalised(path.parent.name.removesuffix(".dist-info").rpartition("-")[0]): path
        for path in unpacked.glob("*.dist-info/WHEEL")
    }
    if missing := [name for name in names if name not in held]:
        message = f"No wheel of {', '.join(missing)} is in the package."
        raise PackagingError(message)
    platforms = {*target.platforms, "any"}
    for name in names:
        tags = TAG.findall(held[name].read_text(encoding="utf-8"))
        if not any(platforms.intersection(tag.rpartition("-")[2].split(".")) for tag in tags):
            message = f"{name} is for {', '.join(tags)}, which {target.runtime} on {target.architecture} cannot load."
            raise PackagingError(message)


def require_glibc(unpacked: Path, *, target: Target) -> None:
    """Stop if a library in the package asks for a newer glibc than the runtime has, whatever its tags say."""
    has = GLIBC[target.runtime]
    for path in sorted(unpacked.rglob("*.so*")):
        needed = max((int(minor) for minor in SYMBOLS.findall(path.read_bytes())), default=0)
        if needed > has:
            message = f"{path.relative_to(unpacked)} needs glibc 2.{needed}; {target.runtime} has 2.{has}."
            raise PackagingError(message)


def _install(requirements: Path, *, into: Path, target: Target) -> None:
    tags = [option for platform in target.platforms for option in ("--platform", platform)]
    how = ["--no-deps", "--only-binary=:all:", "--no-compile", "--require-hashes", "--disable-pip-version-check"]
    version = ["--implementation", "cp", "--python-version", target.runtime.removeprefix("python")]
    where = ["--target", str(into), "--upgrade", "--requirement", str(requirements)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", *how, *version, *tags, *where],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        errors = "\n".join(line for line in done.stderr.splitlines() if line.startswith("ERROR"))
        message = f"A requirement has no wheel that {target.runtime} on {target.architecture} can load:\n{errors}"
        raise PackagingError(message)


def normalised(name: str) -> str:
    """Return a distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
