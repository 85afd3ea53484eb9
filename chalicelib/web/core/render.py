"""From a page to its HTML: everything that is shown is escaped, whoever wrote it."""

import re
import secrets
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader
from jinja2.loaders import ChoiceLoader
from markupsafe import Markup, escape

from chalicelib.clock import day_in_shanghai, instant_from
from chalicelib.container import container
from chalicelib.departments.store import departments
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.http.language import chosen_in
from chalicelib.policy import Role
from chalicelib.sessions.rules import form_token
from chalicelib.web.core.assets import built, icon, stylesheet
from chalicelib.web.core.cookies import LARGE, SESSION, TYPE, held
from chalicelib.web.core.faults import faults_of, settled
from chalicelib.web.core.forms import LARGEST, ROOM
from chalicelib.web.core.fragments import kept
from chalicelib.web.core.i18n import by_text, day_text, department_text, instant_text, limit_text, text, who_text
from chalicelib.web.core.navigation import home_of, navigation_of
from chalicelib.web.core.request import Page, PageRequest

TEMPLATES: Final = sorted(Path(__file__).parents[1].glob("*/templates"))
COMPONENTS: Final = "govuk_frontend_jinja"
HAN: Final = re.compile(r"[\u4e00-\u9fff]")


def drawn(page: Page, visit: PageRequest) -> str:
    """Return a page's HTML in the visit's language; links keep a language that was chosen.

    A form that comes back is drawn twice: what is wrong is said by the labels and at the fields that it turned out to
    have.
    """
    html = _drawn(page, visit)
    return _drawn(settled(page, html, visit.language), visit) if faults_of(page) else html


def _drawn(page: Page, visit: PageRequest) -> str:
    lang = chosen_in(visit.query)
    chosen = {} if lang is None else {"lang": str(lang)}
    other = "en" if visit.language == "zh" else "zh"
    method, _, here = visit.route.partition(" ")
    for name, value in visit.path.items():
        here = here.replace(f"{{{name}}}", quote(value, safe=""))

    is_large = held(visit.cookies, TYPE) == LARGE
    is_decided = visit.who is not None and (not visit.who.is_staff or len(visit.who.roles) == 1)

    def link(to: str, **query: str) -> str:
        return _link(visit, to, {**query, **chosen})

    return (
        _environment()
        .get_template(page.template)
        .render(
            page.facts,
            t=partial(_said, visit),
            none_of=partial(_none_of, visit),
            day=lambda day: day_text(day, visit.language, year=day_in_shanghai(visit.at).year),
            limit=lambda limit: limit_text(limit, visit.language),
            link=link,
            who=partial(_who, page, visit),
            item_named=partial(_item_named, visit),
            department=lambda code: department_text(code, visit.language),
            office_of=lambda code: departments().get(code),
            by=lambda day: by_text(day, visit.language, year=day_in_shanghai(visit.at).year),
            moment=lambda at: instant_text(instant_from(at), visit.language, year=day_in_shanghai(visit.at).year),
            instant=lambda at: instant_text(at, visit.language, year=day_in_shanghai(visit.at).year),
            other_language=_link(visit, here.lstrip("/"), {**visit.query, "lang": other}) if method == "GET" else None,
            here=here.lstrip("/"),
            is_known=visit.who is not None,
            has_session=bool(held(visit.cookies, SESSION)),
            places=navigation_of(visit, page.status) if is_decided else (),
            logged_in_as=_logged_in_as(visit),
            home_page=home_of(visit.who) if visit.who is not None and visit.who.is_staff and is_decided else "",
            is_large=is_large,
            type_switch=_type_switch(visit, here, is_large=is_large) if method == "GET" else None,
            acting_role=_acting_role(visit),
            form_fields=partial(_form_fields, visit),
            typed=partial(_typed, visit),
            is_ticked=lambda name, value: value in visit.form.get(name, ()),
            scripts=[built(name) for name in page.scripts],
            language=visit.language,
            chosen=lang,
            root=visit.root,
            most=LARGEST - ROOM,
            as_written=partial(_as_written, visit),
            stylesheet=stylesheet(),
            icon=icon(),
        )
    )


