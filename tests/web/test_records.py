"""Credit records by pages: entered by hand, served, confirmed by another; and files with their refused lines."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.ingest import ingest
from chalicelib.settings import settings
from tests.api.bodies import AFTER_DEFENCE, COMPANY
from tests.api.test_imports import BAD
from tests.builders import NOON
from tests.channels import Channels
from tests.cloud import s3, turn_clock
from tests.web.flags import links, noon
from tests.web.forms import SERVICE
from tests.web.visitor import Come, Seen, Visitor

__all__ = ["noon"]

RECORD: dict[str, str | list[str]] = {
    "source": "credit",
    "number": "typed-1",
    "subject-kind": "uscc",
    "subject-number": COMPANY["number"],
    "subject-name": COMPANY["name"],
    "kind": "administrative",
    "severity": "serious",
    "publicity": "shared",
    "judged_on": "2026-09-08",
    "basis": "《市场主体登记管理条例》第44条",
    "contents": "fine：一万元\naddress: 稠州路",
    "related_items": ["business-address"],
    "document-number": "义市监罚〔2026〕7号",
    "document-organ": "义乌市市场监督管理局",
    "document-effective_on": "2026-09-10",
    "document-served_at": "2026-09-12T10:00",
    "repair_notice": "一年后可以申请信用修复，不收费。",
}


@pytest.fixture
def office(visitor: Come) -> Visitor:
    return visitor("credit")


@pytest.fixture
def entered(office: Visitor) -> Seen:
    return office.send(office.open("/records"), "records", RECORD)


def test_a_grave_record_is_entered_served_and_confirmed_by_another(
    visitor: Come, office: Visitor, entered: Seen
) -> None:
    place = "/records/credit/typed-1"
    turn_clock(NOON + timedelta(minutes=1))
    served = office.send(office.open(f"{place}/service"), f"{place}/service", SERVICE)
    turn_clock(AFTER_DEFENCE)
    own = office.send(office.open(f"{place}/confirmation"), f"{place}/confirmation", {"reason": "事实清楚。"})
    second = visitor("credit2")
    done = second.send(second.open(f"{place}/confirmation"), f"{place}/confirmation", {"reason": "事实清楚。"})

    assert "已保存。" in entered.text
    assert "还没有影响：先要把告知书送达当事人" in entered.text
    assert "一万元" in entered.text
    assert f"{place[1:]}/service" in links(entered)
    assert "送达已登记" in served.text
    assert "当事人可以提出异议到10月8日(周四)23:59为止" in served.text
    assert own.status == 409
    assert "已确认，马上生效。" in done.text
    assert f"{place[1:]}/confirmation" not in links(done)
    assert "信用办的记录" in done.text


def test_a_document_that_was_not_served_confirms_nothing_and_the_form_says_so(visitor: Come, office: Visitor) -> None:
    place = "/records/credit/typed-1"
    office.send(office.open("/records"), "records", {**RECORD, "document-served_at": ""})
    turn_clock(NOON + timedelta(minutes=1))
    office.send(office.open(f"{place}/service"), f"{place}/service", SERVICE)
    turn_clock(AFTER_DEFENCE)
    second = visitor("credit2")

    refused = second.send(second.open(f"{place}/confirmation"), f"{place}/confirmation", {"reason": "事实清楚。"})

    assert "认定文书尚未送达" in refused.text
    assert "#reason" in links(refused)


def test_what_is_missing_in_a_record_leads_to_its_field(office: Visitor) -> None:
    form = office.open("/records")

    nothing = office.send(form, "records", {})
    bare = office.send(form, "records", {"source": "credit", "number": "r-1", "contents": "罚款一万元"})
    rest = office.send(form, "records", {"source": "credit", "number": "r-1"})

    assert "#source" in links(nothing)
    assert "#contents" in links(bare)
    assert "#subject-name" in links(rest)


def test_a_step_that_is_not_open_now_says_so(office: Visitor, entered: Seen) -> None:
    assert entered.status == 200
    assert "现在还不能办这一步" in office.open("/records/credit/typed-1/confirmation").text


def test_another_departments_record_is_read_by_nobody_else(visitor: Come, entered: Seen) -> None:
    assert entered.status == 200
    assert visitor("credit.market").open("/records/credit/typed-1").status == 403


@pytest.fixture
def _bucket(portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401, ARG001 - it is made in the cloud
    s3().create_bucket(
        Bucket=settings().import_bucket, CreateBucketConfiguration={"LocationConstraint": settings().region}
    )
    # Moto's tables are no place for threads.
    monkeypatch.setattr("chalicelib.credit.services.imports.AT_ONCE", 1)


def uploaded(page: Seen, data: bytes, channels: Channels) -> None:
    """Do what the browser and the bucket do with the form of the page, and let the queue bring the steps."""
    (form,) = [form for form in page.page.forms if form.has_files]
    (key,) = form.fields["key"]
    s3().put_object(Bucket=settings().import_bucket, Key=key, Body=data)
    told: list[dict[str, Any]] = [{"Records": [{"s3": {"object": {"key": key}}}]}]
    while told:
        assert ingest([{"messageId": "m", "body": json.dumps(one)} for one in told], None) == {"batchItemFailures": []}
        told = [one.message for one in channels.imports.sent]
        channels.imports.sent.clear()


@pytest.mark.usefixtures("_bucket")
def test_a_file_is_handed_in_without_script_and_its_refused_lines_say_why(office: Visitor, channels: Channels) -> None:
    form = office.open("/imports")
    nothing = office.send(form, "imports", {})
    room = office.send(form, "imports", {"source": "credit"})
    place = room.path
    waiting = office.open(f"{place}?key=sent")
    uploaded(room, BAD, channels)
    done, english = office.open(place), office.open(f"{place}?lang=en")

    assert "#source" in links(nothing)
    assert "form-action 'self' https://" in room.reply.headers["content-security-policy"]
    assert "文件已经收到，正在核对。" in waiting.text
    assert "已处理3条，共3条" in done.text
    assert "第4行" in done.text
    assert "该行的列与表头不一致" in done.text
    assert "The row does not fit the header" in english.text
    assert any("refused.csv" in (link["href"] or "") for link in done.page.named("a"))
    assert place[1:] in links(office.open("/imports"))


@pytest.mark.usefixtures("_bucket")
def test_a_file_that_is_refused_whole_says_why_and_where(office: Visitor, channels: Channels) -> None:
    room = office.send(office.open("/imports"), "imports", {"source": "credit"})
    uploaded(room, b"\nrecord_id,subject.number,colour\nr-1,n,red\n", channels)

    done = office.open(room.path)

    assert "整批退回" in done.text
    assert "第2行第3列" in done.text
    assert "第2行第3列" in office.open("/imports").text


@pytest.mark.usefixtures("_bucket")
def test_another_department_sees_no_import(visitor: Come, office: Visitor) -> None:
    room = office.send(office.open("/imports"), "imports", {"source": "credit"})

    assert visitor("credit.market").open(room.path).status == 403
    assert "还没有导入过。" in visitor("credit.market").open("/imports").text
