"""What is logged of a story, of its mistakes and of failing stores: one line a request, and nobody's name or number."""

import json
import logging
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib import aws
from chalicelib.dynamo.model import connection
from chalicelib.http.routes import import_all
from chalicelib.jobs.sweep import sweep
from chalicelib.settings import settings
from tests.api.bodies import DECISION, FLAG, PERSONAL, STAFF_NAMES, answers_to, item_body, subject_of, token_of
from tests.builders import KeyPair, base64url
from tests.cloud import Client, Reply

import_all()

NAME, NUMBER = subject_of("applicant")["name"], subject_of("applicant")["number"]
COMPANY, AGENT = subject_of("company"), subject_of("agent")
RECORD = {
    "subject": COMPANY,
    "kind": "administrative",
    "severity": "serious",
    "publicity": "shared",
    "document": {"number": "义市监罚〔2026〕1号", "organ": "义乌市市场监督管理局", "effective_on": "2026-01-10"},
    "dates": {"judged_on": "2026-01-08"},
    "basis": "《市场主体登记管理条例》第44条",
    "repair_notice": "一年后可以申请信用修复，不收费。",
    "related_items": ["plate-replacement"],
}
CHECK = {"subject": COMPANY, "item_code": "plate-replacement", "purpose": "handling"}
PEOPLE = ("applicant", "company", "officer.traffic", "credit", "editor", "system.market", "inspector")


