"""The records of promises and what became of them (信用承诺及履行情况, R1.20)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.clock import day_in_shanghai
from chalicelib.credit.model.promise_keeping import PromiseReport
from chalicelib.credit.model.records import (
    BROKEN,
    CONFIRMED,
    UNDONE,
    BarState,
    Dates,
    PromiseOutcome,
    Publicity,
    Record,
    Severity,
)
from chalicelib.credit.model.submissions import Directory
from chalicelib.credit.rules.submissions import OWN_SOURCE, with_display
from chalicelib.rulepacks.model.display import rules_of_the_day
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

KIND_OF_PROMISES = "commitment"


def record_after(report: PromiseReport, before: Record | None, *, directory: Directory, at: datetime) -> Record | None:
    """Return the record after a report, or None if the report adds nothing to ``before``.

    What could not be verified may turn out to be anything; what was kept, broken or withdrawn stays so. A broken
    promise may get the document that followed from it, unless the record has been repaired or withdrawn since. It is
    never graver than the directory lets records of promises be (``gravest``).
    """
    if before is None:
        return _record_of(report, directory=directory, at=at)
    outcome = None if before.fulfilment is None else before.fulfilment.outcome
    if outcome is PromiseOutcome.UNVERIFIABLE and report.fulfilment.outcome is not outcome:
        return replace(_record_of(report, directory=directory, at=at), version=before.version + 1)
    if outcome not in BROKEN or before.repair in UNDONE or before.document == report.document:
        return None
    return replace(before, document=report.document, version=before.version + 1)


def broken_event(report: PromiseReport, record: Record, before: Record | None, *, by: str, at: datetime) -> NewEvent:
    """Return the event, on the subject's credit, of a broken promise: in which case, on which item, until when.

    ``is_first`` is false where a record that was there has only got its document.
    """
    until = record.display.until
    return NewEvent(
        kind=EventKind.PROMISE_BROKEN,
        occurred_at=at,
        actor=by,
        department=report.fulfilment.department,
        data={
            "record": record.name,
            "record_version": record.version,
            "case_no": report.fulfilment.case_no,
            "outcome": report.fulfilment.outcome.value,
            "items": list(record.related_items),
            "basis": record.basis,
            "document_no": record.document.number,
            "bars": [record.name] if record.bar in CONFIRMED else [],
            "is_first": before is None or before.bar not in CONFIRMED,
            "until": None if until is None else until.isoformat(),
        },
    )


def _record_of(report: PromiseReport, *, directory: Directory, at: datetime) -> Record:
    today = day_in_shanghai(at)
    kind = directory.kind(KIND_OF_PROMISES)
    gravest = Severity.SERIOUS if kind is None else kind.gravest
    record = Record(
        subject=report.subject,
        source=OWN_SOURCE,
        record_id=report.record_id,
        kind=KIND_OF_PROMISES,
        edition=directory.edition,
        severity=min(report.severity, gravest, key=lambda severity: severity.rank),
        publicity=Publicity.QUERY_ONLY,
        document=report.document,
        dates=Dates(judged_on=today, received_on=today, effective_on=today),
        basis=report.basis,
        repair_notice=report.repair_notice,
        related_items=(report.item_code,),
        received_at=at,
        known_since=at,
        bar=BarState.CONFIRMED if report.bars else BarState.NONE,
        fulfilment=report.fulfilment,
    )
    return with_display(record, rules_of_the_day(report.display, today, on=today), reason="")
