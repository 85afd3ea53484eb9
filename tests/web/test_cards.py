"""Cards from the finding to the withdrawal, by pages and forms alone."""

from datetime import timedelta

import pytest

from chalicelib.container import container
from chalicelib.dynamo.model import Page, Position
from chalicelib.supervision.model.cards import Card
from chalicelib.supervision.store.cards import CardStore, Wanted
from chalicelib.web.core.request import FURTHER
from tests.builders import NOON
from tests.cloud import told_once, turn_clock
from tests.web.visitor import Come, Seen

LATE = NOON + timedelta(days=30)
FACTS = {"facts": "承诺期限已过，未办结，也未说明。", "officer": "officer.traffic"}
GROUND = {"ground": "promised_date_missed"}


@pytest.fixture
def missed(case_no: str) -> tuple[str, str]:
    """A case that was late, and which event of its timeline says that the promised day has passed."""

    def be_late() -> str:
        turn_clock(LATE)
        container().clocks.sweep(at=LATE)
        events = container().timeline.events(f"case:{case_no}")
        (seq,) = [
            event.seq for event in events if event.kind == "clock:passed" and event.data["kind"] == "handling_promised"
        ]
        return str(seq)

    seq = told_once("a promise that was late", be_late)
    turn_clock(LATE + timedelta(days=7))
    return case_no, seq


@pytest.fixture
def card(visitor: Come, missed: tuple[str, str]) -> str:
    """The page of a card that was given."""
    number, event = missed

    def give() -> str:
        supervisor = visitor("supervisor.traffic")
        form = supervisor.open(f"/card?case_no={number}")
        return supervisor.send(form, "card", GROUND | FACTS | {"events": [event]}).path.partition("?")[0]

    return told_once("a card", give)


def faults_at(seen: Seen, field: str) -> bool:
    return {"href": f"#{field}"} in seen.page.named("a")


def acts(seen: Seen) -> list[str]:
    hrefs = [link["href"] or "" for link in seen.page.named("a")]
    return [href.rpartition("/")[2] for href in hrefs if "/acts/" in href]


def test_who_has_no_cards_is_told_so(visitor: Come) -> None:
    officer, supervisor = visitor("officer.traffic"), visitor("supervisor.traffic")

    for browser in (officer, supervisor):
        assert "没有督办牌。" in browser.open("/cards").text
    assert "./card" not in [link["href"] for link in officer.open("/cards").page.named("a")]
    assert "./card" in [link["href"] for link in supervisor.open("/cards").page.named("a")]


def test_a_card_is_given_from_the_case_answered_appealed_and_decided(visitor: Come, missed: tuple[str, str]) -> None:
    number, event = missed
    supervisor, officer, monitor = visitor("supervisor.traffic"), visitor("officer.traffic"), visitor("monitor")
    case = supervisor.open(f"/desk/{number}")
    form = supervisor.open(f"/card?case_no={number}")

    given = supervisor.send(form, "card", GROUND | FACTS | {"events": [event]})
    card = given.path.partition("?")[0]
    listed = officer.open("/cards?officer=officer.traffic")
    seen = officer.open(card)
    answered = officer.send(officer.open(f"{card}/acts/reply"), "reply", {"text": "已经办结。"})
    appealed = officer.send(officer.open(f"{card}/acts/appeal"), "appeal", {"text": "材料当日才齐。"})
    owed = monitor.open("/cards?department=traffic&state=appealed")
    decided = monitor.send(
        monitor.open(f"{card}/acts/decision"), "decision", {"outcome": "upheld", "text": "逾期属实。"}
    )
    after = officer.open(card)

    assert f"../card?case_no={number}" in [link["href"] for link in case.page.named("a")]
    assert "黄牌" in form.text
    assert "已发牌" in given.text
    assert "绿灯：时间充裕" in listed.text
    assert f".{card}" in [link["href"] for link in listed.page.named("a")]
    assert "黄牌：超过承诺时限" in listed.text
    assert acts(seen) == ["reply", "appeal"]
    assert "已答复。" in answered.text
    assert acts(answered) == ["appeal"]
    assert acts(appealed) == []
    assert "牌的申诉" in owed.text
    assert "已决定。" in decided.text
    assert acts(after) == []
    for said in (FACTS["facts"], "已经办结。", "材料当日才齐。", "逾期属实。", "维持"):
        assert said in after.text


