"""HTTP routes for credit: storing records, checks with reasons, and everyone's own credit."""

from chalicelib.api.credit.schemas.credit import (
    CHANNEL,
    BarResponse,
    CheckReasonResponse,
    CreditCheckRequest,
    CreditCheckResponse,
    CreditLinkResponse,
    CreditQueryPageResponse,
    CreditQueryResponse,
    FlagMarkResponse,
    OwnCreditResponse,
    RecordResponse,
)
from chalicelib.api.credit.schemas.grades import grade_response
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.model.record_schema import RecordRequest
from chalicelib.credit.rules.linked_credit import LINKED, combine, others_of, parts_of
from chalicelib.credit.rules.summary import LIFTING, REPAIR, is_bar_in_force, is_flag_in_force, is_stale
from chalicelib.credit.services.checks import Inquiry
from chalicelib.credit.services.ingest import PROVIDERS
from chalicelib.http.routes import Answer, Call, PageQuery, Routes
from chalicelib.policy import Role

routes = Routes("credit")


@routes.put(
    "/v1/credit/records/{source}/{record_id}",
    roles=PROVIDERS,
    body=RecordRequest,
    answer=RecordResponse,
    summary="Store one credit record; safe to repeat, in any order",
)
def put_record(call: Call[RecordRequest]) -> Answer[RecordResponse]:
    """Store the record and update its subject's summary."""
    body = call.body
    submission = body.submission(source=call.path["source"], record_id=call.path["record_id"])
    record = container().conflicts.put_record(submission, about=body.subject.identity(), by=call.caller, at=call.at)
    shown = RecordResponse.of(record, displayed=record.is_displayed(day_in_shanghai(call.at)))
    return Answer(body=shown, version=record.version)


@routes.post(
    "/v1/credit/checks",
    roles=(Role.OFFICER, Role.SYSTEM),
    body=CreditCheckRequest,
    answer=CreditCheckResponse,
    summary="Check what records and flags mean for one subject and one item of the department",
)
def check(call: Call[CreditCheckRequest]) -> Answer[CreditCheckResponse]:
    """Check credit for an item, and log who asked and why; ``ITEM_NOT_LISTED`` for an unpublished item."""
    purpose = call.body.stated_purpose()
    item = container().catalogue.offered(call.body.item_code, at=call.at)
    inquiry = Inquiry(
        item_code=item.code,
        purpose=purpose,
        case_no=call.body.case_no,
        department=item.department,
        pack=item.jurisdiction,
    )
    answer = container().credit.check(call.body.subject.identity(), inquiry, by=call.caller, at=call.at)
    reasons = [
        CheckReasonResponse.of(
            ground, text=ground.text.read_in(call.language), remedy=ground.remedy.read_in(call.language)
        )
        for ground in answer.reasons
    ]
    return Answer(body=CreditCheckResponse.of(answer, reasons=reasons))


@routes.get(
    "/v1/me/credit", roles=(Role.APPLICANT,), answer=OwnCreditResponse, summary="One's own credit, free of charge"
)
def own(call: Call[None]) -> Answer[OwnCreditResponse]:
    """Return everything that is kept about the caller, and what can be done about it."""
    credit = container().credit.own(by=call.caller)
    grade = container().credit.graded(credit, by=call.caller, at=call.at)
    summary, today = credit.summary, day_in_shanghai(call.at)
    return Answer(
        body=OwnCreditResponse(
            version=summary.version,
            kept_promises=combine(summary).kept_promises,
            grade=None if grade is None else grade_response(grade, call.language),
            bars=[
                BarResponse.of(
                    bar,
                    in_force=is_bar_in_force(bar, on=today),
                    stale=is_stale(part.freshness.get(bar.source), on=today),
                )
                for part in parts_of(summary)
                for bar in part.bars
            ],
            flags=[
                FlagMarkResponse.of(flag, in_force=is_flag_in_force(flag, on=today) and not flag.is_paused)
                for flag in combine(summary).flags
            ],
            links=[
                CreditLinkResponse.of(met.link, text=LINKED[met.link.kind].read_in(call.language))
                for met in others_of(summary)
            ],
            records=[RecordResponse.of(record, displayed=record.is_displayed(today)) for record in credit.records],
            objection=LIFTING.read_in(call.language),
            repair=REPAIR.read_in(call.language),
            free_of_charge=True,
            channel=CHANNEL.read_in(call.language),
        ),
        version=summary.version,
    )


@routes.get(
    "/v1/me/credit/queries",
    roles=(Role.APPLICANT,),
    query=PageQuery,
    answer=CreditQueryPageResponse,
    summary="Who asked for one's own credit, when and why",
)
def own_queries(call: Call[None]) -> Answer[CreditQueryPageResponse]:
    """List the queries about the caller, newest first."""
    after = None if call.position is None else str(call.position["after"])
    page = container().credit.own_queries(by=call.caller, limit=call.query.limit, after=after)
    return Answer(
        body=CreditQueryPageResponse(
            items=[CreditQueryResponse.model_validate(query) for query in page.queries],
            next_cursor=call.next_cursor(None if page.after is None else {"after": page.after}),
        ),
    )
