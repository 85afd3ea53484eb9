"""What a page of the portal costs beside the call of the API that it shows, both through the deployed handler."""

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from statistics import median
from typing import Any, NamedTuple

from chalicelib.clock import day_in_shanghai, real_now
from chalicelib.container import container
from chalicelib.web.core.cookies import SESSION, given
from tests.api.bodies import FLAG
from tests.cloud import PERSONAS, Client, said_by, the_issuer
from tests.performance.house import ITEM, expect
from tests.performance.story import Story

CASES = 20
"""How many cases there are: a full list."""

IN_A_ROUND = 10
WARM_UP = 2

DAYS = "from=2026-01-01&to=2026-01-31"
FIXED = {"kind": "handling_promised"}
OF_ANYBODY = {"/items": ("/v1/items?limit=20", "/v1/guides"), "/items/{item_code}": ("/v1/items/{item_code}",)}
OF_APPLICANTS = {
    "/cases": ("/v1/cases?limit=20", "/v1/drafts", "/v1/turns"),
    "/cases/{case_no}": ("/v1/cases/{case_no}", "/v1/cases/{case_no}/timeline"),
    "/cases/{case_no}/receipt": ("/v1/cases/{case_no}",),
    "/cases/{case_no}/clocks/{kind}": ("/v1/cases/{case_no}/clocks/{kind}/explanation",),
    "/messages": ("/v1/messages?limit=20", "/v1/turns"),
    "/keys": ("/v1/signing-keys",),
    "/credit": ("/v1/me/credit", "/v1/objections?limit=20", "/v1/repairs?limit=20"),
    "/credit/queries": ("/v1/me/credit/queries?limit=20",),
}
OF_OFFICERS = {
    "/worklist?light=green": ("/v1/worklist?light=green&limit=20", "/v1/supervision/alerts?limit=20"),
    "/desk": ("/v1/cases?limit=20",),
    "/desk/{case_no}": ("/v1/cases/{case_no}", "/v1/cases/{case_no}/timeline"),
}
OF_SUPERVISORS = {
    "/board": ("/v1/supervision/overview", "/v1/supervision/cases?limit=50", "/v1/supervision/alerts"),
}
OF_CATALOGUE_EDITORS = {
    "/catalogue": ("/v1/item-editions?limit=20",),
    "/catalogue-searches": ("/v1/missed-searches",),
    "/rule-packs": ("/v1/rule-packs",),
    "/catalogue/{item_code}": ("/v1/item-editions?item={item_code}", "/v1/items/{item_code}/versions/1"),
}
OF_CALENDAR_EDITORS = {
    "/calendars": ("/v1/calendars",),
    "/calendars/{year}": ("/v1/calendars/{year}", "/v1/calendars/{year}/provisional?limit=20"),
}
OF_MONITORS = {
    f"/board/statistics?{DAYS}": (f"/v1/supervision/statistics?{DAYS}&by=day", "/v1/supervision/ageing"),
    f"/board/measures?{DAYS}": (f"/v1/supervision/measures?{DAYS}",),
}
OF_INSPECTORS = {
    "/inspection": ("/v1/inspections?limit=20", "/v1/supervision/alerts"),
    "/inspection/{mandate_id}/cases/{case_no}": ("/v1/inspections/{mandate_id}/cases/{case_no}/timeline",),
}
OF_CREDIT_OFFICERS = {
    "/flags": ("/v1/flags?state=proposed&limit=20",),
    "/flags/{flag_id}": (
        "/v1/flags/{flag_id}",
        "/v1/measures?edition=2024",
        "/v1/flags/{flag_id}/flag_notices?limit=20",
    ),
}
"""Pages by who opens them, each with the calls of the API that it shows.

The list of measures is not among them: its call is answered from memory, so that there is nothing to lay it beside.
Nor are the cards: there are none in this world, and an empty list is no page's usual work.
"""

