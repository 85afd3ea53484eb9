"""Names, records, flags, links and decisions in any order, beside a plain model of whose name counts for what.

The model keeps plain names, not digests, and shares no line with the service.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Cause, Conflict, ConflictState, Outcome
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Document, Effect, Purpose
from chalicelib.credit.model.submissions import Batch, Handed
from chalicelib.credit.rules.identity_conflicts import mismatch_of
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.services.identity_links import IdentityLinkProposal
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import Identity, NameRank
from chalicelib.subjects.store import SubjectStore
from tests.builders import (
    NOON,
    KeyPair,
    a_caller,
    a_flag_mark,
    a_submission,
    an_identity,
    an_organisation,
)
from tests.cloud import forget_everything
from tests.depth import goes, walk
from tests.quick_dynamodb import empty_tables
from tests.services.case_office import Applicant, publish

if TYPE_CHECKING:
    from chalicelib.cases.model.case import Case

ITEM, ELSEWHERE = "plate-replacement", "business-address"
CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
CREDIT2 = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")
AGENT = a_caller(Role.AGENT, sub="agent", subject="k1.agent")
MACHINES = {name: a_caller(Role.SYSTEM, sub=f"system.{name}", department=name) for name in ("market", "traffic")}
PAPER = Document(number="准予变更登记1号", organ="义乌市市场监督管理局", effective_on=NOON.date())

LI, CLAN, FIRM = "买买提·艾力", "刘国华", "示例（合成）有限公司"
WAYS: Mapping[str, tuple[str, ...]] = {
    LI: (LI, "买买提．艾力", "买买提 • 艾力", "买買提・艾力"),
    CLAN: (CLAN, "劉國華", "刘 国华", "刘国\u200b华"),
    FIRM: (FIRM, "示例(合成)有限公司", "示例【合成】有限公司 ", "示例〔合成〕有限公司"),
}
PEOPLE = (an_identity(), an_organisation())
RANKS = {NameRank.AGENT: 1, NameRank.OFFICE: 2, NameRank.REGISTER: 3, NameRank.PLATFORM: 4}

numbers = st.sampled_from(range(len(PEOPLE)))
written = st.sampled_from([(name, way) for name, ways in WAYS.items() for way in ways])
sources = st.sampled_from(["market", "traffic"])
items = st.sampled_from([(), (ITEM,), (ELSEWHERE,)])


@dataclass(slots=True)
class Entry:
    """A record or flag: what it bars, and under which name it counts; blank if under all of the person's."""

    items: tuple[str, ...]
    named: str = ""

    def bars(self, item: str) -> bool:
        """Whether it bars this item."""
        return not self.items or item in self.items


@dataclass(slots=True)
class Somebody:
    """What is known under one number."""

    name: str = ""
    rank: NameRank | None = None
    also: set[str] = field(default_factory=set)
    recorded_as: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    desk: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """All registered names."""
        return ({self.name} if self.rank else set()) | self.also

    def say(self, name: str, rank: NameRank) -> bool:
        """Register a name, and return whether it is in conflict."""
        if self.rank is None:
            if rank is not NameRank.AGENT:
                self.name, self.rank = name, rank
            return False
        is_higher = RANKS[rank] > RANKS[self.rank]
        if name in self.names:
            self.rank = rank if is_higher else self.rank
            return False
        if is_higher:
            self.name, self.rank = name, rank
        return not is_higher

    def enter(self, name: str, entry: Entry, *, is_marked: bool = True) -> None:
        """Keep a record or flag."""
        if self.recorded_as and name not in self.recorded_as:
            entry.named = name if is_marked else ""
        else:
            self.recorded_as.add(name)
        self.entries.append(entry)

    def bars(self, name: str, item: str) -> tuple[bool, bool, bool]:
        """Return whether it is barred under a name, whether something bars under others, and whether that is open."""
        is_known = not self.recorded_as or name in self.recorded_as
        counting = {name} | (self.recorded_as | {""} if is_known else set())
        barring = [entry for entry in self.entries if entry.bars(item)]
        own = any(entry.named in counting for entry in barring)
        others = any(entry.named not in counting for entry in barring)
        is_open = name not in self.apart and (not is_known or others)
        return own, others and is_open, is_open

    def standing(self, name: str) -> str:
        """Return what the gate says of a promise under a name."""
        own, others, _ = self.bars(name, ITEM)
        return "refused" if own else "pending" if others else "allowed"

    def refer(self, about: str, name: str) -> None:
        """Put a conflict on the desk, unless it waits there or was found to be another's and still is."""
        turns = self.desk.setdefault((about, name), [])
        is_undone = turns[-1:] == [Outcome.ANOTHER_PERSON] and about == Cause.FILING and name not in self.apart
        if not turns or turns[-1] == Outcome.SAME_PERSON or is_undone:
            turns.append("")

    def unite(self, names: Iterable[str]) -> None:
        """Let names be one person's."""
        self.recorded_as |= set(names)
        self.apart -= self.recorded_as

    @property
    def waiting(self) -> Counter[tuple[str, str]]:
        """What waits on the desk."""
        return Counter(key for key, turns in self.desk.items() for turn in turns if not turn)


