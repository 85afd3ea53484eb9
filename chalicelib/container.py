"""The composition root: every service of this process, built once, with its real stores, when it is first asked for.

A service brings its modules along when it is built and not before: the imports stand inside the properties, so that
a process that answers one route, draws one page or runs one job never loads the rest.
``tests/architecture/test_imports.py`` lists what comes along with each.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Secrets, settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from chalicelib.alerts.services.alerts import Alerts
    from chalicelib.alerts.services.digests import Digests
    from chalicelib.alerts.services.webhooks import Webhooks
    from chalicelib.authorities.services import Authorities
    from chalicelib.bounds.store import CountStore
    from chalicelib.calendars.services.calendars import CalendarEditions
    from chalicelib.calendars.services.recalculation import Recalculation
    from chalicelib.calendars.store import LoadedCalendars, YearStore
    from chalicelib.cases.services.acceptance import CaseAcceptance
    from chalicelib.cases.services.access import CaseAccess
    from chalicelib.cases.services.answers import CaseAnswers
    from chalicelib.cases.services.application_forms import ApplicationForms
    from chalicelib.cases.services.assignment import Assignment
    from chalicelib.cases.services.commands import CaseCommands
    from chalicelib.cases.services.consequences import Consequences
    from chalicelib.cases.services.desk.notes import CaseNotes
    from chalicelib.cases.services.desk.search import CaseSearch
    from chalicelib.cases.services.drafting import Drafting
    from chalicelib.cases.services.endings import CaseEndings
    from chalicelib.cases.services.filing import Filing
    from chalicelib.cases.services.handling import Handling
    from chalicelib.cases.services.handover import Handover
    from chalicelib.cases.services.materials.document_retention import DocumentRetention
    from chalicelib.cases.services.materials.documents import CaseDocuments
    from chalicelib.cases.services.materials.handed_in import HandedIn
    from chalicelib.cases.services.promise_records import PromiseRecords
    from chalicelib.cases.services.queries import CaseQueries
    from chalicelib.cases.services.reading import CaseReading, IdentityDisclosure
    from chalicelib.cases.services.receipts import Receipts
    from chalicelib.cases.services.rehearsals.rehearsal import Rehearsal
    from chalicelib.cases.services.reinstatement import CaseReinstatement
    from chalicelib.cases.services.repeat_promise import RepeatPromise
    from chalicelib.cases.services.withdrawal import CommitmentWithdrawal
    from chalicelib.cases.store import CaseStore
    from chalicelib.catalogue.model.questions import QuestionKind
    from chalicelib.catalogue.services.catalogue import Catalogue
    from chalicelib.catalogue.services.drafts import EditionDrafts
    from chalicelib.catalogue.services.offers import Offers
    from chalicelib.catalogue.services.search import Search
    from chalicelib.clock import ServiceClock
    from chalicelib.clocks.services.clocks import Clocks
    from chalicelib.credit.services.bars import Bars
    from chalicelib.credit.services.checks import Credit
    from chalicelib.credit.services.expiry import CreditExpiry
    from chalicelib.credit.services.identity_conflicts import Conflicts
    from chalicelib.credit.services.identity_links import IdentityLinks
    from chalicelib.credit.services.imports import Imports
    from chalicelib.credit.services.ingest import Ingest
    from chalicelib.credit.services.names import CorrectedNames
    from chalicelib.credit.services.own_credit import OwnCredit
    from chalicelib.credit.services.promise_keeping import PromiseKeeping
    from chalicelib.credit.services.reconciliation import Reconciliation
    from chalicelib.credit.services.redress import CreditRedress
    from chalicelib.documents.services.documents import Documents
    from chalicelib.documents.services.quarantine import Quarantine
    from chalicelib.documents.store.bucket import DocumentBucket
    from chalicelib.feedback.services.complaints import Complaints
    from chalicelib.feedback.services.ratings import Ratings
    from chalicelib.inspection.services import Inspection
    from chalicelib.issuing.model.issued import Drawn, Sheet
    from chalicelib.issuing.model.texts import DocumentTexts
    from chalicelib.issuing.services.documents import IssuedDocuments
    from chalicelib.issuing.services.issuing import Issuing
    from chalicelib.issuing.services.orders import IssueOrders
    from chalicelib.issuing.store.bucket import IssuedBucket
    from chalicelib.messages.model.messages import Channel
    from chalicelib.messages.rules.sending import QuietHours
    from chalicelib.messages.services.channels import Carriers
    from chalicelib.messages.services.contacts import Contacts
    from chalicelib.messages.services.matters import Matters
    from chalicelib.messages.services.messages import Messages
    from chalicelib.messages.services.sending import Sending
    from chalicelib.messages.store.contacts import ContactStore
    from chalicelib.messages.store.messages import MessageStore
    from chalicelib.publisher import Queue, Topic
    from chalicelib.redress.services.amendments import Amendments
    from chalicelib.redress.services.impact import Impact
    from chalicelib.redress.services.objections import Objections
    from chalicelib.redress.services.remainders import Remainders
    from chalicelib.redress.services.repairs import Repairs
    from chalicelib.redress.services.revocations import Revocations, StandingDocuments
    from chalicelib.redress.services.withdrawal import Withdrawal
    from chalicelib.redress.store import RedressStore, RemainderStore
    from chalicelib.relay.services import Relay
    from chalicelib.rulepacks.model.pack import RulePack
    from chalicelib.sanctions.services.editions import MeasureEditions
    from chalicelib.sanctions.services.expiry import FlagExpiry
    from chalicelib.sanctions.services.flag_notices import FlagNotices
    from chalicelib.sanctions.services.flags import Flags
    from chalicelib.sanctions.services.re_evaluation import ReEvaluation
    from chalicelib.sanctions.services.redress import FlagRedress
    from chalicelib.sanctions.services.reinstatement import Reinstatement
    from chalicelib.sanctions.services.searches import SubjectSearch
    from chalicelib.sanctions.store.editions import LoadedLists
    from chalicelib.sessions.services import Sessions
    from chalicelib.staff.services import Staff
    from chalicelib.subjects.model.subjects import SubjectKey
    from chalicelib.subjects.rules.identifiers import SubjectKeys
    from chalicelib.subjects.services import KeyWalk, RegisteredKeys, SigningKeys, Subjects
    from chalicelib.subjects.store import DataKeys
    from chalicelib.supervision.services.anomalies import Anomalies
    from chalicelib.supervision.services.board import Supervision
    from chalicelib.supervision.services.cards import Cards
    from chalicelib.supervision.services.early_warning import EarlyWarning
    from chalicelib.supervision.services.outages import Outages
    from chalicelib.supervision.services.overview import Overview
    from chalicelib.supervision.services.statistics import Statistics
    from chalicelib.timeline.listeners import Listeners
    from chalicelib.timeline.store import Timeline
    from chalicelib.walks.services import Walks
    from chalicelib.workdays.model.limits import YellowRule


class Container:
    """Every service of the deployment by its name."""

    # What everything stands on

    @cached_property
    def clock(self) -> ServiceClock:
        """The time that cases live by."""
        from chalicelib.clock import ServiceClock

        return ServiceClock(settings().clock_offset)

    @cached_property
    def secrets(self) -> Secrets:
        """The service's secrets: one call to the secret store in the life of a process."""
        from chalicelib.aws import secret

        return Secrets.from_json(secret(settings().secret))

    @cached_property
    def packs(self) -> tuple[RulePack, ...]:
        """All editions of all rule packs (规则包)."""
        from chalicelib.rulepacks.store import load_rule_packs

        return load_rule_packs()

    def pack(self, code: str, at: datetime) -> RulePack:
        """Return the edition of a rule pack that is in force at an instant; ``LookupError`` if there is none."""
        from chalicelib.clock import day_in_shanghai
        from chalicelib.rulepacks.rules import pack_in_force

        return pack_in_force(self.packs, code, on=day_in_shanghai(at))

    def usual_pack(self, at: datetime) -> RulePack:
        """Return the deployment's own rule pack, as it is in force at an instant."""
        return self.pack(settings().rule_pack, at)

    def yellow(self, code: str, at: datetime) -> YellowRule:
        """Return when a rule pack turned lights yellow at an instant; ``LookupError`` if it was not in force."""
        from chalicelib.workdays.model.limits import YellowRule

        rule = self.pack(code, at).yellow
        return YellowRule(share_percent=rule.share_percent, least_working_days=rule.least_working_days)

    @cached_property
    def timeline(self) -> Timeline:
        """All timelines."""
        from chalicelib.timeline.store import Timeline

        return Timeline()

    # People

    @cached_property
    def subject_keys(self) -> SubjectKeys:
        """The keys under which subjects are kept instead of their numbers."""
        from chalicelib.subjects.rules.identifiers import SubjectKeys

        newest, keys = self.secrets.subject_key_id, self.secrets.subject_keys
        return SubjectKeys(current_id=newest, keys=keys) if len(keys) == 1 else self.registered_keys

    @cached_property
    def registered_keys(self) -> RegisteredKeys:
        """The same while there is more than one secret."""
        from chalicelib.subjects.services import RegisteredKeys, is_walked
        from chalicelib.subjects.store import KeyRegister

        return RegisteredKeys(
            current_id=self.secrets.subject_key_id,
            keys=self.secrets.subject_keys,
            register=KeyRegister(),
            is_walked=lambda key_id: is_walked(self.walks.of(f"keys:{key_id}")),
        )

    @cached_property
    def key_walk(self) -> KeyWalk:
        """Registering whom an earlier secret has named."""
        from chalicelib.subjects.services import KeyWalk
        from chalicelib.subjects.store import KeyRegister

        return KeyWalk(KeyRegister())

    @cached_property
    def subjects(self) -> Subjects:
        """The people and organisations that cases and records are about."""
        from chalicelib.subjects.services import Subjects
        from chalicelib.subjects.store import SubjectStore, Vault

        return Subjects(
            self.subject_keys,
            SubjectStore(),
            Vault(settings().identity_key),
            # Few names are corrected, and only their events need the store of credit.
            on_correction=lambda *correction: self.corrected_names.record(*correction),  # noqa: PLW0108
        )

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """The keys with which applicants sign."""
        from chalicelib.subjects.services import SigningKeys
        from chalicelib.subjects.store import SigningKeyStore

        return SigningKeys(SigningKeyStore(), self.counts)

    @cached_property
    def counts(self) -> CountStore:
        """What is counted towards a bound."""
        from chalicelib.bounds.store import CountStore

        return CountStore(key=lambda: self.secrets.cursor_key)

    @cached_property
    def sessions(self) -> Sessions:
        """Logins at the portal."""
        from chalicelib.sessions.services import Sessions
        from chalicelib.sessions.store import SessionStore

        # The secret is asked for only where somebody logs in: the relay ends sessions by their person.
        return Sessions(SessionStore(), issuer=settings().issuer, key=lambda: self.secrets.cursor_key)

    @cached_property
    def staff(self) -> Staff:
        """The register of staff (人员登记)."""
        from chalicelib.staff.services import Staff
        from chalicelib.staff.store import StaffStore

        return Staff(
            StaffStore(self.timeline),
            sessions=lambda: self.sessions,
            issuer=settings().issuer,
            key=lambda: self.secrets.cursor_key,
            departments=settings().departments,
            # The clock is asked for each time: the local stage can turn it.
            now=lambda: self.clock.now(),  # noqa: PLW0108
        )

    # Calendars and clocks

    @cached_property
    def years(self) -> YearStore:
        """The editions of each year's calendar, as they are kept."""
        from chalicelib.calendars.store import YearStore

        return YearStore(self.timeline)

    @cached_property
    def calendars(self) -> LoadedCalendars:
        """The working calendar, now and as it was at any moment before."""
        from chalicelib.calendars.store import LoadedCalendars
        from chalicelib.workdays.store import load_calendar

        # The clock is asked for each time: the local stage can turn it.
        return LoadedCalendars(self.years, load_calendar().editions, now=lambda: self.clock.now())  # noqa: PLW0108

    @cached_property
    def recalculation(self) -> Recalculation:
        """Counting due dates anew when a new edition of the calendar comes."""
        from chalicelib.calendars.services.recalculation import Recalculation
        from chalicelib.clocks.services.recalculation import ClockRecalculation
        from chalicelib.clocks.store import ClockStore

        return Recalculation(
            ClockRecalculation(ClockStore(), self.timeline, yellow=self.yellow),
            self.calendars,
            self.years,
            walks=lambda: self.walks,
            departments=settings().departments,
        )

    @cached_property
    def calendar_editions(self) -> CalendarEditions:
        """Loading and publishing editions of the calendar."""
        from chalicelib.calendars.services.calendars import CalendarEditions

        return CalendarEditions(self.years, self.calendars, self.recalculation, pack=self.usual_pack)

    @cached_property
    def clocks(self) -> Clocks:
        """All clocks, and what happens by itself when some kinds of them are due."""
        from chalicelib.clocks.model import ClockKind, TaskKind
        from chalicelib.clocks.services.clocks import Clocks
        from chalicelib.clocks.store import ClockStore
        from chalicelib.publisher import Queue

        clocks = Clocks(
            ClockStore(),
            self.timeline,
            self.calendars,
            yellow=self.yellow,
            office_hours=lambda code, at: self.pack(code, at).office_hours.stretches,
            queue=Queue(settings().sweep_queue) if settings().sweep_queue else None,
        )
        # The services behind these are built on these clocks, so each is asked for only when a clock of its is due.
        clocks.on_due(ClockKind.ACCEPTANCE, lambda *due: self.acceptance.deem_accepted(*due))  # noqa: PLW0108
        clocks.on_due(ClockKind.CREDIT_RECHECK, lambda *due: self.filing.recheck(*due))  # noqa: PLW0108
        clocks.on_due(ClockKind.IDENTITY_CHECK, lambda *due: self.filing.recheck(*due))  # noqa: PLW0108
        clocks.on_due(ClockKind.PROPAGATION, lambda *due: self.flag_notices.open_incident(*due))  # noqa: PLW0108
        clocks.on_due(TaskKind.HANDOVER, lambda *due: self.handover.step(*due))  # noqa: PLW0108
        clocks.on_due(TaskKind.WITHDRAWAL, lambda *due: self.remainders.step(*due))  # noqa: PLW0108
        clocks.on_due(TaskKind.EVALUATION, lambda *due: self.re_evaluation.step(*due))  # noqa: PLW0108
        return clocks

    # Walks over many rows

    @cached_property
    def walks(self) -> Walks:
        """What goes on by messages to itself."""
        from chalicelib.publisher import Queue
        from chalicelib.walks.services import Walks
        from chalicelib.walks.store import WalkStore

        # Each service is asked for only when a step of its own is due.
        return Walks(
            WalkStore(),
            Queue(settings().walk_queue),
            {
                "recount": lambda *step: self.recalculation.step(*step),  # noqa: PLW0108
                "records": lambda *step: self.credit_expiry.expire(*step),  # noqa: PLW0108
                "flags": lambda *step: self.flag_expiry.expire(*step),  # noqa: PLW0108
                "documents": lambda *step: self.document_retention.expire(*step),  # noqa: PLW0108
                "keys": lambda *step: self.key_walk.step(*step),  # noqa: PLW0108
                "summaries": lambda *step: self.reconciliation.check(*step),  # noqa: PLW0108
            },
        )

    def nightly_walks(self, night: date) -> Mapping[str, tuple[str, ...]]:
        """Return the walks that begin in a night, with their parts."""
        from chalicelib.cases.services.materials import document_retention
        from chalicelib.credit.services import expiry, reconciliation
        from chalicelib.sanctions.services import expiry as flag_expiry

        return {
            "records": expiry.PARTS,
            "flags": flag_expiry.PARTS,
            "documents": document_retention.PARTS,
            "summaries": reconciliation.parts_of_the_night(night),
        }

    def all_parts(self, walk: str) -> tuple[str, ...]:
        """Return all parts of a walk that somebody may begin by hand; ``KeyError`` for any other."""
        from chalicelib.credit.services import reconciliation
        from chalicelib.subjects.services import PARTS

        parts = {"summaries": reconciliation.PARTS, "keys": PARTS, "recount": self.recalculation.boards}
        return parts[walk.partition(":")[0]]

    # Alerts, and the systems that hear of them

    @cached_property
    def deliveries(self) -> Queue:
        """The queue of what is to be delivered."""
        from chalicelib.publisher import Queue

        return Queue(settings().deliver_queue)

    @cached_property
    def alert_topic(self) -> Topic:
        """The topic on which alerts are published."""
        from chalicelib.publisher import Topic

        return Topic(settings().alert_topic)

    def concerned(self, owner: str) -> tuple[SubjectKey, ...]:
        """Return the people whom the owner of a timeline concerns, if it is a case."""
        kind, _, name = owner.partition(":")
        return self.cases.load(name).people if kind == "case" else ()

    @cached_property
    def alerts(self) -> Alerts:
        """Warnings of clocks to those who must act."""
        from chalicelib.alerts.services.alerts import Alerts
        from chalicelib.alerts.store.alerts import AlertStore

        return Alerts(
            AlertStore(),
            self.clocks,
            self.timeline,
            pack=self.pack,
            queue=self.deliveries,
            topic=self.alert_topic,
            # Only deliveries need the webhooks' secret, and only they may read it.
            webhooks=lambda: self.webhooks,
            digests=self.digests,
            staff=lambda: self.staff,
            concerned=self.concerned,
        )

    @cached_property
    def digests(self) -> Digests:
        """Warnings that are told together once a day."""
        from chalicelib.alerts.services.digests import Digests
        from chalicelib.alerts.store.alerts import AlertStore
        from chalicelib.alerts.store.digests import DigestStore
        from chalicelib.rulepacks.model.pack import BoundKey

        return Digests(
            DigestStore(),
            AlertStore(),
            hour=lambda at: self.usual_pack(at).bound(BoundKey.DIGEST_HOUR),
            queue=self.deliveries,
            topic=self.alert_topic,
            webhooks=lambda: self.webhooks,
        )

    @cached_property
    def webhooks(self) -> Webhooks:
        """Other systems that are told of alerts."""
        from chalicelib.alerts.services.webhook_sender import Sender
        from chalicelib.alerts.services.webhooks import Webhooks
        from chalicelib.alerts.store.webhooks import WebhookStore
        from chalicelib.publisher import Queue

        return Webhooks(
            WebhookStore(),
            Sender(settings().stage, networks=settings().private_networks),
            key=self.secrets.webhook_key,
            source=f"urn:xinnuo:{settings().stage}",
            queue=self.deliveries,
            dead_letters=Queue(settings().dead_letter_queue),
            counts=self.counts,
        )

    # What people are told

    @cached_property
    def message_store(self) -> MessageStore:
        """Messages as they are kept."""
        from chalicelib.messages.store.messages import MessageStore

        return MessageStore()

    @cached_property
    def sending(self) -> Sending:
        """Telling messages by SMS and e-mail."""
        from chalicelib.messages.services.sending import Sending
        from chalicelib.publisher import Queue

        return Sending(
            self.message_store,
            self.contact_store,
            # Only the job that sends needs them; who orders does not.
            carriers=lambda: self.carriers,
            offered=self.channels,
            quiet=self.quiet_hours,
            in_force=lambda authority, at: bool(self.matters.in_force({authority}, at=at)),
            portal=settings().portal_url,
            queue=self.deliveries,
            dead_letters=Queue(settings().dead_letter_queue),
        )

    @cached_property
    def contact_store(self) -> ContactStore:
        """How people are reached, as it is kept."""
        from chalicelib.messages.store.contacts import ContactStore
        from chalicelib.subjects.store import Vault

        return ContactStore(Vault(settings().contact_key), key=lambda: self.secrets.cursor_key)

    @cached_property
    def contacts(self) -> Contacts:
        """What people do about how they are reached."""
        from chalicelib.messages.services.contacts import Contacts

        return Contacts(
            self.contact_store,
            carriers=lambda: self.carriers,
            offered=self.channels,
            queue=self.deliveries,
            counts=self.counts,
            key=lambda: self.secrets.cursor_key,
        )

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """The channels beside the portal that this deployment has."""
        from chalicelib.messages.model.messages import Channel

        there = {Channel.SMS: settings().sms_gateway, Channel.EMAIL: settings().mail.host}
        return tuple(channel for channel, address in there.items() if address)

    @cached_property
    def carriers(self) -> Carriers:
        """Who takes letters, by channel."""
        from chalicelib.alerts.services.webhook_sender import Sender
        from chalicelib.messages.model.messages import Channel
        from chalicelib.messages.services.channels import MailRelay, SmsGateway

        known = settings()
        gateway = SmsGateway(
            Sender(known.stage, networks=known.private_networks),
            url=known.sms_gateway,
            secret=self.secrets.sms_secret,
            source=f"urn:xinnuo:{known.stage}",
            signature=known.sms_signature,
        )
        relay = MailRelay(known.mail, password=lambda: self.secrets.mail_password)
        return {Channel.SMS: gateway, Channel.EMAIL: relay}

    def quiet_hours(self, at: datetime) -> QuietHours:
        """Return the hours in which nobody is woken, by the deployment's own rule pack."""
        from chalicelib.messages.rules.sending import QuietHours
        from chalicelib.rulepacks.model.pack import BoundKey

        pack = self.usual_pack(at)
        return QuietHours(pack.bound(BoundKey.QUIET_FROM_HOUR), pack.bound(BoundKey.QUIET_UNTIL_HOUR))

    @cached_property
    def matters(self) -> Matters:
        """Whom an event concerns."""
        from chalicelib.messages.services.matters import Matters

        return Matters(self.timeline, self.cases)

    @cached_property
    def messages(self) -> Messages:
        """Telling people what happened, and showing them what they were told."""
        from chalicelib.messages.services.messages import Messages

        return Messages(
            self.message_store,
            self.matters,
            self.sending,
            # Only a message that starts a time of the person's asks for it.
            receipts=lambda: self.receipts,
        )

    # Who hears of new events

    @cached_property
    def listeners(self) -> Listeners:
        """Everybody to whom the relay tells new events, by name."""
        return {
            "alerts": self.alerts,
            "anomalies": self.anomalies,
            "flag_notices": self.flag_notices,
            "statistics": self.statistics,
            "staff": self.staff,
            "handover": self.handover,
            "recalculation": self.recalculation,
            "early_warning": self.early_warning,
            "messages": self.messages,
            "issue_orders": self.issue_orders,
        }

    @cached_property
    def relay(self) -> Relay:
        """Telling new events to listeners; only who tells needs them."""
        from chalicelib.publisher import Queue
        from chalicelib.relay.services import Relay
        from chalicelib.relay.store import MarkStore

        return Relay(
            MarkStore(),
            self.timeline,
            listeners=lambda: self.listeners,
            queue=Queue(settings().untold_queue),
            # The clock is asked for each time: the local stage can turn it.
            now=lambda: self.clock.now(),  # noqa: PLW0108
        )

    # Catalogue

    @cached_property
    def offers(self) -> Offers:
        """Which items there are, and whose."""
        from chalicelib.catalogue.services.offers import Offers
        from chalicelib.catalogue.store.items import CatalogueStore

        return Offers(CatalogueStore(self.timeline))

    @cached_property
    def catalogue(self) -> Catalogue:
        """Service items (事项), their versions, and the guides to them."""
        from chalicelib.catalogue.services.catalogue import Catalogue
        from chalicelib.catalogue.store.items import CatalogueStore

        return Catalogue(CatalogueStore(self.timeline), packs=self.packs, departments=settings().departments)

    @cached_property
    def edition_drafts(self) -> EditionDrafts:
        """What editors have begun and not published yet."""
        from chalicelib.catalogue.services.drafts import EditionDrafts
        from chalicelib.catalogue.store.drafts import DraftStore

        return EditionDrafts(DraftStore())

    @cached_property
    def search(self) -> Search:
        """Finding items by plain words."""
        from chalicelib.catalogue.services.search import Search
        from chalicelib.catalogue.store.items import CatalogueStore
        from chalicelib.catalogue.store.missed import MissedStore

        return Search(CatalogueStore(self.timeline), MissedStore())

    # Who acts for whom

    @cached_property
    def authorities(self) -> Authorities:
        """What people let others do for them (委托授权)."""
        from chalicelib.authorities.services import Authorities
        from chalicelib.authorities.store import AuthorityStore

        return Authorities(
            AuthorityStore(self.timeline),
            subjects=self.subjects,
            keys=self.subject_keys,
            offers=self.offers,
            counts=self.counts,
            conflicts=lambda: self.conflicts,
        )

    # Cases

    @cached_property
    def case_access(self) -> CaseAccess:
        """Who may look at a case or act in it."""
        from chalicelib.cases.services.access import CaseAccess

        # Only what agents do asks for either.
        return CaseAccess(lambda: self.authorities, lambda: self.credit)

    @cached_property
    def cases(self) -> CaseStore:
        """Cases as they are kept, for those whose right to see them is not a department's."""
        from chalicelib.cases.store import CaseStore

        return CaseStore(self.timeline)

    @cached_property
    def application_forms(self) -> ApplicationForms:
        """Forms in progress, of which drafts are made."""
        from chalicelib.cases.services.application_forms import ApplicationForms
        from chalicelib.cases.store import FormStore

        return ApplicationForms(
            FormStore(self.answer_keys),
            cases=self.cases,
            answers=self.case_answers,
            contacts=self._contacts_of,
            counts=self.counts,
        )

    def _contacts_of(self, subject: SubjectKey) -> Mapping[QuestionKind, str]:
        """Return how messages reach somebody, as answers to the questions that ask for it."""
        from chalicelib.catalogue.model.questions import QuestionKind
        from chalicelib.messages.model.messages import Channel

        kinds = {Channel.SMS: QuestionKind.PHONE, Channel.EMAIL: QuestionKind.EMAIL}
        return {kinds[channel]: value for channel, value in self.contacts.values_of(subject).items()}

    @cached_property
    def drafting(self) -> Drafting:
        """Drafts of promises."""
        return self._drafting_by(self.catalogue)

    def _drafting_by(self, catalogue: Catalogue) -> Drafting:
        from chalicelib.cases.services.drafting import Drafting

        return Drafting(
            self.cases,
            catalogue=catalogue,
            credit=self.credit,
            subjects=self.subjects,
            packs=self.packs,
            again=self.repeat_promise,
            counts=self.counts,
            authorities=lambda: self.authorities,
            access=self.case_access,
            conflicts=lambda: self.conflicts,
            answers=self.case_answers,
        )

    @cached_property
    def case_answers(self) -> CaseAnswers:
        """What applicants filled in."""
        from chalicelib.cases.services.answers import CaseAnswers

        return CaseAnswers(self.answer_keys)

    @cached_property
    def answer_keys(self) -> DataKeys:
        """The keys that encrypt what applicants filled in."""
        from chalicelib.subjects.store import DataKeys

        return DataKeys(settings().identity_key, purpose="answers")

    @cached_property
    def repeat_promise(self) -> RepeatPromise:
        """Whether somebody whose promise was revoked may promise again."""
        from chalicelib.cases.services.repeat_promise import RepeatPromise

        return RepeatPromise(self.cases, self.calendars)

    @cached_property
    def filing(self) -> Filing:
        """From a signed draft to a case."""
        return self._filing_by(self.catalogue)

    def _filing_by(self, catalogue: Catalogue) -> Filing:
        from chalicelib.cases.services.filing import Filing

        return Filing(
            self.cases,
            catalogue=catalogue,
            credit=self.credit,
            keys=self.signing_keys,
            clocks=self.clocks,
            again=self.repeat_promise,
            access=self.case_access,
            packs=self.packs,
            conflicts=lambda: self.conflicts,
            handed_in=self.handed_in,
        )

    @cached_property
    def rehearsal(self) -> Rehearsal:
        """A test person's promise, of which nothing is left."""
        from chalicelib.cases.services.rehearsals.rehearsal import Rehearsal, RehearsedCatalogue
        from chalicelib.catalogue.store.items import CatalogueStore

        catalogue = RehearsedCatalogue(CatalogueStore(self.timeline), cases=self.cases, pack=settings().rule_pack)
        return Rehearsal(
            catalogue,
            drafting=self._drafting_by(catalogue),
            filing=self._filing_by(catalogue),
            keys=self.signing_keys,
            subject_keys=self.subject_keys,
            secret=lambda: self.secrets.cursor_key,
        )

    @cached_property
    def handed_in(self) -> HandedIn:
        """The documents behind materials."""
        from chalicelib.cases.services.materials.handed_in import HandedIn

        return HandedIn(lambda: self.documents)

    @cached_property
    def commitment_withdrawal(self) -> CommitmentWithdrawal:
        """Withdrawing a promise and bringing the certificates instead."""
        from chalicelib.cases.services.withdrawal import CommitmentWithdrawal

        return CommitmentWithdrawal(
            self.cases,
            clocks=self.clocks,
            access=self.case_access,
            packs=self.packs,
            handed_in=self.handed_in,
            promises=self.promise_records,
            steps_of=lambda terms: self.catalogue.steps_of(terms),  # noqa: PLW0108 - loads the catalogue when it is needed
        )

    @cached_property
    def promise_records(self) -> PromiseRecords:
        """What cases report of the promises in them."""
        from chalicelib.cases.services.promise_records import PromiseRecords

        return PromiseRecords(self.promise_keeping)

    @cached_property
    def case_commands(self) -> CaseCommands:
        """How every command on a case is carried out."""
        from chalicelib.cases.services.commands import CaseCommands

        return CaseCommands(
            self.cases,
            self.clocks,
            access=self.case_access,
            packs=self.packs,
            lengthen=lambda clock, at: self.outages.lengthened(clock, at=at),
            steps_of=lambda terms: self.catalogue.steps_of(terms),  # noqa: PLW0108 - loads the catalogue when it is needed
        )

    @cached_property
    def acceptance(self) -> CaseAcceptance:
        """From receipt to acceptance (受理)."""
        from chalicelib.cases.services.acceptance import CaseAcceptance

        return CaseAcceptance(self.cases, self.case_commands, clocks=self.clocks, handed_in=self.handed_in)

    @cached_property
    def handling(self) -> Handling:
        """From acceptance to delivery (送达)."""
        from chalicelib.cases.services.handling import Handling

        return Handling(self.case_commands, calendars=self.calendars)

    @cached_property
    def case_endings(self) -> CaseEndings:
        """Ends of cases without a decision."""
        from chalicelib.cases.services.endings import CaseEndings

        return CaseEndings(self.case_commands, promises=self.promise_records)

    @cached_property
    def case_reinstatement(self) -> CaseReinstatement:
        """Decisions that stand again because their revocation fell."""
        from chalicelib.cases.services.reinstatement import CaseReinstatement

        return CaseReinstatement(self.cases, self.case_commands)

    @cached_property
    def consequences(self) -> Consequences:
        """From verification (核查) to revocation (撤销)."""
        from chalicelib.cases.services.consequences import Consequences

        return Consequences(self.cases, self.case_commands, promises=self.promise_records, handed_in=self.handed_in)

    @cached_property
    def receipts(self) -> Receipts:
        """Proofs that notices in cases have reached people (送达)."""
        from chalicelib.cases.services.receipts import Receipts

        return Receipts(self.cases, self.case_commands)

    @cached_property
    def assignment(self) -> Assignment:
        """Assigning cases and reopening them."""
        from chalicelib.cases.services.assignment import Assignment

        return Assignment(self.case_commands, self.staff)

    @cached_property
    def handover(self) -> Handover:
        """Handing over the cases of those whose role has ended."""
        from chalicelib.cases.services.handover import Handover
        from chalicelib.clocks.store import TaskStore

        return Handover(self.cases, self.case_commands, self.staff, TaskStore())

    @cached_property
    def early_warning(self) -> EarlyWarning:
        """Telling the officer of a case in hand what has begun to bar its applicant."""
        from chalicelib.credit.store.records import CreditStore
        from chalicelib.supervision.services.early_warning import EarlyWarning

        return EarlyWarning(self.cases, self.timeline, CreditStore(self.timeline), pack=self.pack)

    @cached_property
    def case_queries(self) -> CaseQueries:
        """What applicants, officers and supervisors see of cases."""
        from chalicelib.cases.services.queries import CaseQueries

        return CaseQueries(
            self.cases,
            clocks=self.clocks,
            timeline=self.timeline,
            access=self.case_access,
            counts=self.counts,
            answers=self.case_answers,
            reading=self.case_reading,
        )

    @cached_property
    def case_reading(self) -> CaseReading:
        """The traces of officials' looks at cases."""
        from chalicelib.cases.services.reading import CaseReading

        return CaseReading(self.timeline)

    @cached_property
    def identity_disclosure(self) -> IdentityDisclosure:
        """Showing an officer who an applicant is."""
        from chalicelib.cases.services.reading import IdentityDisclosure

        return IdentityDisclosure(self.cases, self.subjects, self.timeline)

    @cached_property
    def case_notes(self) -> CaseNotes:
        """What colleagues note about cases."""
        from chalicelib.cases.services.desk.notes import CaseNotes
        from chalicelib.cases.store import NoteStore

        return CaseNotes(self.cases, NoteStore(), self.case_access, self.case_reading, pack=self.pack)

    @cached_property
    def case_search(self) -> CaseSearch:
        """Finding a case by what a caller says."""
        from chalicelib.cases.services.desk.search import CaseSearch

        return CaseSearch(
            self.cases,
            self.case_reading,
            names=self.subject_keys.possible_digests_of_name,
            phones=lambda phone: self.contacts.with_phone(phone),  # noqa: PLW0108 - few look for a number
        )

    # Documents

    @cached_property
    def document_bucket(self) -> DocumentBucket:
        """The content of documents."""
        from chalicelib.documents.store.bucket import DocumentBucket

        return DocumentBucket(settings().document_bucket)

    @cached_property
    def documents(self) -> Documents:
        """Adding documents, and addresses to upload and open them."""
        from chalicelib.documents.services.documents import Documents
        from chalicelib.documents.store.documents import DocumentStore

        return Documents(DocumentStore(self.timeline), self.document_bucket)

    @cached_property
    def case_documents(self) -> CaseDocuments:
        """Documents of somebody's case."""
        from chalicelib.cases.services.materials.documents import CaseDocuments

        return CaseDocuments(
            self.cases,
            self.documents,
            self.timeline,
            access=self.case_access,
            counts=self.counts,
            reading=self.case_reading,
        )

    @cached_property
    def document_retention(self) -> DocumentRetention:
        """Deleting documents whose time is over."""
        from chalicelib.cases.services.materials.document_retention import DocumentRetention
        from chalicelib.documents.store.documents import DocumentStore

        return DocumentRetention(self.cases, DocumentStore(self.timeline), self.document_bucket, packs=self.packs)

    @cached_property
    def quarantine(self) -> Quarantine:
        """The look at documents that have arrived."""
        from chalicelib.documents.services.quarantine import Quarantine
        from chalicelib.documents.store.documents import DocumentStore
        from chalicelib.publisher import Queue

        scanner = Queue(settings().scan_queue) if settings().scan_queue else None
        return Quarantine(DocumentStore(self.timeline), self.document_bucket, counts=self.counts, scanner=scanner)

    # Credit

    @cached_property
    def credit(self) -> Credit:
        """Summaries, checks, and the gate for promises."""
        from chalicelib.credit.services.checks import Credit
        from chalicelib.credit.store.records import CreditStore

        return Credit(
            CreditStore(self.timeline),
            self.subjects,
            self.subject_keys,
            packs=self.packs,
            pack=settings().rule_pack,
            # Only a name that does not match needs them.
            conflicts=lambda: self.conflicts,
        )

    @cached_property
    def own_credit(self) -> OwnCredit:
        """What subjects see of their own credit."""
        from chalicelib.credit.services.own_credit import OwnCredit
        from chalicelib.credit.store.records import CreditStore

        return OwnCredit(CreditStore(self.timeline), self.credit, self.subject_keys, law=self.usual_pack)

    @cached_property
    def promise_keeping(self) -> PromiseKeeping:
        """What became of promises, in the credit of whoever made them."""
        from chalicelib.credit.rules.summary import severity_kept
        from chalicelib.credit.services.promise_keeping import PromiseKeeping
        from chalicelib.credit.services.redress import CreditRedress
        from chalicelib.credit.store.records import CreditStore

        store = CreditStore(self.timeline)
        return PromiseKeeping(store, CreditRedress(store, kept_from=severity_kept(self.packs)))

    @cached_property
    def ingest(self) -> Ingest:
        """Taking in credit records."""
        from chalicelib.credit.services.ingest import Ingest
        from chalicelib.credit.store.records import CreditStore
        from chalicelib.credit.store.sources import listed_sources

        return Ingest(
            CreditStore(self.timeline),
            self.subjects,
            self.subject_keys,
            packs=self.packs,
            pack=settings().rule_pack,
            sources=listed_sources(),
            conflicts=lambda: self.conflicts,
        )

    @cached_property
    def bars(self) -> Bars:
        """Grave records on their way to barring: the notice and the second person."""
        from chalicelib.credit.rules.summary import severity_kept
        from chalicelib.credit.services.bars import Bars
        from chalicelib.credit.services.redress import CreditRedress
        from chalicelib.credit.store.records import CreditStore
        from chalicelib.credit.store.sources import listed_sources

        return Bars(
            CreditRedress(CreditStore(self.timeline), kept_from=severity_kept(self.packs)),
            self.credit,
            self.calendars,
            sources=listed_sources(),
            packs=self.packs,
            pack=settings().rule_pack,
            item_names=self.item_names,
        )

    def item_names(self, codes: Iterable[str], at: datetime) -> dict[str, str]:
        """Return what items are called at an instant, by code; of one that is not published there is nothing."""
        return {code: item.name for code, item in self.catalogue.find_all(codes, at=at).items()}

    @cached_property
    def subject_search(self) -> SubjectSearch:
        """What an office holds about somebody whose number it knows."""
        from chalicelib.credit.services.searches import RecordSearch
        from chalicelib.credit.store.records import CreditStore
        from chalicelib.credit.store.sources import listed_sources
        from chalicelib.sanctions.services.searches import SubjectSearch
        from chalicelib.sanctions.store.flags import FlagStore

        records = RecordSearch(CreditStore(self.timeline), sources=listed_sources())
        return SubjectSearch(FlagStore(self.timeline), records, self.credit, self.subject_keys)

    @cached_property
    def corrected_names(self) -> CorrectedNames:
        """Corrections of names, which stand on the timeline of the subject's credit."""
        from chalicelib.credit.services.names import CorrectedNames
        from chalicelib.credit.store.records import CreditStore

        return CorrectedNames(CreditStore(self.timeline))

    @cached_property
    def conflicts(self) -> Conflicts:
        """Numbers and names that wait for a person to say whose they are."""
        from chalicelib.credit.services.identity_conflicts import Conflicts
        from chalicelib.credit.store.identity_conflicts import ConflictStore
        from chalicelib.credit.store.records import CreditStore

        return Conflicts(ConflictStore(self.timeline), CreditStore(self.timeline), self.subjects)

    @cached_property
    def imports(self) -> Imports:
        """Files of records that sources hand in."""
        from chalicelib.credit.services.imports import Imports
        from chalicelib.credit.store.import_files import Bucket
        from chalicelib.credit.store.imports import ImportStore
        from chalicelib.publisher import Queue

        return Imports(
            ImportStore(self.timeline),
            Bucket(settings().import_bucket),
            self.ingest,
            queue=Queue(settings().import_queue),
        )

    @cached_property
    def identity_links(self) -> IdentityLinks:
        """Which identities are one subject's."""
        from chalicelib.credit.services.identity_links import IdentityLinks
        from chalicelib.credit.store.identity_links import IdentityLinkStore
        from chalicelib.credit.store.records import CreditStore

        return IdentityLinks(IdentityLinkStore(self.timeline), self.credit, CreditStore(self.timeline), self.subjects)

    @cached_property
    def credit_expiry(self) -> CreditExpiry:
        """What the passing of days and new lists of measures change in credit."""
        from chalicelib.credit.services.expiry import CreditExpiry
        from chalicelib.credit.store.records import CreditStore

        # Most of what expires needs no subject, and the job that does it may not read the keys.
        return CreditExpiry(
            CreditStore(self.timeline),
            names_of=lambda subject: self.subjects.names_of(subject),  # noqa: PLW0108
        )

    @cached_property
    def reconciliation(self) -> Reconciliation:
        """Comparing summaries with the records that they are computed from."""
        from chalicelib.credit.rules.summary import severity_kept
        from chalicelib.credit.services.reconciliation import Reconciliation
        from chalicelib.credit.store.records import CreditStore

        return Reconciliation(
            CreditStore(self.timeline),
            marks_of=self.flag_expiry.marks_of,
            kept_from=severity_kept(self.packs),
        )

    # Flags and the list of measures (失信惩戒)

    @cached_property
    def lists(self) -> LoadedLists:
        """All editions of the list of measures."""
        from chalicelib.sanctions.store.editions import EditionIndexStore, LoadedLists
        from chalicelib.sanctions.store.flags import measure_lists

        return LoadedLists(EditionIndexStore(self.timeline), measure_lists())

    @cached_property
    def measure_editions(self) -> MeasureEditions:
        """Publishing editions of the list of measures."""
        from chalicelib.sanctions.services.editions import MeasureEditions
        from chalicelib.sanctions.store.editions import EditionIndexStore

        return MeasureEditions(EditionIndexStore(self.timeline), self.lists, self.re_evaluation)

    @cached_property
    def re_evaluation(self) -> ReEvaluation:
        """Suspending the flags that a new edition of the list no longer supports."""
        from chalicelib.clocks.store import TaskStore
        from chalicelib.sanctions.services.re_evaluation import ReEvaluation
        from chalicelib.sanctions.store.editions import EvaluationStore
        from chalicelib.sanctions.store.flags import FlagStore

        return ReEvaluation(
            EvaluationStore(TaskStore()), FlagStore(self.timeline), self.lists, credit=self.credit_expiry
        )

    @cached_property
    def reinstatement(self) -> Reinstatement:
        """How suspended flags go on."""
        from chalicelib.sanctions.services.reinstatement import Reinstatement
        from chalicelib.sanctions.store.flags import FlagStore

        return Reinstatement(
            FlagStore(self.timeline), self.lists, credit=self.credit_expiry, documents=self.standing_documents
        )

    @cached_property
    def standing_documents(self) -> StandingDocuments:
        """Which documents still stand."""
        from chalicelib.redress.services.revocations import StandingDocuments

        return StandingDocuments(self.redress_store, lambda: self.consequences)

    @cached_property
    def flags(self) -> Flags:
        """Flags, from proposal to lifting."""
        from chalicelib.sanctions.services.flags import Flags
        from chalicelib.sanctions.store.flags import FlagStore

        return Flags(
            FlagStore(self.timeline),
            self.clocks,
            self.credit,
            subjects=self.subjects,
            keys=self.subject_keys,
            packs=self.packs,
            pack=settings().rule_pack,
            documents=self.standing_documents,
            conflicts=lambda: self.conflicts,
            lengthen=lambda clock, at: self.outages.lengthened(clock, at=at),
            item_names=self.item_names,
            lists=self.lists.current,
        )

    @cached_property
    def flag_notices(self) -> FlagNotices:
        """Notices of flags to departments' systems; only what is pushed needs the secrets."""
        from chalicelib.sanctions.services.flag_notices import FlagNotices
        from chalicelib.sanctions.store.flag_notices import FlagNoticeStore
        from chalicelib.sanctions.store.flags import FlagStore

        return FlagNotices(
            FlagNoticeStore(self.timeline),
            FlagStore(self.timeline),
            self.clocks,
            # What is only relayed or pushed needs neither the catalogue nor anybody's credit.
            offers=lambda: self.offers,
            credit=lambda: self.credit,
            key=lambda: self.secrets.webhook_key,
            webhooks=lambda: self.webhooks,
            queue=self.deliveries,
            pack=self.usual_pack,
            departments=settings().departments,
        )

    @cached_property
    def flag_expiry(self) -> FlagExpiry:
        """What the passing of days changes in flags."""
        from chalicelib.sanctions.services.expiry import FlagExpiry
        from chalicelib.sanctions.store.flags import FlagStore

        return FlagExpiry(FlagStore(self.timeline), self.credit_expiry)

    @cached_property
    def flag_redress(self) -> FlagRedress:
        """What objections and repairs do to flags."""
        from chalicelib.sanctions.services.redress import FlagRedress
        from chalicelib.sanctions.store.flags import FlagStore

        return FlagRedress(FlagStore(self.timeline), self.clocks, lists=self.lists.current)

    # Redress: objections, repairs, revocations

    @cached_property
    def redress_store(self) -> RedressStore:
        """Objections, repairs and revocations as they are kept."""
        from chalicelib.redress.store import RedressStore

        return RedressStore(self.timeline)

    @cached_property
    def withdrawal(self) -> Withdrawal:
        """Withdrawing records and flags whose document no longer stands."""
        from chalicelib.credit.store.sources import listed_sources
        from chalicelib.redress.services.withdrawal import Withdrawal

        return Withdrawal(
            self.redress_store,
            self.credit_redress,
            self.flag_redress,
            remainders=self.remainder_store,
            sources=listed_sources(),
        )

    @cached_property
    def remainders(self) -> Remainders:
        """Undoing in steps what is based on a revoked document."""
        from chalicelib.redress.services.remainders import Remainders

        return Remainders(
            self.remainder_store,
            self.withdrawal,
            matters=self.redress_store,
            impact=self.impact,
            credit=self.credit_redress,
            flags=self.flag_redress,
        )

    @cached_property
    def remainder_store(self) -> RemainderStore:
        """What is still to be undone of each revoked document."""
        from chalicelib.clocks.store import TaskStore
        from chalicelib.redress.store import RemainderStore

        return RemainderStore(TaskStore())

    @cached_property
    def credit_redress(self) -> CreditRedress:
        """What objections, repairs and revocations do to records."""
        from chalicelib.credit.rules.summary import severity_kept
        from chalicelib.credit.services.redress import CreditRedress
        from chalicelib.credit.store.records import CreditStore

        return CreditRedress(CreditStore(self.timeline), kept_from=severity_kept(self.packs))

    @cached_property
    def impact(self) -> Impact:
        """Finding the cases whose outcome relied on what is withdrawn."""
        from chalicelib.credit.store.records import CreditStore
        from chalicelib.redress.services.impact import Impact

        return Impact(self.cases, CreditStore(self.timeline))

    @cached_property
    def objections(self) -> Objections:
        """Objections to records and flags (异议)."""
        from chalicelib.redress.services.objections import Objections

        return Objections(
            self.redress_store,
            self.withdrawal,
            self.clocks,
            credit=self.credit,
            flags=self.flag_redress,
            repairs=self.repairs,
            touching=self.impact,
            calendars=self.calendars,
            pack=self.usual_pack,
        )

    @cached_property
    def repairs(self) -> Repairs:
        """Credit repair (信用修复)."""
        from chalicelib.redress.services.repairs import Repairs
        from chalicelib.sanctions.store.flag_notices import FlagNoticeStore

        return Repairs(
            self.redress_store,
            self.withdrawal,
            self.clocks,
            credit=self.credit,
            cases=self.cases,
            flag_notices=FlagNoticeStore(self.timeline),
            pack=self.usual_pack,
        )

    @cached_property
    def amendments(self) -> Amendments:
        """What the credit office changes in records of any department."""
        from chalicelib.redress.services.amendments import Amendments

        return Amendments(self.redress_store, self.withdrawal, touching=self.impact)

    @cached_property
    def revocations(self) -> Revocations:
        """Documents that were revoked, and everything that had relied on them."""
        from chalicelib.redress.services.revocations import Revocations

        return Revocations(
            self.redress_store,
            self.withdrawal,
            touching=self.impact,
            reinstatement=self.case_reinstatement,
            calendars=self.calendars,
            pack=self.usual_pack,
        )

    # What the office issues

    def document_texts(self, at: datetime) -> DocumentTexts:
        """Return the texts of documents in force at an instant."""
        from chalicelib.clock import day_in_shanghai
        from chalicelib.issuing.rules.templates import texts_in_force
        from chalicelib.issuing.store.texts import document_texts

        return texts_in_force(document_texts(), on=day_in_shanghai(at))

    @cached_property
    def issued_bucket(self) -> IssuedBucket:
        """The content of issued documents."""
        from chalicelib.issuing.store.bucket import IssuedBucket

        return IssuedBucket(settings().issued_bucket)

    @cached_property
    def issue_orders(self) -> IssueOrders:
        """Ordering the documents that follow from events."""
        from chalicelib.issuing.services.orders import IssueOrders
        from chalicelib.publisher import Queue

        return IssueOrders(Queue(settings().issue_queue), texts=self.document_texts)

    @cached_property
    def issuing(self) -> Issuing:
        """Making, sealing and issuing documents."""
        from chalicelib.issuing.services.facts import DocumentFacts
        from chalicelib.issuing.services.issuing import Issuing
        from chalicelib.issuing.store.issued import IssuedStore
        from chalicelib.publisher import Queue
        from chalicelib.sanctions.store.flags import FlagStore

        def draw(sheet: Sheet, note: str) -> Drawn:
            # The library and the fonts are read when the first document is drawn, and not for what only arrives.
            from chalicelib.issuing.services.drawing import draw as drawn

            return drawn(sheet, unprintable_note=note)

        facts = DocumentFacts(
            self.cases,
            FlagStore(self.timeline),
            subjects=self.subjects,
            catalogue=self.catalogue,
            pack=self.pack,
            usual_pack=self.usual_pack,
        )
        return Issuing(
            IssuedStore(),
            self.issued_bucket,
            self.timeline,
            told=facts.of,
            draw=draw,
            texts=self.document_texts,
            sealing=Queue(settings().seal_queue) if settings().seal_queue else None,
            check_url=f"{settings().portal_url}/check",
        )

    @cached_property
    def issued_documents(self) -> IssuedDocuments:
        """Issued documents for those who may have them."""
        from chalicelib.issuing.services.documents import IssuedDocuments
        from chalicelib.issuing.store.issued import IssuedStore

        return IssuedDocuments(
            IssuedStore(),
            self.issued_bucket,
            self.timeline,
            cases=self.cases,
            access=self.case_access,
            reading=self.case_reading,
            flags=lambda: self.flags,
            texts=self.document_texts,
            receipts=lambda: self.receipts,
        )

    # What people say of how they were served

    @cached_property
    def ratings(self) -> Ratings:
        """Ratings (好差评), under names made with the same secrets as subjects'."""
        from chalicelib.feedback.rules.ratings import RatingNames
        from chalicelib.feedback.services.ratings import Ratings
        from chalicelib.feedback.store.ratings import RatingStore

        return Ratings(
            RatingStore(self.timeline),
            self.cases,
            self.timeline,
            self.clocks,
            names=RatingNames(self.secrets.subject_key_id, self.secrets.subject_keys),
            pack=self.pack,
            departments=settings().departments,
        )

    @cached_property
    def complaints(self) -> Complaints:
        """Complaints and suggestions (投诉、建议)."""
        from chalicelib.feedback.services.complaints import Complaints
        from chalicelib.feedback.store.complaints import ComplaintStore

        return Complaints(
            ComplaintStore(self.timeline),
            self.cases,
            self.clocks,
            access=self.case_access,
            catalogue=self.catalogue,
            subjects=self.subjects,
            pack_of=self.pack,
            pack=settings().rule_pack,
            departments=settings().departments,
            counts=self.counts,
        )

    # Supervision and inspection

    @cached_property
    def supervision(self) -> Supervision:
        """The board of all departments' clocks."""
        from chalicelib.supervision.services.board import Supervision

        return Supervision(self.clocks, self.relay, departments=settings().departments)

    @cached_property
    def overview(self) -> Overview:
        """The board at one look."""
        from chalicelib.supervision.services.overview import Overview

        return Overview(
            self.supervision,
            self.statistics,
            self.clocks,
            self.cases,
            self.alerts,
            calendars=self.calendars,
            catalogue=self.catalogue,
            pack=self.pack,
        )

    @cached_property
    def outages(self) -> Outages:
        """Failures of systems that excuse lateness."""
        from chalicelib.supervision.services.outages import Outages
        from chalicelib.supervision.store.outages import OutageStore

        return Outages(OutageStore(self.timeline), self.calendars, pack=self.usual_pack)

    @cached_property
    def cards(self) -> Cards:
        """Yellow and red cards (黄牌、红牌)."""
        from chalicelib.supervision.services.cards import Cards
        from chalicelib.supervision.store.cards import CardStore

        return Cards(
            CardStore(),
            self.timeline,
            self.clocks,
            self.outages,
            self.staff,
            concerned=self.concerned,
            pack=self.pack,
            usual=settings().rule_pack,
        )

    @cached_property
    def anomalies(self) -> Anomalies:
        """Cases that look better in the figures than they were."""
        from chalicelib.supervision.services.anomalies import Anomalies
        from chalicelib.supervision.store.anomalies import AnomalyStore

        return Anomalies(AnomalyStore(), self.timeline, pack=self.pack)

    @cached_property
    def statistics(self) -> Statistics:
        """Figures of each department by day and item."""
        from chalicelib.supervision.services.statistics import Statistics
        from chalicelib.supervision.store.statistics import StatisticsStore

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
    def inspection(self) -> Inspection:
        """What inspectors read under a mandate."""
        from chalicelib.inspection.services import Inspection
        from chalicelib.inspection.store import MandateStore
        from chalicelib.supervision.store.anomalies import AnomalyStore

        store = MandateStore(self.timeline)
        return Inspection(store, self.cases, self.timeline, self.clocks, self.documents, AnomalyStore())


@cache
def container() -> Container:
    """Return the services of this process."""
    return Container()
