"""The whole main job by clicks in a real browser, in both languages, on a phone, and without scripts."""

import pytest
from playwright.sync_api import FilePayload

from infra.browser.story import draft, fill_in, handle, promise, sign
from infra.browser.visit import PHONE, Language
from tests.browser.conftest import Come


@pytest.mark.parametrize(("language", "persona"), [("zh", "applicant"), ("en", "applicant2")])
def test_a_promise_is_signed_on_a_phone_and_handled_to_its_end(come: Come, language: Language, persona: str) -> None:
    applicant = come(language=language, width=PHONE)
    applicant.own_a_device()
    officer = come("officer.traffic", language=language)

    case_no = promise(applicant, persona)
    handle(officer, case_no)
    applicant.open(f"/cases/{case_no}")
    applicant.click("评价这次办理", "Rate how it was handled")
    applicant.page.get_by_role("radio").first.check()
    applicant.click("提交评价", "Send the rating")

    told = {"zh": "谢谢您的评价", "en": "Thank you for your rating"}[language]
    assert told in applicant.page.inner_text("main")
    assert {"zh": "承诺属实", "en": "The promise is true"}[language] in officer.page.inner_text("main")
    assert applicant.faults == officer.faults == []


def test_a_double_click_on_sign_is_one_case(come: Come) -> None:
    applicant = come()
    applicant.own_a_device()
    promise(applicant, "company")
    applicant.open("/items/plate-replacement/apply")
    draft(applicant)
    drafted = applicant.path
    before = applicant.page.context.new_page()
    before.goto(f"{applicant.portal}{drafted}")

    case_no = sign(applicant)
    before.reload()

    assert before.url.endswith(f"/cases/{case_no}/receipt")


def test_certificates_are_handed_in_on_a_phone_without_any_script(come: Come) -> None:
    applicant = come("applicant2", width=PHONE, scripts=False)

    applicant.open("/items/plate-replacement/apply")
    draft(applicant, way="certificate")
    applicant.page.set_input_files(
        "input[type=file]", FilePayload(name="旧车牌.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8\x00\r\n--")
    )
    applicant.click("提交", "Submit")

    assert applicant.path.endswith("/receipt")
    assert "旧车牌.jpg" in applicant.page.inner_text("main")
    assert applicant.faults == []


def test_leaving_in_one_browser_ends_it_in_the_other(come: Come) -> None:
    phone, desk = come("company", width=PHONE), come("company")

    phone.page.get_by_role("button", name="退出登录").click()
    phone.page.wait_for_url("**/logged-out*")
    desk.page.goto(f"{desk.portal}/cases")

    assert not desk.page.url.startswith(desk.portal)


def test_too_large_a_file_is_told_before_anything_is_sent(come: Come) -> None:
    applicant = come("applicant2", width=PHONE)
    applicant.open("/items/plate-replacement/apply")
    draft(applicant, way="certificate")
    drafted = applicant.path
    words = applicant.page.locator("[data-too-large]")
    large = FilePayload(name="旧车牌.jpg", mimeType="image/jpeg", buffer=b"\xff" * 4_200_000)

    applicant.page.set_input_files("input[type=file]", large)
    applicant.page.get_by_role("button", name="提交").click()

    assert words.is_visible()
    assert words.evaluate("words => document.activeElement === words")
    assert applicant.path == drafted

    applicant.page.set_input_files("input[type=file]", large | {"buffer": b"\xff\xd8"})

    assert not words.is_visible()
    applicant.click("提交", "Submit")
    assert applicant.path.endswith("/receipt")
    assert applicant.faults == []


def test_a_form_is_filled_in_on_a_phone_without_any_script_and_going_back_loses_nothing(come: Come) -> None:
    applicant = come("applicant2", width=PHONE, scripts=False)
    applicant.open("/items/road-occupation/apply")
    fill_in(applicant, "road-occupation", way="certificate")
    checked = applicant.path

    applicant.page.go_back()
    before = applicant.path
    held = applicant.page.locator("[name=answers-phone]").input_value()
    applicant.page.go_forward()

    assert before.startswith(f"{checked}/questions/")
    assert held == "139 0000 0000"
    assert applicant.path == checked
    assert "留出1.5米宽的人行通道" in applicant.page.inner_text("main")
    assert applicant.faults == []
