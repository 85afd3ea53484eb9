"""The departments of a place are data: named in two languages, and reachable."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.departments.store import departments, departments_from
from chalicelib.settings import DEPARTMENTS, settings

LISTED: list[dict[str, Any]] = json.loads(DEPARTMENTS.read_text("utf-8"))


def test_each_department_has_its_names_its_counter_and_its_hours_in_both_languages() -> None:
    traffic = departments()["traffic"]

    assert list(departments()) == ["traffic", "market", "credit", "monitoring", "inspection"]
    assert (traffic.name.read_in("zh"), traffic.name.read_in("en")) == ("公安交管", "Traffic police")
    assert traffic.full_name.zh == "公安局交通管理局"
    assert traffic.telephone == "0579-00000101"
    assert "A05" in traffic.counter.zh
    assert "9am" in traffic.hours.en


def test_each_department_that_is_listed_is_served_in_the_order_of_the_list() -> None:
    assert settings().departments == tuple(departments())


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("name", {"zh": "公安交管", "en": " "}),
        ("hours", {"zh": "周一至周五"}),
        ("telephone", "ring us"),
        ("code", "Traffic Police"),
    ],
)
def test_a_department_that_lacks_something_is_refused(part: str, value: object) -> None:
    with pytest.raises(ValidationError, match=part):
        departments_from(json.dumps([LISTED[0] | {part: value}]).encode())


def test_a_department_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        departments_from(json.dumps([LISTED[0], LISTED[0]]).encode())
