"""A local cloud of the browser's own, deployed once for all its tests, and the browser."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

import pytest
from playwright.sync_api import Browser

from chalicelib.clock import SHANGHAI
from infra.browser.flags import propose, serve
from infra.browser.local import Cloud, own_cloud
from infra.browser.story import handle, promise
from infra.browser.visit import DESK, Language, Person, chromium
from tests.depth import IS_DEEP

Come = Callable[..., Person]

COUNTED: Final = ("clicks", "answers", "pages", "keys")

TASKS: dict[str, dict[str, int]] = {}
"""What tasks that were tried took, by the name of each: clicks, answers given, pages seen; keys by keyboard alone."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what uses the one local cloud; other pages are answered by the handler in the test's own process."""
    if "cloud" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.cloud)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each task takes, if any was tried."""
    if TASKS:
        terminalreporter.write_line(f"\n{'task':<50}" + "".join(f"{name:>8}" for name in COUNTED))
        for name, took in TASKS.items():
            terminalreporter.write_line(f"{name:<50}" + "".join(f"{took.get(each, ''):>8}" for each in COUNTED))


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """A local cloud, deployed once, with the sample items and nothing else."""
    with own_cloud() as started:
        yield started


@pytest.fixture(scope="session")
def portal(cloud: Cloud) -> str:
    """The deployed portal's address."""
    return cloud.portal


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a screen."""
    with chromium() as started:
        yield started


@pytest.fixture
def come(browser: Browser, portal: str) -> Iterator[Come]:
    """People, each with a browser profile of their own, closed at the end."""
    there: list[Person] = []

    def person(
        persona: str | None = None, *, language: Language = "zh", width: int = DESK, scripts: bool = True
    ) -> Person:
        there.append(Person.at(browser, portal, language=language, width=width, scripts=scripts))
        if persona is not None:
            there[-1].log_in(persona)
        return there[-1]

    yield person
    for each in there:
        each.close()


@pytest.fixture(scope="session")
def case_no(browser: Browser, portal: str) -> str:
    """A case that was promised, signed, decided, delivered and verified by clicks."""
    applicant = Person.at(browser, portal)
    applicant.own_a_device()
    number = promise(applicant)
    officer = Person.at(browser, portal)
    officer.log_in("officer.traffic")
    handle(officer, number)
    applicant.close()
    officer.close()
    return number


@pytest.fixture(scope="session")
def flag_id(browser: Browser, portal: str) -> str:
    """A flag that was proposed and served by clicks, and that its subject may answer."""
    officer = Person.at(browser, portal)
    officer.log_in("credit")
    made = propose(officer, datetime.now(SHANGHAI))
    serve(officer, made, datetime.now(SHANGHAI))
    officer.close()
    return made


@pytest.fixture(scope="session")
def made(case_no: str, flag_id: str) -> Mapping[str, str]:
    """What the stories have made, by its name in addresses."""
    return {"case_no": case_no, "flag_id": flag_id}


@pytest.fixture(scope="session")
def town(cloud: Cloud) -> None:
    """Many open and late cases: only for the last tests, because others look for their cases in short lists."""
    cloud.inhabit(opened=300 if IS_DEEP else 100, late=40 if IS_DEEP else 20)
