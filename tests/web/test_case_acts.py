"""The form of an act: texts to begin with, everything missing at once, and persons out of the list."""

import pytest

from chalicelib.http.language import Language
from chalicelib.web.core.i18n import text
from chalicelib.web.officers.case_actions import ACTIONS, WRITTEN
from chalicelib.web.officers.cases import OFFERS
from tests.web.cases import filed
from tests.web.visitor import Come, Visitor


def test_a_text_is_chosen_into_the_field_without_script(officer: Visitor, promised: str) -> None:
    form = officer.open(f"{promised}/acts/decision")
    (second,) = [link["href"] or "" for link in form.page.named("a") if "begin=2" in (link["href"] or "")]
    chosen = officer.open(f"{promised}/acts/decision?{second.partition('?')[2]}")
    other = officer.open(f"{promised}/acts/decision?begin=9")

    assert chosen.form("decision").fields["reasons"] == ["经审查，申请不符合下列法定条件："]
    for seen in (form, other):
        assert "reasons" not in seen.form("decision").fields


def test_what_was_typed_outlives_a_text_that_was_chosen(officer: Visitor, promised: str) -> None:
    chosen = officer.open(f"{promised}/acts/decision?begin=2")
    again = officer.send(chosen, "decision", {"outcome": "refused", "reasons": "另有原因。"})

    assert again.status == 400
    assert again.form("decision").fields["reasons"] == ["另有原因。"]


def test_texts_to_begin_with_are_of_acts_that_have_one_field_for_them() -> None:
    begun = {action.name for action in ACTIONS if any("_written" in each.start.__qualname__ for each in action.fields)}

    assert set(WRITTEN) == begun
    assert begun <= set(OFFERS)


def test_what_is_handed_in_stands_beside_what_may_be_missing_and_a_second_demand_is_warned_of(
    officer: Visitor, visitor: Come
) -> None:
    page = f"/desk/{filed(visitor('applicant'))}"
    form = officer.open(f"{page}/acts/corrections")
    officer.send(form, "corrections", {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"})
    again = officer.open(f"{page}/acts/corrections")

    assert "· 已交" in form.text
    assert "已经告知过一次" not in form.text
    assert "已经告知过一次" in again.text


@pytest.mark.parametrize("persona", ["officer.traffic", "supervisor.traffic"])
def test_a_person_who_is_not_in_the_list_is_refused_at_the_field(visitor: Come, promised: str, persona: str) -> None:
    official = visitor(persona)
    seen = official.send(official.open(f"{promised}/acts/assignment"), "assignment", {"officer": "somebody.else"})

    assert seen.status == 400
    assert {"href": "#officer"} in seen.page.named("a")


def test_after_an_act_one_reads_what_came_of_it(visitor: Come, officer: Visitor, promised: str) -> None:
    refused, person = f"/desk/{filed(visitor('applicant'))}", {"accepted": "no", "reason": "不属于本机关职权范围。"}
    supervisor = visitor("supervisor.traffic")

    def done(browser: Visitor, page: str, act: str, **fields: str) -> str:
        return browser.send(browser.open(f"{page}/acts/{act}"), act, fields).text

    assert "已记录不予受理和理由，申请人可以查看。" in done(officer, refused, "acceptance", **person)
    given = done(supervisor, promised, "assignment", officer="officer.traffic")
    assert "已指定经办人，没有办完的时限一并交给了这位经办人。" in given
    decided = done(officer, promised, "decision", outcome="granted", document_no="义公交〔2026〕7号")
    assert "决定已记录，办理时限已停止。下一步是送达。" in decided
    assert "承诺还没有核查完，核查的时限照算。" in done(officer, promised, "delivery")
    found = {"result": "true", "method": "onsite", "findings": "现场查看，与承诺一致。"}
    assert "核查结果已记录，并已生效。" in done(officer, promised, "verification", **found)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_act_has_a_sentence_for_what_came_of_it(language: Language) -> None:
    said = {act: text(f"desk_done_{act}", language) for act in OFFERS}

    assert len(set(said.values())) == len(OFFERS)
