"""What stands on the pages of a document: its paragraphs with the facts of an event, and the ways against it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from string import Formatter

from chalicelib.clock import instant_from
from chalicelib.issuing.model.issued import Sheet
from chalicelib.issuing.model.texts import DocumentTexts, Template
from chalicelib.rulepacks.model.pack import RulePack, Term, TermKey
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import day_of

UNITS: Mapping[str, tuple[str, str]] = {
    "working_days": ("个工作日", "working days"),
    "calendar_days": ("日", "days"),
    "hours": ("小时", "hours"),
    "months": ("个月", "months"),
}
"""The unit of a limit in words."""

REVIEW, COURT = "review", "court"
"""The codes of the two bodies that a rule pack names for remedies."""


def sheet_of(
    template: Template,
    facts: Mapping[str, str],
    *,
    event: Event,
    texts: DocumentTexts,
    pack: RulePack,
    check_url: str,
) -> Sheet:
    """Return what stands on the pages; raises ``KeyError`` for a paragraph with a fact that nobody gives.

    ``LookupError`` for a department whose name the texts do not have: nothing is issued by an office without a name.
    """
    organ = texts.organs[event.department]
    phrases = texts.phrases
    at = instant_from(event.occurred_at)
    known = {**facts, "organ": organ.name, "basis_of_document": template.basis, "day": day_in_chinese(day_of(at))}
    known |= {"organ_en": organ.english, "day_en": day_of(at).isoformat()}
    remedies = tuple(remedies_of(texts, pack)) if template.remedies else ()
    lines = [phrases.document_no, phrases.case_no, phrases.number_tail]
    return Sheet(
        organ=organ.name,
        title=template.title,
        lines=tuple(_filled(lines, known)),
        addressee=known["subject"],
        body=tuple(_filled(template.paragraphs, known)),
        remedies=remedies,
        day=known["day"],
        notes=(phrases.check.format(url=check_url),),
        translation=(
            phrases.translation.format(title=template.english),
            *_filled(template.translation, known),
            *(remedies_in_english(texts, pack) if template.remedies else ()),
        ),
        made_at=at,
    )


def _filled(paragraphs: Sequence[str], facts: Mapping[str, str]) -> Iterator[str]:
    """Yield the paragraphs with their facts, a line break in a fact beginning another; without those that lack one."""
    for paragraph in paragraphs:
        named = [name for _, name, _, _ in Formatter().parse(paragraph) if name]
        if all(facts[name] for name in named):
            yield from (line for line in paragraph.format_map(facts).split("\n") if line.strip())


def remedies_of(texts: DocumentTexts, pack: RulePack) -> Iterator[str]:
    """Yield where and until when to turn against a decision, from the rule pack (行政许可法第38条第2款)."""
    values = _remedy_values(pack)
    yield texts.phrases.review.format_map(values)
    yield texts.phrases.court.format_map(values)
    yield texts.phrases.free


def remedies_in_english(texts: DocumentTexts, pack: RulePack) -> Iterator[str]:
    """Yield the same in English."""
    values = _remedy_values(pack)
    yield texts.phrases.review_english.format_map(values)
    yield texts.phrases.court_english.format_map(values)


def _remedy_values(pack: RulePack) -> dict[str, str]:
    review, court = pack.limit_term(TermKey.REMEDY_REVIEW), pack.limit_term(TermKey.REMEDY_COURT)
    bodies = {body.code: body for body in pack.remedy_bodies}
    return {
        "review_body": bodies[REVIEW].name,
        "review_body_en": bodies[REVIEW].english,
        "review_limit": limit_words(review),
        "review_limit_en": limit_words_in_english(review),
        "review_basis": review.basis,
        "court": bodies[COURT].name,
        "court_en": bodies[COURT].english,
        "court_limit": limit_words(court),
        "court_limit_en": limit_words_in_english(court),
        "court_basis": court.basis,
    }


def limit_words(term: Term) -> str:
    """Return a limit in words: ``60日``, ``6个月``."""
    return f"{term.value}{UNITS[term.unit][0]}"


def limit_words_in_english(term: Term) -> str:
    """Return a limit in English words: ``60 days``."""
    return f"{term.value} {UNITS[term.unit][1]}"


def day_in_chinese(day: date) -> str:
    """Return a day as documents write it (党政机关公文格式, GB/T 9704): ``2026年9月28日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def instant_in_chinese(instant: datetime) -> str:
    """Return the day of an instant in China as documents write it."""
    return day_in_chinese(day_of(instant))
