"""Documents that the office issues: made from events, sealed, downloaded, uploaded and checked."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pypdf import PdfReader

from chalicelib.container import container
from chalicelib.issuing.model.issued import Sheet
from tests.api.bodies import FLAG
from tests.api.handling import Office, a_closed_promise, a_promise
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, s3, said_by, turn_clock
from tests.files import A_JPEG, A_PDF, AN_OFD
from tests.issuing import arrived, content_at, digest, hear, issued_bucket, kept, sketched
from tests.issuing import told as said_of
from tests.services.case_office import publish
from tests.services.credit_office import AFTER_DEFENCE

__all__ = ["issued_bucket", "sketched"]

pytestmark = pytest.mark.usefixtures("issued_bucket")

REASONS = "提交的材料与登记不一致。"


@pytest.fixture
def office(client: Client, token: TokenOf) -> Office:
    """An office with a promise that was accepted on filing."""
    return a_promise(client, token)


def told(office: Office, kind: str) -> dict[str, Any]:
    """What the relay says of the last event of a kind in the office's case."""
    return said_of(f"case:{office.url.rpartition('/')[2]}", kind)


def listed(office: Office, by: str = "applicant") -> list[dict[str, Any]]:
    case_no = office.url.rpartition("/")[2]
    reply = office.client.get(
        f"/v1/issued-documents?case_no={case_no}{said_by(by).replace('?', '&')}", token=office.token(by)
    )
    assert reply.status == 200, reply.text
    return list(reply.body["items"])


def download(office: Office, issued_id: str, by: str = "applicant") -> Reply:
    return office.client.post(f"/v1/issued-documents/{issued_id}/download{said_by(by)}", token=office.token(by, sub=by))


def events(office: Office) -> list[Any]:
    return list(container().timeline.events(f"case:{office.url.rpartition('/')[2]}"))


def until(office: Office) -> str:
    """The last moment at which the applicant can state their case."""
    read = office.client.get(office.url, token=office.token("applicant"))
    return str(read.body["defence"]["until"])


def refuse(office: Office) -> None:
    office.done("decision", {"outcome": "refused", "document_no": "1号", "reasons": REASONS})


def test_a_refusal_is_downloaded_as_a_pdf_with_its_reasons_and_remedies(office: Office) -> None:
    refuse(office)

    assert hear(told(office, "case:decided")) == {"batchItemFailures": []}
    (made,) = listed(office)
    address = download(office, made["id"])

    content = content_at(address.body["url"])
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\n", "")
    assert (made["title"], made["state"], made["is_sealed"], made["unprintable"]) == ("不予决定书", "issued", False, [])
    assert digest(content) == made["sha256"]
    assert REASONS in text
    review = "可以自知道本决定之日起60日内依法向本级人民政府申请行政复议（《行政复议法》第20条第1款），不收取任何费用"
    court = "6个月内依法直接向有管辖权的人民法院提起行政诉讼（《行政诉讼法》第46条第1款）"
    assert (review in text, court in text) == (True, True)
    assert "公安局交通管理局" in text
    assert "review within 60 days of learning" in text
    query = parse_qs(urlsplit(address.body["url"]).query)
    assert (query["X-Amz-Expires"], address.body["seconds"]) == (["60"], 60)
    assert query["response-content-disposition"] == [
        "attachment; filename*=UTF-8''%E4%B8%8D%E4%BA%88%E5%86%B3%E5%AE%9A%E4%B9%A6.pdf"
    ]


def test_what_was_issued_stands_on_the_timeline_with_its_digest(office: Office, sketched: list[Sheet]) -> None:
    hear(told(office, "case:accepted"))

    proof = events(office)[-1]
    (made,) = listed(office)
    assert (proof.kind, proof.actor) == ("document:issued", "service:issuing")
    assert proof.data == {
        "issued_id": made["id"],
        "kind": "acceptance",
        "about": told(office, "case:accepted")["seq"],
        "edition": "2026",
        "source": "template",
        "is_sealed": False,
        "sha256": made["sha256"],
        "size": made["size"],
        "format": "pdf",
    }
    assert container().timeline.reading(proof.owner).verified
    assert len(sketched) == 1


def test_an_event_told_twice_makes_one_document(office: Office, sketched: list[Sheet]) -> None:
    hear(told(office, "case:accepted"), told(office, "case:accepted"))
    hear(told(office, "case:accepted"))

    assert len(listed(office)) == len(sketched) == 1
    assert [event.kind for event in events(office)].count("document:issued") == 1


