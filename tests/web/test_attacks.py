"""What somebody with bad intentions may try: other people's things, words that want to be scripts, odd addresses."""

import re
from importlib import import_module
from urllib.parse import quote, urlsplit

import pytest

from chalicelib.addresses import PORTAL
from chalicelib.policy import Role
from chalicelib.sessions.rules import form_token
from chalicelib.web.core.pages import PAGES
from tests.builders import NOON
from tests.cloud import Client, TokenOf, turn_clock
from tests.device import Device
from tests.web.cases import add_document, enrol, filed, hand_in, owed_on, signed
from tests.web.filling import begin, drafted
from tests.web.forms import MANDATE
from tests.web.visitor import Come, Outline, Visitor

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
OWN = {"case_no", "document_id", "draft_id", "form_id", "objection_id", "repair_id", "key_id"}

for module in PORTAL:
    import_module(module)

PERSONAL = sorted(
    name for name, entry in PAGES.items() if Role.APPLICANT in entry.roles and set(re.findall(r"{(\w+)}", name)) & OWN
)


def test_no_page_shows_or_does_anything_about_somebody_else_s_things(
    visitor: Come, company: Visitor, objection: str, repair: str
) -> None:
    company.log_in("company")
    enrol(company, Device())
    form = begin(company, "business-address")
    draft, other_draft = (drafted(company, "business-address", way="certificate") for _ in range(2))
    document_id = add_document(company, draft, owed_on(draft)[0])
    case_no = hand_in(company, other_draft).path.split("/")[2]
    (key,) = [form.action.split("/")[-2] for form in company.open("/keys").page.forms if "revocation" in form.action]
    theirs = {
        "case_no": case_no,
        "document_id": document_id,
        "draft_id": urlsplit(draft.url).path.rpartition("/")[2],
        "form_id": form.path.split("/")[2],
        "page_id": "address",
        "objection_id": objection.rpartition("/")[2],
        "repair_id": repair.rpartition("/")[2],
        "key_id": key,
        "kind": "handling_promised",
    }
    other = visitor("applicant2")
    token = form_token(other.cookies["xinnuo"])
    fields = {"form_token": token, "reason": "x", "text": "x", "level": "5", "category": "attitude", "number": "1"}

    for name in PERSONAL:
        method, _, path = name.partition(" ")
        for field, value in theirs.items():
            path = path.replace(f"{{{field}}}", quote(value, safe=""))
        seen = other.open(path) if method == "GET" else other.post(path, fields)

        assert seen.status in {403, 404}, name
    assert [form for form in company.open("/keys").page.forms if "revocation" in form.action]
    assert company.open(f"/drafts/{theirs['draft_id']}").status == 200


def test_what_people_write_is_shown_to_everybody_and_never_run(visitor: Come) -> None:
    turn_clock(NOON)
    person, officer, head = visitor("applicant"), visitor("officer.traffic"), visitor("head.traffic")
    case_no = signed(person, "plate-replacement")
    case, desk = f"/cases/{case_no}", f"/desk/{case_no}"
    ground = next(
        field["value"] or ""
        for field in officer.open(f"{desk}/acts/pause").page.named("input")
        if field.get("name") == "ground"
    )
    pause: dict[str, str | list[str]] = {"ground": ground, "expected_days": "3", "notice_text": SCRIPT}

    assert officer.send(officer.open(f"{desk}/acts/pause"), "pause", pause).status == 200
    pages = [person.open(case), officer.open(desk)]
    officer.send(officer.open(f"{desk}/acts/pause_end"), "pause_end")
    assert head.send(head.open(f"{desk}/acts/extension"), "extension", {"days": "2", "reason": SCRIPT}).status == 200
    decision = {"outcome": "granted", "document_no": SCRIPT[:60], "reasons": SCRIPT}
    assert officer.send(officer.open(f"{desk}/acts/decision"), "decision", decision).status == 200
    found = {"result": "untrue", "method": "online", "findings": SCRIPT}
    assert officer.send(officer.open(f"{desk}/acts/verification"), "verification", found).status == 200
    pages += [person.open(f"{case}/statement")]
    assert person.send(person.open(f"{case}/statement"), "statement", {"text": SCRIPT}).status == 200
    complaint = person.open(f"{case}/complaint")
    kind = next(f["value"] or "" for f in complaint.page.named("input") if f.get("name") == "category")
    assert person.send(complaint, "complaint", {"category": kind, "text": SCRIPT}).status == 200
    inspector, approver = visitor("inspector"), visitor("inspector2")
    mandate = inspector.send(
        inspector.open("/inspection"), "inspection", {**MANDATE, "file_no": SCRIPT[:60], "basis": SCRIPT}
    )
    assert mandate.status == 200
    place = mandate.path.partition("?")[0]
    approver.send(approver.open(place), place)
    pages += [
        person.open(case),
        person.open(f"{case}/receipt"),
        person.open("/cases"),
        officer.open(desk),
        officer.open("/worklist"),
        inspector.open("/inspection"),
        inspector.open(place),
        approver.open(place),
        inspector.open(f"{place}/cases/{case_no}"),
        visitor("supervisor.traffic").open("/board"),
    ]

    for seen in pages:
        assert seen.status == 200, seen.path
        assert seen.page.named("img") == [], seen.path
        assert all((one["src"] or "").startswith(("../", "./")) for one in seen.page.named("script"))
        assert "<script>" not in seen.text
    assert sum("&lt;script&gt;" in seen.text for seen in pages) >= 8


