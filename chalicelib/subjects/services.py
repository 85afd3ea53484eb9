"""Subjects and their signing keys."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.bounds.model import Counted
from chalicelib.clock import day_in_shanghai
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.dynamo.model import Row
from chalicelib.dynamo.transaction import MOST_WRITES, Transaction, retry_on_conflict, transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.subjects.model.subjects import (
    Enrolment,
    Identity,
    Known,
    NameRank,
    NameSource,
    SigningKey,
    Site,
    SubjectKey,
    SubjectKind,
)
from chalicelib.subjects.rules.identifiers import SubjectKeys, require_valid
from chalicelib.subjects.rules.names import NameVerdict, masked_name, verdict_on
from chalicelib.subjects.rules.passkeys import passkey_of
from chalicelib.subjects.rules.signing_keys import signing_key_of
from chalicelib.subjects.store import KeyRegister, Remembered, SigningKeyStore, SubjectStore, Vault

if TYPE_CHECKING:
    from chalicelib.bounds.store import CountStore
    from chalicelib.walks.model import Part, Place, Step


OnCorrection = Callable[[Known, NameSource, datetime, Transaction], None]
"""Records that a name was corrected: whose, on whose word, when, and in which write."""


SEGMENTS = 8
"""Into how many parts the walk over a table is cut."""

ENDED_AFTER = timedelta(minutes=15)
"""When no process is left that began before the deployment of a new secret: the longest run takes ten minutes."""

KEPT_KEYS = 50_000
"""How many subjects' keys a process remembers; the oldest goes first."""

WALKED = (
    "subjects",
    "credit",
    "cases",
    "authorities",
    "punishment",
    "redress",
    "complaints",
    "ratings",
    "documents",
    "messages",
    "staff",
    "aliases",
    "conflicts",
    "flag_notices",
)
"""The tables that mention subject keys; a timeline mentions none that no row of these does."""

PARTS = tuple(f"{table}/{segment}" for table in WALKED for segment in range(SEGMENTS))


def is_walked(parts: "Iterable[Part]") -> bool:
    """Whether the walk for a secret is done, given those of its parts that have begun."""
    return {part.part for part in parts if part.is_done}.issuperset(PARTS)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RegisteredKeys(SubjectKeys):
    """Subject keys while there is more than one secret: a subject keeps for good the key that it first had.

    The register says under which of its possible keys a subject is kept. Whoever is met for the first time is
    registered before the key is used, in a transaction in which no other of its keys may be registered; whoever was
    known before there was a second secret is registered by a walk, and until that is done nobody gets a key of the next
    secret. ``is_walked`` says whether the walk for a secret is done.
    """

    register: KeyRegister
    is_walked: Callable[[str], bool]
    met: OrderedDict[SubjectKey, SubjectKey] = field(default_factory=OrderedDict)

    def key_of(self, identity: Identity) -> SubjectKey:
        """Return the key under which the subject is kept."""
        return self.keys_of_each((identity,))[0]

    def keys_of_each(self, identities: Sequence[Identity]) -> tuple[SubjectKey, ...]:
        """Return the keys under which several subjects are kept, in one read for many of them."""
        wanted = [self.possible_keys_of(identity) for identity in identities]
        unknown = list(dict.fromkeys(possible for possible in wanted if possible[0] not in self.met))
        at_once = MOST_WRITES // len(self.key_ids)
        found: dict[SubjectKey, SubjectKey] = {}
        for begin in range(0, len(unknown), at_once):
            found |= self._found(unknown[begin : begin + at_once])
        keys = tuple(found.get(possible[0]) or self.met[possible[0]] for possible in wanted)
        self.met.update(found)
        while len(self.met) > KEPT_KEYS:
            self.met.popitem(last=False)
        return keys

    @retry_on_conflict
    def _found(self, wanted: Sequence[tuple[SubjectKey, ...]]) -> dict[SubjectKey, SubjectKey]:
        """Return the registered keys by the oldest possible ones; those who have none are registered."""
        are_in_use = iter(self.register.are_in_use([key for possible in wanted for key in possible]))
        found: dict[SubjectKey, SubjectKey] = {}
        new: list[tuple[SubjectKey, ...]] = []
        for possible in wanted:
            in_use = [key for key in possible if next(are_in_use)]
            if in_use:
                found[possible[0]] = in_use[0]
            else:
                new.append(possible)
        if new:
            place = self._place_in_use()
            with transaction() as tx:
                for possible in new:
                    others = [key for key in possible if key != possible[place]]
                    self.register.add(possible[place], instead_of=others, tx=tx)
            found |= {possible[0]: possible[place] for possible in new}
        return found

    def _place_in_use(self) -> int:
        """Return which secret, from the oldest on, names those who are new: the first whose walk is not done."""
        *earlier, _ = self.key_ids
        return next((place for place, key_id in enumerate(earlier) if not self.is_walked(key_id)), len(earlier))


