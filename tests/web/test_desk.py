"""Officers handle cases by pages and forms alone, from the worklist to the closed case and what follows."""

from datetime import UTC, datetime

import pytest

from chalicelib.cases.rules.handling import STEPS
from chalicelib.web.officers.case_actions import ACTIONS
from chalicelib.web.officers.cases import OFFERS
from tests.cloud import turn_clock
from tests.files import A_PDF
from tests.web.cases import drafted, hand_in, with_documents
from tests.web.visitor import Come, Seen, Visitor
from tests.wire import Wire, watched

PAUSE: dict[str, str | list[str]] = {
    "ground": "expert_review",
    "expected_days": "5",
    "notice_text": "需要专家评审。",
}


@pytest.fixture
def brought(visitor: Come) -> str:
    """The desk's page of a case by certificate, which an officer accepts."""
    browser = visitor("applicant")
    receipt = hand_in(browser, drafted(browser))
    return "/desk/" + receipt.path.split("/")[2]


def acts(seen: Seen) -> list[str]:
    """The acts that a case's page offers."""
    hrefs = [link["href"] or "" for link in seen.page.named("a")]
    return [href.partition("/acts/")[2] for href in hrefs if "/acts/" in href]


def do(browser: Visitor, case: str, act: str, fields: dict[str, str | list[str]] | None = None) -> Seen:
    return browser.send(browser.open(f"{case}/acts/{act}"), act, fields)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_officer_handles_a_case_from_the_list_to_its_end(officer: Visitor, promised: str, language: str) -> None:
    officer.language = language
    listed = officer.open("/worklist?light=green")
    opened = officer.open(promised)
    decided = do(officer, promised, "decision", {"outcome": "granted", "document_no": "公交牌〔2026〕1号"})
    delivered = do(officer, promised, "delivery", {"method": "邮寄"})
    verified = do(
        officer, promised, "verification", {"result": "true", "method": "online", "findings": "系统无异常记录。"}
    )

    assert f".{promised}" in [link["href"] for link in listed.page.named("a")]
    assert acts(opened) == ["decision", "step_completion", "pause", "suspension", "verification", "assignment"]
    assert acts(decided) == ["delivery", "verification", "assignment"]
    assert acts(delivered) == ["verification", "assignment"]
    assert acts(verified) == ["assignment"]
    assert {"zh-CN": "承诺属实", "en": "The promise is true"}[language] in verified.text


def test_a_pause_without_notice_cannot_be_saved(officer: Visitor, promised: str) -> None:
    form = officer.open(f"{promised}/acts/pause")
    ground = next(one["value"] or "" for one in form.page.named("input") if one.get("name") == "ground")

    silent = officer.send(form, "pause", {"ground": ground, "expected_days": "5", "notice_text": " "})
    paused = officer.send(form, "pause", {"ground": ground, "expected_days": "5", "notice_text": "送专家评审。"})
    ended = do(officer, promised, "pause_end")

    assert silent.status == 422
    assert silent.page.words["title"][0].startswith("错误：")
    assert silent.form("pause").fields["expected_days"] == ["5"]
    assert "送专家评审" in paused.text
    assert acts(paused) == ["pause_end", "verification", "assignment"]
    assert "pause" in acts(ended)


