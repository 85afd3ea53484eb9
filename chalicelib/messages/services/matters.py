"""Finding whom an event concerns: the owner of its timeline is read, once for each event that tells somebody."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.authorities.model import Act, Standing
from chalicelib.authorities.rules import covers, standing_of
from chalicelib.authorities.store import AuthorityStore
from chalicelib.cases.services.access import matter_of
from chalicelib.cases.store import CaseStore
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.messages.model.telling import Matter
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Timeline

if TYPE_CHECKING:
    from chalicelib.cases.model.case import Case

Finder = Callable[[str, Event, datetime], Matter | None]
"""Finds the matter of an owner by its id."""

CREDIT = "credit"
"""The page of one's own credit, where records and flags stand."""


class Matters:
    """The owners of timelines whose events tell somebody, each read from its own store on first use."""

    def __init__(self, timeline: Timeline, cases: CaseStore) -> None:
        """The other stores are built when one of their owners has an event."""
        self._timeline = timeline
        self._cases = cases
        self._finders: dict[str, Finder] = {
            "alias": self._alias,
            "authority": self._authority,
            "case": self._case,
            "complaint": self._complaint,
            "conflict": self._conflict,
            "credit": self._credit,
            "document": self._document,
            "flag": self._flag,
            "objection": self._objection,
            "rating": self._rating,
            "repair": self._repair,
        }

    def cases(self, events: Iterable[Event]) -> "dict[str, Case]":
        """Return the cases among the owners of events by their timelines' names: one read for a hundred."""
        owners = dict.fromkeys(event.owner for event in events if event.owner.startswith("case:"))
        found = self._cases.together([owner.partition(":")[2] for owner in owners])
        return {case.owner: case for case in found}

    def of(self, event: Event, *, at: datetime, cases: "Mapping[str, Case] | None" = None) -> Matter | None:
        """Return the matter of an event; None for an owner of another kind, or one that names nobody.

        ``cases`` are those that have been read already, by their timelines' names. Owners and their events are written
        together, so one that is missing was deleted since, and concerns nobody.
        """
        if cases is not None and (case := cases.get(event.owner)) is not None:
            return self._of_event(case, event, at=at)
        kind, _, name = event.owner.partition(":")
        finder = self._finders.get(kind)
        if finder is None:
            return None
        try:
            return finder(name, event, at)
        except DomainError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return None

    def in_force(self, authorities: Collection[str], *, at: datetime) -> frozenset[str]:
        """Return those of these authorities that are in force, in one read; without any there is none."""
        found = AuthorityStore(self._timeline).together(sorted(authorities)) if authorities else ()
        return frozenset(one.authority_id for one in found if standing_of(one, at=at) is Standing.IN_FORCE)

    def _case(self, name: str, event: Event, at: datetime) -> Matter:
        return self._of_event(self._cases.load(name), event, at=at)

    def _of_event(self, case: "Case", event: Event, *, at: datetime) -> Matter:
        matter = self._of_case(case, at=at)
        return replace(matter, link=f"{matter.link}/issued") if event.kind == EventKind.DOCUMENT_ISSUED else matter

    def _of_case(self, case: "Case", *, at: datetime) -> Matter:
        parts, authority = {"subject": case.subject}, ""
        if case.agent is not None and self._may_look(case, at=at):
            parts["agent"], authority = case.agent.subject, case.agent.authority
        return Matter(
            parts=parts,
            link=f"cases/{case.case_no}",
            number=case.case_no,
            item=case.terms.item_name,
            item_code=case.terms.item_code,
            authority=authority,
        )

    def _may_look(self, case: "Case", *, at: datetime) -> bool:
        """Whether the agent who filed a case may still look at it, on the authority that it names."""
        matter = matter_of(case)
        authority = AuthorityStore(self._timeline).find(matter.named)
        return authority is not None and covers(authority, Act.VIEW, matter, at=at)

    def _document(self, name: str, _event: Event, at: datetime) -> Matter:
        from chalicelib.documents.store.documents import DocumentStore  # noqa: PLC0415 - few events need it

        document = DocumentStore(self._timeline).load(name)
        case = self._cases.find(document.case_no)
        if case is not None:
            return self._of_case(case, at=at)
        draft = self._cases.load_draft(document.draft_id)
        return Matter(
            parts={"subject": draft.maker},
            link=f"drafts/{draft.draft_id}",
            number=draft.case_no,
            item=draft.terms.item_name,
            item_code=draft.terms.item_code,
        )

    def _authority(self, name: str, _event: Event, _at: datetime) -> Matter:
        authority = AuthorityStore(self._timeline).load(name)
        parts = {"principal": authority.principal.subject, "agent": authority.agent.subject}
        return Matter(parts=parts, link="authorities")

    def _complaint(self, name: str, _event: Event, _at: datetime) -> Matter | None:
        from chalicelib.feedback.store.complaints import ComplaintStore  # noqa: PLC0415 - as above

        complaint = ComplaintStore(self._timeline).load(name)
        if complaint.person is None:
            return None
        return Matter(parts={"subject": complaint.person}, link=f"own-complaints/{name}", number=name)

    def _rating(self, name: str, _event: Event, _at: datetime) -> Matter | None:
        from chalicelib.feedback.store.ratings import RatingStore  # noqa: PLC0415 - as above

        rater = RatingStore(self._timeline).load(name).rater
        if rater is None:
            return None
        return Matter(parts={"subject": rater.subject}, link=f"cases/{rater.case_no}", number=rater.case_no)

    def _credit(self, name: str, event: Event, _at: datetime) -> Matter:
        return Matter(parts={"subject": SubjectKey(name)}, link=CREDIT, number=_record_of(event))

    def _conflict(self, name: str, _event: Event, _at: datetime) -> Matter:
        from chalicelib.credit.store.identity_conflicts import ConflictStore  # noqa: PLC0415 - as above

        return Matter(parts={"subject": ConflictStore(self._timeline).load(name).subject}, link=CREDIT)

    def _alias(self, name: str, _event: Event, _at: datetime) -> Matter:
        from chalicelib.credit.store.identity_links import IdentityLinkStore  # noqa: PLC0415 - as above

        link = IdentityLinkStore(self._timeline).load(name)
        parts = {"former": link.former.subject, "present": link.present.subject}
        return Matter(parts=parts, link=CREDIT, number=link.document.number)

    def _flag(self, name: str, _event: Event, _at: datetime) -> Matter:
        from chalicelib.sanctions.store.flags import FlagStore  # noqa: PLC0415 - as above

        flag = FlagStore(self._timeline).load(name)
        return Matter(parts={"subject": flag.subject}, link=CREDIT, number=flag.document.number)

    def _objection(self, name: str, _event: Event, _at: datetime) -> Matter:
        from chalicelib.redress.store import RedressStore  # noqa: PLC0415 - as above

        subject = RedressStore(self._timeline).objections.load(name).subject
        return Matter(parts={"subject": subject}, link=f"credit/objections/{name}", number=name)

    def _repair(self, name: str, _event: Event, _at: datetime) -> Matter:
        from chalicelib.redress.store import RedressStore  # noqa: PLC0415 - as above

        subject = RedressStore(self._timeline).repairs.load(name).subject
        return Matter(parts={"subject": subject}, link=f"credit/repairs/{name}", number=name)


def _record_of(event: Event) -> str:
    """Return the name of the record that an event of somebody's credit is about: of a file, those that bar."""
    found = event.data.get("record")
    if isinstance(found, str):
        return found
    records, bars = event.data.get("records"), event.data.get("bars")
    if not (isinstance(records, list) and isinstance(bars, list)):
        return ""
    named = [str(each["record"]) for each in records if isinstance(each, Mapping)]
    return ", ".join(name for name in named if name in bars)
