"""A place's folder: read whole, with every fault of every file named before anything is touched.

What is asked of a file is what the route asks that takes it: the same schema, and the same rules where they need
nothing that only a stage knows. Departments and sources are packaged with the code, and the rest is published.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from chalicelib.api.calendars.routes import load as load_calendar
from chalicelib.api.catalogue.routes.items import publish_item
from chalicelib.api.sanctions.routes.measures import load as load_measures
from chalicelib.api.sanctions.schemas.measures import measure_list
from chalicelib.api.staff.routes import StaffRequest
from chalicelib.api.staff.routes import load as load_staff
from chalicelib.calendars.rules import faults_of as faults_of_calendar
from chalicelib.catalogue.rules.publication import faults_of as faults_of_item
from chalicelib.credit.model.sources import CREDIT_OFFICE, ListedSources, Sources
from chalicelib.credit.store.directories import directories
from chalicelib.departments.store import departments_from
from chalicelib.errors import DomainError, FieldError
from chalicelib.http.field_errors import text_of
from chalicelib.http.parsing import LARGEST_BODY, body_of
from chalicelib.policy import Role
from chalicelib.rulepacks.model.pack import Desk
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.rules.editions import faults_of as faults_of_measures
from chalicelib.sanctions.store.flags import measure_lists
from chalicelib.staff.rules import require_staff_id
from infra.deploy.errors import DeployError
from infra.packaging.build import PLACES_OWN, ROOT, without_mark

if TYPE_CHECKING:
    from chalicelib.api.calendars.schemas import CalendarEditionRequest
    from chalicelib.api.catalogue.schemas.items import PublishItemRequest
    from chalicelib.api.sanctions.schemas.measures import MeasureListRequest
    from chalicelib.http.routes import Route
    from chalicelib.sanctions.model.flags import MeasureList

OFFICES: Final = "departments.json"
SOURCES: Final = "sources.json"
STAFF: Final = "staff.json"
FIXED: Final = (CREDIT_OFFICE, Desk.MONITORING.value, Desk.INSPECTION.value)
"""The departments that a place must have: the service itself turns to them by these codes."""
NOTES: Final = re.compile(r"(.*/)?(\..*|.*\.md)")
"""What a folder may hold beside: notes for people, and what tools of version control keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to publish: where it stands in the folder, who publishes it at which address, and the body."""

    place: str
    role: Role
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What a folder holds: the files to package, by their names, and what to publish, in the order to do so."""

    packaged: Mapping[str, bytes]
    entries: tuple[Entry, ...]

    @property
    def digest(self) -> str:
        """The digest by which a stage says whose departments and sources it has."""
        return digest_of(self.packaged)


def digest_of(packaged: Mapping[str, bytes]) -> str:
    """Return the digest of what departments and sources say, however their files are laid out."""
    said = json.dumps({name: json.loads(packaged[name]) for name in PLACES_OWN})
    return hashlib.sha256(said.encode()).hexdigest()


def digest_of_the_code() -> str:
    """Return the digest of the departments and sources that come with the code, which are the sample town's."""
    return digest_of({name: (ROOT / path).read_bytes() for name, path in PLACES_OWN.items()})


def read_city(folder: Path, *, today: date) -> City:
    """Read a folder; ``DeployError`` with every fault of every file, by file, and line or place in it.

    ``today`` is for calendars, which are announced for the next year and none later.
    """
    if not folder.is_dir():
        message = f"There is no folder {folder}."
        raise DeployError(message)
    reader = _Reader(folder, today=today)
    city = reader.read()
    if reader.faults:
        raise DeployError("\n".join([f"The folder {folder} is wrong; nothing was touched:", *reader.faults]))
    return city


