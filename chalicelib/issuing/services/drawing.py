"""Drawing the pages of a document as PDF/A, with the characters that it needs embedded.

Only the function ``issue`` has the library and the fonts; nothing else may import this module.
"""

import logging
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.issuing.model.issued import Drawn, Sheet
from chalicelib.issuing.rules.characters import printable
from chalicelib.issuing.rules.lines import lines_of

with warnings.catch_warnings():
    # Pictures would need Pillow, which is left out of the package: no document has any.
    warnings.simplefilter("ignore")
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

FONTS: Final = Path(__file__).parents[1] / "fonts"
FACE, RARE = "serif", "rare"
FILES: Final = {FACE: "serif.ttf", RARE: "rare.otf"}
"""The faces and their files, which ``infra/assets`` fetches; the second one has 2,000 characters more of plane 2."""

BODY, SMALL, HEADING, TITLE = 12.0, 9.0, 16.0, 20.0
"""Sizes in points."""

LEADING: Final = 1.75
MARGIN: Final = 25.0
"""Millimetres on each side of A4."""

POINT: Final = 25.4 / 72
EMS_INDENTED: Final = 2

HOW_MANY: Final = "\u2063pages\u2063"
"""What the library replaces by the number of pages: nobody's words hold it, as what is not seen is left out of them."""


class Pages(FPDF):
    """A4 pages that number themselves."""

    def footer(self) -> None:
        """Say which of how many pages this is."""
        self.set_y(-15)
        self.set_font(FACE, size=SMALL)
        self.cell(0, 5, f"第 {self.page_no()} 页，共 {HOW_MANY} 页", align="C")


def draw(sheet: Sheet, *, unprintable_note: str) -> Drawn:
    """Return the pages of a sheet, in words that are the same each time; the file says when it was drawn.

    ``unprintable_note`` explains the numbers that stand for characters that no font has, which it names in
    ``{numbers}``; nothing is ever shown as an empty box.
    """
    pages = _pages(sheet)
    pen = _Pen(pages)
    pen.centred(sheet.organ, size=HEADING)
    pen.centred(sheet.title, size=TITLE)
    for line in sheet.lines:
        pen.paragraph(line, size=SMALL)
    pen.gap()
    pen.paragraph(f"{sheet.addressee}：")
    for paragraph in (*sheet.body, *sheet.remedies):
        pen.paragraph(paragraph, indent=EMS_INDENTED)
    pen.gap()
    pen.signed(sheet.organ, sheet.day)
    pen.gap()
    for paragraph in sheet.translation:
        pen.paragraph(paragraph, size=SMALL)
    for note in sheet.notes:
        pen.paragraph(note, size=SMALL)
    missing = tuple(dict.fromkeys(pen.missing))
    if missing:
        pen.paragraph(unprintable_note.format(numbers="、".join(missing)), size=SMALL)
    return Drawn(content=bytes(pages.output()), unprintable=missing)


def _pages(sheet: Sheet) -> Pages:
    """Return a first page in PDF/A-3u: archived as it is, its text searched and read aloud (ISO 19005-3)."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    pages = Pages(enforce_compliance="PDF/A-3u")
    pages.add_font(FACE, fname=FONTS / FILES[FACE])
    _, missing = printable(words_of(sheet), covered=_known(pages, FACE))
    if missing:
        # To read a second face takes as long as the rest, and few documents need it.
        pages.add_font(RARE, fname=FONTS / FILES[RARE])
        pages.set_fallback_fonts([RARE])
    pages.set_lang("zh-CN")
    pages.set_title(sheet.title)
    pages.set_author(sheet.organ)
    pages.set_creation_date(sheet.made_at)
    pages.alias_nb_pages(HOW_MANY)
    pages.set_margins(MARGIN, MARGIN, MARGIN)
    pages.set_auto_page_break(auto=True, margin=MARGIN)
    pages.add_page()
    return pages


def words_of(sheet: Sheet) -> str:
    """Return all that stands on the pages."""
    parts = (*sheet.lines, *sheet.body, *sheet.remedies, *sheet.translation, *sheet.notes)
    return "".join((sheet.organ, sheet.title, sheet.addressee, sheet.day, *parts))


class _Pen:
    """Writes paragraphs down the pages, and remembers which characters no font has."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._covered = frozenset[int]().union(*(_known(pages, face) for face in pages.fonts))
        self.missing: list[str] = []

    def gap(self) -> None:
        self._pages.ln(BODY * LEADING * POINT / 2)

    def centred(self, text: str, *, size: float) -> None:
        for line in self._lines(text, size=size):
            self._line(line, size=size, align="C")
        self._pages.ln(size * POINT / 2)

    def paragraph(self, text: str, *, size: float = BODY, indent: int = 0) -> None:
        for number, line in enumerate(self._lines(text, size=size, indent=indent)):
            self._line(line, size=size, indent=0 if number else indent)

    def signed(self, organ: str, day: str) -> None:
        """Put organ and day at the right, together on one page."""
        pages = self._pages
        if pages.will_page_break(4 * BODY * LEADING * POINT):
            pages.add_page()
        for text in (organ, day):
            for line in self._lines(text, size=BODY):
                self._line(line, size=BODY, align="R")

    def _lines(self, text: str, *, size: float, indent: int = 0) -> Sequence[str]:
        shown, missing = printable(text, covered=self._covered)
        self.missing.extend(missing)
        return [
            line
            for part in shown.split("\n")
            for line in lines_of(
                part, width_of=self._width_of(size), width=self._pages.epw, indent=indent * size * POINT
            )
        ]

    def _width_of(self, size: float) -> Callable[[str], float]:
        pages = self._pages
        pages.set_font(FACE, size=size)

        @cache
        def of(letter: str) -> float:
            return pages.get_string_width(letter)

        return lambda text: sum(map(of, text))

    def _line(self, text: str, *, size: float, align: str = "L", indent: int = 0) -> None:
        pages = self._pages
        pages.set_font(FACE, size=size)
        pages.set_x(MARGIN + indent * size * POINT)
        pages.cell(0, size * LEADING * POINT, text, align=align, new_x="LMARGIN", new_y="NEXT")


def _known(pages: Pages, face: str) -> frozenset[int]:
    """Return the characters that a face has."""
    font = pages.fonts[face]
    return frozenset(font.cmap) if isinstance(font, TTFFont) else frozenset()
