from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.cases.model.case import State, Way
from chalicelib.cases.model.stages import CommitmentStatus
from chalicelib.cases.services.drafting import Principal, Wish
from chalicelib.catalogue.model.items import Acceptance, Recommitment
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.rules.items import notice_hash
from chalicelib.container import container
from chalicelib.credit.model.identity_conflicts import Cause, ConflictState
from chalicelib.dynamo.idempotency import IdempotencyKey
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from tests.authorities import for_
from tests.builders import (
    NOON,
    a_caller,
    a_limit,
    a_material,
    an_identity,
    an_item,
    an_organisation,
)
from tests.services.case_office import Applicant, publish

pytestmark = pytest.mark.usefixtures("cloud")

WANG = an_identity(number="330106198307270002", name="王代办")
WISH = Wish(item_code="plate-replacement", answers={}, way=Way.COMMITMENT)


def withdrawn(applicant: Applicant) -> None:
    case = applicant.promise(applicant.draft()).case
    container().commitment_withdrawal.withdraw(case.case_no, reason="找到旧车牌了", by=applicant.caller, at=NOON)


def test_a_draft_says_what_would_be_signed_and_that_it_may_be() -> None:
    item = publish()

    drafted = Applicant().draft()

    assert drafted.standing is CommitmentStatus.ALLOWED
    assert drafted.draft.notice_hash == notice_hash(item)
    assert [condition.id for condition in drafted.draft.conditions] == ["plate-lost"]
    assert f'"draft_id":"{drafted.draft.draft_id}"' in drafted.draft.payload
    assert f'"notice_hash":"{notice_hash(item)}"' in drafted.draft.payload
    assert drafted.draft.expires_at == NOON + timedelta(hours=24)


@pytest.mark.requirement("R1.1")
def test_an_item_that_is_not_listed_cannot_be_drafted() -> None:
    with pytest.raises(DomainError, match="ITEM_NOT_LISTED"):
        Applicant().draft()


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize(
    ("audience", "identity", "is_for"),
    [
        (Audience.NATURAL, an_identity(), True),
        (Audience.NATURAL, an_identity(kind=SubjectKind.PASSPORT, number="E12345678"), True),
        (Audience.NATURAL, an_organisation(), False),
        (Audience.LEGAL, an_organisation(), True),
        (Audience.LEGAL, an_identity(), False),
        (Audience.LEGAL, an_identity(kind=SubjectKind.PASSPORT, number="E12345678"), False),
        (Audience.BOTH, an_organisation(), True),
        (Audience.BOTH, an_identity(), True),
    ],
)
def test_an_item_is_for_its_audience_alone(audience: Audience, identity: Identity, way: Way, *, is_for: bool) -> None:
    publish(an_item(audience=audience))
    applicant = Applicant(identity=identity)

    if is_for:
        assert applicant.draft(way=way).draft.way is way
    else:
        with pytest.raises(DomainError, match="NOT_FOR_AUDIENCE"):
            applicant.draft(way=way)


def test_an_agent_drafts_for_somebody_whom_the_item_is_for() -> None:
    publish(an_item(audience=Audience.LEGAL))
    agent = Applicant(role=Role.AGENT, identity=WANG)

    agent.draft(on_behalf_of=for_(Applicant(identity=an_organisation()).caller, WANG))
    with pytest.raises(DomainError, match="NOT_FOR_AUDIENCE"):
        agent.draft(on_behalf_of=for_(Applicant().caller, WANG))


@pytest.mark.requirement("R1.1")
def test_an_item_without_a_promise_leaves_the_certificate_way() -> None:
    paper = a_material(ways=(MaterialWay.CERTIFICATE,))
    publish(an_item(acceptance=Acceptance.OFFICER, materials=(paper,)))
    applicant = Applicant().enrol()

    drafted = applicant.draft()

    assert drafted.standing is CommitmentStatus.REFUSED
    assert drafted.draft.closed_by == (ErrorCode.COMMITMENT_NOT_OFFERED,)
    assert applicant.certify(drafted, "old-plate").case.state is State.RECEIVED


@pytest.mark.requirement("R1.11")
def test_a_promise_that_the_item_closes_is_refused_at_filing_too() -> None:
    publish(an_item(recommitment=Recommitment(allowed=False)))
    applicant = Applicant().enrol()
    withdrawn(applicant)
    drafted = applicant.draft()

    assert drafted.draft.closed_by == (ErrorCode.RECOMMITMENT_NOT_ALLOWED,)
    with pytest.raises(DomainError, match="RECOMMITMENT_NOT_ALLOWED"):
        applicant.promise(drafted)