@dataclass(slots=True)
class Teller:
    """Tells the story, and remembers what was asked and answered."""

    client: Client
    told: list[tuple[str, str, int]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def ask(
        self, method: str, url: str, body: object = None, *, as_: str | None = None, version: int | None = None
    ) -> Reply:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        event = self.client.event(method, url, body, token=as_ and token_of(as_), headers=headers)
        reply = self.client.send(event)
        self.told.append((method, event["resource"], reply.status))
        return reply

    def happen(self) -> str:
        """From a key to a check of credit; returns the number of the case."""
        pair = KeyPair()
        self.ask("PUT", "/v1/items/plate-replacement/versions/1", item_body(), as_="editor")
        self.ask("POST", "/v1/signing-keys", {"jwk": pair.jwk}, as_="applicant")
        wish = {"item_code": "plate-replacement", "answers": answers_to("plate-replacement"), "way": "commitment"}
        draft = self.ask("POST", "/v1/drafts", wish, as_="applicant").body
        signature = pair.sign(draft["payload"])
        filing = {
            "draft_id": draft["draft_id"],
            "confirmed": draft["required_confirmations"],
            "signature": signature,
        }
        case = self.ask("POST", "/v1/cases", filing, as_="applicant").body
        path = f"/v1/cases/{case['case_no']}"
        self.ask("GET", f"/v1/track/{case['case_no']}?code={case['tracking_code']}")
        self.ask(
            "POST", f"{path}/decision", {**DECISION, "reasons": f"{NAME}的材料齐全。"}, as_="officer.traffic", version=1
        )
        self.ask("GET", f"{path}/timeline", as_="applicant")
        self.ask("PUT", "/v1/credit/records/market/r-1", RECORD, as_="system.market")
        self.ask("POST", "/v1/credit/checks", CHECK, as_="system.traffic")
        self.ask("POST", "/v1/flags", FLAG, as_="credit")
        self.ask("GET", "/v1/me/credit/queries", as_="company")
        assert [status for *_, status in self.told if status >= 300] == []
        self.secrets += [signature, case["tracking_code"], draft["payload_hash"]]
        self.secrets += ["13900000000", "139 0000 0000", "示例路1号", "浙G00000"]
        return str(case["case_no"])

    def go_wrong(self) -> None:
        """Put names and numbers where none belong."""
        name = quote(NAME)
        for url in (f"/v1/cases/{NUMBER}", f"/v1/cases/{name}/timeline", f"/v1/cases?state={name}", f"/{NUMBER}"):
            self.ask("GET", url, as_="officer.traffic")
        self.ask("GET", f"/v1/track/{NUMBER}?code={name}")
        self.ask("GET", f"/v1/items/{name}")
        self.ask("POST", "/v1/drafts", {NUMBER: NAME}, as_="applicant")
        self.ask("POST", "/v1/drafts", f'{{"{NAME}": "{NUMBER}"', as_="applicant")
        self.ask("POST", "/v1/credit/checks", {**CHECK, "item_code": NAME, "purpose": NUMBER}, as_="officer.traffic")
        self.ask("POST", "/v1/credit/checks", {**CHECK, "subject": {**COMPANY, "number": NUMBER}}, as_="system.market")
        self.ask("GET", "/v1/me/credit", as_=None)
        self.client.call("GET", "/v1/me/credit", token=f"{base64url(NUMBER.encode())}.{NUMBER}.{NAME}")
        self.told.append(("GET", "/v1/me/credit", 401))

    def lose_stores(self) -> None:
        """Let a key and tables be gone in the middle of it."""
        aws.client("kms").delete_alias(AliasName=settings().identity_key)
        self.ask("PUT", "/v1/credit/records/market/r-2", {**RECORD, "subject": AGENT}, as_="system.market")
        for table in ("credit", "subjects"):
            connection().dispatch("DeleteTable", {"TableName": settings().table(table)})
        self.ask("PUT", "/v1/credit/records/market/r-2", RECORD, as_="system.market")
        self.ask("POST", "/v1/credit/checks", CHECK, as_="system.traffic")
        self.ask("GET", "/v1/me/credit", as_="company")
        self.ask("POST", "/v1/signing-keys", {"jwk": KeyPair().jwk}, as_="applicant")
        assert [status for *_, status in self.told[-5:]] == [503, 503, 200, 503, 503]


@pytest.fixture
def teller(client: Client) -> Teller:
    # Made before anything is listened to: what botocore says of its clients is about no request.
    assert connection().client
    return Teller(client)


@pytest.fixture
def everything_said(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Any:  # noqa: ANN401 - a function
    # Making a client says that our data hold no endpoint rules, once for each service.
    for service in ("kms", "secretsmanager"):
        aws.client(service)
    assert connection().client
    # Lambda hears warnings of libraries; this hears more.
    caplog.set_level(logging.INFO)

    def said() -> tuple[str, str]:
        """What was written, and all else that was said on any way, by libraries too."""
        out, err = capfd.readouterr()
        return out, "\n".join([err, *(record.getMessage() for record in caplog.records)]).strip()

    return said


@pytest.mark.requirement("R7.7")
def test_a_story_is_one_line_a_request_and_names_nobody(teller: Teller, everything_said: Any) -> None:  # noqa: ANN401 - as above
    case_no = teller.happen()
    teller.go_wrong()

    out, rest = everything_said()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        (method, "unknown" if route == f"/{NUMBER}" else route, status) for method, route, status in teller.told
    ]
    for line in lines:
        assert line["event"] == "request"
        assert line["request_id"] == "gateway-request"
        assert line["duration_ms"] >= 0
        is_about_it = "{case_no}" in line["route"] or (line["method"], line["route"]) == ("POST", "/v1/cases")
        assert line.get("case_no") == (case_no if is_about_it and line["status"] < 300 else None)
        assert ("reason" in line) is (line["status"] >= 400)
    assert rest == ""
    require_nobody(out, teller)


@pytest.mark.requirement("R7.7")
def test_a_store_that_is_gone_makes_nobody_known(teller: Teller, everything_said: Any) -> None:  # noqa: ANN401 - as above
    teller.happen()
    before, _ = everything_said()
    teller.lose_stores()

    out, rest = everything_said()
    lines = [json.loads(line) for line in out.splitlines()]
    assert len([line for line in lines if line["event"] == "request"]) == 5
    assert {line["event"] for line in lines} == {"request", "store_failed"}
    require_nobody(before + out + rest, teller)


@pytest.mark.requirement("R7.7")
def test_a_sweep_is_one_line_and_names_nobody(teller: Teller, everything_said: Any) -> None:  # noqa: ANN401 - as above
    teller.happen()
    everything_said()

    class Context:
        aws_request_id = "lambda-request"

    sweep(Context())

    out, rest = everything_said()
    (line,) = map(json.loads, out.splitlines())
    assert (line["event"], line["job"], line["request_id"], line["outcome"]) == (
        "job",
        "sweep",
        "lambda-request",
        "done",
    )
    require_nobody(out + rest, teller)


def require_nobody(said: str, teller: Teller) -> None:
    """Fail if a name, a number, a token, a signature or a subject's key was said."""
    tokens = [part for persona in PEOPLE for part in token_of(persona).split(".")[1:]]
    encoded = [part for one in PERSONAL for part in (quote(one), json.dumps(one)[1:-1], base64url(one.encode()))]
    assert [one for one in (*PERSONAL, *STAFF_NAMES, *encoded, *tokens, *teller.secrets) if one in said] == []
    assert not re.search(r"k1\.[0-9a-f]{64}", said)
