"""Which edition is in force on a day, and what may follow a false or unkept promise (失信后果的次序)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple, TypeVar

from chalicelib.clock import months_after
from chalicelib.rulepacks.model.consequences import Consequence, Consequences, Stage, Step, StepKind
from chalicelib.rulepacks.model.pack import RulePack, Term, TermKey

T = TypeVar("T")


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


class Cases(NamedTuple):
    """Findings, stages and severities that stand together, each with each of the others."""

    findings: tuple[str, ...]
    stages: tuple[Stage, ...]
    severities: tuple[str, ...]


class ConsequenceGroup(NamedTuple):
    """What follows in several cases at once: rows of one table that say the same."""

    cases: Cases
    row: Consequence


class Difference(StrEnum):
    """In what two rows can differ: the steps and whether a hearing comes first, their articles, and the rest."""

    STEPS = "steps"
    ARTICLES = "articles"
    BARRED = "barred"
    OWED = "owed"
    CREDIT = "credit"
    NEXT_PROMISE = "next_promise"


class ConsequencesCompared(NamedTuple):
    """What two tables say of the same cases, and in what they differ."""

    cases: Cases
    one: Consequence
    other: Consequence
    differs: tuple[Difference, ...]


def grouped(table: Consequences) -> tuple[ConsequenceGroup, ...]:
    """Return the rows of a table with those that say the same together, in the order of the table."""
    return tuple(ConsequenceGroup(cases, row) for cases, row in _together(_said(table)))


def compare(one: Consequences, other: Consequences) -> tuple[ConsequencesCompared, ...]:
    """Return two tables side by side, cases of which each of them says the same together."""
    second = _said(other)
    pairs = {place: (row, second[place]) for place, row in _said(one).items()}
    return tuple(ConsequencesCompared(cases, *pair, _differences(*pair)) for cases, pair in _together(pairs))


def _said(table: Consequences) -> dict[tuple[str, Stage, str], Consequence]:
    """Return what a table says by finding, stage and severity, which are left out of what it says."""
    return {
        (row.finding, row.stage, row.severity): row._replace(finding="", stage=Stage.IN_HAND, severity="")
        for row in table.rows
    }


def _differences(one: Consequence, other: Consequence) -> tuple[Difference, ...]:
    differs = {
        Difference.STEPS: _order(one) != _order(other),
        Difference.ARTICLES: _articles(one) != _articles(other),
        Difference.BARRED: one.barred != other.barred,
        Difference.OWED: one.owed != other.owed,
        Difference.CREDIT: one.credit != other.credit,
        Difference.NEXT_PROMISE: one.next_promise != other.next_promise,
    }
    return tuple(name for name, does in differs.items() if does)


def _order(row: Consequence) -> list[tuple[StepKind, bool]]:
    return [(step.kind, step.hearing) for step in row.steps]


def _articles(row: Consequence) -> tuple[str, dict[StepKind, str]]:
    return row.basis, {step.kind: step.basis for step in row.steps}


def _together(said: Mapping[tuple[str, Stage, str], T]) -> list[tuple[Cases, T]]:
    """Put together the cases of which the same is said: severities first, then stages, then findings."""
    severities: dict[tuple[T, str, Stage], list[str]] = {}
    for (finding, stage, severity), what in said.items():
        severities.setdefault((what, finding, stage), []).append(severity)
    stages: dict[tuple[T, str, tuple[str, ...]], list[Stage]] = {}
    for (what, finding, stage), these in severities.items():
        stages.setdefault((what, finding, tuple(these)), []).append(stage)
    findings: dict[tuple[T, tuple[Stage, ...], tuple[str, ...]], list[str]] = {}
    for (what, finding, grave), at in stages.items():
        findings.setdefault((what, tuple(at), grave), []).append(finding)
    return [(Cases(tuple(names), at, grave), what) for (what, at, grave), names in findings.items()]


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
