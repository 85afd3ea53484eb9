"""Supervisors and inspectors at work, by pages and forms alone."""

import json
from datetime import timedelta

import pytest

from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.supervision.model.anomalies import Anomaly, AnomalyKind
from chalicelib.supervision.store.anomalies import AnomalyStore
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent
from chalicelib.timeline.table import EventRow
from tests.builders import NOON
from tests.cloud import told_once, turn_clock
from tests.web.cases import hand_in
from tests.web.filling import drafted
from tests.web.forms import MANDATE
from tests.web.visitor import Come, Seen


def test_the_board_lists_what_is_late(visitor: Come, case_no: str) -> None:
    before = visitor("supervisor.traffic").open("/board")
    turn_clock(NOON + timedelta(days=30))

    seen = visitor("supervisor.traffic").open("/board?show=late")
    english = visitor("monitor", language="en").open("/board?department=traffic")

    assert case_no not in before.text
    assert f"./desk/{case_no}" in [link["href"] for link in seen.page.named("a")]
    assert "超期29天" in seen.text
    assert "还没有检查记录" in seen.text
    assert "29 days late" in english.text
    assert case_no in english.text


def test_the_monitoring_office_sees_every_department_and_a_supervisor_one(visitor: Come) -> None:
    def departments(persona: str) -> list[str]:
        page = visitor(persona).open("/board")
        return [cell for cell in page.page.words["th"] if cell in {"公安交管", "市场监管", "信用办"}]

    assert departments("monitor") == ["公安交管", "市场监管", "信用办"]
    assert departments("supervisor.market") == ["市场监管"]


def test_another_department_s_board_is_closed(visitor: Come) -> None:
    assert visitor("supervisor.market").open("/board?department=traffic").status == 403


@pytest.mark.requirement("R4.18")
@pytest.mark.usefixtures("channels")
def test_an_alert_is_answered_with_a_reason_and_a_day_that_the_applicant_reads(visitor: Come, case_no: str) -> None:
    late = NOON + timedelta(days=30)
    turn_clock(late)
    container().clocks.sweep(at=late)
    for event in container().timeline.events(f"case:{case_no}"):
        container().alerts.on_event(event, late)
    browser = visitor("supervisor.traffic")
    board = browser.open("/board")
    (href, *_) = [link["href"] or "" for link in board.page.named("a") if "/alerts/" in (link["href"] or "")]
    form = browser.open(href.removeprefix("."))

    silent = browser.send(form, form.path, {"reason": "", "expected_on": "2026-11-30"})
    answered = browser.send(form, form.path, {"reason": "系统升级，正在补办。", "expected_on": "2026-11-30"})
    twice = browser.send(form, form.path, {"reason": "系统升级，正在补办。", "expected_on": "2026-11-30"})
    changed = browser.send(form, form.path, {"reason": "另一个说法。", "expected_on": "2026-11-30"})

    assert silent.status == 400
    assert {"href": "#reason"} in silent.page.named("a")
    assert silent.form(form.path).fields["expected_on"] == ["2026-11-30"]
    assert "已回应" in answered.text
    assert (twice.status, twice.path) == (200, answered.path)
    assert changed.status == 409
    assert "系统升级，正在补办。" in visitor("applicant").open(f"/cases/{case_no}").text


def test_an_alert_that_there_is_not_is_told_as_such(visitor: Come) -> None:
    seen = visitor("supervisor.traffic").open("/board/alerts/" + "0" * 32)

    assert "没有等您回应的这条提醒" in seen.text


def test_figures_are_shown_in_a_sentence_and_tables_and_taken_away(visitor: Come) -> None:
    browser = visitor("monitor")

    seen = browser.open("/board/statistics?from=2026-09-01&to=2026-09-30")
    file = browser.open("/board/statistics/export?format=csv&from=2026-09-01&to=2026-09-30")

    assert "收件0件，办结0件，超期0件" in seen.text
    assert "公安交管" in seen.text
    assert file.reply.headers["content-disposition"].startswith("attachment; filename=")
    assert file.reply.headers["content-type"].startswith("text/csv")
    assert "department" in file.text


def test_days_that_are_none_are_named_and_stay(visitor: Come) -> None:
    seen = visitor("monitor").open("/board/statistics?from=yesterday&to=2026-09-30")

    assert seen.status == 400
    assert {"href": "#from"} in seen.page.named("a")
    assert [one["value"] for one in seen.page.named("input") if one.get("name") == "from"] == ["yesterday"]


