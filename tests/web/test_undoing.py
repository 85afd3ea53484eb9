"""The credit office amends records by two persons, and undoes what rested on a revoked document, by pages alone."""

import pytest

from tests.web.companies import ENTRY, company, objection
from tests.web.flags import links
from tests.web.visitor import Come, Seen, Visitor

__all__ = ["company", "objection"]

AMENDMENT = {"outcome": "corrected", "contents": "fine：二百元", "reason": "金额有误。", "basis": "第30条"}
REVERSAL = {
    "document-number": "义政复〔2026〕3号",
    "document-organ": "义乌市人民政府",
    "document-effective_on": "2026-09-28",
    "document-basis": "《行政复议法》第64条",
    "reason": "复议机关撤销了处罚决定。",
}


@pytest.fixture
def proposed(visitor: Come, company: Visitor) -> Seen:  # noqa: ARG001 - whose record it is
    office = visitor("credit")
    form = office.open(f"/amendment?entry={ENTRY}")
    return office.send(form, "amendment", AMENDMENT)


def test_a_record_of_any_department_is_amended_by_two(visitor: Come, company: Visitor, proposed: Seen) -> None:
    place = proposed.path.partition("?")[0]
    office, second = visitor("credit"), visitor("credit2")
    own, seen = links(office.open(place)), links(visitor("credit.market").open(place))
    form = f"{place}/confirmation"
    late = office.send(office.open(form), form, {"reason": "对。"})
    done = second.send(second.open(form), form, {"reason": "已核对。"})

    assert "已提出，等待另一名工作人员确认。" in proposed.text
    assert "市场监管登记系统的记录r-1" in proposed.text
    assert "market/r-1" not in proposed.text
    assert (f"{place[1:]}/confirmation" in own, f"{place[1:]}/withdrawal" in own) == (False, True)
    assert not {f"{place[1:]}/confirmation", f"{place[1:]}/withdrawal"} & seen
    assert late.status == 409
    assert "#reason" in links(late)
    assert "已确认，马上生效。" in done.text
    assert "二百元" in company.open("/credit").text
    assert place[1:] in links(office.open("/amendments?department=market"))
    assert place[1:] in links(visitor("credit.market").open("/amendments"))


def test_an_amendment_is_withdrawn_and_the_record_stays(visitor: Come, company: Visitor, proposed: Seen) -> None:
    place = proposed.path.partition("?")[0]
    office = visitor("credit")
    form = f"{place}/withdrawal"

    done = office.send(office.open(form), form, {"reason": "提错了。"})

    assert "已撤回。" in done.text
    assert "提错了。" in done.text
    assert "二百元" not in company.open("/credit").text


def test_what_is_missing_in_an_amendment_leads_to_its_field(visitor: Come, company: Visitor) -> None:
    assert company.open("/credit").status == 200
    office = visitor("credit")
    form = office.open(f"/amendment?entry={ENTRY}")

    nothing = office.send(form, "amendment", {})
    bare = office.send(form, "amendment", {"outcome": "corrected"})
    half = office.send(form, "amendment", AMENDMENT | {"contents": "fine：二百元\n罚款二百元"})

    assert "#outcome" in links(nothing)
    assert {"#reason", "#basis"} <= links(bare)
    assert "#contents" in links(half)
    assert office.open("/amendment").status == 404


@pytest.mark.usefixtures("company")
def test_a_revoked_document_takes_everything_on_it_along(visitor: Come) -> None:
    market = visitor("credit.market")
    record = market.open(f"/records/{ENTRY}")
    form = market.open(f"/reversal?entry={ENTRY}")

    bare = market.send(form, "reversal", {})
    done = market.send(form, "reversal", REVERSAL)

    assert f"reversal?entry={ENTRY.replace('/', '%2F')}" in links(record)
    assert {"#document-number", "#document-effective_on", "#reason"} <= links(bare)
    assert "依据这份文书的都已撤销" in done.text
    assert "市场监管登记系统的记录r-1" in done.text
    place = done.path.partition("?")[0]
    assert place[1:] in links(market.open("/reversals"))
    assert place[1:] in links(visitor("credit").open("/reversals?department=market"))
    assert "已撤销，不再有影响。" in market.open(f"/records/{ENTRY}").text


def test_the_office_comes_to_both_from_an_objection(visitor: Come, objection: str) -> None:
    seen = links(visitor("credit").open(objection))

    assert any(link.startswith("amendment?entry=") for link in seen)
    assert any(link.startswith("reversal?entry=") for link in seen)
