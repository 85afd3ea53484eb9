"""A promise by a test person, up to the last condition of its filing, so that nothing is left of it (演练).

The draft is stored, and expires as any does. The filing is one transaction whose last condition never holds: DynamoDB
looks at all of them, at every right and every row, before it writes nothing. So no figure, list, clock or message can
know of it, and no row has to be deleted.
"""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import TypeAdapter

from chalicelib.cases.model.case import Way
from chalicelib.cases.rules.filing import Submission
from chalicelib.cases.services.drafting import Drafting, Wish
from chalicelib.cases.services.filing import Filing
from chalicelib.cases.store import CaseStore
from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.services.catalogue import Catalogue
from chalicelib.catalogue.store.items import CatalogueStore
from chalicelib.dynamo.transaction import Transaction
from chalicelib.policy import Caller, Role
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from chalicelib.subjects.rules.identifiers import SubjectKeys
from chalicelib.subjects.rules.signing_keys import signing_key_of
from chalicelib.subjects.services import SigningKeys

ITEM: Final = Path(__file__).with_name("item.json")

PERSON: Final = Identity(kind=SubjectKind.RESIDENT_ID, number="330782190001010008", name="演练人员")
"""A number with the sequence 000, which nobody has."""


class RehearsedError(Exception):
    """All that a filing requires held, up to the condition that never does."""


class NotRehearsedError(Exception):
    """The promise was closed to the test person, or it was filed."""


class RehearsedCatalogue(Catalogue):
    """A catalogue of one item of a test department, which stands in no table, list or search.

    It is in force until the last moment: whatever requires that is refused at the end of its transaction.
    """

    def __init__(self, store: CatalogueStore, *, cases: CaseStore, pack: str) -> None:
        """``pack`` is the code of the rule pack by which the promise is judged."""
        super().__init__(store, packs=())
        self._cases = cases
        self._item: Item = replace(TypeAdapter(Item).validate_json(ITEM.read_bytes()), jurisdiction=pack)

    def current(self, code: str, *, at: datetime) -> Item:  # noqa: ARG002 - there is one, at any time
        """Return the item."""
        return self._item

    def version(self, code: str, version: int) -> Item:  # noqa: ARG002 - as above
        """Return the item."""
        return self._item

    def require_current(self, code: str, version: int, tx: Transaction, *, filed_as: str, at: datetime) -> None:  # noqa: ARG002 - as above
        """Make the transaction fail with ``RehearsedError`` if nothing else makes it fail."""
        self._cases.refuse(tx, on_failure=RehearsedError())


class Rehearsal:
    """Rehearses a promise."""

    def __init__(
        self,
        catalogue: RehearsedCatalogue,
        *,
        drafting: Drafting,
        filing: Filing,
        keys: SigningKeys,
        subject_keys: SubjectKeys,
        secret: Callable[[], bytes],
    ) -> None:
        """``drafting`` and ``filing`` go by this ``catalogue``; the test person's key is derived from ``secret``."""
        self._catalogue = catalogue
        self._drafting = drafting
        self._filing = filing
        self._keys = keys
        self._subject_keys = subject_keys
        self._secret = secret

    def run(self, *, at: datetime) -> None:
        """Draft, sign and file, all but the writing. Raises whatever a person would be refused by, or more.

        ``NotRehearsedError`` if the promise is not open, or if it was filed after all.
        """
        subject = self._subject_keys.key_of(PERSON)
        person = Caller(
            sub="rehearsal", roles=frozenset({Role.APPLICANT}), department=None, subject=subject, identity=PERSON
        )
        key = Ed25519PrivateKey.from_private_bytes(hmac.digest(self._secret(), b"rehearsal", "sha256"))
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": _base64(key.public_key().public_bytes_raw())}
        self._keys.enrol(subject, jwk, at=at)
        item = self._catalogue.current("", at=at)
        draft = self._drafting.draft(Wish(item_code=item.code, answers={}, way=Way.COMMITMENT), by=person, at=at).draft
        if draft.closed_by or draft.refused_by:
            raise NotRehearsedError(*draft.closed_by, *draft.refused_by)
        submission = Submission(
            draft_id=draft.draft_id,
            confirmed=tuple(condition.id for condition in draft.conditions),
            signature=_signed(key, draft.payload, key_id=signing_key_of(jwk, at=at).key_id),
        )
        try:
            self._filing.file(submission, by=person, at=at)
        except RehearsedError:
            return
        raise NotRehearsedError


def _signed(key: Ed25519PrivateKey, payload: str, *, key_id: str) -> str:
    """Return a compact JWS with detached payload, as a person's own software makes it."""
    header: Mapping[str, str] = {"alg": "EdDSA", "kid": key_id}
    protected = _base64(json.dumps(header).encode())
    return f"{protected}..{_base64(key.sign(f'{protected}.{_base64(payload.encode())}'.encode()))}"


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
