"""Agents act on authorities: given or claimed by a document, ended at any moment, and told to the principal."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.authorities.services import Authorities
from chalicelib.catalogue.model.items import Item, ProxyAct, Recommitment
from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import ConflictState
from chalicelib.credit.store.records import CreditStore, UnreadableError
from chalicelib.dynamo.transaction import transaction
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from tests.api.bodies import CLAIM, DECISION, RECORD, SHA, UNTRUE, subject_of
from tests.authorities import a_grant_body, let_act
from tests.builders import NOON, KeyPair, a_caller, a_flag_mark, an_item
from tests.cloud import Client, Reply, TokenOf, turn_clock

CASE = "/v1/cases"
EVERYTHING = (ProxyAct.STATEMENT, ProxyAct.WITHDRAWAL)
SUN = {"kind": "resident_id", "number": "110103195612100006", "name": "钱示例"}
"""Another agent, who is no persona."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the API, with a token and a key of their own."""

    client: Client
    token: str
    key: KeyPair = field(default_factory=KeyPair)
    answers: Mapping[str, Any] = field(default_factory=dict)

    def enrol(self) -> "Person":
        assert self.post("/v1/signing-keys", {"jwk": self.key.jwk}).status == 201
        return self

    def get(self, url: str) -> Reply:
        return self.client.get(url, token=self.token)

    def post(self, url: str, body: object = None, **headers: str) -> Reply:
        return self.client.post(url, body, token=self.token, **headers)

    def draft(self, authority: str | None = None, *, way: str = "commitment", item: str = "plate-replacement") -> Reply:
        body: dict[str, Any] = {"item_code": item, "way": way, "answers": self.answers}
        return self.post("/v1/drafts", body | ({} if authority is None else {"on_behalf_of": {"authority": authority}}))

    def promise(self, draft: dict[str, Any]) -> Reply:
        signature = self.key.sign(draft["payload"])
        body = {"draft_id": draft["draft_id"], "confirmed": draft["required_confirmations"], "signature": signature}
        return self.post(CASE, body)

    def certify(self, draft: dict[str, Any]) -> Reply:
        return self.post(CASE, {"draft_id": draft["draft_id"], "materials": [{"id": "old-plate", "sha256": SHA}]})

    def looks(self) -> list[tuple[str, str | None, list[str]]]:
        """Who asked, as the person reads it: the purpose, the case and what was told, oldest first."""
        found = self.get("/v1/me/credit/queries?limit=50").body["items"]
        return [(one["purpose"], one["case_no"], one["fields"]) for one in reversed(found)]


def publish(item: Item | None = None) -> None:
    editor = a_caller(Role.CATALOGUE_EDITOR, sub="editor", department="monitoring")
    container().catalogue.publish(item or an_item(proxy_acts=EVERYTHING), by=editor, at=NOON)


@pytest.fixture
def li(client: Client, token: TokenOf) -> Person:
    """The principal."""
    publish()
    return Person(client, token("applicant")).enrol()


@pytest.fixture
def agent(client: Client, token: TokenOf) -> Person:
    return Person(client, token("agent")).enrol()


@pytest.fixture
def officer(client: Client, token: TokenOf) -> Person:
    return Person(client, token("officer.traffic"))


def filed(agent: Person, authority: str) -> dict[str, Any]:
    reply = agent.promise(agent.draft(authority).body)
    assert reply.status == 201, reply.text
    body: dict[str, Any] = reply.body
    return body


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.code


NONE = (422, "AUTHORITY_REQUIRED")
HIDDEN = (404, "NOT_FOUND")


@pytest.mark.requirement("R1.8")
@pytest.mark.parametrize("authority", ["x", "", " ", "授权委托书1号", "0" * 32, "x" * 500])
def test_a_text_is_no_authority(li: Person, agent: Person, authority: str) -> None:
    named = {"item_code": "plate-replacement", "way": "certificate"}
    on_behalf_of = {"subject": subject_of("applicant"), "authority": authority}

    reply = agent.post("/v1/drafts", named | {"on_behalf_of": on_behalf_of})

    assert refused(reply) == NONE
    assert li.looks() == []


@pytest.mark.requirement("R1.8")
def test_an_agent_is_authorised_drafts_signs_and_follows_the_case(li: Person, agent: Person) -> None:
    authority = let_act(agent.client, li.token, items=["plate-replacement"], acts=["file", "promise"])

    case = filed(agent, authority)

    assert (case["applicant"]["name"], case["agent"]) == ("李*", {"name": "孙*", "authority": authority})
    place = f"{CASE}/{case['case_no']}"
    assert [agent.get(path).status for path in (place, f"{place}/timeline", CASE)] == [200, 200, 200]
    assert [one["case_no"] for one in agent.get(CASE).body["items"]] == [case["case_no"]]
    event = li.get(f"{place}/timeline").body["items"][0]
    assert (event["data"]["authority"], event["texts"].keys()) == (authority, {"payload"})


