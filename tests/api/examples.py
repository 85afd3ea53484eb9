"""For every route one request that is answered, and who else asks for the same in vain."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest

from chalicelib.cases.rules.case_numbers import case_no_for
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.messages.model.messages import Channel, Message
from chalicelib.messages.rules.contacts import code_of
from chalicelib.subjects.model.subjects import Identity, SubjectKey, SubjectKind
from infra.local.sample_answers import sample_answers
from tests.api.bodies import (
    ABOLITION,
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
    REINSTATEMENT,
    REVERSAL,
    SHA,
    SUSPENSION,
    UNTRUE,
    a_list,
    item_body,
    subject_of,
)
from tests.api.world import Thing, World, a_town, world
from tests.authorities import a_grant_body
from tests.builders import NOON, KeyPair
from tests.cloud import READING

__all__ = ["world"]

NOBODYS_CASE = case_no_for("a-draft-that-nobody-made")
ABSENT = {
    "case_no": NOBODYS_CASE,
    "draft_id": "0" * 22,
    "flag_id": "0" * 24,
    "mandate_id": "0" * 32,
    "alert_id": "0" * 32,
    "card_id": "0" * 32,
    "digest_id": "officer.traffic.1999-01-01",
    "outage_id": "0" * 32,
    "rating_id": "0" * 32,
    "complaint_id": "0" * 32,
    "webhook_id": "0" * 32,
    "subscription_id": "0" * 32,
    "conflict_id": "0" * 32,
    "alias_id": "0" * 32,
    "objection_id": "0" * 32,
    "repair_id": "0" * 32,
    "reversal_id": "0" * 32,
    "amendment_id": "0" * 32,
    "authority_id": "0" * 32,
    "import_id": "0" * 32,
    "document_id": "0" * 32,
    "delivery_id": "0" * 32,
    "channel": "fax",
    "message_id": "20260928T040000Z-000001-" + "0" * 24,
    "key_id": KeyPair().key_id,
    "item_code": "no-such-item",
    "guide_code": "no-such-guide",
    "number": "9",
    "staff_id": "nobody",
    "year": "1999",
    "kind": "no-such-kind",
}
"""What could be something's name, and is nothing's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A good request.

    ``owner``: the person whom the thing belongs to, and ``office``: its department, if ``by`` does not tell;
    ``first``: who took the step before, if this one is a second person's.
    """

    by: str | None
    path: dict[str, str] = field(default_factory=dict)
    query: str = ""
    body: Any = None
    version: int | None = None
    owner: str | None = None
    office: str | None = None
    first: str | None = None

    def url(self, pattern: str, **other: str) -> str:
        """Write the address; ``other`` replaces parameters."""
        path = pattern.format(**{**self.path, **other})
        return f"{path}?{self.query}" if self.query else path


@pytest.fixture(scope="module")
def known(world: World) -> dict[str, Example]:
    """Every route's example, in the world as the examples were made for it."""
    made, world.kept = _kept_examples()
    world.rewind()
    return made


@cache
def _kept_examples() -> tuple[dict[str, Example], bytes]:
    """Make them once a process, with what stands in the tables then."""
    world = a_town()
    made = examples(world)
    world.keep()
    return made, world.kept


def examples(world: World) -> dict[str, Example]:
    """Name every route with its example; a route without one fails its tests."""
    return {
        **_open_to_anyone(world),
        **_of_people(world),
        **_of_documents(world),
        **_of_issued_documents(world),
        **_of_authorities(world),
        **_of_offices(world),
        **_of_calendars(),
        **_of_credit(world),
        **_of_watchers(world),
        **_of_cards(world),
        **_of_outages(world),
        **_of_voices(world),
        **_of_messages(world),
        **_of_webhooks(world),
        **_of_flag_notices(world),
        **_of_redress(world),
        **_of_amendments(world),
        **_of_staff(),
        **_of_contacts(world),
    }


