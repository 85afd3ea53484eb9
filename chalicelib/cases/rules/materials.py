"""Materials that are handed in as documents: only what has arrived, for this material of this case (以文件提交材料)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chalicelib.cases.model.case import Case, Material
from chalicelib.documents.model import PROBLEM_TEXTS, Document, DocumentState
from chalicelib.documents.rules.documents import QUARANTINE
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.timeline.event_types import EventKind
from chalicelib.timeline.events import NewEvent

UNKNOWN = ("没有这个文件，或者它不是为这项材料上传的。", "No such document, or it was not uploaded for this material.")
NOT_HERE = (
    "文件还没有传完，请稍候片刻再提交，或者重新上传。",
    "The document has not arrived yet. Wait a moment and send again, or upload it again.",
)


def with_digests(
    brought: Sequence[Material], documents: Mapping[str, Document], *, case_no: str
) -> tuple[Material, ...]:
    """Return the materials with digest and name of their documents; those without a document stay as they are.

    A document in quarantine counts as handed in: nobody should wait for the office's scanner. Raises
    ``DOCUMENT_NOT_USABLE`` with a fault for each that is unknown, another case's or another material's, that has not
    arrived, or that was refused.
    """
    faults = tuple(_faults(brought, documents, case_no=case_no))
    if faults:
        raise DomainError(ErrorCode.DOCUMENT_NOT_USABLE, faults=faults)
    return tuple(
        replace(material, sha256=documents[material.document].sha256, name=documents[material.document].name)
        if material.document
        else material
        for material in brought
    )


def _faults(brought: Sequence[Material], documents: Mapping[str, Document], *, case_no: str) -> Iterator[FieldError]:
    for index, material in enumerate(brought):
        texts = _wrong_with(material, documents.get(material.document), case_no=case_no) if material.document else None
        if texts is not None:
            yield FieldError(pointer=f"/materials/{index}/document", detail=texts[0], english=texts[1])


def _wrong_with(material: Material, document: Document | None, *, case_no: str) -> tuple[str, str] | None:
    if document is None or document.case_no != case_no or document.material != material.id:
        return UNKNOWN
    if document.state is DocumentState.DELETED:
        return UNKNOWN
    if document.problem is not None:
        return PROBLEM_TEXTS[document.problem]
    return None if document.is_here else NOT_HERE


def refused_later(case: Case, document: Document) -> Case:
    """Return the case once a document of it was refused that had been handed in; unchanged if it knows, or has none.

    What the promise said would come later has then not come yet.
    """
    problem = "" if document.problem is None else document.problem.value
    materials = tuple(
        replace(material, problem=problem) if material.document == document.document_id else material
        for material in case.materials
    )
    if materials == case.materials:
        return case
    later = tuple(replace(each, brought_at=None) if each.id == document.material else each for each in case.later)
    return replace(case, materials=materials, later=later)


def refusal_event(case: Case, document: Document) -> NewEvent:
    """Return the event for the case's timeline that a document of it was refused after it had been handed in."""
    return NewEvent(
        kind=EventKind.MATERIAL_REFUSED,
        occurred_at=document.settled_at or document.requested_at,
        actor=QUARANTINE,
        department=case.department,
        data={
            "document": document.document_id,
            "material": document.material,
            "problem": "" if document.problem is None else document.problem.value,
        },
    )


def is_handed_in(case: Case, document: Document) -> bool:
    """Whether a document was ever handed in for the case, by its id or by its digest, be it replaced since."""
    return any(
        material.document == document.document_id
        if material.document
        else (material.id, material.sha256) == (document.material, document.sha256)
        for material in (*case.materials, *case.replaced)
    )


def is_before_office(case: Case, document: Document) -> bool:
    """Whether the office may know of a document.

    What was uploaded for a draft and left out when that was filed stays the applicant's: a wrong photograph is nobody
    else's business.
    """
    return not document.draft_id or is_handed_in(case, document)


def replaces_refused(case: Case, brought: Sequence[Material]) -> bool:
    """Whether everything that is brought takes the place of a material whose document was refused."""
    refused = {material.id for material in case.materials if material.problem}
    return all(material.id in refused for material in brought)
