"""The rules of filing: whether a promise is possible, what is signed, and what must be handed in."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import rfc8785

from chalicelib.cases.model.case import ConditionAsked, Draft, LaterMaterial, Material, MaterialAsked, Terms, Way
from chalicelib.cases.model.stages import CommitmentStatus, Signatory
from chalicelib.cases.rules.answers import signed
from chalicelib.catalogue.model.answers import Reply
from chalicelib.catalogue.model.items import Checklist, Item
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.catalogue.model.terms import Audience
from chalicelib.credit.model.records import Eligibility, Ground, Severity, Summary
from chalicelib.credit.rules.linked_credit import eligibility
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.rulepacks.model.pack import RulePack, Term, TermKey
from chalicelib.subjects.model.subjects import PERSONS, Identity, Representative, SubjectKind
from chalicelib.subjects.rules.identifiers import masked_number
from chalicelib.subjects.rules.signing_keys import SignedPart, invalid
from chalicelib.timeline.events import Json
from chalicelib.workdays.model.limits import Limit, Unit

STATEMENTS = (
    ("本人已知晓告知事项的全部内容。", "I know all that I have been told in the notice."),
    ("本人已符合告知的条件和要求。", "I meet the conditions and requirements of the notice."),
    (
        "上述承诺是本人真实意思的表示，所填信息真实、准确，本人愿意接受核查。",
        "The promise is what I truly mean, what I filled in is true and accurate, and I accept that it is verified.",
    ),
    (
        "本人愿意承担不实承诺、未履行承诺的法律责任。",
        "I accept the legal liability for a promise that is untrue or not kept.",
    ),
)
"""The statements that every promise makes besides its conditions (国办发〔2020〕42号第七项).

