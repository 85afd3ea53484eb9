"""A synthetic city of credit: the sources' shape and size, and nobody who lives; the same from the same number."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from infra.local import importing
from infra.local.place import STATE, LocalError

DEPARTMENTS = 58
INSTITUTIONS = 104
DATA_ITEMS = 1_550
RECORDS_A_SUBJECT = 74
"""As Yiwu's credit store has them: about 190 million records of 2.58 million subjects."""

SHARE_OF_ORGANISATIONS = 0.15
SHARE_RELATED = 0.7
SUBJECTS_A_FILE = 20_000
MOST_SUBJECTS = 2_000_000
TODAY = date(2026, 11, 1)
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGION = "330782"

COUNTIES = tuple(
    f"{city}{county}"
    for city, counties in {
        "1101": "01 02 03 04 05 06 07 08 09 10",
        "3101": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20",
        "3102": "21 22 23 24 25 26 27 28 29 30",
        "3301": "02 03 04 05 06 07 08 09 10 11 12 21 22 23 24 25 26 27 81 82 83 84 85",
        "3307": "02 03 19 21 22 23 24 25 26 27 81 82 83 84",
        "3424": "01 21 22 23 24 25 26 27",
        "5102": "02 03 11 12 13 14 21 22 23 24 25 26 27 28 30",
    }.items()
    for county in counties.split()
)
"""Counties of today and of the past: merged, made cities or districts, or moved to another province (Chongqing)."""

BORN_FROM = date(1950, 1, 1)
DAYS = (date(2007, 12, 31) - BORN_FROM).days + 1
STEP = 1_000_003
"""A prime, so that no two numbers of a city meet."""

KINDS = (
    ("registration", 10),
    ("judicial", 3),
    ("administrative", 22),
    ("occupation", 4),
    ("abnormal_operation", 2),
    ("serious_list", 1),
    ("contract_performance", 12),
    ("commitment", 16),
    ("rating", 8),
    ("compliance", 12),
    ("honour", 5),
    ("intellectual_property", 2),
    ("voluntary", 3),
)
"""Kinds of the directory by how often they come."""

ADVERSE = {
    "judicial": (("general", 6), ("serious", 4)),
    "administrative": (("none", 70), ("minor", 20), ("general", 9), ("serious", 1)),
    "abnormal_operation": (("general", 1),),
    "serious_list": (("serious", 1),),
}
"""How grave records are that can be grave at all."""

BASES = {
    "judicial": "《民事诉讼法》第266条",
    "administrative": "《行政处罚法》第57条",
    "abnormal_operation": "《企业信息公示暂行条例》第17条",
    "serious_list": "《市场监督管理严重违法失信名单管理办法》第5条",
}
OFFICES = ("市场监督管理", "税务", "公安", "人力资源和社会保障", "生态环境", "交通运输", "住房和城乡建设", "农业农村")
NOTICE = "自公示满最短期限起可以申请信用修复,不收费;对记录有异议的,可以提出异议申诉。"


def run(subjects: str, seed: str) -> None:
    """Write the city into files and hand each in, with progress; the same numbers give the same city."""
    if not (subjects.isdecimal() and 0 < int(subjects) <= MOST_SUBJECTS and seed.lstrip("-").isdecimal()):
        message = f"Say how many, up to {MOST_SUBJECTS:,}: make seed SUBJECTS=1000 (and SEED=7 for another city)."
        raise LocalError(message)
    wanted, folder = int(subjects), STATE / "seed"
    folder.mkdir(parents=True, exist_ok=True)
    stored = 0
    for first in range(0, wanted, SUBJECTS_A_FILE):
        last = min(first + SUBJECTS_A_FILE, wanted)
        file = folder / f"city-{seed}-{first}.jsonl"
        write(file, range(first, last), seed=int(seed))
        done = importing.bring(file, SOURCE)
        stored += done["records"]["stored"] + done["records"]["unchanged"]
        if done["records"]["refused"] or done["records"]["conflict"]:
            message = f"Lines of the city were refused: {importing.keep_refused(done)}"
            raise LocalError(message)
        file.unlink()
        print(f"{last:,} of {wanted:,} subjects, {stored:,} records.", flush=True)


