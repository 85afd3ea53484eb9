"""An officer sees who the applicant is by saying what for and why, and the applicant reads that."""

import pytest

from tests.web.visitor import Come, Visitor

WHY = "现场核查须核对证件。"


def test_an_officer_sees_the_identity_once_and_the_applicant_reads_who_looked_and_why(
    officer: Visitor, visitor: Come, promised: str
) -> None:
    before = officer.open(promised)
    form = officer.open(f"{promised}/identity")

    seen = officer.send(form, "identity", {"purpose": "verification", "reason": WHY})

    own = visitor("applicant").open(promised.replace("/desk/", "/cases/"))
    assert "330725196806" not in before.text + form.text + own.text
    assert seen.status == 200
    assert "330725196806" in seen.text
    assert "330725196806" not in officer.open(f"{promised}/identity").text
    assert "查看完整身份信息" in own.text
    assert WHY in own.text


@pytest.mark.requirement("R7.5", "R7.6")
def test_without_a_purpose_and_a_reason_nothing_is_shown_and_what_was_typed_stays(
    officer: Visitor, promised: str
) -> None:
    form = officer.open(f"{promised}/identity")

    silent = officer.send(form, "identity", {"purpose": "verification", "reason": " "})
    aimless = officer.send(form, "identity", {"reason": WHY})

    assert (silent.status, aimless.status) == (400, 400)
    assert {"href": "#reason"} in silent.page.named("a")
    assert {"href": "#purpose"} in aimless.page.named("a")
    assert WHY in aimless.text
    assert "330725196806" not in silent.text + aimless.text


def test_a_supervisor_is_not_offered_it(visitor: Come, promised: str) -> None:
    seen = visitor("supervisor.traffic").open(promised)

    assert "/identity" not in " ".join(link["href"] or "" for link in seen.page.named("a"))
