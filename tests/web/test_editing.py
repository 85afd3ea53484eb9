"""Editors publish calendars, items and lists by pages and forms alone, after seeing what would change."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.clocks.model import Clock
from chalicelib.clocks.store import ClockStore
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.web.editors import drafts
from tests.api.bodies import ABOLITION, item_body
from tests.api.new_year import OVER_NEW_YEAR, a_clock_over_new_year
from tests.cloud import Client, TokenOf, turn_clock
from tests.services.walking import recount
from tests.web.forms import CALENDAR
from tests.web.visitor import Come, Seen

NEXT_YEAR = "/calendars/2027"
PLATE = "/catalogue/plate-replacement"
IN_OCTOBER = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
"""After the defence of the one flag that there is."""

LOOK, PUBLISH = {"act": "look"}, {"act": "publish"}


@pytest.fixture
def waiting(portal: Client) -> Clock:  # noqa: ARG001 - the clock runs in the portal's own world
    """A limit that runs over New Year's Day, of which nobody knows yet whether it is a day off."""
    turn_clock(OVER_NEW_YEAR)
    return a_clock_over_new_year()


def said(seen: Seen) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]+>", " ", seen.text).split())


def faults_at(seen: Seen, field: str) -> bool:
    return {"href": f"#{field}"} in seen.page.named("a")


def test_the_calendar_editor_is_led_to_the_year_that_has_no_calendar_yet(visitor: Come) -> None:
    editor = visitor("calendar")

    seen = editor.open("/home")

    assert seen.path == "/calendars"
    hrefs = [link["href"] for link in seen.page.named("a")]
    assert {"./calendars/2027", "./calendars/2026", "./calendars/2024"} <= set(hrefs)
    assert seen.text.count("系统自带") == 3
    assert "没有。" in editor.open(NEXT_YEAR).text


def test_a_calendar_is_filled_in_looked_at_and_published(visitor: Come, waiting: Clock) -> None:
    editor = visitor("calendar")
    form = editor.open(NEXT_YEAR)

    looked = editor.send(form, NEXT_YEAR, CALENDAR | LOOK)
    untouched = container().clocks.get(waiting.owner, waiting.clock_id)
    done = editor.send(looked, NEXT_YEAR, PUBLISH)
    recount(at=OVER_NEW_YEAR)
    counted = editor.open(NEXT_YEAR)

    assert "publish" not in [button.get("value") for button in form.page.named("button")]
    assert "暂定" in form.text
    assert looked.status == 200
    assert "看了1个没有到期的时限，1个到期日会变" in looked.text
    assert "还没有发布，什么也没有改" in looked.text
    assert looked.form(NEXT_YEAR).fields["holidays"] == [CALENDAR["holidays"]]
    assert untouched == waiting
    assert done.path == "/calendars/2027?done=loaded"
    assert ("改了0个" in done.text, "改了1个" in counted.text) == (True, True)
    firm = container().clocks.get(waiting.owner, waiting.clock_id)
    assert (firm.due_on.isoformat(), firm.provisional) == ("2027-01-05", False)
    again = done.form(NEXT_YEAR).fields
    assert again["holidays"] == ["2027-01-01 至 2027-01-03 元旦\n2027-02-06 至 2027-02-12 春节"]
    assert again["version"] == ["1"]


@pytest.mark.usefixtures("waiting")
def test_a_look_that_has_not_seen_everything_goes_on_where_it_ended(
    visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_clock_over_new_year(days=4)
    monkeypatch.setattr(drafts, "PAGE", 1)
    editor = visitor("calendar")

    first = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | LOOK)
    (on,) = [button for button in first.page.named("button") if button.get("name") == "after"]
    fields = {name: values[0] for name, values in first.form(NEXT_YEAR).fields.items()}
    second = editor.post(NEXT_YEAR, fields | {"after": on["value"] or ""})
    foreign = editor.post(NEXT_YEAR, fields | {"after": "nobody-s"})
    editor.send(second, NEXT_YEAR, PUBLISH)
    recount(at=OVER_NEW_YEAR)

    assert on["form"] == "edition"
    assert [seen.text.count("个到期日会变") for seen in (first, second)] == [1, 1]
    assert "看了1个没有到期的时限，1个到期日会变" in second.text
    assert foreign.status == 400
    assert "改了2个" in editor.open(NEXT_YEAR).text
    assert not container().clocks.get(other.owner, other.clock_id).provisional


@pytest.mark.usefixtures("waiting")
def test_publishing_twice_has_one_effect(visitor: Come) -> None:
    editor = visitor("calendar")
    looked = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | LOOK)

    first, second = editor.send(looked, NEXT_YEAR, PUBLISH), editor.send(looked, NEXT_YEAR, PUBLISH)

    assert first.path == second.path == "/calendars/2027?done=loaded"
    loaded = [event for event in container().timeline.events("calendar:2027") if event.kind == "calendar:loaded"]
    assert len(loaded) == 1


