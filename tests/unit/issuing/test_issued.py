"""What becomes of an issued document, and what a check of it says."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.documents.model import Format
from chalicelib.issuing.model.issued import (
    PROBLEM_TEXTS,
    Content,
    IssuedDocument,
    IssuedProblem,
    IssuedState,
    Source,
    Standing,
)
from chalicelib.issuing.rules import issued as rules
from chalicelib.issuing.store.texts import document_texts
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import Event

NOON = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 29, 4, 0, tzinfo=UTC)
CONTENT = Content(sha256="ab" * 32, size=10, format=Format.PDF)
(TEXTS,) = document_texts()


def a_document(**changes: Any) -> IssuedDocument:  # noqa: ANN401 - any field
    document = IssuedDocument(
        issued_id="d" * 32,
        owner="case:X",
        about=3,
        kind="decision_granted",
        edition="2026",
        title="准予决定书",
        english="Decision: granted",
        department="traffic",
        source=Source.TEMPLATE,
        made_by=rules.ISSUING,
        made_at=NOON,
        state=IssuedState.ISSUED,
    )
    return replace(document, **changes)


def an_event(seq: int, what: str, at: str = "2026-09-28T04:00:00Z", /, **data: Any) -> Event:  # noqa: ANN401 - any JSON
    return Event(
        owner="case:X",
        seq=seq,
        kind=what,
        occurred_at=at,
        recorded_at=at,
        actor="service:issuing",
        department="traffic",
        data=data,
        prev_hash="",
        hash="",
    )


def proof(
    seq: int, *, issued_id: str = "d" * 32, kind: str = "decision_granted", about: int = 3, sha: str = "ab" * 32
) -> Event:
    return an_event(
        seq,
        "document:issued",
        "2026-09-28T05:00:00Z",
        issued_id=issued_id,
        kind=kind,
        about=about,
        sha256=sha,
        is_sealed=False,
    )


ISSUED = rules.issued(a_document(), CONTENT, at=NOON)


def test_a_drawn_document_is_issued_at_once_or_waits_for_its_seal() -> None:
    at_once = rules.made(a_document(), CONTENT, is_sealed=False, at=NOON)
    waiting = rules.made(a_document(), CONTENT, is_sealed=True, at=NOON)

    assert (at_once.state, at_once.content, at_once.issued_at) == (IssuedState.ISSUED, CONTENT, NOON)
    assert (waiting.state, waiting.content, waiting.draft) == (IssuedState.AWAITING_SEAL, None, CONTENT)


def test_what_was_wrong_before_is_forgotten_once_the_document_is_issued() -> None:
    refused = a_document(problem=IssuedProblem.SEALED_ANOTHER_FILE)

    assert rules.issued(refused, CONTENT, at=NOON).problem is None


@pytest.mark.parametrize(
    ("content", "format_", "problem"),
    [
        (b"", None, IssuedProblem.EMPTY),
        (b"12345", Format.PDF, None),
        (b"12345", Format.OFD, None),
        (b"123456", Format.PDF, IssuedProblem.TOO_LARGE),
        (b"12345", Format.JPEG, IssuedProblem.FORMAT_UNKNOWN),
        (b"12345", None, IssuedProblem.FORMAT_UNKNOWN),
    ],
)
def test_an_upload_is_pdf_or_ofd_of_at_most_so_many_bytes(
    content: bytes, format_: Format | None, problem: IssuedProblem | None
) -> None:
    assert rules.problem_of_upload(content, format_, most=5) is problem


SEAL = b"\n9 0 obj\n<< /Type /Sig /ByteRange [0 5 9 2] >>\nendobj\n%%EOF"


@pytest.mark.parametrize(
    ("sealed", "is_copy"),
    [
        (b"draft" + SEAL, True),
        (b"draft" + SEAL + b"\r\n", True),
        (b"draft", False),
        (b"draft and something else %%EOF", False),
        (b"draft" + SEAL[:-6], False),
        (b"drafT" + SEAL, False),
        (SEAL, False),
        (b"", False),
        (b" draft" + SEAL, False),
    ],
)
def test_a_sealed_copy_is_what_was_sent_and_a_whole_signature(
    sealed: bytes,
    is_copy: bool,  # noqa: FBT001 - a table of answers
) -> None:
    assert rules.is_sealed_copy(sealed, b"draft") is is_copy


def test_the_proof_names_the_officer_for_an_upload_and_the_service_for_what_it_made() -> None:
    uploaded = replace(ISSUED, source=Source.UPLOAD, made_by="staff:o1", draft=CONTENT)

    made, brought = (rules.issue_event(one, CONTENT, at=NOON) for one in (ISSUED, uploaded))

    assert (made.actor, brought.actor) == ("service:issuing", "staff:o1")
    assert (made.data["is_sealed"], brought.data["is_sealed"]) == (False, True)


def test_an_opening_names_the_file_and_not_the_person() -> None:
    opened = rules.opened(ISSUED, at=LATER)
    event = rules.opening_event(ISSUED, kind=EventKind.DOCUMENT_SERVED, actor="subject:k1.ab", department="", at=LATER)
    early = rules.opening_event(a_document(), kind=EventKind.ISSUED_SEEN, actor="staff:o1", department="", at=LATER)

    assert opened.opened_at == LATER
    assert event.data == {"issued_id": "d" * 32, "kind": "decision_granted", "sha256": "ab" * 32}
    assert early.data["sha256"] == ""


@pytest.mark.parametrize(
    ("events", "standing", "ended_at"),
    [
        ([], Standing.IN_FORCE, None),
        ([an_event(2, "case:reopened")], Standing.IN_FORCE, None),
        ([an_event(4, "case:reopened", "2026-09-29T04:00:00Z")], Standing.NO_LONGER, LATER),
        ([an_event(9, "case:revoked", "2026-09-29T04:00:00Z")], Standing.NO_LONGER, LATER),
        ([an_event(9, "case:revoked"), an_event(10, "case:reinstated")], Standing.IN_FORCE, None),
        (
            [an_event(8, "case:reopened", "2026-09-29T04:00:00Z"), an_event(10, "case:reinstated")],
            Standing.NO_LONGER,
            LATER,
        ),
        ([an_event(9, "case:delivered")], Standing.IN_FORCE, None),
        (
            [replace(proof(9, issued_id="e", about=8), occurred_at="2026-09-29T04:00:00Z")],
            Standing.REPLACED,
            LATER,
        ),
        ([proof(9, issued_id="e", about=2)], Standing.IN_FORCE, None),
        ([proof(9, issued_id="e", kind="correction", about=8)], Standing.IN_FORCE, None),
        (
            [replace(proof(9, issued_id="e", about=0, kind="decision_refused"), occurred_at="2026-09-29T04:00:00Z")],
            Standing.REPLACED,
            LATER,
        ),
        (
            [
                an_event(9, "case:revoked"),
                replace(proof(8, issued_id="e", about=5), occurred_at="2026-09-29T04:00:00Z"),
            ],
            Standing.REPLACED,
            LATER,
        ),
    ],
)
def test_a_document_stands_until_something_later_replaces_or_ends_it(
    events: list[Event], standing: Standing, ended_at: datetime | None
) -> None:
    found = rules.check_of(ISSUED, [proof(7), *events], TEXTS)

    assert found is not None
    assert (found.standing, found.ended_at) == (standing, ended_at)
    assert (found.kind, found.department, found.is_sealed) == ("decision_granted", "traffic", False)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("acceptance", "commitment:withdrawn"),
        ("deemed_acceptance", "commitment:withdrawn"),
        ("extension", "case:reopened"),
        ("extension", "commitment:withdrawn"),
        ("decision_granted", "commitment:withdrawn"),
        ("decision_refused", "commitment:withdrawn"),
        ("permit", "commitment:withdrawn"),
    ],
)
def test_what_begins_a_case_anew_ends_what_was_issued_before(code: str, kind: str) -> None:
    """A reopened case has its first handling time again, and one whose promise was withdrawn awaits certificates."""
    found = rules.check_of(replace(ISSUED, kind=code), [proof(7, kind=code), an_event(8, kind)], TEXTS)

    assert found is not None
    assert found.standing is Standing.NO_LONGER


@pytest.mark.parametrize(
    ("event", "standing"),
    [
        (proof(8, issued_id="e", kind="flag_decision", about=0), Standing.REPLACED),
        (an_event(8, "flag:lifted"), Standing.NO_LONGER),
        (an_event(8, "flag:served"), Standing.IN_FORCE),
    ],
)
def test_a_proposed_flag_stands_until_it_is_decided_on_or_dropped(event: Event, standing: Standing) -> None:
    proposal = replace(ISSUED, kind="flag_proposal")

    found = rules.check_of(proposal, [proof(7, kind="flag_proposal"), event], TEXTS)

    assert found is not None
    assert found.standing is standing


@pytest.mark.parametrize(
    ("document", "events"),
    [
        (ISSUED, []),
        (ISSUED, [proof(7, issued_id="e")]),
        (ISSUED, [proof(7, sha="cd" * 32)]),
        (a_document(), [proof(7)]),
        (ISSUED, [an_event(7, "case:decided")]),
    ],
)
def test_what_the_timeline_does_not_prove_is_not_confirmed(document: IssuedDocument, events: list[Event]) -> None:
    assert rules.check_of(document, events, TEXTS) is None


def test_a_kind_that_the_texts_no_longer_have_stands_by_itself() -> None:
    found = rules.check_of(replace(ISSUED, kind="old"), [proof(7, kind="old"), an_event(8, "case:revoked")], TEXTS)

    assert found is not None
    assert found.standing is Standing.IN_FORCE


def test_every_problem_is_explained_in_both_languages() -> None:
    assert set(PROBLEM_TEXTS) == set(IssuedProblem)


@pytest.mark.requirement("R2.10")
@pytest.mark.parametrize(
    ("kinds", "standing"),
    [
        (["flag:suspended"], Standing.NO_LONGER),
        (["flag:suspended", "flag:resumption_asked"], Standing.NO_LONGER),
        (["flag:suspended", "flag:resumption_asked", "flag:resumed"], Standing.IN_FORCE),
        (["flag:suspended", "flag:resumed", "flag:suspended"], Standing.NO_LONGER),
        (["flag:suspended", "flag:lifted"], Standing.NO_LONGER),
    ],
)
def test_a_decision_on_a_flag_has_no_force_while_no_list_gives_it_ground(kinds: list[str], standing: Standing) -> None:
    decision, events = replace(ISSUED, kind="flag_decision"), [an_event(8 + n, kind) for n, kind in enumerate(kinds)]

    found = rules.check_of(decision, [proof(7, kind="flag_decision"), *events], TEXTS)

    assert found is not None
    assert found.standing is standing
