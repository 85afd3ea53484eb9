"""Where each role's work begins, and where it can go from any page."""

from collections.abc import Mapping
from typing import Final

from chalicelib.policy import Caller, Role

CASES, ITEMS, KEYS = ("cases", "nav_cases"), ("items", "nav_items"), ("keys", "nav_keys")
AUTHORITIES, CLAIMS = ("authorities", "nav_authorities"), ("claims", "nav_claims")
BOARD, FIGURES = ("board", "nav_board"), ("board/statistics", "nav_statistics")
OF_FLAGS = ("board/measures", "nav_flag_figures")
WORKLIST, DESK, CARDS = ("worklist", "nav_worklist"), ("desk", "nav_desk"), ("cards", "nav_cards")
STAFF = ("staff", "nav_staff")
CONTACT = ("contact", "nav_contact")
COMPLAINTS, OWN_COMPLAINTS = ("complaints", "nav_complaints"), ("own-complaints", "nav_own_complaints")

MESSAGES = ("messages", "nav_messages")

PLACES: Final[Mapping[Role, tuple[tuple[str, str], ...]]] = {
    Role.APPLICANT: (CASES, MESSAGES, ITEMS, ("credit", "nav_credit"), AUTHORITIES, OWN_COMPLAINTS, CONTACT, KEYS),
    Role.AGENT: (CASES, MESSAGES, ITEMS, AUTHORITIES, OWN_COMPLAINTS, CONTACT, KEYS),
    Role.OFFICER: (WORKLIST, DESK, COMPLAINTS, CLAIMS, CARDS),
    Role.SUPERVISOR: (BOARD, WORKLIST, DESK, COMPLAINTS, CARDS, STAFF, FIGURES, OF_FLAGS),
    Role.HEAD: (BOARD, WORKLIST, DESK, COMPLAINTS, CARDS, STAFF, FIGURES, OF_FLAGS),
    Role.MONITOR: (BOARD, COMPLAINTS, CARDS, ("audits", "nav_audits"), FIGURES, OF_FLAGS),
    Role.CREDIT_OFFICER: (
        ("matters", "nav_matters"),
        ("flags", "nav_flags"),
        ("identities", "nav_identities"),
        ("measures", "nav_measures"),
        OF_FLAGS,
    ),
    Role.INSPECTOR: (("inspection", "nav_inspection"), OF_FLAGS),
    Role.CATALOGUE_EDITOR: (
        ("catalogue", "nav_catalogue"),
        ("catalogue-searches", "nav_missed"),
        ("rule-packs", "nav_rule_packs"),
    ),
    Role.CALENDAR_EDITOR: (("calendars", "nav_calendars"),),
}
"""Pages by role, each with the name of its text; the first one is where the role's work begins."""


def places_of(caller: Caller) -> tuple[tuple[str, str], ...]:
    """Return the pages that somebody goes to, those of every role once, in the order in which roles are declared."""
    found = (place for role in Role if role in caller.roles for place in PLACES.get(role, ()))
    return tuple(dict.fromkeys(found))


def home_of(caller: Caller) -> str:
    """Return the page where somebody's work begins; the start for a role that has none."""
    return next((to for to, _ in places_of(caller)), "")
