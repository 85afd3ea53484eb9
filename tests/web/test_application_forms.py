"""The form of an item on pages: a question or a small group a page, checked at the end, kept in between."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from chalicelib.bounds.model import Counted
from chalicelib.cases.table import FormRow
from tests.api.examples import subject_key
from tests.api.test_bounds import allow
from tests.authorities import let_act
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock
from tests.device import Device
from tests.services.messaging import reached
from tests.web.cases import enrol, sign
from tests.web.conftest import SAMPLES
from tests.web.filling import answer, begin, drafted, fill_in
from tests.web.visitor import Come, Seen, Visitor

PLATE = {path.stem: path for path in SAMPLES}["plate-replacement"]


def asked(name: str, kind: str, **other: object) -> dict[str, Any]:
    """A question of the test's own item."""
    return {"id": name, "kind": kind, "text": f"问{name}", "text_en": f"About {name}", **other}


QUESTIONS = (
    asked(
        "delivery",
        "choice",
        options=[
            {"value": "post", "text": "寄给我", "text_en": "By post"},
            {"value": "counter", "text": "自己来取", "text_en": "At the counter"},
        ],
    ),
    asked("address", "address", when={"question": "delivery", "equals": "post"}, sensitive=True, known="before"),
    asked("phone", "phone", group="contact", known="contact", help="办理的人会打这个电话。", help_en="For questions."),
    asked("email", "email", group="contact", required=False),
    asked("plate", "plate"),
    asked("area", "number", check={"least": "1", "most": "99.5", "decimals": 1}),
    asked("floors", "number"),
    asked("start", "date", check={"earliest": 1}, group="time"),
    asked("end", "date", check={"not_before": "start"}, group="time"),
    asked("why", "long_text", required=False),
    asked("who", "person", sensitive=True, known="identity"),
    asked("firm", "organisation", required=False),
    asked("place", "text", check={"longest": 10}),
    asked("photo", "document", required=False),
)
ITEM = "every-kind"

ANSWERS: Mapping[str, str] = {
    "answers-delivery": "0",
    "answers-address-district": "义乌市",
    "answers-address-detail": "稠城街道示例路1号",
    "answers-phone": "139 0000 0000",
    "answers-email": "li@Example.CN",
    "answers-plate": "浙G·12345",
    "answers-area": "12.5",
    "answers-floors": "3",
    "answers-start": "2026-10-20",
    "answers-end": "2026-10-21",
    "answers-why": "第一行\r\n第二行<b>",
    "answers-place": "东门",
    "answers-firm-name": "",
    "answers-firm-number": "",
}


@pytest.fixture
def every_kind(portal: Client, token: TokenOf) -> None:
    """An item that asks a question of each kind."""
    body = json.loads(PLATE.read_text("utf-8")) | {"questions": list(QUESTIONS)}
    sent = portal.put(f"/v1/items/{ITEM}/versions/1", body, token=token("editor"))
    assert sent.status == 200, sent.text
    turn_clock(NOON)


pytestmark = pytest.mark.usefixtures("every_kind")


def field(seen: Seen, name: str) -> dict[str, str | None]:
    """The input of a name."""
    (found,) = [each for each in seen.page.named("input") if each.get("name") == name]
    return found


def faults(seen: Seen) -> list[str]:
    """Where the summary of errors leads."""
    links = (link["href"] or "" for link in seen.page.named("a"))
    return [href for href in links if href.startswith("#answers-")]


def page_of(seen: Seen) -> str:
    return urlsplit(seen.url).path.rpartition("/")[2]


def at(seen: Seen, place: str) -> str:
    """The address of another page of the same form."""
    return "/".join([*seen.path.partition("?")[0].split("/")[:3], *place.split("/")]).rstrip("/")


