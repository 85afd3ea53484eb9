"""Two at once, on AWS's own engine: the gate lets nobody through on old credit, and one of two officers wins."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from threading import get_ident

import pytest

from app import app
from chalicelib.cases.services.filing import Filed
from chalicelib.catalogue.store.items import GATES
from chalicelib.catalogue.table.items import GateRow
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.model.records import Effect, FlagMark, Summary
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import NameRank, SubjectKey
from infra.local.seeding import resident_of
from tests.builders import NOON, a_caller, an_identity
from tests.cloud import the_issuer, turn_clock
from tests.depth import goes
from tests.performance.house import ANSWERS, ITEM, SideDoor
from tests.performance.meeting import meeting
from tests.performance.story import DECISION
from tests.services.case_office import Applicant
from tests.wire import Parameters, Wire, interrupted, watched

pytestmark = pytest.mark.usefixtures("elsewhere")

READ_WHOLE_EVERY = 50
CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
EDITOR = a_caller(Role.CATALOGUE_EDITOR, sub="editor", department="monitoring")
FILERS = 3
FILINGS = 24
KEYS = {"pk", "sk", "owner", "seq", "clock_id", "key"}
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
        self.wire = Wire(before=self._leaves, after=self._is_known)

    def _leaves(self, operation: str, _parameters: Parameters) -> None:
        if operation == "TransactWriteItems":
            self.left[get_ident()] = time.monotonic()

    def _is_known(self, operation: str, _parameters: Parameters) -> None:
        if operation == "TransactWriteItems":
            self.known[get_ident()] = time.monotonic()


@retry_on_conflict
def land(subject: SubjectKey, digest: str) -> int:
    """Put the flag into the subject's credit; returns the thread that did."""
    with transaction() as tx:
        container().credit.put_flag(subject, FLAG, name_digest=digest, by=CREDIT, at=NOON, tx=tx)
    return get_ident()


class Race:
    """A filing, and a flag that is put into the same subject's credit meanwhile."""

    def __init__(self, number: int) -> None:
        identity = an_identity(number=resident_of(number))
        self.applicant = Applicant(identity=identity).enrol()
        self.subject = self.applicant.caller.own_subject()
        self.digest = container().subject_keys.digest_of_name(identity)
        self.drafted = self.applicant.draft(answers=ANSWERS)

    def file(self) -> tuple[int, Filed | DomainError]:
        """File; returns the thread that did, and what came of it."""
        try:
            return get_ident(), self.applicant.promise(self.drafted)
        except DomainError as error:
            return get_ident(), error

    def land(self) -> int:
        """Put the flag there; returns the thread that did."""
        return land(self.subject, self.digest)

    def is_accepted(self, filed: Filed | DomainError) -> bool:
        """Say whether the filing was, once everything is as it should be."""
        after = container().credit.summary(self.subject)
        assert (after.version, [flag.flag_id for flag in after.flags]) == (1, ["race"])
        if isinstance(filed, DomainError):
            assert filed.code is ErrorCode.SUBJECT_BARRED
            with pytest.raises(DomainError) as absent:
                container().cases.load(self.drafted.draft.case_no)
            assert absent.value.code is ErrorCode.NOT_FOUND
            return False
        require_decided_on_what_stood_before(filed.case.case_no, after)
        return True


def test_a_filing_goes_through_before_the_flag_alone_and_is_refused_after_it_and_at_the_gate() -> None:
    before, after, meanwhile = Race(1), Race(2), Race(3)

    _, first = before.file()
    before.land()
    after.land()
    with watched(Wire()) as wire:
        _, refused = after.file()
    # The filing has read what was known, and is about to write.
    with watched(interrupted("TransactWriteItems", meanwhile.land)):
        _, stopped = meanwhile.file()

    assert before.is_accepted(first)
    assert not after.is_accepted(refused)
    assert "TransactWriteItems" not in wire.operations
    assert not meanwhile.is_accepted(stopped)


@pytest.mark.requirement("R1.1", "R6.8")
@goes("races", usually=30, deep=1_000)
def test_no_filing_is_accepted_on_credit_that_is_no_longer_current(races: int) -> None:
    chance = random.Random(20260928)
    stopwatch = Stopwatch()

    with ThreadPoolExecutor(2) as pool, watched(stopwatch.wire):
        for number in range(races):
            race = Race(number)
            (filer, filed), lander = meeting(race.file, race.land, pool=pool, chance=chance)
            if race.is_accepted(filed) and isinstance(filed, Filed):
                # The filing was on its way before the flag's effect was known to anybody.
                assert stopwatch.left[filer] < stopwatch.known[lander]
                if number % READ_WHOLE_EVERY == 0:
                    assert container().timeline.reading(filed.case.owner).verified