@pytest.mark.requirement("R1.8")
@pytest.mark.parametrize(
    "grant",
    [
        {"items": ["business-address"]},
        {"acts": ["view", "file", "statement", "withdrawal"]},
        {"from": "2026-09-29"},
        {"agent": SUN},
        {"agent": {**subject_of("agent"), "name": "孙实例"}},
    ],
    ids=["wrong item", "wrong act", "not yet", "another agent", "a slip in the name"],
)
def test_an_authority_that_does_not_cover_a_promise_gives_no_draft(
    li: Person, agent: Person, grant: dict[str, Any]
) -> None:
    publish(an_item(code="business-address"))

    authority = let_act(agent.client, li.token, **grant)

    assert refused(agent.draft(authority)) == NONE
    assert li.looks() == []


@pytest.mark.requirement("R1.8")
def test_an_authority_ends_by_itself_with_its_last_day(li: Person, agent: Person) -> None:
    authority = let_act(agent.client, li.token, until="2026-09-28")
    case = filed(agent, authority)
    place = f"{CASE}/{case['case_no']}"
    draft = agent.draft(authority).body

    turn_clock(datetime(2026, 9, 28, 15, 59, 59, tzinfo=UTC))
    last_moment = agent.get(place)
    turn_clock(datetime(2026, 9, 28, 16, 0, 0, tzinfo=UTC))

    assert last_moment.status == 200
    assert refused(agent.get(place)) == NONE
    assert refused(agent.promise(draft)) == NONE
    assert refused(agent.get(f"/v1/drafts/{draft['draft_id']}")) == NONE
    assert (agent.get(CASE).body["items"], agent.get("/v1/drafts").body["items"]) == ([], [])
    assert [one["state"] for one in li.get("/v1/authorities").body["items"]] == ["expired"]


@pytest.mark.requirement("R1.8")
def test_the_principal_ends_it_at_any_moment_and_everything_is_shut(li: Person, agent: Person) -> None:
    authority = let_act(agent.client, li.token)
    case = filed(agent, authority)
    place = f"{CASE}/{case['case_no']}"
    draft = agent.draft(authority).body

    ended = li.post(f"/v1/authorities/{authority}/end")

    assert (ended.status, ended.body["state"]) == (200, "ended")
    assert li.post(f"/v1/authorities/{authority}/end").body == ended.body
    looks = li.looks()
    tried = [
        agent.promise(draft),
        agent.certify(draft),
        agent.draft(authority),
        agent.draft(authority, way="certificate"),
        agent.get(f"/v1/drafts/{draft['draft_id']}"),
        agent.get(place),
        agent.get(f"{place}/timeline"),
        agent.get(f"{place}/clocks/handling_promised/explanation"),
        agent.post(f"{place}/commitment/withdrawal", {"reason": "找到了。"}),
        agent.post(f"{place}/materials", {"materials": [{"id": "old-plate", "sha256": SHA}]}),
        agent.post(f"{place}/corrections/1/answer", {"materials": [], "text": "已补。"}),
        agent.post(f"{place}/statement", {"text": "属实。"}),
        agent.post("/v1/complaints", {"category": "process", "text": "慢。", "case_no": case["case_no"]}),
    ]
    assert {refused(reply) for reply in tried} == {NONE}
    assert (agent.get(CASE).body["items"], agent.get("/v1/drafts").body["items"]) == ([], [])
    assert li.looks() == looks
    assert li.get(place).status == 200


def test_an_authority_given_later_opens_the_case_again(li: Person, agent: Person) -> None:
    first = let_act(agent.client, li.token)
    case = filed(agent, first)
    li.post(f"/v1/authorities/{first}/end")

    let_act(agent.client, li.token, items=["plate-replacement"], acts=["withdrawal"])

    place = f"{CASE}/{case['case_no']}"
    assert [one["case_no"] for one in agent.get(CASE).body["items"]] == [case["case_no"]]
    assert agent.post(f"{place}/commitment/withdrawal", {"reason": "找到了。"}).status == 200
    assert refused(agent.post(f"{place}/materials", {"materials": [{"id": "old-plate", "sha256": SHA}]})) == NONE


