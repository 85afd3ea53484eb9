"""Documents from the request for an address to the look at their content, as people, staff and inspectors meet them."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from chalicelib.bounds import store as bounds_store
from chalicelib.bounds.model import Counted
from chalicelib.container import container
from chalicelib.documents.services.quarantine import Quarantine
from chalicelib.documents.store.documents import DocumentStore
from chalicelib.settings import settings
from tests.api.bodies import MANDATE
from tests.api.test_bounds import allow
from tests.api.test_cases import Person, case, person
from tests.authorities import let_act
from tests.cloud import PERSONAS, READING, Client, Reply, TokenOf, s3, turn_clock
from tests.documents import digest, hear, make_bucket, put, uploaded, versions
from tests.files import A_HEIC, A_JPEG, A_PDF, A_PNG, AN_OFD, EICAR, an_archive

__all__ = ["case", "person"]

NOTHING = (Path(__file__).parents[1] / "data/cases/08-empty-file/空.pdf").read_bytes()
SEEN = "case:document_seen"


@pytest.fixture(autouse=True)
def bucket(cloud: None) -> str:  # noqa: ARG001 - it is made in the cloud
    return make_bucket()


def wish(content: bytes = A_JPEG, **change: object) -> dict[str, Any]:
    body = {"material": "old-plate", "name": "旧车牌.jpg", "size": len(content), "sha256": digest(content), **change}
    return {name: value for name, value in body.items() if value is not None}


def ask(person: Person, content: bytes = A_JPEG, *, language: str = "zh", **change: Any) -> Reply:  # noqa: ANN401 - any field of the body
    return person.client.post("/v1/documents", wish(content, **change), token=person.token, accept_language=language)


def bring(person: Person, content: bytes = A_JPEG, **change: Any) -> str:  # noqa: ANN401 - any field of the body
    """Ask, upload, and let the job look at it; return the document's id."""
    made = ask(person, content, **change)
    assert made.status == 201, made.text
    document_id: str = made.body["id"]
    assert hear(uploaded(document_id, put(document_id, content))) == {"batchItemFailures": []}
    return document_id


def read(person: Person, document_id: str, *, language: str = "zh") -> dict[str, Any]:
    answer: dict[str, Any] = person.client.get(
        f"/v1/documents/{document_id}", token=person.token, accept_language=language
    ).body
    return answer


def test_a_photograph_is_asked_for_uploaded_looked_at_and_clean(person: Person) -> None:
    draft = person.draft(way="certificate").body["draft_id"]

    made = ask(person, draft_id=draft)
    document_id = made.body["id"]
    waiting = read(person, document_id)
    hear(uploaded(document_id, put(document_id, A_JPEG)))
    clean = read(person, document_id)

    assert (made.status, made.body["state"], made.body["name"]) == (201, "awaiting_upload", "旧车牌.jpg")
    assert waiting["upload"]["method"] == "PUT"
    assert (clean["state"], clean["format"], clean["size"], clean["sha256"]) == (
        "clean",
        "jpeg",
        len(A_JPEG),
        digest(A_JPEG),
    )
    assert (clean["upload"], clean["problem"], clean["reason"]) == (None, None, None)


def test_an_address_is_bound_to_size_and_digest_and_to_one_object(person: Person, bucket: str) -> None:
    made = ask(person, draft_id=person.draft().body["draft_id"]).body

    address = urlsplit(made["upload"]["url"])
    query = parse_qs(address.query)
    assert address.path == f"/{bucket}/{made['id']}"
    assert query["X-Amz-Expires"] == ["900"]
    signed = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert {"content-length", "host"} <= signed
    assert "x-amz-checksum-sha256" in signed | {name.lower() for name in query}
    assert made["upload"]["headers"]["content-length"] == str(len(A_JPEG))


