"""A browser without a screen: it keeps cookies, follows redirects, and sends the forms that it was shown."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from tests.cloud import Client, Reply

BOUNDARY = "----xinnuo"

ASKED = re.compile(r"/desk/[^/]+/purpose")
"""The page that asks an officer for what they read a case."""

HERE = "http://localhost:8000/api"
"""The portal's address in the tests: behind a stage's name, as API Gateway has it."""


@dataclass
class Form:
    """A form of a page: where it goes, and what stands in its fields."""

    action: str
    has_files: bool = False
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Outline(HTMLParser):
    """What stands in a page: its elements with their attributes, its words by the element around them, its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, list[str]] = {}
        self.forms: list[Form] = []
        self._text_area: str | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.append((tag, given))
        name = given.get("name")
        if tag == "form":
            self.forms.append(
                Form(action=given.get("action") or "", has_files=given.get("enctype") == "multipart/form-data")
            )
        elif self.forms and name and tag in {"input", "textarea", "select", "button"}:
            form = self.forms[-1]
            form.names.add(name)
            is_chosen = given.get("type") not in {"radio", "checkbox", "submit", "file"} or "checked" in given
            if tag == "input" and is_chosen:
                form.fields.setdefault(name, []).append(given.get("value") or "")
            self._text_area = name if tag == "textarea" else None
            self._select = name if tag == "select" else None
        elif tag == "option" and self._select and "selected" in given:
            self.forms[-1].fields[self._select] = [given.get("value") or ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text_area = None

    def handle_data(self, data: str) -> None:
        if self._text_area is not None:
            self.forms[-1].fields[self._text_area] = [data.removeprefix("\n")]
        if data.strip():
            self.words.setdefault(self.elements[-1][0] if self.elements else "", []).append(data.strip())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as a browser came to it."""

    url: str
    reply: Reply
    page: Outline

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def text(self) -> str:
        return self.reply.text

    @property
    def path(self) -> str:
        """Where in the portal it is, with its query."""
        parts = urlsplit(self.url.removeprefix(HERE))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def form(self, action: str) -> Form:
        """The one form whose address ends so; a query is no part of it."""
        wanted = action.partition("?")[0]
        (found,) = [form for form in self.page.forms if form.action.partition("?")[0].endswith(wanted)]
        return found


class Visitor:
    """Somebody's browser."""

    def __init__(self, client: Client, *, language: str = "zh-CN") -> None:
        self.client = client
        self.language = language
        self.reads_for = "handling"
        """The purpose that an officer states whenever a page asks for it; blank to be asked."""
        self.cookies: dict[str, str] = {}

    def open(self, to: str) -> Seen:
        """Open an address, and go wherever it sends; other hosts than the portal's are not followed."""
        return self.follow("GET", urljoin(f"{HERE}/", to.lstrip("/") if to.startswith("/") else to), None)

    def send(
        self,
        seen: Seen,
        action: str,
        fields: Mapping[str, str | list[str]] | None = None,
        *,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        **headers: str,
    ) -> Seen:
        """Fill in a form of a page and send it; what it holds already stays unless another value is given."""
        form = seen.form(action)
        filled = form.fields | {name: [v] if isinstance(v, str) else v for name, v in (fields or {}).items()}
        unknown = (set(filled) | set(files or {})) - form.names
        assert not unknown, f"the form has no {unknown}"
        url = urljoin(seen.url, form.action)
        if not form.has_files:
            return self.follow("POST", url, urlencode(filled, doseq=True), **headers)
        sent = {name: values for name, values in filled.items() if name not in (files or {})}
        return self.follow("POST", url, _parts(sent, files or {}), **headers)

    def post(self, to: str, fields: dict[str, str], **headers: str) -> Seen:
        """Send something that no page of ours had shown."""
        return self.follow("POST", f"{HERE}{to}", urlencode(fields), **headers)

    def log_in(self, persona: str, onward: str = "") -> Seen:
        """Log in as a persona, whom the provider of the tests knows by the code that it gives."""
        sent_away = self.open(f"/login?{urlencode({'next': onward})}" if onward else "/login")
        asked = parse_qs(urlsplit(sent_away.url).query)
        back = urlencode({"code": f"{persona}:{asked['code_challenge'][0]}", "state": asked["state"][0]})
        return self.open(f"{asked['redirect_uri'][0].removeprefix(HERE)}?{back}")

    def follow(self, method: str, url: str, body: str | bytes | None, **headers: str) -> Seen:
        """Send something to an address, and go wherever it sends."""
        for hop in range(5):
            if not url.startswith(HERE):
                return Seen(url, Reply(0, {}, ""), Outline(""))
            reply = self._once(method, url.removeprefix(HERE), body, **headers)
            if reply.status != 303:
                seen = Seen(url, reply, Outline(reply.text))
                is_sent_here = hop and method == "GET" and reply.status == 200 and self.reads_for
                asked = seen.path.partition("?")[0] if is_sent_here else ""
                return self.send(seen, asked, {"purpose": self.reads_for}) if ASKED.fullmatch(asked) else seen
            url, method, body = urljoin(url, reply.headers["location"]), "GET", None
        raise RecursionError(url)

    def _once(self, method: str, path: str, body: str | bytes | None, **headers: str) -> Reply:
        sent = {"Accept-Language": self.language} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if isinstance(body, str):
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            reply = self.client.call(method, path, body, headers=sent)
        elif body is not None:
            sent["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            event = self.client.event(method, path, base64.b64encode(body).decode(), headers=sent)
            reply = self.client.send(event | {"isBase64Encoded": True})
        else:
            reply = self.client.call(method, path, headers=sent)
        for cookie in reply.several.get("set-cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return reply


Come = Callable[..., Visitor]
"""``come("applicant")``: the browser of a persona who is logged in; of nobody, unless one is named."""


def _parts(fields: Mapping[str, list[str]], files: Mapping[str, tuple[str, bytes]]) -> bytes:
    """Write a form with files as browsers do (RFC 7578); a file that was not chosen has no name and no bytes."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, values in fields.items()
        for value in values
    ]
    parts += [
        f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"Content-Type: {'image/jpeg' if name else 'application/octet-stream'}\r\n\r\n".encode()
        + content
        for field, (name, content) in files.items()
    ]
    edge = f"--{BOUNDARY}".encode()
    return b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"