The Chinese one is signed, the English one says what it means.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What an applicant files: the conditions confirmed, the signature over the payload, and the materials."""

    draft_id: str
    confirmed: tuple[str, ...] = ()
    signature: str | None = None
    materials: tuple[Material, ...] = ()


def reasons_of_item(
    item: Item,
    pack: RulePack,
    *,
    checklist: Checklist,
    is_by_proxy: bool,
    may_promise_again: bool,
) -> tuple[ErrorCode, ...]:
    """Return why the item itself rules out a promise; empty if it does not (R1.1, R1.8, R1.11)."""
    reasons = []
    if pack.excluded_risk(item.risk_class) is not None:
        reasons.append(ErrorCode.RISK_EXCLUDED)
    elif not checklist.conditions:
        reasons.append(ErrorCode.COMMITMENT_NOT_OFFERED)
    if is_by_proxy and not item.proxy_allowed:
        reasons.append(ErrorCode.PROXY_NOT_ALLOWED)
    if not may_promise_again:
        reasons.append(ErrorCode.RECOMMITMENT_NOT_ALLOWED)
    return tuple(reasons)


def require_audience(item: Item, kind: SubjectKind) -> None:
    """Raise ``NOT_FOR_AUDIENCE`` for an organisation on an item meant for individuals, or the reverse."""
    audience = Audience.NATURAL if kind in PERSONS else Audience.LEGAL
    if item.audience not in {audience, Audience.BOTH}:
        raise DomainError(ErrorCode.NOT_FOR_AUDIENCE, audience=item.audience.value)


def standing_of(draft: Draft, found: Eligibility | None) -> CommitmentStatus:
    """Return the gate's answer: refused if the item or credit says no.

    It is pending if credit cannot be read, or if a person has to say first whose it is (R6.3).
    """
    return CommitmentStatus.REFUSED if draft.closed_by else status_of(found)


def status_of(found: Eligibility | None) -> CommitmentStatus:
    """Return what credit says of a promise; pending without an answer."""
    if found is None or found.waits:
        return CommitmentStatus.PENDING
    return CommitmentStatus.ALLOWED if found.allowed else CommitmentStatus.REFUSED


def refused_by(grounds: Sequence[Ground]) -> tuple[str, ...]:
    """Return the names of the records and flags that rule out a promise, as used in answers."""
    barring = (ground.record for ground in grounds if ground.code is ErrorCode.SUBJECT_BARRED and ground.record)
    return tuple(dict.fromkeys(barring))


def eligibility_for(terms: Terms, summary: Summary, *, name_digest: str, on: date) -> Eligibility:
    """Return whether a subject's credit allows a promise on these terms.

    What is recorded under another name does not count, but if it bars, the promise waits for a person (R6.3).
    """
    return eligibility(summary, terms.item_code, names=(name_digest,), on=on, bar_severity=terms.bar_severity)


def terms_of(item: Item, pack: RulePack) -> Terms:
    """Return the terms that apply to a case on this version for its whole life."""
    return Terms(
        item_code=item.code,
        item_version=item.version,
        item_name=item.name,
        department=item.department,
        pack=item.jurisdiction,
        accepted_by=item.acceptance,
        promised=item.promised,
        statutory=item.statutory,
        acceptance=limit_of(pack.limit_term(TermKey.CORRECTION_NOTICE)),
        delivery=limit_of(pack.limit_term(TermKey.ISSUE)),
        verification=item.verification,
        recommitment=item.recommitment,
        bar_severity=Severity(pack.bar_severity.value),
        supervision_channel=item.supervision_channel,
        proxy_acts=item.proxy_acts,
    )


def limit_of(term: Term) -> Limit:
    """Return a limit of a rule pack as clocks count it."""
    return Limit(value=term.value, unit=Unit(term.unit), basis=term.basis)


def conditions_asked(checklist: Checklist, replies: Sequence[Reply]) -> tuple[ConditionAsked, ...]:
    """Return the conditions to confirm one by one, with the values from the answers (R1.7).

    The value of a choice is the option's; all others are in words.
    """
    values = {reply.question.id: _quoted(reply) for reply in replies}
    return tuple(
        ConditionAsked(
            id=condition.id,
            text=condition.text,
            value=None if condition.question is None else values.get(condition.question),
        )
        for condition in checklist.conditions
    )


def _quoted(reply: Reply) -> str | bool:
    return reply.value if reply.question.options and not isinstance(reply.value, Mapping) else reply.words


def materials_asked(checklist: Checklist) -> tuple[MaterialAsked, ...]:
    """Return all applicable materials, shared ones included, so that people see what they need not hand in.

    The files that questions ask for come after them.
    """
    materials = (
        MaterialAsked(
            id=material.id,
            name=material.name,
            basis=material.basis,
            ways=material.ways,
            kept_years=material.kept_years,
        )
        for material in checklist.materials
    )
    files = (
        MaterialAsked(id=question.id, name=question.text, basis="", ways=(MaterialWay.CERTIFICATE,), required=False)
        for question in checklist.files
    )
    return (*materials, *files)


def later_of(checklist: Checklist, wished: Sequence[str], *, way: Way) -> tuple[LaterMaterial, ...]:
    """Return what the applicant wants to bring later, each with its time (容缺受理).

    Raises ``MATERIAL_NOT_LISTED`` for what the item does not let anybody bring later, or not without a promise.
    """
    open_later = {
        material.id: material.later.counted()
        for material in checklist.to_hand_in(MaterialWay(way.value))
        if material.later is not None and way is Way.COMMITMENT
    }
    faults = tuple(
        FieldError(
            pointer=f"/later/{index}",
            detail="这项材料不能容缺后补，或者重复。",
            english="This cannot be brought later, or is there twice.",
        )
        for index, name in enumerate(wished)
        if name not in open_later or name in wished[:index]
    )
    if faults:
        raise DomainError(ErrorCode.MATERIAL_NOT_LISTED, faults=faults)
    return tuple(LaterMaterial(id=name, limit=limit) for name, limit in open_later.items() if name in wished)


def later_signed(later: Sequence[LaterMaterial], checklist: Checklist) -> dict[str, Json]:
    """Return what the signed text says of what will be brought later: its name, and within which time."""
    if not later:
        return {}
    names = {material.id: material.name for material in checklist.materials}
    return {
        "later": [
            {
                "id": each.id,
                "name": names[each.id],
                "limit": {"value": each.limit.value, "unit": each.limit.unit.value, "basis": each.limit.basis},
            }
            for each in later
        ]
    }


def payload_of(fields: dict[str, Json]) -> str:
    """Return the text to sign, as RFC 8785 canonical JSON, so that changing one character changes the text.

    The fields hold a random salt: digest and signature of the text stay on the timeline after it has been deleted, and
    nobody can tell by them what it said.
    """
    return rfc8785.dumps(fields | {"statements": [text for text, _ in STATEMENTS]}).decode()


def conditions_signed(draft: Draft) -> tuple[ConditionAsked, ...]:
    """Return the conditions as the text to sign has them: what is shown to the signer comes from it alone (R7.2)."""
    told = json.loads(draft.payload)["conditions"]
    return tuple(ConditionAsked(id=each["id"], text=each["text"], value=each["value"]) for each in told)


def statements_signed(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Return the statements as the text to sign has them, each with what it means in English."""
    english = dict(STATEMENTS)
    return tuple((text, english.get(text, "")) for text in json.loads(draft.payload)["statements"])


def require_laid_out_as_signed(draft: Draft) -> None:
    """Raise ``SIGNATURE_INVALID`` for the layout unless the draft says just what its text says (R7.2)."""
    told = json.loads(draft.payload)
    laid_out = {
        "item_code": draft.terms.item_code,
        "item_name": draft.terms.item_name,
        "item_version": draft.terms.item_version,
        "notice_hash": draft.notice_hash,
        "answers": signed(draft.answers),
        "case_no": draft.case_no,
        "way": draft.way.value,
    }
    is_same = all(told.get(name) == value for name, value in laid_out.items())
    if not is_same or conditions_signed(draft) != draft.conditions or digest_of(draft.payload) != draft.payload_hash:
        raise invalid(SignedPart.LAYOUT)