def test_a_form_without_script_takes_more_than_is_allowed_so_that_we_can_say_why_not(person: Person) -> None:
    made = ask(person, draft_id=person.draft().body["draft_id"], size=None, sha256=None).body
    document_id = made["id"]

    hear(uploaded(document_id, put(document_id, A_PDF)))

    upload = made["upload"]
    policy = json.loads(base64.b64decode(upload["fields"]["policy"]))
    assert (upload["method"], upload["fields"]["key"], upload["headers"]) == ("POST", document_id, {})
    onward = f"http://localhost:8000/api/documents/{document_id}"
    assert ["content-length-range", 0, 104857600] in policy["conditions"]
    assert ["starts-with", "$success_action_redirect", onward] in policy["conditions"]
    assert upload["fields"]["success_action_redirect"] == onward
    assert {"key": document_id} in policy["conditions"]
    assert (made["size"], made["sha256"]) == (None, None)
    assert {name: read(person, document_id)[name] for name in ("state", "format", "sha256")} == {
        "state": "clean",
        "format": "pdf",
        "sha256": digest(A_PDF),
    }


@pytest.mark.parametrize(
    ("content", "format_"),
    [(A_PDF, "pdf"), (AN_OFD, "ofd"), (A_JPEG, "jpeg"), (A_PNG, "png"), (A_HEIC, "heic")],
)
def test_the_content_counts_and_not_the_name(person: Person, content: bytes, format_: str) -> None:
    document_id = bring(person, content, draft_id=person.draft().body["draft_id"], name="a.exe")

    assert (read(person, document_id)["state"], read(person, document_id)["format"]) == ("clean", format_)


@pytest.mark.parametrize(
    ("content", "sent", "problem", "reason"),
    [
        (A_JPEG, A_JPEG + b"x", "CONTENT_DIFFERS", "announced"),
        (A_JPEG, A_JPEG[:-1], "CONTENT_DIFFERS", "announced"),
        (A_JPEG, A_PNG, "CONTENT_DIFFERS", "announced"),
        (A_JPEG, NOTHING, "EMPTY", "0 bytes"),
        (EICAR, EICAR, "FORMAT_UNKNOWN", "PDF, OFD, JPEG, PNG or HEIC"),
        (b"<html><script>alert(1)</script>", None, "FORMAT_UNKNOWN", "PDF, OFD, JPEG, PNG or HEIC"),
        (an_archive("word/document.xml"), None, "FORMAT_UNKNOWN", "PDF, OFD, JPEG, PNG or HEIC"),
    ],
)
def test_what_is_wrong_is_refused_in_plain_words_and_deleted(
    person: Person, content: bytes, sent: bytes | None, problem: str, reason: str
) -> None:
    made = ask(person, content, draft_id=person.draft().body["draft_id"], name="photo.jpg").body
    version = put(made["id"], content if sent is None else sent)

    hear(uploaded(made["id"], version))

    told = read(person, made["id"], language="en")
    assert (told["state"], told["problem"], told["upload"]) == ("refused", problem, None)
    assert reason in told["reason"]
    assert versions() == []


def test_more_than_the_largest_is_refused_without_reading_it_all(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = bounds_store.bounds()
    made = ask(person, draft_id=person.draft().body["draft_id"], size=None, sha256=None).body
    few = replace(now, documents=replace(now.documents, largest_bytes=len(A_JPEG) - 1))
    monkeypatch.setattr("chalicelib.documents.services.quarantine.bounds", lambda: few)

    hear(uploaded(made["id"], put(made["id"], A_JPEG)))

    assert read(person, made["id"])["problem"] == "TOO_LARGE"


@pytest.mark.parametrize(
    ("change", "pointers", "told"),
    [
        ({"size": 0}, ["/size"], "0 bytes"),
        ({"size": -1}, ["/size"], "0 bytes"),
        ({"size": 20971521}, ["/size"], "20 MB at most"),
        ({"sha256": digest(b"")}, ["/sha256"], "0 bytes"),
        ({"sha256": "AB" * 32}, ["/sha256"], "wrong form"),
        ({"size": None}, ["/size"], "neither"),
        ({"sha256": None}, ["/sha256"], "neither"),
        ({"size": "12"}, ["/size"], "whole number"),
        ({"name": ""}, ["/name"], "At least 1"),
        ({"name": "x" * 1001}, ["/name"], "At most 1000"),
        ({"draft_id": None}, ["/draft_id", "/case_no"], "one of the two"),
        ({"case_no": "A" * 17}, ["/draft_id", "/case_no"], "one of the two"),
        ({"media_type": "image/jpeg"}, ["/media_type"], "no such field"),
    ],
)
def test_a_wrong_wish_is_told_at_its_field(
    person: Person, change: dict[str, Any], pointers: list[str], told: str
) -> None:
    reply = ask(person, language="en", **{"draft_id": person.draft().body["draft_id"], **change})

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_BODY", pointers)
    assert told in reply.body["errors"][0]["detail"]


def test_the_largest_and_the_smallest_are_taken(person: Person) -> None:
    draft = person.draft().body["draft_id"]

    assert [ask(person, draft_id=draft, size=size).status for size in (1, 20971520)] == [201, 201]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("车牌🚗.jpg", "车牌🚗.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("长" * 296 + ".jpg", "长" * 95 + "….jpg"),
        ("\u0000", "未命名"),
    ],
)
def test_no_name_is_a_reason_to_refuse(person: Person, name: str, kept: str) -> None:
    reply = ask(person, draft_id=person.draft().body["draft_id"], name=name)

    assert (reply.status, reply.body["name"]) == (201, kept)


