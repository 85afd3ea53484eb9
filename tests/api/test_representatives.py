"""A person signs for an organisation: the login says who, and the signature keeps it without the number."""

from typing import Any

import pytest

from chalicelib.container import container
from chalicelib.timeline.chain import text_digest
from tests.api.bodies import MANDATE, subject_of
from tests.api.test_authorities import Person, publish, refused
from tests.authorities import let_act
from tests.cloud import PERSONAS, READING, Client, TokenOf

CASE = "/v1/cases"
ZHAO = PERSONAS["company"]["claims"]["representative"]
SIGNATORY = {"name": "赵示例", "number": "3****************6", "office": "法定代表人", "authority": ""}
MISSING = (422, "REPRESENTATIVE_MISSING")


def company(client: Client, token: TokenOf, **claims: Any) -> Person:  # noqa: ANN401 - claims are any JSON
    return Person(client, token("company", **claims)).enrol()


@pytest.mark.requirement("R1.6")
def test_whoever_signs_for_an_organisation_stands_with_the_signature(client: Client, token: TokenOf) -> None:
    publish()
    us = company(client, token)
    officer = Person(client, token("officer.traffic"))

    case = us.promise(us.draft().body).body

    place = f"{CASE}/{case['case_no']}"
    timeline = us.get(f"{place}/timeline")
    (signed,) = [event for event in timeline.body["items"] if event["kind"] == "commitment:signed"]
    assert case["commitment"]["signatory"] == SIGNATORY
    assert officer.get(f"{place}?{READING}").body["commitment"]["signatory"] == SIGNATORY
    assert signed["texts"]["signatory"] == "赵示例 · 3****************6 · 法定代表人"
    assert "赵示例" not in repr(signed["data"])
    digest = text_digest(signed["texts"]["signatory"], salt=signed["salts"]["signatory"])
    assert digest in repr(signed["data"])
    stored = repr(container().cases.load(case["case_no"]))
    for told in (repr(case), timeline.text, stored):
        assert ZHAO["number"] not in told


def test_the_evidence_says_who_signed(client: Client, token: TokenOf) -> None:
    publish()
    us = company(client, token)
    case_no = us.promise(us.draft().body).body["case_no"]
    first, second = Person(client, token("inspector")), Person(client, token("inspector2"))
    mandate = first.post("/v1/inspections", MANDATE).body["id"]
    second.post(f"/v1/inspections/{mandate}/approval", if_match='"1"')

    told = first.get(f"/v1/inspections/{mandate}/cases/{case_no}/timeline")

    assert "赵示例 · 3****************6 · 法定代表人" in told.text
    assert told.body["verified"]


def test_a_document_may_stand_in_the_place_of_an_office(client: Client, token: TokenOf) -> None:
    publish()
    by_document = {**ZHAO, "name": "钱示例", "office": None, "authority": "授权委托书〔2026〕7号"}
    us = company(client, token, representative=by_document)

    case = us.promise(us.draft().body).body

    told = {"name": "钱示例", "number": "3****************6", "office": "", "authority": "授权委托书〔2026〕7号"}
    assert case["commitment"]["signatory"] == told


def test_without_a_person_an_organisation_signs_nothing_and_does_everything_else(
    client: Client, token: TokenOf
) -> None:
    publish()
    us = company(client, token, representative=None)
    drafted = us.draft()

    signing = us.promise(drafted.body)

    assert drafted.status == 201
    assert refused(signing) == MISSING
    assert "代表单位签署" in signing.body["detail"]
    assert us.get("/v1/me/credit").status == 200
    assert us.certify(us.draft(way="certificate").body).status == 201
    assert us.certify(drafted.body).status == 201


def test_a_person_signs_for_themselves_whatever_a_token_adds(client: Client, token: TokenOf) -> None:
    publish()
    li = Person(client, token("applicant", representative=ZHAO)).enrol()

    assert li.promise(li.draft().body).body["commitment"]["signatory"] is None


def test_an_agent_who_is_a_person_signs_for_an_organisation_by_its_authority(client: Client, token: TokenOf) -> None:
    publish()
    us, agent = company(client, token), Person(client, token("agent")).enrol()

    case = agent.promise(agent.draft(let_act(client, us.token)).body).body

    assert (case["commitment"]["signatory"], case["agent"]["name"]) == (None, "孙*")


@pytest.mark.parametrize(
    "claim",
    [
        "赵示例",
        {},
        {**ZHAO, "number": "330106198503110007"},
        {**ZHAO, "kind": "uscc", "number": subject_of("company")["number"]},
        {**ZHAO, "office": None},
        {**ZHAO, "office": " "},
        {**ZHAO, "office": 7},
        {**ZHAO, "office": "法" * 201},
        {**ZHAO, "office": "法定\n代表人"},
        {**ZHAO, "authority": ["1号"]},
        {**ZHAO, "name": ""},
        {**ZHAO, "kind": "driver"},
    ],
)
def test_a_claim_that_names_nobody_is_no_login(client: Client, token: TokenOf, claim: object) -> None:
    reply = client.get("/v1/me/credit", token=token("company", representative=claim))

    assert refused(reply) == (401, "UNAUTHENTICATED")
