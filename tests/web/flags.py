"""A flag that a credit officer proposes, by pages and forms alone."""

from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.cloud import Client, turn_clock
from tests.web.forms import FORM, PROPOSAL
from tests.web.visitor import Come, Seen, Visitor


@pytest.fixture(autouse=True)
def noon(portal: Client) -> None:  # noqa: ARG001 - the clock is part of the services of the cloud
    turn_clock(NOON - timedelta(minutes=1))


def place_of(seen: Seen) -> str:
    """The page without what its address says besides."""
    return seen.path.partition("?")[0]


def links(seen: Seen) -> set[str]:
    """Where the page leads, without the way back to the portal's root."""
    return {
        (link["href"] or "").removeprefix("../").removeprefix("../").removeprefix("./") for link in seen.page.named("a")
    }


@pytest.fixture
def office(visitor: Come) -> Visitor:
    return visitor("credit")


@pytest.fixture
def proposed(office: Visitor) -> Seen:
    """A proposed flag, as its proposer is shown it."""
    return office.send(office.open(FORM), FORM, PROPOSAL)