class Publication:
    """A new version of the item, in force at once."""

    def __init__(self) -> None:
        now = container().catalogue.current(ITEM, at=NOON)
        self.item = replace(now, version=now.version + 1, effective_from=day_in_shanghai(NOON))

    def appear(self) -> int:
        """Publish it; returns the thread that did."""
        container().catalogue.publish(self.item, by=EDITOR, at=NOON)
        return get_ident()


@pytest.mark.requirement("R1.1")
@goes("races", usually=10, deep=300)
def test_no_filing_is_accepted_on_a_version_that_is_no_longer_in_force(races: int) -> None:
    chance = random.Random(20261001)
    stopwatch = Stopwatch()
    met: Counter[bool] = Counter()

    with ThreadPoolExecutor(FILERS + 1) as pool, watched(stopwatch.wire):
        for number in range(races):
            filers = [Race(7_000 + FILERS * number + each) for each in range(FILERS)]
            late, publication = Race(6_000 + number), Publication()
            *tried, publisher = meeting(*(each.file for each in filers), publication.appear, pool=pool, chance=chance)
            for filer, filed in tried:
                met[isinstance(filed, Filed)] += 1
                if isinstance(filed, Filed):
                    # It was on its way before the new version's effect was known to anybody.
                    assert stopwatch.left[filer] < stopwatch.known[publisher]
                else:
                    assert filed.code is ErrorCode.NOTICE_OUTDATED
            _, refused = late.file()
            assert isinstance(refused, DomainError)
            assert refused.code is ErrorCode.NOTICE_OUTDATED
            gates = [GateRow.get(f"gate:{ITEM}/{each}", consistent_read=True) for each in range(GATES)]
            assert {int(gate.current) for gate in gates} == {publication.item.version}
    assert sum(met.values()) == races * FILERS


def test_two_filings_of_an_item_touch_nothing_in_common_but_one_of_its_gates() -> None:
    touched: list[set[str]] = []
    for number in range(FILINGS):
        race = Race(9_000 + number)
        with watched(Wire()) as wire:
            race.file()
        (sent,) = [call for call in wire.calls if call.operation == "TransactWriteItems"]
        touched.append({_place_of(write) for item in sent.parameters["TransactItems"] for write in item.values()})

    shared = Counter(place for places in touched for place in places)
    assert all("gate:" in place for place, times in shared.items() if times > 1)
    # So many at random into sixteen leave this few with a chance of one in a billion.
    assert len([place for place in shared if "gate:" in place]) > FILINGS / 6


def _place_of(write: Parameters) -> str:
    key = write.get("Key") or {name: value for name, value in write["Item"].items() if name in KEYS}
    return f"{write['TableName']} {sorted(map(str, key.items()))}"


def require_decided_on_what_stood_before(case_no: str, after: Summary) -> None:
    """By the chains: the summary that the case was decided on is the one that the flag was put onto."""
    case = container().cases.load(case_no)
    (landed,) = container().timeline.events(after.owner)
    assert case.credit is not None
    assert case.credit.version == after.version - 1
    assert case.credit.head_hash == landed.prev_hash


@goes("decisions", usually=10, deep=400)
def test_of_two_officers_who_decide_one_case_one_wins_and_the_other_is_told_so(decisions: int) -> None:
    chance = random.Random(20260929)
    turn_clock(NOON)
    door = SideDoor(app)
    tokens = [the_issuer().token("officer.traffic", sub=name) for name in ("officer.one", "officer.two")]
    applicant = Applicant().enrol()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(decisions):
            case = applicant.promise(applicant.draft(answers=ANSWERS)).case
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


@pytest.mark.requirement("R6.3")
@goes("races", usually=15, deep=400)
def test_of_several_who_name_somebody_at_once_the_highest_word_stands(races: int) -> None:
    chance = random.Random(20260930)
    subjects, words = container().subjects, {NameRank.OFFICE: "甲", NameRank.REGISTER: "乙", NameRank.PLATFORM: "丙"}

    with ThreadPoolExecutor(len(words)) as pool:
        for race in range(races):
            person = an_identity(number=resident_of(5_000 + race))
            sides = [
                partial(subjects.know, replace(person, name=name), CREDIT.naming(rank), NOON)
                for rank, name in words.items()
            ]

            met = meeting(*sides, pool=pool, chance=chance)

            subject = container().subject_keys.key_of(person)
            assert subjects.unmasked(subject).name == "丙"
            ranks = [event.data["rank"] for event in container().timeline.events(f"credit:{subject}")]
            assert ranks in ([], ["register"], ["platform"], ["register", "platform"])
            # Whoever stored a name or corrected one was not in conflict then, and everybody else was.
            corrected = sum(known.corrected_from is not None for known in met)
            assert (corrected, sum(known.is_conflicting for known in met)) == (len(ranks), 2 - len(ranks))
