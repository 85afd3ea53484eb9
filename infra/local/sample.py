"""Publish the sample items through the API, as the catalogue's editor would."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

from infra.local.login import token_of
from infra.local.place import SAMPLE_ITEMS, LocalError

CONFLICT = 409


def load(base_url: str) -> None:
    """Publish each item that is not published yet; raises ``LocalError`` with the API's own words if one is refused."""
    token = token_of("editor")
    for path in sorted(SAMPLE_ITEMS.glob("*.json")):
        _publish(path, base_url=base_url, token=token)


def _publish(path: Path, *, base_url: str, token: str) -> None:
    """A file is named ``<item code>.json``, or ``<item code>.v2.json`` and so on, and holds the body of the call."""
    code, _, later = path.stem.partition(".v")
    version = later or "1"
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        f"{base_url}/v1/items/{code}/versions/{version}",
        data=path.read_bytes(),
        method="PUT",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=120):  # noqa: S310
            print(f"Published {code}, version {version}.", file=sys.stderr)
    except urllib.error.HTTPError as refusal:
        with refusal:
            body = refusal.read().decode(errors="replace")
        if refusal.code == CONFLICT and json.loads(body).get("code") == "ITEM_VERSION_EXISTS":
            return
        message = f"The API refused the sample item {path.name} ({refusal.code}): {body}"
        raise LocalError(message) from refusal
