"""For what an official may read a case, and when it is on record already."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.cases.rules.reading import ReadingPurpose, is_on_record, purpose_of, require_said
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event
from tests.builders import NOON, a_case

MIDNIGHT = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)


def an_official(role: Role, name: str = "zhang") -> Caller:
    return Caller(sub=name, roles=frozenset({role}), department="traffic")


def seen(at: datetime, purpose: str | int = "verification", *, by: str = "zhang") -> Event:
    return Event(
        owner="case:C1",
        seq=9,
        kind=EventKind.CASE_SEEN,
        occurred_at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        recorded_at="",
        actor=f"staff:{by}",
        department="traffic",
        data={"purpose": purpose},
        prev_hash="",
        hash="",
    )


@pytest.mark.requirement("R7.5")
def test_whoever_has_the_case_and_superiors_read_it_by_duty() -> None:
    case = replace(a_case(), officer="zhang")

    assert purpose_of(case, (), None, by=an_official(Role.OFFICER), at=NOON) is ReadingPurpose.HANDLING
    for role in (Role.SUPERVISOR, Role.HEAD, Role.MONITOR):
        assert purpose_of(case, (), None, by=an_official(role), at=NOON) is ReadingPurpose.SUPERVISION


@pytest.mark.requirement("R7.5")
@pytest.mark.parametrize("officer", ["", "li"])
def test_another_officer_says_for_what_out_of_the_list(officer: str) -> None:
    case = replace(a_case(), officer=officer)
    by = an_official(Role.OFFICER)

    assert purpose_of(case, (), ReadingPurpose.ENQUIRY, by=by, at=NOON) is ReadingPurpose.ENQUIRY
    for stated in (None, ReadingPurpose.SUPERVISION):
        with pytest.raises(DomainError) as refused:
            purpose_of(case, (seen(NOON, by="li"),), stated, by=by, at=NOON)
        assert (refused.value.code, refused.value.faults[0].pointer) == (ErrorCode.PURPOSE_REQUIRED, "/purpose")


def test_what_was_said_holds_for_the_day_in_shanghai() -> None:
    before, after = seen(MIDNIGHT.replace(hour=15, minute=59)), seen(MIDNIGHT, "enquiry")
    by, case = an_official(Role.OFFICER), a_case()

    assert purpose_of(case, (before, after), None, by=by, at=MIDNIGHT) is ReadingPurpose.ENQUIRY
    assert is_on_record((before, after), ReadingPurpose.ENQUIRY, by=by, at=MIDNIGHT)
    assert not is_on_record((before, after), ReadingPurpose.VERIFICATION, by=by, at=MIDNIGHT)
    with pytest.raises(DomainError):
        purpose_of(case, (before,), None, by=by, at=MIDNIGHT)


def test_an_altered_event_says_nothing() -> None:
    altered = (seen(NOON, 7), replace(seen(NOON), data={"unreadable": "x"}))

    assert not is_on_record(altered, ReadingPurpose.VERIFICATION, by=an_official(Role.OFFICER), at=NOON)


@pytest.mark.requirement("R7.5", "R7.10")
def test_what_somebody_said_as_a_supervisor_does_not_hold_for_them_as_an_officer() -> None:
    case = replace(a_case(), officer="li")
    supervised, verified = seen(NOON, "supervision"), seen(NOON, "verification")

    with pytest.raises(DomainError) as refused:
        purpose_of(case, (supervised,), None, by=an_official(Role.OFFICER), at=NOON)

    assert refused.value.code is ErrorCode.PURPOSE_REQUIRED
    both = (verified, supervised)
    assert purpose_of(case, both, None, by=an_official(Role.OFFICER), at=NOON) is ReadingPurpose.VERIFICATION


@pytest.mark.requirement("R7.5")
def test_whoever_looks_for_cases_says_for_what_unless_it_is_their_duty() -> None:
    require_said(ReadingPurpose.ENQUIRY, by=an_official(Role.OFFICER))
    require_said(None, by=an_official(Role.HEAD))
    for stated, role in ((None, Role.OFFICER), (ReadingPurpose.ENQUIRY, Role.HEAD)):
        with pytest.raises(DomainError) as refused:
            require_said(stated, by=an_official(role))
        assert refused.value.code is ErrorCode.PURPOSE_REQUIRED
