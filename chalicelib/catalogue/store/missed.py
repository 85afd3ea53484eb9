"""Counting what was searched in vain."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from pynamodb.exceptions import UpdateError

from chalicelib.catalogue.model.search import Missed
from chalicelib.catalogue.rules.missed import KEPT, place_of
from chalicelib.catalogue.table.missed import MissedRow
from chalicelib.clock import SHANGHAI
from chalicelib.dynamo.model import code_of


class MissedStore:
    """The words of each day, at most as many as it has places."""

    def count(self, words: str, *, day: date) -> None:
        """Count a search once more, in one write; of two words that want one place, the first has it."""
        ends = datetime.combine(day + KEPT + timedelta(days=1), time(), tzinfo=SHANGHAI)
        try:
            MissedRow(day.isoformat(), place_of(words, day=day)).update(
                [
                    MissedRow.times.add(1),
                    MissedRow.words.set(words),
                    MissedRow.expires.set(int(ends.timestamp())),
                ],
                condition=MissedRow.words.does_not_exist() | (MissedRow.words == words),
            )
        except UpdateError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def of_day(self, day: date) -> Iterator[Missed]:
        """Yield the words of a day."""
        for row in MissedRow.query(day.isoformat()):
            yield Missed(day=day, words=row.words, times=int(row.times))
