"""One's own credit by pages and forms: reading it, objecting, taking back, repairing."""

from datetime import timedelta

import pytest

from chalicelib.cases.model.stages import Finding, Outcome
from chalicelib.cases.services.commands import Command
from chalicelib.catalogue.model.items import Method
from chalicelib.container import container
from chalicelib.policy import Caller, Role
from chalicelib.redress.model import Entry, EntryKind
from tests.api.bodies import ALIAS, RECORD
from tests.builders import NOON, a_caller
from tests.cloud import Client, TokenOf, turn_clock
from tests.services.credit_office import AFTER_DEFENCE, MARKET, reversal, stored
from tests.web.companies import ENTRY
from tests.web.visitor import Come, Visitor


@pytest.mark.requirement("R3.14", "R8.1")
def test_somebody_without_records_is_told_that_nothing_stands_in_the_way(visitor: Come) -> None:
    """Row 9 of the failures of real systems, too: agencies sell what is free."""
    seen = visitor("applicant").open("/credit")

    assert seen.status == 200
    assert "没有记录" in seen.text
    assert "不收取任何费用" in seen.text


@pytest.mark.requirement("R3.1", "R8.6")
@pytest.mark.parametrize(("language", "told"), [("zh-CN", "严重"), ("en", "Serious")])
def test_each_record_is_shown_with_its_document_its_period_and_the_ways_back(
    company: Visitor, language: str, told: str
) -> None:
    company.language = language

    seen = company.open("/credit")

    assert told in seen.text
    assert RECORD["document"]["number"] in seen.text
    links = [link["href"] for link in seen.page.named("a")]
    assert "./credit/objection?entry=market%2Fr-1" in links
    assert "./credit/repair?entry=market%2Fr-1" in links


@pytest.mark.parametrize(
    ("language", "lie", "told"), [("zh-CN", "没有记录", "没有更多"), ("en", "No records", "there are no more")]
)
def test_the_page_after_the_last_record_says_so_instead_of_that_there_are_none(
    company: Visitor, language: str, lie: str, told: str
) -> None:
    for number in range(19):
        stored(f"r-1{number:02}")
    stored("r-last", document_no="另〔2026〕1号")
    gone = reversal(Entry(kind=EntryKind.RECORD, name="market/r-last"))
    container().revocations.record(gone, by=MARKET, at=AFTER_DEFENCE, idempotency_key=None)
    company.language = language
    first = company.open("/credit")
    (further,) = [str(link["href"]) for link in first.page.named("a") if "cursor" in str(link["href"])]

    seen = company.open(f"/{further.lstrip('./')}")

    assert lie not in seen.text
    assert told in seen.text


@pytest.mark.requirement("R7.16")
def test_who_is_refused_has_the_objection_one_click_away(company: Visitor) -> None:
    refused = company.open("/items/business-address/apply")
    (objecting,) = [link["href"] for link in refused.page.named("a") if "credit/objection" in str(link["href"])]
    form = company.open(f"/{str(objecting).lstrip('./')}")

    assert RECORD["document"]["number"] in refused.text
    assert form.form("objection").fields["entry"] == ["market/r-1"]


@pytest.mark.requirement("R7.16")
def test_an_objection_is_made_marked_and_taken_back(company: Visitor) -> None:
    form = company.open(f"/credit/objection?entry={ENTRY}")

    nothing = company.send(form, "objection", {"text": "罚款当日已缴。"})
    made = company.send(form, "objection", {"ground": "fact", "text": "罚款当日已缴。"})
    twice = company.send(form, "objection", {"ground": "fact", "text": "罚款当日已缴。"})
    marked = company.open("/credit")
    back = company.send(made, made.path.partition("?")[0])
    clean = company.open("/credit")

    assert nothing.status == 400
    assert {"href": "#ground"} in nothing.page.named("a")
    assert nothing.form("objection").fields["text"] == ["罚款当日已缴。"]
    assert "异议已提出" in made.text
    assert made.path == twice.path
    assert "异议处理中" in marked.text
    assert "异议已撤回" in back.text
    assert "异议处理中" not in clean.text


def test_a_repair_before_its_day_says_from_when(company: Visitor) -> None:
    seen = company.open(f"/credit/repair?entry={ENTRY}")

    assert seen.status == 200
    assert "起可以申请修复" in seen.text
    assert not [form for form in seen.page.forms if form.action.endswith("repair")]


@pytest.mark.requirement("R3.5")
def test_a_repair_asks_for_proof_and_promise_alone(company: Visitor) -> None:
    turn_clock(NOON + timedelta(days=600))
    form = company.open(f"/credit/repair?entry={ENTRY}")
    (promise,) = [box["value"] or "" for box in form.page.named("input") if box.get("type") == "checkbox"]

    unticked = company.send(form, "repair", {"proof": "缴款书1号"})
    asked = company.send(form, "repair", {"proof": "缴款书1号", "promise": promise})

    assert unticked.status == 400
    assert {"href": "#promise"} in unticked.page.named("a")
    assert "修复申请已收到" in asked.text


@pytest.mark.parametrize("entry", ["", "x", "market/none", "flag:" + "0" * 24, "<b>", "x" * 200])
@pytest.mark.parametrize("act", ["repair", "objection"])
def test_an_entry_that_is_not_one_s_own_cannot_be_disputed_or_repaired(company: Visitor, act: str, entry: str) -> None:
    seen = company.open(f"/credit/{act}?entry={entry}")
    if seen.status == 200:
        seen = company.send(seen, act, {"ground": "fact", "text": "x"})

    assert seen.status in {400, 404}
    assert seen.page.named("b") == []


