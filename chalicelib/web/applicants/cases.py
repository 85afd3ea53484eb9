"""One's own cases: what needs the applicant first, each case with its progress and what comes next, and its receipt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.api.cases.routes import cases
from chalicelib.api.cases.schemas.cases import CaseResponse
from chalicelib.api.messages.routes import turns
from chalicelib.cases.model.case import FINISHED, State, Way
from chalicelib.cases.rules.consequences import BROKEN
from chalicelib.cases.rules.handling import STEPS, CaseStep
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.messages.model.messages import Party
from chalicelib.policy import FOR_THEMSELVES, Role
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.settings import settings
from chalicelib.timeline.event_types import LOOKS
from chalicelib.web.applicants.english import english_of
from chalicelib.web.applicants.lateness import is_within, lateness_of
from chalicelib.web.applicants.own_case import (
    demand_of,
    is_broken,
    last_day_to_state,
    names_in,
    needs_of,
    next_of,
)
from chalicelib.web.core import pages
from chalicelib.web.core.i18n import by_text, instant_text
from chalicelib.web.core.request import Page, PageRequest

if TYPE_CHECKING:
    from chalicelib.api.credit.schemas.own_credit import BarResponse
    from chalicelib.api.documents.schemas import DocumentResponse
    from chalicelib.api.feedback.routes.ratings import RatingResponse

WAY_THROUGH: Final = ("received", "accepted", "decided", "closed")
"""The stages of the progress line."""

REACHED: Final = {
    State.PENDING_CREDIT: 0,
    State.PENDING_IDENTITY: 0,
    State.AWAITING_MATERIALS: 0,
    State.RECEIVED: 1,
    State.CORRECTION_ASKED: 1,
    State.NOT_ACCEPTED: 1,
    State.ACCEPTED: 2,
    State.PAUSED: 2,
    State.SUSPENDED: 2,
    State.DECIDED: 3,
    State.CLOSED: 4,
    State.REVOKED: 4,
    State.TERMINATED: 1,
    State.WITHDRAWN: 1,
}
"""How many stages a case in each state has passed."""

SHOWN_CLOCKS: Final = (
    ClockKind.IDENTITY_CHECK,
    ClockKind.MATERIALS,
    ClockKind.LATER_MATERIAL,
    ClockKind.CORRECTION,
    ClockKind.ACCEPTANCE,
    ClockKind.HANDLING_PROMISED,
    ClockKind.DELIVERY,
    ClockKind.VERIFICATION,
    ClockKind.RECTIFICATION,
)
"""The time limits that matter to an applicant, in the order in which they run."""


NO_YEAR: Final = 0
"""As the year of the reader it makes every date say its own."""

MASK: Final = 3
"""Which of the eight mask patterns of ISO/IEC 18004 a QR code uses."""


@pages.get("/cases", roles=FOR_THEMSELVES)
def list_cases(visit: PageRequest) -> Page:
    """List what needs one first, then what waits for an office, then the other cases, newest first, page by page."""
    from chalicelib.api.cases.routes import drafts  # noqa: PLC0415 - only this page needs it

    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    found, is_first = visit.get(cases.list_cases, query=query), "cursor" not in query
    facts: dict[str, object] = {"found": found, "is_first": is_first}
    facts["english"] = english_of(visit, *(case.item for case in found.items))
    if is_first:
        waiting = visit.get(turns).items
        facts["yours"] = [turn for turn in waiting if turn.party is Party.YOU]
        facts["offices"] = [turn for turn in waiting if turn.party is Party.OFFICE]
        facts["drafts"] = visit.get(drafts.waiting).items
        told = {turn.number for turn in waiting if turn.owner == f"case:{turn.number}"}
        facts["untold"] = [case for case in found.items if case.case_no not in told and case.state not in FINISHED]
        facts["over"] = [case for case in found.items if case.case_no not in told and case.state in FINISHED]
        facts["cases"] = {case.case_no: case for case in found.items}
        facts["today"] = visit.today
    return Page(template="own_cases.html", facts=facts)


@pages.get("/cases/{case_no}", roles=FOR_THEMSELVES)
def read_case(visit: PageRequest) -> Page:
    """Show what a case asks of one, how far it is, whether the office is late, what comes next, and what happened."""
    case, timeline = visit.get(cases.read_case), visit.get(cases.read_timeline)
    done, rating = visit.query.get("done"), _rating_of(case, visit)
    # Whether one may rate is not asked of the database again.
    open_now = [name for name, is_open in OFFERS.items() if name != "rating" and is_open(case, visit)]
    open_now += ["rating"] if _rates(case, visit) and rating is None else []
    facts = {
        "case": case,
        "is_closed_to_agent": _is_closed_to_agent(case),
        "stages": WAY_THROUGH,
        "reached": REACHED[case.state],
        "needs": needs_of(case, at=visit.at),
        "late": lateness_of(case, timeline.items, calendar=container().calendars.current(), at=visit.at),
        "today": visit.today,
        "comes_next": next_of(case, at=visit.at),
        "is_broken": is_broken(case),
        "clocks": [clock for kind in SHOWN_CLOCKS for clock in case.clocks if clock.kind is kind],
        "timeline": timeline.model_copy(update={"items": [one for one in timeline.items if not is_within(one)]}),
        "within": [one for one in timeline.items if is_within(one)],
        "looks": [one for one in timeline.items if one.kind in LOOKS],
        "actions": [name for name in OFFERS if name in open_now],
        "rating": rating,
        "done": done if done in DONE.values() else None,
        "names": names_in(case),
        "english": english_of(visit, case.item),
        "documents": _documents_of(case, visit),
        "closes_next": _closes_next(case, visit),
        "grounds": _grounds_of(case, visit),
    }
    return Page(template="own_case.html", facts=facts, scripts=("follow",))


@pages.get("/cases/{case_no}/receipt", roles=FOR_THEMSELVES)
def read_receipt(visit: PageRequest) -> Page:
    """Show the receipt, made for one sheet of paper: number, tracking code and address, dates, office and counter."""
    case = visit.get(cases.read_case)
    address = f"{settings().portal_url}/track"
    leads_to = f"{address}?case_no={case.case_no}&code={case.tracking_code}"
    promised = [clock for clock in case.clocks if clock.kind is ClockKind.HANDLING_PROMISED]
    facts: dict[str, object] = {
        "case": case,
        "address": address.partition("://")[2],
        "picture": picture_of(leads_to),
        "promised": promised[-1:],
        "english": english_of(visit, case.item),
        "now": visit.at,
        # Paper is read in another year too.
        "instant_on_paper": lambda at: instant_text(at, visit.language, year=NO_YEAR),
        "by_on_paper": lambda day: by_text(day, visit.language, year=NO_YEAR),
    }
    facts["later"] = [
        clock for clock in case.clocks if clock.kind is ClockKind.LATER_MATERIAL and clock.stopped_at is None
    ]
    facts["names"] = names_in(case)
    return Page(template="receipt.html", facts=facts)


@pages.get("/cases/{case_no}/clocks/{kind}", roles=FOR_THEMSELVES)
def explain(visit: PageRequest) -> Page:
    """Show how a due date was counted, day by day."""
    facts = {"case_no": visit.path["case_no"], "told": visit.get(cases.explain)}
    return Page(template="explanation.html", facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A QR code as an SVG path, one unit per module, in a square of ``side`` units."""

    path: str
    side: int


