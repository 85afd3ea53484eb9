"""What an applicant needs, given their answers, and what they sign."""

from collections.abc import Iterator
from datetime import date

from chalicelib.catalogue.model.faults import ItemFault, fault
from chalicelib.catalogue.model.items import Checklist, Condition, Item
from chalicelib.catalogue.model.questions import Answers, Question, QuestionKind
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.model.versions import ItemVersions, Listed
from chalicelib.errors import DomainError, ErrorCode, FieldError

LONGEST_ANSWER = 200


def checklist(item: Item, answers: Answers) -> Checklist:
    """Return what the applicant needs for these answers; the list shown is also the one enforced.

    Raises ``ANSWERS_MISSING`` with every fault: a required question without an answer, an answer that is not one of
    the options, an answer to a question that does not exist.
    """
    faults = tuple(_faults_of(item, answers))
    if faults:
        raise DomainError(ErrorCode.ANSWERS_MISSING, faults=faults)
    materials = tuple(material for material in item.materials if material.when is None or material.when.holds(answers))
    promised = {material.id for material in materials if material.may_be_promised}
    return Checklist(materials=materials, conditions=conditions_for(item, promised))


def conditions_for(item: Item, materials: set[str]) -> tuple[Condition, ...]:
    """Return the conditions that replace these materials, in the item's order."""
    return tuple(condition for condition in item.conditions if condition.material in materials)


def _faults_of(item: Item, answers: Answers) -> Iterator[FieldError]:
    asked = {question.id for question in item.questions}
    for name in sorted(set(answers) - asked):
        yield fault(_pointer(name), ItemFault.NOT_ASKED)
    for question in item.questions:
        if question.id not in answers:
            if question.required:
                yield fault(_pointer(question.id), ItemFault.NOT_ANSWERED)
        elif not _is_answer_to(question, answers):
            yield fault(_pointer(question.id), ItemFault.NOT_AN_ANSWER)


def _is_answer_to(question: Question, answers: Answers) -> bool:
    answer = answers[question.id]
    if question.kind is QuestionKind.TEXT:
        return isinstance(answer, str) and bool(answer.strip()) and len(answer) <= LONGEST_ANSWER
    return question.has_option(answer)


def _pointer(name: str) -> str:
    return "/answers/" + name.replace("~", "~0").replace("/", "~1")


def notice_hash(item: Item) -> str:
    """Return the hash that ties a signature to everything the applicant was told; see ``Item.notice_hash``."""
    return item.notice_hash


def listed(item: Item) -> Listed:
    """Return a version's entry in lists."""
    return Listed(
        code=item.code,
        version=item.version,
        effective_from=item.effective_from,
        name=item.name,
        name_en=item.name_en,
        summary=item.summary,
        department=item.department,
        audience=item.audience,
        offers_commitment=item.offers_commitment,
        limits=item.limits,
        jurisdiction=item.jurisdiction,
    )


def wanted(
    shelf: ItemVersions, *, on: date, audience: Audience | None = None, department: str | None = None
) -> Listed | None:
    """Return the version in force if it is for these people and of this department, else ``None``.

    An item for both natural persons and organisations matches either audience.
    """
    item = shelf.on(on)
    if item is None or (department is not None and item.department != department):
        return None
    if audience is not None and item.audience not in {audience, Audience.BOTH}:
        return None
    return item
