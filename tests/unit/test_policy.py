"""Who may see what: every role against its own and another's department and matters."""

from dataclasses import replace

import pytest

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import (
    ALL_DEPARTMENTS,
    FOR_THEMSELVES,
    Caller,
    Role,
    acting,
    department_shown,
    reads_sensitive_answers,
    require,
    require_another_person,
    sees,
)
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


def test_a_list_shows_ones_own_department_and_to_the_monitoring_office_all_or_the_one_it_names() -> None:
    officer, monitor = a_caller(Role.OFFICER), a_caller(Role.MONITOR, department="monitoring")

    shown = [department_shown(one, by=by, roles=EVERYBODY) for by in (officer, monitor) for one in (None, "traffic")]

    assert shown == ["traffic", "traffic", None, "traffic"]
    for by, asked in ((officer, "market"), (a_caller(Role.OFFICER, department=None), None)):
        with pytest.raises(DomainError) as refused:
            department_shown(asked, by=by, roles=EVERYBODY)
        assert refused.value.code is ErrorCode.FORBIDDEN


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


def an_official(*roles: Role) -> Caller:
    return Caller(sub="zhang", roles=frozenset(roles), department="traffic", own=frozenset({MINE}))


@pytest.mark.requirement("R7.10")
def test_a_person_is_their_sub_or_their_identity_number_in_whatever_role() -> None:
    zhang = an_official(Role.CREDIT_OFFICER)

    assert [
        actor
        for actor in ("staff:zhang", "system:zhang", f"subject:{MINE}", "staff:li", "service:zhang", f"staff:{MINE}")
        if zhang.is_person(actor)
    ] == ["staff:zhang", "system:zhang", f"subject:{MINE}"]
    assert a_caller(Role.APPLICANT, subject=MINE).is_person(f"subject:{MINE}")
    assert not a_caller(Role.APPLICANT, subject=SOMEBODY_ELSES).is_person(f"subject:{MINE}")


@pytest.mark.requirement("R7.10")
def test_a_second_person_is_none_of_those_before() -> None:
    zhang = an_official(Role.INSPECTOR)

    require_another_person(zhang, "staff:li", "staff:wang", "subject:k1.bb")
    require_another_person(zhang)
    with pytest.raises(DomainError, match="SAME_PERSON"):
        require_another_person(zhang, "staff:li", "staff:zhang")


def test_nobody_has_an_office_in_their_own_matter() -> None:
    zhang = an_official(Role.OFFICER)

    assert sees(zhang, roles=EVERYBODY, department="traffic", subjects=(SOMEBODY_ELSES,))
    assert not sees(zhang, roles=EVERYBODY, department="traffic", subjects=(SOMEBODY_ELSES, MINE))
    with pytest.raises(DomainError, match="OWN_MATTER"):
        require(zhang, roles=EVERYBODY, department="traffic", subjects=(MINE,))


@pytest.mark.requirement("R7.10")
def test_staff_act_in_one_role() -> None:
    both = an_official(Role.OFFICER, Role.HEAD)

    assert acting(both, "head").roles == {Role.HEAD}
    assert acting(an_official(Role.OFFICER), None) == acting(an_official(Role.OFFICER), "officer")
    with pytest.raises(DomainError, match="ACTING_ROLE_MISSING") as asked:
        acting(both, None)
    with pytest.raises(DomainError, match="FORBIDDEN"):
        acting(both, "monitor")
    assert asked.value.facts == {"roles": "head officer"}


def test_people_have_all_the_roles_in_which_they_act_for_themselves() -> None:
    person = replace(a_caller(Role.APPLICANT, subject=MINE), roles=FOR_THEMSELVES)

    assert acting(person, None).roles == FOR_THEMSELVES
    assert acting(person, "agent").roles == {Role.AGENT}


@pytest.mark.parametrize(
    ("caller", "reads"),
    [
        (a_caller(Role.APPLICANT, subject=MINE), True),
        (a_caller(Role.AGENT, subject=MINE), True),
        (a_caller(Role.APPLICANT, subject=SOMEBODY_ELSES), False),
        (a_caller(Role.OFFICER), True),
        (a_caller(Role.OFFICER, department="market"), False),
        (replace(a_caller(Role.OFFICER), own=frozenset({MINE})), False),
        (a_caller(Role.SUPERVISOR), False),
        (a_caller(Role.HEAD), False),
        (a_caller(Role.MONITOR, department="monitoring"), False),
        (a_caller(Role.INSPECTOR), False),
        (a_caller(Role.SYSTEM), False),
    ],
)
def test_a_sensitive_answer_is_read_by_the_people_concerned_and_by_who_handles_it(
    caller: Caller, *, reads: bool
) -> None:
    assert reads_sensitive_answers(caller, department="traffic", subjects=(MINE,)) is reads