def picture_of(address: str) -> Picture:
    """Draw an address as a QR code inline, which the content security policy allows."""
    import segno  # noqa: PLC0415 - only receipts have pictures

    # Every reader reads every mask; to weigh all eight takes longer than the rest of the page.
    code = segno.make(address, error="m", micro=False, mask=MASK)
    drawn = code.svg_inline(border=0, svgclass=None, lineclass=None)
    return Picture(path=drawn.partition(' d="')[2].partition('"')[0], side=int(code.symbol_size(border=0)[0]))


def _rates(case: CaseResponse, visit: PageRequest) -> bool:
    return case.state in FINISHED and Role.APPLICANT in visit.caller.roles


def _rating_of(case: CaseResponse, visit: PageRequest) -> "RatingResponse | None":
    """Return how the caller has rated a case that is over, if so; only applicants rate, and each handling once."""
    if not _rates(case, visit):
        return None
    from chalicelib.api.feedback.routes import ratings  # noqa: PLC0415 - only cases that are over are rated

    try:
        return visit.get(ratings.rating_of_case, path={"case_no": case.case_no})
    except DomainError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        return None


def _closes_next(case: CaseResponse, visit: PageRequest) -> "BarResponse | None":
    """Return the bar that this case's broken promise sets in the caller's own credit today, if it sets one."""
    if (
        case.verification is None
        or case.verification.established_at is None
        or Role.APPLICANT not in visit.caller.roles
    ):
        return None
    from chalicelib.api.credit.routes import own_credit  # noqa: PLC0415 - few cases end like this

    bars = visit.get(own_credit.own, query={"limit": "1"}).bars
    found = (bar for bar in bars if bar.in_force and bar.promise is not None and bar.promise.case_no == case.case_no)
    return next(found, None)


