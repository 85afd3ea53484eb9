"""Where each role's work begins, and where it can go from any page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from chalicelib.container import container
from chalicelib.policy import FOR_THEMSELVES, Caller, Role
from chalicelib.web.core.request import PageRequest

CASES, ITEMS, KEYS = ("cases", "nav_cases"), ("items", "nav_items"), ("keys", "nav_keys")
AUTHORITIES, CLAIMS = ("authorities", "nav_authorities"), ("claims", "nav_claims")
BOARD, FIGURES = ("board", "nav_board"), ("board/statistics", "nav_statistics")
OF_FLAGS = ("board/measures", "nav_flag_figures")
WORKLIST, DESK, CARDS = ("worklist", "nav_worklist"), ("desk", "nav_desk"), ("cards", "nav_cards")
STAFF = ("staff", "nav_staff")
CONFIRMATIONS = ("confirmations", "nav_confirmations")
CONTACT = ("contact", "nav_contact")
COMPLAINTS, OWN_COMPLAINTS = ("complaints", "nav_complaints"), ("own-complaints", "nav_own_complaints")

MESSAGES = ("messages", "nav_messages")

PLACES: Final[Mapping[Role, tuple[tuple[str, str], ...]]] = {
    Role.APPLICANT: (CASES, MESSAGES, ITEMS, ("credit", "nav_credit"), AUTHORITIES, OWN_COMPLAINTS, CONTACT, KEYS),
    Role.AGENT: (CASES, MESSAGES, ITEMS, AUTHORITIES, OWN_COMPLAINTS, CONTACT, KEYS),
    Role.OFFICER: (WORKLIST, DESK, CONFIRMATIONS, COMPLAINTS, CLAIMS, CARDS),
    Role.SUPERVISOR: (BOARD, WORKLIST, DESK, COMPLAINTS, CARDS, STAFF, FIGURES, OF_FLAGS),
    Role.HEAD: (BOARD, WORKLIST, DESK, COMPLAINTS, CARDS, STAFF, FIGURES, OF_FLAGS),
    Role.MONITOR: (BOARD, COMPLAINTS, CARDS, ("audits", "nav_audits"), FIGURES, OF_FLAGS),
    Role.CREDIT_OFFICER: (
        ("matters", "nav_matters"),
        CONFIRMATIONS,
        ("flags", "nav_flags"),
        ("lookup", "nav_lookup"),
        ("imports", "nav_imports"),
        ("identities", "nav_identities"),
        ("measures", "nav_measures"),
        OF_FLAGS,
    ),
    Role.INSPECTOR: (("inspection", "nav_inspection"), CONFIRMATIONS, OF_FLAGS),
    Role.CATALOGUE_EDITOR: (
        ("catalogue", "nav_catalogue"),
        ("catalogue-searches", "nav_missed"),
        ("rule-packs", "nav_rule_packs"),
    ),
    Role.CALENDAR_EDITOR: (("calendars", "nav_calendars"),),
}
"""Pages by role, each with the name of its text; the first one is where the role's work begins."""

OF_CREDIT_OFFICE: Final = frozenset({"measures"})
"""Pages that credit officers of other departments may not see."""

MORE, HAVE_MORE = ("more", "nav_more"), frozenset(Role) - FOR_THEMSELVES - {Role.CATALOGUE_EDITOR, Role.SYSTEM}
"""What is not needed every day stands on one page, for those who have any of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page in the navigation: ``to`` from the root, the ``name`` of its text, how many matters wait, if any do."""

    to: str
    name: str
    waiting: str


def _unread(visit: PageRequest) -> str:
    """Return how many messages somebody has not read: one small read, on pages that people see of their own."""
    subject = visit.caller.subject
    unread = 0 if subject is None or visit.caller.is_staff else container().message_store.inbox(subject).unread
    return str(unread or "")


def _unconfirmed(visit: PageRequest) -> str:
    """Return how many matters wait for the caller as a second person."""
    from chalicelib.web.core.confirmations import waiting  # noqa: PLC0415 - public pages need none of it

    return waiting(visit)


WAITING: Final[Mapping[str, Callable[[PageRequest], str]]] = {
    "nav_messages": _unread,
    "nav_confirmations": _unconfirmed,
}
"""What counts the matters that wait at a place, by the name of its text.

Messages, one small read, are counted on every page; what takes several lists, where work begins and at that place.
The words beside the number are the text ``<name>_waiting``.
"""


def navigation_of(visit: PageRequest, status: int) -> tuple[Place, ...]:
    """Return where somebody can go from any page; on a page that refuses something nothing is counted."""
    if visit.who is None:
        return ()
    here = visit.route.partition(" ")[2].removeprefix("/")
    begins = here == home_of(visit.who)

    def waiting(to: str, name: str) -> str:
        is_counted = name in WAITING and status == HTTPStatus.OK and (to == MESSAGES[0] or begins or here == to)
        return WAITING[name](visit) if is_counted else ""

    return tuple(Place(to=to, name=name, waiting=waiting(to, name)) for to, name in places_of(visit.who))


def places_of(caller: Caller) -> tuple[tuple[str, str], ...]:
    """Return the pages that somebody goes to, those of every role once, in the order in which roles are declared."""
    hidden = frozenset() if _is_of_credit_office(caller) else OF_CREDIT_OFFICE
    places = (place for role in Role if role in caller.roles for place in PLACES.get(role, ()))
    found = [place for place in places if place[0] not in hidden]
    if caller.roles & HAVE_MORE:
        found.append(MORE)
    return tuple(dict.fromkeys(found))


def _is_of_credit_office(caller: Caller) -> bool:
    if Role.CREDIT_OFFICER not in caller.roles:
        return False
    from chalicelib.credit.model.sources import CREDIT_OFFICE  # noqa: PLC0415 - nobody else's pages need it

    return caller.department == CREDIT_OFFICE


def home_of(caller: Caller) -> str:
    """Return the page where somebody's work begins; the start for a role that has none."""
    return next((to for to, _ in places_of(caller)), "")
