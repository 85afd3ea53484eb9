"""Requests and responses for service items."""

from datetime import date
from functools import cache
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter

from chalicelib.catalogue.model.items import (
    Acceptance,
    Condition,
    Granularity,
    Item,
    LegalBasis,
    Material,
    Method,
    Notice,
    ProxyAct,
    Step,
    Way,
)
from chalicelib.catalogue.model.questions import Known, Place, Question, QuestionKind
from chalicelib.catalogue.model.terms import Audience
from chalicelib.http.routes import Day, Line, LineOrBlank, PageResponse, RequestBody, ResponseBody, Text, TextOrBlank
from chalicelib.workdays.model.limits import Unit

# What may be blank here is refused by the rules of publication, which find every fault at once and say what is wrong.
Id = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]
Answer = bool | LineOrBlank
MANY = Field(max_length=50)


class LimitInput(RequestBody):
    """A time limit with its unit and legal basis."""

    value: Annotated[int, Field(ge=0, le=9999)] = 0
    unit: Unit | None = None
    basis: LineOrBlank = ""


class LimitsInput(RequestBody):
    """The promised and the statutory time limit."""

    promised: LimitInput = Field(default_factory=LimitInput)
    statutory: LimitInput = Field(default_factory=LimitInput)


class StepInput(RequestBody):
    """A step of handling."""

    id: Id = ""
    name: LineOrBlank = ""
    limit: LimitInput = Field(default_factory=LimitInput)


class LegalBasisInput(RequestBody):
    """A law and its article."""

    law: LineOrBlank = ""
    article: LineOrBlank = ""


class QuestionOptionInput(RequestBody):
    """An answer to choose from."""

    value: Answer
    text: LineOrBlank = ""
    text_en: LineOrBlank = ""


class WhenInput(RequestBody):
    """The answer on which a question or a material depends."""

    question: Id = ""
    equals: Answer


class CheckInput(RequestBody):
    """What an answer must keep to: length, pattern, range, decimals, and days counted from the day of the draft."""

    shortest: Annotated[int, Field(ge=0, le=9999)] = 0
    longest: Annotated[int, Field(ge=0, le=9999)] = 0
    pattern: Id = ""
    least: LineOrBlank = ""
    most: LineOrBlank = ""
    decimals: Annotated[int, Field(ge=0, le=9)] = 0
    earliest: Annotated[int, Field(ge=-99999, le=99999)] | None = None
    latest: Annotated[int, Field(ge=-99999, le=99999)] | None = None
    not_before: Id = ""


class QuestionInput(RequestBody):
    """One thing that the item asks; ``text`` is the label."""

    id: Id = ""
    text: LineOrBlank = ""
    kind: QuestionKind = QuestionKind.CHOICE
    required: bool = True
    options: Annotated[tuple[QuestionOptionInput, ...], MANY] = ()
    text_en: LineOrBlank = ""
    help: TextOrBlank = ""
    help_en: TextOrBlank = ""
    when: WhenInput | None = None
    check: CheckInput = Field(default_factory=CheckInput)
    sensitive: bool = False
    shown: Annotated[tuple[Place, ...], MANY] = tuple(Place)
    group: Id = ""
    known: Known | None = None


class ConditionInput(RequestBody):
    """A condition: a fact that must be true, how it is judged, and the material that a promise replaces."""

    id: Id = ""
    text: TextOrBlank = ""
    measure: TextOrBlank = ""
    material: Id = ""
    question: Id | None = None
    text_en: TextOrBlank = ""


class ItemMaterialInput(RequestBody):
    """A material, the legal basis for requiring it, the ways to provide it, and how much later it may be brought."""

    id: Id = ""
    name: LineOrBlank = ""
    basis: LineOrBlank = ""
    ways: Annotated[tuple[Way, ...], MANY] = ()
    when: WhenInput | None = None
    source: LineOrBlank = ""
    name_en: LineOrBlank = ""
    kept_years: Annotated[int, Field(ge=1, le=100)] | None = None
    later: LimitInput | None = None


class LiabilityInput(RequestBody):
    """Legal liability for an untrue promise."""

    civil: TextOrBlank = ""
    administrative: TextOrBlank = ""
    criminal: TextOrBlank = ""


class ItemNoticeInput(RequestBody):
    """The notice (告知书) that the applicant gets before promising."""

    item_name: LineOrBlank = ""
    proof_obligation: TextOrBlank = ""
    proof_content: TextOrBlank = ""
    way_to_commit: TextOrBlank = ""
    right_to_verify: TextOrBlank = ""
    liability: LiabilityInput = Field(default_factory=LiabilityInput)
    publication: TextOrBlank = ""
    setting_basis: TextOrBlank = ""
    contact: TextOrBlank = ""
    validity: TextOrBlank = ""
    alternative: TextOrBlank = ""


class VerificationPlanInput(RequestBody):
    """How promises are verified."""

    required: bool = True
    method: Method = Method.ONLINE
    officers: Annotated[int, Field(ge=0, le=9)] = 1
    substantive: bool = False
    limit: Annotated[LimitInput | None, Field(serialization_alias="written_limit")] = None
    standard: TextOrBlank = ""
    exempt_justification: TextOrBlank = ""


class RecommitmentInput(RequestBody):
    """Whether one may promise again after withdrawing, and how long one must wait."""

    allowed: bool = True
    wait: Annotated[LimitInput | None, Field(serialization_alias="written_wait")] = None


