"""A new secret for subject keys: deployed, and walked part by part."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib import aws
from chalicelib.container import container
from chalicelib.settings import settings
from chalicelib.subjects import services
from chalicelib.subjects.services import RegisteredKeys, is_walked
from chalicelib.subjects.store import KeyRegister
from tests.cloud import SECRET, forget_everything, turn_clock
from tests.services.walking import taken, waiting

NEW_SECRET = {**SECRET, "subject_key_id": "k2", "subject_keys": {"k1": "11" * 32, "k2": "77" * 32}}


def deploy(secret: Mapping[str, object], *, at: datetime) -> None:
    """Let every process start anew with a secret."""
    aws.client("secretsmanager").put_secret_value(SecretId=settings().secret, SecretString=json.dumps(secret))
    forget_everything()
    turn_clock(at)


def another_process() -> RegisteredKeys:
    """The subject keys of a process that has met nobody yet."""
    house = container()
    return RegisteredKeys(
        current_id=house.secrets.subject_key_id,
        keys=house.secrets.subject_keys,
        register=KeyRegister(),
        is_walked=lambda key_id: is_walked(house.walks.of(f"keys:{key_id}")),
    )


class Rotation:
    """The walk for the earlier secret, as far as it is let go on."""

    def __init__(self, *, at: datetime) -> None:
        with waiting() as sent:
            container().walks.repeat("keys:k1", services.PARTS, at=at)
            self.left = tuple(sent)
            assert taken(list(sent), at=at).looked_at == 0
        self.at = at + timedelta(minutes=15)

    def go_on(self, parts: int) -> None:
        """Take some more parts to their ends."""
        now, self.left = self.left[:parts], self.left[parts:]
        with waiting():
            taken(list(now), at=self.at)