@pytest.mark.requirement("R1.11")
def test_a_draft_made_before_the_withdrawal_is_no_way_round_the_rule() -> None:
    publish(an_item(recommitment=Recommitment(allowed=False)))
    applicant = Applicant().enrol()
    first, second = applicant.draft(), applicant.draft()
    case = applicant.promise(first).case
    container().commitment_withdrawal.withdraw(case.case_no, reason="找到旧车牌了", by=applicant.caller, at=NOON)

    with pytest.raises(DomainError, match="RECOMMITMENT_NOT_ALLOWED"):
        applicant.promise(second)


@pytest.mark.requirement("R1.11")
def test_after_a_withdrawal_one_may_promise_again_where_the_item_says_nothing_against_it() -> None:
    publish()
    applicant = Applicant().enrol()
    withdrawn(applicant)

    assert applicant.draft().standing is CommitmentStatus.ALLOWED


@pytest.mark.requirement("R1.11")
def test_the_wait_after_a_withdrawal_ends_with_its_last_day() -> None:
    publish(an_item(recommitment=Recommitment(allowed=True, written_wait=a_limit(3))))
    applicant = Applicant().enrol()
    assert applicant.draft().standing is CommitmentStatus.ALLOWED
    withdrawn(applicant)

    last_day = NOON + timedelta(days=10)

    assert applicant.draft(at=last_day).standing is CommitmentStatus.REFUSED
    assert applicant.draft(at=last_day + timedelta(days=1)).standing is CommitmentStatus.ALLOWED


@pytest.mark.requirement("R5.7")
def test_the_same_idempotency_key_is_the_same_draft() -> None:
    publish()
    applicant = Applicant()
    once = IdempotencyKey.of(caller="a", route="r", key="k", body=b"{}")

    first = container().drafting.draft(WISH, by=applicant.caller, at=NOON, idempotency_key=once)
    second = container().drafting.draft(WISH, by=applicant.caller, at=NOON, idempotency_key=once)

    assert second.is_repeat
    assert second.draft == first.draft


@pytest.mark.requirement("R1.8")
def test_an_agent_needs_somebody_to_act_for_and_their_authority() -> None:
    publish()
    agent = Applicant(role=Role.AGENT, identity=WANG)

    with pytest.raises(DomainError, match="AUTHORITY_REQUIRED"):
        agent.draft()
    with pytest.raises(DomainError, match="AUTHORITY_REQUIRED"):
        agent.draft(on_behalf_of=Principal(identity=an_identity(), authority=" "))

    assert agent.draft(on_behalf_of=for_(Applicant().caller, WANG)).draft.agent is not None


def test_who_is_no_agent_acts_for_nobody_else() -> None:
    publish()

    with pytest.raises(DomainError, match="FORBIDDEN"):
        Applicant().draft(on_behalf_of=for_(Applicant(identity=an_organisation()).caller, an_identity()))


@pytest.mark.requirement("R6.3")
def test_what_an_agent_calls_the_principal_becomes_nobodys_name_and_goes_to_a_person_if_it_does_not_fit() -> None:
    publish()
    agent = Applicant(role=Role.AGENT, identity=WANG)
    principal = replace(for_(Applicant().caller, WANG), identity=an_identity(name="赵某某"))

    drafted = agent.draft(on_behalf_of=principal)
    agent.draft(on_behalf_of=principal)

    assert drafted.draft.applicant_name == "李*"
    assert container().subjects.unmasked(drafted.draft.subject) == an_identity()
    officer = a_caller(Role.CREDIT_OFFICER, sub="credit", department="credit")
    (conflict,) = container().conflicts.page(ConflictState.OPEN, by=officer, limit=10, after=None).items
    assert (conflict.cause, conflict.known_as, conflict.said) == (Cause.AGENT, "李*", "赵*")


def test_an_authority_is_good_for_its_own_principal_alone() -> None:
    publish()
    agent = Applicant(role=Role.AGENT, identity=WANG)
    principal = for_(Applicant().caller, WANG)

    with pytest.raises(DomainError, match="AUTHORITY_REQUIRED"):
        agent.draft(on_behalf_of=replace(principal, identity=an_organisation()))


@pytest.mark.requirement("R1.8")
def test_an_agent_promises_nothing_where_the_item_forbids_it_but_may_hand_in_certificates() -> None:
    publish(an_item(proxy_allowed=False))
    agent = Applicant(role=Role.AGENT, identity=WANG)
    principal = for_(Applicant().caller, WANG)

    with pytest.raises(DomainError, match="PROXY_NOT_ALLOWED"):
        agent.draft(on_behalf_of=principal)

    drafted = agent.draft(on_behalf_of=principal, way=Way.CERTIFICATE)
    assert drafted.draft.closed_by == (ErrorCode.PROXY_NOT_ALLOWED,)
    assert agent.certify(drafted, "old-plate").case.state is State.RECEIVED