def test_what_was_changed_after_the_look_is_looked_at_again_first(visitor: Come, portal: Client) -> None:
    editor = visitor("calendar")
    looked = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | LOOK)

    other = editor.send(looked, NEXT_YEAR, {"make_up_days": "2027-02-20 春节"} | PUBLISH)
    plain = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | LOOK)

    assert "和刚才看过的不一样" in other.text
    assert "和刚才看过的不一样" not in plain.text
    assert portal.get("/v1/calendars/2027").status == 404


def test_who_looked_at_an_edition_that_is_no_more_is_told_and_keeps_what_was_typed(
    visitor: Come, portal: Client
) -> None:
    editor, colleague = visitor("calendar"), visitor("calendar")
    looked = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | LOOK)
    theirs = colleague.send(colleague.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | {"make_up_days": ""} | LOOK)
    colleague.send(theirs, NEXT_YEAR, PUBLISH)
    first = editor.send(looked, NEXT_YEAR, PUBLISH)
    second = editor.send(first, NEXT_YEAR, LOOK)
    colleague.send(
        colleague.send(colleague.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | {"title": "更正"} | LOOK), NEXT_YEAR, PUBLISH
    )
    stale = editor.send(second, NEXT_YEAR, PUBLISH)

    assert first.status == 428
    assert stale.status == 412
    assert stale.form(NEXT_YEAR).fields["make_up_days"] == [CALENDAR["make_up_days"]]
    assert portal.get("/v1/calendars/2027").body["notice"]["title"] == "更正"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("holidays", "", "没有放假日"),
        ("holidays", "元旦放假三天", "第1行看不懂：元旦放假三天"),
        ("holidays", "2027-01-01 元旦\n2027-02-30 春节", "第2行看不懂"),
        ("holidays", "2027-01-01 元旦\n\n2027-01-01 元旦", "第3行的2027-01-01前面已经写过"),
        ("holidays", "2027-01-03 至 2027-01-01 元旦", "第1行的起止日期不对"),
        ("holidays", "2027-01-01 至 2027-02-01 元旦", "第1行的起止日期不对，最多31天"),
        ("holidays", "2027-01-01", "2027-01-01：请写明节日名称"),
        ("make_up_days", "2027-02-15 春节", "2027-02-15：调休上班日应为周六或者周日"),
        ("title", "", "请写明通知名称"),
        ("issued_on", "next week", ""),
    ],
)
def test_what_is_wrong_with_a_calendar_is_said_at_its_field(visitor: Come, field: str, typed: str, told: str) -> None:
    editor = visitor("calendar")

    seen = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | {field: typed} | LOOK)

    assert seen.status in {400, 422}
    assert faults_at(seen, field)
    assert told in seen.text
    assert seen.form(NEXT_YEAR).fields.get(field, [""]) == [typed]
    assert seen.form(NEXT_YEAR).fields["number" if field == "title" else "title"] != [None]


def test_days_are_marked_on_the_calendar_and_stand_in_what_is_published(visitor: Come, portal: Client) -> None:
    editor = visitor("calendar")
    blank: dict[str, str | list[str]] = {**CALENDAR, "holidays": "", "make_up_days": ""}
    new_year: dict[str, str | list[str]] = {
        "days": ["2027-01-01", "2027-01-02", "2027-01-03"],
        "mark": "holiday",
        "festival": "元旦",
    }

    first = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, blank | new_year | {"act": "mark"})
    worked: dict[str, str | list[str]] = {"days": ["2027-01-02"], "mark": "make_up", "festival": "元旦", "act": "mark"}
    second = editor.send(first, NEXT_YEAR, worked)
    plain = editor.send(second, NEXT_YEAR, {"days": ["2027-01-03"], "mark": "plain", "act": "mark"})
    looked = editor.send(plain, NEXT_YEAR, LOOK)
    editor.send(looked, NEXT_YEAR, PUBLISH)

    assert first.form(NEXT_YEAR).fields["holidays"] == ["2027-01-01 至 2027-01-03 元旦"]
    assert "days" not in first.form(NEXT_YEAR).fields
    assert second.form(NEXT_YEAR).fields["make_up_days"] == ["2027-01-02 元旦"]
    assert plain.form(NEXT_YEAR).fields["holidays"] == ["2027-01-01 元旦"]
    assert plain.form(NEXT_YEAR).fields["title"] == [CALENDAR["title"]]
    assert "2027年1月1日(周五)：原来上班，以后放假 元旦" in said(looked)
    assert "2027年1月2日(周六)：原来周末休息，以后调休上班 元旦" in said(looked)
    assert portal.get("/v1/calendars/2027").body["make_up_days"] == {"2027-01-02": "元旦"}