def _acting_role(visit: PageRequest) -> Role | None:
    """Return the role in which an official with several acts; ``None`` if there is nothing to choose or to show."""
    if visit.who is None or not visit.who.is_staff or len(visit.roles) == 1:
        return None
    return next(iter(visit.who.roles)) if len(visit.who.roles) == 1 else None


def _type_switch(visit: PageRequest, here: str, *, is_large: bool) -> str:
    """Return the link that makes type large, or as it usually is, and comes back."""
    back = _link(visit, here.lstrip("/"), visit.query).removeprefix(visit.root)
    return _link(visit, "type-size", {"size": "usual" if is_large else LARGE, "next": back})


def _logged_in_as(visit: PageRequest) -> str:
    """Return who is logged in, as whom, and where they work; blank if nobody is."""
    who = visit.who
    if who is None:
        return ""
    people = [one.name for one in (who.representative and who.representative.identity, who.identity) if one]
    roles = [text(f"role_{role}", visit.language) for role in who.roles] if len(who.roles) == 1 else []
    roles = [role[:1].upper() + role[1:] for role in roles]
    where = [department_text(who.department, visit.language)] if who.department else []
    return " · ".join(dict.fromkeys(part for part in (*(people or [who.name]), *roles, *where) if part))


def _said(visit: PageRequest, name: str, **blanks: object) -> str:
    return text(name, visit.language, **blanks)


class Listed(Protocol):
    """What shows a page of a list."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins."""


def _none_of(visit: PageRequest, found: Listed, name: str, *, cursor: str = "cursor") -> str:
    """Return what an empty page of a list says: that more follows, that no more does, or that there is none at all.

    ``cursor`` is what the query calls the place where the page begins.
    """
    if found.next_cursor:
        return text("nothing_so_far", visit.language)
    return text("nothing_more" if visit.query.get(cursor) else name, visit.language)


def _who(page: Page, visit: PageRequest, name: str) -> str:
    """Return what people call somebody whom the page has looked up (``staff``)."""
    return who_text(name, page.facts.get("staff", {}), visit.language)  # type: ignore[arg-type]  # pages put it there


def _item_named(visit: PageRequest, code: str, name: str) -> str:
    """Return what an item is called in English, where it has an English name; in Chinese, as it was called then."""
    if visit.language == "zh":
        return name
    try:
        return container().offers.offered(code, at=visit.at).name_en or name
    except DomainError as error:
        if error.code is ErrorCode.ITEM_NOT_LISTED:
            return name
        raise


def _as_written(visit: PageRequest, words: str | None) -> Markup:
    """Return what others wrote, marked as Chinese where it stands in an English page, so that it is read out right."""
    is_other = visit.language == "en" and HAN.search(words or "") is not None
    return Markup('<span lang="zh-CN">{}</span>').format(words) if is_other else Markup(escape(words or ""))  # noqa: S704


def _form_fields(visit: PageRequest) -> Markup:
    """Return what every form carries: that it is ours, and that sending it twice has one effect."""
    token = form_token(visit.secret) if visit.secret else ""
    fields = {"form_token": token, "once": secrets.token_urlsafe(16)}
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value) for name, value in fields.items()
    )


def _typed(visit: PageRequest, name: str, otherwise: str = "") -> str:
    """Return what stands in a field: what was typed, if the form comes back with a fault."""
    return visit.form[name][-1] if name in visit.form else otherwise


def _link(visit: PageRequest, to: str, query: Mapping[str, str]) -> str:
    return f"{visit.root}{to}" + (f"?{urlencode(query)}" if query else "")


@cache
def _environment() -> Environment:
    loaders = ChoiceLoader(
        [FileSystemLoader(TEMPLATES), PrefixLoader({COMPONENTS: PackageLoader(COMPONENTS)})],
    )
    # A deployed template never changes, so nobody looks at the disk for a newer one.
    environment = Environment(loader=loaders, autoescape=True, auto_reload=False, trim_blocks=True, lstrip_blocks=True)
    environment.globals["kept"] = kept
    return environment
