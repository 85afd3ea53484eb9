"""What editors have begun and not published yet (草稿): the next version of an item, the next list of measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionDraft:
    """A draft, one for each thing that is published in editions, shared by the editors of its ``department``.

    ``name`` says of what it is, such as ``item:plate-replacement``. ``document`` is the body that the route of
    publication takes, complete or not. ``version`` counts how often it was saved; 0 was never stored.
    """

    name: str
    document: Mapping[str, Any]
    department: str
    edited_by: str
    edited_at: datetime
    version: int = 0
