"""From an API Gateway event to a page, and to a page that says what to do where something stands in the way."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from importlib import import_module
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from chalice.app import Response

from chalicelib.addresses import PORTAL
from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.language import TAGS, chosen_in, language_of
from chalicelib.http.names import require_names
from chalicelib.http.parsing import bytes_of, form_of, path_of
from chalicelib.http.problems import Failure, failure_of
from chalicelib.http.request import Event, headers_of
from chalicelib.http.tokens import recognised, require_fresh
from chalicelib.logging import tell
from chalicelib.policy import Caller, acting
from chalicelib.sessions.rules import is_form_token
from chalicelib.settings import settings
from chalicelib.web.core.cookies import ROLE, SESSION, held, read_cookies
from chalicelib.web.core.forms import DOCUMENT, DOCUMENT_FILE, at_fault, is_too_large, too_large, words_of, written
from chalicelib.web.core.i18n import text
from chalicelib.web.core.pages import PAGES, Entry
from chalicelib.web.core.render import drawn
from chalicelib.web.core.request import Asset, Download, Page, PageRequest, Redirect, Shown

POLICY: Final[Mapping[str, str]] = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""What a page may load: our own styles and pictures, no script and no style of its own, and no frame around it."""
WITH_SCRIPTS: Final[Mapping[str, str]] = {**POLICY, "script-src": "'self'", "connect-src": "'self'"}
"""The same for the few pages that run scripts: ours alone, from a file alone."""

ALWAYS: Final = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
NEVER: Final = "no-store"
OWN_SITE: Final = frozenset({"same-origin", "none", ""})

DESK: Final = "/desk/{case_no}"
"""Where officers read cases; whoever has not said for what is asked first."""

FAILED: Final = {
    ErrorCode.NOT_FOUND: "not_found",
    ErrorCode.FORBIDDEN: "forbidden",
    ErrorCode.UNAVAILABLE: "unavailable",
    ErrorCode.BUSY: "busy",
    ErrorCode.INTERNAL_ERROR: "fault",
    ErrorCode.INVALID_BODY: "no_form",
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: "no_form",
    ErrorCode.INVALID_IDEMPOTENCY_KEY: "no_form",
    ErrorCode.BODY_TOO_LARGE: "too_large",
}
"""The pages that say what to do; any other reason is told in the words that the API has for it."""


class ForeignFormError(Exception):
    """A form did not come from a page of this session."""


def show(route: str, event: Event) -> Response:
    """Answer one request; whatever happens, the person gets a page, and the log one reason."""
    visit = _visit(route, event)
    entry = _entry(route)
    try:
        if not entry.is_public:
            visit = _known(visit)
            _let_in(entry, visit.caller)
        visit = replace(visit, path=require_names(visit.path))
        if route.startswith("POST"):
            visit = _sent(visit, event)
            _require_own_site(event)
            if not entry.is_public:
                _require_own_form(visit)
        return _response(_shown(entry, visit, event), visit)
    except ForeignFormError:
        tell(reason="FOREIGN_FORM")
        facts = {"name": "foreign_form", "wrote": _wrote(visit, event)}
        return _told(Page(template="failed.html", facts=facts, status=403), visit)
    except Exception as error:  # noqa: BLE001 - the last place where a fault of ours can become a page
        return _failed(failure_of(error, visit.language, route=route), entry, visit, event)


def show_nothing(event: Event) -> Response:
    """Tell somebody at a browser that there is no such page, and where to go on."""
    visit = _visit(f"NONE {event['path']}", event)
    try:
        with suppress(DomainError):
            visit = _known(visit)
    except Exception as error:  # noqa: BLE001 - as above
        return _in_own_words(failure_of(error, visit.language, route=visit.route), visit)
    return _in_own_words(failure_of(DomainError(ErrorCode.NOT_FOUND), visit.language, route=visit.route), visit)


def _visit(route: str, event: Event) -> PageRequest:
    headers = headers_of(event)
    query = {name: values[-1] for name, values in (event["multiValueQueryStringParameters"] or {}).items()}
    return PageRequest(
        route=route,
        path=path_of(event),
        query=query,
        language=chosen_in(query) or language_of(headers.get("accept-language", "")),
        at=container().clock.now(),
        cookies=read_cookies(headers.get("cookie", "")),
        context=event.get("requestContext") or {},
    )


