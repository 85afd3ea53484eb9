"""An applicant's way by forms alone: from the item to a case, by promise and by certificate."""

import json
import re
from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.credit.store.records import CreditStore, UnreadableError
from tests.api.bodies import RECORD, subject_of
from tests.authorities import let_act
from tests.cloud import Client, TokenOf
from tests.device import Device
from tests.documents import digest
from tests.files import A_JPEG
from tests.web.cases import ITEM, drafted, enrol, form_data, hand_in, promise, sign
from tests.web.filling import fill_in
from tests.web.visitor import Come, Visitor


@pytest.mark.requirement("R7.3")
@pytest.mark.parametrize("device", [Device(), Device(edwards=True), Device(rsa_bits=2048)])
def test_a_promise_is_signed_with_a_passkey_and_becomes_a_case(visitor: Come, device: Device) -> None:
    browser = visitor("applicant")

    enrolled = enrol(browser, device)
    draft = promise(browser)
    receipt = sign(browser, draft, device)

    assert "设备登记好了" in enrolled.text
    assert "请一条一条看清" in draft.text
    assert re.fullmatch(r"/cases/\w[\w-]+/receipt", receipt.path), receipt.text[:3000]
    assert receipt.status == 200


def test_a_device_that_has_no_key_yet_is_enrolled_on_the_way(visitor: Come) -> None:
    browser = visitor("applicant")
    draft = promise(browser)

    (link,) = [link["href"] or "" for link in draft.page.named("a") if "keys?next" in (link["href"] or "")]
    keys = browser.open(f"/{link.removeprefix('../')}")
    challenge = bytes.fromhex(form_data(keys, "challenge"))
    back = browser.send(keys, "keys", {"registration": json.dumps(Device().make(challenge))})

    assert back.path.startswith(draft.path)


def test_sending_the_signed_promise_twice_is_one_case(visitor: Come) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)
    draft = promise(browser)

    first = sign(browser, draft, device)
    again = sign(browser, draft, device)

    assert first.path == again.path
    assert len([one for one in browser.open("/cases").page.named("a") if "cases/" in (one["href"] or "")]) == 1


def test_going_back_to_a_filed_draft_leads_to_its_receipt(visitor: Come) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)
    draft = promise(browser)
    receipt = sign(browser, draft, device)

    assert browser.open(draft.path).path == receipt.path


@pytest.mark.requirement("R1.7")
def test_each_condition_that_is_not_ticked_is_named_and_the_others_stay_ticked(visitor: Come) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)

    seen = sign(browser, promise(browser), device, confirmed=["plate-gone"])

    assert seen.status == 400
    assert {"href": "#confirmed-old-plate-not-used"} in seen.page.named("a")
    boxes = {box["value"]: "checked" in box for box in seen.page.named("input") if box.get("type") == "checkbox"}
    assert boxes == {"plate-gone": True, "old-plate-not-used": False}
    assert seen.page.words["title"][0].startswith("错误：")


def _another_origin(device: Device) -> None:
    device.origin = "http://localhost:8001"


def _another_host(device: Device) -> None:
    device.host = "portal.evil.test"


def _another_key(device: Device) -> None:
    device.key = Device().key


def _not_knowing_its_owner(device: Device) -> None:
    device.flags = 0x01


NOT_ON_OUR_PAGE = "不是在本网站的页面上、由设备核验本人之后签署的。"


@pytest.mark.requirement("R7.1")
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_another_origin, NOT_ON_OUR_PAGE),
        (_another_host, NOT_ON_OUR_PAGE),
        (_another_key, "原文无误，签名值已被改动或者不是这把密钥所签。"),
        (_not_knowing_its_owner, NOT_ON_OUR_PAGE),
    ],
)
def test_a_foreign_or_altered_assertion_is_no_signature(
    visitor: Come, spoil: Callable[[Device], None], said: str
) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)
    draft = promise(browser)
    spoil(device)

    seen = sign(browser, draft, device)

    assert seen.status == 422
    assert said in seen.text
    assert browser.open(draft.path).status == 200


