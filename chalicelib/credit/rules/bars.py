"""The way of a grave record to barring somebody: notice, time to object, and a second person's word (R1.18, R2.9)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from chalicelib.clock import day_in_shanghai, day_written, instant_text
from chalicelib.credit.model.records import (
    AWAITING,
    UNDONE,
    BarConfirmation,
    BarNotice,
    BarState,
    ObjectionState,
    Record,
)
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, require_another_person
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Json, NewEvent


def serve(record: Record, notice: BarNotice, *, at: datetime) -> Record:
    """Return the record with its notice served, from which the time to object to it runs.

    Raises ``STEP_NOT_ALLOWED`` unless the notice is owed, ``INVALID_BODY`` unless it was served between the record's
    arrival and now, to the second.
    """
    _require(record, {BarState.PROPOSED})
    if not record.received_at.replace(microsecond=0) <= notice.served_at <= at:
        fault = FieldError(
            pointer="/served_at",
            detail="应在记录入库之后、当前时间之前",
            english="between the record's arrival and now",
            code="OUT_OF_RANGE",
        )
        raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
    return replace(record, version=record.version + 1, bar=BarState.SERVED, bar_notice=notice)


def confirm(record: Record, confirmation: BarConfirmation, *, by: Caller) -> Record:
    """Return the record as one that bars; the last second of the time to object still belongs to it.

    Raises ``SAME_PERSON`` for whoever handed it in, ``DEFENCE_OPEN`` before the end of the time to object,
    ``CALENDAR_UNKNOWN`` while that end is provisional, ``UNDER_OBJECTION`` while an objection waits for its decision,
    and ``NO_EFFECTIVE_DOCUMENT`` for a document that was not served or has no effect yet.
    """
    at, notice = confirmation.confirmed_at, record.bar_notice
    _require(record, AWAITING)
    require_another_person(by, record.handed_by)
    if notice is None:
        raise DomainError(ErrorCode.DEFENCE_OPEN)
    if record.objection is ObjectionState.OPEN:
        raise DomainError(ErrorCode.UNDER_OBJECTION)
    if notice.is_provisional and at > notice.until:
        raise DomainError(ErrorCode.CALENDAR_UNKNOWN, due_on=day_in_shanghai(notice.until).isoformat())
    if at <= notice.until:
        raise DomainError(ErrorCode.DEFENCE_OPEN, until=instant_text(notice.until))
    document = record.document
    wrong = {
        "/document/served_at": document.served_at is None or document.served_at > at,
        "/document/effective_on": document.effective_on > day_in_shanghai(at),
    }
    faults = tuple(
        FieldError(pointer=pointer, detail=WRONG[pointer][0], english=WRONG[pointer][1])
        for pointer, is_wrong in wrong.items()
        if is_wrong
    )
    if faults:
        raise DomainError(ErrorCode.NO_EFFECTIVE_DOCUMENT, faults=faults)
    return replace(record, version=record.version + 1, bar=BarState.CONFIRMED, bar_confirmation=confirmation)


WRONG: Mapping[str, tuple[str, str]] = {
    "/document/served_at": ("认定文书尚未送达", "the document has not been served"),
    "/document/effective_on": ("认定文书尚未生效", "the document is not in effect yet"),
}
"""What is wrong with a document on which nothing may rest yet, in both languages."""


def notice_of(record: Record, names: Mapping[str, str], *, until: date | None = None) -> str:
    """Return the notice to serve before a record bars (拟认定告知): cause, basis, scope, time, and the ways back.

    ``names`` are those of items, by code; ``until`` is the last day of the time to object, once it is known.
    """
    items = "、".join(names.get(code, code) for code in record.related_items)
    ends_on = record.display.until or record.dates.judged_on
    objecting = "自收到本告知之日起" if until is None else f"在{day_written(until)}（含当日）前"
    return (
        f"拟将{record.document.organ}{record.document.number}"
        f"（自{day_written(record.document.effective_on)}起生效）作为严重失信记录。"
        f"依据：{record.basis}。"
        f"后果：至{day_written(ends_on)}为止，办理{items}不适用告知承诺，仍可提交证明材料办理；其他事项不受影响。"
        f"你（单位）有权{objecting}提出异议申诉（陈述申辩），不收费；异议处理期间不产生上述后果。"
        f"信用修复：{record.repair_notice}"
    )


def bar_event(
    kind: EventKind, record: Record, *, by: Caller, at: datetime, data: Mapping[str, Json], texts: Mapping[str, str]
) -> NewEvent:
    """Return the event of a step on a record's way to barring, on the timeline of the subject's credit."""
    return NewEvent(
        kind=kind,
        occurred_at=at,
        actor=by.actor,
        department=by.department or "",
        data={
            "record": record.name,
            "record_version": record.version,
            "bar": record.bar.value,
            "items": list(record.related_items),
            **data,
        },
        texts=texts,
    )


def _require(record: Record, states: set[BarState] | frozenset[BarState]) -> None:
    if record.bar not in states or record.repair in UNDONE:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
