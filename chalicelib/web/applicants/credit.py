"""One's own credit: the records, who asked for them, and the remedies: objection (异议) and repair (修复)."""

from typing import Final

from chalicelib.api.credit.routes import own_credit
from chalicelib.api.redress.routes import objections, repairs
from chalicelib.api.redress.routes.repairs import RepairFormResponse
from chalicelib.api.sanctions.routes import flags
from chalicelib.api.sanctions.schemas.flags import FlagResponse
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.sanctions.model.flags import FlagState
from chalicelib.sanctions.rules.state_machine import is_defence_open
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.directory import published, record_kinds
from chalicelib.web.core.forms import unanswered
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

OWN: Final = (Role.APPLICANT,)
LONGEST_ENTRY: Final = 140


@pages.get("/credit", roles=OWN)
def read_credit(visit: PageRequest) -> Page:
    """Show what is on record about oneself, page by page, free of charge, with the remedies for each entry (R3.14)."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    own = visit.get(own_credit.own, query=query)
    facts = {
        "own": own,
        "heard": [] if "cursor" in query else _to_be_heard(visit),
        "objections": visit.get(objections.objections, query={"limit": "20"}).items,
        "repairs": visit.get(repairs.repairs, query={"limit": "20"}).items,
        "kinds": record_kinds(visit),
        "day_of": day_in_shanghai,
    }
    return Page(template="credit/own_credit.html", facts=facts)


@pages.get("/credit/queries", roles=OWN)
def list_queries(visit: PageRequest) -> Page:
    """Show who queried one's credit, when and why (R7.15)."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    found = visit.get(own_credit.own_queries, query=query)
    items = dict(published(visit, sorted({one.item_code for one in found.items if one.item_code})))
    return Page(template="credit/own_queries.html", facts={"found": found, "items": items})


@pages.get("/credit/objection", roles=OWN)
def ask_objection(visit: PageRequest) -> Page:
    """Ask what is wrong with an entry."""
    entry = _entry(visit)
    kind = "flag" if entry.startswith("flag:") else "repair" if entry.startswith("repair:") else "record"
    grounds = container().usual_pack(visit.at).recourse.grounds
    options = [
        (ground.code, ground.name if visit.language == "zh" else ground.english)
        for ground in grounds
        if kind in ground.outcomes
    ]
    return Page(template="credit/objection_form.html", facts={"entry": entry, "grounds": options})


@pages.post("/credit/objection", roles=OWN, form="/credit")
def object_to(visit: PageRequest) -> Page | Redirect:
    """Object: every credit response marks the entry from now on, until a person has decided."""
    body = {name: visit.sent(name) for name in ("entry", "ground", "text", "evidence")}
    return submit(
        visit,
        objections.make,
        body,
        ask=ask_objection,
        onward=lambda made: Redirect(to=f"credit/objections/{made.id}", query={"done": "objected"}),
        at={"": "ground"},
        unanswered=unanswered(visit, ground="choose_a_ground"),
    )


@pages.get("/credit/objections/{objection_id}", roles=OWN)
def read_objection(visit: PageRequest) -> Page:
    """Show an objection, its due date and the decision."""
    facts = {"one": visit.get(objections.objection), "done": visit.query.get("done"), "today": visit.today}
    return Page(template="credit/objection.html", facts=facts | {"grounds": _grounds(visit)})


@pages.post("/credit/objections/{objection_id}", roles=OWN, form="/credit/objections/{objection_id}")
def withdraw_objection(visit: PageRequest) -> Redirect:
    """Withdraw an objection."""
    visit.do(objections.withdraw)
    return Redirect(to=f"credit/objections/{visit.path['objection_id']}", query={"done": "objection_withdrawn"})


@pages.get("/credit/repair", roles=OWN)
def ask_repair(visit: PageRequest) -> Page:
    """Show from when an entry can be repaired, which proofs are known, and the wording of the promise."""
    form = visit.get(repairs.form, query={"entry": _entry(visit)})
    return Page(template="credit/repair_form.html", facts={"form": form})


@pages.post("/credit/repair", roles=OWN, form="/credit")
def repair(visit: PageRequest) -> Page | Redirect:
    """Apply for repair with a proof and a promise, nothing else (R3.5)."""
    page = ask_repair(visit)
    form = page.fact("form", RepairFormResponse)
    is_promised = visit.sent("promise") == form.promise_hash
    body = {"entry": form.entry, "proof": visit.sent("proof"), "promise_hash": form.promise_hash}
    return submit(
        visit,
        repairs.ask,
        body,
        ask=ask_repair,
        onward=lambda made: Redirect(to=f"credit/repairs/{made.id}", query={"done": "repair_asked"}),
        at={"": "proof"},
        unanswered={} if is_promised else {"promise": text("tick_promise", visit.language)},
    )


@pages.get("/credit/repairs/{repair_id}", roles=OWN)
def read_repair(visit: PageRequest) -> Page:
    """Show a repair, its due date, the decision, and which systems were notified."""
    facts = {"one": visit.get(repairs.repair), "done": visit.query.get("done"), "today": visit.today}
    return Page(template="credit/repair.html", facts=facts)


def _to_be_heard(visit: PageRequest) -> list[FlagResponse]:
    """Return the flags about which one was told and may still be heard (拟惩戒告知): nothing is decided yet."""
    found = visit.get(flags.flags, query={"limit": "20"}).items
    served = (flag for flag in found if flag.state is FlagState.SERVED and not flag.statements)
    return [flag for flag in served if is_defence_open(flag.defence_due_at, has_spoken=False, at=visit.at)]


def _entry(visit: PageRequest) -> str:
    """Return the entry that a form is about; ``NOT_FOUND`` if it cannot be the name of one."""
    entry = visit.sent("entry") or visit.query.get("entry", "")
    if not 0 < len(entry) <= LONGEST_ENTRY:
        raise DomainError(ErrorCode.NOT_FOUND)
    return entry


def _grounds(visit: PageRequest) -> dict[str, str]:
    grounds = container().usual_pack(visit.at).recourse.grounds
    return {ground.code: ground.name if visit.language == "zh" else ground.english for ground in grounds}
