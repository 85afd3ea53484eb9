"""What a browser's page must be, so that everybody can use it."""

from dataclasses import dataclass
from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from infra.browser.visit import Person

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

FOCUSED: Final = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  at.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length + 1);
  const own = getComputedStyle(at);
  const next = at.nextElementSibling;
  const looks = [
    ...(own.opacity === "0" ? [] : [own]),
    ...(next ? [getComputedStyle(next, "::before")] : []),
    ...(next?.matches("label") ? [getComputedStyle(next)] : []),
  ];
  const isSeen = looks.some((one) => one.outlineStyle !== "none" || one.boxShadow !== "none");
  return { number: at.dataset.reached, tag: at.outerHTML.slice(0, 120), is_seen: isSeen };
}"""
"""A box that cannot be seen itself shows the focus beside it, on its label or what is drawn before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Where the keyboard is: a number of its own on the page, how its tag begins, whether one sees that it is there."""

    number: str
    tag: str
    is_seen: bool


def focus_on(page: Page) -> Focus | None:
    """Return where the keyboard is on a page; ``None`` before its first stop and after the last one."""
    found = page.evaluate(FOCUSED)
    return None if found is None else Focus(**found)


def violations(person: Person) -> list[str]:
    """What axe finds on somebody's page against WCAG 2.2 AA and its own good practice."""
    return violations_on(person.page)


def violations_on(page: Page) -> list[str]:
    """The same, of a page that nobody of ours has opened."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response
    assert len(found["passes"]) > 10, "axe has looked at nothing"
    return [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']][:3]}" for one in found["violations"]
    ]
