"""Which message follows from which event, for whom and in which words."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.messages.model.messages import Act, Message, Needs, Party, Turn
from chalicelib.messages.model.telling import Matter, NoMessage, Rule, Template, TurnRule
from chalicelib.messages.rules import messages as rules
from chalicelib.messages.store.telling import rules_of, table, templates
from chalicelib.subjects.model.subjects import SubjectKey
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

HERSELF = SubjectKey("k1.aa")
AGENT = SubjectKey("k1.bb")
MATTER = Matter(
    parts={"subject": HERSELF, "agent": AGENT}, link="cases/C1", number="C1", item="开办便利店", item_code="shop"
)
OF_EVERY_MATTER = {"number", "date"}
HAVE_ITEMS = {"case", "commitment", "document"}
"""The beginnings of event kinds whose matters have an item; ``clock`` and ``alert`` have one by their owner."""


def an_event(happened: EventKind = EventKind.CORRECTION_ASKED, *, owner: str = "case:C1", **data: Any) -> Event:  # noqa: ANN401 - any data of an event
    return Event(
        owner=owner,
        seq=4,
        kind=happened.value,
        occurred_at="2026-11-26T01:12:00Z",
        recorded_at="2026-11-26T01:12:05Z",
        actor="staff:o",
        department="traffic",
        data=data,
        prev_hash="0" * 64,
        hash="1" * 64,
    )


def the_message(event: Event, matter: Matter = MATTER) -> Message:
    holding = rules.rules_that_hold(rules_of(event.kind), event)
    recipient, rule = next(rules.told(holding, matter))
    return rules.message_of(event, rule, matter, recipient)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_a_message_or_a_reason_for_none(kind: EventKind) -> None:
    found = table().get(kind.value)

    assert found, f"{kind.value} tells nobody, and nothing says why"
    if isinstance(found, NoMessage):
        assert len(found.none) > 9


def test_the_table_names_no_kind_that_does_not_exist() -> None:
    assert set(table()) == {kind.value for kind in EventKind}


def test_every_kind_of_message_has_its_words_and_no_words_lie_about() -> None:
    named = {rule.message for found in table().values() if not isinstance(found, NoMessage) for rule in found}

    assert named == set(templates())


@pytest.mark.parametrize("kind", [kind for kind in EventKind if not isinstance(table().get(kind.value), NoMessage)])
def test_the_words_of_an_event_have_a_value_for_each_blank(kind: EventKind) -> None:
    for rule in rules_of(kind.value):
        known = OF_EVERY_MATTER | set(rule.facts)
        if kind.value.partition(":")[0] in HAVE_ITEMS or rule.when.get("owner") == "case":
            known |= {"item"}
        if rule.message == "identity_waiting":
            known |= {"until"}
        template = templates()[rule.message]
        for text in (*template.title, *template.text):
            assert set(re.findall(r"{(\w+)}", text)) <= known, rule.message


@pytest.mark.parametrize("name", templates())
def test_the_two_languages_of_a_message_say_the_same_facts(name: str) -> None:
    chinese, english = templates()[name].text

    assert sorted(set(re.findall(r"{(\w+)}", chinese))) == sorted(set(re.findall(r"{(\w+)}", english)))
    assert re.search("[\u4e00-\u9fff]", english) is None


@pytest.mark.parametrize("name", templates())
def test_a_message_is_said_in_words_that_people_use(name: str) -> None:
    template = templates()[name]

    for text in (*template.title, *template.text):
        assert re.search("届满|救济途径|后续步骤|予以|superiors|is promised by|[Nn]umber and name", text) is None, text


def test_a_correction_says_for_which_item_and_asks_for_an_answer() -> None:
    message = the_message(an_event())

    assert message == Message(
        message_id="20261126T011205Z-000004-9fc78ab0fa98c19c3ef9746d",
        recipient=HERSELF,
        kind="correction_asked",
        owner="case:C1",
        seq=4,
        event="case:correction_asked",
        made_at=datetime(2026, 11, 26, 1, 12, 5, tzinfo=UTC),
        link="cases/C1",
        facts={"item": "开办便利店", "number": "C1", "date": "2026-11-26"},
        needs=Needs(act=Act.CORRECT),
        told_agent=True,
    )


def test_ids_differ_by_event_and_recipient_and_by_nothing_else() -> None:
    event = an_event()

    assert rules.message_id_of(event, HERSELF) == rules.message_id_of(replace(event, kind="x"), HERSELF)
    assert rules.message_id_of(event, HERSELF) != rules.message_id_of(event, AGENT)
    assert rules.message_id_of(event, HERSELF) != rules.message_id_of(replace(event, seq=5), HERSELF)
    assert rules.message_id_of(event, HERSELF) != rules.message_id_of(replace(event, owner="case:C2"), HERSELF)


def test_what_happened_in_one_second_is_told_in_its_order() -> None:
    first, later = (rules.message_id_of(replace(an_event(), seq=seq), HERSELF) for seq in (9, 10))

    assert first < later


def test_a_day_of_shanghai_is_told_however_late_it_was() -> None:
    late = replace(an_event(), occurred_at="2026-11-26T16:30:00Z")

    assert the_message(late).facts["date"] == "2026-11-27"


@pytest.mark.requirement("R7.15")
def test_a_principal_reads_that_the_agent_was_told_too_and_an_agent_does_not() -> None:
    event = an_event()
    (first, rule), (second, same) = rules.told(rules_of(event.kind), MATTER)
    alone = replace(MATTER, parts={"subject": HERSELF})
    private = rules_of("case:breach_recorded")[0]

    assert rules.message_of(event, rule, MATTER, first).told_agent
    assert not rules.message_of(event, same, MATTER, second).told_agent
    assert not rules.message_of(event, rule, alone, first).told_agent
    assert not rules.message_of(event, private, MATTER, first).told_agent


def test_somebody_who_is_both_applicant_and_agent_is_told_once() -> None:
    both = replace(MATTER, parts={"subject": HERSELF, "agent": HERSELF})

    assert [recipient for recipient, _ in rules.told(rules_of("case:accepted"), both)] == [HERSELF]


def test_a_part_that_nobody_has_is_told_nothing() -> None:
    alone = replace(MATTER, parts={"subject": HERSELF})

    assert [recipient for recipient, _ in rules.told(rules_of("case:accepted"), alone)] == [HERSELF]


def test_an_agent_is_not_told_that_the_principals_number_and_name_are_in_doubt() -> None:
    told = dict(rules.told(rules_of("case:identity_awaited"), MATTER))

    assert {who: rule.message for who, rule in told.items()} == {HERSELF: "identity_waiting", AGENT: "waiting"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"outcome": "granted", "clocks_started": [{"kind": "verification", "due_on": "2027-01-29"}]},
            "granted_to_be_verified",
        ),
        ({"outcome": "granted", "clocks_started": [{"kind": "delivery", "due_on": "2026-12-01"}]}, "granted"),
        ({"outcome": "granted"}, "granted"),
        ({"outcome": "refused"}, "refused"),
    ],
)
def test_a_decision_says_what_was_decided_and_whether_it_is_verified(data: dict[str, Any], message: str) -> None:
    assert the_message(an_event(EventKind.CASE_DECIDED, **data)).kind == message


@pytest.mark.parametrize(
    ("owner", "kind", "message"),
    [
        ("case:C1", "handling_promised", "overdue"),
        ("case:C1", "defence", "your_time_is_over"),
        ("case:C1", "correction", "you_may_still_answer"),
        ("case:C1", "materials", "you_may_still_answer"),
        ("case:C1", "suspension", "still_suspended"),
        ("case:C1", "consequence", None),
        ("case:C1", "acknowledgement", None),
        ("flag:F1", "defence", "flag_time_is_over"),
        ("objection:O1", "objection", "answer_overdue"),
        ("flag_notice:N1", "propagation", None),
    ],
)
def test_only_a_time_limit_that_concerns_somebody_is_told_as_over(owner: str, kind: str, message: str | None) -> None:
    event = an_event(EventKind.CLOCK_PASSED, owner=owner, kind=kind, due_on="2026-11-25")

    assert [rule.message for rule in rules.rules_that_hold(rules_of(event.kind), event)][:1] == [message][
        : bool(message)
    ]


@pytest.mark.parametrize(
    ("data", "is_told"),
    [
        ({"record": "court/r1", "bars": ["court/r1"]}, True),
        ({"record": "court/r1", "bars": ["court/r2"]}, False),
        ({"record": "court/r1"}, False),
        ({"records": [{"record": "court/r3"}, {"record": "court/r1"}], "bars": ["court/r1"]}, True),
        ({"records": ["odd"], "bars": ["court/r1"]}, False),
    ],
)
def test_a_record_is_told_if_it_bars(data: dict[str, Any], is_told: bool) -> None:  # noqa: FBT001 - a row of a table
    event = an_event(EventKind.RECORD_STORED, owner="credit:k1.aa", **data)

    assert bool(rules.rules_that_hold(rules_of(event.kind), event)) is is_told


def test_an_event_makes_it_somebodys_turn_with_the_last_day_of_its_clock() -> None:
    event = an_event(EventKind.DEFENCE_OPENED, clocks_started=[{"kind": "defence", "due_on": "2026-12-03"}])
    message = the_message(event)

    turn = rules.turn_of(event, rules_of(event.kind)[0], MATTER, message)

    assert turn == Turn(
        recipient=HERSELF,
        owner="case:C1",
        seq=4,
        party=Party.YOU,
        act=Act.STATE,
        until=date(2026, 12, 3),
        link="cases/C1",
        title="开办便利店",
        item_code="shop",
        number="C1",
        message_id=message.message_id,
    )
    assert message.needs == Needs(act=Act.STATE, until=date(2026, 12, 3))


def test_an_event_that_changes_no_turn_leaves_it() -> None:
    event = an_event(EventKind.BREACH_RECORDED)

    assert rules.turn_of(event, rules_of(event.kind)[0], MATTER, the_message(event)) is None


def test_a_turn_is_yours_to_the_end_of_its_last_day() -> None:
    turn = Turn(recipient=HERSELF, owner="case:C1", seq=4, party=Party.YOU, link="", until=date(2026, 12, 3))

    assert rules.is_your_turn(turn, on=date(2026, 12, 2))
    assert rules.is_your_turn(turn, on=date(2026, 12, 3))
    assert not rules.is_your_turn(turn, on=date(2026, 12, 4))
    assert not rules.is_your_turn(replace(turn, party=Party.OFFICE), on=date(2026, 12, 2))


def test_what_ends_first_is_asked_first_and_what_has_no_end_last() -> None:
    without = Turn(recipient=HERSELF, owner="case:A", seq=4, party=Party.YOU, link="")
    later = replace(without, owner="case:B", until=date(2026, 12, 4))
    sooner = replace(without, owner="case:C", until=date(2026, 12, 3))
    over = replace(without, owner="case:D", until=date(2026, 12, 1))

    assert rules.in_order((without, over, later, sooner), on=date(2026, 12, 2)) == (sooner, later, without)


def test_a_message_is_said_in_both_languages() -> None:
    accepted = [{"kind": "handling_promised", "due_on": "2026-12-03"}]
    message = the_message(an_event(EventKind.CASE_ACCEPTED, clocks_started=accepted))

    chinese = rules.words_of(message, templates()["accepted"], "zh")
    english = rules.words_of(message, templates()["accepted"], "en")

    assert chinese.title == "申请已受理"
    assert chinese.text == "“开办便利店”（办件编号C1）已于2026年11月26日受理，承诺最晚2026年12月3日(周四)办结。"
    assert english.text == (
        "“开办便利店” (case C1) was accepted on 26 November 2026. "
        "The office promises to finish it by the end of Thursday 3 December 2026."
    )


def test_a_blank_without_a_value_sends_the_reader_to_the_page() -> None:
    message = the_message(an_event(EventKind.CASE_ACCEPTED))

    assert rules.words_of(message, templates()["accepted"], "zh").text.endswith("承诺最晚页面所示的日期办结。")
    assert rules.words_of(message, templates()["accepted"], "en").text.endswith("by the end of the date on the page.")


def test_a_value_with_braces_is_no_blank() -> None:
    template = Template(title=("", ""), text=("{item}", "{item}"))
    rule = Rule(to=("subject",), message="x", turn=TurnRule(party=Party.OFFICE))
    odd = replace(MATTER, item="{number} {0}")

    message = rules.message_of(an_event(), rule, odd, HERSELF)

    assert rules.words_of(message, template, "zh").text == "{number} {0}"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("浙义市监罚〔2026〕12号", "浙义市监罚〔2026〕12号"),
        ("XN330782-20261126-000001-7", "XN330782-20261126-000001-7"),
        ("罚330782199003070005号", "罚…号"),
        ("33078219900307001x", "…"),
        ("罚字330782900307000-1", "罚字…-1"),
        ("91330782MA2XYZ1234罚", "…罚"),
    ],
)
def test_the_number_of_a_document_tells_nobodys_identity_number(number: str, told: str) -> None:
    message = the_message(an_event(), replace(MATTER, number=number))

    assert message.facts["number"] == told


def test_a_kind_of_event_from_another_release_tells_nobody() -> None:
    assert rules_of("case:sung") == ()
    assert rules_of("item:published") == ()