def _open_to_anyone(world: World) -> dict[str, Example]:
    item = {"item_code": "plate-replacement"}
    case_no = world.things["accepted"].name
    code = world.send("GET", f"/v1/cases/{case_no}", as_="applicant").body["tracking_code"]
    return {
        "GET /healthz": Example(by=None),
        "GET /readyz": Example(by=None),
        "GET /openapi.json": Example(by=None),
        "GET /v1/items": Example(by=None, query="q=车牌&audience=both&department=traffic"),
        "GET /v1/items/{item_code}": Example(by=None, path=item),
        "GET /v1/items/{item_code}/versions/{version}": Example(by=None, path={**item, "version": "1"}),
        "GET /v1/guides": Example(by=None, query="q=迁户口"),
        "GET /v1/guides/{guide_code}": Example(by=None, path={"guide_code": "household-move"}),
        "GET /v1/guides/{guide_code}/step": Example(
            by=None, path={"guide_code": "household-move"}, query="answered=direction:within,why-within:family"
        ),
        "GET /v1/missed-searches": Example(by="editor", query="day=2026-09-26"),
        "GET /v1/measures": Example(by=None, query="edition=2024"),
        "GET /v1/track/{case_no}": Example(by=None, path={"case_no": case_no}, query=f"code={code}"),
        "PUT /v1/items/{item_code}/versions/{version}": Example(
            by="editor",
            path={"item_code": "another-item", "version": "1"},
            query="dry_run=false",
            body=item_body(),
            office="traffic",
        ),
        "PUT /v1/items/{item_code}/abolition": Example(
            by="editor", path=item, body={**ABOLITION, "effective_on": "2027-01-01"}, office="traffic"
        ),
        "GET /v1/item-editions": Example(by="editor", query="item=plate-replacement&limit=2"),
        "GET /v1/items/{item_code}/consequences": Example(by=None, path={"item_code": "plate-replacement"}),
        "GET /v1/rule-packs": Example(by="editor"),
        "GET /v1/rule-packs/comparison": Example(
            by="editor", query="one=corrects-first&one_edition=2023&other=zhejiang-yiwu&other_edition=2024"
        ),
    }


def _of_contacts(world: World) -> dict[str, Example]:
    """Let the applicant have an address and give a number, and the gateway have taken an SMS to them."""
    contact, here = "/v1/contact/{channel}", {"channel": "email"}
    code = _asked_code(world, "email", "ana@example.com")
    world.send("POST", "/v1/contact/email/confirmation", {"code": code}, as_="applicant")
    code = _asked_code(world, "sms", "13800138000")
    message = Message(
        message_id="20260928T040000Z-1",
        recipient=subject_key("applicant"),
        kind="received",
        owner="case:A",
        seq=1,
        event="case:filed",
        made_at=NOON,
        link="cases",
    )
    container().message_store.add(message)
    with transaction() as tx:
        container().message_store.hand_over(message, "receipt-1", tx)
    receipt = {"id": "receipt-1", "state": "delivered", "at": "2026-09-28T04:00:00Z", "reason": "DELIVRD"}
    return {
        "GET /v1/contact": Example(by="applicant"),
        "PUT /v1/contact": Example(by="applicant", body={"language": "en"}),
        f"PUT {contact}": Example(by="applicant", path=here, body={"value": "bo@example.com"}),
        f"POST {contact}/confirmation": Example(by="applicant", path={"channel": "sms"}, body={"code": code}),
        f"PUT {contact}/consent": Example(by="applicant", path=here, body={"consent": True}),
        f"DELETE {contact}": Example(by="applicant", path=here),
        "POST /v1/sms-receipts": Example(by=None, body=receipt),
        "GET /v1/cases/{case_no}/messages": Example(
            by="officer.traffic",
            path={"case_no": world.things["accepted"].name},
            query=READING,
            owner="applicant",
        ),
    }


def _asked_code(world: World, channel: str, value: str) -> str:
    """Give a contact of the applicant's, and return the code that is on its way."""
    world.send("PUT", f"/v1/contact/{channel}", {"value": value}, as_="applicant")
    subject = subject_key("applicant")
    asked = container().contacts.of(subject).asked_on(Channel(channel))
    assert asked is not None
    return code_of(subject, asked, key=container().secrets.cursor_key)


def subject_key(persona: str) -> SubjectKey:
    claims = subject_of(persona)
    return container().subject_keys.key_of(
        Identity(kind=SubjectKind(claims["kind"]), number=claims["number"], name=claims["name"])
    )


def _of_people(world: World) -> dict[str, Example]:
    def own(name: str, body: object = None, **path: str) -> Example:
        case = {"case_no": world.things[name].name, **path}
        return Example(by="applicant", path=case, body=body)

    def seen(**path: str) -> Example:
        case = {"case_no": world.things["accepted"].name, **path}
        return Example(by="officer.traffic", path=case, query=READING, owner="applicant")

    paper = [{"id": "old-plate", "sha256": SHA, "name": "旧车牌"}]
    case, clock = "/v1/cases/{case_no}", {"kind": "handling_promised"}
    principal = {"subject": subject_of("applicant2"), "authority": world.things["authority"].name}
    return {
        "POST /v1/drafts": Example(
            by="agent",
            body={
                "item_code": "with-questions",
                "answers": sample_answers("spouse-household", on=NOON.date()),
                "way": "certificate",
                "on_behalf_of": principal,
            },
        ),
        "GET /v1/drafts": Example(by="applicant"),
        "GET /v1/drafts/{draft_id}": Example(by="applicant", path={"draft_id": world.things["draft"].name}),
        "POST /v1/cases": Example(by="applicant", body=world.promise("applicant")),
        "GET /v1/cases": Example(
            by="officer.traffic", query="state=accepted&limit=2&department=traffic", owner="applicant"
        ),
        f"GET {case}": seen(),
        f"GET {case}/clocks/{{kind}}/explanation": seen(**clock),
        f"GET {case}/timeline": seen(),
        f"POST {case}/commitment/withdrawal": own("accepted", {"reason": "旧车牌找到了。"}),
        f"POST {case}/withdrawal": own("received", {"reason": "不办了。"}),
        f"POST {case}/materials": own("withdrawn", {"materials": paper}),
        f"POST {case}/corrections/{{number}}/answer": own("asked", {"materials": paper, "text": "已补。"}, number="1"),
        f"POST {case}/rectification/report": own("rectifying", {"text": "旧车牌已交回。"}),
        f"POST {case}/statement": own("untrue", {"text": "车牌是后来找到的。"}),
        "POST /v1/signing-keys": Example(by="applicant", body={"jwk": KeyPair().jwk}),
        "GET /v1/signing-keys": Example(by="applicant"),
        "DELETE /v1/signing-keys/{key_id}": Example(by="applicant", path={"key_id": world.keys["applicant"].key_id}),
        "GET /v1/me/credit": Example(by="company"),
        "GET /v1/me/credit/queries": Example(by="company", query="limit=5"),
    }