@pytest.fixture
def mandate(visitor: Come, case_no: str) -> str:
    """The page of a mandate that is in force."""
    assert case_no

    def come_into_force() -> str:
        inspector = visitor("inspector")
        asked = inspector.send(inspector.open("/inspection"), "inspection", MANDATE)
        path = asked.path.partition("?")[0]
        approver = visitor("inspector2")
        approved = approver.send(approver.open(path), path)
        assert "已批准" in approved.text, approved.text[:2000]
        return path

    return told_once("a mandate in force", come_into_force)


def test_nobody_approves_their_own_mandate(visitor: Come) -> None:
    inspector = visitor("inspector")

    asked = inspector.send(inspector.open("/inspection"), "inspection", MANDATE)

    assert "不能批准自己的申请" in asked.text
    assert [form for form in asked.page.forms if "inspection" in form.action] == []


def test_a_mandate_without_its_file_or_day_is_named_and_what_was_typed_stays(visitor: Come) -> None:
    inspector = visitor("inspector")

    seen = inspector.send(
        inspector.open("/inspection"), "inspection", {"basis": "《监察法》第18条", "departments": ["traffic", "market"]}
    )

    assert seen.status == 400
    assert {link["href"] for link in seen.page.named("a")} >= {"#file_no", "#expires_on"}
    assert seen.form("inspection").fields["basis"] == ["《监察法》第18条"]
    assert seen.form("inspection").fields["departments"] == ["traffic", "market"]


@pytest.mark.requirement("R7.12", "R7.13")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_timeline_is_read_as_of_any_moment_and_the_reading_is_on_record(
    visitor: Come, mandate: str, case_no: str, language: str
) -> None:
    inspector = visitor("inspector", language=language)
    place = f"{mandate}/cases/{case_no}"

    listed = inspector.open(mandate)
    now = inspector.open(place)
    before = inspector.open(f"{place}?at=2026-01-01T00:00")
    after = inspector.open(mandate)

    assert f"..{place}" in [link["href"] for link in listed.page.named("a")]
    assert {"zh-CN": "没有被改动", "en": "has not been changed"}[language] in now.text
    assert now.text.count("sound" if language == "en" else "完好") >= 3
    assert {"zh-CN": "那时没有时限在走", "en": "No limit was running then"}[language] in before.text
    assert {"zh-CN": "状态：已收件 → 办理中", "en": "State: Received → Being handled"}[language] in now.text
    assert {"zh-CN": "没有发出过提醒", "en": "Nothing had been sent"}[language] in before.text
    assert after.text.count(case_no) == listed.text.count(case_no) + 2


@pytest.mark.requirement("R7.12")
def test_a_case_in_the_scope_is_found_by_its_number_however_it_is_typed(
    visitor: Come, mandate: str, case_no: str
) -> None:
    inspector = visitor("inspector")

    found = inspector.open(f"{mandate}?case_no={case_no[:6].lower()}%20{case_no[6:]}&from=2026-01-01")
    nobody = inspector.open(f"{mandate}?case_no={'A' * 17}")

    assert f"..{mandate}/cases/{case_no}" in [link["href"] for link in found.page.named("a")]
    assert f"..{mandate}/cases/{case_no}" not in [link["href"] for link in nobody.page.named("a")]


@pytest.mark.requirement("R4.19")
def test_what_struck_in_the_scope_is_listed_in_words_with_the_way_to_its_timeline(
    visitor: Come, mandate: str, case_no: str
) -> None:
    AnomalyStore().add(
        Anomaly(
            signal_id="late_entry@1",
            kind=AnomalyKind.LATE_ENTRY,
            case_no=case_no,
            department="traffic",
            item_code="plate-replacement",
            officer="",
            found_at=NOON,
            events=(),
        )
    )
    inspector = visitor("inspector")

    whole = inspector.open(mandate)
    seen = inspector.open(f"{mandate}/signals")
    read = inspector.open(mandate)

    assert f"..{mandate}/signals" in [link["href"] for link in whole.page.named("a")]
    assert "事后补录" in seen.text
    assert f"../..{mandate}/cases/{case_no}" in [link["href"] for link in seen.page.named("a")]
    assert "plate-replacement" not in seen.text
    assert read.text.count("疑点") == whole.text.count("疑点") + 1


