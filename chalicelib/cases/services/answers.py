"""Sensitive answers (敏感填写内容): encrypted before they are stored, and opened for those who may read them."""

from typing import TYPE_CHECKING

from chalicelib.cases.model.answers import AnswerTold, SealedAnswers
from chalicelib.cases.model.case import Case, Draft
from chalicelib.cases.rules.answers import Contents, secret_in, secret_text, tell
from chalicelib.catalogue.model.questions import Place
from chalicelib.errors import DomainError
from chalicelib.logging import logger
from chalicelib.policy import Caller, reads_sensitive_answers

if TYPE_CHECKING:
    from chalicelib.subjects.store import DataKeys


class CaseAnswers:
    """Seals answers into drafts, and opens them; a ciphertext is of no use in another case."""

    def __init__(self, keys: "DataKeys") -> None:
        """Encrypt with these keys."""
        self._keys = keys

    def seal(self, secret: Contents, *, case_no: str) -> SealedAnswers | None:
        """Return the contents encrypted for the case that the draft will become, None if there are none.

        Raises ``UNAVAILABLE`` while there is no key to encrypt with.
        """
        if not secret:
            return None
        key, text = self._keys.seal(secret_text(secret), about=case_no)
        return SealedAnswers(key=key, text=text)

    def of_draft(self, draft: Draft) -> tuple[AnswerTold, ...]:
        """Return the answers of a draft to whoever may see it: everything that will be signed.

        Raises ``UNAVAILABLE`` while sensitive ones cannot be opened, for nobody signs what they cannot read.
        """
        return tell(draft.answers, self._opened(draft.sealed, case_no=draft.case_no), at=None)

    def told(self, case: Case, *, by: Caller) -> tuple[AnswerTold, ...]:
        """Return the answers of a case as far as the caller may read them.

        While sensitive ones cannot be opened they are withheld from everybody: handling goes on without them.
        """
        secret: Contents = {}
        if reads_sensitive_answers(by, department=case.department, subjects=case.people):
            try:
                secret = self._opened(case.sealed, case_no=case.case_no)
            except DomainError:
                logger("cases").warning("answers_unreadable")
        return tell(case.answers, secret, at=Place.DESK if by.is_staff else Place.OWN_CASE)

    def unopened(self, case: Case) -> tuple[AnswerTold, ...]:
        """Return the answers of a case right after filing, the sensitive ones withheld: to open them may cost a call.

        Whoever filed them has just read them in the draft.
        """
        return tell(case.answers, {}, at=Place.OWN_CASE)

    def evidence(self, case: Case) -> tuple[AnswerTold, ...]:
        """Return the answers as the timeline shows them, to inspectors and whoever verifies."""
        return tell(case.answers, {}, at=Place.EVIDENCE)

    def _opened(self, sealed: SealedAnswers | None, *, case_no: str) -> Contents:
        return {} if sealed is None else secret_in(self._keys.open(sealed.key, sealed.text, about=case_no))
