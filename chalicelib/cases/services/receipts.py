"""Recording that a notice has reached the person (送达), from which their time limit runs."""

from datetime import datetime

from chalicelib.cases.model.case import Case
from chalicelib.cases.model.stages import Notice, Receipt
from chalicelib.cases.rules import receipts as rules
from chalicelib.cases.rules.handling import CaseStep
from chalicelib.cases.services.commands import CaseCommands, CaseContext, Command, Result
from chalicelib.cases.store import CaseStore
from chalicelib.clock import instant_text
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.rulepacks.model.pack import Proof, ProofSource
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind

SENDERS = {ProofSource.PORTAL: "service:portal", ProofSource.GATEWAY: "service:gateway"}
"""Who records a proof that no officer has seen."""


class Receipts:
    """Proofs that notices in cases have arrived."""

    def __init__(self, store: CaseStore, commands: CaseCommands) -> None:
        """Take the cases, and the commands, through which officers record what they have seen."""
        self._store = store
        self._commands = commands

    def record(self, command: Command, notice: Notice, *, proof: str, received_at: datetime) -> Result:
        """Record what an officer has seen: that the person signed for a notice, and when.

        Raises ``STEP_NOT_ALLOWED`` if no such notice waits for a proof, and ``INVALID_BODY`` for a proof that the rule
        pack does not accept from an office, or an instant before the notice or after now.
        """

        def change(context: CaseContext) -> Case:
            told = rules.require_waiting(context.case, notice)
            accepted = rules.require_proof(context.pack, proof)
            arrived = rules.received_between(received_at, told, at=command.at)
            return _received(context, notice, told, accepted, received_at=arrived)

        return self._commands.take(CaseStep.RECEIVE, command, change)

    @retry_on_conflict
    def prove(  # noqa: PLR0913 - a proof has this many sides, and each is named at the call
        self,
        case_no: str,
        notice: Notice,
        source: ProofSource,
        *,
        reached: SubjectKey,
        told_at: datetime,
        received_at: datetime,
        at: datetime,
    ) -> bool:
        """Record that the applicant has read a notice, or that a gateway says it arrived; return whether it counts.

        It does not if somebody else was reached, the rule pack accepts no such proof, or the notice has been answered
        or has a proof already. Idempotent.
        """
        case = self._store.load(case_no)
        told = rules.waiting(case, notice, told_at=told_at)
        if told is None or reached != case.subject:
            return False
        with transaction() as tx:
            context = self._commands.work_on(case, actor=SENDERS[source], at=at, tx=tx)
            accepted = context.pack.proofs_from(source)
            if not accepted:
                return False
            received = min(max(received_at, told_at), at)
            after = _received(context, notice, told, accepted[0], received_at=received)
            self._store.save(case, after, context.facts, at=at, tx=tx)
        return True


def _received(context: CaseContext, notice: Notice, told: rules.Told, proof: Proof, *, received_at: datetime) -> Case:
    """Let the time of the notice run from its receipt, if that is sooner than it would be deemed."""
    clock = context.clock(rules.CLOCKS[notice]) if rules.is_latest(context.case, notice, told) else None
    if clock is not None and rules.starts_sooner(clock, received_at):
        clock = context.restart(clock, since=received_at)
    context.tell(
        EventKind.NOTICE_RECEIVED,
        {
            "notice": notice.value,
            "proof": proof.code,
            "article": proof.basis,
            "received_at": instant_text(received_at),
        },
        occurred_at=received_at,
    )
    receipt = Receipt(proof=proof.code, received_at=received_at, recorded_at=context.at, recorded_by=context.actor)
    return rules.with_receipt(context.case, told, receipt, clock=clock)