def test_only_what_is_on_the_list_is_taken(person: Person) -> None:
    reply = ask(person, draft_id=person.draft().body["draft_id"], material="passport")

    assert (reply.status, reply.code, reply.pointers) == (422, "MATERIAL_NOT_LISTED", ["/material"])


def test_a_document_of_a_draft_is_one_of_the_case_that_it_becomes(person: Person, token: TokenOf) -> None:
    draft = person.draft(way="certificate").body
    document_id = bring(person, draft_id=draft["draft_id"])
    early = person.client.get(f"/v1/documents/{document_id}", token=token("officer.traffic"))
    materials = [{"id": "old-plate", "sha256": digest(A_JPEG)}]
    filed = person.client.post(
        "/v1/cases", {"draft_id": draft["draft_id"], "materials": materials}, token=person.token
    ).body

    path = f"/v1/documents?case_no={filed['case_no']}"
    theirs = person.client.get(path, token=person.token).body["items"]
    seen = person.client.get(f"{path}&{READING}", token=token("officer.traffic")).body["items"]
    by_draft = person.client.get(f"/v1/documents?draft_id={draft['draft_id']}", token=person.token).body["items"]

    assert (early.status, early.code) == (403, "FORBIDDEN")
    assert [one["id"] for one in theirs] == [document_id]
    assert theirs == seen == by_draft
    assert (seen[0]["material"], seen[0]["sha256"]) == (filed["materials"][0]["id"], filed["materials"][0]["sha256"])


def test_a_case_takes_documents_until_it_is_closed(case: dict[str, Any], person: Person, token: TokenOf) -> None:
    body = wish(case_no=case["case_no"])
    officer = token("officer.traffic")
    path = f"/v1/cases/{case['case_no']}"

    before = person.client.post("/v1/documents", body, token=person.token)
    for step in ("decision", "delivery"):
        version = person.client.get(f"{path}?{READING}", token=officer).headers["etag"]
        sent = {"outcome": "granted", "document_no": "1", "reasons": "齐全。"} if step == "decision" else {}
        assert person.client.post(f"{path}/{step}", sent, token=officer, if_match=version).status == 200
    after = person.client.post("/v1/documents", body, token=person.token)

    assert before.status == 201
    assert (after.status, after.code) == (409, "CASE_CLOSED")


def test_a_draft_takes_documents_until_it_expires(person: Person) -> None:
    draft = person.draft().body["draft_id"]
    turn_clock(container().clock.now() + timedelta(hours=24))

    reply = ask(person, draft_id=draft)

    assert (reply.status, reply.code) == (409, "DRAFT_EXPIRED")


def test_nobody_elses_draft_case_or_document_is_there(case: dict[str, Any], person: Person, token: TokenOf) -> None:
    draft = person.draft().body["draft_id"]
    document_id = bring(person, draft_id=draft)
    other = Person(person.client, token("applicant2"))

    replies = [
        ask(other, draft_id=draft),
        ask(other, case_no=case["case_no"]),
        ask(other, draft_id="x" * 22),
        ask(other, case_no="ABCDEFGHIJKLMNOPQ"),
        other.client.get(f"/v1/documents/{document_id}", token=other.token),
        other.client.get(f"/v1/documents?draft_id={draft}", token=other.token),
        other.client.get(f"/v1/documents?case_no={case['case_no']}", token=other.token),
        other.client.get(f"/v1/documents/{'0' * 32}", token=other.token),
    ]

    assert [(reply.status, reply.code) for reply in replies] == [(404, "NOT_FOUND")] * 8


