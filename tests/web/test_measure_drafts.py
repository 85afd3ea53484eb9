"""The credit office writes the list of measures by forms, and publishes it once it has seen whom it touches."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from chalicelib.catalogue.model.drafts import EditionDraft
from chalicelib.catalogue.store.drafts import DraftStore
from chalicelib.web.editors.measure_parts import PARTS
from infra.assets.catalogues import texts_of
from tests.api.bodies import a_list
from tests.cloud import Client, TokenOf, turn_clock
from tests.services.credit_office import flagged
from tests.web.visitor import Come, Seen, Visitor

DRAFT = "/measures/draft"
IN_OCTOBER = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
"""After the defence of the one flag that there is."""


def said(seen: Seen) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]+>", " ", seen.text).split())


def draft() -> EditionDraft:
    found = DraftStore().find("measures")
    assert found is not None
    return found


def begun(office: Visitor) -> Seen:
    return office.send(office.open("/measures"), DRAFT)


def saved(office: Visitor, part: str, **fields: str | list[str]) -> Seen:
    return office.send(office.open(f"{DRAFT}/{part}"), f"{DRAFT}/{part}", fields)


def test_whatever_a_form_asks_has_a_text() -> None:
    labels = {(part.label(ask), ask) for part in PARTS for ask in part.asks}
    named = {label for label, _ in labels} | {f"{label}_hint" for label, ask in labels if ask.is_explained}
    named |= {f"{label}_{column}" for label, ask in labels for column in ask.columns}
    named |= {f"edit_part_{part.name}{lead}" for part in PARTS for lead in ("", "_lead")}

    assert named - set(texts_of("zh")) == set()


def test_what_is_saved_as_it_was_drawn_changes_nothing(visitor: Come) -> None:
    office = visitor("credit")
    begun(office)
    before = draft().document

    saved(office, "list")
    saved(office, "conducts")
    for number in range(1, len(before["items"]) + 1):
        assert saved(office, f"measures/{number}", act="save").path == f"{DRAFT}/measures"

    assert draft().document == before


def test_a_list_that_takes_the_ground_from_a_flag_says_so_before_it_is_published(
    visitor: Come, portal: Client, token: TokenOf
) -> None:
    turn_clock(IN_OCTOBER)
    flag = flagged().flag_id
    office = visitor("credit")
    listed = office.open("/measures")
    begun(office)
    number = 1 + [one["code"] for one in draft().document["items"]].index("9")

    nameless = office.open("/measures/check")
    saved(office, "list", edition="2026", title="清单2026")
    saved(office, f"measures/{number}", act="remove")
    looked = office.open("/measures/check")
    standing = portal.get(f"/v1/flags/{flag}", token=token("credit")).body["state"]
    done = office.send(looked, "/measures/check", {"act": "publish"})
    again = office.send(looked, "/measures/check", {"act": "publish"})

    assert "2024 现在用的" in said(listed)
    assert "还有1处要改" in said(nameless)
    assert "看了1个正在执行的惩戒，1个会失去依据" in looked.text
    assert f"../flags/{flag}" in [link["href"] for link in looked.page.named("a")]
    assert "清单中已没有该措施" in looked.text
    assert "business-address" not in looked.text
    assert "名称 修改 现在： 全国失信惩戒措施基础清单" in said(looked)
    assert standing == "active"
    assert done.path == again.path == "/measures?done=loaded"
    assert DraftStore().find("measures") is None
    assert [one["edition"] for one in portal.get("/v1/measure-editions", token=token("credit")).body["items"]][
        -1
    ] == "2026"


def test_a_measure_is_added_and_every_fault_is_said_at_its_field(visitor: Come) -> None:
    office = visitor("credit")
    begun(office)
    page = f"measures/{len(draft().document['items']) + 1}"

    empty = saved(office, page, act="save")
    whole = office.send(
        empty,
        f"{DRAFT}/{page}",
        {
            "code": "99",
            "measure": "限制参加评优",
            "measure_class": "2",
            "content": "一年内不得参加评优",
            "target": "作出虚假承诺的申请人",
            "basis": "《测试条例》第9条",
            "organ": "义乌市信用办",
            "in_force_from": "2026-10-01",
            "effect": "limited",
            "subject_kinds": ["uscc"],
            "allowed": ["false_commitment general", "false_commitment serious"],
            "most_months": "12",
            "act": "save",
        },
    )

    assert empty.status == 422
    wanted = {"code", "measure", "measure_class", "content", "effect", "subject_kinds", "allowed", "most_months"}
    assert {f"#{name}" for name in wanted} <= {link["href"] for link in empty.page.named("a")}
    assert whole.path == f"{DRAFT}/measures"
    added = draft().document["items"][-1]
    assert (added["allowed"], added["in_force_to"]) == ({"false_commitment": ["general", "serious"]}, None)
    assert added["most_months"] == 12


def test_what_a_colleague_changed_after_the_look_is_looked_at_again(visitor: Come, portal: Client) -> None:
    office, colleague = visitor("credit"), visitor("credit")
    begun(office)
    saved(office, "list", edition="2026")
    looked = office.open("/measures/check")

    saved(colleague, "list", title="别的名称")
    other = office.send(looked, "/measures/check", {"act": "publish"})

    assert "和刚才看过的不一样" in other.text
    assert "/v1" not in other.text
    assert portal.get("/v1/measures").body["edition"] == "2024"


def test_a_list_comes_and_goes_as_a_file(visitor: Come) -> None:
    office, page = visitor("credit"), "/measures/file"
    edition: dict[str, Any] = a_list("2026", "2026-10-09")

    def hand_in(document: object) -> Seen:
        content = json.dumps(document).encode("utf-8-sig")
        return office.send(office.open(page), page, files={"document_file": ("list.json", content)})

    odd, early = hand_in({"edition": "2026"}), hand_in(edition | {"in_force_from": "2020-01-01"})
    first = office.open("/measures/download")
    whole = hand_in(edition)
    gone = office.send(office.open(DRAFT), "/measures/discard", {})

    assert odd.status == 400
    assert {"href": "#document_file"} in odd.page.named("a")
    assert early.path == whole.path == "/measures/check"
    assert "清单的名称和来源" in early.text
    assert json.loads(first.text)["in_force_from"] == "2020-01-01"
    assert "看了0个正在执行的惩戒" in whole.text
    assert gone.path == "/measures?done=discarded"
    assert json.loads(office.open("/measures/download").text)["edition"] == "2024"


def test_the_pages_speak_english(visitor: Come) -> None:
    office = visitor("credit", language="en")
    tasks = begun(office)
    shown = [office.open(f"{DRAFT}/{page}") for page in ("list", "conducts", "measures", "measures/1", "measures/11")]
    saved(office, "list", edition="2026")

    assert "Name and sources" in tasks.text
    assert {seen.status for seen in (*shown, office.open("/measures/check"))} == {200}


def test_an_office_of_another_department_cannot_begin_the_list_of_the_credit_office(visitor: Come) -> None:
    market = visitor("credit.market")
    theirs = market.open("/imports").form("imports").fields

    refused = market.post(DRAFT, {name: theirs[name][0] for name in ("form_token", "once")})

    assert refused.status == 403
    assert DraftStore().find("measures") is None
    assert visitor("credit").open("/measures").status == 200