def changed_by(browser: Visitor, draft: Seen, way: list[str] | None = None) -> Seen:
    """The form that one of the buttons under a draft begins."""
    found = [form for form in draft.page.forms if form.action.endswith("/changes") and form.fields.get("way") == way]
    (form,) = found
    return browser.follow("POST", urljoin(draft.url, form.action), urlencode(form.fields, doseq=True))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_form_is_filled_in_a_page_at_a_time_and_checked_before_a_draft_is_made(
    visitor: Come, language: str
) -> None:
    browser = visitor("applicant", language=language)
    seen = begin(browser, ITEM)
    pages = []
    while "/questions/" in seen.path:
        pages.append(page_of(seen))
        assert len(seen.page.named("h1")) == 1
        seen = answer(browser, seen, ANSWERS)
    draft = browser.send(seen, seen.path)

    assert pages == ["delivery", "address", "phone", "plate", "area", "floors", "start", "why", "who", "firm", "place"]
    assert seen.path.count("/") == 2
    for words in ("浙江省金华市义乌市稠城街道示例路1号", "139 0000 0000", "li@example.cn", "浙G·12345", "东门"):
        assert words in seen.text
        assert words in draft.text
    assert {"zh-CN": "寄给我", "en": "By post"}[language] in seen.text
    assert {"zh-CN": "没有填", "en": "Not filled in"}[language] in seen.text
    assert draft.path.startswith("/drafts/")


def test_every_input_says_what_it_wants_of_keyboard_and_browser(visitor: Come) -> None:
    browser = visitor("applicant")
    first = begin(browser, ITEM)
    fill_in(browser, first, ANSWERS)
    found: dict[str, tuple[str | None, ...]] = {}
    for question in QUESTIONS[1:-1]:
        if question["id"] not in {"email", "end", "why"}:
            seen = browser.open(at(first, f"questions/{question['id']}"))
            for each in seen.page.named("input"):
                if (name := each.get("name") or "").startswith("answers-"):
                    found[name.removeprefix("answers-")] = tuple(
                        each.get(part) for part in ("type", "inputmode", "autocomplete")
                    )

    assert found == {
        "address-district": ("text", None, "address-level2"),
        "address-detail": ("text", None, "address-line1"),
        "phone": ("tel", "tel", "tel"),
        "email": ("email", "email", "email"),
        "plate": ("text", None, "off"),
        "area": ("text", "decimal", None),
        "floors": ("text", "numeric", None),
        "start": ("date", None, None),
        "end": ("date", None, None),
        "who-name": ("text", None, "name"),
        "who-number": ("text", None, "off"),
        "firm-name": ("text", None, "organization"),
        "firm-number": ("text", None, "off"),
        "place": ("text", None, None),
    }


def test_all_faults_of_a_page_are_told_at_once_and_what_was_typed_stays(visitor: Come) -> None:
    browser = visitor("applicant")
    phone = fill_in(browser, begin(browser, ITEM, way="certificate"), {"answers-delivery": "1", "answers-phone": "12"})

    seen = answer(browser, phone, {"answers-phone": "12", "answers-email": "@"})

    assert (seen.status, faults(seen)) == (422, ["#answers-phone", "#answers-email"])
    assert field(seen, "answers-phone")["value"] == "12"
    assert field(seen, "answers-email")["value"] == "@"
    assert "answers-phone-error" in (field(seen, "answers-phone")["aria-describedby"] or "")
    assert seen.page.words["title"][0].startswith("错误：")


@pytest.mark.parametrize("sent", ["2", "9" * 5000, "-1", "٣", "寄给我"])
def test_an_option_that_is_not_on_the_list_is_told_like_any_other_fault(visitor: Come, sent: str) -> None:
    browser = visitor("applicant")

    refused = answer(browser, begin(browser, ITEM), {"answers-delivery": sent})

    assert (refused.status, faults(refused)) == (422, ["#answers-delivery"])


