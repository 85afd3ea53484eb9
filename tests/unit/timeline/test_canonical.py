"""What is hashed is RFC 8785 canonical JSON, whoever writes it."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.timeline.chain import canonical
from chalicelib.timeline.events import Json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_it_is_what_the_library_for_it_writes(value: Json) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_beyond_the_basic_plane_sort_by_their_utf_16_code_units() -> None:
    value: Json = {"\ufb33": 1, "\U0001f600": [{"\ufb33": 2, "\U0001f600": 3}]}

    assert canonical(value).decode() == '{"\U0001f600":[{"\U0001f600":3,"\ufb33":2}],"\ufb33":1}'


def test_control_characters_are_escaped_and_all_others_stand_as_they_are() -> None:
    assert canonical({"text": '\x1f\n"\\/\x7f信'}).decode() == '{"text":"\\u001f\\n\\"\\\\/\x7f信"}'


@pytest.mark.parametrize("value", [{"n": 1.5}, {"n": 2**70}, {"n": float("nan")}, {"text": "\ud800"}])
def test_what_an_event_never_holds_raises_nothing(value: Json) -> None:
    assert canonical(value)
