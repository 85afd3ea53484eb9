"""What stands on the pages of a document: its paragraphs with the facts of an event, and the ways against it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from string import Formatter

from chalicelib.clock import instant_from
from chalicelib.issuing.model.issued import Sheet
from chalicelib.issuing.model.texts import DocumentTexts, Template
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import remedy_notice, remedy_notice_in_english
from chalicelib.timeline.events import Event
from chalicelib.workdays.model.limits import day_of


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
    lines = [phrases.document_no, phrases.case_no, phrases.number_tail]
    return Sheet(
        organ=organ.name,
        title=template.title,
        lines=tuple(_filled(lines, known)),
        addressee=known["subject"],
        body=tuple(_filled(template.paragraphs, known)),
        remedies=(remedy_notice(pack),) if template.remedies else (),
        day=known["day"],
        notes=(phrases.check.format(url=check_url),),
        translation=(
            phrases.translation.format(title=template.english),
            *_filled(template.translation, known),
            *((remedy_notice_in_english(pack),) if template.remedies else ()),
        ),
        made_at=at,
    )


def _filled(paragraphs: Sequence[str], facts: Mapping[str, str]) -> Iterator[str]:
    """Yield the paragraphs with their facts, a line break in a fact beginning another; without those that lack one."""
    for paragraph in paragraphs:
        named = [name for _, name, _, _ in Formatter().parse(paragraph) if name]
        if all(facts[name] for name in named):
            yield from (line for line in paragraph.format_map(facts).split("\n") if line.strip())


def day_in_chinese(day: date) -> str:
    """Return a day as documents write it (党政机关公文格式, GB/T 9704): ``2026年9月28日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def instant_in_chinese(instant: datetime) -> str:
    """Return the day of an instant in China as documents write it."""
    return day_in_chinese(day_of(instant))
