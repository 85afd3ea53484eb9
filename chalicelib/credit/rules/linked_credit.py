"""A subject's credit for one item, including identities it had before or took over (主体关联, R6.4)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from chalicelib.credit.model.links import Link, LinkKind
from chalicelib.credit.model.records import Effect, Eligibility, Ground, Severity, Summary, Text
from chalicelib.credit.rules.names import is_known_by_name, is_set_apart, names_counting_for
from chalicelib.credit.rules.summary import GRAVEST_FIRST, assessment, identity_conflict
from chalicelib.subjects.model.subjects import SubjectKey

BARRING = frozenset({Effect.REFUSED, Effect.LIMITED})
"""Effects that leave the certificate way alone."""

LINKED = {
    LinkKind.RENAMED: Text(zh="更名前", en="under a former name"),
    LinkKind.RENUMBERED: Text(zh="同一主体的另一证件号码", en="under another number of the same subject"),
    LinkKind.MERGED: Text(zh="被合并的单位", en="for an organisation that was merged into this one"),
    LinkKind.DIVIDED: Text(zh="分立前的单位", en="for the organisation that this one was divided from"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedSummary:
    """Another subject's summary that counts for this one, with the link that says why."""

    link: Link
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAssessment:
    """What credit says of a number's holder under one name, and the effect of what stands under its other names.

    ``is_disputed``: the name is not the known one, or something has an effect under another, and nobody has decided.
    """

    effect: Effect
    reasons: tuple[Ground, ...]
    elsewhere: Effect
    is_disputed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedSummary(Summary):
    """A subject's own summary with the linked ones; only read, never written."""

    others: tuple[LinkedSummary, ...] = ()


def join(own: Summary, others: Sequence[LinkedSummary]) -> Summary:
    """Return the summary together with the linked ones that were read."""
    if not others:
        return own
    return JoinedSummary(**{part.name: getattr(own, part.name) for part in fields(Summary)}, others=tuple(others))


def links_beyond(own: Summary, met: Collection[LinkedSummary]) -> tuple[Link, ...]:
    """Return the links that lead to subjects not read yet, one to each."""
    known = {own.subject, *(one.summary.subject for one in met)}
    beyond = {link.subject: link for one in met for link in one.summary.links if link.subject not in known}
    return tuple(beyond.values())


def others_of(summary: Summary) -> tuple[LinkedSummary, ...]:
    """Return the linked summaries that count for the subject."""
    return summary.others if isinstance(summary, JoinedSummary) else ()


def parts_of(summary: Summary) -> tuple[Summary, ...]:
    """Return the subject's own summary and the linked ones."""
    return (summary, *(met.summary for met in others_of(summary)))


def combine(summary: Summary) -> Summary:
    """Return a summary with the flags and kept promises of all parts, for a grade only; it is never written."""
    parts = parts_of(summary)
    flags = tuple(flag for part in parts for flag in part.flags)
    return replace(summary, flags=flags, kept_promises=sum(part.kept_promises for part in parts))


def assess(summary: Summary, item_code: str, *, on: date, bar_severity: Severity) -> tuple[Effect, tuple[Ground, ...]]:
    """Return the gravest effect of all parts for one item, with every reason; reasons of others name the link."""
    effect, reasons = assessment(summary, item_code, on=on, bar_severity=bar_severity)
    effects, grounds = {effect}, list(reasons)
    for met in others_of(summary):
        effect, reasons = assessment(met.summary, item_code, on=on, bar_severity=bar_severity)
        effects.add(effect)
        grounds.extend(_said_of_link(reasons, met.link))
    return next(effect for effect in GRAVEST_FIRST if effect in effects), tuple(grounds)


def judge(
    summary: Summary, item_code: str, *, names: Collection[str], on: date, bar_severity: Severity
) -> NamedAssessment:
    """Return what credit says of a number's holder under a name; ``names`` are the keyed digests of it (R6.3).

    What was recorded under another name is no reason against this one, but until a person has said that the two names
    are two people's, the name is in dispute.
    """
    is_apart = is_set_apart(summary, names)
    own, others = _by_name(summary, names)
    effect, reasons = assess(own, item_code, on=on, bar_severity=bar_severity)
    elsewhere, _ = assess(others, item_code, on=on, bar_severity=bar_severity)
    return NamedAssessment(
        effect=effect,
        reasons=reasons,
        elsewhere=Effect.NONE if is_apart else elsewhere,
        is_disputed=not is_apart and (not is_known_by_name(summary, names) or elsewhere is not Effect.NONE),
    )


