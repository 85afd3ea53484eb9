"""Responses are filled from domain values, and show of them what they declare and nothing else."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import AliasPath, Field

from chalicelib.http.schemas import BlankAsNull, ResponseBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    masked_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    thing_id: str
    person: Person
    remark: str = ""
    secret: str = "secret"


class ThingShape(ResponseBody):
    id: Annotated[str, Field(validation_alias="thing_id")]
    name: Annotated[str, Field(validation_alias=AliasPath("person", "masked_name"))]
    remark: BlankAsNull
    light: str


def a_thing(remark: str = "") -> Thing:
    return Thing(thing_id="t-1", person=Person(name="张三", masked_name="张*"), remark=remark)


def test_fields_are_read_from_the_value_and_what_is_given_by_name_comes_beside_them() -> None:
    shown = ThingShape.of(a_thing(), light="red")

    assert shown.model_dump() == {"id": "t-1", "name": "张*", "remark": None, "light": "red"}


def test_what_is_given_by_name_stands_in_place_of_what_the_value_has() -> None:
    assert ThingShape.of(a_thing("own"), light="red", remark="given").remark == "given"


def test_a_field_that_the_value_lacks_must_be_given() -> None:
    with pytest.raises(AttributeError, match="light"):
        ThingShape.of(a_thing())


@pytest.mark.parametrize("name", ["remarks", "id", "secret"])
def test_a_name_from_which_no_field_is_read_is_a_mistake(name: str) -> None:
    with pytest.raises(TypeError, match=rf"no field of ThingShape is read from \['{name}'\]"):
        ThingShape.of(a_thing(), light="red", **{name: "given"})
