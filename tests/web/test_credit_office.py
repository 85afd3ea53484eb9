"""The credit office answers objections and repairs by pages and forms alone."""

from tests.web.companies import ENTRY
from tests.web.visitor import Come, Visitor


def test_nothing_that_waits_is_told_as_such(visitor: Come) -> None:
    seen = visitor("credit").open("/matters")

    assert seen.text.count("没有。") == 2


def test_an_objection_is_answered_with_an_outcome_a_reason_and_an_article(
    visitor: Come, company: Visitor, objection: str
) -> None:
    office = visitor("credit")
    listed = office.open("/matters?department=market")
    form = office.open(objection)

    nothing = office.send(form, objection, {"reason": "经核实无误。"})
    silent = office.send(form, objection, {"outcome": "kept"})
    done = office.send(
        form, objection, {"outcome": "kept", "reason": "经核实无误。", "basis": "《浙江省公共信用信息管理条例》第30条"}
    )
    again = office.send(form, objection, {"outcome": "deleted", "reason": "x", "basis": "y"})
    told = company.open(objection.replace("/matters/", "/credit/"))

    assert f".{objection}" in [link["href"] for link in listed.page.named("a")]
    assert "罚款当日已缴。" in form.text
    assert {"href": "#outcome"} in nothing.page.named("a")
    assert nothing.form(objection).fields["reason"] == ["经核实无误。"]
    assert {link["href"] for link in silent.page.named("a")} >= {"#reason", "#basis"}
    assert "已答复，马上生效" in done.text
    assert again.status in {409, 412}
    assert "经核实无误。" in told.text
    assert "维持" in told.text


def test_a_correction_is_written_a_line_each_and_shows_in_the_record(
    visitor: Come, company: Visitor, objection: str
) -> None:
    office = visitor("credit")
    ruling = {
        "outcome": "corrected",
        "reason": "金额有误。",
        "basis": "第30条",
        "contents": "fine：二百元\naddress: 稠州路",
    }

    done = office.send(office.open(objection), objection, ruling)

    assert "已答复，马上生效" in done.text
    shown = company.open("/credit").text
    assert "二百元" in shown
    assert "稠州路" in shown


def test_a_repair_is_approved_and_everything_on_the_document_goes(visitor: Come, company: Visitor, repair: str) -> None:
    office = visitor("credit")
    form = office.open(repair)

    nothing = office.send(form, repair, {"reason": "已履行。"})
    done = office.send(form, repair, {"approved": "yes", "reason": "已履行。"})

    assert "缴款书1号" in form.text
    assert {"href": "#approved"} in nothing.page.named("a")
    assert "已答复，马上生效" in done.text
    assert "已修复" in company.open("/credit").text


def test_a_refusal_names_its_ground_and_what_is_missing_and_can_be_objected_to(
    visitor: Come, company: Visitor, repair: str
) -> None:
    office = visitor("credit")
    form = office.open(repair)

    bare = office.send(form, repair, {"approved": "no", "reason": "证明不足。"})
    done = office.send(
        form,
        repair,
        {"approved": "no", "reason": "证明不足。", "refusal": "proof_insufficient", "missing": "缴款凭证\n整改照片"},
    )
    told = company.open(repair.replace("/matters/", "/credit/"))

    assert bare.status in {400, 422}
    assert "已答复，马上生效" in done.text
    assert "整改照片" in told.text
    assert any("entry=repair" in (link["href"] or "") for link in told.page.named("a"))


def test_another_department_s_officer_answers_nothing(visitor: Come, objection: str) -> None:
    assert visitor("officer.market").open(objection).status == 403


def test_the_next_page_stays_in_the_language_that_was_chosen(visitor: Come, company: Visitor) -> None:
    for number in range(21):
        form = company.open(f"/credit/objection?entry={ENTRY}")
        made = company.send(form, "objection", {"ground": "fact", "text": f"第{number}次。"})
        company.send(made, made.path.partition("?")[0])

    seen = visitor("credit").open("/matters?department=market&lang=en")

    (following,) = [link["href"] or "" for link in seen.page.named("a") if "objections_after" in (link["href"] or "")]
    assert "lang=en" in following
    assert "department=market" in following
