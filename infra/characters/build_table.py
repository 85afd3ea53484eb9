"""Writes the characters that the search folds to simplified ones, and how each common one is read.

Run it from the root of the repository after OpenCC or ``pypinyin`` has changed:
``python -m infra.characters.build_table``. A search needs neither library then: it reads this small table.
"""

import json
from collections import defaultdict
from pathlib import Path

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

TABLE = Path(__file__).parents[2] / "chalicelib" / "catalogue" / "characters.json"

IDEOGRAPHS = tuple(map(chr, range(0x3400, 0xA000)))
"""Extension A and the unified ideographs; nobody types the rarer ones."""


def table_text() -> str:
    """Return the table as its file holds it.

    ``traditional`` and ``simplified`` correspond place by place; ``sounds`` has the characters of GB 2312 by syllable,
    without tones, and with u for ü.
    """
    simplify = OpenCC("t2s").convert
    pairs = [(one, simplify(one)) for one in IDEOGRAPHS]
    changed = [(one, other) for one, other in pairs if one != other]
    sounds: dict[str, str] = defaultdict(str)
    for one in IDEOGRAPHS:
        if _is_common(one):
            (syllable,) = lazy_pinyin(one, style=Style.NORMAL, v_to_u=False)
            sounds[syllable.replace("v", "u")] += one
    table = {
        "traditional": "".join(one for one, _ in changed),
        "simplified": "".join(other for _, other in changed),
        "sounds": dict(sorted(sounds.items())),
    }
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def _is_common(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    TABLE.write_text(table_text(), encoding="utf-8")
