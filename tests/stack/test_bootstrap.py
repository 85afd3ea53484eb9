"""A place's own folder: checked whole, published once, and safe to repeat."""

import codecs
import json
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.departments.store import departments_from
from chalicelib.policy import NEVER_ONE_PERSON, Role
from infra.bootstrap.__main__ import main, tokens_for
from infra.bootstrap.folder import City, digest_of_the_code, read_city
from infra.bootstrap.publishing import Stage, Standing, publish, standings
from infra.deploy.errors import DeployError
from infra.local.deployment import TOKENS
from infra.local.place import SAMPLE
from infra.packaging.build import PLACES_OWN, ROOT, put_places_own
from tests.cloud import Client, TokenOf, client, cloud, token

__all__ = ["client", "cloud", "token"]

TODAY = date(2026, 10, 9)
MORE: dict[str, object] = {"items": [], "next_cursor": "next"}
"""A page of a dry run that is empty and not the last."""
PERSONAS = {Role(role.lower()): persona for role, persona in TOKENS.items()}
LIST = ROOT / "chalicelib/sanctions/editions/2024.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of another place, which can be changed."""
    copied = tmp_path / "city"
    shutil.copytree(SAMPLE, copied)
    return copied


@pytest.fixture
def stage(client: Client, token: TokenOf) -> Stage:
    """Return the API, called by the personas who publish."""

    def ask(
        method: str, path: str, *, role: Role | None = None, body: Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        bearer = None if role is None else token(PERSONAS[role])
        reply = client.call(method, path, body, token=bearer, headers={"Accept-Language": "en"})
        return reply.status, reply.body

    return ask


def change(folder: Path, name: str, do: Callable[[Any], object]) -> None:
    """Change a file of a folder; what ``do`` returns, if anything, takes its place."""
    path = folder / name
    held = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(do(held) or held), "utf-8")


def faults(folder: Path) -> list[str]:
    with pytest.raises(DeployError) as refused:
        read_city(folder, today=TODAY)
    first, *lines = str(refused.value).splitlines()
    assert first == f"The folder {folder} is wrong; nothing was touched:"
    return [line.strip() for line in lines]


def test_the_sample_town_is_such_a_folder_and_what_comes_with_the_code_is_its_own() -> None:
    city = read_city(SAMPLE, today=TODAY)

    assert [entry.place for entry in city.entries[:2]] == ["calendars/2026.json", "items/archive-query.json"]
    assert city.entries[-1].place == "staff.json /head.market"
    assert city.digest == digest_of_the_code()


