"""Daily digests of alerts (每日摘要), and whether one's desk wants yellow alerts one by one or once a day."""

from chalicelib.alerts.model.digests import Yellow
from chalicelib.api.supervision.routes import digests
from chalicelib.api.supervision.schemas import RECIPIENTS
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.i18n import desk_text, text
from chalicelib.web.core.request import Page, PageRequest, Redirect


@pages.get("/digests", roles=RECIPIENTS)
def list_digests(visit: PageRequest) -> Page:
    """List the digests of one's desk, newest first, and the setting."""
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    facts = {
        "found": visit.look_through(digests.digests, query={"limit": "20"} | cursor),
        "yellow": visit.get(digests.preferences).yellow,
        "choices": [(one.value, text(f"yellow_{one}", visit.language)) for one in Yellow],
        "desk": lambda recipient: desk_text(recipient, visit.language),
        "done": visit.query.get("done"),
    }
    return Page(template="digests.html", facts=facts)


@pages.post("/digests", roles=RECIPIENTS, form="/digests")
def prefer(visit: PageRequest) -> Page | Redirect:
    """Have yellow alerts pushed one by one, or once a day."""
    return submit(
        visit,
        digests.prefer,
        {"yellow": visit.sent("yellow")},
        ask=list_digests,
        onward=Redirect(to="digests", query={"done": "preferred"}),
        at={"": "yellow"},
    )


@pages.get("/digests/{digest_id}", roles=RECIPIENTS)
def read_digest(visit: PageRequest) -> Page:
    """Show a digest's alerts as they stand now."""
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    one = visit.get(digests.digest, query={"limit": "20"} | cursor)
    return Page(template="digest.html", facts={"one": one, "desk": desk_text(one.recipient, visit.language)})
