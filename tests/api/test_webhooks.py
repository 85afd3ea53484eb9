"""Webhooks as a department's machine sees them over HTTP."""

from tests.cloud import Client, TokenOf

WISH = {"url": "http://127.0.0.1:9/hook", "events": ["alert.raised"]}


def test_a_secret_is_shown_when_it_is_made_and_never_again(client: Client, token: TokenOf) -> None:
    machine = token("system.market")

    made = client.post("/v1/webhooks", WISH, token=machine)

    place = f"/v1/webhooks/{made.body['id']}"
    assert (made.status, made.body["secret"][:6]) == (201, "whsec_")
    assert client.get(place, token=machine).body["secret"] is None
    assert client.get("/v1/webhooks", token=machine).body["items"] == [{**made.body, "secret": None}]
    rotated = client.post(f"{place}/rotation", token=machine).body
    assert rotated["secret"] not in {None, made.body["secret"]}


def test_the_same_request_makes_one_endpoint(client: Client, token: TokenOf) -> None:
    machine = token("system.market")

    first = client.post("/v1/webhooks", WISH, token=machine, idempotency_key="k")
    second = client.post("/v1/webhooks", WISH, token=machine, idempotency_key="k")

    assert second.body["id"] == first.body["id"]
    assert len(client.get("/v1/webhooks", token=machine).body["items"]) == 1


def test_an_endpoint_that_was_ended_is_gone(client: Client, token: TokenOf) -> None:
    machine = token("system.market")
    place = f"/v1/webhooks/{client.post('/v1/webhooks', WISH, token=machine).body['id']}"

    assert client.delete(place, token=machine).body["state"] == "ended"

    assert client.get(place, token=machine).status == 404
    assert client.get("/v1/webhooks", token=machine).body["items"] == []


def test_a_url_with_a_password_is_refused(client: Client, token: TokenOf) -> None:
    wish = {**WISH, "url": "http://user:secret@127.0.0.1/hook"}

    reply = client.post("/v1/webhooks", wish, token=token("system.market"))

    assert (reply.status, reply.code) == (422, "ADDRESS_NOT_ALLOWED")
