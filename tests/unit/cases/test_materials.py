"""Materials handed in as documents."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.cases.model.case import Case, LaterMaterial, Material
from chalicelib.cases.rules import materials as rules
from chalicelib.documents.model import Declared, Document, DocumentProblem, DocumentState
from chalicelib.errors import DomainError
from chalicelib.timeline.event_types import EventKind
from chalicelib.workdays.model.limits import Limit, Unit
from tests.builders import NOON, a_case

SHA = "ab" * 32
LATER = datetime(2026, 9, 28, 5, 0, tzinfo=UTC)
LIMIT = Limit(value=5, unit=Unit.WORKING_DAYS, basis="第3条")


def a_document(**changes: Any) -> Document:  # noqa: ANN401 - any field
    document = Document(
        document_id="d1",
        case_no="CASE",
        material="old-plate",
        name="旧车牌.jpg",
        department="traffic",
        requested_at=NOON,
        look_on=date(2026, 9, 29),
        declared=Declared(size=10, sha256=SHA),
        state=DocumentState.CLEAN,
    )
    return replace(document, **changes)


def brought(document: str = "d1", material: str = "old-plate") -> Material:
    return Material(id=material, sha256="", document=document)


def test_a_material_takes_digest_and_name_of_its_document() -> None:
    by_digest = Material(id="licence", sha256="cd" * 32, name="a.pdf")

    found = rules.with_digests((brought(), by_digest), {"d1": a_document()}, case_no="CASE")

    assert found == (Material(id="old-plate", sha256=SHA, name="旧车牌.jpg", document="d1"), by_digest)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (None, "No such document"),
        (a_document(case_no="OTHER"), "No such document"),
        (a_document(material="licence"), "No such document"),
        (a_document(state=DocumentState.DELETED), "No such document"),
        (a_document(state=DocumentState.AWAITING_UPLOAD), "not arrived"),
        (a_document(state=DocumentState.REFUSED, problem=DocumentProblem.UNSAFE), "virus"),
    ],
)
def test_what_cannot_be_handed_in_is_named_with_the_reason(document: Document | None, told: str) -> None:
    known = {} if document is None else {"d1": document}

    with pytest.raises(DomainError, match="DOCUMENT_NOT_USABLE") as error:
        rules.with_digests((Material(id="licence", sha256=SHA), brought()), known, case_no="CASE")

    (fault,) = error.value.faults
    assert fault.pointer == "/materials/1/document"
    assert told in fault.english
    assert fault.detail


def test_what_is_in_quarantine_is_handed_in() -> None:
    document = a_document(state=DocumentState.QUARANTINED)

    (found,) = rules.with_digests((brought(),), {"d1": document}, case_no="CASE")

    assert found.sha256 == SHA


def with_material(**changes: Any) -> Case:  # noqa: ANN401 - any field of the material
    return a_case(materials=(replace(Material(id="old-plate", sha256=SHA, document="d1"), **changes),))


def test_a_refusal_after_filing_is_told_once() -> None:
    refused = a_document(state=DocumentState.REFUSED, problem=DocumentProblem.UNSAFE, settled_at=LATER)
    case = with_material()

    told = rules.refused_later(case, refused)
    event = rules.refusal_event(told, refused)

    assert [one.problem for one in told.materials] == ["UNSAFE"]
    assert rules.refused_later(told, refused) == told
    owed = (LaterMaterial(id="old-plate", limit=LIMIT), LaterMaterial(id="other", limit=LIMIT, brought_at=LATER))
    came = replace(case, later=(replace(owed[0], brought_at=LATER), owed[1]))
    assert rules.refused_later(came, refused).later == owed
    assert rules.refused_later(with_material(document="d2"), refused) == with_material(document="d2")
    assert (event.kind, event.occurred_at, event.actor) == (EventKind.MATERIAL_REFUSED, LATER, "service:quarantine")
    assert event.data == {"document": "d1", "material": "old-plate", "problem": "UNSAFE"}


def test_a_document_stays_handed_in_when_another_has_taken_its_place() -> None:
    case = with_material()

    assert rules.is_handed_in(case, a_document())
    assert rules.is_handed_in(replace(case, materials=(), replaced=case.materials), a_document())
    assert not rules.is_handed_in(case, a_document(document_id="d2"))


def test_a_document_is_handed_in_by_its_digest_for_its_own_material_alone() -> None:
    case = a_case(materials=(Material(id="old-plate", sha256=SHA),))

    assert rules.is_handed_in(case, a_document())
    assert not rules.is_handed_in(case, a_document(material="licence"))
    assert not rules.is_handed_in(case, a_document(declared=Declared(size=10, sha256="cd" * 32)))


@pytest.mark.parametrize(
    ("document", "is_seen"),
    [
        (a_document(draft_id="draft"), True),
        (a_document(draft_id="draft", document_id="d2"), False),
        (a_document(document_id="d2"), True),
    ],
)
def test_what_was_left_out_when_a_draft_was_filed_is_not_before_the_office(
    document: Document, *, is_seen: bool
) -> None:
    assert rules.is_before_office(with_material(), document) is is_seen


def test_only_what_was_refused_is_replaced_at_any_time() -> None:
    refused = with_material(problem="UNSAFE")

    assert rules.replaces_refused(refused, (brought("d2"),))
    assert not rules.replaces_refused(refused, (brought("d2"), brought("d3", "licence")))
    assert not rules.replaces_refused(with_material(), (brought("d2"),))
