"""The main job by clicks: an applicant promises and signs, an officer handles the case, an inspector may read it."""

from collections.abc import Mapping
from typing import Final

from playwright.sync_api import FilePayload

from chalicelib.clock import day_in_shanghai, real_now
from infra.browser.visit import Person
from infra.local.demo.documents import a_picture
from infra.local.sample_answers import sample_answers

ITEM = "/items/plate-replacement"
PHOTO: Final = FilePayload(name="旧车牌.png", mimeType="image/png", buffer=a_picture(b"\x12\x46\x7b", side=320))


def promise(person: Person, persona: str = "applicant") -> str:
    """Find the item by plain words, log in, promise, enrol a device, sign; return the case number."""
    page = person.page
    person.open("/")
    page.get_by_role("searchbox").or_(page.locator("#q")).first.fill("车牌丢了")
    person.click("查找", "Search")
    person.click("机动车号牌补领、换领", "Replacement of a lost or damaged number plate")
    person.click("开始办理", "Start")
    person.choose(persona)
    draft(person)
    if page.locator("[data-passkey]").count():
        person.click("先登记", "Enrol it first")
    else:
        person.click("登记设备", "Enrol a device")
    with page.expect_navigation():
        person.click("登记这台设备", "Enrol this device")
    return sign(person)


def fill_in(person: Person, item_code: str = "plate-replacement", *, way: str = "commitment") -> None:
    """From the beginning of an item's form, choose the way and answer page after page, up to all answers."""
    page = person.page
    page.locator(f"input[name=way][value={way}]").check()
    person.click("继续", "Continue")
    answers = sample_answers(item_code, on=day_in_shanghai(real_now()))
    while "/questions/" in person.path:
        for name, answer in answers.items():
            parts = answer.items() if isinstance(answer, Mapping) else [("", answer)]
            for part, words in parts:
                _answer(person, f"answers-{name}-{part}" if part else f"answers-{name}", str(words))
        person.click("继续", "Continue")


def draft(person: Person, item_code: str = "plate-replacement", *, way: str = "commitment") -> None:
    """Fill in an item's form, check it, and go on to the draft."""
    fill_in(person, item_code, way=way)
    person.click("没有错", "These are right")


def _answer(person: Person, name: str, words: str) -> None:
    """Answer a question if it stands on the page; of a choice, its first option."""
    field = person.page.locator(f"[name='{name}']")
    if not field.count():
        return
    if field.first.get_attribute("type") == "radio":
        field.first.check()
    else:
        field.fill(words)


def sign(person: Person) -> str:
    """Tick every condition of the promise that is open, and sign it."""
    page = person.page
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.locator("main form[data-passkey] button[type=submit]").click()
    page.wait_for_url("**/receipt*")
    return person.path.split("/")[2]


def say_for_what(officer: Person) -> None:
    """Say for what one looks at a case that is not one's own, where that is asked."""
    officer.page.wait_for_url("**/desk/**")
    if officer.page.locator("input[name=purpose]").count():
        officer.page.locator("input[name=purpose][value=handling]").check()
        officer.click("继续", "Continue")


def handle(officer: Person, case_no: str) -> None:
    """Decide, deliver and verify a case from the worklist on."""
    officer.open("/worklist?light=green")
    officer.page.get_by_role("link", name=case_no).first.click()
    say_for_what(officer)
    officer.click("作出决定", "Decide")
    officer.page.get_by_role("radio").first.check()
    officer.page.locator("#document_no").fill("公交牌〔2026〕1号")
    officer.click("作出决定", "Decide")
    officer.click("送达", "Deliver")
    officer.click("送达", "Deliver")
    officer.click("核查承诺", "Verify the promise")
    officer.page.locator("input[name=result][value=true]").check()
    officer.page.locator("input[name=method][value=online]").check()
    officer.page.locator("#findings").fill("登记库和执法记录里没有异常。")
    officer.click("核查承诺", "Verify the promise")


def obtain_mandate(inspector: Person, approver: Person) -> str:
    """Ask for a mandate over the traffic department and let another inspector approve it; return its address."""
    inspector.open("/inspection")
    inspector.page.locator("#file_no").fill("义纪检〔2026〕1号")
    inspector.page.locator("#basis").fill("《监察法》第18条")
    inspector.page.locator("input[name=departments][value=traffic]").check()
    inspector.page.locator("#expires_on").fill("2099-12-31")
    inspector.click("申请授权", "Ask for a mandate")
    mandate = inspector.path.partition("?")[0]
    approver.open(mandate)
    approver.click("批准", "Approve")
    return mandate


def draft_by_certificate(person: Person) -> str:
    """Begin an application by certificate; return the draft's address."""
    person.open(f"{ITEM}/apply")
    draft(person, way="certificate")
    return person.path


def hand_in_photographs(person: Person, *photos: FilePayload) -> str:
    """Upload photographs on the page of a draft by its script, and hand them in; return the case's number."""
    page = person.page
    page.set_input_files("[data-choose] input[multiple]", list(photos))
    for photo in photos:
        page.locator("[data-fresh^=chosen-] label", has_text=photo["name"]).wait_for()
    person.click("提交", "Submit")
    return person.path.split("/")[2]


def ask_for_more(officer: Person, case_no: str) -> None:
    """Ask for the first material of a case once more."""
    officer.open(f"/desk/{case_no}/acts/corrections")
    say_for_what(officer)
    officer.page.get_by_role("checkbox").first.check()
    officer.page.locator("#basis").fill("《机动车登记规定》第24条")
    officer.click("补正告知", "Ask for what is missing")


def look_at_document(officer: Person, case_no: str) -> None:
    """Open the first document of a case at the desk."""
    officer.open(f"/desk/{case_no}")
    say_for_what(officer)
    officer.page.locator("a[href*='/documents/']").first.click()
    officer.click("打开", "Open")
