"""Forms that are too large, too many, odd or no forms at all: each is refused in words, to whoever sent it."""

import base64
from urllib.parse import urlencode

import pytest

from tests.web.cases import drafted, filed, promised_by
from tests.web.visitor import HERE, Come

KNOWN = "退出"
"""What stands on every page of somebody who is logged in."""


def test_too_many_fields_are_refused_in_words(visitor: Come) -> None:
    browser = visitor("applicant")

    seen = browser.post("/logout", {f"f{number}": "1" for number in range(1001)})

    assert seen.status == 413
    assert KNOWN in seen.text
    assert browser.open("/cases").status == 200


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "", "multipart/form-data", "multipart/x"])
def test_what_is_no_form_is_refused_to_somebody_who_stays_logged_in(visitor: Come, media_type: str) -> None:
    browser = visitor("applicant")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    reply = browser.client.call("POST", "/logout", "a=1", headers={"Content-Type": media_type, "Cookie": cookie})

    assert reply.status == 415
    assert "text/html" in reply.headers["content-type"]
    assert KNOWN in reply.text


def test_an_empty_body_is_no_form_of_ours(visitor: Come) -> None:
    seen = visitor("applicant").post("/logout", {})

    assert seen.status == 403
    assert KNOWN in seen.text


def test_a_form_for_a_page_of_others_is_forbidden_and_the_own_places_stay(visitor: Come) -> None:
    browser = visitor("applicant")

    seen = browser.follow("POST", f"{HERE}/inspection", urlencode({"file_no": "x"}))

    assert seen.status == 403
    assert KNOWN in seen.text


def test_what_was_typed_beside_a_file_of_no_bytes_is_still_there(visitor: Come) -> None:
    browser = visitor("officer.traffic")
    case_no = filed(visitor("applicant"))
    form = browser.open(f"/desk/{case_no}/acts/decision")

    seen = browser.send(form, "decision", {"reasons": "材料齐全"}, files={"result": ("result.pdf", b"")})

    assert seen.status == 400
    assert seen.form("decision").fields["reasons"] == ["材料齐全"]
    assert {"href": "#result"} in seen.page.named("a")
    assert "这个文件是空的（0 字节），没有提交" in seen.text
    assert "文件要再选一次" in seen.text
    assert "文件要再选一次" not in form.text


def test_what_was_typed_beside_too_large_a_file_is_still_there(visitor: Come) -> None:
    browser = visitor("officer.traffic")
    case_no = filed(visitor("applicant"))
    form = browser.open(f"/desk/{case_no}/acts/decision")

    seen = browser.send(
        form,
        "decision",
        {"outcome": "approved", "reasons": "材料齐全"},
        files={"result": ("result.pdf", b"x" * (4 * 1024 * 1024))},
    )

    assert seen.status == 413
    assert "一次最多4 MB" in seen.text
    assert seen.form("decision").fields["reasons"] == ["材料齐全"]
    assert {"href": "#result"} in seen.page.named("a")


def test_a_file_is_never_written_to_a_disk(visitor: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = visitor("officer.traffic")
    form = browser.open(f"/desk/{promised_by(visitor('applicant'))}/acts/decision")
    monkeypatch.setattr("tempfile.TemporaryFile", lambda: pytest.fail("a file was written"))

    decision = {"outcome": "granted", "document_no": "1", "reasons": "齐全。"}
    seen = browser.send(form, "decision", decision, files={"result": ("a.pdf", b"x" * 3_000_000)})

    assert seen.path.endswith("?done=decision")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x--\r\n",
        b"--x\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n\xff\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=x\r\n\r\n1\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="\r\n\r\n1\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="' + b"a" * 5000 + b'"\r\n\r\n1\r\n--x--\r\n',
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1001)) + b"--x--\r\n",
    ],
)
def test_a_broken_form_with_files_is_refused_and_never_a_fault_of_ours(visitor: Come, body: bytes) -> None:
    browser = visitor("applicant")
    draft = drafted(browser)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": cookie}
    event = browser.client.event("POST", draft.path, base64.b64encode(body).decode(), headers=headers)

    reply = browser.client.send(event | {"isBase64Encoded": True})

    assert reply.status in {400, 403, 413}
    assert KNOWN in reply.text


def test_a_form_with_files_says_how_large_they_may_be_before_it_is_sent(visitor: Come) -> None:
    case_no = filed(visitor("applicant"))

    seen = visitor("officer.traffic").open(f"/desk/{case_no}/acts/decision")

    assert [form["data-most"] for form in seen.page.named("form") if "data-most" in form] == ["4128768"]
    assert any("files." in (script["src"] or "") for script in seen.page.named("script"))


@pytest.mark.parametrize("url", ["/items?q=" + "x" * 101, "/track?case_no=x&code=y"])
def test_what_is_wrong_has_the_focus_without_any_script(visitor: Come, url: str) -> None:
    seen = visitor().open(url)

    (focused,) = [one for _, one in seen.page.elements if "autofocus" in one]
    assert focused["class"] == "govuk-error-summary"
    assert focused["tabindex"] == "-1"
    assert seen.page.words["title"][0].startswith("错误：")
