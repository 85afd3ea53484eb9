"""Builders: every argument has a default, so that a test names only what it is about."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.authorities.model import Act, Authority, Grant
from chalicelib.authorities.model import Party as AuthorityParty
from chalicelib.cases.model.case import Case, ConditionAsked, Draft, MaterialAsked, State, Terms
from chalicelib.cases.model.case import Way as CaseWay
from chalicelib.cases.model.stages import Commitment, Decision, Finding, Outcome, Verification
from chalicelib.cases.rules.case_numbers import case_no_for
from chalicelib.catalogue.model.items import (
    Acceptance,
    Condition,
    Item,
    LegalBasis,
    Liability,
    Material,
    Method,
    Notice,
    Recommitment,
    Step,
    VerificationPlan,
    Way,
)
from chalicelib.catalogue.model.questions import Option, Question, When
from chalicelib.catalogue.model.terms import Audience, Limits, WrittenLimit
from chalicelib.credit.model.promise_keeping import PromiseReport
from chalicelib.credit.model.records import (
    Bar,
    Document,
    Effect,
    FlagMark,
    Fulfilment,
    PromiseOutcome,
    Record,
    Severity,
    Summary,
)
from chalicelib.credit.model.submissions import Submission
from chalicelib.credit.rules import submissions as intake
from chalicelib.credit.store.directories import directories
from chalicelib.policy import Caller, Role
from chalicelib.rulepacks.model.display import rules_of_the_day
from chalicelib.rulepacks.store import load_rule_packs
from chalicelib.sanctions.model.flags import Flag, FlagState, Measure, MeasureClass, Party, Proposal
from chalicelib.subjects.model.subjects import Identity, NameRank, NameSource, Representative, SubjectKey, SubjectKind
from chalicelib.workdays.model.calendar import Calendar
from chalicelib.workdays.model.limits import Limit, Unit

NOON = datetime(2026, 9, 28, 4, 0, tzinfo=UTC)
"""A Monday at noon in Shanghai, in the last week before the National Day holidays."""

AN_OFFICE = NameSource(rank=NameRank.OFFICE, actor="staff:office", department="market")
"""Whose word a name is where a test does not care."""


def an_identity(
    *, kind: SubjectKind = SubjectKind.RESIDENT_ID, number: str = "330725196806180004", name: str = "李示例"
) -> Identity:
    """A synthetic natural person, whose number nobody has: sequences begin at 001."""
    return Identity(kind=kind, number=number, name=name)


def an_organisation(*, number: str = "91330782MA0000028Y", name: str = "义乌示例市场主体有限公司（合成）") -> Identity:
    """A synthetic organisation."""
    return Identity(kind=SubjectKind.USCC, number=number, name=name)


def a_representative(**other: Any) -> Representative:  # noqa: ANN401 - any field of a representative
    """The legal representative of the synthetic organisation."""
    identity = an_identity(number="330106198503110006", name="赵示例")
    return Representative(**{"identity": identity, "office": "法定代表人", **other})


def a_caller(
    *roles: Role,
    sub: str = "somebody",
    department: str | None = None,
    subject: str | None = None,
    identity: Identity | None = None,
    told_at: datetime | None = None,
    representative: Representative | None = None,
) -> Caller:
    """Somebody with roles; an applicant unless said."""
    return Caller(
        sub=sub,
        roles=frozenset(roles or (Role.APPLICANT,)),
        department=department,
        subject=SubjectKey(subject) if subject else None,
        identity=identity,
        told_at=told_at,
        representative=representative,
    )


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An applicant's own key: ES256 unless made with an Ed25519 key."""

    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()),
    )

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as it is enrolled."""
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            numbers = self.private.public_key().public_numbers()
            x, y = (base64url(number.to_bytes(32)) for number in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(self.private.public_key().public_bytes_raw())}

    @property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint, computed here on its own."""
        return base64url(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())

    def sign(self, payload: str, **header: Any) -> str:  # noqa: ANN401 - header parameters are any JSON
        """A compact JWS with detached payload; ``header`` replaces parameters, ``None`` takes one away."""
        is_ec = isinstance(self.private, ec.EllipticCurvePrivateKey)
        whole = {"alg": "ES256" if is_ec else "EdDSA", "kid": self.key_id, **header}
        said = json.dumps({name: value for name, value in whole.items() if value is not None})
        protected = base64url(said.encode())
        signed = f"{protected}.{base64url(payload.encode())}".encode()
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            r, s = utils.decode_dss_signature(self.private.sign(signed, ec.ECDSA(SHA256())))
            signature = r.to_bytes(32) + s.to_bytes(32)
        else:
            signature = self.private.sign(signed)
        return f"{protected}..{base64url(signature)}"


