"""The credit office at work, on the services as they are wired: records and flags of one company, and its ways back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.container import container
from chalicelib.credit.model.records import Effect, Purpose, Record
from chalicelib.credit.services.checks import Inquiry
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import (
    Entry,
    EntryKind,
    Objection,
    ObjectionDecision,
    ObjectionRequest,
    Outcome,
    Repair,
    RepairDecision,
    RevokingDocument,
)
from chalicelib.redress.services.revocations import Fall
from chalicelib.sanctions.model.flags import Flag, Service, Target
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import NOON, a_caller, a_promise_report, a_proposal, a_submission, an_organisation

MACHINE = a_caller(Role.SYSTEM, sub="system.market", department="market")
CREDIT = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
CREDIT2 = a_caller(Role.CREDIT_OFFICER, sub="credit2", department="credit")
MARKET = a_caller(Role.CREDIT_OFFICER, sub="credit.market", department="market")
ELSEWHERE = a_caller(Role.CREDIT_OFFICER, sub="credit3", department="elsewhere")
AFTER_DEFENCE = datetime(2026, 10, 8, 16, 0, tzinfo=UTC)
DUE = datetime.fromisoformat("2026-10-08T15:59:59+00:00")
"""Three working days after Monday 28 September 2026: Tuesday, Wednesday, and Thursday after the holidays."""
PAPER = "撤〔2026〕1号"
RECORD = Entry(kind=EntryKind.RECORD, name="market/r-1")


def company() -> Caller:
    return a_caller(sub="company", subject=container().subject_keys.key_of(an_organisation()))


def stored(record_id: str = "r-1", **given: object) -> Record:
    submission = a_submission(record_id=record_id, **given)
    return container().ingest.put_record(submission, about=an_organisation(), by=MACHINE, at=NOON)


def promise_kept(subject: SubjectKey, case_no: str = "C1", *, at: datetime = NOON) -> None:
    """Have a promise recorded as kept."""
    report = a_promise_report(subject=subject, case_no=case_no)
    with transaction() as tx:
        container().promise_keeping.record(report, by="staff:officer.market", at=at, tx=tx)


def effect_at(at: datetime, *, item: str = "business-address") -> Effect:
    inquiry = Inquiry(item_code=item, purpose=Purpose.HANDLING)
    return container().credit.check(an_organisation(), inquiry, by=MACHINE, at=at).effect


def proposed(**given: Any) -> Flag:  # noqa: ANN401 - any field of a proposal
    target = Target(about=an_organisation())
    return container().flags.propose(a_proposal(**given), target, by=CREDIT, at=NOON).flag


def served(**given: Any) -> Flag:  # noqa: ANN401 - any field of a proposal
    service = Service(served_at=NOON, method="直接送达", proof="回证1号")
    return container().flags.serve(proposed(**given).flag_id, service, by=CREDIT, version=1, at=NOON)


def confirm(flag: Flag, *, by: Caller = CREDIT2, at: datetime, answer: str = "") -> Flag:
    return container().flags.confirm(
        flag.flag_id, "事实清楚。", statement_answer=answer, by=by, version=flag.version, at=at
    )


def flagged(**given: Any) -> Flag:  # noqa: ANN401 - any field of a proposal
    """A flag in force."""
    return confirm(served(**given), at=AFTER_DEFENCE)


def lift(flag: Flag, *, at: datetime = NOON, version: int | None = None) -> Flag:
    return container().flags.lift(
        flag.flag_id, reason="已履行义务。", basis="第23条", by=CREDIT, version=version or flag.version, at=at
    )


def entry_of(flag: Flag) -> Entry:
    return Entry(kind=EntryKind.FLAG, name=flag.flag_id)


def objected(
    entry: Entry = RECORD, ground: str = "fact", *, by: Caller | None = None, at: datetime = NOON
) -> Objection:
    plea = ObjectionRequest(entry=entry, ground=ground, text="事实不是这样。", evidence="房产证")
    return container().objections.make(plea, by=by or company(), at=at, idempotency_key=None)[0]


def ruling(outcome: Outcome = Outcome.KEPT, **given: object) -> ObjectionDecision:
    return replace(ObjectionDecision(outcome=outcome, reason="经核实。", basis="第30条"), **given)  # type: ignore[arg-type]


def decided(objection: Objection, said: ObjectionDecision, *, by: Caller = CREDIT, at: datetime = NOON) -> Objection:
    return container().objections.decide(objection.objection_id, said, by=by, version=objection.version, at=at)


def asked(entry: Entry, *, at: datetime) -> Repair:
    form = container().repairs.form(entry, by=company(), at=at)
    return container().repairs.ask(entry, "已履行", form.promise_hash, by=company(), at=at, idempotency_key=None)[0]


def judged(repair: Repair, *, at: datetime, by: Caller = CREDIT, **given: object) -> Repair:
    verdict = replace(RepairDecision(is_approved=True, reason="已纠正。"), **given)  # type: ignore[arg-type]
    return container().repairs.judge(repair.repair_id, verdict, by=by, version=repair.version, at=at)


def reversal(entry: Entry = RECORD, **given: object) -> Fall:
    paper = RevokingDocument(
        number="复〔2026〕3号", organ="义乌市人民政府", effective_on=date(2026, 10, 8), basis="第68条"
    )
    return replace(Fall(entry=entry, by_document=paper, reason="复议撤销。"), **given)  # type: ignore[arg-type]
