"""Filling in the form of an item, page by page, as a person would."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from chalicelib.container import container
from tests.web.visitor import Seen, Visitor

BY_KIND: Mapping[str, str] = {
    "tel": "139 0000 0000",
    "email": "li@example.cn",
    "numeric": "12",
    "decimal": "12.5",
    "district": "义乌市",
    "detail": "稠城街道示例路1号",
    "organization": "义乌示例市场主体有限公司（合成）",
    "number": "91330782MA0000028Y",
    "name": "李示例",
}
"""What somebody types who is not asked for anything in particular, by what the input says of itself."""

BY_NAME: Mapping[str, str] = {
    "answers-plate": "浙G12345",
    "answers-code": "",
    "answers-married-on": "2020-05-20",
    "answers-spouse-number": "330106198503110006",
}
"""What somebody types into fields of the sample items that take nothing else."""

LATER: Final = timedelta(days=20)
"""How far ahead the days are that somebody plans."""

TEXT: Final = "示例的说明文字"

MOST_PAGES = 20


def begin(browser: Visitor, item: str, **chosen: str) -> Seen:
    """The first page of a form, or all answers to check if nothing is asked."""
    return browser.send(browser.open(f"/items/{item}/apply"), "apply", {"way": "commitment", **chosen})


def fill_in(browser: Visitor, seen: Seen, answers: Mapping[str, str] | None = None) -> Seen:
    """Answer page after page; returns that with all answers, or the first that is refused."""
    for _ in range(MOST_PAGES):
        if "/questions/" not in seen.path or seen.status != 200:
            return seen
        seen = answer(browser, seen, answers)
    raise RecursionError(seen.path)


def answer(browser: Visitor, seen: Seen, answers: Mapping[str, str] | None = None) -> Seen:
    """Answer one page; what stands in it already stays."""
    page = seen.path.partition("?")[0]
    held = seen.form(page).fields
    typed = {
        name: value
        for name, value in _typed(seen, answers or {})
        if not "".join(held.get(name, [])) or name in (answers or {})
    }
    return browser.send(seen, page, typed)


def drafted(browser: Visitor, item: str, answers: Mapping[str, str] | None = None, **chosen: str) -> Seen:
    """The page of a draft, made of a form that was filled in and checked."""
    checked = fill_in(browser, begin(browser, item, **chosen), answers)
    return browser.send(checked, checked.path.partition("?")[0])


def _typed(seen: Seen, answers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What to type into each field of a page: an answer by the field's name, or one by its kind."""
    known: set[str] = set()
    for field in [*seen.page.named("input"), *seen.page.named("textarea"), *seen.page.named("select")]:
        name = field.get("name") or ""
        if not name.startswith("answers-") or name in known:
            continue
        known.add(name)
        if name in answers or name in BY_NAME:
            yield name, answers.get(name, BY_NAME.get(name, ""))
        elif name.endswith("-kind"):
            yield name, "resident_id"
        elif field.get("type") == "radio":
            yield name, "0"
        else:
            yield name, _by_kind(field)


def _by_kind(field: Mapping[str, str | None]) -> str:
    if field.get("type") == "date":
        return (container().clock.now() + LATER).date().isoformat()
    name = field.get("name") or ""
    marks = (field.get("autocomplete"), name.rpartition("-")[2], field.get("inputmode"), field.get("type"))
    return next((BY_KIND[mark] for mark in marks if mark and mark in BY_KIND), TEXT)
