"""HTTP routes for inspection: mandates (查阅授权) and what was read under them."""

from datetime import datetime

from chalicelib.api.cases.schemas.answers import answer_response
from chalicelib.api.cases.schemas.timelines import EventResponse, timeline_response
from chalicelib.api.contacts.routes.deliveries import message_response
from chalicelib.api.documents.schemas import DocumentListResponse, DocumentViewResponse, document_response
from chalicelib.api.inspection.schemas import (
    InspectionAuditQuery,
    InspectionAuditResponse,
    MandateCasePageResponse,
    MandateCaseResponse,
    MandateCasesQuery,
    MandateClockResponse,
    MandatePageResponse,
    MandateReadingsResponse,
    MandateRequest,
    MandateResponse,
    MandateTimelineQuery,
    MandateTimelineResponse,
)
from chalicelib.api.supervision.routes.anomalies import AnomalyPageResponse, AnomalyResponse
from chalicelib.clock import instant_from, instant_text
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Answer, Call, PageQuery, Routes
from chalicelib.inspection.model import CaseFilter, Scope, Wanted
from chalicelib.inspection.rules import changes_of, reminders_of
from chalicelib.inspection.services import AUDITORS, INSPECTORS
from chalicelib.timeline.events import Event, Reading

routes = Routes("inspection")


@routes.post(
    "/v1/inspections",
    summary="Ask for a mandate to inspect",
    roles=INSPECTORS,
    body=MandateRequest,
    answer=MandateResponse,
    status=201,
    creates=True,
)
def ask(call: Call[MandateRequest]) -> Answer[MandateResponse]:
    """Request a mandate, which another inspector must approve."""
    body = call.body
    scope = Scope(
        departments=tuple(body.scope.departments),
        items=tuple(body.scope.items),
        received_from=body.scope.received_from,
        received_to=body.scope.received_to,
        case_nos=tuple(body.scope.case_nos),
    )
    wanted = Wanted(file_no=body.file_no, basis=body.basis, scope=scope, expires_on=body.expires_on)
    mandate, is_repeated = container().inspection.ask(
        wanted, by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=MandateResponse.model_validate(mandate), version=mandate.version, replayed=is_repeated)


@routes.get(
    "/v1/inspections",
    summary="The caller's own mandates",
    roles=INSPECTORS,
    query=PageQuery,
    answer=MandatePageResponse,
)
def mandates(call: Call[None]) -> Answer[MandatePageResponse]:
    """List the caller's mandates, newest first."""
    position = call.position
    found, following = container().inspection.asked_by(
        call.caller, limit=call.query.limit, after=None if position is None else dict(position)
    )
    return Answer(
        body=MandatePageResponse(
            items=[MandateResponse.model_validate(each) for each in found], next_cursor=call.next_cursor(following)
        )
    )


