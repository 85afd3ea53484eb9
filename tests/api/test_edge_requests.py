"""What the edge makes of requests, good and bad, on routes made for it."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pynamodb.exceptions import GetError

from chalicelib.dynamo.transaction import ConflictError
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http import routes as registry
from chalicelib.http.app import App
from chalicelib.http.routes import (
    Answer,
    Call,
    Day,
    Instant,
    Line,
    PageQuery,
    PageResponse,
    RequestBody,
    ResponseBody,
    Routes,
)
from chalicelib.policy import Role
from tests.builders import NOON
from tests.cloud import Client, Reply, TokenOf, turn_clock


class Part(RequestBody):
    count: int
    day: Day | None = None


class Whole(RequestBody):
    name: Line
    parts: tuple[Part, ...] = ()
    at: Instant | None = None


class Echo(ResponseBody):
    said: str


class Names(PageResponse):
    items: list[str]


class Filter(PageQuery):
    on: Day | None = None
    q: str = ""


OFFICES = (Role.OFFICER, Role.SUPERVISOR)


def failing_with(error: Exception) -> Callable[[Call[None]], Answer[None]]:
    def view(_call: Call[None]) -> Answer[None]:
        raise error

    return view


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, cloud: None) -> App:  # noqa: ARG001 - the edge verifies tokens
    monkeypatch.setattr(registry, "ROUTES", [])
    routes = Routes("test")

    @routes.post("/things/{thing_id}", roles=[Role.OFFICER], body=Whole, answer=Echo, needs_version=True, summary="-")
    def change(call: Call[Whole]) -> Answer[Echo]:
        return Answer(body=Echo(said=f"{call.path['thing_id']} {call.body.name} {call.version}"), version=8)

    @routes.post("/things", roles=OFFICES, body=Whole, answer=Echo, status=201, creates=True, summary="-")
    def create(call: Call[Whole]) -> Answer[Echo]:
        return Answer(
            body=Echo(said=call.idempotency_key.key if call.idempotency_key else "no key"),
            replayed=call.idempotency_key is not None,
        )

    @routes.get("/things", roles=OFFICES, query=Filter, answer=Names, summary="-")
    def several(call: Call[None]) -> Answer[Names]:
        position = call.position or {"after": 0}
        following = {"after": position["after"] + call.query.limit}
        return Answer(body=Names(items=[str(position["after"])], next_cursor=call.next_cursor(following)))

    @routes.delete("/things/{thing_id}", roles=[Role.OFFICER], answer=None, summary="-")
    def remove(_call: Call[None]) -> Answer[None]:
        return Answer(body=None)

    for name, error in {
        "moved": ConflictError(),
        "unexpected": KeyError("330725196806180004"),
        "unreachable": GetError(cause=EndpointConnectionError(endpoint_url="https://dynamodb.test")),
        "throttled": ClientError({"Error": {"Code": "ThrottlingException"}}, "Encrypt"),
        "mistaken": GetError(cause=ClientError({"Error": {"Code": "ValidationException"}}, "GetItem")),
        "out-of-scope": DomainError(ErrorCode.OUT_OF_SCOPE),
        "with-facts": DomainError(ErrorCode.STEP_NOT_ALLOWED, basis="行政许可法第四十四条", status="mine"),
    }.items():
        routes.get(f"/fails/{name}", public=True, answer=None, summary="-")(failing_with(error))
    app = App("test")
    app.serve(__name__, *(route.name for route in registry.ROUTES))
    return app


@pytest.fixture
def client(app: App) -> Client:
    return Client(app)


@pytest.fixture
def officer(token: TokenOf) -> str:
    return token("officer.traffic")


def test_a_good_request_gets_its_answer_with_an_etag(client: Client, officer: str) -> None:
    reply = client.post("/things/a", {"name": "x"}, token=officer, if_match='"7"')

    assert (reply.status, reply.body) == (200, {"said": "a x 7"})
    assert reply.headers["etag"] == '"8"'
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-request-id"] == "gateway-request"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["content-security-policy"] == "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def test_days_and_instants_are_read_as_rfc_3339_has_them(client: Client, officer: str) -> None:
    body = {"name": "x", "at": "2026-11-22T11:04:05.9+08:00", "parts": [{"count": 1, "day": "2026-02-28"}]}

    assert client.post("/things", body, token=officer).status == 201
    assert Whole.model_validate(body | {"parts": ()}).at == datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def test_path_parameters_are_decoded_once(client: Client, officer: str) -> None:
    event = client.event("POST", "/things/a", {"name": "x"}, token=officer, headers={"If-Match": '"1"'})
    event["pathParameters"] = {"thing_id": "%E4%B9%89%2541"}

    assert client.send(event).body == {"said": "义%41 x 1"}


@pytest.mark.parametrize("name", ["a" * 201, "%00", "a%0Ab", "", "\ud800"])
def test_a_name_that_nothing_can_have_is_not_found(client: Client, officer: str, name: str) -> None:
    event = client.event("DELETE", "/things/a", token=officer)
    event["pathParameters"] = {"thing_id": name}

    assert client.send(event).status == 404


def test_an_answer_without_a_body_is_204(client: Client, officer: str) -> None:
    reply = client.delete("/things/a", token=officer)

    assert (reply.status, reply.text) == (204, "")


def test_header_names_may_be_written_in_any_case(client: Client, officer: str) -> None:
    event = client.event("POST", "/things/a", {"name": "x"})
    event["headers"] = {
        "AUTHORIZATION": f"bearer {officer}",
        "content-TYPE": 'application/json; charset="UTF-8"',
        "if-match": '"3"',
    }

    assert client.send(event).body == {"said": "a x 3"}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ("", [""]),
        ("{", [""]),
        ("[]", [""]),
        ("null", [""]),
        ('"\\ud800"', [""]),
        ("[" * 5000, [""]),
        ({}, ["/name"]),
        ({"name": 1}, ["/name"]),
        ({"name": ""}, ["/name"]),
        ({"name": "x" * 201}, ["/name"]),
        ({"name": "x", "a/b~c": 1}, ["/a~1b~0c"]),
        ({"name": "x", "parts": {}}, ["/parts"]),
        ({"name": "x", "parts": [{"count": 1}, {"count": "2"}]}, ["/parts/1/count"]),
        ({"name": "x", "parts": [{"count": True}]}, ["/parts/0/count"]),
        ({"name": "x", "parts": [{"count": 1.5}]}, ["/parts/0/count"]),
        ({"name": "x", "parts": [{"count": 1, "day": "2026-02-29"}]}, ["/parts/0/day"]),
        ({"name": "x", "parts": [{"count": 1, "day": "0001-01-01"}]}, ["/parts/0/day"]),
        ({"name": "x", "parts": [{"count": 1, "day": "0"}]}, ["/parts/0/day"]),
        ({"name": "x", "parts": [{"count": 1, "day": 0}]}, ["/parts/0/day"]),
        ({"name": "x", "at": "2026-01-01T00:00:00"}, ["/at"]),
        ({"name": "x", "at": "2026-01-01T25:00:00Z"}, ["/at"]),
        ({"name": "x", "at": "0001-01-01T00:00:00+23:00"}, ["/at"]),
        ({"name": "x", "at": "1700000000"}, ["/at"]),
        ({"name": "x", "at": 0}, ["/at"]),
        ({"parts": [{}], "more": 1}, ["/name", "/parts/0/count", "/more"]),
    ],
)
def test_a_bad_body_names_each_field(client: Client, officer: str, body: object, pointers: list[str]) -> None:
    reply = client.post("/things/a", body, token=officer, if_match='"1"')

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_BODY", pointers)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ('{"name": "a", "name": "b"}', ["/name"]),
        ('{"name": "a", "n\\u0061me": "b"}', ["/name"]),
        ('{"name": "a", "parts": [{"count": 1}, {"count": 1, "count": 1, "count": 1}]}', ["/parts/1/count"]),
        ('{"name": "a", "name": "b", "x/y~": [[{"z": {"": 1, "": 2}}]]}', ["/name", "/x~1y~0/0/0/z/"]),
    ],
)
def test_what_a_body_names_twice_is_refused_with_its_place(
    client: Client, officer: str, body: str, pointers: list[str]
) -> None:
    reply = client.post("/things/a", body, token=officer, if_match='"1"', accept_language="en")

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_BODY", pointers)
    assert {fault["detail"] for fault in reply.body["errors"]} == {"This is given more than once."}


@pytest.mark.parametrize("space", ["\f", "\v", "\x1c", "\x85", "\ufeff"])
def test_what_json_does_not_take_for_space_hides_no_repetition(client: Client, officer: str, space: str) -> None:
    for body in (f'{space}{{"name": "a", "name": "b"}}', f'{{"name": "a", "name": "b"}}{space}'):
        reply = client.post("/things/a", body, token=officer, if_match='"1"')

        assert (reply.status, reply.code) == (400, "INVALID_BODY")


def test_faults_are_told_in_the_clients_language(client: Client, officer: str) -> None:
    body = {"name": "", "parts": [{"count": "1"}]}

    chinese = client.post("/things", body, token=officer)
    english = client.post("/things", body, token=officer, accept_language="en-GB,zh;q=0.5")

    assert [fault["detail"] for fault in chinese.body["errors"]] == ["至少 1 个字符。", "应为整数。"]
    assert [fault["detail"] for fault in english.body["errors"]] == [
        "At least 1 characters.",
        "This should be a whole number.",
    ]
    assert (chinese.body["title"], english.body["title"]) == ("提交内容有误", "Invalid body")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"])
def test_another_media_type_is_refused(client: Client, officer: str, kind: str) -> None:
    headers = {"Content-Type": kind, "If-Match": '"1"'}
    reply = client.call("POST", "/things/a", {"name": "x"}, token=officer, headers=headers)

    assert (reply.status, reply.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 400), (256 * 1024 + 1, 413)])
def test_a_body_has_256_kilobytes_at_most(client: Client, officer: str, size: int, status: int) -> None:
    body = '{"name":"' + "x" * (size - 11) + '"}'

    assert client.post("/things/a", body, token=officer, if_match='"1"').status == status


def test_a_body_may_come_in_base64(client: Client, officer: str) -> None:
    event = client.event("POST", "/things/a", "x", token=officer, headers={"If-Match": '"1"'})
    event |= {"body": base64.b64encode(b'{"name": "y"}').decode(), "isBase64Encoded": True}

    assert client.send(event).body == {"said": "a y 1"}
    assert client.send(event | {"body": "&"}).status == 400


def test_a_body_where_none_belongs_is_refused(client: Client, officer: str) -> None:
    assert client.call("DELETE", "/things/a", {"name": "x"}, token=officer).code == "INVALID_BODY"
    assert client.call("DELETE", "/things/a", {}, token=officer).status == 204


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [
        (None, 428, "PRECONDITION_REQUIRED"),
        ("*", 412, "STALE_VERSION"),
        ("1", 412, "STALE_VERSION"),
        ('"x"', 412, "STALE_VERSION"),
        ('"1", "2"', 412, "STALE_VERSION"),
        ('"99999999999999999999"', 412, "STALE_VERSION"),
    ],
)
def test_an_officers_write_names_the_version(
    client: Client, officer: str, if_match: str | None, status: int, code: str
) -> None:
    headers = {"If-Match": if_match} if if_match else {}
    reply = client.call("POST", "/things/a", {"name": "x"}, token=officer, headers=headers)

    assert (reply.status, reply.code) == (status, code)


def test_a_replayed_answer_says_so(client: Client, officer: str) -> None:
    keyed = client.post("/things", {"name": "x"}, token=officer, idempotency_key="k-1")
    bare = client.post("/things", {"name": "x"}, token=officer)

    assert (keyed.status, keyed.headers["idempotency-replayed"]) == (201, "true")
    assert "idempotency-replayed" not in bare.headers


@pytest.mark.parametrize("key", ["", " ", "a b", "义", "x" * 256, "a\n"])
def test_a_malformed_idempotency_key_is_refused(client: Client, officer: str, key: str) -> None:
    reply = client.post("/things", {"name": "x"}, token=officer, idempotency_key=key)

    assert (reply.status, reply.code) == (400, "INVALID_IDEMPOTENCY_KEY")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "unknown=1", "on=0", "on=2026-02-29"],
)
def test_a_bad_query_is_refused(client: Client, officer: str, query: str) -> None:
    reply = client.get(f"/things?{query}", token=officer)

    assert (reply.status, reply.code) == (400, "INVALID_QUERY")
    assert reply.pointers == [f"/{query.partition('=')[0]}"]


def test_a_route_without_parameters_takes_none(client: Client) -> None:
    assert client.get("/fails/moved?limit=1").code == "INVALID_QUERY"


def test_an_empty_parameter_is_refused_unless_its_type_takes_the_empty_text(client: Client, officer: str) -> None:
    reply = client.get("/things?limit=&cursor=&on=&q=", token=officer)

    assert (reply.status, reply.code) == (400, "INVALID_QUERY")
    assert reply.pointers == ["/limit", "/cursor", "/on"]


def test_a_cursor_leads_to_the_next_page(client: Client, officer: str) -> None:
    first = client.get("/things?limit=5", token=officer)
    second = client.get(f"/things?limit=5&cursor={first.body['next_cursor']}", token=officer)

    assert second.body["items"] == ["5"]


def test_a_cursor_is_good_for_its_own_list_and_caller_only(client: Client, officer: str, token: TokenOf) -> None:
    cursor = client.get("/things", token=officer).body["next_cursor"]
    broken = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")

    for url, who in [
        (f"/things?cursor={cursor}&q=other", officer),
        (f"/things?cursor={cursor}", token("officer.market")),
        (f"/things?cursor={broken}", officer),
        ("/things?cursor=x", officer),
        ("/things?cursor=%E4%B9%89", officer),
        (f"/things?cursor={'A' * 2000}", officer),
    ]:
        reply = client.get(url, token=who)
        assert (reply.status, reply.code) == (400, "INVALID_CURSOR")


def test_a_cursor_tells_nobody_what_is_in_it(client: Client, officer: str) -> None:
    first, second = (client.get("/things", token=officer).body["next_cursor"] for _ in range(2))

    sealed = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4))
    assert b"after" not in sealed
    assert b"20" not in sealed
    assert first != second


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": ["supervisor"]},
        {"department": "market"},
        {"sub": "somebody-else"},
    ],
)
def test_a_cursor_is_good_for_the_whole_caller_only(
    client: Client, officer: str, token: TokenOf, changed: dict[str, Any]
) -> None:
    cursor = client.get("/things", token=officer).body["next_cursor"]

    reply = client.get(f"/things?cursor={cursor}", token=token("officer.traffic", **changed))

    assert (reply.status, reply.code) == (400, "INVALID_CURSOR")


def test_a_cursor_is_good_for_a_day(client: Client, officer: str) -> None:
    cursor = client.get("/things", token=officer).body["next_cursor"]

    turn_clock(NOON + timedelta(hours=24))
    last = client.get(f"/things?cursor={cursor}", token=officer)
    turn_clock(NOON + timedelta(hours=24, seconds=1))
    late = client.get(f"/things?cursor={cursor}", token=officer)

    assert last.body["items"] == ["20"]
    assert (late.status, late.code) == (400, "INVALID_CURSOR")


def test_an_idempotency_key_belongs_to_all_that_a_caller_speaks_for(client: Client, token: TokenOf) -> None:
    def key_of(**claims: Any) -> str:  # noqa: ANN401 - claims are any JSON
        reply = client.post("/things", {"name": "x"}, token=token("officer.traffic", **claims), idempotency_key="k-1")
        return str(reply.body["said"])

    keys = [key_of(), key_of(roles=["supervisor"]), key_of(department="market"), key_of(sub="somebody-else")]

    assert len(set(keys)) == 4
    assert key_of() == keys[0]


def passed_on(client: Client, method: str, path: str, *, token: str | None = None) -> Reply:
    """Ask for an address with a method that it does not declare: the gateway takes it for one that nobody has."""
    event = client.event(method, path, token=token)
    event |= {"resource": "/{proxy+}", "pathParameters": {"proxy": path.removeprefix("/")}}
    event["requestContext"] |= {"resourcePath": "/{proxy+}"}
    return client.send(event)


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "TRACE"])
def test_another_method_is_refused_with_those_allowed(client: Client, method: str) -> None:
    for reply in (client.call(method, "/things"), passed_on(client, method, "/things")):
        assert (reply.status, reply.code) == (405, "METHOD_NOT_ALLOWED")
        assert reply.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_an_address_is_found_by_its_fixed_parts_and_its_parameters(client: Client) -> None:
    assert passed_on(client, "PATCH", "/things/%E4%B9%89").headers["allow"] == "DELETE, OPTIONS, POST"
    assert passed_on(client, "GET", "/things/a").status == 405
    for nothing in ("/thing", "/things/", "/things/a/b", "/fails", "/"):
        assert passed_on(client, "PATCH", nothing).status == 404


@pytest.mark.parametrize("path", ["/things", "/things/a"])
def test_options_says_which_methods_there_are(client: Client, path: str) -> None:
    for reply in (client.call("OPTIONS", path), passed_on(client, "OPTIONS", path)):
        assert (reply.status, reply.text) == (204, "")
        assert reply.headers["allow"] == ("GET, HEAD, OPTIONS, POST" if path == "/things" else "DELETE, OPTIONS, POST")
        assert "access-control-allow-origin" not in reply.headers
    assert passed_on(client, "OPTIONS", "/nothing").status == 404


def test_head_is_get_without_the_body(client: Client, officer: str) -> None:
    full = client.get("/things?limit=5", token=officer)

    for reply in (
        client.call("HEAD", "/things?limit=5", token=officer),
        passed_on(client, "HEAD", "/things", token=officer),
    ):
        assert (reply.status, reply.text) == (200, "")
        assert reply.headers["content-type"] == full.headers["content-type"]
        assert reply.headers["cache-control"] == "no-store"
    assert passed_on(client, "HEAD", "/things").status == 401
    assert passed_on(client, "HEAD", "/things").text == ""
    assert (passed_on(client, "HEAD", "/things/a").status, passed_on(client, "HEAD", "/no").status) == (405, 404)


def test_an_event_may_lack_whatever_is_empty(client: Client) -> None:
    event = {"requestContext": {"resourcePath": "/fails/moved", "httpMethod": "GET"}, "headers": None, "body": None}

    assert client.send(event).status == 409


@pytest.mark.parametrize("event", [{}, {"requestContext": None}, {"requestContext": {"httpMethod": "GET"}}])
def test_an_event_that_is_none_of_ours_is_not_found(client: Client, event: dict[str, Any]) -> None:
    assert client.send(event).status == 404


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("moved", 409, "BUSY"),
        ("unexpected", 500, "INTERNAL_ERROR"),
        ("unreachable", 503, "UNAVAILABLE"),
        ("throttled", 503, "UNAVAILABLE"),
        ("mistaken", 500, "INTERNAL_ERROR"),
        ("out-of-scope", 404, "OUT_OF_SCOPE"),
    ],
)
def test_a_failure_is_a_problem_that_tells_nothing(client: Client, name: str, status: int, code: str) -> None:
    reply = client.get(f"/fails/{name}")

    assert (reply.status, reply.code) == (status, code)
    assert set(reply.body) == {"type", "title", "status", "detail", "code"}
    assert reply.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in reply.headers) is (code in {"BUSY", "UNAVAILABLE"})


def test_facts_of_a_refusal_are_told(client: Client) -> None:
    chinese = client.get("/fails/with-facts").body
    english = client.get("/fails/with-facts", accept_language="en").body

    assert (chinese["basis"], chinese["status"]) == ("行政许可法第四十四条", 409)
    assert chinese["detail"] == (
        "按现行规则，当前状态下不能办理此步骤；请先查看当前状态，再办理现在可以办理的步骤。依据：行政许可法第四十四条。"
    )
    assert english["detail"] == (
        "The rules in force do not allow this step now. Look at the case as it is, then take a step that is open. "
        "Basis: 行政许可法第四十四条."
    )


def test_a_request_is_one_line_in_the_log(client: Client, officer: str, capsys: pytest.CaptureFixture[str]) -> None:
    client.post("/things/330725196806180004", {}, token=officer, if_match='"1"')

    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert {name: said[name] for name in ("event", "method", "route", "status", "role", "reason", "request_id")} == {
        "event": "request",
        "method": "POST",
        "route": "/things/{thing_id}",
        "status": 400,
        "role": "officer",
        "reason": "INVALID_BODY",
        "request_id": "gateway-request",
    }
    assert "330725196806180004" not in line


def test_the_lines_of_a_request_name_the_trace_it_belongs_to_and_those_of_the_next_do_not(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}

    client.call("GET", "/healthz", headers=trace)
    client.call("GET", "/healthz")

    traced, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (traced["trace_id"], traced["parent_id"]) == ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    assert not {"trace_id", "parent_id"} & other.keys()


def test_a_fault_of_ours_is_logged_with_its_place_and_nobodys_data(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/fails/unexpected")

    fault, request = capsys.readouterr().out.splitlines()
    assert json.loads(fault)["exceptions"][0]["kind"] == "KeyError"
    assert "test_edge_requests.py" in json.loads(fault)["exceptions"][0]["at"][-1]
    assert json.loads(request)["status"] == 500
    assert "330725196806180004" not in fault + request


def test_a_route_names_its_roles_or_says_that_it_is_public() -> None:
    with pytest.raises(ValueError, match="names its roles"):
        Routes("test").get("/x", answer=None, summary="-")(lambda _call: Answer(body=None))
