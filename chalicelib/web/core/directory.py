"""What is called by codes elsewhere, as pages call it: items, kinds of records, sources."""

from collections.abc import Iterable

from chalicelib.catalogue.model.items import Item
from chalicelib.container import container
from chalicelib.credit.rules.submissions import directory_in_force
from chalicelib.credit.store.directories import directories
from chalicelib.http.language import Language
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import PageRequest


def item_names(visit: PageRequest, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return items by code and name; one that is not published has none, and is called that."""
    wanted = list(codes)
    named = dict(published(visit, wanted))
    return [(code, named.get(code) or text("item_unpublished", visit.language)) for code in wanted]


def published(visit: PageRequest, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return those items of several that are published, by code and name, to choose from."""
    found = container().catalogue.find_all(codes, at=visit.at)
    return [(code, item_text(item, visit.language)) for code, item in found.items()]


def item_text(item: Item, language: Language) -> str:
    """Return what people call an item in a language; by its Chinese name where it has no other."""
    return item.name_en if language == "en" and item.name_en else item.name


def record_kinds(visit: PageRequest) -> dict[str, str]:
    """Return the names of the kinds of records, by code."""
    directory = directory_in_force(directories(), on=visit.today)
    return {kind.code: kind.name.read_in(visit.language) for kind in directory.kinds}


def source_text(code: str, language: Language) -> str:
    """Return what people call a source; its code where the deployment has one that nobody has named here."""
    try:
        return text(f"source_{code}", language)
    except KeyError:
        return code


def entry_text(entry: str, language: Language) -> str:
    """Return what people call an entry of credit: ``<source>/<number>``, ``flag:<id>`` or ``repair:<id>``."""
    kind, mark, name = entry.partition(":")
    if not mark:
        source, _, number = entry.partition("/")
        return text("entry_record_of", language, source=source_text(source, language), number=number)
    return (
        text("entry_flag_of", language, number=flag_number(name))
        if kind == "flag"
        else text("entry_repair_of", language)
    )


def flag_number(flag_id: str) -> str:
    """Return a flag's number in groups that can be read aloud."""
    return " ".join(flag_id[at : at + 6] for at in range(0, len(flag_id), 6))
