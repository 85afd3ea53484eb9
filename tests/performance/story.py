"""The requests that are measured, each made ready anew, and a walk through the routes that counts their calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from infra.local.sample_answers import sample_answers
from tests.cloud import Client, the_issuer
from tests.performance.house import DEPARTMENT, ITEM, Applicant, expect
from tests.wire import Wire, WireCall, watched

EVENTS = 30
"""How long the timeline is that is read."""

DECISION = {"outcome": "granted", "document_no": "示例决〔2026〕1号", "reasons": "符合条件。"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One route, and what a warm request on it sends."""

    route: str
    calls: tuple[WireCall, ...]


class Story:
    """One applicant and the offices, on the sample item."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.applicant = Applicant(1)
        self.applicant.enrol(client)
        self.officer = the_issuer().token("officer.traffic")
        self.supervisor = the_issuer().token("supervisor.traffic")
        self.machine = the_issuer().token("system.market", sub="system.traffic", department="traffic")
        for token in (self.officer, self.supervisor):
            # The register of staff learns of somebody once, which is no part of what their acts cost.
            expect(client.get(f"/v1/cases?department={DEPARTMENT}", token=token), 200)
        self._numbers = count(1)
        self._long: dict[str, Any] | None = None

    def filing(self) -> dict[str, Any]:
        """Draft and sign; the event of filing it."""
        submission = self.applicant.submission(self.applicant.draft(self.client))
        return self.client.event("POST", "/v1/cases", submission, token=self.applicant.token)

    def filing_once(self) -> dict[str, Any]:
        """Draft and sign; the event of filing it under an idempotency key."""
        event = self.filing()
        key = {"Idempotency-Key": f"bench-{next(self._numbers)}"}
        return {**event, "headers": {**event["headers"], **key}}

    def check(self) -> dict[str, Any]:
        """The event of a department's machine asking for the applicant's credit."""
        asked = {
            "subject": {"kind": "resident_id", "number": self.applicant.number, "name": self.applicant.name},
            "item_code": ITEM,
            "purpose": "handling",
            "case_no": None,
        }
        return self.client.event("POST", "/v1/credit/checks", asked, token=self.machine)

    def decision(self) -> dict[str, Any]:
        """File a case; the event of granting it."""
        case = self.case()
        return self.client.event(
            "POST",
            f"/v1/cases/{case['case_no']}/decision",
            DECISION,
            token=self.officer,
            headers={"If-Match": f'"{case["version"]}"'},
        )

    def timeline(self) -> dict[str, Any]:
        """File a case and let it grow to thirty events, once; the event of its applicant reading them."""
        if self._long is not None:
            return self._long
        case = self.case()
        owner = f"case:{case['case_no']}"
        known = len(container().timeline.events(owner))
        for number in range(known, EVENTS):
            fact = NewEvent(
                kind=EventKind.ALERT_RAISED,
                occurred_at=real_now(),
                actor="system:alerts",
                department=DEPARTMENT,
                data={"clock": "handling_promised", "level": number, "recipient": f"supervisor.{DEPARTMENT}"},
                texts={"reason": "资料较多，正在核对。"},
            )
            with transaction() as tx:
                container().timeline.append([fact], owner=owner, at=real_now(), tx=tx)
        self._long = self.client.event("GET", f"/v1/cases/{case['case_no']}/timeline", token=self.applicant.token)
        return self._long

    def case(self) -> dict[str, Any]:
        """A case that was filed and accepted."""
        submission = self.applicant.submission(self.applicant.draft(self.client))
        case: dict[str, Any] = expect(self.applicant.file(self.client, submission), 201)
        return case

    def visits(self) -> Iterator[Visit]:
        """Make one warm request on each route of the main job and see what it sends."""
        number = self.case()["case_no"]
        other = Applicant(2)
        own, officer = self.applicant.token, self.officer
        routes: list[tuple[str, Callable[[], dict[str, Any]]]] = [
            ("GET /v1/items", lambda: self._get("/v1/items")),
            ("GET /v1/items/{item_code}", lambda: self._get(f"/v1/items/{ITEM}")),
            ("POST /v1/signing-keys", lambda: self._enrolment(other)),
            ("GET /v1/signing-keys", lambda: self._get("/v1/signing-keys", own)),
            ("POST /v1/drafts", self._drafting),
            ("POST /v1/cases", self.filing),
            ("POST /v1/cases (once)", self.filing_once),
            ("GET /v1/cases", lambda: self._get("/v1/cases", own)),
            ("GET /v1/cases/{case_no}", lambda: self._get(f"/v1/cases/{number}", own)),
            (
                "GET /v1/cases/{case_no}/clocks/{kind}/explanation",
                lambda: self._get(f"/v1/cases/{number}/clocks/handling_promised/explanation?purpose=handling", officer),
            ),
            ("GET /v1/cases/{case_no}/timeline", self.timeline),
            ("POST /v1/cases/{case_no}/decision", self.decision),
            ("POST /v1/credit/checks", self.check),
            ("GET /v1/me/credit", lambda: self._get("/v1/me/credit", own)),
            ("GET /v1/me/credit/queries", lambda: self._get("/v1/me/credit/queries", own)),
            (
                "GET /v1/supervision/clocks",
                lambda: self._get(f"/v1/supervision/clocks?department={DEPARTMENT}&light=red", self.supervisor),
            ),
            ("GET /v1/supervision/alerts", lambda: self._get("/v1/supervision/alerts", self.supervisor)),
        ]
        for route, prepare in routes:
            event = prepare()
            with watched(Wire()) as wire:
                reply = self.client.send(event)
            if reply.status >= 400:
                message = f"{route}: {reply.status} {reply.text}"
                raise AssertionError(message)
            yield Visit(route=route, calls=tuple(wire.calls))

    def _get(self, url: str, token: str | None = None) -> dict[str, Any]:
        return self.client.event("GET", url, token=token)

    def _enrolment(self, applicant: Applicant) -> dict[str, Any]:
        return self.client.event("POST", "/v1/signing-keys", {"jwk": applicant.keys.jwk}, token=applicant.token)

    def _drafting(self) -> dict[str, Any]:
        wish = {"item_code": ITEM, "answers": sample_answers(ITEM, on=real_now().date()), "way": "commitment"}
        return self.client.event("POST", "/v1/drafts", wish, token=self.applicant.token)
