"""A case in two rows: what was filed, and how it goes on; nobody ever sees the one without the other."""

from dataclasses import fields, replace
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, Material, State
from chalicelib.cases.model.stages import Breach, CommitmentStatus, CreditSnapshot, Decision, Outcome
from chalicelib.cases.store import FILED, MOVING, CaseStore
from chalicelib.cases.table import CaseRow, FiledRow
from chalicelib.dynamo.transaction import read_together, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.store import Timeline
from tests.builders import NOON, a_case
from tests.wire import Wire, watched

pytestmark = pytest.mark.usefixtures("cloud")

CASES = CaseStore(Timeline())
WARNED = NewEvent(kind=EventKind.CLOCK_WARNED, occurred_at=NOON, actor="service:sweep", department="traffic")
DECISION = Decision(
    outcome=Outcome.GRANTED, document_no="1号", reasons="符合条件。", decided_at=NOON, decided_by="staff:officer"
)


def add(case: Case) -> Case:
    with transaction() as tx:
        return CASES.add(case, [], at=NOON, tx=tx)


def save(before: Case, after: Case) -> Case:
    with transaction() as tx:
        return CASES.save(before, after, [], at=NOON, tx=tx)


def written_by(wire: Wire) -> list[str]:
    """The keys of what was put."""
    (call,) = [one for one in wire.calls if not one.is_read]
    return sorted(one["Put"]["Item"]["pk"]["S"].partition(":")[0] for one in call.parameters["TransactItems"])


def filled(case: Case) -> Case:
    """The case with something other than the default in fields of both rows."""
    return replace(
        case,
        materials=(Material(id="old-plate", sha256="ab" * 32),),
        credit=CreditSnapshot(
            version=3, head_hash="1" * 64, standing=CommitmentStatus.ALLOWED, reasons=(), checked_at=NOON
        ),
        decision=DECISION,
        breaches=(Breach(rule="r", basis="第1条", detail="d", recorded_at=NOON, recorded_by="staff:officer"),),
        officer="officer.traffic",
    )


def test_every_field_of_a_case_is_in_one_of_its_rows_or_a_column() -> None:
    columns = {"version", "head", "filed_version"}

    assert {field.name for field in fields(Case)} == FILED | MOVING | columns
    assert not MOVING & (FILED | columns)


def test_a_case_is_read_in_one_round_trip_as_it_was_saved() -> None:
    case = add(filled(a_case()))

    with watched(Wire()) as wire:
        found = CASES.load(case.case_no)

    assert found == case
    assert (found.version, found.filed_version) == (1, 1)
    assert wire.operations == ["BatchGetItem"]


def test_an_act_writes_the_small_row_alone_and_a_timer_moves_nothing_else() -> None:
    case = add(a_case())

    with watched(Wire()) as act:
        decided = save(case, replace(case, state=State.DECIDED, decision=DECISION))
    with watched(Wire()) as timer, transaction() as tx:
        Timeline().append([WARNED], owner=case.owner, at=NOON, tx=tx)

    assert written_by(act) == ["case"]
    (moved,) = [one["Update"] for one in timer.calls[-1].parameters["TransactItems"] if "Update" in one]
    assert moved["Key"] == {"pk": {"S": case.owner}}
    assert CASES.load(case.case_no) == replace(decided, head=Timeline().head(case.owner))


def test_what_was_filed_is_written_again_when_it_changes() -> None:
    case = add(a_case())
    decided = save(case, replace(case, state=State.DECIDED, decision=DECISION))

    with watched(Wire()) as wire:
        after = save(decided, replace(decided, materials=(Material(id="old-plate", sha256="ab" * 32),)))

    assert written_by(wire) == ["case", "filed"]
    assert (after.version, after.filed_version) == (3, 3)
    assert CASES.load(case.case_no) == after


def rows_of(case_no: str) -> list[Any]:
    return [CaseRow.get(f"case:{case_no}"), FiledRow.get(f"filed:{case_no}")]


def test_rows_that_do_not_belong_together_are_read_again() -> None:
    case = add(a_case())
    early, filed_early = rows_of(case.case_no)
    after = save(case, replace(case, materials=(Material(id="old-plate", sha256="ab" * 32),)))
    late, filed_late = rows_of(case.case_no)

    for torn in ((early, filed_late), (late, filed_early), (late, None)):
        answers = iter([list(torn)])
        assert _read_with(answers, case.case_no) == after


def test_a_case_whose_rows_never_meet_is_not_shown() -> None:
    case = add(a_case())
    row, filed = rows_of(case.case_no)
    filed.version = 7
    filed.save()

    with pytest.raises(DomainError) as refusal:
        CASES.load(case.case_no)

    assert refusal.value.code is ErrorCode.BUSY
    assert row.filed == 1


def _read_with(answers: Any, case_no: str) -> Case:  # noqa: ANN401 - rows as they are read
    """Read a case; the first reads find these rows."""

    def reading(*wanted: Any) -> Any:  # noqa: ANN401 - as above
        return next(answers, None) or read_together(*wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.cases.store.read_together", reading)
        return CASES.load(case_no)
