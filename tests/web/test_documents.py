"""Documents on pages: uploaded with and without script, handed in by their ids, looked at, and what became of each."""

import re
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from chalicelib.container import container
from chalicelib.documents.services.quarantine import Quarantine
from chalicelib.documents.store.documents import DocumentStore
from tests.cloud import Client, TokenOf
from tests.documents import arrive, digest, hear, put, uploaded, versions
from tests.files import A_HEIC, A_JPEG, A_PDF, EICAR
from tests.web.cases import add_document, drafted, filed, hand_in, owed_on, promised_by, with_documents
from tests.web.visitor import HERE, Come, Seen, Visitor

BUCKET = "xinnuo-local-documents"
SEEN = "case:document_seen"


def policy_of(seen: Seen) -> dict[str, str]:
    """The directives of a page's content security policy."""
    parts = (part.split(" ", 1) for part in seen.reply.headers["content-security-policy"].split("; "))
    return {part[0]: part[1] for part in parts}


def announce(browser: Visitor, seen: Seen, content: bytes, **change: str) -> Seen:
    """Ask for an address for a file as the script does: with its name, its size and its digest."""
    (form,) = [form for form in seen.page.forms if form.action.endswith("/documents")]
    said = {"name": "旧车牌.jpg", "size": str(len(content)), "sha256": digest(content), "once": "of-the-script"}
    fields = {name: values[0] for name, values in form.fields.items()} | said | change
    return browser.follow("POST", urljoin(seen.url, form.action), urlencode(fields))


def document_in(seen: Seen) -> str:
    return seen.path.partition("?")[0].split("/")[2]


def states_on(seen: Seen) -> list[str]:
    return [words for words in seen.page.words.get("strong", []) if words in STATES]


STATES = ("等待上传", "检查中", "检查通过", "已退回", "已删除")


def test_a_photograph_is_uploaded_without_any_script_and_handed_in(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)

    document_id = add_document(browser, draft)
    form = browser.open(f"/documents/{document_id}")
    arrive(document_id, A_JPEG)
    clean = browser.open(f"/documents/{document_id}?key={document_id}")
    ready = browser.open(draft.path)
    receipt = browser.send(ready, ready.path)

    (upload,) = [one for one in form.page.forms if BUCKET in one.action]
    assert upload.has_files
    assert upload.names >= {"key", "policy", "file", "success_action_redirect"}
    assert upload.fields["success_action_redirect"] == [f"{HERE}/documents/{document_id}"]
    assert states_on(clean) == ["检查通过"]
    case_no = receipt.path.split("/")[2]
    (material,) = client.get(f"/v1/cases/{case_no}", token=token("applicant")).body["materials"]
    assert (material["id"], material["document"], material["sha256"]) == ("old-plate", document_id, digest(A_JPEG))


def test_with_script_the_page_of_the_document_holds_an_address_that_takes_just_that_file(visitor: Come) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)

    page = announce(browser, draft, A_JPEG)
    again = browser.open(page.path)

    (upload,) = [one for one in page.page.named("div") if "data-put" in one]
    query = parse_qs(urlsplit(upload["data-put"] or "").query)
    assert document_in(page) in (upload["data-put"] or "")
    assert '"x-amz-checksum-sha256"' in (upload["data-headers"] or "")
    assert query["X-Amz-Expires"] == ["900"]
    assert [one for one in again.page.named("div") if "data-put" in one]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"size": "0"}, "0 字节"),
        ({"size": "20971521"}, "20 MB"),
        ({"size": "x"}, "整数"),
        ({"size": "9" * 5000}, "整数"),
        ({"sha256": digest(b"")}, "0 字节"),
        ({"sha256": "AB" * 32}, "格式"),
        ({"material": "passport"}, "清单"),
    ],
)
def test_what_cannot_be_uploaded_is_said_on_the_page_and_makes_no_room(
    visitor: Come, change: dict[str, str], told: str
) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)

    refused = announce(browser, draft, A_JPEG, **change)

    assert refused.status in {400, 422}
    assert any(told in words for words in refused.page.words["li"] + refused.page.words["a"])
    assert states_on(browser.open(draft.path)) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../app.py", "app.py"),
        ("<script>alert(1)</script>.jpg", "script&gt;.jpg"),
        ("车牌🚗.jpg", "车牌🚗.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("长" * 300 + ".jpg", "长" * 95 + "….jpg"),
    ],
)
def test_a_file_may_be_called_anything_and_its_name_is_only_shown(visitor: Come, name: str, shown: str) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)

    document_id = document_in(announce(browser, draft, A_JPEG, name=name))
    arrive(document_id, A_JPEG)
    receipt = browser.send(browser.open(draft.path), draft.path)

    assert f">{shown}" in receipt.text or f"{shown} <" in receipt.text
    assert name == shown or name not in receipt.text


