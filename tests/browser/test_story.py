"""The whole main job by clicks in a real browser, in both languages, on a phone, and without scripts."""

import pytest

from infra.browser.story import (
    PHOTO,
    draft,
    draft_by_certificate,
    fill_in,
    hand_in_photographs,
    handle,
    look_at_document,
    promise,
    sign,
)
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


def test_a_photograph_is_handed_in_on_a_phone_without_any_script(come: Come) -> None:
    applicant = come("applicant2", width=PHONE, scripts=False)
    draft_by_certificate(applicant)

    applicant.click("上传一个文件", "Upload a file")
    applicant.page.set_input_files("input[type=file]", PHOTO)
    applicant.click("上传", "Upload")
    applicant.page.get_by_text("检查通过").wait_for()
    applicant.click("回去接着办", "Go on")
    applicant.click("提交", "Submit")

    assert applicant.path.endswith("/receipt")
    assert "旧车牌" in applicant.page.inner_text("main")
    assert applicant.faults == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_photographs_are_handed_in_on_a_phone_and_the_officer_sees_them(come: Come, language: Language) -> None:
    applicant = come("applicant2", language=language, width=PHONE)
    officer = come("officer.traffic", language=language)
    draft_by_certificate(applicant)

    case_no = hand_in_photographs(applicant, PHOTO, PHOTO | {"name": "旧车牌背面.png"})
    look_at_document(officer, case_no)

    picture = officer.page.locator("img.xn-preview")
    picture.wait_for()
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 320
    assert applicant.faults == officer.faults == []


def test_leaving_in_one_browser_ends_it_in_the_other(come: Come) -> None:
    phone, desk = come("company", width=PHONE), come("company")

    phone.page.get_by_role("button", name="退出登录").click()
    phone.page.wait_for_url("**/logged-out*")
    desk.page.goto(f"{desk.portal}/cases")

    assert not desk.page.url.startswith(desk.portal)


def test_what_cannot_be_uploaded_is_told_before_anything_is_sent(come: Come) -> None:
    applicant = come("applicant2", width=PHONE)
    drafted = draft_by_certificate(applicant)
    large = PHOTO | {"name": "大.png", "buffer": b"\xff" * (20 * 1024 * 1024 + 1)}

    applicant.page.set_input_files("[data-choose] input[multiple]", [large, PHOTO | {"name": "空.png", "buffer": b""}])

    told = applicant.page.locator("[data-rows] [data-says]:visible")
    told.filter(has_text="这个文件是空的（0 字节）").wait_for()
    told.filter(has_text="每个最多20 MB。请换小一点").wait_for()
    assert told.count() == 2
    assert applicant.path == drafted
    assert hand_in_photographs(applicant, PHOTO)
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
    assert held == "13900000000"
    assert applicant.path == checked
    assert "留出1.5米宽的人行通道" in applicant.page.inner_text("main")
    assert applicant.faults == []
