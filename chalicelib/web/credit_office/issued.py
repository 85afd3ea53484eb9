"""The documents about a flag (惩戒文书), for its subject and for the credit office."""

from typing import Final

from chalicelib.api.issuing import routes as issued
from chalicelib.container import container
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest, Redirect

CONCERNED: Final = (Role.APPLICANT, Role.CREDIT_OFFICER)


@pages.get("/flags/{flag_id}/issued", roles=CONCERNED)
def list_issued(visit: PageRequest) -> Page:
    """List the documents about a flag, and what still waits for its seal."""
    flag_id = visit.path["flag_id"]
    found = visit.get(issued.listed, query={"flag_id": flag_id})
    facts = {"documents": found.items, "place": f"flags/{flag_id}", "is_office": visit.caller.is_staff}
    return Page(template="own_issued.html", facts=facts, allows={"form-action": container().issued_bucket.address})


@pages.post("/flags/{flag_id}/issued/{issued_id}", roles=CONCERNED, form="/flags/{flag_id}/issued")
def download(visit: PageRequest) -> Redirect:
    """Download a document: the first time that the subject does so is the proof that it was served."""
    return Redirect(url=visit.do(issued.download).url)
