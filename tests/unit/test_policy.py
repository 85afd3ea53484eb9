"""Who may see what: every role against its own and another's department and matters."""

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import ALL_DEPARTMENTS, FOR_THEMSELVES, Caller, Role, require, sees
from chalicelib.subjects.model.subjects import SubjectKey

EVERYBODY = tuple(Role)
MINE = SubjectKey("k1.aa")
SOMEBODY_ELSES = SubjectKey("k1.bb")


def a_caller(role: Role, *, department: str | None = "traffic", subject: SubjectKey | None = None) -> Caller:
    return Caller(sub="somebody", roles=frozenset({role}), department=department, subject=subject)


@pytest.mark.parametrize("role", sorted(set(Role) - FOR_THEMSELVES - ALL_DEPARTMENTS))
def test_staff_see_their_own_department_s_things_and_no_other_s(role: Role) -> None:
    assert sees(a_caller(role), roles=EVERYBODY, department="traffic", subjects=(MINE,))
    assert not sees(a_caller(role), roles=EVERYBODY, department="market", subjects=(MINE,))


def test_the_monitoring_office_sees_all_departments() -> None:
    assert sees(a_caller(Role.MONITOR, department="monitoring"), roles=EVERYBODY, department="market")


@pytest.mark.parametrize("role", sorted(FOR_THEMSELVES))
def test_people_see_what_is_theirs_and_nothing_else(role: Role) -> None:
    person = a_caller(role, department=None, subject=MINE)

    assert sees(person, roles=EVERYBODY, department="traffic", subjects=(SOMEBODY_ELSES, MINE))
    assert not sees(person, roles=EVERYBODY, department="traffic", subjects=(SOMEBODY_ELSES,))
    assert not sees(a_caller(role, subject=None), roles=EVERYBODY, department="traffic", subjects=(MINE,))


def test_a_role_that_is_not_named_gives_no_right() -> None:
    assert not sees(a_caller(Role.OFFICER), roles=(Role.SUPERVISOR,), department="traffic")


def test_what_belongs_to_no_department_is_for_the_role_in_any() -> None:
    assert sees(a_caller(Role.INSPECTOR, department="inspection"), roles=(Role.INSPECTOR,))


@pytest.mark.parametrize(
    ("caller", "reason"),
    [
        (a_caller(Role.OFFICER, department="market"), ErrorCode.FORBIDDEN),
        (a_caller(Role.APPLICANT, subject=SOMEBODY_ELSES), ErrorCode.NOT_FOUND),
    ],
)
def test_staff_are_told_that_they_may_not_and_strangers_that_there_is_nothing(
    caller: Caller, reason: ErrorCode
) -> None:
    with pytest.raises(DomainError) as refused:
        require(caller, roles=EVERYBODY, department="traffic", subjects=(MINE,))

    assert refused.value.code is reason


def test_a_right_is_passed_in_silence() -> None:
    require(a_caller(Role.OFFICER), roles=EVERYBODY, department="traffic")

    assert not a_caller(Role.APPLICANT).is_staff


@pytest.mark.parametrize(
    ("caller", "actor"),
    [
        (a_caller(Role.APPLICANT, subject=MINE), "subject:k1.aa"),
        (a_caller(Role.OFFICER), "staff:somebody"),
        (a_caller(Role.SYSTEM), "system:somebody"),
    ],
)
def test_timelines_name_callers_without_personal_data(caller: Caller, actor: str) -> None:
    assert caller.actor == actor


def test_a_token_without_a_subject_has_no_matters_of_its_own() -> None:
    with pytest.raises(DomainError) as refused:
        a_caller(Role.APPLICANT).own_subject()

    assert refused.value.code is ErrorCode.INSUFFICIENT_IDENTITY
    assert a_caller(Role.APPLICANT, subject=MINE).own_subject() == MINE
