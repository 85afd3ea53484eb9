"""The parts of the MoJ Design System are drawn as its documentation has them."""

from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.http.language import Language
from chalicelib.web.core.i18n import text
from chalicelib.web.core.render import _environment
from infra.assets.build import joined, of_components, strict

NAMES = "sortable_table, badge, sub_navigation, message, tiles, pagination, picker"


def drawn(source: str, *, language: Language = "en", **facts: object) -> str:
    """Return what a template draws that takes its parts from ``moj.html``, without its line breaks."""

    def link(to: str, **query: str) -> str:
        return f"../{to}" + (f"?{urlencode(query)}" if query else "")

    around: dict[str, Any] = {
        "t": lambda name, **blanks: text(name, language, **blanks),
        "link": link,
        "typed": lambda _name, otherwise="": otherwise,
        "faults": (),
    }
    template = _environment().from_string(f'{{% from "moj.html" import {NAMES} with context %}}{source}')
    return "".join(line.strip() for line in template.render(**(around | facts)).splitlines())


def test_a_table_can_be_sorted_by_its_heads_and_says_on_phones_which_column_a_cell_is_of() -> None:
    heads = [{"text": "Case", "sort": "none"}, {"text": "Late", "sort": "descending", "numeric": True}]
    rows = [[{"text": "A<1"}, {"text": "3 days", "value": 3, "numeric": True}]]

    said = drawn('{{ sortable_table("Late", heads, rows) }}', heads=heads, rows=rows)

    assert 'class="govuk-table xn-stacked" role="table" data-module="moj-sortable-table"' in said
    assert 'data-status-message="Sorted by %heading% (%direction%)"' in said
    assert 'class="govuk-table__header govuk-table__header--numeric" aria-sort="descending">Late</th>' in said
    assert '<th scope="row" role="rowheader" class="govuk-table__header">A&lt;1</th>' in said
    assert 'govuk-table__cell--numeric" data-head="Late" data-sort-value="3">3 days</td>' in said


def test_an_empty_table_says_so() -> None:
    said = drawn('{{ sortable_table("Late", [{"text": "Case"}, {"text": "Late"}], [], "None is late") }}')

    assert 'colspan="2">None is late</td>' in said


def test_a_badge_has_its_colour() -> None:
    assert drawn("{{ badge('Late', 'red') }}") == '<span class="moj-badge moj-badge--red">Late</span>'
    assert drawn("{{ badge(3) }}") == '<span class="moj-badge">3</span>'


def test_a_sub_navigation_marks_the_page_and_what_waits() -> None:
    said = drawn(
        "{{ sub_navigation([{'to': 'desk', 'text': 'Mine', 'active': true},"
        " {'to': 'desk', 'query': {'of': 'team'}, 'text': 'Team', 'number': 2}], 'Cases') }}"
    )

    assert '<nav class="moj-sub-navigation" aria-label="Cases"><ul class="moj-sub-navigation__list">' in said
    assert '<a class="moj-sub-navigation__link" aria-current="page" href="../desk">Mine</a>' in said
    assert 'href="../desk?of=team">Team <span class="moj-badge">2</span></a>' in said


@pytest.mark.parametrize("kind", ["information", "success", "warning", "error"])
def test_a_message_says_of_which_kind_it_is(kind: str) -> None:
    said = drawn("{{ message('Assigned', kind) }}", kind=kind)

    assert f'<div class="moj-alert moj-alert--{kind}" role="region" aria-label="' in said
    assert '<div class="moj-alert__content">Assigned</div>' in said


def test_a_message_with_more_to_say_has_a_heading() -> None:
    said = drawn("{% call message('Assigned', 'success') %}Five cases.{% endcall %}")

    assert 'moj-alert--with-heading" role="region" aria-label="Success: Assigned"' in said
    assert '<h2 class="moj-alert__heading">Assigned</h2>Five cases.' in said


def test_a_figure_leads_to_what_it_counts_and_a_zero_nowhere() -> None:
    said = drawn(
        "{{ tiles([{'number': 5, 'text': 'late', 'to': 'desk', 'query': {'light': 'red'}, 'before': 'Yesterday 3',"
        " 'kind': 'red'}, {'number': 0, 'text': 'paused', 'to': 'desk'}]) }}"
    )

    assert (
        '<li class="xn-tile xn-tile--red"><a class="govuk-link govuk-link--no-visited-state" href="../desk?light=red">'
        in said
    )
    assert '<span class="xn-tile__before">Yesterday 3</span>' in said
    assert said.count("<a ") == 1


def test_a_list_leads_on_with_its_filters() -> None:
    said = drawn("{{ pagination(found, 'desk', {'light': 'red'}) }}", found={"next_cursor": "abc"})

    assert 'href="../desk?light=red&amp;cursor=abc"' in said
    assert drawn("{{ pagination(found, 'desk') }}", found={"next_cursor": None}) == ""


def test_a_picker_is_a_list_with_nothing_chosen() -> None:
    said = drawn("{{ picker('assignee', 'Officer', [('a', 'Officer A'), ('b', 'Officer B')], value='b') }}")

    assert 'data-module="xn-picker"' in said
    assert '<option value=""' in said
    assert '<option value="b" selected>Officer B</option>' in said


def test_only_the_styles_of_components_in_use_are_taken() -> None:
    styles = (
        ".moj-header{color:red}.moj-badge{color:blue}@media print{.moj-header{color:red}.moj-badge{font-weight:400}}"
        "@media print{.moj-header{color:red}}[aria-sort] button{margin:0}"
    )

    assert of_components(styles) == (
        ".moj-badge{color:blue}@media print{.moj-badge{font-weight:400}}[aria-sort] button{margin:0}"
    )


def test_a_module_s_classes_and_ours_are_one_script() -> None:
    assert joined("class A{}export{A};//# map", "new A();\n") == '"use strict";(()=>{class A{}\nnew A();\n})();\n'
    with pytest.raises(ValueError, match="exports nothing"):
        joined("class A{}", "")


def test_the_picker_writes_no_style_into_a_text() -> None:
    assert strict("'<i style=\"a:b\">'\n//# sourceMappingURL=x.map") == "'<i class=\"govuk-visually-hidden\">'"
    with pytest.raises(ValueError, match="0 inline styles"):
        strict("''")