@routes.get(
    "/v1/inspection-approvals",
    summary="Mandates that wait for a second inspector's approval",
    roles=INSPECTORS,
    query=PageQuery,
    answer=MandatePageResponse,
)
def approvals(call: Call[None]) -> Answer[MandatePageResponse]:
    """List the mandates of the caller's department that nobody has approved yet, oldest first; also their own."""
    found, following = container().inspection.waiting(
        call.caller, at=call.at, limit=call.query.limit, after=call.position
    )
    items = [MandateResponse.model_validate(each) for each in found]
    return Answer(body=MandatePageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.get("/v1/inspections/{mandate_id}", summary="A mandate", roles=INSPECTORS, answer=MandateResponse)
def mandate(call: Call[None]) -> Answer[MandateResponse]:
    """Return a mandate, for a second inspector to approve."""
    found = container().inspection.mandate(call.path["mandate_id"], by=call.caller)
    return Answer(body=MandateResponse.model_validate(found), version=found.version)


@routes.post(
    "/v1/inspections/{mandate_id}/approval",
    summary="Approve another inspector's mandate",
    roles=INSPECTORS,
    answer=MandateResponse,
    needs_version=True,
    errors=(ErrorCode.SAME_PERSON,),
)
def approve(call: Call[None]) -> Answer[MandateResponse]:
    """Approve a mandate."""
    approved = container().inspection.approve(call.path["mandate_id"], by=call.caller, version=call.version, at=call.at)
    return Answer(body=MandateResponse.model_validate(approved), version=approved.version)


@routes.get(
    "/v1/inspections/{mandate_id}/cases",
    summary="The cases within a mandate",
    roles=INSPECTORS,
    query=MandateCasesQuery,
    answer=MandateCasePageResponse,
    errors=(ErrorCode.MANDATE_NOT_IN_FORCE,),
)
def cases(call: Call[None]) -> Answer[MandateCasePageResponse]:
    """List the cases within the mandate's scope."""
    query: MandateCasesQuery = call.query
    found, following = container().inspection.cases(
        call.path["mandate_id"],
        CaseFilter(
            light=query.light,
            officer=query.officer,
            case_no=query.case_no,
            department=query.department,
            item=query.item,
            received_from=query.first,
            received_to=query.last,
        ),
        by=call.caller,
        at=call.at,
        limit=query.limit,
        after=call.position,
    )
    items = [MandateCaseResponse.of(seen.card, light=seen.light) for seen in found]
    return Answer(body=MandateCasePageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/inspections/{mandate_id}/signals",
    summary="What struck in the cases within a mandate",
    roles=INSPECTORS,
    query=PageQuery,
    answer=AnomalyPageResponse,
    errors=(ErrorCode.MANDATE_NOT_IN_FORCE,),
)
def struck(call: Call[None]) -> Answer[AnomalyPageResponse]:
    """List signals of window dressing within the mandate's scope, by department, newest first; the reading is recorded.

    A signal accuses nobody.
    """
    found, following = container().inspection.struck(
        call.path["mandate_id"], by=call.caller, at=call.at, limit=call.query.limit, after=call.position
    )
    items = tuple(AnomalyResponse.model_validate(each) for each in found)
    return Answer(body=AnomalyPageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/inspections/{mandate_id}/cases/{case_no}/timeline",
    summary="A case's timeline, with lights as of any moment",
    roles=INSPECTORS,
    query=MandateTimelineQuery,
    answer=MandateTimelineResponse,
    errors=(ErrorCode.OUT_OF_SCOPE, ErrorCode.MANDATE_NOT_IN_FORCE),
)
def timeline(call: Call[None]) -> Answer[MandateTimelineResponse]:
    """Return a case's timeline; the reading is recorded, and so is an attempt outside the scope."""
    services = container()
    case, reading = services.inspection.timeline(
        call.path["mandate_id"], call.path["case_no"], by=call.caller, at=call.at
    )
    asked = _moment_of(call.query, reading)
    moment = asked or call.at
    shown = timeline_response(reading, up_to=asked)
    events = _sound(reading, up_to=asked, last=call.query.event)
    clocks = [
        past
        for clock in services.clocks.of_owner(case.owner)
        if (past := services.clocks.as_of(clock, at=moment)) is not None
    ]
    return Answer(
        body=MandateTimelineResponse.of(
            reading,
            items=[one for one in shown.items if call.query.event is None or one.seq <= call.query.event],
            labels=timeline_response(reading).labels,
            as_of=moment,
            steps=reading.events,
            clocks=[MandateClockResponse.of(clock, light=services.clocks.light(clock, at=moment)) for clock in clocks],
            rules=case.terms,
            answers=[answer_response(each) for each in services.case_answers.evidence(case)],
            changes=changes_of(events),
            reminders=reminders_of(events),
            messages=[
                message_response(one, is_agents=one.recipient != case.subject)
                for one in services.messages.of_case(case, events)
            ],
        ),
    )


def _sound(reading: Reading, *, up_to: datetime | None, last: int | None) -> list[Event]:
    """Return the events up to a moment or a number, before the first that cannot be trusted: it might say anything."""
    return [
        event
        for event in reading.events
        if (up_to is None or event.recorded_at <= instant_text(up_to))
        and (last is None or event.seq <= last)
        and (reading.fault is None or event.seq < reading.fault.seq)
    ]


def _moment_of(query: MandateTimelineQuery, reading: Reading) -> datetime | None:
    """Return the moment asked for; if the event of that number is missing, that of the event before it.

    ``INVALID_QUERY`` if no event has that number or a lower one, or if its time is unreadable.
    """
    if query.event is None:
        return query.at
    known = [event.recorded_at for event in reading.events if event.seq <= query.event]
    try:
        return instant_from(known[-1])
    except (IndexError, ValueError):
        fault = FieldError(
            pointer="/event",
            detail="没有这一条，或者它的时间不可读。",
            english="There is no such event, or its time is unreadable.",
        )
        raise DomainError(ErrorCode.INVALID_QUERY, faults=(fault,)) from None


@routes.get(
    "/v1/inspections/{mandate_id}/cases/{case_no}/documents",
    summary="The documents of a case within a mandate",
    roles=INSPECTORS,
    answer=DocumentListResponse,
    errors=(ErrorCode.OUT_OF_SCOPE, ErrorCode.MANDATE_NOT_IN_FORCE),
)
def documents(call: Call[None]) -> Answer[DocumentListResponse]:
    """List the documents of a case; the reading is recorded on the mandate's timeline."""
    found = container().inspection.documents(call.path["mandate_id"], call.path["case_no"], by=call.caller, at=call.at)
    return Answer(body=DocumentListResponse(items=[document_response(one, call.language) for one in found]))


@routes.post(
    "/v1/inspections/{mandate_id}/cases/{case_no}/documents/{document_id}/view",
    summary="Open a document of a case within a mandate for a minute",
    roles=INSPECTORS,
    answer=DocumentViewResponse,
    errors=(ErrorCode.OUT_OF_SCOPE, ErrorCode.MANDATE_NOT_IN_FORCE, ErrorCode.DOCUMENT_NOT_CLEAN),
)
def view(call: Call[None]) -> Answer[DocumentViewResponse]:
    """Record the look on the mandate's timeline and return an address that is good for a minute."""
    seen = container().inspection.look(
        call.path["mandate_id"], call.path["case_no"], call.path["document_id"], by=call.caller, at=call.at
    )
    return Answer(body=DocumentViewResponse.model_validate(seen))


@routes.get(
    "/v1/inspections/{mandate_id}/readings",
    summary="What was read under a mandate",
    roles=INSPECTORS,
    query=PageQuery,
    answer=MandateReadingsResponse,
)
def readings(call: Call[None]) -> Answer[MandateReadingsResponse]:
    """List what was read under a mandate, from its own timeline."""
    events, following = container().inspection.readings(
        call.path["mandate_id"], by=call.caller, limit=call.query.limit, after=call.position
    )
    items = [EventResponse.model_validate(event) for event in events]
    return Answer(body=MandateReadingsResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/inspection-audits",
    summary="An inspector's mandates, for those who audit inspections",
    roles=AUDITORS,
    query=InspectionAuditQuery,
    answer=MandatePageResponse,
)
def audits(call: Call[None]) -> Answer[MandatePageResponse]:
    """List an inspector's mandates, newest first, but for those that the auditor may not audit."""
    position = call.position
    found, following = container().inspection.asked_by_inspector(
        call.query.inspector,
        by=call.caller,
        limit=call.query.limit,
        after=None if position is None else dict(position),
    )
    return Answer(
        body=MandatePageResponse(
            items=[MandateResponse.model_validate(each) for each in found], next_cursor=call.next_cursor(following)
        )
    )


@routes.get(
    "/v1/inspection-audits/{mandate_id}",
    summary="A mandate and what was read under it, for those who audit inspections",
    roles=AUDITORS,
    query=PageQuery,
    answer=InspectionAuditResponse,
)
def audit(call: Call[None]) -> Answer[InspectionAuditResponse]:
    """Return a mandate with its readings; the audit is recorded on the mandate's timeline, and on no case's."""
    mandate, (events, following) = container().inspection.audit(
        call.path["mandate_id"], by=call.caller, at=call.at, limit=call.query.limit, after=call.position
    )
    body = InspectionAuditResponse(
        mandate=MandateResponse.model_validate(mandate),
        items=[EventResponse.model_validate(event) for event in events],
        next_cursor=call.next_cursor(following),
    )
    return Answer(body=body)