def _of_documents(world: World) -> dict[str, Example]:
    case_no, draft_id = world.things["accepted"].name, world.things["draft"].name
    one = {"document_id": world.things["document"].name}
    mandate = {"mandate_id": world.things["mandate in force"].name, "case_no": case_no}
    place, under = "/v1/documents", "/v1/inspections/{mandate_id}/cases/{case_no}/documents"
    return {
        f"POST {place}": Example(by="applicant", body={**DOCUMENT, "draft_id": draft_id}),
        "POST /v1/document-copies": Example(
            by="applicant",
            body={"draft_id": draft_id, "material": DOCUMENT["material"], "documents": [one["document_id"]]},
        ),
        "GET /v1/me/documents": Example(by="applicant"),
        f"GET {place}": Example(by="officer.traffic", query=f"case_no={case_no}&{READING}", owner="applicant"),
        f"GET {place}/{{document_id}}": Example(by="officer.traffic", path=one, query=READING, owner="applicant"),
        f"POST {place}/{{document_id}}/view": Example(by="officer.traffic", path=one, query=READING, owner="applicant"),
        f"GET {under}": Example(by="inspector", path=mandate),
        f"POST {under}/{{document_id}}/view": Example(by="inspector", path={**mandate, **one}),
    }


def _of_issued_documents(world: World) -> dict[str, Example]:
    case_no, one = world.things["accepted"].name, world.things["issued document"].name
    return {
        "GET /v1/issued-documents": Example(
            by="officer.traffic", query=f"case_no={case_no}&{READING}", owner="applicant"
        ),
        "POST /v1/issued-documents/{issued_id}/download": Example(
            by="officer.traffic", path={"issued_id": one}, query=READING, owner="applicant"
        ),
        "POST /v1/cases/{case_no}/issued-documents": Example(
            by="officer.traffic", path={"case_no": case_no}, body={"kind": "decision_granted"}
        ),
        "GET /v1/document-checks/{sha256}": Example(by=None, path={"sha256": SHA}),
    }


def _of_authorities(world: World) -> dict[str, Example]:
    place = "/v1/authorities/{authority_id}"
    claim, other = world.things["claim"], world.things["claim 2"]
    one, two = {"authority_id": claim.name}, {"authority_id": other.name}
    grant = {**a_grant_body(), "items": ["plate-replacement"], "from": "2026-09-01"}
    return {
        "POST /v1/authorities": Example(by="applicant", body=grant),
        "POST /v1/authorities/claims": Example(by="agent", body=CLAIM),
        "GET /v1/authorities": Example(by="applicant2", query="side=principal&limit=1", office="traffic"),
        f"GET {place}": Example(by="officer.traffic", path=one, owner="agent"),
        f"POST {place}/end": Example(by="agent", path=one),
        f"POST {place}/confirmation": Example(
            by="officer.traffic", path=one, body={"principal": subject_of("applicant")}, version=claim.version
        ),
        f"POST {place}/refusal": Example(
            by="officer.traffic", path=two, body={"reason": "委托书没有签名。"}, version=other.version
        ),
    }


