"""What subjects see of their own credit (本人信用)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.records import Eligibility, Record, RepairState, Severity, Summary
from chalicelib.credit.rules.grades import Grade, grade_of
from chalicelib.credit.rules.linked_credit import combine, eligibility, parts_of, under_name
from chalicelib.credit.rules.names import is_set_apart, names_counting_for
from chalicelib.credit.services.checks import Credit
from chalicelib.credit.store.records import CreditStore, QueryPage, UnreadableError
from chalicelib.policy import Caller
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.subjects.rules.identifiers import SubjectKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditReport:
    """A subject's own credit (信用报告): the summary and every record behind it.

    ``is_partial``: more is recorded under another name of the number, and nobody has said yet whose it is.
    """

    summary: Summary
    records: tuple[Record, ...]
    is_partial: bool = False


class OwnCredit:
    """Reports, grades and the list of queries, for the subject itself and free of charge."""

    def __init__(
        self, store: CreditStore, credit: Credit, keys: SubjectKeys, *, law: Callable[[datetime], RulePack]
    ) -> None:
        """``law`` returns the deployment's own rule pack as in force at an instant."""
        self._keys = keys
        self._store = store
        self._credit = credit
        self._law = law

    def report(self, *, by: Caller) -> CreditReport:
        """Return the caller's own credit, free of charge.

        Without withdrawn records and those under another name of the number, which may be another person's (R6.3).
        """
        whole = self._credit.summary(by.own_subject())
        names = () if by.identity is None else self._keys.digests_of_name(by.identity)
        summary = under_name(whole, names)
        marks = names_counting_for(whole, names)
        records = {part.subject: tuple(self._store.records(part.subject)) for part in parts_of(summary)}
        own = tuple(record for record in records[whole.subject] if record.named in marks)
        linked = (record for subject, found in records.items() if subject != whole.subject for record in found)
        is_all = parts_of(summary) == parts_of(whole) and len(own) == len(records[whole.subject])
        return CreditReport(
            summary=summary,
            records=tuple(record for record in (*own, *linked) if record.repair is not RepairState.WITHDRAWN),
            is_partial=not is_all and not is_set_apart(whole, names),
        )

    def graded(self, own: CreditReport, *, by: Caller, at: datetime) -> Grade | None:
        """Return the caller's own grade, or None if the rules in force have no scale for this kind of subject."""
        if by.identity is None:
            return None
        today = day_in_shanghai(at)
        return grade_of(combine(own.summary), own.records, self._law(at).grading, kind=by.identity.kind, on=today)

    def promise_on(self, item_code: str, *, bar_severity: Severity, by: Caller, at: datetime) -> Eligibility | None:
        """Return whether the caller may promise on an item, so that nobody fills in a form for nothing (R1.2).

        None while credit cannot be read, or for a caller of whom nobody vouches for the identity.
        """
        if by.identity is None:
            return None
        names = self._keys.digests_of_name(by.identity)
        try:
            summary = self._credit.summary(by.own_subject())
        except UnreadableError:
            return None
        return eligibility(summary, item_code, names=names, on=day_in_shanghai(at), bar_severity=bar_severity)

    def queries(self, *, by: Caller, limit: int, after: str | None = None) -> QueryPage:
        """Return who queried the caller's credit, when and why, newest first, under all its identities (R6.4)."""
        pages = [
            self._store.queries(name, limit=limit, after=after) for name in self._credit.identities(by.own_subject())
        ]
        found = sorted((query for page in pages for query in page.queries), key=lambda one: one.query_id, reverse=True)
        has_more = len(found) > limit or any(page.after for page in pages)
        shown = tuple(found[:limit])
        return QueryPage(queries=shown, after=f"query:{shown[-1].query_id}" if has_more else None)
