"""A stage restored under other names is proved and goes on, and whatever does not belong together is named."""

from typing import Any

from chalicelib.timeline.events import NOTHING_BEFORE
from tests.depth import goes
from tests.performance.bare import Bare
from tests.performance.house import house
from tests.performance.load.many import owner_of
from tests.performance.restoring import RESTORED, copy, drilled, elsewhere, fill


@goes("cases", usually=50, deep=10_000)
def test_a_restored_stage_has_every_timeline_and_the_same_figures(engine: str, cases: int) -> None:
    drill = drilled(engine, cases=cases)

    assert drill.found == 0, drill.proof
    assert f"{cases + 4:,} case" in drill.proof
    assert "every timeline is whole, up to the head on its owner's row, and every owner is there\n" in drill.proof
    assert drill.are_rows_equal
    assert drill.are_figures_equal


def test_whatever_does_not_belong_together_is_named_with_a_quieter_second(engine: str) -> None:
    with house(engine):
        fill(12)
        copy("xinnuo-local-", f"xinnuo-local{RESTORED}-")
        client: Any = Bare().client
        timeline, cases = (f"xinnuo-local{RESTORED}-{name}" for name in ("timeline", "cases"))
        # As if a transaction had reached one table before the second, and the other after it.
        client.delete_item(TableName=timeline, Key={"owner": {"S": owner_of(0)}, "seq": {"N": "3"}})
        client.delete_item(TableName=cases, Key={"pk": {"S": owner_of(1)}})
        client.update_item(
            TableName=cases,
            Key={"pk": {"S": owner_of(2)}},
            UpdateExpression="SET head_seq = :none, head_hash = :nothing",
            ExpressionAttributeValues={":none": {"N": "0"}, ":nothing": {"S": NOTHING_BEFORE}},
        )

        proved = elsewhere(engine, "infra.restore", "prove", "local", f"--tables={RESTORED}")

    assert proved.returncode == 1
    assert sorted(line.strip() for line in proved.stdout.splitlines() if line.startswith("  ")) == [
        f"{owner_of(0)} from event 3: TAIL_MISSING",
        f"{owner_of(1)} from event 1: OWNER_MISSING",
        f"{owner_of(2)} from event 1: EVENT_ADDED",
    ]
    assert "3 timelines and owners do not belong together:\n" in proved.stdout
    assert ": restore to that second instead\n" in proved.stdout
