"""The districts of China by their codes (行政区划, GB/T 2260), for addresses."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

LINE: Final = re.compile(r'^(?P<code> {2}[0-9]{4}|[0-9]{2}) (?:province|county)="(?P<names>[^"]*)"')
"""Two digits and a province, or four more and a city or district in it."""

ENDED: Final = re.compile(r"\[[0-9]*-[0-9]+\]")
SINCE: Final = re.compile(r"^\[[0-9]*-\]")
"""When a name was in force; what has ended is nobody's address."""

GROUPS: Final = frozenset({"市辖区", "县", "省直辖县级行政单位", "自治区直辖县级行政单位"})
"""Names that only group districts and are in no address."""

WHOLE: Final = frozenset({"710000", "810000", "820000"})
"""Taiwan, Hong Kong and Macao, of which the standard names no districts."""


@cache
def districts() -> Mapping[str, str]:
    """Return the name of each district that an address can be in, from the province on, by its code.

    A city without districts (东莞市) is one itself.
    """
    names = _names()
    divided = {code[:4] for code, name in names.items() if code[4:] != "00" and name not in GROUPS}
    return {
        code: _name(code, names) for code, name in names.items() if name not in GROUPS and _is_district(code, divided)
    }


def _is_district(code: str, divided: set[str]) -> bool:
    if code[2:] == "0000":
        return code in WHOLE
    return code[4:] != "00" or code[:4] not in divided


def _name(code: str, names: Mapping[str, str]) -> str:
    """Return province, city and district one after the other, each once."""
    parts = (names.get(each, "") for each in (f"{code[:2]}0000", f"{code[:4]}00", code))
    return "".join(dict.fromkeys(part for part in parts if part not in GROUPS))


def _names() -> Mapping[str, str]:
    """Return the name that each code has now."""
    import stdnum  # noqa: PLC0415 - few answers are addresses

    text = Path(stdnum.__file__).with_name("cn").joinpath("loc.dat").read_text(encoding="utf-8")
    return dict(chain.from_iterable(_in_force(text)))


def _in_force(text: str) -> Iterator[Iterator[tuple[str, str]]]:
    province = ""
    for line in text.splitlines():
        found = LINE.match(line)
        if found is None:
            continue
        code = found["code"].strip()
        if len(code) == 2:  # noqa: PLR2004 - a province's digits
            province = code
            code = "0000"
        named = (each for each in found["names"].split(",") if not ENDED.match(each))
        yield ((f"{province}{code}", SINCE.sub("", each)) for each in named)
