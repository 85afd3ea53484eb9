"""What a page is told of the request, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request for a page; ``path`` are the decoded parts of its address, ``query`` the last value of each name."""

    route: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    language: Language
    at: datetime

    @property
    def root(self) -> str:
        """The way from this address to the portal's start, whatever stage or domain stands in front of it."""
        return "../" * (self.route.count("/") - 1) or "./"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A template and what it shows."""

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that never changes under its name."""

    text: str
    media_type: str
