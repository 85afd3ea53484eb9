"""How requests name a subject: by the full identifier and the name, never by the name alone."""

from typing import Annotated

from pydantic import StringConstraints

from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.fault_texts import FAULT_TEXTS
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from chalicelib.validation import Line, RequestBody

Number = Annotated[str, StringConstraints(max_length=100)]
"""An identifier as people type or copy it, with separators and invisible characters; the rules take them out."""


class SubjectInput(RequestBody):
    """A subject in a request; kind and number are required (``INSUFFICIENT_IDENTITY``)."""

    kind: SubjectKind | None = None
    number: Number | None = None
    name: Line

    def identity(self, stated_at: str = "/subject") -> Identity:
        """Return the identity; a name alone is never enough (R6.2). ``stated_at`` points to this in the request."""
        number = (self.number or "").strip()
        if self.kind is None or not number:
            missing = [name for name, given in (("kind", self.kind), ("number", number)) if not given]
            zh, en = FAULT_TEXTS["missing"]
            faults = [
                FieldError(pointer=f"{stated_at}/{name}", detail=zh, english=en, code="missing") for name in missing
            ]
            raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY, faults=tuple(faults))
        return Identity(kind=self.kind, number=number, name=self.name, stated_at=stated_at)
