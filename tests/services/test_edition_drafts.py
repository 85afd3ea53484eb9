"""Drafts of editions: shared by a department's editors, saved over what was seen, and gone once published."""

import pytest

from chalicelib.catalogue.services.drafts import MOST_BYTES, EditionDrafts
from chalicelib.catalogue.store.drafts import DraftStore
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from tests.builders import NOON, a_caller

EDITOR = a_caller(Role.CATALOGUE_EDITOR, sub="editor-1", department="traffic")
COLLEAGUE = a_caller(Role.CATALOGUE_EDITOR, sub="editor-2", department="traffic")
KEEPER = a_caller(Role.CATALOGUE_EDITOR, sub="editor-3", department="monitoring")
STRANGER = a_caller(Role.CATALOGUE_EDITOR, sub="editor-4", department="market")
NAME = "item:plate-replacement"

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def drafts() -> EditionDrafts:
    found = EditionDrafts(DraftStore())
    found.begin(NAME, {"name": "a"}, department="traffic", by=EDITOR, at=NOON)
    return found


def test_a_draft_that_was_begun_is_not_begun_again(drafts: EditionDrafts) -> None:
    again = drafts.begin(NAME, {"name": "b"}, department="traffic", by=COLLEAGUE, at=NOON)

    assert (again.document, again.version, again.edited_by) == ({"name": "a"}, 1, "staff:editor-1")


def test_saving_names_the_version_that_was_seen(drafts: EditionDrafts) -> None:
    saved = drafts.save(NAME, {"name": "b"}, version=1, by=COLLEAGUE, at=NOON)
    same = drafts.save(NAME, {"name": "b"}, version=1, by=EDITOR, at=NOON)

    with pytest.raises(DomainError) as stale:
        drafts.save(NAME, {"name": "c"}, version=1, by=EDITOR, at=NOON)

    assert stale.value.code is ErrorCode.STALE_VERSION
    assert (saved.version, same.version, same.edited_by) == (2, 2, "staff:editor-2")
    assert drafts.read(NAME, by=KEEPER).document == {"name": "b"}


def test_a_draft_that_has_changed_is_not_thrown_away(drafts: EditionDrafts) -> None:
    drafts.save(NAME, {"name": "b"}, version=1, by=EDITOR, at=NOON)

    with pytest.raises(DomainError) as stale:
        drafts.discard(NAME, version=1, by=EDITOR)
    drafts.discard(NAME, version=2, by=EDITOR)

    assert stale.value.code is ErrorCode.STALE_VERSION
    assert drafts.find(NAME, by=EDITOR) is None


@pytest.mark.parametrize("who", [STRANGER, a_caller(Role.OFFICER, sub="officer-1", department="traffic")])
def test_a_draft_is_shown_to_the_editors_of_its_department_and_those_who_keep_the_catalogue(
    drafts: EditionDrafts, who: Caller
) -> None:
    with pytest.raises(DomainError) as refused:
        drafts.find(NAME, by=who)
    with pytest.raises(DomainError) as not_begun:
        drafts.begin("item:other", {}, department="traffic", by=who, at=NOON)

    assert refused.value.code is not_begun.value.code is ErrorCode.FORBIDDEN
    assert drafts.find(NAME, by=KEEPER) == drafts.find(NAME, by=COLLEAGUE)


def test_a_draft_has_a_bound(drafts: EditionDrafts) -> None:
    drafts.save(NAME, {"name": "x" * (MOST_BYTES - 12)}, version=1, by=EDITOR, at=NOON)

    with pytest.raises(DomainError) as refused:
        drafts.save(NAME, {"name": "x" * (MOST_BYTES - 11)}, version=2, by=EDITOR, at=NOON)

    assert refused.value.code is ErrorCode.BODY_TOO_LARGE


def test_whether_somebody_shares_a_department_s_drafts_is_known_before_there_is_one(drafts: EditionDrafts) -> None:
    who = (EDITOR, COLLEAGUE, KEEPER, STRANGER)

    assert [drafts.is_shared("traffic", by=one) for one in who] == [True, True, True, False]
