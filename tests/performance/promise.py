"""One promise from its draft to its verification, and one yellow light: what each step writes, by AWS's count.

``python -m tests.performance.promise`` prints it, and so does ``make bench``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import tests.conftest  # noqa: F401 - first of all that is ours: it sets the environment that the settings read
from infra.engine import running

from app import app, dispatch_events  # isort: skip
from chalicelib.clocks.model import ClockKind  # isort: skip
from chalicelib.clocks.rules.clocks import next_at  # isort: skip
from chalicelib.container import container  # isort: skip
from chalicelib.timeline.table import EventRow  # isort: skip
from tests.builders import NOON  # isort: skip
from tests.cloud import Client, turn_clock  # isort: skip
from tests.performance.house import expect, house  # isort: skip
from tests.performance.story import DECISION, Story  # isort: skip
from tests.performance.units import Bill, billed  # isort: skip

MOST_OF_A_PROMISE, MOST_OF_A_YELLOW = 126, 21
"""Bounds that no change may pass unnoticed."""
REACH_OF_A_PROMISE, REACH_OF_A_YELLOW = 110, 20
"""What they should come to."""
FINDINGS = {"result": "true", "method": "online", "findings": "系统核查，与承诺一致。"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step, what it wrote, and what the relay wrote when it heard of its events."""

    name: str
    written: Bill
    relayed: Bill

    def __str__(self) -> str:
        """Return both in a line."""
        relayed = f"; the relay {self.relayed}" if self.relayed.total else ""
        return f"{self.name:<22} {self.written}{relayed}"


class Promises:
    """Kept promises on the sample item, which accepts by itself; documents in S3 are not made."""

    def __init__(self) -> None:
        turn_clock(NOON)
        self._client = Client(app)
        self._story = Story(self._client)
        # What a process or a person does once costs no promise anything.
        self._story.case()

    def kept(self) -> list[Step]:
        """Make a promise and keep it."""
        applicant, client = self._story.applicant, self._client
        with billed(Bill()) as drafting:
            drafted = applicant.draft(client)
        with billed(Bill()) as filing:
            case = expect(applicant.file(client, applicant.submission(drafted)), 201)
        told = Relay(case["case_no"])
        steps = [
            Step(name="draft", written=drafting, relayed=Bill()),
            Step(name="filing and acceptance", written=filing, relayed=told.everything()),
        ]
        for name, body in (
            ("decision", DECISION),
            ("delivery", {"method": "邮寄"}),
            ("verification", FINDINGS),
        ):
            url, version = f"/v1/cases/{case['case_no']}/{name}", f'"{case["version"]}"'
            with billed(Bill()) as written:
                case = expect(client.post(url, body, token=self._story.officer, if_match=version), 200)
            steps.append(Step(name=name, written=written, relayed=told.everything()))
        return steps

    def yellow(self) -> Step:
        """Make another promise and let its promised time turn yellow."""
        case = self._story.case()
        told = Relay(case["case_no"])
        told.everything()
        clocks = container().clocks.of_owner(told.owner)
        promised = next(clock for clock in clocks if clock.kind is ClockKind.HANDLING_PROMISED)
        at = next_at(promised)
        if at is None:
            raise AssertionError(promised)
        turn_clock(at)
        with billed(Bill()) as written:
            container().clocks.tell_milestones(promised.owner, promised.clock_id, at)
        return Step(name="yellow", written=written, relayed=told.everything())


class Relay:
    """Tells the events of a case, as the stream does."""

    def __init__(self, case_no: str) -> None:
        self.owner = f"case:{case_no}"
        self._told = 0

    def everything(self) -> Bill:
        """Tell all that is new on the timeline and all that follows from that."""
        with billed(Bill()) as bill:
            while new := list(EventRow.query(self.owner, EventRow.seq > self._told)):
                self._told += len(new)
                answer = dispatch_events(
                    {"Records": [_record(row) for row in new]}, SimpleNamespace(aws_request_id="1")
                )
                if answer != {"batchItemFailures": []}:
                    message = f"the relay failed: {answer}"
                    raise AssertionError(message)
        return bill


def of_promise(steps: Sequence[Step]) -> int:
    """Return what a promise writes, without the relay."""
    return sum(step.written.total for step in steps)


def of_yellow(step: Step) -> int:
    """Return what a yellow writes, with the alert that follows from it."""
    return step.written.total + step.relayed.total


def _record(row: EventRow) -> dict[str, Any]:
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(int(row.seq)), "NewImage": row.serialize()}}


def main() -> None:
    """Measure in a house of its own and print."""
    with running() as endpoint, house(endpoint):
        promises = Promises()
        kept, yellow = promises.kept(), promises.yellow()
    relayed = sum(step.relayed.total for step in kept)
    print(f"{of_promise(kept)} write units a promise, {relayed} more by the relay; {of_yellow(yellow)} a yellow")
    print("\n".join(str(step) for step in (*kept, yellow)))


if __name__ == "__main__":
    main()
