"""Filling in the application form (填写申请表): a question or a small group a page, then all of it to check."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.api.cases.routes import drafts
from chalicelib.cases.model.application_form import ApplicationForm, FormPage, Origin
from chalicelib.cases.model.case import Way
from chalicelib.cases.rules.application_form import (
    answers_of,
    files_asked,
    next_page,
    open_pages,
    pages_of,
    read_page,
)
from chalicelib.catalogue.model.items import Item, Material
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.catalogue.model.questions import PARTS, Given, Question, QuestionKind
from chalicelib.catalogue.rules.district_names import codes_of
from chalicelib.catalogue.rules.districts import districts
from chalicelib.catalogue.rules.items import checklist
from chalicelib.container import container
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.subjects.rules.contacts import phone_of, phone_words
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.forms import again, at_fault
from chalicelib.web.core.i18n import day_text, text
from chalicelib.web.core.request import Page, PageRequest, Redirect

MOST_NAMED: Final = 5
"""How many districts of one name an error lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the page on which everything is checked: a question, its answer in words, and where it is changed."""

    question: Question
    page: FormPage
    words: str
    note: str


@pages.get("/applications/{form_id}/way", roles=FOR_THEMSELVES)
def ask_way(visit: PageRequest) -> Page:
    """Ask anew whether to promise or to hand in certificates."""
    form, item = opened(visit)
    return Page(template="application_way.html", facts={"form": form, "item": item, "ways": ways_of(item)})


@pages.post("/applications/{form_id}/way", roles=FOR_THEMSELVES, form="/applications/{form_id}/way")
def choose_way(visit: PageRequest) -> Page | Redirect:
    """Change the way."""
    form, item = opened(visit)
    if visit.sent("way") not in ways_of(item):
        return at_fault(ask_way(visit), way=text("choose_a_way", visit.language))
    changed = container().application_forms.choose(form.form_id, Way(visit.sent("way")), by=visit.caller, at=visit.at)
    return onward_from(changed, item)


@pages.get("/applications/{form_id}/questions/{page_id}", roles=FOR_THEMSELVES)
def ask_page(visit: PageRequest) -> Page | Redirect:
    """Ask the questions of one page; one that an answer has made pointless leads on to what is left to ask."""
    form, item = opened(visit)
    page = _page_at(visit, form, item)
    return onward_from(form, item) if page is None else _drawn(page, form, item, visit)


@pages.post(
    "/applications/{form_id}/questions/{page_id}",
    roles=FOR_THEMSELVES,
    form="/applications/{form_id}/questions/{page_id}",
)
def answer_page(visit: PageRequest) -> Page | Redirect:
    """Save the answers of one page and go on to the first that has not been asked, or to checking all of them."""
    form, item = opened(visit)
    page = _page_at(visit, form, item)
    if page is None:
        return onward_from(form, item)
    given = {question.id: answer for question in page.questions if (answer := _sent(question, visit)) is not None}
    try:
        kept = container().application_forms.answer(form.form_id, page, given, item=item, by=visit.caller, at=visit.at)
    except DomainError as error:
        firsts = {
            f"/answers/{one.id}": f"answers-{one.id}-{PARTS[one.kind][0]}"
            for one in page.questions
            if one.kind in PARTS
        }
        return again(_drawn(page, form, item, visit), _in_words(error, given, visit), visit, fields=firsts)
    return onward_from(kept, item)


@pages.get("/applications/{form_id}", roles=FOR_THEMSELVES)
def check(visit: PageRequest) -> Page | Redirect:
    """Show all answers to be checked (核对填写内容), or lead to the first page that has not been asked yet."""
    form, item = opened(visit)
    return _checked(form, item, visit)


@pages.post("/applications/{form_id}", roles=FOR_THEMSELVES, form="/applications/{form_id}")
def make_draft(visit: PageRequest) -> Page | Redirect:
    """Make a draft of the answers and go on to it."""
    form, item = opened(visit)
    shown = _checked(form, item, visit)
    if isinstance(shown, Redirect):
        return shown
    wish: dict[str, Any] = {"item_code": item.code, "way": form.way.value, "answers": answers_of(form, item)}
    wish["later"] = visit.form.get("later", [])
    if form.authority:
        wish["on_behalf_of"] = {"authority": form.authority}
    return submit(
        visit,
        drafts.draft,
        wish,
        ask=lambda _visit: shown,
        onward=lambda made: Redirect(to=f"drafts/{made.draft_id}"),
        at=_fields(item),
    )


def opened(visit: PageRequest) -> tuple[ApplicationForm, Item]:
    """Return the form that an address names, and its item; ``ITEM_NOT_LISTED``, ``ITEM_ABOLISHED`` if it is no more."""
    form = container().application_forms.read(visit.path["form_id"], by=visit.caller, at=visit.at)
    return form, container().catalogue.current(form.item_code, at=visit.at)


def onward_from(form: ApplicationForm, item: Item) -> Redirect:
    """Lead to the first page that has not been asked yet, or to checking the answers."""
    page = next_page(form, item)
    place = f"applications/{form.form_id}"
    return Redirect(to=place if page is None else f"{place}/questions/{page.page_id}")


def ways_of(item: Item) -> tuple[str, ...]:
    """Return the ways in which somebody may apply for an item."""
    return (Way.COMMITMENT.value, Way.CERTIFICATE.value) if item.offers_commitment else (Way.CERTIFICATE.value,)


def _page_at(visit: PageRequest, form: ApplicationForm, item: Item) -> FormPage | None:
    """Return the page of an address; ``None`` if it is not asked for these answers, ``NOT_FOUND`` if there is none."""
    name = visit.path["page_id"]
    if name not in {question.id for page in pages_of(item) for question in page.questions}:
        raise DomainError(ErrorCode.NOT_FOUND)
    return next((page for page in open_pages(item, form.answers) if page.page_id == name), None)


def _drawn(page: FormPage, form: ApplicationForm, item: Item, visit: PageRequest) -> Page:
    order = [each.page_id for each in open_pages(item, form.answers)]
    place = order.index(page.page_id)
    facts = {
        "form": form,
        "item": item,
        "page": page,
        "back": f"questions/{order[place - 1]}" if place else "way",
        "start": {each.id: start_of(each, form.answers.get(each.id)) for each in page.questions},
        "notes": {each.id: note_of(form.origins.get(each.id), visit) for each in page.questions},
    }
    return Page(template="application_page.html", facts=facts)


def _checked(form: ApplicationForm, item: Item, visit: PageRequest) -> Page | Redirect:
    if next_page(form, item) is not None:
        return onward_from(form, item)
    rows, faults = _rows(form, item, visit)
    facts = {
        "form": form,
        "item": item,
        "answers": rows,
        "files": files_asked(item, form.answers),
        "later": _later(form, item),
    }
    page = Page(template="application_check.html", facts=facts)
    if not faults:
        return page
    wrong = DomainError(ErrorCode.ANSWERS_MISSING, faults=tuple(faults))
    return replace(again(page, wrong, visit, fields=_fields(item)), status=200)


def _later(form: ApplicationForm, item: Item) -> list[Material]:
    """Return what somebody who promises may bring later (容缺受理)."""
    if form.way is not Way.COMMITMENT:
        return []
    return [one for one in checklist(item, form.answers).to_hand_in(MaterialWay.COMMITMENT) if one.later is not None]


def _rows(form: ApplicationForm, item: Item, visit: PageRequest) -> tuple[list[Row], list[FieldError]]:
    """Return a line for each question asked, and what has become wrong since it was answered: a day that has passed."""
    rows: list[Row] = []
    faults: list[FieldError] = []
    for page in open_pages(item, form.answers):
        given = {name: form.answers[name] for name in page.names if name in form.answers}
        words: dict[str, str] = {}
        try:
            for reply in read_page(item, page, form.answers, given, on=visit.today):
                words[reply.question.id] = reply.words_en if visit.language == "en" else reply.words
        except DomainError as error:
            faults += error.faults
        rows += [
            Row(
                question=question,
                page=page,
                words=words.get(question.id, ""),
                note=note_of(form.origins.get(question.id), visit),
            )
            for question in page.questions
        ]
    return rows, faults


def _fields(item: Item) -> dict[str, str]:
    """Return at which line of the checking page an error is shown, by the pointers that the API's errors have."""
    names = {question.id: PARTS.get(question.kind, ()) for question in item.questions}
    whole = {f"/answers/{name}": f"answers-{name}" for name in names}
    return whole | {f"/answers/{name}/{part}": f"answers-{name}" for name, parts in names.items() for part in parts}


