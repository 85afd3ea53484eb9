"""What no route takes: bad headers, bodies that are none, queries and addresses that nobody meant."""

import base64
import json
from urllib.parse import quote

import pytest

from chalicelib.http.routes import ROUTES, PageQuery, Route
from tests.api.bodies import token_of
from tests.api.examples import Example, known, name_of
from tests.api.judging import require_sound
from tests.api.world import World, world
from tests.cloud import Reply

__all__ = ["known", "world"]

# Importing the world has imported every route.
WITH_BODY = [route for route in ROUTES if route.body]
WITH_PAGES = [route for route in ROUTES if route.query and issubclass(route.query, PageQuery)]
DEEP = 10_000
KILO = 1024

NO_JSON = {
    "cut off": '{"reason": ',
    "words": "reason=x",
    "two": "{} {}",
    "trailing comma": '{"reason": "x",}',
    "single quotes": "{'reason': 'x'}",
    "NaN": '{"days": NaN}',
    "infinity": '{"days": -Infinity}',
    "BOM": '\ufeff{"reason": "x"}',
    "deep lists": "[" * DEEP + "]" * DEEP,
    "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep in a field": '{"reason": ' + "[" * DEEP + "]" * DEEP + "}",
    "a surrogate written out": '{"reason": "\\ud800"}',
    "a surrogate as it is": '{"reason": "\ud800"}',
    "a NUL": '{"reason": "\0"}',
    "null": "null",
    "a list": "[]",
    "a list of objects": "[{}]",
    "a text": '"x"',
    "a number": "1" * 5000,
    "true": "true",
    "another field": '{"no_such_field": 1}',
    "its own field twice": '{"no_such_field": 1, "no_such_field": 1}',
}
STRANGE = {
    "chinese": "办件一",
    "dots": "..",
    "slash": "a/b",
    "long": "a" * 300,
    "nul": "a\0b",
    "quotes": "'\";--",
    "control": "a\nb",
    "astral": "😀",
    "percent": "%25",
    "blank": " ",
    "right to left": "a\u202eb",
}


class Asking:
    """Sends a route's example with one thing changed, in both languages in turn."""

    def __init__(self, world: World, route: Route, example: Example) -> None:
        self.world, self.route, self.example = world, route, example
        self.asked = 0

    def __call__(
        self, *, url: str | None = None, body: object = None, is_bare: bool = False, **headers: str | None
    ) -> Reply:
        version = self.example.version
        whole = {
            "If-Match": None if version is None else f'"{version}"',
            "Accept-Language": "en" if self.asked % 2 else None,
            **{name.replace("_", "-").title(): value for name, value in headers.items()},
        }
        self.asked += 1
        reply = self.world.client.call(
            self.route.method,
            self.example.url(self.route.path) if url is None else url,
            self.example.body if body is None and not is_bare else body,
            token=self.example.by and token_of(self.example.by),
            headers={name: value for name, value in whole.items() if value is not None},
        )
        require_sound(reply)
        return reply


@pytest.fixture
def ask(world: World, known: dict[str, Example], route: Route) -> Asking:
    return Asking(world, route, known[route.name])


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.code


@pytest.mark.parametrize("route", WITH_BODY, ids=name_of)
def test_what_is_no_json_of_its_own_is_a_bad_body(ask: Asking) -> None:
    for name, text in NO_JSON.items():
        assert (name, *refused(ask(body=text))) == (name, 400, "INVALID_BODY")


@pytest.mark.parametrize("route", WITH_BODY, ids=name_of)
def test_no_body_is_a_bad_body_where_something_is_required(ask: Asking, route: Route) -> None:
    assert route.body is not None
    if any(field.is_required() for field in route.body.model_fields.values()):
        assert refused(ask(is_bare=True)) == (400, "INVALID_BODY")
        assert refused(ask(body=" \n")) == (400, "INVALID_BODY")


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.body], ids=name_of)
def test_a_body_where_none_belongs_is_refused(ask: Asking) -> None:
    for text in ('{"a": 1}', "[]", "null", "x", "\0"):
        assert refused(ask(body=text)) == (400, "INVALID_BODY")


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_body_over_256_kb_is_too_large(ask: Asking) -> None:
    assert refused(ask(body='{"reason": "' + "x" * 256 * KILO + '"}')) == (413, "BODY_TOO_LARGE")
    assert refused(ask(body="义" * 100 * KILO)) == (413, "BODY_TOO_LARGE")
    assert refused(ask(body=" " * (256 * KILO + 1))) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("route", WITH_BODY, ids=name_of)
def test_a_body_in_another_media_type_is_refused(ask: Asking) -> None:
    for media_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "application/jsonp",
        "application/vnd.api+json",
        "multipart/form-data; boundary=x",
        "json",
        "义",
    ):
        assert refused(ask(content_type=media_type)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("route", WITH_BODY, ids=name_of)
def test_a_body_in_base64_is_read_or_refused_like_any_other(ask: Asking, route: Route) -> None:
    token = ask.example.by and token_of(ask.example.by)
    event = ask.world.client.event(route.method, ask.example.url(route.path), token=token)
    event["headers"] |= {"If-Match": '"999"', "Content-Type": "application/json"}
    codes = []
    for text in ("%%%", "义", "a", base64.b64encode(b"[1]").decode(), base64.b64encode(b"\xff\xfe{}").decode()):
        reply = ask.world.client.send({**event, "body": text, "isBase64Encoded": True})
        require_sound(reply)
        codes.append(refused(reply))

    assert codes == [(400, "INVALID_BODY")] * len(codes)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.needs_version], ids=name_of)
