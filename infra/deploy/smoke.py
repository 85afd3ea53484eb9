"""What a deployment must be able to do at once, tried from outside."""

import json
import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urljoin

from infra.deploy.errors import DeployError

STYLES: Final = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
PATIENCE: Final = 60
SHOWN: Final = 300

Reply = tuple[int, str, str]
"""Status, media type and body."""


def try_out(address: str) -> None:
    """Ask for health, for a page with its style sheet, and for what nobody may read without a login.

    Raises ``DeployError`` at the first answer that is not as it should be.
    """
    _expect("it is up and reaches its stores", ask(f"{address}/readyz"), status=200, media="application/json")
    page = ask(f"{address}/")
    _expect("the portal shows its first page", page, status=200, media="text/html")
    sheet = STYLES.search(page[2])
    if not sheet:
        message = "The first page names no style sheet: was it packaged without assets?"
        raise DeployError(message)
    styles = ask(urljoin(f"{address}/", sheet[1]))
    _expect("the page has its style sheet", styles, status=200, media="text/css")
    _expect("nobody reads cases without a login", ask(f"{address}/v1/cases"), status=401)


def try_a_draft(address: str, *, token: str, body: Mapping[str, Any]) -> None:
    """Draft an application (``POST /v1/drafts``) as the test person whose token it is; it expires after a day."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
    reply = ask(f"{address}/v1/drafts", body=body, headers=headers)
    _expect(f"a test person drafts an application for {body['item_code']}", reply, status=201)


def ask(url: str, *, method: str | None = None, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
    """Return what an address answers, whatever it is; raises ``DeployError`` if nothing answers there.

    Without a ``method`` a body is posted.
    """
    sent = None if body is None else json.dumps(body).encode()
    said = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=sent, headers=said, method=method)  # noqa: S310 - an address of the deployment
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return answer.status, answer.headers.get_content_type(), answer.read().decode(errors="replace")
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers.get_content_type(), answer.read().decode(errors="replace")
    except OSError as error:
        message = f"{url} does not answer: {error}"
        raise DeployError(message) from error


def _expect(claim: str, reply: Reply, *, status: int, media: str = "") -> None:
    found, found_media, body = reply
    if found != status or media not in {"", found_media}:
        message = f"The deployment stands, but it is not true that {claim}: {found} {found_media}\n{body[:SHOWN]}"
        raise DeployError(message)
    print(f"  ✓ {claim}")