@pytest.mark.requirement("R4.16")
def test_a_card_is_withdrawn_by_the_office_that_gave_it_and_counts_nowhere(visitor: Come, card: str) -> None:
    head = visitor("head.traffic")

    done = head.send(head.open(f"{card}/acts/withdrawal"), "withdrawal", {"text": "所据事实有误。"})

    assert "已撤销" in done.text
    assert acts(done) == []
    assert "不用再办" in head.open("/cards").text


@pytest.mark.parametrize(
    ("persona", "open_acts"),
    [
        ("officer.traffic", ["reply", "appeal"]),
        ("supervisor.traffic", ["withdrawal"]),
        ("head.traffic", ["reply", "appeal", "withdrawal"]),
        ("monitor", ["withdrawal"]),
    ],
)
def test_each_is_offered_what_is_open_to_them(visitor: Come, card: str, persona: str, open_acts: list[str]) -> None:
    assert acts(visitor(persona).open(card)) == open_acts


def test_another_department_s_card_is_closed(visitor: Come, card: str) -> None:
    assert visitor("officer.market").open(card).status == 403


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(visitor: Come, missed: tuple[str, str]) -> None:
    number, event = missed
    supervisor = visitor("supervisor.traffic")
    form = supervisor.open(f"/card?case_no={number}")

    groundless = supervisor.send(form, "card", FACTS | {"events": [event]})
    eventless = supervisor.send(form, "card", GROUND | FACTS)
    factless = supervisor.send(form, "card", GROUND | {"events": [event], "facts": ""})
    weak = supervisor.send(form, "card", GROUND | FACTS | {"events": ["1"]})
    own = supervisor.send(form, "card", GROUND | FACTS | {"events": [event], "officer": "supervisor.traffic"})

    assert faults_at(groundless, "ground")
    assert groundless.form("card").fields["facts"] == [FACTS["facts"]]
    assert groundless.form("card").fields["events"] == [event]
    assert faults_at(eventless, "events")
    assert eventless.form("card").fields["ground"] == ["promised_date_missed"]
    assert faults_at(factless, "facts")
    assert faults_at(weak, "events")
    assert "不足以支持该事由" in weak.text
    assert faults_at(own, "officer")
    assert {groundless.status, eventless.status, factless.status} == {400}


def test_a_case_that_there_is_not_is_said_at_its_field(visitor: Come) -> None:
    seen = visitor("monitor").open("/card?case_no=nobody-s")

    assert seen.status == 400
    assert faults_at(seen, "case_no")
    assert "nobody-s" in [field.get("value") for field in seen.page.named("input")]


def test_until_when_the_office_may_still_correct_it_is_said(visitor: Come, missed: tuple[str, str]) -> None:
    number, event = missed
    turn_clock(LATE + timedelta(minutes=1))
    supervisor = visitor("supervisor.traffic")

    seen = supervisor.send(supervisor.open(f"/card?case_no={number}"), "card", GROUND | FACTS | {"events": [event]})

    assert seen.status == 409
    assert "还可以更正，到时才能发牌" in seen.text


def test_a_card_that_was_given_before_is_shown_the_way_to(visitor: Come, missed: tuple[str, str], card: str) -> None:
    number, event = missed
    head = visitor("head.traffic")

    seen = head.send(head.open(f"/card?case_no={number}"), "card", GROUND | FACTS | {"events": [event]})

    assert seen.status == 409
    assert f".{card}" in [link["href"] for link in seen.page.named("a")]


