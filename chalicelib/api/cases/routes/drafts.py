"""HTTP routes for drafts (草稿): what would be signed, and whether it may be."""

from typing import Annotated, Any

from pydantic import AliasPath, Field, WithJsonSchema

from chalicelib.api.cases.schemas.answers import AnswerResponse, answer_response
from chalicelib.api.cases.schemas.reasons import IneligibilityReasonResponse, reasons_for_agent, reasons_told
from chalicelib.cases.model.case import ConditionAsked, LaterMaterial, Way
from chalicelib.cases.model.stages import CommitmentStatus
from chalicelib.cases.rules.filing import conditions_signed, statements_signed
from chalicelib.cases.services.access import is_agent
from chalicelib.cases.services.drafting import Drafted, Principal, Wish
from chalicelib.catalogue.model.items import Way as MaterialWay
from chalicelib.container import container
from chalicelib.credit.rules.summary import source_down
from chalicelib.errors import ErrorCode
from chalicelib.http.routes import Answer, Call, Code, Instant, RequestBody, ResponseBody, Routes
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.readable import Readable
from chalicelib.subjects.model.schema import SubjectInput

routes = Routes("cases")

MOST_MATERIALS = 50

MOST_ANSWERS = 50

AnswerInput = Annotated[
    Any,
    WithJsonSchema(
        {
            "description": "By the kind of the question; an address, an organisation and a person have parts.",
            "anyOf": [
                *({"type": kind} for kind in ("boolean", "number", "string", "null")),
                {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
            ],
        }
    ),
]
"""An answer as people type or copy it: the rules read it by its question's kind, and tell all faults of all answers."""


class PrincipalInput(RequestBody):
    """The id of the authority on which an agent acts (委托授权); ``subject``, if there, must be its principal."""

    subject: SubjectInput | None = None
    authority: Annotated[str, Readable(longest=500)] = ""


class DraftRequest(RequestBody):
    """A request for a draft; ``later`` are the materials to be brought within their own time, as the promise says."""

    item_code: Code
    answers: Annotated[dict[Code, AnswerInput], Field(max_length=MOST_ANSWERS)] = Field(default_factory=dict)
    way: Way
    on_behalf_of: PrincipalInput | None = None
    later: Annotated[tuple[Code, ...], Field(max_length=MOST_MATERIALS)] = ()


class EligibilityResponse(ResponseBody):
    """Whether a promise is open to the applicant now; a refusal is not an error."""

    commitment: CommitmentStatus
    reasons: tuple[IneligibilityReasonResponse, ...]


class RequiredMaterialResponse(ResponseBody):
    """A material; ``hand_in`` lists the ways for which the applicant must supply it (none if it is shared).

    A file that is not ``required`` may be left out.
    """

    id: str
    name: str
    basis: str
    ways: tuple[MaterialWay, ...]
    hand_in: tuple[Way, ...]
    required: bool


class StatementResponse(ResponseBody):
    """A statement that every promise makes; ``text`` is what is signed, ``text_en`` what it says."""

    text: str
    text_en: str


class DraftResponse(ResponseBody):
    """A draft; ``payload`` is the exact text to sign, and its UTF-8 bytes are the signature's detached payload.

    ``case_no`` is null until the draft is filed. ``statements``, ``conditions`` and ``answers`` are in words what the
    payload says; no answer is withheld from whoever will sign it.
    """

    draft_id: str
    case_no: str | None
    item_code: Annotated[str, Field(validation_alias=AliasPath("terms", "item_code"))]
    item_name: Annotated[str, Field(validation_alias=AliasPath("terms", "item_name"))]
    way: Way
    eligibility: EligibilityResponse
    ways_open: tuple[Way, ...]
    required_confirmations: tuple[str, ...]
    statements: tuple[StatementResponse, ...]
    conditions: tuple[ConditionAsked, ...]
    answers: tuple[AnswerResponse, ...]
    materials: tuple[RequiredMaterialResponse, ...]
    later: tuple[LaterMaterial, ...]
    notice_hash: str
    payload: str
    payload_hash: str
    expires_at: Instant


class DraftListItemResponse(ResponseBody):
    """A draft in a list."""

    draft_id: str
    item_code: Annotated[str, Field(validation_alias=AliasPath("terms", "item_code"))]
    item_name: Annotated[str, Field(validation_alias=AliasPath("terms", "item_name"))]
    way: Way
    made_at: Instant
    expires_at: Instant


class DraftListResponse(ResponseBody):
    """One's own drafts; they expire after a day, so the list needs no pages."""

    items: tuple[DraftListItemResponse, ...]
    next_cursor: None = None


@routes.post(
    "/v1/drafts",
    roles=FOR_THEMSELVES,
    body=DraftRequest,
    answer=DraftResponse,
    status=201,
    creates=True,
    summary="Draft an application, by promise or by certificate",
    errors=(
        ErrorCode.ITEM_NOT_LISTED,
        ErrorCode.ITEM_ABOLISHED,
        ErrorCode.RISK_EXCLUDED,
        ErrorCode.COMMITMENT_NOT_OFFERED,
        ErrorCode.INSUFFICIENT_IDENTITY,
        ErrorCode.INVALID_IDENTIFIER,
        ErrorCode.PROXY_NOT_ALLOWED,
        ErrorCode.AUTHORITY_REQUIRED,
        ErrorCode.ANSWERS_MISSING,
        ErrorCode.MATERIAL_NOT_LISTED,
        ErrorCode.RECOMMITMENT_NOT_ALLOWED,
        ErrorCode.NOT_FOR_AUDIENCE,
    ),
)
def draft(call: Call[DraftRequest]) -> Answer[DraftResponse]:
    """Return what must be confirmed and handed in, and whether a promise may be signed."""
    made = container().drafting.draft(
        _wish(call.body), by=call.caller, at=call.at, idempotency_key=call.idempotency_key
    )
    return Answer(body=_response(made, call), replayed=made.is_repeat)


@routes.get(
    "/v1/drafts",
    roles=FOR_THEMSELVES,
    answer=DraftListResponse,
    summary="One's own drafts that wait to be filed",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY,),
)
def waiting(call: Call[None]) -> Answer[DraftListResponse]:
    """List the caller's drafts that can still be filed, newest first."""
    found = container().drafting.waiting(by=call.caller, at=call.at)
    return Answer(body=DraftListResponse(items=tuple(DraftListItemResponse.model_validate(draft) for draft in found)))


