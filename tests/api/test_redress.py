"""Ways back over HTTP, as the company, the credit office and a department's system use them."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.bodies import RECORD, REVERSAL, subject_of
from tests.builders import NOON, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock
from tests.services.case_office import publish

ENTRY = "market/r-1"
PLEA = {"entry": ENTRY, "ground": "fact", "text": "罚款当日已缴,记录有误。"}
KEPT = {"outcome": "kept", "reason": "经核实无误。", "basis": "《浙江省公共信用信息管理条例》第30条"}


@pytest.fixture(autouse=True)
def noon(cloud: None) -> None:  # noqa: ARG001 - the clock is part of the services of the cloud
    turn_clock(NOON + timedelta(minutes=1))
    publish(an_item(code="business-address", department="market"))


class Office:
    """The people of the story, and what they ask for."""

    def __init__(self, client: Client, token: TokenOf) -> None:
        self.client = client
        self.token = token

    def store(self, severity: str = "general", judged_on: str = "2026-05-10") -> Reply:
        paper = {**RECORD["document"], "effective_on": judged_on}
        body = {**RECORD, "severity": severity, "dates": {"judged_on": judged_on}, "document": paper}
        return self.client.call("PUT", f"/v1/credit/records/{ENTRY}", body, token=self.token("system.market"))

    def send(self, path: str, body: object, *, as_: str = "company", language: str = "zh-CN", **keys: Any) -> Reply:  # noqa: ANN401 - headers
        headers = {"Accept-Language": language, **keys}
        return self.client.call("POST", f"/v1/{path}", body, token=self.token(as_), headers=headers)

    def see(self, path: str, *, as_: str = "company", language: str = "zh-CN") -> Reply:
        headers = {"Accept-Language": language}
        return self.client.call("GET", f"/v1/{path}", token=self.token(as_), headers=headers)

    def check(self) -> Reply:
        body = {"subject": subject_of("company"), "item_code": "business-address", "purpose": "handling"}
        return self.client.post("/v1/credit/checks", body, token=self.token("system.market"))


@pytest.fixture
def office(client: Client, token: TokenOf) -> Office:
    return Office(client, token)


@pytest.mark.requirement("R3.9")
def test_an_objection_shows_in_checks_and_in_ones_own_credit_and_comes_off_with_the_decision(office: Office) -> None:
    office.store("serious")

    made = office.send("objections", PLEA)
    during = office.check().body
    own = office.see("me/credit").body
    decided = office.send(
        f"objections/{made.body['id']}/decision", KEPT, as_="credit", **{"If-Match": made.headers["etag"]}
    )

    assert (made.status, made.body["state"], made.body["due_on"]) == (201, "open", "2026-10-10")
    assert [reason["code"] for reason in during["reasons"]] == ["UNDER_OBJECTION"]
    assert {reason["record"] for reason in during["reasons"]} == {ENTRY}
    assert own["bars"][0]["objection"] == own["records"][0]["objection"] == "open"
    assert (decided.status, decided.body["decision"]["outcome"]) == (200, "kept")
    assert [reason["code"] for reason in office.check().body["reasons"]] == ["SUBJECT_BARRED"]


def test_the_same_key_makes_one_objection_and_a_second_tab_is_told_that_one_is_open(office: Office) -> None:
    office.store()
    key = {"Idempotency-Key": "once"}

    first, again = (office.send("objections", PLEA, **key) for _ in range(2))
    other = office.send("objections", PLEA)

    assert (first.body["id"], again.headers["idempotency-replayed"]) == (again.body["id"], "true")
    assert (other.status, other.code) == (409, "UNDER_OBJECTION")


@pytest.mark.requirement("R3.5", "R3.14")
def test_the_form_of_a_repair_says_everything_beforehand_in_both_languages(office: Office) -> None:
    office.store()

    chinese, english = (office.see(f"me/credit/repair?entry={ENTRY}", language=each).body for each in ("zh-CN", "en"))

    assert (chinese["repairable_from"], chinese["repairable"], chinese["together"]) == ("2026-08-10", True, [ENTRY])
    assert chinese["promise"].startswith("本人（本单位）郑重承诺")
    assert english["promise"].startswith("I (we) solemnly promise")
    assert chinese["promise_hash"] == english["promise_hash"]
    assert (english["free_of_charge"], english["channel"][:12]) == (True, "This service")
    assert [proof["kind"] for proof in english["proofs"]] == ["period_passed"]


def test_a_repair_that_comes_too_early_is_told_from_when_on(office: Office) -> None:
    office.store("serious", "2026-09-01")

    reply = office.send("repairs", {"entry": ENTRY, "promise_hash": "0" * 64}, language="en")

    assert (reply.status, reply.code) == (409, "REPAIR_TOO_EARLY")
    assert reply.body["repairable_from"] == "2027-09-01"


@pytest.mark.requirement("R3.7", "R3.15")
def test_a_repaired_record_is_gone_for_others_and_told_to_its_subject_as_repaired(office: Office) -> None:
    office.store()
    form = office.see(f"me/credit/repair?entry={ENTRY}").body
    asked = office.send("repairs", {"entry": ENTRY, "promise_hash": form["promise_hash"]})
    verdict = {"approved": True, "reason": "已纠正。"}

    done = office.send(f"repairs/{asked.body['id']}/decision", verdict, as_="credit", **{"If-Match": '"1"'})

    assert (asked.status, asked.body["authority_due_on"], asked.body["due_on"]) == (201, "2026-10-08", "2026-10-16")
    assert (done.status, done.body["state"]) == (200, "approved")
    assert done.body["decision"]["undone"] == [{"entry": ENTRY, "was": "general"}]
    assert office.check().body["reasons"] == []
    own = office.see("me/credit").body
    assert (own["bars"], own["records"][0]["repair"], own["records"][0]["displayed"]) == ([], "repaired", False)


def test_a_refusal_without_what_is_missing_is_told_by_field(office: Office) -> None:
    office.store()
    form = office.see(f"me/credit/repair?entry={ENTRY}").body
    asked = office.send("repairs", {"entry": ENTRY, "promise_hash": form["promise_hash"]})
    verdict = {"approved": False, "reason": "缺收据。", "refusal": "proof_insufficient"}

    reply = office.send(f"repairs/{asked.body['id']}/decision", verdict, as_="credit", **{"If-Match": '"1"'})

    assert (reply.status, [error["pointer"] for error in reply.body["errors"]]) == (400, ["/missing"])


def test_a_reversal_takes_the_record_away_even_from_its_subjects_own_view(office: Office) -> None:
    office.store("serious")

    made = office.send("reversals", {**REVERSAL, "entry": ENTRY}, as_="credit.market")

    assert (made.status, made.body["undone"]) == (201, [{"entry": ENTRY, "was": "serious"}])
    assert office.check().body["effect"] == "none"
    assert office.see("me/credit").body["records"] == []
    assert office.see(f"reversals/{made.body['id']}").status == 200
    assert office.send("reversals", {**REVERSAL, "entry": ENTRY}, as_="credit.market").code == "ALREADY_REVERSED"


@pytest.mark.parametrize(
    ("path", "body"), [("objections", PLEA), ("repairs", {"entry": ENTRY, "promise_hash": "0" * 64})]
)
def test_somebody_elses_entry_is_as_good_as_absent(office: Office, path: str, body: dict[str, str]) -> None:
    office.store()

    theirs = office.send(path, body, as_="applicant")
    absent = office.send(path, {**body, "entry": "market/nothing"}, as_="applicant")

    assert (theirs.status, theirs.text) == (absent.status, absent.text)
    assert theirs.code == "NOT_FOUND"


def test_a_reversal_of_what_is_not_there_is_not_found(office: Office) -> None:
    assert office.send("reversals", {**REVERSAL, "entry": "market/nothing"}, as_="credit.market").code == "NOT_FOUND"
