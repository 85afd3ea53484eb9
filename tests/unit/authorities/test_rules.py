"""What may be granted, how an authority stands on each day, and what it covers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.authorities.model import (
    Act,
    Authority,
    AuthorityAction,
    AuthorityDocument,
    Matter,
    Party,
    Side,
    Standing,
)
from chalicelib.authorities.rules import confirm, covers, end, refuse, require_grantable, side_of, standing_of
from chalicelib.errors import DomainError
from chalicelib.subjects.model.subjects import SubjectKey
from tests.builders import A_PRINCIPAL, ITS_AGENT, NOON, a_party, an_authority

X = SubjectKey("k1.somebody")
DONE = AuthorityAction(by="staff:officer", at=NOON)
PAPER = AuthorityDocument(name="授权委托书.pdf", sha256="ab" * 32)


def a_matter(**other: Any) -> Matter:  # noqa: ANN401 - any field of a matter
    fields: dict[str, Any] = {
        "principal": A_PRINCIPAL,
        "item_code": "plate-replacement",
        "pack": "corrects-first",
        "agent": ITS_AGENT,
    }
    return Matter(**{**fields, **other})


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        (datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC), Standing.COMING),
        (datetime(2026, 8, 31, 16, 0, 0, tzinfo=UTC), Standing.IN_FORCE),
        (datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC), Standing.IN_FORCE),
        (datetime(2026, 9, 30, 16, 0, 0, tzinfo=UTC), Standing.EXPIRED),
    ],
)
def test_an_authority_is_in_force_from_its_first_day_to_the_end_of_its_last_in_shanghai(
    at: datetime, standing: Standing
) -> None:
    assert standing_of(an_authority(), at=at) is standing


def test_a_claim_waits_until_it_is_decided() -> None:
    claim = an_authority(document=PAPER, department="traffic")

    assert standing_of(claim, at=NOON) is Standing.CLAIMED
    assert standing_of(confirm(claim, DONE, principal=a_party()), at=NOON) is Standing.IN_FORCE
    assert standing_of(refuse(claim, DONE), at=NOON) is Standing.REFUSED
    assert standing_of(end(claim, DONE), at=NOON) is Standing.ENDED
    assert standing_of(end(refuse(claim, DONE), DONE), at=NOON) is Standing.ENDED
    assert (claim.is_waiting, end(claim, DONE).is_waiting, an_authority().is_waiting) == (True, False, False)
    assert claim.owner == "authority:a"


@pytest.mark.parametrize(
    ("authority", "act", "matter", "is_covered"),
    [
        (an_authority(), Act.FILE, a_matter(), True),
        (an_authority(), Act.PROMISE, a_matter(), False),
        (an_authority(), Act.WITHDRAWAL, a_matter(), False),
        (an_authority(), Act.FILE, a_matter(item_code="business-address"), False),
        (an_authority(items=None), Act.FILE, a_matter(item_code="business-address"), True),
        (an_authority(), Act.FILE, a_matter(principal=X), False),
        (an_authority(ended=DONE), Act.FILE, a_matter(), False),
        # Whoever filed a case may look at it with any authority for its item.
        (an_authority(), Act.VIEW, a_matter(), True),
        # A case of another agent, or of the principal's own, takes the act of looking.
        (an_authority(), Act.VIEW, a_matter(agent=X), False),
        (an_authority(), Act.STATEMENT, a_matter(agent=None), False),
        (an_authority(acts=(Act.VIEW,)), Act.VIEW, a_matter(agent=None), True),
        (an_authority(acts=(Act.VIEW,)), Act.STATEMENT, a_matter(agent=None), False),
        (an_authority(acts=(Act.VIEW, Act.STATEMENT)), Act.STATEMENT, a_matter(agent=X), True),
    ],
)
def test_an_authority_covers_item_act_and_principal(
    authority: Authority, act: Act, matter: Matter, *, is_covered: bool
) -> None:
    assert covers(authority, act, matter, at=NOON) is is_covered


def test_each_side_is_known_and_nobody_else() -> None:
    sides = [side_of(an_authority(), who) for who in (A_PRINCIPAL, ITS_AGENT, X, None)]

    assert sides == [Side.PRINCIPAL, Side.AGENT, None, None]


def faults_of(agent: Party | None = None, **other: Any) -> dict[str, str]:  # noqa: ANN401 - any field of a grant
    grant, today = an_authority(**other).grant, date(2026, 9, 28)
    try:
        require_grantable(
            grant, principal=a_party(A_PRINCIPAL), agent=agent or a_party(ITS_AGENT), pointer="/agent", today=today
        )
    except DomainError as refusal:
        return {fault.pointer: fault.code or fault.english for fault in refusal.faults}
    return {}


def test_a_grant_has_an_end_that_is_yet_to_come() -> None:
    assert faults_of(starts_on=date(2026, 9, 28), ends_on=date(2026, 9, 28)) == {}
    assert faults_of(ends_on=date(2026, 9, 27)) == {"/until": "DAY_IS_OVER"}
    assert faults_of(starts_on=date(2026, 10, 2), ends_on=date(2026, 10, 1)) == {"/until": "ENDS_BEFORE_START"}


def test_nobody_authorises_themselves_or_says_anything_twice() -> None:
    twice = "This is there twice."

    assert faults_of(a_party(A_PRINCIPAL)) == {"/agent": "Nobody is their own agent."}
    assert faults_of(acts=(Act.FILE, Act.VIEW, Act.FILE)) == {"/acts/2": twice}
    assert faults_of(items=("a", "a")) == {"/items/1": twice}
    assert faults_of(items=None) == {}


def test_a_claim_is_confirmed_for_the_principal_that_the_document_names() -> None:
    claim = an_authority(document=PAPER)
    read = a_party(A_PRINCIPAL, name_digest="k1.11")

    assert confirm(claim, DONE, principal=read) == replace(claim, principal=read, confirmed=DONE)
    with pytest.raises(DomainError, match="INVALID_BODY") as refusal:
        confirm(claim, DONE, principal=a_party(X))
    assert [fault.pointer for fault in refusal.value.faults] == ["/principal/number"]


def test_what_is_decided_or_was_never_claimed_is_not_decided_again() -> None:
    claim = an_authority(document=PAPER)

    for decided in (an_authority(), end(claim, DONE), refuse(claim, DONE), confirm(claim, DONE, principal=a_party())):
        with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
            confirm(decided, DONE, principal=a_party())
        with pytest.raises(DomainError, match="STEP_NOT_ALLOWED"):
            refuse(decided, DONE)


def test_what_has_ended_stays_as_it_ended() -> None:
    ended = end(an_authority(), DONE)

    assert end(ended, AuthorityAction(by="subject:k1.agent", at=NOON)) is ended
