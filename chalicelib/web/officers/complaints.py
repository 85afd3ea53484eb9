"""The desk for complaints and suggestions (投诉建议): what is open by due date, and what may be done with each."""

from typing import Final

from chalicelib.alerts.rules.alerts import MONITORING
from chalicelib.api.feedback.routes import complaints
from chalicelib.api.feedback.routes.complaints import ComplaintResponse
from chalicelib.feedback.model.complaints import AnswerOutcome, ComplaintState
from chalicelib.feedback.rules.complaints import answerers
from chalicelib.feedback.services.complaints import SORTERS, STAFF
from chalicelib.policy import ALL_DEPARTMENTS
from chalicelib.settings import settings
from chalicelib.web.applicants.complaints import categories
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, Options, carry_out, draw, named
from chalicelib.web.core.i18n import department_text, text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

CLEAR, COMPLEX = "clear", "complex"


def _others(complaint: ComplaintResponse, visit: PageRequest) -> Options:
    """Return the departments to which a complaint can be passed on."""
    others = (one for one in settings().departments if one != complaint.department)
    return [
        ("", text("complaint_choose_department", visit.language)),
        *((one, department_text(one, visit.language)) for one in others),
    ]


def _sorts(_complaint: ComplaintResponse, visit: PageRequest) -> Options:
    return [(one, text(f"complaint_is_{one}", visit.language)) for one in (CLEAR, COMPLEX)]


def _outcomes(_complaint: ComplaintResponse, visit: PageRequest) -> Options:
    return [(one.value, text(f"complaint_outcome_{one}", visit.language)) for one in AnswerOutcome]


ACTIONS: Final[tuple[Action[ComplaintResponse], ...]] = (
    Action(name="taking", route=complaints.take),
    Action(
        name="answer",
        route=complaints.answer,
        fields=(
            Field(
                name="outcome",
                kind="choice",
                label="complaint_outcome",
                options=_outcomes,
                unanswered="complaint_choose_outcome",
            ),
            Field(name="text", kind="area", label="complaint_answer_text", hint="complaint_answer_hint", rows=8),
            Field(name="late_reason", kind="area", label="complaint_late_reason", may_be_blank=True),
        ),
        at={"LATE_REASON_REQUIRED": "late_reason", "": "text"},
        said=lambda complaint: complaint.answer,
    ),
    Action(
        name="sorting",
        route=complaints.sort,
        fields=(
            Field(
                name="sort",
                kind="choice",
                label="complaint_sort",
                options=_sorts,
                sent_as="clear",
                read=lambda sent: sent == CLEAR,
                unanswered="complaint_choose_sort",
            ),
            Field(name="reason", kind="area", label="complaint_why", hint="complaint_why_hint"),
        ),
        at={"": "reason"},
        said=lambda complaint: complaint.sorting,
    ),
    Action(
        name="transfer",
        route=complaints.transfer,
        fields=(
            Field(name="department", kind="select", label="complaint_to", options=_others),
            Field(name="reason", kind="area", label="complaint_why", hint="complaint_why_hint"),
        ),
        at={"DEPARTMENT_UNKNOWN": "department", "": "reason"},
    ),
)


@pages.get("/complaints", roles=STAFF)
def list_open(visit: PageRequest) -> Page:
    """List what is open, earliest due first."""
    sees_all = bool(visit.caller.roles & ALL_DEPARTMENTS)
    asked = {"department": visit.query["department"]} if sees_all and visit.query.get("department") else {}
    found = visit.get(complaints.queue, query=asked)
    facts = {
        "found": found,
        "staff": staff_named(one.officer for one in found.items),
        "asked": asked,
        "departments": settings().departments if sees_all else (),
        "categories": categories(visit),
        "done": "transfer" if visit.query.get("done") == "transfer" else None,
    }
    return Page(template="complaints.html", facts=facts)


@pages.get("/complaints/{complaint_id}", roles=STAFF)
def read_complaint(visit: PageRequest) -> Page:
    """Show a complaint with all that became of it, and the actions that are open to the caller."""
    one = visit.get(complaints.complaint)
    done = visit.query.get("done")
    facts = {
        "one": one,
        "staff": staff_named((one.officer,)),
        "categories": categories(visit),
        "actions": _open_now(one, visit),
        "done": done if done in {action.name for action in ACTIONS} else None,
        "may_open_case": bool(visit.caller.roles - ALL_DEPARTMENTS),
    }
    return Page(template="desk_complaint.html", facts=facts)


@pages.get("/complaints/{complaint_id}/acts/{act}", roles=SORTERS)
def ask(visit: PageRequest) -> Page:
    """Ask for what an action needs."""
    action, one = named(ACTIONS, visit.path["act"], visit), visit.get(complaints.complaint)
    is_open = action.name in _open_now(one, visit)
    return draw(
        "complaint_action.html",
        action,
        one,
        visit,
        title=f"complaint_act_{action.name}",
        is_open=is_open,
        one=one,
        categories=categories(visit),
    )


@pages.post("/complaints/{complaint_id}/acts/{act}", roles=SORTERS, form="/complaints/{complaint_id}/acts/{act}")
def do(visit: PageRequest) -> Page | Redirect:
    """Take it, answer it, sort it or pass it on; what was passed on is another office's to see."""
    action, one = named(ACTIONS, visit.path["act"], visit), visit.get(complaints.complaint)
    to = "complaints" if action.name == "transfer" else f"complaints/{one.id}"
    return carry_out(action, one, visit, ask=ask, onward=Redirect(to=to, query={"done": action.name}))


def _open_now(one: ComplaintResponse, visit: PageRequest) -> list[str]:
    """Return what may be done now, the usual next step first."""
    roles = visit.caller.roles
    if one.state is ComplaintState.ANSWERED or not roles & set(SORTERS):
        return []
    is_own = bool(roles & set(answerers(one.department, monitoring=MONITORING)))
    open_now = {
        "taking": is_own and one.officer != visit.caller.sub,
        "answer": is_own,
        "sorting": one.sorting is None,
        "transfer": True,
    }
    return [name for name, is_open in open_now.items() if is_open]
