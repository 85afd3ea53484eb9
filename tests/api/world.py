"""A small town in which every route has something to answer: made once a module, and put back after every change."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from app import app
from chalicelib.alerts.model.digests import Digest
from chalicelib.alerts.model.webhooks import Notice, Topic
from chalicelib.alerts.rules.webhooks import delivery_of
from chalicelib.alerts.store.digests import DigestStore
from chalicelib.alerts.store.webhooks import WebhookStore
from chalicelib.clocks.model import ClockKind
from chalicelib.container import container
from chalicelib.documents.model import Format, Found
from chalicelib.documents.rules.documents import arrived, events_of
from chalicelib.documents.store.documents import DocumentStore
from chalicelib.dynamo.transaction import transaction
from chalicelib.http.routes import import_all
from chalicelib.issuing.model.issued import Content, IssuedDocument, IssuedState, Source
from chalicelib.issuing.rules.issued import ISSUING, issue_event
from chalicelib.issuing.store.issued import IssuedStore
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from tests.api.bodies import (
    ALIAS,
    AMENDMENT,
    CARD,
    CASE_REVOCATION,
    CLAIM,
    DECISION,
    DOCUMENT,
    FLAG,
    IMPORT,
    MANDATE,
    OUTAGE,
    PAUSE,
    RECORD,
    REVERSAL,
    SHA,
    SUSPENSION,
    UNTRUE,
    a_list,
    answers_to,
    item_body,
    subject_of,
    token_of,
)
from tests.authorities import a_grant_body
from tests.builders import NOON, KeyPair
from tests.channels import kept_channels
from tests.cloud import Client, Reply, an_empty_cloud, turn_clock
from tests.documents import kept_buckets, put, put_buckets_back
from tests.quick_dynamodb import kept_tables, put_tables_back

import_all()

LONG_AGO = NOON - timedelta(days=35)
TODAY = NOON + timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something with state: what stands for it in a path, and its version."""

    name: str
    version: int


@dataclass(slots=True)
class World:
    """Everything by the name of what can be done to it next."""

    client: Client
    keys: dict[str, KeyPair] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    kept: bytes = field(default=b"", repr=False)
    content: bytes = field(default=b"", repr=False)

    def send(
        self, method: str, url: str, body: object = None, *, as_: str | None = None, version: int | None = None
    ) -> Reply:
        """Send one good request and see that it was."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        reply = self.client.call(method, url, body, token=as_ and token_of(as_), headers=headers)
        assert reply.status < 300, (method, url, reply.text)
        return reply

    def keep(self) -> None:
        """Remember how everything stands, and go on at the same moment."""
        self.kept, self.content = kept_tables(), kept_buckets()
        turn_clock(TODAY)

    def rewind(self) -> None:
        """Put everything back as it stood."""
        put_tables_back(self.kept)
        put_buckets_back(self.content)
        turn_clock(TODAY)

    def copy(self) -> "World":
        """Return the same town, to go its own way."""
        return replace(self, keys=dict(self.keys), things=dict(self.things))

    def enrol(self, persona: str) -> None:
        """Give somebody a signing key."""
        self.keys[persona] = KeyPair()
        self.send("POST", "/v1/signing-keys", {"jwk": self.keys[persona].jwk}, as_=persona)

    def promise(self, persona: str, item: str = "plate-replacement") -> dict[str, Any]:
        """Draft, and sign: the body that files it."""
        wish = {"item_code": item, "answers": answers_to(item), "way": "commitment"}
        made = self.send("POST", "/v1/drafts", wish, as_=persona).body
        return {
            "draft_id": made["draft_id"],
            "confirmed": made["required_confirmations"],
            "signature": self.keys[persona].sign(made["payload"]),
        }

    def file(
        self, name: str, *, by: str = "applicant", item: str = "plate-replacement", on_promise: bool = True
    ) -> str:
        """File a case and keep it under a name; return its number."""
        if on_promise:
            body = self.promise(by, item)
        else:
            wish = {"item_code": item, "answers": answers_to(item), "way": "certificate"}
            made = self.send("POST", "/v1/drafts", wish, as_=by).body
            asked = [each["id"] for each in made["materials"] if "certificate" in each["hand_in"]]
            papers = [{"id": each, "sha256": SHA} for each in asked]
            body = {"draft_id": made["draft_id"], "materials": papers}
        case = self.send("POST", "/v1/cases", body, as_=by).body
        self.things[name] = Thing(name=case["case_no"], version=case["version"])
        return str(case["case_no"])

    def act(self, name: str, step: str, body: object = None, *, as_: str = "officer.traffic") -> None:
        """Take a step with a thing; its version moves on."""
        thing = self.things[name]
        places = {"flag": "flags", "mandate": "inspections", "complaint": "complaints"}
        place = places.get(name.partition(" ")[0], "cases")
        reply = self.send("POST", f"/v1/{place}/{thing.name}/{step}", body, as_=as_, version=thing.version)
        self.things[name] = Thing(name=thing.name, version=reply.body["version"])


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The town, with the clock at two minutes past noon."""
    with an_empty_cloud(), kept_channels():
        yield a_town()


