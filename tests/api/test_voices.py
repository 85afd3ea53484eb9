"""Ratings and complaints from the first word to the answer, by the handler; and what nobody can learn from a rating."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.clock import day_in_shanghai
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.feedback.rules.ratings import RatingNames
from chalicelib.timeline.event_types import EventKind
from tests.api.bodies import DECISION, token_of
from tests.api.world import World, world
from tests.builders import NOON
from tests.cloud import Reply, the_issuer, turn_clock
from tests.tables import definitions

__all__ = ["world"]

BAD = {"level": 1, "comment": "没有人接电话。", "real_name": True}
SENT = {"category": "process", "text": "网上可以办的不要叫人跑一趟。"}
LATER = NOON + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _put_back(world: World) -> Iterator[None]:
    yield
    world.rewind()


def a_closed_case(world: World, *, by: str = "applicant") -> str:
    """File, decide and deliver a case; two hours later it may be rated without haste."""
    number = world.file("closed", by=by)
    world.act("closed", "decision", DECISION)
    world.act("closed", "delivery", {})
    turn_clock(LATER)
    return number


def rate(world: World, case_no: str, body: object, *, as_: str = "applicant", **headers: str) -> Reply:
    sent = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return world.client.call("POST", f"/v1/cases/{case_no}/rating", body, token=token_of(as_), headers=sent)


def step(world: World, place: str, body: object, *, version: int, as_: str = "officer.traffic") -> Reply:
    return world.client.call("POST", place, body, token=token_of(as_), headers={"If-Match": f'"{version}"'})


def rows_that_hold(text: str) -> dict[str, list[str]]:
    """Every row of every table that holds a text, by table, each with all of its attributes and index keys."""
    client = aws.client("dynamodb")
    found: dict[str, list[str]] = {}
    for name in definitions():
        for row in client.scan(TableName=name)["Items"]:
            if text in repr(row):
                found.setdefault(name.removeprefix("xinnuo-local-"), []).append(repr(row))
    return found


@pytest.mark.requirement("R5.8")
def test_an_anonymous_rating_leaves_no_way_to_the_person_or_the_case(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    case_no = a_closed_case(world)
    subject = container().cases.load(case_no).subject
    before = container().timeline.events(f"case:{case_no}")
    capsys.readouterr()

    given = rate(world, case_no, {"level": 2, "comment": "等得太久。"}, idempotency_key="k")
    seen = world.client.get("/v1/ratings", token=token_of("supervisor.traffic"))
    logged = capsys.readouterr()

    assert (given.status, given.body["real_name"], given.body["case_no"]) == (201, False, None)
    own = [row for rows in rows_that_hold(given.body["id"]).values() for row in rows]
    devices = rows_that_hold("device:")["ratings"]
    assert (len(own), len(devices)) == (2, 1)
    for secret in (case_no, subject.partition(".")[2], "127.0.0.1", str(container().secrets.subject_keys["k1"].hex())):
        assert secret not in seen.text + given.text + logged.out + logged.err
        assert secret not in "".join((*own, *devices))
    for instant in (LATER.strftime("%Y-%m-%dT%H:%M"), str(int(LATER.timestamp()))[:7]):
        assert instant not in "".join(own)
    (event,) = container().timeline.events(f"rating:{given.body['id']}")
    assert (event.actor, event.recorded_at) == ("service:rating", "2026-09-27T16:00:00Z")
    assert container().timeline.events(f"case:{case_no}") == before
    assert container().clocks.of_owner(f"rating:{given.body['id']}") == ()


def test_no_table_ties_a_rating_to_the_key_of_its_request_or_to_the_day_of_its_device(world: World) -> None:
    case_no = a_closed_case(world)
    rating = rate(world, case_no, {"level": 5}, idempotency_key="k").body

    assert {table: len(rows) for table, rows in rows_that_hold(rating["id"]).items()} == {"ratings": 1, "timeline": 1}


def test_the_raters_of_a_device_are_told_apart_without_being_named(world: World) -> None:
    first, second, theirs = (a_closed_case(world, by=by) for by in ("applicant", "applicant", "applicant2"))
    for case_no, who in ((first, "applicant"), (second, "applicant"), (theirs, "applicant2")):
        assert rate(world, case_no, {"level": 5}, as_=who).status == 201

    (row,) = rows_that_hold("device:")["ratings"]
    assert container().subject_keys.current_id not in row
    assert len(re.findall(r"[0-9a-f]{32}", row)) == 1 + 2


@pytest.mark.requirement("R5.8")
def test_a_handling_is_rated_once_and_a_double_click_is_one_rating(world: World) -> None:
    case_no = a_closed_case(world)

    first = rate(world, case_no, {"level": 4}, idempotency_key="click")
    again = rate(world, case_no, {"level": 4}, idempotency_key="click")
    second_tab = rate(world, case_no, {"level": 1}, idempotency_key="other")
    bare = rate(world, case_no, {"level": 1})

    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert [(reply.status, reply.code) for reply in (second_tab, bare)] == [(409, "ALREADY_RATED")] * 2


def test_only_the_applicant_rates_and_only_what_is_closed(world: World) -> None:
    case_no = a_closed_case(world)
    refused = {
        who: (reply.status, reply.code)
        for who in ("applicant2", "agent", "officer.traffic", "monitor")
        for reply in [rate(world, case_no, {"level": 5}, as_=who)]
    }
    early = rate(world, world.things["accepted"].name, {"level": 5})

    assert refused == {
        "applicant2": (404, "NOT_FOUND"),
        "agent": (403, "FORBIDDEN"),
        "officer.traffic": (403, "FORBIDDEN"),
        "monitor": (403, "FORBIDDEN"),
    }
    assert (early.status, early.code) == (409, "CASE_NOT_CLOSED")


@pytest.mark.requirement("R5.9")
def test_a_rating_seconds_after_closing_is_marked_and_still_listed(world: World) -> None:
    case_no = world.file("closed")
    world.act("closed", "decision", DECISION)
    world.act("closed", "delivery", {})

    given = rate(world, case_no, {"level": 5}).body
    marked = world.send("GET", "/v1/ratings?suspicious=true", as_="monitor").body["items"]
    plain = world.send("GET", "/v1/ratings?suspicious=false", as_="monitor").body["items"]

    assert given["suspicious"] == ["too_soon"]
    assert given["id"] in [each["id"] for each in marked]
    assert given["id"] not in [each["id"] for each in plain]


@pytest.mark.requirement("R5.9")
def test_a_rating_by_a_login_with_an_offices_mark_is_marked(world: World) -> None:
    case_no = a_closed_case(world)
    token = the_issuer().token("applicant", department="traffic")

    given = world.client.post(f"/v1/cases/{case_no}/rating", {"level": 5}, token=token)

    assert (given.status, given.body["suspicious"]) == (201, ["staff"])


@pytest.mark.requirement("R5.9")
def test_a_rating_by_a_login_that_acted_for_the_office_in_the_case_is_marked(world: World) -> None:
    case_no = a_closed_case(world)
    token = the_issuer().token("applicant", sub="officer.traffic")

    given = world.client.post(f"/v1/cases/{case_no}/rating", {"level": 5}, token=token)

    assert (given.status, given.body["suspicious"]) == (201, ["staff"])


@pytest.mark.requirement("R5.9")
def test_the_sixth_person_who_rates_from_one_device_on_a_day_is_marked(world: World) -> None:
    case_no = a_closed_case(world)
    day = day_in_shanghai(LATER)
    ratings = container().ratings
    origin = "127.0.0.1\0"
    device = ratings.names.of_device(origin, day=day)
    for person in ("b", "c", "d", "e", "f"):
        with transaction() as tx:
            seen = ratings.store.device(device, day=day)
            ratings.store.count(seen, ratings.names.of_rater(f"k1.{person}", origin=origin, day=day), tx)

    sixth = rate(world, case_no, {"level": 5}).body
    turn_clock(LATER + timedelta(days=1))
    next_day = world.file("next day")
    world.act("next day", "decision", DECISION)
    world.act("next day", "delivery", {})
    turn_clock(LATER + timedelta(days=1, hours=1))

    assert sixth["suspicious"] == ["device"]
    assert rate(world, next_day, {"level": 5}).body["suspicious"] == []


def test_a_case_that_was_handled_again_is_rated_again(world: World) -> None:
    case_no = a_closed_case(world)
    first = rate(world, case_no, {"level": 1}, idempotency_key="click").body
    world.act("closed", "reopening", {"reason": "决定有误。"}, as_="head.traffic")
    not_yet = rate(world, case_no, {"level": 5})
    before = world.send("GET", f"/v1/cases/{case_no}/rating", as_="applicant").body
    world.act("closed", "decision", DECISION)
    world.act("closed", "delivery", {})
    turn_clock(LATER + timedelta(hours=1))

    repeated = rate(world, case_no, {"level": 1}, idempotency_key="click")
    second = rate(world, case_no, {"level": 5})
    newest = world.send("GET", f"/v1/cases/{case_no}/rating", as_="applicant").body

    assert (not_yet.status, not_yet.code) == (409, "CASE_NOT_CLOSED")
    assert before == first == repeated.body
    assert (second.status, newest["level"]) == (201, 5)
    assert second.body["id"] != first["id"]


def test_a_rating_is_found_again_after_the_secret_was_rotated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case_no = a_closed_case(world)
    given = rate(world, case_no, {"level": 4}).body
    monkeypatch.setattr(
        container().ratings, "names", RatingNames("k2", {"k2": b"new", **container().secrets.subject_keys})
    )

    again = rate(world, case_no, {"level": 1})

    assert world.send("GET", f"/v1/cases/{case_no}/rating", as_="applicant").body["id"] == given["id"]
    assert (again.status, again.code) == (409, "ALREADY_RATED")


def test_two_tabs_at_once_make_one_rating(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other tab commits while this one has read that there is no rating and is about to write its own."""
    case_no = a_closed_case(world)
    ratings = container().ratings
    first = ratings.store.first
    others: list[Reply] = []

    def interrupted(*names: str) -> Any:  # noqa: ANN401 - as the store's own
        found = first(*names)
        if not others:
            monkeypatch.setattr(ratings.store, "first", first)
            others.append(rate(world, case_no, {"level": 5}))
        return found

    monkeypatch.setattr(ratings.store, "first", interrupted)
    mine = rate(world, case_no, {"level": 1})

    assert others[0].status == 201
    assert (mine.status, mine.code) == (409, "ALREADY_RATED")
    assert world.send("GET", f"/v1/cases/{case_no}/rating", as_="applicant").body["level"] == 5


