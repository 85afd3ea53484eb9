"""What an applicant does about a case: withdraw, complete, hand in, state one's side, rate, complain."""

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.api.cases.routes import cases
from chalicelib.api.cases.schemas.cases import CaseResponse
from chalicelib.container import container
from chalicelib.errors import DomainError
from chalicelib.http.routes import Route
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.web.applicants.cases import ACTS
from chalicelib.web.core import pages
from chalicelib.web.core.forms import FILES, again, at_fault, materials_sent
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

LEVELS: Final = ("5", "4", "3", "2", "1")
"""Levels of satisfaction, best first (非常满意 to 非常不满意)."""


@pages.get("/cases/{case_no}/withdrawal", roles=FOR_THEMSELVES)
def ask_withdrawal(visit: PageRequest) -> Page:
    """Say what withdrawing means, and ask why."""
    return _form(visit, "withdrawal")


@pages.post("/cases/{case_no}/withdrawal", roles=FOR_THEMSELVES, form="/cases/{case_no}/withdrawal")
def withdraw(visit: PageRequest) -> Page | Redirect:
    """Take the promise back."""
    return _do(
        visit,
        cases.withdraw,
        {"reason": visit.sent("reason")},
        page=ask_withdrawal,
        done="withdrawn",
        fields={"/reason": "reason"},
    )


@pages.get("/cases/{case_no}/materials", roles=FOR_THEMSELVES)
def ask_materials(visit: PageRequest) -> Page:
    """Ask for the certificates that are owed and not here yet."""
    page = _form(visit, "materials")
    case = page.fact("case", CaseResponse)
    here = {material.id for material in case.materials}
    owed = [one for one in case.checklist if one.must_be_handed_in(case.way) and one.id not in here]
    return Page(template=page.template, facts={**page.facts, "owed": owed}, scripts=FILES)


@pages.post("/cases/{case_no}/materials", roles=FOR_THEMSELVES, form="/cases/{case_no}/materials")
def hand_in(visit: PageRequest) -> Page | Redirect:
    """Hand in certificates."""
    page = ask_materials(visit)
    owed = page.fact("owed", list)
    sent = materials_sent(visit)
    case = page.fact("case", CaseResponse)
    if sent and not owed and {each["sha256"] for each in sent} <= {each.sha256 for each in case.materials}:
        return _gone_on(visit, "handed_in")  # the second click of a double click
    missing = [one.id for one in owed if one.id not in {each["id"] for each in sent}]
    if missing:
        words = text("choose_a_file", visit.language)
        return at_fault(page, **{f"material-{name}": words for name in missing})
    return _do(
        visit,
        cases.hand_in,
        {"materials": sent},
        page=ask_materials,
        done="handed_in",
        fields={},
    )


@pages.get("/cases/{case_no}/corrections", roles=FOR_THEMSELVES)
def ask_correction(visit: PageRequest) -> Page:
    """Show all that is missing, told once, and take it."""
    page = _form(visit, "corrections")
    case = page.fact("case", CaseResponse)
    asked = [one for one in case.corrections if one.answered_at is None]
    names = {one.id: one.name for one in case.checklist}
    facts = {**page.facts, "asked": asked[-1:], "names": names}
    return Page(template=page.template, facts=facts, scripts=FILES)


@pages.post("/cases/{case_no}/corrections", roles=FOR_THEMSELVES, form="/cases/{case_no}/corrections")
def answer_correction(visit: PageRequest) -> Page | Redirect:
    """Bring what was missing, or say why not."""
    from chalicelib.api.cases.routes import handling  # noqa: PLC0415 - only this act needs it

    number = visit.sent("number")
    body = {"materials": materials_sent(visit), "text": visit.sent("text")}
    if not body["materials"] and not body["text"]:
        return at_fault(ask_correction(visit), text=text("bring_or_say", visit.language))
    return _do(
        visit,
        handling.answer_correction,
        body,
        page=ask_correction,
        done="answered",
        fields={"": "text"},
        path={"number": number or "0"},
    )


