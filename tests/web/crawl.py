"""Every page that somebody comes to by links, the forms that it has, and the words that stand on it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from chalicelib.addresses import PORTAL
from tests.depth import IS_DEEP
from tests.web.visitor import HERE, Form, Seen, Visitor

MOST: Final = 400
"""Pages of one person; a town has fewer, and a list that never ends would have more."""

FEW: Final = 12 if IS_DEEP else 3
"""Pages of one form of address that are looked at."""

NO_PAGE: Final = re.compile(r"/(assets|login|logout|type-size|board/statistics/export)\b|/evidence$")
NAMED: Final = frozenset(
    {"plate-replacement", "business-address", "spouse-household", "by-officer", "by-two", "at-once", "with-questions"}
)
"""Items of the town."""
CARRIED: Final = frozenset({"form_token", "once", "version"})
"""Fields that nobody sees."""
SILENT: Final = frozenset({"script", "style", "textarea", "datalist"})
EMPTY: Final = frozenset({"input", "br", "meta", "link", "img", "hr", "col", "source", "path", "rect", "area", "wbr"})
SAID: Final = ("aria-label", "title", "alt", "placeholder")
EXACT: Final = "xn-exact"
"""The class of what is meant to be copied or compared: a digest, a code."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page by what its address is of, so that two cases are one page, and one of its sentences."""

    page: str
    words: str


class Words(HTMLParser):
    """What a page says, sentence by sentence, to eyes and ears."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._within: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_silent = self._is_silent() or tag in SILENT or EXACT in (given.get("class") or "")
        if not is_silent:
            self.said += [words for name in SAID if (words := given.get(name))]
        if tag not in EMPTY:
            self._within.append((tag, is_silent))

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_silent():
            self.said.append(data.strip())

    def _is_silent(self) -> bool:
        return bool(self._within) and self._within[-1][1]


def pages_of(browser: Visitor, *starts: str, few: int = FEW) -> Iterator[Seen]:
    """Open every page that links lead to from some; two with one form of address are looked at only ``few`` times."""
    waiting, known = list(starts), set(starts)
    looked: dict[str, int] = {}
    for _ in range(MOST):
        if not waiting:
            return
        path = waiting.pop(0)
        seen = browser.open(path)
        if "text/html" not in seen.reply.headers.get("content-type", ""):
            continue
        yield seen
        for link in seen.page.named("a"):
            to = urljoin(seen.url, link.get("href") or "")
            place = to.removeprefix(HERE).partition("#")[0]
            if not to.startswith(HERE) or place in known or NO_PAGE.search(place) or "lang=" in place:
                continue
            known.add(place)
            kind = kind_of(place) + "?" + " ".join(sorted(re.findall(r"(\w+)=", place)))
            looked[kind] = looked.get(kind, 0) + 1
            if looked[kind] <= few:
                waiting.append(place)


def kind_of(path: str) -> str:
    """Return the form of an address: what names one thing among many is left out."""
    parts = urlsplit(path).path.split("/")
    return "/".join(
        "*" if part in NAMED or (re.search(r"[0-9A-Z]", part) and len(part) > 3) else part for part in parts
    )


def address_of(path: str) -> str | None:
    """Return the address of the portal that answers a path, with its blanks: ``/cases/{case_no}``."""
    plain = urlsplit(path).path
    return next((address for address, form in addresses().items() if form.fullmatch(plain)), None)


@cache
def addresses() -> dict[str, re.Pattern[str]]:
    """Return all that can be opened in the portal, what has fewer blanks first, as API Gateway looks it up."""
    found = [one.removeprefix("GET ") for many in PORTAL.values() for one in many if one.startswith("GET ")]
    return {one: re.compile(re.sub(r"{\w+}", "[^/]+", one)) for one in sorted(found, key=lambda one: one.count("{"))}


def blank_forms(seen: Seen) -> list[tuple[Form, str]]:
    """Return the forms of a page that ask for something, each with the form of its address."""
    found = []
    for form in seen.page.forms:
        asks = form.names - CARRIED - {"onward", "registration"}
        alone = [each for each in seen.page.forms if each.action == form.action]
        if "form_token" in form.names and asks and len(alone) == 1:
            found.append((form, kind_of(urljoin(seen.url, form.action).removeprefix(HERE))))
    return found


def blanks_of(seen: Seen, form: Form) -> dict[str, str | list[str]]:
    """Return what a form says that somebody sends without having filled in anything."""
    hidden = {str(each.get("name")) for each in seen.page.named("input") if each.get("type") == "hidden"}
    return dict.fromkeys(form.fields.keys() - hidden, "")


def words_at_fault(seen: Seen, is_at_fault: Callable[[str], bool]) -> list[Found]:
    """Return the sentences of a page that a rule finds fault with."""
    return [Found(kind_of(seen.path), words) for words in Words(seen.text).said if is_at_fault(words)]