@pytest.mark.requirement("R1.8")
def test_an_authority_that_ends_between_the_check_and_the_write_files_nothing(li: Person, agent: Person) -> None:
    authority = let_act(agent.client, li.token)
    draft = agent.draft(authority).body
    checked = Authorities.require_covers
    ends = [True]

    def ending(authorities: Authorities, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as the method has it
        checked(authorities, *args, **named)
        if ends and ends.pop():
            assert li.post(f"/v1/authorities/{authority}/end").status == 200

    with mock.patch.object(Authorities, "require_covers", ending):
        reply = agent.promise(draft)

    assert refused(reply) == NONE
    assert li.get(CASE).body["items"] == []


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("commitment/withdrawal", {"reason": "找到了。"}),
        ("materials", {"materials": [{"id": "old-plate", "sha256": SHA}]}),
        ("statement", {"text": "车牌是后来找到的。"}),
    ],
)
def test_an_authority_that_ends_between_the_check_and_the_write_changes_no_case(
    li: Person, agent: Person, officer: Person, step: str, body: dict[str, Any]
) -> None:
    authority = let_act(li.client, li.token)
    place = f"{CASE}/{filed(agent, authority)['case_no']}"
    if step == "materials":
        li.post(f"{place}/commitment/withdrawal", {"reason": "找到了。"})
    elif step == "statement":
        decided = officer.post(f"{place}/decision", DECISION, if_match='"1"')
        officer.post(f"{place}/verification", UNTRUE, if_match=decided.headers["etag"])
    before = li.get(place).body
    allowed = Authorities.require
    ends = [True]

    def ending(authorities: Authorities, *args: Any, **named: Any) -> object:  # noqa: ANN401 - as the method has it
        found = allowed(authorities, *args, **named)
        if ends and ends.pop():
            li.post(f"/v1/authorities/{authority}/end")
        return found

    with mock.patch.object(Authorities, "require", ending):
        reply = agent.post(f"{place}/{step}", body)

    assert refused(reply) == NONE
    assert li.get(place).body == before


def test_whoever_filed_it_or_may_look_sees_a_case_and_no_other_agent(li: Person, agent: Person, token: TokenOf) -> None:
    other = Person(li.client, token("agent", sub="agent2", subject=SUN)).enrol()
    case = filed(agent, let_act(li.client, li.token))
    place = f"{CASE}/{case['case_no']}"

    before = other.get(place)
    let_act(li.client, li.token, agent=SUN, acts=["file", "statement"])
    not_theirs = other.get(place), other.post(f"{place}/statement", {"text": "属实。"})
    let_act(li.client, li.token, agent=SUN, acts=["view"])

    assert refused(before) == HIDDEN
    assert {refused(reply) for reply in not_theirs} == {HIDDEN}
    assert other.get(place).status == 200
    assert refused(other.post(f"{place}/commitment/withdrawal", {"reason": "找到了。"})) == NONE


@pytest.mark.requirement("R1.18")
def test_an_agent_cannot_end_the_time_to_defend(li: Person, agent: Person, officer: Person) -> None:
    """Not without the act in the authority, nor where the item keeps it for the applicant."""
    authority = let_act(li.client, li.token, acts=["view", "file", "promise"])
    case = filed(agent, authority)
    place = f"{CASE}/{case['case_no']}"
    decided = officer.post(f"{place}/decision", DECISION, if_match='"1"')
    found = officer.post(f"{place}/verification", UNTRUE, if_match=decided.headers["etag"])
    assert found.body["defence"]["stated_at"] is None

    unauthorised = agent.post(f"{place}/statement", {"text": "属实。"})
    let_act(li.client, li.token, acts=["statement"])
    spoken = agent.post(f"{place}/statement", {"text": "车牌是后来找到的。"})

    assert refused(unauthorised) == NONE
    assert (spoken.status, spoken.body["defence"]["statement"]) == (200, "车牌是后来找到的。")


@pytest.mark.parametrize(
    ("listed", "statement", "withdrawal"),
    [
        ((), (422, "PROXY_NOT_ALLOWED"), (422, "PROXY_NOT_ALLOWED")),
        ((ProxyAct.WITHDRAWAL,), (422, "PROXY_NOT_ALLOWED"), (200, None)),
        ((ProxyAct.STATEMENT,), (409, "STEP_NOT_ALLOWED"), (422, "PROXY_NOT_ALLOWED")),
    ],
)
def test_an_item_says_what_an_agent_may_do_after_filing(
    li: Person,
    agent: Person,
    listed: tuple[ProxyAct, ...],
    statement: tuple[int, str],
    withdrawal: tuple[int, str | None],
) -> None:
    publish(an_item(code="by-the-item", proxy_acts=listed))
    authority = let_act(li.client, li.token)
    case = agent.promise(agent.draft(authority, item="by-the-item").body).body
    place = f"{CASE}/{case['case_no']}"

    assert refused(agent.post(f"{place}/statement", {"text": "属实。"})) == statement
    taken_back = agent.post(f"{place}/commitment/withdrawal", {"reason": "找到了。"})
    assert (taken_back.status, None if taken_back.status == 200 else taken_back.code) == withdrawal


def test_an_agent_who_may_only_file_hands_in_certificates(li: Person, agent: Person) -> None:
    authority = let_act(li.client, li.token, acts=["file"])

    drafted = agent.draft(authority, way="certificate")

    assert refused(agent.draft(authority)) == NONE
    assert agent.certify(drafted.body).status == 201


