"""Resuming a suspended flag: it takes two persons, and support in the list in force (R2.9, R2.10)."""

from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.services.expiry import CreditExpiry
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, Role, require
from chalicelib.sanctions.model.flags import Documents, Flag, FlagState, LostGround, Request
from chalicelib.sanctions.rules import flags as rules
from chalicelib.sanctions.rules import measures as listed
from chalicelib.sanctions.store.editions import LoadedLists
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.timeline.event_types import EventKind


class Reinstatement:
    """Resumes suspended flags."""

    def __init__(self, flags: FlagStore, lists: LoadedLists, *, credit: CreditExpiry, documents: Documents) -> None:
        """Take the stores, the credit summaries that change with the flags, and which documents are in effect."""
        self._flags = flags
        self._lists = lists
        self._credit = credit
        self._documents = documents

    @retry_on_conflict
    def resume(self, flag_id: str, reason: str, *, by: Caller, version: int, at: datetime) -> Flag:
        """Request that a suspended flag be resumed or, as a second person, resume it.

        Raises ``NO_EFFECTIVE_DOCUMENT`` if its document has been revoked, ``MEASURE_NOT_IN_LIST`` with what is missing
        if the list in force does not support it, or ``SAME_PERSON``.
        """
        before = self._flags.load(flag_id)
        require(by, roles=(Role.CREDIT_OFFICER,), department=before.department, subjects=before.party.keys)
        if before.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        today = day_in_shanghai(at)
        subject = before.party.document_subject
        if not self._documents.is_effective(None, before.document, subject=subject, on=today):
            raise DomainError(ErrorCode.NO_EFFECTIVE_DOCUMENT, faults=(listed.NOT_OF_THE_CASE,))
        self._lists.refresh()
        edition = listed.list_in_force(self._lists.current(), on=today)
        grounds = listed.lost_grounds(before, edition, on=today)
        if before.state is FlagState.SUSPENDED and grounds:
            raise DomainError(ErrorCode.MEASURE_NOT_IN_LIST, faults=tuple(_missing(ground) for ground in grounds))
        after = rules.resume(before, Request(asked_at=at, by=by.actor, reason=reason), by=by, on=today)
        is_in_force = after.state is FlagState.ACTIVE
        kind = EventKind.FLAG_RESUMED if is_in_force else EventKind.FLAG_RESUMPTION_ASKED
        event = rules.flag_event(kind, by=by, at=at, data={"edition": edition.edition}, texts={"reason": reason})
        with transaction() as tx:
            if is_in_force:
                mark, name = rules.mark_of(after), after.party.name_digest
                self._credit.put_flag_back(after.subject, mark, name_digest=name, at=at, tx=tx)
            return self._flags.save(before, after, [event], at=at, tx=tx)


def _missing(ground: LostGround) -> FieldError:
    zh, en = listed.WORDS[ground]
    return FieldError(pointer="", detail=zh, english=en, code=ground.name)