@routes.get(
    "/v1/drafts/{draft_id}",
    roles=FOR_THEMSELVES,
    answer=DraftResponse,
    summary="One draft, assessed as of now",
    errors=(ErrorCode.INSUFFICIENT_IDENTITY, ErrorCode.AUTHORITY_REQUIRED),
)
def read_draft(call: Call[None]) -> Answer[DraftResponse]:
    """Return one of the caller's drafts, with its eligibility as of now."""
    made = container().drafting.read(call.path["draft_id"], by=call.caller, at=call.at)
    return Answer(body=_response(made, call))


def _response(made: Drafted, call: Call[Any]) -> DraftResponse:
    own, language = made.draft, call.language
    conditions = conditions_signed(own)
    grounds = made.grounds
    if made.standing is CommitmentStatus.PENDING and not grounds:
        grounds = (source_down(),)
    may_promise = made.standing is not CommitmentStatus.REFUSED
    reasons = reasons_told(grounds, own.closed_by, language)
    if is_agent(call.caller, own.subject):
        reasons = reasons_for_agent(made.standing, own.closed_by, language)
    return DraftResponse.of(
        own,
        case_no=own.case_no if made.is_filed else None,
        eligibility=EligibilityResponse(commitment=made.standing, reasons=reasons),
        ways_open=(Way.COMMITMENT, Way.CERTIFICATE) if may_promise else (Way.CERTIFICATE,),
        required_confirmations=tuple(condition.id for condition in conditions),
        statements=[{"text": text, "text_en": english} for text, english in statements_signed(own)],
        conditions=conditions,
        answers=[answer_response(each) for each in container().case_answers.of_draft(own)],
        materials=[
            RequiredMaterialResponse.of(material, hand_in=[way for way in Way if material.may_be_handed_in(way)])
            for material in own.materials
        ],
    )


def _wish(body: DraftRequest) -> Wish:
    principal = body.on_behalf_of
    return Wish(
        item_code=body.item_code,
        answers=body.answers,
        way=body.way,
        later=body.later,
        on_behalf_of=None
        if principal is None
        else Principal(
            authority=principal.authority,
            identity=None if principal.subject is None else principal.subject.identity("/on_behalf_of/subject"),
        ),
    )