def test_staff_see_the_ratings_of_their_department_page_by_page_and_monitoring_those_of_all(world: World) -> None:
    for _ in range(3):
        rate(world, a_closed_case(world), {"level": 3})
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = world.send("GET", f"/v1/ratings?limit=1&level=3{cursor}", as_="monitor").body
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"

    assert len(seen) == len(set(seen)) == 3
    assert world.send("GET", "/v1/ratings", as_="officer.market").body["items"] == []


@pytest.mark.requirement("R5.8")
def test_a_bad_rating_in_ones_own_name_is_answered_within_a_working_day(world: World) -> None:
    case_no = a_closed_case(world)
    given = rate(world, case_no, BAD).body
    (clock,) = container().clocks.of_owner(f"rating:{given['id']}")
    board = world.send("GET", "/v1/supervision/clocks?light=green&kind=rating_answer", as_="supervisor.traffic").body

    place = f"/v1/ratings/{given['id']}/answer"
    body: dict[str, Any] = {"findings": "电话线路故障，已修好。", "outcome": "resolved"}
    elsewhere = step(world, place, body, version=1, as_="officer.market")
    stale = step(world, place, body, version=2)
    turn_clock(clock.due_at + timedelta(minutes=1))
    late = step(world, place, body, version=1)
    told = step(world, place, {**body, "late_reason": "线路当天没有修好。"}, version=1)
    again = step(world, place, body, version=2)
    read = world.send("GET", f"/v1/cases/{case_no}/rating", as_="applicant").body

    assert (clock.due_on.isoformat(), clock.department) == ("2026-09-29", "traffic")
    assert f"rating:{given['id']}" in [each["owner"] for each in board["items"]]
    assert [(reply.status, reply.code) for reply in (elsewhere, stale, late, again)] == [
        (403, "FORBIDDEN"),
        (412, "STALE_VERSION"),
        (422, "LATE_REASON_REQUIRED"),
        (409, "STEP_NOT_ALLOWED"),
    ]
    assert (told.status, told.headers["etag"]) == (200, '"2"')
    assert [reply["late_reason"] for reply in read["replies"]] == ["线路当天没有修好。"]
    assert container().clocks.of_owner(f"rating:{given['id']}")[0].stopped_at is not None


