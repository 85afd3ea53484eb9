"""What editors have begun."""

from chalicelib.catalogue.model.drafts import EditionDraft
from tests.builders import NOON


def test_a_draft_that_was_never_saved_has_no_version() -> None:
    draft = EditionDraft(name="measures", document={}, department="credit", edited_by="staff:a", edited_at=NOON)

    assert draft.version == 0
