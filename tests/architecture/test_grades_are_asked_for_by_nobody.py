"""A grade is shown to its subject and decides nothing: whatever decides cannot even see one."""

import re
from pathlib import Path

import pytest

CODE = Path(__file__).resolve().parents[2] / "chalicelib"


def files_with(pattern: str) -> list[str]:
    """Every file whose text has the pattern, by its place under the code."""
    found = (path for path in CODE.rglob("*.py") if re.search(pattern, path.read_text(encoding="utf-8")))
    return sorted(path.relative_to(CODE).as_posix() for path in found)


@pytest.mark.requirement("R6.11", "R6.12")
def test_grades_are_worked_out_for_one_s_own_credit_and_nowhere_else() -> None:
    assert files_with(r"\bcredit\.rules\.grades\b") == ["api/credit/schemas/grades.py", "credit/services/own_credit.py"]
    assert files_with(r"\.graded\(") == ["api/credit/routes/own_credit.py"]
    assert files_with(r"\bgrade_of\(") == ["credit/rules/grades.py", "credit/services/own_credit.py"]


@pytest.mark.requirement("R6.11")
def test_the_scale_of_a_pack_is_read_by_nothing_else() -> None:
    assert files_with(r"\bgrading\b") == [
        "credit/services/own_credit.py",
        "rulepacks/model/pack.py",
        "rulepacks/store.py",
    ]


def test_what_a_check_reads_holds_no_grade() -> None:
    summary = (CODE / "credit/model/records.py").read_text(encoding="utf-8")

    assert "grade" not in summary.lower()
