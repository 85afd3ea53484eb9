"""What a case is called in English, where the version of its item has it (事项的英文)."""

from collections.abc import Mapping

from chalicelib.api.cases.schemas.cases import CaseItemResponse
from chalicelib.catalogue.model.items import Item
from chalicelib.container import container
from chalicelib.web.core.request import PageRequest


def english_of(visit: PageRequest, *items: CaseItemResponse) -> Mapping[str, str]:
    """Return the English of the Chinese names and conditions of items, for an English page; nothing for a Chinese one.

    Versions never change, so each is read once a process.
    """
    if visit.language != "en":
        return {}
    versions = {(item.code, item.version) for item in items}
    found = [container().catalogue.version(code, version) for code, version in sorted(versions)]
    return {chinese: english for item in found for chinese, english in _pairs(item) if english}


def _pairs(item: Item) -> list[tuple[str, str]]:
    return [
        (item.name, item.name_en),
        *((one.name, one.name_en) for one in item.materials),
        *((one.text, one.text_en) for one in item.conditions),
        *((one.text, one.text_en) for one in item.questions),
    ]
