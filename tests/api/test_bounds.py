"""What one person, office or address may not have or do without end, as the API and the portal refuse it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.bounds import store
from chalicelib.bounds.model import Counted
from chalicelib.container import container
from tests.api.test_cases import Person, case, person
from tests.authorities import a_grant_body, let_act
from tests.builders import KeyPair
from tests.cloud import PERSONAS, Client, TokenOf, turn_clock

__all__ = ["case", "person"]


def allow(monkeypatch: pytest.MonkeyPatch, what: Counted, most: int) -> None:
    """Let there be fewer than the data says, so that a test need not make a hundred."""
    now = store.bounds()
    few = replace(now.counts[what], most=most, most_of_role={})
    monkeypatch.setattr(store, "bounds", lambda: replace(now, counts={**now.counts, what: few}))


def test_drafts_are_bounded_by_the_day(person: Person, token: TokenOf, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, Counted.DRAFTS, 2)
    made = [person.draft() for _ in range(2)]

    third = person.draft(language="en")
    another = Person(person.client, token("applicant", subject=PERSONAS["applicant2"]["claims"]["subject"])).draft()
    turn_clock(container().clock.now() + timedelta(days=1))
    tomorrow = person.draft()

    assert [reply.status for reply in made] == [201, 201]
    assert (third.status, third.code, third.body["title"]) == (429, "TOO_MANY_REQUESTS", "Too many requests")
    assert int(third.headers["retry-after"]) == third.body["retry_after"] == 20 * 3600
    assert len(person.client.get("/v1/drafts", token=person.token).body["items"]) <= 3
    assert (another.status, tomorrow.status) == (201, 201)


def test_a_draft_that_is_asked_for_again_counts_once(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, Counted.DRAFTS, 1)
    wish = {"item_code": "plate-replacement", "way": "certificate"}

    first, again = (person.client.post("/v1/drafts", wish, token=person.token, idempotency_key="k") for _ in range(2))

    assert (first.status, again.status, again.body["draft_id"]) == (201, 201, first.body["draft_id"])


def test_authorities_are_bounded_by_the_day(client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, Counted.AUTHORITIES, 1)
    let_act(client, token("applicant"))

    second = client.post("/v1/authorities", a_grant_body(), token=token("applicant"))
    another = client.post("/v1/authorities", a_grant_body(), token=token("applicant2"))

    assert (second.status, second.code, another.status) == (429, "TOO_MANY_REQUESTS", 201)


def test_a_department_has_so_many_endpoints(client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, Counted.WEBHOOKS, 2)
    machine, wish = token("system.market"), {"url": "http://127.0.0.1:9/hook", "events": ["alert.raised"]}
    first, second, third = (client.post("/v1/webhooks", wish, token=machine) for _ in range(3))

    client.delete(f"/v1/webhooks/{first.body['id']}", token=machine)
    again = client.delete(f"/v1/webhooks/{first.body['id']}", token=machine)
    instead, more = (client.post("/v1/webhooks", wish, token=machine) for _ in range(2))

    assert (second.status, third.status, third.code) == (201, 429, "TOO_MANY_WEBHOOKS")
    assert third.headers["retry-after"] == "3600"
    assert (again.status, instead.status, more.status) == (404, 201, 429)


def test_a_person_has_so_many_keys(client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, Counted.SIGNING_KEYS, 1)
    pair, applicant = KeyPair(), token("applicant")

    first = client.post("/v1/signing-keys", {"jwk": pair.jwk}, token=applicant)
    again = client.post("/v1/signing-keys", {"jwk": pair.jwk}, token=applicant)
    second = client.post("/v1/signing-keys", {"jwk": KeyPair().jwk}, token=applicant)

    assert (first.status, again.status) == (201, 201)
    assert (second.status, second.code, second.headers["retry-after"]) == (429, "TOO_MANY_KEYS", "3600")


def test_tracking_codes_are_not_tried_without_end(case: dict[str, Any], client: Client) -> None:
    right = f"/v1/track/{case['case_no']}?code={case['tracking_code']}"
    wrong = f"/v1/track/{case['case_no']}?code=AAAAAAAAAA"

    known = [client.get(right).status for _ in range(12)]
    tried = [client.get(wrong).status for _ in range(10)]
    refused = client.get(wrong)
    even_the_right_one = client.get(right)
    elsewhere = from_elsewhere(client, right)

    assert known == [200] * 12
    assert tried == [404] * 10
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "TOO_MANY_REQUESTS", "3600")
    assert even_the_right_one.status == 429
    assert elsewhere == 200


def from_elsewhere(client: Client, url: str) -> int:
    event = client.event("GET", url)
    event["requestContext"]["identity"]["sourceIp"] = "198.51.100.7"
    return client.send(event).status


def test_an_address_does_not_try_codes_of_many_cases_without_end(
    case: dict[str, Any], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, Counted.CODES, 3)
    wrong = f"/v1/track/{case['case_no']}?code=AAAAAAAAAA"

    assert [client.get(wrong).status for _ in range(4)] == [404, 404, 404, 429]
    assert client.get(f"/v1/track/{case['case_no'][:-1]}?code=x").status == 404


def test_an_address_does_not_begin_logins_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, Counted.LOGINS, 2)

    begun = [client.get("/login", accept="text/html").status for _ in range(2)]
    refused = client.get("/login", accept="text/html")

    assert begun == [303, 303]
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= 600
    assert from_elsewhere(client, "/login") == 303


def test_the_document_says_which_routes_are_bounded(client: Client) -> None:
    paths = client.get("/openapi.json").body["paths"]

    bounded = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "429" in operation["responses"]
    }

    assert bounded == {
        "POST /v1/authorities",
        "POST /v1/authorities/claims",
        "POST /v1/documents",
        "POST /v1/document-copies",
        "PUT /v1/contact/{channel}",
        "POST /v1/contact/{channel}/confirmation",
        "POST /v1/drafts",
        "POST /v1/signing-keys",
        "POST /v1/webhooks",
        "GET /v1/track/{case_no}",
        "GET /v1/street-complaints/{complaint_id}",
        "POST /v1/street-complaints",
        "POST /v1/street-complaints/{complaint_id}/rating",
    }
