"""Two at once, on AWS's own engine: the gate lets nobody through on old credit, and one of two officers wins."""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier, get_ident
from typing import Any

import pytest

from app import app
from chalicelib.cases.services.filing import Filed
from chalicelib.container import container
from chalicelib.credit.model.records import Effect, FlagMark, Summary
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import NOON, a_caller, an_identity
from tests.cloud import the_issuer, turn_clock
from tests.performance.house import ITEM, SideDoor, identifier
from tests.performance.story import DECISION
from tests.performance.wire import Parameters, Wire, watched
from tests.services.case_office import Applicant

pytestmark = pytest.mark.usefixtures("elsewhere")

SEEDS = (20260928, 20260929)
RACES = 500
"""For each seed: 1,000 in all, in two tests, so that two workers share them."""

READ_WHOLE_EVERY = 50
DECISIONS = 200
HEAD_START = 0.008
"""Seconds that either side may be held up at the most, so that they meet at every point of each other's way."""

CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
FLAG = FlagMark(
    flag_id="race",
    measure_code="B-01",
    measure="限制适用告知承诺制",
    edition="2024",
    effect=Effect.REFUSED,
    items=(ITEM,),
    organ="示例机关",
    document_no="示例〔2026〕1号",
    basis="示例办法第1条",
    starts_on=date(2026, 1, 1),
    ends_on=date(2027, 1, 1),
)


class Stopwatch:
    """When each thread's last transaction left, and when its effect was known."""

    def __init__(self) -> None:
        self.left: dict[int, float] = {}
        self.known: dict[int, float] = {}
        self.reads: Counter[int] = Counter()
        self.wire = Wire(before=self._leaves, after=self._is_known)

    def _leaves(self, operation: str, _parameters: Parameters) -> None:
        if operation == "TransactWriteItems":
            self.left[get_ident()] = time.monotonic()
        elif operation == "BatchGetItem":
            self.reads[get_ident()] += 1

    def _is_known(self, operation: str, _parameters: Parameters) -> None:
        if operation == "TransactWriteItems":
            self.known[get_ident()] = time.monotonic()


def meeting(*sides: Callable[[], Any], pool: ThreadPoolExecutor, chance: random.Random) -> list[Any]:
    """Let all sides begin at the same moment, each held up by chance; returns what they return."""
    gate = Barrier(len(sides))

    def begin(side: Callable[[], Any], held_up: float) -> Any:  # noqa: ANN401 - whatever the side returns
        gate.wait()
        time.sleep(held_up)
        return side()

    return [one.result() for one in [pool.submit(begin, side, chance.uniform(0, HEAD_START)) for side in sides]]


@retry_on_conflict
def land(subject: SubjectKey, digest: str) -> int:
    """Put the flag into the subject's credit; returns the thread that did."""
    with transaction() as tx:
        container().credit.put_flag(subject, FLAG, name_digest=digest, by=CREDIT, at=NOON, tx=tx)
    return get_ident()


@pytest.mark.requirement("R1.1", "R6.8")
@pytest.mark.parametrize("seed", SEEDS)
def test_no_filing_is_accepted_on_credit_that_is_no_longer_current(seed: int) -> None:
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    stopwatch = Stopwatch()

    with ThreadPoolExecutor(2) as pool, watched(stopwatch.wire):
        for number in range(RACES):
            stopwatch.reads.clear()
            seen[race(number, stopwatch, pool, chance)] += 1

    assert sum(seen.values()) == RACES
    # Each way for the two to meet has come up; without the third, nothing would have been proved.
    assert seen["filed first"] > 0
    assert seen["refused at once"] > 0
    assert seen["stopped at the gate"] > 0


def race(number: int, stopwatch: Stopwatch, pool: ThreadPoolExecutor, chance: random.Random) -> str:
    identity = an_identity(number=identifier(number))
    applicant = Applicant(identity=identity).enrol()
    subject = applicant.caller.own_subject()
    drafted = applicant.draft()

    def file() -> tuple[int, Filed | DomainError]:
        try:
            return get_ident(), applicant.promise(drafted)
        except DomainError as error:
            return get_ident(), error

    (filer, outcome), lander = meeting(
        file,
        partial(land, subject, container().subject_keys.digest_of_name(identity)),
        pool=pool,
        chance=chance,
    )

    after = container().credit.summary(subject)
    assert (after.version, [flag.flag_id for flag in after.flags]) == (1, ["race"])
    if isinstance(outcome, DomainError):
        assert outcome.code is ErrorCode.SUBJECT_BARRED
        with pytest.raises(DomainError) as absent:
            container().cases.load(drafted.draft.case_no)
        assert absent.value.code is ErrorCode.NOT_FOUND
        assert stopwatch.reads[filer] >= 1
        return "refused at once" if stopwatch.reads[filer] == 1 else "stopped at the gate"
    # By the clock on the wall: the filing was on its way before the flag's effect was known to anybody.
    assert stopwatch.left[filer] < stopwatch.known[lander]
    require_decided_on_what_stood_before(outcome.case.case_no, after)
    if number % READ_WHOLE_EVERY == 0:
        assert container().timeline.reading(outcome.case.owner).verified
    return "filed first"


def require_decided_on_what_stood_before(case_no: str, after: Summary) -> None:
    """By the chains: the summary that the case was decided on is the one that the flag was put onto."""
    case = container().cases.load(case_no)
    (landed,) = container().timeline.events(after.owner)
    assert case.credit is not None
    assert case.credit.version == after.version - 1
    assert case.credit.head_hash == landed.prev_hash


def test_of_two_officers_who_decide_one_case_one_wins_and_the_other_is_told_so() -> None:
    chance = random.Random(20260929)
    turn_clock(NOON)
    door = SideDoor(app)
    tokens = [the_issuer().token("officer.traffic", sub=name) for name in ("officer.one", "officer.two")]
    applicant = Applicant().enrol()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(DECISIONS):
            case = applicant.promise(applicant.draft()).case
            url, version = f"/v1/cases/{case.case_no}/decision", f'"{case.version}"'

            replies = meeting(
                *(partial(door.post, url, DECISION, token=token, if_match=version) for token in tokens),
                pool=pool,
                chance=chance,
            )

            assert sorted(reply.status for reply in replies) == [200, 412], [reply.text for reply in replies]
            decided = [event for event in container().timeline.events(case.owner) if event.kind == "case:decided"]
            winner = next(name for name, reply in zip(("one", "two"), replies, strict=True) if reply.status == 200)
            assert [event.actor for event in decided] == [f"staff:officer.{winner}"]
            assert container().timeline.reading(case.owner).verified
