"""A local cloud of the browser's own, deployed once for all its tests, and the browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from infra.browser.story import handle, promise
from infra.browser.visit import DESK, Language, Person, chromium

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".local" / "browser"
OWN = {"XINNUO_LOCAL_DIR": str(STATE), "XINNUO_CLOUD_PORT": "4966", "XINNUO_PROVIDER_PORT": "4967"}
"""So that it stands beside a cloud that somebody uses."""

Come = Callable[..., Person]


def run(verb: str) -> str:
    """Run the local cloud's own command without what the other tests put into the environment."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("XINNUO_", "AWS_"))}
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", verb],
        cwd=ROOT,
        env=outside | OWN,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def portal() -> Iterator[str]:
    """The deployed portal's address, with the sample items and nothing else."""
    shutil.rmtree(STATE, ignore_errors=True)
    try:
        yield run("up").splitlines()[-1]
    finally:
        run("down")


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
