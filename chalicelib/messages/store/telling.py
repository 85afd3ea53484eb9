"""Loading the table of messages and their words, which are data beside the code."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from chalicelib.messages.model.telling import NoMessage, Rule, Template

EVENTS: Final = Path(__file__).parents[1] / "events.json"
TEMPLATES: Final = Path(__file__).parents[1] / "templates.json"


@cache
def table() -> Mapping[str, NoMessage | tuple[Rule, ...]]:
    """Return the rules of each kind of event, or why nobody is told of it."""
    adapter: TypeAdapter[dict[str, NoMessage | tuple[Rule, ...]]] = TypeAdapter(dict[str, NoMessage | tuple[Rule, ...]])
    return adapter.validate_json(EVENTS.read_bytes())


def rules_of(kind: str) -> tuple[Rule, ...]:
    """Return the rules of a kind of event; none if nobody is told of it, or if it is not known."""
    found = table().get(kind, ())
    return () if isinstance(found, NoMessage) else found


@cache
def templates() -> Mapping[str, Template]:
    """Return the words of each kind of message."""
    return TypeAdapter(dict[str, Template]).validate_json(TEMPLATES.read_bytes())
