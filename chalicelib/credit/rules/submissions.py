"""Checks on submitted records, reporting all faults at once (R6.5, R6.6), and how long records have effect."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from chalicelib.clock import day_written, months_after
from chalicelib.credit.model.records import BarState, Dates, Display, Document, Publicity, Record, Severity
from chalicelib.credit.model.submissions import Directory, Submission
from chalicelib.credit.rules.merge import carry_over
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.rulepacks.model.display import DisplayPeriod, DisplayRules
from chalicelib.subjects.model.subjects import PERSONS, SubjectKey, SubjectKind

OWN_SOURCE = "commitments"
"""The source under which the service itself counts kept promises; nobody else may submit under it."""

Periods = Mapping[str, DisplayPeriod]
"""How long records may be displayed (公示期), by severity, as set by a rule pack."""

AN_IDENTIFIER = re.compile(r"\d{17}[\dXx]|\d{15}")
A_SYSTEM = "system:"
"""How the actor's name begins where a department's system hands in, and no person."""
A_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SEVERITIES = frozenset(severity.value for severity in Severity)
PUBLICITIES = frozenset(publicity.value for publicity in Publicity)
MOST_ITEMS = 20
LONGEST_BASIS = 200


def directory_in_force(directories: Sequence[Directory], *, on: date) -> Directory:
    """Return the edition of the directory in force on a day; the oldest one for earlier days."""
    return next((edition for edition in reversed(directories) if edition.in_force_from <= on), directories[0])


def with_display(record: Record, rules: DisplayRules, *, reason: str) -> Record:
    """Return the record with the dates set by the rules of the day of its finding; none if it is not adverse."""
    if record.severity is Severity.NONE:
        return record
    display = Display(
        until=ends_on(record, rules.periods),
        repairable_from=months_after(record.dates.judged_on, rules.periods[record.severity].least_months),
        edition=rules.edition,
        reason=reason.strip(),
    )
    return replace(record, display=display)


def ends_on(record: Record, periods: Periods) -> date:
    """Return the last day on which a record may be displayed or have effect (R3.2)."""
    period = periods.get(record.severity)
    longest = months_after(record.dates.judged_on, 0 if period is None else period.most_months)
    return min(day for day in (longest, record.dates.display_until, record.dates.expires_on) if day is not None)


def bar_state(submission: Submission, directory: Directory, *, handed_by: str, kept_from: Severity) -> BarState:
    """Return how far a record has come on its way to barring, as it comes in (R2.9).

    One person's word bars nobody: unless the system of a trusted source handed it in, the notice has to be served and
    a second person has to agree.
    """
    if Severity(submission.severity or "").rank < kept_from.rank:
        return BarState.NONE
    if handed_by.startswith(A_SYSTEM) and directory.trusts(submission.source, submission.kind or ""):
        return BarState.TRUSTED
    return BarState.PROPOSED


def faults(
    submission: Submission,
    *,
    directory: Directory,
    periods: Periods,
    subject_kind: SubjectKind,
    on: date,
    kept_from: Severity,
) -> tuple[FieldError, ...]:
    """Return all faults that keep a record from being stored; empty if it may be.

    ``on`` is the day in Shanghai on which it was submitted. Records of ``kept_from`` and above may bar.
    """
    return (
        *_faults_of_source(submission),
        *_faults_of_kind(submission, directory),
        *_faults_of_matter(submission, directory),
        *_faults_of_attributes(submission, subject_kind),
        *_faults_of_items(submission, kept_from),
        *_faults_of_days(submission, periods, on=on),
    )


def make_record(  # noqa: PLR0913 - a record is made of this many things, and each is named at the call
    submission: Submission,
    *,
    subject: SubjectKey,
    directory: Directory,
    shown: DisplayRules,
    before: Record | None,
    handed_by: str,
    bar: BarState,
    at: datetime,
    on: date,
) -> Record:
    """Return the record made from a faultless submission, as the next version after ``before``.

    ``shown`` are the rules of the day of the finding; ``handed_by`` is who handed it in, and ``bar`` how much that is
    worth.
    """
    given = submission
    if given.judged_on is None or given.effective_on is None:
        message = "only a submission without faults becomes a record"
        raise ValueError(message)
    record = Record(
        subject=subject,
        source=given.source,
        record_id=given.record_id,
        kind=given.kind or "",
        edition=directory.edition,
        severity=Severity(given.severity or ""),
        publicity=Publicity(given.publicity or ""),
        document=Document(
            number=given.document_no or "",
            organ=given.organ or "",
            effective_on=given.effective_on,
            served_at=given.served_at,
        ),
        dates=Dates(
            judged_on=given.judged_on,
            received_on=given.received_on or on,
            effective_on=given.effective_on,
            display_until=given.display_until,
            expires_on=given.expires_on,
        ),
        basis=given.basis or "",
        repair_notice=given.repair_notice or "",
        contents=given.contents,
        related_items=tuple(sorted(set(given.related_items))),
        update_due_on=given.update_due_on,
        source_version=given.source_version or 1,
        received_at=at,
        known_since=at,
        handed_by=handed_by,
        bar=bar,
    )
    record = with_display(record, shown, reason=given.display_reason or "")
    if before is None:
        return record
    record = carry_over(record, before)
    if given.source_version is not None:
        return record
    # If a source does not number its versions, any different content counts as newer.
    uncounted = replace(record, source_version=before.source_version)
    return uncounted if _is_repetition(uncounted, before) else replace(record, source_version=before.source_version + 1)


def is_news(record: Record, *, before: Record) -> bool:
    """Whether a record changes what is stored: it is newer, and not a repetition (R8.2).

    Raises ``RECORD_NOT_ACCEPTABLE`` for other content under the same source version, or about another subject.
    """
    if record.source_version < before.source_version:
        return False
    if _is_repetition(record, before):
        return False
    if record.subject != before.subject:
        fault = FieldError(
            pointer="/subject",
            detail="该编号的记录属于另一主体",
            english="the record of this id is about another subject",
            code="RECORD_CONFLICT",
        )
        raise DomainError(ErrorCode.RECORD_NOT_ACCEPTABLE, faults=(fault,))
    if record.source_version == before.source_version:
        fault = FieldError(
            pointer="/version",
            detail="同一版本内容不同",
            english="other content under the same version",
            code="RECORD_CONFLICT",
        )
        raise DomainError(ErrorCode.RECORD_NOT_ACCEPTABLE, faults=(fault,))
    return True


def _is_repetition(record: Record, before: Record) -> bool:
    """Whether a record only repeats what is stored, whoever brings it, and whatever the time and edition."""
    said_again = replace(
        record,
        edition=before.edition,
        dates=replace(record.dates, received_on=before.dates.received_on),
        version=before.version,
        received_at=before.received_at,
        display=replace(record.display, ended_at=before.display.ended_at),
        named=before.named,
        handed_by=before.handed_by,
        bar=before.bar,
        bar_notice=before.bar_notice,
        bar_confirmation=before.bar_confirmation,
    )
    return said_again == before


def _faults_of_source(given: Submission) -> Iterator[FieldError]:
    for pointer, name in (("/source", given.source), ("/record_id", given.record_id)):
        if not A_NAME.fullmatch(name):
            yield FieldError(
                pointer=pointer,
                detail="只用字母、数字、点、横线和下划线，至多64位",
                english="letters, digits, dots, dashes, at most 64",
                code="NAME_MALFORMED",
            )
    if given.source == OWN_SOURCE:
        yield FieldError(
            pointer="/source", detail="该来源由本系统自用", english="kept by the service itself", code="SOURCE_RESERVED"
        )
    if AN_IDENTIFIER.search(given.record_id):
        yield FieldError(
            pointer="/record_id",
            detail="记录编号不得含有证件号码",
            english="a record's id must not hold an identifier",
            code="RECORD_ID_NOT_OPAQUE",
        )


def _faults_of_kind(given: Submission, directory: Directory) -> Iterator[FieldError]:
    kind = given.kind or ""
    if not (directory.kind(kind) or directory.forbids(kind) or directory.wants_consent_for(kind)):
        yield FieldError(
            pointer="/kind",
            detail=f"不在{directory.title}之内",
            english=f"not in edition {directory.edition} of the directory",
            code="KIND_NOT_IN_DIRECTORY",
        )
    for pointer, name in (("/kind", kind), *((f"/contents/{name}", name) for name in given.contents)):
        if forbidden := directory.forbids(name):
            yield FieldError(
                pointer=pointer,
                detail=f"禁止归集：{forbidden.name.zh}",
                english=f"forbidden: {forbidden.name.en}",
                code="KIND_FORBIDDEN",
            )
        if (sensitive := directory.wants_consent_for(name)) and not (given.consent or "").strip():
            yield FieldError(
                pointer=pointer,
                detail=f"未经书面同意不得归集：{sensitive.name.zh}",
                english=f"needs written consent: {sensitive.name.en}",
                code="CONSENT_MISSING",
            )


def _faults_of_attributes(given: Submission, subject_kind: SubjectKind) -> Iterator[FieldError]:
    if given.severity not in SEVERITIES:
        yield _missing(
            "/severity", "严重程度（none、minor、general、serious 之一）", "severity: none, minor, general or serious"
        )
    if given.publicity not in PUBLICITIES:
        yield _missing(
            "/publicity", "公开属性（public、shared、query_only 之一）", "publicity: public, shared or query_only"
        )
    elif given.publicity == Publicity.PUBLIC and subject_kind in PERSONS:
        yield FieldError(
            pointer="/publicity",
            detail="自然人信用信息不得公开",
            english="data on natural persons are not public",
            code="NOT_PUBLIC",
        )
    for pointer, value, zh, en in (
        ("/document/number", given.document_no, "文号", "the document's number"),
        ("/document/organ", given.organ, "认定单位", "the organ"),
        ("/basis", given.basis, "依据（法律及条款）", "the basis, law and article"),
    ):
        if not (value or "").strip():
            yield _missing(pointer, zh, en)
        elif len(value or "") > LONGEST_BASIS:
            yield FieldError(
                pointer=pointer,
                detail=f"超过{LONGEST_BASIS}字",
                english=f"over {LONGEST_BASIS} characters",
                code="LONG",
            )
    if given.severity in SEVERITIES - {Severity.NONE} and not (given.repair_notice or "").strip():
        yield _missing("/repair_notice", "信用修复告知", "the repair notice, delivered with the decision")


def _faults_of_matter(given: Submission, directory: Directory) -> Iterator[FieldError]:
    """Yield what keeps a record from being adverse, or so grave: its kind, or what it is about (R6.5)."""
    if given.severity not in SEVERITIES - {Severity.NONE}:
        return
    kind = directory.kind(given.kind or "")
    if kind is not None and Severity(given.severity).rank > kind.gravest.rank:
        yield FieldError(
            pointer="/severity",
            detail=f"{kind.name.zh}最高为{kind.gravest.value}",
            english=f"{kind.name.en}: {kind.gravest.value} at most",
            code="TOO_GRAVE",
        )
    said = (*given.contents, *given.contents.values(), given.basis or "")
    if harmless := directory.holds_harmless(said):
        yield FieldError(
            pointer="/severity",
            detail=f"不得列为失信：{harmless.name.zh}",
            english=f"never adverse: {harmless.name.en}",
            code="NEVER_ADVERSE",
        )


def _faults_of_items(given: Submission, kept_from: Severity) -> Iterator[FieldError]:
    """Yield the faults of the related items (相关联事项): a record that may bar names them, as it bars nothing else."""
    if len(given.related_items) > MOST_ITEMS:
        yield FieldError(
            pointer="/related_items", detail=f"超过{MOST_ITEMS}项", english=f"over {MOST_ITEMS}", code="TOO_MANY"
        )
    is_grave = given.severity in SEVERITIES and Severity(given.severity).rank >= kept_from.rank
    if is_grave and not given.related_items:
        yield _missing("/related_items", "相关联事项", "the related items, as the record bars nothing else")


def _faults_of_days(given: Submission, periods: Periods, *, on: date) -> Iterator[FieldError]:
    if given.effective_on is None:
        yield _missing("/document/effective_on", "生效日期", "the day of effect")
    if given.judged_on is None:
        yield _missing("/dates/judged_on", "认定日期", "the day of the finding")
        return
    if given.judged_on > on:
        yield FieldError(
            pointer="/dates/judged_on",
            detail="晚于当日",
            english="the finding lies in the future",
            code="IN_THE_FUTURE",
        )
    for pointer, day in (
        ("/document/effective_on", given.effective_on),
        ("/dates/display_until", given.display_until),
        ("/dates/expires_on", given.expires_on),
    ):
        if day is not None and day < given.judged_on:
            yield FieldError(
                pointer=pointer, detail="早于认定日期", english="before the finding", code="BEFORE_FINDING"
            )
    period = periods.get(given.severity or "")
    if period is None or given.display_until is None:
        return
    longest = months_after(given.judged_on, period.most_months)
    if given.display_until > longest:
        yield FieldError(
            pointer="/dates/display_until",
            detail=f"公示期最长至{day_written(longest)}",
            english=f"at most until {longest.isoformat()}; {period.basis}",
            code="DISPLAY_TOO_LONG",
        )


def _missing(pointer: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer=pointer, detail=f"缺少{zh}", english=f"missing: {en}", code="MISSING")