def test_a_folder_as_the_documentation_draws_it_is_read(folder: Path) -> None:
    page = (ROOT / "docs/deploying.md").read_text("utf-8").partition("## Your own folder")[2]
    shape, staff = re.findall(r"^```(?:json)?\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[:2]
    names = [line.split("  ")[0].replace("<code>", "eia-approval") for line in shape.splitlines()]
    (folder / "staff.json").write_text(staff)
    item = json.loads((folder / "items/eia-approval.json").read_text("utf-8"))
    change(folder, "items/eia-approval.v2.json", lambda _: item | {"effective_from": "2027-01-01"})
    change(folder, "measures/2027.json", lambda _: a_list())
    calendar = {"notice": {"title": "通知", "number": None, "issued_on": "2026-10-01"}, "holidays": {}}
    change(folder, "calendars/2027.json", lambda _: calendar | {"holidays": {"2027-01-01": "元旦"}, "make_up_days": {}})

    places = {entry.place.partition(" ")[0] for entry in read_city(folder, today=TODAY).entries}

    assert [name for name in names if not (folder / name).exists()] == []
    assert {*names} - {*PLACES_OWN} <= places


def test_every_fault_of_every_file_is_named_at_once(folder: Path) -> None:
    (folder / "items/broken.json").write_text('{"name": "x",\n "keywords" []}')
    (folder / "items/gb.json").write_bytes("车牌".encode("gb18030"))
    (folder / "notes.txt").write_text("?")
    (folder / "README.md").write_text("What we have agreed.")
    change(folder, "departments.json", lambda listed: listed[:-1])
    change(folder, "sources.json", lambda held: held["departments"].update(water=["water"]))
    change(folder, "sources.json", lambda held: held["trusted"].update(weather=["water"]))
    change(folder, "calendars/2026.json", lambda held: held.update(year=2025))
    change(folder, "calendars/2029.json", lambda _: json.loads((SAMPLE / "calendars/2026.json").read_text("utf-8")))
    change(folder, "measures/2027.json", lambda _: {"title": "x"})
    change(folder, "items/eia-approval.json", lambda held: held.update(department="water", name=""))
    change(folder, "items/plate-replacement.json", lambda held: held.update(colour="blue"))
    change(folder, "staff.json", lambda held: held["officer.market"].update(department="water"))
    change(
        folder,
        "staff.json",
        lambda held: held["head.market"].update(identity={"kind": "resident_id", "number": "330782199001010004"}),
    )

    found = faults(folder)

    for fault in (
        "departments.json: no department has the code inspection, to which the service turns.",
        "sources.json /departments/water: departments.json lists no department water.",
        "sources.json /trusted/weather: the directory has no such kind of data.",
        "calendars/2026.json /year: not the year of the file's name.",
        "calendars/2029.json /year: A year from 2024 to the next one.",
        "measures/2027.json /items: This field is missing.",
        "items/broken.json line 2, column 13: Expecting ':' delimiter.",
        "items/gb.json: this is not UTF-8.",
        "items/plate-replacement.json /colour: There is no such field.",
        "staff.json /officer.market /department: departments.json lists no department water.",
        "staff.json /head.market /identity: numbers of persons do not stand in a folder.",
        "notes.txt: nothing is read from a file of this name.",
    ):
        assert fault in found
    assert {line.split()[1] for line in found if line.startswith("items/eia-approval.json")} == {
        "/department:",
        "/name:",
    }
    assert not any("README" in line for line in found)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("departments.json", "[]", "departments.json: no department has the code credit, to which the service turns."),
        ("departments.json", '[{"code": "traffic"}]', "departments.json /0/name: Field required"),
        ("sources.json", '{"departments": {"market": ["a"], "credit": ["a"]}}', "sources.json: the source a is "),
        ("staff.json", "[]", "staff.json: this must be an object of people by their ids at the issuer (sub)."),
        ("staff.json", '{"330782199411090005": 3}', "staff.json /330782199411090005: no issuer gives such an id, or "),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(folder: Path, name: str, content: str, fault: str) -> None:
    (folder / name).write_text(content)

    assert any(line.startswith(fault) for line in faults(folder))


def test_a_file_as_windows_writes_it_is_the_same_file(folder: Path, tmp_path: Path) -> None:
    before = read_city(folder, today=TODAY)
    for path in folder.rglob("*.json"):
        path.write_bytes(codecs.BOM_UTF8 + path.read_bytes().replace(b"\n", b"\r\n"))

    city = read_city(folder, today=TODAY)

    assert (city.digest, city.entries) == (before.digest, before.entries)
    for place in PLACES_OWN.values():
        (tmp_path / place).parent.mkdir(parents=True)
    put_places_own(folder, tmp_path)
    assert departments_from((tmp_path / PLACES_OWN["departments.json"]).read_bytes())


def test_a_file_in_another_encoding_is_named(folder: Path) -> None:
    (folder / "departments.json").write_bytes((folder / "departments.json").read_text().encode("utf-16"))

    assert "departments.json: this is not UTF-8." in faults(folder)


@pytest.mark.parametrize("name", PLACES_OWN)
def test_a_folder_without_departments_or_sources_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()

    assert f"{name}: this file is missing." in faults(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="There is no folder "):
        read_city(tmp_path / "nowhere", today=TODAY)


def test_two_new_lists_of_measures_are_held_against_each_other(folder: Path) -> None:
    for name in ("2026", "2027"):
        change(folder, f"measures/{name}.json", lambda _: a_list(in_force_from="2027-01-01"))

    assert faults(folder) == ["measures/2027.json /in_force_from: must be later than 2027-01-01"]


def a_list(**other: object) -> dict[str, Any]:
    """Return a list of measures as the route takes it: the packaged one, with a name and a day of its own."""
    held = json.loads(LIST.read_text("utf-8"))
    rows = [{("measure_class" if key == "class_" else key): row[key] for key in row} for row in held["measures"]]
    return {
        "title": "清单",
        "in_force_from": "2027-01-01",
        "conducts": held["conducts"],
        "items": rows,
        "sources": held["sources"],
        **other,
    }


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that were printed, without those that the service logs in this process."""
    return [line for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]


def published(city: City, stage: Stage) -> list[str]:
    return [entry.place for entry, standing in standings(city, stage) if standing is Standing.THERE]


def test_what_is_new_is_published_and_a_second_run_changes_nothing_and_says_so(
    folder: Path, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "measures/2027.json", lambda _: a_list())
    city = read_city(folder, today=TODAY)

    publish(standings(city, stage), stage)
    first = said(capsys)
    publish(standings(city, stage), stage)
    second = said(capsys)

    # The calendar has come with the code.
    assert first[:2] == ["  1/13 measures/2027.json", "  2/13 items/archive-query.json"]
    assert first[-1] == "  13/13 staff.json /head.market"
    assert second == ["Nothing to publish: all 14 are there."]


def test_a_run_that_was_cut_off_is_repeated(folder: Path, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    city = read_city(folder, today=TODAY)

    def cut_off(method: str, path: str, **said: Any) -> tuple[int, Any]:  # noqa: ANN401 - as the stage takes it
        if (method, path) == ("PUT", "/v1/items/road-occupation/versions/1"):
            return 503, {"code": "UNAVAILABLE", "detail": "Please try again."}
        return stage(method, path, **said)

    with pytest.raises(DeployError) as stopped:
        publish(standings(city, stage), cut_off)
    capsys.readouterr()
    publish(standings(city, stage), stage)

    assert str(stopped.value).splitlines() == [
        "4 of 12 are published; this one was refused, and can be tried again:",
        "  items/road-occupation.json: UNAVAILABLE, Please try again.",
    ]
    assert said(capsys)[0] == "  1/8 items/road-occupation.json"
    assert len(published(city, stage)) == len(city.entries)


def test_what_the_stage_does_not_take_is_said_before_anything_is_published(folder: Path, stage: Stage) -> None:
    publish(standings(read_city(folder, today=TODAY), stage), stage)
    change(folder, "items/eia-approval.json", lambda held: held.update(summary="别的说明。"))
    shutil.copy(folder / "items/archive-query.json", folder / "items/archive-copy.json")
    city = read_city(folder, today=TODAY)

    with pytest.raises(DeployError) as refused:
        standings(city, stage)

    first, line = str(refused.value).splitlines()
    assert first == "The stage does not take this folder; nothing was published:"
    assert line.startswith("  items/eia-approval.json: ITEM_VERSION_EXISTS, ")
    assert stage("GET", "/v1/items/archive-copy/versions/1")[0] == 404


def test_what_was_changed_on_the_stage_since_stays_as_it_is(
    folder: Path, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    city = read_city(folder, today=TODAY)
    publish(standings(city, stage), stage)
    (calendar,) = [entry for entry in city.entries if entry.role is Role.CALENDAR_EDITOR]
    later = {**calendar.body, "notice": {**calendar.body["notice"], "number": "国办发明电〔2025〕7号"}}
    (officer,) = [entry for entry in city.entries if entry.path == "/v1/staff/officer.traffic"]
    assert stage("PUT", calendar.path, role=calendar.role, body=later)[0] == 200
    assert stage("PUT", officer.path, role=officer.role, body={**officer.body, "roles": ["supervisor"]})[0] == 200
    capsys.readouterr()

    publish(standings(city, stage), stage)

    assert said(capsys) == [
        "  calendars/2026.json was changed on the stage since, and stays as it is there.",
        "  staff.json /officer.traffic was changed on the stage since, and stays as it is there.",
        "Nothing to publish: all 13 are there.",
    ]
    assert stage("GET", officer.path, role=officer.role)[1]["roles"] == ["supervisor"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("calendars/2026.json", "this would move due dates of open cases: load it at /calendars, which shows them."),
        ("measures/2027.json", "this would suspend flags: load it at /measures, which shows them."),
    ],
)
def test_what_would_change_something_for_somebody_is_not_published_unseen(
    folder: Path, stage: Stage, name: str, why: str
) -> None:
    change(folder, "calendars/2026.json", lambda held: held["notice"].update(number="国办发明电〔2025〕7号"))
    change(folder, "measures/2027.json", lambda _: a_list())
    city = read_city(folder, today=TODAY)
    asked: list[str] = []

    def with_somebody(method: str, path: str, **said: Any) -> tuple[int, Any]:  # noqa: ANN401 - as the stage takes it
        status, answer = stage(method, path.replace("&cursor=next", ""), **said)
        if f"/{name.removesuffix('.json')}?dry_run=true" in path:
            asked.append(path)
            answer |= {"items": [1], "next_cursor": None} if path.endswith("next") else MORE
        return status, answer

    with pytest.raises(DeployError) as refused:
        standings(city, with_somebody)

    assert str(refused.value).splitlines()[1:] == [f"  {name}: {why}"]
    assert len(asked) == 2


def test_nothing_that_takes_two_persons_can_stand_in_a_folder(folder: Path) -> None:
    change(folder, "measures/2027.json", lambda _: a_list())
    of_two = {name for pair in NEVER_ONE_PERSON for name in (pair.first, pair.second)}

    published = {entry.path.split("/")[2] for entry in read_city(folder, today=TODAY).entries}

    assert published == {"calendars", "measures", "items", "staff"}
    assert not [name for name in of_two if name.startswith("PUT ") and name.split("/")[2] in published]


def test_whose_tokens_are_missing_is_said_before_anything_is_touched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Nobody is there: what were touched would fail otherwise.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("XINNUO_TOKEN_MONITOR", "a-token")

    assert main(["dev", str(SAMPLE)]) == 1

    assert capsys.readouterr().err.splitlines() == [
        "Somebody has to publish this; nothing was touched. Missing:",
        "  XINNUO_TOKEN_CALENDAR_EDITOR: a token of a calendar_editor",
        "  XINNUO_TOKEN_CATALOGUE_EDITOR: a token of a catalogue_editor",
    ]


def test_nobody_s_token_is_asked_for_without_anything_to_publish(folder: Path) -> None:
    for name in ("calendars", "items"):
        shutil.rmtree(folder / name)
    (folder / "staff.json").unlink()

    assert tokens_for(read_city(folder, today=TODAY)) == {}


def test_the_departments_and_sources_of_a_folder_are_packaged_in_the_place_of_the_sample_town_s(
    folder: Path, tmp_path: Path
) -> None:
    change(folder, "departments.json", lambda listed: listed[::-1])
    for path in PLACES_OWN.values():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("[]")

    put_places_own(folder, tmp_path)

    for name, path in PLACES_OWN.items():
        assert (tmp_path / path).read_bytes() == (folder / name).read_bytes()