def base64url(value: bytes) -> str:
    """Unpadded base64url, as JOSE writes it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def a_limit(value: int = 3, *, unit: Unit | None = Unit.WORKING_DAYS, basis: str = "第1条") -> WrittenLimit:
    """A limit as an editor writes it."""
    return WrittenLimit(value=value, unit=unit, basis=basis)


def some_limits(*, promised: WrittenLimit | None = None, statutory: WrittenLimit | None = None) -> Limits:
    """Three working days promised of the fifteen that the law gives."""
    return Limits(promised=promised or a_limit(3), statutory=statutory or a_limit(15))


def a_step(*, id: str = "review", name: str = "审查", limit: WrittenLimit | None = None) -> Step:  # noqa: A002 - as the field
    """A step of one working day."""
    return Step(id=id, name=name, limit=limit or a_limit(1))


def a_question(
    *,
    id: str = "residence",  # noqa: A002 - as the field
    options: tuple[str | bool, ...] = ("rural", "urban"),
    required: bool = True,
) -> Question:
    """A choice that must be made."""
    return Question(
        id=id,
        text="农村还是城镇？",
        text_en="Rural or urban?",
        required=required,
        options=tuple(Option(value=value, text=str(value), text_en=str(value)) for value in options),
    )


def a_condition(
    *,
    id: str = "plate-lost",  # noqa: A002 - as the field
    text: str = "旧车牌确实丢了。",
    measure: str = "登记系统里没有扣押记录。",
    material: str = "old-plate",
    question: str | None = None,
) -> Condition:
    """A condition that a promise confirms."""
    return Condition(id=id, text=text, measure=measure, material=material, question=question)


def a_material(
    *,
    id: str = "old-plate",  # noqa: A002 - as the field
    name: str = "旧车牌",
    basis: str = "第2条",
    ways: tuple[Way, ...] = (Way.COMMITMENT, Way.CERTIFICATE),
    when: When | None = None,
    source: str = "登记库",
) -> Material:
    """A material that may be promised or handed in."""
    return Material(id=id, name=name, basis=basis, ways=ways, when=when, source=source)


def a_notice(*, item_name: str = "补领车牌", publication: str = "不公开") -> Notice:
    """A notice with every field filled."""
    return Notice(
        item_name=item_name,
        proof_obligation="交旧车牌，或者承诺。",
        proof_content="旧车牌丢了。",
        way_to_commit="逐条确认并签名。",
        right_to_verify="办结后核查。",
        liability=Liability(civil="赔偿。", administrative="撤销。", criminal="追究刑事责任。"),
        publication=publication,
        setting_basis="第3条",
        contact="12345",
        validity="到下一版公布为止。",
        alternative="交旧车牌。",
    )


def a_plan(*, method: Method = Method.ONLINE, officers: int = 1, **other: Any) -> VerificationPlan:  # noqa: ANN401 - any field of a plan
    """A verification within two months, online by one officer unless said."""
    fields: dict[str, Any] = {"written_limit": a_limit(2, unit=Unit.MONTHS), "standard": "系统里没有扣押记录。"}
    return VerificationPlan(method=method, officers=officers, **{**fields, **other})


def an_item(
    *,
    code: str = "plate-replacement",
    version: int = 1,
    effective_from: date = date(2026, 1, 1),
    **other: Any,  # noqa: ANN401 - any field of an item
) -> Item:
    """An item that may be published: one material, which may be promised under one condition."""
    fields: dict[str, Any] = {
        "name": "机动车号牌补领",
        "name_en": "Number plate replacement",
        "summary": "车牌丢了补一副。",
        "keywords": ("车牌丢了", "车牌"),
        "department": "traffic",
        "audience": Audience.BOTH,
        "jurisdiction": "corrects-first",
        "risk_class": "ordinary",
        "acceptance": Acceptance.AUTOMATIC,
        "limits": some_limits(),
        "steps": (a_step(),),
        "legal_basis": (LegalBasis(law="《机动车登记规定》"),),
        "conditions": (a_condition(),),
        "materials": (a_material(),),
        "notice": a_notice(),
        "result_type": "号牌",
        "supervision_channel": "12345",
        "verification": a_plan(),
    }
    return Item(code=code, version=version, effective_from=effective_from, **{**fields, **other})


A_SUBJECT = SubjectKey("k1." + "ab" * 32)


RELATED = ("business-address", "plate-replacement", "road-occupation")
"""The items that records are related to, unless said."""


def a_bar(*, record_id: str = "r-1", severity: Severity = Severity.SERIOUS, **other: Any) -> Bar:  # noqa: ANN401 - any field of a bar
    """A serious record of the market department, in force through 2026 and 2027, for three items."""
    fields: dict[str, Any] = {
        "source": "market",
        "kind": "administrative",
        "organ": "义乌市市场监督管理局",
        "document_no": "义市监罚〔2026〕1号",
        "basis": "《市场主体登记管理条例》第44条",
        "starts_on": date(2026, 1, 10),
        "ends_on": date(2027, 12, 31),
        "items": RELATED,
    }
    return Bar(record_id=record_id, severity=severity, **{**fields, **other})


def a_flag_mark(*, flag_id: str = "f1", **other: Any) -> FlagMark:  # noqa: ANN401 - any field of a mark
    """A flag on the registration of business addresses, in force from September 2026 for a year."""
    fields: dict[str, Any] = {
        "measure_code": "9",
        "measure": "限制享受优惠政策和便利措施",
        "edition": "2024",
        "effect": Effect.REFUSED,
        "items": ("business-address",),
        "organ": "义乌市市场监督管理局",
        "document_no": "义市监撤〔2026〕1号",
        "basis": "《浙江省公共信用信息管理条例》第23条",
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 8, 31),
    }
    return FlagMark(flag_id=flag_id, **{**fields, **other})


def a_summary(**other: Any) -> Summary:  # noqa: ANN401 - any field of a summary
    """A summary with nothing in it."""
    return Summary(**{"subject": A_SUBJECT, **other})


def a_submission(**other: Any) -> Submission:  # noqa: ANN401 - any field of a submission
    """A serious penalty of the market department, handed in whole."""
    fields: dict[str, Any] = {
        "source": "market",
        "record_id": "r-1",
        "kind": "administrative",
        "severity": "serious",
        "publicity": "shared",
        "document_no": "义市监罚〔2026〕1号",
        "organ": "义乌市市场监督管理局",
        "effective_on": date(2026, 1, 10),
        "judged_on": date(2026, 1, 8),
        "basis": "《市场主体登记管理条例》第44条",
        "repair_notice": "一年后可以申请信用修复，不收费。",
        "related_items": RELATED,
        "source_version": 1,
    }
    return Submission(**{**fields, **other})


MACHINE = "system:system.market"
"""The system of a source that the directory trusts."""


def a_record(**other: Any) -> Record:  # noqa: ANN401 - any field of a submission
    """The serious penalty as it is kept, shown by the rules of the day of its finding."""
    submission = a_submission(**other)
    (pack, *_) = load_rule_packs()
    return intake.make_record(
        submission,
        subject=A_SUBJECT,
        directory=directories()[0],
        shown=rules_of_the_day(pack.display, submission.judged_on or NOON.date(), on=NOON.date()),
        before=None,
        handed_by=MACHINE,
        bar=intake.bar_state(submission, directories()[0], handed_by=MACHINE, kept_from=Severity.SERIOUS),
        at=NOON,
        on=NOON.date(),
    )


def a_promise_report(**other: Any) -> PromiseReport:  # noqa: ANN401 - any field of a report
    """What the traffic department says of a promise that was kept, in the case C1."""
    (pack, *_) = load_rule_packs()
    case_no, outcome = other.pop("case_no", "C1"), other.pop("outcome", PromiseOutcome.KEPT)
    fields: dict[str, Any] = {
        "subject": A_SUBJECT,
        "record_id": case_no,
        "fulfilment": Fulfilment(case_no=case_no, outcome=outcome, department="traffic"),
        "item_code": "plate-replacement",
        "document": Document(number=case_no, organ="traffic", effective_on=NOON.date()),
        "basis": "国办发〔2020〕42号",
        "display": pack.display,
    }
    return PromiseReport(**{**fields, **other})


def a_measure(**other: Any) -> Measure:  # noqa: ANN401 - any field of a measure
    """The measure that takes away conveniences, for organisations that promised falsely."""
    fields: dict[str, Any] = {
        "code": "9",
        "class_": MeasureClass.CLASS_2,
        "measure": "限制享受优惠政策和便利措施",
        "content": "不适用告知承诺。",
        "target": "作出虚假承诺的主体",
        "basis": "《浙江省公共信用信息管理条例》第23条",
        "organ": "提供便利的行政机关",
        "in_force_from": date(2024, 1, 1),
        "in_force_to": None,
        "effect": Effect.REFUSED,
        "subject_kinds": (SubjectKind.USCC,),
        "allowed": {"false_commitment": (Severity.GENERAL, Severity.SERIOUS)},
        "related_items": ("business-address", "road-occupation"),
        "most_months": 12,
    }
    return Measure(**{**fields, **other})


def a_proposal(**other: Any) -> Proposal:  # noqa: ANN401 - any field of a proposal
    """A flag for a year on a document that takes effect today."""
    fields: dict[str, Any] = {
        "measure_code": "9",
        "edition": "2024",
        "case_no": None,
        "conduct": "false_commitment",
        "severity": Severity.GENERAL,
        "document_no": "义市监撤〔2026〕1号",
        "organ": "义乌市市场监督管理局",
        "effective_on": date(2026, 9, 28),
        "served_at": datetime(2026, 9, 21, 4, 0, tzinfo=UTC),
        "remedy_until": date(2026, 11, 20),
        "related_items": ("business-address",),
        "starts_on": date(2026, 9, 28),
        "ends_on": date(2027, 9, 27),
        "facts": "承诺的住所不存在。",
    }
    return Proposal(**{**fields, **other})


def a_flag(**other: Any) -> Flag:  # noqa: ANN401 - any field of a flag
    """A flag that the credit officer ``credit`` proposed at noon."""
    fields: dict[str, Any] = {
        "flag_id": "f1",
        "version": 1,
        "state": FlagState.PROPOSED,
        "party": Party(subject=A_SUBJECT, document_subject=A_SUBJECT, name_digest="k1.00", masked_name="义*"),
        "department": "credit",
        "case_no": None,
        "measure_code": "9",
        "measure": "限制享受优惠政策和便利措施",
        "edition": "2024",
        "effect": Effect.REFUSED,
        "basis": "《浙江省公共信用信息管理条例》第23条",
        "conduct": "false_commitment",
        "severity": Severity.GENERAL,
        "document": Document(
            number="义市监撤〔2026〕1号",
            organ="义乌市市场监督管理局",
            effective_on=date(2026, 9, 21),
            served_at=datetime(2026, 9, 21, 4, 0, tzinfo=UTC),
            remedy_until=date(2026, 11, 20),
        ),
        "related_items": ("business-address",),
        "starts_on": date(2026, 9, 28),
        "ends_on": date(2027, 9, 27),
        "facts": "承诺的住所不存在。",
        "personal_finding": "",
        "remedies": "可以自知道本决定之日起60日内依法申请行政复议。",
        "repair_notice": "信用修复告知:不收取任何费用。",
        "proposed_by": "staff:credit",
        "proposed_at": NOON,
    }
    return Flag(**{**fields, **other})


def some_terms(**other: Any) -> Terms:  # noqa: ANN401 - any field of the terms
    """Terms of the plate replacement: three working days promised of fifteen, accepted by itself."""
    fields: dict[str, Any] = {
        "item_code": "plate-replacement",
        "item_version": 1,
        "item_name": "机动车号牌补领",
        "department": "traffic",
        "pack": "corrects-first",
        "accepted_by": Acceptance.AUTOMATIC,
        "promised": Limit(value=3, unit=Unit.WORKING_DAYS, basis="第1条"),
        "statutory": Limit(value=15, unit=Unit.WORKING_DAYS, basis="第1条"),
        "acceptance": Limit(value=5, unit=Unit.WORKING_DAYS, basis="行政许可法第32条"),
        "delivery": Limit(value=10, unit=Unit.WORKING_DAYS, basis="行政许可法第44条"),
        "verification": a_plan(),
        "recommitment": Recommitment(),
        "bar_severity": Severity.SERIOUS,
        "supervision_channel": "12345",
    }
    return Terms(**{**fields, **other})


SOME_CONDITIONS = (ConditionAsked(id="plate-lost", text="旧车牌确实丢了。"),)
SOME_MATERIALS = (MaterialAsked(id="old-plate", name="旧车牌", basis="第2条", ways=(Way.COMMITMENT, Way.CERTIFICATE)),)


def a_draft(*, draft_id: str = "a-draft", way: CaseWay = CaseWay.COMMITMENT, **other: Any) -> Draft:  # noqa: ANN401 - any field of a draft
    """A draft for a promise, made at noon, that lives a day."""
    fields: dict[str, Any] = {
        "case_no": case_no_for(draft_id),
        "tracking_code": "ABCDEFGH23",
        "maker": A_SUBJECT,
        "subject": A_SUBJECT,
        "applicant_name": "李*",
        "agent": None,
        "closed_by": (),
        "conditions": SOME_CONDITIONS,
        "materials": SOME_MATERIALS,
        "notice_hash": "cd" * 32,
        "payload": "{}",
        "payload_hash": hashlib.sha256(b"{}").hexdigest(),
        "terms": some_terms(),
        "made_at": NOON,
        "expires_at": NOON + timedelta(days=1),
    }
    return Draft(draft_id=draft_id, way=way, **{**fields, **other})


def a_case(*, draft_id: str = "a-draft", state: State = State.RECEIVED, **other: Any) -> Case:  # noqa: ANN401 - any field of a case
    """A case on a promise, received at noon."""
    fields: dict[str, Any] = {
        "case_no": case_no_for(draft_id),
        "tracking_code": "ABCDEFGH23",
        "way": CaseWay.COMMITMENT,
        "subject": A_SUBJECT,
        "applicant_name": "李*",
        "agent": None,
        "maker": A_SUBJECT,
        "terms": some_terms(),
        "received_at": NOON,
        "conditions": SOME_CONDITIONS,
        "checklist": SOME_MATERIALS,
    }
    return Case(draft_id=draft_id, state=state, **{**fields, **other})


def a_commitment(**other: Any) -> Commitment:  # noqa: ANN401 - any field of a commitment
    """A promise signed at noon."""
    fields: dict[str, Any] = {
        "confirmed": ("plate-lost",),
        "payload_hash": hashlib.sha256(b"{}").hexdigest(),
        "signature": "header..signature",
        "key_id": "key-1",
        "algorithm": "ES256",
        "signed_by": A_SUBJECT,
        "signed_at": NOON,
    }
    return Commitment(**{**fields, **other})


def a_decision(*, outcome: Outcome = Outcome.GRANTED, **other: Any) -> Decision:  # noqa: ANN401 - any field of a decision
    """A decision at noon: granted unless said."""
    fields: dict[str, Any] = {
        "document_no": "义公交〔2026〕1号",
        "reasons": "",
        "decided_at": NOON,
        "decided_by": "staff:officer",
    }
    return Decision(outcome=outcome, **{**fields, **other})


def a_verification(*, result: Finding = Finding.UNTRUE, **other: Any) -> Verification:  # noqa: ANN401 - any field of a verification
    """A verification by one officer, online, that found the promise untrue unless said."""
    fields: dict[str, Any] = {
        "method": Method.ONLINE,
        "findings": "登记系统里有扣押记录。",
        "found_at": NOON,
        "found_by": "staff:officer",
        "officers": 1,
    }
    return Verification(result=result, **{**fields, **other})


class FixedCalendars:
    """The same calendar at any moment."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def current(self) -> Calendar:
        return self._calendar

    def at(self, instant: datetime) -> Calendar:  # noqa: ARG002 - it is the same at any moment
        return self._calendar


A_PRINCIPAL, ITS_AGENT = SubjectKey("k1.principal"), SubjectKey("k1.agent")
"""The two sides of an authority."""


def a_party(subject: SubjectKey = A_PRINCIPAL, **other: Any) -> AuthorityParty:  # noqa: ANN401 - any field of a party
    """A side of an authority; the principal unless said."""
    fields: dict[str, Any] = {"kind": SubjectKind.RESIDENT_ID, "masked_name": "李*", "name_digest": "k1.00"}
    return AuthorityParty(subject=subject, **{**fields, **other})


def an_authority(**other: Any) -> Authority:  # noqa: ANN401 - any field of an authority or of its grant
    """Filing and stating for the number plates through September, given by the principal."""
    grant: dict[str, Any] = {
        "items": ("plate-replacement",),
        "acts": (Act.FILE, Act.STATEMENT),
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2026, 9, 30),
    }
    grant |= {name: other.pop(name) for name in tuple(other) if name in grant}
    fields: dict[str, Any] = {
        "authority_id": "a",
        "principal": a_party(A_PRINCIPAL),
        "agent": a_party(ITS_AGENT),
        "made_at": NOON,
    }
    return Authority(grant=Grant(**grant), **{**fields, **other})
