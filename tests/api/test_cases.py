import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.cases.rules.case_numbers import case_no_for
from chalicelib.cases.table import DraftRow
from chalicelib.catalogue.model.items import Item
from chalicelib.container import container
from chalicelib.credit.store.records import CreditStore, UnreadableError
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from chalicelib.subjects.rules.signing_keys import PARTS, SignedPart
from chalicelib.subjects.store import SubjectStore
from infra.local.sample_answers import sample_answers
from tests.api.bodies import RECORD, subject_of
from tests.authorities import let_act
from tests.builders import NOON, KeyPair, a_caller, a_flag_mark, a_submission, an_item
from tests.cloud import PERSONAS, Client, Reply, TokenOf, said_by, the_issuer, turn_clock

SAMPLES = Path(__file__).parents[2] / "infra/local/sample/items"
SHA = "ab" * 32
AT = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Person:
    """Somebody at the API, with a token and a key."""

    client: Client
    token: str
    key: KeyPair = field(default_factory=KeyPair)

    def enrol(self) -> "Person":
        assert self.client.post("/v1/signing-keys", {"jwk": self.key.jwk}, token=self.token).status == 201
        return self

    def draft(self, *, language: str = "zh", **other: Any) -> Reply:  # noqa: ANN401 - any field of the body
        body = {"item_code": "plate-replacement", "answers": {}, "way": "commitment", "on_behalf_of": None, **other}
        return self.client.post("/v1/drafts", body, token=self.token, accept_language=language)

    def promise(self, draft: dict[str, Any], **other: Any) -> Reply:  # noqa: ANN401 - any field of the body
        body = {
            "draft_id": draft["draft_id"],
            "confirmed": draft["required_confirmations"],
            "signature": self.key.sign(draft["payload"]),
            "materials": [],
            **other,
        }
        return self.client.post("/v1/cases", body, token=self.token)


def publish(item: Item | None = None) -> None:
    editor = a_caller(Role.CATALOGUE_EDITOR, sub="editor", department="monitoring")
    container().catalogue.publish(item or an_item(), by=editor, at=AT)


@pytest.fixture
def person(client: Client, token: TokenOf) -> Person:
    """The applicant, with a key enrolled and an item to ask for."""
    turn_clock(AT)
    publish()
    return Person(client, token("applicant")).enrol()


@pytest.fixture
def case(person: Person) -> dict[str, Any]:
    """A case of the applicant's, on a promise."""
    filed: dict[str, Any] = person.promise(person.draft().body).body
    return filed


@pytest.mark.requirement("R1.3")
def test_a_draft_names_what_is_confirmed_and_handed_in_and_leaves_both_ways_open(person: Person) -> None:
    reply = person.draft()

    assert reply.status == 201
    assert reply.body["eligibility"] == {"commitment": "allowed", "reasons": []}
    assert reply.body["ways_open"] == ["commitment", "certificate"]
    assert reply.body["required_confirmations"] == ["plate-lost"]
    assert reply.body["materials"][0]["hand_in"] == ["certificate"]
    signed = json.loads(reply.body["payload"])
    assert (signed["item_version"], signed["draft_id"]) == (1, reply.body["draft_id"])
    assert signed["subject"].startswith("k1.")


def test_filing_answers_the_accepted_case_with_its_clocks_and_an_etag(case: dict[str, Any], person: Person) -> None:
    reply = person.client.get(f"/v1/cases/{case['case_no']}", token=person.token)

    assert reply.status == 200
    assert reply.headers["etag"] == '"1"'
    assert reply.body["clocks"] == case["clocks"]
    assert reply.body == case
    assert (case["state"], case["version"], case["code"]) == ("accepted", 1, None)
    promised = next(clock for clock in case["clocks"] if clock["kind"] == "handling_promised")
    assert (promised["due_on"], promised["light"], promised["limit"]["value"]) == ("2026-10-08", "green", 3)
    assert case["applicant"]["name"].startswith(case["applicant"]["name"][0] + "*")


def test_the_same_draft_again_answers_the_same_case(person: Person) -> None:
    draft = person.draft().body
    first = person.promise(draft)

    second = person.promise(draft)

    assert (first.status, second.status) == (201, 201)
    assert second.body == first.body


