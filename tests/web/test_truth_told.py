"""What an own case says of itself: what it asks for, whether the office is late, what was found, what comes next."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.container import container
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock
from tests.web.cases import drafted, hand_in
from tests.web.test_messages import tell
from tests.web.test_own_cases import of_office
from tests.web.visitor import Come, Seen, Visitor

pytestmark = pytest.mark.usefixtures("channels")

LATE = datetime(2026, 10, 13, 4, 0, tzinfo=UTC)
"""Three working days after 8 October: a Friday, a make-up Saturday, a Monday and a Tuesday lie between."""


@pytest.fixture
def applicant(visitor: Come) -> Visitor:
    return visitor("applicant")


@pytest.fixture
def case(case_no: str) -> str:
    """The page of a case on a promise that is being handled."""
    return f"/cases/{case_no}"


def words(seen: Seen) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]+>", " ", seen.text).split())


def be_late(case: str) -> None:
    """Let the days of a case pass, and its superiors be reminded."""
    turn_clock(LATE)
    container().clocks.sweep(at=LATE)
    for event in container().timeline.events(f"case:{case.rpartition('/')[2]}"):
        container().alerts.on_event(event, LATE)


def links(seen: Seen) -> list[str]:
    return [(link["href"] or "").rpartition("/")[2] for link in seen.page.named("a")]


@pytest.mark.requirement("R4.18")
def test_an_office_that_is_late_and_silent_is_said_to_be_so_with_who_was_told(applicant: Visitor, case: str) -> None:
    in_time = words(applicant.open(case))
    be_late(case)

    seen, english = words(applicant.open(case)), words(applicant.open(f"{case}?lang=en"))

    assert "晚了" not in in_time
    assert "办结：已经晚了4个工作日 最后一天是10月8日(周四)。 到现在还没有完成。" in seen
    assert "办理单位还没有说明原因。 已在10月13日(周二)12:00提醒它的督办人员。" in seen
    assert "The decision: 4 working days late The last day was Thu 8 Oct. It is still not done." in english
    assert "The office has not said why yet. Its supervisor was told on Tue 13 Oct, 12:00." in english


@pytest.mark.requirement("R4.18")
def test_what_the_office_says_of_it_stands_there_with_the_new_day_and_whether_that_is_over_too(
    applicant: Visitor, case: str, client: Client, token: TokenOf
) -> None:
    be_late(case)
    superior = token("supervisor.traffic")
    listed = client.get("/v1/supervision/alerts", token=superior).body["items"]
    (alert,) = [one for one in listed if one["clock_kind"] == "handling_promised"]
    answer = {"reason": "系统升级，材料积压。", "expected_on": "2026-10-16"}
    place = f"/v1/supervision/alerts/{alert['id']}/acknowledgement"
    assert client.post(place, answer, token=superior).status == 200

    answered = words(applicant.open(case))
    turn_clock(LATE + timedelta(days=4))
    over = words(applicant.open(case))

    assert "办理单位说明： 系统升级，材料积压。 新的日期：最晚10月16日(周五)。" in answered
    assert "还没有说明原因" not in answered
    assert "办理单位说的新日期10月16日(周五)也已经过了。" in over


def test_what_was_done_late_is_said_to_be_late_and_not_only_done(
    applicant: Visitor, case: str, client: Client, token: TokenOf
) -> None:
    be_late(case)
    decision = {"outcome": "granted", "document_no": "1号", "late_reason": "经办人生病。"}
    of_office(client, token, case, "decision", decision, "officer.traffic")

    seen = words(applicant.open(case))

    assert "办结：晚了4个工作日才完成 最后一天是10月8日(周四)。 实际完成时间：10月13日(周二)12:00。" in seen
    assert "办理单位说明： 经办人生病。" in seen
    assert "10月13日(周二)12:00完成，晚了" in seen


def test_less_than_a_working_day_is_late_all_the_same(applicant: Visitor, case: str) -> None:
    turn_clock(datetime(2026, 10, 8, 16, 0, tzinfo=UTC) - timedelta(seconds=1))
    last_second = words(applicant.open(case))
    turn_clock(datetime(2026, 10, 8, 16, 0, tzinfo=UTC))

    assert "晚了" not in last_second
    assert "已经晚了1个工作日" in words(applicant.open(case))


def test_what_an_office_reminds_itself_of_stands_apart_from_what_happened(applicant: Visitor, case: str) -> None:
    be_late(case)

    seen = applicant.open(case).text

    inside = seen.index("办理单位内部的提醒和督办")
    assert seen.index("督办提醒</") > inside or "督办提醒" not in seen[:inside]
    assert seen.index("超期 · 办结") < inside


def test_a_case_closed_over_a_promise_found_untrue_says_what_was_found_what_follows_and_the_ways_out(
    applicant: Visitor, case: str, client: Client, token: TokenOf
) -> None:
    of_office(client, token, case, "decision", {"outcome": "granted", "document_no": "1号"}, "officer.traffic")
    of_office(client, token, case, "delivery", {}, "officer.traffic")
    well = applicant.open(case)
    found = {"result": "untrue", "method": "online", "findings": "旧车牌仍在使用。"}
    of_office(client, token, case, "verification", found, "officer.traffic")

    seen, listed = applicant.open(case), applicant.open("/cases")

    assert "govuk-tag--green" in well.text
    for page in (seen, listed):
        assert "govuk-tag--green" not in page.text
        assert "承诺查明不实" in page.text
    assert "旧车牌仍在使用。" in seen.text
    assert "先听您说，听完以前不会作出对您不利的决定" in seen.text
    assert "请您说明情况" in seen.text
    assert "最晚10月12日(周一)，当天也算" in words(seen)
    assert "statement" in links(seen)


def test_a_correction_says_what_item_by_item_and_by_when_with_the_button_until_it_is_answered(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    turn_clock(NOON)
    browser = visitor("applicant")
    place = hand_in(browser, drafted(browser)).path.removesuffix("/receipt")
    demand = {"missing": ["old-plate"], "basis": "第4条"}
    of_office(client, token, place, "corrections", demand, "officer.traffic")

    seen = browser.open(place)
    form = browser.open(f"{place}/corrections")
    done = browser.send(form, "corrections", {"text": "照片下周补。"})

    for page in (seen, form):
        assert "旧车牌（坏了的交旧车牌" in words(page)
        assert re.search(r"最晚\d+月\d+日\(周.\)，当天也算", words(page))
    assert "corrections" in links(seen)
    assert "corrections" not in links(done)
    assert "现在还不能办，或者已经办过了。" in browser.open(f"{place}/corrections").text


def test_own_cases_begin_with_what_needs_one_then_what_waits_for_the_office_then_what_is_over(
    applicant: Visitor, case: str, client: Client, token: TokenOf
) -> None:
    case_no = case.rpartition("/")[2]
    asked = hand_in(applicant, drafted(applicant)).path.removesuffix("/receipt")
    of_office(client, token, asked, "corrections", {"missing": ["old-plate"], "basis": "第4条"}, "officer.traffic")
    refused = hand_in(applicant, drafted(applicant)).path.removesuffix("/receipt")
    of_office(client, token, refused, "acceptance", {"accepted": False, "reason": "不归本单位办。"}, "officer.traffic")
    for one in (case_no, asked.rpartition("/")[2], refused.rpartition("/")[2]):
        tell(one)

    seen = applicant.open("/cases")

    headings = [seen.text.index(f">{one}</h2>") for one in ("等您办理", "等办理单位办理", "已经办完的")]
    places = [seen.text.index(one.rpartition("/")[2] + "</p>") for one in (asked, case_no, refused)]
    assert sorted([*headings, *places]) == [place for pair in zip(headings, places, strict=True) for place in pair]
    assert "请补正材料 · 最晚" in words(seen)
    assert "不用您做什么，办理单位最晚10月8日(周四)办好" in words(seen)


def test_a_day_that_the_office_has_missed_is_not_told_as_one_to_come(applicant: Visitor, case: str) -> None:
    tell(case.rpartition("/")[2])
    turn_clock(LATE)

    assert "办理单位应当在10月8日(周四)以内办好，现在已经超期" in words(applicant.open("/cases"))


def test_paper_says_years_and_the_office_and_the_short_address(applicant: Visitor, case: str) -> None:
    chinese, english = (words(applicant.open(f"{case}/receipt{lang}")) for lang in ("", "?lang=en"))

    assert "2026年9月28日(周一)12:00" in chinese
    assert "2026年10月8日(周四)" in chinese
    for part in ("公安局交通管理局", "0579-00000101", "A05号窗口", "9:00–12:00"):
        assert part in chinese
    assert "localhost:8000/api/track，输入办件编号和查询码" in chinese
    assert "Mon 28 Sep 2026, 12:00" in english
    assert "Traffic Administration, Public Security Bureau" in english
    assert "Service Replacement of a lost or damaged number plate" in english


def test_only_who_may_rate_is_offered_it(visitor: Come, client: Client, token: TokenOf) -> None:
    browser = visitor("applicant")
    place = hand_in(browser, drafted(browser)).path.removesuffix("/receipt")
    before = links(browser.open(place))
    of_office(client, token, place, "acceptance", {"accepted": False, "reason": "不归本单位办。"}, "officer.traffic")

    assert "rating" not in before
    assert "rating" in links(browser.open(place))


def test_whoever_follows_without_a_login_reads_that_it_is_late_and_not_a_day_to_come(
    visitor: Come, case: str, client: Client, token: TokenOf
) -> None:
    case_no = case.rpartition("/")[2]
    code = client.get(f"/v1/cases/{case_no}", token=token("applicant")).body["tracking_code"]
    place = f"/track?case_no={case_no}&code={code}"
    in_time = words(visitor().open(place))
    be_late(case)
    late = words(visitor().open(place))
    decision = {"outcome": "granted", "document_no": "1号", "late_reason": "经办人生病。"}
    of_office(client, token, case, "decision", decision, "officer.traffic")
    done = words(visitor().open(place))

    assert "超期" not in in_time
    assert "办结： 办理单位应当在10月8日(周四)以内办好，现在已经超期" in late
    assert "办结： 10月13日(周二)12:00完成，晚了" in done


@pytest.mark.parametrize("place", ["/items/plate-replacement", "{case}", "{case}/withdrawal"])
def test_who_helps_by_telephone_and_where_stands_on_what_people_read(applicant: Visitor, case: str, place: str) -> None:
    chinese, english = (applicant.open(f"{place.format(case=case)}{lang}") for lang in ("", "?lang=en"))

    assert "公安局交通管理局 电话 0579-00000101 窗口 政务服务中心一楼A05号窗口" in words(chinese)
    assert {"class": "govuk-link", "href": "tel:0579-00000101"} in chinese.page.named("a")
    assert "Monday to Friday, 9am to noon" in words(english)
