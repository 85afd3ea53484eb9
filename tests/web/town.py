"""The people of a town in which there is everything, at their browsers: who they are, and where each of them begins."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from unittest import mock
from urllib.parse import parse_qs

import pytest

from chalicelib.http.language import Language
from chalicelib.sessions.rules import challenge_of
from chalicelib.web.core import login
from tests.api.bodies import token_of
from tests.api.world import World
from tests.depth import IS_DEEP
from tests.web.filling import begin, fill_in
from tests.web.forms import CALENDAR
from tests.web.visitor import Visitor

Came = Callable[[str | None, Language], tuple[Visitor, tuple[str, ...]]]
"""``come("monitor", "en")``: the browser of a persona who is logged in, in a language, and where they begin."""

PERSONAS: Final = (
    None,
    "applicant",
    "company",
    "agent",
    "officer.traffic",
    "supervisor.traffic",
    "head.traffic",
    "monitor",
    "credit",
    "inspector",
    "editor",
    "calendar",
)
SECONDS: Final = (
    "applicant2",
    "officer.market",
    "head.market",
    "credit2",
    "credit.market",
    "credit.monitor",
    "inspector2",
)
"""Whoever confirms what others have begun, acts in two roles, or works where little happens."""

EVERYBODY: Final = (*PERSONAS, *SECONDS)

STARTS: Final[Mapping[str | None, tuple[str, ...]]] = {
    None: (
        "/",
        "/items",
        "/track",
        "/track?case_no=X&code=Y",
        "/check?code=X",
        "/items?q=nothing-is-called-so",
        "/logged-out",
    ),
    "applicant": (
        "/documents/{document}",
        "/contact/sms/code",
        "/cases/{accepted}/materials",
        "/cases/{asked}/corrections",
        "/cases/{untrue}/statement",
        "/cases/{rectifying}/report",
        "/cases/{to rate}/rating",
        "/own-complaints/{complaint answered}/rating",
    ),
    "officer.traffic": ("/desk/{late}/purpose", "/desk/{accepted}/documents/{document}"),
    "monitor": ("/audits/{mandate in force}", "/nothing-is-here"),
    "inspector": (
        "/inspection/{mandate in force}",
        "/inspection/{mandate in force}/signals",
        "/inspection/{mandate in force}/cases/{late}",
        "/inspection/{mandate in force}/cases/{accepted}/documents",
        "/inspection/{mandate in force}/cases/{accepted}/documents/{document}",
    ),
    "editor": (
        "/catalogue/plate-replacement/draft",
        "/catalogue/plate-replacement/preview",
        "/catalogue/plate-replacement/check",
        "/catalogue/plate-replacement/comparison",
        "/catalogue/nobody-s-yet",
    ),
    "credit.monitor": ("/role",),
    "calendar": ("/calendars/2027/comparison",),
    "head.market": ("/webhooks/{webhook}",),
    "credit.market": (
        "/imports/{import}",
        "/records/market/redress-1",
        "/amendment?entry=market/redress-1",
        "/records/market/{record proposed}/service",
        "/records/market/{record served}/confirmation",
        "/matters/objections/{objection open}",
        "/matters/repairs/{repair asked}",
        "/reversals/{reversal}",
    ),
}
"""What is opened first, beside the first page of a role: what stands in a list among others, or in a message."""


def _drafting(editor: Visitor) -> tuple[str, ...]:
    page = "/catalogue/plate-replacement"
    editor.send(editor.open(page), f"{page}/draft")
    return ()


def _listing(office: Visitor) -> tuple[str, ...]:
    office.send(office.open("/measures"), "/measures/draft")
    return ()


def _applying(applicant: Visitor) -> tuple[str, ...]:
    question = begin(applicant, "with-questions")
    form = fill_in(applicant, question).path
    return form, question.path, f"{form}/way"


def _loading(editor: Visitor) -> tuple[str, ...]:
    page = "/calendars/2027"
    editor.send(editor.send(editor.open(page), page, {**CALENDAR, "act": "look"}), page, {"act": "publish"})
    return ()


DEEDS: Final[Mapping[str, Callable[[Visitor], tuple[str, ...]]]] = {
    "editor": _drafting,
    "credit": _listing,
    "applicant": _applying,
    "calendar": _loading,
}
"""What somebody does before looking around, because no page of it is there otherwise, and the pages that it gives."""


@contextmanager
def provider() -> Iterator[None]:
    """An identity provider that knows every persona by the code that names it."""

    def exchange(_url: str, form: bytes) -> tuple[int, bytes]:
        asked = {name: values[0] for name, values in parse_qs(form.decode()).items()}
        persona, _, challenge = asked["code"].partition(":")
        assert challenge_of(asked["code_verifier"]) == challenge
        return 200, json.dumps({"access_token": token_of(persona)}).encode()

    with mock.patch.object(login, "sent", exchange):
        yield


def languages_of(persona: str | None) -> Sequence[Language]:
    """Return the languages in which somebody looks at their pages: both, or where one must do, one of them in turns."""
    return ("zh", "en") if IS_DEEP else (("en", "zh")[EVERYBODY.index(persona) % 2],)


def arrived(world: World, persona: str | None, language: Language) -> tuple[Visitor, tuple[str, ...]]:
    """Return the browser of somebody of the town who has done what they do first, and the pages where they begin."""
    browser = Visitor(world.client, language="zh-CN" if language == "zh" else "en")
    names = {name: thing.name for name, thing in world.things.items()}
    starts = tuple(path.format_map(names) for path in STARTS.get(persona, ("/",)))
    if persona is None:
        return browser, starts
    browser.log_in(persona)
    made = DEEDS[persona](browser) if persona in DEEDS else ()
    return browser, ("/home", *starts, *made)


@pytest.fixture
def come(world: World) -> Iterator[Came]:
    """People of the town at their browsers; what they do is undone when the test ends."""
    with provider():
        yield lambda persona, language: arrived(world, persona, language)
    world.rewind()
