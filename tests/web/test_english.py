"""English pages of applicants: what the catalogue has in English is said so, and nothing Chinese lacks its mark."""

import re
from datetime import timedelta

import pytest

from chalicelib.container import container
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock
from tests.web.cases import drafted, filed
from tests.web.test_messages import tell
from tests.web.test_own_cases import of_office
from tests.web.visitor import Come, Seen

pytestmark = pytest.mark.usefixtures("channels")

HAN = re.compile(r"[\u4e00-\u9fff]")
MARKED = re.compile(r'<(\w+)\b[^>]* lang="zh-CN"[^>]*>.*?</\1>', re.DOTALL)


def unmarked(seen: Seen) -> list[str]:
    """What stands in Chinese in a page without its mark; the link to the other language has its own."""
    rest = re.sub(r"<[^>]*>", "\n", MARKED.sub("", seen.text.partition("<main")[2]))
    return [line.strip() for line in rest.splitlines() if HAN.search(line)]


@pytest.fixture
def case(case_no: str, client: Client, token: TokenOf) -> str:
    """The page of a case over which much happened: late, answered for, decided, found untrue."""
    place = f"/cases/{case_no}"
    late = NOON + timedelta(days=15)
    turn_clock(late)
    container().clocks.sweep(at=late)
    for event in container().timeline.events(f"case:{case_no}"):
        container().alerts.on_event(event, late)
    decision = {"outcome": "granted", "document_no": "义公交〔2026〕1号", "late_reason": "经办人生病。"}
    of_office(client, token, place, "decision", decision, "officer.traffic")
    of_office(client, token, place, "delivery", {}, "officer.traffic")
    found = {"result": "untrue", "method": "online", "findings": "旧车牌仍在使用。"}
    of_office(client, token, place, "verification", found, "officer.traffic")
    tell(case_no)
    return place


@pytest.mark.requirement("R8.6")
@pytest.mark.parametrize(
    "place",
    [
        "/",
        "/items",
        "/items/plate-replacement",
        "/items/plate-replacement/apply",
        "/cases",
        "{case}",
        "{case}/receipt",
        "{case}/statement",
        "{case}/complaint",
        "{case}/rating",
        "{case}/clocks/handling_promised",
        "{case}/issued",
        "/messages",
        "/credit",
        "/credit/queries",
        "/flags",
        "/complain",
        "/own-complaints",
        "/own-complaint",
        "/contact",
        "/authorities",
        "/keys",
        "/track",
        "/check",
    ],
)
def test_nothing_chinese_stands_in_an_english_page_without_its_mark(visitor: Come, case: str, place: str) -> None:
    browser = visitor("applicant")
    browser.language = "en"

    seen = browser.open(place.format(case=case))

    assert seen.status == 200
    assert unmarked(seen) == []


def test_the_item_its_documents_and_its_promises_are_named_in_english(visitor: Come, case: str) -> None:
    browser = visitor("applicant")
    browser.language = "en"

    for place in (case, "/cases", f"{case}/receipt", f"{case}/statement"):
        assert "Replacement of a lost or damaged number plate" in browser.open(place).text


def test_a_draft_and_what_waits_for_the_applicant_are_named_in_english(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    browser = visitor("applicant")
    case_no = filed(browser)
    drafted(browser)
    demand = {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"}
    of_office(client, token, f"/cases/{case_no}", "corrections", demand, "officer.traffic")
    tell(case_no)
    browser.language = "en"

    cases, messages = browser.open("/cases"), browser.open("/messages")

    drafts = cases.text.partition("Drafts you have not submitted")[2].partition("</h3>")[0]
    waiting = messages.text.partition("Things you need to do")[2].partition("</h3>")[0]
    for named in (drafts, waiting):
        assert "Replacement of a lost or damaged number plate" in named
