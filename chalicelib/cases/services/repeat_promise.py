"""Promising again after a promise was withdrawn (再次承诺)."""

from datetime import datetime

from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.model.items import Recommitment
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.workdays.model.calendars import Calendars
from chalicelib.workdays.rules.due_dates import due


class RepeatPromise:
    """Checks whether an item's rule allows a subject to promise again, based on the subject's cases."""

    def __init__(self, store: CaseStore, calendars: Calendars) -> None:
        """Take the store, to look up withdrawn promises, and the calendars, to count the waiting time."""
        self._store = store
        self._calendars = calendars

    def is_allowed(self, rule: Recommitment, *, item_code: str, subject: SubjectKey, at: datetime) -> bool:
        """Whether this subject may promise on this item after withdrawing a promise on it (R1.11).

        Reads the subject's cases, from the newest, only if the rule can say no.
        """
        if rule.allowed and rule.wait is None:
            return True
        withdrawn = next(
            (
                card.withdrawn_at
                for card in self._store.each_of_subject(subject)
                if card.item_code == item_code and card.withdrawn_at is not None
            ),
            None,
        )
        if withdrawn is None:
            return True
        if not rule.allowed or rule.wait is None:
            return False
        return at > due(rule.wait, started_at=withdrawn, calendar=self._calendars.current()).at
