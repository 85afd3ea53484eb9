"""What people read of what they were told: what waits for them first, the number in the navigation, both languages."""

import pytest

from chalicelib.container import container
from tests.cloud import Client, TokenOf
from tests.web.test_own_cases import of_office
from tests.web.visitor import Come, Visitor

pytestmark = pytest.mark.usefixtures("channels")


@pytest.fixture
def applicant(visitor: Come) -> Visitor:
    return visitor("applicant")


@pytest.fixture
def case(case_no: str) -> str:
    """The page of a case that is being handled."""
    return f"/cases/{case_no}"


def tell(case_no: str) -> None:
    """Let the relay pass on what the case's timeline holds."""
    for event in container().timeline.events(f"case:{case_no}"):
        container().messages.on_event(event, container().clock.now())


def test_what_waits_comes_first_and_the_navigation_counts_what_is_unread(
    applicant: Visitor, case: str, case_no: str, client: Client, token: TokenOf
) -> None:
    of_office(client, token, case, "decision", {"outcome": "granted", "document_no": "1号"}, "officer.traffic")
    of_office(client, token, case, "delivery", {}, "officer.traffic")
    found = {"result": "untrue", "method": "online", "findings": "现场核查：该住所不存在。"}
    of_office(client, token, case, "verification", found, "officer.traffic")
    tell(case_no)

    seen = applicant.open("/messages")

    assert '消息 <span class="moj-badge">6条未读</span>' in seen.text
    assert seen.text.index("等您办理") < seen.text.index("请陈述申辩：") < seen.text.index("全部消息")
    assert "最晚10月12日(周一)" in seen.text


def test_opening_a_message_goes_on_to_its_matter_and_counts_it_no_longer(applicant: Visitor, case_no: str) -> None:
    tell(case_no)
    before = applicant.open("/messages")

    onward = applicant.send(before, f"/messages/{told_first(case_no)}")

    assert onward.path == f"/cases/{case_no}"
    assert '消息 <span class="moj-badge">1条未读</span>' in applicant.open("/messages").text


def test_the_list_of_own_cases_says_who_is_waited_for_and_until_when(applicant: Visitor, case_no: str) -> None:
    tell(case_no)

    seen = applicant.open("/cases")

    assert "不用您做什么，办理单位最晚10月8日(周四)办好" in seen.text


def test_messages_are_said_in_english_too(applicant: Visitor, case_no: str) -> None:
    tell(case_no)

    seen = applicant.open("/messages?lang=en")

    assert 'Messages <span class="moj-badge">2 unread</span>' in seen.text
    assert "Your application is accepted" in seen.text


@pytest.mark.requirement("R1.18")
def test_the_pages_say_from_when_and_until_when_somebody_can_be_heard(
    applicant: Visitor, visitor: Come, case: str, case_no: str, client: Client, token: TokenOf
) -> None:
    of_office(client, token, case, "decision", {"outcome": "granted", "document_no": "1号"}, "officer.traffic")
    found = {"result": "untrue", "method": "online", "findings": "现场核查：该住所不存在。"}
    of_office(client, token, case, "verification", found, "officer.traffic")
    officer = visitor("officer.traffic")
    before = applicant.open(f"{case}/statement")
    desk = officer.open(f"/desk/{case_no}")
    assert "最晚10月12日(周一)提交，当天也算。" in before.text
    assert "期限自您收到告知之日起计算" in before.text
    assert "最晚10月8日(周四)23:59视为送达" in desk.text

    form = officer.open(f"/desk/{case_no}/acts/notice_receipt")
    signed = {"notice": "hearing", "proof": "signed_at_counter", "received_at": "2026-09-28T12:00"}
    done = officer.send(form, "/acts/notice_receipt", signed)

    assert "告知已于9月28日(周一)12:00送达" in done.text
    after = applicant.open(f"{case}/statement")
    assert "最晚10月8日(周四)提交，当天也算。" in after.text
    assert "期限自您收到告知之日起计算" not in after.text


def test_somebody_who_was_told_nothing_reads_that(applicant: Visitor) -> None:
    assert "现在没有消息。" in applicant.open("/messages").text


def told_first(case_no: str) -> str:
    case = container().cases.load(case_no)
    return container().message_store.page(case.subject, limit=1, after=None).items[0].message_id
