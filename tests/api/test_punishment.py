from datetime import timedelta
from typing import Any

import pytest

from chalicelib.clock import real_now
from tests.api.bodies import AFTER_DEFENCE, COMPANY, OUTAGE, RECORD, a_list
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import publish
from tests.wire import Wire, watched

FLAG: dict[str, Any] = {
    "subject": COMPANY,
    "case_no": None,
    "measure_code": "9",
    "edition": "2024",
    "document": {
        "number": "义市监撤〔2026〕1号",
        "organ": "义乌市市场监督管理局",
        "effective_on": "2026-09-28",
        "served_at": "2026-09-21T04:00:00Z",
        "remedy_until": "2026-11-20",
    },
    "related_items": ["business-address"],
    "starts_on": "2026-09-28",
    "ends_on": "2027-09-27",
    "facts": "承诺的住所不存在。",
}
SERVICE = {"served_at": "2026-09-28T04:00:00Z", "method": "直接送达", "proof": "回证1号"}


@pytest.fixture(autouse=True)
def noon(cloud: None) -> None:  # noqa: ARG001 - the clock is part of the services of the cloud
    turn_clock(NOON + timedelta(minutes=1))
    for code in ("business-address", "plate-replacement", "road-occupation"):
        publish(an_item(code=code, department="market"))


class Office:
    """The people of the story, and what they ask for."""

    def __init__(self, client: Client, token: TokenOf) -> None:
        self.client = client
        self.token = token

    def propose(self, **change: Any) -> Reply:  # noqa: ANN401 - any JSON
        return self.client.post("/v1/flags", {**FLAG, **change}, token=self.token("credit"))

    def act(self, flag: Reply, what: str, body: object, *, as_: str = "credit") -> Reply:
        url = f"/v1/flags/{flag.body['id']}/{what}"
        return self.client.post(url, body, token=self.token(as_), if_match=flag.headers["etag"])

    def served(self) -> Reply:
        turn_clock(NOON - timedelta(minutes=1))
        flag = self.propose()
        turn_clock(NOON + timedelta(minutes=1))
        return self.act(flag, "service", SERVICE)

    def effect(self, item: str = "business-address") -> str:
        body = {"subject": COMPANY, "item_code": item, "purpose": "handling"}
        return str(self.client.post("/v1/credit/checks", body, token=self.token("system.market")).body["effect"])


@pytest.fixture
def office(client: Client, token: TokenOf) -> Office:
    return Office(client, token)


def test_anybody_reads_the_list_of_measures(client: Client) -> None:
    reply = client.get("/v1/measures?edition=2024")

    assert reply.status == 200
    assert [measure["code"] for measure in reply.body["items"]] == [str(number) for number in range(1, 11)]
    assert client.get("/v1/measures").body == reply.body
    assert client.get("/v1/measures?edition=1999").status == 404