def test_a_form_goes_on_when_the_item_asks_otherwise_meanwhile(visitor: Come, portal: Client, token: TokenOf) -> None:
    browser = visitor("applicant")
    checked = fill_in(browser, begin(browser, ITEM), ANSWERS)
    kinds = {"address": "organisation", "place": "address", "who": "address", "floors": "phone"}
    plain: dict[str, Any] = {"check": {}, "known": None, "sensitive": False}
    questions = [each | {"kind": kinds[each["id"]], **plain} if each["id"] in kinds else each for each in QUESTIONS]
    body = json.loads(PLATE.read_text("utf-8")) | {"questions": questions}
    sent = portal.put(f"/v1/items/{ITEM}/versions/2", body, token=token("editor"))
    assert sent.status == 200, sent.text

    again = browser.open(checked.path)
    asked_anew = [browser.open(at(again, f"questions/{name}")) for name in kinds]

    assert again.status == 200
    assert {*faults(again)} >= {f"#answers-{name}" for name in kinds}
    assert [each.status for each in asked_anew] == [200] * len(kinds)


def test_the_parts_of_an_answer_have_their_faults_where_they_are(visitor: Come) -> None:
    browser = visitor("applicant")
    address = answer(browser, begin(browser, ITEM), {"answers-delivery": "0"})

    empty = answer(browser, address, {"answers-address-district": "", "answers-address-detail": ""})
    blank = answer(browser, address, {"answers-address-district": "没有的地方", "answers-address-detail": ""})
    unknown = answer(browser, address, {"answers-address-district": "没有的地方", "answers-address-detail": "1号"})
    several = answer(browser, address, {"answers-address-district": "鼓楼区", "answers-address-detail": "1号"})

    assert faults(empty) == ["#answers-address-district"]
    assert faults(blank) == ["#answers-address-detail"]
    assert faults(unknown) == faults(several) == ["#answers-address-district"]
    assert "没有找到这个地方" in unknown.text
    assert "江苏省南京市鼓楼区、江苏省徐州市鼓楼区" in several.text
    assert field(several, "answers-address-district")["value"] == "鼓楼区"


def test_a_question_that_an_answer_makes_pointless_is_neither_asked_nor_sent(visitor: Come) -> None:
    browser = visitor("applicant")
    whole = fill_in(browser, begin(browser, ITEM), ANSWERS)

    changed = answer(browser, browser.open(at(whole, "questions/delivery")), {"answers-delivery": "1"})
    pointless = browser.open(at(whole, "questions/address"))
    draft = browser.send(changed, changed.path)
    back = answer(browser, browser.open(at(whole, "questions/delivery")), {"answers-delivery": "0"})

    assert changed.path == whole.path == pointless.path
    assert "示例路1号" not in changed.text
    assert "示例路1号" not in draft.text
    assert "示例路1号" in back.text


def test_a_change_that_makes_a_question_necessary_leads_to_it_and_the_check_waits(visitor: Come) -> None:
    browser = visitor("applicant")
    whole = fill_in(browser, begin(browser, ITEM), {**ANSWERS, "answers-delivery": "1"})

    changed = answer(browser, browser.open(at(whole, "questions/delivery")), {"answers-delivery": "0"})
    check = browser.open(whole.path)
    forced = browser.send(whole, whole.path)

    assert [page_of(seen) for seen in (changed, check, forced)] == ["address"] * 3


def test_going_back_and_forward_shows_what_was_given_and_never_sends_it_again(visitor: Come) -> None:
    browser = visitor("applicant")
    first = begin(browser, ITEM)
    second = answer(browser, first, {"answers-delivery": "1"})

    back = browser.open(first.path)
    (link,) = [a["href"] for a in second.page.named("a") if a.get("class") == "govuk-back-link"]

    assert second.status == 200
    assert [each.get("value") for each in back.page.named("input") if "checked" in each] == ["1"]
    assert (link or "").endswith("questions/delivery")


def test_two_tabs_of_one_form_undo_nothing_of_each_other(visitor: Come) -> None:
    browser = visitor("applicant")
    whole = fill_in(browser, begin(browser, ITEM), ANSWERS)
    one, other = (browser.open(at(whole, f"questions/{name}")) for name in ("plate", "area"))

    answer(browser, one, {"answers-plate": "浙G54321"})
    seen = answer(browser, other, {"answers-area": "50"})

    assert "浙G·54321" in seen.text
    assert '<span class="xn-lines">50</span>' in seen.text