def test_an_anonymous_bad_rating_and_a_good_one_start_no_clock_and_await_no_answer(world: World) -> None:
    case_no = a_closed_case(world)
    given = rate(world, case_no, {"level": 1}).body

    reply = step(world, f"/v1/ratings/{given['id']}/answer", {"findings": "x", "outcome": "explained"}, version=1)

    assert (reply.status, reply.code) == (409, "STEP_NOT_ALLOWED")


def test_the_sweep_tells_of_a_late_answer_and_the_relay_alerts_of_it(world: World) -> None:
    case_no = a_closed_case(world)
    owner = f"rating:{rate(world, case_no, BAD).body['id']}"
    at = NOON + timedelta(days=3)

    container().clocks.sweep(at=at)
    for event in container().timeline.events(owner):
        if event.kind in {EventKind.CLOCK_WARNED, EventKind.CLOCK_PASSED}:
            container().alerts.on_event(event, at)
    turn_clock(at)

    alerts = world.send("GET", "/v1/supervision/alerts", as_="supervisor.traffic").body["items"]
    assert owner in [alert["owner"] for alert in alerts]
    assert container().timeline.reading(owner).verified


def test_a_complaint_goes_to_the_cases_department_and_back_with_an_answer(world: World) -> None:
    case_no = world.things["accepted"].name
    sent = world.send("POST", "/v1/complaints", {**SENT, "case_no": case_no}, as_="applicant").body
    place = f"/v1/complaints/{sent['id']}"

    sorted_ = step(world, f"{place}/sorting", {"clear": False, "reason": "牵涉两个部门。"}, version=1).body
    moved = step(world, f"{place}/transfer", {"department": "market", "reason": "是他们的事项。"}, version=2).body
    gone = step(world, f"{place}/answer", {"text": "已改。", "outcome": "accepted"}, version=3)
    answered = step(
        world, f"{place}/answer", {"text": "已改。", "outcome": "accepted"}, version=3, as_="officer.market"
    ).body
    read = world.send("GET", place, as_="applicant").body
    listed = world.send("GET", "/v1/complaints?state=answered", as_="applicant").body["items"]
    events = container().timeline.events(f"complaint:{sent['id']}")
    (clock,) = container().clocks.of_owner(f"complaint:{sent['id']}")

    assert (sent["department"], sent["due_on"]) == ("traffic", "2026-10-10")
    assert sorted_["due_on"] == "2026-10-23"
    assert (moved["department"], moved["due_on"]) == ("market", "2026-10-23")
    assert (gone.status, gone.code) == (403, "FORBIDDEN")
    assert answered == read
    assert (read["answer"]["text"], [each["routed_by"] for each in read["routings"]]) == (
        "已改。",
        ["case", "transfer"],
    )
    assert sent["id"] in [each["id"] for each in listed]
    assert [event.kind for event in events] == [
        "complaint:received",
        "complaint:routed",
        "complaint:sorted",
        "complaint:routed",
        "complaint:answered",
    ]
    assert (events[0].data["category"], events[0].data["case_no"]) == ("process", case_no)
    assert events[0].actor.startswith("subject:k1.")
    assert (clock.department, clock.stopped_at is not None) == ("market", True)
    assert container().timeline.reading(f"complaint:{sent['id']}").verified


