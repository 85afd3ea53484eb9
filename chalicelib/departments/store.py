"""Loading the departments that are packaged with the code; a place puts its own file in their place."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.settings import DEPARTMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.departments.model import Department


@cache
def departments() -> "Mapping[str, Department]":
    """Return all departments by their codes, in the order of the file; read and checked once per process."""
    return departments_from(DEPARTMENTS.read_bytes())


def departments_from(data: bytes) -> "Mapping[str, Department]":
    """Read departments from JSON, a list; raises ``ValueError`` for what is no department, or is there twice."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - most processes name no department

    from chalicelib.departments.model import Department  # noqa: PLC0415 - as above

    adapter: TypeAdapter[list[Department]] = TypeAdapter(list[Department])
    listed = adapter.validate_json(data)
    found = {one.code: one for one in listed}
    if len(found) != len(listed):
        message = "a department is listed twice"
        raise ValueError(message)
    return found
