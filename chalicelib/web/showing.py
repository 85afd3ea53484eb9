"""From an API Gateway event to a page, and to a page that says what to do where something stands in the way."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError
from chalice.app import Response
from pynamodb.exceptions import PynamoDBException

from chalicelib.errors import Reason, Refusal
from chalicelib.logs import logger, tell
from chalicelib.web.drawing import drawn
from chalicelib.web.pages import PUBLIC
from chalicelib.web.visits import Asset, Language, Page, Visit
from chalicelib.wiring import services

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: our own styles and pictures, no script and no style of its own, and no frame around it."""

ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
FAILED: Final = {
    Reason.NOT_FOUND: ("not_found", HTTPStatus.NOT_FOUND),
    Reason.FORBIDDEN: ("forbidden", HTTPStatus.FORBIDDEN),
    Reason.UNAVAILABLE: ("unavailable", HTTPStatus.SERVICE_UNAVAILABLE),
}
"""The pages that say what to do; any other reason is told as a fault of ours."""


def show(route: str, event: Mapping[str, Any]) -> Response:
    """Answer one request; whatever happens, the person gets a page, and the log one reason."""
    visit = _visit(route, event)
    try:
        shown = PUBLIC[route](visit)
        return _file(shown) if isinstance(shown, Asset) else _page(shown, visit)
    except Refusal as refusal:
        return _failed(refusal.reason, visit)
    except (PynamoDBException, BotoCoreError, ClientError):
        logger("web").exception("store_failed", route=route)
        return _failed(Reason.UNAVAILABLE, visit)
    except Exception:  # noqa: BLE001 - the last place where a fault of ours can become a page
        logger("web").exception("unexpected", route=route)
        return _failed(Reason.INTERNAL_ERROR, visit)


def _visit(route: str, event: Mapping[str, Any]) -> Visit:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    query = {name: values[-1] for name, values in (event["multiValueQueryStringParameters"] or {}).items()}
    return Visit(
        route=route,
        path={name: unquote(value) for name, value in (event["pathParameters"] or {}).items()},
        query=query,
        language=_language(query.get("lang"), headers.get("accept-language", "")),
        at=services().clock.now(),
    )


def _language(chosen: str | None, accepted: str) -> Language:
    """Return the language that was chosen, else the browser's first if it is English, else Chinese."""
    if chosen in {"zh", "en"}:
        return "en" if chosen == "en" else "zh"
    return "en" if accepted.strip().lower().startswith("en") else "zh"


def _page(page: Page, visit: Visit) -> Response:
    headers: dict[str, str | list[str]] = {
        **ALWAYS,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": "zh-CN" if visit.language == "zh" else "en",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }
    return Response(drawn(page, visit), headers=headers, status_code=page.status)


def _file(asset: Asset) -> Response:
    headers: dict[str, str | list[str]] = {"Content-Type": asset.media_type, "Cache-Control": FOR_EVER}
    return Response(asset.text, headers=headers)


def _failed(reason: Reason, visit: Visit) -> Response:
    name, status = FAILED.get(reason, ("fault", HTTPStatus.INTERNAL_SERVER_ERROR))
    tell(reason=reason.value)
    response = _page(Page(template="failed.html", facts={"name": name}, status=int(status)), visit)
    response.headers["Cache-Control"] = "no-store"
    return response
