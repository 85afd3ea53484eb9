"""What waits for a second person (待我确认): who did the first act, when and on what, and where to confirm it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.credit.model.sources import CREDIT_OFFICE
from chalicelib.policy import Role
from chalicelib.web.core import pages
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest
from chalicelib.web.core.staff import staff_named

if TYPE_CHECKING:
    from chalicelib.api.sanctions.schemas.flags import FlagResponse

LIMIT: Final = {"limit": "20"}
"""How many of each kind but flags are shown and counted; those confirmed make room for others."""
MOST_FLAGS: Final = {"limit": "100"}
"""How many flags are read at a time; they come newest first and ripen with time, so they are read to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that waits: ``kind`` is a part of the names of its texts, ``to`` the page on which it is confirmed.

    ``about`` is what it is called and ``says`` what the first person said or rests on, both as written or in the
    page's language; ``by`` is the actor of the first act, at ``at``. ``opens_at`` is the last second before which
    nobody may confirm it, None if that has passed or there is none.
    """

    kind: str
    to: str
    about: str
    says: tuple[str, ...]
    by: str
    at: datetime
    opens_at: datetime | None = None


Source = Callable[[PageRequest], Iterator[Matter]]


def _verifications(visit: PageRequest) -> Iterator[Matter]:
    from chalicelib.api.cases.routes import consequences  # noqa: PLC0415 - only officers need it

    for one in visit.get(consequences.unconfirmed, query=LIMIT).items:
        said = (f"found_{one.result}", f"method_{one.method}")
        yield Matter(
            kind="verification",
            to=f"desk/{one.case_no}/acts/confirmation",
            about=f"{one.item.name} · {one.applicant.name} · {one.case_no}",
            says=tuple(text(name, visit.language) for name in said),
            by=one.found_by,
            at=one.found_at,
        )


def _flags(visit: PageRequest) -> Iterator[Matter]:
    from chalicelib.api.sanctions.routes import flags  # noqa: PLC0415 - only the credit office needs it
    from chalicelib.sanctions.model.flags import FlagState  # noqa: PLC0415 - as above

    def of(state: FlagState) -> Iterator["FlagResponse"]:
        query = MOST_FLAGS | {"state": state.value}
        while True:
            page = visit.get(flags.flags, query=query)
            yield from page.items
            if page.next_cursor is None:
                return
            query |= {"cursor": page.next_cursor}

    for state in (FlagState.SERVED, FlagState.ANSWERED):
        for flag in of(state):
            yield _flag(flag, kind="flag", to="confirmation", by=flag.proposed_by, at=flag.proposed_at)
    for flag in of(FlagState.SUSPENDED):
        asked = flag.suspension and flag.suspension.request
        if asked:
            yield _flag(flag, kind="resumption", to="acts/resumption", by=asked.by, at=asked.asked_at)


def _flag(flag: "FlagResponse", *, kind: str, to: str, by: str, at: datetime) -> Matter:
    return Matter(
        kind=kind,
        to=f"flags/{flag.id}/{to}",
        about=f"{flag.measure} · {flag.subject.name}",
        says=(flag.facts, f"{flag.document.organ} {flag.document.number}"),
        by=by,
        at=at,
        opens_at=flag.defence_due_at if kind == "flag" and not flag.statements else None,
    )


def _aliases(visit: PageRequest) -> Iterator[Matter]:
    from chalicelib.api.credit.routes import identity_links  # noqa: PLC0415 - as above

    if visit.caller.department != CREDIT_OFFICE:
        return
    for link in visit.get(identity_links.page, query=LIMIT).items:
        yield Matter(
            kind="alias",
            to=f"identities/links/{link.id}/confirmation",
            about=f"{link.former.name} → {link.present.name}",
            says=(link.proposed.reason, f"{link.document.organ} {link.document.number}"),
            by=link.proposed.by,
            at=link.proposed.at,
        )


def _amendments(visit: PageRequest) -> Iterator[Matter]:
    from chalicelib.api.redress.routes import amendments  # noqa: PLC0415 - as above
    from chalicelib.web.core.directory import entry_text  # noqa: PLC0415 - as above

    if visit.caller.department != CREDIT_OFFICE:
        return
    for one in visit.get(amendments.unconfirmed, query=LIMIT).items:
        yield Matter(
            kind="amendment",
            to=f"amendments/{one.id}/confirmation",
            about=entry_text(one.entry, visit.language),
            says=(text(f"amendment_outcome_{one.outcome}", visit.language), one.reason, one.basis),
            by=one.proposed_by,
            at=one.proposed_at,
        )


def _records(visit: PageRequest) -> Iterator[Matter]:
    from chalicelib.api.credit.routes import records  # noqa: PLC0415 - as above
    from chalicelib.web.core.directory import entry_text, record_kinds  # noqa: PLC0415 - as above

    found = visit.get(records.unconfirmed, query=LIMIT).items
    kinds = record_kinds(visit) if found else {}
    for one in found:
        is_served = one.notice_until is not None
        yield Matter(
            kind="record" if is_served else "notice",
            to=f"records/{one.source}/{one.record_id}" + ("/confirmation" if is_served else ""),
            about=entry_text(f"{one.source}/{one.record_id}", visit.language),
            says=(kinds.get(one.kind, ""), text(f"severity_{one.severity}", visit.language)),
            by=one.handed_by,
            at=one.received_at,
            opens_at=one.notice_until,
        )


def _mandates(visit: PageRequest) -> Iterator[Matter]:
    from chalicelib.api.inspection import routes  # noqa: PLC0415 - only inspectors need it

    for one in visit.get(routes.approvals, query=LIMIT).items:
        yield Matter(
            kind="mandate",
            to=f"inspection/{one.id}",
            about=one.file_no,
            says=(one.basis,),
            by=one.inspector,
            at=one.asked_at,
        )


SOURCES: Final[Mapping[Role, tuple[Source, ...]]] = {
    Role.OFFICER: (_verifications,),
    Role.CREDIT_OFFICER: (_flags, _aliases, _amendments, _records),
    Role.INSPECTOR: (_mandates,),
}
"""Where a role's matters come from: each is one query or a few, of at most so many rows."""


def matters_of(visit: PageRequest) -> list[Matter]:
    """Return everything that waits for a second person and that the caller may see, what has waited longest first."""
    found = (one for role in sorted(visit.caller.roles) for source in SOURCES.get(role, ()) for one in source(visit))
    return sorted(found, key=lambda one: one.at)


def is_mine(matter: Matter, visit: PageRequest) -> bool:
    """Whether the caller may confirm it now: the first act was somebody else's, and nothing has to be waited for."""
    is_open = matter.opens_at is None or visit.at > matter.opens_at
    return is_open and not visit.caller.is_person(matter.by)


def waiting(visit: PageRequest) -> int:
    """Return how many matters the caller may confirm now, for the number beside the page in the navigation."""
    return sum(is_mine(one, visit) for one in matters_of(visit))


@pages.get("/confirmations", roles=tuple(SOURCES))
def list_confirmations(visit: PageRequest) -> Page:
    """List what waits for the caller to confirm, and apart from it what waits for others or for its time."""
    found = matters_of(visit)
    facts = {
        "mine": [one for one in found if is_mine(one, visit)],
        "others": [one for one in found if not is_mine(one, visit)],
        "staff": staff_named(one.by for one in found),
        "is_own": lambda one: visit.caller.is_person(one.by),
    }
    return Page(template="confirmations.html", facts=facts)
