"""The documents of a case at the desk: each opened for a minute, where nothing of it runs, with the look on record."""

from chalicelib.api.documents import routes as documents
from chalicelib.api.documents.schemas import DocumentResponse
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest
from chalicelib.web.officers.cases import OFFICE


@pages.get("/desk/{case_no}/documents/{document_id}", roles=OFFICE)
def read_document(visit: PageRequest) -> Page:
    """Show what is known of a document, and the way to open it."""
    return Page(template="desk_document.html", facts={"document": _document(visit), "case_no": visit.path["case_no"]})


@pages.post("/desk/{case_no}/documents/{document_id}", roles=OFFICE, form="/desk/{case_no}/documents/{document_id}")
def look(visit: PageRequest) -> Page:
    """Open a document: the look is on the case's timeline before anything is shown."""
    document = _document(visit)
    view = visit.do(documents.view)
    bucket = container().documents.address
    return Page(
        template="desk_document.html",
        facts={"document": document, "case_no": visit.path["case_no"], "view": view},
        allows={"img-src": bucket, "frame-src": bucket} if view.shown else {},
    )


def _document(visit: PageRequest) -> DocumentResponse:
    """Return the document of the address; ``NOT_FOUND`` if it is another case's."""
    found = visit.get(documents.listed, query={"case_no": visit.path["case_no"]}).items
    document = next((one for one in found if one.id == visit.path["document_id"]), None)
    if document is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return document
