"""What the office has issued in one's own case (文书), each to be downloaded; and the check of any file's digest."""

from dataclasses import replace

from chalicelib.api.issuing import routes as issued
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.web.core import pages
from chalicelib.web.core.forms import at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect


@pages.get("/cases/{case_no}/issued", roles=FOR_THEMSELVES)
def list_issued(visit: PageRequest) -> Page:
    """List the documents of one's own case, and what still waits for its seal."""
    case_no = visit.path["case_no"]
    found = visit.get(issued.listed, query={"case_no": case_no})
    facts = {"documents": found.items, "place": f"cases/{case_no}", "caption": case_no, "is_office": False}
    return Page(template="own_issued.html", facts=facts, allows={"form-action": container().issued_bucket.address})


@pages.post("/cases/{case_no}/issued/{issued_id}", roles=FOR_THEMSELVES, form="/cases/{case_no}/issued")
def download(visit: PageRequest) -> Redirect:
    """Download a document from the bucket; the first time is the proof that it was served."""
    return Redirect(url=visit.do(issued.download).url)


@pages.get("/check", public=True)
def check(visit: PageRequest) -> Page:
    """Show whether a file was issued: its digest is computed in the browser by our script, or typed.

    The file itself goes nowhere, with script or without.
    """
    digest = "".join(visit.query.get("sha256", "").split()).lower()
    page = Page(template="check.html", facts={"sha256": digest}, scripts=("digest",))
    if not digest:
        return page
    try:
        found = visit.get(issued.check, path={"sha256": digest})
    except DomainError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        return replace(at_fault(page, sha256=text("check_unknown", visit.language)), status=404)
    return replace(page, facts={**page.facts, "found": found})
