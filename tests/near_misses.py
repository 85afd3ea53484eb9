"""Identities that are nearly right, as people type and copy them, and a plain opinion on each.

Numbers are made up with the sequence 000, which nobody has, before anything goes wrong with them.
"""

import calendar
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DIGITS: Final = "0123456789"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SEPARATORS: Final = " \t\n\r\u00a0\u2003\u3000-\u2010\u2011\u2013\u2014\u2212\u200b\u200d\u2060\ufeff\u00ad\u200e\u202c"
STRANGE: Final = "OIl\u0425\u0410\u0663\u096a.,/+*'<\x00\x07\u4e00\U0001f600"
WIDE: Final = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {"\u2169": "X"}
KINDS: Final = ("resident_id", "residence_permit", "passport", "uscc")
LONGEST: Final = 100
"""The most characters of a number as it is typed."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Somebody as a request names them."""

    kind: str
    number: str
    name: str

    @property
    def body(self) -> dict[str, str]:
        """The subject of a body."""
        return {"kind": self.kind, "number": self.number, "name": self.name}


def near_misses(count: int, *, seed: str) -> Iterator[NearMiss]:
    """Make some up; the same seed gives the same."""
    chance = random.Random(seed)
    for _ in range(count):
        kind = chance.choice(KINDS)
        number = chance.choice(WRITERS[kind])(chance)
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            number = chance.choice(MISHAPS)(chance, number)
        stated = chance.choice(KINDS) if chance.random() < 0.2 else kind
        name = chance.choices(("合成甲", " 合成 甲 ", "Hecheng A", " ", "", "甲" * 201), (70, 10, 10, 4, 3, 3))[0]
        yield NearMiss(kind=stated, number=number, name=name)


def plain(typed: str) -> str:
    """What was typed without what only separates, narrow, in capitals."""
    narrow = (WIDE.get(character, character) for character in typed)
    kept = (character for character in narrow if character not in SEPARATORS)
    return "".join(character.upper() if character.upper() in LETTERS else character for character in kept)


def fits(kind: str, typed: str, *, on: date) -> bool:
    """Whether a number is right, by another way to count than the service's."""
    number = plain(typed)
    if kind == "uscc":
        return _is_code(number)
    is_of_18 = len(number) == 18 and _are(number[:17], DIGITS) and number[17] in DIGITS + "X"
    if kind == "passport" and not (is_of_18 and number[:2] in {"81", "82", "83"}):
        return 5 <= len(number) <= 9 and _are(number, DIGITS + LETTERS)
    if is_of_18:
        # ISO 7064: with its check character, a number weighed by powers of two leaves one.
        return _is_day(number[6:14], on) and _weighed(number[::-1], DIGITS + "X", 2, 11) == 1
    if kind == "resident_id":
        return len(number) == 15 and _are(number, DIGITS) and _is_day(f"19{number[6:12]}", on)
    return _is_old_permit(number, on)


def _is_code(number: str) -> bool:
    if len(number) != 18 or not _are(number, CODE) or not _are(number[2:8], DIGITS):
        return False
    return (_weighed(number[:17], CODE, 3, 31) + CODE.index(number[17])) % 31 == 0


def _is_old_permit(number: str, on: date) -> bool:
    if len(number) != 15 or not _are(number[:3], LETTERS) or not _are(number[3:], DIGITS):
        return False
    values = [(DIGITS + LETTERS).index(character) for character in number[:14]]
    total = 7 * sum(values[0::3]) + 3 * sum(values[1::3]) + sum(values[2::3])
    born = number[7:13]
    return total % 10 == int(number[14]) and (_is_day(f"19{born}", on) or _is_day(f"20{born}", on))


def _are(text: str, among: str) -> bool:
    return all(character in among for character in text)


def _weighed(text: str, alphabet: str, base: int, modulus: int) -> int:
    return sum(alphabet.index(character) * pow(base, place, modulus) for place, character in enumerate(text)) % modulus


def _is_day(text: str, on: date) -> bool:
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    if not (year >= 1880 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return False
    return (year, month, day) <= (on.year, on.month, on.day)


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(DIGITS, k=count))


