"""The officers' worklist: what the department has to do, what is late first, and giving several cases to somebody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chalicelib.api.cases.routes import assignment
from chalicelib.api.catalogue.routes import items as catalogue
from chalicelib.api.supervision.routes import board as supervision
from chalicelib.api.supervision.routes import worklist as due
from chalicelib.cases.rules.handling import SUPERIORS
from chalicelib.clocks.model import Light
from chalicelib.errors import DomainError
from chalicelib.http.problems import failure_of
from chalicelib.policy import Role
from chalicelib.supervision.services.board import DUE_FIRST
from chalicelib.web.core import pages
from chalicelib.web.core.actions import Options
from chalicelib.web.core.directory import item_names
from chalicelib.web.core.forms import at_fault, words_of
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import choices, officer_text, staff_named
from chalicelib.web.officers.cases import OFFICE

SHOWN: Final = 20
"""How many cases a page shows, and at most how many are given to somebody at once."""
TICKED: Final = re.compile(r"([A-Z0-9]{17}):(\d{1,9})")
"""What a tick says: the number of a case, and the version of it that was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A case that was not given to anybody, and why, in words."""

    case_no: str
    why: str


@pages.get("/worklist", roles=OFFICE)
def worklist(visit: PageRequest) -> Page:
    """List what the department has to do, what is late first, with whose it is; all lights unless some are chosen."""
    lights = [light.value for light in Light if visit.query.get(light)] or visit.query.get("light", "").split(",")
    asked = {
        "light": ",".join(lights),
        "officer": visit.query.get("officer", ""),
        "item": visit.query.get("item", ""),
        "due_on": visit.query.get("due_on", ""),
        "cursor": visit.query.get("cursor", ""),
    }
    found = visit.look_through(due.worklist, query={"limit": str(SHOWN)} | asked)
    kept = {name: value for name, value in asked.items() if value and name != "cursor"}
    staff = staff_named(one.responsible for one in found.items)
    facts = {
        "found": found,
        "alerts": visit.get(supervision.alerts, query={"limit": "20"}).items,
        "asked": kept,
        "here_now": {name: value for name, value in asked.items() if value},
        "due_on": date.fromisoformat(kept["due_on"]) if "due_on" in kept else None,
        "without_day": {name: value for name, value in kept.items() if name != "due_on"},
        "of_month": {name: value for name, value in kept.items() if name in {"officer", "item"}},
        "without_item": {name: value for name, value in kept.items() if name != "item"},
        "own_items": _items(visit, asked["item"]),
        "item_name": dict(item_names(visit, [kept["item"]]))[kept["item"]] if "item" in kept else None,
        "lights": DUE_FIRST,
        "chosen_lights": lights,
        "today": visit.today,
        "mine": visit.caller.sub,
        "nobody": Role.OFFICER.value,
        "officers": _officers(visit),
        "is_superior": _is_superior(visit),
        "whose": {one.responsible: officer_text(one.responsible, staff, visit.language) for one in found.items},
    }
    return Page(template="worklist.html", facts=facts, scripts=("picker",))


@pages.post("/worklist/assignment", roles=OFFICE, form="/worklist")
def assign(visit: PageRequest) -> Page:
    """Give each of the ticked cases to somebody, and say which of them could not be given and why."""
    officer = visit.sent("given_to") if _is_superior(visit) else visit.caller.sub
    ticked = dict(_ticked(visit))
    faults = {}
    if not ticked:
        faults["case"] = text("worklist_tick_some", visit.language)
    if officer not in {one[0] for one in _officers(visit)}:
        faults["given_to"] = text("worklist_choose_officer", visit.language)
    if faults:
        return at_fault(worklist(visit), **faults)
    given: list[str] = []
    refused: list[Refused] = []
    for case_no, version in ticked.items():
        try:
            visit.do(assignment.assign, path={"case_no": case_no}, body={"officer": officer}, version=version)
        except DomainError as error:
            why = words_of(failure_of(error, visit.language, route=visit.route))[1]
            refused.append(Refused(case_no=case_no, why=why))
        else:
            given.append(case_no)
    page = worklist(visit)
    return replace(page, facts={**page.facts, "given": given, "refused": refused})


@pages.get("/desk/{case_no}/next", roles=OFFICE)
def next_case(visit: PageRequest) -> Redirect:
    """Go on to the case that follows on one's own list, a superior on the department's; to the list if none does."""
    whose = "" if _is_superior(visit) else visit.caller.sub
    found = visit.get(due.worklist, query={"limit": "100", "officer": whose})
    numbers = [one.case_no for one in found.items if one.case_no]
    here = numbers.index(visit.path["case_no"]) + 1 if visit.path["case_no"] in numbers else 0
    following = next((one for one in (*numbers[here:], *numbers[:here]) if one != visit.path["case_no"]), None)
    return Redirect(to=f"desk/{following}" if following else "worklist")


def _ticked(visit: PageRequest) -> Iterator[tuple[str, int]]:
    for value in visit.form.get("case", ())[:SHOWN]:
        if found := TICKED.fullmatch(value):
            yield found[1], int(found[2])


def _is_superior(visit: PageRequest) -> bool:
    return bool(visit.caller.roles & set(SUPERIORS))


def _items(visit: PageRequest, asked: str) -> Options:
    """Return the items of the caller's department by code and name, and the one that is asked for, to choose from."""
    query = {"department": visit.caller.department or "", "limit": "100"}
    found = {one.item_code: one for one in visit.get(catalogue.find_items, query=query).items}
    also = item_names(visit, [asked]) if asked and asked not in found else []
    names = [(code, one.name_en if visit.language == "en" and one.name_en else one.name) for code, one in found.items()]
    return [*names, *also]


def _officers(visit: PageRequest) -> Options:
    """Return to whom the caller may give cases: a superior to each officer of the department, others to themselves."""
    if _is_superior(visit):
        return choices(visit, department=visit.caller.department or "", role=Role.OFFICER)
    return [(visit.caller.sub, visit.caller.name)]
