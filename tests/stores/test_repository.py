"""No update of an owner is ever lost: what was decided on a version that is no more is not written, for every kind."""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from typing import Any

import pytest

import chalicelib
from chalicelib.authorities.store import AuthorityStore
from chalicelib.calendars.model import Year
from chalicelib.calendars.store import YearStore
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.model.versions import ItemVersions, Kept
from chalicelib.catalogue.rules.items import listed
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.credit.model.identity_conflicts import Cause, Conflict
from chalicelib.credit.model.identity_links import IdentityLink, IdentityLinkKind, LinkAction, Parties, Party
from chalicelib.credit.model.imports import Declared, Import
from chalicelib.credit.model.links import LinkKind
from chalicelib.credit.model.records import Document, Effect
from chalicelib.credit.store.identity_conflicts import ConflictStore
from chalicelib.credit.store.identity_links import IdentityLinkStore
from chalicelib.credit.store.imports import ImportStore
from chalicelib.credit.store.records import CreditStore
from chalicelib.documents.model import Document as UploadedDocument
from chalicelib.documents.store.documents import DocumentStore
from chalicelib.dynamo.transaction import ConflictError, transaction
from chalicelib.feedback.model.complaints import Complaint
from chalicelib.feedback.model.ratings import Rating
from chalicelib.feedback.store.complaints import ComplaintStore
from chalicelib.feedback.store.ratings import RatingStore
from chalicelib.inspection.model import Mandate, Scope
from chalicelib.inspection.store import MandateStore
from chalicelib.policy import Role
from chalicelib.redress.model import (
    Amendment,
    Entry,
    EntryKind,
    Objection,
    ObjectionDecision,
    ObjectionRequest,
    Outcome,
    Repair,
    Revocation,
    RevokingDocument,
)
from chalicelib.redress.store import RedressStore
from chalicelib.sanctions.model.editions import EditionIndex
from chalicelib.sanctions.model.flag_notices import Change, FlagNotice
from chalicelib.sanctions.store.editions import EditionIndexStore
from chalicelib.sanctions.store.flag_notices import FlagNoticeStore
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.staff.model import StaffMember
from chalicelib.staff.store import StaffStore
from chalicelib.subjects.model.subjects import SubjectKind
from chalicelib.supervision.model.outages import Outage, Window
from chalicelib.supervision.store.outages import OutageStore
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.owners import OWNERS, OwnerRow, row_of
from chalicelib.timeline.repository import Repository
from chalicelib.timeline.store import Timeline
from tests.builders import A_SUBJECT, NOON, a_case, a_flag, a_summary, an_authority, an_item

pytestmark = pytest.mark.usefixtures("cloud")

TIMELINE = Timeline()
REDRESS = RedressStore(TIMELINE)
RECORD = Entry(kind=EntryKind.RECORD, name="market/r-1")
A_PARTY = Party(subject=A_SUBJECT, first=A_SUBJECT, kind=SubjectKind.USCC, masked_name="义*", name_digest="k1.00")

REPOSITORIES: dict[str, Repository[Any]] = {
    "alias": IdentityLinkStore(TIMELINE),
    "amendment": REDRESS.amendments,
    "calendar": YearStore(TIMELINE),
    "case": CaseStore(TIMELINE),
    "complaint": ComplaintStore(TIMELINE),
    "conflict": ConflictStore(TIMELINE),
    "credit": CreditStore(TIMELINE),
    "document": DocumentStore(TIMELINE),
    "flag": FlagStore(TIMELINE),
    "import": ImportStore(TIMELINE),
    "item": CatalogueStore(TIMELINE),
    "authority": AuthorityStore(TIMELINE),
    "mandate": MandateStore(TIMELINE),
    "measures": EditionIndexStore(TIMELINE),
    "objection": REDRESS.objections,
    "outage": OutageStore(TIMELINE),
    "rating": RatingStore(TIMELINE),
    "repair": REDRESS.repairs,
    "reversal": REDRESS.revocations,
    "staff": StaffStore(TIMELINE),
    "flag_notice": FlagNoticeStore(TIMELINE),
}

