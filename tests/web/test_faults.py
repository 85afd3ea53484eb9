"""What is wrong with a form: all of it at once, in plain words, each with a link to its field."""

import re

import pytest

from chalicelib.web.core.faults import Fault, settled
from chalicelib.web.core.request import Page
from tests.api.world import world
from tests.web.crawl import blank_forms, blanks_of, pages_of
from tests.web.forms import MANDATE
from tests.web.town import PERSONAS, Came, come, languages_of
from tests.web.visitor import Come, Seen

__all__ = ["come", "world"]

CLUMSY = re.compile(
    r"格式不正确|缺少此项|至少 1 个字符|应为|true|null|wrong form|field is missing|At least 1|should be|JSON\b"
)
"""Words of the API about a place in a body, which say nothing to somebody before a field."""


def summary(seen: Seen) -> list[tuple[str, str]]:
    """Return what is wrong, each with the field that it leads to."""
    whole = seen.text.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    items = (one.partition("</li>")[0] for one in whole.split("<li>")[1:])
    return [(re.sub(r"<[^>]*>", "", one).strip(), "".join(re.findall(r'href="#([^"]+)"', one))) for one in items]


def title(seen: Seen) -> str:
    """Return what stands above it."""
    found = re.search(r'govuk-error-summary__title">\s*(.*?)\s*<', seen.text)
    return found[1] if found else ""


def test_a_blank_form_says_all_that_is_missing_at_once_by_its_labels(visitor: Come) -> None:
    browser = visitor("inspector")

    seen = browser.send(browser.open("/inspection"), "inspection", {"file_no": "", "basis": "", "expires_on": ""})

    assert summary(seen) == [
        ("请填写“立案或者检查文号”。", "file_no"),
        ("请填写“依据”。", "basis"),
        ("请填写“授权到哪天为止”。", "expires_on"),
    ]
    assert title(seen) == "有3处要改"


def test_one_thing_is_one_thing(visitor: Come) -> None:
    browser = visitor("inspector", language="en")

    seen = browser.send(browser.open("/inspection"), "inspection", {**MANDATE, "expires_on": "soon"})

    assert [field for _, field in summary(seen)] == ["expires_on"]
    assert "must be a real date, for example 2026-12-01" in summary(seen)[0][0]
    assert title(seen) == "There is a problem"


@pytest.mark.parametrize(
    ("persona", "page", "fields"),
    [
        (None, "complain", ["category", "text"]),
        ("credit", "lookup", ["kind", "purpose", "name"]),
        ("monitor", "outage", ["evidence", "starts_at", "reason"]),
        ("head.traffic", "webhooks", ["events", "url"]),
    ],
)
def test_what_the_portal_finds_missing_is_said_with_what_the_route_finds(
    visitor: Come, persona: str | None, page: str, fields: list[str]
) -> None:
    browser = visitor(persona) if persona else visitor()

    seen = browser.send(browser.open(f"/{page}"), page)

    assert [field for _, field in summary(seen)] == fields


@pytest.mark.deep
def test_every_form_that_is_sent_blank_leads_to_its_fields_in_plain_words(come: Came) -> None:
    sent: set[tuple[str, str]] = set()
    wrong: list[tuple[str, str]] = []

    for persona, language in [(one, language) for one in PERSONAS[1:] for language in languages_of(one)]:
        browser, _ = come(persona, language)
        for seen in list(pages_of(browser, "/home")):
            for form, place in blank_forms(seen):
                if (place, language) in sent:
                    continue
                sent.add((place, language))
                answer = browser.send(seen, form.action, blanks_of(seen, form))
                ids = set(re.findall(r'id="([^"]+)"', answer.text))
                faults = summary(answer) if answer.status in {400, 422} else []
                wrong += [(place, said) for said, field in faults if field and field not in ids]
                wrong += [(place, said) for said, _ in faults if CLUMSY.search(said)]

    assert wrong == []
    assert len(sent) > 40


FORM = """
<label for="name">Name</label><input id="name" name="name" type="text">
<fieldset><legend>Colour</legend><label for="colour">Red</label><input id="colour" type="radio" value="r">
<label for="colour-2">Blue</label><input id="colour-2" type="radio" value="b"></fieldset>
<label for="office">Office</label>
<select id="office"><option value=""></option><option value="a" selected>A</option></select>
<label for="about">About</label><textarea id="about">something</textarea>
<label for="subject-number">Number</label><input id="subject-number" value="1">
<input id="token" type="hidden" value="1"><p id="place"></p>
"""


@pytest.mark.parametrize(
    ("fault", "field", "text"),
    [
        (Fault(field="name", text="x", code="missing"), "name", "Enter “Name”."),
        (Fault(field="name", text="x", code="string_pattern_mismatch"), "name", "Enter “Name”."),
        (Fault(field="name", text="It is taken."), "name", "It is taken."),
        (Fault(field="colour", text="x", code="enum"), "colour", "Choose “Colour”."),
        (Fault(field="office", text="x", code="literal_error"), "office", "Choose “Office” from the list."),
        (
            Fault(field="about", text="x", code="string_too_long", blanks={"max_length": 5}),
            "about",
            "“About” must be 5 characters or fewer.",
        ),
        (
            Fault(field="subject", text="x", code="model_type"),
            "subject-number",
            "Check “Number”: it is not written as it should be.",
        ),
        (Fault(field="name-0-first", text="It is odd."), "name", "It is odd."),
        (Fault(field="place", text="Here."), "place", "Here."),
        (Fault(field="token", text="Hidden."), "", "Hidden."),
        (Fault(field="nowhere", text="Nowhere."), "", "Nowhere."),
    ],
)
def test_a_fault_is_said_by_the_label_of_the_field_that_it_is_about(fault: Fault, field: str, text: str) -> None:
    page = Page(template="x", facts={"faults": [as_facts(fault)]})

    (told,) = settled(page, FORM, "en").fact("faults", list)

    assert (told.field, told.text) == (field, text)


def as_facts(fault: Fault) -> dict[str, object]:
    """Return a fault as pages carry it."""
    return {"field": fault.field, "text": fault.text, "code": fault.code, "blanks": fault.blanks}


def test_two_faults_of_one_kind_at_one_field_are_one() -> None:
    faults = [as_facts(Fault(field="name", text=text, code="missing")) for text in "xy"]

    assert len(settled(Page(template="x", facts={"faults": faults}), FORM, "en").fact("faults", list)) == 1
