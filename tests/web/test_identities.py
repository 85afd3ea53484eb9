"""The credit office says by pages whose a record is, and two officers which identities belong together."""

import re

import pytest

from tests.api.bodies import ALIAS, RECORD
from tests.cloud import Client, TokenOf
from tests.web.visitor import Come, Seen, Visitor

NEW = "/identities/links/new"
FIELDS: dict[str, str | list[str]] = {
    "kind": "merged",
    "former-kind": "uscc",
    "former-number": "91330782MA0000052F",
    "former-name": "义乌被合并有限公司（合成）",
    "present-kind": "uscc",
    "present-number": "91330782MA0000028Y",
    "present-name": "义乌示例市场主体有限公司（合成）",
    "document-number": "准予合并登记1号",
    "document-organ": "义乌市市场监督管理局",
    "document-effective_on": "2026-09-01",
    "evidence": "合并协议第3条<script>",
}


@pytest.fixture
def office(visitor: Come) -> Visitor:
    return visitor("credit")


@pytest.fixture
def link(office: Visitor) -> str:
    """The page of a link that waits for a second officer."""
    return office.send(office.open(NEW), "links/new", FIELDS).path.partition("?")[0]


def hrefs(seen: Seen) -> str:
    return " ".join(one["href"] or "" for one in seen.page.named("a"))


def test_nothing_that_waits_is_told_as_such(office: Visitor) -> None:
    seen = office.open("/identities")

    assert "没有要核对的" in seen.text
    assert "没有这样的关联" in seen.text


def test_another_department_has_its_conflicts_alone_and_no_list_of_measures_to_write(visitor: Come) -> None:
    seen = visitor("credit.market").open("/identities")

    assert seen.status == 200
    assert "没有要核对的" in seen.text
    assert "没有这样的关联" not in seen.text
    assert not re.search(r"/identities/links|/measures", hrefs(seen).replace("/board/measures", ""))


@pytest.mark.parametrize(("language", "counts"), [("zh-CN", "已确认，计入"), ("en", "Confirmed, counts")])
def test_a_link_is_proposed_confirmed_by_a_colleague_and_taken_back(
    office: Visitor, visitor: Come, link: str, language: str, counts: str
) -> None:
    colleague = visitor("credit2")
    office.language = colleague.language = language

    mine = office.open(link)
    confirmed = colleague.send(colleague.open(f"{link}/confirmation"), "confirmation", {"reason": "已核对原件。"})
    listed = office.open("/identities?state=confirmed")
    form = office.open(f"{link}/revocation")
    silent = office.send(form, "revocation", {"reason": "登记有误。"})
    revoked = office.send(form, "revocation", {"reason": "登记有误。", "basis": "更正通知1号"})

    assert f"{link}/confirmation" not in hrefs(mine)
    assert "<script>" not in mine.text.partition("合并协议第3条")[2][:20]
    assert counts in confirmed.text
    assert link.rpartition("/")[2] in hrefs(listed)
    assert {"href": "#basis"} in silent.page.named("a")
    assert silent.form("revocation").fields["reason"] == ["登记有误。"]
    assert "更正通知1号" in revoked.text
    assert "/revocation" not in hrefs(revoked)


def test_whoever_proposed_it_cannot_confirm_it_and_is_told_why(office: Visitor, link: str) -> None:
    refused = office.send(office.open(f"{link}/confirmation"), "confirmation", {"reason": "已核对。"})

    assert refused.status == 409
    assert {"href": "#reason"} in refused.page.named("a")


def test_a_form_drawn_before_a_colleague_acted_has_no_effect(office: Visitor, visitor: Come, link: str) -> None:
    old = office.open(f"{link}/revocation")
    colleague = visitor("credit2")
    colleague.send(colleague.open(f"{link}/confirmation"), "confirmation", {"reason": "已核对。"})

    seen = office.send(old, "revocation", {"reason": "登记有误。", "basis": "更正通知1号"})

    assert seen.status == 412


def test_the_form_sent_twice_proposes_once(office: Visitor) -> None:
    form = office.open(NEW)

    first, second = office.send(form, "links/new", FIELDS), office.send(form, "links/new", FIELDS)

    assert first.path == second.path


def test_a_double_click_on_a_confirmation_a_revocation_and_a_finding_ends_where_one_click_does(
    office: Visitor, visitor: Come, link: str, client: Client, token: TokenOf
) -> None:
    client.put("/v1/credit/records/market/r-1", RECORD, token=token("system.market"))
    renamed = {**RECORD, "subject": {**RECORD["subject"], "name": "义乌更名后有限公司（合成）"}}
    client.put("/v1/credit/records/market/r-2", renamed, token=token("system.market"))
    conflict = client.get("/v1/credit/conflicts", token=token("credit")).body["items"][0]["id"]
    found: dict[str, str | list[str]] = {"outcome": "same_person", "evidence": "准予变更登记1号", "reason": "更名。"}
    back: dict[str, str | list[str]] = {"reason": "登记有误。", "basis": "更正通知1号"}
    colleague = visitor("credit2")

    def clicked_twice(who: Visitor, path: str, name: str, fields: dict[str, str | list[str]]) -> list[str]:
        form = who.open(path)
        return [who.send(form, name, fields).path for _ in range(2)]

    confirmed = clicked_twice(colleague, f"{link}/confirmation", "confirmation", {"reason": "已核对原件。"})
    revoked = clicked_twice(office, f"{link}/revocation", "revocation", back)
    decided = clicked_twice(office, f"/identities/conflicts/{conflict}", conflict, found)

    assert confirmed == [f"{link}?done=confirmation"] * 2
    assert revoked == [f"{link}?done=revocation"] * 2
    assert decided == ["/identities?done=found"] * 2


def test_every_fault_stands_at_its_field_and_what_was_typed_stays(office: Visitor) -> None:
    form = office.open(NEW)

    nothing = office.send(form, "links/new", {})
    person = office.send(form, "links/new", FIELDS | {"present-kind": "passport", "present-number": "E12345678"})
    wrong = office.send(form, "links/new", FIELDS | {"document-effective_on": "soon"})

    assert {"href": "#kind"} in nothing.page.named("a")
    assert {"href": "#present-kind"} in person.page.named("a")
    assert {"href": "#document-effective_on"} in wrong.page.named("a")
    assert person.form("links/new").fields["document-number"] == ["准予合并登记1号"]


def test_a_record_under_another_name_is_listed_and_a_person_says_whose_it_is(
    office: Visitor, client: Client, token: TokenOf
) -> None:
    client.put("/v1/credit/records/market/r-1", RECORD, token=token("system.market"))
    renamed = {**RECORD, "subject": {**RECORD["subject"], "name": "义乌更名后有限公司（合成）"}}
    refused = client.put("/v1/credit/records/market/r-2", renamed, token=token("system.market"))
    listed = office.open("/identities")
    (place,) = [one["href"] or "" for one in listed.page.named("a") if "/conflicts/" in (one["href"] or "")]
    name, form = place.rpartition("/")[2], office.open("/" + place.lstrip("./"))

    nothing = office.send(form, name, {"evidence": ALIAS["document"]["number"]})
    decided = office.send(
        form, name, {"outcome": "same_person", "evidence": "准予变更登记1号", "reason": "企业名称变更。"}
    )

    assert refused.code == "IDENTITY_CONFLICT"
    assert {"href": "#outcome"} in nothing.page.named("a")
    assert nothing.form(name).fields["evidence"] == [ALIAS["document"]["number"]]
    assert "结论已经记下" in decided.text
    assert client.put("/v1/credit/records/market/r-2", renamed, token=token("system.market")).status in {200, 201}
