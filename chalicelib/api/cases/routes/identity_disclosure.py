"""HTTP route to see an applicant's full identity (查看完整身份信息); everywhere else names are masked (R7.6)."""

from typing import Annotated

from pydantic import AliasPath, Field

from chalicelib.cases.services.reading import Sight
from chalicelib.container import container
from chalicelib.http.routes import Answer, Call, RequestBody, ResponseBody, Routes, Text
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import SubjectKind

routes = Routes("handling")


class IdentityDisclosureRequest(RequestBody):
    """The purpose and the reason; the applicant sees both."""

    purpose: Sight
    reason: Text


class IdentityResponse(ResponseBody):
    """A full identity, unmasked."""

    kind: SubjectKind
    number: str
    name: str


class IdentityDisclosureResponse(ResponseBody):
    """The identities of the applicant and of the agent."""

    case_no: Annotated[str, Field(validation_alias=AliasPath("case", "case_no"))]
    applicant: IdentityResponse
    agent: IdentityResponse | None


@routes.post(
    "/v1/cases/{case_no}/unmasking",
    roles=(Role.OFFICER,),
    body=IdentityDisclosureRequest,
    answer=IdentityDisclosureResponse,
    fresh=True,
    summary="See who the applicant is, which is recorded in the case's timeline",
)
def look(call: Call[IdentityDisclosureRequest]) -> Answer[IdentityDisclosureResponse]:
    """Record the disclosure on the case's timeline and return the identities."""
    seen = container().identity_disclosure.look(
        call.path["case_no"], call.body.purpose, reason=call.body.reason, by=call.caller, at=call.at
    )
    return Answer(body=IdentityDisclosureResponse.model_validate(seen))
