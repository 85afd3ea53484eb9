"""Documents (材料文件): uploading them to the bucket by the browser itself, and what became of each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.api.cases.routes import cases
from chalicelib.api.documents import routes as documents
from chalicelib.api.documents.schemas import DocumentResponse
from chalicelib.bounds.store import bounds
from chalicelib.cases.model.case import State
from chalicelib.container import container
from chalicelib.documents.model import DocumentState
from chalicelib.policy import FOR_THEMSELVES, Role
from chalicelib.web.core import pages
from chalicelib.web.core.actions import number_of, submit
from chalicelib.web.core.forms import MATERIAL, at_fault
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

ON_THEIR_WAY: Final = frozenset({DocumentState.AWAITING_UPLOAD, DocumentState.QUARANTINED})
"""The states of documents of which something becomes soon, without anybody's doing."""

MEGABYTE: Final = 1 << 20

UPLOADS: Final = ("upload",)
"""The script that sends files from a page with slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A material that is to be handed in: what was uploaded for it, and what was handed in before."""

    id: str
    name: str
    basis: str
    documents: tuple[DocumentResponse, ...]
    earlier: tuple[DocumentResponse, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether something becomes of a document soon by itself."""
        return any(one.state in ON_THEIR_WAY for one in self.documents)


def slots_of(
    visit: PageRequest,
    owed: Iterable[tuple[str, str, str]],
    *,
    draft_id: str = "",
    case_no: str = "",
    handed_in: Collection[str] = (),
) -> tuple[Slot, ...]:
    """Return a slot for each material, given as id, name and basis; ``handed_in`` are documents that are no news."""
    wanted = tuple(owed)
    if not wanted:
        return ()
    found = visit.get(documents.listed, query={"draft_id": draft_id, "case_no": case_no}).items
    here = [one for one in found if one.id not in handed_in and one.state is not DocumentState.DELETED]
    known = {one.sha256 for one in here}
    mine = () if Role.AGENT in visit.caller.roles else visit.get(documents.earlier).items
    earlier = tuple(one for one in mine if one.sha256 not in known and one.id not in {other.id for other in found})
    return tuple(
        Slot(
            id=material_id,
            name=name,
            basis=basis,
            documents=tuple(one for one in here if one.material == material_id),
            earlier=earlier,
        )
        for material_id, name, basis in wanted
    )


def facts_of(slots: Sequence[Slot], place: str) -> dict[str, object]:
    """Return what a page needs to draw slots; ``place`` is the page on which they stand."""
    most = bounds().documents.largest_bytes
    return {"slots": slots, "place": place, "largest": most, "megabytes": most // MEGABYTE}


def bucket() -> str:
    """Return the bucket's address, for the content security policy of pages that send to it."""
    return container().documents.address


@pages.get("/documents/{document_id}", roles=FOR_THEMSELVES)
def read_document(visit: PageRequest) -> Page:
    """Show what became of a document, or the form to upload it: straight to the bucket, without any script."""
    document = visit.get(documents.one)
    # The bucket adds where it has put a file to the address to which it leads on.
    has_come = "key" in visit.query
    form = document.upload if document.upload and document.upload.method == "POST" and not has_come else None
    waits = document.state is DocumentState.QUARANTINED or (document.upload is not None and has_come)
    facts = {
        "document": document,
        "waits": waits,
        "form": form,
        "megabytes": bounds().documents.largest_bytes // MEGABYTE,
        "back": _back(document, visit),
    }
    return Page(
        template="document.html",
        facts=facts,
        allows={"form-action": form.url} if form else {},
        scripts=("follow",) if waits else (),
    )


def _back(document: DocumentResponse, visit: PageRequest) -> str:
    """Return the page on which a document can be handed in."""
    if document.case_no is None:
        return f"drafts/{document.draft_id}"
    case = visit.get(cases.read_case, path={"case_no": document.case_no})
    if case.state is State.CORRECTION_ASKED:
        return f"cases/{case.case_no}/corrections"
    refused = any(material.problem for material in case.materials)
    return f"cases/{case.case_no}" + ("/materials" if refused or case.state is State.AWAITING_MATERIALS else "")


def add_pages(place: str, ask: pages.View, *, of: str) -> None:
    """Let documents be added on a page: ``ask`` draws it, ``of`` is the part of its address that names the owner.

    What takes them belongs to the module of ``ask``: that one has to be imported for the address to be there.
    """

    def drawn(visit: PageRequest) -> Page:
        page = ask(visit)
        if not isinstance(page, Page):
            raise TypeError(place)
        return page

    @pages.post(f"{place}/documents", roles=FOR_THEMSELVES, form=place)
    def add(visit: PageRequest) -> Page | Redirect:
        material = visit.sent("material")
        body: dict[str, object] = {of: visit.path[of], "material": material, "name": visit.sent("name")}
        if visit.sent("sha256"):
            body |= {"sha256": visit.sent("sha256"), "size": number_of(visit.sent("size"))}
        return submit(
            visit,
            documents.request,
            body,
            ask=drawn,
            onward=lambda made: Redirect(to=f"documents/{made.id}"),
            at=dict.fromkeys(("", "/size", "/sha256", "/name", "/material"), f"{MATERIAL}{material}"),
        )

    @pages.post(f"{place}/documents/again", roles=FOR_THEMSELVES, form=place)
    def add_again(visit: PageRequest) -> Page | Redirect:
        material = visit.sent("material")
        chosen = list(visit.form.get("documents", ()))
        if not chosen:
            return at_fault(drawn(visit), **{f"{MATERIAL}{material}": text("choose_earlier", visit.language)})
        return submit(
            visit,
            documents.hand_in_again,
            {of: visit.path[of], "material": material, "documents": chosen},
            ask=drawn,
            onward=Redirect(to=place.lstrip("/").format(**visit.path)),
            at={"": f"{MATERIAL}{material}"},
        )

    add.__module__ = add_again.__module__ = ask.__module__
