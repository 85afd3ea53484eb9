"""The cases affected by a withdrawal (受影响办件, R8.4): the service's own, and those of querying systems."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from chalicelib.cases.model.case import Case
from chalicelib.cases.rules.case_numbers import is_case_no
from chalicelib.cases.store import CaseStore
from chalicelib.clock import SHANGHAI
from chalicelib.credit.model.records import Document, Query, Record
from chalicelib.credit.store.records import CreditStore
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.redress import rules
from chalicelib.redress.model import AffectedCase
from chalicelib.sanctions.model.flags import Flag
from chalicelib.subjects.model.subjects import SubjectKey

MOST_CASES = 200
"""The most cases of a subject, and the most queries about it, that are searched, newest first."""


class Impact:
    """Finds cases whose outcome relied on a record or flag that is being withdrawn."""

    def __init__(self, cases: CaseStore, credit: CreditStore) -> None:
        """Take the cases, and the log of credit queries."""
        self._cases = cases
        self._credit = credit

    def by(self, records: Sequence[Record], flags: Sequence[Flag]) -> tuple[AffectedCase, ...]:
        """Return the affected cases: the service's own by their stored snapshots, others by their logged queries."""
        found: dict[str, AffectedCase] = {}
        subjects = self._who_met({*(record.subject for record in records), *(flag.subject for flag in flags)})
        entries = {*(f"{record.source}/{record.record_id}" for record in records), *(flag.owner for flag in flags)}
        bases = {flag.case_no for flag in flags if flag.case_no is not None}
        bases |= {record.fulfilment.case_no for record in records if record.fulfilment is not None}
        for case in self._cases_of(subjects, bases):
            affected = rules.affected_case(case, entries, bases=bases)
            if affected is not None:
                found[affected.case_no] = affected
        since, items = _since(records, flags), _items(records, flags)
        for query in self._queries_of(subjects):
            asked = rules.affected_by_query(query, since=since, items=items)
            if asked is not None:
                found.setdefault(asked.case_no, asked)
        return tuple(sorted(found.values(), key=lambda one: (one.met_at, one.case_no)))

    def revoked(self, document: Document, *, subject: SubjectKey, offices: Collection[str]) -> tuple[Case, ...]:
        """Return the subject's cases whose decision one of these offices revoked by the document."""
        cases = self._cases_of({subject}, set())
        return tuple(case for case in cases if rules.is_revoked_by(case, document, offices=offices))

    def own_case(self, case_no: str) -> Case | None:
        """Return one of the service's own cases, or None."""
        return self._own_case(case_no)

    def case(self, affected: AffectedCase) -> Case | None:
        """Return an affected case as it is now, or None if it belongs to another system."""
        return self._own_case(affected.case_no)

    def _who_met(self, subjects: set[SubjectKey]) -> set[SubjectKey]:
        """Return these subjects and all others for whom their credit counts, or once did (R6.4)."""
        met, wanted = set(subjects), subjects
        while wanted:
            summaries = self._credit.summaries(sorted(wanted))
            wanted = {reader for summary in summaries for reader in summary.met_by} - met
            met |= wanted
        return met

    def _cases_of(self, subjects: set[SubjectKey], bases: set[str]) -> Iterator[Case]:
        names = dict.fromkeys(bases)
        for subject in sorted(subjects):
            for number, card in enumerate(self._cases.each_of_subject(subject)):
                if number >= MOST_CASES:
                    break
                names[card.case_no] = None
        for name in names:
            case = self._own_case(name)
            if case is not None:
                yield case

    def _queries_of(self, subjects: set[SubjectKey]) -> Iterator[Query]:
        for subject in sorted(subjects):
            yield from self._credit.queries(subject, limit=MOST_CASES, after=None).queries

    def _own_case(self, case_no: str) -> Case | None:
        if not is_case_no(case_no):
            return None
        try:
            return self._cases.load(case_no)
        except DomainError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return None


def _since(records: Sequence[Record], flags: Sequence[Flag]) -> datetime:
    """Return the earliest time at which any of them can have had effect, despite later repetitions by the source."""
    moments = [record.known_since or record.received_at for record in records]
    moments += [flag.confirmation.confirmed_at for flag in flags if flag.confirmation is not None]
    return min(moments, default=datetime.max.replace(tzinfo=SHANGHAI))


def _items(records: Sequence[Record], flags: Sequence[Flag]) -> frozenset[str] | None:
    """Return the items for which they had effect; None for all."""
    if any(not record.related_items for record in records):
        return None
    scopes = [*(record.related_items for record in records), *(flag.related_items for flag in flags)]
    return frozenset(item for scope in scopes for item in scope)
