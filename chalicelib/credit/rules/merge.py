"""What a newer version of a record keeps from the stored one, whatever the source says (R3.12)."""

from dataclasses import replace

from chalicelib.credit.model.records import Record


def carry_over(record: Record, before: Record) -> Record:
    """Return the record as the next stored version, with the marks and corrections carried over."""
    return replace(
        record,
        version=before.version + 1,
        known_since=before.known_since,
        objection=before.objection,
        repair=before.repair,
        ruled=before.ruled,
        contents=before.ruled.put_right(record.contents),
        display=replace(record.display, until=before.ruled.until(record.display.until)),
    )
