"""Breaking text into lines: Chinese anywhere but beside the wrong sign, Latin between words (GB/T 15834, 5.1)."""

from collections.abc import Callable, Iterator

NEVER_FIRST = frozenset("、，。．：；？！…—～·）〉》」』】〕〗〙〛’”％‰℃,.:;?!)]}%")
"""Signs that do not begin a line: they go with what stands before them."""

NEVER_LAST = frozenset("（〈《「『【〔〖〘〚‘“￥＄([{$¥")
"""Signs that do not end a line: they go with what follows."""

CHINESE_FROM = "\u2e80"
"""From the radicals on, each character may stand on a line of its own."""


def lines_of(text: str, *, width_of: Callable[[str], float], width: float, indent: float = 0) -> list[str]:
    """Return the lines of one paragraph, the first of which begins after ``indent``; widths are in one unit.

    Whatever is longer than a line, such as a word of 200 letters, is broken where the line ends.
    """
    lines: list[str] = []
    line, room = "", width - indent
    for piece in _pieces(text):
        if width_of(line + piece.rstrip()) <= room:
            line += piece
            continue
        if line:
            lines.append(line.rstrip())
            line, room = "", width
        for letter in piece.lstrip():
            if line and width_of(line + letter) > room:
                lines.append(line)
                line, room = "", width
            line += letter
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> Iterator[str]:
    """Yield what is not broken: words with the space after them, characters with the signs that belong to them."""
    piece = ""
    for letter in text:
        if piece and _may_break(piece[-1], letter):
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after in NEVER_FIRST or before in NEVER_LAST or after == " ":
        return False
    return before == " " or before >= CHINESE_FROM or after >= CHINESE_FROM or before in NEVER_FIRST - frozenset(".,:")