def test_the_twelve_months_show_what_every_day_is(visitor: Come) -> None:
    seen = visitor("calendar").open("/calendars/2026")

    days = [box["value"] for box in seen.page.named("input") if box.get("name") == "days"]
    assert len(days) == 31 + 365
    assert (days[0], days[-1]) == ("2025-12-01", "2026-12-31")
    assert "2026年10月" in seen.text
    assert seen.text.count("xn-month__day--make-up") == 6


@pytest.mark.parametrize("forged", ["2027-02-30", "2031-01-01", "20270101", "someday"])
def test_a_day_that_the_calendar_does_not_show_is_not_marked(visitor: Come, forged: str) -> None:
    editor = visitor("calendar")
    mark = {"mark": "holiday", "festival": "元旦", "act": "mark"}

    alone = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | mark | {"days": forged})
    beside = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, {**CALENDAR, **mark, "days": ["2027-05-01", forged]})

    assert faults_at(alone, "days")
    assert "2027-05-01 元旦" in beside.form(NEXT_YEAR).fields["holidays"][0]
    assert forged not in beside.text


def test_a_due_date_whose_rule_pack_is_gone_is_named_in_what_would_change(visitor: Come, waiting: Clock) -> None:
    with transaction() as tx:
        ClockStore().save(replace(waiting, pack="gone", rev=waiting.rev + 1), tx)
    editor = visitor("calendar")

    looked = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | LOOK)

    assert looked.status == 200
    assert "看了1个没有到期的时限，0个到期日会变" in looked.text
    assert "系统里已经没有当初定这些日期用的规则" in looked.text
    assert "公安交管：现在到期 到2027年1月4日(周一)为止" in said(looked)


def test_links_lead_to_each_month_and_past_them_all(visitor: Come) -> None:
    seen = visitor("calendar").open("/calendars/2026")

    to = [href for link in seen.page.named("a") if (href := link.get("href") or "").startswith("#")]
    assert to == ["#main", *(f"#month-2026-{month}" for month in range(1, 13)), "#mark"]
    assert [each for each in to if f'id="{each[1:]}"' not in seen.text] == []


def test_what_is_missing_of_a_mark_is_said_at_once(visitor: Come) -> None:
    editor = visitor("calendar")
    form = editor.open(NEXT_YEAR)

    nothing = editor.send(form, NEXT_YEAR, CALENDAR | {"act": "mark"})
    nameless = editor.send(form, NEXT_YEAR, CALENDAR | {"days": "2027-01-01", "mark": "holiday", "act": "mark"})
    unread = editor.send(
        form, NEXT_YEAR, CALENDAR | {"holidays": "x", "days": "2027-01-01", "mark": "plain", "act": "mark"}
    )

    assert faults_at(nothing, "days")
    assert faults_at(nothing, "mark")
    assert faults_at(nameless, "festival")
    assert nameless.form(NEXT_YEAR).fields["days"] == ["2027-01-01"]
    assert faults_at(unread, "holidays")


def test_two_editions_of_a_calendar_are_compared_in_words(visitor: Come) -> None:
    editor, page = visitor("calendar"), f"{NEXT_YEAR}/comparison"
    nothing = editor.open(page)
    for days in (CALENDAR, CALENDAR | {"make_up_days": ""}):
        turn_clock(container().clock.now() + timedelta(minutes=1))
        editor.send(editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, days | LOOK), NEXT_YEAR, PUBLISH)

    compared = editor.open(page)
    same = editor.open(f"{page}?one=2&other=2")

    assert nothing.status == 404
    assert "2027年2月14日(周日)：原来调休上班 春节，以后周末休息" in said(compared)
    assert "日子没有不同" in same.text
    assert editor.open(f"{page}?one=9").status == editor.open(f"{page}?one=x").status == 404


def test_a_stretch_of_31_days_is_taken(visitor: Come) -> None:
    editor = visitor("calendar")

    seen = editor.send(
        editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | {"holidays": "2027-01-01 to 2027-01-31 元旦"} | LOOK
    )

    assert seen.status == 200


