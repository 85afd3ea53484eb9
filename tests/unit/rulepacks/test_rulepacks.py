"""What a rule pack may say, which edition holds, and the order of consequences."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from chalicelib.rulepacks.model.consequences import (
    SEVERITIES,
    Consequence,
    Consequences,
    CreditEffect,
    NextPromise,
    Stage,
    StepKind,
    require_whole,
)
from chalicelib.rulepacks.model.display import DisplayPeriod, DisplayRules, rules_of_the_day
from chalicelib.rulepacks.model.pack import Choice, DocumentRetention, RulePack, Term, TermKey
from chalicelib.rulepacks.rules import (
    Difference,
    compare,
    grouped,
    next_step,
    pack_in_force,
    require_one_at_a_time,
)
from chalicelib.rulepacks.store import load_rule_packs

REVOKES_AT_ONCE_FROM = date(2024, 11, 29)
TODAY = date(2026, 11, 22)


def a_pack(code: str = "corrects-first") -> RulePack:
    return pack_in_force(load_rule_packs(), code, on=TODAY)


def test_all_packs_are_in_force_and_checked_at_loading() -> None:
    packs = load_rule_packs()

    assert [pack.code for pack in packs] == ["corrects-first", "revokes-at-once", "zhejiang-yiwu"]
    assert load_rule_packs() is packs


@pytest.mark.parametrize(
    ("on", "in_force"),
    [
        (REVOKES_AT_ONCE_FROM - timedelta(days=1), False),
        (REVOKES_AT_ONCE_FROM, True),
        (REVOKES_AT_ONCE_FROM + timedelta(days=1), True),
    ],
    ids=["the day before", "the day", "the day after"],
)
def test_a_pack_is_in_force_from_its_first_day(on: date, *, in_force: bool) -> None:
    assert a_pack("revokes-at-once").is_in_force(on) is in_force


@pytest.mark.parametrize(
    ("on", "edition"),
    [(date(2026, 3, 31), "2023"), (date(2026, 4, 1), "2026"), (date(2026, 4, 2), "2026")],
    ids=["last day of the old", "first day of the new", "the day after"],
)
def test_each_day_is_judged_by_the_edition_of_that_day(on: date, edition: str) -> None:
    old = replace(a_pack(), effective_to=date(2026, 3, 31))
    new = replace(a_pack(), edition="2026", effective_from=date(2026, 4, 1))

    require_one_at_a_time([new, old])
    assert pack_in_force([old, new], "corrects-first", on=on).edition == edition


def test_a_day_without_an_edition_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="'revokes-at-once' is in force on 2024-11-28"):
        pack_in_force(load_rule_packs(), "revokes-at-once", on=date(2024, 11, 28))
    with pytest.raises(LookupError, match="no edition"):
        pack_in_force(load_rule_packs(), "forgives-all", on=TODAY)


def test_two_editions_of_one_pack_may_not_overlap() -> None:
    old = replace(a_pack(), effective_to=date(2026, 4, 1))
    new = replace(a_pack(), edition="2026", effective_from=date(2026, 4, 1))

    with pytest.raises(ValueError, match="editions 2023 and 2026 overlap"):
        require_one_at_a_time([new, old])


def test_a_pack_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        replace(a_pack(), effective_to=date(2023, 2, 28))


def test_a_pack_sets_every_limit() -> None:
    terms = dict(a_pack().terms)
    del terms["defence.days"]

    with pytest.raises(ValueError, match="must set exactly"):
        replace(a_pack(), terms=terms)


@pytest.mark.parametrize(("value", "unit"), [(0, "hours"), (1, "weeks"), (1, "")])
def test_a_limit_has_a_value_and_a_known_unit(value: int, unit: str) -> None:
    term = Term(value=value, unit=unit, basis="《行政处罚法》第44条")

    with pytest.raises(ValueError, match="no time limit for defence"):
        replace(a_pack(), terms={**a_pack().terms, "defence.days": term})


def test_no_pack_stands_without_its_basis() -> None:
    with pytest.raises(ValueError, match="corrects-first 2023 has a rule without its basis"):
        replace(a_pack(), basis=" ")


@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        (TermKey.CORRECTION_NOTICE, 5, "working_days"),
        (TermKey.DECISION, 20, "working_days"),
        (TermKey.EXTENSION, 10, "working_days"),
        (TermKey.ISSUE, 10, "working_days"),
        (TermKey.DEFENCE, 3, "working_days"),
        (TermKey.ACKNOWLEDGEMENT, 1, "working_days"),
        (TermKey.CARD_REPLY, 5, "working_days"),
        (TermKey.VERIFICATION, 2, "months"),
        (TermKey.REVOCATION_WITHDRAWAL, 3, "working_days"),
        (TermKey.CREDIT_RECHECK, 1, "working_days"),
    ],
)
def test_the_limits_are_those_of_the_law(code: str, key: TermKey, value: int, unit: str) -> None:
    term = a_pack(code).limit_term(key)

    assert (term.value, term.unit) == (value, unit)


def test_a_limit_that_packs_do_not_have_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        a_pack().limit_term("lunch.minutes")


def a_row(code: str, finding: str = "untrue", *, stage: Stage = Stage.CLOSED, severity: str = "general") -> Consequence:
    return a_pack(code).consequence(finding, stage=stage, severity=severity)


def steps_of(code: str, finding: str, stage: Stage, severity: str = "general") -> list[StepKind]:
    return [step.kind for step in a_row(code, finding, stage=stage, severity=severity).steps]


@pytest.mark.requirement("R1.17")
def test_one_pack_corrects_a_false_promise_first() -> None:
    after_decision = ["rectification", "revocation", "flag"]

    for finding in ("untrue", "unfulfilled"):
        assert steps_of("corrects-first", finding, Stage.IN_HAND) == ["suspension", "rectification", "termination"]
        assert steps_of("corrects-first", finding, Stage.DECIDED) == after_decision
        assert steps_of("corrects-first", finding, Stage.CLOSED) == after_decision
    assert a_row("corrects-first").steps[0].basis == "《深圳经济特区社会信用条例》第64条（责令限期整改）"


@pytest.mark.requirement("R1.17")
def test_the_other_revokes_a_false_promise_at_once_and_corrects_an_unkept_one() -> None:
    assert steps_of("revokes-at-once", "untrue", Stage.IN_HAND) == ["termination"]
    assert steps_of("revokes-at-once", "untrue", Stage.CLOSED) == ["revocation", "flag"]
    assert steps_of("revokes-at-once", "unfulfilled", Stage.CLOSED) == ["rectification", "revocation", "flag"]
    assert a_row("revokes-at-once").steps[0].basis == "《北京市优化营商环境条例》第33条（作出虚假承诺的，直接撤销）"


@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
def test_what_is_minor_ends_without_a_flag_and_bars_the_next_promise_until_repair_like_the_rest(code: str) -> None:
    assert "flag" not in steps_of(code, "untrue", Stage.CLOSED, "minor")
    assert {a_row(code, severity=one).next_promise for one in ("minor", "general", "serious")} == {"until_repair"}
    assert a_row(code, "true").credit == "kept"
    assert a_row(code, "unverifiable").next_promise == "open"


@pytest.mark.requirement("R1.18")
@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
def test_nothing_final_is_decided_without_a_hearing_and_every_step_can_be_contested(code: str) -> None:
    table = a_pack(code).consequences
    final = {"rectification", "revocation", "termination", "flag"}

    assert all(step.hearing for row in table.rows for step in row.steps if step.kind in final)
    remedies = [a_pack(code).limit_term(key) for key in (TermKey.REMEDY_REVIEW, TermKey.REMEDY_COURT)]
    assert [(one.value, one.unit) for one in remedies] == [(60, "calendar_days"), (6, "months")]


def test_a_table_that_leaves_something_out_or_says_it_twice_is_no_table() -> None:
    rows = a_pack().consequences.rows

    with pytest.raises(ValueError, match="once for each"):
        require_whole(rows[1:])
    with pytest.raises(ValueError, match="once for each"):
        require_whole([*rows, rows[0]])
    with pytest.raises(ValueError, match="but after a hearing"):
        require_whole([row._replace(steps=tuple(step._replace(hearing=False) for step in row.steps)) for row in rows])
    with pytest.raises(LookupError):
        a_row("corrects-first", severity="none")


@pytest.mark.requirement("R1.17")
@pytest.mark.parametrize(
    ("basis", "may"),
    [
        ("《某条例》第3条（直接撤销）", True),
        ("《某条例》第3条（待核对）", False),
        ("本服务配置：《某条例》第3条", False),
        ("《某条例》", False),
        ("直接撤销", False),
    ],
)
def test_the_order_to_put_things_right_is_left_out_only_where_an_article_says_so(basis: str, *, may: bool) -> None:
    rows = [
        row._replace(
            basis=basis,
            steps=tuple(step._replace(basis=basis) for step in row.steps if step.kind is not StepKind.RECTIFICATION),
        )
        for row in a_pack().consequences.rows
    ]

    if may:
        require_whole(rows)
        return
    with pytest.raises(ValueError, match="left out"):
        require_whole(rows)


def test_grounds_for_suspending_and_ending_a_case_are_closed_lists() -> None:
    pack = a_pack()

    assert [ground.code for ground in pack.termination_grounds] == [
        "materials_missing",
        "correction_unanswered",
        "broken_promise",
        "applicant_ended",
    ]
    assert pack.termination_ground("slow") is None
    assert pack.suspension_ground("lunch") is None
    suspended = pack.suspension_ground("force_majeure")
    assert suspended is not None
    assert suspended.name == "不可抗力"


@pytest.mark.requirement("R1.15")
@pytest.mark.parametrize("result", ["true", "changed", "unverifiable"])
@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
def test_no_other_result_has_consequences(code: str, result: str) -> None:
    rows = [row for row in a_pack(code).consequences.rows if row.finding == result]

    assert {row.steps for row in rows} == {()}
    assert {next_step(row, done=[]) for row in rows} == {None}


@pytest.mark.requirement("R1.17")
@pytest.mark.parametrize(
    ("code", "done", "allowed"),
    [
        ("corrects-first", [], "rectification"),
        ("corrects-first", ["rectification"], "revocation"),
        ("corrects-first", ["rectification", "revocation"], "flag"),
        ("corrects-first", ["rectification", "revocation", "flag"], None),
        ("corrects-first", ["revocation"], "rectification"),
        ("revokes-at-once", [], "revocation"),
        ("revokes-at-once", ["revocation"], "flag"),
        ("revokes-at-once", ["revocation", "flag"], None),
    ],
)
def test_only_the_next_step_of_the_order_may_be_taken(code: str, done: list[str], allowed: str | None) -> None:
    following = next_step(a_row(code), done=done)

    assert (following.kind if following else None) == allowed


@pytest.mark.requirement("R4.8", "R4.9")
def test_time_is_not_counted_on_the_eight_grounds_of_the_law_alone() -> None:
    pack = a_pack()

    assert {ground.code: ground.name for ground in pack.pause_grounds} == {
        "hearing": "听证",
        "tender": "招标",
        "auction": "拍卖",
        "inspection": "检验",
        "testing": "检测",
        "quarantine": "检疫",
        "appraisal": "鉴定",
        "expert_review": "专家评审",
    }
    assert {ground.basis for ground in pack.pause_grounds} == {"《行政许可法》第45条"}
    expert_review = pack.pause_ground("expert_review")
    assert expert_review is not None
    assert expert_review.english == "Expert review"
    assert pack.pause_ground("public_notice") is None


def test_risks_that_exclude_a_promise_are_a_closed_list() -> None:
    excluded = a_pack().excluded_risk("ecological_environment")

    assert excluded is not None
    assert (excluded.name, excluded.basis) == ("生态环境保护", "《深圳经济特区社会信用条例》第59条")
    assert a_pack().excluded_risk("ordinary") is None


def test_the_promise_is_barred_by_serious_records_and_withdrawn_until_the_case_closes() -> None:
    pack = a_pack()

    assert (pack.bar_severity.value, pack.withdraw_until.value) == ("serious", "closed")


@pytest.mark.requirement("R6.13")
@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
def test_the_log_of_queries_is_kept_for_the_ten_years_that_zhejiang_asks_for(code: str) -> None:
    kept = a_pack(code).query_log

    assert kept.years == 10
    assert "《浙江省公共信用信息管理条例》第20条" in kept.basis


@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once"])
def test_documents_are_kept_for_ten_years_and_those_never_handed_in_for_a_week(code: str) -> None:
    kept = a_pack(code).documents

    assert (kept.years, kept.unfiled_days) == (10, 7)
    assert "国家档案局令第8号" in kept.basis


@pytest.mark.parametrize(("years", "days"), [(0, 7), (10, 0)])
def test_documents_are_kept_for_some_time_at_least(years: int, days: int) -> None:
    with pytest.raises(ValueError, match="must keep documents for a year and a day"):
        replace(a_pack(), documents=DocumentRetention(years=years, unfiled_days=days, basis="第1条"))


def test_a_promise_can_be_withdrawn_until_the_decision_or_the_end_and_nothing_else() -> None:
    replace(a_pack(), withdraw_until=Choice(value="decided", basis="示例条例第1条"))
    with pytest.raises(ValueError, match="cannot be withdrawn until tomorrow"):
        replace(a_pack(), withdraw_until=Choice(value="tomorrow", basis="示例条例第1条"))


def test_yellow_is_a_fifth_of_the_limit_but_at_least_a_working_day() -> None:
    yellow = a_pack().yellow

    assert (yellow.share_percent, yellow.least_working_days) == (20, 1)


@pytest.mark.requirement("R3.1")
@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
def test_display_periods_grow_with_severity(code: str) -> None:
    plan = "《国务院办公厅关于进一步完善信用修复制度的实施方案》（国办发〔2025〕22号）"
    basis = f"{plan}；《信用修复管理办法》（发展改革委令第36号）"

    assert a_pack(code).display[-1].periods == {
        "minor": DisplayPeriod(least_months=0, most_months=3, basis=basis),
        "general": DisplayPeriod(least_months=3, most_months=12, basis=basis),
        "serious": DisplayPeriod(least_months=12, most_months=36, basis=basis),
    }


@pytest.mark.requirement("R3.16")
@pytest.mark.parametrize(
    ("judged_on", "on", "edition", "general"),
    [
        (date(1999, 1, 1), date(2026, 3, 31), "58-2023", 36),
        (date(2026, 3, 31), date(2026, 3, 31), "58-2023", 36),
        (date(2026, 3, 31), date(2026, 4, 1), "58-2023+36-2025", 12),
        (date(1999, 1, 1), date(2026, 9, 28), "58-2023+36-2025", 12),
        (date(2026, 4, 1), date(2026, 9, 28), "36-2025", 12),
    ],
)
def test_display_periods_are_those_of_the_day_of_the_finding_until_milder_ones_are_in_force(
    judged_on: date, on: date, edition: str, general: int
) -> None:
    rules = rules_of_the_day(a_pack().display, judged_on, on=on)

    assert (rules.edition, rules.periods["general"].most_months) == (edition, general)


@pytest.mark.requirement("R3.16")
@pytest.mark.parametrize("severity", ["minor", "general", "serious"])
@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ((3, 36), (0, 12), (0, 12)),
        ((3, 12), (6, 36), (3, 12)),
        ((3, 36), (6, 12), (3, 12)),
        ((6, 12), (3, 36), (3, 12)),
    ],
    ids=["the new is milder", "the old is milder", "the new is shown less long", "the new is repaired sooner"],
)
def test_what_was_found_before_has_the_milder_of_both_rules_number_by_number_for_every_severity(
    severity: str, old: tuple[int, int], new: tuple[int, int], counts: tuple[int, int]
) -> None:
    then = DisplayRules("old", date(2023, 5, 1), {severity: DisplayPeriod(*old, "旧第1条")})
    later = DisplayRules("new", date(2026, 4, 1), {severity: DisplayPeriod(*new, "新第1条")})

    before = rules_of_the_day((then, later), date(2026, 3, 31), on=date(2026, 9, 28)).periods[severity]
    since = rules_of_the_day((then, later), date(2026, 4, 1), on=date(2026, 9, 28)).periods[severity]

    assert (before[:2], since[:2]) == (counts, new)
    assert before.basis == ("旧第1条" if counts == old else "旧第1条；从旧兼从轻：新第1条")


@pytest.mark.parametrize(
    ("kind", "milestone", "level", "told"),
    [
        ("handling_promised", "yellow", 0, [("officer", "own", 0)]),
        ("handling_promised", "passed", 0, [("supervisor", "own", 1)]),
        ("verification", "passed", 0, [("supervisor", "own", 1)]),
        ("acknowledgement", "passed", 0, []),
        ("acknowledgement", "passed", 1, [("head", "own", 2)]),
        ("acknowledgement", "passed", 2, [("monitor", "monitoring", 3)]),
        ("acknowledgement", "passed", 3, []),
        ("acknowledgement", "yellow", 1, []),
        ("defence", "passed", 0, []),
        ("credit_recheck", "passed", 0, [("supervisor", "own", 1)]),
        ("materials", "passed", 0, [("supervisor", "own", 0)]),
        ("correction", "yellow", 0, []),
    ],
)
@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
def test_an_alert_climbs_from_the_department_to_its_head_to_the_monitoring_office(
    code: str, kind: str, milestone: str, level: int, told: list[tuple[str, str, int]]
) -> None:
    recipients = a_pack(code).recipients(kind, milestone, level=level)

    assert [(recipient.role, recipient.desk, recipient.level) for recipient in recipients] == told
    assert all(recipient.channels == ("inbox", "sns", "webhook") for recipient in recipients)


def test_a_pack_says_what_a_card_and_a_complaint_may_be_about() -> None:
    pack = a_pack()

    promised, nothing = pack.card_ground("promised_date_missed"), pack.card_ground("being_slow")
    assert promised is not None
    assert (promised.colour, promised.events, nothing) == ("yellow", ("clock:passed",), None)
    category = pack.complaint_category("experience")
    assert category is not None
    assert (category.name, pack.complaint_category("noise")) == ("办事体验", None)
    assert pack.bound("signal.closeCallMinutes") == 60


PLACES = {
    "corrects-first": "深圳经济特区社会信用条例",
    "revokes-at-once": "北京市优化营商环境条例",
    "zhejiang-yiwu": "浙江省公共信用信息管理条例",
}
"""The place of each pack by a regulation of its own."""


@pytest.mark.requirement("R1.17", "R8.1")
@pytest.mark.parametrize("code", PLACES)
def test_a_pack_cites_no_other_places_law_as_its_own(code: str) -> None:
    """Row 17 of the failures of real systems: one place's rules applied in another."""
    cited = [basis for basis in a_pack(code)._bases() if not basis.startswith("本服务配置：")]  # noqa: SLF001 - every basis of the pack

    others = [law for other, law in PLACES.items() if other != code]
    assert [basis for basis in cited for law in others if law in basis] == []
    assert any(PLACES[code] in basis for basis in cited)


