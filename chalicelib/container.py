"""Builds every service once, with its real stores; the only composition root."""

from functools import cache, cached_property

from chalicelib.cases.services.identity_disclosure import IdentityDisclosure
from chalicelib.clocks.store import TaskStore
from chalicelib.credit.rules.summary import severity_kept
from chalicelib.credit.services.identity_links import IdentityLinks
from chalicelib.credit.services.imports import Imports
from chalicelib.credit.services.reconciliation import Reconciliation
from chalicelib.credit.services.redress import CreditRedress
from chalicelib.credit.store.identity_links import IdentityLinkStore
from chalicelib.credit.store.import_files import Bucket
from chalicelib.credit.store.imports import ImportStore
from chalicelib.credit.store.records import CreditStore
from chalicelib.feedback.rules.ratings import RatingNames
from chalicelib.feedback.services.complaints import Complaints
from chalicelib.feedback.services.ratings import Ratings
from chalicelib.feedback.store.complaints import ComplaintStore
from chalicelib.feedback.store.ratings import RatingStore
from chalicelib.inspection.services import Inspection
from chalicelib.inspection.store import MandateStore
from chalicelib.offices import Offices
from chalicelib.publisher import Queue
from chalicelib.redress.services.impact import Impact
from chalicelib.redress.services.objections import Objections
from chalicelib.redress.services.repairs import Repairs
from chalicelib.redress.services.revocations import Revocations, StandingDocuments
from chalicelib.redress.services.withdrawal import Withdrawal
from chalicelib.redress.store import RedressStore
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.services.editions import MeasureEditions
from chalicelib.sanctions.services.expiry import FlagExpiry
from chalicelib.sanctions.services.flags import Flags
from chalicelib.sanctions.services.redress import FlagRedress
from chalicelib.sanctions.services.reinstatement import Reinstatement
from chalicelib.sanctions.store.editions import ShelfStore
from chalicelib.sanctions.store.flag_notices import FlagNoticeStore
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.settings import settings
from chalicelib.supervision.services.anomalies import Anomalies
from chalicelib.supervision.services.board import Supervision
from chalicelib.supervision.services.cards import Cards
from chalicelib.supervision.services.outages import Outages
from chalicelib.supervision.services.statistics import Statistics
from chalicelib.supervision.store.anomalies import AnomalyStore
from chalicelib.supervision.store.cards import CardStore
from chalicelib.supervision.store.outages import OutageStore
from chalicelib.supervision.store.statistics import StatisticsStore


