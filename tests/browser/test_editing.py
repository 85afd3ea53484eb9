"""An edition in a real browser: chosen as a file, looked at before anything is written, without a script."""

import json

import pytest
from playwright.sync_api import FilePayload

from infra.browser.visit import PHONE, Language
from tests.browser.accessibility import violations
from tests.browser.conftest import Come

NEXT_YEAR = {
    "notice": {"title": "国务院办公厅关于2027年部分节假日安排的通知", "number": None, "issued_on": "2026-11-01"},
    "holidays": {"2027-01-01": "元旦"},
    "make_up_days": {},
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_calendar_is_handed_in_as_a_file_and_what_it_would_change_is_readable(come: Come, language: Language) -> None:
    editor = come("calendar", language=language, width=PHONE)
    editor.open("/calendars/2027")
    file = FilePayload(name="2027.json", mimeType="application/json", buffer=json.dumps(NEXT_YEAR).encode())

    editor.page.locator("summary", has_text="JSON").click()
    editor.page.set_input_files("#document_file", file)
    editor.click("先看会改变什么", "See what would change")

    assert {"zh": "还没有发布", "en": "Nothing is published"}[language] in editor.page.inner_text("main")
    assert {"zh": "用的是文件里的内容", "en": "The file is used"}[language] in editor.page.inner_text("main")
    assert editor.page.get_by_role("button", name={"zh": "发布", "en": "Publish it"}[language], exact=True).is_visible()
    assert violations(editor) == []
    assert editor.faults == []


def test_an_item_is_written_by_keyboard_and_what_differs_is_readable(come: Come) -> None:
    editor = come("editor", width=PHONE)
    editor.open("/catalogue/plate-replacement")
    editor.click("开始编写", "Begin")
    tasks = violations(editor)
    editor.click("名称和基本情况", "Names and words")

    editor.page.fill("#name", "")
    editor.click("保存", "Save")
    is_told, wrong = editor.page.locator("#name-error").is_visible(), violations(editor)
    editor.page.fill("#name", "补领车牌")
    editor.click("保存", "Save")
    editor.click("核对并发布", "Check and publish")

    assert is_told
    assert "补领车牌" in editor.page.inner_text("main")
    assert tasks == wrong == violations(editor) == []
    editor.click("回到任务列表", "Back to the task list")
    editor.click("放弃这份草稿", "Discard this draft")