def test_a_complaint_about_nothing_known_goes_to_the_monitoring_office_which_answers_only_that(world: World) -> None:
    nowhere = world.send("POST", "/v1/complaints", SENT, as_="applicant").body
    theirs = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="applicant").body
    answer = {"text": "谢谢。", "outcome": "explained"}

    own = step(world, f"/v1/complaints/{nowhere['id']}/answer", answer, version=1, as_="monitor")
    foreign = step(world, f"/v1/complaints/{theirs['id']}/answer", answer, version=1, as_="monitor")

    assert (nowhere["department"], theirs["department"]) == ("monitoring", "market")
    assert (own.status, foreign.status, foreign.code) == (200, 403, "FORBIDDEN")


def test_what_a_complaint_names_must_be_there_and_the_callers_own(world: World) -> None:
    token = token_of("applicant")
    refused = [
        (reply.status, reply.code)
        for change in (
            {"category": "gossip"},
            {"department": "treasury"},
            {"item_code": "no-such-item"},
            {"case_no": world.things["theirs"].name},
            {"case_no": "no-such-case"},
        )
        for reply in [world.client.post("/v1/complaints", {**SENT, **change}, token=token)]
    ]

    assert refused == [
        (422, "CATEGORY_UNKNOWN"),
        (422, "DEPARTMENT_UNKNOWN"),
        (422, "ITEM_NOT_LISTED"),
        (404, "NOT_FOUND"),
        (404, "NOT_FOUND"),
    ]


