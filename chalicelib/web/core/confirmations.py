"""What waits for a second person (待我确认): who did the first act, when and on what, and where to confirm it."""

from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits; ``is_more`` where a list was longer than is read, so that there may be more."""

    matters: Sequence[Matter] = ()
    is_more: bool = False


Source = Callable[[PageRequest], Queue]


def _verifications(visit: PageRequest) -> Queue:
    from chalicelib.api.cases.routes import consequences  # noqa: PLC0415 - only officers need it

    found = visit.get_all(consequences.unconfirmed, query={"limit": "50"})
    matters = [
        Matter(
            kind="verification",
            to=f"desk/{one.case_no}/acts/confirmation",
            about=f"{one.item.name} · {one.applicant.name} · {one.case_no}",
            says=tuple(text(name, visit.language) for name in (f"found_{one.result}", f"method_{one.method}")),
            by=one.found_by,
            at=one.found_at,
        )
        for one in found.items
    ]
    return Queue(matters=matters, is_more=found.next_cursor is not None)


def _flags(visit: PageRequest) -> Queue:
    from chalicelib.api.sanctions.routes import flags  # noqa: PLC0415 - only the credit office needs it
    from chalicelib.sanctions.model.flags import FlagState  # noqa: PLC0415 - as above

    served, answered, suspended = (
        visit.get_all(flags.flags, query={"state": state.value})
        for state in (FlagState.SERVED, FlagState.ANSWERED, FlagState.SUSPENDED)
    )
    matters = [
        _flag(flag, kind="flag", to="confirmation", by=flag.proposed_by, at=flag.proposed_at)
        for flag in (*served.items, *answered.items)
    ]
    matters += [
        _flag(flag, kind="resumption", to="acts/resumption", by=asked.by, at=asked.asked_at)
        for flag in suspended.items
        if (asked := flag.suspension and flag.suspension.request)
    ]
    return Queue(matters=matters, is_more=any(found.next_cursor for found in (served, answered, suspended)))


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


def _aliases(visit: PageRequest) -> Queue:
    from chalicelib.api.credit.routes import identity_links  # noqa: PLC0415 - as above

    if visit.caller.department != CREDIT_OFFICE:
        return Queue()
    found = visit.get_all(identity_links.page)
    matters = [
        Matter(
            kind="alias",
            to=f"identities/links/{link.id}/confirmation",
            about=f"{link.former.name} → {link.present.name}",
            says=(link.proposed.reason, f"{link.document.organ} {link.document.number}"),
            by=link.proposed.by,
            at=link.proposed.at,
        )
        for link in found.items
    ]
    return Queue(matters=matters, is_more=found.next_cursor is not None)


def _amendments(visit: PageRequest) -> Queue:
    from chalicelib.api.redress.routes import amendments  # noqa: PLC0415 - as above
    from chalicelib.web.core.directory import entry_text  # noqa: PLC0415 - as above

    if visit.caller.department != CREDIT_OFFICE:
        return Queue()
    found = visit.get_all(amendments.unconfirmed)
    matters = [
        Matter(
            kind="amendment",
            to=f"amendments/{one.id}/confirmation",
            about=entry_text(one.entry, visit.language),
            says=(text(f"amendment_outcome_{one.outcome}", visit.language), one.reason, one.basis),
            by=one.proposed_by,
            at=one.proposed_at,
        )
        for one in found.items
    ]
    return Queue(matters=matters, is_more=found.next_cursor is not None)


def _records(visit: PageRequest) -> Queue:
    from chalicelib.api.credit.routes import records  # noqa: PLC0415 - as above
    from chalicelib.web.core.directory import entry_text, record_kinds  # noqa: PLC0415 - as above

    found = visit.get_all(records.unconfirmed)
    kinds = record_kinds(visit) if found.items else {}
    matters = [
        Matter(
            kind="record" if one.notice_until else "notice",
            to=f"records/{one.source}/{one.record_id}" + ("/confirmation" if one.notice_until else ""),
            about=entry_text(f"{one.source}/{one.record_id}", visit.language),
            says=(kinds.get(one.kind, ""), text(f"severity_{one.severity}", visit.language)),
            by=one.handed_by,
            at=one.received_at,
            opens_at=one.notice_until,
        )
        for one in found.items
    ]
    return Queue(matters=matters, is_more=found.next_cursor is not None)


def _mandates(visit: PageRequest) -> Queue:
    from chalicelib.api.inspection import routes  # noqa: PLC0415 - only inspectors need it

    found = visit.get_all(routes.approvals)
    matters = [
        Matter(
            kind="mandate",
            to=f"inspection/{one.id}",
            about=one.file_no,
            says=(one.basis,),
            by=one.inspector,
            at=one.asked_at,
        )
        for one in found.items
    ]
    return Queue(matters=matters, is_more=found.next_cursor is not None)


SOURCES: Final[Mapping[Role, tuple[Source, ...]]] = {
    Role.OFFICER: (_verifications,),
    Role.CREDIT_OFFICER: (_flags, _aliases, _amendments, _records),
    Role.INSPECTOR: (_mandates,),
}
"""Where a role's matters come from: each is one query or a few, of at most so many rows."""


def queue_of(visit: PageRequest) -> Queue:
    """Return what waits for a second person and that the caller may see, what has waited longest first."""
    queues = [source(visit) for role in sorted(visit.caller.roles) for source in SOURCES.get(role, ())]
    found = sorted((one for queue in queues for one in queue.matters), key=lambda one: one.at)
    return Queue(matters=found, is_more=any(queue.is_more for queue in queues))


def is_mine(matter: Matter, visit: PageRequest) -> bool:
    """Whether the caller may confirm it now: the first act was somebody else's, and nothing has to be waited for."""
    is_open = matter.opens_at is None or visit.at > matter.opens_at
    return is_open and not visit.caller.is_person(matter.by)


def waiting(visit: PageRequest) -> str:
    """Say how many matters the caller may confirm now, beside the page in the navigation; blank for none."""
    queue = queue_of(visit)
    number = sum(is_mine(one, visit) for one in queue.matters)
    if queue.is_more:
        return text("at_least", visit.language, number=number)
    return str(number) if number else ""


@pages.get("/confirmations", roles=tuple(SOURCES))
def list_confirmations(visit: PageRequest) -> Page:
    """List what waits for the caller to confirm, and apart from it what waits for others or for its time."""
    queue = queue_of(visit)
    found = queue.matters
    facts = {
        "mine": [one for one in found if is_mine(one, visit)],
        "others": [one for one in found if not is_mine(one, visit)],
        "staff": staff_named(one.by for one in found),
        "is_more": queue.is_more,
        "is_own": lambda one: visit.caller.is_person(one.by),
    }
    return Page(template="confirmations.html", facts=facts)