@pytest.mark.requirement("R7.1")
def test_an_assertion_for_another_draft_is_no_signature_for_this_one(visitor: Come) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)
    other, draft = promise(browser), promise(browser)
    replayed = json.dumps(device.sign(bytes.fromhex(form_data(other, "challenge"))))

    assert sign(browser, draft, device, assertion=replayed).status == 422


@pytest.mark.parametrize("given", ["", "x", "[]", "{}", '{"id": 1}', '{"id": null, "response": 3}', "[" * 100000])
def test_what_is_no_assertion_signs_nothing(visitor: Come, given: str) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)

    seen = sign(browser, promise(browser), device, assertion=given)

    assert seen.status in {400, 422}
    assert seen.page.named("h1")


@pytest.mark.requirement("R7.1")
def test_a_device_of_somebody_else_is_not_theirs_to_sign_with(visitor: Come) -> None:
    mine, other, device = visitor("applicant"), visitor("applicant2"), Device()
    enrol(mine, device)
    enrol(other, Device())

    assert sign(other, promise(other), device).status == 422


def test_a_revoked_device_signs_no_more(visitor: Come) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)
    draft = promise(browser)
    revoked = browser.send(browser.open("/keys"), "revocation")

    seen = sign(browser, draft, device)

    assert "已停用，以后不能再用它签名" in revoked.text
    assert seen.status == 422


@pytest.mark.parametrize("spoil", [_another_origin, _another_host, _not_knowing_its_owner])
def test_a_key_made_elsewhere_is_not_enrolled(visitor: Come, spoil: Callable[[Device], None]) -> None:
    browser, device = visitor("applicant"), Device()
    spoil(device)

    seen = enrol(browser, device)

    assert seen.status == 422
    assert "#enrol" in [link["href"] for link in seen.page.named("a")]


def test_a_key_made_in_another_session_is_not_enrolled(visitor: Come) -> None:
    browser, other = visitor("applicant"), visitor("applicant")
    made = Device().make(bytes.fromhex(form_data(other.open("/keys"), "challenge")))

    assert browser.send(browser.open("/keys"), "keys", {"registration": json.dumps(made)}).status == 422


@pytest.mark.parametrize("given", ["", "x", "[]", "{}", '{"id": "a", "rawId": "a", "type": "x", "response": {}}'])
def test_what_is_no_key_is_not_enrolled(visitor: Come, given: str) -> None:
    browser = visitor("applicant")

    assert browser.send(browser.open("/keys"), "keys", {"registration": given}).status == 422


def test_certificates_are_handed_in_without_any_script(visitor: Come, token: TokenOf, client: Client) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)

    receipt = hand_in(browser, draft)

    case_no = receipt.path.split("/")[2]
    (material,) = client.get(f"/v1/cases/{case_no}", token=token("applicant")).body["materials"]
    assert (material["id"], material["sha256"]) == ("old-plate", digest(A_JPEG))
    assert material["name"] == "旧车牌（坏了的交旧车牌；丢了的交号牌遗失记录证明）"


def test_a_missing_certificate_is_named_at_its_field(visitor: Come) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)

    seen = browser.send(draft, draft.path)

    assert seen.status == 422
    assert {"href": "#document-old-plate"} in seen.page.named("a")
    assert "document-old-plate" in {one.get("id") for one in seen.page.named("section")}


def test_no_way_chosen_is_named_at_its_field(visitor: Come) -> None:
    browser = visitor("applicant")

    seen = browser.send(browser.open(ITEM), "apply")

    assert seen.status == 400
    assert {"href": "#way"} in seen.page.named("a")


def test_an_agent_chooses_for_whom_among_those_who_said_so(visitor: Come, token: TokenOf) -> None:
    browser = visitor("agent")
    let_act(browser.client, token("applicant2"))

    form = browser.open(ITEM)
    checked = fill_in(browser, browser.send(form, "apply", {"way": "certificate"}))
    draft = browser.send(checked, checked.path)

    assert ("王*" in form.text, "principal-number" in form.form("apply").names) == (True, False)
    assert draft.path.startswith("/drafts/")