def _sent(visit: PageRequest, event: Event) -> PageRequest:
    """Read the form that was sent."""
    media_type = headers_of(event).get("content-type", "")
    form = form_of(media_type, bytes_of(event), read={DOCUMENT_FILE: DOCUMENT})
    return replace(visit, form=form.fields, uploads=form.uploads)


def _known(visit: PageRequest) -> PageRequest:
    """Say who is logged in; ``UNAUTHENTICATED`` if nobody is."""
    at = real_now()
    secret = held(visit.cookies, SESSION)
    session = container().sessions.find(secret, at=at)
    if session is None:
        raise DomainError(ErrorCode.UNAUTHENTICATED)
    caller, _ = recognised(session.token, at=at, is_acting=visit.route.startswith("POST"))
    # A choice that an earlier login left behind is none.
    role = held(visit.cookies, ROLE)
    who = acting(caller, role) if role in caller.roles else caller
    tell(role=",".join(sorted(who.roles)))
    return replace(visit, who=who, roles=caller.roles, secret=secret)


def _let_in(entry: Entry, caller: Caller) -> None:
    """Refuse whoever may not see the page, has not said in which role, and whose login is too old for it."""
    if not entry.undecided:
        acting(caller, None)
    if not caller.roles & entry.roles:
        raise DomainError(ErrorCode.FORBIDDEN)
    if entry.is_fresh:
        require_fresh(caller, at=real_now())


def _require_own_site(event: Event) -> None:
    """Refuse a form that the browser says another site sent."""
    if headers_of(event).get("sec-fetch-site", "") not in OWN_SITE:
        raise ForeignFormError


def _require_own_form(visit: PageRequest) -> None:
    """Refuse a form that was not drawn for this session; without a login there is none, and nothing to misuse."""
    if not is_form_token(visit.sent("form_token"), secret=visit.secret or ""):
        raise ForeignFormError


def _shown(entry: Entry, visit: PageRequest, event: Event) -> Shown:
    """Show a page or take a form; one with too much in it, or with a file of no bytes, is drawn again."""
    if is_too_large(event):
        return too_large(_form(entry, visit, otherwise=ErrorCode.BODY_TOO_LARGE), visit)
    if empty := [upload.field for upload in visit.uploads if not upload.size]:
        words = text("file_empty", visit.language)
        return at_fault(_form(entry, visit, otherwise=ErrorCode.INVALID_BODY), **dict.fromkeys(empty, words))
    return entry.view(visit)


def _form(entry: Entry, visit: PageRequest, *, otherwise: ErrorCode) -> Page:
    """Draw the form that was sent; raises ``otherwise`` where none stands at its address."""
    page = _entry(f"GET {entry.stands_at}").view(visit) if entry.name.endswith(f" {entry.stands_at}") else None
    if not isinstance(page, Page):
        raise DomainError(otherwise)
    return page


def _response(shown: Shown, visit: PageRequest) -> Response:
    if isinstance(shown, Asset):
        headers: dict[str, str | list[str]] = {"Content-Type": shown.media_type, "Cache-Control": FOR_EVER}
        return Response(shown.text, headers=headers)
    if isinstance(shown, Download):
        return Response(shown.text, headers={**ALWAYS, **shown.headers, "Cache-Control": NEVER})
    if isinstance(shown, Redirect):
        return _onward(shown, visit)
    return _page(shown, visit)


def _onward(onward: Redirect, visit: PageRequest) -> Response:
    """Send the browser on with a GET, so that no form is sent again by going back or loading again."""
    query = dict(onward.query)
    if (chosen := chosen_in(visit.query)) is not None:
        query.setdefault("lang", chosen)
    place, mark, given = onward.to.partition("?")
    text = "&".join(part for part in (given if mark else "", urlencode(query)) if part)
    to = onward.url or f"{visit.root}{place}" + (f"?{text}" if text else "")
    headers: dict[str, str | list[str]] = {"Location": to, "Cache-Control": NEVER, "Referrer-Policy": "same-origin"}
    if onward.cookies:
        headers["Set-Cookie"] = list(onward.cookies)
    return Response("", headers=headers, status_code=int(HTTPStatus.SEE_OTHER))


def _page(page: Page, visit: PageRequest) -> Response:
    headers: dict[str, str | list[str]] = {
        **ALWAYS,
        "Content-Security-Policy": _policy_of(page),
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": TAGS[visit.language],
        "Cache-Control": "no-cache" if visit.who is None and not page.is_personal else NEVER,
        "Vary": "Accept-Language, Cookie",
    }
    return Response(drawn(page, visit), headers=headers, status_code=page.status)


