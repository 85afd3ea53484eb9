"""Responses for credit records."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.credit.model.records import ObjectionState, Publicity, RepairState, Severity
from chalicelib.http.routes import ResponseBody


class DocumentResponse(ResponseBody):
    """The document on which a record or a flag is based (认定文书)."""

    number: str
    organ: str
    effective_on: date
    served_at: datetime | None
    remedy_until: date | None


class RecordResponse(ResponseBody):
    """A stored record; ``displayed_until`` and ``repairable_from`` follow from its severity and dates.

    ``displayed`` says whether it may be shown and shared today, ``display_edition`` under which rules.
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
    repair: RepairState
    source_version: int
    version: int
