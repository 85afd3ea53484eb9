"""Writes the editions of the working calendar out of the package ``chinesecalendar``, each with its notice.

Run it from the root of the repository after the package knows a new year and the notice is added here:
``python -m infra.calendar.build_editions``.
Compare what it wrote with the official text of the notice before committing it.
"""

import json
from datetime import date
from pathlib import Path

from chinese_calendar.constants import Holiday, holidays, workdays

EDITIONS = Path(__file__).parents[2] / "chalicelib" / "workdays" / "editions"

# The number (文号) is left out where only reprints without it were found.
NOTICES = {
    2024: {
        "title": "国务院办公厅关于2024年部分节假日安排的通知",
        "number": "国办发明电〔2023〕7号",
        "issued_on": "2023-10-25",
    },
    2025: {
        "title": "国务院办公厅关于2025年部分节假日安排的通知",
        "number": "国办发明电〔2024〕12号",
        "issued_on": "2024-11-12",
    },
    2026: {
        "title": "国务院办公厅关于2026年部分节假日安排的通知",
        "number": None,
        "issued_on": "2025-11-04",
    },
}

NAMES = {
    Holiday.new_years_day: "元旦",
    Holiday.spring_festival: "春节",
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.labour_day: "劳动节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.mid_autumn_festival: "中秋节",
    Holiday.national_day: "国庆节",
}


def edition_text(year: int) -> str:
    """Return the edition of a year as its file holds it: days off and make-up working days, each with its festival."""
    edition = {
        "year": year,
        "notice": NOTICES[year],
        "holidays": _names_by_day(holidays, year=year),
        "make_up_days": _names_by_day(workdays, year=year),
    }
    return json.dumps(edition, ensure_ascii=False, indent=2) + "\n"


def _names_by_day(festivals: dict[date, str], *, year: int) -> dict[str, str]:
    days = sorted(day for day in festivals if day.year == year)
    return {day.isoformat(): NAMES[Holiday(festivals[day])] for day in days}


def main() -> None:
    """Write every edition whose notice is known."""
    for year in NOTICES:
        path = EDITIONS / f"{year}.json"
        path.write_text(edition_text(year), encoding="utf-8")
        print(f"{path.name} written")


if __name__ == "__main__":
    main()