class PublishItemRequest(RequestBody):
    """One version of an item; its code and version are in the path."""

    name: LineOrBlank = ""
    name_en: LineOrBlank = ""
    summary: TextOrBlank = ""
    remark: TextOrBlank = ""
    keywords: Annotated[tuple[LineOrBlank, ...], MANY] = ()
    synonyms: Annotated[tuple[Annotated[tuple[LineOrBlank, ...], MANY], ...], MANY] = ()
    department: Id = ""
    audience: Audience
    jurisdiction: Id
    effective_from: Day
    risk_class: Id = ""
    acceptance: Acceptance
    granularity: Granularity = Granularity.GRANULAR
    parent: Id | None = None
    limits: LimitsInput = Field(default_factory=LimitsInput)
    steps: Annotated[tuple[StepInput, ...], MANY] = ()
    legal_basis: Annotated[tuple[LegalBasisInput, ...], MANY] = ()
    questions: Annotated[tuple[QuestionInput, ...], MANY] = ()
    conditions: Annotated[tuple[ConditionInput, ...], MANY] = ()
    materials: Annotated[tuple[ItemMaterialInput, ...], MANY] = ()
    notice: ItemNoticeInput = Field(default_factory=ItemNoticeInput)
    result_type: LineOrBlank = ""
    supervision_channel: LineOrBlank = ""
    consultation_channel: LineOrBlank = ""
    proxy_allowed: bool
    proxy_acts: Annotated[tuple[ProxyAct, ...], MANY] = ()
    verification: VerificationPlanInput = Field(default_factory=VerificationPlanInput)
    recommitment: RecommitmentInput = Field(default_factory=RecommitmentInput)
    related_items: Annotated[tuple[Id, ...], MANY] = ()

    def item(self, code: str, version: int) -> Item:
        """Return the item that this describes."""
        return _items().validate_python({**self.model_dump(by_alias=True), "code": code, "version": version})


@cache
def _items() -> TypeAdapter[Item]:
    return TypeAdapter(Item)


class AbolishItemRequest(RequestBody):
    """By which document and law an item ends, its first day without it, and where people turn instead."""

    effective_on: Day
    document_no: Line
    basis: Line
    turn_to: Text
    turn_to_en: TextOrBlank = ""


class AbolitionResponse(ResponseBody):
    """The abolition of an item: from ``effective_on`` on nothing is filed."""

    effective_on: date
    document_no: str
    basis: str
    turn_to: str
    turn_to_en: str


class LimitResponse(ResponseBody):
    """A time limit with its unit and legal basis."""

    value: int
    unit: Unit
    basis: str


class LimitsResponse(ResponseBody):
    """The promised and the statutory time limit."""

    promised: LimitResponse
    statutory: LimitResponse


class VerificationPlanResponse(ResponseBody):
    """How promises are verified; ``limit`` is null if they are not."""

    required: bool
    method: Method
    officers: int
    substantive: bool
    limit: LimitResponse | None
    standard: str
    exempt_justification: str


class RecommitmentResponse(ResponseBody):
    """Whether one may promise again after withdrawing, and how long one must wait."""

    allowed: bool
    wait: LimitResponse | None


class ItemResponse(ResponseBody):
    """One version of an item; ``notice_hash`` covers its code, version, notice and conditions exactly as given here."""

    item_code: Annotated[str, Field(validation_alias="code")]
    version: int
    name: str
    name_en: str
    summary: str
    remark: str
    keywords: tuple[str, ...]
    synonyms: tuple[tuple[str, ...], ...]
    department: str
    audience: Audience
    jurisdiction: str
    effective_from: date
    risk_class: str
    acceptance: Acceptance
    granularity: Granularity
    parent: str | None
    limits: LimitsResponse
    steps: tuple[Step, ...]
    legal_basis: tuple[LegalBasis, ...]
    questions: tuple[Question, ...]
    conditions: tuple[Condition, ...]
    materials: tuple[Material, ...]
    offers_commitment: bool
    notice: Notice
    notice_hash: str
    result_type: str
    supervision_channel: str
    consultation_channel: str
    proxy_allowed: bool
    proxy_acts: tuple[ProxyAct, ...]
    verification: VerificationPlanResponse
    recommitment: RecommitmentResponse
    related_items: tuple[str, ...]
    abolition: AbolitionResponse | None = None


class ItemListItemResponse(ResponseBody):
    """An item in a list; ``abolition`` says what became of one that is found although nothing is filed for it."""

    item_code: Annotated[str, Field(validation_alias="code")]
    version: int
    name: str
    name_en: str
    summary: str
    department: str
    audience: Audience
    offers_commitment: bool
    limits: LimitsResponse
    abolition: AbolitionResponse | None


class NearMissResponse(ResponseBody):
    """An item that may be meant, and the word of it that comes near to what was asked."""

    word: str
    item: ItemListItemResponse


class ItemPageResponse(PageResponse):
    """A page of items; ``did_you_mean`` has up to three that may be meant if nothing fits."""

    items: tuple[ItemListItemResponse, ...]
    did_you_mean: tuple[NearMissResponse, ...]


class MissedSearchResponse(ResponseBody):
    """Words that found nothing, folded, and how often they were searched."""

    words: str
    times: int


class MissedSearchesResponse(ResponseBody):
    """What was searched on a day without anything being found, most often first."""

    day: date
    items: tuple[MissedSearchResponse, ...]