@pytest.mark.requirement("R1.17")
def test_what_could_not_be_read_of_zhejiang_is_marked() -> None:
    pack = a_pack("zhejiang-yiwu")

    steps = a_row("zhejiang-yiwu").steps
    in_hand = a_row("zhejiang-yiwu", stage=Stage.IN_HAND).steps
    assert [step.kind for step in steps] == [StepKind.RECTIFICATION, StepKind.REVOCATION, StepKind.FLAG]
    assert [step.kind for step in in_hand] == [StepKind.SUSPENSION, StepKind.RECTIFICATION, StepKind.TERMINATION]
    assert all("待核对" in step.basis for step in (*steps[:2], *in_hand))
    assert "《浙江省公共信用信息管理条例》第23条" in steps[2].basis
    assert (pack.recourse.limits[0].value, pack.recourse.limits[0].unit) == (5, "working_days")


def told(code: str) -> list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], list[StepKind]]]:
    groups = grouped(a_pack(code).consequences)
    return [(*group.cases, [step.kind for step in group.row.steps]) for group in groups]


@pytest.mark.requirement("R8.6")
def test_rows_that_say_the_same_are_told_together() -> None:
    broken, always, whichever = ("untrue", "unfulfilled"), tuple(Stage), ("minor", "general", "serious")

    assert sorted(told("zhejiang-yiwu"), key=str) == sorted(
        [
            (broken, (Stage.IN_HAND,), whichever, ["suspension", "rectification", "termination"]),
            (broken, (Stage.DECIDED, Stage.CLOSED), ("minor",), ["rectification", "revocation"]),
            (broken, (Stage.DECIDED, Stage.CLOSED), whichever[1:], ["rectification", "revocation", "flag"]),
            (("true",), always, whichever, []),
            (("changed",), always, whichever, []),
            (("unverifiable",), always, whichever, []),
        ],
        key=str,
    )


