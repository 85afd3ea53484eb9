"""Issued documents on pages: downloaded from one's own case, uploaded at the desk, checked without a login."""

from urllib.parse import urlencode, urlsplit

import pytest

from chalicelib.container import container
from chalicelib.issuing.model.issued import Sheet
from chalicelib.settings import settings
from tests.files import A_PDF
from tests.issuing import arrived, content_at, digest, hear, issued_bucket, sketched, told
from tests.web.visitor import Come, Seen, Visitor

__all__ = ["issued_bucket", "sketched"]

pytestmark = pytest.mark.usefixtures("issued_bucket")


def tag(seen: Seen) -> str:
    """The first state that a page shows."""
    return seen.page.words["strong"][0]


def test_an_applicant_downloads_the_acceptance_and_the_desk_sees_that_it_was_served(
    visitor: Come, case_no: str, officer: Visitor, sketched: list[Sheet]
) -> None:
    browser = visitor("applicant")
    hear(told(f"case:{case_no}", "case:accepted"))
    own = browser.open(f"/cases/{case_no}")
    listed = browser.open(f"/cases/{case_no}/issued")
    (form,) = [one for one in listed.page.forms if "/issued/" in one.action]

    given = browser.send(listed, form.action)

    assert f"../cases/{case_no}/issued" in [link["href"] for link in own.page.named("a")]
    assert ("受理通知书" in listed.text, tag(listed)) == (True, "已制发")
    assert urlsplit(given.url).path.startswith(f"/{settings().issued_bucket}/")
    assert content_at(given.url) == A_PDF + b"% 1\n"
    assert "送达：" in officer.open(f"/desk/{case_no}/issued").text
    assert sketched[0].addressee != ""


def test_a_page_with_downloads_lets_its_forms_go_to_the_bucket_and_nowhere_else(visitor: Come, case_no: str) -> None:
    listed = visitor("applicant").open(f"/cases/{case_no}/issued")

    policy = listed.reply.headers["content-security-policy"]
    assert f"form-action 'self' {container().issued_bucket.address};" in policy
    assert container().issued_bucket.address.endswith(f"{settings().issued_bucket}/")
    assert "还没有文书" in listed.text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_officer_uploads_a_signed_document_without_script(case_no: str, officer: Visitor, language: str) -> None:
    officer.language = language
    listed = officer.open(f"/desk/{case_no}/issued")

    asked = officer.send(listed, "/issued", {"kind": "decision_granted"})
    (form,) = [one for one in asked.page.forms if one.has_files]
    (key,) = form.fields["key"]
    hear(arrived(key, A_PDF))

    assert form.action.startswith(container().issued_bucket.address)
    assert form.fields["success_action_redirect"] == [f"http://localhost:8000/api/desk/{case_no}/issued"]
    seen = officer.open(f"/desk/{case_no}/issued")
    assert tag(seen) == {"zh-CN": "已制发", "en": "Issued"}[language]
    assert digest(A_PDF) in seen.text


def test_a_file_that_was_refused_is_explained_to_the_office_and_not_shown_to_the_applicant(
    visitor: Come, case_no: str, officer: Visitor
) -> None:
    asked = officer.send(officer.open(f"/desk/{case_no}/issued"), "/issued", {"kind": "decision_granted"})
    (form,) = [one for one in asked.page.forms if one.has_files]

    hear(arrived(form.fields["key"][0], b"MZ"))

    assert "不是 PDF 或者 OFD" in officer.open(f"/desk/{case_no}/issued").text
    assert "还没有文书" in visitor("applicant").open(f"/cases/{case_no}/issued").text


def test_a_document_that_waits_for_its_seal_says_so(visitor: Come, case_no: str, sketched: list[Sheet]) -> None:
    class Down:
        def send(self, message: str, *, name: str) -> None:
            raise ConnectionError(name, message)

    container().issuing._sealing = Down()  # noqa: SLF001 - a sealing service that is down
    hear(told(f"case:{case_no}", "case:accepted"))

    listed = visitor("applicant").open(f"/cases/{case_no}/issued")

    assert tag(listed) == "等待盖章"
    assert "正在等待加盖电子印章" in listed.text
    assert len(sketched) == 1


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_anybody_checks_a_document_by_its_digest(
    visitor: Come, case_no: str, sketched: list[Sheet], language: str
) -> None:
    hear(told(f"case:{case_no}", "case:accepted"))
    browser = visitor(language=language)
    spaced = " ".join(digest(A_PDF + b"% 1\n").upper()[start : start + 8] for start in range(0, 64, 8))

    found = browser.open(f"/check?{urlencode({'sha256': spaced})}")

    assert (found.status, tag(found)) == (200, {"zh-CN": "有效", "en": "In force"}[language])
    assert {"zh-CN": "受理通知书", "en": "Notice of acceptance"}[language] in found.text
    assert case_no not in found.text
    assert len(sketched) == 1


@pytest.mark.parametrize("asked", ["0" * 64, "车牌", "<script>", "a" * 2000, "../../x"])
def test_a_file_that_nobody_issued_is_said_to_be_unknown(visitor: Come, asked: str) -> None:
    browser = visitor()

    seen = browser.open(f"/check?{urlencode({'sha256': asked})}")

    assert (seen.status, "没有找到" in seen.text) == (404, True)
    assert seen.form("check").fields["sha256"] == [asked.lower()]


def test_the_page_computes_digests_by_script_and_works_without(visitor: Come) -> None:
    seen = visitor().open("/check")

    (choose,) = [box for box in seen.page.named("input") if box.get("type") == "file"]
    hidden = [part for part in seen.page.named("div") if "data-choose" in part]
    assert "name" not in choose
    assert "hidden" in hidden[0]
    assert (seen.page.named("script")[0]["src"] or "").startswith("./assets/digest.")
    assert "sha256" in seen.form("check").names
