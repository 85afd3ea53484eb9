"""Where people and offices work: cases and what they rest on, each service built once with its real stores."""

from functools import cached_property

from chalicelib.alerts.services.alerts import Alerts
from chalicelib.alerts.services.digests import Digests
from chalicelib.alerts.services.webhook_sender import Sender
from chalicelib.alerts.services.webhooks import Webhooks
from chalicelib.alerts.store.alerts import AlertStore
from chalicelib.alerts.store.digests import DigestStore
from chalicelib.alerts.store.webhooks import WebhookStore
from chalicelib.calendars.services.calendars import CalendarEditions
from chalicelib.calendars.services.recalculation import Recalculation
from chalicelib.calendars.store import RECOUNT, LoadedCalendars, RecountStore, YearStore
from chalicelib.cases.services.acceptance import CaseAcceptance
from chalicelib.cases.services.assignment import Assignment
from chalicelib.cases.services.commands import CaseCommands
from chalicelib.cases.services.consequences import Consequences
from chalicelib.cases.services.drafting import Drafting
from chalicelib.cases.services.filing import Filing
from chalicelib.cases.services.handling import Handling
from chalicelib.cases.services.queries import CaseQueries
from chalicelib.cases.services.repeat_promise import RepeatPromise
from chalicelib.cases.services.withdrawal import CommitmentWithdrawal
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.services import Catalogue
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.clocks.model import ClockKind
from chalicelib.clocks.services.clocks import Clocks
from chalicelib.clocks.services.recalculation import ClockRecalculation
from chalicelib.clocks.store import ClockStore, TaskStore
from chalicelib.credit.services.checks import Credit
from chalicelib.credit.services.expiry import CreditExpiry
from chalicelib.credit.services.identity_conflicts import Conflicts
from chalicelib.credit.services.ingest import Ingest
from chalicelib.credit.store.identity_conflicts import ConflictStore
from chalicelib.credit.store.records import CreditStore
from chalicelib.foundations import Foundations
from chalicelib.publisher import Queue, Topic
from chalicelib.rulepacks.model.pack import BoundKey
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.services.flag_notices import FlagNotices
from chalicelib.sanctions.services.re_evaluation import ReEvaluation
from chalicelib.sanctions.store.editions import EVALUATION, EditionIndexStore, EvaluationStore, LoadedLists
from chalicelib.sanctions.store.flag_notices import FlagNoticeStore
from chalicelib.sanctions.store.flags import FlagStore, measure_lists
from chalicelib.settings import settings
from chalicelib.timeline.store import Timeline
from chalicelib.workdays.store import load_calendar


