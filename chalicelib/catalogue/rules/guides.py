"""Which guides are in force, searching them, and following answers through one."""

from collections.abc import Mapping, Sequence
from datetime import date

from chalicelib.catalogue.model.guides import Given, Guide, GuideProgress
from chalicelib.catalogue.rules.items import speaks_of


def in_force(editions: Sequence[Guide], *, on: date) -> tuple[Guide, ...]:
    """Return the edition of each guide in force on a day, sorted by code; an edition's first day counts."""
    newest: dict[str, Guide] = {}
    for guide in sorted(editions, key=lambda edition: edition.in_force_from):
        if guide.in_force_from <= on:
            newest[guide.code] = guide
    return tuple(newest[code] for code in sorted(newest))


def matching(guides: Sequence[Guide], q: str) -> tuple[Guide, ...]:
    """Return the guides that match a plain-text query, or all for an empty one; matches the way items do."""
    return tuple(
        guide
        for guide in guides
        if speaks_of((guide.code, guide.name, guide.name_en, guide.summary, guide.summary_en), guide.keywords, q)
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
