"""Real people at the portal: they log in, file and read their records; a wrong number is told in plain words."""

import pytest

from tests.api.bodies import RECORD
from tests.api.test_numbers import REAL, SLIP, somebody
from tests.builders import NOON
from tests.cloud import PERSONAS, Client, TokenOf, turn_clock
from tests.web.cases import filed
from tests.web.test_authorities import GRANT
from tests.web.visitor import Come


@pytest.mark.requirement("R6.1")
@pytest.mark.parametrize("number", REAL)
def test_a_real_person_logs_in_files_and_reads_their_record(
    visitor: Come, client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    turn_clock(NOON)
    monkeypatch.setitem(PERSONAS["applicant"]["claims"], "subject", somebody(number))
    about = {**RECORD, "subject": somebody(number)}
    assert client.put("/v1/credit/records/market/r-1", about, token=token("system.market")).status == 200

    person = visitor("applicant")
    case_no = filed(person)

    assert person.open(f"/cases/{case_no}").status == 200
    assert RECORD["document"]["number"] in person.open("/credit").text


def test_whoever_the_platform_vouches_for_with_a_slip_is_told_what_is_wrong(
    visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PERSONAS["applicant"]["claims"], "subject", somebody(SLIP))

    seen = visitor().log_in("applicant")

    assert seen.status == 401
    assert "末位（校验码）与前面各位不符" in seen.text
    assert "户口所在地的公安派出所" in seen.text
    assert SLIP not in seen.text
    assert SLIP not in seen.url


def test_a_slip_in_a_form_is_told_at_its_field_and_what_was_typed_stays(visitor: Come) -> None:
    person = visitor("applicant")
    agent = {"agent-kind": "resident_id", "agent-number": SLIP, "agent-name": "合成甲"}

    seen = person.send(person.open("/authorities/new"), "authorities/new", {**agent, "items": "*", **GRANT})

    assert seen.status == 422
    assert any(link.get("href") == "#agent-number" for link in seen.page.named("a"))
    assert "末位（校验码）与前面各位不符" in seen.text
    assert seen.form("authorities/new").fields["agent-number"] == [SLIP]
