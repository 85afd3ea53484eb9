"""What goes out on a channel: every blank filled in, or nothing at all."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import replace

from chalicelib.messages.model.contacts import Language
from chalicelib.messages.model.frames import CODE, CODE_SUBJECT, MESSAGE, Frame
from chalicelib.messages.model.messages import Channel, Message
from chalicelib.messages.model.telling import Template, Words
from chalicelib.messages.rules.contacts import CODE_LIVES
from chalicelib.messages.rules.messages import DAYS, words_of


class IncompleteTextError(Exception):
    """A template has a blank for which there is nothing; half a text is never sent."""


def filled(frame: Frame, facts: Mapping[str, str], language: Language) -> str:
    """Return a text with its blanks filled in; ``IncompleteTextError`` if one of them would stay empty."""
    text = frame[0 if language == "zh" else 1]
    _require(_blanks(text), facts)
    return text.format_map(facts)


def code_words(channel: Channel, code: str, language: Language) -> Words:
    """Return the text that brings a code."""
    facts = {"code": code, "minutes": str(int(CODE_LIVES.total_seconds()) // 60)}
    return Words(title=filled(CODE_SUBJECT, facts, language), text=filled(CODE[channel], facts, language))


def sent_words(message: Message, template: Template, language: Language, *, channel: Channel, portal: str) -> Words:
    """Return a message as it goes out on a channel, with its link; raises like ``filled``.

    A day that the law leaves open is on the page that the text then names; nothing else may be missing.
    """
    place = 0 if language == "zh" else 1
    blanks = (*_blanks(template.title[place]), *_blanks(template.text[place]))
    _require((name for name in blanks if name not in DAYS), message.facts)
    words = words_of(message, template, language)
    facts = {"text": words.text, "link": f"{portal}/{message.link}"}
    return replace(words, text=filled(MESSAGE[channel], facts, language))


def _blanks(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(text) if name)


def _require(blanks: Iterator[str], facts: Mapping[str, str]) -> None:
    missing = [name for name in blanks if not facts.get(name)]
    if missing:
        raise IncompleteTextError(", ".join(missing))
