"""Twenty failures of real systems, a test each: what went wrong elsewhere, told in one story of this service (R8.1).

What else each requirement asks for stands in the tests of its own.
"""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cases.model.case import Way
from chalicelib.container import container
from chalicelib.credit.model.records import Effect
from chalicelib.sanctions.model.flag_notices import IncidentState
from chalicelib.timeline.listeners import tell
from tests.api.bodies import CARD, FLAG, RECORD, UNTRUE, answers_to, item_body, subject_of
from tests.api.handling import GRANTED, PAUSE, Office, a_closed_promise, a_promise
from tests.authorities import let_act
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import Applicant, publish
from tests.services.credit_office import CREDIT, asked, effect_at, flagged, judged, lift, stored
from tests.services.credit_office import RECORD as ENTRY
from tests.services.test_flag_notices import AFTER, relayed, subscribed, sweep, told_to
from tests.services.walking import ended

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
PAST_PROMISE = datetime(2026, 10, 8, 16, 0, tzinfo=UTC)
"""The first second after the promised day of what was accepted at noon."""
PAST_VERIFICATION = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
REPAIRABLE = datetime(2027, 1, 8, 4, 0, tzinfo=UTC)
"""A year after the serious record was judged."""
URL = "/v1/credit/records/market/r-1"
NUMBERS = Path(__file__).parents[1] / "data/vectors/identifiers.json"
GRAVE: dict[str, Any] = {**RECORD, "subject": subject_of("applicant")}


def check(client: Client, token: TokenOf, **subject: str) -> Reply:
    """Ask whether anything stands in the way of somebody who wants to register an address."""
    body = {"subject": {**subject_of("applicant"), **subject}, "item_code": "business-address", "purpose": "handling"}
    return client.post("/v1/credit/checks", body, token=token("system.market"))


def effect(client: Client, token: TokenOf, **subject: str) -> tuple[str, list[str]]:
    answer = check(client, token, **subject).body
    return answer["effect"], [reason["code"] for reason in answer["reasons"]]


def drafted(client: Client, token: str, item: str = "plate-replacement", **other: object) -> Reply:
    body = {"item_code": item, "answers": answers_to(item), "way": "certificate", "on_behalf_of": None, **other}
    return client.post("/v1/drafts", body, token=token)


def put_item(client: Client, token: TokenOf, item: str = "plate-replacement", **change: Any) -> Reply:  # noqa: ANN401 - any JSON
    return client.put(f"/v1/items/{item}/versions/1", item_body(item, **change), token=token("editor"))


def relay(owner: str, at: datetime) -> None:
    """Hand on what a timeline tells to everybody who listens."""
    assert not tell(container().listeners, container().timeline.events(owner), now=lambda: at)


def case_no_of(office: Office) -> str:
    return office.url.rpartition("/")[2]


def owner_of(office: Office) -> str:
    return f"case:{case_no_of(office)}"


def seen(office: Office, path: str, *, by: str = "applicant") -> Any:  # noqa: ANN401 - any JSON
    reply = office.client.get(path, token=office.token(by))
    assert reply.status == 200, reply.text
    return reply.body


@pytest.mark.requirement("R8.1", "R4.4")
def test_row_01_over_a_new_year_that_nobody_announced_nobody_is_late(client: Client, token: TokenOf) -> None:
    """Holidays: working days of a year that is not known yet turned cases red."""
    at = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    turn_clock(at)
    publish(an_item())
    applicant = Applicant().enrol(at=at)
    office = Office(client, token, applicant.promise(applicant.draft(at=at), at=at).case)

    def promised() -> tuple[bool, str]:
        clocks = seen(office, office.url)["clocks"]
        return next((one["provisional"], one["light"]) for one in clocks if one["kind"] == "handling_promised")

    before = promised()
    turn_clock(at + 30 * DAY)
    container().clocks.sweep(at=at + 30 * DAY)

    assert before == promised() == (True, "white")
    assert "clock:passed" not in [event.kind for event in container().timeline.events(owner_of(office))]
    office.done("decision", GRANTED)


