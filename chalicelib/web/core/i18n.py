"""The portal's own words in both languages, and dates and limits as people say them."""

from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from typing import TYPE_CHECKING, Final, NoReturn

from chalicelib.catalogue.model.terms import WrittenLimit
from chalicelib.clock import SHANGHAI, day_in_shanghai
from chalicelib.departments.store import departments
from chalicelib.http.language import Language
from chalicelib.web.core.assets import catalogue
from chalicelib.workdays.model.limits import Limit

if TYPE_CHECKING:
    from collections.abc import Mapping

    # Most pages name nobody.
    from chalicelib.staff.model import StaffMember

STAFF: Final = "staff:"
"""What stands before a staff id in the actors of events."""

DAYS: Final = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def text(name: str, language: Language, **blanks: object) -> str:
    """Return a text with its blanks filled; raises ``KeyError`` for a name that there is not."""
    return _texts(language).gettext(name).format(**blanks)


def day_text(day: date, language: Language, *, year: int) -> str:
    """Return a day as people say it, with its year only where it is not this one: ``11月25日(周三)``."""
    weekday = DAYS[language][day.weekday()]
    if language == "zh":
        said = f"{day.month}月{day.day}日(周{weekday})"
        return said if day.year == year else f"{day.year}年{said}"
    said = f"{weekday} {day.day} {MONTHS[day.month - 1]}"
    return said if day.year == year else f"{said} {day.year}"


def by_text(day: date, language: Language, *, year: int) -> str:
    """Return the last day of a limit, which still counts, as people say it: ``到11月25日(周三)为止``."""
    said = day_text(day, language, year=year)
    return f"到{said}为止" if language == "zh" else f"by the end of {said}"


def instant_text(at: datetime, language: Language, *, year: int) -> str:
    """Return a moment as people say it, in Shanghai's time: ``11月25日(周三)14:05``."""
    day, time = day_text(day_in_shanghai(at), language, year=year), f"{at.astimezone(SHANGHAI):%H:%M}"
    return f"{day}{time}" if language == "zh" else f"{day}, {time}"


def department_text(code: str, language: Language) -> str:
    """Return what people call a department; its code where there is no such department any more."""
    found = departments().get(code)
    return code if found is None else found.name.read_in(language)


def desk_text(recipient: str, language: Language) -> str:
    """Return what people call a desk, to which reminders go: ``<role>.<department>``, or one with ``/<staff id>``."""
    role, _, department = recipient.partition("/")[0].partition(".")
    return f"{department_text(department, language)} · {text(f'role_{role}', language)}"


def who_text(name: str, known: "Mapping[str, StaffMember]", language: Language) -> str:
    """Return what people call somebody: ``经办甲 · 公安交管``, and of whoever is not among the known what they are.

    ``name`` is a staff id, or the actor of an event.
    """
    member = known.get(name.removeprefix(STAFF))
    if member is None:
        kind = name.partition(":")[0] if ":" in name else "staff"
        return text(f"actor_{kind}", language)
    if not member.department:
        return member.name
    return f"{member.name} · {department_text(member.department, language)}"


def limit_text(limit: Limit | WrittenLimit, language: Language) -> str:
    """Return how long something takes: ``3个工作日``; raises ``KeyError`` for a limit without a unit."""
    one = "_one" if limit.value == 1 else ""
    return text(f"limit_{limit.unit}{one}", language, value=limit.value)


class _NoText(NullTranslations):
    """What a catalogue asks for a text that it does not have."""

    def gettext(self, message: str) -> NoReturn:
        """Raise ``KeyError``: a name is never shown to anybody."""
        raise KeyError(message)


@cache
def _texts(language: Language) -> GNUTranslations:
    """Return the catalogue of a language; read once a process."""
    with catalogue(language).open("rb") as file:
        found = GNUTranslations(file)
    found.add_fallback(_NoText())
    return found