def a_town() -> World:
    """Return a town in which nothing has been tried yet."""
    made = _town().copy()
    made.rewind()
    return made


@cache
def _town() -> World:
    """Build it once a process: each module has a copy."""
    made = build_town()
    made.keep()
    return made


def build_town() -> World:
    """Build the town in tables that are empty, whichever engine they are on; the clock ends at noon."""
    made = World(Client(app))
    turn_clock(LONG_AGO)
    _open_offices(made)
    _be_late(made)
    _hand_in_flags(made)
    _hand_in_grave_records(made)
    turn_clock(NOON)
    _let_act(made)
    _file_cases(made)
    _hand_in_a_document(made)
    _issue_a_document(made)
    _find_untrue(made)
    _ask_for_mandates(made)
    _hear_voices(made)
    _tell(made)
    _give_cards(made)
    _record_outages(made)
    _subscribe(made)
    _contradict(made)
    _belong_together(made)
    _seek_redress(made)
    return made


def _open_offices(world: World) -> None:
    plan = item_body()["verification"]
    items = {
        "plate-replacement": item_body(),
        "by-officer": item_body(acceptance="officer"),
        "with-questions": item_body("spouse-household"),
        "business-address": item_body("business-address"),
        "by-two": item_body(verification={**plan, "officers": 2}),
        "at-once": item_body(jurisdiction="revokes-at-once"),
    }
    for code, body in items.items():
        world.send("PUT", f"/v1/items/{code}/versions/1", body, as_="editor")
    for persona in ("applicant", "applicant2"):
        world.enrol(persona)
    # Whoever is named by others must have been here once.
    for officer in ("officer.traffic", "officer.traffic+"):
        world.send("GET", "/v1/worklist", as_=officer)


def _be_late(world: World) -> None:
    """Let a clock pass, and the supervisor hear of it."""
    owner = f"case:{world.file('late')}"
    at = LONG_AGO + timedelta(days=20)
    for moment in (LONG_AGO + timedelta(days=3), at):
        container().clocks.sweep(at=moment)
        for event in container().timeline.events(owner):
            if event.kind in {EventKind.CLOCK_WARNED, EventKind.CLOCK_PASSED}:
                container().alerts.on_event(event, moment)
    turn_clock(at)
    alerts = world.send("GET", "/v1/supervision/alerts", as_="supervisor.traffic").body["items"]
    world.things["alert"] = Thing(name=alerts[0]["id"], version=1)
    _take_a_digest(world, at)


def _take_a_digest(world: World, at: datetime) -> None:
    """Let the officer take warnings once a day, keep one, and put it into a digest as the hourly job does."""
    world.send("PUT", "/v1/supervision/preferences", {"yellow": "daily"}, as_="officer.traffic")
    for alert in world.send("GET", "/v1/supervision/alerts", as_="officer.traffic").body["items"]:
        container().alerts.publish(alert["id"], at=at)
    digest = Digest(
        recipient="officer.traffic",
        day=at.date(),
        since="",
        until=_text(at),
        number=1,
        channels=("inbox",),
        made_at=at,
    )
    with transaction() as tx:
        DigestStore().add(digest, tx)
    world.things["digest"] = Thing(name=digest.digest_id, version=1)


def _hand_in_flags(world: World) -> None:
    for name in ("flag proposed", "flag served", "flag heard", "flag active"):
        flag = world.send("POST", "/v1/flags", FLAG, as_="credit").body
        world.things[name] = Thing(name=flag["id"], version=flag["version"])
        if name != "flag proposed":
            service = {"served_at": _text(container().clock.now()), "method": "直接送达", "proof": "回证1号"}
            world.act(name, "service", service, as_="credit")
        if name == "flag active":
            turn_clock(NOON)
            world.act(name, "confirmation", {"reason": "事实清楚。"}, as_="credit2")
    _lose_a_ground(world)


