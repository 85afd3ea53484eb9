"""HTTP routes for measures and flags (失信惩戒)."""

from datetime import datetime

from chalicelib.api.sanctions.schemas.flags import (
    FlagConfirmationRequest,
    FlagDetailResponse,
    FlagLiftingRequest,
    FlagPageResponse,
    FlagProposalRequest,
    FlagResponse,
    FlagServiceRequest,
    FlagsQuery,
    FlagStatementRequest,
    MeasureListQuery,
    MeasureListResponse,
)
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Routes
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import Flag, FlagFilter, Proposal, Service, Target
from chalicelib.subjects.model.subjects import SubjectKey

routes = Routes("punishment")

OFFICERS = (Role.CREDIT_OFFICER,)


@routes.get(
    "/v1/measures",
    public=True,
    query=MeasureListQuery,
    answer=MeasureListResponse,
    summary="The list of measures",
    errors=(ErrorCode.NOT_FOUND,),
)
def measures(call: Call[None]) -> Answer[MeasureListResponse]:
    """Return the list of measures; a measure that is not on it may not be used."""
    edition = container().flags.measures(call.query.edition, at=call.at)
    return Answer(body=MeasureListResponse.model_validate(edition))


@routes.post(
    "/v1/flags",
    roles=OFFICERS,
    body=FlagProposalRequest,
    answer=FlagDetailResponse,
    status=201,
    creates=True,
    summary="Propose a flag on an effective document",
    errors=(
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.IDENTITY_CONFLICT,
        ErrorCode.INVALID_IDENTIFIER,
        ErrorCode.MEASURE_NOT_IN_LIST,
        ErrorCode.NO_EFFECTIVE_DOCUMENT,
        ErrorCode.NOT_RELATED,
        ErrorCode.DISPROPORTIONATE,
        ErrorCode.END_DATE_MISSING,
        ErrorCode.TARGET_NOT_ELIGIBLE,
    ),
)
def propose(call: Call[FlagProposalRequest]) -> Answer[FlagDetailResponse]:
    """Propose a flag, which has no effect until the subject was heard and a second officer has confirmed."""
    body = call.body
    document = body.document
    proposal = Proposal(
        measure_code=body.measure_code,
        edition=body.edition,
        case_no=body.case_no,
        conduct=body.conduct,
        severity=body.severity,
        document_no=document.number,
        organ=document.organ,
        effective_on=document.effective_on,
        served_at=None if document.served_at is None else document.served_at.replace(microsecond=0),
        remedy_until=document.remedy_until,
        court_until=document.court_until,
        related_items=tuple(body.related_items),
        starts_on=body.starts_on or day_in_shanghai(call.at),
        ends_on=body.ends_on,
        facts=body.facts,
        personal_finding=body.personal_finding,
    )
    target = Target(
        about=body.subject.identity(),
        document_about=None if document.subject is None else document.subject.identity("/document/subject"),
    )
    made = container().flags.propose(proposal, target, by=call.caller, at=call.at, idempotency_key=call.idempotency_key)
    return _answer(made.flag, at=call.at, replayed=made.replayed)


