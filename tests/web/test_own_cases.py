"""What an applicant sees and does about a case after it was filed, by pages and forms alone."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.container import container
from chalicelib.rulepacks.model.pack import Choice
from chalicelib.rulepacks.store import load_rule_packs
from tests.api.bodies import PAUSE, RECORD, subject_of
from tests.cloud import Client, TokenOf, said_by
from tests.device import Device
from tests.web.cases import drafted, enrol, hand_in, promise
from tests.web.visitor import Come, Seen, Visitor


@pytest.fixture
def applicant(visitor: Come) -> Visitor:
    return visitor("applicant")


@pytest.fixture
def receipt(applicant: Visitor, case: str) -> Seen:
    """The receipt of a promise."""
    return applicant.open(f"{case}/receipt")


@pytest.fixture
def case(case_no: str) -> str:
    """The page of a case that is being handled."""
    return f"/cases/{case_no}"


def of_office(client: Client, token: TokenOf, case: str, act: str, body: Mapping[str, object], by: str) -> None:
    version = client.get(f"/v1{case}{said_by(by)}", token=token(by)).headers["etag"]
    done = client.post(f"/v1{case}/{act}", body, token=token(by), if_match=version)
    assert done.status in {200, 201}, done.text


def test_a_receipt_has_the_number_the_code_and_a_picture_of_the_way_to_the_progress(
    applicant: Visitor, receipt: Seen, client: Client, token: TokenOf
) -> None:
    case_no = receipt.path.split("/")[2]
    shown = client.get(f"/v1/cases/{case_no}", token=token("applicant")).body

    assert f"办件编号 {case_no}" in receipt.text
    assert shown["tracking_code"] in receipt.text
    assert "旧车牌确实丢了" in receipt.text
    (picture,) = [one for one in receipt.page.named("path") if one.get("stroke")]
    assert (picture["d"] or "").startswith("M0 0.5h7")
    assert applicant.open(f"/track?case_no={case_no}&code={shown['tracking_code']}").status == 200


@pytest.mark.requirement("R8.6")
def test_the_case_says_how_far_it_is_by_when_and_why_that_day(applicant: Visitor, case: str) -> None:
    seen = applicant.open(case)
    (why,) = [link["href"] or "" for link in seen.page.named("a") if "/clocks/" in (link["href"] or "")]
    told = applicant.open(f"/{why.removeprefix('../')}")

    assert [
        stage.get("aria-current") for stage in seen.page.named("li") if "xn-way__stage" in (stage.get("class") or "")
    ] == [
        None,
        None,
        "step",
        None,
    ]
    assert "以下记录完整，没有被改动" in seen.text
    assert "起算当天不算" in told.text
    assert told.status == 200


def test_whoever_has_number_and_code_follows_without_a_login_and_sees_nobody(
    visitor: Come, applicant: Visitor, receipt: Seen, client: Client, token: TokenOf
) -> None:
    case_no = receipt.path.split("/")[2]
    code = client.get(f"/v1/cases/{case_no}", token=token("applicant")).body["tracking_code"]
    stranger = visitor()

    seen = stranger.open(f"/track?case_no={case_no}&code={code}")

    assert seen.status == 200
    assert "办理中" in seen.text
    assert "李" not in seen.text
    assert applicant.cookies != stranger.cookies


@pytest.mark.parametrize(
    "asked", ["case_no=X&code=Y", "case_no=&code=Y", "case_no={case_no}&code=wrong", "case_no=%3Cb%3E"]
)
def test_a_wrong_number_or_code_finds_nothing_and_both_stay(visitor: Come, receipt: Seen, asked: str) -> None:
    seen = visitor().open(f"/track?{asked.format(case_no=receipt.path.split('/')[2])}")

    assert seen.status == 404
    assert {"href": "#case_no"} in seen.page.named("a")
    assert seen.page.named("b") == []


def test_a_promise_is_withdrawn_with_a_reason_and_the_documents_are_handed_in(applicant: Visitor, case: str) -> None:
    asked = applicant.open(f"{case}/withdrawal")
    blank = applicant.send(asked, "withdrawal", {"reason": "  "})
    done = applicant.send(asked, "withdrawal", {"reason": "旧车牌找到了。"})
    again = applicant.send(asked, "withdrawal", {"reason": "旧车牌找到了。"})
    handed = hand_in(applicant, applicant.open(f"{case}/materials"))

    assert blank.status == 400
    assert {"href": "#reason"} in blank.page.named("a")
    assert "承诺已撤回" in done.text
    assert "交材料" in done.text
    assert again.status == 200
    assert "材料已收到" in handed.text


def test_documents_that_are_missing_are_named_each_at_its_field(applicant: Visitor, case: str) -> None:
    applicant.send(applicant.open(f"{case}/withdrawal"), "withdrawal", {"reason": "找到了。"})

    seen = applicant.send(applicant.open(f"{case}/materials"), "materials")

    assert seen.status == 400
    assert {"href": "#document-old-plate"} in seen.page.named("a")


def test_a_complaint_needs_a_kind_and_a_text_and_is_taken(applicant: Visitor, case: str) -> None:
    form = applicant.open(f"{case}/complaint")

    nothing = applicant.send(form, "complaint", {"text": "太慢了"})
    silent = applicant.send(form, "complaint", {"category": "complaint", "text": ""})
    done = applicant.send(form, "complaint", {"category": "complaint", "text": "太慢了"})

    assert nothing.status == 400
    assert nothing.form("complaint").fields["text"] == ["太慢了"]
    assert silent.status == 400
    assert {"href": "#text"} in silent.page.named("a")
    assert "会按期限答复您" in done.text


def test_a_closed_case_is_rated_once(applicant: Visitor, case: str, client: Client, token: TokenOf) -> None:
    of_office(client, token, case, "decision", {"outcome": "granted", "document_no": "1号"}, "officer.traffic")
    of_office(client, token, case, "delivery", {}, "officer.traffic")
    form, in_another_window = applicant.open(f"{case}/rating"), applicant.open(f"{case}/rating")

    nothing = applicant.send(form, "rating", {"comment": "很快"})
    done = applicant.send(form, "rating", {"level": "5", "comment": "很快"})
    again = applicant.send(in_another_window, "rating", {"level": "1"})

    assert nothing.status == 400
    assert {"href": "#level"} in nothing.page.named("a")
    assert "谢谢您的评价" in done.text
    assert "<strong>非常满意</strong> · 很快" in done.text
    assert not any((link["href"] or "").endswith("/rating") for link in done.page.named("a"))
    assert "现在还不能办，或者已经办过了。" in applicant.open(f"{case}/rating").text
    assert again.status == 409


@pytest.mark.requirement("R8.6")
def test_a_decision_against_somebody_waits_for_their_side(
    applicant: Visitor, case: str, client: Client, token: TokenOf
) -> None:
    of_office(client, token, case, "decision", {"outcome": "granted", "document_no": "1号"}, "officer.traffic")
    of_office(client, token, case, "delivery", {}, "officer.traffic")
    found = {"result": "untrue", "method": "online", "findings": "旧车牌仍在使用。"}
    of_office(client, token, case, "verification", found, "officer.traffic")
    seen = applicant.open(case)

    form = applicant.open(f"{case}/statement")
    blank = applicant.send(form, "statement", {"text": ""})
    done = applicant.send(form, "statement", {"text": "车牌被人拾走冒用。"})

    assert any("statement" in (link["href"] or "") for link in seen.page.named("a"))
    assert "旧车牌仍在使用" in form.text
    assert blank.status == 400
    assert "您的说明已收到" in done.text


def test_somebody_else_s_case_is_not_there(visitor: Come, case: str) -> None:
    other = visitor("applicant2")

    for part in ("", "/receipt", "/withdrawal", "/clocks/handling_promised"):
        assert other.open(f"{case}{part}").status == 404


def test_withdrawing_is_offered_as_long_as_it_would_be_taken(
    applicant: Visitor, case: str, client: Client, token: TokenOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = tuple(replace(pack, withdraw_until=Choice(value="decided", basis="第1条")) for pack in load_rule_packs())
    decision = {"outcome": "granted", "document_no": "1号"}
    offered = f"{case}/withdrawal".rpartition("/cases/")[2]
    before = applicant.open(case).text
    of_office(client, token, case, "decision", decision, "officer.traffic")
    decided = applicant.open(case).text
    monkeypatch.setitem(vars(container()), "packs", strict)
    where_it_ends_then = applicant.open(case).text
    form = applicant.open(f"{case}/withdrawal")

    assert offered in before
    assert offered in decided
    assert offered not in where_it_ends_then
    assert "现在不能撤回" in form.text
    assert len(form.page.forms) == 1


def test_withdrawing_is_not_offered_once_the_promise_was_found_broken(
    applicant: Visitor, case: str, client: Client, token: TokenOf
) -> None:
    found = {"result": "untrue", "method": "online", "findings": "旧车牌仍在使用。"}
    of_office(client, token, case, "decision", {"outcome": "granted", "document_no": "1号"}, "officer.traffic")
    of_office(client, token, case, "verification", found, "officer.traffic")

    assert f"{case}/withdrawal" not in applicant.open(case).text
    assert "现在不能撤回" in applicant.open(f"{case}/withdrawal").text


def test_a_pause_is_told_with_its_notice_on_the_case_s_page(
    applicant: Visitor, case: str, client: Client, token: TokenOf
) -> None:
    of_office(client, token, case, "pauses", PAUSE, "officer.traffic")

    seen = applicant.open(case)

    assert seen.status == 200
    assert str(PAUSE["notice_text"]) in seen.text
    assert "原因： 听证" in seen.text
    assert str(PAUSE["ground"]) not in seen.text.partition("<main")[2]


def test_somebody_whose_promise_is_closed_is_told_why_and_of_the_other_way(
    applicant: Visitor, client: Client, token: TokenOf
) -> None:
    device = Device()
    enrol(applicant, device)
    draft = promise(applicant)
    body = {**RECORD, "subject": subject_of("applicant"), "severity": "serious"}
    sent = client.put("/v1/credit/records/market/r-7", body, token=token("system.market"))
    assert sent.status == 200, sent.text

    seen = applicant.open(draft.path)

    assert seen.status == 200
    assert "改为交材料" in seen.text


@pytest.mark.parametrize("act", ["corrections", "materials", "statement", "rating"])
def test_an_act_that_is_not_open_says_so_and_has_no_button(applicant: Visitor, case: str, act: str) -> None:
    seen = applicant.open(f"{case}/{act}")

    assert seen.status == 200
    assert "现在还不能办，或者已经办过了。" in seen.text
    assert [form.action for form in seen.page.forms] == ["../../logout"]


def test_whoever_was_not_accepted_may_rate_that_too(visitor: Come, client: Client, token: TokenOf) -> None:
    browser = visitor("applicant")
    filed = hand_in(browser, drafted(browser))
    place = filed.path.removesuffix("/receipt")
    of_office(client, token, place, "acceptance", {"accepted": False, "reason": "不归本单位办。"}, "officer.traffic")

    offered = [link["href"] or "" for link in browser.open(place).page.named("a")]
    rated = browser.send(browser.open(f"{place}/rating"), "rating", {"level": "1"})

    assert any(href.endswith("/rating") for href in offered)
    assert rated.path == f"{place}?done=rated"