def _born(chance: random.Random) -> str:
    right = date(1930, 1, 1) + timedelta(days=chance.randrange(35_000))
    wrong = ("19000229", "19991301", "19990100", "19990431", "20990101", "18791231", "00000101", "20000229", "18800101")
    return f"{right:%Y%m%d}" if chance.random() < 0.7 else chance.choice(wrong)


def _of_18(place: str, born: str) -> str:
    body = f"{place}{born}000"
    return body + next(last for last in DIGITS + "X" if _weighed((body + last)[::-1], DIGITS + "X", 2, 11) == 1)


def _resident(chance: random.Random) -> str:
    return _of_18(f"{chance.randrange(11, 66)}{_digits(chance, 4)}", _born(chance))


def _old_resident(chance: random.Random) -> str:
    return f"{_digits(chance, 6)}{_born(chance)[2:]}000"


def _permit(chance: random.Random) -> str:
    return _of_18(f"8{chance.choice('123')}0000", _born(chance))


def _foreigner(chance: random.Random) -> str:
    return _of_18(f"9{_digits(chance, 5)}", _born(chance))


def _old_foreigner(chance: random.Random) -> str:
    body = f"{''.join(chance.choices(LETTERS, k=3))}0000{_born(chance)[2:]}0"
    values = [(DIGITS + LETTERS).index(character) for character in body]
    return body + str(sum(value * weight for value, weight in zip(values, (7, 3, 1) * 5, strict=False)) % 10)


def _passport(chance: random.Random) -> str:
    return f"{chance.choice(LETTERS)}{_digits(chance, chance.randrange(4, 9))}"


def _organisation(chance: random.Random) -> str:
    front = chance.choice(("91", "92", "93", "11", "12", "51", "N1", "N2", "A1", "Y1", "5Y"))
    body = f"{front}{_digits(chance, 6)}MA000{_digits(chance, 4)}"
    return body + CODE[-_weighed(body, CODE, 3, 31) % 31]


WRITERS: Final[dict[str, tuple[Callable[[random.Random], str], ...]]] = {
    "resident_id": (_resident, _resident, _old_resident, _foreigner, _permit),
    "residence_permit": (_permit, _foreigner, _old_foreigner, _resident),
    "passport": (_passport, _passport, _permit),
    "uscc": (_organisation,),
}


def _without_one(chance: random.Random, number: str) -> str:
    place = chance.randrange(len(number) + 1)
    return number[:place] + number[place + 1 :]


def _with_another(chance: random.Random, number: str) -> str:
    place = chance.randrange(len(number) + 1)
    return number[:place] + chance.choice(DIGITS + LETTERS) + number[place:]


def _with_one_changed(chance: random.Random, number: str) -> str:
    place = chance.randrange(len(number) + 1)
    return number[:place] + chance.choice(DIGITS + "X" + LETTERS) + number[place + 1 :]


def _turned(chance: random.Random, number: str) -> str:
    place = chance.randrange(max(1, len(number) - 1))
    return number[:place] + number[place : place + 2][::-1] + number[place + 2 :]


def _strange(chance: random.Random, number: str) -> str:
    place = chance.randrange(len(number) + 1)
    return number[:place] + chance.choice(STRANGE) + number[place + chance.randrange(2) :]


def _spread(chance: random.Random, number: str) -> str:
    return "".join(each + (chance.choice(SEPARATORS) if chance.random() < 0.3 else "") for each in number)


def _wide(_chance: random.Random, number: str) -> str:
    narrow = {narrow: wide for wide, narrow in WIDE.items()}
    return "".join(narrow.get(character, character) for character in number)


def _small(_chance: random.Random, number: str) -> str:
    return "".join(character.lower() if character in LETTERS else character for character in number)


def _of_nothing(chance: random.Random, _number: str) -> str:
    return "".join(chance.choices(SEPARATORS, k=chance.randrange(4)))


def _too_long(chance: random.Random, number: str) -> str:
    return number * chance.randrange(2, 12)


MISHAPS: Final = (
    _without_one,
    _with_another,
    _with_one_changed,
    _with_one_changed,
    _turned,
    _strange,
    _spread,
    _spread,
    _wide,
    _small,
    _of_nothing,
    _too_long,
)