class Offices(Foundations):
    """Cases, promises, credit and flags, with the calendars, clocks and alerts that they live by."""

    @cached_property
    def calendars(self) -> LoadedCalendars:
        """Which days are worked, now and at any moment before."""
        return LoadedCalendars(self.years, load_calendar().editions, now=lambda: self.clock.now())  # noqa: PLW0108 - the local clock can be turned

    @cached_property
    def years(self) -> YearStore:
        """Editions as they are kept."""
        return YearStore(self.timeline)

    @cached_property
    def recounts(self) -> Recalculation:
        """What a new edition brings."""
        return Recalculation(
            RecountStore(TaskStore()),
            ClockRecalculation(ClockStore(), self.timeline, yellow=self.yellow),
            self.calendars,
            departments=settings().departments,
        )

    @cached_property
    def editions(self) -> CalendarEditions:
        """Editions of the calendar."""
        return CalendarEditions(
            self.years, self.calendars, self.recounts, pack=lambda at: self.pack(settings().rule_pack, at)
        )

    @cached_property
    def timeline(self) -> Timeline:
        """All timelines."""
        return Timeline()

    @cached_property
    def clocks(self) -> Clocks:
        """All clocks, and the two kinds whose end does something by itself."""
        clocks = Clocks(ClockStore(), self.timeline, self.calendars, yellow=self.yellow)
        # Both are built on these clocks, so they are asked for only when a clock is due.
        clocks.on_due(ClockKind.ACCEPTANCE, lambda *due: self.accepting.deem_accepted(*due))  # noqa: PLW0108 - see above
        clocks.on_due(ClockKind.CREDIT_RECHECK, lambda *due: self.filing.recheck(*due))  # noqa: PLW0108 - see above
        clocks.on_due(ClockKind.PROPAGATION, lambda *due: self.flag_notices.open_incident(*due))  # noqa: PLW0108 - see above
        clocks.on_due(RECOUNT, lambda *due: self.recounts.step(*due))  # noqa: PLW0108 - see above
        clocks.on_due(EVALUATION, lambda *due: self.evaluations.step(*due))  # noqa: PLW0108 - see above
        return clocks

    @cached_property
    def alerts(self) -> Alerts:
        """Who is told of clocks."""
        return Alerts(
            AlertStore(),
            self.clocks,
            self.timeline,
            pack=self.pack,
            queue=Queue(settings().deliver_queue),
            topic=Topic(settings().alert_topic),
            # Only deliveries need the secrets' key, and only they may read it.
            webhooks=lambda: self.webhooks,
            digests=self.digests,
        )

    @cached_property
    def digests(self) -> Digests:
        """Which warnings are told together."""
        return Digests(
            DigestStore(),
            AlertStore(),
            hour=lambda at: self.pack(settings().rule_pack, at).bound(BoundKey.DIGEST_HOUR),
            queue=Queue(settings().deliver_queue),
            topic=Topic(settings().alert_topic),
            webhooks=lambda: self.webhooks,
        )

    @cached_property
    def webhooks(self) -> Webhooks:
        """Which systems are told things."""
        return Webhooks(
            WebhookStore(),
            Sender(settings().stage),
            key=self.keys.webhook_key,
            source=f"urn:xinnuo:{settings().stage}",
            queue=Queue(settings().deliver_queue),
            dead_letters=Queue(settings().dead_letter_queue),
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        """What can be asked for."""
        return Catalogue(CatalogueStore(self.timeline), packs=load_rule_packs(), departments=settings().departments)

    @cached_property
    def credit(self) -> Credit:
        """What is known of subjects' promises and records."""
        return Credit(
            CreditStore(self.timeline),
            self.subjects,
            self.subject_keys,
            packs=load_rule_packs(),
            pack=settings().rule_pack,
        )

    @cached_property
    def receiving(self) -> Ingest:
        """Where records come in."""
        return Ingest(
            CreditStore(self.timeline),
            self.subjects,
            self.subject_keys,
            packs=load_rule_packs(),
            pack=settings().rule_pack,
        )

    @cached_property
    def conflicts(self) -> Conflicts:
        """Records that wait for a person to say whose they are."""
        return Conflicts(ConflictStore(self.timeline), self.receiving, CreditStore(self.timeline), self.subjects)

    @cached_property
    def cases(self) -> CaseStore:
        """Cases as they are kept, for those whose right is not a department's."""
        return CaseStore(self.timeline)

    @cached_property
    def drafting(self) -> Drafting:
        """Drafts."""
        return Drafting(
            self.cases,
            catalogue=self.catalogue,
            credit=self.credit,
            subjects=self.subjects,
            packs=load_rule_packs(),
            again=self.promising_again,
        )

    @cached_property
    def promising_again(self) -> RepeatPromise:
        """Who may promise again."""
        return RepeatPromise(self.cases, self.calendars)

    @cached_property
    def filing(self) -> Filing:
        """From a draft to a case."""
        return Filing(
            self.cases,
            catalogue=self.catalogue,
            credit=self.credit,
            keys=self.signing_keys,
            clocks=self.clocks,
            again=self.promising_again,
            packs=load_rule_packs(),
        )

    @cached_property
    def change_of_way(self) -> CommitmentWithdrawal:
        """From promise to certificate."""
        return CommitmentWithdrawal(self.cases, clocks=self.clocks, packs=load_rule_packs())

    @cached_property
    def desk(self) -> CaseCommands:
        """Where acts on cases are done."""
        return CaseCommands(self.cases, self.clocks, packs=load_rule_packs())

    @cached_property
    def accepting(self) -> CaseAcceptance:
        """From receipt to acceptance."""
        return CaseAcceptance(self.cases, self.desk, clocks=self.clocks)

    @cached_property
    def handling(self) -> Handling:
        """From acceptance to delivery."""
        return Handling(self.desk, calendars=self.calendars)

    @cached_property
    def consequences(self) -> Consequences:
        """From verification to revocation."""
        return Consequences(self.cases, self.desk, credit=self.credit)

    @cached_property
    def overseeing(self) -> Assignment:
        """Who has a case, and handling it again."""
        return Assignment(self.desk)

    @cached_property
    def case_reading(self) -> CaseQueries:
        """What people see of cases."""
        return CaseQueries(self.cases, clocks=self.clocks, timeline=self.timeline)

    @cached_property
    def lists(self) -> LoadedLists:
        """Editions of the list of measures."""
        return LoadedLists(EditionIndexStore(self.timeline), measure_lists())

    @cached_property
    def credit_upkeep(self) -> CreditExpiry:
        """What days and lists bring to credit by themselves."""
        return CreditExpiry(CreditStore(self.timeline))

    @cached_property
    def evaluations(self) -> ReEvaluation:
        """What a new edition of the list takes from flags."""
        return ReEvaluation(
            EvaluationStore(TaskStore()), FlagStore(self.timeline), self.lists, credit=self.credit_upkeep
        )

    @cached_property
    def flag_notices(self) -> FlagNotices:
        """Which systems are told of flags; the secrets are read by those who need them alone."""
        return FlagNotices(
            FlagNoticeStore(self.timeline),
            FlagStore(self.timeline),
            self.clocks,
            subject_keys=lambda: self.subject_keys,
            key=lambda: self.keys.webhook_key,
            webhooks=lambda: self.webhooks,
            queue=Queue(settings().deliver_queue),
            pack=lambda at: self.pack(settings().rule_pack, at),
            departments=settings().departments,
        )
