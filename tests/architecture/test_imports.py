"""Which of our packages come along with a route, a page or a job, when a fresh process answers it."""

import base64
import json
import os
import subprocess
import sys
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import app
from chalicelib.catalogue.model.versions import ItemVersions
from chalicelib.catalogue.rules.items import listed
from chalicelib.catalogue.table.items import ItemRow, VersionRow
from chalicelib.clock import real_now
from chalicelib.sessions.rules import place_of, seal_key_of
from chalicelib.web.core.cookies import SESSION, given
from tests.api.bodies import FLAG, MANDATE, subject_of, token_of
from tests.architecture.sources import ROOT
from tests.builders import an_item
from tests.cloud import SECRET, Client, the_issuer
from tests.jobs.test_jobs import scheduled, stored_event, stream_of

Question: TypeAlias = tuple[str, dict[str, Any]]
"""A function of ``app.py``, and the event that it is given."""

SECRET_OF_BROWSER = "b" * 43
CLIENT = Client(app.app)
EVENT = stored_event(owner="item:plate-replacement", kind="item:published")


def route(name: str, *, by: str | None = None, body: object = None) -> Question:
    """A call of the API."""
    method, _, url = name.partition(" ")
    return "app", CLIENT.event(method, url, body, token=by and token_of(by))


def page(url: str) -> Question:
    """A page that somebody asks for who is logged in."""
    cookie = given(SESSION, SECRET_OF_BROWSER).partition(";")[0]
    return "app", CLIENT.event("GET", url, headers={"Cookie": cookie, "Accept": "text/html"})


def message(body: object) -> dict[str, Any]:
    """A message from a queue."""
    return {"Records": [{"messageId": "m", "body": json.dumps(body)}]}


CHECK = {"subject": subject_of("company"), "item_code": "plate-replacement", "purpose": "handling"}
FILING = {"draft_id": "d" * 22, "confirmed": ["c"], "signature": "s" * 86}

JOBS: dict[str, Question] = {
    "sweep": ("sweep", scheduled()),
    "sweep_shard": ("sweep_shard", message({"shard": 0, "at": "2026-11-22T03:00:00Z"})),
    "hourly": ("hourly", scheduled()),
    "nightly": ("nightly", scheduled()),
    "dispatch_events": ("dispatch_events", stream_of(EVENT)),
    "replay": ("replay", {"since": "2026-09-28T04:00:00Z", "until": "2026-09-28T05:00:00Z"}),
    "deliver": ("deliver", message({"alert_id": "a"})),
    "ingest": ("ingest", message({"import_id": "i"})),
    "quarantine": ("quarantine", message({"document_id": "d", "verdict": "clean"})),
    "issue": ("issue", message({"owner": "case:none", "seq": 1})),
    "walks": ("walks", message({"walk": "records", "part": "0"})),
}
REQUESTS: dict[str, Question] = {
    "GET /v1/items/{item_code}": route("GET /v1/items/plate-replacement"),
    "POST /v1/credit/checks": route("POST /v1/credit/checks", by="system.traffic", body=CHECK),
    "POST /v1/drafts": route(
        "POST /v1/drafts", by="applicant", body={"item_code": "plate-replacement", "way": "commitment"}
    ),
    "POST /v1/cases": route("POST /v1/cases", by="applicant", body=FILING),
    "GET /v1/cases/{case_no}/timeline": route("GET /v1/cases/ABCDEFGHIJKLMNOPQ/timeline", by="applicant"),
    "POST /v1/flags": route("POST /v1/flags", by="credit", body=FLAG),
    "GET /v1/supervision/clocks": route("GET /v1/supervision/clocks", by="monitor"),
    "POST /v1/inspections": route("POST /v1/inspections", by="inspector", body=MANDATE),
    "GET /v1/guides": route("GET /v1/guides"),
    "GET /readyz": route("GET /readyz"),
    "GET /items": page("/items"),
    "GET /worklist": page("/worklist"),
    "GET /board": page("/board"),
}


def wire() -> dict[str, Any]:
    """What the stand-in for AWS holds: the service's secret, the session of the pages, and an item."""
    nonce = b"n" * 12
    text = token_of("supervisor.traffic").encode()
    sealed = nonce + AESGCM(seal_key_of(SECRET_OF_BROWSER)).encrypt(nonce, text, None)
    session = {
        "pk": {"S": place_of(SECRET_OF_BROWSER)},
        "sealed": {"B": base64.b64encode(sealed).decode()},
        "expires": {"N": str(int(real_now().timestamp()) + 3600)},
    }
    item = an_item()
    shelf = ItemVersions(current=listed(item))
    stored = ItemRow(
        f"item:{item.code}",
        document=shelf,
        shelf="published",
        item_code=item.code,
        version=1,
    )
    version = VersionRow(f"version:{item.code}:{item.version}", document=item)
    return {"secret": SECRET, "rows": [session, stored.serialize(), version.serialize()]}


