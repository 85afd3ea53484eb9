"""Requests and responses for service items."""

from datetime import date
from functools import cache
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter

from chalicelib.catalogue.model.items import (
    Acceptance,
    Audience,
    Condition,
    Granularity,
    Item,
    LegalBasis,
    Material,
    Method,
    Notice,
    Step,
    Way,
)
from chalicelib.catalogue.model.questions import Question, QuestionKind
from chalicelib.http.routes import Body, Day, Page, Shape
from chalicelib.workdays.model.limits import Unit

# What may be blank here is refused by the rules of publication, which find every fault at once and say what is wrong.
Words = Annotated[str, StringConstraints(max_length=200)]
Prose = Annotated[str, StringConstraints(max_length=4000)]
Id = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]
Answer = bool | Words
MANY = Field(max_length=50)


class LimitBody(Body):
    """A time limit with its unit and legal basis."""

    value: Annotated[int, Field(ge=0, le=9999)] = 0
    unit: Unit | None = None
    basis: Words = ""


class LimitsBody(Body):
    """The promised and the statutory time limit."""

    promised: LimitBody = Field(default_factory=LimitBody)
    statutory: LimitBody = Field(default_factory=LimitBody)


class StepBody(Body):
    """A step of handling."""

    id: Id = ""
    name: Words = ""
    limit: LimitBody = Field(default_factory=LimitBody)


class LegalBasisBody(Body):
    """A law and its article."""

    law: Words = ""
    article: Words = ""


class OptionBody(Body):
    """An answer to choose from."""

    value: Answer
    text: Words = ""
    text_en: Words = ""


class QuestionBody(Body):
    """A question that decides what the checklist contains."""

    id: Id = ""
    text: Words = ""
    kind: QuestionKind = QuestionKind.CHOICE
    required: bool = True
    options: Annotated[tuple[OptionBody, ...], MANY] = ()
    text_en: Words = ""


class ConditionBody(Body):
    """A condition: a fact that must be true, how it is judged, and the material that a promise replaces."""

    id: Id = ""
    text: Prose = ""
    measure: Prose = ""
    material: Id = ""
    question: Id | None = None
    text_en: Prose = ""


class WhenBody(Body):
    """The answer that makes a material necessary."""

    question: Id = ""
    equals: Answer


class MaterialBody(Body):
    """A material, the legal basis for requiring it, and the ways to provide it."""

    id: Id = ""
    name: Words = ""
    basis: Words = ""
    ways: Annotated[tuple[Way, ...], MANY] = ()
    when: WhenBody | None = None
    source: Words = ""
    name_en: Words = ""


class LiabilityBody(Body):
    """Legal liability for an untrue promise."""

    civil: Prose = ""
    administrative: Prose = ""
    criminal: Prose = ""


class NoticeBody(Body):
    """The notice (告知书) that the applicant gets before promising."""

    item_name: Words = ""
    proof_obligation: Prose = ""
    proof_content: Prose = ""
    way_to_commit: Prose = ""
    right_to_verify: Prose = ""
    liability: LiabilityBody = Field(default_factory=LiabilityBody)
    publication: Prose = ""
    setting_basis: Prose = ""
    contact: Prose = ""
    validity: Prose = ""
    alternative: Prose = ""


class VerificationBody(Body):
    """How promises are verified."""

    required: bool = True
    method: Method = Method.ONLINE
    officers: Annotated[int, Field(ge=0, le=9)] = 1
    substantive: bool = False
    limit: Annotated[LimitBody | None, Field(serialization_alias="written_limit")] = None
    standard: Prose = ""
    exempt_justification: Prose = ""


class RecommitmentBody(Body):
    """Whether one may promise again after withdrawing, and how long one must wait."""

    allowed: bool = True
    wait: Annotated[LimitBody | None, Field(serialization_alias="written_wait")] = None


class ItemBody(Body):
    """One version of an item; its code and version are in the path."""

    name: Words = ""
    name_en: Words = ""
    summary: Prose = ""
    remark: Prose = ""
    keywords: Annotated[tuple[Words, ...], MANY] = ()
    department: Id = ""
    audience: Audience
    jurisdiction: Id
    effective_from: Day
    risk_class: Id = ""
    acceptance: Acceptance
    granularity: Granularity = Granularity.GRANULAR
    parent: Id | None = None
    limits: LimitsBody = Field(default_factory=LimitsBody)
    steps: Annotated[tuple[StepBody, ...], MANY] = ()
    legal_basis: Annotated[tuple[LegalBasisBody, ...], MANY] = ()
    questions: Annotated[tuple[QuestionBody, ...], MANY] = ()
    conditions: Annotated[tuple[ConditionBody, ...], MANY] = ()
    materials: Annotated[tuple[MaterialBody, ...], MANY] = ()
    notice: NoticeBody = Field(default_factory=NoticeBody)
    result_type: Words = ""
    supervision_channel: Words = ""
    consultation_channel: Words = ""
    proxy_allowed: bool
    verification: VerificationBody = Field(default_factory=VerificationBody)
    recommitment: RecommitmentBody = Field(default_factory=RecommitmentBody)
    related_items: Annotated[tuple[Id, ...], MANY] = ()

    def item(self, code: str, version: int) -> Item:
        """Return the item that this describes."""
        return _items().validate_python({**self.model_dump(by_alias=True), "code": code, "version": version})


@cache
def _items() -> TypeAdapter[Item]:
    return TypeAdapter(Item)


class LimitShape(Shape):
    """A time limit with its unit and legal basis."""

    value: int
    unit: Unit
    basis: str


class LimitsShape(Shape):
    """The promised and the statutory time limit."""

    promised: LimitShape
    statutory: LimitShape


class VerificationShape(Shape):
    """How promises are verified; ``limit`` is null if they are not."""

    required: bool
    method: Method
    officers: int
    substantive: bool
    limit: LimitShape | None
    standard: str
    exempt_justification: str


class RecommitmentShape(Shape):
    """Whether one may promise again after withdrawing, and how long one must wait."""

    allowed: bool
    wait: LimitShape | None


class ItemShape(Shape):
    """One version of an item; ``notice_hash`` covers its code, version, notice and conditions exactly as given here."""

    item_code: Annotated[str, Field(validation_alias="code")]
    version: int
    name: str
    name_en: str
    summary: str
    remark: str
    keywords: tuple[str, ...]
    department: str
    audience: Audience
    jurisdiction: str
    effective_from: date
    risk_class: str
    acceptance: Acceptance
    granularity: Granularity
    parent: str | None
    limits: LimitsShape
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
    verification: VerificationShape
    recommitment: RecommitmentShape
    related_items: tuple[str, ...]


class ListedShape(Shape):
    """An item in a list."""

    item_code: Annotated[str, Field(validation_alias="code")]
    version: int
    name: str
    name_en: str
    summary: str
    department: str
    audience: Audience
    offers_commitment: bool
    limits: LimitsShape


class ItemPage(Page):
    """A page of items."""

    items: tuple[ListedShape, ...]
