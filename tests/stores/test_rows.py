"""Claims about what all rows share."""

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.dynamo import connection, model
from chalicelib.dynamo.model import Row


class Plain(Row):
    """A row without an index."""

    class Meta:
        """In the same table as the other."""

        table_name = "shared-by-two"

    pk = UnicodeAttribute(hash_key=True)


class ByColour(GlobalSecondaryIndex["Coloured"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
    """Rows of one colour."""

    class Meta:
        """What the index is called and holds."""

        index_name = "by_colour"
        projection = AllProjection()

    colour = UnicodeAttribute(hash_key=True)


class Coloured(Row):
    """A row with an index."""

    class Meta:
        """In the same table as the other."""

        table_name = "shared-by-two"

    pk = UnicodeAttribute(hash_key=True)
    colour = UnicodeAttribute()
    by_colour = ByColour()


@pytest.mark.parametrize("order", [(Plain, Coloured), (Coloured, Plain)])
def test_an_index_is_known_whichever_kind_of_row_was_used_first(
    order: tuple[type[Row], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = connection.QuickConnection(region="cn-north-1")
    monkeypatch.setattr(model, "connection", lambda: shared)

    for kind in order:
        monkeypatch.setattr(kind, "_connection", None)
        kind._get_connection()

    assert shared.get_meta_table("shared-by-two").get_index_hash_keyname("by_colour") == "colour"
    assert shared.get_meta_table("shared-by-two").get_attribute_type("colour") == "S"
