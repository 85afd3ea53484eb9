"""The people of the local identity provider: everybody the demonstrations need, and nobody who could be real."""

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from infra.local.identity import personas

STAFF = {
    "officer.traffic": ("officer", "traffic"),
    "supervisor.traffic": ("supervisor", "traffic"),
    "head.traffic": ("head", "traffic"),
    "officer.market": ("officer", "market"),
    "officer2.market": ("officer", "market"),
    "supervisor.market": ("supervisor", "market"),
    "head.market": ("head", "market"),
    "credit": ("credit_officer", "credit"),
    "credit2": ("credit_officer", "credit"),
    "credit.market": ("credit_officer", "market"),
    "inspector": ("inspector", "inspection"),
    "inspector2": ("inspector", "inspection"),
    "editor": ("catalogue_editor", "monitoring"),
    "calendar": ("calendar_editor", "monitoring"),
    "system.market": ("system", "market"),
    "monitor": ("monitor", "monitoring"),
}
SUBJECTS = {
    "applicant": ("applicant", "resident_id"),
    "applicant2": ("applicant", "resident_id"),
    "company": ("applicant", "uscc"),
    "agent": ("agent", "resident_id"),
    "tester": ("applicant", "resident_id"),
}


def test_everybody_of_the_story_is_there_and_nobody_else() -> None:
    assert set(personas()) == set(STAFF) | set(SUBJECTS) | {"credit.monitor"}
    assert personas()["credit.monitor"]["claims"]["sub"] == "credit"


def test_staff_and_machines_have_the_role_of_their_name_in_one_department() -> None:
    for name, (role, department) in STAFF.items():
        claims = personas()[name]["claims"]

        assert (claims["roles"], claims["department"]) == ([role], department)
        assert "subject" not in claims


def test_applicants_and_agents_are_vouched_for_by_number_and_name() -> None:
    for name, (role, kind) in SUBJECTS.items():
        claims = personas()[name]["claims"]
        subject = claims["subject"]

        assert claims["roles"] == [role]
        assert "department" not in claims
        assert isinstance(subject, dict)
        assert set(subject) == {"kind", "number", "name"}
        assert subject["kind"] == kind


def test_natural_persons_have_numbers_that_nobody_has_and_organisations_say_that_they_are_made_up() -> None:
    for name in SUBJECTS:
        subject = personas()[name]["claims"]["subject"]
        assert isinstance(subject, dict)

        if subject["kind"] == "resident_id":
            assert mod_11_2.is_valid(subject["number"])
            assert subject["number"][14:17] == "000"
            assert "1950" <= subject["number"][6:10] <= "2007"
        else:
            assert uscc.is_valid(subject["number"])
            assert "合成" in subject["name"]