def test_a_job_that_dies_after_the_content_is_kept_makes_the_document_when_it_is_told_again(
    office: Office, sketched: list[Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise ConnectionError

    order = told(office, "case:accepted")
    with monkeypatch.context() as dying:
        dying.setattr(container().issuing, "_added", die)
        first = hear(order)
    between = listed(office)
    hear(order)

    (made,) = listed(office)
    assert first == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert between == []
    assert digest(content_at(download(office, made["id"]).body["url"])) == made["sha256"]
    assert [event.kind for event in events(office)].count("document:issued") == 1
    assert len(sketched) == 2


def test_the_first_download_by_the_applicant_is_the_proof_of_service(office: Office, sketched: list[Sheet]) -> None:
    hear(told(office, "case:accepted"))
    (made,) = listed(office)

    download(office, made["id"])
    download(office, made["id"])
    download(office, made["id"], by="officer.traffic")

    told_of = [event for event in events(office) if event.kind != "case:seen"]
    looked = [(event.kind, event.actor.partition(":")[0], event.data) for event in told_of[-2:]]
    said = {"issued_id": made["id"], "kind": "acceptance", "sha256": made["sha256"]}
    assert looked == [("document:served", "subject", said), ("document:issued_seen", "staff", said)]
    assert listed(office)[0]["opened_at"] == "2026-09-28T04:00:00Z"
    assert len(sketched) == 1


@pytest.mark.requirement("R1.18")
def test_a_notice_that_is_opened_as_a_document_lets_its_time_run(
    client: Client, token: TokenOf, sketched: list[Sheet]
) -> None:
    office = a_closed_promise(client, token)
    found = {"method": "online", "findings": "有扣押记录。", "result": "untrue"}
    deemed = office.done("verification", found)["defence"]["until"]
    hear(told(office, "case:defence_opened"))
    (notice,) = listed(office)

    download(office, notice["id"], by="officer.traffic")
    looked = until(office)
    download(office, notice["id"])
    download(office, notice["id"])

    assert (deemed, looked, until(office)) == (
        "2026-10-12T15:59:59Z",
        "2026-10-12T15:59:59Z",
        "2026-10-08T15:59:59Z",
    )
    kinds = [event.kind for event in events(office)]
    assert kinds[-3:] == ["document:issued_seen", "case:notice_received", "document:served"]
    assert (kinds.count("case:notice_received"), len(sketched)) == (1, 1)


@pytest.mark.parametrize(
    ("by", "status"),
    [("company", 404), ("officer.market", 403), ("officer.traffic", 200), ("head.traffic", 200), ("credit", 403)],
)
def test_nobody_but_the_applicant_and_the_department_gets_a_document(
    office: Office, sketched: list[Sheet], by: str, status: int
) -> None:
    hear(told(office, "case:accepted"))
    (made,) = listed(office)

    assert download(office, made["id"], by=by).status == status
    assert len(sketched) == 1


def test_anybody_checks_a_file_and_reads_nothing_personal(office: Office, sketched: list[Sheet]) -> None:
    refuse(office)
    hear(told(office, "case:decided"))
    (made,) = listed(office)

    checked = office.client.get(f"/v1/document-checks/{made['sha256']}")

    assert checked.body == {
        "kind": "decision_refused",
        "title": "不予决定书",
        "department": "traffic",
        "issued_at": "2026-09-28T04:00:00Z",
        "is_sealed": False,
        "standing": "in_force",
        "ended_at": None,
    }
    assert len(sketched) == 1


@pytest.mark.parametrize("asked", ["0" * 64, "ab" * 31, "x" * 64, "a" * 3000, "%20", "'; drop table", "车牌"])
def test_a_file_that_was_never_issued_is_not_found(office: Office, asked: str) -> None:
    assert office.client.get(f"/v1/document-checks/{asked}").status == 404


def test_a_digest_may_be_written_in_capitals(office: Office, sketched: list[Sheet]) -> None:
    hear(told(office, "case:accepted"))
    (made,) = listed(office)

    assert office.client.get(f"/v1/document-checks/{made['sha256'].upper()}").status == 200
    assert len(sketched) == 1


def test_a_decision_is_without_force_once_the_case_is_reopened_and_replaced_by_none(
    office: Office, sketched: list[Sheet]
) -> None:
    refuse(office)
    order = told(office, "case:decided")
    office.done("reopening", {"reason": "事实有误。"}, by="supervisor.traffic")
    hear(order)
    (made,) = listed(office)

    checked = office.client.get(f"/v1/document-checks/{made['sha256']}").body

    assert (checked["standing"], checked["ended_at"]) == ("no_longer_in_force", "2026-09-28T04:00:00Z")
    assert len(sketched) == 1


# What an officer uploads


def ask(office: Office, kind: str = "decision_refused", by: str = "officer.traffic", **headers: str) -> Reply:
    return office.client.post(f"{office.url}/issued-documents", {"kind": kind}, token=office.token(by), **headers)


def test_an_officer_uploads_a_signed_decision_which_replaces_the_one_that_was_made(
    office: Office, sketched: list[Sheet]
) -> None:
    refuse(office)
    hear(told(office, "case:decided"))
    asked = ask(office).body
    hidden = listed(office)

    hear(arrived(f"{asked['id']}/upload", AN_OFD))

    first, second = sorted(listed(office), key=lambda one: one["source"])
    assert [one["id"] for one in hidden] == [first["id"]]
    assert asked["upload"]["fields"]["key"] == f"{asked['id']}/upload"
    assert asked["upload"]["fields"]["success_action_redirect"].endswith(
        f"/desk{office.url.removeprefix('/v1/cases')}/issued"
    )
    assert (second["id"], second["source"], second["format"]) == (asked["id"], "upload", "ofd")
    assert second["sha256"] == digest(AN_OFD)
    standings = [office.client.get(f"/v1/document-checks/{one['sha256']}").body["standing"] for one in (first, second)]
    assert standings == ["replaced", "in_force"]
    assert events(office)[-1].actor == "staff:officer.traffic"
    assert f"{asked['id']}/upload" not in kept()
    assert len(sketched) == 1


def test_the_same_file_uploaded_twice_is_checked_by_the_one_that_stands(office: Office) -> None:
    refuse(office)
    for _ in range(2):
        hear(arrived(f"{ask(office).body['id']}/upload", A_PDF))

    while_one_stands = office.client.get(f"/v1/document-checks/{digest(A_PDF)}").body
    turn_clock(NOON + timedelta(hours=1))
    office.done("reopening", {"reason": "事实有误。"}, by="supervisor.traffic")
    afterwards = office.client.get(f"/v1/document-checks/{digest(A_PDF)}").body

    assert len(listed(office)) == 2
    assert (while_one_stands["standing"], while_one_stands["ended_at"]) == ("in_force", None)
    assert (afterwards["standing"], afterwards["ended_at"]) == ("no_longer_in_force", "2026-09-28T05:00:00Z")


@pytest.mark.parametrize(
    ("content", "problem"), [(b"", "EMPTY"), (A_JPEG, "FORMAT_UNKNOWN"), (b"MZ\x90", "FORMAT_UNKNOWN")]
)
def test_an_upload_that_is_no_document_is_refused_and_deleted(office: Office, content: bytes, problem: str) -> None:
    asked = ask(office).body

    hear(arrived(f"{asked['id']}/upload", content))

    (seen,) = listed(office, by="officer.traffic")
    assert (seen["state"], seen["problem"], bool(seen["reason"])) == ("refused", problem, True)
    assert listed(office) == []
    assert kept() == []
    early = download(office, asked["id"])
    assert (early.status, early.code) == (409, "DOCUMENT_NOT_ISSUED")


def test_whatever_is_uploaded_after_the_first_file_changes_nothing(office: Office) -> None:
    asked = ask(office).body
    hear(arrived(f"{asked['id']}/upload", A_PDF))

    hear(arrived(f"{asked['id']}/upload", AN_OFD))

    (made,) = listed(office)
    assert made["sha256"] == digest(A_PDF)
    assert [event.kind for event in events(office)].count("document:issued") == 1


@pytest.mark.parametrize("key", ["nobody/upload", "upload", "a/b/c", "../x"])
def test_a_file_that_nobody_waits_for_is_left_alone(office: Office, key: str) -> None:
    assert hear(arrived(key, A_PDF)) == {"batchItemFailures": []}
    assert listed(office, by="officer.traffic") == []


def test_only_officers_of_the_department_upload_and_only_known_kinds(office: Office) -> None:
    unknown, of_a_flag = ask(office, kind="licence"), ask(office, kind="flag_decision")

    assert [(one.status, one.pointers) for one in (unknown, of_a_flag)] == [(400, ["/kind"])] * 2
    assert ask(office, by="officer.market").status == 403
    assert ask(office, by="applicant").status == 403


def test_asking_to_upload_twice_with_one_key_makes_room_once(office: Office) -> None:
    first, second = (ask(office, idempotency_key="k1").body for _ in range(2))

    assert first["id"] == second["id"]
    assert len(listed(office, by="officer.traffic")) == 1


# The city's own sealing service


@dataclass
class Sealer:
    """Stands in for a city's own sealing service: signs by adding to the file, as PDF signatures do."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    is_down: bool = False

    def send(self, message: str, *, name: str) -> None:
        if self.is_down:
            raise ConnectionError
        assert name in message
        self.orders.append(json.loads(message))

    def sealed(self, number: int = -1, *, mark: bytes = b"/ByteRange [0 1 2 3]\n%%EOF\n") -> tuple[str, bytes]:
        """What it sends back for an order: where to, and what."""
        order = self.orders[number]
        draft: bytes = s3().get_object(Bucket=order["bucket"], Key=order["key"])["Body"].read()
        assert digest(draft) == order["sha256"]
        return order["sealed_key"], draft + mark


@pytest.fixture
def sealer(office: Office) -> Sealer:  # noqa: ARG001 - the cloud comes first
    stands_in = Sealer()
    container().issuing._sealing = stands_in  # noqa: SLF001 - the queue of the deployment in its place
    return stands_in


def test_a_document_waits_for_its_seal_and_is_issued_with_it(
    office: Office, sketched: list[Sheet], sealer: Sealer
) -> None:
    hear(told(office, "case:accepted"))
    (waiting,) = listed(office)
    early = download(office, waiting["id"])

    key, content = sealer.sealed()
    hear(arrived(key, content))

    (made,) = listed(office)
    assert (waiting["state"], waiting["sha256"]) == ("awaiting_seal", None)
    assert (early.status, early.code) == (409, "DOCUMENT_NOT_ISSUED")
    assert (made["state"], made["is_sealed"], made["sha256"]) == (
        "issued",
        True,
        digest(content),
    )
    assert content_at(download(office, made["id"]).body["url"]) == content
    assert office.client.get(f"/v1/document-checks/{sealer.orders[0]['sha256']}").status == 404
    assert office.client.get(f"/v1/document-checks/{made['sha256']}").body["is_sealed"] is True
    assert len(sketched) == 1


def test_nothing_is_lost_while_the_sealing_service_is_down(
    office: Office, sketched: list[Sheet], sealer: Sealer
) -> None:
    sealer.is_down = True
    down = hear(told(office, "case:accepted"))
    (waiting,) = listed(office)
    sealer.is_down = False

    hear(told(office, "case:accepted"))
    hear(arrived(*sealer.sealed()))

    (made,) = listed(office)
    assert down == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert (waiting["state"], made["state"], made["id"]) == ("awaiting_seal", "issued", waiting["id"])
    assert len(sketched) == 1


def test_the_sealing_service_may_answer_twice(office: Office, sketched: list[Sheet], sealer: Sealer) -> None:
    hear(told(office, "case:accepted"))
    key, first = sealer.sealed()

    hear(arrived(key, first))
    hear(arrived(key, first), arrived(key, sealer.sealed(mark=b"/ByteRange [0 1 2 4]\n%%EOF\n")[1]))

    (made,) = listed(office)
    assert made["sha256"] == digest(first)
    assert [event.kind for event in events(office)].count("document:issued") == 1
    assert key not in kept()
    assert len(sketched) == 1


@pytest.mark.parametrize(
    "wrong",
    [A_PDF, A_PDF + b"% 1\n", A_PDF + b"% 1\n/ByteRange [0 1", A_PDF + b"% 2\n/ByteRange []\n%%EOF", b"", A_JPEG],
)
def test_another_file_than_the_one_that_was_sent_is_not_issued(
    office: Office, sketched: list[Sheet], sealer: Sealer, wrong: bytes
) -> None:
    hear(told(office, "case:accepted"))
    key, right = sealer.sealed()

    hear(arrived(key, wrong))
    (waiting,) = listed(office, by="officer.traffic")
    hear(arrived(key, right))

    (made,) = listed(office)
    assert (waiting["state"], waiting["problem"]) == ("awaiting_seal", "SEALED_ANOTHER_FILE")
    assert (made["state"], made["problem"]) == ("issued", None)
    assert len(sketched) == 1


# Flags


@pytest.fixture
def flag(client: Client, token: TokenOf) -> dict[str, Any]:
    """A flag that the credit office proposed on a company."""
    turn_clock(NOON)
    publish(an_item(code="business-address", department="market", name="住所登记"))
    proposed = client.post("/v1/flags", FLAG, token=token("credit"))
    assert proposed.status == 201, proposed.text
    flag: dict[str, Any] = proposed.body
    return flag


def test_a_proposed_flag_is_told_with_facts_basis_items_and_the_time_to_answer(
    client: Client, token: TokenOf, flag: dict[str, Any], sketched: list[Sheet]
) -> None:
    hear(said_of(f"flag:{flag['id']}", "flag:proposed"))

    (made,) = client.get(f"/v1/issued-documents?flag_id={flag['id']}", token=token("company")).body["items"]
    (sheet,) = sketched
    said = "\n".join(sheet.body)
    assert (made["title"], made["state"]) == ("拟失信惩戒告知书", "issued")
    assert (sheet.organ, sheet.addressee) == ("社会信用主管部门", FLAG["subject"]["name"])
    assert "事实：承诺的住所不存在。" in said
    assert "范围：仅限“住所登记”。" in said
    assert "期限为自送达之日起3个工作日（《浙江省公共信用信息管理条例》第24条" in said
    assert FLAG["subject"]["number"] not in said


@pytest.mark.parametrize(
    ("by", "status"), [("company", 200), ("credit", 200), ("applicant", 404), ("officer.traffic", 403)]
)
def test_a_flags_documents_are_its_subjects_and_the_credit_offices(
    client: Client, token: TokenOf, flag: dict[str, Any], sketched: list[Sheet], by: str, status: int
) -> None:
    hear(said_of(f"flag:{flag['id']}", "flag:proposed"))
    (made,) = client.get(f"/v1/issued-documents?flag_id={flag['id']}", token=token("credit")).body["items"]

    listed_by = client.get(f"/v1/issued-documents?flag_id={flag['id']}", token=token(by))
    given = client.post(f"/v1/issued-documents/{made['id']}/download", token=token(by))

    assert (listed_by.status, given.status) == (status, status)
    assert len(sketched) == 1


def test_a_confirmed_flag_is_issued_with_remedies_and_falls_with_its_lifting(
    client: Client, token: TokenOf, flag: dict[str, Any], sketched: list[Sheet]
) -> None:
    def act(what: str, body: dict[str, str], version: int, by: str = "credit") -> None:
        url = f"/v1/flags/{flag['id']}/{what}"
        reply = client.post(url, body, token=token(by), if_match=f'"{version}"')
        assert reply.status == 200, reply.text

    owner = f"flag:{flag['id']}"
    act("service", {"served_at": "2026-09-28T04:00:00Z", "method": "直接送达", "proof": "回证1号"}, 1)
    turn_clock(AFTER_DEFENCE)
    act("confirmation", {"reason": "事实清楚。"}, 2, by="credit2")
    hear(said_of(owner, "flag:confirmed"))
    (made,) = client.get(f"/v1/issued-documents?flag_id={flag['id']}", token=token("company")).body["items"]
    before = client.get(f"/v1/document-checks/{made['sha256']}").body["standing"]
    act("lifting", {"reason": "已履行义务。", "basis": "第23条"}, 3)
    hear(said_of(owner, "flag:lifted"))

    after = client.get(f"/v1/document-checks/{made['sha256']}").body["standing"]
    assert (before, after) == ("in_force", "no_longer_in_force")
    assert [sheet.title for sheet in sketched] == ["失信惩戒决定书", "失信惩戒解除通知书"]
    assert "60日内依法向本级人民政府申请行政复议" in sketched[0].remedies[0]


# The rest


def test_nothing_is_made_of_an_event_that_is_not_there(office: Office) -> None:
    assert hear({"owner": f"case:{office.url.rpartition('/')[2]}", "seq": 999}) == {"batchItemFailures": []}
    assert listed(office, by="officer.traffic") == []


def test_one_of_case_and_flag_is_asked_for(office: Office) -> None:
    for query in ("", "?case_no=ABCDEFGHIJKLMNOPQ&flag_id=f"):
        reply = office.client.get(f"/v1/issued-documents{query}", token=office.token("applicant"))
        assert (reply.status, reply.pointers) == (400, ["/case_no", "/flag_id"])
