"""Which guides are in force, searching them, and following answers through one."""

from collections.abc import Mapping, Sequence
from datetime import date

from chalicelib.catalogue.model.guides import Given, Guide, GuideProgress
from chalicelib.catalogue.model.search import Characters, SearchWords, Word
from chalicelib.catalogue.rules.search import fit_of, question_of
from chalicelib.catalogue.rules.words import fold, reading


def in_force(editions: Sequence[Guide], *, on: date) -> tuple[Guide, ...]:
    """Return the edition of each guide in force on a day, sorted by code; an edition's first day counts."""
    newest: dict[str, Guide] = {}
    for guide in sorted(editions, key=lambda edition: edition.in_force_from):
        if guide.in_force_from <= on:
            newest[guide.code] = guide
    return tuple(newest[code] for code in sorted(newest))


def matching(guides: Sequence[Guide], q: str, characters: Characters) -> tuple[Guide, ...]:
    """Return the guides to which a question leads, or all for an empty one; they are found the way items are."""
    question = question_of(q, characters)
    if not question.run:
        return tuple(guides)
    return tuple(guide for guide in guides if fit_of(question, _words(guide, characters)) is not None)


def _words(guide: Guide, characters: Characters) -> SearchWords:
    texts = (guide.code, guide.name, guide.name_en, guide.summary, guide.summary_en)
    keywords = (fold(text, characters) for text in guide.keywords)
    return SearchWords(
        keywords=tuple(Word(text, reading(text, characters)) for text in keywords),
        text=fold(" ".join(texts), characters),
    )


def follow(guide: Guide, answers: Mapping[str, str]) -> GuideProgress:
    """Follow the answers, given by question id, as far as they lead.

    An answer that is not one of the choices counts as missing, so the question is asked again; answers to questions
    that are not on the path are ignored.
    """
    place, given = guide.first, list[Given]()
    while (fork := guide.fork(place)) is not None:
        choice = fork.choice(answers.get(fork.id, ""))
        if choice is None:
            return GuideProgress(given=tuple(given), fork=fork)
        given.append(Given(fork=fork, choice=choice))
        place = choice.leads_to
    return GuideProgress(given=tuple(given), ending=guide.ending(place))
