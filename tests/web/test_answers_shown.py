"""Each answer of each sample item stands in words wherever somebody decides on it, and nowhere for whom it is not."""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest

from tests.builders import NOON
from tests.cloud import told_once, turn_clock
from tests.device import Device
from tests.web.cases import enrol, hand_in, sign, with_documents
from tests.web.filling import drafted
from tests.web.forms import MANDATE
from tests.web.visitor import Come, Seen, Visitor

ADDRESS = "浙江省金华市义乌市稠城街道示例路1号"
PHONE = "139 0000 0000"
FIRM = "义乌示例市场主体有限公司（合成）（91330782MA0000028Y）"
DAY = "2026年10月18日"

Said = Mapping[str, Any]

ITEMS: Mapping[str, Said] = {
    "archive-query": {
        "who": "applicant",
        "way": "certificate",
        "open": [FIRM, "查自己的企业", "登记信息（名称、住所、法定代表人、股东）"],
        "private": [],
    },
    "business-address": {
        "who": "company",
        "way": "commitment",
        "open": [ADDRESS, "开店（门面、市场摊位）", "房子是自己的", "12.5"],
        "private": [PHONE],
    },
    "eia-approval": {
        "who": "company",
        "way": "certificate",
        "open": ["示例的说明文字", ADDRESS, "新建", "12.5", DAY, FIRM],
        "private": [PHONE, "li@example.cn"],
    },
    "plate-replacement": {
        "who": "applicant",
        "way": "commitment",
        "open": ["浙G·12345", "小型汽车（蓝牌）", "丢了", "一块"],
        "private": [PHONE, ADDRESS],
    },
    "road-occupation": {
        "who": "applicant",
        "way": "commitment",
        "open": [ADDRESS, "施工、装修", "12.5", DAY, "示例的说明文字", FIRM],
        "private": [PHONE],
    },
    "spouse-household": {
        "who": "applicant",
        "way": "commitment",
        "open": ["农村（村里）", "2020年5月20日", "爱人的"],
        "private": [ADDRESS, PHONE, "李示例（330106198503110006）"],
    },
}
"""What is typed into the form of each item, in the words in which it is read, by whether it is anybody's business."""

MARKET = {"archive-query", "business-address", "eia-approval"}


def words_of(seen: Seen) -> str:
    """What people read on a page, without the exact text that is signed."""
    shown = re.sub(r"<details.*?</details>", "", seen.text, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", shown))


def missing(words: list[str], seen: Seen) -> list[str]:
    page = words_of(seen)
    return [each for each in words if each not in page]


def filed(browser: Visitor, item: str, way: str) -> tuple[Seen, Seen]:
    """The page of a draft, and the receipt of the case that it became."""
    device = Device()
    enrol(browser, device)
    draft = drafted(browser, item, way=way)
    if way == "certificate":
        return draft, hand_in(browser, draft)
    ticked = [box["value"] or "" for box in draft.page.named("input") if box.get("name") == "confirmed"]
    page = with_documents(browser, draft)
    return draft, sign(browser, page, device, confirmed=ticked)


@pytest.fixture
def mandate(visitor: Come) -> str:
    """The page of a mandate over both departments."""

    def come_into_force() -> str:
        turn_clock(NOON)
        inspector, approver = visitor("inspector"), visitor("inspector2")
        wish = {**MANDATE, "departments": ["traffic", "market"]}
        path = inspector.send(inspector.open("/inspection"), "inspection", wish).path.partition("?")[0]
        approver.send(approver.open(path), path)
        return path

    return told_once("a mandate over all", come_into_force)


@pytest.mark.parametrize("item", ITEMS)
def test_each_answer_stands_in_words_on_promise_receipt_own_case_desk_and_timeline(
    visitor: Come, mandate: str, item: str
) -> None:
    turn_clock(NOON)
    said, desk = ITEMS[item], "market" if item in MARKET else "traffic"
    every = [*said["open"], *said["private"]]
    applicant = visitor(said["who"])

    draft, receipt = filed(applicant, item, said["way"])
    case_no = receipt.path.split("/")[2]
    own = applicant.open(f"/cases/{case_no}")
    officer = visitor(f"officer.{desk}").open(f"/desk/{case_no}")
    supervisor = visitor(f"supervisor.{desk}").open(f"/desk/{case_no}")
    inspector = visitor("inspector")
    timeline = inspector.open(f"{mandate}/cases/{case_no}")
    evidence = json.loads(inspector.open(f"{mandate}/cases/{case_no}/evidence").text)

    for seen in (draft, receipt, own, officer):
        assert (seen.status, missing(every, seen)) == (200, [])
    for seen in (supervisor, timeline):
        assert (seen.status, missing(said["open"], seen)) == (200, [])
        assert missing(said["private"], seen) == said["private"]
        assert words_of(seen).count("需要保密的内容，这里不显示") == len(said["private"]) + (item == "eia-approval")
    told = {answer["id"]: answer["words"] for answer in evidence["answers"]}
    assert set(said["open"]) <= set(told.values())
    assert set(said["private"]).isdisjoint(told.values())
    texts = [text for event in evidence["items"] for text in event["texts"].values() if text]
    assert all(any(words in text for text in texts) for words in said["open"])
    assert not any(words in text for text in texts for words in said["private"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("item", ITEMS)
def test_no_page_of_an_application_shows_a_code(visitor: Come, item: str, language: str) -> None:
    turn_clock(NOON)
    browser = visitor(ITEMS[item]["who"], language=language)

    draft, receipt = filed(browser, item, ITEMS[item]["way"])

    for seen in (draft, receipt, browser.open(receipt.path.removesuffix("/receipt"))):
        body = words_of(seen).partition("SHA-256")[0]
        assert re.findall(r"\b(resident_id|deal|330782|small-new-energy|\+8613900000000)\b", body) == []
