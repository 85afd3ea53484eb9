"""Files as sources sent them, with numbers that no table knows, letters in front, and permits with slips of the pen."""

import json
from datetime import date
from pathlib import Path

import pytest

from chalicelib.container import container
from chalicelib.credit.model.imports import ImportState
from chalicelib.credit.store.records import CreditStore
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from tests.channels import Channels
from tests.depth import goes
from tests.near_misses import LONGEST, NearMiss, fits, near_misses, plain
from tests.services.test_imports import a_line, counts, imports, refused_lines, run, taken, uploaded

__all__ = ["imports"]

REAL = ("330782196801010003", "330725196803120006", "330782198503120000", "31011519750312000X", "330106197503120007")
CASES = Path(__file__).parents[1] / "data/cases"


def lines_of(case: str) -> bytes:
    return (CASES / case / "records.jsonl").read_bytes()


def records_about(kind: str, number: str) -> list[str]:
    about = Identity(kind=SubjectKind(kind), number=number, name="-")
    records = CreditStore(container().timeline).records(container().subject_keys.key_of(about))
    return [record.record_id for record in records]


@pytest.mark.requirement("R6.1")
def test_a_county_that_no_table_knows_neither_stops_the_file_nor_loses_the_line(channels: Channels) -> None:
    made = run(uploaded(lines_of("01-county-code-unknown")), channels)

    assert (made.state, counts(made)) == (ImportState.DONE, {"stored": 3})
    assert records_about("resident_id", "320219190001150015") == ["p2"]


@pytest.mark.requirement("R6.1")
def test_organisations_that_other_departments_registered_are_taken(channels: Channels) -> None:
    made = run(uploaded(lines_of("03-code-with-a-letter")), channels)

    assert (made.state, counts(made)) == (ImportState.DONE, {"stored": 4})
    for number in ("93330782MA0000501D", "N2330782MF0000502G", "A1100000MB00005034", "Y1330782MC0000504B"):
        assert len(records_about("uscc", number)) == 1


@pytest.mark.requirement("R6.1")
def test_a_permit_with_a_slip_of_the_pen_is_nobody_else(channels: Channels) -> None:
    made = run(uploaded(lines_of("18-permit-number-unchecked")), channels)

    assert (made.state, counts(made)) == (ImportState.DONE, {"stored": 1, "refused": 2})
    assert [
        (one["line"], one["record_id"], one["code"], [error["code"] for error in one["errors"]])
        for one in refused_lines(made)
    ] == [
        (2, "per-wrong-check", "INVALID_IDENTIFIER", ["NUMBER_CHECK"]),
        (3, "per-no-such-day", "INVALID_IDENTIFIER", ["NUMBER_DATE"]),
    ]


@pytest.mark.requirement("R6.1")
def test_one_person_under_several_kinds_has_one_file(channels: Channels) -> None:
    number = "830000190004050019"
    typed = (
        ("r-1", "residence_permit", number),
        ("r-2", "resident_id", number),
        ("r-3", "passport", "８３００００ 19000405 001\u200b9"),
    )

    made = taken(
        [
            a_line(name, subject={"kind": kind, "number": said, "name": "合成台"}, severity="none", repair_notice=None)
            for name, kind, said in typed
        ],
        channels,
    )

    assert counts(made) == {"stored": 3}
    assert sorted(records_about("resident_id", number)) == ["r-1", "r-2", "r-3"]


@pytest.mark.requirement("R6.1")
def test_real_people_are_found_by_the_records_of_a_file(channels: Channels) -> None:
    lines = [
        a_line(f"r-{place}", subject={"kind": "resident_id", "number": number, "name": "合成甲"})
        for place, number in enumerate(REAL)
    ]

    assert counts(taken(lines, channels)) == {"stored": 5}
    assert [records_about("resident_id", number) for number in REAL] == [["r-0"], ["r-1"], ["r-2"], ["r-3"], ["r-4"]]


@pytest.mark.requirement("R6.1", "R7.7")
def test_a_refused_line_says_what_does_not_fit_and_never_the_number(channels: Channels) -> None:
    number = "110105194912310021"

    made = taken([a_line(subject={"kind": "resident_id", "number": number, "name": "合成甲"})], channels)

    (refused,) = refused_lines(made)
    (error,) = refused["errors"]
    assert (error["pointer"], error["code"]) == ("/subject/number", "NUMBER_CHECK")
    assert "户口所在地的公安派出所" in error["detail"]
    assert number not in json.dumps(refused)


@pytest.mark.requirement("R6.1", "R7.7")
@goes("nearly right lines", usually=60, deep=2_000)
def test_each_line_of_a_file_is_told_right_from_nearly_right(
    channels: Channels, capsys: pytest.CaptureFixture[str], nearly_right_lines: int
) -> None:
    misses = list(near_misses(nearly_right_lines, seed="lines"))
    deserved = {line: found for line, miss in enumerate(misses, 1) if (found := _deserved(miss)) is not None}

    made = taken(
        [a_line(f"r-{place}", subject=miss.body, severity="none") for place, miss in enumerate(misses)], channels
    )

    refused = {one["line"]: one for one in refused_lines(made) if one["code"] != "IDENTITY_CONFLICT"}
    told = {line: (one["code"], [error["pointer"] for error in one["errors"]]) for line, one in refused.items()}
    said = json.dumps(refused) + "".join(capsys.readouterr())
    assert made.state is ImportState.DONE
    assert told == deserved
    assert [miss for miss in misses if len(plain(miss.number)) >= 8 and plain(miss.number) in said.upper()] == []


def _deserved(miss: NearMiss) -> tuple[str, list[str]] | None:
    """The code and the pointers of a line with a near miss; none if there is nothing wrong with it."""
    bad = {"number": len(miss.number) > LONGEST, "name": not 0 < len(miss.name.strip()) <= 200}
    if any(bad.values()):
        return "INVALID_BODY", [f"/subject/{name}" for name, is_bad in bad.items() if is_bad]
    if fits(miss.kind, miss.number, on=date(2026, 9, 28)):
        return None
    return "INVALID_IDENTIFIER" if plain(miss.number) else "INSUFFICIENT_IDENTITY", ["/subject/number"]
