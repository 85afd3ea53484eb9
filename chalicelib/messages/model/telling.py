"""Who is told what of an event: the table of messages, and the words of each (消息对照表、消息模板)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.messages.model.messages import Act, Party
from chalicelib.subjects.model.subjects import SubjectKey

Wanted = str | bool | tuple[str, ...]
"""What a fact of an event must be: a value, or one of several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRule:
    """Whose turn an event makes it, and the sources of the last day for it: the first that the event has counts."""

    party: Party
    act: Act | None = None
    until: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One message of an event: to which parts of the matter, under which conditions, in which words.

    ``when`` holds facts of the event by name; ``owner`` stands for the kind of its timeline, ``clock`` for a kind of
    clock that it starts or changes, ``bars`` for whether the record that it is about bars promises. ``facts`` name
    further blanks of the template and where their values come from: ``data:<name>`` or ``clock:<kind>``.
    """

    to: tuple[str, ...]
    message: str
    when: Mapping[str, Wanted] = field(default_factory=dict)
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    turn: TurnRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMessage:
    """Why nobody is told of an event."""

    none: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The words of a kind of message, Chinese first; blanks stand in braces."""

    title: tuple[str, str]
    text: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message in one language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a message is about: who has which part in it, its item, its number, and its page of the portal.

    ``parts`` are ``subject``, ``agent``, ``principal``, ``former`` and ``present``; ``authority`` is the one on which
    the agent is told.
    """

    parts: Mapping[str, SubjectKey]
    link: str
    number: str = ""
    item: str = ""
    item_code: str = ""
    authority: str = ""
