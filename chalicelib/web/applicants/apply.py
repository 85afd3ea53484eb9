"""Applying (申请): the beginning of a form, the promise with a tick for each condition, and signing."""

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.api.cases.routes import drafts
from chalicelib.api.cases.routes.drafts import DraftResponse
from chalicelib.api.cases.schemas.reasons import IneligibilityReasonResponse, reasons_told
from chalicelib.api.catalogue.routes import consequences
from chalicelib.cases.model.case import Way
from chalicelib.catalogue.model.items import Item
from chalicelib.container import container
from chalicelib.credit.model.records import Severity
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.policy import FOR_THEMSELVES, Role
from chalicelib.subjects.model.subjects import SigningKey
from chalicelib.subjects.rules.passkeys import signature_of
from chalicelib.web.applicants.application_forms import onward_from, ways_of
from chalicelib.web.applicants.authorities import held_for
from chalicelib.web.applicants.documents import UPLOADS, add_pages, bucket, facts_of, slots_of
from chalicelib.web.applicants.search import item_at, known_answers
from chalicelib.web.core import pages
from chalicelib.web.core.forms import MATERIAL, again, at_fault, materials_sent
from chalicelib.web.core.i18n import text
from chalicelib.web.core.request import Page, PageRequest, Redirect

SIGNS: Final = ("passkey",)
"""The script that asks the person's device for a signature."""


@pages.get("/items/{item_code}/apply", roles=FOR_THEMSELVES)
def ask(visit: PageRequest) -> Page:
    """Ask whether to promise or to hand in certificates, and an agent for whom; what a guide has asked comes along."""
    item = item_at(visit)
    ways = ways_of(item)
    facts: dict[str, object] = {
        "item": item,
        "authorities": held_for(item.code, visit) if _is_agent(visit) else None,
        "ways": ways,
        "start_way": visit.query.get("way", "") if len(ways) > 1 else ways[0],
        "known": {f"answer-{name}": str(answer).lower() for name, answer in known_answers(item, visit.query).items()},
        "closed_by": () if _is_agent(visit) or not item.offers_commitment else _closed_by(item, visit),
    }
    return Page(template="apply.html", facts=facts)


@pages.post("/items/{item_code}/apply", roles=FOR_THEMSELVES, form="/items/{item_code}/apply")
def begin(visit: PageRequest) -> Redirect | Page:
    """Begin a form and go on to its first page."""
    item = item_at(visit)
    if visit.sent("way") not in ways_of(item):
        return at_fault(ask(visit), way=text("choose_a_way", visit.language))
    if _is_agent(visit) and not visit.sent("authority"):
        return at_fault(ask(visit), authority=text("choose_an_authority", visit.language))
    known = known_answers(item, {name: values[-1] for name, values in visit.form.items()})
    try:
        form = container().application_forms.begin(
            item,
            way=Way(visit.sent("way")),
            authority=visit.sent("authority") if _is_agent(visit) else "",
            guided=known,
            by=visit.caller,
            at=visit.at,
        )
    except DomainError as error:
        return again(ask(visit), error, visit, fields={"": "way"})
    return onward_from(form, item)


@pages.get("/drafts/{draft_id}", roles=FOR_THEMSELVES)
def read_draft(visit: PageRequest) -> Page | Redirect:
    """Show what would be promised or handed in, ready to sign; a draft that is filed already leads to its case."""
    made = visit.get(drafts.read_draft)
    if made.case_no is not None:
        return Redirect(to=f"cases/{made.case_no}/receipt")
    item = container().catalogue.current(made.item_code, at=visit.at)
    keys = _passkeys(visit) if made.way is Way.COMMITMENT else ()
    is_over = visit.at >= made.expires_at
    later = {one.id for one in made.later}
    owed = [
        (one.id, one.name, one.basis)
        for one in made.materials
        if made.way in one.hand_in and one.id not in later and not is_over
    ]
    slots = slots_of(visit, owed, draft_id=made.draft_id)
    facts = {
        "draft": made,
        "names": {one.id: one.name for one in made.materials},
        "item": item,
        "until": container().pack(item.jurisdiction, visit.at).withdraw_until,
        "consequences": visit.get(consequences.read_consequences, path={"item_code": item.code}),
        "is_over": is_over,
        "may_sign": made.way is Way.COMMITMENT and Way.COMMITMENT in made.ways_open,
        "devices": [key.passkey for key in keys],
        "signs": visit.caller.representative,
        "signed": json.loads(made.payload),
        **facts_of(slots, f"drafts/{made.draft_id}"),
    }
    return Page(
        template="draft.html",
        facts=facts,
        scripts=(UPLOADS if slots else ()) + (SIGNS if made.way is Way.COMMITMENT else ()),
        allows={"connect-src": bucket()} if slots else {},
    )


