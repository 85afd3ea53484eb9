"""What a newer version of a record keeps of the one before, whatever the source says (R3.12)."""

from dataclasses import replace

from chalicelib.credit.model.records import Record


def held_to_rulings(record: Record, before: Record) -> Record:
    """Return a record one stored version after the one ``before``, with the marks and rulings that it carries."""
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
