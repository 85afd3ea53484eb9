"""One's own complaints and suggestions, and those without a login (找茬): sending, following, rating the answer."""

from dataclasses import replace
from typing import Final

from chalicelib.api.feedback.routes import complaints
from chalicelib.api.feedback.routes.complaints import (
    ComplaintResponse,
    SentStreetComplaintResponse,
    StreetComplaintResponse,
)
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.feedback.model.complaints import ComplaintState
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.settings import settings
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, Options, carry_out, draw, number_of, submit
from chalicelib.web.core.forms import at_fault, unanswered
from chalicelib.web.core.i18n import department_text, text
from chalicelib.web.core.request import Page, PageRequest, Redirect

LEVELS: Final = ("5", "4", "3", "2", "1")
"""Levels of satisfaction, best first (非常满意 to 非常不满意)."""


def levels(visit: PageRequest) -> Options:
    """Return the levels of satisfaction with their names."""
    return [(one, text(f"level_{one}", visit.language)) for one in LEVELS]


def categories(visit: PageRequest) -> dict[str, str]:
    """Return the names of the categories of complaints by their codes."""
    found = container().usual_pack(visit.at).complaint_categories
    return {one.code: one.name if visit.language == "zh" else one.english for one in found}


RATING: Final[Action[ComplaintResponse]] = Action(
    name="rating",
    route=complaints.rate,
    fields=(
        Field(
            name="level",
            kind="choice",
            options=lambda _complaint, visit: levels(visit),
            label="complaint_level",
            read=number_of,
            unanswered="choose_a_level",
        ),
        Field(name="comment", kind="area", may_be_blank=True, label="complaint_comment"),
    ),
    said=lambda complaint: complaint.rating,
    button="rating_send",
)


@pages.get("/own-complaints", roles=FOR_THEMSELVES)
def list_own(visit: PageRequest) -> Page:
    """List what one has sent, newest first."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    found = visit.get(complaints.complaints, query=query)
    return Page(template="own_complaints.html", facts={"found": found, "categories": categories(visit)})


@pages.get("/own-complaints/{complaint_id}", roles=FOR_THEMSELVES)
def read_own(visit: PageRequest) -> Page:
    """Show what one has sent, who has it, until when it is answered, and the answer."""
    one = visit.get(complaints.complaint)
    done = visit.query.get("done")
    facts = {
        "one": one,
        "categories": categories(visit),
        "may_rate": one.state is ComplaintState.ANSWERED and one.rating is None,
        "done": done if done in {"sent", "rating"} else None,
        "today": visit.today,
    }
    return Page(template="own_complaint.html", facts=facts)


@pages.get("/own-complaints/{complaint_id}/rating", roles=FOR_THEMSELVES)
def ask_rating(visit: PageRequest) -> Page:
    """Ask how satisfied one is with the answer."""
    one = visit.get(complaints.complaint)
    is_open = one.state is ComplaintState.ANSWERED and one.rating is None
    return draw("rate_complaint.html", RATING, one, visit, title="complaint_rate", is_open=is_open, one=one)


@pages.post("/own-complaints/{complaint_id}/rating", roles=FOR_THEMSELVES, form="/own-complaints/{complaint_id}/rating")
def rate(visit: PageRequest) -> Page | Redirect:
    """Rate the answer."""
    one = visit.get(complaints.complaint)
    onward = Redirect(to=f"own-complaints/{one.id}", query={"done": "rating"})
    return carry_out(RATING, one, visit, ask=ask_rating, onward=onward)


@pages.get("/own-complaint", roles=FOR_THEMSELVES)
def ask_own(visit: PageRequest) -> Page:
    """Ask what is to be better, without a case."""
    return _form(visit, to="own-complaint")


@pages.post("/own-complaint", roles=FOR_THEMSELVES, form="/own-complaint")
def send_own(visit: PageRequest) -> Page | Redirect:
    """Send it under one's name."""
    return submit(
        visit,
        complaints.send,
        _body(visit),
        ask=ask_own,
        onward=lambda one: Redirect(to=f"own-complaints/{one.id}", query={"done": "sent"}),
        at={"CATEGORY_UNKNOWN": "category", "DEPARTMENT_UNKNOWN": "department", "": "text"},
        unanswered={} if visit.sent("category") else {"category": text("choose_a_category", visit.language)},
    )


@pages.get("/complain", public=True)
def ask_anybody(visit: PageRequest) -> Page:
    """Ask anybody what is to be better; nobody has to log in or to say who they are."""
    return _form(visit, to="complain")


@pages.post("/complain", public=True, form="/complain")
def send_without_login(visit: PageRequest) -> Page | Redirect:
    """Send it, and show the number and the code by which it is followed: nothing else leads to it."""
    return submit(
        visit,
        complaints.send_without_login,
        _body(visit),
        ask=ask_anybody,
        onward=_told,
        at={"CATEGORY_UNKNOWN": "category", "DEPARTMENT_UNKNOWN": "department", "": "text"},
        unanswered={} if visit.sent("category") else {"category": text("choose_a_category", visit.language)},
    )


def _told(sent: SentStreetComplaintResponse) -> Page:
    return Page(template="complaint_sent.html", facts={"one": sent}, is_personal=True)


@pages.get("/complaint-status", public=True)
def follow(visit: PageRequest) -> Page:
    """Show what became of a complaint without a login to whoever has its number and code."""
    name, code = (visit.query.get(field, "").strip() for field in ("id", "code"))
    page = Page(template="complaint_status.html", facts={"id": name, "code": code})
    if not name and not code:
        return page
    try:
        found = visit.get(complaints.follow, path={"complaint_id": name or "-"}, query={"code": code})
    except DomainError as error:
        if error.code not in {ErrorCode.NOT_FOUND, ErrorCode.INVALID_QUERY}:
            raise
        return replace(at_fault(page, id=text("complaint_unknown", visit.language)), status=404)
    return _followed(visit, found, code)


@pages.post("/complaint-status", public=True, form="/complaint-status")
def rate_without_login(visit: PageRequest) -> Page | Redirect:
    """Rate the answer with the number and the code."""
    name, code = visit.sent("id"), visit.sent("code").upper()
    known = replace(visit, query={**visit.query, "id": name, "code": code})
    return submit(
        visit,
        complaints.rate_with_code,
        {"level": number_of(visit.sent("level")), "comment": visit.sent("comment"), "code": code},
        path={"complaint_id": name or "-"},
        ask=lambda _visit: follow(known),
        onward=lambda found: _followed(visit, found, code),
        at={"": "level"},
        unanswered=unanswered(visit, level="choose_a_level"),
    )


def _followed(visit: PageRequest, found: StreetComplaintResponse, code: str) -> Page:
    facts = {
        "id": found.id,
        "code": code,
        "one": found,
        "categories": categories(visit),
        "levels": levels(visit),
        "may_rate": found.answer is not None and found.rating is None,
    }
    return Page(template="complaint_status.html", facts=facts, is_personal=True)


def _form(visit: PageRequest, *, to: str) -> Page:
    departments = [("", text("complaint_any_department", visit.language))]
    departments += [(one, department_text(one, visit.language)) for one in settings().departments]
    facts = {"to": to, "categories": list(categories(visit).items()), "departments": departments}
    return Page(template="complain.html", facts=facts)


def _body(visit: PageRequest) -> dict[str, object]:
    asked = {name: visit.sent(name) for name in ("category", "text", "department")}
    return {**asked, "department": asked["department"] or None}
