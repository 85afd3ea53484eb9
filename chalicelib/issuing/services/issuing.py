"""Making, sealing and issuing documents (制发文书): each once, and proved by the timeline of what it concerns."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from chalicelib.bounds.store import bounds
from chalicelib.documents.model import Format
from chalicelib.documents.rules.formats import format_of
from chalicelib.dynamo.transaction import retry_on_conflict, transaction
from chalicelib.issuing.model.issued import Content, Drawn, IssuedDocument, IssuedProblem, IssuedState, Sheet, Source
from chalicelib.issuing.model.texts import DocumentTexts, Template
from chalicelib.issuing.rules import issued as rules
from chalicelib.issuing.rules.sheets import sheet_of
from chalicelib.issuing.rules.templates import is_for, issued_id, templates_for
from chalicelib.issuing.store.bucket import SEALED, UPLOADED, IssuedBucket, key_of
from chalicelib.issuing.store.issued import IssuedStore
from chalicelib.logging import logger
from chalicelib.publisher import Publisher
from chalicelib.rulepacks.model.pack import RulePack
from chalicelib.timeline.events import Event
from chalicelib.timeline.store import Timeline


class Told(NamedTuple):
    """What the documents of an event say: facts by name, what its item leads to, and the rule pack for remedies."""

    facts: dict[str, str]
    result: str
    pack: RulePack


Draw = Callable[[Sheet, str], Drawn]
"""Draws a sheet, with the note for characters that no font has."""


class Issuing:
    """Makes documents from events, and takes what officers upload and the sealing service sends back."""

    def __init__(  # noqa: PLR0913 - built once, in the container, where each is named
        self,
        store: IssuedStore,
        bucket: IssuedBucket,
        timeline: Timeline,
        *,
        told: Callable[[Event], Told],
        draw: Draw,
        texts: Callable[[datetime], DocumentTexts],
        sealing: Publisher | None,
        check_url: str,
    ) -> None:
        """``told`` gathers what the documents of an event say; ``sealing`` takes orders to seal, where there is one."""
        self._store = store
        self._bucket = bucket
        self._timeline = timeline
        self._told = told
        self._draw = draw
        self._texts = texts
        self._sealing = sealing
        self._check_url = check_url

    def make(self, owner: str, seq: int, *, at: datetime) -> int:
        """Make the documents that follow from an event; return how many are new. Idempotent.

        A document that waits for its seal is sent to be sealed again: the sealing service may have lost the order.
        """
        event = self._timeline.event(owner, seq)
        if event is None:
            return 0
        texts = self._texts(at)
        told: Told | None = None
        new = 0
        for template in templates_for(event, texts):
            name = issued_id(event.id, template.code)
            document = self._store.find(name)
            if document is None:
                told = told or self._told(event)
                if not is_for(template, told.result):
                    continue
                document = self._made(name, template, event, told=told, texts=texts, at=at)
                new += 1
            if document.state is IssuedState.AWAITING_SEAL:
                self._order_seal(document)
        return new

    def arrive(self, key: str, version: str, *, at: datetime) -> IssuedDocument | None:
        """Take a file that arrived in the bucket: an officer's upload, or a sealed document. Idempotent.

        ``None`` for one that nobody waits for. Whatever is not taken is deleted.
        """
        name, _, what = key.partition("/")
        document = self._store.find(name)
        if document is None:
            return None
        whole = self._bucket.arrived(key, version, most=bounds().documents.largest_bytes)
        if whole is None:
            return None
        if what == UPLOADED:
            document = self._uploaded(name, whole, at=at)
        elif what == SEALED:
            document = self._sealed(name, whole, at=at)
        self._bucket.remove(key, version)
        return document

    def _made(
        self, name: str, template: Template, event: Event, *, told: Told, texts: DocumentTexts, at: datetime
    ) -> IssuedDocument:
        """Draw a document and keep it: the content first, so that whatever the timeline proves can be opened."""
        sheet = sheet_of(template, told.facts, event=event, texts=texts, pack=told.pack, check_url=self._check_url)
        drawn = self._draw(sheet, texts.phrases.unprintable)
        content = _content_of(drawn.content, Format.PDF)
        self._bucket.put(name, content, drawn.content)
        new = IssuedDocument(
            issued_id=name,
            owner=event.owner,
            about=event.seq,
            kind=template.code,
            edition=texts.edition,
            title=template.title,
            english=template.english,
            department=event.department,
            source=Source.TEMPLATE,
            made_by=rules.ISSUING,
            made_at=at,
            state=IssuedState.ISSUED,
            unprintable=drawn.unprintable,
        )
        return self._added(rules.made(new, content, is_sealed=self._sealing is not None, at=at), at=at)

    @retry_on_conflict
    def _added(self, new: IssuedDocument, *, at: datetime) -> IssuedDocument:
        """Save a document, with the proof on the timeline if it is issued; or return the one that was there first."""
        there = self._store.find(new.issued_id)
        if there is not None:
            return there
        with transaction() as tx:
            if new.content is not None:
                self._timeline.append([rules.issue_event(new, new.content, at=at)], owner=new.owner, at=at, tx=tx)
            return self._store.add(new, tx)

    def _order_seal(self, document: IssuedDocument) -> None:
        """Tell the sealing service what to seal, and where to put the sealed file."""
        draft = document.draft
        if self._sealing is None or draft is None:
            return
        order = {
            "issued_id": document.issued_id,
            "department": document.department,
            "sha256": draft.sha256,
            "size": draft.size,
            "bucket": self._bucket.name,
            "key": key_of(document.issued_id, draft),
            "sealed_key": f"{document.issued_id}/{SEALED}",
        }
        self._sealing.send(json.dumps(order), name=document.issued_id)

    @retry_on_conflict
    def _uploaded(self, name: str, whole: bytes, *, at: datetime) -> IssuedDocument:
        before = self._store.load(name)
        if before.state is not IssuedState.AWAITING_UPLOAD:
            return before
        format_ = format_of(whole)
        problem = rules.problem_of_upload(whole, format_, most=bounds().documents.largest_bytes)
        if problem is not None or format_ is None:
            return self._saved(before, replace(before, state=IssuedState.REFUSED, problem=problem), at=at)
        content = _content_of(whole, format_)
        self._bucket.put(name, content, whole)
        return self._saved(before, rules.issued(before, content, at=at), at=at)

    @retry_on_conflict
    def _sealed(self, name: str, whole: bytes, *, at: datetime) -> IssuedDocument:
        before = self._store.load(name)
        if before.state is not IssuedState.AWAITING_SEAL or before.draft is None:
            return before
        draft = self._bucket.draft(name, before.draft)
        if len(whole) > bounds().documents.largest_bytes or not rules.is_sealed_copy(whole, draft):
            logger("issuing").error("sealed_another_file", issued_id=name)
            return self._saved(before, replace(before, problem=IssuedProblem.SEALED_ANOTHER_FILE), at=at)
        content = _content_of(whole, before.draft.format)
        self._bucket.put(name, content, whole)
        return self._saved(before, rules.issued(before, content, at=at), at=at)

    def _saved(self, before: IssuedDocument, after: IssuedDocument, *, at: datetime) -> IssuedDocument:
        """Save a change, with the proof on the timeline once the document is issued."""
        with transaction() as tx:
            if after.content is not None:
                self._timeline.append([rules.issue_event(after, after.content, at=at)], owner=after.owner, at=at, tx=tx)
            return self._store.save(before, after, tx)


def _content_of(whole: bytes, format_: Format) -> Content:
    return Content(sha256=hashlib.sha256(whole).hexdigest(), size=len(whole), format=format_)
