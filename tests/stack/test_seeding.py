"""The synthetic city: the same from the same number, and acceptable to the rules line by line."""

import json
from datetime import date
from pathlib import Path

import pytest

from chalicelib.credit.model.records import Severity
from chalicelib.credit.rules import submissions as intake
from chalicelib.credit.rules.imports import record_of
from chalicelib.credit.store.directories import directories
from chalicelib.rulepacks.model.display import rules_of_the_day
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.subjects.rules.identifiers import require_valid
from infra.local import importing, seeding
from infra.local.place import LocalError
from infra.local.seeding import records_of, resident_of, subject_of, uscc_of, write

ON = date(2026, 11, 25)


def test_the_same_number_gives_the_same_city_and_another_one_another() -> None:
    assert list(records_of(3, seed=1)) == list(records_of(3, seed=1))
    assert list(records_of(3, seed=1)) != list(records_of(3, seed=2))
    assert subject_of(3) == subject_of(3)


def test_every_line_is_one_that_the_rules_take() -> None:
    display = load_rule_packs()[0].display

    for number in range(40):
        for record in records_of(number, seed=1):
            line = record_of(json.dumps(record), 1)
            about = require_valid(line.subject.identity(), on=ON)
            submission = line.submission(source="credit-city", record_id=line.record_id)
            periods = rules_of_the_day(display, submission.judged_on or ON, on=ON).periods
            faults = intake.faults(
                submission,
                directory=directories()[-1],
                periods=periods,
                subject_kind=about.kind,
                on=ON,
                kept_from=Severity.SERIOUS,
            )
            assert faults == (), record


def test_a_subject_has_about_as_many_records_as_in_the_real_store() -> None:
    counts = [len(list(records_of(number, seed=1))) for number in range(300)]

    assert 70 < sum(counts) / len(counts) < 78
    assert min(counts) >= 1


def test_nobody_lives_who_is_in_the_city() -> None:
    subjects = [subject_of(number) for number in range(500)]

    numbers = [subject["number"] for subject in subjects if subject["kind"] == "resident_id"]
    assert {number[14:17] for number in numbers} == {"000"}
    assert (min(number[6:10] for number in numbers), max(number[6:10] for number in numbers)) == ("1950", "2007")
    assert len({number[:6] for number in numbers}) > 90
    assert all(subject["name"].startswith("合成") for subject in subjects)
    assert len({subject["number"] for subject in subjects}) == 500
    assert len({resident_of(number) for number in range(0, 2_000_000, 9_973)}) == len(range(0, 2_000_000, 9_973))
    assert len({uscc_of(number) for number in range(1_000)}) == 1_000


def test_departments_institutions_and_data_items_are_as_many_as_in_the_real_store() -> None:
    records = [record for number in range(200) for record in records_of(number, seed=1)]

    organs = {record["document"]["organ"] for record in records}
    items = {record["contents"]["data_item"] for record in records}
    assert len([organ for organ in organs if "金融机构" in organ]) == 104
    assert len([organ for organ in organs if "局" in organ]) == 58
    assert len(items) == 1_550


def test_a_file_has_a_record_a_line_and_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int, int]] = []
    monkeypatch.setattr(importing, "bar", lambda *what: told.append(what))

    lines = write(tmp_path / "city.jsonl", range(5), seed=1)

    assert len((tmp_path / "city.jsonl").read_text(encoding="utf-8").splitlines()) == lines
    assert told[-1] == ("write", 5, 5)


@pytest.mark.parametrize(("subjects", "seed"), [("0", "1"), ("many", "1"), ("10", "x"), ("3000000", "1")])
def test_a_city_that_cannot_be_written_is_refused_with_the_right_command(subjects: str, seed: str) -> None:
    with pytest.raises(LocalError, match=r"make seed SUBJECTS=1000"):
        seeding.run(subjects, seed)


def test_an_empty_file_is_not_handed_in(tmp_path: Path) -> None:
    (tmp_path / "nothing").touch()

    with pytest.raises(LocalError, match="nothing in it"):
        importing.bring(tmp_path / "nothing", "market")


@pytest.mark.parametrize(
    ("source", "who"),
    [("market", "system.market"), ("market-penalties", "system.market"), ("credit-city", "credit")],
)
def test_a_file_is_handed_in_by_somebody_of_the_sources_department(source: str, who: str) -> None:
    assert importing.provider_of(source) == who


def test_nobody_hands_in_for_a_source_that_is_not_listed() -> None:
    with pytest.raises(LocalError, match=r"sources\.json"):
        importing.provider_of("bank-7")


def test_a_file_that_is_refused_whole_is_told_with_its_place_and_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "records.csv"
    file.write_text("record_id,subject.number,colour", encoding="utf-8")
    told = {"zh": "不是表头。", "en": "No header.", "line": 1, "column": 3}
    answer = {"id": "i", "state": "refused", "problem": "HEADER_UNKNOWN", "problem_told": told, "upload": {}}
    records = {"total": None, "done": 0}
    monkeypatch.setattr(importing, "token_of", lambda _: "token")
    monkeypatch.setattr(importing, "_ask", lambda *_: {**answer, "records": records})
    monkeypatch.setattr(importing, "_upload", lambda *_: None)

    with pytest.raises(LocalError, match=r"HEADER_UNKNOWN, line 1, column 3\. 不是表头。 No header\."):
        importing.bring(file, "market", show=lambda *_: None)