def test_two_forms_of_one_item_never_mix(visitor: Come) -> None:
    browser = visitor("applicant")
    one, other = begin(browser, ITEM), begin(browser, ITEM)

    mine = fill_in(browser, one, {**ANSWERS, "answers-plate": "浙G11111"})
    yours = fill_in(browser, other, {**ANSWERS, "answers-plate": "浙G22222"})

    assert one.path != other.path
    assert "浙G·22222" not in browser.open(mine.path).text
    assert "浙G·11111" not in yours.text


def test_a_double_click_is_one_draft(visitor: Come) -> None:
    browser = visitor("applicant")
    first = begin(browser, ITEM)
    assert answer(browser, first, ANSWERS).path == answer(browser, first, ANSWERS).path
    whole = fill_in(browser, browser.open(first.path), ANSWERS)

    drafts = [browser.send(whole, whole.path).path for _ in range(2)]

    assert drafts[0] == drafts[1]


def test_a_session_that_ends_loses_nothing_but_the_open_page_whose_words_are_shown(visitor: Come) -> None:
    browser = visitor("applicant")
    place = fill_in(browser, begin(browser, ITEM), {**ANSWERS, "answers-place": "x" * 11})
    browser.cookies.clear()

    over = browser.send(place, place.path, {"answers-place": "东门口"}, Sec_Fetch_Site="same-origin")
    back = browser.log_in("applicant", place.path.lstrip("/"))

    assert over.status == 401
    assert "东门口" in over.text
    assert page_of(back) == "place"
    assert "浙G·12345" in answer(browser, back, {"answers-place": "东门"}).text


def test_a_form_is_nobody_else_s_and_gone_after_a_day(visitor: Come) -> None:
    browser = visitor("applicant")
    seen = begin(browser, ITEM)
    stranger = visitor("applicant2").open(seen.path)
    unknown = [browser.open(place).status for place in ("/applications/" + "x" * 22, at(seen, "questions/no-such"))]
    turn_clock(NOON + timedelta(hours=23, minutes=59))
    kept = answer(browser, seen, {"answers-delivery": "1"})
    turn_clock(NOON + timedelta(hours=47, minutes=58))
    still = browser.open(kept.path)
    turn_clock(NOON + timedelta(hours=47, minutes=59))
    over = browser.open(kept.path)

    assert (stranger.status, still.status, over.status) == (404, 200, 409)
    assert "草稿已过期" in over.text
    assert f"../../../items/{ITEM}/apply" in [link["href"] for link in over.page.named("a")]
    assert unknown == [404, 404]


def test_what_is_filled_in_is_encrypted_and_stands_in_no_address(visitor: Come) -> None:
    browser = visitor("applicant")
    seen = fill_in(browser, begin(browser, ITEM), ANSWERS)

    (row,) = FormRow.scan(FormRow.pk.startswith("form:"))
    stored = json.dumps(row.serialize())

    assert all(words not in stored for words in ("13900000000", "示例路", "12345", "li@", "330725196806180004"))
    assert row.expires == int((NOON + timedelta(days=1)).timestamp())
    assert urlsplit(seen.url).query == ""


def test_the_login_fills_in_what_it_vouches_for_and_says_so_until_it_is_changed(visitor: Come) -> None:
    browser = visitor("applicant")
    whole = fill_in(browser, begin(browser, ITEM), ANSWERS)

    seen = browser.open(at(whole, "questions/who"))
    told = whole.text.count("已经按您登录的身份填好")
    changed = answer(browser, seen, {"answers-who-name": "李另名"})

    assert field(seen, "answers-who-number")["value"] == "330725196806180004"
    assert "已经按您登录的身份填好" in seen.text
    assert (told, changed.text.count("已经按您登录的身份填好")) == (1, 0)


