"""Who the applicant of a case is, over HTTP (查看完整身份信息): everywhere else names are masked (R7.6)."""

from chalicelib.cases.services.identity_disclosure import Sight
from chalicelib.http.routes import Answer, Body, Call, Routes, Shape, Text
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from chalicelib.wiring import services

routes = Routes("handling")


class UnmaskingBody(Body):
    """What it is looked at for, and why: the applicant reads both."""

    purpose: Sight
    reason: Text


class IdentityShape(Shape):
    """Who somebody is, in full."""

    kind: SubjectKind
    number: str
    name: str


class UnmaskedShape(Shape):
    """Who the applicant is, and who acts for it."""

    case_no: str
    applicant: IdentityShape
    agent: IdentityShape | None


@routes.post(
    "/v1/cases/{case_no}/unmasking",
    roles=(Role.OFFICER,),
    body=UnmaskingBody,
    answer=UnmaskedShape,
    fresh=True,
    summary="See who the applicant is; the look is an event of the case's timeline",
)
def look(call: Call[UnmaskingBody]) -> Answer[UnmaskedShape]:
    """Write the look down, and answer."""
    seen = services().unmasking.look(
        call.path["case_no"], call.body.purpose, reason=call.body.reason, by=call.caller, at=call.at
    )
    agent = None if seen.agent is None else _shape(seen.agent)
    return Answer(body=UnmaskedShape(case_no=seen.case.case_no, applicant=_shape(seen.applicant), agent=agent))


def _shape(identity: Identity) -> IdentityShape:
    return IdentityShape(kind=identity.kind, number=identity.number, name=identity.name)