def test_an_agent_hands_in_documents_as_long_as_the_authority_lasts_and_the_principal_reads_of_it(
    person: Person, token: TokenOf
) -> None:
    agent = Person(person.client, token("agent")).enrol()
    authority = let_act(person.client, person.token, items=["plate-replacement"], acts=["file"])
    draft = agent.draft(way="certificate", on_behalf_of={"authority": authority}).body["draft_id"]
    document_id = bring(agent, draft_id=draft)
    filing = {"draft_id": draft, "materials": [{"id": "old-plate", "sha256": digest(A_JPEG)}]}
    case_no = person.client.post("/v1/cases", filing, token=agent.token).body["case_no"]
    places = [f"/v1/documents/{document_id}", f"/v1/documents?case_no={case_no}", f"/v1/documents?draft_id={draft}"]

    def asked() -> list[Reply]:
        return [*(agent.client.get(place, token=agent.token) for place in places), ask(agent, case_no=case_no)]

    during = asked()
    looks = person.client.get("/v1/me/credit/queries?limit=50", token=person.token).body["items"]
    person.client.post(f"/v1/authorities/{authority}/end", token=person.token)
    after = asked()

    assert [reply.status for reply in during] == [200, 200, 200, 201]
    told = [look["fields"] for look in looks]
    assert (told.count(["materials"]), told.count(["documents"])) == (2, 3)
    assert [(reply.status, reply.code) for reply in after] == [(422, "AUTHORITY_REQUIRED")] * 4
    assert [person.client.get(place, token=person.token).status for place in places] == [200, 200, 200]


def test_an_agent_who_may_only_look_gets_no_address_to_upload_to(person: Person, token: TokenOf) -> None:
    agent = Person(person.client, token("agent"))
    draft = person.draft(way="certificate").body["draft_id"]
    filing = {"draft_id": draft, "materials": [{"id": "old-plate", "sha256": digest(A_JPEG)}]}
    case_no = person.client.post("/v1/cases", filing, token=person.token).body["case_no"]
    place = f"/v1/documents/{ask(person, case_no=case_no).body['id']}"
    let_act(person.client, person.token, items=["plate-replacement"], acts=["view"])

    seen = person.client.get(place, token=agent.token)

    assert (seen.status, seen.body["state"], seen.body["upload"]) == (200, "awaiting_upload", None)
    assert person.client.get(place, token=person.token).body["upload"]["method"] == "PUT"


def test_an_agent_whose_authority_has_ended_hands_in_nothing_for_a_draft(person: Person, token: TokenOf) -> None:
    agent = Person(person.client, token("agent"))
    authority = let_act(person.client, person.token, items=["plate-replacement"], acts=["promise"])
    draft = agent.draft(on_behalf_of={"authority": authority}).body["draft_id"]

    def with_key() -> Reply:
        body = wish(draft_id=draft)
        return agent.client.post("/v1/documents", body, token=agent.token, idempotency_key="k")

    before = [ask(agent, draft_id=draft), with_key(), with_key()]
    seen = agent.client.get(f"/v1/documents?draft_id={draft}", token=agent.token)

    person.client.post(f"/v1/authorities/{authority}/end", token=person.token)
    after = [ask(agent, draft_id=draft), with_key()]

    assert [reply.status for reply in (*before, seen)] == [201, 201, 201, 200]
    assert [(reply.status, reply.code) for reply in after] == [(422, "AUTHORITY_REQUIRED")] * 2


