"""What the deployment tells the code, read once from the environment."""

import os
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache


class Stage(StrEnum):
    """Where this is running; only ``local`` may hold what exists for demonstrations."""

    LOCAL = "local"
    DEV = "dev"
    PROD = "prod"


class MisconfiguredError(RuntimeError):
    """The environment asks for something that the service must not do; it refuses to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The deployment's answers; secrets are not among them, only the name under which the store keeps them.

    ``departments`` are those of the town, in the order in which lists of all of them go through; ``rule_pack`` is the
    code of the rule pack (规则包) that counts for what belongs to no item: flags, records and the log of queries;
    ``handler`` is the function that Lambda starts here, ``app.app`` or ``app.sweep``, and empty elsewhere.
    ``portal_url`` is the portal's address as browsers know it, without a slash at its end: the identity provider sends
    them back there, and passkeys are bound to its host; without it nobody can log in to the portal.
    """

    stage: Stage
    region: str
    issuer: str
    audience: str
    jwks_url: str
    authorize_url: str
    token_url: str
    client_id: str
    portal_url: str
    secret: str
    identity_key: str
    alert_topic: str
    deliver_queue: str
    dead_letter_queue: str
    import_bucket: str
    import_queue: str
    clock_offset: timedelta
    departments: tuple[str, ...]
    rule_pack: str
    handler: str

    def table(self, package: str) -> str:
        """Return the deployed name of a package's table."""
        return f"xinnuo-{self.stage}-{package}"


@cache
def settings() -> Settings:
    """Read the environment; raises ``MisconfiguredError`` for a shifted clock or a region that is not allowed here."""
    stage = Stage(os.environ.get("XINNUO_STAGE", Stage.LOCAL))
    offset = timedelta(seconds=int(os.environ.get("XINNUO_CLOCK_OFFSET_SECONDS") or "0"))
    if offset and stage is not Stage.LOCAL:
        message = "the clock may be shifted on the local stage only"
        raise MisconfiguredError(message)
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "cn-north-1"
    allowed = [name for name in os.environ.get("XINNUO_REGIONS", "").split(",") if name]
    if allowed and region not in allowed:
        message = f"region {region} is not among those allowed for personal data (PIPL 36)"
        raise MisconfiguredError(message)
    return Settings(
        stage=stage,
        region=region,
        issuer=os.environ.get("XINNUO_ISSUER", ""),
        audience=os.environ.get("XINNUO_AUDIENCE", "xinnuo-api"),
        jwks_url=os.environ.get("XINNUO_JWKS_URL", ""),
        authorize_url=os.environ.get("XINNUO_AUTHORIZE_URL", ""),
        token_url=os.environ.get("XINNUO_TOKEN_URL", ""),
        client_id=os.environ.get("XINNUO_CLIENT_ID", "xinnuo-portal"),
        portal_url=os.environ.get("XINNUO_PORTAL_URL", "").rstrip("/"),
        secret=os.environ.get("XINNUO_SECRET", f"xinnuo-{stage}"),
        identity_key=os.environ.get("XINNUO_IDENTITY_KEY", f"alias/xinnuo-{stage}-identity"),
        alert_topic=os.environ.get("XINNUO_ALERT_TOPIC", ""),
        deliver_queue=os.environ.get("XINNUO_DELIVER_QUEUE", ""),
        dead_letter_queue=os.environ.get("XINNUO_DEAD_LETTER_QUEUE", ""),
        import_bucket=os.environ.get("XINNUO_IMPORT_BUCKET", f"xinnuo-{stage}-imports"),
        import_queue=os.environ.get("XINNUO_IMPORT_QUEUE", ""),
        clock_offset=offset,
        departments=tuple(name for name in os.environ.get("XINNUO_DEPARTMENTS", "").split(",") if name),
        rule_pack=os.environ.get("XINNUO_RULE_PACK", "corrects-first"),
        handler=os.environ.get("_HANDLER", ""),
    )
