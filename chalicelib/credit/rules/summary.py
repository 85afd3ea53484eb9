"""What a summary means for one item, and how it changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from chalicelib.clock import day_written
from chalicelib.credit.model.records import (
    CONFIRMED,
    UNDONE,
    Bar,
    Effect,
    FlagMark,
    Freshness,
    Ground,
    ObjectionState,
    Overflow,
    PromiseOutcome,
    Record,
    Severity,
    Summary,
    Text,
)
from chalicelib.credit.rules.limits import overflow_after, within_bounds
from chalicelib.credit.rules.revoked_documents import without_revoked
from chalicelib.errors import ErrorCode
from chalicelib.rulepacks.model.pack import RulePack

REPAIR = Text(
    zh="可向认定单位申请信用修复，或者提出异议申诉，均不收费；仍可选择提交证明材料的方式办理。",
    en="You may ask the organ for repair, or object; both are free. The certificate way stays open.",
)
LIFTING = Text(
    zh="可向实施惩戒的单位提出异议申诉，或者在履行义务后申请解除，均不收费；仍可选择提交证明材料的方式办理。",
    en="You may object to the measure, or ask for lifting once the duty is done; both are free. "
    "The certificate way stays open.",
)
CHANNEL = Text(
    zh="本服务是唯一的官方受理渠道，不收取任何费用。",
    en="This service is the only official channel; it costs nothing.",
)
"""Shown wherever somebody can object or ask for repair, so that nobody pays an agency for it (R3.14)."""
ASK_AGAIN = Text(
    zh="请稍后再试；也可选择提交证明材料的方式办理。", en="Try again later; the certificate way stays open."
)
ASK_THE_OFFICER = Text(
    zh="请联系信用专员逐条核对；全部记录可在本人信用信息中查看。可向认定单位申请信用修复，或者提出异议申诉，均不收费；"
    "仍可选择提交证明材料的方式办理。",
    en="Ask the credit officer to go through them one by one; one's own credit shows every record. "
    "You may ask the organ for repair, or object; both are free. The certificate way stays open.",
)
TO_A_PERSON = Text(
    zh="由信用主管部门核对，核对期间不产生任何不利后果；仍可选择提交证明材料的方式办理。需要更正的，请携带身份证件、"
    "营业执照或者更名的证明文件到政务服务中心信用窗口，不收费。",
    en="The credit office checks it, and nothing adverse follows meanwhile; the certificate way stays open. To have it "
    "put right, bring the identity document, the business licence or the proof of a change of name to the credit "
    "counter of the service centre; it is free.",
)

UNDER_ANOTHER_NAME = Text(
    zh="该证件号码另有以其他姓名（名称）登记的信息，查清是不是您的之前不显示，也不会因此对您有任何不利后果。如果是您的，请携带身份证件、"
    "营业执照或者更名的证明文件到政务服务中心信用窗口核对，不收费。",
    en="More is recorded under this number, but under another name. It is not shown until somebody has found out "
    "whether it is yours, and nothing adverse follows from it meanwhile. If it is yours, bring the identity document, "
    "the business licence or the proof of a change of name to the credit counter of the service centre; it is free.",
)

FOUND = {
    PromiseOutcome.UNTRUE: Text(zh="不实", en="untrue"),
    PromiseOutcome.UNFULFILLED: Text(zh="未履行", en="not fulfilled"),
}
"""What a broken promise was found to be."""

GRAVEST_FIRST = (Effect.REFUSED, Effect.LIMITED, Effect.UNKNOWN, Effect.NONE)


def severity_kept(packs: Sequence[RulePack]) -> Severity:
    """Return the least severity kept in summaries: the lowest at which any rule pack bars (R3.3)."""
    return min((Severity(pack.bar_severity.value) for pack in packs), key=lambda severity: severity.rank)


def is_bar_in_force(bar: Bar, *, on: date) -> bool:
    """Whether a record has effect on a day, both end days included; undone records never have."""
    return bar.repair not in UNDONE and bar.starts_on <= on <= bar.ends_on


def is_flag_in_force(flag: FlagMark, *, on: date) -> bool:
    """Whether a measure has effect on a day, both end days included; an expired flag bars nobody."""
    return flag.starts_on <= on <= flag.ends_on


def is_stale(freshness: Freshness | None, *, on: date) -> bool:
    """Whether a source has missed its agreed update; the due day itself is still in time (R6.9)."""
    return freshness is not None and freshness.update_due_on is not None and on > freshness.update_due_on


def assessment(
    summary: Summary, item_code: str, *, on: date, bar_severity: Severity
) -> tuple[Effect, tuple[Ground, ...]]:
    """Return the gravest effect of flags and records for one item, with every reason.

    Records of ``bar_severity`` and above bar; stale ones alone give ``UNKNOWN`` (R6.9). A broken promise bars the next
    one whatever its severity, and limits nothing else (R1.1). Entries unrelated to the item are not reasons (R2.3).
    """
    effects = {Effect.NONE}
    reasons: list[Ground] = []
    for flag in summary.flags:
        if item_code in flag.items and is_flag_in_force(flag, on=on):
            effects.add(Effect.NONE if flag.is_paused else flag.effect)
            reasons.extend(_grounds_of_flag(flag))
    for bar in summary.bars:
        is_grave = bar.fulfilment is not None or bar.severity.rank >= bar_severity.rank
        if not is_grave or item_code not in bar.items or not is_bar_in_force(bar, on=on):
            continue
        stale = is_stale(summary.freshness.get(bar.source), on=on)
        weight = Effect.UNKNOWN if stale else Effect.REFUSED if bar.fulfilment is None else Effect.LIMITED
        effects.add(Effect.NONE if bar.is_paused else weight)
        reasons.extend(_grounds_of_bar(bar, stale=stale))
    for rest in summary.overflow:
        if rest.severity.rank < bar_severity.rank or not rest.starts_on <= on <= rest.ends_on:
            continue
        if rest.items and item_code not in rest.items:
            continue
        effects.add(Effect.REFUSED)
        reasons.append(_ground_of_overflow(rest))
    return next(effect for effect in GRAVEST_FIRST if effect in effects), tuple(reasons)


def identity_conflict() -> Ground:
    """Return the reason for a number that is known under another name (R6.3)."""
    return _of_the_service(
        ErrorCode.IDENTITY_CONFLICT,
        Text(
            zh="所填姓名（名称）与该证件号码在信用信息中登记的不一致，已转人工核对。",
            en="The name is not the one under which the number is known in credit records; a person looks at it.",
        ),
    )


def source_down() -> Ground:
    """Return the reason given while credit cannot be read: neither good nor bad (R6.10)."""
    return _of_the_service(
        ErrorCode.CREDIT_SOURCE_DOWN,
        Text(
            zh="信用信息暂时无法读取，不作有无失信的判断，请稍后再查。",
            en="Credit data cannot be read at the moment; nothing is said either way. Ask again later.",
        ),
        remedy=ASK_AGAIN,
    )


def with_record(summary: Summary, record: Record, *, name_digest: str, on: date, kept_from: Severity) -> Summary:
    """Return the summary after a record was stored: its bar added, replaced or removed, and expired ones dropped.

    Records of ``kept_from`` and above get a bar. A summary never refuses one: beyond its limits it keeps the gravest
    and longest-lasting, and an ``Overflow`` bars in place of the others. The name of a record that is marked with one
    (``named``) does not become the subject's by it.
    """
    bars = [
        bar
        for bar in summary.bars
        if (bar.source, bar.record_id) != (record.source, record.record_id) and bar.ends_on >= on
    ]
    bars += bars_of(record, on=on, kept_from=kept_from)
    kept, left_out = within_bounds(without_revoked(bars, summary.fallen))
    heard = fresher(summary.freshness.get(record.source), record)
    sources = {bar.source for bar in kept}
    named = () if record.named else (name_digest,)
    return replace(
        summary,
        version=summary.version + 1,
        bars=kept,
        overflow=overflow_after(summary.overflow, left_out, on=on),
        freshness={
            source: said for source, said in {**summary.freshness, record.source: heard}.items() if source in sources
        },
        name_digests=tuple(dict.fromkeys((*named, *summary.name_digests))),
    )


def fresher(known: Freshness | None, record: Record) -> Freshness:
    """Return the later report of a source; if both came at the same instant, the one valid for longer."""
    heard = Freshness(received_at=record.received_at, update_due_on=record.update_due_on)
    return heard if known is None else max(known, heard, key=_word)


def _word(said: Freshness) -> tuple[datetime, date]:
    return said.received_at, said.update_due_on or date.max


def with_flag(summary: Summary, flag: FlagMark, *, name_digest: str, on: date) -> Summary:
    """Return the summary with a flag added and expired flags dropped.

    The proposal's name is used only if no source gave any, so that a name found wrong since does not return with it.
    """
    others = (known for known in summary.flags if known.flag_id != flag.flag_id and known.ends_on >= on)
    flags = tuple(sorted((*others, flag), key=lambda mark: mark.flag_id))
    names = summary.name_digests or (name_digest,)
    return replace(summary, version=summary.version + 1, flags=flags, name_digests=names)


def without_flag(summary: Summary, flag_id: str) -> Summary:
    """Return the summary without a flag."""
    others = tuple(flag for flag in summary.flags if flag.flag_id != flag_id)
    return replace(summary, version=summary.version + 1, flags=others)


def with_kept_promise(summary: Summary) -> Summary:
    """Return the summary with one more kept promise; the version stays, because no check depends on it (R1.20)."""
    return replace(summary, kept_promises=summary.kept_promises + 1)


def is_kept_promise(record: Record) -> bool:
    """Whether a record says that a promise was kept."""
    return record.fulfilment is not None and record.fulfilment.outcome is PromiseOutcome.KEPT


def bars_of(record: Record, *, on: date, kept_from: Severity) -> tuple[Bar, ...]:
    """Return the bar that a record sets on a day, or nothing.

    It takes a severity of ``kept_from`` or above, or a broken promise, and related items, and that a person has
    confirmed it or its source is trusted; one that is undone or over sets none.
    """
    until = record.display.until
    if until is None or until < on or record.display.ended_at is not None or record.repair in UNDONE:
        return ()
    is_grave = record.fulfilment is not None or record.severity.rank >= kept_from.rank
    if not is_grave or record.bar not in CONFIRMED or not record.related_items:
        return ()
    return (_bar_of(record, ends_on=until),)


def _bar_of(record: Record, *, ends_on: date) -> Bar:
    return Bar(
        source=record.source,
        record_id=record.record_id,
        kind=record.kind,
        severity=record.severity,
        organ=record.document.organ,
        document_no=record.document.number,
        basis=record.basis,
        starts_on=record.dates.effective_on,
        ends_on=ends_on,
        items=record.related_items,
        objection=record.objection,
        is_paused=record.is_paused,
        repair=record.repair,
        named=record.named,
        fulfilment=record.fulfilment,
    )


def _text_of_bar(bar: Bar) -> Text:
    until = bar.ends_on.isoformat()
    if bar.fulfilment is None:
        document = f"{bar.organ}{bar.document_no}"
        return Text(
            zh=f"存在未修复的失信记录（{document}），有效期至{until}，不适用告知承诺。",
            en=f"An adverse record stands unrepaired ({document}, until {until}): no promise instead of proof.",
        )
    broken, case_no, since = FOUND[bar.fulfilment.outcome], bar.fulfilment.case_no, bar.starts_on.isoformat()
    return Text(
        zh=f"办件{case_no}中对本事项所作的承诺，经核查并听取陈述申辩后，于{since}认定为{broken.zh}。"
        f"在信用修复之前，本事项不适用告知承诺，最迟至{until}为止。",
        en=f"The promise on this item in case {case_no} was found {broken.en} on {since}, after a verification and a "
        f"hearing. No other promise on it until it is repaired, or until {until} at the latest.",
    )


def _grounds_of_bar(bar: Bar, *, stale: bool) -> Iterator[Ground]:
    document = f"{bar.organ}{bar.document_no}"
    ground = Ground(
        code=ErrorCode.SUBJECT_BARRED,
        text=_text_of_bar(bar),
        source=bar.source if bar.fulfilment is None else bar.fulfilment.department,
        basis=bar.basis,
        remedy=REPAIR,
        contact=bar.organ,
        record=bar.record,
        severity=bar.severity,
        until=bar.ends_on,
    )
    if stale:
        yield replace(
            ground,
            code=ErrorCode.STALE_RECORD,
            text=Text(
                zh=f"来源单位未按约定时间更新该记录（{document}），不能单独作为不予适用的理由。",
                en=f"The source has not updated the record ({document}) as agreed; it cannot be a reason alone.",
            ),
        )
    elif not bar.is_paused:
        yield ground
    if bar.objection is ObjectionState.OPEN:
        yield _under_objection(ground)


def _ground_of_overflow(rest: Overflow) -> Ground:
    return Ground(
        code=ErrorCode.SUBJECT_BARRED,
        text=Text(
            zh=f"未修复的失信记录过多，此处未能逐条列出；其中最长的有效期至{day_written(rest.ends_on)}，不适用告知承诺。",
            en="There are more adverse records unrepaired than are listed here, the longest until "
            f"{rest.ends_on.isoformat()}: no promise instead of proof.",
        ),
        source="",
        basis=rest.basis,
        remedy=ASK_THE_OFFICER,
        contact=rest.organ,
        record="",
        severity=rest.severity,
        until=rest.ends_on,
    )


def _grounds_of_flag(flag: FlagMark) -> Iterator[Ground]:
    document = f"{flag.organ}{flag.document_no}"
    ground = Ground(
        code=ErrorCode.SUBJECT_BARRED,
        text=Text(
            zh=f"依据{document}实施惩戒措施“{flag.measure}”，有效期至{day_written(flag.ends_on)}。",
            en=f"The measure {flag.measure_code} ({flag.measure}) is in force by {document} "
            f"until {flag.ends_on.isoformat()}.",
        ),
        source=flag.organ,
        basis=flag.basis,
        remedy=LIFTING,
        contact=flag.organ,
        record=f"flag:{flag.flag_id}",
        severity=flag.severity,
        until=flag.ends_on,
    )
    if not flag.is_paused:
        yield ground
    if flag.objection is ObjectionState.OPEN:
        yield _under_objection(ground)


def _under_objection(ground: Ground) -> Ground:
    text = Text(
        zh="对该信息的异议申诉正在处理（异议标注）。",
        en="An objection to this entry is being decided.",
    )
    return replace(ground, code=ErrorCode.UNDER_OBJECTION, text=text)


def _of_the_service(code: ErrorCode, text: Text, *, remedy: Text = TO_A_PERSON) -> Ground:
    return Ground(code=code, text=text, source="", basis="", remedy=remedy, contact="", record="")
