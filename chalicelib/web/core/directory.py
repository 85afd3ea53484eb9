"""What the directory of credit information (公共信用信息目录) and its sources are called on pages."""

from chalicelib.credit.rules.submissions import directory_in_force
from chalicelib.credit.store.directories import directories
from chalicelib.http.language import Language
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import PageRequest


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