def test_a_version_is_needed_and_an_old_one_refused(ask: Asking) -> None:
    assert refused(ask(if_match=None)) == (428, "PRECONDITION_REQUIRED")
    for header in (
        '"999"',
        '"0"',
        'W/"999"',
        "1",
        "*",
        '"x"',
        "",
        '"1", "2"',
        '"-1"',
        '"' + "9" * 400 + '"',
        '"一"',
        '"٣"',
    ):
        assert (header, *refused(ask(if_match=header))) == (header, 412, "STALE_VERSION")


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.needs_version], ids=name_of)
def test_a_version_that_is_none_is_refused_where_none_is_needed_too(ask: Asking) -> None:
    assert refused(ask(if_match="garbage")) == (412, "STALE_VERSION")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.creates], ids=name_of)
def test_an_idempotency_key_is_good_for_one_body(ask: Asking, route: Route) -> None:
    for key in ("", " ", "a b", "义", "x" * 256, "a\0"):
        assert (key, *refused(ask(idempotency_key=key))) == (key, 400, "INVALID_IDEMPOTENCY_KEY")

    first = ask(idempotency_key="k")
    again = ask(idempotency_key="k", accept_language=None)
    other = ask(idempotency_key="k", body=_in_other_bytes(ask.example.body))
    ask.world.rewind()

    assert first.status == again.status == route.status, first.text
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body == first.body
    assert refused(other) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_parameter_that_is_unknown_or_repeated_is_refused(ask: Asking) -> None:
    url = ask.example.url(ask.route.path)
    join = "&" if "?" in url else "?"
    for query in ("no_such=1", "limit=1&limit=1", "a[]=1", "__proto__=1", "%00=1", "%E4%B9%89=%E4%B9%89", "a/b~c=1"):
        assert (query, *refused(ask(url=f"{url}{join}{query}"))) == (query, 400, "INVALID_QUERY")


@pytest.mark.parametrize("route", WITH_PAGES, ids=name_of)
def test_a_page_has_one_to_a_hundred_lines(ask: Asking) -> None:
    url = ask.example.url(ask.route.path).partition("?")[0]
    for limit in ("0", "101", "abc", "-1", "1.5", "1e1", "10" * 30, "%00", "null", "٣", "0x10"):
        assert (limit, *refused(ask(url=f"{url}?limit={limit}"))) == (limit, 400, "INVALID_QUERY")


@pytest.mark.parametrize("route", WITH_PAGES, ids=name_of)
def test_a_broken_cursor_is_refused(ask: Asking) -> None:
    # Heartbeats have one page, and no cursor leads to it.
    if ask.route.path.endswith("/heartbeats"):
        return
    url = ask.example.url(ask.route.path)
    join = "&" if "?" in url else "?"
    following = ask(url=url).body["next_cursor"]
    flipped = following and ("A" if following[0] != "A" else "B") + following[1:]
    for cursor in ("x", "A" * 80, "%00", "%E4%B9%89", "==", "eyJhIjoxfQ", flipped or "-_-_"):
        assert (cursor, *refused(ask(url=f"{url}{join}cursor={cursor}"))) == (cursor, 400, "INVALID_CURSOR")
    assert refused(ask(url=f"{url}{join}cursor={'A' * 2001}")) == (400, "INVALID_QUERY")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.query], ids=name_of)
def test_strange_parameters_get_an_answer_or_a_refusal(ask: Asking, route: Route) -> None:
    assert route.query is not None
    url = ask.example.url(route.path).partition("?")[0]
    for name in route.query.model_fields:
        for text in ("办件", "a\0b", "'\";--", "😀", "\ud800", "0001-01-01", "9999-12-31T00:00:00Z", "x" * 3000):
            reply = ask(url=f"{url}?{name}={quote(text, errors='surrogatepass')}")
            assert reply.status in {200, 400, 403, 404}, (name, text, reply.text)


@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=name_of)
def test_strange_addresses_are_not_found(ask: Asking, route: Route) -> None:
    for name in ask.example.path:
        for text in STRANGE.values():
            address = ask.example.url(route.path, **{name: quote(text, safe="")})
            reply = ask(url=address)
            # Records and editions are named by who sends them: a strange name is refused as a fault of the thing.
            is_named_here = name in {"record_id", "edition"}
            assert reply.status in {403, 404, 422 if is_named_here else 404}, (name, text, reply.text)


def _in_other_bytes(body: object) -> str:
    """The same JSON again: a key is good for the very bytes that were sent."""
    return "{}" if body is None else " " + json.dumps(body, ensure_ascii=True)
