"""Whether a flag may be proposed: published measure, effective document, eligible target, related items, end date."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from chalicelib.clock import day_in_shanghai, day_written, months_after
from chalicelib.credit.model.records import Document, Effect
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.rulepacks.model.display import rules_of_the_day
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.rulepacks.rules import Remedies, counted_from, remedies_after
from chalicelib.sanctions.model.flags import Flag, LostGround, Measure, MeasureClass, MeasureList, Proposal
from chalicelib.subjects.model.subjects import PERSONS, SubjectKind

WORDS = {
    LostGround.MEASURE_GONE: ("清单中已没有该措施", "the list has no such measure any more"),
    LostGround.MEASURE_NOT_IN_FORCE: ("该措施不在有效期内", "the measure is not in force"),
    LostGround.NOT_RELATED: ("事项与该措施不再关联", "an item is no longer related to the measure"),
    LostGround.TARGET_NOT_ELIGIBLE: ("不再属于惩戒对象", "the subject is no target of the measure any more"),
    LostGround.DISPROPORTIONATE: ("该行为和程度不再适用该措施", "the conduct does not carry the measure any more"),
    LostGround.TOO_LONG: ("期限超过清单允许的最长期限", "longer than the list allows"),
    LostGround.HARSHER: ("惩戒程度重于清单", "harsher than the list allows"),
}
"""The explanation of each ground, in both languages."""

NOT_OF_THE_CASE = FieldError(
    pointer="/document/number",
    detail="该办件没有关于这个主体的此生效文书",
    english="the case has no such document in effect about this subject",
)


BEING_LISTED = "serious_list"
"""The conduct of being on a list of the seriously untrustworthy, and the kind of the record that says so."""

NOT_LISTED = FieldError(
    pointer="/subject",
    detail="当事人没有生效的严重失信主体名单信息",
    english="no list of the seriously untrustworthy in effect names this subject",
    code="NOT_LISTED",
)


def list_in_force(lists: Sequence[MeasureList], *, on: date) -> MeasureList:
    """Return the edition in force on a day; the oldest one for earlier days."""
    return next((edition for edition in reversed(lists) if edition.in_force_from <= on), lists[0])


def edition_of(lists: Sequence[MeasureList], edition: str | None, *, on: date) -> MeasureList | None:
    """Return the named edition, or None if unknown; without a name, the one in force on a day."""
    if edition is None:
        return list_in_force(lists, on=on)
    return next((known for known in lists if known.edition == edition), None)


def measure_for(proposal: Proposal, lists: Sequence[MeasureList], *, on: date) -> tuple[MeasureList, Measure]:
    """Return the published measure of a proposal; raises ``MEASURE_NOT_IN_LIST`` for any other (R2.1)."""
    edition = edition_of(lists, proposal.edition, on=on)
    measure = None if edition is None else edition.measure(proposal.measure_code)
    if edition is None or measure is None or not is_measure_in_force(measure, on=on):
        raise DomainError(ErrorCode.MEASURE_NOT_IN_LIST)
    return edition, measure


class HasDays(Protocol):
    """A row of the list, as stored or as shown, with its first and last day in force."""

    @property
    def in_force_from(self) -> date:
        """The first day."""
        ...

    @property
    def in_force_to(self) -> date | None:
        """The last day, if it is known."""
        ...


def is_measure_in_force(measure: HasDays, *, on: date) -> bool:
    """Whether a measure is in force on a day, both end days included."""
    return measure.in_force_from <= on and (measure.in_force_to is None or on <= measure.in_force_to)


def document_of(proposal: Proposal, pack: RulePack, *, on: date, at: datetime) -> Document:
    """Return the effective document of a proposal; raises ``NO_EFFECTIVE_DOCUMENT`` with every fault (R2.2).

    It needs a number, an organ, a day of effect that has come, proof of service, and last days for remedies that are
    no sooner than the pack's. What rests on it begins neither before it has effect nor long after the proposal.
    """
    least = None if proposal.served_at is None else remedies_after(pack, day_in_shanghai(proposal.served_at))
    faults = tuple(_faults_of_document(proposal, least, pack, on=on, at=at))
    if faults or proposal.effective_on is None or least is None:
        raise DomainError(ErrorCode.NO_EFFECTIVE_DOCUMENT, faults=faults)
    return Document(
        number=proposal.document_no or "",
        organ=proposal.organ or "",
        effective_on=proposal.effective_on,
        served_at=proposal.served_at,
        remedy_until=proposal.remedy_until,
        court_until=proposal.court_until or least.court_until,
    )


def require_target(
    measure: Measure, kind: SubjectKind, *, document_kind: SubjectKind | None, personal_finding: str | None
) -> None:
    """Raise ``TARGET_NOT_ELIGIBLE`` if the measure or the document does not concern the target (R2.11).

    ``document_kind`` is None if the document is about the flag's own subject. A person can be responsible for an
    organisation only with a finding of personal responsibility, and never for another person, relatives included.
    """
    if kind not in measure.subject_kinds:
        raise DomainError(ErrorCode.TARGET_NOT_ELIGIBLE)
    if document_kind is None:
        return
    if kind not in PERSONS or document_kind in PERSONS or not (personal_finding or "").strip():
        raise DomainError(ErrorCode.TARGET_NOT_ELIGIBLE)


def needs_listing(measure: Measure, conduct: str) -> bool:
    """Whether a measure meets only those who are on a serious list: all of class 1, and any for being listed."""
    return measure.class_ is MeasureClass.CLASS_1 or conduct == BEING_LISTED


def require_listed(measure: Measure, conduct: str, *, listed_until: date | None) -> None:
    """Raise ``TARGET_NOT_ELIGIBLE`` for a measure of class 1, or one for being listed, on somebody on no list (R2.5).

    ``listed_until`` is the last day of a record in effect of such a list (严重失信主体名单), None if there is none.
    """
    if listed_until is None and needs_listing(measure, conduct):
        raise DomainError(ErrorCode.TARGET_NOT_ELIGIBLE, faults=(NOT_LISTED,))


def require_proportionate(measure: Measure, proposal: Proposal) -> None:
    """Raise ``NOT_RELATED`` for unrelated items (R2.3, R2.4), ``DISPROPORTIONATE`` for unfitting conduct (R2.14)."""
    if not proposal.related_items or not set(proposal.related_items) <= set(measure.related_items):
        raise DomainError(ErrorCode.NOT_RELATED)
    if proposal.severity not in measure.allowed.get(proposal.conduct, ()):
        raise DomainError(ErrorCode.DISPROPORTIONATE)


def end_of(
    measure: Measure, proposal: Proposal, pack: RulePack, *, found_on: date, listed_until: date | None, on: date
) -> date:
    """Return the last day; raises ``END_DATE_MISSING`` if missing, not after the start, or too late (R2.7).

    A flag lasts no longer than the measure allows, than a record of the same conduct may be shown, found on the day of
    the document's effect, and than a listing that it needs: display, sharing and measures end together.
    """
    ends = [months_after(proposal.starts_on, measure.most_months)]
    rules = rules_of_the_day(pack.display, found_on, on=on)
    if (period := rules.periods.get(proposal.severity.value)) is not None:
        ends.append(months_after(found_on, period.most_months))
    if listed_until is not None and needs_listing(measure, proposal.conduct):
        ends.append(listed_until)
    latest = min(ends)
    if proposal.ends_on is None or not proposal.starts_on < proposal.ends_on <= latest:
        raise DomainError(ErrorCode.END_DATE_MISSING, latest=latest.isoformat())
    return proposal.ends_on


def lost_grounds(flag: Flag, edition: MeasureList, *, on: date) -> tuple[LostGround, ...]:
    """Return the grounds on which an edition does not support a flag on a day; empty if it does (R2.10).

    A measure is the same only if code and name are: a reused code does not support old flags.
    """
    measure = edition.measure(flag.measure_code)
    if measure is None or measure.measure != flag.measure:
        return (LostGround.MEASURE_GONE,)
    latest = months_after(flag.starts_on, measure.most_months)
    found = (
        (LostGround.MEASURE_NOT_IN_FORCE, not is_measure_in_force(measure, on=on)),
        (LostGround.NOT_RELATED, not set(flag.related_items) <= set(measure.related_items)),
        (LostGround.TARGET_NOT_ELIGIBLE, flag.party.kind is not None and flag.party.kind not in measure.subject_kinds),
        (LostGround.DISPROPORTIONATE, flag.severity not in measure.allowed.get(flag.conduct, ())),
        (LostGround.TOO_LONG, flag.ends_on > latest),
        (LostGround.HARSHER, flag.effect is Effect.REFUSED and measure.effect is not Effect.REFUSED),
    )
    return tuple(ground for ground, is_lost in found if is_lost)


def require_ground(flag: Flag, edition: MeasureList, *, on: date) -> None:
    """Raise ``MEASURE_NOT_IN_LIST`` if the list in force does not support a flag proposed on an earlier one."""
    if lost_grounds(flag, edition, on=on):
        raise DomainError(ErrorCode.MEASURE_NOT_IN_LIST)


def _faults_of_document(
    proposal: Proposal, least: Remedies | None, pack: RulePack, *, on: date, at: datetime
) -> Iterator[FieldError]:
    for pointer, value, zh, en in (
        ("/document/number", (proposal.document_no or "").strip(), "文号", "its number"),
        ("/document/organ", (proposal.organ or "").strip(), "作出单位", "its organ"),
        ("/document/effective_on", proposal.effective_on, "生效日期", "its day of effect"),
        ("/document/served_at", proposal.served_at, "送达时间", "its delivery"),
        ("/document/remedy_until", proposal.remedy_until, "救济期限", "the end of the time for remedies"),
    ):
        if not value:
            yield FieldError(pointer=pointer, detail=f"缺少{zh}", english=f"missing: {en}", code="MISSING")
    if proposal.effective_on is not None and proposal.effective_on > on:
        yield FieldError(
            pointer="/document/effective_on", detail="尚未生效", english="not in effect yet", code="NOT_IN_EFFECT"
        )
    if proposal.served_at is not None and proposal.served_at > at:
        yield FieldError(
            pointer="/document/served_at", detail="尚未送达", english="not delivered yet", code="NOT_SERVED"
        )
    if least is not None:
        for pointer, said, first, key in (
            ("/document/remedy_until", proposal.remedy_until, least.review_until, TermKey.REMEDY_REVIEW),
            ("/document/court_until", proposal.court_until, least.court_until, TermKey.REMEDY_COURT),
        ):
            if said is not None and said < first:
                yield FieldError(
                    pointer=pointer,
                    detail=f"不得早于{day_written(first)}（{pack.limit_term(key).basis}）",
                    english=f"not before {first.isoformat()}",
                    code="REMEDY_TOO_SHORT",
                )
    starts_by = counted_from(pack.limit_term(TermKey.FLAG_START), on)
    if proposal.starts_on > starts_by:
        yield FieldError(
            pointer="/starts_on",
            detail=f"不得晚于{day_written(starts_by)}",
            english=f"not after {starts_by.isoformat()}",
            code="TOO_LATE",
        )
    if proposal.effective_on is not None and proposal.starts_on < proposal.effective_on:
        yield FieldError(
            pointer="/starts_on",
            detail="早于文书生效日期",
            english="before the document takes effect",
            code="TOO_EARLY",
        )
