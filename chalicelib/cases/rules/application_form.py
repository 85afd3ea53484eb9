"""The rules of the application form: its pages, which of them are asked, and what is filled in beforehand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.cases.model.application_form import ApplicationForm, FormPage, Origin, Source
from chalicelib.catalogue.model.answers import Reply
from chalicelib.catalogue.model.items import Item
from chalicelib.catalogue.model.questions import Answers, Check, Given, Known, Question, QuestionKind
from chalicelib.catalogue.rules.answers import read_answers
from chalicelib.subjects.model.subjects import PERSONS, Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBefore:
    """An answer of an earlier case, and the day on which that was received."""

    id: str
    kind: QuestionKind
    answer: Given
    on: date


def pages_of(item: Item) -> tuple[FormPage, ...]:
    """Return the pages of an item's form in order: questions of one group together, every other on its own.

    Files are handed in with the draft, so nothing is asked for them. A question that depends on another one is never
    asked on the same page: whether to ask it is known once the first one is answered.
    """
    pages: list[list[Question]] = []
    for question in item.questions:
        if question.kind is QuestionKind.DOCUMENT:
            continue
        page = pages[-1] if pages else []
        belongs = bool(page) and bool(question.group) and page[-1].group == question.group
        if belongs and (question.when is None or question.when.question not in {each.id for each in page}):
            page.append(question)
        else:
            pages.append([question])
    return tuple(FormPage(questions=tuple(page)) for page in pages)


def open_pages(item: Item, answers: Answers) -> tuple[FormPage, ...]:
    """Return the pages that are asked for these answers, each with those of its questions that are."""
    asked = (_asked(page.questions, item, answers) for page in pages_of(item))
    return tuple(FormPage(questions=questions) for questions in asked if questions)


def next_page(form: ApplicationForm, item: Item) -> FormPage | None:
    """Return the first page with a question that has not been asked yet; ``None`` once all of them have.

    So whoever goes back and changes an answer is not led through all pages again, and what that answer makes necessary
    is asked.
    """
    return next((page for page in open_pages(item, form.answers) if not page.names <= form.asked), None)


def answers_of(form: ApplicationForm, item: Item) -> Answers:
    """Return the answers that a draft is made of: what an earlier answer has made pointless stays behind."""
    names = {question.id for page in open_pages(item, form.answers) for question in page.questions}
    return {name: answer for name, answer in form.answers.items() if name in names}


def read_page(
    item: Item, page: FormPage, answers: Answers, given: Mapping[str, object], *, on: date
) -> tuple[Reply, ...]:
    """Return the answers ``given`` to the questions of a page, each in the form that is kept.

    ``answers`` are those of the whole form so far, of which a check may need an earlier date. Raises
    ``ANSWERS_MISSING`` with every fault of this page, and none of another.
    """
    needed = {question.check.not_before for question in page.questions} - page.names
    # A date that an answer has made pointless since bounds no other: the draft will not have it either.
    before = _asked((each for each in item.questions if each.id in needed), item, answers)
    earlier = [replace(each, when=None, required=False, check=Check()) for each in before]
    asked = [replace(question, when=None) for question in page.questions]
    known = {question.id: answers[question.id] for question in earlier if question.id in answers}
    replies = read_answers(replace(item, questions=(*earlier, *asked)), {**known, **given}, on=on)
    return tuple(reply for reply in replies if reply.question.id in page.names)


def files_asked(item: Item, answers: Answers) -> tuple[Question, ...]:
    """Return the questions that will be answered with files, which are handed in with the draft."""
    files = [question for question in item.questions if question.kind is QuestionKind.DOCUMENT]
    return _asked(files, item, answers)


def filled_in(
    item: Item,
    *,
    identities: Sequence[Identity],
    contacts: Mapping[QuestionKind, str],
    before: Sequence[GivenBefore],
) -> tuple[dict[str, Given], dict[str, Origin]]:
    """Return what is known before anything is asked, and where it comes from.

    ``identities`` are those of the login: the applicant's, then that of the person who acts for an organisation.
    ``contacts`` are how messages reach the person, and ``before`` has the newest answers first: an item that would
    take a contact takes what was answered before if there is none.
    """
    answers: dict[str, Given] = {}
    origins: dict[str, Origin] = {}
    for question in item.questions:
        match question.known:
            case Known.IDENTITY:
                found = _vouched_for(question, identities)
            case Known.CONTACT if question.kind in contacts:
                found = contacts[question.kind], Origin(source=Source.CONTACT)
            case None:
                found = None
            case _:
                found = _given_before(question, before)
        if found is not None:
            answers[question.id], origins[question.id] = found
    return answers, origins


def _vouched_for(question: Question, identities: Iterable[Identity]) -> tuple[Given, Origin] | None:
    answers = (_stated(question, identity) for identity in identities)
    found = next((answer for answer in answers if answer is not None), None)
    return None if found is None else (found, Origin(source=Source.LOGIN))


def _stated(question: Question, identity: Identity) -> Given | None:
    if question.kind is QuestionKind.TEXT:
        return identity.name
    if question.kind is QuestionKind.PERSON and identity.kind in PERSONS:
        return {"name": identity.name, "kind": identity.kind.value, "number": identity.number}
    if question.kind is QuestionKind.ORGANISATION and identity.kind not in PERSONS:
        return {"name": identity.name, "number": identity.number}
    return None


def _given_before(question: Question, before: Iterable[GivenBefore]) -> tuple[Given, Origin] | None:
    """Return the newest answer to a question with the same id and kind; for a choice it must still be an option."""
    for earlier in before:
        is_same = earlier.id == question.id and earlier.kind is question.kind
        if is_same and (question.kind is not QuestionKind.CHOICE or question.has_option(earlier.answer)):
            return earlier.answer, Origin(source=Source.CASE, on=earlier.on)
    return None


def _asked(questions: Iterable[Question], item: Item, answers: Answers) -> tuple[Question, ...]:
    by_id = {question.id: question for question in item.questions}
    return tuple(question for question in questions if _is_asked(question, by_id, answers))


def _is_asked(question: Question, by_id: Mapping[str, Question], answers: Answers) -> bool:
    """Whether a question is asked: what it depends on must be answered so, and be asked itself."""
    if question.when is None:
        return True
    first = by_id[question.when.question]
    return question.when.holds(answers) and _is_asked(first, by_id, answers)
