"""What somebody promises to bring later stands on promise, receipt, own case and desk, and is brought by a form."""

import re
from html import unescape

from tests.builders import NOON
from tests.cloud import turn_clock
from tests.device import Device
from tests.web.cases import enrol, hand_in, sign
from tests.web.filling import begin, fill_in
from tests.web.visitor import Come, Seen

PLAN = "占用位置、面积和时间的平面图"


def words_of(seen: Seen) -> str:
    shown = re.sub(r"<details.*?</details>", "", seen.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def test_a_material_is_promised_for_later_and_brought(visitor: Come) -> None:
    turn_clock(NOON)
    person, device = visitor("applicant"), Device()
    enrol(person, device)
    guide = person.open("/items/road-occupation")
    checked = fill_in(person, begin(person, "road-occupation"))
    draft = person.send(checked, checked.path.partition("?")[0], {"later": ["site-plan"]})
    ticked = [box["value"] or "" for box in draft.page.named("input") if box.get("name") == "confirmed"]
    receipt = sign(person, draft, device, confirmed=ticked)
    case_no = receipt.path.split("/")[2]
    own = person.open(f"/cases/{case_no}")
    desk = visitor("officer.traffic").open(f"/desk/{case_no}")

    assert "5个工作日" in words_of(guide)
    assert PLAN in words_of(checked)
    assert f"{PLAN}：提交申请后5个工作日内补交" in words_of(draft).replace(f"{PLAN} ：", f"{PLAN}：")
    for seen in (receipt, own, desk):
        assert (seen.status, PLAN in words_of(seen), "10月10日" in words_of(seen)) == (200, True, True)

    page = f"/cases/{case_no}/materials"
    done = hand_in(person, person.open(page))

    assert (done.status, done.path.partition("?")[0]) == (200, f"/cases/{case_no}")
    assert page not in [f"/{(link['href'] or '').removeprefix('../')}" for link in done.page.named("a")]
    again = words_of(person.open(f"/cases/{case_no}/receipt"))
    assert (f"{PLAN} :" in again.replace(f"{PLAN}:", f"{PLAN} :"), "10月10日" in again) == (False, False)