def test_a_double_click_gives_and_answers_once(visitor: Come, missed: tuple[str, str]) -> None:
    number, event = missed
    supervisor, officer = visitor("supervisor.traffic"), visitor("officer.traffic")
    form = supervisor.open(f"/card?case_no={number}")

    given = [supervisor.send(form, "card", GROUND | FACTS | {"events": [event]}) for _ in range(2)]
    card = given[0].path.partition("?")[0]
    answer = officer.open(f"{card}/acts/reply")
    answers = [officer.send(answer, "reply", {"text": "已经办结。"}) for _ in range(2)]

    assert given[0].path == given[1].path
    assert [seen.path for seen in answers] == [f"{card}?done=reply"] * 2
    told = [event.kind for event in container().timeline.events(f"case:{number}") if event.kind.startswith("card:")]
    assert told == ["card:given", "card:answered"]


def test_an_act_on_a_card_that_has_moved_on_is_refused_and_what_was_typed_stays(visitor: Come, card: str) -> None:
    officer, head = visitor("officer.traffic"), visitor("head.traffic")
    form = officer.open(f"{card}/acts/reply")
    head.send(head.open(f"{card}/acts/appeal"), "appeal", {"text": "系统故障。"})

    stale = officer.send(form, "reply", {"text": "已经办结。"})
    again = officer.send(stale, "reply", {"text": "已经办结。"})

    assert stale.status == 412
    assert stale.form("reply").fields["text"] == ["已经办结。"]
    assert "现在不能由您这样办" in stale.text
    assert again.status == 409


def test_an_act_without_words_or_outcome_is_said_at_its_field(visitor: Come, card: str) -> None:
    officer, monitor = visitor("officer.traffic"), visitor("monitor")

    blank = officer.send(officer.open(f"{card}/acts/appeal"), "appeal", {"text": " "})
    officer.send(blank, "appeal", {"text": "系统故障。"})
    neither = monitor.send(monitor.open(f"{card}/acts/decision"), "decision", {"text": "属实。"})

    assert (blank.status, neither.status) == (400, 400)
    assert faults_at(blank, "text")
    assert faults_at(neither, "outcome")
    assert neither.form("decision").fields["text"] == ["属实。"]


def test_a_late_answer_is_taken_and_marked(visitor: Come, card: str) -> None:
    turn_clock(LATE + timedelta(days=60))
    officer = visitor("officer.traffic")

    listed = officer.open("/cards")
    done = officer.send(officer.open(f"{card}/acts/reply"), "reply", {"text": "已经办结。"})

    assert "红灯：已超期" in listed.text
    assert "（晚了）" in done.text


def test_there_is_no_act_of_another_name(visitor: Come, card: str) -> None:
    assert visitor("head.traffic").open(f"{card}/acts/burning").status == 404


def test_the_pages_speak_english(visitor: Come, card: str) -> None:
    seen = visitor("officer.traffic", language="en").open(card)

    assert "Yellow card" in seen.text
    assert "Answer" in seen.text


@pytest.mark.parametrize(("language", "told"), [("zh-CN", "后面还有"), ("en", "there is more to look through")])
def test_a_list_in_which_nothing_was_found_so_far_says_so_and_goes_on(
    visitor: Come, monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    asked: list[Position | None] = []

    def page(_store: CardStore, _wanted: Wanted, *, limit: int, after: Position | None) -> Page[Card]:  # noqa: ARG001 - as the store has it
        asked.append(after)
        return Page((), {"pk": {"S": str(len(asked))}})

    monkeypatch.setattr(CardStore, "page", page)

    seen = visitor("supervisor.traffic", language=language).open("/cards?state=given")

    assert told in seen.text
    assert asked == [None, *({"pk": {"S": str(number)}} for number in range(1, FURTHER + 1))]
    assert any("cursor=" in (link["href"] or "") for link in seen.page.named("a"))
