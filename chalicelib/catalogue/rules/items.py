"""What an applicant needs, given their answers, and what they sign."""

from dataclasses import replace
from datetime import date

from chalicelib.catalogue.model.items import Checklist, Condition, Item
from chalicelib.catalogue.model.questions import Answers, QuestionKind
from chalicelib.catalogue.model.terms import Audience
from chalicelib.catalogue.model.versions import ItemVersions, Listed


def checklist(item: Item, answers: Answers) -> Checklist:
    """Return what the applicant needs for these answers; the list shown is also the one enforced."""
    materials = tuple(material for material in item.materials if material.when is None or material.when.holds(answers))
    promised = {material.id for material in materials if material.may_be_promised}
    files = (question for question in item.questions if question.kind is QuestionKind.DOCUMENT)
    return Checklist(
        materials=materials,
        conditions=conditions_for(item, promised),
        files=tuple(question for question in files if question.when is None or question.when.holds(answers)),
    )


def conditions_for(item: Item, materials: set[str]) -> tuple[Condition, ...]:
    """Return the conditions that replace these materials, in the item's order."""
    return tuple(condition for condition in item.conditions if condition.material in materials)


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

    An item for both natural persons and organisations matches either audience. Of one that is abolished it is the last
    version, with the abolition.
    """
    item = shelf.on(on)
    if item is None or (department is not None and item.department != department):
        return None
    if audience is not None and item.audience not in {audience, Audience.BOTH}:
        return None
    return replace(item, abolition=shelf.abolition) if shelf.is_abolished(on) else item