def test_an_agent_whose_authority_has_ended_gets_no_address_anew_by_the_same_key(
    person: Person, token: TokenOf
) -> None:
    agent = Person(person.client, token("agent"))
    authority = let_act(person.client, person.token, acts=["promise"])
    body = wish(draft_id=agent.draft(on_behalf_of={"authority": authority}).body["draft_id"])

    def again() -> Reply:
        return person.client.post("/v1/documents", body, token=agent.token, idempotency_key="k")

    before = [again().status for _ in range(2)]
    person.client.post(f"/v1/authorities/{authority}/end", token=person.token)

    assert before == [201, 201]
    assert again().code == "AUTHORITY_REQUIRED"


def test_the_same_key_is_the_same_document_with_an_address_anew(person: Person) -> None:
    body = wish(draft_id=person.draft().body["draft_id"])

    first, again = (
        person.client.post("/v1/documents", body, token=person.token, idempotency_key="k") for _ in range(2)
    )

    assert (first.body["id"], again.headers["idempotency-replayed"]) == (again.body["id"], "true")
    assert again.body["upload"]["method"] == "PUT"


def test_a_case_has_so_many_documents_and_a_refused_one_leaves_its_place(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, Counted.DOCUMENTS, 2)
    draft = person.draft().body["draft_id"]
    bring(person, draft_id=draft)
    bring(person, EICAR, draft_id=draft)

    third = ask(person, draft_id=draft)
    fourth = ask(person, draft_id=draft, language="en")
    another = ask(person, draft_id=person.draft().body["draft_id"])

    assert (third.status, another.status) == (201, 201)
    assert (fourth.status, fourth.code, fourth.headers["retry-after"]) == (429, "TOO_MANY_DOCUMENTS", "3600")


def test_the_message_of_an_upload_may_come_twice_and_in_any_order(person: Person) -> None:
    made = ask(person, draft_id=person.draft().body["draft_id"], size=None, sha256=None).body
    first, second = put(made["id"], A_JPEG), put(made["id"], EICAR)

    hear(uploaded(made["id"], first), uploaded(made["id"], second), uploaded(made["id"], first))

    assert (read(person, made["id"])["state"], versions()) == ("clean", [first])


def test_a_late_upload_under_the_same_address_changes_nothing(
    case: dict[str, Any], person: Person, token: TokenOf
) -> None:
    document_id = bring(person, case_no=case["case_no"])
    put(document_id, EICAR)

    view = person.client.post(f"/v1/documents/{document_id}/view?{READING}", token=token("officer.traffic")).body

    (version,) = parse_qs(urlsplit(view["url"]).query)["versionId"]
    body = s3().get_object(Bucket=settings().document_bucket, Key=document_id, VersionId=version)["Body"].read()
    assert body == A_JPEG


@pytest.mark.parametrize(
    "message",
    [
        {"Service": "Amazon S3", "Event": "s3:TestEvent"},
        uploaded("0" * 32, "v"),
        {"document_id": "0" * 32, "verdict": "clean"},
    ],
)
def test_a_message_about_nothing_is_passed_over(message: dict[str, Any], person: Person) -> None:  # noqa: ARG001 - in a cloud
    assert hear(message) == {"batchItemFailures": []}


def test_an_object_that_is_gone_changes_nothing(person: Person) -> None:
    made = ask(person, draft_id=person.draft().body["draft_id"]).body

    assert hear(uploaded(made["id"], "0" * 32)) == {"batchItemFailures": []}
    assert read(person, made["id"])["state"] == "awaiting_upload"


def test_a_message_that_cannot_be_taken_comes_again_and_the_others_are_taken(person: Person) -> None:
    made = ask(person, draft_id=person.draft().body["draft_id"]).body

    answer = hear({"document_id": made["id"], "verdict": "perhaps"}, uploaded(made["id"], put(made["id"], A_JPEG)))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert read(person, made["id"])["state"] == "clean"


@dataclass(slots=True)
class Scanner:
    """Stands in for a city's own scanner: takes orders, and knows EICAR's text by its bytes."""

    orders: list[dict[str, Any]] = field(default_factory=list)

    def send(self, message: str, *, name: str) -> None:
        assert name in message
        self.orders.append(json.loads(message))

    def verdicts(self) -> list[dict[str, Any]]:
        found = []
        for order in self.orders:
            place = {"Bucket": order["bucket"], "Key": order["key"], "VersionId": order["version_id"]}
            content = s3().get_object(**place)["Body"].read()
            found.append({"document_id": order["document_id"], "verdict": "refused" if EICAR in content else "clean"})
        return found


