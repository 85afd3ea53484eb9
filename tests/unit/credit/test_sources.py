"""Which source belongs to which department."""

import pytest

from chalicelib.credit.model.sources import Sources
from chalicelib.credit.store.sources import listed_sources
from chalicelib.settings import settings

SOURCES = Sources.of({"market": ["market", "market-penalties"], "traffic": ["traffic"]})


@pytest.mark.parametrize(
    ("source", "department", "is_own"),
    [
        ("market", "market", True),
        ("market-penalties", "market", True),
        ("market", "traffic", False),
        ("market-licences", "market", False),
        ("marketing", "market", False),
        ("bank-7", "", False),
        ("bank-7", None, False),
    ],
)
def test_a_source_is_the_departments_that_it_is_listed_for(source: str, department: str, is_own: bool) -> None:  # noqa: FBT001 - a parameter
    assert SOURCES.belongs_to(source, department) is is_own


@pytest.mark.parametrize(("source", "office"), [("market-penalties", "market"), ("bank-7", "credit")])
def test_a_record_of_no_department_is_the_credit_offices(source: str, office: str) -> None:
    assert SOURCES.office_of(source) == office


def test_a_source_is_listed_once() -> None:
    with pytest.raises(ValueError, match="market is listed for market and for traffic"):
        Sources.of({"market": ["market"], "traffic": ["traffic", "market"]})


def test_the_packaged_list_names_departments_that_are_served() -> None:
    assert set(listed_sources().departments.values()) <= set(settings().departments)