def _policy_of(page: Page) -> str:
    """Return the content security policy of a page: with the bucket where the page sends to it or shows from it."""
    policy = WITH_SCRIPTS if page.scripts else POLICY
    added = {name: f"{policy.get(name, '')} {source}".strip() for name, source in page.allows.items()}
    return "; ".join(f"{name} {sources}" for name, sources in {**policy, **added}.items())


def _failed(failure: Failure, entry: Entry, visit: PageRequest, event: Event) -> Response:
    """Let somebody log in where that is what is missing; say anything else in our own words or in the API's."""
    if failure.reason in {ErrorCode.UNAUTHENTICATED, ErrorCode.FRESH_LOGIN_REQUIRED} and not entry.is_public:
        return _to_log_in(entry, visit, event, is_fresh=failure.reason is ErrorCode.FRESH_LOGIN_REQUIRED)
    if failure.reason is ErrorCode.ACTING_ROLE_MISSING:
        return _onward(Redirect(to="role", query={"next": _wanted(entry, visit)}), visit)
    if failure.reason is ErrorCode.PURPOSE_REQUIRED and entry.name.startswith(f"GET {DESK}"):
        ask = Redirect(to=f"desk/{visit.path['case_no']}/purpose", query={"next": _wanted(entry, visit)})
        return _onward(ask, visit)
    if failure.reason in FAILED:
        return _in_own_words(failure, visit)
    title, detail = words_of(failure)
    facts = {
        "title": title,
        "detail": detail,
        "faults": [said for _, said in failure.faults],
        "back": _stands_at(entry, visit),
        "more": failure.facts,
    }
    return _told(Page(template="refused.html", facts=facts, status=failure.status), visit, failure)


def _to_log_in(entry: Entry, visit: PageRequest, event: Event, *, is_fresh: bool) -> Response:
    """Send a reader to log in; whoever sent a form is told first, for what was sent is not there afterwards."""
    query = {"next": _wanted(entry, visit)} | ({"fresh": "1"} if is_fresh else {})
    if entry.name.startswith("GET"):
        return _onward(Redirect(to="login", query=query), visit)
    facts = {"query": query, "wrote": _wrote(visit, event)}
    return _told(Page(template="session_over.html", facts=facts, status=401), visit)


def _wanted(entry: Entry, visit: PageRequest) -> str:
    """Return the page to come back to, with its query."""
    return _stands_at(entry, visit) + (f"?{urlencode(visit.query)}" if visit.query else "")


def _wrote(visit: PageRequest, event: Event) -> list[str]:
    """Return what a form that was sent in vain had in it, unless it may have stood on a page of another site."""
    if not _is_of_ours(headers_of(event)):
        return []
    try:
        return written((visit if visit.form else _sent(visit, event)).form)
    except DomainError:
        return []


def _is_of_ours(headers: Mapping[str, str]) -> bool:
    """Return whether a form stood on a page of ours, as far as the browser says: by this once, before by its origin.

    Browsers without ``Sec-Fetch-Site`` send ``Origin`` with a form of another site (Safari before 16.4, WebViews).
    """
    ours = urlsplit(settings().portal_url or "")
    named = [urlsplit(headers[name]) for name in ("origin", "referer") if headers.get(name)]
    is_ours = all((one.scheme, one.netloc) == (ours.scheme, ours.netloc) for one in named)
    return headers.get("sec-fetch-site", "same-origin") == "same-origin" and is_ours


def _stands_at(entry: Entry, visit: PageRequest) -> str:
    """Return the page with the form, from the portal's root."""
    place = entry.stands_at
    for name, value in visit.path.items():
        place = place.replace(f"{{{name}}}", quote(value, safe=""))
    return place.removeprefix("/")


def _in_own_words(failure: Failure, visit: PageRequest) -> Response:
    page = Page(template="failed.html", facts={"name": FAILED[failure.reason]}, status=failure.status)
    return _told(page, visit, failure)


def _told(page: Page, visit: PageRequest, failure: Failure | None = None) -> Response:
    """Answer a page that nobody keeps."""
    response = _page(page, visit)
    response.headers.update({"Cache-Control": NEVER, **(failure.headers if failure else {})})
    return response


def _entry(route: str) -> Entry:
    import_module(_modules()[route])
    return PAGES[route]


@cache
def _modules() -> Mapping[str, str]:
    return {name: module for module, names in PORTAL.items() for name in names}