@pytest.fixture
def scanner(person: Person) -> Scanner:  # noqa: ARG001 - the cloud comes first
    stands_in = Scanner()
    services = container()
    services.__dict__["quarantine"] = Quarantine(
        DocumentStore(services.timeline), services.document_bucket, counts=services.counts, scanner=stands_in
    )
    return stands_in


def test_a_scanner_of_ones_own_has_the_last_word(
    case: dict[str, Any], person: Person, scanner: Scanner, token: TokenOf
) -> None:
    good = bring(person, case_no=case["case_no"])
    bad = bring(person, A_PDF + EICAR, case_no=case["case_no"])
    officer = token("officer.traffic")

    before = person.client.post(f"/v1/documents/{good}/view", token=officer)
    waiting = [read(person, one)["state"] for one in (good, bad)]
    hear(*scanner.verdicts(), *scanner.verdicts())

    assert waiting == ["quarantined", "quarantined"]
    assert (before.status, before.code, before.body["state"]) == (409, "DOCUMENT_NOT_CLEAN", "quarantined")
    assert read(person, good)["state"] == "clean"
    assert (read(person, bad)["state"], read(person, bad)["problem"]) == ("refused", "UNSAFE")
    assert len(versions()) == 1
    kinds = [event.kind for event in container().timeline.events(f"document:{bad}")]
    assert kinds == ["document:requested", "document:received", "document:refused"]
    assert container().timeline.reading(f"document:{bad}").verified


def test_an_order_is_given_again_when_the_message_comes_again(person: Person, scanner: Scanner) -> None:
    made = ask(person, draft_id=person.draft().body["draft_id"]).body
    version = put(made["id"], A_JPEG)

    hear(uploaded(made["id"], version), uploaded(made["id"], version))

    assert [order["version_id"] for order in scanner.orders] == [version, version]


def test_staff_open_a_document_for_a_minute_and_the_applicant_reads_who_did(
    case: dict[str, Any], person: Person, token: TokenOf
) -> None:
    document_id = bring(person, case_no=case["case_no"], name="照片.heic")

    view = person.client.post(f"/v1/documents/{document_id}/view?{READING}", token=token("officer.traffic"))

    query = parse_qs(urlsplit(view.body["url"]).query)
    assert (view.status, view.body["format"], view.body["shown"], view.body["seconds"]) == (200, "jpeg", True, 60)
    assert (query["X-Amz-Expires"], query["response-content-type"]) == (["60"], ["image/jpeg"])
    assert query["response-content-disposition"] == ["inline; filename*=UTF-8''%E7%85%A7%E7%89%87.heic.jpg"]
    timeline = person.client.get(f"/v1/cases/{case['case_no']}/timeline", token=person.token).body
    last = timeline["items"][-1]
    assert (last["kind"], last["actor"], last["data"], timeline["verified"]) == (
        SEEN,
        "staff:officer.traffic",
        {"document": document_id, "material": "old-plate"},
        True,
    )


def test_what_browsers_do_not_show_is_downloaded(case: dict[str, Any], person: Person, token: TokenOf) -> None:
    document_id = bring(person, AN_OFD, case_no=case["case_no"], name="表.html")

    view = person.client.post(f"/v1/documents/{document_id}/view", token=token("head.traffic")).body

    query = parse_qs(urlsplit(view["url"]).query)
    assert view["shown"] is False
    assert query["response-content-disposition"] == ["attachment; filename*=UTF-8''%E8%A1%A8.html.ofd"]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("officer.market", 403, "FORBIDDEN"),
        ("monitor", 403, "FORBIDDEN"),
        ("inspector", 403, "FORBIDDEN"),
        ("credit", 403, "FORBIDDEN"),
        ("applicant", 403, "FORBIDDEN"),
        (None, 401, "UNAUTHENTICATED"),
    ],
)
def test_nobody_else_opens_a_document_by_any_address(
    case: dict[str, Any], person: Person, token: TokenOf, who: str | None, status: int, code: str
) -> None:
    document_id = bring(person, case_no=case["case_no"])

    view = person.client.post(f"/v1/documents/{document_id}/view", token=who and token(who))

    assert (view.status, view.code) == (status, code)
    assert SEEN not in {event.kind for event in container().timeline.events(f"case:{case['case_no']}")}