def test_a_complaint_is_sorted_once_and_not_when_it_is_late_already(world: World) -> None:
    first = world.send("POST", "/v1/complaints", SENT, as_="applicant").body
    second = world.send("POST", "/v1/complaints", SENT, as_="applicant").body
    clear, complex_ = ({"clear": clear, "reason": "事实清楚。"} for clear in (True, False))
    place = "/v1/complaints/{}/sorting"

    once = step(world, place.format(first["id"]), clear, version=1, as_="monitor")
    twice = step(world, place.format(first["id"]), complex_, version=2, as_="monitor")
    (clock,) = container().clocks.of_owner(f"complaint:{second['id']}")
    turn_clock(clock.due_at + timedelta(minutes=1))
    late = step(world, place.format(second["id"]), complex_, version=1, as_="monitor")
    unsaid = step(
        world,
        f"/v1/complaints/{second['id']}/answer",
        {"text": "已改。", "outcome": "accepted"},
        version=1,
        as_="monitor",
    )

    assert (once.body["due_on"], once.body["sorting"]["clear"]) == (first["due_on"], True)
    assert [(reply.status, reply.code) for reply in (twice, late, unsaid)] == [
        (409, "STEP_NOT_ALLOWED"),
        (409, "EXTENSION_TOO_LATE"),
        (422, "LATE_REASON_REQUIRED"),
    ]


def test_a_double_click_sends_one_complaint(world: World) -> None:
    first, again = (
        world.client.post("/v1/complaints", SENT, token=token_of("applicant"), idempotency_key="click")
        for _ in range(2)
    )

    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert again.headers["idempotency-replayed"] == "true"


def test_of_two_officers_who_answer_at_once_one_wins(world: World) -> None:
    sent = world.send("POST", "/v1/complaints", {**SENT, "department": "traffic"}, as_="applicant").body
    answers = [
        step(world, f"/v1/complaints/{sent['id']}/answer", {"text": text, "outcome": "explained"}, version=1, as_=who)
        for text, who in (("甲。", "officer.traffic"), ("乙。", "officer.traffic+"))
    ]

    assert [reply.status for reply in answers] == [200, 412]
    assert world.send("GET", f"/v1/complaints/{sent['id']}", as_="applicant").body["answer"]["text"] == "甲。"


def test_people_list_what_they_sent_and_offices_what_they_have(world: World) -> None:
    mine = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="applicant").body["id"]
    agents = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="agent").body["id"]

    def listed(who: str, query: str = "") -> list[str]:
        return [each["id"] for each in world.send("GET", f"/v1/complaints{query}", as_=who).body["items"]]

    assert mine in listed("applicant")
    assert listed("agent") == [agents]
    assert listed("applicant2") == []
    assert set(listed("supervisor.market", "?state=open")) == {mine, agents} == set(listed("head.market"))
    assert listed("monitor", "?department=market&state=answered") == []
    assert mine not in listed("officer.traffic")


