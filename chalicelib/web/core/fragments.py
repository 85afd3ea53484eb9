"""Components that look the same each time: what holds nothing of anybody is drawn once and kept."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup

KEPT: Final = 512
"""How many components a process keeps; the one that was drawn first makes room."""

_drawn: OrderedDict[str, Markup] = OrderedDict()


def kept(component: Any, parameters: Mapping[str, object]) -> Markup:  # noqa: ANN401 - Jinja's macros have no public type
    """Draw a component, or return it as it was drawn for the same parameters before.

    Nothing that a person typed and nothing of a case may be among them: a process would keep that too. A page that is
    drawn often and asks for nothing of its own is then drawn for little more than what the API takes to answer.
    """
    key = f"{component.name} {json.dumps(parameters, ensure_ascii=False)}"
    found = _drawn.get(key)
    if found is None:
        draw: Callable[..., Markup] = component
        found = _drawn[key] = draw(parameters)
        if len(_drawn) > KEPT:
            _drawn.popitem(last=False)
    return found
