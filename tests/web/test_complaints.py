"""Complaints and suggestions by pages alone, from the street or from somebody known: taken, answered and rated."""

import re
from datetime import timedelta

from tests.builders import NOON
from tests.cloud import Client, turn_clock
from tests.web.visitor import Come, Seen, Visitor

SAID = {"category": "process", "text": "窗口中午没有人。", "department": "traffic"}
ANSWER = {"outcome": "accepted", "text": "中午已经安排值班。"}


def words(seen: Seen) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]+>", " ", seen.text).split())


def links(seen: Seen) -> list[str]:
    return [link["href"] or "" for link in seen.page.named("a")]


def from_the_street(somebody: Visitor, **said: str) -> tuple[str, str]:
    """Send a complaint without a login; return its number and code."""
    sent = somebody.send(somebody.open("/complain"), "complain", {**SAID, **said})
    number, code = re.search("([0-9a-f]{32})", words(sent)), re.search("([A-Z2-7]{10})", words(sent))
    assert number is not None
    assert code is not None
    return number[1], code[1]


def test_a_complaint_from_the_street_is_taken_answered_and_rated(visitor: Come) -> None:
    somebody, officer = visitor(), visitor("officer.traffic")
    number, code = from_the_street(somebody)
    desk = f"/complaints/{number}"

    queue = officer.open("/complaints")
    taken = officer.send(officer.open(f"{desk}/acts/taking"), "taking", {})
    worklist = officer.open("/worklist?light=green")
    answered = officer.send(officer.open(f"{desk}/acts/answer"), "answer", ANSWER)
    read = somebody.open(f"/complaint-status?id={number}&code={code}")
    rated = somebody.send(read, "complaint-status", {"level": "4", "comment": "很快"})
    again = somebody.open(f"/complaint-status?id={number}&code={code}")

    assert f"./complaints/{number}" in links(queue)
    assert "没有登录的人" in words(queue)
    assert "已由您负责答复" in words(taken)
    assert f"./complaints/{number}" in links(worklist)
    assert "已答复" in words(answered)
    assert "没有等答复的投诉建议" in words(officer.open("/complaints"))
    assert "中午已经安排值班。" in words(read)
    assert "评价：" in words(rated)
    assert "很快" in words(again)
    assert "complaint-status" not in again.text.partition("<main")[2]


def test_a_wrong_code_shows_nothing_and_a_form_without_a_kind_comes_back(visitor: Come) -> None:
    somebody = visitor()
    number, _ = from_the_street(somebody)

    wrong = somebody.open(f"/complaint-status?id={number}&code=AAAAAAAAAA")
    silly = somebody.open("/complaint-status?id=x&code=y")
    unkind = somebody.send(somebody.open("/complain"), "complain", {"text": "窗口中午没有人。"})
    silent = somebody.send(somebody.open("/complain"), "complain", {**SAID, "text": " "})

    assert (wrong.status, silly.status, unkind.status, silent.status) == (404, 404, 400, 400)
    assert "窗口中午没有人。" not in wrong.text
    assert {"href": "#category"} in unkind.page.named("a")
    assert {"href": "#text"} in silent.page.named("a")


def test_a_form_of_the_street_that_another_site_sends_is_refused(portal: Client) -> None:
    body = "category=process&text=x"
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}

    foreign = portal.call("POST", "/complain", body, headers={**kind, "Sec-Fetch-Site": "cross-site"})

    assert foreign.status == 403


def test_somebody_known_follows_and_rates_their_own(visitor: Come) -> None:
    person, officer = visitor("applicant"), visitor("officer.market")
    sent = person.send(person.open("/own-complaint"), "own-complaint", {**SAID, "department": "market"})
    number = sent.path.partition("?")[0].rpartition("/")[2]

    sorting = officer.send(
        officer.open(f"/complaints/{number}/acts/sorting"), "sorting", {"sort": "complex", "reason": "牵涉两家。"}
    )
    late = person.open(f"/own-complaints/{number}")
    officer.send(officer.open(f"/complaints/{number}/acts/answer"), "answer", ANSWER)
    rated = person.send(person.open(f"/own-complaints/{number}/rating"), "rating", {"level": "2"})
    over = person.open(f"/own-complaints/{number}/rating")

    assert sent.path.endswith("?done=sent")
    assert f"./own-complaints/{number}" in links(person.open("/own-complaints"))
    assert "已分类" in words(sorting)
    assert "情况复杂，答复时间延长： 牵涉两家。" in words(late)
    assert "谢谢您的评价" in words(rated)
    assert "现在不能" in words(over) or over.status == 200
    assert visitor("applicant2").open(f"/own-complaints/{number}").status == 404


def test_what_is_passed_on_is_the_other_offices_and_keeps_its_day(visitor: Come) -> None:
    number, _ = from_the_street(visitor())
    officer, other = visitor("officer.traffic"), visitor("officer.market")
    form = officer.open(f"/complaints/{number}/acts/transfer")

    nowhere = officer.send(form, "transfer", {"department": "", "reason": "是他们的。"})
    passed = officer.send(form, "transfer", {"department": "market", "reason": "是他们的。"})
    read = other.open(f"/complaints/{number}")

    assert nowhere.status == 400
    assert passed.path == "/complaints?done=transfer"
    assert officer.open(f"/complaints/{number}").status == 403
    assert "别的部门转来 · 是他们的。" in words(read)


def test_the_board_leads_to_a_late_complaint_and_names_who_has_it(visitor: Come) -> None:
    number, _ = from_the_street(visitor())
    officer, head = visitor("officer.traffic"), visitor("head.traffic")
    officer.send(officer.open(f"/complaints/{number}/acts/taking"), "taking", {})

    turn_clock(NOON + timedelta(days=90))
    board = head.open("/board")
    monitor = visitor("monitor").open("/complaints?department=traffic")
    english = head.open(f"/complaints/{number}?lang=en")

    assert f"./complaints/{number}" in links(board)
    assert "经办甲 · 公安交管" in words(board)
    assert f"./complaints/{number}" in links(monitor)
    assert "Somebody without a login" in words(english)
    assert "Take it on" not in words(english)


def test_an_answer_that_is_overdue_is_said_to_be_and_who_can_be_asked(visitor: Come) -> None:
    person = visitor("applicant")
    sent = person.send(person.open("/own-complaint"), "own-complaint", SAID)
    place = sent.path.partition("?")[0]
    turn_clock(NOON + timedelta(days=90))

    assert "超期" not in words(sent)
    assert "以内答复，现在已经超期" in words(visitor("applicant").open(place))
    assert "0579-00000101" in words(sent)