def _of_offices(world: World) -> dict[str, Example]:
    def step(name: str, body: object = None, *, by: str = "officer.traffic", **path: str) -> Example:
        thing = world.things[name]
        return Example(by=by, path={"case_no": thing.name, **path}, body=body, version=thing.version)

    correction = {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"}
    case = "POST /v1/cases/{case_no}"
    return {
        f"{case}/corrections": step("received", correction),
        f"{case}/acceptance": step("received", {"accepted": True, "reason": "材料齐全。"}),
        f"{case}/pauses": step("accepted", PAUSE),
        f"{case}/step-completion": step("accepted", {"step": "review"}),
        f"{case}/suspensions": step("accepted", SUSPENSION),
        f"{case}/suspensions/{{number}}/end": step("suspended", {"occurred_at": "2026-09-28T04:01:00Z"}, number="1"),
        f"{case}/reinstatement": step("revoked", REINSTATEMENT, by="supervisor.traffic"),
        f"{case}/termination": step(
            "accepted",
            {
                "ground": "applicant_ended",
                "document_no": "义公交终〔2026〕1号",
                "basis": "《行政许可法》第70条",
                "reasons": "申请人已经注销。",
                "served_at": "2026-09-28T04:01:00Z",
                "statement_answer": "没有陈述。",
            },
            by="supervisor.traffic",
        ),
        f"{case}/pauses/{{number}}/end": step("paused", {"occurred_at": "2026-09-28T04:01:00Z"}, number="1"),
        f"{case}/extension": step("accepted", {"days": 5, "reason": "情况复杂。"}, by="head.traffic"),
        f"{case}/decision": step(
            "accepted",
            {
                **DECISION,
                "reasons": "齐全。",
                "late_reason": None,
                "result": {"name": "补领号牌决定书", "sha256": SHA},
                "occurred_at": "2026-09-28T04:01:00Z",
            },
        ),
        "GET /v1/unconfirmed-verifications": Example(by="officer.traffic", query="limit=1"),
        f"{case}/delivery": step("decided", {"method": "窗口", "late_reason": None}),
        f"{case}/verification": step("decided", UNTRUE),
        f"{case}/verification/confirmation": replace(step("verified", by="officer.traffic+"), first="officer.traffic"),
        f"{case}/rectification": step("stated", {"days": 5, "basis": "《深圳经济特区社会信用条例》第64条"}),
        f"{case}/notice-receipt": step(
            "rectifying",
            {"notice": "rectification", "proof": "signed_at_counter", "received_at": "2026-09-28T04:00:30Z"},
        ),
        f"{case}/rectification/outcome": step("rectifying", {"outcome": "done", "findings": "已改正。"}),
        f"{case}/reopening": step("decided", {"reason": "申请人没有收到结果。"}, by="supervisor.traffic"),
        f"{case}/assignment": step("accepted", {"officer": "officer.traffic+"}, by="head.traffic"),
        f"{case}/revocation": step("heard", CASE_REVOCATION, by="supervisor.traffic"),
        f"{case}/unmasking": replace(step("accepted", {"purpose": "handling", "reason": "须核对证件。"}), version=None),
        f"{case}/notes": replace(step("accepted", {"text": "已电话联系申请人。"}), version=None),
        "GET /v1/cases/{case_no}/notes": replace(step("accepted"), version=None, query="purpose=handling"),
        "POST /v1/case-searches": Example(by="officer.traffic", body={"name": "李示例", "purpose": "enquiry"}),
    }


def _of_staff() -> dict[str, Example]:
    one, place = {"staff_id": "officer.traffic"}, "/v1/staff/{staff_id}"
    entry = {
        "name": "经办甲",
        "department": "traffic",
        "roles": ["officer"],
        "identity": {"kind": "passport", "number": "E12345678"},
        "ended": False,
    }
    absence = {"from": "2026-10-08", "until": "2026-10-16", "deputy": "officer.traffic+"}
    return {
        f"PUT {place}": Example(by="head.traffic", path=one, body=entry),
        "GET /v1/staff": Example(by="supervisor.traffic", query="department=traffic&role=officer&state=active&limit=1"),
        f"GET {place}": Example(by="officer.traffic", path=one),
        f"PUT {place}/absence": Example(by="officer.traffic", path=one, body=absence),
        f"DELETE {place}/absence": Example(by="supervisor.traffic", path=one),
    }


def _of_calendars() -> dict[str, Example]:
    edition = {
        "year": 2027,
        "notice": {"title": "国务院办公厅关于2027年部分节假日安排的通知", "number": None, "issued_on": "2026-09-20"},
        "holidays": {"2027-01-01": "元旦"},
        "make_up_days": {"2027-01-09": "元旦"},
    }
    next_year = {"year": "2027"}
    return {
        "PUT /v1/calendars/{year}": Example(by="calendar", path=next_year, query="dry_run=true&limit=1", body=edition),
        "GET /v1/calendars": Example(by=None, query="at=2026-09-28T04:00:00Z"),
        "GET /v1/calendars/{year}": Example(by=None, path={"year": "2026"}),
        "GET /v1/calendars/{year}/provisional": Example(by="calendar", path=next_year, query="limit=2"),
    }


def _of_credit(world: World) -> dict[str, Example]:
    def flag(name: str, body: object = None, *, by: str = "credit", first: str | None = None) -> Example:
        thing = world.things[name]
        return Example(by=by, path={"flag_id": thing.name}, body=body, version=thing.version, first=first)

    def record(name: str, body: object = None) -> Example:
        thing = world.things[name]
        path = {"source": "market", "record_id": thing.name}
        return Example(by="credit.market", path=path, body=body, version=thing.version if body else None)

    active, served = world.things["flag active"].name, world.things["flag heard"].name
    subject = world.send("GET", f"/v1/flags/{active}", as_="credit").body["subject"]["key"]
    check = {
        "subject": subject_of("applicant"),
        "item_code": "plate-replacement",
        "purpose": "handling",
        "case_no": world.things["accepted"].name,
    }
    return {
        "PUT /v1/credit/records/{source}/{record_id}": Example(
            by="system.market",
            path={"source": "market", "record_id": "r-1"},
            body=RECORD,
        ),
        "GET /v1/credit/records/{source}/{record_id}": record("record served"),
        "GET /v1/credit/unconfirmed-records": Example(by=record("record served").by, query="limit=1"),
        "POST /v1/credit/records/{source}/{record_id}/service": record(
            "record proposed", {"served_at": "2026-09-28T04:01:00Z", "method": "直接送达", "proof": "回证1号"}
        ),
        "POST /v1/credit/records/{source}/{record_id}/confirmation": record("record served", {"reason": "事实清楚。"}),
        "GET /v1/credit/schema": Example(by=None),
        "POST /v1/credit/imports": Example(by="system.market", body=IMPORT),
        "GET /v1/credit/imports/{import_id}": Example(
            by="system.market", path={"import_id": world.things["import"].name}
        ),
        "GET /v1/credit/imports": Example(by="system.market"),
        "GET /v1/credit/imports/{import_id}/refused_lines": Example(
            by="system.market", path={"import_id": world.things["import"].name}
        ),
        "POST /v1/credit/searches": Example(
            by="credit", body={"subject": subject_of("company"), "purpose": "enforcement"}, office="credit"
        ),
        "POST /v1/credit/checks": Example(by="officer.traffic", body=check),
        "POST /v1/flags": Example(by="credit", body=FLAG),
        "GET /v1/flags": Example(by="credit", query=f"subject={subject}&limit=2", owner="company"),
        "GET /v1/flags/{flag_id}": Example(by="company", path={"flag_id": active}, office="credit"),
        "POST /v1/flags/{flag_id}/service": flag(
            "flag proposed", {"served_at": "2026-09-28T04:01:00Z", "method": "直接送达", "proof": "回证1号"}
        ),
        "POST /v1/flags/{flag_id}/statement": Example(
            by="company", path={"flag_id": served}, body={"text": "住所存在。"}
        ),
        "POST /v1/flags/{flag_id}/confirmation": flag(
            "flag heard", {"reason": "事实清楚。", "statement_answer": "现场未发现。"}, by="credit2", first="credit"
        ),
        "PUT /v1/measures/{edition}": Example(
            by="credit",
            path={"edition": "2026"},
            query="dry_run=true&limit=2",
            body=a_list("2026", "2026-10-01", without="9"),
        ),
        "GET /v1/measure-editions": Example(by="credit"),
        "POST /v1/flags/{flag_id}/resumption": flag("flag suspended", {"reason": "清单已恢复该措施。"}),
        "POST /v1/flags/{flag_id}/lifting": flag("flag active", {"reason": "已履行义务。", "basis": "第23条"}),
    }


def _of_watchers(world: World) -> dict[str, Example]:
    asked, approved = world.things["mandate asked"], world.things["mandate in force"]
    mandate = {"mandate_id": approved.name}
    case = {**mandate, "case_no": world.things["accepted"].name}
    answer = {"reason": "人手不足。", "expected_on": "2026-10-10"}
    place = "/v1/inspections/{mandate_id}"
    return {
        "POST /v1/inspections": Example(by="inspector", body=MANDATE),
        "GET /v1/inspections": Example(by="inspector", query="limit=1"),
        "GET /v1/inspection-approvals": Example(by="inspector", query="limit=1"),
        f"GET {place}": Example(by="inspector2", path=mandate, first="inspector"),
        f"POST {place}/approval": Example(
            by="inspector2", path={"mandate_id": asked.name}, version=asked.version, first="inspector"
        ),
        f"GET {place}/cases": Example(by="inspector", path=mandate, query="limit=2&department=traffic"),
        f"GET {place}/signals": Example(by="inspector", path=mandate, query="limit=2"),
        f"GET {place}/cases/{{case_no}}/timeline": Example(
            by="inspector", path=case, query="at=2026-09-28T04:00:00Z&event=1"
        ),
        f"GET {place}/readings": Example(by="inspector", path=mandate),
        "GET /v1/inspection-audits": Example(by="monitor", query="inspector=inspector&limit=1"),
        "GET /v1/inspection-audits/{mandate_id}": Example(by="monitor", path=mandate),
        "GET /v1/supervision/clocks": Example(
            by="supervisor.traffic",
            query="department=traffic&light=red&kind=delivery&officer=officer&item=plate-replacement",
        ),
        "GET /v1/worklist/days": Example(
            by="officer.traffic", query="day=2026-10-01&officer=officer&item=plate-replacement"
        ),
        "GET /v1/worklist": Example(
            by="officer.traffic", query="light=red&kind=delivery&officer=officer&item=plate-replacement"
        ),
        "GET /v1/supervision/statistics": Example(
            by="supervisor.traffic",
            query="department=traffic&item=plate-replacement&from=2026-09-01&to=2026-09-30&as_of=2026-09-30T04:00:00Z",
        ),
        "GET /v1/supervision/statistics/export": Example(
            by="supervisor.traffic",
            query="department=traffic&item=plate-replacement&from=2026-09-01&to=2026-09-30&format=jsonl",
        ),
        "GET /v1/supervision/overview": Example(by="supervisor.traffic", query="department=traffic"),
        "GET /v1/supervision/cases": Example(
            by="supervisor.traffic",
            query="show=due&due_on=2026-10-09&department=traffic&officer=officer&item=plate-replacement",
        ),
        "GET /v1/supervision/ageing": Example(by="supervisor.traffic", query="department=traffic"),
        "GET /v1/supervision/measures": Example(
            by="credit",
            query="department=credit&measure=9&from=2026-09-01&to=2026-09-30",
        ),
        "GET /v1/supervision/signals": Example(
            by="supervisor.traffic",
            query="department=traffic&kind=late_entry&officer=officer.traffic&from=2026-09-01&to=2026-09-30&limit=2",
        ),
        "GET /v1/supervision/alerts": Example(by="supervisor.traffic", query="state=open&limit=1"),
        "POST /v1/supervision/alerts/{alert_id}/acknowledgement": Example(
            by="supervisor.traffic",
            path={"alert_id": world.things["alert"].name},
            body=answer,
        ),
        "GET /v1/supervision/preferences": Example(by="officer.traffic"),
        "PUT /v1/supervision/preferences": Example(by="officer.traffic", body={"yellow": "daily"}),
        "GET /v1/supervision/digests": Example(by="officer.traffic", query="limit=1"),
        "GET /v1/supervision/digests/{digest_id}": Example(
            by="officer.traffic",
            path={"digest_id": world.things["digest"].name},
            query="limit=1",
        ),
        "GET /v1/supervision/heartbeats": Example(by="inspector", query="limit=1"),
    }


def _of_voices(world: World) -> dict[str, Example]:
    bad, complaint = world.things["rating bad"], world.things["complaint open"]
    street = world.things["street complaint"]
    opinion = {
        "level": 5,
        "comment": "当天就办好了。",
        "real_name": False,
        "aspects": {"overall": 5, "efficiency": 5, "guide": 4, "convenience": 5, "platform": 4},
    }
    sent = {
        "category": "question",
        "text": "夜里能不能办？",
        "case_no": world.things["rated"].name,
        "item_code": "plate-replacement",
        "department": "traffic",
    }

    def step(body: object) -> Example:
        return Example(
            by="officer.traffic",
            path={"complaint_id": complaint.name},
            body=body,
            version=complaint.version,
        )

    return {
        "POST /v1/cases/{case_no}/rating": Example(
            by="applicant", path={"case_no": world.things["to rate"].name}, body=opinion
        ),
        "GET /v1/cases/{case_no}/rating": Example(by="applicant", path={"case_no": world.things["rated"].name}),
        "GET /v1/ratings": Example(by="supervisor.traffic", query="department=traffic&level=1&suspicious=true"),
        "POST /v1/ratings/{rating_id}/answer": Example(
            by="officer.traffic",
            path={"rating_id": bad.name},
            body={
                "findings": "电话线路故障。",
                "outcome": "needs_time",
                "expected_on": "2026-10-10",
                "late_reason": None,
            },
            version=bad.version,
        ),
        "POST /v1/complaints": Example(by="applicant", body=sent),
        "POST /v1/complaints/{complaint_id}/taking": step(None),
        "GET /v1/complaint-queue": Example(by="officer.traffic", query="department=traffic&limit=1"),
        "POST /v1/complaints/{complaint_id}/rating": Example(
            by="applicant",
            path={"complaint_id": world.things["complaint answered"].name},
            body={"level": 4, "comment": "改得很快。"},
        ),
        "POST /v1/street-complaints": Example(
            by=None,
            body={
                "category": "process",
                "text": "夜里能不能办？",
                "item_code": "plate-replacement",
                "department": None,
            },
        ),
        "GET /v1/street-complaints/{complaint_id}": Example(
            by=None, path={"complaint_id": street.name}, query=f"code={world.things['code'].name}"
        ),
        "POST /v1/street-complaints/{complaint_id}/rating": Example(
            by=None,
            path={"complaint_id": street.name},
            body={"level": 4, "comment": "改得很快。", "code": world.things["code"].name},
        ),
        "GET /v1/complaints": Example(
            by="officer.traffic", query="department=traffic&state=open&limit=1", owner="applicant"
        ),
        "GET /v1/complaints/{complaint_id}": Example(
            by="applicant", path={"complaint_id": complaint.name}, office="traffic"
        ),
        "POST /v1/complaints/{complaint_id}/transfer": step({"department": "market", "reason": "是市场监管的事项。"}),
        "POST /v1/complaints/{complaint_id}/sorting": step({"clear": False, "reason": "牵涉两个部门。"}),
        "POST /v1/complaints/{complaint_id}/answer": step(
            {"text": "已经改为网上办理。", "outcome": "accepted", "late_reason": None}
        ),
    }


def _of_cards(world: World) -> dict[str, Example]:
    missed = world.things["missed"]
    given, appealed = world.things["card given"], world.things["card appealed"]
    card = {"card_id": given.name}
    place = "/v1/supervision/cards"
    body = {**CARD, "case_no": missed.name, "events": [missed.version, 2]}
    return {
        f"POST {place}": Example(by="supervisor.traffic", body=body),
        f"GET {place}": Example(
            by="supervisor.traffic",
            query=f"department=traffic&state=given&officer=officer.traffic&case_no={missed.name}&limit=2",
        ),
        f"GET {place}/{{card_id}}": Example(by="officer.traffic", path=card),
        f"POST {place}/{{card_id}}/reply": Example(
            by="officer.traffic", path=card, version=given.version, body={"text": "已经办结。"}
        ),
        f"POST {place}/{{card_id}}/appeal": Example(
            by="head.traffic", path=card, version=given.version, body={"grounds": "系统故障。"}
        ),
        f"POST {place}/{{card_id}}/appeal/decision": Example(
            by="monitor",
            path={"card_id": appealed.name},
            version=appealed.version,
            body={"outcome": "upheld", "reasons": "逾期属实。"},
            office="traffic",
        ),
        f"POST {place}/{{card_id}}/withdrawal": Example(
            by="supervisor.traffic",
            path=card,
            version=given.version,
            body={"reason": "所据事实有误。"},
        ),
    }


def _of_outages(world: World) -> dict[str, Example]:
    outage = world.things["outage"]
    one = {"outage_id": outage.name}
    place = "/v1/supervision/outages"
    ended = {"ends_at": "2026-09-20T05:00:00Z"}
    return {
        f"POST {place}": Example(by="monitor", body=OUTAGE),
        f"GET {place}": Example(by="inspector", query="from=2026-09-01T00:00:00Z&to=2026-09-30T00:00:00Z&limit=1"),
        f"GET {place}/{{outage_id}}": Example(by="head.market", path=one),
        f"POST {place}/{{outage_id}}/end": Example(by="monitor", path=one, version=outage.version, body=ended),
        f"POST {place}/{{outage_id}}/withdrawal": Example(
            by="monitor", path=one, version=outage.version, body={"reason": "登记有误。"}
        ),
    }


def _of_messages(world: World) -> dict[str, Example]:
    return {
        "GET /v1/messages": Example(by="applicant", query="limit=1"),
        "GET /v1/messages/unread": Example(by="applicant"),
        "POST /v1/messages/{message_id}/reading": Example(
            by="applicant", path={"message_id": world.things["message"].name}
        ),
        "GET /v1/turns": Example(by="applicant"),
    }


def _of_webhooks(world: World) -> dict[str, Example]:
    wish = {"url": "http://127.0.0.1:9/hook", "events": ["alert.raised"]}
    place = "/v1/webhooks/{webhook_id}"
    one = {"webhook_id": world.things["webhook"].name}
    told = {**one, "delivery_id": world.things["delivery"].name}
    return {
        "POST /v1/webhooks": Example(by="system.market", body=wish),
        "GET /v1/webhooks": Example(by="system.market", query="limit=1"),
        f"GET {place}": Example(by="system.market", path=one),
        f"DELETE {place}": Example(by="system.market", path=one),
        f"POST {place}/rotation": Example(by="system.market", path=one),
        f"GET {place}/deliveries": Example(by="system.market", path=one, query="state=dead&limit=1"),
        f"POST {place}/deliveries/{{delivery_id}}/replay": Example(by="system.market", path=told),
    }


def _of_flag_notices(world: World) -> dict[str, Example]:
    wish = {"webhook_id": world.things["webhook"].name, "items": ["business-address"]}
    lookup = {"subject": subject_of("company"), "item_code": "business-address", "purpose": "enforcement"}
    place = "/v1/subscriptions/{subscription_id}"
    one = {"subscription_id": world.things["subscription"].name}
    answer = {"flag_notice_id": world.things["flag_notice"].name}
    flag = {"flag_id": world.things["flag active"].name}
    conflict = {"conflict_id": world.things["conflict"].name}
    return {
        "POST /v1/subscriptions": Example(by="system.market", body=wish),
        "GET /v1/subscriptions": Example(by="system.market"),
        f"GET {place}": Example(by="system.market", path=one),
        f"DELETE {place}": Example(by="system.market", path=one),
        f"POST {place}/subjects": Example(by="system.market", path=one, body=lookup),
        f"GET {place}/flag_notices": Example(by="system.market", path=one, query="after=0&limit=1"),
        f"POST {place}/acknowledgements": Example(by="system.market", path=one, body=answer),
        "GET /v1/flags/{flag_id}/flag_notices": Example(by="credit", path=flag, query="limit=1"),
        "GET /v1/credit/incidents": Example(by="credit", query="state=open&limit=1"),
        **_of_aliases(world),
        "GET /v1/credit/conflicts": Example(by="credit", query="state=open&limit=1", office="market"),
        "GET /v1/credit/conflicts/{conflict_id}": Example(by="credit", path=conflict, office="market"),
        "POST /v1/credit/conflicts/{conflict_id}/decision": Example(
            by="credit",
            path=conflict,
            body={"outcome": "same_person", "evidence": "户口簿变更页", "reason": "更改姓名。"},
            version=world.things["conflict"].version,
            office="market",
        ),
    }


def _of_aliases(world: World) -> dict[str, Example]:
    place, alias, other = "/v1/credit/aliases/{alias_id}", world.things["alias"], world.things["alias 2"]
    one, two = {"alias_id": alias.name}, {"alias_id": other.name}
    back = {"reason": "登记有误。", "basis": "义市监更正〔2026〕1号"}
    return {
        "POST /v1/credit/aliases": Example(by="credit", body=ALIAS),
        "GET /v1/credit/aliases": Example(by="credit", query="state=proposed&limit=1"),
        f"GET {place}": Example(by="credit", path=one),
        f"POST {place}/confirmation": Example(
            by="credit2",
            path=one,
            body={"reason": "已核对登记档案。"},
            version=alias.version,
            first="credit",
        ),
        f"POST {place}/revocation": Example(by="credit", path=two, body=back, version=other.version),
    }


def _of_amendments(world: World) -> dict[str, Example]:
    place = "/v1/credit/amendments/{amendment_id}"
    amendment, other = world.things["amendment"], world.things["amendment 2"]
    reason = {"reason": "已向提供单位核实。"}

    def step(thing: Thing, by: str) -> Example:
        path = {"amendment_id": thing.name}
        return Example(by=by, path=path, body=reason, version=thing.version, office="market", first="credit")

    return {
        "POST /v1/credit/amendments": Example(by="credit", body=AMENDMENT, office="market"),
        "GET /v1/credit/amendments": Example(by="credit.market", query="department=market&limit=1"),
        "GET /v1/credit/unconfirmed-amendments": Example(by="credit2", query="limit=1"),
        f"GET {place}": Example(by="credit.market", path={"amendment_id": amendment.name}),
        f"POST {place}/confirmation": step(amendment, "credit2"),
        f"POST {place}/withdrawal": replace(step(other, "credit"), first=None),
    }


def _of_redress(world: World) -> dict[str, Example]:
    objection, repair = world.things["objection open"], world.things["repair asked"]
    reversal = {"reversal_id": world.things["reversal"].name}
    plea = {"entry": "market/redress-4", "ground": "period", "text": "期限算错了。"}
    wish = {"entry": "market/redress-4", "promise_hash": world.things["promise"].name}
    ruling = {"outcome": "kept", "reason": "经现场核实,事实无误。", "basis": "《浙江省公共信用信息管理条例》第30条"}
    verdict = {"approved": False, "reason": "缺收据。", "refusal": "proof_insufficient", "missing": ["罚款收据"]}
    one = {"objection_id": objection.name}
    asked = {"repair_id": repair.name}
    return {
        "POST /v1/objections": Example(by="company", body=plea),
        "GET /v1/objections": Example(by="company", query="department=market&limit=1", office="market"),
        "GET /v1/objections/{objection_id}": Example(by="company", path=one, office="market"),
        "POST /v1/objections/{objection_id}/withdrawal": Example(by="company", path=one),
        "POST /v1/objections/{objection_id}/decision": Example(
            by="credit", path=one, body=ruling, version=objection.version, office="market"
        ),
        "GET /v1/me/credit/repair": Example(by="company", query="entry=market/redress-4"),
        "POST /v1/repairs": Example(by="company", body=wish),
        "GET /v1/repairs": Example(by="company", query="department=market&limit=1", office="market"),
        "GET /v1/repairs/{repair_id}": Example(by="company", path=asked, office="market"),
        "POST /v1/repairs/{repair_id}/decision": Example(
            by="credit", path=asked, body=verdict, version=repair.version, office="market"
        ),
        "POST /v1/reversals": Example(by="credit.market", body=REVERSAL),
        "GET /v1/reversals": Example(by="company", query="department=market&limit=1", office="market"),
        "GET /v1/reversals/{reversal_id}": Example(by="company", path=reversal, office="market"),
    }