@pytest.mark.requirement("R8.1", "R4.15", "R4.16")
@pytest.mark.usefixtures("channels")
def test_row_02_no_light_gives_a_card_and_the_officer_appeals(client: Client, token: TokenOf) -> None:
    """Cards: rules that gave red and yellow cards by themselves, for every red light."""
    office = a_promise(client, token)
    client.get("/v1/staff", token=token("officer.traffic"))
    container().clocks.sweep(at=PAST_PROMISE)
    relay(owner_of(office), PAST_PROMISE)
    passed = next(e for e in container().timeline.events(owner_of(office)) if e.kind == "clock:passed")
    body = {**CARD, "case_no": case_no_of(office), "events": [passed.seq]}

    turn_clock(PAST_PROMISE + timedelta(hours=24) - SECOND)
    by_lights = seen(office, "/v1/supervision/cards", by="supervisor.traffic")["items"]
    too_soon = client.post("/v1/supervision/cards", body, token=token("supervisor.traffic"))
    turn_clock(PAST_PROMISE + timedelta(hours=24, seconds=1))
    card = client.post("/v1/supervision/cards", body, token=token("supervisor.traffic"))
    appeal = {"grounds": "材料当日才齐。"}
    url = f"/v1/supervision/cards/{card.body['id']}"
    appealed = client.post(f"{url}/appeal", appeal, token=token("officer.traffic"), if_match='"1"')

    assert by_lights == []
    assert (too_soon.status, card.status, appealed.body["state"]) == (409, 201, "appealed")


@pytest.mark.requirement("R8.1", "R4.19")
@pytest.mark.usefixtures("channels")
def test_row_03_what_is_typed_in_afterwards_says_so_and_is_counted(client: Client, token: TokenOf) -> None:
    """Handling outside the system (体外循环), typed in afterwards in one go."""
    office = a_promise(client, token)
    turn_clock(NOON + timedelta(hours=25))
    office.done("pauses", {**PAUSE, "occurred_at": "2026-09-28T12:00:30+08:00"})
    relay(owner_of(office), NOON + timedelta(hours=25))

    told = seen(office, f"{office.url}/timeline")["items"][-1]
    days = "from=2026-09-28&to=2026-09-30&department=traffic"
    figures = seen(office, f"/v1/supervision/statistics?{days}", by="monitor")["total"]["figures"]

    assert (told["kind"], told["occurred_at"]) == ("case:paused", "2026-09-28T04:00:30Z")
    assert told["recorded_at"] == "2026-09-29T05:00:00Z"
    assert figures["late_entries"]["part"] == 1


@pytest.mark.requirement("R8.1", "R4.20", "R4.23")
@pytest.mark.usefixtures("channels")
def test_row_04_who_closes_fast_and_reopens_looks_no_better(client: Client, token: TokenOf) -> None:
    """Speed that was gamed, because units were ranked by it."""
    office = a_closed_promise(client, token)
    office.done("reopening", {"reason": "没有结果。"}, by="supervisor.traffic")
    relay(owner_of(office), NOON)

    days = "from=2026-09-28&to=2026-09-28"
    reply = client.get(f"/v1/supervision/statistics?{days}", token=token("monitor"))
    signals = seen(office, "/v1/supervision/signals", by="supervisor.traffic")["items"]

    places = [each["department"] for each in reply.body["departments"]]
    figures = reply.body["departments"][places.index("traffic")]["figures"]
    assert places == ["traffic", "market", "credit", "monitoring", "inspection"]
    assert (figures["decided"], figures["reopened"]) == (1, 1)
    assert "rank" not in reply.text
    assert {one["kind"] for one in signals} == {"closed_without_result", "closed_and_reopened"}


@pytest.mark.requirement("R8.1", "R6.2", "R6.3")
def test_row_05_a_namesake_is_somebody_else(client: Client, token: TokenOf) -> None:
    """Namesakes: a farmer's account was frozen for eleven months for somebody of his name."""
    publish(an_item(code="business-address", department="market"))
    client.put(URL, GRAVE, token=token("system.market"))

    assert effect(client, token) == ("refused", ["SUBJECT_BARRED"])
    assert effect(client, token, number="330725196803120006") == ("none", [])
    assert check(client, token, number="").code == "INSUFFICIENT_IDENTITY"