SOURCE = "credit-city"
"""One source hands the whole city in; the organ of each record is the department or institution that found it."""


def write(file: Path, subjects: range, *, seed: int) -> int:
    """Write the records of some subjects, one a line; return how many."""
    lines = 0
    with file.open("w", encoding="utf-8") as stream:
        for number in subjects:
            for record in records_of(number, seed=seed):
                stream.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
                lines += 1
            if number % 100 == 0 or number == subjects[-1]:
                importing.bar("write", number - subjects[0] + 1, len(subjects))
    return lines


def records_of(number: int, *, seed: int) -> Iterator[dict[str, Any]]:
    """Yield everything that is kept about the n-th subject."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311 - the same city every time is the point
    subject = subject_of(number)
    about = max(1, round(dice.gauss(RECORDS_A_SUBJECT, RECORDS_A_SUBJECT / 4)))
    is_person = subject["kind"] == "resident_id"
    for index in range(about):
        yield _record(dice, subject, f"{seed}-{number}-{index}", is_person=is_person)


def subject_of(number: int) -> dict[str, str]:
    """Return the n-th subject: an organisation that says it is synthetic, or somebody whose number nobody has."""
    dice = random.Random(f"subject/{number}")  # noqa: S311 - as above
    if dice.random() < SHARE_OF_ORGANISATIONS:
        return {"kind": "uscc", "number": uscc_of(number), "name": f"合成第{number}号有限公司"}
    return {"kind": "resident_id", "number": resident_of(number), "name": f"合成{_letters(number)}"}


def uscc_of(number: int) -> str:
    """Return a valid code of an organisation that does not exist (GB 32100-2015)."""
    body = f"91{REGION}MA{_in_letters(number):0>7}"
    total = sum(LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + LETTERS[-total % 31]


def resident_of(number: int) -> str:
    """Return a valid number that nobody has, as GB 11643-1999 begins each day's sequence at 001; all are different.

    Births and counties are as real people have them: ``STEP`` spreads small cities over all of both.
    """
    county, day = divmod(number * STEP % (len(COUNTIES) * DAYS), DAYS)
    body = f"{COUNTIES[county]}{BORN_FROM + timedelta(days=day):%Y%m%d}000"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def _in_letters(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 31)
        digits = LETTERS[rest] + digits
    return digits or "0"


def _letters(number: int) -> str:
    """Write a number in the ten heavenly stems, so that names differ and nobody bears them."""
    return "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in str(number))


def _record(dice: random.Random, subject: dict[str, str], name: str, *, is_person: bool) -> dict[str, Any]:
    names, weights = zip(*KINDS, strict=True)
    kind = dice.choices(names, weights)[0]
    grades = ADVERSE.get(kind, (("none", 1),))
    severity = dice.choices([grade for grade, _ in grades], [weight for _, weight in grades])[0]
    judged_on = TODAY - timedelta(days=dice.randrange(1, 1_400))
    organ = _organ(dice)
    record: dict[str, Any] = {
        "record_id": name,
        "subject": subject,
        "kind": kind,
        "severity": severity,
        "publicity": "query_only" if is_person else dice.choice(("public", "shared")),
        "document": {
            "number": f"合成〔{judged_on.year}〕{name}号",
            "organ": organ,
            "effective_on": (judged_on + timedelta(days=dice.randrange(0, 15))).isoformat(),
        },
        "dates": {"judged_on": judged_on.isoformat()},
        "basis": BASES.get(kind, "《社会信用体系建设》合成依据"),
        "contents": {"data_item": f"D{dice.randrange(DATA_ITEMS):04}"},
        "version": 1,
    }
    if severity != "none":
        record["repair_notice"] = NOTICE
        is_related = dice.random() < SHARE_RELATED
        record["related_items"] = ["business-address"] if is_related or severity == "serious" else []
    return record


def _organ(dice: random.Random) -> str:
    number = dice.randrange(DEPARTMENTS + INSTITUTIONS)
    if number < DEPARTMENTS:
        return f"合成市{OFFICES[number % len(OFFICES)]}局第{number:02}号"
    return f"合成金融机构第{number - DEPARTMENTS:03}号"
