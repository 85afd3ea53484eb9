"""What a page is told of the request, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.api.asking import Question, ask
from chalicelib.api.calls import Answer, Language
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that came with a form: its field, its name, the SHA-256 of its bytes and how many; never the bytes."""

    field: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One request for a page.

    ``path`` are the decoded parts of its address, ``query`` the last value of each name, ``form`` every value of each
    field that was sent and ``uploads`` its files; ``cookies`` are the browser's, ``context`` is what the gateway says
    of the request; ``at`` is the instant of the service clock. ``who`` is ``None`` on public pages; so is ``secret``,
    which opens the session.
    """

    route: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    language: Language
    at: datetime
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    uploads: tuple[Upload, ...] = field(default=(), repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    who: Caller | None = None
    secret: str | None = field(default=None, repr=False)

    @property
    def root(self) -> str:
        """The way from this address to the portal's start, whatever stage or domain stands in front of it."""
        return "../" * (self.route.count("/") - 1) or "./"

    @property
    def caller(self) -> Caller:
        """Who is logged in; ``UNAUTHENTICATED`` on a public page."""
        if self.who is None:
            raise DomainError(ErrorCode.UNAUTHENTICATED)
        return self.who

    def sent(self, name: str) -> str:
        """Return what stands in a field of the form, without space around it; empty if there is no such field."""
        return self.form.get(name, ("",))[-1].strip()

    def version(self) -> int:
        """Return the version that the form was drawn from; ``STALE_VERSION`` if it names none."""
        text = self.sent("version")
        if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - as ETags are
            raise DomainError(ErrorCode.STALE_VERSION)
        return int(text)

    def ask(
        self,
        route: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Answer:
        """Return what a route of the API answers to whoever is logged in; its refusals are raised.

        A form that is sent twice has one effect: its ``once`` is the idempotency key.
        """
        question = Question(
            path=self.path if path is None else path,
            query=query or {},
            body=body,
            version=version,
            key=self.sent("once") or None,
            context=self.context,
        )
        return ask(route, question, by=self.who, language=self.language)

    def done(
        self,
        route: str,
        *,
        path: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Any:  # noqa: ANN401 - the shape that the route answers with
        """Do something by a route, and return the body of what it answers."""
        return self.ask(route, path=path, body=body, version=version).body

    def shown(
        self, route: str, *, path: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 - the shape that the route answers with
        """Return the body of what a route answers, for a page to show."""
        return self.ask(route, path=path, query=query).body


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A template and what it shows; ``scripts`` names the built scripts that it runs.

    ``is_personal`` says of a public page that it shows something of somebody's; every other page of a login does.
    """

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    scripts: tuple[str, ...] = ()
    is_personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Another page to go on to: ``to`` from the portal's root, or ``url`` of another host; and cookies to set."""

    to: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    cookies: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that never changes under its name."""

    text: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file to take away; ``headers`` say of which type and under which name."""

    text: str
    headers: Mapping[str, str]


Shown = Page | Redirect | Asset | Download
"""What a page's function may give back."""