@pytest.mark.requirement("R8.1", "R6.3")
def test_row_06_a_name_that_sounds_alike_is_a_matter_for_a_person(client: Client, token: TokenOf) -> None:
    """Homophones: a woman was summoned again and again though character and number differed."""
    publish(an_item(code="business-address", department="market"))
    client.put(URL, GRAVE, token=token("system.market"))
    other = {**GRAVE, "subject": {**subject_of("applicant"), "name": "李示立"}}

    stored_as = client.put(URL.replace("r-1", "r-2"), other, token=token("system.market"))

    assert effect(client, token, name="李示立") == ("unknown", ["IDENTITY_CONFLICT"])
    assert stored_as.code == "IDENTITY_CONFLICT"
    assert [record["record_id"] for record in client.get("/v1/me/credit", token=token()).body["records"]] == ["r-1"]


@pytest.mark.requirement("R8.1", "R6.5")
@pytest.mark.parametrize("fact", ["拖欠物业费三个月", "未按规定垃圾分类", "行人闯红灯", "拖欠垃圾处理费"])
def test_row_07_a_small_debt_or_slip_is_never_held_against_anybody(client: Client, token: TokenOf, fact: str) -> None:
    """Punishment that reached ever further: property fees, rubbish sorting, jaywalking, rubbish fees."""
    reply = client.put(URL, {**GRAVE, "contents": {"fact": fact}}, token=token("system.market"))

    assert (reply.status, reply.pointers) == (422, ["/severity"])


@pytest.mark.requirement("R8.1", "R3.7")
@pytest.mark.usefixtures("cloud")
def test_row_08_one_repair_counts_everywhere_at_once() -> None:
    """Many windows: what was repaired at one was still held against people at the next."""
    publish(an_item(code="business-address", department="market"))
    paper = {"document_no": "撤〔2026〕1号", "organ": "义乌市市场监督管理局"}
    stored(**paper)
    flag = flagged(ends_on=date(2027, 6, 30), **paper)
    before = effect_at(REPAIRABLE)

    judged(asked(ENTRY, at=REPAIRABLE), at=REPAIRABLE)

    assert (before, effect_at(REPAIRABLE)) == (Effect.REFUSED, Effect.NONE)
    assert not container().flags.get(flag.flag_id, by=CREDIT).is_in_force(REPAIRABLE.date())


@pytest.mark.requirement("R8.1", "R3.8", "R3.14")
@pytest.mark.usefixtures("channels")
def test_row_09_who_still_shows_what_was_lifted_is_found_out_within_a_day(client: Client, token: TokenOf) -> None:
    """Stale sites, and agents who sold repairs."""
    publish(an_item(code="business-address", department="market"))
    subscription, _ = subscribed()
    flag = flagged()
    relayed(flag.owner)
    lift(flag, at=AFTER)
    relayed(flag.owner, after=3)
    _, lifting = told_to(subscription)

    sweep(at=AFTER + timedelta(hours=24, seconds=1))

    opened = container().flag_notices.incidents(IncidentState.OPEN, by=CREDIT, limit=10, after=None).items
    assert lifting.flag_notice_id in [each.flag_notice_id for each in opened]
    own = client.get("/v1/me/credit", token=token("company"), accept_language="en")
    assert (own.body["free_of_charge"], own.body["channel"].split(";")[0]) == (
        True,
        "This service is the only official channel",
    )


@pytest.mark.requirement("R8.1", "R1.5", "R1.17")
def test_row_10_vague_words_and_half_told_consequences_are_not_published(client: Client, token: TokenOf) -> None:
    """Promises in vague words, with consequences out of proportion and without a basis."""
    body = item_body()
    condition = {**body["conditions"][0], "text": "旧车牌丢了等其他情形。"}
    notice = {**body["notice"], "liability": {**body["notice"]["liability"], "administrative": ""}}

    reply = put_item(client, token, conditions=[condition, *body["conditions"][1:]], notice=notice)

    assert (reply.status, reply.code) == (422, "ITEM_NOT_PUBLISHABLE")
    assert {"/conditions/0/text", "/notice/liability/administrative"} <= set(reply.pointers)


