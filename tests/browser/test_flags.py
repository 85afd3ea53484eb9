"""A flag by clicks in a real browser, from the list to its lifting: by two officers, and with the subject's answer."""

from datetime import datetime

import pytest

from chalicelib.clock import SHANGHAI
from infra.browser.flags import propose, serve
from infra.browser.visit import DESK, PHONE, Language
from tests.browser.conftest import Come


@pytest.mark.parametrize(("language", "width"), [("zh", DESK), ("en", PHONE)])
def test_a_flag_is_proposed_served_answered_confirmed_and_lifted(come: Come, language: Language, width: int) -> None:
    first, second = come("credit", language=language, width=width), come("credit2", language=language, width=width)
    company = come("company", language=language, width=width)

    flag = propose(first, datetime.now(SHANGHAI))
    serve(first, flag, datetime.now(SHANGHAI))
    company.open(f"/flags/{flag}")
    company.click("陈述、申辩", "Answer it")
    company.page.locator("#text").fill("住所存在。")
    company.click("陈述、申辩", "Answer it")
    second.open(f"/flags/{flag}")
    second.click("确认，使它生效", "Confirm it and put it in force")
    second.page.locator("#reason").fill("事实清楚。")
    second.page.locator("#statement_answer").fill("现场未发现。")
    second.click("确认，使它生效", "Confirm it and put it in force")
    confirmed = second.page.inner_text("main")
    second.click("解除", "Lift it")
    second.page.locator("#reason").fill("已履行义务。")
    second.page.locator("#basis").fill("第23条")
    second.click("解除", "Lift it")

    assert {"zh": "已确认，马上生效。", "en": "Confirmed. It has effect at once, and the departments are told."}[
        language
    ] in confirmed
    assert {"zh": "现在有效", "en": "in force"}[language] in confirmed
    lifted = {"zh": "已解除，马上生效。", "en": "Lifted. It ends at once, and the departments are told."}[language]
    assert lifted in second.page.inner_text("main")
    assert first.faults == second.faults == company.faults == []
