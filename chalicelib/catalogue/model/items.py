"""Service items (政务服务事项) as versioned data, complete enough to be checked before publication."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import rfc8785

from chalicelib.catalogue.model.questions import Question, When
from chalicelib.catalogue.model.terms import Audience, Limits, WrittenLimit
from chalicelib.workdays.model.limits import Limit


class Acceptance(StrEnum):
    """How an application is accepted (受理方式)."""

    AUTOMATIC = "automatic"
    """Automatically on filing if the applicant made a promise; by an officer if certificates are submitted."""

    OFFICER = "officer"
    """By an officer, whether the applicant promised or submitted certificates."""

    INSTANT = "instant"
    """Accepted and decided on filing, by the service itself."""


class Granularity(StrEnum):
    """Whether an item is a smallest unit (业务办理项), the only kind that can be filed, or a parent of several."""

    GRANULAR = "granular"
    PARENT = "parent"


class Way(StrEnum):
    """How a material comes to the office (材料获取方式)."""

    COMMITMENT = "commitment"
    CERTIFICATE = "certificate"
    SHARED = "shared"


class Method(StrEnum):
    """How a promise is verified afterwards (核查方式)."""

    ONLINE = "online"
    WRITTEN = "written"
    ONSITE = "onsite"
    PUBLICITY = "publicity"
    JOINT = "joint"


class ProxyAct(StrEnum):
    """What an agent may do beside applying, if the item says so (可以代为办理的事务)."""

    STATEMENT = "statement"
    """State and defend (陈述申辩)."""
    WITHDRAWAL = "withdrawal"
    """Withdraw a promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of handling (办理环节) with its own limit."""

    id: str
    name: str
    limit: WrittenLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """A law that the item rests on (设定依据); ``article`` is blank where the law as a whole is meant."""

    law: str
    article: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition that must be met (办理条件); a promise confirms each one separately.

    ``measure`` is the criterion for whether it is met, ``material`` the id of the material that the promise replaces,
    ``question`` the question whose answer is the condition's value, if there is one.
    """

    id: str
    text: str
    measure: str = ""
    material: str = ""
    question: str | None = None
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A material (申请材料); ``basis`` is the article under which it may be required (要求提供材料的依据).

    ``source`` says where a shared material comes from; ``when=None`` means that it is always required. Documents that
    are handed in for it stay ``kept_years`` after the case is closed, ``None`` for as long as the rule pack says.
    ``later`` is within how long whoever promises it may bring it after applying (容缺受理), ``None`` for not at all.
    """

    id: str
    name: str
    basis: str = ""
    ways: tuple[Way, ...] = ()
    when: When | None = None
    source: str = ""
    name_en: str = ""
    kept_years: int | None = None
    later: WrittenLimit | None = None

    @property
    def is_shared(self) -> bool:
        """Whether the office obtains it itself, so that the applicant is not asked for it."""
        return Way.SHARED in self.ways

    @property
    def may_be_promised(self) -> bool:
        """Whether a promise may replace it."""
        return Way.COMMITMENT in self.ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """Legal liability for an untrue promise (不实承诺的法律责任)."""

    civil: str = ""
    administrative: str = ""
    criminal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notice (告知书): what the applicant is told, once and completely, before promising.

    Its conditions (办理条件) are those of the item; ``Item.notice_hash`` covers both.
    """

    item_name: str = ""
    proof_obligation: str = ""
    proof_content: str = ""
    way_to_commit: str = ""
    right_to_verify: str = ""
    liability: Liability = Liability()
    publication: str = ""
    setting_basis: str = ""
    contact: str = ""
    validity: str = ""
    alternative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPlan:
    """How promises on an item are verified (核查方案); exemption (免予核查) needs a justification."""

    required: bool = True
    method: Method = Method.ONLINE
    officers: int = 1
    substantive: bool = False
    written_limit: WrittenLimit | None = None
    standard: str = ""
    exempt_justification: str = ""

    @property
    def limit(self) -> Limit | None:
        """How long the office has to verify; ``None`` if verification is exempt."""
        return None if self.written_limit is None else self.written_limit.counted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommitment:
    """Whether an applicant may promise again after withdrawing a promise (再次承诺), and after how long."""

    allowed: bool = True
    written_wait: WrittenLimit | None = None

    @property
    def wait(self) -> Limit | None:
        """How long after a withdrawal a new promise is refused; ``None`` if it may be made at once."""
        return None if self.written_wait is None else self.written_wait.counted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One version of a service item (业务办理项); it never changes once published.

    ``jurisdiction`` is the code of the rule pack that its cases follow, ``risk_class`` one of the rule pack's classes,
    ``keywords`` what people say for it as a whole ("车牌丢了"), ``synonyms`` groups of words that mean the same in it
    ("车牌", "牌照"; "丢了", "掉了"), of which a question needs two. ``related_items`` are the codes of items that count
    as related when a promise on this one is untrue (相关联事项), ``remark`` is a note for readers of the data.
    ``proxy_allowed`` is whether an agent may promise (是否允许代为承诺), ``proxy_acts`` what else an agent may do after
    filing.
    """

    code: str
    version: int
    name: str
    department: str
    jurisdiction: str
    effective_from: date
    risk_class: str = ""
    audience: Audience = Audience.BOTH
    acceptance: Acceptance = Acceptance.OFFICER
    granularity: Granularity = Granularity.GRANULAR
    parent: str | None = None
    limits: Limits = field(default_factory=Limits)
    steps: tuple[Step, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    questions: tuple[Question, ...] = ()
    conditions: tuple[Condition, ...] = ()
    materials: tuple[Material, ...] = ()
    notice: Notice = Notice()
    result_type: str = ""
    supervision_channel: str = ""
    consultation_channel: str = ""
    proxy_allowed: bool = True
    proxy_acts: tuple[ProxyAct, ...] = ()
    verification: VerificationPlan = VerificationPlan()
    recommitment: Recommitment = Recommitment()
    related_items: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    name_en: str = ""
    summary: str = ""
    remark: str = ""

    @property
    def promised(self) -> Limit:
        """The limit promised by the office (承诺办结时限)."""
        return self.limits.promised.counted()

    @property
    def statutory(self) -> Limit:
        """The limit set by law (法定办结时限)."""
        return self.limits.statutory.counted()

    @property
    def offers_commitment(self) -> bool:
        """Whether any material of the item may be replaced by a promise."""
        return any(material.may_be_promised for material in self.materials)

    @property
    def notice_hash(self) -> str:
        """The hexadecimal SHA-256 of the RFC 8785 canonical JSON of everything the applicant is told.

        The JSON is ``{"conditions": […], "item_code": …, "notice": {…}, "version": …}`` with conditions and notice
        exactly as ``GET /v1/items/{item_code}`` returns them, so that anybody can recompute the hash.
        """
        contents: dict[str, Any] = {
            "item_code": self.code,
            "version": self.version,
            "notice": asdict(self.notice),
            "conditions": [asdict(condition) for condition in self.conditions],
        }
        return hashlib.sha256(rfc8785.dumps(contents)).hexdigest()

    @property
    def owner(self) -> str:
        """The name of the item's timeline, shared by all its versions."""
        return f"item:{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What one applicant needs, given their answers (材料清单); the list shown is also the one enforced.

    ``materials`` are all that apply, including shared ones; ``conditions`` are those that a promise confirms; ``files``
    are the questions that are answered with files.
    """

    materials: tuple[Material, ...]
    conditions: tuple[Condition, ...]
    files: tuple[Question, ...] = ()

    def to_hand_in(self, way: Way) -> tuple[Material, ...]:
        """Return what must be submitted: never shared materials, nor, with a promise, what it replaces."""
        return tuple(
            material
            for material in self.materials
            if not material.is_shared and not (way is Way.COMMITMENT and material.may_be_promised)
        )
