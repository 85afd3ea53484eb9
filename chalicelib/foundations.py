"""What every service stands on: the clock, the secrets, who people are, and the rules of a moment."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from chalicelib.aws import secret
from chalicelib.clock import ServiceClock, day_in_shanghai
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.rulepacks.rules import pack_in_force
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sessions.services import Sessions
from chalicelib.sessions.store import SessionStore
from chalicelib.settings import settings
from chalicelib.subjects.rules.identifiers import SubjectKeys
from chalicelib.subjects.services import SigningKeys, Subjects
from chalicelib.subjects.store import SigningKeyStore, SubjectStore, Vault
from chalicelib.workdays.model.limits import YellowRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The service's own secrets, as its one secret keeps them."""

    subject_key_id: str
    subject_keys: dict[str, bytes]
    cursor_key: bytes
    webhook_key: bytes
    client_secret: str

    def __repr__(self) -> str:
        """Show no secret."""
        return "Keys()"


class Foundations:
    """The part of the composition root that no domain service has a part in; ``wiring`` builds on it."""

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
            webhook_key=bytes.fromhex(stored["webhook_key"]),
            client_secret=stored["client_secret"],
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

    @cached_property
    def sessions(self) -> Sessions:
        """Who is logged in to the portal."""
        return Sessions(SessionStore(), key=self.keys.cursor_key)

    def pack(self, code: str, at: datetime) -> RulePack:
        """Return the edition of a rule pack that is in force at an instant; ``LookupError`` if there is none."""
        return pack_in_force(load_rule_packs(), code, on=day_in_shanghai(at))

    def usual_pack(self, at: datetime) -> RulePack:
        """Return the rules of the deployment that are in force at an instant."""
        return self.pack(settings().rule_pack, at)

    def yellow(self, code: str, at: datetime) -> YellowRule:
        """Return when the lights of a rule pack turned yellow at an instant; ``LookupError`` if it was not in force."""
        rule = self.pack(code, at).yellow
        return YellowRule(share_percent=rule.share_percent, least_working_days=rule.least_working_days)
