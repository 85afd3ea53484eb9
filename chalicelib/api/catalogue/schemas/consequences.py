"""Responses for what may follow a promise (后果清单), and for two editions of it side by side."""

from datetime import date
from typing import Annotated

from pydantic import Field

from chalicelib.api.catalogue.schemas.items import LimitResponse
from chalicelib.http.routes import ResponseBody
from chalicelib.rulepacks.model.consequences import Barred, CreditEffect, NextPromise, Owed, Stage, StepKind
from chalicelib.rulepacks.rules import Difference


class ConsequenceStepResponse(ResponseBody):
    """One step, in its order; ``hearing`` says that the person is heard first."""

    kind: StepKind
    hearing: bool
    basis: str


class ConsequenceResponse(ResponseBody):
    """What may follow: steps in their order, what is barred and owed meanwhile, and what it does to credit."""

    steps: tuple[ConsequenceStepResponse, ...]
    barred: tuple[Barred, ...]
    owed: tuple[Owed, ...]
    credit: CreditEffect
    next_promise: NextPromise
    basis: str


class CasesResponse(ResponseBody):
    """When it may follow: each of these findings at each of these stages and severities."""

    findings: tuple[str, ...]
    stages: tuple[Stage, ...]
    severities: tuple[str, ...]


class ConsequenceGroupResponse(ResponseBody):
    """Rows of the table that say the same, together."""

    when: Annotated[CasesResponse, Field(validation_alias="cases")]
    then: Annotated[ConsequenceResponse, Field(validation_alias="row")]


class PackResponse(ResponseBody):
    """An edition of a place's rule pack (规则包)."""

    code: str
    edition: str
    name: str
    name_en: Annotated[str, Field(validation_alias="english")]
    effective_from: date
    effective_to: date | None


class RemedyPeriodResponse(ResponseBody):
    """A way to contest: how long after service there is for it, and with whom."""

    code: str
    limit: LimitResponse
    body: str
    body_en: str


class ItemConsequencesResponse(ResponseBody):
    """All that may follow a promise on an item; ``items`` is empty where nothing can be promised.

    ``hearing`` is the time to answer before anything adverse, ``remedies`` the ways to contest what was decided, and
    ``way_back`` says how credit is repaired.
    """

    pack: PackResponse
    items: tuple[ConsequenceGroupResponse, ...]
    hearing: LimitResponse
    remedies: tuple[RemedyPeriodResponse, ...]
    way_back: str
    way_back_en: str


class ComparedResponse(ResponseBody):
    """What two editions say of the same cases, and in what they differ."""

    when: Annotated[CasesResponse, Field(validation_alias="cases")]
    one: ConsequenceResponse
    other: ConsequenceResponse
    differs: tuple[Difference, ...]


class ComparisonResponse(ResponseBody):
    """Two tables of consequences side by side."""

    one: PackResponse
    other: PackResponse
    items: tuple[ComparedResponse, ...]


class PackListResponse(ResponseBody):
    """Every edition of every pack, by code and edition."""

    items: tuple[PackResponse, ...]
