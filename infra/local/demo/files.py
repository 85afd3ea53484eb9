"""A source hands in a file: good lines become records, bad ones come back with their numbers and reasons."""

import json
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.local import importing
from infra.local.demo import narration
from infra.local.demo.checks import expect, the_one
from infra.local.demo.town import Town
from infra.local.seeding import records_of, subject_of

GOOD = 3
"""Subjects of the synthetic city whose records are in the file."""


def a_source_hands_in_a_file(town: Town) -> None:
    """Three subjects' records and four lines that may not be: all is told, and nothing else is lost."""
    run = secrets.token_hex(4)
    good = [
        {**record, "record_id": f"{run}-{record['record_id']}"}
        for number in range(GOOD)
        for record in records_of(number, seed=1)
    ]
    first = good[0]
    bad: list[Any] = [
        "{not json",
        {**first, "record_id": f"{run}-religion", "kind": "religion"},
        {**first, "record_id": f"{run}-nameless", "document": {}},
        {**first, "record_id": f"{run}-other", "subject": {**subject_of(0), "name": "合成另一名称"}},
    ]
    lines = [*(json.dumps(record, ensure_ascii=False) for record in good), *(_text(line) for line in bad)]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "records.jsonl"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = importing.bring(file, "market", show=_silent)
        counts = done["records"]
        expect("records stored (入库)", counts["stored"], len(good))
        expect("lines refused and in conflict (退回、待核对)", (counts["refused"], counts["conflict"]), (3, 1))
        refused = [json.loads(line) for line in importing.keep_refused(done).read_text(encoding="utf-8").splitlines()]
        for line in refused:
            narration.note(f"第 {line['line']} 行 · line {line['line']}: {line['code']}")
        expect("their numbers (行号)", [line["line"] for line in refused], [len(good) + place for place in range(1, 5)])
        narration.fact(
            f"{len(good)} 条入库,4 行退回,逐行有行号和原因", "the rest is stored; each refused line says why"
        )

        again = importing.bring(file, "market", show=_silent)["records"]
        expect("the same file again (重复导入)", (again["stored"], again["unchanged"]), (0, len(good)))
        narration.fact("同一文件再导入一次,什么都不变", "the same file again changes nothing")
    waiting = town.who("credit").get("/v1/credit/conflicts").is_done(200).body["items"]
    the_one("the name that is not the number's (身份冲突)", waiting, record_id=f"{run}-other")
    narration.fact("号码与名称不符的一行交人工核对", "a number under another name goes to a person")


def _text(line: object) -> str:
    return line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)


def _silent(what: str, done: int, total: int) -> None:
    """Draw nothing."""
