"""How a request names a subject, and whom it then means."""

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.schema import SubjectInput
from chalicelib.subjects.model.subjects import Identity, SubjectKind


def test_a_subject_named_by_kind_number_and_name_is_an_identity() -> None:
    said = SubjectInput(kind=SubjectKind.RESIDENT_ID, number="330725196806180004", name="李示例")

    assert said.identity() == Identity(kind=SubjectKind.RESIDENT_ID, number="330725196806180004", name="李示例")


@pytest.mark.requirement("R6.2")
@pytest.mark.parametrize(
    "said",
    [
        SubjectInput(name="李示例"),
        SubjectInput(kind=SubjectKind.RESIDENT_ID, name="李示例"),
        SubjectInput(number="330725196806180004", name="李示例"),
        SubjectInput(kind=SubjectKind.RESIDENT_ID, number=" ", name="李示例"),
    ],
    ids=["name alone", "no number", "no kind", "blank number"],
)
def test_a_subject_without_kind_or_number_is_nobody(said: SubjectInput) -> None:
    with pytest.raises(DomainError) as refused:
        said.identity()

    assert refused.value.code is ErrorCode.INSUFFICIENT_IDENTITY
