"""Claims about what all rows share."""

import zlib
from base64 import b64decode, b64encode

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.aws import client
from chalicelib.cases.model.case import Case
from chalicelib.dynamo import connection, model
from chalicelib.dynamo.model import DocumentAttribute, PackedAttribute, PackedDocumentAttribute, Row
from tests.builders import a_case

TABLE = "shared-by-two"


def two_kinds_in_one_table() -> tuple[type[Row], type[Row]]:
    """A kind of row without an index, and one with; nobody has used them yet."""

    class Plain(Row):
        class Meta:
            table_name = TABLE

        pk = UnicodeAttribute(hash_key=True)

    class ByColour(GlobalSecondaryIndex["Coloured"]):  # type: ignore[no-untyped-call]  # PynamoDB left its hook untyped
        class Meta:
            index_name = "by_colour"
            projection = AllProjection()

        colour = UnicodeAttribute(hash_key=True)

    class Coloured(Row):
        class Meta:
            table_name = TABLE

        pk = UnicodeAttribute(hash_key=True)
        colour = UnicodeAttribute()
        by_colour = ByColour()

    return Plain, Coloured


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("order", [1, -1], ids=["the plain one", "the one with the index"])
def test_an_index_is_known_whichever_kind_of_row_was_used_first(order: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = connection.QuickConnection(region="cn-north-1")
    monkeypatch.setattr(model, "connection", lambda: shared)
    client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    for kind in two_kinds_in_one_table()[::order]:
        assert kind.count("a") == 0

    assert shared.get_meta_table(TABLE).get_index_hash_keyname("by_colour") == "colour"
    assert shared.get_meta_table(TABLE).get_attribute_type("colour") == "S"


def test_a_packed_text_is_read_as_it_was_written_and_takes_less() -> None:
    text = "《中华人民共和国行政许可法》第32条" * 30

    packed = PackedAttribute().serialize(text)

    assert PackedAttribute().deserialize(packed) == text
    assert len(packed) < len(text.encode()) / 10


def test_a_damaged_text_is_an_error_and_never_a_guess() -> None:
    packed = PackedAttribute().serialize("《中华人民共和国行政许可法》第32条")

    with pytest.raises(zlib.error):
        PackedAttribute().deserialize(b64encode(b64decode(packed)[:-1]).decode())


def test_a_packed_document_is_what_the_plain_one_is() -> None:
    packed, plain = PackedDocumentAttribute[Case](lambda: Case), DocumentAttribute[Case](lambda: Case)
    case = a_case()

    stored = packed.serialize(case)

    assert zlib.decompress(b64decode(stored)).decode() == plain.serialize(case)
    assert packed.deserialize(stored) == case
