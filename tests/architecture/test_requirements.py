"""Every requirement is proved by a test that names it, or listed as open with its reason."""

import pytest

from tests.requirements import DOCUMENT, Proof, faults_of, proofs_in, read_document, read_proofs, table

ONE = """\
## R1 First

| id | requirement | source |
| --- | --- | --- |
| R1.1 | A thing is so. | L1 Art. 1 |

## Open

| id | state | reason |
| --- | --- | --- |
"""
PROVED = {"R1.1": ["unit/test_a.py::test_it"]}


def test_every_requirement_is_proved_or_listed_as_open() -> None:
    document = read_document(DOCUMENT.read_text(encoding="utf-8"))

    assert faults_of(document, read_proofs()) == []


def test_no_requirement_got_lost() -> None:
    parts = {1: 21, 2: 16, 3: 16, 4: 23, 5: 10, 6: 14, 7: 18, 8: 6}
    numbers = tuple(f"R{part}.{number}" for part, last in parts.items() for number in range(1, last + 1))

    assert read_document(DOCUMENT.read_text(encoding="utf-8")).stated == numbers


@pytest.mark.parametrize(
    ("text", "proofs", "faults"),
    [
        (ONE, PROVED, []),
        (ONE, {}, ["R1.1 is proved by no test and not listed as open."]),
        (f"{ONE}| R1.1 | open | Nobody has built it. |", {}, []),
        (f"{ONE}| R1.1 | partly | Half of it is there. |", {}, []),
        (f"{ONE}| R1.1 | partly | Half of it is there. |", PROVED, []),
        (
            f"{ONE}| R1.1 | open | Nobody has built it. |",
            PROVED,
            ["R1.1 is listed as open, and unit/test_a.py::test_it proves it: say partly what is missing."],
        ),
        (f"{ONE}| R1.1 | nearly | It is late. |", PROVED, ['R1.1 is listed as "nearly": say open or partly.']),
        (f"{ONE}| R1.1 | partly |  |", PROVED, ["R1.1 has a row with an empty cell."]),
        (
            f"{ONE}| R1.1 | partly | One. |\n| R1.1 | partly | Two. |",
            PROVED,
            ["R1.1 is listed as open 2 times."],
        ),
        (f"{ONE}| R1.2 | open | Nobody. |", PROVED, ["R1.2 is listed as open and stated nowhere."]),
        (
            ONE,
            {**PROVED, "R1.9": ["unit/test_a.py::test_other"]},
            ["unit/test_a.py::test_other names R1.9, which is stated nowhere."],
        ),
        (
            ONE.replace("\n\n## Open", "\n| R1.1 | It is so. | INF |\n\n## Open"),
            PROVED,
            ["R1.1 is stated 2 times."],
        ),
        (ONE.replace("L1 Art. 1", ""), PROVED, ["R1.1 has a row with an empty cell."]),
    ],
)
def test_what_is_unsaid_or_contradicts_itself_is_told(
    text: str, proofs: dict[str, list[str]], faults: list[str]
) -> None:
    assert faults_of(read_document(text), proofs) == faults


def test_a_test_names_what_it_proves_by_its_own_marker_its_class_s_and_its_module_s() -> None:
    source = """
import pytest

pytestmark = [pytest.mark.usefixtures("cloud"), pytest.mark.requirement("R1.1")]

@pytest.mark.requirement("R1.1", "R1.2")
@pytest.mark.parametrize("a", [1])
def test_one(a): ...

def helper(): ...

@pytest.mark.requirement("R2.1")
class TestThings:
    pytestmark = pytest.mark.requirement("R2.2")

    async def test_two(self): ...
"""

    assert list(proofs_in(source, file="test_a.py")) == [
        Proof(requirement="R1.1", test="test_a.py::test_one"),
        Proof(requirement="R1.2", test="test_a.py::test_one"),
        Proof(requirement="R1.1", test="test_a.py::TestThings::test_two"),
        Proof(requirement="R2.1", test="test_a.py::TestThings::test_two"),
        Proof(requirement="R2.2", test="test_a.py::TestThings::test_two"),
    ]


def test_a_marker_that_does_not_write_its_requirements_out_is_no_marker() -> None:
    with pytest.raises(ValueError, match="malformed"):
        list(proofs_in("@pytest.mark.requirement(NUMBER)\ndef test_one(): ...", file="test_a.py"))


def test_the_table_has_a_line_a_requirement_its_tests_below_and_the_count_at_the_end() -> None:
    text = ONE.replace("\n\n## Open", "\n| R1.2 | Another. | INF |\n\n## Open")

    lines = list(table(read_document(f"{text}| R1.2 | open | Nobody has built it. |"), PROVED))

    assert lines == [
        "       tests  state",
        "R1.1       1  proved",
        "              unit/a::it",
        "R1.2       0  open: Nobody has built it.",
        "2 requirements: 1 proved, 0 partly, 1 open; 1 tests name what they prove.",
    ]
