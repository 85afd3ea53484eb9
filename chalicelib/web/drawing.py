"""From a page to its HTML: everything that is shown is escaped, whoever wrote it."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader
from jinja2.loaders import ChoiceLoader

from chalicelib.clock import day_in_shanghai
from chalicelib.web.files import stylesheet
from chalicelib.web.visits import Page, Visit
from chalicelib.web.words import day_text, limit_text, text

TEMPLATES: Final = Path(__file__).with_name("templates")
COMPONENTS: Final = "govuk_frontend_jinja"


def drawn(page: Page, visit: Visit) -> str:
    """Return a page's HTML in the visit's language; links keep a language that was chosen."""
    chosen = {"lang": visit.query["lang"]} if visit.query.get("lang") in {"zh", "en"} else {}
    other = "en" if visit.language == "zh" else "zh"
    here = visit.route.partition(" ")[2]
    for name, value in visit.path.items():
        here = here.replace(f"{{{name}}}", value)

    def link(to: str, **query: str) -> str:
        return _link(visit, to, {**query, **chosen})

    return (
        _environment()
        .get_template(page.template)
        .render(
            page.facts,
            t=partial(_said, visit),
            day=lambda day: day_text(day, visit.language, year=day_in_shanghai(visit.at).year),
            limit=lambda limit: limit_text(limit, visit.language),
            link=link,
            other_language=_link(visit, here.lstrip("/"), {**visit.query, "lang": other}),
            language=visit.language,
            chosen=chosen.get("lang"),
            root=visit.root,
            stylesheet=stylesheet(),
        )
    )


def _said(visit: Visit, name: str, **blanks: object) -> str:
    return text(name, visit.language, **blanks)


def _link(visit: Visit, to: str, query: Mapping[str, str]) -> str:
    return f"{visit.root}{to}" + (f"?{urlencode(query)}" if query else "")


@cache
def _environment() -> Environment:
    loaders = ChoiceLoader(
        [FileSystemLoader(TEMPLATES), PrefixLoader({COMPONENTS: PackageLoader(COMPONENTS)})],
    )
    return Environment(loader=loaders, autoescape=True, trim_blocks=True, lstrip_blocks=True)