REACH = 2
"""How many times as long as what it shows a page may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who calls the API with a token, and opens pages with the session that the same token opened."""

    token: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A page and the calls of the API that it shows; all of them only read, so that they can be sent again."""

    page: str
    address: str
    calls: tuple[str, ...]
    who: Reader | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCost:
    """What was measured of one page.

    ``ratio`` is the median of the rounds' ratios by the clock on the wall, ``lowest`` and ``highest`` their quartiles,
    ``cpu`` that of CPU time; the times are medians of milliseconds. ``calls`` is how many calls the page shows.
    """

    page: str
    calls: int
    ratio: float
    lowest: float
    highest: float
    cpu: float
    page_ms: float
    shown_ms: float


def pages(story: Story) -> Iterator[Beside]:
    """Make a full list of cases and a mandate, and name each page with what it shows."""
    number, *_ = [story.case()["case_no"] for _ in range(CASES)]
    own = _reader(story.applicant.token, sub="applicant-1")
    names = ("officer.traffic", "supervisor.traffic", "monitor", "inspector", "credit", "editor", "calendar")
    officer, supervisor, monitor, inspector, credit, editor, calendar = map(reader_of, names)
    # Whoever has said for what reads on without saying so again.
    expect(story.client.get(f"/v1/cases/{number}{said_by('officer')}", token=officer.token), 200)
    flag_id, *_ = [_flag(story.client, credit.token) for _ in range(CASES)]
    blanks = {
        "case_no": number,
        "mandate_id": _mandate(story.client, inspector.token),
        "flag_id": flag_id,
        "item_code": ITEM,
        "year": "2026",
        **FIXED,
    }
    for who, told in (
        (None, OF_ANYBODY),
        (own, OF_APPLICANTS),
        (officer, OF_OFFICERS),
        (supervisor, OF_SUPERVISORS),
        (monitor, OF_MONITORS),
        (inspector, OF_INSPECTORS),
        (credit, OF_CREDIT_OFFICERS),
        (editor, OF_CATALOGUE_EDITORS),
        (calendar, OF_CALENDAR_EDITORS),
    ):
        for page, calls in told.items():
            yield Beside(
                page=page.partition("?")[0],
                address=page.format(**blanks),
                calls=tuple(call.format(**blanks) for call in calls),
                who=who,
            )


def page_cost(beside: Beside, *, client: Client, rounds: int) -> PageCost:
    """Measure a page and what it shows in rounds, each first in every other round."""
    token = None if beside.who is None else beside.who.token
    page = [page_event(beside, client)]
    calls = [client.event("GET", call, token=token) for call in beside.calls]
    taken: list[tuple[Taken, Taken]] = []
    for number in range(WARM_UP + rounds):
        gc.collect()
        if number % 2:
            one, other = _taken(client, page), _taken(client, calls)
        else:
            other, one = _taken(client, calls), _taken(client, page)
        taken.append((one, other))
    counted = taken[WARM_UP:]
    ratios = sorted(one.wall / other.wall for one, other in counted)
    return PageCost(
        page=beside.page,
        calls=len(calls),
        ratio=median(ratios),
        lowest=ratios[len(ratios) // 4],
        highest=ratios[len(ratios) * 3 // 4],
        cpu=median(one.cpu / other.cpu for one, other in counted),
        page_ms=median(one.wall for one, _ in counted),
        shown_ms=median(other.wall for _, other in counted),
    )


class Taken(NamedTuple):
    """Milliseconds that something took once."""

    wall: float
    cpu: float


def page_event(beside: Beside, client: Client) -> dict[str, Any]:
    """Return the event of opening a page with the session of its reader."""
    cookie = {} if beside.who is None else {"Cookie": given(SESSION, beside.who.secret).partition(";")[0]}
    return client.event("GET", beside.address, headers=cookie)


def _taken(client: Client, events: Sequence[dict[str, Any]]) -> Taken:
    """Send some events one after the other, several times, and say what one time took."""
    wall, cpu = time.perf_counter(), time.process_time()
    for event in [*events] * IN_A_ROUND:
        reply = client.send(event)
        if reply.status != HTTPStatus.OK:
            message = f"expected 200, not {reply.status}: {reply.text}"
            raise AssertionError(message)
    took = time.perf_counter() - wall, time.process_time() - cpu
    return Taken(*(seconds * 1000 / IN_A_ROUND for seconds in took))


def reader_of(name: str) -> Reader:
    """Let a persona log in."""
    return _reader(the_issuer().token(name), sub=PERSONAS[name]["claims"].get("sub", name))


def _reader(token: str, *, sub: str) -> Reader:
    now = real_now()
    return Reader(
        token=token, secret=container().sessions.open(token, sub=sub, at=now, ends_at=now.replace(year=now.year + 1))
    )


def _flag(client: Client, token: str) -> str:
    """A flag that was proposed; its id."""
    today = day_in_shanghai(container().clock.now())
    document = {
        **FLAG["document"],
        "effective_on": f"{today}",
        "served_at": f"{today}T00:00:00+08:00",
        "remedy_until": f"{today + timedelta(days=62)}",
    }
    change = {"document": document, "starts_on": None, "ends_on": f"{today + timedelta(days=180)}"}
    return str(expect(client.post("/v1/flags", {**FLAG, **change}, token=token), 201)["id"])


def _mandate(client: Client, token: str) -> str:
    """A mandate that is in force; its id."""
    wish = {
        "file_no": "义纪检〔2026〕1号",
        "basis": "《监察法》第18条",
        "scope": {"departments": ["traffic"], "items": [], "case_nos": []},
        "expires_on": "2099-12-31",
    }
    made = expect(client.post("/v1/inspections", wish, token=token), 201)
    expect(
        client.call(
            "POST",
            f"/v1/inspections/{made['id']}/approval",
            token=the_issuer().token("inspector2"),
            headers={"If-Match": '"1"'},
        ),
        200,
    )
    return str(made["id"])