class Container(Offices):
    """Every service; each is built when it is first asked for, so that a cold start builds only what it needs."""

    @cached_property
    def aliases(self) -> IdentityLinks:
        """Which identities belong together."""
        return IdentityLinks(IdentityLinkStore(self.timeline), self.credit, CreditStore(self.timeline), self.subjects)

    @cached_property
    def unmasking(self) -> IdentityDisclosure:
        """Who applicants are."""
        return IdentityDisclosure(self.cases, self.subjects, self.timeline)

    @cached_property
    def supervision(self) -> Supervision:
        """What supervisors see."""
        return Supervision(self.clocks, departments=settings().departments)

    @cached_property
    def outages(self) -> Outages:
        """What excuses that something was late."""
        return Outages(OutageStore(self.timeline), self.calendars, pack=lambda at: self.pack(settings().rule_pack, at))

    @cached_property
    def cards(self) -> Cards:
        """What people found."""
        return Cards(CardStore(), self.timeline, self.clocks, self.outages, pack=self.pack, usual=settings().rule_pack)

    @cached_property
    def signals(self) -> Anomalies:
        """What looks better than it was."""
        return Anomalies(AnomalyStore(), self.timeline, pack=self.pack)

    @cached_property
    def publishing(self) -> MeasureEditions:
        """Editions of the list of measures."""
        return MeasureEditions(ShelfStore(self.timeline), self.lists, self.evaluations)

    @cached_property
    def resuming(self) -> Reinstatement:
        """How suspended flags go on."""
        return Reinstatement(FlagStore(self.timeline), self.lists, credit=self.credit_upkeep)

    @cached_property
    def flag_upkeep(self) -> FlagExpiry:
        """What days bring to flags."""
        return FlagExpiry(FlagStore(self.timeline), self.credit_upkeep)

    @cached_property
    def statistics(self) -> Statistics:
        """What departments did."""
        return Statistics(
            StatisticsStore(),
            self.timeline,
            self.calendars,
            self.outages,
            pack=self.pack,
            usual=settings().rule_pack,
            departments=settings().departments,
        )

    @cached_property
    def mending(self) -> Reconciliation:
        """Whether summaries are what they should be."""
        return Reconciliation(
            CreditStore(self.timeline),
            TaskStore(),
            marks_of=self.flag_upkeep.marks_of,
            kept_from=severity_kept(load_rule_packs()),
        )

    @cached_property
    def ratings(self) -> Ratings:
        """What people say of a handling, under names made with the same secrets as subjects'."""
        return Ratings(
            RatingStore(self.timeline),
            self.cases,
            self.timeline,
            self.clocks,
            names=RatingNames(self.keys.subject_key_id, self.keys.subject_keys),
            pack=self.pack,
            departments=settings().departments,
        )

    @cached_property
    def complaints(self) -> Complaints:
        """What people complain of and suggest."""
        return Complaints(
            ComplaintStore(self.timeline),
            self.cases,
            self.clocks,
            catalogue=self.catalogue,
            subjects=self.subjects,
            pack_of=self.pack,
            pack=settings().rule_pack,
            departments=settings().departments,
        )

    @cached_property
    def punishment(self) -> Flags:
        """The list of measures, and flags."""
        return Flags(
            FlagStore(self.timeline),
            self.clocks,
            self.credit,
            subjects=self.subjects,
            keys=self.subject_keys,
            packs=load_rule_packs(),
            pack=settings().rule_pack,
            documents=StandingDocuments(self.redress_store, lambda: self.consequences),
            lists=self.lists.current,
        )

    @cached_property
    def redress_store(self) -> RedressStore:
        """Objections, repairs and reversals as they are kept."""
        return RedressStore(self.timeline)

    @cached_property
    def flag_remedies(self) -> FlagRedress:
        """What ways back do to flags."""
        return FlagRedress(FlagStore(self.timeline), self.clocks, lists=self.lists.current)

    @cached_property
    def undoing(self) -> Withdrawal:
        """What stands on documents."""
        credit = CreditRedress(CreditStore(self.timeline), kept_from=severity_kept(load_rule_packs()))
        return Withdrawal(self.redress_store, credit, self.flag_remedies, departments=settings().departments)

    @cached_property
    def objections(self) -> Objections:
        """What people dispute."""
        return Objections(
            self.redress_store,
            self.undoing,
            self.clocks,
            credit=self.credit,
            flags=self.flag_remedies,
            repairs=self.repairs,
            touching=self.touching,
            calendars=self.calendars,
            pack=self.usual_pack,
        )

    @cached_property
    def repairs(self) -> Repairs:
        """What people put right."""
        return Repairs(
            self.redress_store,
            self.undoing,
            self.clocks,
            credit=self.credit,
            cases=self.cases,
            flag_notices=FlagNoticeStore(self.timeline),
            pack=self.usual_pack,
        )

    @cached_property
    def touching(self) -> Impact:
        """Which cases met what is overturned."""
        return Impact(self.cases, CreditStore(self.timeline))

    @cached_property
    def reversals(self) -> Revocations:
        """What fell, and everything that had stood on it."""
        return Revocations(
            self.redress_store,
            self.undoing,
            touching=self.touching,
            calendars=self.calendars,
            pack=self.usual_pack,
        )

    @cached_property
    def imports(self) -> Imports:
        """What sources hand in by the file."""
        return Imports(
            ImportStore(self.timeline),
            Bucket(settings().import_bucket),
            self.receiving,
            self.conflicts,
            queue=Queue(settings().import_queue),
        )

    @cached_property
    def inspection(self) -> Inspection:
        """What inspectors read."""
        return Inspection(MandateStore(self.timeline), self.cases, self.timeline, self.clocks)


@cache
def container() -> Container:
    """Return the services of this process."""
    return Container()
