"""Editors write an item's next version step by step, see it as applicants will, and publish what they have seen."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api.catalogue.schemas.items import PublishItemRequest
from chalicelib.catalogue.model.items import Acceptance, ProxyAct
from chalicelib.catalogue.model.questions import Known, Place, QuestionKind
from chalicelib.catalogue.rules.answer_forms import PATTERNS
from chalicelib.catalogue.rules.publication import WAYS
from chalicelib.catalogue.store.drafts import DraftStore
from chalicelib.http.language import Language
from chalicelib.web.editors.fields import Part
from chalicelib.web.editors.item_parts import PARTS
from chalicelib.workdays.model.limits import Unit
from infra.assets.catalogues import texts_of
from tests.api.bodies import item_body
from tests.cloud import Client
from tests.web.crawl import pages_of, words_at_fault
from tests.web.test_no_codes_on_pages import is_code
from tests.web.visitor import Come, Seen, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterable

PLATE = "/catalogue/plate-replacement"
NEW = "/catalogue/new-item"
DRAFT = f"{PLATE}/draft"


def said(seen: Seen) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub("<[^>]+>", " ", seen.text).split())


def begun(editor: Visitor, page: str = PLATE) -> Seen:
    """The task list of a draft that has just been begun."""
    return editor.send(editor.open(page), f"{page}/draft")


def document(code: str = "plate-replacement") -> dict[str, Any]:
    """What stands in the draft."""
    found = DraftStore().find(f"item:{code}")
    assert found is not None
    return dict(found.document)


def links(seen: Seen) -> set[str | None]:
    return {link["href"] for link in seen.page.named("a")}


def test_every_part_of_an_item_is_asked_somewhere_but_what_is_always_the_same() -> None:
    asked = {part.entries or ask.path.partition("/")[0] for part in PARTS for ask in part.asks}

    assert set(PublishItemRequest.model_fields) - asked == {"granularity", "parent"}


def test_a_draft_begins_with_what_is_published_and_says_that_all_is_done(visitor: Come) -> None:
    editor = visitor("editor")

    tasks = begun(editor)

    assert tasks.path == DRAFT
    assert said(tasks).count("已填好") == len(PARTS)
    assert "../../catalogue/plate-replacement/draft/materials" in links(tasks)
    assert document()["effective_from"] == "2026-09-29"
    assert "继续编写" in editor.open(PLATE).text


@pytest.mark.parametrize("part", [part.name for part in PARTS if not part.entries])
def test_a_part_that_is_saved_as_it_was_drawn_changes_nothing(visitor: Come, part: str) -> None:
    editor = visitor("editor")
    begun(editor)
    before = document()

    seen = editor.send(editor.open(f"{DRAFT}/{part}"), f"{DRAFT}/{part}")

    assert seen.path == f"{DRAFT}?done=saved"
    assert document() == before


@pytest.mark.parametrize("part", [part for part in PARTS if part.entries], ids=lambda part: part.name)
def test_an_entry_that_is_saved_as_it_was_drawn_changes_nothing(visitor: Come, part: Part) -> None:
    editor = visitor("editor")
    begun(editor)
    before = PublishItemRequest.model_validate_json(json.dumps(document()))

    for number in range(1, len(document()[part.entries]) + 1):
        page = f"{DRAFT}/{part.name}/{number}"
        seen = editor.send(editor.open(page), page, {"act": "save"})
        assert seen.path == f"{DRAFT}/{part.name}"

    assert PublishItemRequest.model_validate_json(json.dumps(document())) == before


def test_an_item_is_changed_by_forms_seen_as_applicants_will_and_published(visitor: Come, portal: Client) -> None:
    editor = visitor("editor")
    begun(editor)
    names, condition = f"{DRAFT}/names", f"{DRAFT}/conditions/1"

    editor.send(editor.open(names), names, {"name": "补领车牌"})
    form = editor.open(condition)
    text = form.form(condition).fields["text"][0]
    editor.send(form, condition, {"text": f"{text}且没有被查封。", "act": "save"})
    preview = editor.open(f"{PLATE}/preview")
    looked = editor.open(f"{PLATE}/check")
    nothing = portal.get("/v1/items/plate-replacement/versions/2")
    done = editor.send(looked, f"{PLATE}/check")
    again = editor.send(looked, f"{PLATE}/check")
    compared = editor.open(f"{PLATE}/comparison")

    assert "补领车牌" in preview.page.words["h1"][0]
    assert "且没有被查封" in preview.text
    assert "什么车？" in preview.text
    assert not [link for link in links(preview) if link and link.endswith("/apply")]
    assert "和现在用的版本有3处不同" in said(looked)
    assert "告知书变了" in looked.text
    assert "名称和基本情况 事项名称 修改 现在： 机动车号牌补领、换领 以后： 补领车牌" in said(looked)
    assert nothing.status == 404
    assert done.path == again.path == f"{PLATE}?done=published"
    assert portal.get("/v1/items/plate-replacement/versions/2").body["name"] == "补领车牌"
    assert "有3处不同" in said(compared)
    assert "继续编写" not in done.text


def test_a_new_item_says_all_that_is_missing_at_once_and_each_at_its_field(visitor: Come) -> None:
    editor = visitor("editor")
    tasks = begun(editor, NEW)
    names = f"{NEW}/draft/names"

    told = editor.open(f"{NEW}/check")
    empty = editor.send(editor.open(names), names)
    from_list = editor.open(f"{names}?check=1")

    assert "还有2处要改" in said(tasks)
    assert "../../catalogue/new-item/draft/notice?check=1" in links(told)
    assert (empty.status, from_list.status) == (422, 200)
    for seen in (empty, from_list):
        assert {"href": "#name"} in seen.page.named("a")
        assert {"href": "#supervision_channel"} in seen.page.named("a")
        assert seen.text.count("监督投诉方式：不能为空") == 2
    assert ("已经保存" in empty.text, "已经保存" in from_list.text) == (True, False)
    assert editor.open(f"{NEW}/preview").path == f"{NEW}/check"


def test_a_whole_item_is_written_by_forms_alone(visitor: Come, portal: Client) -> None:
    editor = visitor("editor")
    begun(editor, NEW)

    def fill(part: str, **fields: str | list[str]) -> Seen:
        page = f"{NEW}/draft/{part}"
        return editor.send(editor.open(page), page, fields)

    limit = {
        f"limits-{each}-{part}": value
        for each in ("promised", "statutory")
        for part, value in (("value", "3"), ("unit", "working_days"), ("basis", "《测试法》第1条"))
    }
    fill("names", name="测试事项", supervision_channel="12345")
    fill(
        "law",
        **{"legal_basis-0-law": "《测试法》", "legal_basis-1-law": "《第二法》", "legal_basis-1-article": "第2条"},
    )
    kind = fill("questions/1", text="哪一种？", kind="choice", act="save")
    fill("questions/1", **{"options-0-text": "甲", "options-1-text": "乙", "act": "save"})
    fill("questions/2", text="多少？", kind="number", act="save")
    fill("questions/2", **{"check-least": "1", "when": "q1 0 a1", "group": "yes", "act": "save"})
    fill("materials/1", name="证明", basis="《测试法》第3条", ways="certificate commitment", act="save")
    fill("conditions/1", material="m1", text="情况属实。", measure="登记中没有相反记录。", act="save")
    fill("limits", acceptance="automatic", **limit)
    fill(
        "steps/1",
        **{
            "name": "核对",
            "limit-value": "1",
            "limit-unit": "working_days",
            "limit-basis": "公开的承诺",
            "act": "save",
        },
    )
    fill(
        "verification",
        **{
            "verification-officers": "1",
            "verification-method": "online",
            "verification-standard": "查登记。",
            "verification-limit-value": "2",
            "verification-limit-unit": "months",
            "verification-limit-basis": "本市安排",
            "verification-required": "yes",
            "verification-substantive": "no",
        },
    )
    notice = {
        name: "写明。"
        for name in editor.open(f"{NEW}/draft/notice").form(f"{NEW}/draft/notice").names
        if name.startswith("notice-")
    }
    fill("notice", **notice)
    fill("result", result_type="证明书")
    last = fill("words", keywords="测试怎么办\n怎么测试", synonyms="测试、检测\n办理，办")
    looked = editor.open(f"{NEW}/check")
    done = editor.send(looked, f"{NEW}/check")

    assert kind.path == f"{NEW}/draft/questions/1"
    assert last.path == f"{NEW}/draft?done=saved"
    assert "没有可以比较的" in looked.text
    assert done.path == f"{NEW}?done=published"
    kept = portal.get("/v1/items/new-item/versions/1").body
    assert kept["legal_basis"] == [{"law": "《测试法》", "article": ""}, {"law": "《第二法》", "article": "第2条"}]
    assert [one["value"] for one in kept["questions"][0]["options"]] == ["a1", "a2"]
    assert kept["questions"][1]["when"] == {"question": "q1", "equals": "a1"}
    assert kept["questions"][0]["group"] == kept["questions"][1]["group"] != ""
    assert kept["synonyms"] == [["测试", "检测"], ["办理", "办"]]


def test_entries_are_added_moved_and_removed(visitor: Come) -> None:
    editor = visitor("editor")
    begun(editor)
    names = [one["name"] for one in document()["materials"]]
    page = f"{DRAFT}/materials"

    editor.send(editor.open(f"{page}/2"), f"{page}/2", {"act": "up"})
    moved = [one["name"] for one in document()["materials"]]
    listed = editor.send(editor.open(f"{page}/1"), f"{page}/1", {"act": "remove"})
    wrong = editor.send(editor.open(f"{page}/3"), f"{page}/3", {"name": "新材料", "act": "save"})

    assert moved == [names[1], names[0], names[2]]
    assert listed.path == page
    assert [one["name"] for one in document()["materials"]] == [names[0], names[2], "新材料"]
    assert wrong.status == 422
    assert {"href": "#basis"} in wrong.page.named("a")
    assert wrong.form(f"{page}/3").fields["name"] == ["新材料"]
    assert editor.open(f"{page}/5").status == 404
    assert editor.open(f"{DRAFT}/nothing").status == 404
    assert editor.open(f"{DRAFT}/names/1").status == 404


def test_what_a_kind_of_question_does_not_have_goes_with_the_kind(visitor: Come) -> None:
    editor = visitor("editor")
    begun(editor)
    page = f"{DRAFT}/questions/2"

    editor.send(editor.open(page), page, {"kind": "document", "act": "save"})
    question = document()["questions"][1]
    editor.send(editor.open(page), page, {"kind": "person", "act": "save"})

    assert "options" not in question
    assert question["required"] is False
    assert document()["questions"][1]["sensitive"] is True
    assert "options-0-text" not in editor.open(page).form(page).names


def test_two_tabs_of_one_draft_lose_nothing(visitor: Come) -> None:
    editor, colleague = visitor("editor"), visitor("editor")
    begun(editor)
    names, result = f"{DRAFT}/names", f"{DRAFT}/result"
    mine, theirs = editor.open(names), colleague.open(result)

    colleague.send(theirs, result, {"result_type": "别的结果"})
    stale = editor.send(mine, names, {"name": "补领车牌"})
    kept = document()
    second = editor.send(stale, names)
    twice = editor.send(stale, names)

    assert stale.status == 412
    assert stale.form(names).fields["name"] == ["补领车牌"]
    assert kept["name"] == "机动车号牌补领、换领"
    assert second.path == twice.path == f"{DRAFT}?done=saved"
    assert (document()["name"], document()["result_type"]) == ("补领车牌", "别的结果")


def test_what_a_colleague_changed_after_the_look_is_looked_at_again(visitor: Come, portal: Client) -> None:
    editor, colleague = visitor("editor"), visitor("editor")
    begun(editor)
    result = f"{DRAFT}/result"
    looked = editor.open(f"{PLATE}/check")

    colleague.send(colleague.open(result), result, {"result_type": "别的结果"})
    other = editor.send(looked, f"{PLATE}/check")

    assert "和刚才看过的不一样" in other.text
    assert portal.get("/v1/items/plate-replacement/versions/2").status == 404


def test_a_draft_is_thrown_away_and_what_is_published_stays(visitor: Come) -> None:
    editor = visitor("editor")
    tasks = begun(editor)

    gone = editor.send(tasks, f"{PLATE}/discard")

    assert gone.path == f"{PLATE}?done=discarded"
    assert "草稿已放弃" in gone.text
    assert editor.open(DRAFT).status == 404


def test_a_draft_comes_and_goes_as_a_file(visitor: Come, portal: Client) -> None:
    editor, page = visitor("editor"), f"{NEW}/file"
    body = item_body(name="文件里的事项")

    def hand_in(content: bytes) -> Seen:
        return editor.send(editor.open(page), page, files={"document_file": ("a.json", content)})

    nothing = editor.send(editor.open(page), page)
    lists, twice, odd = (
        hand_in(b"[]"),
        hand_in(b'{"a": 1, "a": 2}'),
        hand_in(json.dumps(body | {"audience": "x"}).encode()),
    )
    large = hand_in(b" " * 262_145)
    faulty = hand_in(json.dumps(body | {"legal_basis": []}).encode())
    file = editor.open(f"{NEW}/download")
    whole = hand_in(json.dumps(body).encode("utf-8-sig"))
    done = editor.send(whole, f"{NEW}/check")
    last = editor.open(f"{PLATE}/download")

    for seen in (nothing, lists, twice, odd, large):
        assert seen.status == 400
        assert {"href": "#document_file"} in seen.page.named("a")
    assert faulty.path == f"{NEW}/check"
    assert "还有1处要改" in said(faulty)
    assert "../../catalogue/new-item/draft/law?check=1" in links(faulty)
    assert json.loads(file.text)["legal_basis"] == []
    assert done.path == f"{NEW}?done=published"
    assert portal.get("/v1/items/new-item/versions/1").body["name"] == "文件里的事项"
    assert json.loads(last.text)["name"] == "机动车号牌补领、换领"
    assert editor.open("/catalogue/nobody-s/download").status == 404


def test_whatever_a_form_asks_has_a_text() -> None:
    labels = {(part.label(ask), ask) for part in PARTS for ask in part.asks}
    named = {label for label, _ in labels} | {f"{label}_hint" for label, ask in labels if ask.is_explained}
    named |= {f"{label}_{column}" for label, ask in labels for column in ask.columns}
    named |= {f"edit_part_{part.name}{lead}" for part in PARTS for lead in ("", "_lead")}
    values: dict[str, Iterable[str]] = {
        "kind": QuestionKind,
        "known": Known,
        "shown": Place,
        "pattern": PATTERNS,
        "unit": Unit,
        "acceptance": Acceptance,
        "proxy": ProxyAct,
        "ways": ("_".join(sorted(ways)) for ways in WAYS),
    }
    named |= {f"edit_{name}_{value}".replace("-", "_") for name, found in values.items() for value in found}

    assert named - set(texts_of("zh")) == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_of_a_draft_says_a_code(visitor: Come, language: Language) -> None:
    editor, office = visitor("editor", language=language), visitor("credit", language=language)
    starts = ["/catalogue/plate-replacement/draft", "/measures/draft"]
    for who, start in zip((editor, office), starts, strict=True):
        who.send(who.open(start.removesuffix("/draft")), start)

    pages = [seen for who, start in zip((editor, office), starts, strict=True) for seen in pages_of(who, start)]
    drawn = [seen for seen in pages if seen.path.startswith(("/catalogue", "/measures"))]

    assert len(drawn) > len(PARTS) + 10
    assert {seen.status for seen in drawn} == {200}
    assert [found for seen in drawn for found in words_at_fault(seen, lambda words: is_code(words, language))] == []


def test_the_forms_speak_english(visitor: Come) -> None:
    editor = visitor("editor", language="en")
    tasks = begun(editor)

    pages = [editor.open(f"{DRAFT}/{part.name}") for part in PARTS]
    entry = editor.open(f"{DRAFT}/questions/2")
    looked = editor.open(f"{PLATE}/check")

    assert "Materials and certificates" in tasks.text
    assert {page.status for page in (*pages, entry, looked)} == {200}
    assert "Kind of answer" in entry.text