def test_an_officer_does_not_open_what_is_their_own_matter(
    case: dict[str, Any], person: Person, token: TokenOf
) -> None:
    document_id = bring(person, case_no=case["case_no"])
    own = token("officer.traffic", subject=PERSONAS["applicant"]["claims"]["subject"])

    view = person.client.post(f"/v1/documents/{document_id}/view", token=own)

    assert (view.status, view.code) == (403, "OWN_MATTER")


def test_a_document_of_a_draft_is_opened_by_nobody(person: Person, token: TokenOf) -> None:
    document_id = bring(person, draft_id=person.draft().body["draft_id"])

    view = person.client.post(f"/v1/documents/{document_id}/view", token=token("officer.traffic"))

    assert (view.status, view.code) == (404, "NOT_FOUND")


def a_mandate(client: Client, token: TokenOf, *case_nos: str) -> str:
    body = {**MANDATE, "scope": {"departments": [], "items": [], "case_nos": list(case_nos)}}
    asked = client.post("/v1/inspections", body, token=token("inspector"))
    approval = f"/v1/inspections/{asked.body['id']}/approval"
    assert client.post(approval, token=token("inspector2"), if_match=asked.headers["etag"]).status == 200
    return str(asked.body["id"])


def test_inspectors_list_and_open_documents_within_their_mandate_and_the_office_hears_nothing(
    case: dict[str, Any], person: Person, token: TokenOf
) -> None:
    document_id = bring(person, case_no=case["case_no"])
    elsewhere = bring(person, draft_id=person.draft().body["draft_id"])
    mandate = a_mandate(person.client, token, case["case_no"])
    path = f"/v1/inspections/{mandate}/cases/{case['case_no']}/documents"
    before = len(container().timeline.events(f"case:{case['case_no']}"))

    listed = person.client.get(path, token=token("inspector")).body["items"]
    view = person.client.post(f"{path}/{document_id}/view", token=token("inspector"))
    of_another_case = person.client.post(f"{path}/{elsewhere}/view", token=token("inspector"))
    without = person.client.post(f"{path}/{document_id}/view", token=token("inspector2"))

    assert ([one["id"] for one in listed], view.status, view.body["seconds"]) == ([document_id], 200, 60)
    assert (of_another_case.code, without.code) == ("NOT_FOUND", "NOT_FOUND")
    readings = person.client.get(f"/v1/inspections/{mandate}/readings", token=token("inspector")).body["items"]
    assert [event["data"] for event in readings] == [
        {"read": "documents", "case_no": case["case_no"], "size": 1},
        {"read": "document", "case_no": case["case_no"], "document": document_id},
    ]
    assert len(container().timeline.events(f"case:{case['case_no']}")) == before


def test_a_document_out_of_scope_is_absent_and_the_attempt_is_on_record(
    case: dict[str, Any], person: Person, token: TokenOf
) -> None:
    document_id = bring(person, case_no=case["case_no"])
    mandate = a_mandate(person.client, token, "ABCDEFGHIJKLMNOPQ")
    path = f"/v1/inspections/{mandate}/cases/{case['case_no']}/documents"

    listed = person.client.get(path, token=token("inspector"))
    view = person.client.post(f"{path}/{document_id}/view", token=token("inspector"))

    assert [(reply.status, reply.code) for reply in (listed, view)] == [(404, "OUT_OF_SCOPE")] * 2
    readings = person.client.get(f"/v1/inspections/{mandate}/readings", token=token("inspector")).body["items"]
    assert [event["kind"] for event in readings] == ["mandate:exceeded"] * 2


def test_a_bucket_that_does_not_answer_now_is_asked_again(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ask(person, draft_id=person.draft().body["draft_id"]).body
    version = put(made["id"], A_JPEG)

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "GetObject")

    monkeypatch.setattr(s3(), "get_object", refuse)
    monkeypatch.setattr("chalicelib.aws.s3", s3)

    assert hear(uploaded(made["id"], version)) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert read(person, made["id"])["state"] == "awaiting_upload"
