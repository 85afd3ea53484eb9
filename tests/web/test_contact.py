"""How one is reached, on the portal: given, confirmed by a code, agreed to, withdrawn, taken away."""

from typing import Any

import pytest

from chalicelib.container import container
from chalicelib.messages.model.channels import Handed, Letter, Result
from chalicelib.messages.model.messages import Channel
from tests.channels import Channels
from tests.web.visitor import Come, Visitor

pytestmark = pytest.mark.usefixtures("channels")


@pytest.fixture
def applicant(visitor: Come) -> Visitor:
    return visitor("applicant")


def code_sent(channels: Channels) -> str:
    """Let the queue bring the code, and read it on the phone."""
    letters: list[Letter] = []

    class Phone:
        def hand_over(self, letter: Letter, **_: Any) -> Handed:  # noqa: ANN401 - whatever it is called with
            letters.append(letter)
            return Handed(result=Result.SENT)

    container().__dict__["carriers"] = {Channel.SMS: Phone()}
    order = channels.deliveries.of("code_id")[-1]
    container().contacts.send_code(
        order["subject"], Channel.SMS, order["code_id"], attempt=0, at=container().clock.now()
    )
    del container().__dict__["carriers"]
    return letters[0].words.text.removeprefix("您的验证码是")[:6]


def test_a_number_is_given_and_confirmed(applicant: Visitor, channels: Channels) -> None:
    form = applicant.open("/contact/sms")
    asked = applicant.send(form, "/contact/sms", {"value": "138 0013 8000"})
    code = code_sent(channels)
    done = applicant.send(asked, "/contact/sms/code", {"code": f"{code[:3]} {code[3:]}"})

    assert asked.path == "/contact/sms/code"
    assert "验证码已发往 138****8000" in asked.text
    assert done.path == "/contact?done=confirmed"
    assert "138****8000" in done.text
    assert "您同意用这种方式接收办事进展。" in done.text
    assert "13800138000" not in done.text


def test_another_code_and_what_is_no_number_are_said_at_their_fields(applicant: Visitor, channels: Channels) -> None:
    form = applicant.open("/contact/sms")
    no_number = applicant.send(form, "/contact/sms", {"value": "12345"})
    asked = applicant.send(form, "/contact/sms", {"value": "13800138000"})
    code = code_sent(channels)
    wrong = applicant.send(asked, "/contact/sms/code", {"code": str((int(code) + 1) % 10**6).zfill(6)})
    short = applicant.send(asked, "/contact/sms/code", {"code": "12"})

    assert (no_number.status, wrong.status, short.status) == (400, 422, 400)
    assert "不是能接收短信的手机号码" in no_number.text
    assert "请输入收到的六位验证码" in wrong.text


def test_consent_is_withdrawn_and_given_and_the_number_taken_away(applicant: Visitor, channels: Channels) -> None:
    asked = applicant.send(applicant.open("/contact/sms"), "/contact/sms", {"value": "13800138000"})
    page = applicant.send(asked, "/contact/sms/code", {"code": code_sent(channels)})

    withdrawn = applicant.send(page, "/contact/sms/consent", {"consent": "no"})
    agreed = applicant.send(withdrawn, "/contact/sms/consent", {"consent": "yes"})
    removed = applicant.send(agreed, "/contact/sms/removal")

    assert "您没有同意用这种方式接收办事进展。" in withdrawn.text
    assert "您同意用这种方式接收办事进展。" in agreed.text
    assert "138****8000" not in removed.text


def test_the_language_is_chosen_and_the_page_is_there_in_english(applicant: Visitor) -> None:
    page = applicant.open("/contact")
    chosen = applicant.send(page, "/contact", {"language": "en"})

    assert "已保存。" in chosen.text
    assert "Contact details" in applicant.open("/contact?lang=en").text