def _sent(question: Question, visit: PageRequest) -> Given | None:
    """Return the answer in a form; ``None`` if it was left blank. An option comes by its place in the list."""
    name = f"answers-{question.id}"
    if question.kind in PARTS:
        parts = {part: visit.sent(f"{name}-{part}") for part in PARTS[question.kind]}
        if not any(parts.values()):
            return None
        if question.kind is QuestionKind.ADDRESS and len(codes := codes_of(parts["district"])) == 1:
            parts["district"] = codes[0]
        if question.kind is QuestionKind.PERSON:
            parts["kind"] = visit.sent(f"{name}-kind")
        return parts
    sent = visit.sent(name).replace("\r\n", "\n")
    if question.kind is QuestionKind.CHOICE:
        places = {str(place): option.value for place, option in enumerate(question.options)}
        return places.get(sent, sent or None)
    return sent or None


def _in_words(error: DomainError, given: Mapping[str, Given], visit: PageRequest) -> DomainError:
    """Return an error in which a district that was not found, or may be one of several, is told as it was written."""
    return DomainError(error.code, faults=[_district(fault, given, visit) for fault in error.faults], **error.facts)


def _district(fault: FieldError, given: Mapping[str, Given], visit: PageRequest) -> FieldError:
    written = given.get(fault.pointer.removeprefix("/answers/").removesuffix("/district"))
    if not fault.pointer.endswith("/district") or not isinstance(written, Mapping) or not written["district"]:
        return fault
    names = [districts()[code] for code in codes_of(written["district"])]
    said = text("districts_meant" if names else "district_unknown", visit.language, names="、".join(names[:MOST_NAMED]))
    return FieldError(pointer=fault.pointer, detail=said, english=said)


def start_of(question: Question, answer: Given | None) -> dict[str, str]:
    """Return what stands in a question's inputs: by part, or under "" where it has one input alone.

    The answer may be of another kind, if the item asks otherwise since.
    """
    if answer is None:
        return {}
    if isinstance(answer, Mapping):
        shown = dict(answer)
        if question.kind is QuestionKind.ADDRESS and "district" in answer:
            shown["district"] = districts().get(answer["district"], answer["district"])
        return shown
    if question.kind is QuestionKind.CHOICE:
        places = (str(place) for place, one in enumerate(question.options) if one.value == answer)
        return {"": next(places, "")}
    if question.kind is QuestionKind.PHONE and (phone := phone_of(str(answer))) is not None:
        return {"": phone_words(phone)}
    return {"": str(answer)}


def note_of(origin: Origin | None, visit: PageRequest) -> str:
    """Return where an answer comes from that was filled in beforehand, in words; nothing if somebody typed it here."""
    if origin is None:
        return ""
    day = "" if origin.on is None else day_text(origin.on, visit.language, year=visit.today.year)
    return text(f"known_from_{origin.source}", visit.language, day=day)
