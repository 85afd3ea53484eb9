"""The deployment's configuration, read once from the environment, and its secrets, read once from their store."""

import base64
import json
import os
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final, Self

PRIVATE: Final = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
"""What networks of one's own are made of (RFC 1918, RFC 6598); all else inside leads to machines of the provider."""

DEPARTMENTS: Final = Path(__file__).with_name("departments") / "departments.json"
"""A place's own departments, which are packaged with the code; here only their codes are read."""


class Stage(StrEnum):
    """The deployment stage; only ``local`` may contain what exists for demonstrations."""

    LOCAL = "local"
    DEV = "dev"
    PROD = "prod"


class MailTls(StrEnum):
    """How the way to the mail server is encrypted; ``none`` is for the local stage, where it is on one machine."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


class MisconfiguredError(RuntimeError):
    """The environment asks for something that is not allowed; the service refuses to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The server that takes e-mail: without a ``host`` there is none. ``sender`` is the address in From."""

    host: str
    port: int
    tls: MailTls
    user: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The deployment's settings; of secrets they hold only the name in the store.

    ``departments`` are the codes of those that are packaged, in the order of lists over all of them; ``rule_pack`` is
    the code of the rule pack (规则包) for whatever belongs to no item: flags, records and the log of queries;
    ``handler`` is what Lambda starts here, ``app.app`` or ``app.sweep``, and empty elsewhere. ``portal_url`` is the
    portal's public address without a trailing slash: the identity provider redirects there, and passkeys are bound to
    its host; without it nobody can log in to the portal. ``scan_queue`` is where a scanner of documents takes its
    orders, ``seal_queue`` where a sealing service does, and ``sms_gateway`` the address of the SMS gateway; each is
    empty where there is none. ``sms_signature`` is the name with which every SMS begins. ``sweep_shards`` is the number
    of shards of the index of due clocks: it may grow, and must never shrink, because rows stay in the shard in which
    they were last written. ``sweep_queue`` is where the sweep hands its shards to workers; where it is empty, it moves
    the clocks itself. ``private_networks`` are those of the city's own in which webhooks and the SMS gateway may be.
    ``tables`` is what the names of tables have behind the stage, such as ``-r1`` since a restore; empty before any.
    """

    stage: Stage
    tables: str
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
    contact_key: str
    alert_topic: str
    deliver_queue: str
    untold_queue: str
    dead_letter_queue: str
    import_bucket: str
    import_queue: str
    document_bucket: str
    scan_queue: str
    issue_queue: str
    walk_queue: str
    issued_bucket: str
    seal_queue: str
    mail: MailServer
    private_networks: tuple[IPv4Network, ...]
    sms_gateway: str
    sms_signature: str
    sweep_queue: str
    sweep_shards: int
    clock_offset: timedelta
    departments: tuple[str, ...]
    rule_pack: str
    handler: str

    def table(self, package: str) -> str:
        """Return the deployed name of a package's table."""
        return f"xinnuo-{self.stage}{self.tables}-{package}"


@cache
def settings() -> Settings:
    """Read the environment; ``MisconfiguredError`` for a forbidden clock offset, region, network or mail server."""
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
        tables=os.environ.get("XINNUO_TABLES", ""),
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
        contact_key=os.environ.get("XINNUO_CONTACT_KEY", f"alias/xinnuo-{stage}-contacts"),
        alert_topic=os.environ.get("XINNUO_ALERT_TOPIC", ""),
        deliver_queue=os.environ.get("XINNUO_DELIVER_QUEUE", ""),
        untold_queue=os.environ.get("XINNUO_UNTOLD_QUEUE", ""),
        dead_letter_queue=os.environ.get("XINNUO_DEAD_LETTER_QUEUE", ""),
        import_bucket=os.environ.get("XINNUO_IMPORT_BUCKET", f"xinnuo-{stage}-imports"),
        import_queue=os.environ.get("XINNUO_IMPORT_QUEUE", ""),
        document_bucket=os.environ.get("XINNUO_DOCUMENT_BUCKET", f"xinnuo-{stage}-documents"),
        scan_queue=os.environ.get("XINNUO_SCAN_QUEUE", ""),
        issue_queue=os.environ.get("XINNUO_ISSUE_QUEUE", ""),
        walk_queue=os.environ.get("XINNUO_WALK_QUEUE", ""),
        issued_bucket=os.environ.get("XINNUO_ISSUED_BUCKET", f"xinnuo-{stage}-issued"),
        seal_queue=os.environ.get("XINNUO_SEAL_QUEUE", ""),
        mail=_mail_server(stage),
        private_networks=private_networks(os.environ.get("XINNUO_PRIVATE_NETWORKS", "")),
        sms_gateway=os.environ.get("XINNUO_SMS_GATEWAY", ""),
        sms_signature=os.environ.get("XINNUO_SMS_SIGNATURE", "信诺"),
        sweep_queue=os.environ.get("XINNUO_SWEEP_QUEUE", ""),
        sweep_shards=int(os.environ.get("XINNUO_SWEEP_SHARDS") or "64"),
        clock_offset=offset,
        departments=tuple(one["code"] for one in json.loads(DEPARTMENTS.read_bytes())),
        rule_pack=os.environ.get("XINNUO_RULE_PACK", "zhejiang-yiwu"),
        handler=os.environ.get("_HANDLER", ""),
    )


