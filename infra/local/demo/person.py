"""A person or machine with a token, who asks the service over HTTP and nothing else."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from http import HTTPStatus
from typing import Any, Self

from infra.local.demo import narration
from infra.local.demo.checks import NotAsItShouldBeError, expect
from infra.local.deployment import base_url
from infra.local.login import token_of
from infra.local.place import LocalError

PATIENCE_SECONDS = 60
PAGE = 100
FRESH_SECONDS = 200
"""After how long a login counts as old here; the service says so after 300 seconds by its own clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: status, JSON body and headers (names in lower case)."""

    asked: str
    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    def is_done(self, status: int) -> Self:
        """Go on only with this status."""
        if self.status != status:
            raise NotAsItShouldBeError(self.asked, expected=status, came=(self.status, self.body))
        return self

    def is_refused(self, status: int, code: str) -> Self:
        """Go on only if the service said no, with this status and reason code."""
        if (self.status, self.body.get("code")) != (status, code):
            raise NotAsItShouldBeError(self.asked, expected=(status, code), came=(self.status, self.body))
        expect(f"{self.asked}: media type", self.headers["content-type"], "application/problem+json")
        return self

    @property
    def version(self) -> int:
        """The version that the ETag names."""
        return int(self.headers["etag"].strip('"'))


class Person:
    """One of the personas, logged in when it first asks for something, and again where the service wants it fresh."""

    def __init__(self, name: str) -> None:
        """Be the persona of this name."""
        self.name = name
        self._logged_in_at = 0.0

    @cached_property
    def _token(self) -> str:
        self._logged_in_at = time.monotonic()
        return token_of(self.name)

    def _identity(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def handles(self, path: str) -> Answer:
        """Read a case that one handles as an officer, and say so."""
        return self.get(f"{path}?purpose=handling")

    def get(self, path: str) -> Answer:
        """Read something."""
        return self._ask("GET", path)

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        version: int | None = None,
        key: str | None = None,
        role: str | None = None,
    ) -> Answer:
        """Do something.

        ``version`` is the one it was decided on, ``key`` keeps a repetition from a second effect, ``role`` is the one
        in which somebody with several acts.
        """
        etag = None if version is None else f'"{version}"'
        headers = {"If-Match": etag, "Idempotency-Key": key, "X-Acting-Role": role}
        return self._ask("POST", path, body, {name: value for name, value in headers.items() if value is not None})

    def put(self, path: str, body: Mapping[str, Any], *, version: int | None = None) -> Answer:
        """Put something in its place; ``version`` is the one that is there now."""
        return self._ask("PUT", path, body, {} if version is None else {"If-Match": f'"{version}"'})

    def delete(self, path: str) -> Answer:
        """Take something away."""
        return self._ask("DELETE", path)

    def every(self, path: str, *, is_told: bool = True) -> list[dict[str, Any]]:
        """Read a list to its end, page by page; one that is waited for is not told of each time."""
        found: list[dict[str, Any]] = []
        joint = "&" if "?" in path else "?"
        cursor = ""
        while True:
            page = (
                self._ask("GET", f"{path}{joint}limit={PAGE}{cursor}", is_told=is_told and not found).is_done(200).body
            )
            found.extend(page["items"])
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        is_told: bool = True,
    ) -> Answer:
        if is_told:
            narration.asked(self.name, method, path, body)
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            base_url() + path,
            data=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            method=method,
            headers={"Content-Type": "application/json", **self._identity(), **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:  # noqa: S310
                answer = _answer(f"{self.name} {method} {path}", response.status, response.read(), response.headers)
        except urllib.error.HTTPError as refusal:
            with refusal:
                answer = _answer(f"{self.name} {method} {path}", refusal.code, refusal.read(), refusal.headers)
        except (urllib.error.URLError, TimeoutError) as error:
            message = f"The API does not answer {method} {path}: {error}. Its log: make logs."
            raise LocalError(message) from error
        if is_told:
            narration.came(answer.status, answer.body if answer.status >= HTTPStatus.BAD_REQUEST else None)
        if answer.body.get("code") == "FRESH_LOGIN_REQUIRED" and time.monotonic() - self._logged_in_at > FRESH_SECONDS:
            del self._token
            return self._ask(method, path, body, headers, is_told=is_told)
        return answer


class Passerby(Person):
    """Somebody who has not logged in, and never does."""

    def __init__(self) -> None:
        """Be nobody in particular."""
        super().__init__("passer-by")

    def _identity(self) -> dict[str, str]:
        return {}


def _answer(asked: str, status: int, text: bytes, headers: Message) -> Answer:
    try:
        body = json.loads(text or b"{}")
    except json.JSONDecodeError as error:
        raise NotAsItShouldBeError(asked, expected="JSON", came=(status, text[:500])) from error
    return Answer(
        asked=asked, status=status, body=body, headers={name.lower(): value for name, value in headers.items()}
    )