def test_only_the_pages_that_need_the_bucket_name_it(visitor: Come) -> None:
    browser, officer = visitor("applicant"), visitor("officer.traffic")
    draft = drafted(browser)
    form = browser.open(f"/documents/{add_document(browser, draft)}")
    case_no = filed(browser)
    desk = officer.open(f"/desk/{case_no}")

    assert BUCKET in policy_of(draft)["connect-src"]
    assert BUCKET not in policy_of(draft)["form-action"]
    assert BUCKET in policy_of(form)["form-action"]
    assert "'self'" in policy_of(form)["form-action"]
    assert BUCKET not in desk.reply.headers["content-security-policy"]
    assert BUCKET not in browser.open("/cases").reply.headers["content-security-policy"]
    assert "script-src" not in policy_of(form)


def test_a_document_that_is_being_looked_at_waits_without_script_and_can_be_handed_in(
    visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)
    document_id = add_document(browser, draft)
    version = put(document_id, A_JPEG)

    on_its_way = browser.open(f"/documents/{document_id}?bucket=b&key={document_id}&etag=e")
    too_early = browser.send(browser.open(draft.path), draft.path)
    with_scanner(monkeypatch)
    hear(uploaded(document_id, version))
    waiting = browser.open(f"/documents/{document_id}")
    receipt = browser.send(browser.open(draft.path), draft.path)

    assert '<meta http-equiv="refresh"' in on_its_way.text
    assert (too_early.status, states_on(too_early)) == (422, ["等待上传"])
    assert '<meta http-equiv="refresh"' in waiting.text
    assert states_on(waiting) == ["检查中"]
    assert receipt.path.endswith("/receipt")


def test_a_document_that_is_refused_says_why_and_its_place_is_free(visitor: Come) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)
    document_id = add_document(browser, draft)

    arrive(document_id, EICAR)
    refused = browser.open(f"/documents/{document_id}")
    page = browser.open(draft.path)

    assert states_on(refused) == ["已退回"]
    assert "不是 PDF、OFD、JPEG、PNG 或者 HEIC" in refused.text
    assert "不是 PDF、OFD、JPEG、PNG 或者 HEIC" in page.text
    assert "document-old-plate" not in page.form(draft.path).fields
    assert versions() == []


def test_several_photographs_are_one_material_and_one_may_be_left_out(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)
    first, second, third = (add_document(browser, browser.open(draft.path)) for _ in range(3))
    for document_id, content in ((first, A_JPEG), (second, A_PDF), (third, A_HEIC)):
        arrive(document_id, content)

    page = browser.open(draft.path)
    receipt = browser.send(page, draft.path, {"document-old-plate": [first, third]})

    case = client.get(f"/v1/cases/{receipt.path.split('/')[2]}", token=token("applicant")).body
    assert sorted(page.form(draft.path).fields["document-old-plate"]) == sorted([first, second, third])
    assert [one["document"] for one in case["materials"]] == [first, third]


