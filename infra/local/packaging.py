"""Package the service as CloudFormation, and tell whether that is needed at all."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from infra.local.environments import aws_environment, python_of
from infra.local.place import AUDIENCE, ISSUER, ROOT, STAGE, STATE, LocalError

TEMPLATE = ROOT / "infra" / "template.yaml"
PACKAGE = STATE / "package"


def fingerprint() -> str:
    """Return a digest of everything that a deployment is made of: code, data, requirements, policies, template."""
    sources = [ROOT / "app.py", ROOT / "requirements.txt", TEMPLATE, *(ROOT / ".chalice").glob("*.json")]
    sources += [path for path in (ROOT / "chalicelib").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    digest = hashlib.sha256(f"{ISSUER} {AUDIENCE}".encode())
    for path in sorted(sources):
        digest.update(f"\n{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def package() -> Path:
    """Run ``chalice package`` for the local stage; return the folder with ``sam.yaml`` and ``deployment.zip``."""
    shutil.rmtree(PACKAGE, ignore_errors=True)
    chalice = str(python_of("packaging").with_name("chalice"))
    done = subprocess.run(
        [chalice, "package", "--stage", STAGE, "--merge-template", str(TEMPLATE), str(PACKAGE)],
        cwd=ROOT,
        env=aws_environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        message = f"chalice package failed:\n{done.stdout.strip()}\n{done.stderr.strip()}"
        raise LocalError(message)
    return PACKAGE
