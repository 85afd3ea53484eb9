"""Somebody at a browser: logs in by the identity provider's own page, clicks, and signs with a device."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal, Self
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Request as Asked

from infra.browser.chromium import require

Language = Literal["zh", "en"]
LOCALES: Final = {"zh": "zh-CN", "en": "en-GB"}
DESK: Final = 1280
PHONE: Final = 360
HEIGHT: Final = 800
PATIENCE_MS: Final = 120_000
"""How long a page is waited for: the machine may be busy."""
A_DEVICE: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A phone or laptop that recognises its owner."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser, without a screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require(), args=["--no-sandbox"])
        yield browser
        browser.close()


DOCUMENTS: Final = "/xinnuo-local-documents-"
"""What stands in every address of the bucket of documents, the one place beside the portal that pages speak with."""


@dataclass
class Person:
    """One browser profile at the portal, and everything that went wrong in it."""

    portal: str
    page: Page
    language: Language
    faults: list[str] = field(default_factory=list)
    bytes_loaded: int = 0

    @classmethod
    def at(
        cls, browser: Browser, portal: str, *, language: Language = "zh", width: int = DESK, scripts: bool = True
    ) -> Self:
        """Open a profile of its own: no cookie is shared."""
        context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale=LOCALES[language],
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        person = cls(portal=portal, page=context.new_page(), language=language)
        person._watch()
        return person

    def open(self, path: str) -> None:
        """Open a page of the portal."""
        self.page.goto(f"{self.portal}{path}")

    def log_in(self, persona: str, onward: str = "") -> None:
        """Log in as a persona: the provider's page has a button for each."""
        self.open(f"/login?{urlencode({'next': onward})}" if onward else "/login")
        self.choose(persona)

    def choose(self, persona: str) -> None:
        """Press the persona's button on the provider's page."""
        self.page.get_by_role("button", name=persona, exact=True).click()
        self.page.wait_for_url(f"{self.portal}/**")

    def own_a_device(self) -> None:
        """Give the browser a device that makes passkeys and signs with them."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": A_DEVICE})

    def click(self, chinese: str, english: str) -> None:
        """Press a button or follow a link by its words, in the language of the page."""
        words = chinese if self.language == "zh" else english
        main = self.page.locator("main")
        with self.page.expect_navigation():
            main.get_by_role("button", name=words).or_(main.get_by_role("link", name=words)).first.click()

    @property
    def path(self) -> str:
        """Where in the portal the browser is, without the query and the place on the page."""
        return self.page.url.removeprefix(self.portal).partition("#")[0].partition("?")[0]

    def close(self) -> None:
        """Forget the profile."""
        self.page.context.close()

    def _watch(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._asked)
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._loaded)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and self._is_here():
            self.faults.append(f"console: {message.text}")

    def _asked(self, asked: Asked) -> None:
        is_ours = asked.url.startswith(self.portal) or DOCUMENTS in asked.url
        if self._is_here() and not asked.is_navigation_request() and not is_ours:
            self.faults.append(f"other host: {asked.url}")

    def _loaded(self, event: dict[str, float]) -> None:
        self.bytes_loaded += int(event["encodedDataLength"])

    def _is_here(self) -> bool:
        return self.page.url.startswith(self.portal)