class KeyWalk:
    """Registers whom an earlier secret has named, wherever the tables mention them."""

    def __init__(self, register: KeyRegister) -> None:
        """Write to ``register``; no secret is needed."""
        self._register = register

    def step(self, key_id: str, part: str, place: "Place", at: datetime) -> "Step":
        """Register the keys of a secret that the next rows of a table mention, as a step of a walk.

        The first step waits until nobody is left who knows of no other secret and registers nothing.
        """
        from chalicelib.walks.model import Step  # noqa: PLC0415 - requests need none of it

        if not place:
            return Step(place={"after": None}, not_before=at + ENDED_AFTER)
        table, _, segment = part.partition("/")
        keys, after = self._register.mentioned(
            key_id, table=table, segment=int(segment), of=SEGMENTS, after=place["after"]
        )
        changed = 0
        for begin in range(0, len(keys), MOST_WRITES):
            some = keys[begin : begin + MOST_WRITES]
            new = [key for key, is_there in zip(some, self._register.are_in_use(some), strict=True) if not is_there]
            if new:
                self._register.put(new)
            changed += len(new)
        return Step(looked_at=len(keys), changed=changed, place=None if after is None else {"after": after})


class Subjects:
    """All subjects that the service has stored."""

    def __init__(self, keys: SubjectKeys, store: SubjectStore, vault: Vault, *, on_correction: OnCorrection) -> None:
        """``keys`` derives subject keys, ``vault`` encrypts identities; ``on_correction`` hears of corrected names."""
        self._keys = keys
        self._store = store
        self._vault = vault
        self._on_correction = on_correction

    @retry_on_conflict
    def know(self, identity: Identity, said_by: NameSource, at: datetime) -> Known:
        """Return the subject, storing it the first time, with its identity encrypted.

        A source of a higher rank corrects the name that is known, with an event. Any other name than the known ones is
        marked as conflicting, has no effect and is for a person to resolve (R6.3). An agent's word stores nothing.
        """
        valid = require_valid(identity, on=day_in_shanghai(at))
        with transaction() as tx:
            met = self._store.known((self._keys.key_of(valid),))
            known, _ = self.recognised(valid, met, rank=said_by.rank, at=at, tx=tx)
            if known.corrected_from is not None:
                self._on_correction(known, said_by, at, tx)
        return known

    def places_of(self, valid: Identity) -> tuple[Row, ...]:
        """Return the row with only the key under which a subject is stored, for a batch of reads."""
        return self._store.places((self._keys.key_of(valid),))

    def met_at(self, rows: Iterable[Row | None]) -> tuple[Remembered, ...]:
        """Return the subjects in the rows that were read."""
        return self._store.met(rows)

    def recognised(
        self, valid: Identity, met: tuple[Remembered, ...], *, rank: NameRank, at: datetime, tx: Transaction
    ) -> tuple[Known, tuple[Remembered, ...]]:
        """Return a subject given what is stored about it, and what is stored after the transaction.

        A new subject and a corrected name are stored in the transaction; the event of a correction
        (``corrected_from``) is the caller's, who may have others for the same timeline.
        """
        key = self._keys.key_of(valid)
        first = met[0] if met else None
        is_same = first is not None and any(self._keys.is_name_of(valid, digest=digest) for digest in first.digests)
        verdict = verdict_on(rank, known=None if first is None else first.rank, is_same=is_same)
        is_conflicting = verdict is NameVerdict.CONFLICT
        known = Known(
            key=key,
            masked_name=masked_name(valid.name) if first is None or is_conflicting else first.masked_name,
            name_digest=self._keys.digest_of_name(valid),
            is_conflicting=is_conflicting,
            first=key,
        )
        is_stored = verdict is NameVerdict.SAME and first is not None
        if is_stored or known.is_conflicting or not rank.may_register:
            return known, met
        stored = self._stored(valid, first, verdict, rank=rank, at=at, tx=tx)
        if first is not None and verdict is NameVerdict.CORRECTED:
            known = replace(known, masked_name=stored.masked_name, corrected_from=first.rank)
        return known, (stored,)

    def _stored(
        self,
        valid: Identity,
        before: Remembered | None,
        verdict: NameVerdict,
        *,
        rank: NameRank,
        at: datetime,
        tx: Transaction,
    ) -> Remembered:
        """Store a new subject, a corrected name, or whose word a name is; return what is stored then.

        Names that a person has linked to the subject outlast a correction.
        """
        key, digest = self._keys.key_of(valid), self._keys.digest_of_name(valid)
        new = Remembered(key=key, masked_name=masked_name(valid.name), name_digest=digest, rank=rank)
        if before is not None:
            is_corrected = verdict is NameVerdict.CORRECTED
            highest = max(rank, before.rank, key=lambda one: one.rank)
            new = replace(new, rank=highest, also=before.also if is_corrected else before.digests)
            if not is_corrected:
                self._store.raise_rank(before, rank, tx)
                return replace(before, rank=rank)
        text = json.dumps({"kind": valid.kind, "number": valid.number, "name": valid.name}, ensure_ascii=False)
        encrypted = self._vault.seal(text, about=key)
        if before is not None:
            self._store.correct(before, new, encrypted=encrypted, tx=tx)
        else:
            self._store.add(new, encrypted=encrypted, at=at, tx=tx)
        return new

    def names_of(self, key: SubjectKey) -> tuple[str, ...]:
        """Return the digests of all names of a subject; none for an unknown one."""
        return tuple(digest for known in self._store.known((key,)) for digest in known.digests)

    def also_called(self, key: SubjectKey, name_digest: str, *, tx: Transaction) -> None:
        """Add another name to a subject; ``NOT_FOUND`` for an unknown one."""
        known = self._store.known((key,))
        if not known:
            raise DomainError(ErrorCode.NOT_FOUND)
        if name_digest not in known[0].digests:
            self._store.call(known[0], (*known[0].also, name_digest), tx)

    def no_longer_called(self, key: SubjectKey, name_digest: str, *, tx: Transaction) -> None:
        """Remove a name from a subject; the verified one always stays."""
        (known,) = self._store.known((key,))
        if name_digest in known.also:
            self._store.call(known, tuple(also for also in known.also if also != name_digest), tx)

    def masked(self, key: SubjectKey) -> str:
        """Return the subject's masked name; a star for an unknown subject."""
        known = self._store.known((key,))
        return known[0].masked_name if known else "*"

    def unmasked(self, key: SubjectKey) -> Identity:
        """Return a subject's identity, for callers whose reason is recorded (R7.6); ``NOT_FOUND`` if it is unknown."""
        sealed = self._store.sealed(key)
        if sealed is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        known = json.loads(self._vault.open(sealed, about=key))
        return Identity(kind=SubjectKind(known["kind"]), number=known["number"], name=known["name"])

    def reach(self) -> None:
        """Check that the store can be read, by reading a row that does not exist; raises if it cannot."""
        self._store.reach()