def test_staff_see_a_masked_name_and_no_subject_key(world: World) -> None:
    sent = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="agent").body

    read = world.send("GET", f"/v1/complaints/{sent['id']}", as_="officer.market")

    assert read.body["sender"].endswith("*")
    assert "k1." not in read.text


def test_the_sweep_tells_of_a_late_complaint_and_the_relay_alerts_its_present_department(world: World) -> None:
    sent = world.send("POST", "/v1/complaints", {**SENT, "department": "traffic"}, as_="applicant").body
    owner = f"complaint:{sent['id']}"
    step(world, f"/v1/complaints/{sent['id']}/transfer", {"department": "market", "reason": "是他们的事。"}, version=1)
    at = NOON + timedelta(days=20)

    container().clocks.sweep(at=at)
    for event in container().timeline.events(owner):
        container().alerts.on_event(event, at)
    turn_clock(at)

    def owners(who: str, query: str) -> list[str]:
        items = world.send("GET", f"/v1/supervision/{query}", as_=who).body["items"]
        return [each["owner"] for each in items]

    assert owner in owners("supervisor.market", "alerts")
    assert owner not in owners("supervisor.traffic", "alerts")
    assert owner in owners("supervisor.market", "clocks?light=red&kind=complaint")
    assert container().timeline.reading(owner).verified


def test_who_says_that_nothing_was_received_contradicts_a_closed_case(world: World) -> None:
    case_no = a_closed_case(world)
    body = {**SENT, "category": "not_received", "case_no": case_no}
    sent = world.send("POST", "/v1/complaints", body, as_="applicant").body
    for event in container().timeline.events(f"complaint:{sent['id']}"):
        container().anomalies.on_event(event, LATER)

    signals = world.client.get("/v1/supervision/signals", token=token_of("supervisor.traffic"))

    assert f"complaint:{sent['id']}" in signals.text


STREET = {"category": "process", "text": "窗口中午没有人。", "department": "traffic"}
ANSWERED = {"text": "中午已经安排值班。", "outcome": "accepted"}
CODE = re.compile("[A-Z2-7]{10}")


def test_the_queue_shows_what_is_open_by_due_date_and_who_has_taken_it(world: World) -> None:
    later = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="applicant").body
    turn_clock(NOON - timedelta(days=1))
    sooner = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="applicant").body
    turn_clock(NOON)
    done = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="applicant").body
    step(world, f"/v1/complaints/{done['id']}/answer", ANSWERED, version=1, as_="officer.market")
    step(world, f"/v1/complaints/{sooner['id']}/taking", None, version=1, as_="officer.market")

    shown = world.send("GET", "/v1/complaint-queue", as_="officer.market").body
    first = world.send("GET", "/v1/complaint-queue?department=market&limit=1", as_="monitor").body

    assert [(one["id"], one["light"], one["officer"]) for one in shown["items"]] == [
        (sooner["id"], "green", "officer.market"),
        (later["id"], "green", None),
    ]
    assert (shown["items"][1]["due_on"], shown["more"]) == ("2026-10-10", False)
    assert ([one["id"] for one in first["items"]], first["more"]) == ([sooner["id"]], True)
    assert world.client.get("/v1/complaint-queue?department=market", token=token_of("officer.traffic")).status == 403


def test_a_complaint_whose_date_is_provisional_is_in_the_queue_like_any_other(world: World) -> None:
    turn_clock(datetime(2026, 12, 30, 4, tzinfo=UTC))
    over_new_year = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="applicant").body
    turn_clock(NOON)
    this_year = world.send("POST", "/v1/complaints", {**SENT, "department": "market"}, as_="applicant").body

    shown = world.send("GET", "/v1/complaint-queue?department=market", as_="officer.market").body
    first = world.send("GET", "/v1/complaint-queue?department=market&limit=1", as_="officer.market").body

    assert [(one["id"], one["light"], one["provisional"]) for one in shown["items"]] == [
        (this_year["id"], "green", False),
        (over_new_year["id"], "white", True),
    ]
    assert ([one["id"] for one in first["items"]], first["more"]) == ([this_year["id"]], True)