NEW: Sequence[Any] = (
    IdentityLink(
        alias_id="a1",
        kind=LinkKind.RENAMED,
        former=A_PARTY,
        present=A_PARTY,
        document=Document(number="1号", organ="market", effective_on=date(2026, 9, 1)),
        law=IdentityLinkKind(basis="第1条", is_mutual=False, parties=Parties.ALL),
        edition="2026",
        proposed=LinkAction(by="staff:credit", at=NOON, reason="更名"),
    ),
    Year(year=2027),
    a_case(),
    Complaint(
        complaint_id="c1",
        category="attitude",
        text="态度不好",
        case_no=None,
        item_code=None,
        department="traffic",
        pack="corrects-first",
        person=A_SUBJECT,
        masked_name="李*",
        received_at=NOON,
        routings=(),
    ),
    Conflict(
        cause=Cause.RECORD,
        conflict_id="c1",
        subject=A_SUBJECT,
        first=A_SUBJECT,
        source="market",
        record_id="r-1",
        department="market",
        known_as="义*",
        said="温*",
        said_digest="k1.01",
        said_by="staff:machine",
        said_at=NOON,
    ),
    a_summary(),
    a_flag(),
    Import(
        import_id="i1",
        source="market",
        declared=Declared(size=1, sha256="00" * 32),
        requested_by="staff:machine",
        department="market",
        requested_at=NOON,
    ),
    Kept(code="plate-replacement", shelf=ItemVersions(current=listed(an_item()))),
    an_authority(),
    UploadedDocument(
        document_id="d1",
        case_no="C1",
        material="old-plate",
        name="旧车牌.jpg",
        department="traffic",
        requested_at=NOON,
        look_on=date(2026, 9, 29),
    ),
    Mandate(
        mandate_id="m1",
        file_no="1号",
        basis="《监察法》",
        scope=Scope(departments=("traffic",)),
        expires_on=date(2027, 1, 1),
        inspector="staff:inspector",
        department="inspection",
        asked_at=NOON,
    ),
    EditionIndex(),
    Objection(
        objection_id="o1",
        plea=ObjectionRequest(entry=RECORD, ground="fact", text="不是我"),
        subject=A_SUBJECT,
        department="market",
        made_at=NOON,
    ),
    Outage(
        outage_id="o1",
        window=Window(starts_at=NOON, ends_at=None, departments=("traffic",), kinds=(), reason="停电", evidence=()),
        recorded_by="staff:supervisor",
        recorded_at=NOON,
    ),
    Rating(
        rating_id="r1",
        level=5,
        comment="",
        aspects={},
        item_code="plate-replacement",
        department="traffic",
        pack="corrects-first",
        day=date(2026, 9, 28),
    ),
    Repair(
        repair_id="r1",
        entry=RECORD,
        subject=A_SUBJECT,
        department="market",
        organ="market",
        document_no="1号",
        proof="已整改",
        promise_hash="00" * 32,
        proofs=(),
        asked_at=NOON,
    ),
    Revocation(
        reversal_id="r1",
        entry=RECORD,
        subject=A_SUBJECT,
        department="market",
        organ="market",
        document_no="1号",
        by_document=RevokingDocument(number="2号", organ="法院", effective_on=date(2026, 9, 28), basis="第1条"),
        reason="撤销",
        late_reason="",
        recorded_at=NOON,
        recorded_by="staff:credit",
        undone=(),
        touched=(),
    ),
    Amendment(
        amendment_id="m1",
        entry=RECORD,
        subject=A_SUBJECT,
        department="market",
        wanted=ObjectionDecision(outcome=Outcome.DELETED, reason="错误", basis="第1条"),
        proposed_at=NOON,
        proposed_by="staff:credit",
    ),
    FlagNotice(
        flag_notice_id="t1",
        subscription_id="s1",
        department="traffic",
        number=1,
        flag_id="f1",
        flag_seq=4,
        change=Change.IN_FORCE,
        subject=A_SUBJECT,
        office="credit",
        measure_code="9",
        measure="限制",
        edition="2024",
        effect=Effect.REFUSED,
        basis="第1条",
        items=("business-address",),
        starts_on=date(2026, 9, 28),
        ends_on=date(2027, 9, 27),
        changed_at=NOON,
        told_at=NOON,
    ),
    StaffMember(
        staff_id="s1", person="ab", name="经办", department="", roles=frozenset({Role.INSPECTOR}), heard_at=NOON
    ),
)
"""One owner of each kind, as it is before it is added."""


def repository_of(owner: Any) -> Repository[Any]:  # noqa: ANN401 - any kind of owner
    return REPOSITORIES[owner.owner.partition(":")[0]]


def a_fact(by: str) -> NewEvent:
    return NewEvent(kind=EventKind.CLOCK_WARNED, occurred_at=NOON, actor=f"staff:{by}", department="traffic")