@pytest.mark.requirement("R5.7")
def test_an_idempotency_key_says_that_an_answer_is_a_repetition_and_takes_one_body(person: Person) -> None:
    draft = person.draft().body
    body = {
        "draft_id": draft["draft_id"],
        "confirmed": draft["required_confirmations"],
        "signature": person.key.sign(draft["payload"]),
    }

    first = person.client.post("/v1/cases", body, token=person.token, idempotency_key="k")
    second = person.client.post("/v1/cases", body, token=person.token, idempotency_key="k")
    third = person.client.post("/v1/cases", {**body, "materials": []}, token=person.token, idempotency_key="k")

    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.body == first.body
    assert (third.status, third.code) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_an_idempotency_key_of_one_subject_is_not_that_of_another_with_the_same_login(
    person: Person, token: TokenOf
) -> None:
    wish = {"item_code": "plate-replacement", "way": "certificate"}
    another = token("applicant", subject=PERSONAS["applicant2"]["claims"]["subject"])

    first = person.client.post("/v1/drafts", wish, token=person.token, idempotency_key="k")
    second = person.client.post("/v1/drafts", wish, token=another, idempotency_key="k")

    assert (first.status, second.status) == (201, 201)
    assert "idempotency-replayed" not in second.headers
    assert json.loads(second.body["payload"])["subject"] != json.loads(first.body["payload"])["subject"]


@pytest.mark.requirement("R1.7")
def test_a_missing_confirmation_is_named(person: Person) -> None:
    reply = person.promise(person.draft().body, confirmed=[])

    assert (reply.status, reply.code) == (422, "CONFIRMATIONS_MISSING")
    assert "plate-lost" in reply.body["errors"][0]["detail"]


@pytest.mark.requirement("R1.6")
def test_a_payload_changed_by_one_character_is_refused(person: Person) -> None:
    draft = person.draft().body

    reply = person.promise(draft, signature=person.key.sign(draft["payload"].replace("1", "2", 1)))

    assert (reply.status, reply.code) == (422, "SIGNATURE_INVALID")
    assert reply.body["errors"] == [{"pointer": "/signature", "detail": PARTS[SignedPart.CONTENT_OR_SIGNATURE][0]}]


@pytest.mark.requirement("R7.2")
def test_a_draft_shows_what_its_text_says_and_nothing_else_and_is_not_filed_if_they_differ(person: Person) -> None:
    draft = person.draft().body
    (row,) = DraftRow.query(f"draft:{draft['draft_id']}")
    (condition,) = row.document.conditions
    row.document = replace(row.document, conditions=(replace(condition, text="号牌也许丢了。"),))
    row.save()

    shown = person.client.get(f"/v1/drafts/{draft['draft_id']}", token=person.token).body
    reply = person.promise(draft)

    signed = json.loads(draft["payload"])
    assert shown["conditions"] == signed["conditions"] == draft["conditions"]
    assert [one["text"] for one in shown["statements"]] == signed["statements"]
    assert (reply.status, reply.code) == (422, "SIGNATURE_INVALID")
    assert reply.body["errors"] == [{"pointer": "/signature", "detail": "页面上列出的内容与待签原文不一致。"}]


@pytest.mark.parametrize("signature", ["", "x", "..", "a.b.c", "eyJ9..x", "é..ü"])
def test_what_is_no_signature_is_refused_and_nothing_worse(person: Person, signature: str) -> None:
    reply = person.promise(person.draft().body, signature=signature)

    assert (reply.status, reply.code) == (422, "SIGNATURE_INVALID")