def _is_closed_to_agent(case: CaseResponse) -> bool:
    """Whether an agent should hear that the promise was not open: the principal reads the reasons instead."""
    is_refused = case.commitment is not None and case.way is Way.CERTIFICATE and case.withdrawal is None
    return is_refused and case.credit is None


def _owes_later(case: CaseResponse) -> bool:
    """Whether something that the promise said would come later has not come (容缺待补)."""
    return any(clock.kind is ClockKind.LATER_MATERIAL and clock.stopped_at is None for clock in case.clocks)


def _pack_of(case: CaseResponse, visit: PageRequest) -> RulePack:
    item = container().catalogue.find(case.item.code, at=visit.at)
    return container().pack(item.jurisdiction, visit.at) if item else container().usual_pack(visit.at)


def _grounds_of(case: CaseResponse, visit: PageRequest) -> dict[str, str]:
    """Return what the grounds are called for which a case may be paused; nothing for a case that is not."""
    if not any(pause.ended_at is None for pause in case.pauses):
        return {}
    grounds = _pack_of(case, visit).pause_grounds
    return {ground.code: ground.name if visit.language == "zh" else ground.english for ground in grounds}


def _may_withdraw(case: CaseResponse, visit: PageRequest) -> bool:
    """Whether a promise may be withdrawn: not once an officer found it broken, nor later than the pack allows."""
    pack, found = _pack_of(case, visit), case.verification
    is_broken = found is not None and found.result in BROKEN
    is_late = pack.withdraw_until.value == "decided" and case.decision is not None
    is_open = case.way is Way.COMMITMENT and case.state not in FINISHED and case.withdrawal is None
    return is_open and not is_broken and not is_late


def _may_withdraw_application(case: CaseResponse) -> bool:
    """Whether the application may be withdrawn: before the decision, unless a broken promise is being dealt with."""
    found = case.verification
    is_open = found is not None and found.result in BROKEN
    is_settled = case.rectification is not None and case.rectification.fulfilled is True
    return case.state in STEPS[CaseStep.WITHDRAW_APPLICATION].states and (is_settled or not is_open)


def _may_report(case: CaseResponse) -> bool:
    order = case.rectification
    return order is not None and order.ended_at is None and order.reported_at is None


def _documents_of(case: CaseResponse, visit: PageRequest) -> "Mapping[str, DocumentResponse]":
    """Return the documents that were handed in, by their ids; nothing is read for a case without any."""
    if not any(material.document for material in case.materials):
        return {}
    from chalicelib.api.documents import routes as documents  # noqa: PLC0415 - few cases have documents

    return {one.id: one for one in visit.get(documents.listed, query={"case_no": case.case_no}).items}


def _has_refused(case: CaseResponse) -> bool:
    """Whether a document was refused after it had been handed in, which the applicant may replace."""
    return case.state not in FINISHED and any(material.problem for material in case.materials)


OFFERS: Final[Mapping[str, Callable[[CaseResponse, PageRequest], bool]]] = {
    "corrections": lambda case, _visit: demand_of(case) is not None,
    "materials": lambda case, _visit: case.state is State.AWAITING_MATERIALS or _has_refused(case) or _owes_later(case),
    "statement": lambda case, visit: last_day_to_state(case, at=visit.at) is not None,
    "report": lambda case, _visit: _may_report(case),
    "rating": lambda case, visit: _rates(case, visit) and _rating_of(case, visit) is None,
    "withdrawal": _may_withdraw,
    "application_withdrawal": lambda case, _visit: _may_withdraw_application(case),
    "complaint": lambda _case, _visit: True,
}
"""The actions on one's own case, and when the page offers them; the API decides when it comes to it."""

DONE: Final = {
    "corrections": "answered",
    "materials": "handed_in",
    "statement": "stated",
    "report": "reported",
    "rating": "rated",
    "withdrawal": "withdrawn",
    "application_withdrawal": "application_withdrawn",
    "complaint": "complained",
}
"""What the case's page says after each action."""
