"""Publishing items and finding them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.catalogue.services.search import Search
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.catalogue.store.missed import MissedStore
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError
from chalicelib.policy import Role
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.timeline.store import Timeline
from tests.builders import NOON, a_caller, a_notice, an_item
from tests.wire import Wire, watched

EDITOR = a_caller(Role.CATALOGUE_EDITOR, sub="editor-1", department="monitoring")
LAST_SECOND = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 9, 30, 16, 0, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def timeline() -> Timeline:
    return Timeline()


@pytest.fixture
def catalogue(timeline: Timeline) -> Catalogue:
    return Catalogue(CatalogueStore(timeline), packs=load_rule_packs())


@pytest.fixture
def search(timeline: Timeline) -> Search:
    return Search(CatalogueStore(timeline), MissedStore())


def file_under(catalogue: Catalogue, version: int, *, at: datetime) -> None:
    """Commit a transaction that holds only if the version is in force."""
    with transaction() as tx:
        catalogue.require_current("plate-replacement", version, tx, filed_as="A", at=at)


def test_what_is_published_is_what_is_read(catalogue: Catalogue) -> None:
    item = an_item()

    catalogue.publish(item, by=EDITOR, at=NOON)

    assert catalogue.current("plate-replacement", at=NOON) == item
    assert catalogue.version("plate-replacement", 1) == item


def test_several_items_are_one_read_and_a_new_version_is_found_at_once(catalogue: Catalogue) -> None:
    for code in ("aa", "bb"):
        catalogue.publish(an_item(code=code), by=EDITOR, at=NOON)
        catalogue.find(code, at=NOON)
    catalogue.publish(an_item(code="bb", version=2, effective_from=date(2026, 10, 1)), by=EDITOR, at=NOON)

    with watched(Wire()) as wire:
        before = catalogue.find_all(["bb", "none", "aa", "bb"], at=LAST_SECOND)
    after = catalogue.find_all(["bb"], at=MIDNIGHT)

    assert wire.operations == ["BatchGetItem"]
    assert [(code, item.version) for code, item in before.items()] == [("bb", 1), ("aa", 1)]
    assert [(code, item.version) for code, item in after.items()] == [("bb", 2)]


def test_a_publication_is_an_event_that_anybody_can_verify(catalogue: Catalogue, timeline: Timeline) -> None:
    item = catalogue.publish(an_item(), by=EDITOR, at=NOON)
    catalogue.publish(an_item(version=2), by=EDITOR, at=NOON)

    reading = timeline.reading("item:plate-replacement")

    assert reading.verified
    assert [(event.seq, event.kind, event.actor) for event in reading.events] == [
        (1, "item:published", "staff:editor-1"),
        (2, "item:published", "staff:editor-1"),
    ]
    assert reading.events[0].data["notice_hash"] == item.notice_hash
    assert len(str(reading.events[0].data["digest"])) == 64


def test_publishing_the_same_again_changes_nothing(catalogue: Catalogue, timeline: Timeline) -> None:
    catalogue.publish(an_item(), by=EDITOR, at=NOON)

    assert catalogue.publish(an_item(), by=EDITOR, at=NOON) == an_item()
    assert len(timeline.events("item:plate-replacement")) == 1


@pytest.mark.requirement("R5.1")
def test_a_published_version_never_changes(catalogue: Catalogue) -> None:
    catalogue.publish(an_item(), by=EDITOR, at=NOON)

    with pytest.raises(DomainError, match="ITEM_VERSION_EXISTS"):
        catalogue.publish(an_item(name="另一个名称"), by=EDITOR, at=NOON)

    assert catalogue.current("plate-replacement", at=NOON).name == "机动车号牌补领"


def test_versions_only_increase(catalogue: Catalogue) -> None:
    catalogue.publish(an_item(version=3), by=EDITOR, at=NOON)

    with pytest.raises(DomainError, match="ITEM_VERSION_EXISTS") as refused:
        catalogue.publish(an_item(version=2), by=EDITOR, at=NOON)

    assert refused.value.facts == {"latest": 3}


@pytest.mark.requirement("R5.2")
def test_a_bad_item_is_refused_and_nothing_is_stored(catalogue: Catalogue) -> None:
    with pytest.raises(DomainError, match="ITEM_NOT_PUBLISHABLE") as refused:
        catalogue.publish(an_item(steps=(), result_type=""), by=EDITOR, at=NOON)

    assert [fault.pointer for fault in refused.value.faults] == ["/result_type", "/steps"]
    assert catalogue.find("plate-replacement", at=NOON) is None


def test_only_an_editor_publishes(catalogue: Catalogue) -> None:
    with pytest.raises(DomainError, match="FORBIDDEN"):
        catalogue.publish(an_item(), by=a_caller(Role.OFFICER, department="traffic"), at=NOON)


def test_an_unknown_item_is_not_listed(catalogue: Catalogue) -> None:
    with pytest.raises(DomainError, match="ITEM_NOT_LISTED"):
        catalogue.current("nothing", at=NOON)
    with pytest.raises(DomainError, match="NOT_FOUND"):
        catalogue.version("nothing", 1)


@pytest.mark.requirement("R5.1")
def test_a_version_comes_into_force_at_midnight_in_shanghai_and_the_old_one_stays_readable(
    catalogue: Catalogue,
) -> None:
    old, new = an_item(), an_item(version=2, effective_from=date(2026, 10, 1))
    catalogue.publish(old, by=EDITOR, at=NOON)
    catalogue.publish(new, by=EDITOR, at=NOON)

    assert catalogue.current("plate-replacement", at=LAST_SECOND) == old
    assert catalogue.current("plate-replacement", at=MIDNIGHT) == new
    assert catalogue.version("plate-replacement", 1) == old


@pytest.mark.requirement("R5.1")
def test_a_filing_holds_only_on_the_version_in_force(catalogue: Catalogue) -> None:
    catalogue.publish(an_item(), by=EDITOR, at=NOON)
    catalogue.publish(an_item(version=2, effective_from=date(2026, 10, 1)), by=EDITOR, at=NOON)

    file_under(catalogue, 1, at=LAST_SECOND)
    file_under(catalogue, 2, at=MIDNIGHT)
    with pytest.raises(DomainError, match="NOTICE_OUTDATED"):
        file_under(catalogue, 2, at=LAST_SECOND)
    with pytest.raises(DomainError, match="NOTICE_OUTDATED"):
        file_under(catalogue, 1, at=MIDNIGHT)


def test_a_filing_on_an_item_that_nobody_published_does_not_hold(catalogue: Catalogue) -> None:
    with pytest.raises(DomainError, match="NOTICE_OUTDATED"):
        file_under(catalogue, 1, at=NOON)


def test_lists_show_what_is_in_force_page_by_page(catalogue: Catalogue, search: Search) -> None:
    for code in ("a", "b", "c", "d"):
        catalogue.publish(an_item(code=code), by=EDITOR, at=NOON)
    catalogue.publish(an_item(code="bb", effective_from=date(2026, 10, 1)), by=EDITOR, at=NOON)

    first = search.find(at=NOON, limit=3)
    second = search.find(at=NOON, limit=3, after=first.after)

    assert [item.code for item in first.items] == ["a", "b", "c"]
    assert [item.code for item in second.items] == ["d"]
    assert second.after is None


def test_a_last_page_that_is_just_full_says_that_it_is_the_last(catalogue: Catalogue, search: Search) -> None:
    catalogue.publish(an_item(code="a"), by=EDITOR, at=NOON)

    assert search.find(at=NOON, limit=1).after is None


def test_what_fits_is_found_page_by_page_best_first(catalogue: Catalogue, search: Search) -> None:
    for code, keywords in (("a", ("车牌",)), ("b", ("车牌丢了",)), ("c", ("结婚",)), ("d", ("车牌", "丢了"))):
        catalogue.publish(an_item(code=code, keywords=keywords, summary=""), by=EDITOR, at=NOON)

    first = search.find(at=NOON, q="车牌丢了", limit=2)
    second = search.find(at=NOON, q="车牌丢了", limit=2, after=first.after)

    assert [item.code for item in first.items] == ["b", "d"]
    assert ([item.code for item in second.items], second.after) == (["a"], None)


def test_a_new_version_is_found_by_its_words_from_its_first_day(catalogue: Catalogue, search: Search) -> None:
    catalogue.publish(an_item(), by=EDITOR, at=NOON)
    catalogue.publish(an_item(version=2, keywords=("铁牌子",), effective_from=date(2026, 10, 1)), by=EDITOR, at=NOON)

    assert [search.find(at=at, q="铁牌子", limit=1).items != () for at in (LAST_SECOND, MIDNIGHT)] == [False, True]
    assert [search.find(at=at, q="车牌丢了", limit=1).items[0].version for at in (LAST_SECOND, MIDNIGHT)] == [1, 2]


def test_what_nothing_fits_is_counted_for_the_editor_by_day(catalogue: Catalogue, search: Search) -> None:
    catalogue.publish(an_item(), by=EDITOR, at=NOON)
    for q in ("驾照", "驾 照？", "護照", "护照", "护照", "13800138000 驾照"):
        search.find(at=NOON, q=q, limit=1)
    search.find(at=NOON, q="驾照", limit=1, department="traffic")
    search.find(at=MIDNIGHT, q="驾照", limit=1)

    def kept(day: date, *, at: datetime = NOON) -> list[tuple[str, int]]:
        return [(one.words, one.times) for one in search.missed(day, by=EDITOR, at=at)]

    assert kept(date(2026, 9, 25)) == []
    assert kept(NOON.date()) == [("护照", 3), ("驾 照", 1), ("驾照", 1)]
    assert kept(date(2026, 10, 1), at=MIDNIGHT) == [("驾照", 1)]
    assert kept(NOON.date(), at=datetime(2027, 1, 31, tzinfo=UTC)) == []
    with pytest.raises(DomainError, match="FORBIDDEN"):
        search.missed(NOON.date(), by=a_caller(Role.MONITOR), at=NOON)


def test_a_day_keeps_no_more_words_than_it_has_places(
    catalogue: Catalogue, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.publish(an_item(), by=EDITOR, at=NOON)
    monkeypatch.setattr("chalicelib.catalogue.rules.missed.PLACES", 1)
    for q in ("驾照", "护照", "护照", "驾照"):
        search.find(at=NOON, q=q, limit=1)

    assert [(one.words, one.times) for one in search.missed(NOON.date(), by=EDITOR, at=NOON)] == [("驾照", 2)]


def test_a_version_is_read_once_a_process(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    item = catalogue.publish(an_item(), by=EDITOR, at=NOON)
    catalogue.version("plate-replacement", 1)
    monkeypatch.setattr(CatalogueStore, "version", None)

    assert catalogue.version("plate-replacement", 1) == item


def test_two_editors_publishing_at_once_leave_one_chain(
    catalogue: Catalogue,
    timeline: Timeline,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = CatalogueStore.for_publication
    others = [an_item(version=2, notice=a_notice(publication="公开"))]

    def read_then_overtaken(self: CatalogueStore, code: str, version: int) -> object:
        kept = read(self, code, version)
        if others:
            catalogue.publish(others.pop(), by=EDITOR, at=NOON)
        return kept

    catalogue.publish(an_item(), by=EDITOR, at=NOON)
    monkeypatch.setattr(CatalogueStore, "for_publication", read_then_overtaken)

    catalogue.publish(replace(an_item(), version=3), by=EDITOR, at=NOON)

    assert timeline.reading("item:plate-replacement").verified
    assert [event.data["item_version"] for event in timeline.events("item:plate-replacement")] == [1, 2, 3]


def test_a_departments_editor_publishes_its_own_items_and_takes_none_from_another(catalogue: Catalogue) -> None:
    traffic, market = (a_caller(Role.CATALOGUE_EDITOR, sub=name, department=name) for name in ("traffic", "market"))
    catalogue.publish(an_item(), by=traffic, at=NOON)

    for item in (an_item(version=2), an_item(version=2, department="market")):
        with pytest.raises(DomainError, match="FORBIDDEN"):
            catalogue.publish(item, by=market, at=NOON)
    with pytest.raises(DomainError, match="FORBIDDEN"):
        catalogue.publish(an_item(version=2, department="market"), by=traffic, at=NOON)

    assert catalogue.current("plate-replacement", at=NOON).version == 1
