"""How requests name a subject: by the full identifier and the name, never by the name alone."""

from typing import Annotated

from chalicelib.errors import DomainError, ErrorCode
from chalicelib.readable import Readable
from chalicelib.subjects.model.subjects import Identity, SubjectKind
from chalicelib.validation import Line, RequestBody

Number = Annotated[str, Readable(longest=40, is_line=True)]


class SubjectInput(RequestBody):
    """A subject in a request; kind and number are required (``INSUFFICIENT_IDENTITY``)."""

    kind: SubjectKind | None = None
    number: Number | None = None
    name: Line

    def identity(self) -> Identity:
        """Return the identity; a name alone is never enough (R6.2)."""
        if self.kind is None or not self.number:
            raise DomainError(ErrorCode.INSUFFICIENT_IDENTITY)
        return Identity(kind=self.kind, number=self.number, name=self.name)
