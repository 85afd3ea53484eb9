"""Which links are possible, and how one is confirmed and revoked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from chalicelib.credit.model.identity_links import (
    IdentityLink,
    IdentityLinkLaw,
    IdentityLinkState,
    LinkAction,
    Parties,
    Party,
)
from chalicelib.credit.model.links import LinkKind
from chalicelib.errors import DomainError, ErrorCode, FieldError
from chalicelib.policy import Caller, require_another_person
from chalicelib.subjects.model.subjects import PERSONS, SubjectKey

MOST_JOINED = 20
"""The most identities that may count for one subject: more than anybody has, and few enough to read at once."""


def law_in_force(laws: Sequence[IdentityLinkLaw], *, on: date) -> IdentityLinkLaw:
    """Return the edition in force on a day; raises ``LookupError`` before the first."""
    in_force = [law for law in laws if law.in_force_from <= on]
    if not in_force:
        raise LookupError(on)
    return max(in_force, key=lambda law: law.in_force_from)


def require_possible(link: IdentityLink, *, on: date) -> None:
    """Raise ``ALIAS_NOT_ACCEPTABLE``, listing every fault, for a link that cannot be valid."""
    faults = tuple(_faults(link, on=on))
    if faults:
        raise DomainError(ErrorCode.ALIAS_NOT_ACCEPTABLE, faults=faults)


def require_room(link: IdentityLink, *, formers: Collection[SubjectKey], presents: Collection[SubjectKey]) -> None:
    """Raise ``ALIAS_NOT_ACCEPTABLE`` if the two are already linked or too many identities would be.

    ``formers`` and ``presents`` are all identities that count for each side now, including itself.
    """
    if link.kind is LinkKind.RENAMED:
        return
    if link.former.subject in presents:
        raise linked_already()
    if link.present.subject in formers:
        raise _not_acceptable(code="LINKED_IN_A_CIRCLE", zh="反向关联已经存在", en="linked the other way round")
    if len({*formers, *presents}) > MOST_JOINED:
        raise _not_acceptable(code="TOO_MANY", zh=f"关联主体超过{MOST_JOINED}个", en=f"over {MOST_JOINED} identities")


def linked_already() -> DomainError:
    """Return the error for identities that are already linked."""
    return _not_acceptable(code="ALREADY_LINKED", zh="两者已经关联", en="the two are linked already")


def confirm(link: IdentityLink, action: LinkAction, *, by: Caller) -> IdentityLink:
    """Return the link confirmed; raises ``STEP_NOT_ALLOWED`` unless proposed, ``SAME_PERSON`` for the proposer."""
    if link.state is not IdentityLinkState.PROPOSED:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    require_another_person(by, link.proposed.by)
    return replace(link, confirmed=action)


def revoke(link: IdentityLink, action: LinkAction) -> IdentityLink:
    """Return the link revoked, whether confirmed or only proposed; raises ``STEP_NOT_ALLOWED`` if already revoked."""
    if link.state is IdentityLinkState.REVOKED:
        raise DomainError(ErrorCode.STEP_NOT_ALLOWED)
    return replace(link, revoked=action)


def _faults(link: IdentityLink, *, on: date) -> Iterator[FieldError]:
    former, present = link.former, link.present
    if link.kind is LinkKind.RENAMED:
        if former.subject != present.subject:
            yield _fault("/present/number", "更名前后号码应当相同", "renaming keeps the number", "NUMBER_DIFFERS")
        if former.name_digest == present.name_digest:
            yield _fault("/present/name", "更名前后名称相同", "both names are the same", "NAME_SAME")
    elif former.subject == present.subject:
        yield _fault("/present/number", "两个主体的号码相同", "both numbers are the same", "NUMBER_SAME")
    if _is_person(former) != _is_person(present):
        yield _fault("/present/kind", "自然人与单位不能关联", "one is a person, one is not", "KINDS_DIFFER")
    elif link.law.parties is Parties.ORGANISATIONS and _is_person(former):
        yield _fault("/kind", "该情形只适用于单位", "only organisations can be so", "ORGANISATIONS_ONLY")
    if link.document.effective_on > on:
        yield _fault("/document/effective_on", "文书尚未生效", "the document has no effect yet", "IN_THE_FUTURE")


def _is_person(party: Party) -> bool:
    return party.kind in PERSONS


def _fault(pointer: str, zh: str, en: str, code: str) -> FieldError:
    return FieldError(pointer=pointer, detail=zh, english=en, code=code)


def _not_acceptable(*, code: str, zh: str, en: str) -> DomainError:
    return DomainError(ErrorCode.ALIAS_NOT_ACCEPTABLE, faults=(_fault("/present", zh, en, code),))
