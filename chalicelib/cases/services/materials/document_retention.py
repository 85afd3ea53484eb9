"""The nightly deletion of documents whose time is over (材料文件到期删除)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.cases.model.case import Case
from chalicelib.cases.rules import document_retention as rules
from chalicelib.cases.store import CaseStore
from chalicelib.clock import day_in_shanghai
from chalicelib.documents.model import Document, DocumentState
from chalicelib.documents.rules.documents import deleted, deletion_event
from chalicelib.documents.store.bucket import DocumentBucket
from chalicelib.documents.store.documents import SHARDS, DocumentStore
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.walks.model import Place, Step
from chalicelib.walks.services import step_over

PAGE = 50
"""How many documents of a shard one step looks at: each that goes takes calls of S3 as well."""

PARTS = tuple(str(shard) for shard in range(SHARDS))


class DocumentRetention:
    """Deletes what need not be kept; how long that is follows from case, item and rule pack, not from this job."""

    def __init__(
        self,
        cases: CaseStore,
        store: DocumentStore,
        bucket: DocumentBucket,
        *,
        packs: Sequence[RulePack],
    ) -> None:
        """Take the documents with their content, the cases that they belong to, and the rule packs."""
        self._cases = cases
        self._store = store
        self._bucket = bucket
        self._packs = packs

    def expire(self, _about: str, shard: str, place: Place, at: datetime) -> Step:
        """Look at the next documents of a shard, as a step of a walk; safe to repeat, late or at once."""
        due = self._store.to_look_at(int(shard), on=day_in_shanghai(at), limit=PAGE, after=place or None)
        return step_over(due, lambda name: self._look(name, at=at), named="document:{}".format)

    @retry_on_conflict
    def _look(self, document_id: str, *, at: datetime) -> bool:
        """Delete a document if its time is over, else say when to look again; returns whether it was deleted."""
        before = self._store.load(document_id)
        if before.state is DocumentState.DELETED:
            return False
        case = self._cases.find(before.case_no)
        today = day_in_shanghai(at)
        kept = pack_in_force(self._packs, before.pack, on=today).documents
        until = rules.kept_until(before, case, kept)
        if until is None or today <= until:
            with transaction() as tx:
                self._store.save(before, replace(before, look_on=rules.look_on(until, today=today)), [], at=at, tx=tx)
            return False
        # The content goes first: what is left behind by a fault here is found again tomorrow.
        self._bucket.remove_all(document_id)
        self._record(before, case, basis=kept.basis, at=at)
        return True

    def _record(self, before: Document, case: Case | None, *, basis: str, at: datetime) -> None:
        with transaction() as tx:
            event = deletion_event(before, basis=basis, at=at)
            self._store.save(before, deleted(before, at=at), [event], at=at, tx=tx)
            if case is not None:
                told = rules.deletion_event(case, before, basis=basis, at=at)
                self._cases.save(case, rules.without_name(case, before.document_id), [told], at=at, tx=tx)
