"""Filling in the application form (填写申请表), a page at a time, until a draft is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.bounds.model import Counted
from chalicelib.cases.model.application_form import ApplicationForm, FormPage, Origin, Source
from chalicelib.cases.model.case import Way
from chalicelib.cases.rules import filing
from chalicelib.cases.rules.application_form import GivenBefore, filled_in, read_page
from chalicelib.cases.rules.case_numbers import new_draft_id
from chalicelib.cases.services.answers import CaseAnswers
from chalicelib.cases.store import CaseStore, FormStore
from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.questions import Answers, Known, QuestionKind
from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller
from chalicelib.subjects.model.subjects import SubjectKey

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore

FORM_LIVES: Final = timedelta(hours=24)
"""How long a form is kept after it was last saved, as long as a draft."""

CASES_LOOKED_AT: Final = 5
"""In how many of somebody's newest cases answers are looked for: all of them are read at once."""


class ApplicationForms:
    """Forms in progress, each by an id of its own, so that two of them in two tabs never mix."""

    def __init__(
        self,
        store: FormStore,
        *,
        cases: CaseStore,
        answers: CaseAnswers,
        contacts: Callable[[SubjectKey], Mapping[QuestionKind, str]],
        counts: "CountStore",
    ) -> None:
        """``cases`` and ``answers`` know what was answered before, ``contacts`` how messages reach somebody.

        ``counts`` knows how many forms somebody has begun.
        """
        self._contacts = contacts
        self._store = store
        self._cases = cases
        self._answers = answers
        self._counts = counts

    def begin(
        self, item: Item, *, way: Way, authority: str = "", guided: Answers, by: Caller, at: datetime
    ) -> ApplicationForm:
        """Begin a form, with what is known already; ``guided`` are the answers that a guide has asked for.

        An agent's form has nothing filled in but these: what a principal answered before is not the agent's to read.
        Raises ``NOT_FOR_AUDIENCE`` and ``PROXY_NOT_ALLOWED``, of which a draft would say so only in the end, and
        ``TOO_MANY_REQUESTS`` after so many forms in a day.
        """
        if by.identity is None:
            raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY)
        answers: Answers = {}
        origins: Mapping[str, Origin] = {}
        if authority and way is Way.COMMITMENT and not item.proxy_allowed:
            raise DomainError(ErrorCode.PROXY_NOT_ALLOWED)
        if not authority:
            filing.require_audience(item, by.identity.kind)
            identities = [by.identity] if by.representative is None else [by.identity, by.representative.identity]
            answers, origins = filled_in(
                item,
                identities=identities,
                contacts=self._contacts(by.own_subject()) if _wants(item, Known.CONTACT) else {},
                before=self._given_before(by) if _wants(item, Known.BEFORE, Known.CONTACT) else (),
            )
        form = ApplicationForm(
            form_id=new_draft_id(),
            maker=by.own_subject(),
            item_code=item.code,
            way=way,
            authority=authority,
            answers={**answers, **guided},
            origins={**origins, **dict.fromkeys(guided, Origin(source=Source.GUIDE))},
            expires_at=at + FORM_LIVES,
        )
        return self._begun(form, by=by, at=at)

    def begin_again(
        self, item: Item, *, way: Way, authority: str, answers: Answers, by: Caller, at: datetime
    ) -> ApplicationForm:
        """Begin a form with the answers of a draft, to change some of them: a draft itself never changes.

        Raises ``TOO_MANY_REQUESTS`` as ``begin`` does.
        """
        form = ApplicationForm(
            form_id=new_draft_id(),
            maker=by.own_subject(),
            item_code=item.code,
            way=way,
            authority=authority,
            answers=answers,
            asked=frozenset(question.id for question in item.questions),
            expires_at=at + FORM_LIVES,
        )
        return self._begun(form, by=by, at=at)

    def read(self, form_id: str, *, by: Caller, at: datetime) -> ApplicationForm:
        """Return the caller's own form; ``NOT_FOUND`` for anybody else's, ``DRAFT_EXPIRED`` a day after a save.

        The error's fact ``item`` says what the form was for.
        """
        form = self._store.load(form_id)
        if form.maker != by.own_subject():
            raise DomainError(ErrorCode.NOT_FOUND)
        if at >= form.expires_at:
            raise DomainError(ErrorCode.DRAFT_EXPIRED, item=form.item_code)
        return form

    @retry_on_conflict
    def answer(
        self, form_id: str, page: FormPage, given: Mapping[str, object], *, item: Item, by: Caller, at: datetime
    ) -> ApplicationForm:
        """Save the answers to one page and leave all others as they are; ``ANSWERS_MISSING`` with every fault of it."""
        form = self.read(form_id, by=by, at=at)
        replies = read_page(item, page, form.answers, given, on=day_in_shanghai(at))
        answers = {reply.question.id: reply.value for reply in replies}
        return self._saved(form.with_answers(answers, to=page.names), at=at)

    @retry_on_conflict
    def choose(self, form_id: str, way: Way, *, by: Caller, at: datetime) -> ApplicationForm:
        """Change the way of applying."""
        return self._saved(replace(self.read(form_id, by=by, at=at), way=way), at=at)

    def _begun(self, form: ApplicationForm, *, by: Caller, at: datetime) -> ApplicationForm:
        with transaction() as tx:
            self._store.save(form, tx=tx)
            self._counts.count(Counted.FORMS, form.maker, at=at, tx=tx, roles=by.roles)
        return form

    def _given_before(self, by: Caller) -> tuple[GivenBefore, ...]:
        """Return what somebody answered in their newest cases, newest first."""
        return tuple(
            GivenBefore(
                id=told.given.id,
                kind=told.given.kind,
                answer=told.content.value,
                on=day_in_shanghai(case.received_at),
            )
            for case in self._cases.newest_of_subject(by.own_subject(), limit=CASES_LOOKED_AT)
            for told in self._answers.told(case, by=by)
            if told.content is not None
        )

    def _saved(self, form: ApplicationForm, *, at: datetime) -> ApplicationForm:
        kept = replace(form, expires_at=at + FORM_LIVES)
        with transaction() as tx:
            self._store.save(kept, tx=tx)
        return kept


def _wants(item: Item, *sources: Known) -> bool:
    """Whether a question of the item may be filled in from there; nothing is read otherwise."""
    return any(question.known in sources for question in item.questions)
