"""Keeping what editors have begun (草稿) until it is published or thrown away."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from chalicelib.catalogue.model.drafts import EditionDraft
from chalicelib.catalogue.store.drafts import DraftStore
from chalicelib.dynamo.transaction import transaction
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import Caller, Role, require, sees
from chalicelib.rulepacks.model.pack import Desk

KEEPERS: Final = (Role.CATALOGUE_EDITOR, Role.CREDIT_OFFICER)
"""Who publishes in editions, each what is theirs: whether they may publish is decided when they do."""

MOST_BYTES: Final = 256 * 1024
"""The most bytes of a draft, as of a document that comes as a file; a row of the table takes 400 KB."""


class EditionDrafts:
    """Drafts of editions, one for each thing, shared by the editors of a department; the monitoring office sees all."""

    def __init__(self, store: DraftStore) -> None:
        """``store`` keeps them."""
        self._store = store

    def find(self, name: str, *, by: Caller) -> EditionDraft | None:
        """Return a draft, ``None`` if nothing has been begun; ``FORBIDDEN`` for another department's."""
        require(by, roles=KEEPERS)
        draft = self._store.find(name)
        if draft is not None:
            _require_shared(draft.department, by=by)
        return draft

    def is_shared(self, department: str, *, by: Caller) -> bool:
        """Whether the caller is among the editors who share a department's drafts; the monitoring office is always."""
        return any(sees(by, roles=KEEPERS, department=one) for one in (department, Desk.MONITORING.value))

    def read(self, name: str, *, by: Caller) -> EditionDraft:
        """Return a draft; ``NOT_FOUND`` if nothing has been begun."""
        draft = self.find(name, by=by)
        if draft is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return draft

    def begin(
        self, name: str, document: Mapping[str, Any], *, department: str, by: Caller, at: datetime
    ) -> EditionDraft:
        """Begin a draft that the editors of a department share; one that is there already stays as it is.

        ``FORBIDDEN`` to editors of another department.
        """
        _require_shared(department, by=by)
        found = self.find(name, by=by)
        if found is not None:
            return found
        draft = EditionDraft(name=name, document={}, department=department, edited_by=by.actor, edited_at=at)
        return self._saved(draft, document, by=by, at=at)

    def save(self, name: str, document: Mapping[str, Any], *, version: int, by: Caller, at: datetime) -> EditionDraft:
        """Save a draft over the version that its editor has seen; ``STALE_VERSION`` if somebody else saved since.

        Idempotent: saving what stands there already changes nothing.
        """
        draft = self.read(name, by=by)
        if draft.document == document:
            return draft
        if draft.version != version:
            raise DomainError(ErrorCode.STALE_VERSION)
        return self._saved(draft, document, by=by, at=at)

    def discard(self, name: str, *, version: int, by: Caller) -> None:
        """Throw a draft away, or let it go once it is published; ``STALE_VERSION`` if somebody saved since."""
        draft = self.read(name, by=by)
        with transaction() as tx:
            self._store.remove(replace(draft, version=version), tx=tx)

    def _saved(self, draft: EditionDraft, document: Mapping[str, Any], *, by: Caller, at: datetime) -> EditionDraft:
        if len(json.dumps(document, ensure_ascii=False).encode()) > MOST_BYTES:
            raise DomainError(ErrorCode.BODY_TOO_LARGE)
        changed = replace(draft, document=document, edited_by=by.actor, edited_at=at)
        with transaction() as tx:
            self._store.save(changed, tx=tx)
        return replace(changed, version=draft.version + 1)


def _require_shared(department: str, *, by: Caller) -> None:
    """Refuse editors of another department; the monitoring office keeps the whole catalogue."""
    if not sees(by, roles=KEEPERS, department=Desk.MONITORING.value):
        require(by, roles=KEEPERS, department=department)