def test_a_calendar_may_come_as_a_file(visitor: Come, portal: Client) -> None:
    editor = visitor("calendar")
    edition: dict[str, Any] = {
        "year": 2027,
        "notice": {"title": "通知", "number": None, "issued_on": "2026-12-18"},
        "holidays": {"2027-01-01": "元旦"},
        "make_up_days": {},
    }
    form = editor.open(NEXT_YEAR)

    other = editor.send(form, NEXT_YEAR, LOOK, files=_file(edition | {"year": 2026}))
    broken = editor.send(form, NEXT_YEAR, LOOK, files={"document_file": ("a.json", b'{"year": 2027,\n]')})
    looked = editor.send(form, NEXT_YEAR, LOOK, files=_file(edition))
    done = editor.send(looked, NEXT_YEAR, PUBLISH)

    large = editor.send(form, NEXT_YEAR, LOOK, files={"document_file": ("a.json", b" " * 262_145)})
    whole = editor.send(form, NEXT_YEAR, LOOK, files={"document_file": ("a.json", b" " * 262_143 + b"{")})

    assert large.status == 400
    assert faults_at(large, "document_file")
    assert faults_at(whole, "document_file")
    assert "/year：与地址中的年度不一致" in other.text
    assert "第2行第1个字" in broken.text
    assert faults_at(broken, "document_file")
    assert "用的是文件里的内容" in looked.text
    assert done.path == "/calendars/2027?done=loaded"
    assert portal.get("/v1/calendars/2027").body["holidays"] == {"2027-01-01": "元旦"}


@pytest.mark.parametrize("year", ["1999", "2028", "abcd", "20270"])
def test_a_year_that_nobody_can_load_has_no_page(visitor: Come, year: str) -> None:
    assert visitor("calendar").open(f"/calendars/{year}").status == 404


def test_an_editor_sees_the_words_of_an_item_and_what_was_searched_in_vain(visitor: Come) -> None:
    somebody, editor = visitor(), visitor("editor")
    somebody.open("/items?q=护照")
    somebody.open("/items?q=护照")
    somebody.open("/items?q=13800138000")

    words = editor.open(PLATE)
    missed = editor.open("/catalogue-searches")
    before = editor.open("/catalogue-searches?day=2026-01-01")

    assert "整个说法：车牌丢了 · 车牌坏了" in said(words)
    assert "护照 2" in said(missed)
    assert "13800138000" not in missed.text
    assert "这一天没有。" in before.text
    assert editor.open("/catalogue-searches?day=yesterday").status == 400


def test_what_may_be_meant_is_offered_in_both_languages(visitor: Come) -> None:
    found = visitor().open("/items?q=夫妻头靠")
    in_english = visitor().open("/items?q=licence+plaet&lang=en")

    assert "您是不是要找" in found.text
    assert {"./items/spouse-household", "./items?q=%E5%A4%AB%E5%A6%BB%E6%8A%95%E9%9D%A0"} <= {
        link["href"] for link in found.page.named("a")
    }
    assert "Did you mean" in in_english.text
    assert "./items/plate-replacement?lang=en" in [link["href"] for link in in_english.page.named("a")]


def test_an_item_begins_by_its_code_and_a_version_that_waits_is_put_aside_by_the_next(
    visitor: Come, portal: Client, token: TokenOf
) -> None:
    editor = visitor("editor")
    later = item_body() | {"effective_from": "2199-01-01"}

    form = editor.open("/catalogue?item=new-item")
    portal.put("/v1/items/new-item/versions/1", later, token=token("editor"))
    editor.send(form, "/catalogue/new-item/draft")
    looked = editor.open("/catalogue/new-item/check")

    assert form.path == "/catalogue/new-item"
    assert "第2版从2199年1月1日(周二)起使用" in looked.text
    assert "第1版还没有生效，发布以后由这一版代替" in looked.text


def test_the_pages_speak_english(visitor: Come) -> None:
    editor = visitor("calendar", language="en")

    seen = editor.send(editor.open(NEXT_YEAR), NEXT_YEAR, CALENDAR | {"holidays": "never"} | LOOK)

    assert "Line 1 cannot be read: never" in seen.text


def _file(document: object) -> dict[str, tuple[str, bytes]]:
    return {"document_file": ("edition.json", json.dumps(document).encode("utf-8-sig"))}


@pytest.mark.requirement("R5.1")
def test_an_item_is_abolished_by_a_form_and_its_guide_says_so(visitor: Come) -> None:
    editor, page = visitor("editor"), f"{PLATE}/abolition"
    form = editor.open(page)

    empty = editor.send(form, page, {"effective_on": "2026-10-12"})
    done = editor.send(form, page, {**ABOLITION, "effective_on": "2026-09-28"})
    guide, found = editor.open("/items/plate-replacement"), editor.open("/items?q=号牌")

    assert all(faults_at(empty, name) for name in ("document_no", "basis", "turn_to"))
    assert done.path == f"{PLATE}?done=abolished"
    assert "本事项自9月28日(周一)起取消（义政发〔2026〕31号）" in said(done)
    assert ABOLITION["turn_to"] in said(guide)
    assert "./items/plate-replacement/apply" not in [link["href"] for link in guide.page.named("a")]
    assert "本事项自9月28日(周一)起取消，不再受理新的申请。" in said(found)
    person = visitor("applicant").open("/items/plate-replacement/apply")
    assert person.status == 409
    assert ABOLITION["document_no"] in said(person)
