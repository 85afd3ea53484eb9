"""Requests made up from the service's own OpenAPI document, and everything that each of its answers must keep to."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import parse_qsl

import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NotSet
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.transport.wsgi import WSGITransport

from app import app
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.parsing import body_of, bytes_of, query_of
from chalicelib.http.request import headers_of
from chalicelib.http.routes import ROUTES
from chalicelib.readable import BLANK, READABLE_LINE, READABLE_TEXT
from tests.api.bodies import token_of
from tests.api.examples import ABSENT, Example
from tests.cloud import Client, Reply
from tests.fuzz.town import Town
from tests.wsgi import Gateway

if TYPE_CHECKING:
    from typing import TypeAlias

    from schemathesis.hooks import HookContext

    Case: TypeAlias = schemathesis.Case[Any]

SEED = 14
STEPS = 8
"""The longest story."""
ROOM_FOR_BOUNDS = 15_000
NAME = re.compile(r'"([A-Za-z0-9._-]{4,200})"')
OF_SOCKETS = {"max_redirects", "verify", "cert", "proxies"}
REWIND_EVERY = 100
STRANGERS = ("applicant2", "officer.market", "supervisor.traffic", "credit", "inspector", "monitor", "system.traffic")

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
NOT_BEFORE, NOT_AFTER = datetime(1900, 1, 1), datetime(2199, 12, 31, 23, 59, 59)  # noqa: DTZ001 - written as UTC

READABLE = st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters=BLANK)

BETWEEN_FIELDS = {"range_reversed"}
"""Faults by which a type refuses what each of its fields takes."""

BY_RULE = {ErrorCode.INVALID_CURSOR, ErrorCode.ACTING_ROLE_MISSING, ErrorCode.PURPOSE_REQUIRED}
"""A cursor is sealed, a role is missing beside others in the token, a purpose must be a reason that the law knows."""

CHECKS: dict[str, Any] = {
    # What is well formed may be refused for what it says, for the state of things or for the person, but never as
    # malformed: 400 and 415 are ours alone.
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "401", "403", "404", "409", "412", "413", "422", "428", "429"]
    },
    # The other way round, what is malformed must be refused, whoever asks.
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "412", "413", "415", "428", "429"]
    },
    "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "428"]},
}


@dataclass(slots=True)
class Outcome:
    """What was sent, what came back, and what was wrong with it."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often each operation (``GET /v1/items``) answered with each status."""
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    """The first failure of each kind of each operation, with what shows it."""
    in_stories: int = 0
    """How many requests were steps of a story."""

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.answers.total()

    def report(self) -> Iterator[str]:
        """Say it in a few lines."""
        declared = {route.name for route in ROUTES}
        asked = declared & {operation for operation, _ in self.answers}
        done = declared & {operation for operation, status in self.answers if status < 300}
        yield f"{self.requests:,} requests, {self.in_stories:,} of them in stories"
        yield f"{len(asked)} of {len(declared)} operations asked, {len(done)} of which did what was asked"
        statuses: Counter[int] = Counter()
        for (_, status), number in self.answers.items():
            statuses[status] += number
        yield "statuses: " + ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
        yield f"failures: {len(self.failures)}"
        for (operation, title), what in sorted(self.failures.items()):
            yield f"\n{operation}: {title}\n{what}"


class Counting(Gateway):
    """The gateway, with a record of what came back."""

    def __init__(self, client: Client, outcome: Outcome) -> None:
        super().__init__(client)
        self.outcome = outcome
        self.is_by_rule = False
        """Whether the last request was refused as malformed by a rule that no schema can state."""
        self.told: set[str] = set()
        """Whatever looks like a name in an answer."""

    def reply(self, event: dict[str, Any]) -> Reply:
        """Hand an event to the handler, and count its answer."""
        reply = super().reply(event)
        self.outcome.answers[f"{event['httpMethod']} {event['resource']}", reply.status] += 1
        self.told.update(NAME.findall(reply.text))
        self.is_by_rule = reply.status == HTTPStatus.BAD_REQUEST and (
            reply.code in BY_RULE or _is_well_formed(event, reply)
        )
        return reply