def test_an_agent_whom_nobody_authorised_is_told_what_to_do(visitor: Come) -> None:
    browser = visitor("agent")

    seen = browser.open(ITEM)
    sent = browser.post("/items/plate-replacement/apply", {"form_token": token_in(browser), "way": "certificate"})

    assert "authorities/claim?item=plate-replacement" in seen.text
    assert [form for form in seen.page.forms if form.action.endswith("apply")] == []
    assert sent.status == 400


def test_an_agent_says_for_whom(visitor: Come, token: TokenOf) -> None:
    browser = visitor("agent")
    for principal in ("applicant", "applicant2"):
        let_act(browser.client, token(principal))

    seen = browser.send(browser.open(ITEM), "apply", {"way": "certificate"})

    assert (seen.status, {"href": "#authority"} in seen.page.named("a")) == (400, True)


def token_in(browser: Visitor) -> str:
    """The token without which no form is taken."""
    return browser.open("/cases").page.forms[0].fields["form_token"][0]


def test_somebody_else_s_draft_is_not_there(visitor: Come) -> None:
    path = promise(visitor("applicant")).path

    assert visitor("applicant2").open(path).status == 404


def test_a_draft_that_waits_is_found_again(visitor: Come) -> None:
    path = promise(visitor("applicant")).path

    page = visitor("applicant").open("/cases")

    assert f".{path}" in [link["href"] for link in page.page.named("a")]


@pytest.mark.requirement("R6.3")
@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "zh-CN",
            {
                "asked": "需要工作人员先核对",
                "receipt": "正在核对号码与姓名",
                "case": "等的时候不会有任何不利后果",
                "listed": "等待身份核对",
                "cause": "申请人的承诺",
                "follows": "承诺继续办理",
            },
        ),
        (
            "en",
            {
                "asked": "somebody needs to check it first",
                "receipt": "checking your number and name",
                "case": "Nothing bad follows while you wait",
                "listed": "Waiting for a check",
                "cause": "An applicant’s promise",
                "follows": "The promise goes on",
            },
        ),
    ],
)
def test_a_promise_is_signed_while_a_person_looks_at_the_name_and_each_page_says_what_that_means(
    visitor: Come, client: Client, token: TokenOf, language: str, says: dict[str, str]
) -> None:
    browser, device = visitor("applicant"), Device()
    browser.language = language
    record = {
        **RECORD,
        "related_items": ["plate-replacement"],
        "subject": {**subject_of("applicant"), "name": "另一人"},
    }
    assert client.put("/v1/credit/records/market/r-1", record, token=token("system.market")).status == 200
    enrol(browser, device)

    asked = promise(browser)
    receipt = sign(browser, asked, device)
    case = browser.open(receipt.path.removesuffix("/receipt"))
    listed = browser.open("/cases")
    office = visitor("credit")
    office.language = language
    desk = office.open("/identities")
    (place,) = [one["href"] or "" for one in desk.page.named("a") if "/conflicts/" in (one["href"] or "")]
    conflict = office.open("/" + place.lstrip("./"))

    case_no = receipt.path.split("/")[2]
    assert says["asked"] in asked.text
    assert [says[part] in receipt.text for part in ("receipt", "case")] == [True, True]
    assert says["case"] in case.text
    assert says["listed"] in listed.text
    assert case_no in desk.text
    assert [part in conflict.text for part in (case_no, says["cause"], says["follows"])] == [True, True, True]


def test_a_promise_is_signed_while_credit_is_down_and_each_page_says_what_that_means(
    visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, device = visitor("applicant"), Device()
    enrol(browser, device)

    def down(*_arguments: object, **_named: object) -> None:
        raise UnreadableError

    def no_row(*_arguments: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    monkeypatch.setattr(CreditStore, "summary", down)
    monkeypatch.setattr(CreditStore, "summary_row", no_row)
    asked = promise(browser)
    receipt = sign(browser, asked, device)
    case = browser.open(receipt.path.removesuffix("/receipt"))
    own = browser.open("/credit")

    assert "这不说明您有任何问题" in asked.text
    assert "已经收到，正在等信用核对" in receipt.text
    assert "信用信息一能查到就自动继续" in case.text
    assert own.status == 503
    assert "请过一分钟再试" in own.text
