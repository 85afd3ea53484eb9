"""HTTP routes that help those who handle cases: notes among colleagues, and finding a case by what a caller says."""

from typing import Annotated

from chalicelib.api.cases.routes.cases import READING_ERRORS
from chalicelib.api.cases.schemas.cases import CaseListItemResponse, case_lines, case_no_in
from chalicelib.api.cases.schemas.reading import ReadingQuery
from chalicelib.cases.model.notes import Note
from chalicelib.cases.rules.reading import ReadingPurpose
from chalicelib.cases.services.desk.notes import COLLEAGUES
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.http.routes import Answer, Call, Line, RequestBody, ResponseBody, Routes
from chalicelib.readable import Readable

routes = Routes("handling")


class NoteRequest(RequestBody):
    """A note for colleagues; the applicant is never shown it."""

    text: Annotated[str, Readable(longest=1000, shortest=1)]


class NotesResponse(ResponseBody):
    """The notes of a case, oldest first; ``by`` names the author as timelines do."""

    case_no: str
    notes: tuple[Note, ...]


class CaseSearchRequest(RequestBody):
    """What a caller says, one of the two: the whole name, or the phone number; and for what an officer looks."""

    name: Line | None = None
    phone: Line | None = None
    purpose: ReadingPurpose | None = None


class CaseSearchResponse(ResponseBody):
    """The cases of the department that were found, newest first; ``is_more`` if there are others."""

    items: tuple[CaseListItemResponse, ...]
    is_more: bool


ONE_OF_TWO = FieldError(
    pointer="/name",
    detail="姓名、电话须提供其中一个。",
    english="Give the name or the phone number, one of the two.",
)


@routes.get(
    "/v1/cases/{case_no}/notes",
    roles=COLLEAGUES,
    query=ReadingQuery,
    answer=NotesResponse,
    summary="What colleagues noted about a case",
    errors=READING_ERRORS,
)
def read_notes(call: Call[None]) -> Answer[NotesResponse]:
    """Return the notes of a case."""
    found = container().case_notes.read(call.path["case_no"], purpose=call.query.purpose, by=call.caller, at=call.at)
    return Answer(body=NotesResponse.of(found))


@routes.post(
    "/v1/cases/{case_no}/notes",
    roles=COLLEAGUES,
    body=NoteRequest,
    answer=NotesResponse,
    summary="Note something about a case for colleagues",
)
def add_note(call: Call[NoteRequest]) -> Answer[NotesResponse]:
    """Add a note; the same words of the same person twice in a row are one."""
    made = container().case_notes.add(case_no_in(call.path), call.body.text, by=call.caller, at=call.at)
    return Answer(body=NotesResponse.of(made))


@routes.post(
    "/v1/case-searches",
    roles=COLLEAGUES,
    body=CaseSearchRequest,
    answer=CaseSearchResponse,
    summary="Find a department's case by the applicant's whole name or phone number, which is recorded at each found",
    errors=(ErrorCode.PURPOSE_REQUIRED,),
)
def search(call: Call[CaseSearchRequest]) -> Answer[CaseSearchResponse]:
    """Find cases; what was looked for stands in no address and no log."""
    body, service = call.body, container().case_search
    if body.name is not None and body.phone is None:
        found = service.by_name(body.name, purpose=body.purpose, by=call.caller, at=call.at)
    elif body.phone is not None and body.name is None:
        found = service.by_phone(body.phone, purpose=body.purpose, by=call.caller, at=call.at)
    else:
        raise DomainError(ErrorCode.INVALID_BODY, faults=(ONE_OF_TWO,))
    items = case_lines(found.cards, by=call.caller, at=call.at)
    return Answer(body=CaseSearchResponse(items=items, is_more=found.is_more))