@pages.post("/drafts/{draft_id}/changes", roles=FOR_THEMSELVES, form="/drafts/{draft_id}")
def change(visit: PageRequest) -> Page | Redirect:
    """Begin a form with the draft's answers, in the same way or another; the draft stays as it is."""
    shown = read_draft(visit)
    if isinstance(shown, Redirect):
        return shown
    made, item = shown.fact("draft", DraftResponse), shown.fact("item", Item)
    agent = shown.fact("signed", dict)["agent"]
    try:
        form = container().application_forms.begin_again(
            item,
            way=Way(visit.sent("way")) if visit.sent("way") in ways_of(item) else made.way,
            authority=agent["authority"] if agent else "",
            answers={answer.id: answer.value for answer in made.answers if answer.value is not None},
            by=visit.caller,
            at=visit.at,
        )
    except DomainError as error:
        return again(shown, error, visit)
    return onward_from(form, item)


add_pages("/drafts/{draft_id}", read_draft, of="draft_id")


@pages.post("/drafts/{draft_id}", roles=FOR_THEMSELVES, form="/drafts/{draft_id}")
def file(visit: PageRequest) -> Page | Redirect:
    """File the draft, signed with every condition ticked, or with every material. Idempotent."""
    from chalicelib.api.cases.routes import cases  # noqa: PLC0415 - only filing needs it

    shown = read_draft(visit)
    if isinstance(shown, Redirect):
        return shown
    made = shown.fact("draft", DraftResponse)
    confirmed = visit.form.get("confirmed", ())
    body: dict[str, Any] = {"draft_id": made.draft_id, "confirmed": confirmed, "materials": materials_sent(visit)}
    if made.way is Way.COMMITMENT:
        unticked = [name for name in made.required_confirmations if name not in confirmed]
        if unticked:
            words = text("tick_each", visit.language)
            return at_fault(shown, **{f"confirmed-{name}": words for name in unticked})
        if not visit.sent("assertion"):
            return at_fault(shown, sign=text("not_signed", visit.language))
    try:
        if made.way is Way.COMMITMENT:
            body["signature"] = signature_of(_assertion(visit), _passkeys(visit))
        filed = visit.do(cases.file, body=body)
    except DomainError as error:
        at = {"": "sign", "/signature": "sign"}
        return again(shown, error, visit, fields=at | _material_fields(shown, body))
    return Redirect(to=f"cases/{filed.case_no}/receipt")


def _material_fields(shown: Page, body: Mapping[str, Any]) -> dict[str, str]:
    """Say at which slot a fault of the materials is shown: the one of the document, or the first that has none."""
    slots, brought = shown.fact("slots", tuple), body["materials"]
    empty = [slot.id for slot in slots if slot.id not in {one["id"] for one in brought}]
    named = {f"/materials/{index}/document": f"{MATERIAL}{one['id']}" for index, one in enumerate(brought)}
    return named | ({"/materials": f"{MATERIAL}{empty[0]}"} if empty else {})


def _assertion(visit: PageRequest) -> dict[str, Any]:
    """Parse what the person's device returned; ``SIGNATURE_INVALID`` if it is not a JSON object."""
    try:
        assertion = json.loads(visit.sent("assertion"))
    except (ValueError, RecursionError):
        assertion = None
    if not isinstance(assertion, dict):
        raise DomainError(ErrorCode.SIGNATURE_INVALID)
    return assertion


def _passkeys(visit: PageRequest) -> tuple[SigningKey, ...]:
    keys = container().signing_keys.list(visit.caller.own_subject())
    return tuple(key for key in keys if key.passkey is not None and key.revoked_at is None)


def _closed_by(item: Item, visit: PageRequest) -> tuple[IneligibilityReasonResponse, ...]:
    """Return what in the caller's own credit rules out a promise on the item, before they fill anything in."""
    pack = container().pack(item.jurisdiction, visit.at)
    found = container().own_credit.promise_on(
        item.code, bar_severity=Severity(pack.bar_severity.value), by=visit.caller, at=visit.at
    )
    return () if found is None or found.allowed or found.waits else reasons_told(found.reasons, (), visit.language)


def _is_agent(visit: PageRequest) -> bool:
    return Role.AGENT in visit.caller.roles