def test_a_confirmed_contact_is_filled_in_and_says_so(visitor: Come) -> None:
    browser = visitor("applicant")
    reached(of=subject_key("applicant"), phone="+8613800138000", email="")

    seen = answer(browser, begin(browser, ITEM), ANSWERS)
    seen = answer(browser, seen, ANSWERS)

    assert page_of(seen) == "phone"
    assert (field(seen, "answers-phone")["value"], field(seen, "answers-email").get("value") or "") == (
        "138 0013 8000",
        "",
    )
    assert seen.text.count("已经按您登记的联系方式填好") == 1


def test_what_was_given_in_an_earlier_case_is_filled_in_with_its_day(visitor: Come) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)
    sign(browser, drafted(browser, ITEM, ANSWERS), device)
    turn_clock(NOON + timedelta(days=3))

    delivery = begin(browser, ITEM)
    address = answer(browser, delivery, {"answers-delivery": "0"})
    phone = answer(browser, address)
    english = visitor("applicant", language="en").open(phone.path)

    assert field(address, "answers-address-district")["value"] == "浙江省金华市义乌市"
    assert field(address, "answers-address-detail")["value"] == "稠城街道示例路1号"
    assert "已经按您9月28日(周一)填过的填好" in address.text
    assert field(phone, "answers-phone")["value"] == "139 0000 0000"
    assert "as you gave it on Mon 28 Sep" in english.text
    assert field(phone, "answers-email")["value"] == ""


def test_an_agent_s_form_tells_nothing_of_what_the_principal_gave_before(visitor: Come, token: TokenOf) -> None:
    principal, agent, device = visitor("applicant"), visitor("agent"), Device()
    enrol(principal, device)
    sign(principal, drafted(principal, ITEM, ANSWERS), device)
    let_act(agent.client, token("applicant"))

    form = agent.open(f"/items/{ITEM}/apply")
    address = answer(agent, agent.send(form, "apply", {"way": "certificate"}), {"answers-delivery": "0"})
    draft = fill_in(
        agent, address, {**ANSWERS, "answers-who-name": "李示例", "answers-who-number": "330725196806180004"}
    )
    sent = agent.send(draft, draft.path)

    assert field(address, "answers-address-detail")["value"] == ""
    assert sent.path.startswith("/drafts/")


def test_the_way_can_be_changed_until_the_draft_is_made(visitor: Come) -> None:
    browser = visitor("applicant")
    whole = fill_in(browser, begin(browser, ITEM), ANSWERS)

    unchosen = browser.send(browser.open(at(whole, "way")), "way", {"way": "x"})
    changed = browser.send(browser.open(at(whole, "way")), "way", {"way": "certificate"})
    draft = browser.send(changed, changed.path)

    assert (unchosen.status, faults(unchosen)) == (400, [])
    assert {"href": "#way"} in unchosen.page.named("a")
    assert changed.path == whole.path
    assert draft.page.words["title"][0].startswith("交材料：")


def test_a_draft_is_changed_by_a_form_that_has_its_answers_and_stays_as_it_is(visitor: Come) -> None:
    browser = visitor("applicant")
    draft = drafted(browser, ITEM, ANSWERS)

    form = changed_by(browser, draft)
    plate = browser.open(at(form, "questions/plate"))
    changed = browser.send(answer(browser, plate, {"answers-plate": "浙G54321"}), form.path)
    first = browser.open(draft.path)

    assert [words in form.text for words in ("浙G·12345", "稠城街道示例路1号", "第二行&lt;b&gt;")] == [True] * 3
    assert field(plate, "answers-plate")["value"] == "浙G12345"
    assert "浙G·54321" in changed.text
    assert ("浙G·12345" in first.text, changed.path != first.path) == (True, True)


