"""Package the service as CloudFormation, and tell whether that is needed at all."""

import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from infra.local.environments import aws_environment, python_of
from infra.local.place import AUDIENCE, ISSUER, ROOT, STAGE, STATE, LocalError

TEMPLATE = ROOT / "infra" / "template.yaml"
PACKAGE = STATE / "package"

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
HELD = re.compile(r"([^/]+)-[^-/]+\.dist-info/METADATA")
OF_A_COUNTRY = re.compile(r"stdnum/([a-z]{2}|[a-z]+\.dat)(?:/|$)")
OF_A_SERVICE = re.compile(r"botocore/data/([^/]+)/")
CALLED = frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sns", "sqs", "sts"})
"""The services that the code has clients of, and the one that says whose credentials these are."""


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
    require_everything(PACKAGE / "deployment.zip")
    leave_out_unused(PACKAGE / "deployment.zip")
    return PACKAGE


def require_everything(archive: Path) -> None:
    """Stop if a requirement is not in an archive: Chalice leaves out, with success, what has no wheel for Lambda."""
    pinned = PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    with zipfile.ZipFile(archive) as whole:
        held = {_plain(found[1]) for name in whole.namelist() if (found := HELD.match(name))}
    missing = [name for name in pinned if _plain(name) not in held]
    if missing:
        message = f"No wheel that runs in Lambda was found for {', '.join(missing)}: choose another version."
        raise LocalError(message)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def leave_out_unused(archive: Path) -> None:
    """Write an archive anew without what botocore knows of services, and stdnum of countries, that nobody asks for.

    That is most of its files, and the emulator unpacks all of them each time a function starts.
    """
    slim = archive.with_suffix(".slim.zip")
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(slim, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
        for member in whole.infolist():
            service = OF_A_SERVICE.match(member.filename)
            country = OF_A_COUNTRY.match(member.filename)
            if (service is None or service[1] in CALLED) and (country is None or country[1] == "cn"):
                kept.writestr(member, whole.read(member), zipfile.ZIP_DEFLATED, compresslevel=1)
    slim.replace(archive)