def test_a_moment_of_an_event_is_one_click_away(visitor: Come, mandate: str, case_no: str) -> None:
    inspector = visitor("inspector")
    place = f"{mandate}/cases/{case_no}"

    (first, *_) = [
        link["href"] or "" for link in inspector.open(place).page.named("a") if "at=" in (link["href"] or "")
    ]
    seen = inspector.open(f"{place}?{first.partition('?')[2]}")

    assert seen.status == 200


def slider(seen: Seen) -> dict[str, str | None]:
    """The slider over the events, and nothing else of the page."""
    (found,) = [one for one in seen.page.named("input") if one.get("type") == "range"]
    return found


def test_a_slider_over_the_events_goes_to_any_of_them_without_a_script(
    visitor: Come, mandate: str, case_no: str
) -> None:
    inspector = visitor("inspector")
    place = f"{mandate}/cases/{case_no}"
    whole = inspector.open(place)
    last = int(slider(whole)["max"] or "")

    first = inspector.open(f"{place}?event=1")

    assert last >= 3
    assert (slider(whole)["min"], slider(whole)["value"]) == ("1", str(last))
    assert (slider(first)["value"], slider(first)["max"]) == ("1", str(last))
    assert (slider(first)["aria-valuetext"] or "").startswith(f"第1条，共{last}条：9月")
    assert f'for="{slider(first)["id"]}"' in first.text
    assert whole.text.count("完好") == last
    assert first.text.count("完好") == 1
    assert len(first.page.named("option")) == last


def test_the_slider_says_its_value_in_english_too(visitor: Come, mandate: str, case_no: str) -> None:
    seen = visitor("inspector", language="en").open(f"{mandate}/cases/{case_no}?event=2")

    assert (slider(seen)["aria-valuetext"] or "").startswith("Event 2 of ")


def test_before_the_first_event_the_slider_says_so(visitor: Come, mandate: str, case_no: str) -> None:
    seen = visitor("inspector").open(f"{mandate}/cases/{case_no}?at=2026-01-01T00:00")

    assert slider(seen)["aria-valuetext"] == "在第1条以前"
    assert slider(seen)["value"] == "1"


@pytest.mark.parametrize(("event", "status"), [("0", 400), ("x", 400), ("999", 200), ("", 200)])
def test_an_event_that_there_is_not_is_told_or_is_the_last(
    visitor: Come, mandate: str, case_no: str, event: str, status: int
) -> None:
    assert visitor("inspector").open(f"{mandate}/cases/{case_no}?event={event}").status == status


def test_where_an_event_was_taken_away_the_slider_stops_at_the_one_before(
    visitor: Come, mandate: str, case_no: str
) -> None:
    EventRow(f"case:{case_no}", 2).delete()

    seen = visitor("inspector").open(f"{mandate}/cases/{case_no}?event=2")

    assert slider(seen)["value"] == "1"
    assert "记录不可信" in seen.text


@pytest.mark.requirement("R7.14")
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "0001-01-01", "1899-12-31T23:59", "x"])
def test_a_moment_beyond_all_years_is_refused_on_the_page_and_in_the_file(
    visitor: Come, mandate: str, case_no: str, at: str
) -> None:
    inspector = visitor("inspector")

    page = inspector.open(f"{mandate}/cases/{case_no}?at={at}")
    file = inspector.open(f"{mandate}/cases/{case_no}/evidence?at={at}")

    assert (page.status, file.status) == (400, 400)


def test_the_evidence_is_a_file_that_holds_every_hash(visitor: Come, mandate: str, case_no: str) -> None:
    file = visitor("inspector").open(f"{mandate}/cases/{case_no}/evidence")

    told = json.loads(file.text)
    assert file.reply.headers["content-disposition"] == f'attachment; filename="timeline-{case_no}.json"'
    assert told["verified"] is True
    assert all(len(event["hash"]) == 64 for event in told["items"])


def test_what_is_outside_the_scope_is_refused_as_a_page_and_on_record(visitor: Come, mandate: str) -> None:
    browser = visitor("company")
    receipt = hand_in(browser, drafted(browser, "business-address", way="certificate"))
    outside = receipt.path.split("/")[2]
    inspector = visitor("inspector")

    seen = inspector.open(f"{mandate}/cases/{outside}")

    assert receipt.path.endswith("/receipt")
    assert seen.status == 404
    assert "超出范围" in inspector.open(mandate).text