@pytest.mark.parametrize("code", ["corrects-first", "revokes-at-once", "zhejiang-yiwu"])
def test_every_row_is_told_once_and_as_it_stands(code: str) -> None:
    table = a_pack(code).consequences

    again = [
        group.row._replace(finding=finding, stage=stage, severity=severity)
        for group in grouped(table)
        for finding, stage, severity in product(*group.cases)
    ]

    assert sorted(again, key=str) == sorted(table.rows, key=str)


def test_an_edition_beside_itself_differs_in_nothing() -> None:
    table = a_pack().consequences

    assert {each.differs for each in compare(table, table)} == {()}


def test_two_places_side_by_side_differ_in_what_each_says() -> None:
    compared = compare(a_pack("corrects-first").consequences, a_pack("revokes-at-once").consequences)

    untrue = next(each for each in compared if each.cases == (("untrue",), (Stage.IN_HAND,), SEVERITIES))
    assert untrue.differs == (Difference.STEPS, Difference.ARTICLES)
    assert [step.kind for step in untrue.one.steps] == ["suspension", "rectification", "termination"]
    assert [step.kind for step in untrue.other.steps] == ["termination"]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"barred": ()}, Difference.BARRED),
        ({"owed": ()}, Difference.OWED),
        ({"credit": CreditEffect.NONE}, Difference.CREDIT),
        ({"next_promise": NextPromise.OPEN}, Difference.NEXT_PROMISE),
        ({"basis": "第1条"}, Difference.ARTICLES),
    ],
)
def test_one_row_that_differs_stands_alone_and_says_in_what(change: dict[str, Any], differs: Difference) -> None:
    before = a_pack().consequences
    row = a_row("corrects-first", "untrue", stage=Stage.CLOSED, severity="serious")
    after = Consequences(rows=tuple(one._replace(**change) if one == row else one for one in before.rows))

    found = [(each.cases, each.differs) for each in compare(before, after) if each.differs]

    assert found == [((("untrue",), (Stage.CLOSED,), ("serious",)), (differs,))]
