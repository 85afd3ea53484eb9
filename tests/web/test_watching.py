"""Pages that one does not need every day: signals, outages, digests, endpoints of systems, unanswered notices."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.alerts.model.digests import Digest
from chalicelib.alerts.model.webhooks import Notice, Topic
from chalicelib.alerts.rules.webhooks import delivery_of, give_up
from chalicelib.alerts.store.digests import DigestStore
from chalicelib.alerts.store.webhooks import WebhookStore
from chalicelib.container import container
from chalicelib.dynamo.transaction import transaction
from chalicelib.supervision.model.anomalies import Anomaly, AnomalyKind, Evidence
from chalicelib.supervision.store.anomalies import AnomalyStore
from tests.builders import NOON
from tests.channels import Channels
from tests.cloud import turn_clock
from tests.web.flags import links, noon
from tests.web.visitor import Come, Visitor

__all__ = ["noon"]

OUTAGE: dict[str, str | list[str]] = {
    "starts_at": "2026-09-28T10:00",
    "reason": "机房停电。",
    "departments": ["market"],
    "kinds": ["delivery"],
}


@pytest.fixture
def monitor(visitor: Come) -> Visitor:
    return visitor("monitor")


def test_more_lists_what_each_role_may_see_and_no_more(visitor: Come, monitor: Visitor) -> None:
    names = {"anomalies", "outages", "incidents", "digests", "webhooks"}

    assert links(monitor.open("/more")) >= names
    assert links(visitor("officer.traffic").open("/more")) & names == {"digests"}
    assert links(visitor("credit").open("/more")) & names == {"incidents", "digests"}
    assert links(visitor("inspector").open("/more")) & names == {"outages", "digests"}
    assert "more" not in links(visitor("editor").open("/catalogue"))


def test_a_signal_says_what_it_is_who_it_is_about_and_what_it_rests_on(visitor: Come, monitor: Visitor) -> None:
    nothing = monitor.open("/anomalies")
    event = Evidence(
        owner="case:X",
        seq=3,
        kind="case:decided",
        occurred_at=NOON - timedelta(days=3),
        recorded_at=NOON - timedelta(minutes=5),
    )
    AnomalyStore().add(
        Anomaly(
            signal_id="0" * 32,
            kind=AnomalyKind.LATE_ENTRY,
            case_no="V4JOKUAPJQNZJXAQX",
            department="traffic",
            item_code="plate-replacement",
            officer="officer.traffic",
            found_at=NOON - timedelta(minutes=5),
            events=(event,),
        )
    )

    seen = monitor.open("/anomalies")
    own = visitor("supervisor.traffic").open("/anomalies?kind=late_entry")
    narrowed = monitor.open("/anomalies?department=market")

    assert "没有疑点。" in nothing.text
    for said in ("事后补录", "机动车号牌补领、换领", "9月25日(周五)12:00发生", "9月28日(周一)11:55录入"):
        assert said in seen.text, said
    assert "desk/V4JOKUAPJQNZJXAQX" in links(own)
    assert "desk/V4JOKUAPJQNZJXAQX" not in links(seen)
    assert "没有疑点。" in narrowed.text
    assert "case:decided" not in seen.text


def test_an_outage_is_recorded_with_its_proof_ended_and_withdrawn(visitor: Come, monitor: Visitor) -> None:
    turn_clock(NOON + timedelta(minutes=1))
    form = monitor.open("/outage")
    bare = monitor.send(form, "outage", OUTAGE)
    made = monitor.send(form, "outage", OUTAGE, files={"evidence": ("停电通知.pdf", b"%PDF-1.4")})
    place = made.path.partition("?")[0]
    ended = monitor.send(monitor.open(f"{place}/acts/end"), f"{place}/acts/end", {"ends_at": "2026-09-28T11:30"})
    again = monitor.open(f"{place}/acts/end")
    gone = monitor.send(monitor.open(f"{place}/acts/withdrawal"), f"{place}/acts/withdrawal", {"reason": "登记重复。"})

    assert "#evidence" in links(bare)
    assert "已登记。" in made.text
    assert "9月28日(周一)10:00起，还没有恢复" in made.text
    assert "停电通知.pdf" in made.text
    assert "市场监管" in made.text
    assert "9月28日(周一)10:00至9月28日(周一)11:30" in ended.text
    assert f"{place[1:]}/acts/end" not in links(ended)
    assert "现在没有您可以办的。" in again.text
    assert "已撤销：登记重复。" in gone.text
    assert not {link for link in links(gone) if "/acts/" in link}
    listed = visitor("supervisor.traffic").open("/outages")
    assert place[1:] in links(listed)
    assert "outage" not in links(listed)


def test_what_is_wrong_with_an_outage_leads_to_its_field(monitor: Visitor) -> None:
    seen = monitor.send(
        monitor.open("/outage"),
        "outage",
        {**OUTAGE, "starts_at": "2027-01-01T10:00", "reason": ""},
        files={"evidence": ("a.pdf", b"x")},
    )

    assert {"#reason"} <= links(seen)
    later = monitor.send(
        monitor.open("/outage"),
        "outage",
        {**OUTAGE, "starts_at": "2027-01-01T10:00"},
        files={"evidence": ("a.pdf", b"x")},
    )
    assert "#starts_at" in links(later)


def test_yellow_alerts_come_once_a_day_if_one_says_so(visitor: Come) -> None:
    officer = visitor("officer.traffic")
    before = officer.open("/digests")

    saved = officer.send(before, "digests", {"yellow": "daily"})

    assert "还没有摘要" in before.text
    assert before.form("digests").fields["yellow"] == ["at_once"]
    assert "已保存。" in saved.text
    assert officer.open("/digests").form("digests").fields["yellow"] == ["daily"]


def test_a_digest_shows_its_alerts_in_words(visitor: Come) -> None:
    digest = Digest(
        recipient="officer.traffic",
        day=NOON.date(),
        since="",
        until="",
        number=0,
        channels=("inbox",),
        made_at=NOON - timedelta(minutes=5),
    )
    with transaction() as tx:
        DigestStore().add(digest, tx)
    officer = visitor("officer.traffic")

    listed = officer.open("/digests")
    seen = officer.open(f"/digests/{digest.digest_id}")

    assert f"digests/{digest.digest_id}" in links(listed)
    assert "公安交管 · 经办人" in listed.text
    assert "9月28日(周一)的摘要" in seen.text
    assert "这一天没有提醒。" in seen.text


@pytest.fixture
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address is allowed, and no name is looked up."""
    sender: Any = container().webhooks._sender  # noqa: SLF001 - the network is shut
    monkeypatch.setattr(sender, "destination", lambda _url: None)


