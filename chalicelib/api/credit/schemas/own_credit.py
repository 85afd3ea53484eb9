"""Responses for one's own credit."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.api.credit.schemas.grades import GradeResponse
from chalicelib.api.credit.schemas.records import PromiseResponse, RecordResponse
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Effect, ObjectionState, Purpose, RepairState, Severity
from chalicelib.http.routes import PageResponse, ResponseBody
from chalicelib.http.schemas import BlankAsNull


class BarResponse(ResponseBody):
    """A record that bars promises; ``in_force`` as of today, ``stale`` if its source has missed its update.

    ``promise`` is there if it bars because a promise was broken.
    """

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
    paused: Annotated[bool, Field(validation_alias="is_paused")]
    repair: RepairState
    promise: Annotated[PromiseResponse | None, Field(validation_alias="fulfilment")]


class FlagMarkResponse(ResponseBody):
    """A flag (惩戒标识) in the summary, and whether it is in force today."""

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
    paused: Annotated[bool, Field(validation_alias="is_paused")]


class CreditLinkResponse(ResponseBody):
    """Another identity whose records and flags count for this one, and the document that links them."""

    subject: str
    kind: LinkKind
    text: str
    organ: str
    document_no: str
    since: date


class OwnCreditResponse(ResponseBody):
    """One's own credit: bars, flags, kept promises, the remedies, and a page of the records.

    ``links`` are former or merged identities, whose records come last. ``next_cursor`` goes on with the records.
    ``grade`` is null unless an edition of a scale grades this kind of subject. ``withheld`` says so where more is
    recorded under another name of the number, which is not shown; null otherwise.
    """

    version: int
    kept_promises: int
    grade: GradeResponse | None
    bars: list[BarResponse]
    flags: list[FlagMarkResponse]
    links: list[CreditLinkResponse]
    records: list[RecordResponse]
    next_cursor: str | None
    withheld: str | None
    objection: str
    repair: str
    free_of_charge: bool
    channel: str


class CreditQueryResponse(ResponseBody):
    """A query about a subject: who asked, when, why, for which item and case, and how much was returned.

    ``item_code`` is null if an office looked for what it has itself on the subject, for no item in particular. ``name``
    is the masked name of an agent, whose ``fields`` say what the agent looked at or did; null for an office.
    """

    asked_at: datetime
    by: str
    department: str
    purpose: Purpose
    item_code: BlankAsNull
    case_no: str | None
    fields: list[str]
    result_size: int
    name: BlankAsNull


class CreditQueryPageResponse(PageResponse):
    """A page of queries about oneself, newest first."""

    items: list[CreditQueryResponse]
