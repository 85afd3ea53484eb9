"""Officials' reading of a case: for a purpose, on record, and told to the applicant."""

from datetime import timedelta

import pytest

from tests.api.handling import Office, a_promise
from tests.builders import NOON
from tests.cloud import Client, Reply, TokenOf, turn_clock


@pytest.fixture
def office(client: Client, token: TokenOf) -> Office:
    return a_promise(client, token)


def read(office: Office, what: str = "", *, by: str = "officer.traffic") -> Reply:
    return office.client.get(f"{office.url}{what}", token=office.token(by, sub=by))


def looks(office: Office) -> list[tuple[str, str]]:
    events = read(office, "/timeline", by="applicant").body["items"]
    return [(one["actor"], one["data"]["purpose"]) for one in events if one["kind"] == "case:seen"]


@pytest.mark.requirement("R7.5", "R7.15")
@pytest.mark.parametrize("what", ["", "/timeline", "/clocks/handling_promised/explanation", "/messages"])
def test_an_officer_who_has_not_the_case_says_for_what_they_read_it(office: Office, what: str) -> None:
    refused = read(office, what)
    wrong = read(office, f"{what}?purpose=supervision")
    let_in = read(office, f"{what}?purpose=enquiry")

    assert (refused.status, refused.code, refused.body["errors"][0]["pointer"]) == (400, "PURPOSE_REQUIRED", "/purpose")
    assert (wrong.status, wrong.code) == (400, "PURPOSE_REQUIRED")
    assert read(office, f"{what}?purpose=curiosity").code == "INVALID_QUERY"
    assert let_in.status == 200
    assert looks(office) == [("staff:officer.traffic", "enquiry")]


@pytest.mark.requirement("R7.5", "R7.15")
def test_a_look_is_on_record_once_a_day_for_each_reader_and_purpose(office: Office) -> None:
    office.done("assignment", {"officer": "officer.traffic"})

    for _ in range(3):
        assert read(office).status == read(office, by="supervisor.traffic").status == 200
    assert read(office, "?purpose=verification").status == 200
    turn_clock(NOON + timedelta(days=1))
    assert read(office, "/timeline").body["verified"]

    assert looks(office) == [
        ("staff:officer.traffic", "handling"),
        ("staff:supervisor.traffic", "supervision"),
        ("staff:officer.traffic", "verification"),
        ("staff:officer.traffic", "handling"),
    ]


def test_a_look_leaves_the_version_and_so_open_forms_as_they_are(office: Office) -> None:
    before = read(office, "?purpose=handling")
    read(office, by="supervisor.traffic")

    assert read(office).headers["etag"] == before.headers["etag"] == f'"{office.version}"'
    assert office.act("decision", {"outcome": "granted", "document_no": "1号", "reasons": ""}).status == 200


def test_a_refused_look_and_people_themselves_leave_no_trace(office: Office) -> None:
    for by in ("officer.traffic", "officer.market", "applicant", "applicant2"):
        read(office, by=by)

    assert looks(office) == []


@pytest.mark.requirement("R7.5")
@pytest.mark.parametrize("what", ["documents", "issued-documents"])
def test_the_papers_of_a_case_are_read_for_a_purpose_too(office: Office, what: str) -> None:
    number = office.url.rpartition("/")[2]
    lists = [f"/v1/{what}?case_no={number}", f"/v1/{what}?case_no={number}&purpose=verification"]
    officer = office.token("officer.traffic", sub="officer.traffic")

    refused, seen = (office.client.get(each, token=officer) for each in lists)

    assert (refused.status, refused.code, seen.status) == (400, "PURPOSE_REQUIRED", 200)
    assert looks(office) == [("staff:officer.traffic", "verification")]