@routes.get(
    "/v1/flags",
    roles=(Role.APPLICANT, Role.CREDIT_OFFICER),
    query=FlagsQuery,
    answer=FlagPageResponse,
    summary="The flags of a subject, or those of the office on a document or in one state, newest first",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def flags(call: Call[None]) -> Answer[FlagPageResponse]:
    """List one's own flags or, for the credit office, those for a subject, on a document or in one state."""
    query: FlagsQuery = call.query
    sought = FlagFilter(
        subject=None if query.subject is None else SubjectKey(query.subject),
        document=query.document,
        state=query.state,
        item=query.item,
    )
    page = container().flags.flags_of(sought, by=call.caller, at=call.at, limit=query.limit, after=call.position)
    today = day_in_shanghai(call.at)
    due = container().flags.defences_due(page.items, at=call.at)
    items = [
        FlagResponse.of(flag, in_force=flag.is_in_force(today), defence_due_at=due.get(flag.flag_id))
        for flag in page.items
    ]
    return Answer(body=FlagPageResponse(items=items, next_cursor=call.next_cursor(page.after)))


@routes.get(
    "/v1/flags/{flag_id}",
    roles=(Role.APPLICANT, Role.CREDIT_OFFICER),
    answer=FlagDetailResponse,
    summary="One flag",
)
def flag(call: Call[None]) -> Answer[FlagDetailResponse]:
    """Return a flag; visible to its subject and to the credit office that proposed it."""
    return _answer(container().flags.get(call.path["flag_id"], by=call.caller), at=call.at)


@routes.post(
    "/v1/flags/{flag_id}/service",
    roles=OFFICERS,
    body=FlagServiceRequest,
    answer=FlagDetailResponse,
    needs_version=True,
    summary="Put proof of the notice's delivery on record",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def serve(call: Call[FlagServiceRequest]) -> Answer[FlagDetailResponse]:
    """Record delivery of the notice, from which the time to make a statement runs."""
    service = Service(
        served_at=call.body.served_at.replace(microsecond=0), method=call.body.method, proof=call.body.proof
    )
    served = container().flags.serve(call.path["flag_id"], service, by=call.caller, version=call.version, at=call.at)
    return _answer(served, at=call.at)


@routes.post(
    "/v1/flags/{flag_id}/statement",
    roles=(Role.APPLICANT,),
    body=FlagStatementRequest,
    answer=FlagDetailResponse,
    summary="Make a statement in one's defence (陈述申辩) against a flag",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def state(call: Call[FlagStatementRequest]) -> Answer[FlagDetailResponse]:
    """Record the subject's statement, which the confirmation must answer."""
    stated = container().flags.state(call.path["flag_id"], call.body.text, by=call.caller, at=call.at)
    return _answer(stated, at=call.at)


@routes.post(
    "/v1/flags/{flag_id}/confirmation",
    roles=OFFICERS,
    body=FlagConfirmationRequest,
    answer=FlagDetailResponse,
    needs_version=True,
    fresh=True,
    summary="Confirm a flag as a second officer, with a fresh login",
    errors=(
        ErrorCode.STEP_NOT_ALLOWED,
        ErrorCode.SAME_PERSON,
        ErrorCode.DEFENCE_OPEN,
        ErrorCode.MEASURE_NOT_IN_LIST,
        ErrorCode.NO_EFFECTIVE_DOCUMENT,
        ErrorCode.END_DATE_MISSING,
        ErrorCode.TARGET_NOT_ELIGIBLE,
        ErrorCode.CALENDAR_UNKNOWN,
    ),
)
def confirm(call: Call[FlagConfirmationRequest]) -> Answer[FlagDetailResponse]:
    """Confirm the flag, which takes effect at once, in credit checks too."""
    confirmed = container().flags.confirm(
        call.path["flag_id"],
        call.body.reason,
        statement_answer=call.body.statement_answer,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _answer(confirmed, at=call.at)


@routes.post(
    "/v1/flags/{flag_id}/lifting",
    roles=OFFICERS,
    body=FlagLiftingRequest,
    answer=FlagDetailResponse,
    needs_version=True,
    summary="Lift a flag",
    errors=(ErrorCode.STEP_NOT_ALLOWED,),
)
def lift(call: Call[FlagLiftingRequest]) -> Answer[FlagDetailResponse]:
    """Lift the flag, which ends its effect at once."""
    lifted = container().flags.lift(
        call.path["flag_id"],
        reason=call.body.reason,
        basis=call.body.basis,
        by=call.caller,
        version=call.version,
        at=call.at,
    )
    return _answer(lifted, at=call.at)


def _answer(flag: Flag, *, at: datetime, replayed: bool = False) -> Answer[FlagDetailResponse]:
    body = FlagDetailResponse.of(
        flag,
        in_force=flag.is_in_force(day_in_shanghai(at)),
        defence_due_at=container().flags.defence_due_at(flag, at=at),
    )
    return Answer(body=body, version=flag.version, replayed=replayed)