def _hand_in_grave_records(world: World) -> None:
    """Hand in two records whose source nobody trusts for their kind, and serve the notice of one."""
    turn_clock(LONG_AGO)
    document = {**RECORD["document"], "served_at": "2026-01-09T04:00:00Z"}
    grave = {**RECORD, "kind": "judicial", "document": document, "related_items": ["road-occupation"]}
    for name in ("proposed", "served"):
        url = f"/v1/credit/records/market/grave-{name}"
        stored = world.send("PUT", url, grave, as_="system.market").body
        if name == "served":
            service = {"served_at": _text(LONG_AGO), "method": "直接送达", "proof": "回证1号"}
            stored = world.send("POST", f"{url}/service", service, as_="credit.market", version=1).body
        world.things[f"record {name}"] = Thing(name=stored["record_id"], version=stored["version"])


def _lose_a_ground(world: World) -> None:
    """Suspend a flag by an edition of the list that has no such measure, and give the measure back with the next."""
    name, limited = "flag suspended", {**FLAG, "measure_code": "10"}
    turn_clock(LONG_AGO)
    flag = world.send("POST", "/v1/flags", limited, as_="credit").body
    world.things[name] = Thing(name=flag["id"], version=flag["version"])
    service = {"served_at": _text(container().clock.now()), "method": "直接送达", "proof": "回证1号"}
    world.act(name, "service", service, as_="credit")
    turn_clock(NOON)
    world.act(name, "confirmation", {"reason": "事实清楚。"}, as_="credit2")
    for edition, day, without in (("2025", "2026-09-01", "10"), ("2025b", "2026-09-02", "")):
        world.send("PUT", f"/v1/measures/{edition}", a_list(edition, day, without=without), as_="credit")
    seen = world.send("GET", f"/v1/flags/{flag['id']}", as_="credit").body
    world.things[name] = Thing(name=flag["id"], version=seen["version"])


def _let_act(world: World) -> None:
    """Let the second applicant authorise the agent, who claims two more authorities of the first one."""
    given = world.send("POST", "/v1/authorities", a_grant_body(), as_="applicant2").body
    world.things["authority"] = Thing(name=given["id"], version=given["version"])
    for name in ("claim", "claim 2"):
        made = world.send("POST", "/v1/authorities/claims", CLAIM, as_="agent").body
        world.things[name] = Thing(name=made["id"], version=made["version"])