def test_whoever_rather_brings_certificates_types_nothing_again(visitor: Come) -> None:
    browser = visitor("applicant")
    draft = drafted(browser, ITEM, ANSWERS)

    seen = changed_by(browser, draft, way=["certificate"])
    papers = browser.send(seen, seen.path)

    assert "浙G·12345" in seen.text
    assert papers.page.words["title"][0].startswith("交材料：")
    assert "浙G·12345" in papers.text


def test_an_agent_changes_a_draft_on_the_same_authority(visitor: Come, token: TokenOf) -> None:
    agent = visitor("agent")
    let_act(agent.client, token("applicant"))
    theirs = {**ANSWERS, "answers-who-name": "李示例", "answers-who-number": "330725196806180004"}
    draft = drafted(agent, ITEM, theirs, way="certificate")

    form = changed_by(agent, draft)
    again = agent.send(form, form.path)

    assert "浙G·12345" in form.text
    assert (again.status, again.path.startswith("/drafts/")) == (200, True)


def test_a_day_that_has_passed_since_is_told_where_it_is_changed(visitor: Come) -> None:
    browser = visitor("applicant")
    whole = fill_in(
        browser, begin(browser, ITEM), {**ANSWERS, "answers-start": "2026-09-29", "answers-end": "2026-09-29"}
    )
    turn_clock(NOON + timedelta(hours=20))

    seen = browser.open(whole.path)
    sent = browser.send(whole, whole.path)

    assert (seen.status, faults(seen)) == (200, ["#answers-start"])
    assert (sent.status, faults(sent)) == (422, ["#answers-start"])
    assert any(link.get("id") == "answers-start" for link in seen.page.named("a"))


def test_somebody_begins_so_many_forms_in_a_day(visitor: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, Counted.FORMS, 1)
    browser = visitor("applicant")
    begin(browser, ITEM)

    refused = begin(browser, ITEM)

    assert (refused.status, refused.path) == (429, f"/items/{ITEM}/apply")


def test_whom_an_item_is_not_for_is_told_before_anything_is_filled_in(visitor: Come) -> None:
    refused = begin(visitor("company"), "spouse-household")

    assert (refused.status, refused.path) == (409, "/items/spouse-household/apply")


def test_an_agent_who_must_not_promise_is_told_before_anything_is_filled_in(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    body = json.loads(PLATE.read_text("utf-8")) | {"proxy_allowed": False}
    assert client.put("/v1/items/in-person/versions/1", body, token=token("editor")).status == 200
    let_act(client, token("applicant"))

    agent = visitor("agent")
    refused = agent.send(agent.open("/items/in-person/apply"), "apply", {"way": "commitment"})
    begun = agent.send(agent.open("/items/in-person/apply"), "apply", {"way": "certificate"})

    assert {"href": "#way"} in refused.page.named("a")
    assert page_of(begun) == "plate"


def everything_in_words(payload: object) -> list[str]:
    """Every text in what is signed that people read; of an answer its words, and not the form that is kept."""
    if isinstance(payload, str):
        return [payload] if any("\u4e00" <= char <= "\u9fff" for char in payload) else []
    if isinstance(payload, dict):
        return [
            text
            for name, value in payload.items()
            if not (name == "value" and "words" in payload)
            for text in everything_in_words(value)
        ]
    return [text for value in payload for text in everything_in_words(value)] if isinstance(payload, list) else []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_whatever_will_be_signed_stands_in_words_on_the_page_before(visitor: Come, language: str) -> None:
    browser = visitor("applicant", language=language)

    draft = drafted(browser, ITEM, ANSWERS)

    exact = re.search(r'<p class="xn-exact" lang="zh-CN">(.*?)</p>', draft.text, re.DOTALL)
    assert exact is not None
    page = unescape(re.sub(r"<[^>]+>", "", draft.text.replace(exact[0], "")))
    payload = json.loads(unescape(exact[1]))
    missing = [line for text in everything_in_words(payload) for line in text.split("\n") if line not in page]
    assert missing == []
    assert payload["case_no"] in page
    assert ("I accept the legal liability" in page) is (language == "en")