class SigningKeys:
    """The public keys with which subjects sign (R7.1: nobody but them has the private ones)."""

    def __init__(self, store: SigningKeyStore, counts: "CountStore") -> None:
        """Read and write keys in ``store``; ``counts`` knows how many are in force."""
        self._store = store
        self._counts = counts

    @retry_on_conflict
    def enrol(
        self,
        subject: SubjectKey,
        jwk: Mapping[str, object],
        *,
        at: datetime,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Enrolment:
        """Enrol a public key. Idempotent.

        A revoked key stays revoked (``KEY_REVOKED``); ``UNSUITABLE_KEY`` for any but ES256 and EdDSA public keys,
        ``TOO_MANY_KEYS`` for more in force than a subject may have.
        """
        return self._enrol(subject, signing_key_of(jwk, at=at), at=at, idempotency_key=idempotency_key)

    @retry_on_conflict
    def enrol_passkey(
        self, subject: SubjectKey, registration: Mapping[str, Any], *, site: Site, challenge: bytes, at: datetime
    ) -> Enrolment:
        """Enrol the public half of a key that a device made for the portal; otherwise like ``enrol``.

        ``KEY_TAKEN`` if the device's id for it is another person's, or another key's, already.
        """
        made = passkey_of(registration, site=site, challenge=challenge, at=at)
        return self._enrol(subject, made, at=at)

    def _enrol(
        self, subject: SubjectKey, new: SigningKey, *, at: datetime, idempotency_key: IdempotencyKey | None = None
    ) -> Enrolment:
        made = idempotency_key.look_up() if idempotency_key else None
        old = self._store.one(subject, made or new.key_id)
        if old is not None:
            if old.revoked_at is not None and made is None:
                raise DomainError(ErrorCode.KEY_REVOKED)
            return Enrolment(key=old, is_repeated=True)
        if new.passkey is not None and self._store.is_taken(new.passkey):
            raise DomainError(ErrorCode.KEY_TAKEN)
        with transaction() as tx:
            self._store.add(new, subject=subject, tx=tx)
            self._counts.count(Counted.SIGNING_KEYS, subject, at=at, tx=tx)
            if idempotency_key:
                idempotency_key.remember(new.key_id, tx, at=at)
        return Enrolment(key=new)

    def list(self, subject: SubjectKey) -> tuple[SigningKey, ...]:
        """Return all keys of a subject, oldest first, including revoked ones."""
        return self._store.of(subject)

    @retry_on_conflict
    def revoke(self, subject: SubjectKey, key_id: str, *, at: datetime) -> SigningKey:
        """Revoke a key from now on. Idempotent; ``NOT_FOUND`` for a key that is not the subject's."""
        old = self._store.one(subject, key_id)
        if old is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        if old.revoked_at is not None:
            return old
        new = replace(old, revoked_at=at)
        with transaction() as tx:
            self._store.replace(old, new, subject=subject, tx=tx)
            self._counts.give_back(Counted.SIGNING_KEYS, subject, at=at, tx=tx)
        return new

    def row(self, subject: SubjectKey, key_id: str) -> Row:
        """Return a row with only the key of a signing key, for a batch of reads."""
        return self._store.row(subject, key_id)

    def from_row(self, row: Row | None) -> SigningKey | None:
        """Return the signing key in a row; ``None`` without a row."""
        return self._store.from_row(row)
