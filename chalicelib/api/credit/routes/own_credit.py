"""HTTP routes for one's own credit, and for who asked for it."""

from chalicelib.api.credit.schemas.grades import grade_response
from chalicelib.api.credit.schemas.own_credit import (
    BarResponse,
    CreditLinkResponse,
    CreditQueryPageResponse,
    CreditQueryResponse,
    FlagMarkResponse,
    OwnCreditResponse,
)
from chalicelib.api.credit.schemas.records import item_names_of, record_response
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.credit.rules.linked_credit import LINKED, combine, others_of, parts_of
from chalicelib.credit.rules.summary import (
    CHANNEL,
    LIFTING,
    REPAIR,
    UNDER_ANOTHER_NAME,
    is_bar_in_force,
    is_flag_in_force,
    is_stale,
)
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, PageQuery, Routes
from chalicelib.policy import Role

routes = Routes("credit")


@routes.get(
    "/v1/me/credit",
    roles=(Role.APPLICANT,),
    query=PageQuery,
    answer=OwnCreditResponse,
    summary="One's own credit, free of charge, with a page of its records",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def own(call: Call[None]) -> Answer[OwnCreditResponse]:
    """Return what is kept about the caller, its records page by page, and what can be done about it."""
    credit = container().own_credit.report(by=call.caller, limit=call.query.limit, after=call.position)
    grade = container().own_credit.graded(credit, by=call.caller, at=call.at)
    names = item_names_of(credit.records, at=call.at)
    summary, today = credit.summary, day_in_shanghai(call.at)
    return Answer(
        body=OwnCreditResponse(
            version=summary.version,
            kept_promises=combine(summary).kept_promises,
            grade=None if grade is None else grade_response(grade, call.language),
            bars=[
                BarResponse.of(
                    bar,
                    in_force=is_bar_in_force(bar, on=today) and not bar.is_paused,
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
            records=[record_response(record, names, at=call.at) for record in credit.records],
            next_cursor=call.next_cursor(credit.after),
            withheld=UNDER_ANOTHER_NAME.read_in(call.language) if credit.is_partial else None,
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
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def own_queries(call: Call[None]) -> Answer[CreditQueryPageResponse]:
    """List the queries about the caller, newest first."""
    after = None if call.position is None else str(call.position["after"])
    page = container().own_credit.queries(by=call.caller, limit=call.query.limit, after=after)
    return Answer(
        body=CreditQueryPageResponse(
            items=[CreditQueryResponse.model_validate(query) for query in page.queries],
            next_cursor=call.next_cursor(None if page.after is None else {"after": page.after}),
        ),
    )