def test_another_inspector_does_not_read_under_it(visitor: Come, mandate: str, case_no: str) -> None:
    assert visitor("inspector2").open(f"{mandate}/cases/{case_no}").status in {403, 404}


def test_an_altered_event_is_named_and_seen_where_it_stands(visitor: Come, mandate: str, case_no: str) -> None:
    row = EventRow.get(f"case:{case_no}", 2)
    row.actor = "staff:somebody-else"
    row.save()

    seen = visitor("inspector").open(f"{mandate}/cases/{case_no}")

    assert "从第2条起记录不可信" in seen.text
    assert seen.page.words["strong"].count("不可信") >= 1


@pytest.mark.requirement("R7.13")
def test_the_monitoring_office_sees_what_an_inspector_read(visitor: Come, mandate: str, case_no: str) -> None:
    visitor("inspector").open(f"{mandate}/cases/{case_no}")
    monitor = visitor("monitor")

    asked = monitor.open("/audits")
    listed = monitor.open("/audits?inspector=inspector")
    (href,) = {link["href"] or "" for link in listed.page.named("a") if "/audits/" in (link["href"] or "")}
    read = monitor.open(href.removeprefix("."))
    nobody = monitor.open("/audits?inspector=nobody")

    assert "纪检人员的工号" in asked.text
    assert read.path == f"/audits/{mandate.split('/')[2]}"
    assert "纪检甲 · 纪检监察 · 时间线" in read.text
    assert case_no in read.text
    assert "没有查阅授权。" in nobody.text
    assert visitor("supervisor.traffic").open("/audits").status == 403


@pytest.mark.usefixtures("channels")
def test_an_altered_timeline_is_told_to_the_supervisors_and_the_inspectors(visitor: Come, case_no: str) -> None:
    row = EventRow.get(f"case:{case_no}", 2)
    row.actor = "staff:somebody-else"
    row.save()

    seen = visitor("applicant").open(f"/cases/{case_no}")
    for event in container().timeline.events(f"case:{case_no}"):
        container().alerts.on_event(event, NOON)

    assert "系统自动提醒本部门的督办人员和纪检机构" in seen.text
    assert "时间线核对不符" in visitor("supervisor.traffic").open("/board").text
    assert "时间线核对不符" in visitor("inspector").open("/inspection").text
    assert "给您的提醒" not in visitor("officer.traffic").open("/worklist").text


@pytest.mark.usefixtures("channels")
def test_an_officer_finds_the_alerts_of_their_own_cases_above_the_worklist(visitor: Come, case_no: str) -> None:
    event = NewEvent(
        kind=EventKind.CASE_BARRED,
        occurred_at=NOON,
        actor="service:relay",
        department="traffic",
        data={"about": "market/r-1", "pack": "corrects-first", "officer": "officer.traffic"},
    )
    with transaction() as tx:
        container().timeline.append([event], owner=f"case:{case_no}", at=NOON, tx=tx)
    for told in container().timeline.events(f"case:{case_no}"):
        container().alerts.on_event(told, NOON)
    officer = visitor("officer.traffic")

    listed = officer.open("/worklist")

    assert "给您的提醒" in listed.text
    assert f"./desk/{case_no}" in [link["href"] for link in listed.page.named("a")]
    assert (
        "申请人在本件办理期间有失信惩戒、严重失信记录或者违诺记录生效（市场监管登记系统的记录r-1）"
        in officer.open(f"/desk/{case_no}").text
    )


@pytest.mark.usefixtures("channels")
def test_of_many_alerts_five_stand_above_the_worklist_and_the_others_unfold(visitor: Come, case_no: str) -> None:
    for number in range(7):
        event = NewEvent(
            kind=EventKind.CASE_BARRED,
            occurred_at=NOON,
            actor="service:relay",
            department="traffic",
            data={"about": f"market/r-{number}", "pack": "corrects-first", "officer": "officer.traffic"},
        )
        with transaction() as tx:
            container().timeline.append([event], owner=f"case:{case_no}", at=NOON, tx=tx)
    for told in container().timeline.events(f"case:{case_no}"):
        container().alerts.on_event(told, NOON)

    seen = visitor("officer.traffic").open("/worklist").text

    above, _, folded = seen.partition("另外2条提醒")
    assert above.count(f"./desk/{case_no}") == 5
    assert folded.partition("</details>")[0].count(f"./desk/{case_no}") == 2
