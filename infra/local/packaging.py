"""Package the service for the local stage, and tell whether that is needed at all."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from infra.local.environments import aws_environment, python_of
from infra.local.place import AUDIENCE, ISSUER, ROOT, STAGE, STATE, LocalError

PACKAGE = STATE / "package"


def fingerprint() -> str:
    """Return a digest of everything that a deployment is made of: code, data, requirements, policies, template."""
    sources = [ROOT / "app.py", ROOT / "requirements.txt", *(ROOT / ".chalice").glob("*.json")]
    sources += [*(ROOT / "infra" / "template").glob("*.yaml"), *(ROOT / "infra" / "packaging").glob("*.py")]
    sources += [path for path in (ROOT / "chalicelib").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    digest = hashlib.sha256(f"{ISSUER} {AUDIENCE}".encode())
    for path in sorted(sources):
        digest.update(f"\n{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def package() -> Path:
    """Package the local stage as any other; return the folder with ``sam.yaml`` and the archives."""
    shutil.rmtree(PACKAGE, ignore_errors=True)
    done = subprocess.run(
        [str(python_of("packaging")), "-m", "infra.packaging", STAGE, str(PACKAGE)],
        cwd=ROOT,
        env=aws_environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        message = f"The service could not be packaged:\n{done.stderr.strip()}"
        raise LocalError(message)
    print(done.stdout.strip(), file=sys.stderr)
    return PACKAGE
