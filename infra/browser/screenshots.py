"""Takes the pictures that the README shows: ``python3 -m infra.browser.screenshots``, or `make screenshots`."""

import sys
from pathlib import Path
from typing import Final

from infra.browser.local import ROOT, own_cloud
from infra.browser.story import (
    ITEM,
    PHOTO,
    ask_for_more,
    draft_by_certificate,
    fill_in,
    hand_in_photographs,
    handle,
    look_at_document,
    obtain_mandate,
    promise,
    say_for_what,
)
from infra.browser.visit import DESK, PHONE, Person, chromium

PICTURES: Final = ROOT / "docs" / "screenshots"


def take(person: Person, name: str, path: str, *, of: str = "") -> None:
    """Write one picture of a page, from a heading on if one is named."""
    person.open(path)
    if of:
        person.page.get_by_role("heading", name=of, exact=True).evaluate("heading => heading.scrollIntoView()")
    _picture(person, name)


def _picture(person: Person, name: str) -> None:
    picture = PICTURES / f"{name}.png"
    person.page.screenshot(path=picture)
    sys.stdout.write(f"{picture.relative_to(Path.cwd())}\n")


def main() -> None:
    """Walk the main job, and take a picture of each of its pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with own_cloud() as cloud, chromium() as browser:
        portal = cloud.portal
        applicant = Person.at(browser, portal, width=PHONE)
        applicant.own_a_device()
        case_no = promise(applicant)
        take(applicant, "receipt", f"/cases/{case_no}/receipt")
        take(applicant, "case", f"/cases/{case_no}")
        take(applicant, "item", ITEM)
        applicant.open(f"{ITEM}/apply")
        fill_in(applicant)
        checked = applicant.path
        take(applicant, "check", checked)
        take(applicant, "form", f"{checked}/questions/phone")
        applicant.open(checked)
        applicant.click("没有错", "These are right")
        take(applicant, "promise", applicant.path)
        draft_by_certificate(applicant)
        photographed = hand_in_photographs(applicant, PHOTO)
        officer = Person.at(browser, portal, width=DESK)
        officer.log_in("officer.traffic")
        officer.open(f"/desk/{photographed}")
        say_for_what(officer)
        take(officer, "desk", f"/desk/{photographed}", of="申请人填写的内容")
        look_at_document(officer, photographed)
        officer.page.locator("img.xn-preview").wait_for()
        _picture(officer, "document")
        ask_for_more(officer, photographed)
        handle(officer, case_no)
        take(applicant, "messages", "/messages")
        cloud.inhabit(opened=300, late=40)
        take(officer, "worklist", "/worklist")
        monitor = Person.at(browser, portal, width=DESK)
        monitor.log_in("monitor")
        take(monitor, "board", "/board")
        inspector, approver = (Person.at(browser, portal, width=DESK) for _ in range(2))
        inspector.log_in("inspector")
        approver.log_in("inspector2")
        mandate = obtain_mandate(inspector, approver)
        take(inspector, "timeline", f"{mandate}/cases/{case_no}")
        editor = Person.at(browser, portal, width=DESK)
        editor.log_in("editor")
        editor.open("/catalogue/plate-replacement")
        editor.click("开始编写", "Start writing it")
        take(editor, "editor", f"{editor.path}/conditions")


if __name__ == "__main__":
    main()