@pytest.mark.requirement("R1.1", "R1.2")
def test_a_barred_subject_is_told_which_record_and_what_to_do_in_both_languages(person: Person) -> None:
    draft = person.draft().body
    subject = json.loads(draft["payload"])["subject"]
    with transaction() as tx:
        container().credit.put_flag(
            subject,
            a_flag_mark(items=("plate-replacement",)),
            name_digest=SubjectStore().known((subject,))[0].name_digest,
            by=a_caller(Role.CREDIT_OFFICER, sub="credit2"),
            at=AT,
            tx=tx,
        )

    filed = person.promise(draft)
    again = person.draft().body

    assert (filed.status, filed.code) == (409, "SUBJECT_BARRED")
    assert filed.body["reasons"][0]["record"] == "flag:f1"
    assert "异议" in filed.body["reasons"][0]["remedy"]
    assert again["eligibility"]["commitment"] == "refused"
    assert again["eligibility"]["reasons"][0]["source"] == "义乌市市场监督管理局"
    assert again["ways_open"] == ["certificate"]
    materials = [{"id": "old-plate", "sha256": SHA}]
    by_paper = person.promise(again, confirmed=[], signature=None, materials=materials)
    assert (by_paper.status, by_paper.body["way"], by_paper.body["state"]) == (201, "certificate", "received")


def publish_sample(client: Client, token: TokenOf, code: str) -> None:
    text = (SAMPLES / f"{code}.json").read_text(encoding="utf-8")
    assert client.put(f"/v1/items/{code}/versions/1", text, token=token("editor")).status == 200


@pytest.mark.requirement("R1.1")
def test_a_risk_that_is_excluded_is_told_with_the_draft(client: Client, token: TokenOf) -> None:
    turn_clock(AT)
    publish_sample(client, token, "eia-approval")

    answers = sample_answers("eia-approval", on=NOON.date())
    reply = Person(client, token("company")).draft(item_code="eia-approval", answers=answers)

    assert reply.status == 201
    assert reply.body["eligibility"]["commitment"] == "refused"
    assert [reason["code"] for reason in reply.body["eligibility"]["reasons"]] == ["RISK_EXCLUDED"]
    assert reply.body["ways_open"] == ["certificate"]


@pytest.mark.requirement("R1.4", "R5.4")
@pytest.mark.parametrize(
    ("residence", "owner", "asked"),
    [("rural", "spouse", ["property-proof"]), ("urban", "", [])],
)
def test_property_is_proved_by_rural_households_only_and_marriage_by_nobody(
    client: Client, token: TokenOf, residence: str, owner: str, asked: list[str]
) -> None:
    turn_clock(AT)
    publish_sample(client, token, "spouse-household")
    applicant = Person(client, token("applicant"))

    answers = sample_answers("spouse-household", on=NOON.date(), residence=residence, owner=owner)
    reply = applicant.draft(item_code="spouse-household", answers=answers)

    assert reply.status == 201, reply.text
    owed = [material["id"] for material in reply.body["materials"] if material["hand_in"]]
    assert owed == asked
    assert bool(reply.body["required_confirmations"]) == bool(asked)


def test_a_query_of_the_archive_is_answered_on_filing(client: Client, token: TokenOf) -> None:
    turn_clock(AT)
    publish_sample(client, token, "archive-query")
    company = Person(client, token("company"))
    answers = sample_answers("archive-query", on=NOON.date())
    drafted = company.draft(item_code="archive-query", answers=answers, way="certificate").body
    owed = [
        {"id": material["id"], "sha256": SHA}
        for material in drafted["materials"]
        if "certificate" in material["hand_in"]
    ]

    filed = client.post("/v1/cases", {"draft_id": drafted["draft_id"], "materials": owed}, token=company.token)

    assert (filed.status, filed.body["state"]) == (201, "closed"), filed.text
    assert filed.body["decision"]["outcome"] == "granted"


