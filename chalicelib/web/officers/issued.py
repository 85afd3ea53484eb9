"""What the office has issued in a case (文书), as the desk sees it: downloading, and uploading a signed document."""

from chalicelib.api.issuing import routes as issued
from chalicelib.bounds.store import bounds
from chalicelib.container import container
from chalicelib.issuing.services.documents import OFFICE, UPLOADERS
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest, Redirect

MEGABYTE = 1 << 20


@pages.get("/desk/{case_no}/issued", roles=OFFICE)
def list_issued(visit: PageRequest) -> Page:
    """List the documents of a case with what became of each, and the kinds that may be uploaded."""
    case_no = visit.path["case_no"]
    templates = container().document_texts(visit.at).templates
    is_chinese = visit.language == "zh"
    facts = {
        "documents": visit.get(issued.listed, query={"case_no": case_no}).items,
        "place": f"desk/{case_no}",
        "caption": case_no,
        "kinds": [(one.code, one.title if is_chinese else one.english) for one in templates if one.is_for_cases],
        "may_upload": bool(visit.caller.roles & UPLOADERS),
    }
    return Page(template="desk_issued.html", facts=facts, allows=_allows())


@pages.post("/desk/{case_no}/issued", roles=UPLOADERS, form="/desk/{case_no}/issued")
def upload(visit: PageRequest) -> Page:
    """Draw the form that sends a document straight to the bucket, without any script."""
    made = visit.do(issued.request_upload, body={"kind": visit.sent("kind")})
    facts = {
        "document": made,
        "place": f"desk/{visit.path['case_no']}",
        "caption": visit.path["case_no"],
        "megabytes": bounds().documents.largest_bytes // MEGABYTE,
    }
    to = {"form-action": made.upload.url} if made.upload else {}
    return Page(template="desk_issued_upload.html", facts=facts, allows=to)


@pages.post("/desk/{case_no}/issued/{issued_id}", roles=OFFICE, form="/desk/{case_no}/issued")
def download(visit: PageRequest) -> Redirect:
    """Download a document from the bucket; the look is recorded in the case's timeline."""
    return Redirect(url=visit.do(issued.download).url)


def _allows() -> dict[str, str]:
    return {"form-action": container().issued_bucket.address}