def test_whoever_takes_a_complaint_stands_on_the_board_by_name_until_it_is_passed_on(world: World) -> None:
    sent = world.send("POST", "/v1/complaints", {**SENT, "department": "traffic"}, as_="applicant").body
    place = f"/v1/complaints/{sent['id']}"

    foreign = step(world, f"{place}/taking", None, version=1, as_="officer.market")
    taken = step(world, f"{place}/taking", None, version=1)
    again = step(world, f"{place}/taking", None, version=2)
    over = step(world, f"{place}/taking", None, version=2, as_="supervisor.traffic")
    (named,) = container().clocks.of_owner(f"complaint:{sent['id']}")
    moved = step(world, f"{place}/transfer", {"department": "market", "reason": "是他们的。"}, version=3)
    (freed,) = container().clocks.of_owner(f"complaint:{sent['id']}")

    assert (foreign.status, foreign.code) == (403, "FORBIDDEN")
    assert (taken.status, again.status, again.code, over.status) == (200, 409, "STEP_NOT_ALLOWED", 200)
    assert (named.responsible, freed.responsible) == (over.body["officer"], "officer")
    assert moved.body["officer"] is None
    (first, second) = [
        event for event in container().timeline.events(f"complaint:{sent['id']}") if event.kind == "complaint:taken"
    ]
    assert (first.data, second.data["from"]) == (
        {"from": None, "officer": taken.body["officer"]},
        taken.body["officer"],
    )


def test_the_sender_rates_the_answer_once(world: World) -> None:
    sent = world.send("POST", "/v1/complaints", {**SENT, "department": "traffic"}, as_="applicant").body
    place = f"/v1/complaints/{sent['id']}"
    opinion = {"level": 2, "comment": "没有说到点子上。"}

    early = world.client.post(f"{place}/rating", opinion, token=token_of("applicant"))
    step(world, f"{place}/answer", ANSWERED, version=1)
    other = world.client.post(f"{place}/rating", opinion, token=token_of("applicant2"))
    staff = world.client.post(f"{place}/rating", opinion, token=token_of("officer.traffic"))
    odd = world.client.post(f"{place}/rating", {"level": 6}, token=token_of("applicant"))
    rated = world.client.post(f"{place}/rating", opinion, token=token_of("applicant"))
    again = world.client.post(f"{place}/rating", opinion, token=token_of("applicant"))

    assert [(one.status, one.code) for one in (early, other, staff, odd, again)] == [
        (409, "STEP_NOT_ALLOWED"),
        (404, "NOT_FOUND"),
        (403, "FORBIDDEN"),
        (400, "INVALID_BODY"),
        (409, "ALREADY_RATED"),
    ]
    assert (rated.body["rating"]["level"], rated.body["rating"]["comment"]) == (2, "没有说到点子上。")
    event = container().timeline.events(f"complaint:{sent['id']}")[-1]
    assert (event.kind, event.data["level"], event.texts) == ("complaint:rated", 2, {"comment": "没有说到点子上。"})
    assert container().timeline.reading(f"complaint:{sent['id']}").verified


def test_a_complaint_from_the_street_is_answered_and_rated_by_its_code(world: World) -> None:
    sent = world.client.post("/v1/street-complaints", STREET)
    place, code = f"/v1/street-complaints/{sent.body['id']}", sent.body["code"]
    desk = f"/v1/complaints/{sent.body['id']}"

    before = world.client.get(f"{place}?code={code}")
    seen = world.client.get(desk, token=token_of("officer.traffic"))
    step(world, f"{desk}/answer", ANSWERED, version=1)
    after = world.client.get(f"{place}?code={code}")
    rated = world.client.post(f"{place}/rating", {"level": 5, "code": code})
    again = world.client.post(f"{place}/rating", {"level": 1, "code": code})

    assert (sent.status, sent.headers["cache-control"], sent.body["due_on"]) == (201, "no-store", "2026-10-10")
    assert CODE.fullmatch(code)
    assert (before.status, before.body["answer"], "code" in before.body) == (200, None, False)
    assert (seen.body["sender"], "code" in seen.body) == ("", False)
    assert after.body["answer"]["text"] == "中午已经安排值班。"
    assert (rated.status, rated.body["rating"]["level"], again.status, again.code) == (200, 5, 409, "ALREADY_RATED")
    assert {event.actor for event in container().timeline.events(f"complaint:{sent.body['id']}")} == {
        "service:complaints",
        "service:routing",
        "staff:officer.traffic",
    }
    assert code not in repr(container().timeline.events(f"complaint:{sent.body['id']}"))