def answers() -> dict[str, tuple[int | None, str]]:
    """For each question the status of its answer, and the packages that are loaded then."""
    asked = {"wire": wire(), "jobs": list(JOBS.values()), "requests": list(REQUESTS.values())}
    keys = base64.b64encode(json.dumps(the_issuer().jwks("https://issuer.test/jwks")).encode()).decode()
    done = subprocess.run(
        [sys.executable, "-m", "tests.architecture.loading"],
        cwd=ROOT,
        env={**os.environ, "XINNUO_JWKS_URL": f"data:application/json;base64,{keys}"},
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    return {
        name: (status, " ".join(package for package in packages if package not in EVERYWHERE))
        for name, (status, packages) in zip([*JOBS, "INIT", *REQUESTS], found, strict=True)
    }


EVERYWHERE = {"dynamo", "http"}
"""What every question loads, and no line below names."""

OF_CASES = "authorities cases"

EXPECTED: dict[str, tuple[int | None, str]] = {
    "sweep": (None, "calendars clocks jobs relay rulepacks subjects timeline workdays"),
    "sweep_shard": (None, "calendars clocks jobs rulepacks subjects timeline workdays"),
    "hourly": (None, "alerts bounds calendars clocks jobs rulepacks subjects timeline walks workdays"),
    "nightly": (
        None,
        f"{OF_CASES} catalogue clocks credit documents jobs rulepacks sanctions subjects timeline walks workdays",
    ),
    "dispatch_events": (
        None,
        (
            "alerts authorities bounds calendars cases catalogue clocks credit issuing jobs messages"
            " relay rulepacks sanctions sessions staff subjects supervision timeline walks workdays"
        ),
    ),
    "replay": (
        None,
        (
            "alerts authorities bounds calendars cases catalogue clocks credit issuing jobs messages"
            " relay rulepacks sanctions sessions staff subjects supervision timeline walks workdays"
        ),
    ),
    "deliver": (None, "alerts bounds calendars clocks jobs rulepacks subjects timeline workdays"),
    "ingest": (None, "bounds credit jobs rulepacks subjects timeline"),
    "quarantine": (None, "bounds documents jobs subjects timeline"),
    "issue": (
        None,
        (
            "authorities bounds cases catalogue clocks credit documents issuing jobs rulepacks sanctions"
            " subjects timeline workdays"
        ),
    ),
    "walks": (None, "jobs walks"),
    "INIT": (None, "catalogue subjects"),
    "GET /v1/items/{item_code}": (200, "api catalogue rulepacks subjects timeline workdays"),
    "POST /v1/credit/checks": (200, "api bounds catalogue credit rulepacks subjects timeline workdays"),
    "POST /v1/drafts": (
        201,
        (
            "api authorities bounds calendars cases catalogue clocks credit rulepacks sessions staff"
            " subjects timeline workdays"
        ),
    ),
    "POST /v1/cases": (
        422,
        (
            "api authorities bounds calendars cases catalogue clocks credit rulepacks sessions staff"
            " subjects timeline workdays"
        ),
    ),
    "GET /v1/cases/{case_no}/timeline": (
        404,
        (
            "api authorities bounds calendars cases catalogue clocks credit rulepacks sessions staff"
            " subjects timeline workdays"
        ),
    ),
    "POST /v1/flags": (
        201,
        (
            "api authorities bounds calendars cases catalogue clocks credit redress rulepacks sanctions"
            " sessions staff subjects timeline workdays"
        ),
    ),
    "GET /v1/supervision/clocks": (
        200,
        (
            "alerts api authorities bounds calendars cases catalogue clocks credit relay rulepacks sessions staff"
            " subjects supervision timeline workdays"
        ),
    ),
    "POST /v1/inspections": (
        201,
        (
            "api authorities bounds calendars cases catalogue clocks credit documents inspection messages rulepacks"
            " sessions staff subjects supervision timeline workdays"
        ),
    ),
    "GET /v1/guides": (200, "api catalogue subjects timeline workdays"),
    "GET /readyz": (200, "api bounds catalogue subjects"),
    "GET /items": (200, "api catalogue departments sessions subjects timeline web workdays"),
    "GET /worklist": (
        200,
        (
            "alerts api authorities bounds calendars cases catalogue clocks credit departments relay rulepacks"
            " sanctions sessions staff subjects supervision timeline web workdays"
        ),
    ),
    "GET /board": (
        200,
        (
            "alerts api authorities bounds calendars cases catalogue clocks credit departments relay rulepacks"
            " sanctions sessions staff subjects supervision timeline web workdays"
        ),
    ),
}
"""The status says how far the request came: nothing is stored, so what is asked for is often not there."""


def test_a_route_a_page_and_a_job_load_the_packages_that_they_use() -> None:
    assert answers() == EXPECTED