@pytest.mark.requirement("R7.15")
def test_whoever_asked_is_listed(company: Visitor, client: Client, token: TokenOf) -> None:
    before = company.open("/credit/queries")
    subject = RECORD["subject"]
    body = {"subject": subject, "item_code": "business-address", "purpose": "handling"}
    assert client.post("/v1/credit/checks", body, token=token("system.market")).status == 200

    seen = company.open("/credit/queries")

    assert "还没有人查过" in before.text
    assert "市场监管" in seen.text
    assert "办理" in seen.text
    assert "市场主体登记（住所使用证明）" in seen.text
    assert "business-address" not in seen.text


def test_somebody_else_s_objection_is_not_there(company: Visitor, visitor: Come) -> None:
    form = company.open(f"/credit/objection?entry={ENTRY}")
    made = company.send(form, "objection", {"ground": "fact", "text": "罚款当日已缴。"})

    assert visitor("applicant").open(made.path).status == 404


def test_whoever_has_another_identity_is_told_of_it_and_sees_what_is_kept_under_it(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    former = {"kind": "uscc", "number": "91330782MA0000036R", "name": "义乌被合并有限公司（合成）"}
    client.put("/v1/credit/records/market/of-the-former", {**RECORD, "subject": former}, token=token("system.market"))
    alias = client.post("/v1/credit/aliases", {**ALIAS, "former": former}, token=token("credit")).body["id"]
    client.post(
        f"/v1/credit/aliases/{alias}/confirmation", {"reason": "已核对。"}, token=token("credit2"), if_match='"1"'
    )

    seen = visitor("company").open("/credit")

    assert "一并计入的主体" in seen.text
    assert "被合并的单位" in seen.text
    assert ALIAS["document"]["number"] in seen.text
    assert "market%2Fof-the-former" in seen.text


@pytest.mark.requirement("R1.18", "R2.9")
@pytest.mark.parametrize(
    ("language", "told"), [("zh-CN", "尚未确认，不产生任何后果"), ("en", "This is not confirmed yet")]
)
def test_whoever_a_grave_record_is_about_reads_its_notice_before_it_bars(
    client: Client, token: TokenOf, visitor: Come, language: str, told: str
) -> None:
    turn_clock(NOON + timedelta(minutes=1))
    client.put("/v1/credit/records/market/r-1", RECORD, token=token("credit.market"))
    person = visitor("company")
    person.language = language

    seen = person.open("/credit")

    assert told in seen.text
    assert "其他事项不受影响" in seen.text
    assert "./credit/objection?entry=market%2Fr-1" in [link["href"] for link in seen.page.named("a")]


@pytest.fixture
def broken(case_no: str) -> str:
    """A case whose promise one officer found not fulfilled; after the hearing another ordered to put it right."""
    first, second = (
        a_caller(Role.OFFICER, sub=sub, department="traffic") for sub in ("officer.traffic", "officer2.traffic")
    )
    person = a_caller(sub="applicant", subject=container().cases.load(case_no).subject)

    def act(by: Caller) -> Command:
        return Command(case_no=case_no, by=by, at=NOON, version=container().cases.load(case_no).version)

    container().handling.decide(act(first), outcome=Outcome.GRANTED, document_no="1号")
    container().handling.deliver(act(first))
    container().consequences.verify(
        act(first), result=Finding.UNFULFILLED, method=Method.ONLINE, findings="旧号牌仍在使用。"
    )
    container().consequences.state(act(person), text="马上停用。")
    container().consequences.order_rectification(act(second), days=3, basis="第64条")
    return case_no


@pytest.mark.requirement("R1.2", "R1.20", "R8.6")
@pytest.mark.parametrize(
    ("language", "closed", "found"),
    [
        ("zh-CN", "信用修复之前，同一事项不能再用承诺办", "认定未履行"),
        ("en", "you cannot use a promise for the same service again", "found not kept"),
    ],
)
def test_a_broken_promise_is_told_with_its_case_and_the_ways_back_wherever_it_matters(
    visitor: Come, broken: str, language: str, closed: str, found: str
) -> None:
    applicant = visitor("applicant")
    applicant.language = language

    credit, case = applicant.open("/credit"), applicant.open(f"/cases/{broken}")
    start = applicant.open("/items/plate-replacement/apply")

    assert closed in credit.text
    assert found in credit.text
    assert f"./cases/{broken}" in [link["href"] for link in credit.page.named("a")]
    assert closed in case.text
    assert broken in start.text
    ways = {f"credit/{way}?entry=commitments%2F{broken}" for way in ("repair", "objection")}
    for seen in (credit, case, start):
        assert ways <= {(link["href"] or "").lstrip("./") for link in seen.page.named("a")}


@pytest.mark.requirement("R1.1")
def test_somebody_else_starts_without_a_word_about_it(visitor: Come, broken: str) -> None:
    seen = visitor("applicant2").open("/items/plate-replacement/apply")

    assert seen.status == 200
    assert broken not in seen.text


def test_an_answer_to_an_objection_that_is_overdue_is_said_to_be(visitor: Come, company: Visitor) -> None:
    form = company.open(f"/credit/objection?entry={ENTRY}")
    made = company.send(form, "objection", {"ground": "fact", "text": "罚款当日已缴。"})
    in_time = company.open(made.path)
    turn_clock(NOON + timedelta(days=90))

    assert "超期" not in in_time.text
    assert "以内答复，现在已经超期" in visitor("company").open(made.path).text
