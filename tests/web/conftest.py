"""The portal with its sample items, and browsers whose identity provider knows every persona."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from chalicelib.sessions.rules import challenge_of
from chalicelib.web.core import login
from tests.channels import channels
from tests.cloud import Client, TokenOf, client, cloud, token, told_once
from tests.web.cases import case_no, officer, promised
from tests.web.companies import company, objection, repair
from tests.web.visitor import Visitor

__all__ = ["case_no", "channels", "client", "cloud", "company", "objection", "officer", "promised", "repair", "token"]

SAMPLES = sorted((Path(__file__).parents[2] / "infra/local/sample/items").glob("*.json"))


@pytest.fixture
def portal(client: Client, token: TokenOf) -> Client:
    """A client of a portal with the sample items."""

    def publish() -> None:
        for path in SAMPLES:
            sent = client.put(f"/v1/items/{path.stem}/versions/1", path.read_text("utf-8"), token=token("editor"))
            assert sent.status == 200, sent.text
        # Colleagues are named only once they have been here.
        for persona in ("officer.traffic", "supervisor.traffic", "head.traffic"):
            client.get("/v1/staff", token=token(persona))

    told_once("portal", publish)
    return client


@pytest.fixture
def visitor(portal: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Visitor]:
    """Browsers; the provider gives a token for a code that names a persona, to whoever answers its challenge."""
    used: set[str] = set()

    def exchange(url: str, form: bytes) -> tuple[int, bytes]:
        asked = {name: values[0] for name, values in parse_qs(form.decode()).items()}
        persona, _, challenge = asked["code"].partition(":")
        assert url == "https://issuer.test/token"
        assert asked["client_id"] == "xinnuo-portal"
        assert asked["client_secret"] == "44" * 32
        if asked["code"] in used or challenge_of(asked["code_verifier"]) != challenge:
            return 400, b'{"error": "invalid_grant"}'
        used.add(asked["code"])
        return 200, json.dumps({"access_token": token(persona)}).encode()

    monkeypatch.setattr(login, "sent", exchange)

    def come(persona: str | None = None, *, language: str = "zh-CN") -> Visitor:
        browser = Visitor(portal, language=language)
        if persona is not None:
            browser.log_in(persona)
        return browser

    return come
