"""A page that the handler has answered, in a browser: as it came, with its files, at every width, and what is wrong."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import Browser, Route

from chalicelib.http.language import Language
from infra.browser.visit import DESK, HEIGHT, PHONE, Person
from tests.browser.accessibility import violations
from tests.cloud import Client, Reply
from tests.web.test_no_codes_on_pages import texts
from tests.web.visitor import HERE, Seen

ZOOMED: Final = DESK // 2
"""What a page is wide at 200 %."""

HEAVIEST: Final = 200_000
"""Bytes of a first visit, compressed, without the library of charts."""

LARGE: Final = "document.documentElement.classList.toggle('xn-large')"
"""What the switch for large type changes of a page."""

OUT_OF_SHAPE: Final = """() => {
  const page = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > page) found.push("scrolls sideways");
  const within = (at, holds) => at && at !== document.body && (holds(at) || within(at.parentElement, holds));
  const scrolls = (at) => ["auto", "scroll"].includes(getComputedStyle(at).overflowX);
  // What is there for ears alone is a dot.
  const isDot = (at) => at.getBoundingClientRect().width <= 1 && getComputedStyle(at).overflowX === "hidden";
  const said = (at) => `${at.tagName.toLowerCase()}.${at.className} “${at.textContent.trim().slice(0, 30)}”`;
  for (const at of document.body.querySelectorAll("*:not(svg *)")) {
    const box = at.getBoundingClientRect();
    if (at.checkVisibility() && box.right > page + 1 && !within(at, isDot) && !within(at, scrolls))
      found.push(`wider than the page: ${said(at)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode;
    if (at.data.trim().length < 4 || !at.parentElement.checkVisibility() || within(at.parentElement, isDot)) continue;
    const range = document.createRange();
    range.selectNodeContents(at);
    const boxes = [...range.getClientRects()].filter((one) => one.width > 0);
    const size = parseFloat(getComputedStyle(at.parentElement).fontSize);
    const wide = at.data.match(/[\\u2e80-\\uffef]/g)?.length ?? 0;
    const letter = 2 * wide > at.data.trim().length ? size : size / 2;
    const width = Math.max(...boxes.map((one) => one.right)) - Math.min(...boxes.map((one) => one.left));
    if (new Set(boxes.map((one) => Math.round(one.top))).size > 1 && width < 4 * letter - 1)
      found.push(`under four characters: ${said(at.parentElement)}`);
  }
  return [...new Set(found)].slice(0, 5);
}"""
"""Says what a person cannot come to by scrolling, and text in a column of fewer than four characters."""

CUT_OFF: Final = """() => [...document.querySelectorAll("main .xn-wide")]
  .filter((at) => at.scrollWidth > at.clientWidth + 1)
  .map((at) => `${at.scrollWidth - at.clientWidth} px of “${at.textContent.trim().slice(0, 30)}”`)"""
"""Says which tables end under the edge of their frame."""

UNSAID: Final = """() => {
  const found = [];
  const said = (at) => at.getAttribute("aria-label") ?? at.textContent.replace(/\\s+/g, " ").trim();
  for (const at of document.querySelectorAll("table"))
    if (!at.caption) found.push(`no caption: ${said(at).slice(0, 30)}`);
  for (const at of document.querySelectorAll("th:not([scope])")) found.push(`no scope: ${said(at)}`);
  for (const at of document.querySelectorAll(".xn-stacked :is(thead, tbody, tr, th, td):not([role])"))
    found.push(`no role: ${at.localName} ${said(at).slice(0, 30)}`);
  for (const at of document.querySelectorAll("fieldset"))
    if (!at.querySelector(":scope > legend")) found.push(`no legend: ${said(at).slice(0, 30)}`);
  return found.slice(0, 5);
}"""
"""Says of what a person who hears a page cannot tell what it is."""

NAMED_ALIKE: Final = """() => {
  const places = new Map();
  for (const at of document.querySelectorAll("main a[href]")) {
    const words = at.getAttribute("aria-label") ?? at.textContent.replace(/\\s+/g, " ").trim();
    places.set(words, (places.get(words) ?? new Set()).add(at.href.replace(/#.*/, "")));
  }
  return [...places].filter(([, to]) => to.size > 1).map(([words]) => words);
}"""
"""Returns the words of links that lead to several places."""


@dataclass
class Screen:
    """A browser in front of the deployed handler: nothing that it shows comes from anywhere else."""

    person: Person
    client: Client
    shown: Seen | None = None
    loaded: int = 0
    """Compressed bytes of what the page asked for."""
    _files: dict[str, Reply] = field(default_factory=dict)

    @classmethod
    def of(cls, browser: Browser, client: Client, language: Language) -> "Screen":
        """Open a profile of its own."""
        screen = cls(Person.at(browser, HERE, language=language, width=PHONE), client)
        screen.person.page.context.route("**/*", screen._answer)
        return screen

    def show(self, seen: Seen) -> None:
        """Show a page as it came, on a phone."""
        self.shown, self.loaded, self.person.faults = seen, 0, []
        self._resize(PHONE)
        self.person.page.goto(seen.url)

    def faults(self, seen: Seen) -> list[str]:
        """Show a page at every width, and return what is wrong with it."""
        self.show(seen)
        page, language = self.person.page, {"zh": "zh-CN", "en": "en"}[self.person.language]
        checks = {
            "an error of ours": seen.status >= 500,
            "no title": page.title().strip() in {"", "-"},
            "not one h1": page.locator("h1").count() != 1,
            "not its language": page.locator("html").get_attribute("lang") != language,
            f"weighs {self.loaded:,} bytes": not 1_000 < self.loaded < HEAVIEST,
        }
        found = [name for name, is_wrong in checks.items() if is_wrong]
        # The browser itself says so of a page that is an error.
        found += [fault for fault in self.person.faults if f"status of {seen.status}" not in fault]
        alike = set(page.evaluate(NAMED_ALIKE)) & texts(self.person.language)
        found += [f"one name for several links: {words}" for words in sorted(alike)]
        found += page.evaluate(UNSAID)
        return found + list(self._out_of_shape()) + violations(self.person)

    def _out_of_shape(self) -> Iterator[str]:
        page = self.person.page
        for width in (PHONE, ZOOMED, DESK):
            self._resize(width)
            for is_large in (False, True):
                for said in page.evaluate(OUT_OF_SHAPE):
                    yield f"{width} px{', large type' if is_large else ''}: {said}"
                if width == DESK and not is_large:
                    yield from (f"cut off at a desk: {said}" for said in page.evaluate(CUT_OFF))
                page.evaluate(LARGE)

    def _resize(self, width: int) -> None:
        self.person.page.set_viewport_size({"width": width, "height": HEIGHT})

    def _answer(self, route: Route) -> None:
        asked = route.request
        path = asked.url.removeprefix(HERE)
        if self.shown is not None and (asked.is_navigation_request() or asked.url == self.person.page.url):
            # A page that looks again asks for itself.
            reply = self.shown.reply
        elif path == asked.url:
            # The person at the browser has noted that the page asked somebody else.
            route.abort()
            return
        else:
            reply = self._files.get(path) or self._files.setdefault(path, self.client.get(path))
        body = reply.text.encode()
        self.loaded += 0 if "/echarts." in path else len(gzip.compress(body, 6, mtime=0))
        route.fulfill(status=reply.status, headers=reply.headers, body=body)
