"""Steps 4, 5 and 9: another department's system subscribes, is told of the flag and of its end, and answers."""

from typing import Any

from infra.local.demo import narration
from infra.local.demo.breach import ITEM
from infra.local.demo.checks import expect, expect_words, the_one
from infra.local.demo.clocks import wait_for
from infra.local.demo.town import Town
from infra.local.identity import personas


def a_department_subscribes(town: Town) -> None:
    """4, continued. The market department's system subscribes to flags for the item that it handles."""
    machine, receiver = town.who("system.market"), town.markets_receiver
    endpoint = machine.post("/v1/webhooks", {"url": receiver.url, "events": ["flag.told"]}).is_done(201).body
    receiver.secret = endpoint["secret"]
    wish = {"webhook_id": endpoint["id"], "items": [ITEM]}
    others = wish | {"items": ["plate-replacement"]}
    machine.post("/v1/subscriptions", others).is_refused(422, "ITEM_NOT_OWN")
    town.subscription_id = machine.post("/v1/subscriptions", wish).is_done(201).body["id"]
    narration.fact("市场监管部门的系统订阅本事项的惩戒与解除", "the market department's system subscribes")


def the_flag_is_told_and_answered(town: Town) -> None:
    """5. The system is told by a signed webhook, knows by its own name for the subject who it is, and answers."""
    machine = town.who("system.market")
    told = _told_and_answered(town, "in_force")
    subject = personas()["company"]["claims"]["subject"]
    asked = {"subject": subject, "item_code": ITEM, "purpose": "enforcement"}
    name = machine.post(f"/v1/subscriptions/{town.subscription_id}/subjects", asked).is_done(200).body["subject"]
    expect("whom it is about (主体代号)", told["subject"], name)
    narration.fact("系统收到签名推送,凭本订阅专用代号认出主体,签收", "told by a signed webhook, and answered for")


def the_lifting_is_told_and_answered(town: Town) -> None:
    """9, continued. Whoever was told of the flag is told of its end; the credit office sees who has answered."""
    told = _told_and_answered(town, "lifted")
    expect("which counts (以序号大者为准)", told["number"] > 1, expected=True)
    seen = town.who("credit").every(f"/v1/flags/{town.flag_id}/flag_notices")
    mine = [each for each in seen if each["subscription_id"] == town.subscription_id]
    expect("what it was told (告知)", [each["change"] for each in mine], ["in_force", "lifted"])
    for each in mine:
        expect_words("when it answered (签收时间)", each["acknowledged_at"])
    open_ones = town.who("credit").every("/v1/credit/incidents?state=open")
    expect("open incidents of this flag (事件)", [each for each in open_ones if each["flag_id"] == town.flag_id], [])
    narration.fact(
        "解除同样告知并签收,信用部门看到每个系统的签收时间", "the lifting too; each system's answer is on record"
    )


def _told_and_answered(town: Town, state: str) -> dict[str, Any]:
    """Wait for the webhook, find the same notice by reading on, answer it, and see that again is once."""
    machine, path = town.who("system.market"), f"/v1/subscriptions/{town.subscription_id}"
    told = wait_for("the webhook (推送)", lambda: town.markets_receiver.about(town.flag_id, state))
    expect("the items (事项)", told["items"], ITEM)
    page = machine.get(f"{path}/flag_notices?after={told['number'] - 1}").is_done(200).body
    read = the_one("the notice, read (告知)", page["items"], flag_notice_id=told["flag_notice_id"])
    expect("its state (状态)", read["state"], state)
    answer = {"flag_notice_id": told["flag_notice_id"]}
    first = machine.post(f"{path}/acknowledgements", answer).is_done(200).body
    again = machine.post(f"{path}/acknowledgements", answer).is_done(200).body
    expect("answering again (重复签收)", again, first)
    return told
