"""Bodies and answers about credit."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.api.credit.schemas.grades import GradeShape
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import (
    Bar,
    Effect,
    FlagMark,
    ObjectionState,
    Publicity,
    Purpose,
    Record,
    RepairState,
    Severity,
    Text,
)
from chalicelib.credit.rules.linked_credit import LINKED, Met
from chalicelib.http.language import Language
from chalicelib.http.routes import Body, Code, Line, Page, Shape
from chalicelib.subjects.model.schema import SubjectBody


class DocumentShape(Shape):
    """The paper that a record or a flag stands on."""

    number: str
    organ: str
    effective_on: date
    served_at: datetime | None
    remedy_until: date | None


class RecordShape(Shape):
    """A record as it is kept; ``displayed_until`` and ``repairable_from`` follow from severity and dates.

    ``displayed`` says whether it may be shown and shared today, ``display_edition`` by which rules.
    """

    source: str
    record_id: str
    kind: str
    edition: str
    severity: Severity
    publicity: Publicity
    document: DocumentShape
    judged_on: date
    received_on: date
    displayed: bool
    displayed_until: date | None
    display_edition: str
    display_reason: str
    display_ended_at: datetime | None
    repairable_from: date | None
    expires_on: date | None
    basis: str
    repair_notice: str
    contents: dict[str, str]
    related_items: list[str]
    objection: ObjectionState
    repair: RepairState
    source_version: int
    version: int


CHANNEL = Text(
    zh="本服务是唯一的官方受理渠道,不收取任何费用。",
    en="This service is the only official channel; it costs nothing.",
)
"""Said wherever somebody may object or ask for repair, so that nobody pays for it elsewhere (R3.14)."""


class CheckBody(Body):
    """A question about one subject and one item; ``purpose`` is one of a closed list (``PURPOSE_REQUIRED``)."""

    subject: SubjectBody
    item_code: Code
    purpose: Annotated[Line | None, Field(json_schema_extra={"examples": [purpose.value for purpose in Purpose]})] = (
        None
    )
    case_no: Code | None = None


class CheckReason(Shape):
    """One reason, and what can be done about it."""

    code: str
    text: str
    source: str
    basis: str
    remedy: str
    contact: str
    record: str
    severity: Severity | None
    until: date | None


class CheckShape(Shape):
    """What a check answers."""

    effect: Effect
    reasons: list[CheckReason]
    as_of: datetime


class BarShape(Shape):
    """A record that stands in the way of promises, whether it does so today, and whether its source has gone silent."""

    record: str
    kind: str
    severity: Severity
    organ: str
    document_no: str
    basis: str
    starts_on: date
    ends_on: date
    items: list[str]
    in_force: bool
    stale: bool
    objection: ObjectionState
    repair: RepairState


class FlagMarkShape(Shape):
    """A joint-punishment flag in the summary, and whether it has effect today."""

    flag_id: str
    measure_code: str
    measure: str
    edition: str
    effect: Effect
    items: list[str]
    organ: str
    document_no: str
    basis: str
    starts_on: date
    ends_on: date
    in_force: bool
    objection: ObjectionState
    paused: bool


class LinkShape(Shape):
    """Another identity whose records and flags count for one's own, and the document that says so."""

    subject: str
    kind: LinkKind
    text: str
    organ: str
    document_no: str
    since: date


class OwnCreditShape(Shape):
    """One's own credit, whole: records, what stands in the way, kept promises, and what can be done about it.

    ``links`` are identities that one had before or took over; what is kept of them is among the rest.
    ``grade`` is there only where an edition of a scale gives one to subjects of this kind.
    """

    version: int
    kept_promises: int
    grade: GradeShape | None
    bars: list[BarShape]
    flags: list[FlagMarkShape]
    links: list[LinkShape]
    records: list[RecordShape]
    objection: str
    repair: str
    free_of_charge: bool
    channel: str


class QueryShape(Shape):
    """That somebody asked: who, when, why, for which item and case, and how much they were told."""

    asked_at: datetime
    by: str
    department: str
    purpose: Purpose
    item_code: str
    case_no: str | None
    fields: list[str]
    result_size: int


class Queries(Page):
    """Who asked for one's credit, newest first."""

    items: list[QueryShape]


def bar_shape(bar: Bar, *, in_force: bool, stale: bool) -> BarShape:
    """Show a bar to the subject."""
    return BarShape(
        record=bar.record,
        kind=bar.kind,
        severity=bar.severity,
        organ=bar.organ,
        document_no=bar.document_no,
        basis=bar.basis,
        starts_on=bar.starts_on,
        ends_on=bar.ends_on,
        items=list(bar.items),
        in_force=in_force,
        stale=stale,
        objection=bar.objection,
        repair=bar.repair,
    )


def flag_mark_shape(flag: FlagMark, *, in_force: bool) -> FlagMarkShape:
    """Show a flag to the subject."""
    return FlagMarkShape(
        flag_id=flag.flag_id,
        measure_code=flag.measure_code,
        measure=flag.measure,
        edition=flag.edition,
        effect=flag.effect,
        items=list(flag.items),
        organ=flag.organ,
        document_no=flag.document_no,
        basis=flag.basis,
        starts_on=flag.starts_on,
        ends_on=flag.ends_on,
        in_force=in_force and not flag.is_paused,
        objection=flag.objection,
        paused=flag.is_paused,
    )


def link_shape(met: Met, language: Language) -> LinkShape:
    """Show to the subject why another identity counts for it."""
    link = met.link
    return LinkShape(
        subject=link.subject,
        kind=link.kind,
        text=LINKED[link.kind].read_in(language),
        organ=link.organ,
        document_no=link.document_no,
        since=link.since,
    )


def record_shape(record: Record, *, is_displayed: bool) -> RecordShape:
    """Show a record to whoever stored it, or to its subject."""
    return RecordShape(
        source=record.source,
        record_id=record.record_id,
        kind=record.kind,
        edition=record.edition,
        severity=record.severity,
        publicity=record.publicity,
        document=DocumentShape.model_validate(record.document),
        judged_on=record.dates.judged_on,
        received_on=record.dates.received_on,
        displayed=is_displayed,
        displayed_until=record.display.until,
        display_edition=record.display.edition,
        display_reason=record.display.reason,
        display_ended_at=record.display.ended_at,
        repairable_from=record.display.repairable_from,
        expires_on=record.dates.expires_on,
        basis=record.basis,
        repair_notice=record.repair_notice,
        contents=dict(record.contents),
        related_items=list(record.related_items),
        objection=record.objection,
        repair=record.repair,
        source_version=record.source_version,
        version=record.version,
    )
