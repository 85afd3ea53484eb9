"""HTTP routes for the register of staff (人员登记): who works where, and who stands in for whom."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import (
    Answer,
    Call,
    Code,
    Day,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
)
from chalicelib.http.schemas import BlankAsNull
from chalicelib.policy import Role
from chalicelib.staff.model import Absence, Loaded, StaffMember, StaffState
from chalicelib.staff.rules import STAFF_ROLES
from chalicelib.staff.services import LOADERS, StaffFilter
from chalicelib.subjects.model.schema import Number
from chalicelib.subjects.model.subjects import Identity, SubjectKey, SubjectKind
from chalicelib.subjects.rules.identifiers import require_valid

routes = Routes("staff")

StaffRole: TypeAlias = Literal[
    "officer",
    "supervisor",
    "head",
    "monitor",
    "inspector",
    "credit_officer",
    "catalogue_editor",
    "calendar_editor",
]
"""``STAFF_ROLES`` as values of JSON."""

PersonKind: TypeAlias = Literal["resident_id", "passport", "residence_permit"]
"""``PERSONS`` as values of JSON: an organisation has no office."""


class StaffIdentityInput(RequestBody):
    """The number of somebody's identity document: it becomes a subject key at once and is not kept."""

    kind: PersonKind
    number: Number


class StaffRequest(RequestBody):
    """What a personnel system says of somebody; without ``identity`` what was loaded before stays."""

    name: Line
    department: Code
    roles: Annotated[tuple[StaffRole, ...], Field(min_length=1, max_length=len(STAFF_ROLES))]
    identity: StaffIdentityInput | None = None
    ended: bool = False


class AbsenceRequest(RequestBody):
    """First and last day of an absence, both included, and who stands in."""

    since: Annotated[Day, Field(alias="from")]
    until: Day
    deputy: Line


class StaffQuery(PageQuery):
    """Filters for the list of staff."""

    department: Code | None = None
    role: StaffRole | None = None
    state: Annotated[StaffState | None, Field(strict=False)] = None


class AbsenceResponse(ResponseBody):
    """An absence, its first and last day included."""

    model_config = ConfigDict(serialize_by_alias=True)

    since: Annotated[date, Field(serialization_alias="from")]
    until: date
    deputy: str


class StaffResponse(ResponseBody):
    """A member of staff; ``has_identity`` says whether the number of their identity document was loaded."""

    staff_id: str
    name: str
    department: BlankAsNull
    roles: tuple[Role, ...]
    state: StaffState
    absence: AbsenceResponse | None
    has_identity: bool
    version: int


class StaffPageResponse(PageResponse):
    """A page of staff."""

    items: tuple[StaffResponse, ...]


@routes.put(
    "/v1/staff/{staff_id}",
    summary="Enter or change a member of staff, or end their work",
    roles=LOADERS,
    body=StaffRequest,
    answer=StaffResponse,
    errors=(
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.INVALID_IDENTIFIER,
        ErrorCode.STAFF_ID_NOT_ALLOWED,
        ErrorCode.DEPARTMENT_UNKNOWN,
    ),
)
def load(call: Call[StaffRequest]) -> Answer[StaffResponse]:
    """Load an entry from a personnel system."""
    body = call.body
    loaded = Loaded(
        name=body.name,
        department=body.department,
        roles=frozenset(map(Role, body.roles)),
        state=StaffState.ENDED if body.ended else StaffState.ACTIVE,
        subjects=() if body.identity is None else _keys_of(body.identity, body.name, at=call.at),
    )
    return _answer(container().staff.load(call.path["staff_id"], loaded, by=call.caller, at=call.at))


@routes.get(
    "/v1/staff",
    summary="The staff of a department",
    roles=STAFF_ROLES | {Role.SYSTEM},
    query=StaffQuery,
    answer=StaffPageResponse,
)
def staff(call: Call[None]) -> Answer[StaffPageResponse]:
    """List staff, by staff id."""
    query: StaffQuery = call.query
    wanted = StaffFilter(department=query.department, role=query.role and Role(query.role), state=query.state)
    found, following = container().staff.page(wanted, by=call.caller, limit=query.limit, after=call.position)
    items = tuple(_response(member) for member in found)
    return Answer(body=StaffPageResponse(items=items, next_cursor=call.next_cursor(following)))


@routes.get(
    "/v1/staff/{staff_id}", summary="A member of staff", roles=STAFF_ROLES | {Role.SYSTEM}, answer=StaffResponse
)
def member(call: Call[None]) -> Answer[StaffResponse]:
    """Return an entry."""
    return _answer(container().staff.member(call.path["staff_id"], by=call.caller))


@routes.put(
    "/v1/staff/{staff_id}/absence",
    summary="Record an absence and its deputy",
    roles=STAFF_ROLES,
    body=AbsenceRequest,
    answer=StaffResponse,
    errors=(ErrorCode.STAFF_UNKNOWN,),
)
def be_absent(call: Call[AbsenceRequest]) -> Answer[StaffResponse]:
    """Replace the absence of somebody."""
    absence = Absence(since=call.body.since, until=call.body.until, deputy=call.body.deputy)
    return _answer(container().staff.be_absent(call.path["staff_id"], absence, by=call.caller, at=call.at))


@routes.delete(
    "/v1/staff/{staff_id}/absence", summary="End an absence", roles=STAFF_ROLES, status=200, answer=StaffResponse
)
def be_back(call: Call[None]) -> Answer[StaffResponse]:
    """End the absence of somebody."""
    return _answer(container().staff.be_back(call.path["staff_id"], by=call.caller, at=call.at))


def _keys_of(identity: StaffIdentityInput, name: str, *, at: datetime) -> tuple[SubjectKey, ...]:
    """Return the subject keys of a number; ``INVALID_IDENTIFIER`` if it fails its standard's checks."""
    stated = Identity(kind=SubjectKind(identity.kind), number=identity.number, name=name, stated_at="/identity")
    return (container().subject_keys.key_of(require_valid(stated, on=day_in_shanghai(at))),)


def _answer(member: StaffMember) -> Answer[StaffResponse]:
    return Answer(body=_response(member), version=member.version)


def _response(member: StaffMember) -> StaffResponse:
    return StaffResponse.of(member, roles=sorted(member.roles), has_identity=bool(member.subjects))
