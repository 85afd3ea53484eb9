"""Responses for credit records."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.model.records import (
    AWAITING,
    BarState,
    ObjectionState,
    PromiseOutcome,
    Publicity,
    Record,
    RepairState,
    Severity,
)
from chalicelib.credit.rules.bars import notice_of
from chalicelib.http.routes import ResponseBody


class DocumentResponse(ResponseBody):
    """The document on which a record or a flag is based (认定文书)."""

    number: str
    organ: str
    effective_on: date
    served_at: datetime | None
    remedy_until: date | None
    court_until: date | None


class PromiseResponse(ResponseBody):
    """A promise and what became of it (信用承诺及履行情况), with the department that handled its case."""

    case_no: str
    outcome: PromiseOutcome
    department: str


class RecordResponse(ResponseBody):
    """A stored record; ``displayed_until`` and ``repairable_from`` follow from its severity and dates.

    ``displayed`` says whether it may be shown and shared today, ``display_edition`` under which rules. ``bar`` says
    whether it bars: a grave one does only when its source's system is trusted for its kind, or when ``bar_notice`` was
    served, ``objections_until`` has passed and a second person has confirmed it. ``promise`` is there if the record
    says what became of one; the service alone writes these.
    """

    source: str
    record_id: str
    kind: str
    edition: str
    severity: Severity
    publicity: Publicity
    document: DocumentResponse
    judged_on: Annotated[date, Field(validation_alias=AliasPath("dates", "judged_on"))]
    received_on: Annotated[date, Field(validation_alias=AliasPath("dates", "received_on"))]
    displayed: bool
    displayed_until: Annotated[date | None, Field(validation_alias=AliasPath("display", "until"))]
    display_edition: Annotated[str, Field(validation_alias=AliasPath("display", "edition"))]
    display_reason: Annotated[str, Field(validation_alias=AliasPath("display", "reason"))]
    display_ended_at: Annotated[datetime | None, Field(validation_alias=AliasPath("display", "ended_at"))]
    repairable_from: Annotated[date | None, Field(validation_alias=AliasPath("display", "repairable_from"))]
    expires_on: Annotated[date | None, Field(validation_alias=AliasPath("dates", "expires_on"))]
    basis: str
    repair_notice: str
    contents: dict[str, str]
    related_items: list[str]
    objection: ObjectionState
    paused: Annotated[bool, Field(validation_alias="is_paused")]
    repair: RepairState
    bar: BarState
    bar_notice: str
    objections_until: datetime | None
    promise: Annotated[PromiseResponse | None, Field(validation_alias="fulfilment")]
    source_version: int
    version: int


def item_names_of(records: Iterable[Record], *, at: datetime) -> dict[str, str]:
    """Return what the notices to be served call items, by code; nothing is read where there is no such notice."""
    codes = {code for record in records if record.bar in AWAITING for code in record.related_items}
    return container().item_names(codes, at) if codes else {}


def record_response(record: Record, names: Mapping[str, str], *, at: datetime) -> RecordResponse:
    """Build the response for a record as it stands at an instant; ``names`` are ``item_names_of`` it."""
    served = record.bar_notice
    until = None if served is None else served.until
    return RecordResponse.of(
        record,
        displayed=record.is_displayed(day_in_shanghai(at)),
        bar_notice=notice_of(record, names, until=None if until is None else day_in_shanghai(until))
        if record.bar in AWAITING
        else "",
        objections_until=until,
    )