@pytest.mark.usefixtures("anywhere")
def test_an_endpoint_is_registered_its_secret_shown_once_changed_and_removed(visitor: Come) -> None:
    head = visitor("head.traffic")
    form = head.open("/webhooks")
    nothing = head.send(form, "webhooks", {"url": "https://example.test/hook"})
    bad = head.send(form, "webhooks", {"url": "ftp://example.test", "events": ["alert.raised"]})
    made = head.send(form, "webhooks", {"url": "https://example.test/hook", "events": ["alert.raised", "flag.told"]})
    (place,) = {link for link in links(made) if link.startswith("webhooks/")}
    one = head.open(f"/{place}")
    rotated = head.send(one, f"{place}/rotation")
    removed = head.send(head.open(f"/{place}"), f"{place}/removal")

    assert "#events" in links(nothing)
    assert "#url" in links(bad)
    assert "whsec_" in made.text
    assert "只显示这一次" in made.text
    assert "whsec_" not in one.text
    assert "督办提醒、惩戒告知" in one.text or "惩戒告知、督办提醒" in one.text
    assert "whsec_" in rotated.text
    assert rotated.text != made.text
    assert "旧密钥用到9月29日" in rotated.text
    assert "已停用。" in removed.text
    assert head.open(f"/{place}").status == 404


@pytest.mark.usefixtures("anywhere")
def test_what_was_given_up_says_why_and_is_sent_again(visitor: Come, channels: Channels) -> None:
    head = visitor("head.traffic")
    head.send(head.open("/webhooks"), "webhooks", {"url": "https://example.test/hook", "events": ["alert.raised"]})
    (place,) = {link for link in links(head.open("/webhooks")) if link.startswith("webhooks/")}
    webhook = WebhookStore().find(place.partition("/")[2])
    assert webhook is not None
    notice = Notice(
        topic=Topic.ALERT_RAISED, name="alert-1", subject="case:X", department="traffic", at=NOON, data={"level": 1}
    )
    pending = delivery_of(notice, webhook, at=NOON - timedelta(minutes=5))
    WebhookStore().put_once(pending)
    with transaction() as tx:
        WebhookStore().change(pending, give_up(pending, "503", at=NOON - timedelta(minutes=4)), tx)

    dead = head.open(f"/{place}")
    again = head.send(dead, f"{place}/deliveries/{pending.delivery_id}")

    assert "对方回答 HTTP 503" in dead.text
    assert "case:X" not in dead.text
    assert "会马上再推送一次。" in again.text
    assert len(channels.deliveries.sent) == 1
    assert "没有这样的推送。" in head.open(f"/{place}").text


def test_nobody_has_failed_to_answer_yet(visitor: Come) -> None:
    seen = visitor("credit").open("/incidents")

    assert "没有。" in seen.text
    assert visitor("monitor").open("/incidents?state=closed").status == 200