def test_what_is_missing_is_ticked_once_and_the_applicant_answers(
    officer: Visitor, visitor: Come, brought: str
) -> None:
    nothing = do(officer, brought, "corrections", {"basis": "《机动车登记规定》第24条"})
    told = do(officer, brought, "corrections", {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"})
    applicant = visitor("applicant")
    form = applicant.open(brought.replace("/desk/", "/cases/") + "/corrections")
    silent = applicant.send(form, "corrections")
    answered = applicant.send(with_documents(applicant, form, A_PDF), "corrections")

    assert nothing.status == 400
    assert {"href": "#missing"} in nothing.page.named("a")
    assert "第1次补正告知" in told.text
    assert "旧车牌" in form.text
    assert silent.status == 400
    assert {"href": "#text"} in silent.page.named("a")
    assert "补正已收到" in answered.text
    assert "acceptance" in acts(officer.open(brought))


def test_not_accepting_needs_a_choice_and_a_reason(officer: Visitor, brought: str) -> None:
    nothing = do(officer, brought, "acceptance")
    silent = do(officer, brought, "acceptance", {"accepted": "no"})
    turned = do(officer, brought, "acceptance", {"accepted": "no", "reason": "不属于本单位管辖。"})

    assert nothing.status == 400
    assert {"href": "#accepted"} in nothing.page.named("a")
    assert silent.status in {400, 422}
    assert "不予受理" in turned.text


def test_a_form_drawn_before_somebody_else_acted_has_no_effect_and_says_so(
    officer: Visitor, visitor: Come, promised: str
) -> None:
    old = officer.open(f"{promised}/acts/decision")
    do(visitor("supervisor.traffic"), promised, "assignment", {"officer": "officer.traffic"})

    seen = officer.send(old, "decision", {"outcome": "granted", "document_no": "1号"})

    again = officer.send(seen, "decision")

    assert seen.status == 412
    assert "经过" in seen.page.words["h2"]
    assert "指定经办人" in seen.text
    assert seen.form("decision").fields["document_no"] == ["1号"]
    assert again.path == f"{promised}?done=decision"


def test_a_double_click_decides_once(officer: Visitor, promised: str) -> None:
    form = officer.open(f"{promised}/acts/decision")

    first = officer.send(form, "decision", {"outcome": "granted", "document_no": "1号"})
    second = officer.send(form, "decision", {"outcome": "granted", "document_no": "1号"})

    assert first.path == second.path
    assert second.text.count("决定") == first.text.count("决定")


def test_only_the_head_is_offered_an_extension(officer: Visitor, visitor: Come, promised: str) -> None:
    head = visitor("head.traffic")

    refused = do(officer, promised, "extension", {"days": "5", "reason": "情况复杂"})
    words = do(head, promised, "extension", {"days": "five", "reason": "情况复杂"})
    granted = do(head, promised, "extension", {"days": "5", "reason": "情况复杂"})

    assert "extension" in acts(head.open(promised)) or granted.status == 200
    assert refused.status == 403
    assert words.status == 400
    assert {"href": "#days"} in words.page.named("a")
    assert granted.path.startswith(promised)


def test_an_untrue_promise_goes_on_to_an_order_and_its_outcome(officer: Visitor, visitor: Come, promised: str) -> None:
    do(officer, promised, "decision", {"outcome": "granted", "document_no": "1号"})
    do(officer, promised, "delivery")
    found = do(
        officer, promised, "verification", {"result": "untrue", "method": "online", "findings": "旧车牌仍在使用。"}
    )

    applicant, own = visitor("applicant"), promised.replace("/desk/", "/cases/")
    applicant.send(applicant.open(f"{own}/statement"), "statement", {"text": "愿意交回。"})
    ordered = do(officer, promised, "rectification", {"days": "10", "basis": "《办法》第5条"})
    ended = do(officer, promised, "rectification_outcome", {"outcome": "done", "findings": "已交回旧车牌。"})

    assert "旧车牌仍在使用" in found.text
    assert "rectification" in acts(found)
    assert "rectification_outcome" in acts(ordered)
    assert "rectification_outcome" not in acts(ended)


@pytest.mark.requirement("R1.16")
def test_what_could_not_be_verified_may_be_verified_again(officer: Visitor, promised: str) -> None:
    do(officer, promised, "decision", {"outcome": "granted", "document_no": "1号"})
    unknown = do(
        officer, promised, "verification", {"result": "unverifiable", "method": "online", "findings": "系统停机。"}
    )
    known = do(
        officer, promised, "verification", {"result": "true", "method": "online", "findings": "系统无异常记录。"}
    )

    assert "verification" in acts(unknown)
    assert "verification" not in acts(known)


def test_another_department_s_case_is_closed_to_its_officers(visitor: Come, promised: str) -> None:
    other = visitor("officer.market")

    assert other.open(promised).status == 403
    assert other.open(f"{promised}/acts/decision").status == 403


def test_an_act_that_there_is_not_and_a_case_that_there_is_not_are_not_found(officer: Visitor, promised: str) -> None:
    assert officer.open(f"{promised}/acts/nonsense").status == 404
    assert officer.open("/desk/none").status == 404


def test_the_reason_for_a_due_day_is_one_click_away(officer: Visitor, promised: str) -> None:
    seen = officer.open(f"{promised}/clocks/handling_promised")

    assert "起算当天不算" in seen.text
    assert f"..{'/..' * 2}{promised}" in [link["href"] for link in seen.page.named("a")]


def test_an_empty_list_says_so_and_keeps_its_filters(officer: Visitor) -> None:
    seen = officer.open("/worklist?light=red&officer=officer.traffic")

    assert seen.status == 200
    assert "没有要办的。" in seen.text
    chosen = [option["value"] for option in seen.page.named("option") if "selected" in option]
    lit = [one["name"] for one in seen.page.named("input") if one.get("type") == "checkbox" and "checked" in one]
    assert (lit, chosen) == (["red"], ["officer.traffic"])


@pytest.mark.parametrize("query", ["light=blue", "cursor=x", "state=nonsense"])
def test_a_filter_that_there_is_not_is_a_page_that_says_so(officer: Visitor, query: str) -> None:
    page = "desk" if query.startswith("state") else "worklist"

    assert officer.open(f"/{page}?{query}").status == 400


def test_every_action_is_offered_to_those_who_may_call_its_route() -> None:
    assert {action.name: action.route.roles for action in ACTIONS} == {
        name: frozenset(STEPS[offer.step].roles) for name, offer in OFFERS.items()
    }


@pytest.mark.requirement("R7.5", "R7.15")
def test_an_officer_is_asked_once_for_what_they_look_at_a_case_and_goes_on(visitor: Come, case_no: str) -> None:
    officer, applicant = visitor("officer.traffic"), visitor("applicant")
    officer.reads_for = ""
    wanted = f"/desk/{case_no}/acts/decision"

    asked = officer.open(wanted)
    missing = officer.send(asked, "purpose")
    not_theirs = officer.send(asked, "purpose", {"purpose": "supervision"})
    shown = officer.send(not_theirs, "purpose", {"purpose": "enquiry"})
    again = officer.open(f"/desk/{case_no}")
    told = applicant.open(f"/cases/{case_no}")

    assert asked.path.startswith(f"/desk/{case_no}/purpose?next=")
    assert "李" not in asked.text
    for refused in (missing, not_theirs):
        assert (refused.status, "请选择查阅目的" in refused.text) == (400, True)
    assert (shown.status, shown.path) == (200, wanted)
    assert (again.status, again.path) == (200, f"/desk/{case_no}")
    assert "谁看过这件事" in told.text
    assert "查阅：答复申请人的咨询" in told.text


@pytest.mark.requirement("R4.8", "R4.10")
def test_the_forms_of_a_pause_say_what_day_follows_before_it_begins_and_before_it_ends(
    officer: Visitor, promised: str
) -> None:
    turn_clock(datetime(2026, 10, 8, 1, 0, tzinfo=UTC))
    on_the_last_day = officer.open(f"{promised}/acts/pause")
    paused = officer.send(on_the_last_day, "pause", PAUSE)
    turn_clock(datetime(2026, 10, 13, 1, 0, tzinfo=UTC))
    ending = officer.open(f"{promised}/acts/pause_end")
    ended = officer.send(ending, "pause_end")

    assert "办结：今天（10月8日(周四)）就是最后一天" in on_the_last_day.text
    assert paused.status == 200
    assert "办结：现在恢复的，最后一天是10月14日(周三)" in ending.text
    assert "办结：最后一天是10月14日(周三)。" in ended.text
    assert "红灯" not in ended.text.partition("办理环节")[0]


def test_a_pause_that_comes_too_late_says_that_it_changes_nothing(officer: Visitor, promised: str) -> None:
    turn_clock(datetime(2026, 10, 9, 1, 0, tzinfo=UTC))
    late = officer.open(f"{promised}/acts/pause")
    officer.send(late, "pause", PAUSE)
    ending = officer.open(f"{promised}/acts/pause_end")
    ended = officer.send(ending, "pause_end")

    assert "办结：已于10月8日(周四)届满，已经超期。" in ended.text
    assert "办结：已于10月8日(周四)届满，暂停以后仍然是超期" in late.text
    assert "暂停以前已经超期" in ending.text


def test_a_page_of_a_case_reads_the_case_and_its_events_once(officer: Visitor, promised: str) -> None:
    officer.open(promised)

    with watched(Wire()) as wire:
        opened = officer.open(promised)

    assert opened.status == 200
    # The session; the case; its events; its clocks; its notes; its documents; the item; and what people were told.
    assert sorted(wire.operations) == ["BatchGetItem"] * 3 + ["GetItem"] * 2 + ["Query"] * 3
    tables = [name for call in wire.calls for name in call.parameters.get("RequestItems", ())]
    assert len([name for name in tables if name.endswith("-cases")]) == 1
