"""What a browser's page must be, so that everybody can use it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from infra.browser.visit import Person

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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