def test_an_authority_to_promise_files_no_certificates(li: Person, agent: Person) -> None:
    authority = let_act(li.client, li.token, acts=["promise"])
    drafted = agent.draft(authority).body

    assert refused(agent.certify(drafted)) == NONE
    assert agent.promise(drafted).status == 201


def test_filing_again_answers_the_same_case_while_the_authority_lasts(li: Person, agent: Person) -> None:
    authority = let_act(li.client, li.token)
    drafted = agent.draft(authority).body
    first, again = agent.promise(drafted), agent.promise(drafted)
    li.post(f"/v1/authorities/{authority}/end")

    assert first.body["case_no"] == again.body["case_no"]
    assert refused(agent.promise(drafted)) == NONE


# Giving and ending


def test_whoever_the_number_belongs_to_the_answer_is_the_same(li: Person) -> None:
    known = li.post("/v1/authorities", a_grant_body())
    unknown = li.post("/v1/authorities", a_grant_body(agent=SUN))

    told = [{**reply.body, "id": "", "agent": ""} for reply in (known, unknown)]
    assert told[0] == told[1]
    assert (known.body["agent"], unknown.body["agent"]) == ({"name": "孙*"}, {"name": "钱*"})
    assert known.body | {"id": "", "made_at": ""} == {
        "id": "",
        "version": 1,
        "state": "in_force",
        "side": "principal",
        "principal": {"name": "李*"},
        "agent": {"name": "孙*"},
        "items": None,
        "acts": ["view", "file", "promise", "statement", "withdrawal"],
        "from": "2026-09-28",
        "until": "2026-12-31",
        "made_at": "",
        "department": None,
        "document": None,
        "confirmed": None,
        "refused": None,
        "ended": None,
    }


def test_the_numbers_are_nowhere_in_what_is_kept_or_answered(li: Person, agent: Person) -> None:
    given = li.post("/v1/authorities", a_grant_body())
    claimed = agent.post("/v1/authorities/claims", CLAIM)
    events = [
        event for reply in (given, claimed) for event in container().timeline.events(f"authority:{reply.body['id']}")
    ]

    assert [event.kind for event in events] == ["authority:given", "authority:claimed"]
    secret = [subject_of(who)[part] for who in ("applicant", "agent") for part in ("number", "name")]
    for text in (given.text, claimed.text, repr(events)):
        assert not [part for part in secret if part in text]


@pytest.mark.parametrize(
    ("change", "code", "pointers"),
    [
        ({"until": "2026-09-27"}, "INVALID_BODY", ["/until"]),
        ({"from": "2026-10-02", "until": "2026-10-01"}, "INVALID_BODY", ["/until"]),
        ({"acts": []}, "INVALID_BODY", ["/acts"]),
        ({"acts": ["view", "view"]}, "INVALID_BODY", ["/acts/1"]),
        ({"acts": ["rating"]}, "INVALID_BODY", ["/acts/0"]),
        ({"items": []}, "INVALID_BODY", ["/items"]),
        ({"items": ["no-such-item"]}, "ITEM_NOT_LISTED", []),
        ({"agent": subject_of("applicant")}, "INVALID_BODY", ["/agent"]),
        ({"agent": {"name": "孙示例"}}, "INSUFFICIENT_IDENTITY", ["/agent/kind", "/agent/number"]),
        ({"agent": {**subject_of("agent"), "number": "330782199411090006"}}, "INVALID_IDENTIFIER", ["/agent/number"]),
    ],
)
def test_what_cannot_be_granted_is_named(li: Person, change: dict[str, Any], code: str, pointers: list[str]) -> None:
    reply = li.post("/v1/authorities", a_grant_body() | change)

    assert (reply.status, reply.code) == (400 if code == "INVALID_BODY" else 422, code)
    assert [fault["pointer"] for fault in reply.body.get("errors", [])] == pointers


def test_the_agent_gives_it_back_and_strangers_find_nothing(li: Person, agent: Person, token: TokenOf) -> None:
    authority = let_act(li.client, li.token)
    place = f"/v1/authorities/{authority}"
    stranger = Person(li.client, token("applicant2"))
    other = Person(li.client, token("agent", sub="agent2", subject=SUN))
    namesake = Person(li.client, token("agent", sub="agent3", subject={**subject_of("agent"), "name": "孙实例"}))
    official = Person(li.client, token("officer.traffic"))

    hidden = [who.get(place) for who in (stranger, other, namesake, official)]
    hidden += [who.post(f"{place}/end") for who in (stranger, other, namesake)]
    held = [one["id"] for one in agent.get("/v1/authorities").body["items"]]
    given_back = agent.post(f"{place}/end")

    assert {refused(reply) for reply in hidden} == {HIDDEN}
    assert (held, namesake.get("/v1/authorities").body["items"]) == ([authority], [])
    assert (given_back.status, given_back.body["state"]) == (200, "ended")
    assert refused(agent.draft(authority)) == NONE
    last = container().timeline.events(f"authority:{authority}")[-1]
    assert (last.kind, last.data) == ("authority:ended", {"by": "agent"})


