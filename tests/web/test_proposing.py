"""A flag is proposed from the list by a form: its law and bounds are seen first, and bad input leads to its field."""

import pytest

from tests.web.flags import links, noon, office, place_of, proposed
from tests.web.forms import FORM, PROPOSAL
from tests.web.visitor import Visitor

__all__ = ["noon", "office", "proposed"]


def test_no_flag_at_a_step_is_told_as_such(office: Visitor) -> None:
    seen = office.open("/flags")

    assert seen.status == 200
    assert "没有处于这一步的惩戒。" in seen.text


def test_the_list_shows_law_class_bounds_and_proportion_before_anything_is_chosen(office: Visitor) -> None:
    seen = office.open("/proposals")

    assert "《浙江省公共信用信息管理条例》第23条、第26条" in seen.text
    assert "第二类：加强管理" in seen.text
    assert "36个月" in seen.text
    assert "作出虚假承诺：一般、严重" in seen.text
    assert {"proposals/1", "proposals/9", "proposals/10"} <= links(seen)
    assert "proposals/4" not in links(seen)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"subject-kind": [], "subject-number": ""}, 422, "#subject-number"),
        ({"subject-number": "91330782MA00000281"}, 422, "#subject-number"),
        ({"subject-name": ""}, 400, "#subject-name"),
        ({"conduct": []}, 400, "#conduct"),
        ({"conduct": "serious_list:minor"}, 422, "#conduct"),
        ({"conduct": "false_commitment:grave"}, 400, "#conduct"),
        ({"related_items": []}, 422, "#related_items"),
        ({"related_items": ["plate-replacement"]}, 422, "#related_items"),
        ({"ends_on": ""}, 422, "#ends_on"),
        ({"ends_on": "2030-09-29"}, 422, "#ends_on"),
        ({"ends_on": "soon"}, 400, "#ends_on"),
        ({"document-number": ""}, 422, "#document-number"),
        ({"document-effective_on": "2026-09-29"}, 422, "#document-effective_on"),
        ({"document-served_at": "gestern"}, 400, "#document-served_at"),
        ({"document-subject-kind": "uscc"}, 400, "#document-subject-name"),
        ({"case_no": "C1"}, 422, "#document-number"),
        ({"facts": ""}, 400, "#facts"),
    ],
)
def test_a_proposal_that_does_not_stand_leads_to_the_field_and_keeps_what_was_typed(
    office: Visitor, change: dict[str, str | list[str]], status: int, field: str
) -> None:
    form = office.open(FORM)

    seen = office.send(form, FORM, PROPOSAL | change)

    assert seen.status == status
    assert field in links(seen)
    assert field.removeprefix("#") in {element.get("id") for _, element in seen.page.elements}
    kept = seen.form(FORM).fields
    assert kept["document-organ"] == ["义乌市市场监督管理局"]
    assert kept["starts_on"] == ["2026-09-28"]
    assert kept.get("related_items", []) == [
        one for one in (change | PROPOSAL | change)["related_items"] if one == "business-address"
    ]
    assert "没有处于这一步的惩戒。" in office.open("/flags").text


def test_a_double_click_proposes_once(office: Visitor) -> None:
    form = office.open(FORM)

    first = office.send(form, FORM, PROPOSAL)
    again = office.send(form, FORM, PROPOSAL)

    assert place_of(first) == place_of(again)
    assert len([link for link in links(office.open("/flags")) if link.startswith("flags/")]) == 1


def test_a_form_of_an_edition_that_is_not_in_force_any_more_is_read_again_first(office: Visitor) -> None:
    seen = office.send(office.open(FORM), FORM, PROPOSAL | {"edition": "2023"})

    assert seen.status == 412
    assert "内容已被更新" in seen.text