def digest_of(payload: str) -> str:
    """Return the hexadecimal SHA-256 of a text to sign."""
    return hashlib.sha256(payload.encode()).hexdigest()


def way_of(draft: Draft, submission: Submission) -> Way:
    """Return the way in which a draft is filed; a draft for a promise may still be filed with certificates (R1.3).

    A promise needs a signature: raises ``SIGNATURE_INVALID`` if conditions are confirmed without one.
    """
    if draft.way is Way.CERTIFICATE:
        if submission.signature or submission.confirmed:
            fault = FieldError(
                pointer="/signature", detail="本草稿按提交材料方式办理。", english="This draft goes by certificates."
            )
            raise DomainError(ErrorCode.INVALID_BODY, faults=(fault,))
        return Way.CERTIFICATE
    if submission.signature:
        return Way.COMMITMENT
    if submission.confirmed:
        raise DomainError(ErrorCode.SIGNATURE_INVALID)
    if not submission.materials:
        require_confirmations(draft.conditions, ())
    return Way.CERTIFICATE


def require_confirmations(asked: Sequence[ConditionAsked], confirmed: Sequence[str]) -> None:
    """Raise ``CONFIRMATIONS_MISSING`` unless each condition, and nothing else, is confirmed exactly once (R1.7)."""
    faults = tuple(_faults_of_confirmations(asked, confirmed))
    if faults:
        missing = sorted({condition.id for condition in asked} - set(confirmed))
        raise DomainError(ErrorCode.CONFIRMATIONS_MISSING, faults=faults, missing=", ".join(missing))


def _faults_of_confirmations(asked: Sequence[ConditionAsked], confirmed: Sequence[str]) -> Iterator[FieldError]:
    for condition in asked:
        if condition.id not in confirmed:
            yield FieldError(
                pointer="/confirmed",
                detail=f"请确认条件“{condition.text}”（{condition.id}）",
                english=f"Confirm the condition {condition.id}.",
            )
    names = {condition.id for condition in asked}
    for index, name in enumerate(confirmed):
        if name not in names or name in confirmed[:index]:
            yield FieldError(
                pointer=f"/confirmed/{index}",
                detail="没有这项条件，或者重复。",
                english="There is no such condition, or it is there twice.",
            )


def require_materials(
    checklist: Sequence[MaterialAsked],
    brought: Sequence[Material],
    *,
    way: Way,
    held: Sequence[Material] = (),
    later: Sequence[LaterMaterial] = (),
) -> None:
    """Check that what is owed, less what is already ``held``, is handed in, and no more (优化营商环境条例第44条).

    What a promise says will come ``later`` may come now, and need not.

    A file that a question asks for may be among them.

    A material may be handed in as several documents. Raises ``MATERIALS_MISSING`` for what is missing and
    ``MATERIAL_NOT_LISTED`` for what is on no list, or there twice.
    """
    here_already = {material.id for material in held}
    excused = here_already | {each.id for each in later if way is Way.COMMITMENT}
    owed = {asked.id: asked.name for asked in checklist if asked.must_be_handed_in(way) and asked.id not in excused}
    taken = {asked.id for asked in checklist if asked.may_be_handed_in(way)} - here_already
    names = [material.id for material in brought]
    unlisted = tuple(
        FieldError(
            pointer=f"/materials/{index}/id",
            detail="清单中没有这项材料，或者重复。",
            english="Not on the list, or there twice.",
        )
        for index, material in enumerate(brought)
        if material.id not in taken or _is_there_twice(material, brought[:index])
    )
    if unlisted:
        raise DomainError(ErrorCode.MATERIAL_NOT_LISTED, faults=unlisted)
    missing = tuple(
        FieldError(
            pointer="/materials",
            detail=f"缺少材料“{name}”（{material_id}）。",
            english=f"The material {material_id} is missing.",
        )
        for material_id, name in owed.items()
        if material_id not in names
    )
    if missing:
        raise DomainError(ErrorCode.MATERIALS_MISSING, faults=missing)


def _is_there_twice(material: Material, before: Sequence[Material]) -> bool:
    same = [one for one in before if one.id == material.id]
    return any(not (one.document and material.document) or one.document == material.document for one in same)


def signatory_of(identity: Identity | None, representative: Representative | None) -> Signatory | None:
    """Return who signs for an organisation; None for a person, who signs for themselves.

    Raises ``REPRESENTATIVE_MISSING`` if a login does not say which person acts for the organisation.
    """
    if identity is None or identity.kind in PERSONS:
        return None
    if representative is None:
        raise DomainError(ErrorCode.REPRESENTATIVE_MISSING)
    person = representative.identity
    return Signatory(
        name=person.name,
        number=masked_number(person.number),
        office=representative.office,
        authority=representative.authority,
    )


def require_in_time(draft: Draft, *, at: datetime) -> None:
    """Raise ``DRAFT_EXPIRED`` from ``expires_at`` on; the second before it is the last one in time."""
    if at >= draft.expires_at:
        raise DomainError(ErrorCode.DRAFT_EXPIRED)
