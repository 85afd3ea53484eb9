"""What may stand in the place of a path parameter: refused as not found otherwise, and published with every route."""

import re
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.errors import DomainError, ErrorCode

LONGEST: Final = 200

FORMS: Final[Mapping[str, str]] = {
    "case_no": "[0-9A-Z]{17}",
    "channel": "(sms|email)",
    "item_code": "[A-Za-z0-9_-]{1,64}",
    "number": "[0-9]{1,3}",
    "version": "[1-9][0-9]{0,5}",
    "year": "[0-9]{4}",
}
"""Regular expressions for parameters of a narrower form than any name has, the same in Python and in ECMAScript."""

_FORMS: Final = {name: re.compile(form) for name, form in FORMS.items()}


def require_names(path: Mapping[str, str]) -> Mapping[str, str]:
    """Return the path parameters; ``NOT_FOUND`` for values that cannot be names (too long, unprintable, malformed).

    A case number may be written as people type it.
    """
    if "case_no" in path:
        from chalicelib.cases.rules.case_numbers import case_no_as_typed  # noqa: PLC0415 - most paths have none

        path = {**path, "case_no": case_no_as_typed(path["case_no"])}
    if not all(can_be(name, value) for name, value in path.items()):
        raise DomainError(ErrorCode.NOT_FOUND)
    return path


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON schema of a path parameter."""
    if name in FORMS:
        return {"type": "string", "pattern": f"^{FORMS[name]}$"}
    return {"type": "string", "minLength": 1, "maxLength": LONGEST}


def can_be(name: str, value: str) -> bool:
    """Whether a parameter may have a value."""
    if name in _FORMS:
        return _FORMS[name].fullmatch(value) is not None
    return 0 < len(value) <= LONGEST and value.isprintable()
