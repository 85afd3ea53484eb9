"""The worklist shows everything a department has to do, and gives several cases to somebody at once."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from tests.cloud import Client, TokenOf, turn_clock
from tests.web.cases import drafted, hand_in
from tests.web.visitor import Come, Seen, Visitor
from tests.wire import Wire, watched


def ticks(seen: Seen) -> list[str]:
    """The cases that can be ticked, each with its version."""
    return [one["value"] or "" for one in seen.page.named("input") if one.get("name") == "case"]


def offered(seen: Seen) -> set[str]:
    """The acts that a case's page offers."""
    hrefs = [link["href"] or "" for link in seen.page.named("a")]
    return {href.partition("/acts/")[2] for href in hrefs if "/acts/" in href}


def number_of(promised: str) -> str:
    return promised.rpartition("/")[2]


@pytest.mark.parametrize(("language", "left"), [("zh-CN", "明天到期"), ("en", "due tomorrow")])
def test_what_is_new_is_shown_with_item_applicant_and_the_days_that_are_left(
    officer: Visitor, promised: str, language: str, left: str
) -> None:
    officer.language = language

    seen = officer.open("/worklist")

    assert number_of(promised) in seen.text
    assert {"zh-CN": "机动车号牌补领、换领", "en": "Replacement of a lost or damaged number plate"}[
        language
    ] in seen.text
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
    assert "这些没有交办成" in stale.text


def test_a_page_makes_a_query_for_each_light_and_reads_its_cases_at_once(
    promised: str, client: Client, token: TokenOf
) -> None:
    with watched(Wire()) as wire:
        listed = client.get("/v1/worklist", token=token("officer.traffic"))

    queries = [call for call in wire.calls if call.operation == "Query"]
    assert [one["case_no"] for one in listed.body["items"]] == [number_of(promised)]
    assert len([one for one in queries if "clocks" in one.parameters["TableName"]]) <= 6
    assert wire.operations.count("BatchGetItem") + wire.operations.count("TransactGetItems") <= 3


def test_a_case_leads_on_to_the_next_one(officer: Visitor, promised: str, visitor: Come) -> None:
    first = officer.open("/worklist")
    officer.send(first, "assignment", {"case": ticks(first)})
    alone = officer.open(f"{promised}/next")
    applicant = visitor("applicant")
    other = "/desk/" + hand_in(applicant, drafted(applicant)).path.split("/")[2]
    officer.send(officer.open(f"{other}/acts/assignment"), "assignment")

    assert f"../{promised[1:]}/next" in [link["href"] for link in officer.open(promised).page.named("a")]
    assert alone.path == "/worklist"
    assert officer.open(f"{promised}/next").path == other
    assert officer.open(f"{other}/next").path == promised


def test_nothing_is_offered_that_would_be_refused(officer: Visitor, visitor: Come) -> None:
    applicant = visitor("applicant")
    case = "/desk/" + hand_in(applicant, drafted(applicant)).path.split("/")[2]
    before = offered(officer.open(case))
    missing: dict[str, str | list[str]] = {"missing": ["old-plate"], "basis": "《机动车登记规定》第24条"}
    asked = officer.send(officer.open(f"{case}/acts/corrections"), "corrections", missing)
    officer.send(officer.open(f"{case}/acts/assignment"), "assignment")

    assert {"corrections", "assignment"} <= before
    assert "corrections" not in offered(asked)
    assert "旧车牌" in asked.text
    assert "old-plate" not in asked.text
    assert "assignment" not in offered(officer.open(case))
    assert "assignment" in offered(visitor("supervisor.traffic").open(case))


def test_an_acceptance_that_is_overdue_is_not_offered(officer: Visitor, visitor: Come) -> None:
    applicant = visitor("applicant")
    case = "/desk/" + hand_in(applicant, drafted(applicant)).path.split("/")[2]
    turn_clock(datetime(2026, 12, 1, 4, tzinfo=UTC))

    assert not {"acceptance", "corrections"} & offered(officer.open(case))


def test_a_case_is_found_by_its_number_however_it_was_typed(officer: Visitor, promised: str) -> None:
    number = number_of(promised)
    typed = f"{number[:4].lower()} {number[4:10]}-{number[10:]}"

    found = officer.open(f"/desk?{urlencode({'q': typed})}")
    wrong = officer.open("/desk?q=12345")

    assert found.path.partition("?")[0] == promised
    assert wrong.status == 400
    assert {"href": "#q"} in wrong.page.named("a")
    assert "12345" in [one.get("value") for one in wrong.page.named("input")]


def test_the_list_is_narrowed_to_an_item_and_says_so(officer: Visitor, promised: str) -> None:
    listed = officer.open("/worklist?green=yes")
    (of_item,) = {link["href"] or "" for link in listed.page.named("a") if "item=" in (link["href"] or "")}

    only, other = officer.open(of_item), officer.open("/worklist?item=business-address")

    assert number_of(promised) in only.text
    assert "只看“机动车号牌补领、换领”。" in only.text
    assert number_of(promised) not in other.text


def test_an_item_is_chosen_from_those_of_the_department(officer: Visitor, promised: str) -> None:
    listed = officer.open("/worklist")
    (chosen,) = [one for one in listed.page.named("option") if one.get("value") == "plate-replacement"]
    only = officer.open("/worklist?item=plate-replacement")
    unknown = officer.open("/worklist?item=nobody-s-item")

    assert chosen
    assert number_of(promised) in only.text
    assert "plate-replacement" in [one["value"] for one in only.page.named("option") if "selected" in one]
    assert number_of(promised) not in unknown.text


@pytest.mark.parametrize("query", ["", "?state=accepted"])
def test_the_list_of_all_cases_says_what_each_waits_for_in_one_read_however_many_there_are(
    officer: Visitor, visitor: Come, promised: str, query: str
) -> None:
    asked: list[list[str]] = []
    for _ in range(2):
        with watched(Wire()) as wire:
            seen = officer.open(f"/desk{query}")
        asked.append(wire.operations)
        drafted_one = visitor("applicant")
        hand_in(drafted_one, drafted(drafted_one))

    assert number_of(promised) in seen.text
    assert "绿灯：时间充裕" in seen.text
    assert "到10月8日(周四)为止" in seen.text
    assert asked[0] == asked[1]