def _is_well_formed(event: dict[str, Any], reply: Reply) -> bool:
    """Whether the route's own types take each field of a request with faulty ones, such as a day that is past."""
    if reply.code not in {ErrorCode.INVALID_QUERY, ErrorCode.INVALID_BODY} or not reply.body.get("errors"):
        return False
    route = next(one for one in ROUTES if (one.method, one.path) == (event["httpMethod"], event["resource"]))
    try:
        query_of(route, event)
        body_of(route, headers_of(event).get("content-type", ""), bytes_of(event))
    except DomainError as error:
        return all(fault.code in BETWEEN_FIELDS for fault in error.faults)
    return True


class Requests:
    """Makes what was made up at random reach something: people, names and versions that there are."""

    def __init__(self, town: Town, gateway: Counting, *, seed: int) -> None:
        self.town = town
        self.gateway = gateway
        self._chance = random.Random(seed)
        self._since = 0

    def token(self, case: "Case") -> str | None:
        """Choose who asks: mostly the one who may, sometimes somebody else."""
        known = self._known(case)
        if known is None or known.by is None:
            return None
        is_at_bounds = case.meta is not None and case.meta.phase.name is TestPhase.COVERAGE
        is_another = not is_at_bounds and self._chance.random() < 0.1
        return token_of(self._chance.choice(STRANGERS) if is_another else known.by)

    def prepare(self, case: "Case") -> None:
        """Replace what is valid by what exists, in most requests; what is invalid stays so."""
        known = self._known(case)
        if case.meta is None or known is None:
            return
        is_in_story = case.meta.phase.name is TestPhase.STATEFUL
        self.gateway.outcome.in_stories += is_in_story
        self._since += 1
        if not is_in_story and self._since >= REWIND_EVERY:
            self._since = 0
            self.town.rewind()
        # What is looked at first must be right wherever something else is tried.
        tried = case.meta.phase.data.parameter if case.meta.phase.name is TestPhase.COVERAGE else None
        # In a story, most names come from what was answered before.
        is_made_up = not is_in_story or not self.gateway.told.issuperset(map(str, case.path_parameters.values()))
        if is_made_up and (tried or self._may(case, ParameterLocation.PATH)):
            case.path_parameters = {
                name: value if name == tried else known.path.get(name, ABSENT.get(name, value))
                for name, value in case.path_parameters.items()
            }
        if tried or self._may(case, ParameterLocation.HEADER):
            if tried != "X-Acting-Role":
                case.headers.pop("X-Acting-Role", None)
            if tried != "If-Match" and known.version is not None and "If-Match" in case.headers:
                case.headers["If-Match"] = f'"{known.version}"'
        if known.query and self._may(case, ParameterLocation.QUERY):
            case.query = {**dict(parse_qsl(known.query)), **self._one_of(case.query)}
        if isinstance(known.body, dict) and isinstance(case.body, dict) and self._may(case, ParameterLocation.BODY):
            case.body = {**deepcopy(known.body), **self._one_of(case.body)}
        if _is_valid(case, ParameterLocation.BODY):
            case.body = _with_whole_numbers(case.body)

    def _may(self, case: "Case", location: ParameterLocation) -> bool:
        return _is_valid(case, location) and self._chance.random() < 0.8

    def _one_of(self, made_up: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON object
        """Keep one member of what was made up, or none."""
        if not made_up or self._chance.random() < 0.3:
            return {}
        name = self._chance.choice(sorted(made_up))
        return {name: made_up[name]}

    def _known(self, case: "Case") -> Example | None:
        return self.town.known.get(f"{case.operation.method.upper()} {case.operation.path}")


def _is_valid(case: "Case", location: ParameterLocation) -> bool:
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and component.mode.is_positive


def _is_left_out_rightly(case: "Case") -> bool:
    """Whether all that is invalid is a body that is not there, where none need be (schemathesis 4.32.5 minds)."""
    invalid = (
        {location for location, one in case.meta.components.items() if one.mode.is_negative} if case.meta else set()
    )
    needed = any(body.is_required for body in case.operation.body)
    return invalid <= {ParameterLocation.BODY} and isinstance(case.body, NotSet) and not needed


def _with_whole_numbers(body: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write 1.0 as 1: the same integer to JSON Schema, and to nobody who writes JSON."""
    if isinstance(body, dict):
        return {name: _with_whole_numbers(one) for name, one in body.items()}
    if isinstance(body, list):
        return [_with_whole_numbers(one) for one in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body


def fuzz(town: Town, *, requests: int, seed: int = SEED) -> Outcome:
    """Send that many requests or a few more, the same ones for the same seed, and see what comes back.

    A tenth are steps of stories. If there is room for it, each parameter's bounds come next: what lies on them, and
    what lies just beyond. The rest are made up at random.
    """
    outcome = Outcome()
    made = Requests(town, Counting(Client(app), outcome), seed=seed)
    seeds = count(seed)
    while (left := requests // 10 - outcome.in_stories) > 0:
        _run(made, {"stateful": left}, seed=next(seeds), until=outcome.requests + left)
    if requests >= ROOM_FOR_BOUNDS:
        _run(made, {"coverage": None}, seed=seed, until=requests)
    while outcome.requests < requests:
        at_random = (requests - outcome.requests) // len(ROUTES)
        _run(made, {"fuzzing": max(1, at_random)}, seed=next(seeds), until=requests)
    return outcome


def _run(made: Requests, phases: Mapping[str, int | None], *, seed: int, until: int) -> None:
    """Let schemathesis go through its phases, with so many examples in each, unless enough was sent before the end."""
    made.town.rewind()
    settings: dict[str, dict[str, Any]] = {
        name: {
            "enabled": name in phases,
            "generation": {"no-shrink": True, **({"max-examples": phases[name]} if phases.get(name) else {})},
        }
        for name in ("examples", "coverage", "fuzzing", "stateful")
    }
    settings["stateful"]["max-steps"] = STEPS
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            # Two more requests for each operation, which need not be sent twice.
            "checks": CHECKS | {"ignored_auth": {"enabled": "coverage" in phases}},
            "phases": settings,
        }
    )
    with _hooked(made):
        stream = from_schema(schemathesis.openapi.from_wsgi("/openapi.json", made.gateway, config=config)).execute()
        for event in stream:
            _note(event, made.gateway.outcome)
            if made.gateway.outcome.requests >= until:
                stream.stop()


@contextmanager
def _hooked(made: Requests) -> Iterator[None]:
    """Let schemathesis ask for tokens and for names that there are, until the block ends."""

    @schemathesis.auth(refresh_interval=None)
    class Tokens:
        def get(self, case: "Case", _context: object) -> str | None:
            return made.token(case)

        def set(self, case: "Case", data: str, _context: object) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    send = WSGITransport.send

    def send_in_process(transport: WSGITransport, case: "Case", **options: Any) -> Any:  # noqa: ANN401 - its own types
        # Its trials without a token hand on what only sockets have (schemathesis 4.32.5).
        return send(transport, case, **{name: one for name, one in options.items() if name not in OF_SOCKETS})

    @schemathesis.hook
    def before_call(context: "HookContext", case: "Case", kwargs: dict[str, Any]) -> None:  # noqa: ARG001
        made.prepare(case)

    @schemathesis.hook
    def filter_failure(context: "HookContext", failure: Failure, case: "Case", response: Any) -> bool:  # noqa: ARG001, ANN401
        match failure:
            case RejectedPositiveData():
                return not made.gateway.is_by_rule
            case AcceptedNegativeData():
                return not _is_left_out_rightly(case)
            case _:
                return True

    schemathesis.openapi.format(READABLE_LINE, st.text(READABLE, max_size=300).map(str.strip))
    schemathesis.openapi.format(READABLE_TEXT, st.text(READABLE, max_size=300).map(str.strip))
    schemathesis.openapi.format("date", st.dates(FIRST, LAST).map(date.isoformat))
    schemathesis.openapi.format("date-time", st.datetimes(NOT_BEFORE, NOT_AFTER).map("{:%Y-%m-%dT%H:%M:%SZ}".format))
    try:
        with mock.patch.object(WSGITransport, "send", send_in_process):
            yield
    finally:
        schemathesis.hooks.unregister_all()
        schemathesis.auths.unregister()


def _note(event: events.EngineEvent, outcome: Outcome) -> None:
    match event:
        case events.ScenarioFinished():
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.status is Status.FAILURE and check.failure_info is not None:
                        failure = check.failure_info.failure
                        what = f"{failure.message}\n{check.failure_info.code_sample}"
                        outcome.failures.setdefault((str(failure.operation), failure.title), what)
        case events.NonFatalError():
            outcome.failures.setdefault((event.label, event.info.title), event.info.format())
        case _:
            pass
