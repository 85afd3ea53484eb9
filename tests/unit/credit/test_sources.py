"""Which source belongs to which department."""

import pytest

from chalicelib.credit.model.sources import ListedSources, Sources
from chalicelib.credit.store.directories import directories
from chalicelib.credit.store.sources import listed_sources
from chalicelib.settings import settings
from chalicelib.subjects.model.subjects import NameRank, SubjectKind

SOURCES = Sources.of(
    ListedSources(
        departments={"market": ["market", "market-penalties"], "traffic": ["traffic"]},
        registers={"market": [SubjectKind.USCC]},
    )
)


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
        Sources.of(ListedSources(departments={"market": ["market"], "traffic": ["traffic", "market"]}))


def test_a_register_is_a_listed_source() -> None:
    with pytest.raises(ValueError, match="no department's source: bank"):
        Sources.of(ListedSources(departments={"market": ["market"]}, registers={"bank": [SubjectKind.USCC]}))


def test_a_source_that_is_trusted_is_a_listed_one() -> None:
    with pytest.raises(ValueError, match="no department's source: bank"):
        Sources.of(ListedSources(departments={"market": ["market"]}, trusted={"judicial": ("market", "bank")}))


def test_the_kinds_for_which_a_source_is_trusted_are_those_of_the_directory() -> None:
    (directory,) = directories()

    assert listed_sources().trusted.keys() <= {kind.code for kind in directory.kinds}
    assert directory.trusts("credit", "judicial")
    assert not directory.trusts("market", "judicial")


@pytest.mark.parametrize(
    ("source", "kind", "rank"),
    [
        ("market", SubjectKind.USCC, NameRank.REGISTER),
        ("market", SubjectKind.RESIDENT_ID, NameRank.OFFICE),
        ("market-penalties", SubjectKind.USCC, NameRank.OFFICE),
        ("bank-7", SubjectKind.USCC, NameRank.OFFICE),
    ],
)
def test_a_source_is_a_register_of_the_kinds_that_it_is_listed_for(
    source: str, kind: SubjectKind, rank: NameRank
) -> None:
    assert SOURCES.rank_of(source, kind) is rank


def test_the_packaged_list_names_departments_that_are_served() -> None:
    assert set(listed_sources().departments.values()) <= set(settings().departments)
