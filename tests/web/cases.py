"""Cases that people file by pages and forms alone."""

import json
from urllib.parse import urlencode, urljoin

import pytest

from tests.builders import NOON
from tests.cloud import told_once, turn_clock
from tests.device import Device
from tests.documents import arrive
from tests.files import A_JPEG
from tests.web.filling import drafted as drafted_for
from tests.web.visitor import Come, Seen, Visitor

ITEM = "/items/plate-replacement/apply"


def enrol(browser: Visitor, device: Device) -> Seen:
    page = browser.open("/keys")
    challenge = bytes.fromhex(form_data(page, "challenge"))
    return browser.send(page, "keys", {"registration": json.dumps(device.make(challenge))})


def form_data(seen: Seen, name: str) -> str:
    (value,) = [form[f"data-{name}"] for form in seen.page.named("form") if f"data-{name}" in form]
    return value or ""


def promise(browser: Visitor) -> Seen:
    """The page of a draft for a promise."""
    return drafted_for(browser, "plate-replacement")


def sign(browser: Visitor, seen: Seen, device: Device, **fields: str | list[str]) -> Seen:
    assertion = json.dumps(device.sign(bytes.fromhex(form_data(seen, "challenge"))))
    ticked: dict[str, str | list[str]] = {"confirmed": ["plate-gone", "old-plate-not-used"], "assertion": assertion}
    return browser.send(seen, seen.path, ticked | fields)


def drafted(browser: Visitor) -> Seen:
    """The page of a draft by certificate."""
    return drafted_for(browser, "plate-replacement", way="certificate")


def filed(browser: Visitor) -> str:
    """The number of a case by certificate."""
    return hand_in(browser, drafted(browser)).path.split("/")[2]


def add_document(browser: Visitor, seen: Seen, material: str = "old-plate") -> str:
    """Ask for room for a document on a page, as a browser without script does; return its id."""
    (form,) = [form for form in seen.page.forms if form.fields.get("material") == [material] and "name" in form.names]
    page = browser.follow("POST", urljoin(seen.url, form.action), urlencode(form.fields, doseq=True))
    assert page.status == 200, page.text
    return page.path.partition("?")[0].split("/")[2]


def with_documents(browser: Visitor, seen: Seen, content: bytes = A_JPEG, *materials: str) -> Seen:
    """Upload a document for each material of a page; return the page as it is then."""
    for material in materials or owed_on(seen):
        arrive(add_document(browser, seen, material), content)
    return browser.open(seen.path)


def owed_on(seen: Seen) -> tuple[str, ...]:
    """The materials that a page asks for."""
    sections = [one["id"] or "" for one in seen.page.named("section") if "xn-slot" in (one.get("class") or "")]
    return tuple(name.removeprefix("document-") for name in sections)


def hand_in(browser: Visitor, seen: Seen, content: bytes = A_JPEG) -> Seen:
    """Upload a document for each material that a page asks for, and hand them in."""
    page = with_documents(browser, seen, content)
    return browser.send(page, page.path.partition("?")[0])


def signed(browser: Visitor, item: str) -> str:
    """The number of a case on a promise."""
    device = Device()
    enrol(browser, device)
    draft = drafted_for(browser, item)
    ticked = [box["value"] or "" for box in draft.page.named("input") if box.get("name") == "confirmed"]
    return sign(browser, draft, device, confirmed=ticked).path.split("/")[2]


def promised_by(browser: Visitor) -> str:
    """Enrol a device, promise and sign; returns the number of the case."""
    device = Device()
    enrol(browser, device)
    return sign(browser, promise(browser), device).path.split("/")[2]


@pytest.fixture
def case_no(visitor: Come) -> str:
    """A case on a promise, at noon of a September day."""
    turn_clock(NOON)
    return told_once("a promise", lambda: promised_by(visitor("applicant")))


@pytest.fixture
def promised(case_no: str) -> str:
    """The desk's page of a case by promise."""
    return f"/desk/{case_no}"


@pytest.fixture
def officer(visitor: Come) -> Visitor:
    return visitor("officer.traffic")