def test_the_same_request_gives_one_authority(li: Person) -> None:
    first, again = (li.post("/v1/authorities", a_grant_body(), idempotency_key="k") for _ in range(2))

    assert (first.status, again.status, first.body) == (201, 201, again.body)
    assert len(li.get("/v1/authorities").body["items"]) == 1


def test_lists_go_on_from_page_to_page(li: Person, agent: Person) -> None:
    made = {let_act(li.client, li.token) for _ in range(3)}

    def listed(who: Person, side: str) -> set[str]:
        first = who.get(f"/v1/authorities?side={side}&limit=2").body
        second = who.get(f"/v1/authorities?side={side}&limit=2&cursor={first['next_cursor']}").body
        return {one["id"] for one in first["items"] + second["items"]}

    assert listed(li, "principal") == listed(agent, "agent") == made


# Claims by document


def test_a_claim_counts_once_an_officer_has_read_the_document(li: Person, agent: Person, officer: Person) -> None:
    claim = agent.post("/v1/authorities/claims", CLAIM).body
    waiting = officer.get("/v1/authorities").body["items"]
    before = agent.draft(claim["id"])
    place = f"/v1/authorities/{claim['id']}"

    wrong = officer.post(f"{place}/confirmation", {"principal": subject_of("applicant2")}, if_match='"1"')
    confirmed = officer.post(f"{place}/confirmation", {"principal": subject_of("applicant")}, if_match='"1"')

    assert (claim["state"], claim["department"], claim["document"]) == (
        "claimed",
        "traffic",
        {"name": "授权委托书.pdf", "sha256": SHA},
    )
    assert [one["id"] for one in waiting] == [claim["id"]]
    assert refused(before) == NONE
    assert (refused(wrong), wrong.pointers) == ((400, "INVALID_BODY"), ["/principal/number"])
    assert (confirmed.status, confirmed.body["state"]) == (200, "in_force")
    assert officer.get("/v1/authorities").body["items"] == []
    assert filed(agent, claim["id"])["applicant"]["name"] == "李*"
    assert [one["id"] for one in li.get("/v1/authorities").body["items"]] == [claim["id"]]


@pytest.mark.usefixtures("li")
def test_a_principal_who_never_came_is_found_by_their_case(agent: Person, officer: Person) -> None:
    claim = agent.post("/v1/authorities/claims", CLAIM | {"principal": subject_of("applicant2")}).body
    named = {"principal": subject_of("applicant2")}
    officer.post(f"/v1/authorities/{claim['id']}/confirmation", named, if_match='"1"')
    case = filed(agent, claim["id"])

    look = {"purpose": "handling", "reason": "须核对证件。"}
    seen = officer.post(f"{CASE}/{case['case_no']}/unmasking", look)

    assert seen.body["applicant"] == subject_of("applicant2")


def test_the_principal_ends_what_rests_on_a_document_claimed_or_confirmed(
    li: Person, agent: Person, officer: Person
) -> None:
    first, second = (agent.post("/v1/authorities/claims", CLAIM).body["id"] for _ in range(2))
    named = {"principal": subject_of("applicant")}
    officer.post(f"/v1/authorities/{second}/confirmation", named, if_match='"1"')

    ended = [li.post(f"/v1/authorities/{one}/end").body["state"] for one in (first, second)]

    assert ended == ["ended", "ended"]
    assert [refused(agent.draft(one)) for one in (first, second)] == [NONE, NONE]
    late = officer.post(f"/v1/authorities/{first}/confirmation", named, if_match='"2"')
    assert refused(late) == (409, "STEP_NOT_ALLOWED")


@pytest.mark.usefixtures("li")
def test_a_claim_is_refused_with_the_reason(agent: Person, officer: Person) -> None:
    claim = agent.post("/v1/authorities/claims", CLAIM).body["id"]
    place = f"/v1/authorities/{claim}"

    stale = officer.post(f"{place}/refusal", {"reason": "没有签名。"}, if_match='"7"')
    reply = officer.post(f"{place}/refusal", {"reason": "委托书没有签名。"}, if_match='"1"')

    assert refused(stale) == (412, "STALE_VERSION")
    assert (reply.body["state"], reply.body["refused"]["reason"]) == ("refused", "委托书没有签名。")
    assert agent.get(place).body["refused"]["reason"] == "委托书没有签名。"
    assert refused(agent.draft(claim)) == NONE
    again = officer.post(f"{place}/confirmation", {"principal": subject_of("applicant")}, if_match='"2"')
    assert refused(again) == (409, "STEP_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("change", "code", "pointers"),
    [
        ({"items": None}, "INVALID_BODY", ["/items"]),
        ({"items": ["plate-replacement", "business-address"]}, "INVALID_BODY", ["/items"]),
        ({"document": {"name": "授权委托书.pdf", "sha256": "ab"}}, "INVALID_BODY", ["/document/sha256"]),
        ({"principal": subject_of("agent")}, "INVALID_BODY", ["/principal"]),
    ],
)
@pytest.mark.usefixtures("li")
def test_a_claim_is_for_one_department_to_confirm(
    agent: Person, change: dict[str, Any], code: str, pointers: list[str]
) -> None:
    publish(an_item(code="business-address", department="market"))

    reply = agent.post("/v1/authorities/claims", CLAIM | change)

    assert (reply.code, reply.pointers) == (code, pointers)


