"""What a newer version of a record keeps from the stored one, whatever the source says (R3.12)."""

from dataclasses import replace
from datetime import date

from chalicelib.credit.model.records import BarState, Record


def carry_over(record: Record, before: Record) -> Record:
    """Return the record as the next stored version, with the marks and corrections carried over."""
    carried = replace(
        record,
        version=before.version + 1,
        known_since=before.known_since,
        objection=before.objection,
        is_paused=before.is_paused,
        repair=before.repair,
        ruled=before.ruled,
        contents=before.ruled.put_right(record.contents),
        display=replace(record.display, until=before.ruled.until(record.display.until)),
    )
    if carried.bar is not BarState.PROPOSED or not _says_the_same(carried, before):
        return carried
    return replace(
        carried,
        handed_by=before.handed_by,
        bar=before.bar,
        bar_notice=before.bar_notice,
        bar_confirmation=before.bar_confirmation,
    )


def _says_the_same(record: Record, before: Record) -> bool:
    """Whether a newer version holds against the subject no more than what notice was given of, and for no longer."""
    alike = replace(
        record,
        edition=before.edition,
        publicity=before.publicity,
        dates=replace(record.dates, received_on=before.dates.received_on, display_until=before.dates.display_until),
        update_due_on=before.update_due_on,
        source_version=before.source_version,
        version=before.version,
        received_at=before.received_at,
        display=before.display,
        named=before.named,
        handed_by=before.handed_by,
        bar=before.bar,
        bar_notice=before.bar_notice,
        bar_confirmation=before.bar_confirmation,
    )
    return alike == before and (record.display.until or date.max) <= (before.display.until or date.max)
