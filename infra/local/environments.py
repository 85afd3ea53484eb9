"""The virtual environments that the local cloud runs in, built when missing or when their requirements change."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.engine.installation import only_one
from infra.local.place import ENVIRONMENTS, REGION, ROOT, LocalError

LOCK = "constraints.txt"
REQUIREMENTS = {
    "cloud": ("infra/local/requirements-cloud.txt",),
    "provider": ("infra/local/requirements-provider.txt",),
    "packaging": ("infra/local/requirements-packaging.txt", "requirements.txt", LOCK),
}


def python_of(name: str) -> Path:
    """Return the interpreter of an environment."""
    return ENVIRONMENTS / name / "bin" / "python"


def build() -> None:
    """Build what is missing or out of date, side by side, for one process at once; what is up to date costs nothing."""
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with only_one(ENVIRONMENTS / "lock"), ThreadPoolExecutor() as pool:
        list(pool.map(_bring_up_to_date, REQUIREMENTS))


def _bring_up_to_date(name: str) -> None:
    files = REQUIREMENTS[name]
    wanted = _digest(files)
    stamp = ENVIRONMENTS / name / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Building the {name} environment ...", file=sys.stderr, flush=True)
    _build(name, ROOT / files[0])
    stamp.write_text(wanted)


def _digest(files: tuple[str, ...]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update((ROOT / file).read_bytes())
    return digest.hexdigest()


def _build(name: str, requirements: Path) -> None:
    folder = ENVIRONMENTS / name
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(python_of(name)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if LOCK in REQUIREMENTS[name]:
        # Of the lock, the versions alone: pip takes hashes for all that it installs or for nothing.
        versions = folder / "versions.txt"
        versions.write_text("\n".join(re.findall(r"^\S+==\S+", (ROOT / LOCK).read_text(), re.MULTILINE)))
        pip += ["-c", str(versions)]
    done = subprocess.run([*pip, "-r", str(requirements)], check=False, capture_output=True, text=True)
    if done.returncode:
        message = f"pip could not build the {name} environment:\n{done.stderr.strip()}"
        raise LocalError(message)


def in_cloud(module: str, *arguments: str) -> str:
    """Run one of the modules of ``infra.local.aws`` and return what it printed; its errors are shown as they are."""
    done = subprocess.run(
        _command(module, *arguments),
        cwd=ROOT,
        env=aws_environment(),
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise LocalError(done.stdout.strip() or f"{module} failed; its messages stand above.")
    return done.stdout.strip()


def build_assets() -> None:
    """Build what the portal's pages are drawn with, by a Python that has what this takes."""
    done = subprocess.run(
        [str(python_of("packaging")), "-m", "infra.assets"], cwd=ROOT, check=False, capture_output=True
    )
    if done.returncode:
        message = f"The portal's assets could not be built:\n{done.stderr.decode().strip()}"
        raise LocalError(message)


def show_in_cloud(module: str, *arguments: str) -> None:
    """Run one of the modules of ``infra.local.aws`` in front of the person, who may end it by interrupting it."""
    with contextlib.suppress(KeyboardInterrupt):
        done = subprocess.run(_command(module, *arguments), cwd=ROOT, env=aws_environment(), check=False)
        if done.returncode:
            message = f"{module} failed; its messages stand above."
            raise LocalError(message)


def _command(module: str, *arguments: str) -> list[str]:
    return [str(python_of("cloud")), "-m", f"infra.local.aws.{module}", *arguments]


def aws_environment() -> dict[str, str]:
    """Return this process's environment with made-up credentials, so that no real account can ever be touched."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