def test_another_department_confirms_nothing_and_nobody_their_own_claim(
    li: Person, agent: Person, client: Client, token: TokenOf
) -> None:
    claim = agent.post("/v1/authorities/claims", CLAIM).body["id"]
    given = let_act(client, li.token)
    named = {"principal": subject_of("applicant")}

    def confirm(who: str, authority: str = claim, **claims: Any) -> tuple[int, str]:  # noqa: ANN401 - any claims
        place = f"/v1/authorities/{authority}/confirmation"
        return refused(client.post(place, named, token=token(who, **claims), if_match='"1"'))

    assert confirm("officer.market") == (403, "FORBIDDEN")
    assert confirm("officer.traffic", given) == HIDDEN
    assert confirm("officer.traffic", subject=subject_of("agent")) == (409, "SAME_PERSON")
    assert confirm("officer.traffic", sub="officer.li", subject=subject_of("applicant")) == (403, "OWN_MATTER")
    own = token("officer.traffic", sub="officer.li", subject=subject_of("applicant"))
    assert client.get("/v1/authorities", token=own).body["items"] == []


# What an agent learns, and what the principal reads


def bar(persona: str) -> None:
    """Put a flag on somebody, for the item."""
    named = subject_of(persona)
    identity = Identity(kind=SubjectKind(named["kind"]), number=named["number"], name=named["name"])
    keys = container().subject_keys
    flag, by = a_flag_mark(items=("plate-replacement",)), a_caller(Role.CREDIT_OFFICER, sub="c", department="credit")
    with transaction() as tx:
        name = keys.digest_of_name(identity)
        container().credit.put_flag(keys.key_of(identity), flag, name_digest=name, by=by, at=NOON, tx=tx)


TOLD_NOTHING = ("flag:f1", "义市监撤", "惩戒", "信用", "credit", "SUBJECT_BARRED", "义乌市市场监督管理局")


@pytest.mark.requirement("R7.15")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_agent_learns_that_a_promise_is_not_open_and_not_why(li: Person, agent: Person, language: str) -> None:
    bar("applicant")
    authority = let_act(li.client, li.token)

    body = {"item_code": "plate-replacement", "way": "commitment", "on_behalf_of": {"authority": authority}}
    drafted = agent.client.post("/v1/drafts", body, token=agent.token, accept_language=language)
    filing = agent.promise(drafted.body)

    assert drafted.body["eligibility"]["commitment"] == "refused"
    assert [reason["code"] for reason in drafted.body["eligibility"]["reasons"]] == ["PROMISE_NOT_OPEN"]
    assert drafted.body["ways_open"] == ["certificate"]
    assert refused(filing) == (409, "PROMISE_NOT_OPEN")
    payload = drafted.body["payload"]
    for reply in (drafted.text.replace(payload, ""), filing.text):
        assert not [word for word in TOLD_NOTHING if word in reply]
    assert li.draft().body["eligibility"]["reasons"][0]["record"] == "flag:f1"


def test_an_agent_learns_nothing_of_credit_from_case_and_timeline(li: Person, agent: Person) -> None:
    case = filed(agent, let_act(li.client, li.token))
    place = f"{CASE}/{case['case_no']}"

    own, timeline = li.get(place).body, li.get(f"{place}/timeline").body
    seen, told = agent.get(place).body, agent.get(f"{place}/timeline").body

    assert (case["credit"], seen["credit"]) == (None, None)
    assert own["credit"]["standing"] == "allowed"
    assert [event["kind"] for event in told["items"]] == [event["kind"] for event in timeline["items"]]
    assert not [event for event in told["items"] if "credit" in event["data"]]
    assert [event["kind"] for event in timeline["items"] if "credit" in event["data"]] == ["case:filed"]
    assert told["verified"]


def test_a_promise_that_was_taken_back_is_the_principal_s_to_know_too(li: Person, agent: Person) -> None:
    publish(an_item(code="once", recommitment=Recommitment(allowed=False), proxy_acts=EVERYTHING))
    authority = let_act(li.client, li.token)
    kept = agent.draft(authority, item="once").body
    case = li.promise(li.draft(item="once").body).body
    li.post(f"{CASE}/{case['case_no']}/commitment/withdrawal", {"reason": "找到了。"})

    drafted = agent.draft(authority, item="once").body

    assert [reason["code"] for reason in drafted["eligibility"]["reasons"]] == ["PROMISE_NOT_OPEN"]
    assert refused(agent.promise(drafted)) == (409, "PROMISE_NOT_OPEN")
    assert refused(agent.promise(kept)) == (409, "PROMISE_NOT_OPEN")


