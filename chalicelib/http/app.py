"""The application: every request gets an id, a log line, and a response in our own words.

Handlers are imported on first use, so that a cold start pays only for what it needs.
"""

import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any, cast

from chalice.app import Chalice, Request, Response

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.logging import begin, logger

OFTEN_ABSENT: dict[str, object] = {
    "headers": {},
    "pathParameters": None,
    "multiValueQueryStringParameters": None,
    "stageVariables": None,
    "body": None,
}
"""Keys that API Gateway always sends, but others, such as test events from its console, omit or set to null."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    # For whoever opens an answer of the API in a browser; pages say what they may load.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}


BY_TIMER = "aws.events"
"""The source of a timer's event; what the gateway passes on has no source, whoever sends it."""

TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
"""The header that says which step of a caller's work a request belongs to (W3C Trace Context, level 1)."""


class App(Chalice):
    """Chalice with our own errors for unknown addresses and methods, and with routes that are imported late."""

    showing: str | None = None
    """The module whose ``show_nothing`` renders the portal's "page not found"."""

    rehearsing: str | None = None
    """The module whose ``rehearse`` a timer of this function starts."""

    def serve(self, file: str, *names: str) -> None:
        """Register API routes (``GET /v1/items``) of a module that is imported when one of them is first called."""
        for name in names:
            method, _, path = name.partition(" ")
            # Chalice would check media types with its own messages; ``respond`` does it with ours.
            self.route(path, methods=[method], content_types=[])(self._answered_by(file, name))

    def show(self, file: str, *names: str) -> None:
        """Register portal pages of a module that is imported when one of them is first requested."""
        for name in names:
            method, _, path = name.partition(" ")
            self.route(path, methods=[method], content_types=[])(self._shown_by(file, name))
        self.showing = file

    def _shown_by(self, file: str, name: str) -> Callable[..., Response]:
        def shown(**_path: str) -> Response:
            show = cast("Callable[[str, dict[str, Any]], Response]", import_module(file).show)
            return show(name, cast("Request", self.current_request).to_original_event())

        return shown

    def _answered_by(self, file: str, name: str) -> Callable[..., Response]:
        def answered(**_path: str) -> Response:
            from chalicelib.http.dispatch import respond  # noqa: PLC0415 - see the top of the file
            from chalicelib.http.routes import route_named  # noqa: PLC0415 - likewise

            import_module(file)
            request = cast("Request", self.current_request)
            return respond(route_named(name), request.to_original_event())

        return answered

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - as Lambda has it
        """Handle one event from API Gateway, or of the timer by which a promise is rehearsed."""
        if event.get("source") == BY_TIMER and self.rehearsing:
            return cast("dict[str, Any]", import_module(self.rehearsing).rehearse(context))
        began = time.perf_counter()
        about = event.get("requestContext") or {}
        method, path = str(about.get("httpMethod", "")), str(about.get("resourcePath", ""))
        request_id = str(about.get("requestId") or getattr(context, "aws_request_id", ""))
        begin(request_id=request_id, **trace_of(event))
        event = {**OFTEN_ABSENT, **{name: value for name, value in event.items() if value is not None}}
        if path not in self.routes:
            path, event = self._found(event)
        methods = self.routes.get(path)
        response = self._answer(event, context, method=method, methods=methods or {})
        response["headers"] = {**ALWAYS, "X-Request-Id": request_id, **response["headers"]}
        logger("api").info(
            "request",
            method=method,
            route=path if methods is not None else "unknown",
            status=response["statusCode"],
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return response

    def _answer(
        self,
        event: dict[str, Any],
        context: Any,  # noqa: ANN401 - as Lambda has it
        *,
        method: str,
        methods: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Call the route, or do without one: HEAD is GET without the body, OPTIONS says what there is (RFC 9110, 9.3).

        Both belong to every address that has a route, so no route declares them.
        """
        allowed = ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})) if methods else ""
        wanted = "GET" if method == "HEAD" else method
        response: dict[str, Any]
        if method == "OPTIONS" and methods:
            response = {"statusCode": 204, "headers": {"Allow": allowed}, "body": ""}
        elif wanted in methods:
            about = event["requestContext"] | {"httpMethod": wanted}
            response = super().__call__({**event, "httpMethod": wanted, "requestContext": about}, context)
        else:
            response = self._refused(event, allowed=allowed)
        return {**response, "body": "", "isBase64Encoded": False} if method == "HEAD" else response

    def _found(self, event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the route's path behind an address that the gateway passes on, and the event as it would name it.

        The gateway knows an address together with its declared methods; with any other it takes it for
        ``/{proxy+}``, whose parameter holds the whole address, encoded like every other parameter.
        """
        address = (event["pathParameters"] or {}).get("proxy")
        for pattern, path in self._patterns if address else ():
            if match := pattern.fullmatch(f"/{address}"):
                about = {**event["requestContext"], "resourcePath": path}
                return path, {**event, "resource": path, "requestContext": about, "pathParameters": match.groupdict()}
        return "", event

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Return what addresses look like, fixed parts before parameters, as the gateway looks for them."""
        paths = sorted(self.routes, key=lambda path: [part.startswith("{") for part in path.split("/")])
        return [(re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))), path) for path in paths]

    def _refused(self, event: dict[str, Any], *, allowed: str) -> dict[str, Any]:
        """Return the error for an unknown address, or for an unsupported method."""
        from chalicelib.http.request import headers_of  # noqa: PLC0415 - see the top of the file
        from chalicelib.http.responses import refuse  # noqa: PLC0415 - likewise

        reason = ErrorCode.METHOD_NOT_ALLOWED if allowed else ErrorCode.NOT_FOUND
        response: Response
        if self.showing and "text/html" in headers_of(event).get("accept", "") and not event["path"].startswith("/v1/"):
            response = import_module(self.showing).show_nothing(event)
        else:
            response = refuse(DomainError(reason), event, route="unknown")
        if allowed:
            response.headers["Allow"] = allowed
        answer: dict[str, Any] = response.to_dict(self.api.binary_types)
        return answer


def trace_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids of the caller's trace and of its step, for the lines of this request; none if it sent none.

    A header that is not as the standard has it is passed over. Version 00 ends with its flags, later ones may go on.
    """
    headers = event.get("headers") or {}
    sent = next((str(value) for name, value in headers.items() if name.lower() == "traceparent"), "")
    found = TRACEPARENT.fullmatch(sent)
    if found is None or (sent.startswith("00") and found[3]):
        return {}
    return {"trace_id": found[1], "parent_id": found[2]}
