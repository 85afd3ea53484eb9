"""Flags (失信惩戒) from proposal to lifting: the office's and one's own, each with its basis and its next steps."""

import re
from collections.abc import Iterable
from typing import Final

from chalicelib.api.sanctions.routes import flags, searches
from chalicelib.api.sanctions.routes.searches import PURPOSES
from chalicelib.api.sanctions.schemas.flags import FlagDetailResponse, FlagResponse
from chalicelib.errors import ErrorCode
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.sanctions.rules.measures import WORDS
from chalicelib.sanctions.rules.state_machine import STEPS, FlagStep, is_defence_open
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.directory import flag_number, item_names, published, record_kinds, source_text
from chalicelib.web.core.forms import unanswered
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect
from chalicelib.web.core.staff import staff_named

READERS: Final = (Role.APPLICANT, Role.CREDIT_OFFICER)
OFFICERS: Final = (Role.CREDIT_OFFICER,)
STATES: Final = (
    FlagState.PROPOSED,
    FlagState.SERVED,
    FlagState.ANSWERED,
    FlagState.ACTIVE,
    FlagState.SUSPENDED,
    FlagState.LIFTED,
    FlagState.ENDED,
)
"""The steps of a flag, in the order in which an office meets them."""
FLAG_NUMBER: Final = re.compile(r"[0-9a-f]{24}")


@pages.get("/flags", roles=READERS)
def list_flags(visit: PageRequest) -> Page | Redirect:
    """List the office's flags in one state or on a document, newest first, or all of one's own."""
    is_office = Role.CREDIT_OFFICER in visit.caller.roles
    sought = visit.query.get("q", "").strip() if is_office else ""
    number = "".join(sought.split()).lower()
    if FLAG_NUMBER.fullmatch(number):
        return Redirect(to=f"flags/{number}")
    asked: dict[str, str] = {}
    if is_office and sought:
        asked["document"] = sought[:100]
    elif is_office:
        asked["state"] = visit.query.get("state") or FlagState.PROPOSED.value
        asked |= {"item": visit.query["item"]} if visit.query.get("item") else {}
    cursor = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    facts = {
        "found": visit.look_through(flags.flags, query={"limit": "20"} | asked | cursor),
        "asked": asked,
        "sought": sought,
        "states": STATES,
        "items": _items_of_the_list(visit) if is_office else (),
        "is_office": is_office,
        "today": visit.today,
        "now": visit.at,
    }
    return Page(template="flags.html", facts=facts)


@pages.get("/flags/{flag_id}", roles=READERS)
def read_flag(visit: PageRequest) -> Page:
    """Show a flag: why it stands, its measure, items, people and dates, and which systems were notified."""
    flag = visit.get(flags.flag)
    facts = facts_of(visit, flag) | {"done": visit.query.get("done"), "steps": tuple(FlagStep)}
    if Role.CREDIT_OFFICER in visit.caller.roles:
        from chalicelib.api.sanctions.routes import flag_notices  # noqa: PLC0415 - only the office sees it

        cursor = visit.query.get("cursor", "")
        query = {"limit": "20"} | ({"cursor": cursor} if cursor else {})
        facts["told"] = visit.get(flag_notices.of_flag, query=query)
    return Page(template="flag.html", facts=facts)


@pages.get("/lookup", roles=OFFICERS)
def ask_subject(visit: PageRequest) -> Page:
    """Ask for somebody's number, and why one looks them up."""
    facts = {
        "kinds": [(kind.value, text(f"kind_{kind}", visit.language)) for kind in SubjectKind],
        "purposes": [(one.value, text(f"lookup_purpose_{one}", visit.language)) for one in PURPOSES],
        "record_kinds": record_kinds(visit),
        "source": lambda code: source_text(code, visit.language),
        "today": visit.today,
        "now": visit.at,
    }
    return Page(template="lookup.html", facts=facts)


@pages.post("/lookup", roles=OFFICERS, form="/lookup")
def look_up(visit: PageRequest) -> Page | Redirect:
    """Show what the department holds about somebody; nothing of them stands in an address."""
    body = {
        "subject": {name: visit.sent(name) for name in ("kind", "number", "name")},
        "purpose": visit.sent("purpose"),
    }
    return submit(
        visit,
        searches.search,
        body,
        ask=ask_subject,
        onward=lambda held: Page(template="lookup.html", facts={**ask_subject(visit).facts, "held": held}),
        at={f"/subject/{name}": name for name in ("kind", "number", "name")}
        | {ErrorCode.PURPOSE_REQUIRED: "purpose", "": "number"},
        unanswered=unanswered(visit, kind="choose_a_kind", purpose="choose_a_purpose"),
    )


def open_steps(flag: FlagDetailResponse, visit: PageRequest) -> list[FlagStep]:
    """Return the steps to offer now."""
    return [step for step in FlagStep if _is_open(step, flag, visit)]


def _is_open(step: FlagStep, flag: FlagDetailResponse, visit: PageRequest) -> bool:
    """Whether to offer a step, by the caller's role, the flag's state and who took the earlier steps."""
    right = STEPS[step]
    if right.role not in visit.caller.roles or flag.state not in right.states:
        return False
    if step is FlagStep.CONFIRM:
        is_heard = not is_defence_open(flag.defence_due_at, has_spoken=bool(flag.statements), at=visit.at)
        return is_heard and not visit.caller.is_person(flag.proposed_by)
    if step is FlagStep.RESUME:
        asked = flag.suspension and flag.suspension.request
        return not asked or not visit.caller.is_person(asked.by)
    return True


def facts_of(visit: PageRequest, flag: FlagDetailResponse) -> dict[str, object]:
    """Return what every page about a flag shows."""
    edition = visit.get(flags.measures, query={"edition": flag.edition})
    return {
        "flag": flag,
        "flag_number": flag_number(flag.id),
        "edition": edition,
        "measure": next((row for row in edition.items if row.code == flag.measure_code), None),
        "items": item_names(visit, flag.related_items),
        "conducts": {conduct.code: conduct.name for conduct in edition.conducts},
        "lost": {ground: WORDS[ground][visit.language == "en"] for ground in WORDS},
        "open_steps": open_steps(flag, visit),
        "is_office": Role.CREDIT_OFFICER in visit.caller.roles,
        "me": visit.caller.actor,
        "staff": staff_named(_people(flag)) if Role.CREDIT_OFFICER in visit.caller.roles else {},
        "today": visit.today,
        "now": visit.at,
    }


def _people(flag: FlagResponse) -> Iterable[str]:
    acts = (flag.confirmation, flag.lifting, flag.suspension and flag.suspension.request)
    return [flag.proposed_by, *(act.by for act in acts if act)]


def _items_of_the_list(visit: PageRequest) -> list[tuple[str, str]]:
    """Return the items that a measure of the list in force may touch, by code and name."""
    edition = visit.get(flags.measures)
    return published(visit, sorted({code for row in edition.items for code in row.related_items}))