def add(new: Any) -> Any:  # noqa: ANN401 - any kind of owner
    with transaction() as tx:
        return repository_of(new).add(new, [a_fact("maker")], at=NOON, tx=tx)


def save(before: Any, *facts: NewEvent) -> Any:  # noqa: ANN401 - any kind of owner
    """Save the next version of an owner as it was read."""
    with transaction() as tx:
        after = replace(before, version=before.version + 1)
        return repository_of(before).save(before, after, facts, at=NOON, tx=tx)


def append(owner: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Append an event to a chain, as a timer does; ``meanwhile`` happens after its head was read."""
    with transaction() as tx:
        TIMELINE.append([a_fact("timer")], owner=owner, at=NOON, tx=tx)
        meanwhile()


def is_refused(write: Callable[..., object], *args: object) -> bool:
    try:
        write(*args)
    except ConflictError:
        return True
    return False


def found(owner: str) -> tuple[Any, list[str], bool]:
    """What is stored of an owner: itself, who wrote each event of its chain, and whether the chain is whole."""
    kind, _, name = owner.partition(":")
    reading = TIMELINE.reading(owner)
    return REPOSITORIES[kind].find(name), [event.actor for event in reading.events], reading.verified


def test_every_kind_of_owner_is_tried_here() -> None:
    assert set(REPOSITORIES) == set(OWNERS)
    assert {new.owner.partition(":")[0] for new in NEW} == set(OWNERS)
    assert {kind: repository.row for kind, repository in REPOSITORIES.items()} == {
        kind: row_of(kind) for kind in OWNERS
    }


def test_every_row_with_a_timeline_belongs_to_a_kind_of_owner() -> None:
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if "table" in module.name.split("."):
            import_module(module.name)

    assert set(OwnerRow.__subclasses__()) == {row_of(kind) for kind in OWNERS}


def test_of_two_who_add_the_same_owner_the_second_is_refused() -> None:
    lost = []
    for new in NEW:
        first = add(new)
        refused = is_refused(add, new)
        if not refused or found(new.owner) != (first, ["staff:maker"], True):
            lost.append(new.owner)

    assert lost == []


def test_of_two_who_saw_that_there_is_nothing_yet_the_second_to_save_is_refused() -> None:
    lost = []
    for new in NEW:
        nothing = replace(new, version=0)
        first = save(nothing, a_fact("first"))
        refused = is_refused(save, nothing, a_fact("second")) and is_refused(save, nothing)
        if not refused or found(new.owner) != (first, ["staff:first"], True):
            lost.append(new.owner)

    assert lost == []


def test_of_two_who_read_the_same_version_the_second_to_save_is_refused() -> None:
    lost = []
    for new in NEW:
        before = add(new)
        first = save(before, a_fact("first"))
        refused = is_refused(save, before, a_fact("second")) and is_refused(save, before)
        if not refused or found(new.owner) != (first, ["staff:maker", "staff:first"], True):
            lost.append(new.owner)

    assert lost == []


def test_whoever_read_before_a_timer_moved_the_head_alone_is_refused() -> None:
    lost = []
    for new in NEW:
        before = add(new)
        append(new.owner)
        first, _, _ = found(new.owner)
        refused = is_refused(save, before, a_fact("second")) and is_refused(save, before)
        if not refused or found(new.owner) != (first, ["staff:maker", "staff:timer"], True):
            lost.append(new.owner)
        if first.version != before.version:
            lost.append(f"{new.owner} has a new version")

    assert lost == []


def test_whoever_read_before_a_step_without_events_moved_the_version_alone_is_refused() -> None:
    lost = []
    for new in NEW:
        before = add(new)
        first = save(before)
        refused = is_refused(save, before, a_fact("second")) and is_refused(save, before)
        if not refused or found(new.owner) != (first, ["staff:maker"], True):
            lost.append(new.owner)

    assert lost == []


def test_a_timer_that_read_before_head_or_version_moved_is_refused() -> None:
    lost = []
    for new in NEW:
        before = add(new)
        head_moved = is_refused(append, new.owner, partial(append, new.owner))
        after = replace(before, head=TIMELINE.head(new.owner))
        version_moved = is_refused(append, new.owner, partial(save, after))
        if not head_moved or not version_moved or found(new.owner)[1:] != (["staff:maker", "staff:timer"], True):
            lost.append(new.owner)

    assert lost == []