@dataclass
class _Reader:
    """Reads a folder, and keeps what is wrong with it."""

    folder: Path
    today: date
    faults: list[str] = field(default_factory=list)
    departments: tuple[str, ...] = ()

    def read(self) -> City:
        files = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        packaged = {name: self._packaged(name) for name in PLACES_OWN}
        entries = [*self._calendars(files), *self._measures(files), *self._items(files), *self._staff(files)]
        for name in files:
            if not (name in {*PLACES_OWN, STAFF} or NOTES.fullmatch(name) or any(one.fullmatch(name) for one in NAMES)):
                self._fault(name, "nothing is read from a file of this name.")
        return City(packaged=packaged, entries=tuple(entries))

    # What is packaged

    def _packaged(self, name: str) -> bytes:
        raw = self._raw(name)
        if raw is not None:
            try:
                self._require_departments(raw) if name == OFFICES else self._require_sources(raw)
            except ValidationError as error:
                for one in error.errors():
                    self._fault(name, one["msg"], pointer="".join(f"/{part}" for part in one["loc"]))
            except ValueError as error:
                self._fault(name, f"{error}.")
        return raw or b""

    def _require_departments(self, raw: bytes) -> None:
        self.departments = tuple(departments_from(raw))
        for code in FIXED:
            if code not in self.departments:
                self._fault(OFFICES, f"no department has the code {code}, to which the service turns.")

    def _require_sources(self, raw: bytes) -> None:
        listed = TypeAdapter(ListedSources).validate_json(raw)
        for code in listed.departments:
            self._require_department(SOURCES, f"/departments/{code}", code)
        kinds = {kind.code for directory in directories() for kind in directory.kinds}
        for kind in listed.trusted:
            if kind not in kinds:
                self._fault(SOURCES, "the directory has no such kind of data.", pointer=f"/trusted/{kind}")
        Sources.of(listed)

    def _require_department(self, place: str, pointer: str, code: str) -> None:
        """Name a department that is not listed; of a list that could not be read nothing is said again."""
        if self.departments and code not in self.departments:
            self._fault(place, f"{OFFICES} lists no department {code}.", pointer=pointer)

    # What is published

    def _calendars(self, files: Iterable[str]) -> Iterator[Entry]:
        for name, found in _matching(CALENDAR, files):
            body: CalendarEditionRequest | None = self._body(name, load_calendar)
            if body is None:
                continue
            year = int(found["year"])
            if body.year not in {None, year}:
                self._fault(name, "not the year of the file's name.", pointer="/year")
            notice = body.notice.notice()
            self._said(name, faults_of_calendar(year, notice, body.holidays, body.make_up_days, today=self.today))
            yield self._entry(name, Role.CALENDAR_EDITOR, f"/v1/calendars/{year}")

    def _measures(self, files: Iterable[str]) -> Iterator[Entry]:
        read: list[tuple[str, MeasureList]] = []
        for name, found in _matching(MEASURES, files):
            body: MeasureListRequest | None = self._body(name, load_measures)
            if body is None:
                continue
            if body.edition not in {None, found["edition"]}:
                self._fault(name, "not the edition of the file's name.", pointer="/edition")
            read.append((name, measure_list(body, found["edition"])))
        known = list(measure_lists())
        # In the order in which they are loaded: the one that takes effect first.
        for name, edition in sorted(read, key=lambda one: one[1].in_force_from):
            if edition not in known:
                self._said(name, faults_of_measures(edition, known))
                known.append(edition)
            yield self._entry(name, Role.CREDIT_OFFICER, f"/v1/measures/{edition.edition}")

    def _items(self, files: Iterable[str]) -> Iterator[Entry]:
        packs = load_rule_packs()
        for name, found in sorted(
            _matching(ITEM, files), key=lambda one: (one[1]["code"], int(one[1]["version"] or 1))
        ):
            body: PublishItemRequest | None = self._body(name, publish_item)
            if body is not None:
                version = int(found["version"] or 1)
                item = body.item(found["code"], version)
                self._said(name, faults_of_item(item, packs=packs, departments=self.departments))
                yield self._entry(name, Role.CATALOGUE_EDITOR, f"/v1/items/{found['code']}/versions/{version}")

    def _staff(self, files: Iterable[str]) -> Iterator[Entry]:
        everybody = self._json(STAFF) if STAFF in files else {}
        if not isinstance(everybody, dict):
            self._fault(STAFF, "this must be an object of people by their ids at the issuer (sub).")
            return
        for staff_id, said in everybody.items():
            place = f"{STAFF} /{staff_id}"
            body: StaffRequest | None = self._checked(place, load_staff, json.dumps(said).encode())
            try:
                require_staff_id(staff_id)
            except DomainError:
                self._fault(place, "no issuer gives such an id, or it is the number of an identity document.")
            if body is not None:
                self._require_department(place, "/department", body.department)
                if body.identity is not None:
                    self._fault(place, "numbers of persons do not stand in a folder.", pointer="/identity")
            yield Entry(place=place, role=Role.MONITOR, path=f"/v1/staff/{quote(staff_id, safe='')}", body=said)

    # How files are read

    def _raw(self, name: str) -> bytes | None:
        """Return a file that is JSON; ``None``, with the fault, for any other."""
        try:
            raw = without_mark((self.folder / name).read_bytes())
            json.loads(raw.decode())
        except FileNotFoundError:
            self._fault(name, "this file is missing.")
        except UnicodeDecodeError:
            self._fault(name, "this is not UTF-8.")
        except json.JSONDecodeError as error:
            self._fault(f"{name} line {error.lineno}, column {error.colno}", f"{error.msg}.")
        else:
            return raw
        return None

    def _json(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        raw = self._raw(name)
        return {} if raw is None else json.loads(raw)

    def _body(self, name: str, route: "Route") -> Any:  # noqa: ANN401 - the route's own model
        raw = self._raw(name)
        return None if raw is None else self._checked(name, route, raw)

    def _checked(self, place: str, route: "Route", raw: bytes) -> Any:  # noqa: ANN401 - as above
        if len(raw) > LARGEST_BODY:
            self._fault(place, f"this has more than {LARGEST_BODY // 1024} KB.")
            return None
        try:
            return body_of(route, "application/json", raw)
        except DomainError as error:
            self._said(place, error.faults)
            return None

    def _entry(self, name: str, role: Role, path: str) -> Entry:
        return Entry(place=name, role=role, path=path, body=self._json(name))

    def _said(self, place: str, faults: Iterable[FieldError]) -> None:
        for fault in faults:
            self._fault(place, text_of(fault, "en"), pointer=fault.pointer)

    def _fault(self, place: str, what: str, *, pointer: str = "") -> None:
        self.faults.append(f"  {place}{pointer and ' '}{pointer}: {what}")


CALENDAR: Final = re.compile(r"calendars/(?P<year>\d{4})\.json")
MEASURES: Final = re.compile(r"measures/(?P<edition>[A-Za-z0-9][A-Za-z0-9._-]{0,63})\.json")
ITEM: Final = re.compile(r"items/(?P<code>[A-Za-z0-9-]+)(\.v(?P<version>[1-9]\d{0,3}))?\.json")
NAMES: Final = (CALENDAR, MEASURES, ITEM)


def _matching(pattern: re.Pattern[str], names: Iterable[str]) -> Iterator[tuple[str, re.Match[str]]]:
    for name in names:
        if found := pattern.fullmatch(name):
            yield name, found