@pytest.mark.requirement("R8.1", "R1.12", "R8.5")
@pytest.mark.usefixtures("channels")
def test_row_11_a_check_that_nobody_makes_is_the_offices_red_light(client: Client, token: TokenOf) -> None:
    """Control moved to checks afterwards, which did not happen."""
    office = a_closed_promise(client, token)
    client.get("/v1/staff", token=token("officer.traffic"))
    turn_clock(PAST_VERIFICATION)
    container().clocks.sweep(at=PAST_VERIFICATION)
    relay(owner_of(office), PAST_VERIFICATION)

    red = seen(office, "/v1/supervision/clocks?light=red&kind=verification", by="supervisor.traffic")["items"]
    alerts = seen(office, "/v1/supervision/alerts?limit=100", by="supervisor.traffic")["items"]
    late = office.act("verification", {**UNTRUE, "result": "true"})

    assert [clock["owner"] for clock in red] == [owner_of(office)]
    assert "verification" in [one["clock_kind"] for one in alerts]
    assert late.code == "LATE_REASON_REQUIRED"


@pytest.mark.requirement("R8.1", "R1.6", "R1.12")
def test_row_12_what_an_official_relied_on_is_kept_to_be_shown(client: Client, token: TokenOf) -> None:
    """Officials who feared blame, and so asked for certificates after all."""
    office = a_closed_promise(client, token)

    item, case = seen(office, "/v1/items/plate-replacement"), seen(office, office.url)
    timeline = seen(office, f"{office.url}/timeline")
    signing = timeline["items"][0]
    signed = json.loads(signing["texts"]["payload"])

    assert timeline["verified"]
    assert (signing["kind"], signed["notice_hash"]) == ("commitment:signed", item["notice_hash"])
    assert (signing["data"]["verification"]["method"], case["commitment"] is None) == ("online", False)


@pytest.mark.requirement("R8.1", "R5.5")
def test_row_13_a_few_questions_lead_to_the_one_item_that_can_be_filed(client: Client, token: TokenOf) -> None:
    """Headings over many items, among which nobody found theirs."""
    (guide,) = client.get("/v1/guides?q=迁户口").body["items"]
    whole = client.get(f"/v1/guides/{guide['code']}").body

    heading = put_item(client, token, granularity="parent")

    assert len(whole["endings"]) == 23
    assert (heading.status, heading.pointers) == (422, ["/granularity"])


@pytest.mark.requirement("R8.1", "R1.4")
def test_row_14_nobody_is_asked_for_what_the_state_has(client: Client, token: TokenOf) -> None:
    """Certificates of what another office knew already."""
    put_item(client, token, "spouse-household")

    materials = drafted(client, token("applicant"), "spouse-household").body["materials"]

    marriage = next(one for one in materials if "shared" in one["ways"])
    assert (marriage["id"], marriage["hand_in"]) == ("marriage-certificate", [])


@pytest.mark.requirement("R8.1", "R4.18")
@pytest.mark.usefixtures("channels")
def test_row_15_the_applicant_hears_of_the_delay_and_why(client: Client, token: TokenOf) -> None:
    """Reminders that went to the office alone."""
    office = a_promise(client, token)
    container().clocks.sweep(at=PAST_PROMISE)
    turn_clock(PAST_PROMISE)
    relay(owner_of(office), PAST_PROMISE)
    alert = next(
        one
        for one in seen(office, "/v1/supervision/alerts?limit=100", by="supervisor.traffic")["items"]
        if one["milestone"] == "passed" and one["clock_kind"] == "handling_promised"
    )
    answer = {"reason": "号牌厂停工。", "expected_on": "2026-10-12"}
    path = f"/v1/supervision/alerts/{alert['id']}/acknowledgement"
    assert client.post(path, answer, token=token("supervisor.traffic")).status == 200
    relay(owner_of(office), PAST_PROMISE)

    messages = [one["kind"] for one in seen(office, "/v1/messages")["items"]]
    told = seen(office, f"{office.url}/timeline")["items"][-1]

    assert {"overdue", "lateness_explained"} <= set(messages)
    assert (told["texts"]["reason"], told["data"]["expected_on"]) == ("号牌厂停工。", "2026-10-12")


