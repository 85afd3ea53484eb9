"""One's own cases: the list with open drafts, each case with its progress, and its receipt."""

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
from chalicelib.policy import FOR_THEMSELVES, Role
from chalicelib.settings import settings
from chalicelib.timeline.event_types import LOOKS
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest

if TYPE_CHECKING:
    from chalicelib.api.credit.schemas.own_credit import BarResponse
    from chalicelib.api.documents.schemas import DocumentResponse

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


MASK: Final = 3
"""Which of the eight mask patterns of ISO/IEC 18004 a QR code uses."""


@pages.get("/cases", roles=FOR_THEMSELVES)
def list_cases(visit: PageRequest) -> Page:
    """List one's own cases, newest first, with open drafts above them."""
    from chalicelib.api.cases.routes import drafts  # noqa: PLC0415 - only this page needs it

    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    facts: dict[str, object] = {"found": visit.get(cases.list_cases, query=query)}
    facts["turns"] = {turn.number: turn for turn in visit.get(turns).items if turn.owner == f"case:{turn.number}"}
    facts["is_first"] = "cursor" not in query
    facts["drafts"] = visit.get(drafts.waiting).items if facts["is_first"] else ()
    return Page(template="own_cases.html", facts=facts)


@pages.get("/cases/{case_no}", roles=FOR_THEMSELVES)
def read_case(visit: PageRequest) -> Page:
    """Show a case's progress, due dates and timeline, and what can be done now."""
    case, timeline = visit.get(cases.read_case), visit.get(cases.read_timeline)
    done = visit.query.get("done")
    facts = {
        "case": case,
        "is_closed_to_agent": _is_closed_to_agent(case),
        "stages": WAY_THROUGH,
        "reached": REACHED[case.state],
        "clocks": [clock for kind in SHOWN_CLOCKS for clock in case.clocks if clock.kind is kind],
        "timeline": timeline,
        "looks": [one for one in timeline.items if one.kind in LOOKS],
        "actions": [name for name, is_open in OFFERS.items() if is_open(case, visit)],
        "done": done if done in DONE.values() else None,
        "names": {asked.id: asked.name for asked in case.checklist},
        "documents": _documents_of(case, visit),
        "closes_next": _closes_next(case, visit),
    }
    return Page(template="own_case.html", facts=facts, scripts=("follow",))


@pages.get("/cases/{case_no}/receipt", roles=FOR_THEMSELVES)
def read_receipt(visit: PageRequest) -> Page:
    """Show the receipt, made for printing: number, tracking code, dates."""
    case = visit.get(cases.read_case)
    address = f"{settings().portal_url}/track?case_no={case.case_no}&code={case.tracking_code}"
    promised = [clock for clock in case.clocks if clock.kind is ClockKind.HANDLING_PROMISED]
    facts: dict[str, object] = {
        "case": case,
        "address": address,
        "picture": picture_of(address),
        "promised": promised[-1:],
    }
    facts["later"] = [
        clock for clock in case.clocks if clock.kind is ClockKind.LATER_MATERIAL and clock.stopped_at is None
    ]
    facts["names"] = {asked.id: asked.name for asked in case.checklist}
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


def _may_withdraw(case: CaseResponse, visit: PageRequest) -> bool:
    """Whether a promise may be withdrawn: not once an officer found it broken, nor later than the pack allows."""
    item = container().catalogue.find(case.item.code, at=visit.at)
    pack = container().pack(item.jurisdiction, visit.at) if item else container().usual_pack(visit.at)
    found = case.verification
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
    "corrections": lambda case, _visit: case.state is State.CORRECTION_ASKED,
    "materials": lambda case, _visit: case.state is State.AWAITING_MATERIALS or _has_refused(case) or _owes_later(case),
    "statement": lambda case, _visit: case.defence is not None and case.defence.stated_at is None,
    "report": lambda case, _visit: _may_report(case),
    "rating": lambda case, _visit: case.state in FINISHED,
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
