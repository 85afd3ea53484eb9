"""The worklist shows everything a department has to do, and gives several cases to somebody at once."""

import pytest

from tests.cloud import Client, TokenOf
from tests.web.visitor import Come, Seen, Visitor
from tests.wire import Wire, watched


def ticks(seen: Seen) -> list[str]:
    """The cases that can be ticked, each with its version."""
    return [one["value"] or "" for one in seen.page.named("input") if one.get("name") == "case"]


def number_of(promised: str) -> str:
    return promised.rpartition("/")[2]


@pytest.mark.parametrize(("language", "left"), [("zh-CN", "明天到期"), ("en", "due tomorrow")])
def test_what_is_new_is_shown_with_item_applicant_and_the_days_that_are_left(
    officer: Visitor, promised: str, language: str, left: str
) -> None:
    officer.language = language

    seen = officer.open("/worklist")

    assert number_of(promised) in seen.text
    assert "机动车号牌补领、换领" in seen.text
    assert "李*" in seen.text
    assert left in seen.text
    assert {"zh-CN": "还没有指定", "en": "nobody yet"}[language] in seen.text


def test_several_lights_are_chosen_at_once_and_stay(officer: Visitor, promised: str) -> None:
    shown, hidden = officer.open("/worklist?green=yes&red=yes"), officer.open("/worklist?red=yes&grey=yes")

    chosen = [one["name"] for one in hidden.page.named("input") if one.get("type") == "checkbox" and "checked" in one]
    assert number_of(promised) in shown.text
    assert number_of(promised) not in hidden.text
    assert chosen == ["red", "grey"]


def test_mine_and_nobodys_are_told_apart(officer: Visitor, promised: str) -> None:
    number = number_of(promised)
    before = [number in officer.open(f"/worklist?officer={who}").text for who in ("officer", "officer.traffic")]
    officer.send(officer.open(f"{promised}/acts/assignment"), "assignment")
    after = [number in officer.open(f"/worklist?officer={who}").text for who in ("officer", "officer.traffic")]

    assert (before, after) == ([True, False], [False, True])


def test_an_officer_takes_ticked_cases_and_is_not_offered_those_of_others(officer: Visitor, promised: str) -> None:
    seen = officer.open("/worklist")
    (ticked,) = ticks(seen)

    nothing = officer.send(seen, "assignment")
    done = officer.send(seen, "assignment", {"case": [ticked]})
    again = officer.send(seen, "assignment", {"case": [ticked]})

    assert nothing.status == 400
    assert {"href": "#case"} in nothing.page.named("a")
    assert f"已经交办：{number_of(promised)}。" in done.text
    assert f"已经交办：{number_of(promised)}。" in again.text
    assert ticks(done) == []


def test_a_superior_gives_cases_to_a_colleague_and_hears_which_could_not_be_given(visitor: Come, promised: str) -> None:
    supervisor, number = visitor("supervisor.traffic"), number_of(promised)
    seen = supervisor.open("/worklist")
    (ticked,) = ticks(seen)

    nobody = supervisor.send(seen, "assignment", {"case": [ticked]})
    stranger = supervisor.send(seen, "assignment", {"case": [ticked], "given_to": "head.traffic"})
    mixed = supervisor.send(seen, "assignment", {"case": [ticked, f"{'A' * 17}:1"], "given_to": "officer.traffic"})
    # The list was drawn before the case was given to somebody: what happened since is not undone unseen.
    again = supervisor.open("/worklist")
    stale = supervisor.send(again, "assignment", {"case": [ticked], "given_to": "officer.traffic"})

    for refused in (nobody, stranger):
        assert refused.status == 400
        assert {"href": "#given_to"} in refused.page.named("a")
    assert f"已经交办：{number}。" in mixed.text
    assert "A" * 17 in mixed.text
    assert "经办甲" in mixed.text
    assert "这些没有办成" in stale.text


def test_a_page_makes_a_query_for_each_light_and_reads_its_cases_at_once(
    promised: str, client: Client, token: TokenOf
) -> None:
    with watched(Wire()) as wire:
        listed = client.get("/v1/worklist", token=token("officer.traffic"))

    queries = [call for call in wire.calls if call.operation == "Query"]
    assert [one["case_no"] for one in listed.body["items"]] == [number_of(promised)]
    assert len([one for one in queries if "clocks" in one.parameters["TableName"]]) <= 6
    assert wire.operations.count("BatchGetItem") + wire.operations.count("TransactGetItems") <= 3
