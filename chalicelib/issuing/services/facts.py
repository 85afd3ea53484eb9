"""Gathering what a document says: of the case or the flag, of whom it is for, and the rules that apply."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.clock import instant_from
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.issuing.rules.case_facts import case_facts
from chalicelib.issuing.rules.flag_facts import flag_facts
from chalicelib.issuing.services.issuing import Told
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.sanctions.store.flags import FlagStore
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.subjects.services import Subjects
from chalicelib.timeline.events import Event


class DocumentFacts:
    """What documents say, gathered from the stores that know it."""

    def __init__(
        self,
        cases: CaseStore,
        flags: FlagStore,
        *,
        subjects: Subjects,
        catalogue: Catalogue,
        pack: Callable[[str, datetime], RulePack],
        usual_pack: Callable[[datetime], RulePack],
    ) -> None:
        """``pack`` returns a jurisdiction's rule pack at an instant, ``usual_pack`` the deployment's own."""
        self._cases = cases
        self._flags = flags
        self._subjects = subjects
        self._catalogue = catalogue
        self._pack = pack
        self._usual_pack = usual_pack

    def of(self, event: Event) -> Told:
        """Return what the documents of an event say; ``NOT_FOUND`` if what it is about is gone.

        They are for one person and name that person in full, which the event that proves them records.
        """
        kind, _, name = event.owner.partition(":")
        return self._of_case(name, event) if kind == "case" else self._of_flag(name, event)

    def _of_case(self, case_no: str, event: Event) -> Told:
        case = self._cases.load(case_no)
        pack = self._pack(case.terms.pack, case.received_at)
        name, number = self._identity(case.subject, masked=case.applicant_name)
        result = self._catalogue.version(case.terms.item_code, case.terms.item_version).result_type
        facts = case_facts(case, event, name=name, number=number, result=result, pack=pack)
        return Told(facts=facts, result=result, pack=pack)

    def _of_flag(self, flag_id: str, event: Event) -> Told:
        flag = self._flags.load(flag_id)
        at = instant_from(event.occurred_at)
        pack = self._usual_pack(at)
        name, number = self._identity(flag.subject, masked=flag.party.masked_name)
        items = "、".join(self._item_name(code, at=at) for code in flag.related_items)
        facts = flag_facts(flag, event, name=name, number=number, items=items, pack=pack)
        return Told(facts=facts, result="", pack=pack)

    def _identity(self, subject: SubjectKey, *, masked: str) -> tuple[str, str]:
        """Return name and number; of somebody whom an agent named and who was never here, the masked name alone."""
        try:
            known = self._subjects.unmasked(subject)
        except DomainError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return masked, ""
        return known.name, known.number

    def _item_name(self, code: str, *, at: datetime) -> str:
        item = self._catalogue.find(code, at=at)
        return code if item is None else item.name