def test_without_its_code_a_complaint_from_the_street_is_nobodys(world: World) -> None:
    street = world.client.post("/v1/street-complaints", STREET).body
    own = world.send("POST", "/v1/complaints", SENT, as_="applicant").body

    refused = [
        world.client.get(f"/v1/street-complaints/{name}?code={code}").status
        for name, code in (
            (street["id"], "AAAAAAAAAA"),
            (own["id"], "AAAAAAAAAA"),
            ("0" * 32, street["code"]),
        )
    ]

    assert refused == [404, 404, 404]
    assert world.client.get(f"/v1/street-complaints/{own['id']}?code=").status == 400
    assert world.client.get(f"/v1/complaints/{street['id']}", token=token_of("applicant")).status == 404


def test_codes_of_a_complaint_are_not_tried_without_end_and_right_ones_cost_nothing(world: World) -> None:
    street = world.client.post("/v1/street-complaints", STREET).body
    place = f"/v1/street-complaints/{street['id']}"

    known = [world.client.get(f"{place}?code={street['code']}").status for _ in range(12)]
    tried = [world.client.get(f"{place}?code=AAAAAAAAAA").status for _ in range(10)]
    refused = world.client.post(f"{place}/rating", {"level": 5, "code": street["code"]})

    assert (known, tried) == ([200] * 12, [404] * 10)
    assert (refused.status, refused.code) == (429, "TOO_MANY_REQUESTS")


def test_one_address_complains_so_often_a_day_and_a_double_click_is_one_complaint(world: World) -> None:
    first, again = (
        world.client.post("/v1/street-complaints", STREET, idempotency_key="a-click-of-one-form") for _ in range(2)
    )
    more = [world.client.post("/v1/street-complaints", STREET).status for _ in range(18)]
    refused = world.client.post("/v1/street-complaints", STREET)
    elsewhere = world.client.event("POST", "/v1/street-complaints", STREET)
    elsewhere["requestContext"]["identity"]["sourceIp"] = "198.51.100.7"
    turn_clock(NOON + timedelta(days=1))

    assert (again.status, again.body, again.headers["idempotency-replayed"]) == (201, first.body, "true")
    assert more == [201] * 18, "the town has sent one from this address itself"
    assert (refused.status, refused.code) == (429, "TOO_MANY_REQUESTS")
    assert world.client.send(elsewhere).status == 201
    assert world.client.post("/v1/street-complaints", STREET).status == 201


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"category": "gossip"}, "CATEGORY_UNKNOWN"),
        ({"department": "treasury"}, "DEPARTMENT_UNKNOWN"),
        ({"item_code": "no-such-item"}, "ITEM_NOT_LISTED"),
        ({"text": " "}, "INVALID_BODY"),
        ({"text": "好" * 5001}, "INVALID_BODY"),
        ({"case_no": "ABCDEFGHIJKLMNOPQ"}, "INVALID_BODY"),
    ],
)
def test_what_a_complaint_from_the_street_names_must_be_there(world: World, change: dict[str, str], code: str) -> None:
    assert world.client.post("/v1/street-complaints", {**STREET, **change}).code == code


def test_a_complaint_from_the_street_that_nobody_answers_is_alerted(world: World) -> None:
    owner = f"complaint:{world.client.post('/v1/street-complaints', STREET).body['id']}"
    at = NOON + timedelta(days=20)

    container().clocks.sweep(at=at)
    for event in container().timeline.events(owner):
        if event.kind in {EventKind.CLOCK_WARNED, EventKind.CLOCK_PASSED}:
            container().alerts.on_event(event, at)
    turn_clock(at)

    alerts = world.send("GET", "/v1/supervision/alerts", as_="supervisor.traffic").body["items"]
    assert owner in [alert["owner"] for alert in alerts]