def a_promise_that_waited_in_vain(li: Person, agent: Person) -> str:
    """File as agent while credit cannot be read, and let the gate say no afterwards; return the case's number."""
    authority = let_act(li.client, li.token)
    with (
        mock.patch.object(CreditStore, "summary", side_effect=UnreadableError),
        mock.patch.object(CreditStore, "summary_row", side_effect=EndpointConnectionError(endpoint_url="https://x")),
    ):
        drafted = agent.draft(authority).body
        assert [reason["code"] for reason in drafted["eligibility"]["reasons"]] == ["CREDIT_SOURCE_DOWN"]
        waiting = agent.promise(drafted)
    assert (waiting.status, waiting.body["code"]) == (202, "PENDING_CREDIT")
    bar("applicant")
    container().filing.recheck(f"case:{waiting.body['case_no']}", "credit_recheck", NOON + timedelta(minutes=1))
    return str(waiting.body["case_no"])


def test_a_promise_that_waited_in_vain_says_why_to_the_principal_alone(li: Person, agent: Person) -> None:
    place = f"{CASE}/{a_promise_that_waited_in_vain(li, agent)}"

    seen, told = agent.get(place), agent.get(f"{place}/timeline")

    assert (seen.body["state"], seen.body["way"], seen.body["credit"]) == ("awaiting_materials", "certificate", None)
    assert told.body["items"][-1]["kind"] == "commitment:refused"
    for reply in (seen, told):
        assert not [word for word in ("flag:f1", "义市监撤", "SUBJECT_BARRED") if word in reply.text]
    assert li.get(place).body["credit"]["reasons"][0]["record"] == "flag:f1"
    assert "SUBJECT_BARRED:flag:f1" in li.get(f"{place}/timeline").text


def a_promise_that_waits_for_a_name(li: Person, agent: Person, token: TokenOf) -> dict[str, Any]:
    """File as agent while something bars under another name of the number; return the case as the agent reads it."""
    record = {
        **RECORD,
        "related_items": ["business-address", "plate-replacement"],
        "subject": {**subject_of("applicant"), "name": "另一人"},
    }
    assert li.client.put("/v1/credit/records/market/r-1", record, token=token("system.market")).status in {200, 201}
    filing = agent.promise(agent.draft(let_act(li.client, li.token)).body)
    assert filing.status == 202
    container().clocks.sweep(at=NOON + timedelta(days=11))
    body: dict[str, Any] = filing.body
    return body


WAITS_FOR_A_NAME = ("identity_", "IDENTITY", "姓名", "号码")


def test_an_agent_does_not_learn_that_a_promise_waits_for_a_name(li: Person, agent: Person, token: TokenOf) -> None:
    case = a_promise_that_waits_for_a_name(li, agent, token)
    place = f"{CASE}/{case['case_no']}"

    told = [agent.get(one) for one in (place, f"{place}/timeline", CASE, f"{CASE}?state=pending_credit")]
    tracked = agent.client.get(f"/v1/track/{case['case_no']}?code={case['tracking_code']}")

    assert (case["state"], case["code"]) == ("pending_credit", "PENDING_CREDIT")
    assert [clock["kind"] for clock in case["clocks"]] == ["acceptance"]
    assert (told[0].body["state"], tracked.body["state"]) == ("pending_credit", "pending_credit")
    assert [one["kind"] for one in told[1].body["items"]] == ["commitment:signed", "case:filed", "case:credit_awaited"]
    assert [one["state"] for reply in told[2:] for one in reply.body["items"]] == ["pending_credit"] * 2
    assert agent.get(f"{CASE}?state=pending_identity").body["items"] == []
    assert refused(agent.get(f"{place}/clocks/identity_check/explanation")) == HIDDEN
    assert not [word for reply in (*told, tracked) for word in WAITS_FOR_A_NAME if word in reply.text]
    own = li.get(place).body
    assert (own["state"], sorted(clock["kind"] for clock in own["clocks"])) == (
        "pending_identity",
        ["acceptance", "identity_check"],
    )
    assert "case:identity_awaited" in li.get(f"{place}/timeline").text


