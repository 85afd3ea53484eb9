"""What a page is told of the request, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar

from chalicelib.clock import day_in_shanghai
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.in_process import Question, ask
from chalicelib.http.language import Language
from chalicelib.http.parsing import Upload
from chalicelib.http.responses import Answer
from chalicelib.http.routes import Route
from chalicelib.http.schemas import PageResponse, ResponseBody
from chalicelib.policy import Caller, Role

R = TypeVar("R", bound=ResponseBody | None)
L = TypeVar("L", bound=PageResponse)
T = TypeVar("T")

FURTHER: Final = 4
"""How many more pages of a list are read for one page of the portal while nothing is found."""

AT_A_TIME: Final = "100"
IN_ALL: Final = 10
"""Of how many pages, of how many each, a list is read at the most where it is wanted as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One request for a page.

    ``path`` are the decoded parts of its address, ``query`` the last value of each name, ``form`` every value of each
    field that was sent and ``uploads`` its files; ``cookies`` are the browser's, ``context`` is what the gateway says
    of the request; ``at`` is the instant of the service clock. ``who`` is ``None`` on public pages; so is ``secret``,
    which opens the session. ``roles`` are all that the login gives, of which ``who`` acts in one.
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
    roles: frozenset[Role] = frozenset()
    secret: str | None = field(default=None, repr=False)

    @property
    def root(self) -> str:
        """The way from this address to the portal's start, whatever stage or domain stands in front of it."""
        return "../" * (self.route.count("/") - 1) or "./"

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return day_in_shanghai(self.at)

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
        route: Route[Any, R],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        version: int | None = None,
    ) -> Answer[R]:
        """Return what a route of the API answers to whoever is logged in; its refusals are raised.

        Its parameters are those of the page, unless ``path`` says otherwise. A form that is sent twice has one effect:
        its ``once`` is the idempotency key.
        """
        question = Question(
            path={**self.path, **(path or {})},
            query=query or {},
            body=body,
            version=version,
            key=self.sent("once") or None,
            context=self.context,
        )
        return ask(route, question, by=self.who, language=self.language)

    def get(
        self,
        route: Route[None, R],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> R:
        """Return what a route shows, for a page to show."""
        return self.ask(route, path=path, query=query).body

    def look_through(self, route: Route[None, L], *, query: Mapping[str, str]) -> L:
        """Return a page of a list by a filter; while it is empty and goes on, up to ``FURTHER`` more are read."""
        found = self.get(route, query=query)
        for _ in range(FURTHER):
            if found.items or found.next_cursor is None:
                break
            found = self.get(route, query={**query, "cursor": found.next_cursor})
        return found

    def get_all(self, route: Route[None, L], *, query: Mapping[str, str] | None = None) -> L:
        """Return a list as one page, of up to ``IN_ALL`` of its own; its ``next_cursor`` says whether more follow."""
        asked = {"limit": AT_A_TIME, **(query or {})}
        found = self.get(route, query=asked)
        for _ in range(IN_ALL - 1):
            if found.next_cursor is None:
                break
            more = self.get(route, query={**asked, "cursor": found.next_cursor})
            found = more.model_copy(update={"items": [*found.items, *more.items]})
        return found

    def do(
        self,
        route: Route[Any, R],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        version: int | None = None,
    ) -> R:
        """Do something by a route, and return what it shows of it."""
        return self.ask(route, path=path, query=query, body=body, version=version).body


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A template and what it shows; ``scripts`` names the built scripts that it runs.

    ``allows`` adds a source to a directive of the content security policy: the bucket, on the few pages that need it.
    ``is_personal`` says of a public page that it shows something of somebody's; every other page of a login does.
    """

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    scripts: tuple[str, ...] = ()
    allows: Mapping[str, str] = field(default_factory=dict)
    is_personal: bool = False

    def fact(self, name: str, kind: type[T]) -> T:
        """Return one of the things that it shows; raises ``TypeError`` if it is not of the kind."""
        found = self.facts[name]
        if not isinstance(found, kind):
            raise TypeError(name)
        return found


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
