"""Drawn documents, read back: nothing is lost, nothing is an empty box, and any viewer has the characters."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.issuing.model.issued import Drawn, Sheet
from chalicelib.issuing.services.drawing import draw

NOTE = "说明：{numbers}。"
MADE_AT = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)


def a_sheet(*body: str, **other: Any) -> Sheet:  # noqa: ANN401 - any field of a sheet
    fields: dict[str, Any] = {
        "organ": "公安局交通管理局",
        "title": "不予决定书",
        "lines": ("文号：义公交〔2026〕1号",),
        "addressee": "李示例",
        "remedies": (),
        "day": "2026年9月28日",
        "notes": ("核验：在 https://x.test/check 选择本文件。",),
        "translation": ("Decision: refused",),
        "made_at": MADE_AT,
    }
    return Sheet(body=body, **{**fields, **other})


def pages(drawn: Drawn) -> list[str]:
    """The text of each page, without line breaks and without the number at its foot."""
    texts = (page.extract_text() for page in PdfReader(BytesIO(drawn.content)).pages)
    return [re.sub(r"第 \d+ 页，共 \d+ 页", "", text.replace("\n", "")) for text in texts]


def fonts(drawn: Drawn) -> dict[str, Any]:
    """The fonts of the first page by the names of their faces."""
    found = PdfReader(BytesIO(drawn.content)).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index] # pypdf's
    inner = (font.get_object()["/DescendantFonts"][0].get_object() for font in found)
    return {str(font["/BaseFont"]).partition("+")[2]: font["/FontDescriptor"] for font in inner}


def test_common_and_rare_characters_are_drawn_by_embedded_subsets_and_read_back() -> None:
    drawn = draw(a_sheet("𠮷田、䶮、㛃、𬭚。", addressee="𠮷示例"), unprintable_note=NOTE)

    (text,) = pages(drawn)
    assert "𠮷田、䶮、㛃、𬭚。" in text.replace(" ", "")
    assert drawn.unprintable == ()
    assert set(fonts(drawn)) == {"NotoSerifSC", "NotoSansCJKJP"}
    for face in fonts(drawn).values():
        assert {"/FontFile2", "/FontFile3"} & set(face)
    assert len(drawn.content) < 100_000


def test_a_document_without_rare_characters_has_one_face_and_is_archivable() -> None:
    drawn = draw(a_sheet("理由：材料不实。"), unprintable_note=NOTE)

    reader = PdfReader(BytesIO(drawn.content))
    metadata: bytes = reader.trailer["/Root"]["/Metadata"].get_data()  # type: ignore[index] # pypdf types none of it
    assert set(fonts(drawn)) == {"NotoSerifSC"}
    assert dict(re.findall(rb'pdfaid:(part|conformance)[>="]+(\w)', metadata)) == {b"part": b"3", b"conformance": b"U"}
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"  # type: ignore[index] # as above
    assert "不予决定书".encode() in metadata


def test_a_character_that_no_face_has_is_written_by_its_number_and_explained() -> None:
    drawn = draw(a_sheet("申请人𪛖，微笑😀。", addressee="\U0002a6a5\U0002a6a5"), unprintable_note=NOTE)

    (text,) = pages(drawn)
    assert drawn.unprintable == ("U+2A6A5", "U+2A6D6", "U+1F600")
    assert "〔U+2A6A5〕〔U+2A6A5〕：" in text
    assert "申请人〔U+2A6D6〕，微笑〔U+1F600〕。" in text
    assert "说明：U+2A6A5、U+2A6D6、U+1F600。" in text


def test_two_thousand_characters_of_reasons_go_on_over_pages_and_none_is_lost() -> None:
    reasons = "".join(f"第{number}项不符合规定，" for number in range(1, 202))
    drawn = draw(a_sheet(reasons), unprintable_note=NOTE)

    told = pages(drawn)
    assert len(reasons) > 1_900
    assert len(told) == 2
    assert reasons in "".join(told)
    assert "公安局交通管理局2026年9月28日" in told[-1]


@pytest.mark.parametrize(
    "text",
    [
        "名" * 60,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "W" * 300,
        "https://example.test/" + "a/" * 120,
        "（" * 50 + "。" * 50,
    ],
)
def test_long_names_and_words_stay_on_the_page(text: str) -> None:
    drawn = draw(a_sheet(text, addressee=text, title="决定书"), unprintable_note=NOTE)

    assert "".join(pages(drawn)).count(text) == 2
    for page in PdfReader(BytesIO(drawn.content)).pages:
        edges: list[float] = []
        page.extract_text(visitor_text=lambda _text, _cm, tm, _font, _size: edges.append(tm[4]))  # noqa: B023 - at once
        assert max(edges) < float(page.mediabox.width) - 60


def test_words_that_the_library_knows_are_left_as_they_are() -> None:
    words = "共{nb}页，**粗体**，__下划线__，~~删除~~，--斜体--，<b>标签</b>，\\n，%s，{0}。"

    assert words in pages(draw(a_sheet(words), unprintable_note=NOTE))[0]


def test_marks_that_turn_text_are_left_out() -> None:
    (text,) = pages(draw(a_sheet("文件\u202egnp.exe\u202c，\u200f右\u2066左\u2069。"), unprintable_note=NOTE))

    assert "文件gnp.exe，右左。" in text
