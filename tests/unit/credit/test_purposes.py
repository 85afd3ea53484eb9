"""What credit may be asked for, by whom, and where it takes a case."""

import pytest

from chalicelib.credit.model.records import Purpose
from chalicelib.credit.rules.purposes import require_purpose
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Role
from tests.builders import a_caller

OFFICER, SYSTEM = a_caller(Role.OFFICER), a_caller(Role.SYSTEM)


@pytest.mark.requirement("R7.5")
def test_a_person_asks_in_a_case_and_a_system_as_its_department_keeps_them() -> None:
    assert require_purpose(Purpose.ENFORCEMENT, case_no="C1", by=OFFICER)
    assert not require_purpose(Purpose.ENFORCEMENT, case_no=None, by=SYSTEM)
    for purpose, case_no in ((Purpose.ENFORCEMENT, None), (Purpose.DATA_SHARING, "C1"), (Purpose.AGENCY, "C1")):
        with pytest.raises(DomainError) as refused:
            require_purpose(purpose, case_no=case_no, by=OFFICER)
        assert refused.value.code is ErrorCode.PURPOSE_REQUIRED
