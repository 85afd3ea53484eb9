"""Flags (失信惩戒) from proposal to lifting: the office's and one's own, each with its basis and its next steps."""

from typing import Final

from chalicelib.api.sanctions.routes import flags
from chalicelib.api.sanctions.schemas.flags import FlagDetailResponse
from chalicelib.container import container
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.sanctions.rules.measures import WORDS
from chalicelib.sanctions.rules.state_machine import STEPS, FlagStep, is_defence_open
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest

READERS: Final = (Role.APPLICANT, Role.CREDIT_OFFICER)


@pages.get("/flags", roles=READERS)
def list_flags(visit: PageRequest) -> Page:
    """List the office's flags in one state, newest first, or all of one's own."""
    is_office = Role.CREDIT_OFFICER in visit.caller.roles
    asked = {"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {}
    if is_office:
        asked["state"] = visit.query.get("state") or FlagState.PROPOSED.value
    facts = {
        "found": visit.look_through(flags.flags, query={"limit": "20"} | asked),
        "asked": asked,
        "states": tuple(FlagState),
        "is_office": is_office,
    }
    return Page(template="flags.html", facts=facts)


@pages.get("/flags/{flag_id}", roles=READERS)
def read_flag(visit: PageRequest) -> Page:
    """Show a flag with its measure, items, people and dates, and which systems were notified."""
    flag = visit.get(flags.flag)
    facts = facts_of(visit, flag) | {"done": visit.query.get("done"), "steps": tuple(FlagStep)}
    if Role.CREDIT_OFFICER in visit.caller.roles:
        from chalicelib.api.sanctions.routes import flag_notices  # noqa: PLC0415 - only the office sees it

        cursor = visit.query.get("cursor", "")
        query = {"limit": "20"} | ({"cursor": cursor} if cursor else {})
        facts["told"] = visit.get(flag_notices.of_flag, query=query)
    return Page(template="flag.html", facts=facts)


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


def item_names(visit: PageRequest, codes: list[str]) -> list[tuple[str, str]]:
    """Return items by code and name; the code is the name of an item that is not published."""
    found = [(code, container().catalogue.find(code, at=visit.at)) for code in codes]
    return [(code, item.name if item else code) for code, item in found]


def facts_of(visit: PageRequest, flag: FlagDetailResponse) -> dict[str, object]:
    """Return what every page about a flag shows."""
    edition = visit.get(flags.measures, query={"edition": flag.edition})
    return {
        "flag": flag,
        "edition": edition,
        "measure": next((row for row in edition.items if row.code == flag.measure_code), None),
        "items": item_names(visit, flag.related_items),
        "conducts": {conduct.code: conduct.name for conduct in edition.conducts},
        "lost": {ground: WORDS[ground][visit.language == "en"] for ground in WORDS},
        "open_steps": open_steps(flag, visit),
        "is_office": Role.CREDIT_OFFICER in visit.caller.roles,
        "me": visit.caller.actor,
    }
