"""What becomes of a document, and what it is called."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.documents.model import (
    EXTENSIONS,
    MEDIA_TYPES,
    PROBLEM_TEXTS,
    Declared,
    Document,
    DocumentProblem,
    DocumentState,
    Format,
    Found,
)
from chalicelib.documents.rules import documents as rules
from chalicelib.timeline.event_types import EventKind

NOON = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 28, 4, 5, tzinfo=UTC)
MOST = 1000
FOUND = Found(size=10, sha256="ab" * 32, format=Format.JPEG, version="v1")


def a_document(**changes: Any) -> Document:  # noqa: ANN401 - any field
    document = Document(
        document_id="d" * 32,
        case_no="ABCDEFGHIJKLMNOPQ",
        material="old-plate",
        name="旧车牌.jpg",
        department="traffic",
        requested_at=NOON,
        look_on=date(2026, 9, 29),
        declared=Declared(size=10, sha256="ab" * 32),
    )
    return replace(document, **changes)


def after(found: Found, *, is_scanned: bool = False, **changes: Any) -> Document:  # noqa: ANN401 - as above
    return rules.arrived(a_document(**changes), found, most=MOST, is_scanned=is_scanned, at=LATER)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("旧车牌.jpg", "旧车牌.jpg"),
        ("  two   blanks .pdf ", "two blanks .pdf"),
        ("C:\\Users\\me\\旧车牌.jpg", "旧车牌.jpg"),
        ("../../etc/passwd", "passwd"),
        ("/", "未命名"),
        ("..", "未命名"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("\u200b\ufeff", "未命名"),
        ("车牌🚗.png", "车牌🚗.png"),
        ("e\u0301.pdf", "\xe9.pdf"),
        ("<script>alert(1)</script>.png", "script>.png"),
        (".hidden", "hidden"),
    ],
)
def test_a_name_is_kept_without_what_is_not_seen(name: str, kept: str) -> None:
    assert rules.kept_name(name) == kept


@pytest.mark.parametrize(
    ("name", "end", "length"),
    [
        ("长" * 96 + ".pdf", "长.pdf", 100),
        ("长" * 97 + ".pdf", "长….pdf", 100),
        ("长" * 300 + ".pdf", "长….pdf", 100),
        ("长" * 300, "长", 100),
        ("长" * 300 + "." + "e" * 11, "长", 100),
    ],
)
def test_a_long_name_is_cut_and_keeps_its_extension(name: str, end: str, length: int) -> None:
    kept = rules.kept_name(name)

    assert (kept.endswith(end), len(kept)) == (True, length)


@pytest.mark.parametrize(
    ("name", "format_", "opened"),
    [
        ("车牌.JPG", Format.JPEG, "车牌.JPG"),
        ("IMG_1.HEIC", Format.JPEG, "IMG_1.HEIC.jpg"),
        ("form.html", Format.OFD, "form.html.ofd"),
        ("scan", Format.PDF, "scan.pdf"),
        ("a.heif", Format.HEIC, "a.heif"),
        ("a.exe", Format.PNG, "a.exe.png"),
    ],
)
def test_a_document_is_opened_under_a_name_that_fits_its_content(name: str, format_: Format, opened: str) -> None:
    assert rules.opened_name(name, format_) == opened


def test_what_was_declared_and_is_a_picture_is_clean() -> None:
    seen = after(FOUND)

    assert (seen.state, seen.found, seen.settled_at, seen.is_settled) == (DocumentState.CLEAN, FOUND, LATER, True)


def test_with_a_scanner_it_stays_in_quarantine() -> None:
    seen = after(FOUND, is_scanned=True)

    assert (seen.state, seen.found, seen.settled_at, seen.is_settled) == (DocumentState.QUARANTINED, FOUND, None, False)


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ({"size": 0}, DocumentProblem.EMPTY),
        ({"size": MOST + 1}, DocumentProblem.TOO_LARGE),
        ({"size": 11}, DocumentProblem.CONTENT_DIFFERS),
        ({"sha256": "cd" * 32}, DocumentProblem.CONTENT_DIFFERS),
        ({"format": None}, DocumentProblem.FORMAT_UNKNOWN),
    ],
)
@pytest.mark.parametrize("is_scanned", [False, True])
def test_what_is_wrong_is_refused_before_any_scan(
    found: dict[str, Any],
    problem: DocumentProblem,
    is_scanned: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    seen = after(replace(FOUND, **found), is_scanned=is_scanned)

    assert (seen.state, seen.problem, seen.settled_at) == (DocumentState.REFUSED, problem, LATER)


def test_what_was_never_declared_may_have_any_size_up_to_the_limit() -> None:
    assert after(replace(FOUND, size=MOST), declared=None).state is DocumentState.CLEAN
    assert after(replace(FOUND, size=MOST + 1), declared=None).problem is DocumentProblem.TOO_LARGE
    assert after(replace(FOUND, size=0), declared=None).problem is DocumentProblem.EMPTY


def test_the_request_tells_no_name_because_events_stay_and_names_go() -> None:
    event = rules.request_event(a_document(), actor="subject:k1.a")
    copy = rules.request_event(a_document(source="e" * 32), actor="subject:k1.a")
    formless = rules.request_event(a_document(declared=None), actor="subject:k1.a")

    assert (event.kind, event.occurred_at, event.actor, event.department) == (
        EventKind.DOCUMENT_REQUESTED,
        NOON,
        "subject:k1.a",
        "traffic",
    )
    assert event.data == {
        "case_no": "ABCDEFGHIJKLMNOPQ",
        "material": "old-plate",
        "size": 10,
        "sha256": "ab" * 32,
    }
    assert event.texts == {}
    assert copy.data == {**event.data, "copy_of": "e" * 32}
    assert (formless.data["size"], formless.data["sha256"]) == (None, None)


@pytest.mark.parametrize(
    ("before", "change", "kinds"),
    [
        (a_document(), {}, ["document:received", "document:cleared"]),
        (a_document(), {"is_scanned": True}, ["document:received"]),
    ],
)
def test_what_arrives_and_the_verdict_are_events(before: Document, change: dict[str, Any], kinds: list[str]) -> None:
    came = rules.arrived(before, FOUND, most=MOST, at=LATER, **{"is_scanned": False, **change})

    events = rules.events_of(before, came, at=LATER)

    assert [event.kind for event in events] == kinds
    assert events[0].data == {"size": 10, "sha256": "ab" * 32, "format": "jpeg", "version": "v1"}
    assert {event.actor for event in events} == {"service:quarantine"}


def test_a_refusal_tells_its_problem() -> None:
    before = a_document()
    came = after(replace(FOUND, format=None))

    received, refused = rules.events_of(before, came, at=LATER)

    assert (received.data["format"], refused.kind, refused.data) == (
        None,
        EventKind.DOCUMENT_REFUSED,
        {"problem": "FORMAT_UNKNOWN"},
    )


@pytest.mark.parametrize(
    ("judged", "kind"),
    [
        (lambda document: rules.cleared(document, at=LATER), EventKind.DOCUMENT_CLEARED),
        (lambda document: rules.refused(document, DocumentProblem.UNSAFE, at=LATER), EventKind.DOCUMENT_REFUSED),
    ],
)
def test_a_verdict_after_quarantine_is_one_event(judged: Any, kind: EventKind) -> None:  # noqa: ANN401 - a function
    waiting = after(FOUND, is_scanned=True)

    (event,) = rules.events_of(waiting, judged(waiting), at=LATER)

    assert event.kind is kind


def test_a_scanner_is_told_which_version_of_which_object() -> None:
    assert rules.scan_order(a_document(), FOUND, bucket="documents") == {
        "document_id": "d" * 32,
        "bucket": "documents",
        "key": "d" * 32,
        "version_id": "v1",
        "size": 10,
        "sha256": "ab" * 32,
    }


def test_every_format_and_every_problem_has_its_words() -> None:
    assert set(MEDIA_TYPES) == set(EXTENSIONS) == set(Format)
    assert set(PROBLEM_TEXTS) == set(DocumentProblem)
    assert a_document().owner == "document:" + "d" * 32


def test_there_is_one_copy_of_a_document_for_a_material_of_a_case() -> None:
    ids = {
        rules.copy_id("d" * 32, case_no="A", material="old-plate"),
        rules.copy_id("d" * 32, case_no="A", material="old-plate"),
        rules.copy_id("d" * 32, case_no="B", material="old-plate"),
        rules.copy_id("d" * 32, case_no="A", material="licence"),
        rules.copy_id("e" * 32, case_no="A", material="old-plate"),
    }

    assert len(ids) == 4
    assert {len(each) for each in ids} == {32}


def test_a_copy_is_what_was_looked_at_before_in_a_version_of_its_own() -> None:
    copy = rules.copied(a_document(source="e" * 32), FOUND, version="v9", at=LATER)

    assert copy.state is DocumentState.CLEAN
    assert copy.found == replace(FOUND, version="v9")
    assert copy.settled_at == LATER


def test_what_is_deleted_loses_its_name_and_keeps_its_digest() -> None:
    document = after(FOUND)

    gone = rules.deleted(document, at=LATER)
    event = rules.deletion_event(document, basis="第1条", at=LATER)

    assert (gone.state, gone.name, gone.deleted_at, gone.sha256) == (DocumentState.DELETED, "", LATER, "ab" * 32)
    assert (event.kind, event.actor) == (EventKind.DOCUMENT_DELETED, "service:retention")
    assert event.data == {"sha256": "ab" * 32, "basis": "第1条"}


@pytest.mark.parametrize(
    ("state", "is_here"),
    [
        (DocumentState.AWAITING_UPLOAD, False),
        (DocumentState.QUARANTINED, True),
        (DocumentState.CLEAN, True),
        (DocumentState.REFUSED, False),
        (DocumentState.DELETED, False),
    ],
)
def test_only_what_has_come_and_stays_can_be_handed_in(state: DocumentState, *, is_here: bool) -> None:
    assert a_document(state=state).is_here is is_here


def test_the_digest_is_the_one_found_else_the_one_declared_else_none() -> None:
    assert a_document(declared=None, found=FOUND).sha256 == "ab" * 32
    assert a_document().sha256 == "ab" * 32
    assert a_document(declared=None).sha256 == ""