@pytest.mark.requirement("R1.4")
def test_what_was_handed_in_before_is_offered_again_with_its_date(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    browser = visitor("applicant")
    filed(browser)
    draft = drafted(browser)

    (form,) = [form for form in draft.page.forms if form.action.endswith("/documents/again")]
    nothing = browser.send(draft, "documents/again")
    used = browser.send(draft, "documents/again", {"documents": earlier_on(draft)})
    twice = browser.send(draft, "documents/again", {"documents": earlier_on(draft)})
    receipt = browser.send(twice, draft.path)

    assert form.names >= {"documents", "material"}
    assert re.search(r"9月28日\(周一\)12:00 · 机动车号牌补领", draft.text)
    assert nothing.status == 400
    assert used.path == draft.path
    assert states_on(used) == states_on(twice) == ["检查通过"]
    (material,) = client.get(f"/v1/cases/{receipt.path.split('/')[2]}", token=token("applicant")).body["materials"]
    assert material["sha256"] == digest(A_JPEG)
    assert material["document"] not in earlier_on(draft)
    assert len(versions()) == 2


def test_nobody_is_offered_what_another_handed_in(visitor: Come) -> None:
    filed(visitor("applicant"))
    other = visitor("applicant2")
    earlier = earlier_on(drafted(visitor("applicant")))
    draft = drafted(other)
    fields = dict(draft.page.forms[1].fields) | {"documents": earlier, "material": ["old-plate"]}

    taken = other.follow("POST", f"{HERE}{draft.path}/documents/again", urlencode(fields, doseq=True))

    assert earlier_on(draft) == []
    assert taken.status == 404


def earlier_on(seen: Seen) -> list[str]:
    return [one["value"] or "" for one in seen.page.named("input") if one.get("name") == "documents"]


def test_a_document_that_is_refused_after_it_was_handed_in_is_told_to_both_and_replaced(
    visitor: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, officer = visitor("applicant"), visitor("officer.traffic")
    draft = drafted(browser)
    document_id = add_document(browser, draft)
    with_scanner(monkeypatch)
    arrive(document_id, A_PDF + EICAR)
    case = browser.send(browser.open(draft.path), draft.path).path.removesuffix("/receipt")

    for _ in range(2):
        hear({"document_id": document_id, "verdict": "refused"})
    told = browser.open(case)
    desk = officer.open(case.replace("/cases/", "/desk/"))
    replaced = hand_in_clean(browser, f"{case}/materials")
    after = officer.open(case.replace("/cases/", "/desk/"))

    assert "已交的文件没有通过检查" in told.text
    assert told.text.count("已交材料的文件未通过检查") == 1
    assert "文件没有通过检查，已经删除" in desk.text
    assert "材料已收到" in replaced.text
    assert "文件没有通过检查，已经删除" not in after.text


def hand_in_clean(browser: Visitor, path: str) -> Seen:
    page = browser.open(path)
    document_id = add_document(browser, page)
    arrive(document_id, A_JPEG)
    hear({"document_id": document_id, "verdict": "clean"})
    page = browser.open(path)
    return browser.send(page, path)


def test_the_desk_lists_documents_and_opens_each_with_the_look_on_record(visitor: Come, officer: Visitor) -> None:
    browser = visitor("applicant")
    case_no = filed(browser)

    desk = officer.open(f"/desk/{case_no}")
    (place,) = {href for href in hrefs(desk) if "/documents/" in href}
    page = officer.open(urljoin(desk.url, place).removeprefix(HERE))
    opened = officer.send(page, page.path)

    assert "9月28日(周一)12:00" in desk.text
    assert "0.0 KB · JPEG" in desk.text
    assert states_on(desk) == ["检查通过"]
    (picture,) = [one for one in opened.page.named("img") if BUCKET in (one["src"] or "")]
    assert parse_qs(urlsplit(picture["src"] or "").query)["X-Amz-Expires"] == ["60"]
    assert BUCKET in policy_of(opened)["img-src"]
    assert "script-src" not in policy_of(opened)
    assert "查看材料文件" in browser.open(f"/cases/{case_no}").text
    assert "查看材料文件" not in desk.text


def hrefs(seen: Seen) -> list[str]:
    return [one["href"] or "" for one in seen.page.named("a")]


@pytest.mark.parametrize(("content", "tag"), [(A_PDF, "iframe"), (A_HEIC, None)])
def test_a_pdf_is_shown_in_a_frame_of_the_bucket_and_what_browsers_do_not_show_is_downloaded(
    visitor: Come, officer: Visitor, content: bytes, tag: str | None
) -> None:
    browser = visitor("applicant")
    case_no = hand_in(browser, drafted(browser), content).path.split("/")[2]

    opened = look_at(officer, f"/desk/{case_no}")

    framed = [one for name in ("iframe", "img") for one in opened.page.named(name) if BUCKET in (one.get("src") or "")]
    linked = [href for href in hrefs(opened) if BUCKET in href]
    assert [one["title"] for one in framed if tag] == (
        ["旧车牌（坏了的交旧车牌；丢了的交号牌遗失记录证明）"] if tag else []
    )
    assert len(framed) == (1 if tag else 0)
    assert len(linked) == 1
    assert ("frame-src" in policy_of(opened)) is (tag is not None)


def look_at(somebody: Visitor, place: str) -> Seen:
    """Open the one document of a page that lists them."""
    listed = somebody.open(place)
    (to,) = {href for href in hrefs(listed) if "/documents/" in href}
    page = somebody.open(urljoin(listed.url, to).removeprefix(HERE))
    return somebody.send(page, page.path)


def test_an_officer_of_another_department_opens_nothing_by_any_address(visitor: Come, officer: Visitor) -> None:
    case_no = filed(visitor("applicant"))
    place = look_at(officer, f"/desk/{case_no}").path
    other = visitor("officer.market")
    own = visitor("officer.traffic").open("/desk")

    seen = other.open(place)
    sent = other.follow("POST", f"{HERE}{place}", urlencode({"form_token": token_on(other.open("/desk"))}))
    elsewhere = officer.open(place.replace(case_no, "ABCDEFGHIJKLMNOPQ"))

    assert (seen.status, sent.status, elsewhere.status) == (403, 403, 404)
    assert own.status == 200


def token_on(seen: Seen) -> str:
    return next(form.fields["form_token"][0] for form in seen.page.forms if "form_token" in form.fields)


def test_an_inspector_within_the_mandate_opens_documents_and_the_office_hears_nothing(
    visitor: Come, client: Client, token: TokenOf
) -> None:
    case_no = filed(visitor("applicant"))
    mandate = approved_mandate(client, token, case_no)
    inspector = visitor("inspector")

    listed = inspector.open(f"/inspection/{mandate}/cases/{case_no}")
    opened = look_at(inspector, f"/inspection/{mandate}/cases/{case_no}/documents")
    outside = inspector.open(f"/inspection/{mandate}/cases/ABCDEFGHIJKLMNOPQ/documents")

    assert any(href.endswith("/documents") for href in hrefs(listed))
    assert [one for one in opened.page.named("img") if BUCKET in (one["src"] or "")]
    assert outside.status == 404
    assert "查看材料文件" not in visitor("applicant").open(f"/cases/{case_no}").text


def approved_mandate(client: Client, token: TokenOf, case_no: str) -> str:
    scope = {"departments": [], "items": [], "case_nos": [case_no]}
    wanted = {"file_no": "1", "basis": "《监察法》第18条", "scope": scope, "expires_on": "2027-12-31"}
    asked = client.post("/v1/inspections", wanted, token=token("inspector"))
    place = f"/v1/inspections/{asked.body['id']}/approval"
    assert client.post(place, token=token("inspector2"), if_match=asked.headers["etag"]).status == 200
    return str(asked.body["id"])


def test_a_promise_that_also_needs_a_document_asks_for_it_before_the_signature(visitor: Come) -> None:
    browser = visitor("applicant")
    case = f"/cases/{promised_by(browser)}"
    browser.send(browser.open(f"{case}/withdrawal"), "withdrawal", {"reason": "找到了。"})

    page = with_documents(browser, browser.open(f"{case}/materials"))

    assert owed_on(page) == ("old-plate",)
    assert BUCKET in policy_of(page)["connect-src"]
    assert browser.send(page, page.path).path == f"{case}?done=handed_in"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_of_documents_is_there_in_both_languages(visitor: Come, language: str) -> None:
    browser, officer = visitor("applicant", language=language), visitor("officer.traffic", language=language)
    case_no = filed(browser)
    draft = drafted(browser)
    pages = [
        draft,
        browser.open(f"/documents/{add_document(browser, draft)}"),
        browser.open(f"/cases/{case_no}"),
        look_at(officer, f"/desk/{case_no}"),
    ]

    assert [page.status for page in pages] == [200] * 4
    assert {page.page.named("html")[0]["lang"] for page in pages} == {language}


def with_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a scanner of the city's own look at documents, which says nothing by itself."""

    class Silent:
        def send(self, message: str, *, name: str) -> None:
            assert name in message

    services = container()
    quarantine = Quarantine(
        DocumentStore(services.timeline), services.document_bucket, counts=services.counts, scanner=Silent()
    )
    monkeypatch.setitem(services.__dict__, "quarantine", quarantine)