def _file_cases(world: World) -> None:
    world.file("accepted")
    world.file("theirs", by="applicant2")
    world.file("paused")
    world.act("paused", "pauses", PAUSE)
    world.file("suspended")
    world.act("suspended", "suspensions", SUSPENSION)
    world.file("decided")
    world.act("decided", "decision", DECISION)
    world.file("received", item="by-officer", on_promise=False)
    world.file("asked", item="by-officer", on_promise=False)
    world.act("asked", "corrections", {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"})
    world.file("withdrawn")
    world.act("withdrawn", "commitment/withdrawal", {"reason": "旧车牌找到了。"}, as_="applicant")
    world.things["draft"] = Thing(name=world.promise("applicant")["draft_id"], version=1)


def _hand_in_a_document(world: World) -> None:
    """Let the applicant hand in a document, and the job find it clean, whatever it is."""
    case_no = world.things["accepted"].name
    made = world.send("POST", "/v1/documents", {**DOCUMENT, "case_no": case_no}, as_="applicant").body
    store, at = DocumentStore(container().timeline), container().clock.now()
    before = store.load(made["id"])
    found = Found(size=DOCUMENT["size"], sha256=DOCUMENT["sha256"], format=Format.JPEG, version=put(made["id"], b"x"))
    after = arrived(before, found, most=DOCUMENT["size"], is_scanned=False, at=at)
    with transaction() as tx:
        store.save(before, after, events_of(before, after, at=at), at=at, tx=tx)
    world.things["document"] = Thing(name=made["id"], version=1)


def _issue_a_document(world: World) -> None:
    """Let the acceptance of a case be issued; its content is in no bucket."""
    at, content = container().clock.now(), Content(sha256=SHA, size=512, format=Format.PDF)
    document = IssuedDocument(
        issued_id="e" * 32,
        owner=f"case:{world.things['accepted'].name}",
        about=1,
        kind="acceptance",
        edition="2026",
        title="受理通知书",
        english="Notice of acceptance",
        department="traffic",
        source=Source.TEMPLATE,
        made_by=ISSUING,
        made_at=at,
        state=IssuedState.ISSUED,
        content=content,
        issued_at=at,
    )
    with transaction() as tx:
        container().timeline.append([issue_event(document, content, at=at)], owner=document.owner, at=at, tx=tx)
        IssuedStore().add(document, tx)
    world.things["issued document"] = Thing(name=document.issued_id, version=1)


def _find_untrue(world: World) -> None:
    for name in ("verified", "untrue", "stated", "rectifying"):
        world.file(name, item="by-two" if name == "verified" else "plate-replacement")
        world.act(name, "decision", DECISION)
        world.act(name, "delivery", {})
        world.act(name, "verification", UNTRUE)
    for name in ("stated", "rectifying"):
        world.act(name, "statement", {"text": "正在整改。"}, as_="applicant")
    world.act("rectifying", "rectification", {"days": 5, "basis": "《深圳经济特区社会信用条例》第64条"})
    for name in ("heard", "revoked"):
        world.file(name, item="at-once")
        world.act(name, "decision", DECISION)
        world.act(name, "verification", UNTRUE)
        world.act(name, "statement", {"text": "车牌是后来找到的。"}, as_="applicant")
    world.act("revoked", "revocation", CASE_REVOCATION, as_="supervisor.traffic")


def _ask_for_mandates(world: World) -> None:
    for name in ("mandate asked", "mandate in force"):
        asked = world.send("POST", "/v1/inspections", MANDATE, as_="inspector").body
        world.things[name] = Thing(name=asked["id"], version=asked["version"])
    world.act("mandate in force", "approval", as_="inspector2")


def _hear_voices(world: World) -> None:
    for name in ("rated", "to rate"):
        world.file(name)
        world.act(name, "decision", DECISION)
        world.act(name, "delivery", {})
    bad = {"level": 1, "comment": "没有人接电话。", "real_name": True}
    rating = world.send("POST", f"/v1/cases/{world.things['rated'].name}/rating", bad, as_="applicant").body
    world.things["rating bad"] = Thing(name=rating["id"], version=rating["version"])
    complaint = {"category": "process", "text": "网上可以办的不要叫人跑一趟。", "case_no": world.things["rated"].name}
    sent = world.send("POST", "/v1/complaints", complaint, as_="applicant").body
    world.things["complaint open"] = Thing(name=sent["id"], version=sent["version"])
    answer = {"text": "已经改为网上办理。", "outcome": "accepted", "late_reason": None}
    own = world.send("POST", "/v1/complaints", complaint, as_="applicant").body
    street = world.client.post(
        "/v1/street-complaints", {"category": "process", "text": "窗口中午没有人。", "department": "traffic"}
    ).body
    for name, one in (("complaint answered", own), ("street complaint", street)):
        world.things[name] = Thing(name=one["id"], version=1)
        world.client.post(
            f"/v1/complaints/{one['id']}/answer", answer, token=token_of("officer.traffic"), if_match='"1"'
        )
    world.things["code"] = Thing(name=street["code"], version=0)


def _tell(world: World) -> None:
    """Let the applicant hear of a case that was accepted."""
    for event in container().timeline.events(f"case:{world.things['accepted'].name}"):
        container().messages.on_event(event, container().clock.now())
    told = world.send("GET", "/v1/messages", as_="applicant").body["items"]
    world.things["message"] = Thing(name=told[0]["id"], version=0)


def _give_cards(world: World) -> None:
    """Find against the case that was late, in the one ground that it gives, on one event more each time."""
    late = world.things["late"].name
    events = container().timeline.events(f"case:{late}")
    passed = next(
        event.seq
        for event in events
        if event.kind == EventKind.CLOCK_PASSED and event.data["kind"] == ClockKind.HANDLING_PROMISED
    )
    world.things["missed"] = Thing(name=late, version=passed)
    for more, name in enumerate(("card given", "card appealed")):
        seqs = [passed, *range(1, 1 + more)]
        body = {**CARD, "case_no": late, "events": seqs, "officer": None}
        card = world.send("POST", "/v1/supervision/cards", body, as_="supervisor.traffic").body
        world.things[name] = Thing(name=card["id"], version=1)
    appealed = world.things["card appealed"]
    grounds = {"grounds": "材料当日才齐。"}
    path = f"/v1/supervision/cards/{appealed.name}/appeal"
    world.send("POST", path, grounds, as_="officer.traffic", version=appealed.version)
    world.things["card appealed"] = Thing(name=appealed.name, version=2)


def _record_outages(world: World) -> None:
    sent = world.send("POST", "/v1/supervision/outages", OUTAGE, as_="monitor").body
    world.things["outage"] = Thing(name=sent["outage_id"], version=1)


def _subscribe(world: World) -> None:
    wish = {"url": "http://127.0.0.1:9/hook", "events": ["alert.raised"]}
    made = world.send("POST", "/v1/webhooks", wish, as_="system.market").body
    webhook = container().webhooks.get(
        made["id"], by=Caller(sub="m", roles=frozenset({Role.SYSTEM}), department="market")
    )
    notice = Notice(topic=Topic.ALERT_RAISED, name="a", subject="case:X", department="market", at=NOON)
    delivery = delivery_of(notice, webhook, at=NOON)
    WebhookStore().put_once(delivery)
    world.things["webhook"] = Thing(name=webhook.webhook_id, version=1)
    world.things["delivery"] = Thing(name=delivery.delivery_id, version=1)
    wish = {"webhook_id": webhook.webhook_id, "items": ["business-address"]}
    subscription = world.send("POST", "/v1/subscriptions", wish, as_="system.market").body["id"]
    for event in container().timeline.events(f"flag:{world.things['flag active'].name}"):
        container().flag_notices.on_event(event, NOON)
    told = world.send("GET", f"/v1/subscriptions/{subscription}/flag_notices", as_="system.market").body["items"]
    world.things["subscription"] = Thing(name=subscription, version=1)
    world.things["flag_notice"] = Thing(name=told[0]["flag_notice_id"], version=1)


def _contradict(world: World) -> None:
    """Send a record about somebody known, under another name."""
    body = {**RECORD, "subject": {**subject_of("applicant"), "name": "李另名"}}
    reply = world.client.call("PUT", "/v1/credit/records/market/r-9", body, token=token_of("system.market"))
    assert reply.code == "IDENTITY_CONFLICT", reply.text
    (conflict,) = world.send("GET", "/v1/credit/conflicts", as_="credit").body["items"]
    world.things["conflict"] = Thing(name=conflict["id"], version=1)


def _belong_together(world: World) -> None:
    """Let a credit officer say that organisations went into another: one to be confirmed, one to be taken back."""
    for name, number in (("alias", "91330782MA0000036R"), ("alias 2", "91330782MA0000044L")):
        alias = {**ALIAS, "former": {"kind": "uscc", "number": number, "name": "义乌被合并有限公司（合成）"}}
        made = world.send("POST", "/v1/credit/aliases", alias, as_="credit").body
        world.things[name] = Thing(name=made["id"], version=1)


def _seek_redress(world: World) -> None:
    """Store records about the company, and let it object to one, ask to have one repaired, and win against one."""
    general = {**RECORD, "severity": "general", "dates": {"judged_on": "2026-05-10"}}
    for number in range(1, 6):
        paper = {**RECORD["document"], "number": f"义市监罚〔2026〕5{number}号", "effective_on": "2026-05-10"}
        path = f"/v1/credit/records/market/redress-{number}"
        world.send("PUT", path, {**general, "document": paper}, as_="system.market")
    plea = {"entry": "market/redress-1", "ground": "fact", "text": "住所一直在。"}
    made = world.send("POST", "/v1/objections", plea, as_="company").body
    world.things["objection open"] = Thing(name=made["id"], version=made["version"])
    form = world.send("GET", "/v1/me/credit/repair?entry=market/redress-2", as_="company").body
    wish = {"entry": "market/redress-2", "promise_hash": form["promise_hash"]}
    made = world.send("POST", "/v1/repairs", wish, as_="company").body
    world.things["repair asked"] = Thing(name=made["id"], version=made["version"])
    world.things["promise"] = Thing(name=form["promise_hash"], version=1)
    fall = {**REVERSAL, "entry": "market/redress-3"}
    made = world.send("POST", "/v1/reversals", fall, as_="credit.market").body
    made_room = world.send("POST", "/v1/credit/imports", IMPORT, as_="system.market").body
    for name in ("amendment", "amendment 2"):
        amendment = world.send("POST", "/v1/credit/amendments", AMENDMENT, as_="credit").body
        world.things[name] = Thing(name=amendment["id"], version=amendment["version"])
    world.things["import"] = Thing(name=made_room["id"], version=1)
    world.things["reversal"] = Thing(name=made["id"], version=made["version"])


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
