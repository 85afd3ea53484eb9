"""Staff on pages: names instead of ids, the department's list, absences, and whom a form can name."""

import pytest

from chalicelib.container import container
from chalicelib.policy import Role
from chalicelib.staff.model import Loaded, StaffState
from tests.api.bodies import MANDATE
from tests.builders import NOON, a_caller
from tests.cloud import forget_everything, turn_clock
from tests.web.visitor import Come, Seen, Visitor


@pytest.fixture
def supervisor(visitor: Come) -> Visitor:
    turn_clock(NOON)
    return visitor("supervisor.traffic")


def options(seen: Seen) -> list[str | None]:
    return [option.get("value") for option in seen.page.named("option")]


def test_a_supervisor_sees_who_works_here_and_in_which_roles(supervisor: Visitor) -> None:
    seen = supervisor.open("/staff")

    for words in ("经办甲", "经办人", "科长甲", "科长", "负责人甲", "部门负责人", "在岗"):
        assert words in seen.text
    assert "经办乙" not in seen.text


def test_what_a_supervisor_may_not_change_is_not_offered(supervisor: Visitor) -> None:
    links = [link.get("href") or "" for link in supervisor.open("/staff").page.named("a")]

    changeable = [href.split("/")[-3] for href in links if href.endswith("/acts/absence")]

    assert changeable == ["officer.traffic", "supervisor.traffic"]


def test_an_absence_is_recorded_shown_and_ended(supervisor: Visitor) -> None:
    asked = supervisor.open("/staff/supervisor.traffic/acts/absence")
    fields = {"since": "2026-10-08", "until": "2026-10-16", "deputy": "head.traffic"}

    recorded = supervisor.send(asked, "absence", fields)
    back = supervisor.send(supervisor.open("/staff/supervisor.traffic/acts/back"), "back")

    assert recorded.path == "/staff?done=absence"
    assert "10月8日(周四)至10月16日(周五)不在岗" in recorded.text
    assert "负责人甲 · 公安交管" in recorded.text
    assert back.path == "/staff?done=back"
    assert "10月8日" not in back.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"deputy": ""}, "deputy"),
        ({"deputy": "nobody"}, "deputy"),
        ({"until": "2026-10-07"}, "until"),
        ({"since": ""}, "since"),
    ],
)
def test_what_is_wrong_with_an_absence_is_said_at_its_field(
    supervisor: Visitor, change: dict[str, str], field: str
) -> None:
    asked = supervisor.open("/staff/supervisor.traffic/acts/absence")
    fields = {"since": "2026-10-08", "until": "2026-10-16", "deputy": "head.traffic", **change}

    seen = supervisor.send(asked, "absence", fields)

    assert seen.status in {400, 422}
    assert {"href": f"#{field}"} in seen.page.named("a")


@pytest.mark.parametrize("page", ["/staff", "/staff/officer.traffic/acts/absence"])
def test_the_list_is_for_supervisors_and_heads(officer: Visitor, page: str) -> None:
    assert officer.open(page).status == 403


def test_a_superior_assigns_to_an_officer_of_the_department_by_name(supervisor: Visitor, promised: str) -> None:
    asked = supervisor.open(f"{promised}/acts/assignment")
    nobody = supervisor.send(asked, "assignment")
    done = supervisor.send(asked, "assignment", {"officer": "officer.traffic"})

    assert options(asked) == ["", "officer.traffic"]
    assert "经办甲" in asked.text
    assert {"href": "#officer"} in nobody.page.named("a")
    assert "经办甲 · 公安交管" in done.text
    assert "经办甲 · 公安交管" in supervisor.open("/worklist?light=green").text


def test_an_officer_takes_a_case_themselves(officer: Visitor, promised: str) -> None:
    asked = officer.open(f"{promised}/acts/assignment")

    done = officer.send(asked, "assignment")

    assert options(asked) == ["", "officer.traffic"]
    assert "经办甲 · 公安交管" in done.text


def test_a_form_says_who_is_absent(supervisor: Visitor, officer: Visitor, promised: str) -> None:  # noqa: ARG001 - is known
    fields = {"since": "2026-09-28", "until": "2026-09-30", "deputy": "head.traffic"}
    supervisor.send(supervisor.open("/staff/supervisor.traffic/acts/absence"), "absence", fields)

    form = supervisor.open(f"/card?case_no={promised.rpartition('/')[2]}")

    assert "科长甲（到9月30日(周三)为止不在岗）" in form.text
    assert options(form) == ["", "head.traffic", "officer.traffic", "supervisor.traffic"]


def test_an_inspector_reads_names_and_takes_ids_away(visitor: Come, supervisor: Visitor, promised: str) -> None:
    asked = supervisor.open(f"{promised}/acts/assignment")
    supervisor.send(asked, "assignment", {"officer": "officer.traffic"})
    inspector, second = visitor("inspector"), visitor("inspector2")
    form = {
        "file_no": MANDATE["file_no"],
        "basis": MANDATE["basis"],
        "departments": ["traffic"],
        "expires_on": "2026-12-31",
    }
    mandate = inspector.send(inspector.open("/inspection"), "inspection", form).path.partition("?")[0]
    second.send(second.open(mandate), mandate)
    place = f"{mandate}/cases/{promised.rpartition('/')[2]}"

    shown, evidence = inspector.open(place), inspector.open(f"{place}/evidence")

    assert "科长甲 · 公安交管" in shown.text
    assert "staff:supervisor.traffic" not in shown.text
    assert '"actor": "staff:supervisor.traffic"' in evidence.text


def test_who_has_left_is_no_longer_logged_in(visitor: Come, officer: Visitor) -> None:
    staff, monitor = container().staff, a_caller(Role.MONITOR, sub="m", department="monitoring")
    entry = Loaded(name="经办甲", department="traffic", roles=frozenset({Role.OFFICER}), state=StaffState.ENDED)
    assert officer.open("/worklist").status == 200

    staff.load("officer.traffic", entry, by=monitor, at=NOON)
    forget_everything()

    assert officer.open("/worklist").path.startswith("/authorize")
    assert visitor("supervisor.traffic").open("/worklist").status == 200


def test_the_list_speaks_english(visitor: Come) -> None:
    seen = visitor("head.traffic", language="en").open("/staff")

    assert "Staff of the department" in seen.text
    assert '<span lang="zh-CN">负责人甲</span>' in seen.text