@pytest.mark.requirement("R8.1", "R6.1")
def test_row_16_numbers_are_checked_by_their_standards(client: Client, token: TokenOf) -> None:
    """Check characters by code that was copied from blogs."""
    publish(an_item(code="business-address", department="market"))
    vectors = json.loads(NUMBERS.read_text(encoding="utf-8"))

    def refused(kind: str, whole: str) -> list[str]:
        answers = {number: check(client, token, kind=kind, number=number) for number in vectors[kind][whole]}
        return [number for number, reply in answers.items() if reply.status == 422]

    for kind in ("uscc", "resident_id", "residence_permit"):
        assert refused(kind, "valid") == []
        assert refused(kind, "invalid") == vectors[kind]["invalid"]


@pytest.mark.requirement("R8.1", "R1.17")
@pytest.mark.parametrize(("place", "first"), [("corrects-first", "rectification"), ("revokes-at-once", "revocation")])
def test_row_17_each_place_goes_by_its_own_order_and_articles(
    client: Client, token: TokenOf, place: str, first: str
) -> None:
    """Every place with rules of its own, and systems with one for all."""
    document = {"document_no": "撤1号", "basis": "第64条", "served_at": "2026-09-28T04:00:00Z"}
    days = {"effective_on": "2026-09-28", "remedy_until": "2026-12-08"}
    office = a_closed_promise(client, token, jurisdiction=place)
    found = office.done("verification", UNTRUE)

    if first == "revocation":
        refused = office.act("rectification", {"days": 3, "basis": "第64条"})
    else:
        refused = office.act("revocation", {**document, **days}, by="supervisor.traffic")

    assert (refused.code, refused.body["next"]) == ("STEP_NOT_ALLOWED", first)
    assert refused.body["article"] == found["defence"]["basis"]


@pytest.mark.requirement("R8.1")
@pytest.mark.xfail(
    strict=True, reason="R7.8: documents are deleted when their time is over, cases and their timelines are not yet."
)
def test_row_18_nobody_is_remembered_for_ever(client: Client, token: TokenOf) -> None:
    """Portals that kept everything about everybody for life."""
    office = a_closed_promise(client, token)
    office.done("verification", {**UNTRUE, "result": "true"})
    turn_clock(NOON + 100 * 366 * DAY)
    ended("documents", at=container().clock.now())

    assert client.get(office.url, token=token("applicant")).status == 404


@pytest.mark.requirement("R8.1", "R1.8", "R1.3")
def test_row_19_who_has_no_phone_no_key_or_no_chinese_number_gets_through(client: Client, token: TokenOf) -> None:
    """Old people, foreigners and agents, whom portals left outside."""
    publish()
    foreigner = token("applicant2", subject={"kind": "passport", "number": "E12345678", "name": "José Müller-Åberg"})
    authority = let_act(client, token("applicant"), acts=["view", "file"])
    named = {"subject": subject_of("applicant"), "authority": authority}
    by_agent = drafted(client, token("agent"), on_behalf_of=named, answers={})
    paper = Applicant()
    filed = paper.certify(paper.draft(way=Way.CERTIFICATE), "old-plate").case
    tracked = client.get(f"/v1/track/{filed.case_no}?code={filed.tracking_code}")

    assert drafted(client, foreigner, answers={}).status == 201
    assert (by_agent.status, by_agent.body["way"]) == (201, "certificate")
    assert tracked.body["state"] == "received"
    street = {"category": "process", "text": "不会用手机。", "department": "traffic"}
    assert client.post("/v1/street-complaints", street).status == 201


@pytest.mark.requirement("R8.1", "R2.3")
def test_row_20_nothing_is_held_against_anybody_elsewhere(client: Client, token: TokenOf) -> None:
    """Punishment for what has nothing to do with it (不当联结)."""
    publish(an_item(code="business-address", department="market"))

    everywhere = client.put(URL, {**GRAVE, "related_items": []}, token=token("system.market"))
    client.put(URL, {**GRAVE, "related_items": ["road-occupation"]}, token=token("system.market"))
    flag = client.post("/v1/flags", {**FLAG, "related_items": ["spouse-household"]}, token=token("credit"))

    assert (everywhere.status, everywhere.pointers) == (422, ["/related_items"])
    assert effect(client, token) == ("none", [])
    assert (flag.status, flag.code) == (422, "NOT_RELATED")
