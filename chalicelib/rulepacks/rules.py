"""Which edition is in force on a day, and what may follow a false or unkept promise (失信后果的次序)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

from chalicelib.clock import months_after
from chalicelib.rulepacks.model.consequences import Consequence, Step
from chalicelib.rulepacks.model.pack import RulePack, Term, TermKey


def pack_in_force(packs: Sequence[RulePack], code: str, *, on: date) -> RulePack:
    """Return the edition of a pack in force on a day; raises ``LookupError`` if there is none."""
    for pack in packs:
        if pack.code == code and pack.is_in_force(on):
            return pack
    message = f"no edition of the rule pack {code!r} is in force on {on}"
    raise LookupError(message)


def require_one_at_a_time(packs: Sequence[RulePack]) -> None:
    """Raise ``ValueError`` if two editions of one pack are in force on the same day."""
    for one, other in combinations(sorted(packs, key=lambda pack: (pack.code, pack.effective_from)), 2):
        if one.code == other.code and one.is_in_force(other.effective_from):
            message = f"{one.code}: the editions {one.edition} and {other.edition} overlap"
            raise ValueError(message)


def next_step(row: Consequence, *, done: Collection[str]) -> Step | None:
    """Return the next step in a row's order, or ``None`` after the last one or for a row without steps.

    ``done`` are the kinds of steps that were taken without settling the matter: after a successful rectification
    nobody asks for a next step.
    """
    return next((step for step in row.steps if step.kind not in done), None)


class Remedies(NamedTuple):
    """The last days for review (行政复议) and a court (行政诉讼); a rest day moves them on (民法典第203条)."""

    review_until: date
    court_until: date


def remedies_after(pack: RulePack, served_on: date) -> Remedies:
    """Return the least that the law leaves against a document served on a day; that day does not count."""
    return Remedies(
        review_until=counted_from(pack.limit_term(TermKey.REMEDY_REVIEW), served_on),
        court_until=counted_from(pack.limit_term(TermKey.REMEDY_COURT), served_on),
    )


def remedy_notice(pack: RulePack) -> str:
    """Return the remedies against an adverse decision in words, with the pack's own times (行政许可法第38条第2款)."""
    review, court = pack.limit_term(TermKey.REMEDY_REVIEW), pack.limit_term(TermKey.REMEDY_COURT)
    bodies = {body.code: body.name for body in pack.remedy_bodies}
    return pack.recourse.remedy_notice.text.format(
        review=limit_words(review),
        review_body=bodies[REVIEW],
        review_basis=review.basis,
        court=limit_words(court),
        court_body=bodies[COURT],
        court_basis=court.basis,
    )


def remedy_notice_in_english(pack: RulePack) -> str:
    """Return the same in English."""
    review, court = pack.limit_term(TermKey.REMEDY_REVIEW), pack.limit_term(TermKey.REMEDY_COURT)
    bodies = {body.code: body.english for body in pack.remedy_bodies}
    return pack.recourse.remedy_notice.english.format(
        review=limit_words_in_english(review),
        review_body=bodies[REVIEW],
        court=limit_words_in_english(court),
        court_body=bodies[COURT],
    )


REVIEW, COURT = "review", "court"
"""The codes of the two bodies that a rule pack names for remedies."""

UNITS: Mapping[str, tuple[str, str]] = {
    "working_days": ("个工作日", "working days"),
    "calendar_days": ("日", "days"),
    "hours": ("小时", "hours"),
    "working_hours": ("个办公小时", "office hours"),
    "months": ("个月", "months"),
}
"""The unit of a limit in words."""


def limit_words(term: Term) -> str:
    """Return a limit in words: ``60日``, ``6个月``."""
    return f"{term.value}{UNITS[term.unit][0]}"


def limit_words_in_english(term: Term) -> str:
    """Return a limit in English words: ``60 days``."""
    return f"{term.value} {UNITS[term.unit][1]}"


def counted_from(term: Term, day: date) -> date:
    """Return the last day of a term in calendar days or months, whether or not it is a working day.

    Raises ``ValueError`` for a term in any other unit, which needs the working calendar or a clock.
    """
    if term.unit == "months":
        return months_after(day, term.value)
    if term.unit == "calendar_days":
        return day + timedelta(days=term.value)
    message = f"{term.value} {term.unit} cannot be counted without a calendar"
    raise ValueError(message)
