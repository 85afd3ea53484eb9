"""What no route takes: bad headers, bodies that are none, queries and addresses that nobody meant."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias
from urllib.parse import quote

import pytest

from chalicelib.http.routes import ROUTES, PageQuery, Route
from tests.api.bodies import token_of
from tests.api.examples import Example, known
from tests.api.judging import require_sound
from tests.api.world import World, world
from tests.claims import about
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
STRANGE = ("办件一", "..", "a/b", "a" * 300, "a\0b", "'\";--", "a\nb", "😀", "%25", " ", "a\u202eb")
MEDIA_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=gbk",
    "application/jsonp",
    "application/vnd.api+json",
    "multipart/form-data; boundary=x",
    "json",
    "义",
)
OLD_VERSIONS = (
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
)


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


Asked: TypeAlias = Callable[..., Iterator[Asking]]
"""``each(routes)``: whom to ask, route by route."""


@pytest.fixture
def each(world: World, known: dict[str, Example]) -> Asked:
    def each(routes: Iterable[Route]) -> Iterator[Asking]:
        return (Asking(world, route, known[route.name]) for route in routes)

    return each


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.code


def test_what_is_no_json_of_its_own_is_a_bad_body(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(WITH_BODY):
        for name, text in NO_JSON.items():
            with about(f"{ask.route.name}: {name}", wrong):
                assert refused(ask(body=text)) == (400, "INVALID_BODY")

    assert wrong == {}


def test_no_body_is_a_bad_body_where_something_is_required(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(WITH_BODY):
        body = ask.route.body
        if body is not None and any(field.is_required() for field in body.model_fields.values()):
            with about(ask.route.name, wrong):
                assert refused(ask(is_bare=True)) == (400, "INVALID_BODY")
                assert refused(ask(body=" \n")) == (400, "INVALID_BODY")

    assert wrong == {}


def test_a_body_where_none_belongs_is_refused(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(route for route in ROUTES if not route.body):
        for text in ('{"a": 1}', "[]", "null", "x", "\0"):
            with about(f"{ask.route.name}: {text!r}", wrong):
                assert refused(ask(body=text)) == (400, "INVALID_BODY")

    assert wrong == {}


def test_a_body_over_256_kb_is_too_large(each: Asked) -> None:
    large = ('{"reason": "' + "x" * 256 * KILO + '"}', "义" * 100 * KILO, " " * (256 * KILO + 1))
    wrong: dict[str, str] = {}
    for ask in each(ROUTES):
        for text in large:
            with about(f"{ask.route.name}: {text[:12]!r}", wrong):
                assert refused(ask(body=text)) == (413, "BODY_TOO_LARGE")

    assert wrong == {}


def test_a_body_in_another_media_type_is_refused(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(WITH_BODY):
        for media_type in MEDIA_TYPES:
            with about(f"{ask.route.name}: {media_type}", wrong):
                assert refused(ask(content_type=media_type)) == (415, "UNSUPPORTED_MEDIA_TYPE")

    assert wrong == {}


def test_a_body_in_base64_is_read_or_refused_like_any_other(each: Asked) -> None:
    texts = ("%%%", "义", "a", base64.b64encode(b"[1]").decode(), base64.b64encode(b"\xff\xfe{}").decode())
    wrong: dict[str, str] = {}
    for ask in each(WITH_BODY):
        token = ask.example.by and token_of(ask.example.by)
        event = ask.world.client.event(ask.route.method, ask.example.url(ask.route.path), token=token)
        event["headers"] |= {"If-Match": '"999"', "Content-Type": "application/json"}
        for text in texts:
            with about(f"{ask.route.name}: {text}", wrong):
                reply = ask.world.client.send({**event, "body": text, "isBase64Encoded": True})
                require_sound(reply)
                assert refused(reply) == (400, "INVALID_BODY")

    assert wrong == {}


def test_a_version_is_needed_and_an_old_one_refused(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(route for route in ROUTES if route.needs_version):
        with about(ask.route.name, wrong):
            assert refused(ask(if_match=None)) == (428, "PRECONDITION_REQUIRED")
        for header in OLD_VERSIONS:
            with about(f"{ask.route.name}: {header}", wrong):
                assert refused(ask(if_match=header)) == (412, "STALE_VERSION")

    assert wrong == {}


def test_a_version_that_is_none_is_refused_where_one_may_be_given(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(route for route in ROUTES if route.takes_version):
        with about(ask.route.name, wrong):
            assert refused(ask(if_match="garbage")) == (412, "STALE_VERSION")

    assert wrong == {}


def test_an_idempotency_key_is_good_for_one_body(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(route for route in ROUTES if route.creates):
        for key in ("", " ", "a b", "义", "x" * 256, "a\0"):
            with about(f"{ask.route.name}: {key!r}", wrong):
                assert refused(ask(idempotency_key=key)) == (400, "INVALID_IDEMPOTENCY_KEY")
        with about(ask.route.name, wrong):
            first = ask(idempotency_key="k")
            again = ask(idempotency_key="k", accept_language=None)
            other = ask(idempotency_key="k", body=_in_other_bytes(ask.example.body))
            assert first.status == again.status == ask.route.status, first.text
            assert "idempotency-replayed" not in first.headers
            assert again.headers["idempotency-replayed"] == "true"
            assert again.body == first.body
            assert refused(other) == (422, "IDEMPOTENCY_KEY_REUSED")
        ask.world.rewind()

    assert wrong == {}


def test_a_parameter_that_is_unknown_or_repeated_is_refused(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(ROUTES):
        url = ask.example.url(ask.route.path)
        join = "&" if "?" in url else "?"
        for query in (
            "no_such=1",
            "limit=1&limit=1",
            "a[]=1",
            "__proto__=1",
            "%00=1",
            "%E4%B9%89=%E4%B9%89",
            "a/b~c=1",
        ):
            with about(f"{ask.route.name}: {query}", wrong):
                assert refused(ask(url=f"{url}{join}{query}")) == (400, "INVALID_QUERY")

    assert wrong == {}


def test_a_page_has_one_to_a_hundred_lines(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(WITH_PAGES):
        url = ask.example.url(ask.route.path).partition("?")[0]
        for limit in ("0", "101", "abc", "-1", "1.5", "1e1", "10" * 30, "%00", "null", "٣", "0x10"):
            with about(f"{ask.route.name}: {limit}", wrong):
                assert refused(ask(url=f"{url}?limit={limit}")) == (400, "INVALID_QUERY")

    assert wrong == {}


def test_a_broken_cursor_is_refused(each: Asked) -> None:
    wrong: dict[str, str] = {}
    # Heartbeats have one page, and no cursor leads to it.
    for ask in each(route for route in WITH_PAGES if not route.path.endswith("/heartbeats")):
        url = ask.example.url(ask.route.path)
        join = "&" if "?" in url else "?"
        following = ask(url=url).body["next_cursor"]
        flipped = following and ("A" if following[0] != "A" else "B") + following[1:]
        for cursor in ("x", "A" * 80, "%00", "%E4%B9%89", "==", "eyJhIjoxfQ", flipped or "-_-_"):
            with about(f"{ask.route.name}: {cursor}", wrong):
                assert refused(ask(url=f"{url}{join}cursor={cursor}")) == (400, "INVALID_CURSOR")
        with about(f"{ask.route.name}: too long", wrong):
            assert refused(ask(url=f"{url}{join}cursor={'A' * 2001}")) == (400, "INVALID_QUERY")

    assert wrong == {}


def test_strange_parameters_get_an_answer_or_a_refusal(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(ROUTES):
        url = ask.example.url(ask.route.path).partition("?")[0]
        for name in ask.route.query.model_fields if ask.route.query else ():
            for text in ("办件", "a\0b", "'\";--", "😀", "\ud800", "0001-01-01", "9999-12-31T00:00:00Z", "x" * 3000):
                with about(f"{ask.route.name}: {name} {text[:20]!r}", wrong):
                    reply = ask(url=f"{url}?{name}={quote(text, errors='surrogatepass')}")
                    assert reply.status in {200, 400, 403, 404}, reply.text

    assert wrong == {}


def test_strange_addresses_are_not_found(each: Asked) -> None:
    wrong: dict[str, str] = {}
    for ask in each(route for route in ROUTES if "{" in route.path):
        for name in ask.example.path:
            # Some things are named by who sends them: a strange name is refused as a fault of the thing.
            expected = {403, 404, 422} if name in {"record_id", "edition", "staff_id"} else {403, 404}
            for text in STRANGE:
                with about(f"{ask.route.name}: {name} {text[:20]!r}", wrong):
                    reply = ask(url=ask.example.url(ask.route.path, **{name: quote(text, safe="")}))
                    assert reply.status in expected, reply.text

    assert wrong == {}


def _in_other_bytes(body: object) -> str:
    """The same JSON again: a key is good for the very bytes that were sent."""
    return "{}" if body is None else " " + json.dumps(body, ensure_ascii=True)
