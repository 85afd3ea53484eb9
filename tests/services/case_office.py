"""An applicant with a key and an office with items, on the services as they are wired."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.cases.model.case import Material, Way
from chalicelib.cases.rules.filing import Submission
from chalicelib.cases.services.drafting import Drafted, Wish
from chalicelib.cases.services.filing import Filed
from chalicelib.catalogue.model.items import Item
from chalicelib.container import container
from chalicelib.policy import Caller, Role
from chalicelib.subjects.model.subjects import PERSONS, Identity
from tests.builders import NOON, KeyPair, a_caller, a_representative, an_identity, an_item

SHA = "ab" * 32


def publish(item: Item | None = None, *, at: datetime = NOON) -> Item:
    """Publish an item; the plate replacement unless said."""
    editor = a_caller(Role.CATALOGUE_EDITOR, sub="editor", department="monitoring")
    return container().catalogue.publish(item or an_item(), by=editor, at=at)


def employ(*people: Caller) -> None:
    """Let staff be known, as if they had logged in."""
    for person in people:
        container().staff.recognise(person)


def a_paper(name: str = "old-plate") -> Material:
    """A material as handed in."""
    return Material(id=name, sha256=SHA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Somebody with a key of their own."""

    identity: Identity = field(default_factory=an_identity)
    role: Role = Role.APPLICANT
    key: KeyPair = field(default_factory=KeyPair)

    @property
    def caller(self) -> Caller:
        """Who calls."""
        subject = container().subject_keys.key_of(self.identity)
        by = None if self.identity.kind in PERSONS else a_representative()
        return a_caller(self.role, subject=subject, identity=self.identity, representative=by)

    def enrol(self, *, at: datetime = NOON) -> "Applicant":
        """Enrol the key."""
        container().signing_keys.enrol(self.caller.own_subject(), self.key.jwk, at=at, idempotency_key=None)
        return self

    def draft(
        self,
        item_code: str = "plate-replacement",
        *,
        way: Way = Way.COMMITMENT,
        at: datetime = NOON,
        **other: Any,  # noqa: ANN401 - any field of a wish
    ) -> Drafted:
        """Ask for a draft."""
        wish = Wish(item_code=item_code, answers=other.pop("answers", {}), way=way, **other)
        return container().drafting.draft(wish, by=self.caller, at=at)

    def promise(
        self,
        drafted: Drafted,
        *,
        at: datetime = NOON,
        payload: str | None = None,
        **other: Any,  # noqa: ANN401 - any field of a submission
    ) -> Filed:
        """Confirm everything, sign and file."""
        draft = drafted.draft
        fields: dict[str, Any] = {
            "confirmed": tuple(condition.id for condition in draft.conditions),
            "signature": self.key.sign(draft.payload if payload is None else payload),
        }
        submission = Submission(draft_id=draft.draft_id, **{**fields, **other})
        return container().filing.file(submission, by=self.caller, at=at)

    def certify(self, drafted: Drafted, *materials: str, at: datetime = NOON) -> Filed:
        """File with certificates."""
        submission = Submission(draft_id=drafted.draft.draft_id, materials=tuple(map(a_paper, materials)))
        return container().filing.file(submission, by=self.caller, at=at)
