"""How somebody works a page: with a mouse, or by keyboard alone."""

from datetime import date, datetime
from typing import Final, Protocol

from playwright.sync_api import Locator, Page

from tests.browser.accessibility import Focus, focus_on

MOST_STOPS: Final = 600
"""After how many stops of the keyboard nobody would go on."""

LONGEST_FIELD: Final = 10
"""More stops than any field has: a day with its time of day has one for each part, and one for its calendar."""

IS_THERE: Final = """wanted => {
  const at = document.activeElement;
  return at === wanted || (wanted.type === "radio" && at.type === "radio" && at.name === wanted.name);
}"""
"""The keyboard stops once at all the choices of which one is made."""


CHOSEN: Final = "list => list.selectedOptions[0].text"


class Hand(Protocol):
    """What somebody does on a page; ``keys`` are those pressed so far, without what was typed."""

    keys: int

    def reach(self, to: Locator) -> None:
        """Come to a link, a button or a field."""

    def press(self, what: Locator) -> None:
        """Follow a link or press a button that was reached."""

    def fill(self, field: Locator, words: str) -> None:
        """Type into a field; a day or moment as ISO 8601 has it."""

    def tick(self, box: Locator) -> None:
        """Tick a box, or choose one of several."""

    def choose(self, choices: Locator, words: str) -> None:
        """Choose from a list."""

    def pick(self, field: Locator, words: str) -> None:
        """Type a part of what is looked for, and take it out of what is offered."""

    def leave(self, page: Page) -> None:
        """Go on past the end of a page."""


class Mouse:
    """A hand with a mouse, which is wherever it wants to be."""

    keys = 0

    def reach(self, to: Locator) -> None:
        """It is there already."""

    def press(self, what: Locator) -> None:
        """Click it."""
        what.click()

    def fill(self, field: Locator, words: str) -> None:
        """Click into it and type."""
        field.fill(words)

    def tick(self, box: Locator) -> None:
        """Click it."""
        box.check()

    def choose(self, choices: Locator, words: str) -> None:
        """Open the list and click."""
        choices.select_option(label=words)

    def pick(self, field: Locator, words: str) -> None:
        """Type, and click on what is offered."""
        field.press_sequentially(words)
        field.page.get_by_role("option", name=words).first.click()

    def leave(self, page: Page) -> None:
        """There is nothing in its way."""


class Keyboard:
    """Two hands without a mouse: fails where the focus cannot be seen, or does not go on."""

    def __init__(self) -> None:
        """Have pressed nothing."""
        self.keys = 0
        self._stood = 0

    def reach(self, to: Locator) -> None:
        """Press Tab until it has the focus; past the navigation there is a link of its own on every page."""
        page = to.page
        here = focus_on(page)
        is_new = here is None and "#" not in page.url
        if is_new and to.evaluate("one => one.closest('main') !== null"):
            self._press(page, "Tab")
            self._press(page, "Enter")
        for _ in range(MOST_STOPS):
            if to.evaluate(IS_THERE):
                return
            here = self._go_on(page, here)
        message = f"the keyboard does not reach {to}"
        raise AssertionError(message)

    def press(self, what: Locator) -> None:
        """Press Enter."""
        self._press(what.page, "Enter")

    def fill(self, field: Locator, words: str) -> None:
        """Type; a day in the order in which the browser has its parts."""
        self.reach(field)
        keyboard = field.page.keyboard
        match field.get_attribute("type"):
            case "date":
                keyboard.type(f"{date.fromisoformat(words):%m%d%Y}")
            case "datetime-local":
                at = datetime.fromisoformat(words)
                keyboard.type(f"{at:%m%d%Y}")
                self._press(field.page, "ArrowRight")
                keyboard.type(f"{at:%I%M%p}")
            case _:
                self._press(field.page, "ControlOrMeta+A")
                keyboard.type(words)
        assert field.input_value() == words

    def tick(self, box: Locator) -> None:
        """Press Space; among several choices, go to this one first."""
        self.reach(box)
        for _ in range(MOST_STOPS):
            if box.evaluate("one => one === document.activeElement"):
                break
            self._press(box.page, "ArrowDown")
        if not box.is_checked():
            self._press(box.page, "Space")
        assert box.is_checked()

    def choose(self, choices: Locator, words: str) -> None:
        """Press the arrow until it is chosen."""
        self.reach(choices)
        for _ in range(choices.locator("option").count()):
            if choices.evaluate(CHOSEN) == words:
                return
            self._press(choices.page, "ArrowDown")
        assert choices.evaluate(CHOSEN) == words

    def pick(self, field: Locator, words: str) -> None:
        """Type, go down to what is offered, and take it."""
        self.reach(field)
        field.page.keyboard.type(words)
        field.page.get_by_role("option", name=words).first.wait_for()
        self._press(field.page, "ArrowDown")
        self._press(field.page, "Enter")
        assert words in field.input_value()

    def leave(self, page: Page) -> None:
        """Press Tab until the page is behind."""
        here = focus_on(page)
        for _ in range(MOST_STOPS):
            here = self._go_on(page, here)
            if here is None:
                return
        message = f"the keyboard does not come to the end of {page.url}"
        raise AssertionError(message)

    def _go_on(self, page: Page, before: Focus | None) -> Focus | None:
        self._press(page, "Tab")
        here = focus_on(page)
        is_same = here is not None and before is not None and here.number == before.number
        self._stood = self._stood + 1 if is_same else 0
        assert self._stood < LONGEST_FIELD, f"the focus stays at {here}"
        assert here is None or here.is_seen, f"nobody sees that the focus is at {here}"
        return here

    def _press(self, page: Page, key: str) -> None:
        page.keyboard.press(key)
        self.keys += 1