def eligibility(
    summary: Summary, item_code: str, *, names: Collection[str], on: date, bar_severity: Severity
) -> Eligibility:
    """Whether the subject may promise for an item on a day, with every reason if not (R1.1, R1.2).

    Records of ``bar_severity`` and above bar; those from a stale source are named, but do not bar alone (R6.9). Where
    something bars under another name of the number, the promise waits; what it is, is nobody else's business (R6.3).
    """
    found = judge(summary, item_code, names=names, on=on, bar_severity=bar_severity)
    if found.effect in BARRING or not found.is_disputed:
        return Eligibility(allowed=found.effect not in BARRING, reasons=found.reasons)
    if found.elsewhere in BARRING:
        return Eligibility(allowed=False, reasons=(identity_conflict(),))
    return Eligibility(allowed=True, reasons=(*found.reasons, identity_conflict()))


def under_name(summary: Summary, names: Collection[str]) -> Summary:
    """Return what counts for a number's holder under a name, the linked summaries included."""
    return _by_name(summary, names)[0]


def with_link(summary: Summary, link: Link) -> Summary:
    """Return the summary with a link; its new version makes filings based on the old one fail."""
    return replace(summary, version=summary.version + 1, links=(*summary.links, link))


def with_reader(summary: Summary, reader: SubjectKey) -> Summary:
    """Return the summary with a subject for whom it counts, kept for good so that affected cases can be found.

    The version stays, because none of the subject's own checks depends on it.
    """
    return replace(summary, met_by=tuple(dict.fromkeys((*summary.met_by, reader))))


def without_link(summary: Summary, alias_id: str) -> Summary:
    """Return the summary without a link."""
    links = tuple(link for link in summary.links if link.alias_id != alias_id)
    return replace(summary, version=summary.version + 1, links=links)


def _by_name(summary: Summary, names: Collection[str]) -> tuple[Summary, Summary]:
    """Split a summary into what counts for a name and the rest; linked summaries go with the name of their link."""
    if not (summary.bars or summary.flags or summary.overflow or others_of(summary)):
        # Nothing bad is recorded, as of nearly everybody.
        return summary, summary
    counting = names_counting_for(summary, names)
    bare = replace(summary, overflow=())
    own, others = (summary, bare) if "" in counting else (bare, summary)
    linked, not_linked = _linked_by_name(summary, counting)
    return (
        _with_others(
            replace(
                own,
                bars=tuple(bar for bar in summary.bars if bar.named in counting),
                flags=tuple(flag for flag in summary.flags if flag.named in counting),
            ),
            linked,
        ),
        _with_others(
            replace(
                others,
                bars=tuple(bar for bar in summary.bars if bar.named not in counting),
                flags=tuple(flag for flag in summary.flags if flag.named not in counting),
            ),
            not_linked,
        ),
    )


def _with_others(summary: Summary, others: tuple[LinkedSummary, ...]) -> Summary:
    return replace(summary, others=others) if isinstance(summary, JoinedSummary) else summary


def _linked_by_name(
    summary: Summary, counting: Collection[str]
) -> tuple[tuple[LinkedSummary, ...], tuple[LinkedSummary, ...]]:
    """Split linked summaries by the name of the link; what was met through one goes with it."""
    linked: list[LinkedSummary] = []
    not_linked: list[LinkedSummary] = []
    for met in others_of(summary):
        through = next((side for side in (linked, not_linked) if _leads_to(met, side)), None)
        if through is None:
            through = linked if met.link.named in counting else not_linked
        through.append(met)
    return tuple(linked), tuple(not_linked)


def _leads_to(met: LinkedSummary, others: Sequence[LinkedSummary]) -> bool:
    return any(met.link in one.summary.links for one in others)


def _said_of_link(reasons: Sequence[Ground], link: Link) -> Iterator[Ground]:
    said = LINKED[link.kind]
    for ground in reasons:
        text = Text(
            zh=f"{ground.text.zh}（登记在{said.zh}名下，依据{link.organ}{link.document_no}计入。）",
            en=f"{ground.text.en} (It is kept {said.en} and counts by {link.organ}{link.document_no}.)",
        )
        yield replace(ground, text=text)