@pages.get("/cases/{case_no}/statement", roles=FOR_THEMSELVES)
def ask_statement(visit: PageRequest) -> Page:
    """Show what was found and by when one may state one's side."""
    return _form(visit, "statement")


@pages.post("/cases/{case_no}/statement", roles=FOR_THEMSELVES, form="/cases/{case_no}/statement")
def state(visit: PageRequest) -> Page | Redirect:
    """State one's side before anything is decided against one (R1.18)."""
    from chalicelib.api.cases.routes import consequences  # noqa: PLC0415 - only this act needs it

    return _do(
        visit,
        consequences.state,
        {"text": visit.sent("text")},
        page=ask_statement,
        done="stated",
        fields={"": "text"},
    )


@pages.get("/cases/{case_no}/rating", roles=FOR_THEMSELVES)
def ask_rating(visit: PageRequest) -> Page:
    """Ask how it was."""
    page = _form(visit, "rating")
    return Page(template=page.template, facts={**page.facts, "levels": LEVELS})


@pages.post("/cases/{case_no}/rating", roles=FOR_THEMSELVES, form="/cases/{case_no}/rating")
def rate(visit: PageRequest) -> Page | Redirect:
    """Rate how the case was handled (好差评); anonymous unless the person wants otherwise."""
    from chalicelib.api.feedback.routes import ratings  # noqa: PLC0415 - only this act needs it

    if visit.sent("level") not in LEVELS:
        return at_fault(ask_rating(visit), level=text("choose_a_level", visit.language))
    comment = visit.sent("comment")
    body = {"level": int(visit.sent("level")), "real_name": visit.sent("real_name") == "yes"}
    return _do(
        visit,
        ratings.rate,
        body | ({"comment": comment} if comment else {}),
        page=ask_rating,
        done="rated",
        fields={"": "level"},
    )


@pages.get("/cases/{case_no}/complaint", roles=FOR_THEMSELVES)
def ask_complaint(visit: PageRequest) -> Page:
    """Ask what went wrong."""
    page = _form(visit, "complaint")
    categories = container().usual_pack(visit.at).complaint_categories
    options = [(each.code, each.name if visit.language == "zh" else each.english) for each in categories]
    return Page(template=page.template, facts={**page.facts, "categories": options})


@pages.post("/cases/{case_no}/complaint", roles=FOR_THEMSELVES, form="/cases/{case_no}/complaint")
def complain(visit: PageRequest) -> Page | Redirect:
    """Take a complaint or suggestion about the case."""
    from chalicelib.api.feedback.routes import complaints  # noqa: PLC0415 - only this act needs it

    if not visit.sent("category"):
        return at_fault(ask_complaint(visit), category=text("choose_a_category", visit.language))
    body = {"category": visit.sent("category"), "text": visit.sent("text"), "case_no": visit.path["case_no"]}
    return _do(visit, complaints.send, body, page=ask_complaint, done="complained", fields={})


def _form(visit: PageRequest, act: str) -> Page:
    """Draw the form of an act; one that is not open now says so instead."""
    case = visit.get(cases.read_case)
    return Page(template=f"act_{act}.html", facts={"case": case, "is_open": dict(ACTS)[act](case, visit.at)})


def _do(  # noqa: PLR0913 - what every act differs in, each named
    visit: PageRequest,
    route: Route,
    body: Mapping[str, object],
    *,
    page: Callable[[PageRequest], Page],
    done: str,
    fields: Mapping[str, str],
    path: Mapping[str, str] | None = None,
) -> Page | Redirect:
    """Do it, and go on to the case, which says that it was done; or draw the form again with what is wrong."""
    try:
        visit.do(route, path=path, body=body)
    except DomainError as error:
        return again(page(visit), error, visit, fields=fields)
    return _gone_on(visit, done)


def _gone_on(visit: PageRequest, done: str) -> Redirect:
    return Redirect(to=f"cases/{visit.path['case_no']}", query={"done": done})
