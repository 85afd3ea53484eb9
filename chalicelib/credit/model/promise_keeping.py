"""What a case says of the promise in it, to be recorded in the credit of whoever made it (信用承诺及履行情况)."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.credit.model.records import Document, Fulfilment, Severity
from chalicelib.rulepacks.model.display import DisplayRules
from chalicelib.subjects.model.subjects import SubjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseReport:
    """What became of a promise on an item, with its article.

    ``record_id`` names the record, one for each handling of the case. ``severity`` is that of a broken promise: with
    the place's ``display`` it says until when the promise counts, and ``bars`` whether it bars the next one.
    ``name_digest`` is the keyed digest of the name under which it was made.
    """

    subject: SubjectKey
    record_id: str
    fulfilment: Fulfilment
    item_code: str
    document: Document
    basis: str
    display: Sequence[DisplayRules]
    name_digest: str = ""
    severity: Severity = Severity.NONE
    repair_notice: str = ""
    bars: bool = False