class NamesAsAMachine(RuleBasedStateMachine):
    """Whatever is said in whichever order, the service and the model know the same names and open the same gates."""

    @initialize()
    def begin(self) -> None:
        """Start with an empty register, and one item."""
        empty_tables()
        forget_everything()
        self.known = [Somebody() for _ in PEOPLE]
        self.keys = [KeyPair() for _ in PEOPLE]
        self.cases: list[tuple[int, str, Case]] = []
        self.links: list[tuple[int, str, str, set[str]]] = []
        self.count = 0
        self.at = NOON
        publish()
        for number in range(len(PEOPLE)):
            self.applicant(number, LI).enrol()

    def next_id(self) -> str:
        """Return a new id."""
        self.count += 1
        return f"r-{self.count}"

    def identity(self, number: int, way: str) -> Identity:
        """Return somebody under a name."""
        return replace(PEOPLE[number], name=way)

    def applicant(self, number: int, way: str) -> Applicant:
        """Return somebody who has logged in under a name."""
        return Applicant(identity=self.identity(number, way), key=self.keys[number])

    def rank_of(self, source: str, number: int) -> NameRank:
        """Return what a source's word is worth: the market supervision keeps the register of companies."""
        is_register = source == "market" and PEOPLE[number].kind == "uscc"
        return NameRank.REGISTER if is_register else NameRank.OFFICE

    @rule(number=numbers, spelt=written, source=sources, items=items)
    def record(self, number: int, spelt: tuple[str, str], source: str, items: tuple[str, ...]) -> None:
        """A source sends a record."""
        name, way = spelt
        one, record_id = self.known[number], self.next_id()
        is_conflicting = one.say(name, self.rank_of(source, number))
        submission = a_submission(source=source, record_id=record_id, related_items=items)
        about = self.identity(number, way)
        if is_conflicting:
            with pytest.raises(DomainError, match="IDENTITY_CONFLICT"):
                container().ingest.put_record(submission, about=about, by=MACHINES[source], at=self.at)
            one.refer(record_id, name)
        else:
            container().ingest.put_record(submission, about=about, by=MACHINES[source], at=self.at)
            one.enter(name, Entry(items))

    @rule(number=numbers, spelt=st.lists(written, min_size=1, max_size=3), source=sources)
    def file_of_records(self, number: int, spelt: list[tuple[str, str]], source: str) -> None:
        """A source sends several records of one subject in a file."""
        one, by = self.known[number], MACHINES[source]
        lines = []
        for line, (_, way) in enumerate(spelt, 1):
            submission = a_submission(source=source, record_id=self.next_id())
            subject = container().ingest.subject(self.identity(number, way), at=self.at)
            lines.append(Handed(line=line, submission=submission, subject=subject))
        # A file's names are registered before its records are kept.
        expected = [one.say(name, self.rank_of(source, number)) for name, _ in spelt]
        batch = Batch(name=self.next_id(), department=source, actor=by.actor, at=self.at)

        taken = container().ingest.take([lines], batch)

        assert [each.error is not None for each in taken] == expected
        for each, (name, _), is_conflicting in zip(taken, spelt, expected, strict=True):
            if is_conflicting:
                handed = each.handed
                container().ingest.refer(Cause.IMPORT, handed.submission, handed.subject.about, by=by, at=self.at)
                one.refer(handed.submission.record_id, name)
            else:
                one.enter(name, Entry(()))

    @rule(number=numbers, spelt=written, items=st.sampled_from([(ITEM,), (ELSEWHERE,)]))
    def flag(self, number: int, spelt: tuple[str, str], items: tuple[str, ...]) -> None:
        """A measure is confirmed that was proposed under a name."""
        name, way = spelt
        one, about = self.known[number], self.identity(number, way)
        one.enter(name, Entry(items), is_marked=name in one.names)
        keys = container().subject_keys
        with transaction() as tx:
            mark = a_flag_mark(flag_id=self.next_id(), items=items)
            container().credit.put_flag(
                keys.key_of(about), mark, name_digest=keys.digest_of_name(about), by=CREDIT, at=self.at, tx=tx
            )

    @rule(number=numbers, spelt=written, item=st.sampled_from([ITEM, ELSEWHERE]))
    def check(self, number: int, spelt: tuple[str, str], item: str) -> None:
        """An office asks."""
        name, way = spelt
        own, _, is_open = self.known[number].bars(name, item)
        inquiry = Inquiry(item_code=item, purpose=Purpose.HANDLING, department="traffic")

        answer = container().credit.check(self.identity(number, way), inquiry, by=OFFICER, at=self.at)

        assert answer.effect is (Effect.REFUSED if own else Effect.UNKNOWN if is_open else Effect.NONE)
        if is_open:
            self.known[number].refer(Cause.CHECK, name)

    @rule(number=numbers, spelt=written)
    def agent(self, number: int, spelt: tuple[str, str]) -> None:
        """An agent names a principal."""
        name, way = spelt
        about = self.identity(number, way)
        known = container().subjects.know(about, AGENT.naming(NameRank.AGENT), self.at)
        assert known.is_conflicting is self.known[number].say(name, NameRank.AGENT)
        if found := mismatch_of(Cause.AGENT, known, about, by=AGENT, reference=ITEM):
            container().conflicts.open(found, at=self.at)
            self.known[number].refer(Cause.AGENT, name)

    @rule(number=numbers, spelt=written)
    def promise(self, number: int, spelt: tuple[str, str]) -> None:
        """Somebody logs in, drafts, and promises if they may."""
        name, way = spelt
        one, applicant = self.known[number], self.applicant(number, way)
        drafted = applicant.draft(at=self.at)
        if one.say(name, NameRank.PLATFORM):
            one.refer(Cause.FILING, name)
        standing = one.standing(name)
        assert drafted.standing == standing
        if standing == "refused":
            return
        case = applicant.promise(drafted, at=self.at).case
        if one.bars(name, ITEM)[2]:
            one.refer(Cause.FILING, name)
        assert case.state == {"pending": "pending_identity", "allowed": "accepted"}[standing]
        if standing == "pending":
            self.cases.append((number, name, case))

    @precondition(lambda self: self.cases)
    @rule()
    def sweep(self) -> None:
        """Time passes, and promises that wait are looked at again."""
        self.at += timedelta(minutes=10)
        container().clocks.sweep(at=self.at)
        still: list[tuple[int, str, Case]] = []
        for number, name, case in self.cases:
            standing = self.known[number].standing(name)
            if self.known[number].bars(name, ITEM)[2]:
                self.known[number].refer(Cause.FILING, name)
            states = {"pending": "pending_identity", "allowed": "accepted", "refused": "awaiting_materials"}
            assert container().cases.load(case.case_no).state == states[standing]
            still += [(number, name, case)] if standing == "pending" else []
        self.cases = still

    @rule(number=numbers, one=written, other=written)
    def rename(self, number: int, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Two officers find that somebody changed a name, by a document."""
        (former, way), (present, other_way) = one, other
        somebody = self.known[number]
        proposal = IdentityLinkProposal(
            kind=LinkKind.RENAMED,
            former=self.identity(number, way),
            present=self.identity(number, other_way),
            document=PAPER,
            evidence="登记档案第3页。",
        )
        unknown = [name for name in (former, present) if somebody.say(name, NameRank.OFFICE)]
        if former == present or len(unknown) != 1:
            with pytest.raises(DomainError):
                container().identity_links.propose(proposal, by=CREDIT, at=self.at)
            return
        link = container().identity_links.propose(proposal, by=CREDIT, at=self.at)[0]
        container().identity_links.confirm(
            link.alias_id, reason="已核对原件。", by=CREDIT2, version=link.version, at=self.at
        )
        is_recorded = unknown[0] in somebody.recorded_as
        joined = somebody.names - somebody.recorded_as if is_recorded else {unknown[0]}
        somebody.unite({unknown[0], *somebody.names})
        somebody.also.add(unknown[0])
        self.links.append((number, link.alias_id, unknown[0], joined))

    @precondition(lambda self: self.links)
    @rule()
    def revoke(self) -> None:
        """The last link turns out to be wrong."""
        number, alias_id, name, joined = self.links.pop()
        link = container().identity_links.get(alias_id, by=CREDIT)
        container().identity_links.revoke(
            alias_id, reason="登记有误。", basis="更正通知1号", by=CREDIT2, version=link.version, at=self.at
        )
        self.known[number].also.discard(name)
        self.known[number].recorded_as -= joined

    @precondition(lambda self: any(somebody.waiting for somebody in self.known))
    @rule(outcomes=st.lists(st.sampled_from(Outcome), min_size=2, max_size=5))
    def decide(self, outcomes: list[Outcome]) -> None:
        """Somebody in the credit office decides some of what waits."""
        for conflict, outcome in zip(self.desk(), outcomes, strict=False):
            container().conflicts.decide(
                conflict.conflict_id,
                outcome,
                evidence="户籍证明1号",
                reason="核对了证件。",
                by=CREDIT2,
                version=conflict.version,
                at=self.at,
            )
            number, about, name = self.read(conflict)
            somebody = self.known[number]
            turns = somebody.desk[about, name]
            turns[turns.index("")] = outcome
            if outcome is Outcome.SAME_PERSON:
                somebody.unite({name, *somebody.names, *(entry.named for entry in somebody.entries if entry.named)})
                somebody.also |= {name} - somebody.names if somebody.rank else set()
            elif conflict.cause is Cause.FILING:
                somebody.apart.add(name)

    def desk(self) -> list[Conflict]:
        """Return what waits in the credit office."""
        page = container().conflicts.page(ConflictState.OPEN, by=CREDIT2, limit=200, after=None)
        return sorted(page.items, key=lambda one: (one.said_digest, one.cause, one.record_id, one.reference))

    def read(self, conflict: Conflict) -> tuple[int, str, str]:
        """Return whose conflict it is, its record or cause, and the name."""
        keys = container().subject_keys
        number = next(n for n, person in enumerate(PEOPLE) if keys.key_of(person) == conflict.subject)
        name = next(each for each in WAYS if keys.digest_of_name(self.identity(number, each)) == conflict.said_digest)
        return number, conflict.record_id or conflict.cause.value, name

    @invariant()
    def names_and_desk_are_as_the_model_says(self) -> None:
        """Register, summary and desk agree with the model."""
        keys, waiting = container().subject_keys, [Counter[tuple[str, str]]() for _ in PEOPLE]
        for conflict in self.desk():
            number, about, name = self.read(conflict)
            waiting[number][about, name] += 1
        for number, (person, somebody) in enumerate(zip(PEOPLE, self.known, strict=True)):
            digests = {keys.digest_of_name(self.identity(number, name)): name for name in WAYS}
            stored = SubjectStore().known((keys.key_of(person),))
            registered = [(digests[one.name_digest], one.rank) for one in stored]
            assert registered == ([(somebody.name, somebody.rank)] if somebody.rank else [])
            assert {digests[also] for one in stored for also in one.also} | ({somebody.name} - {""}) == somebody.names
            summary = container().credit.summary(keys.key_of(person))
            assert {digests[each] for each in summary.name_digests} == somebody.recorded_as
            assert {digests[each] for each in summary.apart} == somebody.apart
            assert waiting[number] == somebody.waiting

    def teardown(self) -> None:
        """In the end everybody promises under every name, and everything is decided, one way and the other."""
        for number in range(len(PEOPLE)):
            for name, ways in WAYS.items():
                self.check(number, (name, ways[0]), ITEM)
                self.promise(number, (name, ways[1]))
        while self.desk():
            self.decide([Outcome.ANOTHER_PERSON, Outcome.SAME_PERSON, Outcome.ANOTHER_PERSON])
            self.names_and_desk_are_as_the_model_says()
        if self.cases:
            self.sweep()
        self.names_and_desk_are_as_the_model_says()
        assert self.cases == []


@pytest.mark.requirement("R6.3", "R6.4")
@pytest.mark.usefixtures("cloud")
@goes("walks", usually=4, deep=100)
def test_names_in_any_order_are_as_the_model_says(walks: int) -> None:
    walk(NamesAsAMachine, walks=walks, steps=20)
