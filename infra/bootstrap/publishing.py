"""Publishing what a folder holds on a stage, through the API: what is there already stays as it is.

Everything is asked of the API as a dry run first, so that all that cannot be published is said before anything is.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, Protocol

from chalicelib.policy import Role
from infra.bootstrap.folder import City, Entry
from infra.deploy.errors import DeployError
from infra.deploy.smoke import ask

CALENDAR: Final = ("notice", "holidays", "make_up_days")
"""What a calendar says, in a folder and on a stage."""


class Stage(Protocol):
    """A stage's API."""

    def __call__(
        self, method: str, path: str, *, role: Role | None = None, body: Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Ask as somebody in a role, or as anybody, and return the status and the JSON of the answer."""


class Standing(StrEnum):
    """How a thing of a folder stands on a stage: it is new, there as it is, or was changed there since."""

    NEW = "new"
    THERE = "there"
    CHANGED = "changed"


class RefusedError(Exception):
    """A stage does not take something; the arguments are lines that say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A stage by its address, with the token of somebody in each role."""

    base: str
    tokens: Mapping[Role, str]

    def __call__(
        self, method: str, path: str, *, role: Role | None = None, body: Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Ask over HTTP; raises ``DeployError`` if nothing answers there, or what answers is no API."""
        headers = {"Accept-Language": "en"}
        if role is not None:
            headers |= {"Authorization": f"Bearer {self.tokens[role]}", "X-Acting-Role": role.value}
        status, media, text = ask(f"{self.base}{path}", method=method, body=body, headers=headers)
        if not media.endswith("json"):
            message = f"{self.base}{path} answers {status} {media}, which is no answer of the API."
            raise DeployError(message)
        return status, json.loads(text)


def standings(city: City, stage: Stage) -> list[tuple[Entry, Standing]]:
    """Return how each thing of a folder stands, in order; ``DeployError`` with all that the stage would not take."""
    found, faults = [], []
    for entry in city.entries:
        try:
            found.append((entry, STANDING[entry.role](entry, stage)))
        except RefusedError as refusal:
            faults += [f"  {entry.place}{line}" for line in refusal.args]
    if faults:
        raise DeployError("\n".join(["The stage does not take this folder; nothing was published:", *faults]))
    return found


def publish(found: list[tuple[Entry, Standing]], stage: Stage) -> None:
    """Publish what is new, saying how far it is; ``DeployError`` at the first that is refused.

    Whatever was published by then is found there when it is tried again.
    """
    for entry, standing in found:
        if standing is Standing.CHANGED:
            print(f"  {entry.place} was changed on the stage since, and stays as it is there.")
    new = [entry for entry, standing in found if standing is Standing.NEW]
    if not new:
        print(f"Nothing to publish: all {len(found)} are there.")
    for number, entry in enumerate(new, start=1):
        try:
            _asked(entry, stage)
        except RefusedError as refusal:
            lines = [f"  {entry.place}{line}" for line in refusal.args]
            message = f"{number - 1} of {len(new)} are published; this one was refused, and can be tried again:"
            raise DeployError("\n".join([message, *lines])) from refusal
        print(f"  {number}/{len(new)} {entry.place}")


def _of_calendar(entry: Entry, stage: Stage) -> Standing:
    """Whoever keeps the calendar may have loaded a later edition: only what came with the code makes room."""
    held = _read(entry.path, stage)
    if held is not None and all(held[part] == entry.body[part] for part in CALENDAR):
        return Standing.THERE
    if held is not None and held["version"] is not None:
        return Standing.CHANGED
    _require_no_effect(entry, stage, "would move due dates of open cases: load it at /calendars, which shows them.")
    return Standing.NEW


def _of_measures(entry: Entry, stage: Stage) -> Standing:
    listed = _read("/v1/measure-editions", stage, role=entry.role)
    if any(entry.path == f"/v1/measures/{one['edition']}" for one in listed["items"]):
        _asked(entry, stage, "?dry_run=true&limit=1")
        return Standing.THERE
    _require_no_effect(entry, stage, "would suspend flags: load it at /measures, which shows them.")
    return Standing.NEW


def _of_item(entry: Entry, stage: Stage) -> Standing:
    held = _read(entry.path, stage)
    _asked(entry, stage, "?dry_run=true")
    return Standing.NEW if held is None else Standing.THERE


def _of_staff(entry: Entry, stage: Stage) -> Standing:
    """Logins change what the register says of somebody, so that what a folder said once is not said again."""
    held = _read(entry.path, stage, role=entry.role)
    if held is None:
        return Standing.NEW
    said = entry.body
    state = "ended" if said.get("ended") else "active"
    is_same = (held["name"], held["department"], {*held["roles"]}, held["state"]) == (
        said["name"],
        said["department"],
        {*said["roles"]},
        state,
    )
    return Standing.THERE if is_same else Standing.CHANGED


STANDING: Final[Mapping[Role, Callable[[Entry, Stage], Standing]]] = {
    Role.CALENDAR_EDITOR: _of_calendar,
    Role.CREDIT_OFFICER: _of_measures,
    Role.CATALOGUE_EDITOR: _of_item,
    Role.MONITOR: _of_staff,
}
"""Who publishes what."""


def _require_no_effect(entry: Entry, stage: Stage, why: str) -> None:
    """Refuse what would change something for somebody: that has to be seen before it is published (decision 0036)."""
    query = "?dry_run=true&limit=100"
    cursor: str | None = ""
    while cursor is not None:
        seen = _asked(entry, stage, f"{query}&cursor={cursor}" if cursor else query)
        if seen["items"]:
            message = f": this {why}"
            raise RefusedError(message)
        cursor = seen["next_cursor"]


def _read(path: str, stage: Stage, *, role: Role | None = None) -> Any:  # noqa: ANN401 - any JSON
    status, answer = stage("GET", path, role=role)
    if status == HTTPStatus.NOT_FOUND:
        return None
    return _accepted(status, answer)


def _asked(entry: Entry, stage: Stage, query: str = "") -> Any:  # noqa: ANN401 - any JSON
    return _accepted(*stage("PUT", f"{entry.path}{query}", role=entry.role, body=entry.body))


def _accepted(status: int, answer: Any) -> Any:  # noqa: ANN401 - any JSON
    if status != HTTPStatus.OK:
        faults = [f" {fault['pointer']}: {fault['detail']}" for fault in answer.get("errors", [])]
        raise RefusedError(*(faults or [f": {answer['code']}, {answer['detail']}"]))
    return answer
