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
from chalicelib.dynamo.model import Position
from chalicelib.dynamo.pages import page_of_lists
from chalicelib.policy import Caller
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.subjects.rules.identifiers import SubjectKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditReport:
    """A subject's own credit (信用报告): the summary, and a page of the records behind it.

    ``names`` are the marks of records that count under the caller's name. ``is_partial``: more is recorded under
    another name of the number, on this page or in the summary, and nobody has said yet whose it is. ``after`` is where
    the next page begins.
    """

    summary: Summary
    records: tuple[Record, ...]
    names: frozenset[str]
    is_partial: bool = False
    after: Position | None = None


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

    def report(self, *, by: Caller, limit: int, after: Position | None = None) -> CreditReport:
        """Return the caller's own credit, free of charge: the whole summary, and a page of the records.

        Those of linked identities come last. Withdrawn records are left out, and so are those under another name of the
        number, which may be another person's (R6.3); a page may be short by them.
        """
        whole = self._credit.summary(by.own_subject())
        names = () if by.identity is None else (self._keys.digest_of_name(by.identity),)
        summary = under_name(whole, names)
        marks = names_counting_for(whole, names)
        page = page_of_lists(
            [part.subject for part in parts_of(summary)],
            lambda name, most, begins: self._store.page(SubjectKey(name), limit=most, after=begins),
            limit=limit,
            after=after,
        )
        known = tuple(one for one in page.items if one.subject != whole.subject or one.named in marks)
        is_all = parts_of(summary) == parts_of(whole) and len(known) == len(page.items)
        return CreditReport(
            summary=summary,
            records=tuple(record for record in known if record.repair is not RepairState.WITHDRAWN),
            names=marks,
            is_partial=not is_all and not is_set_apart(whole, names),
            after=page.after,
        )

    def graded(self, own: CreditReport, *, by: Caller, at: datetime) -> Grade | None:
        """Return the caller's own grade, or None if the rules in force have no scale for this kind of subject."""
        if by.identity is None or self._law(at).grading is None:
            return None
        today = day_in_shanghai(at)
        shown = [
            one
            for part in parts_of(own.summary)
            for one in self._store.displayed(part.subject, on=today)
            if part.subject != own.summary.subject or one.named in own.names
        ]
        return grade_of(combine(own.summary), shown, self._law(at).grading, kind=by.identity.kind, on=today)

    def promise_on(self, item_code: str, *, bar_severity: Severity, by: Caller, at: datetime) -> Eligibility | None:
        """Return whether the caller may promise on an item, so that nobody fills in a form for nothing (R1.2).

        None while credit cannot be read, or for a caller of whom nobody vouches for the identity.
        """
        if by.identity is None:
            return None
        names = (self._keys.digest_of_name(by.identity),)
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
