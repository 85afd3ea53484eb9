"""Objections (异议) and repairs (修复) that wait for the credit office, and deciding on them."""

import re
from typing import Any, Final

from chalicelib.api.redress.routes import objections, repairs
from chalicelib.api.redress.routes.objections import ObjectionResponse
from chalicelib.api.redress.routes.repairs import RepairResponse
from chalicelib.container import container
from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.policy import Role
from chalicelib.settings import settings
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.directory import entry_text
from chalicelib.web.core.forms import unanswered
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

DECIDERS: Final = (Role.CREDIT_OFFICER,)
PAIR: Final = re.compile(r"\s*([^:=\uff1a]+)[:=\uff1a](.+)")
"""A line of corrected contents: a name and a value."""


def contents_in(visit: PageRequest) -> tuple[dict[str, str], dict[str, str]]:
    """Return the contents that a form says, a line each, and what to say if a line is not a name and what it holds."""
    lines = [line for line in visit.sent("contents").splitlines() if line.strip()]
    pairs = [found for line in lines if (found := PAIR.fullmatch(line))]
    faults = {} if len(pairs) == len(lines) else {"contents": text("record_contents_bad", visit.language)}
    return {found[1].strip(): found[2].strip() for found in pairs}, faults


@pages.get("/matters", roles=DECIDERS)
def list_matters(visit: PageRequest) -> Page:
    """List a department's objections and repairs, newest first."""
    department = visit.query.get("department") or visit.caller.department or ""
    facts: dict[str, object] = {
        "done": visit.query.get("done"),
        "of": department,
        "departments": settings().departments,
        "entry": lambda entry: entry_text(entry, visit.language),
    }
    facts["objections"] = visit.look_through(objections.objections, query=_page_of("objections", department, visit))
    facts["repairs"] = visit.look_through(repairs.repairs, query=_page_of("repairs", department, visit))
    return Page(template="matters.html", facts=facts)


@pages.get("/matters/objections/{objection_id}", roles=DECIDERS)
def ask_ruling(visit: PageRequest) -> Page:
    """Show an objection, with the outcomes that its ground allows."""
    one = visit.get(objections.objection)
    kind = "flag" if one.entry.startswith("flag:") else "repair" if one.entry.startswith("repair:") else "record"
    ground = container().usual_pack(visit.at).recourse.ground(one.ground)
    outcomes = ground.outcomes.get(kind, ()) if ground else ()
    facts = {
        "one": one,
        "entry": entry_text(one.entry, visit.language),
        "may_amend": kind == "record" and visit.caller.department == CREDIT_OFFICE,
        "ground": one.ground if ground is None else ground.name if visit.language == "zh" else ground.english,
        "outcomes": [(name, text(f"ruling_{name}", visit.language)) for name in outcomes],
    }
    return Page(template="ruling.html", facts=facts)


@pages.post("/matters/objections/{objection_id}", roles=DECIDERS, form="/matters/objections/{objection_id}")
def rule(visit: PageRequest) -> Page | Redirect:
    """Decide on an objection; the decision takes effect at once."""
    body: dict[str, Any] = {name: visit.sent(name) for name in ("outcome", "reason", "basis")}
    body |= {name: visit.sent(name) for name in ("ends_on", "late_reason") if visit.sent(name)}
    contents, faults = contents_in(visit)
    body |= {"contents": contents} if contents else {}
    return submit(
        visit,
        objections.decide,
        body,
        ask=ask_ruling,
        onward=Redirect(to="matters", query={"done": "ruled"}),
        at={"": "outcome"} | {f"/contents/{name}": "contents" for name in contents},
        unanswered=unanswered(visit, outcome="choose_an_outcome") | faults,
        said=lambda page: page.fact("one", ObjectionResponse).decision,
    )


@pages.get("/matters/repairs/{repair_id}", roles=DECIDERS)
def ask_verdict(visit: PageRequest) -> Page:
    """Show a repair with its proofs, and the closed list of grounds for refusing it."""
    refusals = container().usual_pack(visit.at).recourse.refusals
    one = visit.get(repairs.repair)
    facts = {
        "one": one,
        "entry": entry_text(one.entry, visit.language),
        "refusals": [
            (each.code, each.name if visit.language == "zh" else each.english, each.basis) for each in refusals
        ],
        "verdicts": [(name, text(f"verdict_{name}", visit.language)) for name in ("yes", "no")],
    }
    return Page(template="verdict.html", facts=facts)


@pages.post("/matters/repairs/{repair_id}", roles=DECIDERS, form="/matters/repairs/{repair_id}")
def judge(visit: PageRequest) -> Page | Redirect:
    """Approve a repair, which undoes every entry of its document at once, or refuse it with what is missing."""
    page = ask_verdict(visit)
    is_refused = visit.sent("approved") == "no"
    body: dict[str, Any] = {"approved": not is_refused, "reason": visit.sent("reason")}
    if is_refused:
        options = page.fact("refusals", list)
        basis = next((one[2] for one in options if one[0] == visit.sent("refusal")), "")
        body |= {"refusal": visit.sent("refusal"), "basis": basis} if visit.sent("refusal") else {}
        body["missing"] = [line.strip() for line in visit.sent("missing").splitlines() if line.strip()]
    if visit.sent("late_reason"):
        body["late_reason"] = visit.sent("late_reason")
    return submit(
        visit,
        repairs.judge,
        body,
        ask=ask_verdict,
        onward=Redirect(to="matters", query={"done": "judged"}),
        at={"": "approved", "/basis": "refusal"},
        unanswered=unanswered(visit, approved="choose_an_outcome"),
        said=lambda page: page.fact("one", RepairResponse).decision,
    )


def _page_of(name: str, department: str, visit: PageRequest) -> dict[str, str]:
    cursor = visit.query.get(f"{name}_after", "")
    return {"limit": "20", "department": department} | ({"cursor": cursor} if cursor else {})