@pytest.mark.requirement("R2.10")
def test_credit_officers_see_every_edition_of_the_list_and_what_it_brought(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    for edition, day in (("2026", "2026-09-01"), ("2099", "2099-01-01")):
        client.put(f"/v1/measures/{edition}", a_list(edition, day), token=token("credit"))

    told = client.get("/v1/measure-editions", token=token("credit")).body["items"]

    stands = [(each["edition"], each["stands"]) for each in told]
    assert stands == [("2024", "past"), ("2026", "in_force"), ("2099", "to_come")]
    assert [each["evaluation"] and each["evaluation"]["begins_on"] for each in told] == [
        None,
        "2026-09-01",
        "2099-01-01",
    ]


def test_a_flag_is_proposed_with_a_masked_name(office: Office) -> None:
    reply = office.propose()

    assert (reply.status, reply.headers["etag"]) == (201, '"1"')
    assert (reply.body["state"], reply.body["in_force"]) == ("proposed", False)
    assert reply.body["subject"]["name"].startswith("义*")
    assert COMPANY["number"] not in reply.text
    assert COMPANY["name"] not in reply.text
    assert office.effect() == "none"


@pytest.mark.requirement("R2.1", "R2.2", "R2.3", "R2.4", "R2.7", "R2.14")
@pytest.mark.parametrize(
    ("change", "code", "pointers"),
    [
        ({"measure_code": "99"}, "MEASURE_NOT_IN_LIST", None),
        ({"document": {}}, "NO_EFFECTIVE_DOCUMENT", 5),
        ({"case_no": "C1"}, "NO_EFFECTIVE_DOCUMENT", 1),
        ({"related_items": []}, "NOT_RELATED", None),
        ({"related_items": ["plate-replacement"]}, "NOT_RELATED", None),
        ({"severity": "minor"}, "DISPROPORTIONATE", None),
        ({"ends_on": None}, "END_DATE_MISSING", None),
    ],
)
def test_a_proposal_that_does_not_stand_is_unprocessable(
    office: Office, change: dict[str, Any], code: str, pointers: int | None
) -> None:
    reply = office.propose(**change)

    assert (reply.status, reply.code) == (422, code)
    assert len(reply.body.get("errors", [])) == (pointers or 0)


@pytest.mark.requirement("R2.3", "R2.9")
def test_a_flag_goes_all_the_way(office: Office) -> None:
    served = office.served()
    assert (served.status, served.body["defence_due_at"]) == (200, "2026-10-08T15:59:59Z")
    early = office.act(served, "confirmation", {"reason": "事实清楚。"}, as_="credit2")
    assert (early.status, early.code) == (409, "DEFENCE_OPEN")

    turn_clock(AFTER_DEFENCE)
    alone = office.act(served, "confirmation", {"reason": "事实清楚。"})
    assert (alone.status, alone.code) == (409, "SAME_PERSON")
    confirmed = office.act(served, "confirmation", {"reason": "事实清楚。"}, as_="credit2")
    assert (confirmed.status, confirmed.body["state"], confirmed.body["in_force"]) == (200, "active", True)
    assert (office.effect(), office.effect("plate-replacement")) == ("refused", "none")
    own = office.client.get("/v1/me/credit", token=office.token("company"))
    assert [flag["flag_id"] for flag in own.body["flags"]] == [confirmed.body["id"]]

    lifted = office.act(confirmed, "lifting", {"reason": "已履行义务。", "basis": "第23条"})
    assert (lifted.status, lifted.body["state"]) == (200, "lifted")
    assert office.effect() == "none"


@pytest.mark.requirement("R4.17")
def test_the_time_to_answer_a_proposed_flag_is_lengthened_by_an_outage_on_its_last_day(office: Office) -> None:
    served = office.served()
    outage = {"starts_at": "2026-10-08T10:00:00Z", "ends_at": "2026-10-08T12:00:00Z", "departments": [], "kinds": []}
    turn_clock(AFTER_DEFENCE)
    office.client.post("/v1/supervision/outages", {**OUTAGE, **outage}, token=office.token("monitor"))

    early = office.act(served, "confirmation", {"reason": "事实清楚。"}, as_="credit2")
    assert (early.code, early.body["until"]) == ("DEFENCE_OPEN", "2026-10-09T15:59:59Z")
    shown = office.client.get(f"/v1/flags/{served.body['id']}", token=office.token("company"))
    assert shown.body["defence_due_at"] == "2026-10-09T15:59:59Z"
    turn_clock(AFTER_DEFENCE + timedelta(days=1))
    assert office.act(served, "confirmation", {"reason": "事实清楚。"}, as_="credit2").status == 200


def test_the_subject_speaks_and_is_answered(office: Office) -> None:
    served = office.served()

    stated = office.act(served, "statement", {"text": "住所存在。"}, as_="company")
    assert (stated.status, stated.body["state"]) == (200, "answered")
    unanswered = office.act(stated, "confirmation", {"reason": "事实清楚。"}, as_="credit2")
    assert (unanswered.status, unanswered.pointers) == (400, ["/statement_answer"])
    decision = {"reason": "事实清楚。", "statement_answer": "现场核查未发现。"}
    assert office.act(stated, "confirmation", decision, as_="credit2").status == 200


def test_somebody_elses_flag_is_not_found(office: Office) -> None:
    served = office.served()
    url = f"/v1/flags/{served.body['id']}"

    assert office.act(served, "statement", {"text": "一"}, as_="applicant").status == 404
    assert office.client.get(url, token=office.token("applicant")).status == 404
    assert office.client.get(url, token=office.token("company")).body == served.body
    assert office.client.get("/v1/flags", token=office.token("applicant")).body["items"] == []
    assert len(office.client.get("/v1/flags", token=office.token("company")).body["items"]) == 1
    assert office.client.get(url, token=office.token("officer.market")).status == 403


def test_officers_list_the_flags_of_a_subject_page_by_page(office: Office) -> None:
    ids = {office.propose().body["id"], office.propose().body["id"]}
    subject = office.propose().body["subject"]["key"]
    url = f"/v1/flags?subject={subject}&limit=2"
    first = office.client.get(url, token=office.token("credit2"))
    rest = office.client.get(f"{url}&cursor={first.body['next_cursor']}", token=office.token("credit2"))

    found = {flag["id"] for flag in (*first.body["items"], *rest.body["items"])}
    assert (len(found), ids <= found) == (3, True)
    assert office.client.get("/v1/flags", token=office.token("credit")).code == "INVALID_QUERY"


def test_officers_writes_need_the_version_that_they_have_read(office: Office) -> None:
    proposed = office.propose()
    url = f"/v1/flags/{proposed.body['id']}/service"

    assert office.client.post(url, SERVICE, token=office.token("credit")).status == 428
    assert office.client.post(url, SERVICE, token=office.token("credit"), if_match='"7"').status == 412


def test_the_same_key_proposes_once(office: Office) -> None:
    first = office.client.post("/v1/flags", FLAG, token=office.token("credit"), idempotency_key="k1")
    again = office.client.post("/v1/flags", FLAG, token=office.token("credit"), idempotency_key="k1")
    other = office.client.post(
        "/v1/flags", {**FLAG, "facts": "别的。"}, token=office.token("credit"), idempotency_key="k1"
    )

    assert (again.status, again.body, again.headers["idempotency-replayed"]) == (201, first.body, "true")
    assert (other.status, other.code) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("persona", ["applicant", "officer.market", "system.market", "inspector"])
def test_only_credit_officers_propose(office: Office, persona: str) -> None:
    assert office.client.post("/v1/flags", FLAG, token=office.token(persona)).status == 403


def test_instants_are_whole_seconds_so_now_is_not_in_the_future(office: Office) -> None:
    flag = office.propose()
    now = {**SERVICE, "served_at": flag.body["proposed_at"].replace("Z", ".999Z")}

    assert office.act(flag, "service", now).body["service"]["served_at"] == flag.body["proposed_at"]


def test_an_unknown_flag_is_not_found(office: Office) -> None:
    for name in ("x", "义", "a:b", "f" * 24):
        assert office.client.get(f"/v1/flags/{name}", token=office.token("credit")).status == 404


def test_an_office_lists_its_own_flags_in_a_state_page_by_page(office: Office) -> None:
    served = office.served()
    ids = [office.propose().body["id"], office.propose().body["id"]]
    client, token = office.client, office.token

    first = client.get("/v1/flags?state=proposed&limit=1", token=token("credit2"))
    rest = client.get(f"/v1/flags?state=proposed&limit=1&cursor={first.body['next_cursor']}", token=token("credit2"))

    found = [flag["id"] for flag in (*first.body["items"], *rest.body["items"])]
    assert sorted(found) == sorted(ids)
    assert [flag["id"] for flag in client.get("/v1/flags?state=served", token=token("credit")).body["items"]] == [
        served.body["id"]
    ]
    elsewhere = token("credit", department="market")
    assert client.get("/v1/flags?state=proposed", token=elsewhere).body["items"] == []
    theirs = client.post("/v1/flags", FLAG, token=elsewhere).body["id"]
    assert [flag["id"] for flag in client.get("/v1/flags?state=proposed", token=elsewhere).body["items"]] == [theirs]
    assert client.get("/v1/flags?state=gone", token=token("credit")).code == "INVALID_QUERY"


def test_a_subject_and_a_state_are_both_looked_for(office: Office) -> None:
    subject = office.served().body["subject"]["key"]
    office.propose()
    url = f"/v1/flags?subject={subject}&state=served"

    assert [flag["state"] for flag in office.client.get(url, token=office.token("credit")).body["items"]] == ["served"]


def test_confirming_wants_a_login_of_the_last_five_minutes(office: Office) -> None:
    served = office.served()
    turn_clock(AFTER_DEFENCE)
    url = f"/v1/flags/{served.body['id']}/confirmation"
    old = office.token("credit2", auth_time=int(real_now().timestamp()) - 301)

    refused = office.client.post(url, {"reason": "事实清楚。"}, token=old, if_match=served.headers["etag"])

    assert (refused.status, refused.code) == (401, "FRESH_LOGIN_REQUIRED")
    assert office.act(served, "confirmation", {"reason": "事实清楚。"}, as_="credit2").status == 200


GRAVE: dict[str, Any] = {
    "measure_code": "1",
    "conduct": "serious_list",
    "severity": "serious",
    "related_items": ["road-occupation"],
}
LISTING: dict[str, Any] = {
    **RECORD,
    "kind": "serious_list",
    "document": {**RECORD["document"], "number": "义市监列〔2026〕1号"},
    "related_items": ["road-occupation"],
}


@pytest.mark.requirement("R2.5")
def test_a_measure_of_class_1_meets_nobody_who_is_on_no_serious_list(
    office: Office, client: Client, token: TokenOf
) -> None:
    before = office.propose(**GRAVE)
    client.put("/v1/credit/records/credit/typed", LISTING, token=token("credit"))
    on_one_persons_word = office.propose(**GRAVE)
    client.put("/v1/credit/records/market/listed", LISTING, token=token("system.market"))
    listed = office.propose(**GRAVE)

    assert (before.status, before.code, before.pointers) == (422, "TARGET_NOT_ELIGIBLE", ["/subject"])
    assert on_one_persons_word.code == "TARGET_NOT_ELIGIBLE"
    assert listed.status == 201


@pytest.mark.requirement("R2.5")
def test_a_listing_that_is_gone_since_carries_no_flag(office: Office, client: Client, token: TokenOf) -> None:
    client.put("/v1/credit/records/market/listed", LISTING, token=token("system.market"))
    turn_clock(NOON - timedelta(minutes=1))
    client.put("/v1/credit/records/market/listed", LISTING, token=token("system.market"))
    flag = office.propose(**GRAVE)
    turn_clock(NOON + timedelta(minutes=1))
    served = office.act(flag, "service", SERVICE)
    paper = {"number": "复〔2026〕1号", "organ": "义乌市人民政府", "effective_on": "2026-09-28", "basis": "第68条"}
    fall = {"entry": "market/listed", "document": paper, "reason": "移出名单。"}
    gone = client.post("/v1/reversals", fall, token=token("credit.market"))
    turn_clock(AFTER_DEFENCE)

    refused = office.act(served, "confirmation", {"reason": "事实清楚。"}, as_="credit2")

    assert gone.status == 201
    assert (refused.status, refused.code) == (422, "TARGET_NOT_ELIGIBLE")


@pytest.mark.requirement("R2.7")
def test_a_flag_does_not_outlast_the_display_of_its_conduct(office: Office) -> None:
    told = {**FLAG["document"], "effective_on": "2026-09-01"}

    too_long = office.propose(document=told, ends_on="2027-09-02")

    assert (too_long.status, too_long.code) == (422, "END_DATE_MISSING")
    assert office.propose(document=told, ends_on="2027-09-01").status == 201


@pytest.mark.requirement("R2.2", "R2.7")
@pytest.mark.parametrize(
    ("change", "document", "code", "pointers"),
    [
        ({}, {"effective_on": "2015-06-01", "served_at": "2015-06-01T04:00:00Z"}, "END_DATE_MISSING", []),
        ({"starts_on": "2026-12-28"}, {}, "NO_EFFECTIVE_DOCUMENT", ["/starts_on"]),
        ({"starts_on": "2035-01-01", "ends_on": "2035-06-01"}, {}, "NO_EFFECTIVE_DOCUMENT", ["/starts_on"]),
        ({}, {"remedy_until": "2026-09-21"}, "NO_EFFECTIVE_DOCUMENT", ["/document/remedy_until"]),
        ({}, {"remedy_until": "2026-11-19"}, "NO_EFFECTIVE_DOCUMENT", ["/document/remedy_until"]),
        ({}, {"court_until": "2027-03-20"}, "NO_EFFECTIVE_DOCUMENT", ["/document/court_until"]),
    ],
)
def test_a_flag_stands_on_a_document_of_these_days_with_the_laws_own_remedies(
    office: Office, change: dict[str, Any], document: dict[str, Any], code: str, pointers: list[str]
) -> None:
    reply = office.propose(**change, document={**FLAG["document"], **document})

    assert (reply.status, reply.code) == (422, code)
    assert [fault["pointer"] for fault in reply.body.get("errors", [])] == pointers


@pytest.mark.requirement("R2.2")
def test_the_time_for_a_court_is_the_laws_where_nobody_says_it(office: Office) -> None:
    reply = office.propose()

    assert (reply.body["document"]["remedy_until"], reply.body["document"]["court_until"]) == (
        "2026-11-20",
        "2027-03-21",
    )


@pytest.mark.requirement("R3.4", "R2.12")
def test_a_flag_carries_the_remedies_and_the_way_to_repair(office: Office, client: Client, token: TokenOf) -> None:
    flag = office.propose()

    seen = client.get(f"/v1/flags/{flag.body['id']}", token=token("company")).body

    assert "6个月内依法直接向有管辖权的人民法院提起行政诉讼" in seen["remedies"]
    assert seen["repair_notice"].startswith("信用修复告知：")
    assert "不收取任何费用" in seen["repair_notice"]


def found_by(office: Office, query: str, *, as_: str = "credit") -> list[str]:
    reply = office.client.get(f"/v1/flags?{query}", token=office.token(as_))
    assert reply.status == 200, reply.text
    return [flag["id"] for flag in reply.body["items"]]


def test_a_document_is_found_however_its_number_is_typed_and_in_whatever_state_its_flags_are(office: Office) -> None:
    served = office.served().body["id"]
    other = office.propose(document={**FLAG["document"], "number": "义市监撤〔2026〕9号"}).body["id"]

    number = "义市监撤 [2026] 1号"

    assert found_by(office, f"document={number}") == [served]
    assert found_by(office, f"document={number}&state=proposed") == []
    assert found_by(office, "document=义市监撤〔2026〕9号") == [other]
    elsewhere = office.token("credit", department="market")
    assert office.client.get(f"/v1/flags?document={number}", token=elsewhere).body["items"] == []


def test_a_state_is_narrowed_to_an_item(office: Office) -> None:
    flag = office.propose().body["id"]

    assert found_by(office, "state=proposed&item=business-address") == [flag]
    assert found_by(office, "state=proposed&item=plate-replacement") == []


def test_a_list_says_until_when_each_of_those_who_were_told_may_answer(office: Office) -> None:
    served = office.served()
    office.propose()

    listed = office.client.get("/v1/flags?state=served", token=office.token("credit")).body["items"]
    proposed = office.client.get("/v1/flags?state=proposed", token=office.token("credit")).body["items"]

    assert [one["defence_due_at"] for one in listed] == [served.body["defence_due_at"]]
    assert served.body["defence_due_at"] == "2026-10-08T15:59:59Z"
    assert [one["defence_due_at"] for one in proposed] == [None]


def test_a_list_of_many_flags_costs_what_one_costs(office: Office) -> None:
    def calls() -> int:
        with watched(Wire()) as wire:
            listed = office.client.get("/v1/flags?state=served", token=office.token("credit")).body["items"]
        assert all(one["defence_due_at"] for one in listed)
        return len(wire.calls)

    office.served()
    one = calls()
    office.served()
    office.served()

    assert calls() == one


def test_a_look_at_a_subject_with_many_records_ends(office: Office) -> None:
    for number in range(3):
        sent = office.client.put(f"/v1/credit/records/credit/r-{number}", RECORD, token=office.token("credit"))
        assert sent.status == 200, sent.text
    with watched(Wire()) as wire:
        body = {"subject": COMPANY, "purpose": "verification"}
        found = office.client.post("/v1/credit/searches", body, token=office.token("credit2")).body

    assert len(found["records"]) == 3
    assert len([call for call in wire.calls if call.is_read]) <= 4