@pytest.mark.requirement("R6.13", "R7.15")
def test_each_look_of_an_agent_is_in_the_principal_s_list(li: Person, agent: Person) -> None:
    authority = let_act(li.client, li.token)
    drafted = agent.draft(authority).body
    agent.get(f"/v1/drafts/{drafted['draft_id']}")
    case_no = agent.promise(drafted).body["case_no"]
    place = f"{CASE}/{case_no}"
    agent.get(place)
    agent.get(f"{place}/timeline")
    agent.get(f"{place}/clocks/handling_promised/explanation")
    agent.get(CASE)

    assert Counter((purpose, number, *told) for purpose, number, told in li.looks()) == {
        ("agency", None, "draft"): 2,
        ("agency", case_no, "filing"): 1,
        ("agency", case_no, "case"): 1,
        ("agency", case_no, "timeline"): 1,
        ("agency", case_no, "clocks"): 1,
        ("agency", case_no, "list"): 1,
    }
    (first, *_) = li.get("/v1/me/credit/queries").body["items"]
    assert (first["by"].partition(":")[0], first["item_code"]) == ("subject", "plate-replacement")


def test_what_cannot_be_put_on_record_is_not_told(li: Person, agent: Person) -> None:
    authority = let_act(li.client, li.token)
    case = filed(agent, authority)

    with mock.patch.object(CreditStore, "log", side_effect=UnreadableError):
        replies = [agent.get(f"{CASE}/{case['case_no']}"), agent.draft(authority), agent.get(CASE)]

    assert {refused(reply) for reply in replies} == {(503, "UNAVAILABLE")}


@pytest.mark.usefixtures("li")
def test_no_office_asks_as_an_agent(officer: Person) -> None:
    body = {"subject": subject_of("applicant"), "item_code": "plate-replacement", "purpose": "agency"}

    assert refused(officer.post("/v1/credit/checks", body)) == (400, "PURPOSE_REQUIRED")


def test_an_agent_looks_at_a_case_as_it_was(li: Person, agent: Person) -> None:
    case = filed(agent, let_act(li.client, li.token))
    turn_clock(NOON + timedelta(days=1))

    then = agent.get(f"{CASE}/{case['case_no']}?at=2026-09-28T04:00:00Z")

    assert (then.status, then.body["credit"]) == (200, None)


# Names that do not match


def on_the_desk() -> list[tuple[str, str, str]]:
    """What waits for the credit office: the cause, the name given, and the one that is known."""
    by = a_caller(Role.CREDIT_OFFICER, sub="c", department="credit")
    found = container().conflicts.page(ConflictState.OPEN, by=by, limit=50, after=None).items
    return [(one.cause.value, one.said, one.known_as) for one in found]


@pytest.mark.requirement("R6.3")
def test_an_agent_without_authority_sends_nobody_to_the_desk(li: Person, agent: Person) -> None:
    ended = let_act(li.client, li.token)
    li.post(f"/v1/authorities/{ended}/end")
    claimed = agent.post("/v1/authorities/claims", CLAIM).body["id"]
    named = {"item_code": "plate-replacement", "way": "certificate"}

    def draft(authority: str, name: str) -> Reply:
        subject = {**subject_of("applicant"), "name": name}
        return agent.post("/v1/drafts", named | {"on_behalf_of": {"subject": subject, "authority": authority}})

    assert {refused(draft(one, f"赵示例{n}")) for one in (ended, claimed) for n in range(3)} == {NONE}
    assert on_the_desk() == []

    assert draft(let_act(li.client, li.token), "赵示例").status == 201
    assert on_the_desk() == [("agent", "赵*", "李*")]


@pytest.mark.requirement("R6.3")
def test_a_login_under_another_name_shows_nobody_the_known_one_and_is_referred(
    li: Person, agent: Person, token: TokenOf
) -> None:
    assert li.draft().status == 201
    assert agent.post("/v1/authorities/claims", CLAIM).status == 201
    assert agent.draft(let_act(li.client, li.token)).status == 201
    other = Person(li.client, token("applicant", subject={**subject_of("applicant"), "name": "赵示例"}))
    deputy = {**subject_of("agent"), "name": "周示例"}
    acting = Person(li.client, token("agent", subject=deputy)).enrol()

    authority = let_act(li.client, other.token, agent=deputy)
    case = filed(acting, authority)

    assert (case["applicant"]["name"], case["agent"]["name"]) == ("赵*", "周*")
    assert sorted(on_the_desk()) == [("filing", "周*", "孙*"), ("filing", "赵*", "李*")]


@pytest.mark.requirement("R6.3")
def test_an_authority_that_cannot_be_given_refers_nobody(li: Person, token: TokenOf) -> None:
    assert li.draft().status == 201
    other = Person(li.client, token("applicant", subject={**subject_of("applicant"), "name": "赵示例"}))

    refusal = other.post("/v1/authorities", a_grant_body(until="2026-09-01"))

    assert (refusal.status, refusal.code, on_the_desk()) == (400, "INVALID_BODY", [])


def test_a_document_that_gives_an_authority_has_at_least_one_byte(agent: Person) -> None:
    nothing = {**CLAIM, "document": {**CLAIM["document"], "sha256": sha256(b"").hexdigest()}}

    refusal = agent.post("/v1/authorities/claims", nothing)

    assert (refusal.status, [fault["pointer"] for fault in refusal.body["errors"]]) == (400, ["/document/sha256"])
