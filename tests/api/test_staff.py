"""The register of staff over HTTP: learned from logins, loaded, absences, and who may see and change it."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.clock import real_now
from chalicelib.container import container
from chalicelib.http.tokens import recognised
from chalicelib.policy import Caller
from tests.builders import NOON, an_identity
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.timelines import kinds_of

ENTRY: dict[str, Any] = {"name": "经办丁", "department": "traffic", "roles": ["officer"]}
NUMBER = {"kind": "resident_id", "number": "330725196806180004"}
ABSENCE = {"from": "2026-10-08", "until": "2026-10-16", "deputy": "officer2"}


def caller(token: str) -> Caller:
    return recognised(token, at=real_now())[0]


def load(
    client: Client,
    token: TokenOf,
    staff_id: str = "officer2",
    *,
    by: str = "head.traffic",
    **change: Any,  # noqa: ANN401 - any JSON
) -> Reply:
    return client.put(f"/v1/staff/{staff_id}", {**ENTRY, **change}, token=token(by))


def later(**minutes: float) -> int:
    """The moment of a login that follows all before."""
    return int((real_now() + timedelta(**minutes)).timestamp())


def test_staff_are_known_from_their_first_request_on(client: Client, token: TokenOf) -> None:
    client.get("/v1/worklist", token=token("officer.traffic"))

    entry = client.get("/v1/staff/officer.traffic", token=token("supervisor.traffic")).body

    assert entry == {
        "staff_id": "officer.traffic",
        "name": "经办甲",
        "department": "traffic",
        "roles": ["officer"],
        "state": "active",
        "absence": None,
        "has_identity": False,
        "version": 1,
    }
    assert kinds_of("staff:officer.traffic") == ["staff:registered"]


def test_a_second_request_changes_nothing(client: Client, token: TokenOf) -> None:
    for _ in range(2):
        client.get("/v1/worklist", token=token("officer.traffic", jti=str(real_now())))

    assert kinds_of("staff:officer.traffic") == ["staff:registered"]


def test_a_login_with_another_name_and_one_more_role_changes_the_entry(client: Client, token: TokenOf) -> None:
    client.get("/v1/worklist", token=token("officer.traffic"))
    client.get("/v1/worklist", token=token("officer.traffic", name="经办 甲", roles=["officer", "supervisor"]))

    entry = client.get("/v1/staff/officer.traffic", token=token("head.traffic")).body
    event = container().timeline.events("staff:officer.traffic")[-1]

    assert (entry["name"], entry["roles"]) == ("经办 甲", ["officer", "supervisor"])
    assert (event.kind, event.actor) == ("staff:changed", "service:staff")
    assert event.data == {
        "changed": ["name", "roles"],
        "department": "traffic",
        "roles": ["officer", "supervisor"],
        "state": "active",
    }


def test_a_login_without_a_role_ends_it(client: Client, token: TokenOf) -> None:
    client.get("/v1/worklist", token=token("officer.traffic", roles=["officer", "supervisor"]))
    client.get("/v1/worklist", token=token("officer.traffic", auth_time=later(minutes=1)))

    event = container().timeline.events("staff:officer.traffic")[-1]

    assert event.kind == "staff:role_ended"
    assert (event.data["ended"], event.data["left"], event.data["roles"]) == (["supervisor"], "traffic", ["officer"])


def test_who_changes_departments_has_no_role_in_the_former_one(client: Client, token: TokenOf) -> None:
    client.get("/v1/worklist", token=token("officer.traffic"))
    client.get("/v1/worklist", token=token("officer.traffic", department="market", auth_time=later(minutes=1)))

    event = container().timeline.events("staff:officer.traffic")[-1]

    assert event.kind == "staff:role_ended"
    assert (event.data["ended"], event.data["left"], event.data["department"]) == (["officer"], "traffic", "market")


def test_an_earlier_login_gives_no_role_back_and_is_no_longer_good(client: Client, token: TokenOf) -> None:
    both = token("officer.traffic", roles=["officer", "supervisor"], auth_time=later(minutes=-5))
    client.get("/v1/worklist", token=token("officer.traffic"))

    reply = client.get("/v1/worklist", token=both)

    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
    assert kinds_of("staff:officer.traffic") == ["staff:registered"]


@pytest.mark.parametrize("unsaid", [{"auth_time": None}, {"auth_time": None, "iat": None}, {"auth_time": "now"}])
def test_a_token_that_does_not_say_when_the_login_was_gives_no_role_back(
    client: Client, token: TokenOf, unsaid: dict[str, Any]
) -> None:
    said = {"iat": int((real_now() - timedelta(minutes=5)).timestamp())} | unsaid
    both = token("officer.traffic", roles=["officer", "supervisor"], **said)
    before = client.get("/v1/worklist", token=both, x_acting_role="supervisor")
    load(client, token, "officer.traffic")

    after = client.put("/v1/staff/officer.traffic/absence", ABSENCE, token=both, x_acting_role="supervisor")

    assert (before.status, after.status, after.code) == (200, 401, "UNAUTHENTICATED")
    assert client.get("/v1/staff/officer.traffic", token=token("head.traffic")).body["roles"] == ["officer"]


def test_an_earlier_token_of_the_same_login_gives_no_role_back(client: Client, token: TokenOf) -> None:
    login = later(minutes=-5)
    both = token("officer.traffic", roles=["officer", "supervisor"], auth_time=login, iat=login)
    before = client.get("/v1/worklist", token=both, x_acting_role="supervisor")
    client.get("/v1/worklist", token=token("officer.traffic", auth_time=login))

    after = client.put("/v1/staff/officer.traffic/absence", ABSENCE, token=both, x_acting_role="supervisor")

    assert (before.status, after.status, after.code) == (200, 401, "UNAUTHENTICATED")
    assert kinds_of("staff:officer.traffic") == ["staff:registered", "staff:role_ended"]


def test_an_earlier_login_with_nothing_that_has_ended_stays_good(client: Client, token: TokenOf) -> None:
    early = token("officer.traffic", auth_time=later(minutes=-5))
    client.get("/v1/worklist", token=token("officer.traffic", roles=["officer", "supervisor"]))

    assert client.get("/v1/worklist", token=early).status == 200


def test_who_has_left_is_refused_although_the_token_is_good(client: Client, token: TokenOf) -> None:
    load(client, token)
    load(client, token, ended=True)

    reply = client.get("/v1/worklist", token=token("officer.traffic", sub="officer2"))

    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")


def test_a_process_looks_again_after_a_minute(client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 0.0
    monkeypatch.setattr(container().staff, "_ticks", lambda: seconds)
    officer = token("officer.traffic", sub="officer2")
    client.get("/v1/worklist", token=officer)
    load(client, token, ended=True)

    seconds = 59.9
    assert client.get("/v1/worklist", token=officer).status == 200
    seconds = 60.0
    assert client.get("/v1/worklist", token=officer).status == 401


def test_machines_are_not_looked_up(client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("chalicelib.staff.store.StaffStore.known")
    monkeypatch.delattr("chalicelib.staff.store.StaffStore.vouched")

    assert client.get("/v1/webhooks", token=token("system.market")).status == 200


def test_an_official_who_also_logs_in_as_a_citizen_has_matters_of_their_own(cloud: None, token: TokenOf) -> None:  # noqa: ARG001
    own = {container().subject_keys.key_of(an_identity())}
    caller(token("applicant", sub="both"))

    official = caller(token("officer.traffic", sub="both"))

    assert official.own == frozenset(own)
    assert (official.subject, official.identity, official.actor) == (None, None, "staff:both")


def test_a_login_of_staff_may_name_their_own_number(cloud: None, token: TokenOf) -> None:  # noqa: ARG001
    vouched = {**NUMBER, "name": "李示例"}

    caller(token("officer.traffic", subject=vouched))

    assert caller(token("officer.traffic")).own == frozenset({container().subject_keys.key_of(an_identity())})


def test_a_loaded_number_becomes_a_subject_key_and_is_not_kept(client: Client, token: TokenOf) -> None:
    reply = load(client, token, identity=NUMBER)

    assert reply.body["has_identity"] is True
    assert caller(token("officer.traffic", sub="officer2")).own == frozenset(
        {container().subject_keys.key_of(an_identity())}
    )
    kept = str(container().staff.find("officer2")) + str(container().timeline.events("staff:officer2"))
    assert NUMBER["number"] not in kept


def test_loading_again_without_a_number_keeps_it(client: Client, token: TokenOf) -> None:
    load(client, token, identity=NUMBER)
    load(client, token, name="经办戊")

    assert client.get("/v1/staff/officer2", token=token("officer.traffic")).body["has_identity"] is True


def test_what_is_loaded_twice_is_one_event(client: Client, token: TokenOf) -> None:
    first, second = load(client, token), load(client, token)

    assert (first.status, second.body) == (200, first.body)
    assert kinds_of("staff:officer2") == ["staff:registered"]


def test_an_event_of_the_register_names_neither_person_nor_number(client: Client, token: TokenOf) -> None:
    load(client, token)
    load(client, token, identity=NUMBER, name="经办戊", roles=["supervisor"])

    event = container().timeline.events("staff:officer2")[-1]

    assert event.data == {
        "changed": ["name", "roles", "subjects"],
        "department": "traffic",
        "ended": ["officer"],
        "left": "traffic",
        "roles": ["supervisor"],
        "state": "active",
    }
    assert event.actor == "staff:head.traffic"


@pytest.mark.parametrize("staff_id", ["330725196806180004", "91330782MA0000028Y", "a b", "义乌"])
def test_no_number_of_a_document_becomes_a_staff_id(client: Client, token: TokenOf, staff_id: str) -> None:
    assert load(client, token, quote(staff_id)).code == "STAFF_ID_NOT_ALLOWED"
    assert container().staff.find(staff_id) is None


def test_nobody_is_taken_away_from_another_department(client: Client, token: TokenOf) -> None:
    load(client, token)

    assert load(client, token, by="head.market", department="market").code == "FORBIDDEN"
    assert load(client, token, by="monitor", department="market").body["department"] == "market"


def test_somebody_of_no_department_is_loaded_by_the_monitoring_office_alone(client: Client, token: TokenOf) -> None:
    client.get("/v1/staff?department=traffic", token=token("monitor", sub="m-2", department=None))

    for persona in ("system.market", "head.market"):
        assert load(client, token, "m-2", by=persona, department="market", ended=True).code == "FORBIDDEN"
    assert load(client, token, "m-2", by="monitor", department="market").status == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"department": "nowhere"}, "FORBIDDEN"),
        ({"roles": ["applicant"]}, "INVALID_BODY"),
        ({"roles": ["system"]}, "INVALID_BODY"),
        ({"roles": []}, "INVALID_BODY"),
        ({"identity": {"kind": "uscc", "number": "91330782MA0000028Y"}}, "INVALID_BODY"),
        ({"identity": {"kind": "resident_id", "number": "330725196806180005"}}, "INVALID_IDENTIFIER"),
    ],
)
def test_what_cannot_be_of_staff_is_refused(client: Client, token: TokenOf, change: dict[str, Any], code: str) -> None:
    assert load(client, token, **change).code == code


def test_the_monitoring_office_loads_departments_that_are_served(client: Client, token: TokenOf) -> None:
    assert load(client, token, by="monitor", department="nowhere").code == "DEPARTMENT_UNKNOWN"


def test_an_absence_has_a_deputy_and_an_end(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    load(client, token)
    officer = token("officer.traffic")
    client.get("/v1/worklist", token=officer)

    absent = client.put("/v1/staff/officer.traffic/absence", ABSENCE, token=officer)
    again = client.put("/v1/staff/officer.traffic/absence", ABSENCE, token=token("supervisor.traffic"))
    back = client.delete("/v1/staff/officer.traffic/absence", token=token("head.traffic"))

    assert absent.body["absence"] == ABSENCE
    assert again.body == absent.body
    assert back.body["absence"] is None
    events = container().timeline.events("staff:officer.traffic")
    assert [(event.kind, event.actor) for event in events[1:]] == [
        ("staff:absent", "staff:officer.traffic"),
        ("staff:back", "staff:head.traffic"),
    ]
    assert events[1].data == ABSENCE


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"deputy": "officer.traffic"}, "STAFF_UNKNOWN"),
        ({"deputy": "nobody"}, "STAFF_UNKNOWN"),
        ({"deputy": "officer.market"}, "STAFF_UNKNOWN"),
        ({"deputy": "supervisor.traffic"}, "STAFF_UNKNOWN"),
        ({"deputy": "330725196806180004"}, "STAFF_UNKNOWN"),
        ({"until": "2026-10-07"}, "INVALID_BODY"),
        ({"from": "2026-09-01", "until": "2026-09-27"}, "INVALID_BODY"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    client: Client, token: TokenOf, change: dict[str, str], code: str
) -> None:
    turn_clock(NOON)
    load(client, token)
    for persona in ("officer.traffic", "officer.market", "supervisor.traffic"):
        caller(token(persona))

    reply = client.put("/v1/staff/officer.traffic/absence", {**ABSENCE, **change}, token=token("officer.traffic"))

    assert (reply.status, reply.code) == (422 if code == "STAFF_UNKNOWN" else 400, code)


def test_an_absence_may_end_today(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    load(client, token)
    client.get("/v1/worklist", token=token("officer.traffic"))
    today = {**ABSENCE, "from": "2026-09-21", "until": "2026-09-28"}

    assert client.put("/v1/staff/officer.traffic/absence", today, token=token("officer.traffic")).status == 200


def test_nobody_becomes_the_deputy_of_a_superior_by_their_own_word(client: Client, token: TokenOf) -> None:
    for persona in ("head.traffic", "supervisor.traffic"):
        caller(token(persona))
    mine = {**ABSENCE, "deputy": "supervisor.traffic"}
    place = "/v1/staff/head.traffic/absence"

    assert client.put(place, mine, token=token("supervisor.traffic")).code == "FORBIDDEN"
    assert client.delete(place, token=token("supervisor.traffic")).code == "FORBIDDEN"
    assert client.put(place, mine, token=token("head.traffic")).status == 200


def test_nobody_records_a_colleagues_absence(client: Client, token: TokenOf) -> None:
    load(client, token)

    reply = client.put("/v1/staff/officer2/absence", ABSENCE, token=token("officer.traffic"))

    assert (reply.status, reply.code) == (403, "FORBIDDEN")


def test_a_department_sees_its_own_staff_and_the_monitoring_office_all(client: Client, token: TokenOf) -> None:
    for persona in ("officer.traffic", "supervisor.traffic", "officer.market"):
        caller(token(persona))
    load(client, token, "gone")
    load(client, token, "gone", ended=True)
    own = client.get("/v1/staff?state=active", token=token("officer.traffic")).body["items"]
    everyone = client.get("/v1/staff?role=officer&limit=1", token=token("monitor")).body
    rest = client.get(f"/v1/staff?role=officer&limit=10&cursor={everyone['next_cursor']}", token=token("monitor")).body

    assert [member["staff_id"] for member in own] == ["head.traffic", "officer.traffic", "supervisor.traffic"]
    assert [member["staff_id"] for member in (*everyone["items"], *rest["items"])] == [
        "gone",
        "officer.traffic",
        "officer.market",
    ]
    assert client.get("/v1/staff?department=market", token=token("officer.traffic")).code == "FORBIDDEN"


def test_a_department_ends_nobody_unknown_and_takes_back_nobody_whom_another_has_ended(
    client: Client, token: TokenOf
) -> None:
    claimed = load(client, token, by="system.market", department="market", ended=True)
    ended = load(client, token, by="monitor", department="market", ended=True)
    hired_away = load(client, token, by="head.traffic")
    taken_back = load(client, token, by="head.market", department="market")

    assert [reply.status for reply in (claimed, ended, hired_away, taken_back)] == [403, 200, 403, 200]


@pytest.mark.requirement("R7.7")
def test_a_login_that_is_named_by_an_identity_number_is_none_of_staff(client: Client, token: TokenOf) -> None:
    reply = client.get("/v1/worklist", token=token("officer.traffic", sub=NUMBER["number"]))

    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
    assert container().timeline.events(f"staff:{NUMBER['number']}") == ()
