"""Which guides are in force, which of them somebody looks for, and how far answers lead."""

from collections.abc import Mapping, Sequence
from datetime import date

from chalicelib.catalogue.model.guides import Given, Guide, GuideProgress
from chalicelib.catalogue.rules.items import speaks_of


def in_force(editions: Sequence[Guide], *, on: date) -> tuple[Guide, ...]:
    """Return the newest edition of each guide in force on a day, by code; an edition's first day is its own."""
    newest: dict[str, Guide] = {}
    for guide in sorted(editions, key=lambda edition: edition.in_force_from):
        if guide.in_force_from <= on:
            newest[guide.code] = guide
    return tuple(newest[code] for code in sorted(newest))


def sought(guides: Sequence[Guide], q: str) -> tuple[Guide, ...]:
    """Return the guides that plain words speak of, all of them for no words, as items are found."""
    return tuple(
        guide
        for guide in guides
        if speaks_of((guide.code, guide.name, guide.name_en, guide.summary, guide.summary_en), guide.keywords, q)
    )


def walked(guide: Guide, answers: Mapping[str, str]) -> GuideProgress:
    """Follow answers, by question, as far as they lead.

    An answer that is none of a question's choices is none at all, so that the question is asked again; answers to
    questions that do not lie on the way are passed over.
    """
    place, given = guide.first, list[Given]()
    while (fork := guide.fork(place)) is not None:
        choice = fork.choice(answers.get(fork.id, ""))
        if choice is None:
            return GuideProgress(given=tuple(given), fork=fork)
        given.append(Given(fork=fork, choice=choice))
        place = choice.leads_to
    return GuideProgress(given=tuple(given), ending=guide.ending(place))
