"""An item that is abolished: from its day on it is found, and says so, and can be applied for no more."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.catalogue.model.search import SearchEntry
from chalicelib.catalogue.model.versions import Abolition, ItemVersions
from chalicelib.catalogue.rules.items import listed, wanted
from chalicelib.catalogue.rules.search import question_of, rank
from chalicelib.catalogue.rules.words import search_words
from chalicelib.catalogue.store.characters import characters
from tests.builders import an_item

BEFORE, DAY, AFTER = date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)
ABOLITION = Abolition(effective_on=DAY, document_no="义政发〔2026〕31号", basis="第1条", turn_to="不用再办。")
CURRENT = listed(an_item())


@pytest.mark.requirement("R5.1")
def test_an_item_ends_on_the_day_of_its_abolition() -> None:
    versions = ItemVersions(current=CURRENT, abolition=ABOLITION)

    assert [versions.is_abolished(day) for day in (BEFORE, DAY, AFTER)] == [False, True, True]
    assert not ItemVersions(current=CURRENT).is_abolished(DAY)
    assert versions.on(AFTER) == CURRENT
    assert [wanted(versions, on=day) for day in (BEFORE, DAY)] == [CURRENT, replace(CURRENT, abolition=ABOLITION)]


def test_a_version_before_its_end_leaves_the_abolition_as_it_is() -> None:
    versions = ItemVersions(current=CURRENT, abolition=ABOLITION)
    new = listed(an_item(version=2, effective_from=BEFORE))

    assert versions.with_new(new, on=date(2026, 9, 28)) == ItemVersions(
        current=CURRENT, upcoming=new, abolition=ABOLITION
    )
    assert versions.with_new(new, on=BEFORE) == ItemVersions(current=new, abolition=ABOLITION)


def test_what_is_abolished_is_found_by_its_words_after_all_else() -> None:
    known = characters()

    def entry(code: str) -> SearchEntry:
        item = an_item(code=code)
        return SearchEntry().with_new(listed(item), search_words(item, known), on=BEFORE)

    entries = (entry("a").with_abolition(ABOLITION), entry("b"))
    question = question_of("车牌丢了", known)

    found = {day: [item.code for item in rank(entries, question, on=day)] for day in (BEFORE, DAY)}

    assert found == {BEFORE: ["a", "b"], DAY: ["b", "a"]}


def test_a_version_that_would_begin_after_the_end_never_comes_into_force() -> None:
    early, late = listed(an_item(version=2, effective_from=BEFORE)), listed(an_item(version=2, effective_from=DAY))

    assert ItemVersions(current=CURRENT, upcoming=late, abolition=ABOLITION).on(AFTER) == CURRENT
    assert ItemVersions(upcoming=late, abolition=ABOLITION).on(AFTER) is None
    assert ItemVersions(current=CURRENT, upcoming=early, abolition=ABOLITION).on(AFTER) == early
    assert ItemVersions(current=CURRENT, upcoming=late).on(DAY) == late