@pytest.mark.parametrize("lang", ["xx", "", "en\r\nX: y", "EN", "zh-CN", "%00"])
def test_an_unknown_language_is_the_browser_s(visitor: Come, lang: str) -> None:
    seen = visitor().open(f"/items?lang={quote(lang)}")

    assert seen.page.named("html") == [{"lang": "zh-CN"}]
    assert "lang=" not in " ".join(link["href"] or "" for link in seen.page.named("a") if link.get("lang") != "en")


def test_a_case_that_is_followed_without_a_login_is_not_kept_by_the_browser(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    case_no = filed(visitor("applicant"))
    code = client.get(f"/v1/cases/{case_no}", token=token("applicant")).body["tracking_code"]

    assert visitor().open(f"/track?case_no={case_no}&code={code}").reply.headers["cache-control"] == "no-store"
    assert visitor().open("/track").reply.headers["cache-control"] == "no-cache"


def test_going_back_and_sending_the_form_changed_is_told_in_words_that_people_know(visitor: Come) -> None:
    person = visitor("applicant")
    case = f"/cases/{filed(person)}"
    form = person.open(f"{case}/complaint")
    kind = next(field["value"] or "" for field in form.page.named("input") if field.get("name") == "category")

    person.send(form, "complaint", {"category": kind, "text": "等得太久。"})
    changed = person.send(form, "complaint", {"category": kind, "text": "等得太久，没有人接电话。"})

    assert changed.status == 422
    assert "刚才已经提交过" in changed.text
    assert "Idempotency" not in changed.text
    assert changed.form("complaint").fields["text"] == ["等得太久，没有人接电话。"]


@pytest.mark.parametrize("path", ["/nothing", "/cases/a/b/c/d", "/items/", "/logout", "//evil.test/x", '/"><b>'])
def test_an_address_that_there_is_not_is_a_page_that_says_where_to_go_on(visitor: Come, path: str) -> None:
    browser = visitor("applicant")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    event = browser.client.event("GET", "/nothing", headers={"Accept": "text/html,*/*", "Cookie": cookie})
    event |= {"path": path, "pathParameters": {"proxy": path[1:]}}
    event["requestContext"] |= {"resourcePath": "/logout" if path == "/logout" else "/{proxy+}"}

    reply = browser.client.send(event)
    page = Outline(reply.text)

    assert reply.status == 404
    assert "请从首页重新查找" in reply.text
    assert "退出登录" in reply.text
    assert page.named("b") == []
    assert {(link["href"] or "")[:2] for link in page.named("a")} <= {"./", "..", "#m"}


def test_a_client_that_asks_for_what_there_is_not_gets_a_problem(visitor: Come) -> None:
    client = visitor().client

    for headers in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
        assert client.call("GET", "/nothing", headers=headers).headers["content-type"] == "application/problem+json"
    reply = client.call("GET", "/v1/nothing", headers={"Accept": "text/html"})
    assert reply.headers["content-type"] == "application/problem+json"
