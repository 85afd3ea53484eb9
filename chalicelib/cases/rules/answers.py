"""What of the answers is signed, kept, and told to whom (decision 0058)."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

import rfc8785

from chalicelib.cases.model.answers import AnswerGiven, AnswerTold, Content
from chalicelib.catalogue.model.answers import Reply
from chalicelib.catalogue.model.questions import Place
from chalicelib.timeline.chain import text_digest
from chalicelib.timeline.events import Json

Contents = Mapping[str, Content]
"""Contents by the ids of their questions."""


def give(replies: Sequence[Reply], *, make_salt: Callable[[], str]) -> tuple[tuple[AnswerGiven, ...], Contents]:
    """Return the answers as they are kept in the clear, and the contents of the sensitive ones, to be encrypted.

    Whatever is not open stands in what is signed by a digest, under a salt of its own.
    """
    given: list[AnswerGiven] = []
    secret: dict[str, Content] = {}
    for reply in replies:
        question = reply.question
        content = Content(
            value=reply.value,
            words=reply.words,
            words_en="" if reply.words_en == reply.words else reply.words_en,
            salt="" if question.is_open else make_salt(),
        )
        if question.sensitive:
            secret[question.id] = content
        given.append(
            AnswerGiven(
                id=question.id,
                kind=question.kind,
                label=question.text,
                label_en=question.text_en or question.text,
                sensitive=question.sensitive,
                shown=question.shown,
                content=None if question.sensitive else content,
                digest=digest_of(question.id, content) if content.salt else "",
            )
        )
    return tuple(given), secret


def digest_of(question: str, content: Content) -> str:
    """Return the HMAC-SHA256 of an answer's canonical JSON under its salt; ``docs/timeline.md`` shows how."""
    text = rfc8785.dumps({"id": question, "value": content.value, "words": content.words}).decode()
    return text_digest(text, salt=content.salt)


def signed(answers: Iterable[AnswerGiven]) -> list[Json]:
    """Return the answers as they are signed: in words, or by their digest."""
    return [_signed(answer) for answer in answers]


def _signed(answer: AnswerGiven) -> Json:
    asked: dict[str, Json] = {"id": answer.id, "label": answer.label}
    if answer.digest or answer.content is None:
        return asked | {"digest": answer.digest}
    return asked | {"value": answer.content.value, "words": answer.content.words}


def answers_text(answers: Sequence[AnswerGiven]) -> str:
    """Return the answers as canonical JSON, for the timeline of a case that has no signed text."""
    return rfc8785.dumps(signed(answers)).decode()


def secret_text(secret: Contents) -> str:
    """Return the contents of sensitive answers as the text that is encrypted."""
    return json.dumps(
        {name: [content.value, content.words, content.words_en, content.salt] for name, content in secret.items()},
        ensure_ascii=False,
    )


def secret_in(text: str) -> Contents:
    """Return the contents in a text of ``secret_text``."""
    stored = json.loads(text)
    return {
        name: Content(value=value, words=words, words_en=words_en, salt=salt)
        for name, (value, words, words_en, salt) in stored.items()
    }


def tell(answers: Sequence[AnswerGiven], secret: Contents, *, at: Place | None) -> tuple[AnswerTold, ...]:
    """Return the answers as they are told at a place; ``None`` is the promise, which shows all of them.

    What is not in ``secret`` or not shown there is withheld.
    """
    return tuple(
        AnswerTold(
            given=answer,
            content=(answer.content or secret.get(answer.id)) if at is None or at in answer.shown else None,
        )
        for answer in answers
    )
