"""Who somebody is, seen for a purpose by an officer of the case's department, and never without a trace."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.cases.services.reading import DisclosedIdentity, Sight
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role
from chalicelib.subjects.store import SubjectStore, Vault
from tests.authorities import for_
from tests.builders import AN_OFFICE, NOON, a_caller, an_identity, an_organisation
from tests.services.case_office import Applicant, publish
from tests.services.timelines import kinds_of

pytestmark = pytest.mark.usefixtures("cloud")

OFFICER = a_caller(Role.OFFICER, sub="officer.traffic", department="traffic")


def a_case(applicant: Applicant | None = None, **wish: Any) -> str:  # noqa: ANN401 - any field of a wish
    publish()
    somebody = (applicant or Applicant()).enrol()
    return somebody.promise(somebody.draft(**wish)).case.case_no


def look(case_no: str, *, by: Caller = OFFICER) -> DisclosedIdentity:
    return container().identity_disclosure.look(
        case_no, Sight.VERIFICATION, reason="现场核查须核对证件。", by=by, at=NOON
    )


def refused(case_no: str, by: Caller) -> ErrorCode:
    with pytest.raises(DomainError) as error:
        look(case_no, by=by)
    return error.value.code


@pytest.mark.requirement("R7.5", "R7.6")
def test_an_officer_sees_the_whole_identity_and_the_timeline_says_who_looked_what_for_and_why() -> None:
    case_no = a_case()
    before = container().cases.load(case_no)

    seen = look(case_no)

    last = container().timeline.events(f"case:{case_no}")[-1]
    assert (seen.applicant, seen.agent) == (an_identity(), None)
    assert kinds_of(f"case:{case_no}")[-1] == "case:identity_seen"
    assert (last.actor, last.data["purpose"], last.texts) == (
        "staff:officer.traffic",
        "verification",
        {"reason": "现场核查须核对证件。"},
    )
    assert container().cases.load(case_no).version == before.version


def test_each_look_is_written_down() -> None:
    case_no = a_case()

    look(case_no)
    look(case_no)

    assert kinds_of(f"case:{case_no}").count("case:identity_seen") == 2


@pytest.mark.requirement("R7.6")
@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (a_caller(Role.OFFICER, sub="officer.market", department="market"), ErrorCode.FORBIDDEN),
        (a_caller(Role.SUPERVISOR, sub="supervisor.traffic", department="traffic"), ErrorCode.FORBIDDEN),
        (a_caller(sub="somebody", subject="k1.else"), ErrorCode.NOT_FOUND),
    ],
)
def test_nobody_else_sees_it_and_nothing_is_written(by: Caller, reason: ErrorCode) -> None:
    case_no = a_case()
    before = kinds_of(f"case:{case_no}")

    assert refused(case_no, by) is reason

    assert kinds_of(f"case:{case_no}") == before


def test_both_the_principal_and_the_agent_are_shown() -> None:
    agent = Applicant(identity=an_identity(number="110103195612100006", name="王代办"), role=Role.AGENT)

    seen = look(a_case(agent, on_behalf_of=for_(Applicant(identity=an_organisation()).caller, agent.identity)))

    assert (seen.applicant, seen.agent) == (an_organisation(), agent.identity)


def test_while_the_key_cannot_be_used_nothing_is_shown_and_nothing_is_said_to_have_been_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_no = a_case()
    before = kinds_of(f"case:{case_no}")

    class Down:
        def decrypt(self, **_: object) -> None:
            raise EndpointConnectionError(endpoint_url="https://kms")

    monkeypatch.setattr("chalicelib.subjects.store.client", lambda _service: Down())

    assert refused(case_no, OFFICER) is ErrorCode.UNAVAILABLE
    assert kinds_of(f"case:{case_no}") == before


def test_what_was_sealed_about_one_subject_does_not_open_under_anothers_name() -> None:
    one = container().subjects.know(an_identity(), AN_OFFICE, NOON).key
    other = container().subjects.know(an_organisation(), AN_OFFICE, NOON).key
    sealed = SubjectStore().sealed(one)
    assert sealed is not None

    with pytest.raises(DomainError):
        Vault("alias/xinnuo-test-identity").open(sealed, about=other)