def private_networks(told: str) -> tuple[IPv4Network, ...]:
    """Read networks with commas between, as an operator tells them; ``MisconfiguredError`` for one not private."""
    try:
        networks = tuple(IPv4Network(name) for name in told.split(",") if name)
    except ValueError as error:
        message = f"private networks are told as 10.1.0.0/16,192.168.7.0/24: {error}"
        raise MisconfiguredError(message) from error
    if outside := [str(one) for one in networks if not any(one.subnet_of(block) for block in PRIVATE)]:
        message = f"no private networks: {', '.join(outside)}"
        raise MisconfiguredError(message)
    return networks


def _mail_server(stage: Stage) -> MailServer:
    server = MailServer(
        host=os.environ.get("XINNUO_MAIL_HOST", ""),
        port=int(os.environ.get("XINNUO_MAIL_PORT") or "587"),
        tls=MailTls(os.environ.get("XINNUO_MAIL_TLS") or MailTls.STARTTLS),
        user=os.environ.get("XINNUO_MAIL_USER", ""),
        sender=os.environ.get("XINNUO_MAIL_SENDER", ""),
    )
    if server.tls is MailTls.NONE and stage is not Stage.LOCAL:
        message = "e-mail may go out in clear on the local stage only"
        raise MisconfiguredError(message)
    if server.host and "@" not in server.sender:
        message = "e-mail needs the address that it comes from"
        raise MisconfiguredError(message)
    return server


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What the deployment's one secret holds (``settings().secret`` names it); ``subject_keys`` by their key ids."""

    subject_key_id: str
    subject_keys: dict[str, bytes]
    cursor_key: bytes
    webhook_key: bytes
    client_secret: str
    mail_password: str
    sms_key: bytes

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the secret's text; its keys are written in hexadecimal.

        Raises ``MisconfiguredError`` unless the secrets of subject keys are all that there ever were, the newest last:
        with any other, people who are known would be taken for new, and nothing that is on record would be found.
        """
        stored = json.loads(text)
        ids = list(stored["subject_keys"])
        if ids != [f"k{number}" for number in range(1, len(ids) + 1)] or stored["subject_key_id"] not in ids[-1:]:
            message = "subject keys are k1, k2 and so on, none is ever left out, and the last is the current one"
            raise MisconfiguredError(message)
        return cls(
            subject_key_id=stored["subject_key_id"],
            subject_keys={name: bytes.fromhex(key) for name, key in stored["subject_keys"].items()},
            cursor_key=bytes.fromhex(stored["cursor_key"]),
            webhook_key=bytes.fromhex(stored["webhook_key"]),
            client_secret=stored["client_secret"],
            mail_password=stored["mail_password"],
            sms_key=bytes.fromhex(stored["sms_key"]),
        )

    @property
    def sms_secret(self) -> str:
        """The secret that the SMS gateway and the service share, in the form of Standard Webhooks."""
        return f"whsec_{base64.b64encode(self.sms_key).decode()}"

    def __repr__(self) -> str:
        """Show no secret."""
        return "Secrets()"
