"""A revocation that falls (撤销决定被撤销): the decision stands again, and its finding harms nobody any more."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.cases.model.case import Case, State
from chalicelib.cases.rules import reinstatement as rules
from chalicelib.cases.rules.reinstatement import ReversingDocument
from chalicelib.cases.services.commands import CaseCommands
from chalicelib.cases.services.handling import time_to_verify
from chalicelib.cases.store import CaseStore
from chalicelib.clocks.model import ClockKind
from chalicelib.dynamo.transaction import Transaction
from chalicelib.policy import Caller
from chalicelib.timeline.event_types import EventKind


class CaseReinstatement:
    """Lets revoked decisions stand again, in the transaction in which their revocation falls."""

    def __init__(self, store: CaseStore, commands: CaseCommands) -> None:
        """Take the store of cases, and the commands, which know their clocks and rule packs."""
        self._store = store
        self._commands = commands

    def reinstate(
        self, cases: Sequence[Case], document: ReversingDocument, *, by: Caller, at: datetime, tx: Transaction
    ) -> tuple[Case, ...]:
        """Let the decisions of these cases stand as before; those that are not revoked are left alone.

        What the revocation rested on goes with it, so that the promise is to be verified again. What is owed has its
        clock: the delivery if it had not happened, the verification, and whatever the person was still to bring.
        """
        return tuple(
            self._reinstated(case, document, by=by, at=at, tx=tx) for case in cases if case.state is State.REVOKED
        )

    def _reinstated(
        self, case: Case, document: ReversingDocument, *, by: Caller, at: datetime, tx: Transaction
    ) -> Case:
        after = rules.reinstate(case, document, actor=by.actor, at=at)
        context = self._commands.work_on(after, actor=by.actor, at=at, tx=tx)
        if after.state is State.DECIDED:
            context.start(ClockKind.DELIVERY, after.terms.delivery)
        verifying = time_to_verify(after, context)
        if verifying is not None:
            context.start(ClockKind.VERIFICATION, verifying)
        context.await_later(after)
        context.tell(
            EventKind.CASE_REINSTATED,
            {
                "document_no": document.number,
                "organ": document.organ,
                "basis": document.basis,
                "effective_on": document.effective_on.isoformat(),
                "state": after.state.value,
            },
            texts={"reason": document.reason},
        )
        return self._store.save(case, after, context.facts, at=at, tx=tx)
