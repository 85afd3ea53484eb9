"""Records as sources submit them, singly or one per line: the published schema, and its conversion."""

from typing import Annotated

from pydantic import Field

from chalicelib.credit.model.submissions import Submission
from chalicelib.subjects.model.schema import SubjectInput
from chalicelib.validation import Code, Day, Instant, Line, LineOrBlank, RequestBody, Text, TextOrBlank


class RecordDocumentInput(RequestBody):
    """The document that a record is based on."""

    number: LineOrBlank | None = None
    organ: LineOrBlank | None = None
    effective_on: Day | None = None
    served_at: Instant | None = None


class RecordDatesInput(RequestBody):
    """The dates of a record; ``display_until`` may shorten the period set by the severity, not extend it."""

    judged_on: Day | None = None
    received_on: Day | None = None
    display_until: Day | None = None
    expires_on: Day | None = None


class RecordRequest(RequestBody):
    """A record; ``version`` is the source's own version number, and without one each change counts as newer.

    ``kind`` is a code of the directory in force; ``severity`` is none, minor, general or serious; ``publicity`` is
    public, shared or query_only; ``update_due_on`` is the day by which the source agreed to send an update.
    ``display_reason`` says why a minor record is to be displayed; without one it is not.
    """

    subject: SubjectInput
    kind: LineOrBlank | None = None
    severity: LineOrBlank | None = None
    publicity: LineOrBlank | None = None
    document: RecordDocumentInput = RecordDocumentInput()
    dates: RecordDatesInput = RecordDatesInput()
    basis: LineOrBlank | None = None
    display_reason: LineOrBlank | None = None
    repair_notice: TextOrBlank | None = None
    contents: Annotated[dict[Code, Text], Field(default_factory=dict, max_length=50)]
    consent: LineOrBlank | None = None
    related_items: Annotated[list[Code], Field(default_factory=list, max_length=100)]
    update_due_on: Day | None = None
    version: Annotated[int, Field(ge=1, le=2**53)] | None = None

    def submission(self, *, source: str, record_id: str) -> Submission:
        """Return the submission to be checked; it may be incomplete, so that all faults can be reported at once."""
        return Submission(
            source=source,
            record_id=record_id,
            kind=self.kind,
            severity=self.severity,
            publicity=self.publicity,
            document_no=self.document.number,
            organ=self.document.organ,
            effective_on=self.document.effective_on,
            served_at=self.document.served_at,
            judged_on=self.dates.judged_on,
            received_on=self.dates.received_on,
            display_until=self.dates.display_until,
            display_reason=self.display_reason,
            expires_on=self.dates.expires_on,
            basis=self.basis,
            repair_notice=self.repair_notice,
            contents=self.contents,
            consent=self.consent,
            related_items=self.related_items,
            update_due_on=self.update_due_on,
            source_version=self.version,
        )


class RecordLine(RecordRequest):
    """A line of a bulk import: a record with its id at the source; the source is that of the import."""

    record_id: Line