@pytest.mark.requirement("R6.10")
def test_a_case_waits_for_credit_with_202(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = person.draft().body

    def down(*_arguments: object, **_named: object) -> None:
        raise UnreadableError

    def no_row(*_arguments: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    monkeypatch.setattr(CreditStore, "summary", down)
    monkeypatch.setattr(CreditStore, "summary_row", no_row)

    reply = person.promise(draft)
    asked = person.draft().body["eligibility"]

    assert (reply.status, reply.body["code"], reply.body["state"]) == (202, "PENDING_CREDIT", "pending_credit")
    assert (asked["commitment"], asked["reasons"][0]["code"]) == ("pending", "CREDIT_SOURCE_DOWN")


@pytest.mark.requirement("R6.3")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_recorded_under_another_name_is_not_shown_as_ones_own(
    person: Person, token: TokenOf, language: str
) -> None:
    def own() -> Any:  # noqa: ANN401 - any JSON
        return person.client.get("/v1/me/credit", token=person.token, accept_language=language).body

    system, place = token("system.market"), "/v1/credit/records/market/r-1"
    another = {
        **RECORD,
        "related_items": ["business-address", "plate-replacement"],
        "subject": {**subject_of("applicant"), "name": "另一人"},
    }
    assert own()["withheld"] is None
    assert person.client.put(place, another, token=system).status in {200, 201}

    told = own()

    assert (told["records"], told["bars"]) == ([], [])
    assert ("信用窗口" if language == "zh" else "credit counter") in told["withheld"]
    mine = {**RECORD, "related_items": ["business-address", "plate-replacement"], "subject": subject_of("applicant")}
    assert person.draft().status == 201
    assert person.client.put("/v1/credit/records/market/r-2", mine, token=system).status in {200, 201}
    assert [one["record_id"] for one in own()["records"]] == ["r-2"]


@pytest.mark.requirement("R6.3")
def test_a_promise_waits_with_202_while_a_person_says_whose_the_records_are(person: Person, token: TokenOf) -> None:
    record = {
        **RECORD,
        "related_items": ["business-address", "plate-replacement"],
        "subject": {**subject_of("applicant"), "name": "另一人"},
    }
    stored = person.client.put("/v1/credit/records/market/r-1", record, token=token("system.market"))
    drafted = person.draft(language="en").body

    filed = person.promise(drafted)

    assert stored.status in {200, 201}
    assert (drafted["eligibility"]["commitment"], drafted["ways_open"]) == ("pending", ["commitment", "certificate"])
    (reason,) = drafted["eligibility"]["reasons"]
    assert (reason["code"], reason.get("record") or "") == ("IDENTITY_CONFLICT", "")
    assert "credit counter of the service centre" in reason["remedy"]
    assert (filed.status, filed.body["code"], filed.body["state"]) == (202, "PENDING_IDENTITY", "pending_identity")
    (clock,) = [one for one in filed.body["clocks"] if one["kind"] != "acceptance"]
    assert (clock["kind"], clock["limit"]["value"], clock["due_on"]) == ("identity_check", 3, "2026-10-08")
    assert person.promise(drafted).status == 202

    credit = token("credit")
    (conflict,) = person.client.get("/v1/credit/conflicts", token=credit).body["items"]
    assert (conflict["cause"], conflict["reference"]) == ("filing", filed.body["case_no"])
    assert "另一人" not in person.client.get("/v1/credit/conflicts", token=credit).text
    decision = {"outcome": "another_person", "evidence": "户籍证明1号", "reason": "核对了证件。"}
    place = f"/v1/credit/conflicts/{conflict['id']}/decision"
    assert person.client.call("POST", place, decision, token=credit, headers={"If-Match": '"1"'}).status == 200
    container().clocks.sweep(at=AT + timedelta(minutes=10))

    assert person.client.get(f"/v1/cases/{filed.body['case_no']}", token=person.token).body["state"] == "accepted"


@pytest.mark.requirement("R6.3")
@pytest.mark.parametrize("name", ["（", "【", "义 烏"])
def test_a_record_under_the_same_name_in_other_writing_is_met(client: Client, token: TokenOf, name: str) -> None:
    publish()
    ways = {"（": ("（", "("), "【": ("（合成）", "【合成】"), "义 烏": ("义乌", "義 烏")}
    company = subject_of("company")
    written = {**company, "name": company["name"].replace(*ways[name])}
    first = client.put(
        "/v1/credit/records/market/r-1",
        {**RECORD, "related_items": ["business-address", "plate-replacement"], "subject": company},
        token=token("system.market"),
    )
    again = client.put(
        "/v1/credit/records/market/r-2",
        {**RECORD, "related_items": ["business-address", "plate-replacement"], "subject": written},
        token=token("system.market"),
    )

    drafted = Person(client, the_issuer().token("company", subject=written)).draft().body

    assert written["name"] != company["name"]
    assert (first.status, again.status) == (200, 200)
    assert (drafted["eligibility"]["commitment"], drafted["ways_open"]) == ("refused", ["certificate"])


@pytest.mark.requirement("R1.2")
@pytest.mark.parametrize(("language", "remedy"), [("zh", "异议"), ("en", "object")])
def test_a_promise_that_waited_and_was_refused_says_why_in_the_readers_language(
    person: Person, monkeypatch: pytest.MonkeyPatch, language: str, remedy: str
) -> None:
    draft = person.draft().body

    def down(*_arguments: object, **_named: object) -> None:
        raise UnreadableError

    def no_row(*_arguments: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    with monkeypatch.context() as outage:
        outage.setattr(CreditStore, "summary", down)
        outage.setattr(CreditStore, "summary_row", no_row)
        case_no = person.promise(draft).body["case_no"]
    known = subject_of("applicant")
    identity = Identity(kind=SubjectKind(known["kind"]), number=known["number"], name=known["name"])
    machine = a_caller(Role.SYSTEM, sub="system.market", department="market")
    container().ingest.put_record(a_submission(), about=identity, by=machine, at=AT)
    container().filing.recheck(f"case:{case_no}", "credit_recheck", AT + timedelta(minutes=1))

    seen = person.client.get(f"/v1/cases/{case_no}", token=person.token, accept_language=language).body

    assert (seen["state"], seen["credit"]["standing"]) == ("awaiting_materials", "refused")
    (reason,) = seen["credit"]["reasons"]
    assert (reason["code"], reason["record"], reason["source"]) == ("SUBJECT_BARRED", "market/r-1", "market")
    assert (reason["severity"], reason["until"]) == ("serious", "2029-01-08")
    assert remedy in reason["remedy"]
    assert reason == person.draft(language=language).body["eligibility"]["reasons"][0]


def test_a_case_is_seen_by_its_people_and_its_department_only(
    case: dict[str, Any], client: Client, token: TokenOf
) -> None:
    seen = {
        persona: client.get(f"/v1/cases/{case['case_no']}{said_by(persona)}", token=token(persona)).status
        for persona in ("officer.traffic", "supervisor.traffic", "head.traffic", "monitor", "applicant2", "company")
    }
    other = client.get(f"/v1/cases/{case['case_no']}", token=token("officer.market"))

    assert seen == {
        "officer.traffic": 200,
        "supervisor.traffic": 200,
        "head.traffic": 200,
        "monitor": 200,
        "applicant2": 404,
        "company": 404,
    }
    assert other.status == 403


def test_the_tracking_code_is_for_the_person_concerned(case: dict[str, Any], client: Client, token: TokenOf) -> None:
    office = client.get(f"/v1/cases/{case['case_no']}{said_by('officer')}", token=token("officer.traffic")).body

    assert office["tracking_code"] is None
    assert len(case["tracking_code"]) == 10


def test_a_case_is_tracked_by_a_number_and_a_code_as_people_type_them(case: dict[str, Any], client: Client) -> None:
    number, code = case["case_no"], case["tracking_code"]
    body, check = number[:-1], number[-1]
    writings = (number.lower(), f"{number[:6]} {number[6:]}", body.replace("O", "0").replace("I", "1") + check)

    found = [client.get(f"/v1/track/{quote(typed)}?code={code.lower().replace('o', '0')}").status for typed in writings]

    assert found == [200, 200, 200]


@pytest.mark.requirement("R5.6")
def test_tracking_shows_state_and_dates_and_nothing_else(case: dict[str, Any], client: Client) -> None:
    found = client.get(f"/v1/track/{case['case_no']}?code={case['tracking_code']}")

    assert found.status == 200
    assert found.body == {
        "state": "accepted",
        "received_at": case["received_at"],
        "accepted_at": case["received_at"],
        "decided_at": None,
        "closed_at": None,
        "due_on": "2026-10-08",
        "late": False,
    }


@pytest.mark.requirement("R5.6")
def test_a_wrong_code_a_wrong_number_and_a_slip_of_the_pen_are_the_same_404(
    case: dict[str, Any], client: Client
) -> None:
    number, code = case["case_no"], case["tracking_code"]

    replies = [
        client.get(f"/v1/track/{number}?code=AAAAAAAAAA"),
        client.get(f"/v1/track/{number}"),
        client.get(f"/v1/track/{case_no_for('another')}?code={code}"),
        client.get(f"/v1/track/{number[:-1]}?code={code}"),
        client.get(f"/v1/track/{number}?code=%C3%A9"),
    ]

    assert {reply.status for reply in replies} == {404}
    assert len({reply.text for reply in replies}) == 1


def test_every_day_up_to_the_due_day_is_explained(case: dict[str, Any], person: Person) -> None:
    reply = person.client.get(f"/v1/cases/{case['case_no']}/clocks/handling_promised/explanation", token=person.token)

    days = {day["day"]: (day["counted"], day["reason"]) for day in reply.body["days"]}
    assert reply.status == 200
    assert days["2026-09-28"] == (False, "start_day")
    assert days["2026-09-30"] == (True, "working_day")
    assert days["2026-10-01"] == (False, "holiday")
    assert days["2026-10-08"] == (True, "working_day")
    assert person.client.get(f"/v1/cases/{case['case_no']}/clocks/none/explanation", token=person.token).status == 404


def test_the_timeline_is_whole_verified_and_holds_no_name(case: dict[str, Any], person: Person) -> None:
    reply = person.client.get(f"/v1/cases/{case['case_no']}/timeline", token=person.token)

    assert (reply.status, reply.body["verified"], reply.body["fault"]) == (200, True, None)
    assert [event["seq"] for event in reply.body["items"]] == [1, 2, 3]
    assert all(event["actor"].startswith(("subject:k1.", "service:")) for event in reply.body["items"])


def test_lists_are_ones_own_or_the_departments_page_by_page(person: Person, token: TokenOf) -> None:
    numbers = []
    for minute in range(3):
        turn_clock(AT + timedelta(minutes=minute))
        numbers.append(person.promise(person.draft().body).body["case_no"])

    first = person.client.get("/v1/cases?limit=2", token=person.token).body
    second = person.client.get(f"/v1/cases?limit=2&cursor={first['next_cursor']}", token=person.token).body
    desk = person.client.get("/v1/cases?state=accepted", token=token("officer.traffic")).body
    none = person.client.get("/v1/cases?state=closed", token=token("officer.traffic")).body
    stranger = person.client.get("/v1/cases", token=token("applicant2")).body
    watched = person.client.get("/v1/cases?department=traffic", token=token("monitor")).body

    assert [line["case_no"] for line in (*first["items"], *second["items"])] == numbers[::-1]
    assert second["next_cursor"] is None
    assert [line["case_no"] for line in desk["items"]] == numbers[::-1]
    assert none["items"] == stranger["items"] == []
    assert len(watched["items"]) == 3
    assert person.client.get("/v1/cases?department=traffic", token=token("officer.market")).status == 403
    assert person.client.get("/v1/cases?state=odd", token=person.token).status == 400
    assert person.client.get("/v1/cases?cursor=x", token=person.token).code == "INVALID_CURSOR"


@pytest.mark.requirement("R1.9")
def test_a_promise_is_withdrawn_and_certificates_handed_in(case: dict[str, Any], person: Person) -> None:
    path = f"/v1/cases/{case['case_no']}"

    withdrawn = person.client.post(f"{path}/commitment/withdrawal", {"reason": "找到旧车牌了"}, token=person.token)
    handed = person.client.post(
        f"{path}/materials", {"materials": [{"id": "old-plate", "sha256": SHA}]}, token=person.token
    )

    assert (withdrawn.status, withdrawn.body["state"], withdrawn.body["way"]) == (
        200,
        "awaiting_materials",
        "certificate",
    )
    assert (handed.status, handed.body["state"], handed.headers["etag"]) == (200, "received", '"3"')


def test_a_file_of_no_bytes_is_no_material(person: Person) -> None:
    draft = person.draft(way="certificate").body
    digest = hashlib.sha256((DATA / "cases/08-empty-file/空.pdf").read_bytes()).hexdigest()
    materials = [{"id": "old-plate", "sha256": digest, "name": "空.pdf"}]

    refused = person.client.post(
        "/v1/cases", {"draft_id": draft["draft_id"], "materials": materials}, token=person.token, accept_language="en"
    )

    assert (refused.status, refused.code) == (400, "INVALID_BODY")
    assert refused.body["errors"] == [
        {
            "pointer": "/materials/0/sha256",
            "detail": "This file is empty (0 bytes); choose it again or take the picture again.",
        }
    ]
    assert person.client.get("/v1/cases", token=person.token).body["items"] == []


@pytest.mark.parametrize("suffix", ["", "/timeline", "/clocks/acceptance/explanation"])
def test_a_number_whose_check_character_does_not_fit_is_not_found(person: Person, suffix: str) -> None:
    assert person.client.get(f"/v1/cases/ABCDEFGHIJKLMNOPQ{suffix}", token=person.token).status == 404


@pytest.mark.requirement("R1.8")
def test_an_agent_acts_for_somebody_who_sees_the_case_too(person: Person, client: Client, token: TokenOf) -> None:
    claims = PERSONAS["applicant"]["claims"]["subject"]
    agent = Person(client, token("agent")).enrol()

    without = agent.draft(on_behalf_of={"subject": claims, "authority": ""})
    drafted = agent.draft(on_behalf_of={"subject": claims, "authority": let_act(client, person.token)})
    filed = agent.promise(drafted.body)

    assert (without.status, without.code) == (422, "AUTHORITY_REQUIRED")
    assert (filed.status, filed.body["agent"]["name"][1]) == (201, "*")
    assert client.get(f"/v1/cases/{filed.body['case_no']}", token=person.token).status == 200
    assert client.get(f"/v1/cases/{filed.body['case_no']}", token=agent.token).status == 200


@pytest.mark.requirement("R1.21", "R7.9")
def test_a_client_recomputes_every_hash_from_the_answer_alone(case: dict[str, Any], person: Person) -> None:
    answer = person.client.get(f"/v1/cases/{case['case_no']}/timeline", token=person.token).body

    previous = "0" * 64
    for event in answer["items"]:
        hashed = {name: value for name, value in event.items() if name not in {"hash", "texts", "salts"}}
        text = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == event["hash"]
        assert event["prev_hash"] == previous
        assert event["data"].get("text_digests", {}) == {
            name: hmac.digest(bytes.fromhex(event["salts"][name]), text.encode(), "sha256").hex()
            for name, text in event["texts"].items()
        }
        previous = event["hash"]
    assert answer["labels"]["case:filed"] == {"zh": "收件", "en": "Case received"}
    assert set(answer["labels"]) == {event["kind"] for event in answer["items"]}


@pytest.mark.parametrize(
    ("accepted", "told"),
    [
        ("zh-CN", "请确认条件“旧车牌确实丢了。”（plate-lost）"),
        ("en", "Confirm the condition plate-lost."),
    ],
)
def test_what_is_wrong_with_a_field_is_told_in_one_language_only(person: Person, accepted: str, told: str) -> None:
    body = {"draft_id": person.draft().body["draft_id"], "confirmed": [], "materials": []}

    reply = person.client.post("/v1/cases", body, token=person.token, accept_language=accepted)

    assert [fault["detail"] for fault in reply.body["errors"]] == [told]


def test_the_contract_says_what_filing_may_answer(client: Client) -> None:
    filing = client.get("/openapi.json").body["paths"]["/v1/cases"]["post"]["responses"]

    assert {"201", "202", "404"} <= set(filing)
    assert filing["202"]["content"] == filing["201"]["content"]


def test_while_credit_cannot_be_read_the_remedy_is_to_come_back_or_bring_certificates(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise UnreadableError

    monkeypatch.setattr(CreditStore, "summary", unreadable)
    monkeypatch.setattr(CreditStore, "summary_from", unreadable)

    eligibility = person.draft().body["eligibility"]

    assert eligibility["commitment"] == "pending"
    assert [reason["remedy"] for reason in eligibility["reasons"]] == ["请稍后再试；也可选择提交证明材料的方式办理。"]
