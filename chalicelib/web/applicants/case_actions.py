"""What an applicant does about a case: withdraw, hand in, answer, state one's side, rate, complain."""

from dataclasses import replace
from typing import Final

from chalicelib.api.cases.routes import cases, consequences, endings, handling
from chalicelib.api.cases.schemas.cases import CaseResponse
from chalicelib.api.feedback.routes import complaints, ratings
from chalicelib.cases.model.case import Way
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.web.applicants.cases import DONE, OFFERS
from chalicelib.web.applicants.complaints import categories, levels
from chalicelib.web.applicants.documents import UPLOADS, add_pages, bucket, facts_of, slots_of
from chalicelib.web.applicants.english import english_of
from chalicelib.web.applicants.own_case import demand_of, names_in, needs_of
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Action, Field, Options, carry_out, draw, number_of
from chalicelib.web.core.forms import at_fault, materials_sent
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect


def _owed(case: CaseResponse, _visit: PageRequest) -> Options:
    """Return the certificates that are owed and not here yet."""
    here = {material.id for material in case.materials if not material.problem}
    owed = [one for one in case.checklist if one.must_be_handed_in(case.way) and one.id not in here]
    return [(one.id, one.name, one.basis) for one in owed]


def _proofs(case: CaseResponse, _visit: PageRequest) -> Options:
    """Return the materials that may prove that something was put right."""
    return [(one.id, one.name, one.basis) for one in case.checklist if one.may_be_handed_in(Way.CERTIFICATE)]


def _missing(case: CaseResponse, _visit: PageRequest) -> Options:
    demand, names = demand_of(case), names_in(case)
    return [(one, names.get(one, one), "") for one in demand.missing] if demand else []


def _levels(_case: CaseResponse, visit: PageRequest) -> Options:
    return levels(visit)


def _categories(_case: CaseResponse, visit: PageRequest) -> Options:
    return list(categories(visit).items())


ACTIONS: Final[tuple[Action[CaseResponse], ...]] = (
    Action(
        name="withdrawal",
        route=cases.withdraw,
        fields=(Field(name="reason", kind="area", label="withdrawal_why", hint="withdrawal_why_hint"),),
        is_grave=True,
    ),
    Action(
        name="application_withdrawal",
        route=endings.withdraw,
        fields=(Field(name="reason", kind="area", label="withdrawal_why", hint="withdrawal_why_hint"),),
        at={"": "reason"},
        is_grave=True,
    ),
    Action(
        name="materials",
        route=cases.hand_in,
        fields=(Field(name="materials", kind="materials", options=_owed, unanswered="choose_a_file"),),
        said=lambda case: case,
        button="file",
    ),
    Action(
        name="corrections",
        route=handling.answer_correction,
        fields=(
            Field(name="materials", kind="materials", options=_missing),
            Field(name="text", kind="area", label="corrections_text", hint="corrections_text_hint"),
        ),
        at={"": "text"},
        button="file",
    ),
    Action(
        name="statement",
        route=consequences.state,
        fields=(Field(name="text", kind="area", label="statement_text", rows=10),),
        at={"": "text"},
        button="file",
    ),
    Action(
        name="report",
        route=consequences.report,
        fields=(
            Field(name="materials", kind="materials", options=_proofs),
            Field(name="text", kind="area", label="report_text"),
        ),
        at={"": "text"},
        button="file",
    ),
    Action(
        name="rating",
        route=ratings.rate,
        fields=(
            Field(
                name="level",
                kind="choice",
                label="rating_level",
                options=_levels,
                read=number_of,
                unanswered="choose_a_level",
            ),
            Field(name="comment", kind="area", label="rating_comment", may_be_blank=True),
            Field(name="real_name", kind="tick", label="rating_real_name", hint="rating_real_name_hint"),
        ),
        at={"": "level"},
        button="rating_send",
    ),
    Action(
        name="complaint",
        route=complaints.send,
        fields=(
            Field(
                name="category",
                kind="choice",
                label="complaint_category",
                options=_categories,
                unanswered="choose_a_category",
            ),
            Field(name="text", kind="area", label="complaint_text", rows=8),
        ),
        adds=lambda case, _visit: {"case_no": case.case_no},
        button="file",
    ),
)


def _add_pages(action: Action[CaseResponse]) -> None:
    """Give an action its page: the form, and what takes it and goes on to the case."""
    place = f"/cases/{{case_no}}/{action.name}"

    @pages.get(place, roles=FOR_THEMSELVES)
    def ask(visit: PageRequest) -> Page:
        case = visit.get(cases.read_case)
        demand = demand_of(case) if action.name == "corrections" else None
        title, is_open = f"act_{action.name}", OFFERS[action.name](case, visit)
        page = draw(
            "own_action.html",
            action,
            case,
            visit,
            title=title,
            is_open=is_open,
            case=case,
            demand=demand,
            need=next((one for one in needs_of(case, at=visit.at) if one.action == action.name), None),
            english=english_of(visit, case.item),
        )
        return _with_slots(page, action, case, visit) if is_open else page

    @pages.post(place, roles=FOR_THEMSELVES, form=place)
    def do(visit: PageRequest) -> Page | Redirect:
        if action.name == "corrections" and not materials_sent(visit) and not visit.sent("text"):
            return at_fault(ask(visit), text=text("bring_or_say", visit.language))
        case = visit.get(cases.read_case)
        onward = Redirect(to=f"cases/{case.case_no}", query={"done": DONE[action.name]})
        return carry_out(action, case, visit, ask=ask, onward=onward, path={"number": visit.sent("number") or "0"})

    if any(field.kind == "materials" for field in action.fields):
        add_pages(place, ask, of="case_no")


def _with_slots(page: Page, action: Action[CaseResponse], case: CaseResponse, visit: PageRequest) -> Page:
    """Return the page of an action with a slot for each of its materials."""
    owed = [
        (option[0], option[1], option[2])
        for field in action.fields
        if field.kind == "materials" and field.options
        for option in field.options(case, visit)
    ]
    handed_in = {material.document for material in case.materials}
    slots = slots_of(visit, owed, case_no=case.case_no, handed_in=handed_in)
    if not slots:
        return page
    facts = {**page.facts, **facts_of(slots, f"cases/{case.case_no}/{action.name}")}
    return replace(page, facts=facts, scripts=UPLOADS, allows={"connect-src": bucket()})


for each in ACTIONS:
    _add_pages(each)
