"""Tell whether the local stage must be packaged and deployed again."""

import hashlib
from pathlib import Path

from infra.local.place import AUDIENCE, ISSUER, ROOT


def fingerprint(folder: Path) -> str:
    """Return a digest of everything that a deployment is made of: code, data, requirements, policies, template.

    ``folder`` is the place's own; what is packaged of it lies in it and not below.
    """
    sources = [
        ROOT / "app.py",
        ROOT / "requirements.txt",
        ROOT / "constraints.txt",
        *(ROOT / ".chalice").glob("*.json"),
    ]
    sources += [*(ROOT / "infra" / "template").glob("*.yaml"), *(ROOT / "infra" / "packaging").glob("*.py")]
    sources += [path for path in (ROOT / "chalicelib").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    digest = hashlib.sha256(f"{ISSUER} {AUDIENCE} {folder}".encode())
    for path in sorted(folder.glob("*.json")):
        digest.update(path.read_bytes())
    for path in sorted(sources):
        digest.update(f"\n{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
