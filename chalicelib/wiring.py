"""Builds every service once, with its real stores; the only composition root."""

import json
from dataclasses import dataclass
from functools import cache, cached_property

from chalicelib.aws import secret
from chalicelib.clock import ServiceClock
from chalicelib.settings import settings
from chalicelib.subjects.rules import SubjectKeys
from chalicelib.subjects.service import SigningKeys, Subjects
from chalicelib.subjects.store import SigningKeyStore, SubjectStore, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The service's own secrets, as its one secret keeps them."""

    subject_key_id: str
    subject_keys: dict[str, bytes]
    cursor_key: bytes

    def __repr__(self) -> str:
        """Show no secret."""
        return "Keys()"


class Services:
    """Every service; each is built when it is first asked for, so that a cold start builds only what it needs."""

    @cached_property
    def clock(self) -> ServiceClock:
        """The time that cases live by."""
        return ServiceClock(settings().clock_offset)

    @cached_property
    def keys(self) -> Keys:
        """The secrets; one call to the secret store in the life of a process."""
        stored = json.loads(secret(settings().secret))
        return Keys(
            subject_key_id=stored["subject_key_id"],
            subject_keys={name: bytes.fromhex(key) for name, key in stored["subject_keys"].items()},
            cursor_key=bytes.fromhex(stored["cursor_key"]),
        )

    @cached_property
    def subject_keys(self) -> SubjectKeys:
        """How subjects are named."""
        return SubjectKeys(current_id=self.keys.subject_key_id, keys=self.keys.subject_keys)

    @cached_property
    def subjects(self) -> Subjects:
        """Who matters are about."""
        return Subjects(self.subject_keys, SubjectStore(), Vault(settings().identity_key))

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """With what people sign."""
        return SigningKeys(SigningKeyStore())


@cache
def services() -> Services:
    """Return the services of this process."""
    return Services()
